"""Every file of a store and of a baseline, damaged in every way: told in a line, no more."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.check.baseline import read_baseline
from flowsim.cli.main import cli
from flowsim.study.record import read_head
from flowsim.study.runs import open_study
from flowsim.study.store import Store
from tests.study.worlds import small

SMALL = Path(__file__).parents[1] / "data/small"
CHECK = "members: 1\noutcomes: [deaths]\nset: {end: 2010-06-11T00:00}\n"

Damage = Callable[[Path], None]


def of_bytes(change: Callable[[bytes], bytes]) -> Damage:
    return lambda path: void(path.write_bytes(change(path.read_bytes())))


def void(_: object) -> None:
    return None


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


FILES: dict[str, Damage] = {
    "empty": of_bytes(lambda raw: b""),
    "blank": of_bytes(lambda raw: b" \n"),
    "first half": of_bytes(lambda raw: raw[: len(raw) // 2].rstrip()),
    "second half": of_bytes(lambda raw: raw[len(raw) // 2 :]),
    "last byte": of_bytes(lambda raw: raw.rstrip()[:-1]),
    "twice": of_bytes(lambda raw: raw + raw),
    "UTF-16": of_bytes(lambda raw: raw.decode("latin-1").encode("utf-16")),
    "not UTF-8": of_bytes(lambda raw: raw[:9] + b"\xff\xfe" + raw[9:]),
    "zeros": of_bytes(lambda raw: bytes(len(raw))),
    "NUL within": of_bytes(lambda raw: raw[:9] + b"\0" + raw[9:]),
    "binary": of_bytes(lambda raw: bytes(range(256))),
    "a list": of_bytes(lambda raw: b"[]"),
    "a number": of_bytes(lambda raw: b"3"),
    "a text": of_bytes(lambda raw: b'"text"'),
    "null": of_bytes(lambda raw: b"null"),
    "nothing in it": of_bytes(lambda raw: b"{}"),
    "deep": of_bytes(lambda raw: b"[" * 100_000),
    "deep mapping": of_bytes(lambda raw: b'{"name":' * 100_000),
    "HTML": of_bytes(lambda raw: b"<html>not found</html>"),
    "merge conflict": of_bytes(lambda raw: b"<<<<<<< HEAD\n" + raw),
    "folder": folder,
    "pipe": pipe,
}

VALUES: dict[str, Any] = {
    "null": None, "a number": 10**400, "negative": -1, "a float": 1.5, "true": True,
    "a text": "x\u202e\x9b", "a list": [[]], "a mapping": {"x": {}}, "infinite": float("inf"),
    "not a number": float("nan"), "large": 2**62, "nothing": "",
}  # fmt: skip


def spots(plain: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in JSON, of a list the first."""
    found = [at] if at else []
    if isinstance(plain, dict):
        for key, value in plain.items():
            found += spots(value, (*at, key))
    elif isinstance(plain, list) and plain:
        found += spots(plain[0], (*at, 0))
    return found


def variants(text: str) -> list[tuple[str, str]]:
    """A JSON text with each of its values taken away, added to, or something else."""
    made = []
    for spot in spots(json.loads(text)):
        for name, value in [("gone", ...), ("more", ...), *VALUES.items()]:
            plain = json.loads(text)
            holder = plain
            for key in spot[:-1]:
                holder = holder[key]
            if name == "gone":
                del holder[spot[-1]]
            elif name == "more" and isinstance(holder[spot[-1]], dict):
                holder[spot[-1]]["extra"] = 1
            elif name == "more" and isinstance(holder[spot[-1]], list):
                holder[spot[-1]].append(holder[spot[-1]][0] if holder[spot[-1]] else "extra")
            elif name == "more":
                plain["extra"] = 1
            else:
                holder[spot[-1]] = value
            made.append((f"{'.'.join(map(str, spot))}: {name}", json.dumps(plain)))
    return made


# ---- stores ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("done") / "s"
    one = small(end="2010-06-11T00:00")
    fs.Study({"a": one, "b": one.with_values({"behaviour.leaving.men_stay": 0.6})},
             members=2, seed=7, keep=["effects"]).run(store)  # fmt: skip
    return store


@pytest.fixture
def store(done: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(done, tmp_path / "s"))


