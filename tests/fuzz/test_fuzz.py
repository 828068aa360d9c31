"""The parts of the fuzzer that need no atheris."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim import readers
from flowsim.scenario.draft import ROWS
from tests.fuzz.blob import FILE, FOLDER, LINK, LOADED, PIPE, Blob, Part, pack, unpack, write
from tests.fuzz.mutate import cross, mutate, words_known
from tests.fuzz.seeds import seeds
from tests.fuzz.target import keep
from tests.fuzz.trial import folder, site, try_out

SEEDS = seeds()
UNSOUND = ("june",)
"""Cut short, so that names are missing."""


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_loads_and_goes_on(name: str) -> None:
    assert try_out(SEEDS[name], run=True) == ("refused" if name in UNSOUND else "ran")


def test_every_list_and_field_of_a_scenario_is_told_in_some_seed() -> None:
    """So a change of it is tried; what is new has to be put into `tests.fuzz.seeds`."""
    told = b"\n".join(SEEDS.values()).decode("utf-8", "replace")
    fields = {loc: set(ROWS[loc].model_fields) - {"name", "note", "source"} for loc in ROWS}
    missing = {loc[-1] for loc in fields if str(loc[-1]) not in told}
    missing |= {f"{loc[-1]}.{f}" for loc, names in fields.items() for f in names if f not in told}
    assert not missing


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_packed_as_it_is_unpacked(name: str) -> None:
    assert pack(unpack(SEEDS[name])) == SEEDS[name]


@given(st.binary(max_size=200), st.integers(0, 2**32), st.sampled_from(sorted(SEEDS)))
def test_any_bytes_are_a_folder_and_are_changed_to_others(raw: bytes, seed: int, name: str) -> None:
    most = 4_000
    for one in (raw, SEEDS[name]):
        made = mutate(one, most, seed)
        assert made == mutate(one, most, seed)
        assert len(made) <= most
        assert len(cross(one, SEEDS[name], most, seed)) <= most


def test_most_changes_change_something() -> None:
    raw = SEEDS["small"]
    changed = sum(mutate(raw, 10_000, seed) != raw for seed in range(200))
    assert changed > 150


def test_words_are_those_of_the_schema_and_of_flee() -> None:
    assert {"violence_per_day", "extends", "max_move_speed", "relocation"} <= set(words_known())


NAMES = ("../x", "/tmp/x", "scn/../../x", "x", "scn//x", "scn/./x", "scn/" + "y" * 400, "scn/a\0b")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_written_outside(name: str, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / LOADED).mkdir(parents=True)
    for kind in (FILE, LINK, PIPE, FOLDER):
        write([Part(kind, os.fsencode(name), b"x")], top)
    assert [path.name for path in tmp_path.rglob("*")] == ["top", LOADED]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "top" / LOADED).mkdir(parents=True)
    parts = [Part(LINK, b"scn/out", b"../.."), Part(FILE, b"scn/out/x.csv", b"x")]
    parts += [Part(LINK, b"scn/here", b"../../y"), Part(FILE, b"scn/here", b"x")]
    write(parts, tmp_path / "top")
    assert {path.name for path in tmp_path.iterdir()} == {"top"}


def test_each_kind_of_part_is_written(tmp_path: Path) -> None:
    (tmp_path / LOADED).mkdir()
    parts = [Part(FILE, b"scn/a/f", b"1"), Part(LINK, b"scn/l", b"a/f"), Part(PIPE, b"scn/p")]
    write([*parts, Part(FOLDER, b"base/d")], tmp_path)
    assert (tmp_path / "scn/l").read_text() == "1"
    assert (tmp_path / "scn/p").is_fifo()
    assert (tmp_path / "base/d").is_dir()


def test_the_folder_is_gone_afterwards() -> None:
    with folder() as made:
        (made / "x").write_text("x")
    assert not made.exists()


def test_an_error_of_the_library_is_found_and_kept_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(path: Path, allow_code: bool = False) -> None:
        raise KeyError("no such thing")

    native, flee = readers.READERS
    monkeypatch.setattr(readers, "READERS", [native._replace(read=broken), flee])
    for name in ("small", "june", "policies_0"):
        with pytest.raises(KeyError) as found:
            try_out(SEEDS[name])
        keep(tmp_path / site(found.value), SEEDS[name], found.value)
    kept = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert len(kept) == 1
    assert kept[0].name.startswith("KeyError.readers.load")
    assert (kept[0] / "input").read_bytes() == min(
        (SEEDS[name] for name in ("small", "june", "policies_0")), key=len
    )
    assert "no such thing" in (kept[0] / "traceback.txt").read_text()


def test_what_lies_in_a_folder_named_as_the_library_is_not_the_library() -> None:
    code = compile("raise KeyError('a: b')", "/home/me/flowsim/tests/test_it.py", "exec")
    with pytest.raises(KeyError) as found:
        exec(code)
    assert site(found.value) == "KeyError.guard.a"


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from(sorted(SEEDS)))
def test_what_is_changed_is_refused_or_loads(seed: int, name: str) -> None:
    assert try_out(mutate(SEEDS[name], 16_000, seed)) in ("refused", "loaded", "ran")


def test_a_part_that_is_no_text_is_told_apart() -> None:
    blob = Blob(b"variant strict", (Part(b"?", b"", b""), Part(b"", b"")))
    assert (blob.strict, blob.loaded) == (True, "scn/variant.yaml")
    assert unpack(pack(blob)) == blob