def opened(store: Path) -> str:
    """What is told when a store is opened and compared: nothing if it can be."""
    try:
        runs = open_study(store)
        str(fs.compare(runs, against="a", outcomes=["deaths"]))
        runs.failures()
    except (fs.StoreError, fs.ScenarioError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("how", FILES)
@pytest.mark.parametrize("name", ["manifest.json", "layouts", "journal.csv", "failures", "runs"])
def test_a_damaged_file_of_a_store_is_told(name: str, how: str, store: Path) -> None:
    if name == "failures":
        key = next(iter(Store(store).keys()))
        Store(store).add_failure(key, {"error": "once"})
    named = store / name
    path = named if named.is_file() else next(p for p in named.rglob("*") if p.is_file())
    FILES[how](path)
    told = opened(store)
    harmless = name == "journal.csv" or (name, how) == ("failures", "nothing in it")
    assert bool(told) != harmless, told
    assert told.isprintable()
    if not harmless and name in ("manifest.json", "failures"):
        assert path.name in told


def test_any_value_of_a_manifest_may_be_something_else(store: Path) -> None:
    path = store / "manifest.json"
    text = path.read_text()
    told = []
    for _, damaged in variants(text):
        path.write_text(damaged)
        try:
            Store(store).manifest()
        except fs.StoreError as error:
            told.append(str(error))
    assert len(told) > len(variants(text)) / 2
    assert all("manifest.json is damaged" in text or "of format" in text for text in told)
    path.write_text(text)
    assert opened(store) == ""


def test_any_value_of_a_layout_may_be_something_else(store: Path) -> None:
    """Also where whoever changed it has given it the name that goes with it."""
    (path,) = (store / "layouts").iterdir()
    text = path.read_text()
    records = {p: p.read_bytes() for p in store.rglob("*.run")}
    told = {}
    for name, damaged in variants(text)[::12]:
        plain = json.dumps(json.loads(damaged), sort_keys=True, ensure_ascii=False)
        new = hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest()
        forged = path.with_name(f"{new.hex()}.json")
        forged.write_text(plain, encoding="utf-8")
        for record, raw in records.items():
            record.write_bytes(renamed(raw, new))
        told[name] = opened(store)
        forged.unlink()
    assert any(told.values())
    assert all(text.isprintable() for text in told.values())


def renamed(record: bytes, layout: bytes) -> bytes:
    """A record that names another layout, its checksum right."""
    import struct
    from zlib import crc32

    head = read_head(record)
    form = struct.Struct("<8s8sIII")
    magic, _, length, arrays, _ = form.unpack_from(record)
    bare = form.pack(magic, layout, length, arrays, 0)
    check = crc32(record[form.size : head.end], crc32(bare))
    return form.pack(magic, layout, length, arrays, check) + record[form.size :]


def test_a_study_goes_on_over_whatever_is_damaged(store: Path) -> None:
    for path in [*(store / "layouts").iterdir(), *store.rglob("*.run"), store / "journal.csv"]:
        path.write_bytes(b"{}")
    one = small(end="2010-06-11T00:00")
    study = fs.Study({"a": one, "b": one.with_values({"behaviour.leaving.men_stay": 0.6})},
                     members=2, seed=7, keep=["effects"])  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.run(store)
    assert opened(store) == ""


# ---- baselines -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("guarded") / "small"))
    (there / "check.yaml").write_text(CHECK)
    told = CliRunner().invoke(cli, ["check", str(there), "--update", "first"])
    assert told.exit_code == 0, told.output
    return there


@pytest.fixture
def scenario(guarded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(guarded, tmp_path / "small"))


TABLES: dict[str, Damage] = {
    "a column less": of_bytes(lambda raw: b"\n".join(r.rpartition(b",")[0] for r in raw.split())),
    "a cell more": of_bytes(lambda raw: raw.replace(b"\n", b",1\n").replace(b",1\n", b"\n", 1)),
    "a row twice": of_bytes(lambda raw: raw + raw.splitlines()[-1] + b"\n"),
    "no rows": of_bytes(lambda raw: raw.splitlines()[0] + b"\n"),
    "no header": of_bytes(lambda raw: b"\n".join(raw.splitlines()[1:])),
    "a word for a number": of_bytes(lambda raw: raw.rstrip() [:-1] + b"many\n"),
    "True for a number": of_bytes(lambda raw: raw.rpartition(b",")[0] + b",True\n"),
    "infinite": of_bytes(lambda raw: raw.rpartition(b",")[0] + b",inf\n"),
    "huge": of_bytes(lambda raw: raw.rpartition(b",")[0] + b",1e400\n"),
    "hexadecimal": of_bytes(lambda raw: raw.rpartition(b",")[0] + b",0x10\n"),
    "other commas": of_bytes(lambda raw: raw.replace(b",", b";")),
    "a quote": of_bytes(lambda raw: raw + b'"'),
    "a column twice": of_bytes(lambda raw: b"\n".join(
        r + b"," + r.rpartition(b",")[2] for r in raw.splitlines())),
}  # fmt: skip


@pytest.mark.parametrize("how", [*FILES, *TABLES])
@pytest.mark.parametrize("name", ["about.json", "outcomes.csv", "days.csv"])
def test_a_damaged_file_of_a_baseline_is_told(name: str, how: str, scenario: Path) -> None:
    path = scenario / "baseline" / name
    ({**FILES, **TABLES})[how](path)
    if name == "about.json" and how in ("folder", "pipe"):
        assert read_baseline(scenario) is None
        return
    if (name, how) == ("days.csv", "no rows"):
        return  # nothing happened anywhere
    with pytest.raises(fs.ScenarioError) as caught:
        read_baseline(scenario)
    assert all(problem.file == str(path) for problem in caught.value.problems)
    assert str(caught.value).isprintable()


def test_any_value_of_what_a_baseline_says_may_be_something_else(scenario: Path) -> None:
    path = scenario / "baseline/about.json"
    text = path.read_text()
    told = []
    for name, damaged in variants(text):
        path.write_text(damaged)
        try:
            assert read_baseline(scenario) is not None, name
        except fs.ScenarioError as error:
            told.append(str(error))
    assert len(told) > len(variants(text)) / 3
    assert all(text.isprintable() for text in told)


@pytest.mark.parametrize("how", ["not UTF-8", "first half", "merge conflict"])
def test_the_command_tells_a_damaged_baseline_in_a_line(how: str, scenario: Path) -> None:
    FILES[how](scenario / "baseline/about.json")
    told = CliRunner().invoke(cli, ["check", str(scenario)])
    assert told.exit_code == 2
    assert "baseline/about.json:" in told.stderr
    assert told.stderr.endswith("1 problem\n")
