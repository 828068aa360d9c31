"""What is opened from a store has its labels, units and attributes, and says what is missing.

The records are made here, without a run, so that every number in them is known.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from flowsim.errors import StoreError
from flowsim.study.manifest import Entry, Manifest, Run
from flowsim.study.record import DamagedError, Layout, decode, decode_one, encode, read_head
from flowsim.study.runs import dataset
from flowsim.study.store import Store

PLAN = Manifest(
    name="border", title="A border", seed="7", method="sobol", inputs=("a.b", "c"),
    keep=("people:daily", "deaths:total"), code="c1", start="s", end="e",
    scenarios=(Entry("closed", "d1", "r", 3, 2), Entry("open", "d2", "r", 3, 2)),
)  # fmt: skip
OWN = {
    "start": "2010-06-10T18:00:00", "timezone": "Asia/Bishkek", "flee_from": "A-land",
    "name": "own", "digest": "d",
}  # fmt: skip


def record(run: Run, places: list[str], capacity: int) -> xr.Dataset:
    """Persons are a hundred times the sample and the member, and one more in each place."""
    persons = 100 * run.sample + 10 * run.member + np.arange(len(places), dtype=np.int32)
    effects = xr.Variable(("effect",), [0.5 * run.member], {"long_name": "effects"})
    return xr.Dataset(
        {"people": (("place",), persons, {"units": "persons"}), "effects": effects},
        {
            "place": (("place",), places, {"long_name": "where"}),
            "effect": ["deaths"],
            "unit": ("effect", ["persons"], {"long_name": "its unit"}),
            "capacity": (("place",), np.full(len(places), capacity), {"units": "persons"}),
            "lat": (("place",), np.arange(len(places), dtype=float), {"units": "degrees"}),
        },
        OWN,
    )


def filled(
    folder: Path, plan: Manifest = PLAN, lack: tuple[tuple[str, int, int], ...] = ()
) -> Store:
    store = Store(folder)
    store.prepare(plan)
    for run in plan.runs():
        if (run.scenario, run.sample, run.member) in lack:
            continue
        places = ["Town", "Camp"] if run.scenario == "closed" else ["Town", "City"]
        data = record(run, places, 50 * run.sample)
        layout = Layout.of(data)
        store.add_layout(layout)
        store.add(run.key, encode(layout, layout.pack(data), run.known))
    store.note("2010", "k", 1, 2, "w", "x86-64-v3")
    store.note("2010", "k", 1, 2, "w", "aarch64")
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("labels") / "store")


@pytest.fixture(params=["at once", "as needed"])
def data(request: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> xr.Dataset:
    if request.param == "as needed":
        pytest.importorskip("dask")
        monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", 0)
        monkeypatch.setattr("flowsim.study.runs.CHUNK_BYTES", 16)
    opened = dataset(store, PLAN)
    assert (opened.people.chunks is not None) == (request.param == "as needed")
    return opened


def test_dimensions_and_their_labels(data: xr.Dataset) -> None:
    assert data.people.dims == ("scenario", "sample", "member", "place")
    assert data.scenario.values.tolist() == ["closed", "open"]
    assert data.sample.values.tolist() == [1, 2]
    assert data.member.values.tolist() == [1, 2, 3]
    assert data.place.values.tolist() == ["Town", "Camp", "City"]
    assert data.effect.values.tolist() == ["deaths"]


def test_every_number_is_at_its_labels(data: xr.Dataset) -> None:
    for sample in (1, 2):
        for member in (1, 2, 3):
            first = 100 * sample + 10 * member
            for scenario, wanted in (("closed", [first, first + 1, 0]),
                                     ("open", [first, 0, first + 1])):  # fmt: skip
                run = data.sel(scenario=scenario, sample=sample, member=member)
                assert run.people.values.tolist() == wanted
                assert run.effects.values.tolist() == [0.5 * member]
    assert data.people.dtype == np.int32


def test_seeds_are_those_of_the_runs(data: xr.Dataset) -> None:
    assert data.seed_of_run.dims == ("sample", "member")
    assert data.seed_of_run.values.tolist() == [
        [f"7.{sample}.{member}" for member in (1, 2, 3)] for sample in (1, 2)
    ]


def test_units_and_attributes_of_variables_and_labels(data: xr.Dataset) -> None:
    assert data.people.attrs == {"units": "persons"}
    assert data.effects.attrs == {"long_name": "effects"}
    assert data.place.attrs == {"long_name": "where"}
    assert data.unit.attrs == {"long_name": "its unit"}
    assert data.capacity.attrs == {"units": "persons"}
    assert data.lat.attrs == {"units": "degrees"}
    assert data.unit.values.tolist() == ["persons"]


def test_a_label_that_samples_vary_has_their_dimension(data: xr.Dataset) -> None:
    assert data.capacity.dims == ("scenario", "sample", "place")
    assert data.capacity.sel(scenario="open", sample=2, place="City") == 100
    assert data.capacity.sel(scenario="closed", sample=1, place="Camp") == 50
    assert np.isnan(data.lat.sel(place="Town").values) == np.False_
    assert "capacity" in data.coords
    assert data.lat.dims == ("place",)


def test_attributes_of_the_study_and_of_what_its_scenarios_share(data: xr.Dataset) -> None:
    assert data.attrs == {
        "name": "border", "title": "A border", "study_seed": "7", "code": "c1",
        "cpu": "aarch64, x86-64-v3", "method": "sobol", "inputs": "a.b,c",
        "keep": "people:daily,deaths:total", "start": "2010-06-10T18:00:00",
        "timezone": "Asia/Bishkek", "flee_from": "A-land",
    }  # fmt: skip


# ---- what is missing or damaged -------------------------------------------------------------

AGAIN = "run the study again with this store"


def test_what_is_missing_is_told_by_its_name(tmp_path: Path) -> None:
    lack = (("closed", 1, 2), ("open", 2, 3))
    store = filled(tmp_path / "s", lack=lack)
    with pytest.raises(StoreError) as error:
        dataset(store, PLAN)
    assert str(error.value) == (
        f"{tmp_path / 's'} lacks 2 of 12 runs: 'closed', sample 1, member 2 (seed 7.1.2); "
        f"'open', sample 2, member 3 (seed 7.2.3); {AGAIN}"
    )
    part = dataset(store, PLAN, partial=True)
    assert part.member.values.tolist() == [1]
    assert part.sizes["sample"] == 2
    assert part.people.sel(scenario="open", sample=2, member=1, place="City") == 211
    assert part.seed_of_run.values.tolist() == [["7.1.1"], ["7.2.1"]]


def test_the_members_that_are_there_keep_their_numbers(tmp_path: Path) -> None:
    store = filled(tmp_path / "s", lack=(("closed", 1, 1),))
    part = dataset(store, PLAN, partial=True)
    assert part.member.values.tolist() == [2, 3]
    assert part.people.sel(scenario="closed", sample=1, member=3, place="Town") == 130


def test_only_five_of_many_missing_runs_are_named(tmp_path: Path) -> None:
    gone = [(run.scenario, run.sample, run.member) for run in PLAN.runs()]
    store = filled(tmp_path / "s", lack=tuple(gone[:5]))
    with pytest.raises(StoreError, match="lacks 5 of 12 runs: ") as error:
        dataset(store, PLAN)
    assert "more" not in str(error.value)
    store = filled(tmp_path / "t", lack=tuple(gone[:7]))
    with pytest.raises(StoreError, match=f"lacks 7 of 12 .*, and 2 more; {AGAIN}") as error:
        dataset(store, PLAN)
    assert str(error.value).count("member") == 5
    store = filled(tmp_path / "u", lack=tuple(gone))
    with pytest.raises(StoreError) as error:
        dataset(store, PLAN, partial=True)
    assert str(error.value) == (f"{tmp_path / 'u'} has no member yet in every scenario and sample")


@pytest.mark.parametrize("lazy", [False, True])
def test_what_is_damaged_is_told_by_its_name_and_its_array(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lazy: bool
) -> None:
    if lazy:
        pytest.importorskip("dask")
        monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", 0)
    one = replace(PLAN, scenarios=(replace(PLAN.scenarios[0], members=2, samples=0),))
    store = filled(tmp_path / "s", one)
    run = list(one.runs())[1]
    path = store.path(run.key)
    content = path.read_bytes()
    path.write_bytes(content[:-8] + bytes([content[-8] ^ 1]) + content[-7:])
    with pytest.raises(StoreError) as error:
        dataset(store, one).load()
    assert str(error.value) == (
        f"{store.folder} has damaged 1 of 2 runs: {path} of 'closed', member 2 (seed 7.2), "
        f"the checksum of 'effects' does not match; {AGAIN}"
    )
    path.write_bytes(content[:30])
    with pytest.raises(StoreError, match="has damaged 1 of"):
        dataset(store, one).load()


def test_a_layout_that_is_gone_is_told(tmp_path: Path) -> None:
    store = filled(tmp_path / "s")
    for path in (tmp_path / "s" / "layouts").iterdir():
        path.unlink()
    with pytest.raises(StoreError) as error:
        dataset(Store(store.folder), PLAN)
    assert str(error.value) == (
        f"{store.folder} lacks the layout of 'closed', sample 1, member 1 (seed 7.1.1); "
        "run the study again with it"
    )


# ---- layouts and records --------------------------------------------------------------------


def test_a_field_is_found_by_its_name_and_a_record_says_what_is_wrong_with_it() -> None:
    data = xr.Dataset({"a": ("x", [1, 2]), "b": ("x", [3.0, 4.0])}, {"label": ("x", ["u", "v"])})
    layout, other = Layout.of(data), Layout.of(data[["b"]])
    assert [layout.find(name) for name in ("a", "b")] == [0, 1]
    objects = data.assign_coords(label=("x", np.array(["u", 3], dtype=object)))
    assert Layout.of(objects).coords["label"]["dtype"] == "text"
    numbers = xr.Dataset(coords={"x": ("x", np.array([1, 2], dtype="<i4"))})
    assert Layout.of(numbers).coords["x"]["dtype"] == "<i4"
    assert Layout.of(numbers).labels()["x"][1].dtype == np.int32
    times = xr.Dataset(coords={"t": np.array(["2010-06-10T18:00"], "datetime64[ns]")})
    assert Layout.of(times).coords["t"]["values"] == ["2010-06-10T18:00:00"]
    payload = layout.pack(data)
    record_of = encode(layout, payload, {"b": 1, "a": 2})
    assert record_of == encode(layout, payload, {"a": 2, "b": 1})
    head = read_head(record_of)
    for damaged, told in (
        (lambda: read_head(b"nothing"), "it does not begin as a record does"),
        (lambda: read_head(record_of[:50]), "the checksum of its head does not match"),
        (lambda: decode(record_of, other), "it is of another layout than its scenario"),
        (lambda: decode_one(b"", head, other, 0), "it is of another layout than its scenario"),
        (lambda: decode(record_of[:-8], layout), "it has 24 bytes of arrays where 32 belong"),
    ):
        with pytest.raises(DamagedError) as error:
            damaged()
        assert str(error.value) == told


LABELS = {"dims": ["x"], "shape": [2], "dtype": "text", "values": ["u", "v"], "attrs": {}}


@pytest.mark.parametrize(
    ("field", "labels", "told"),
    [
        ({"more": 1}, {}, "fields.0.more: Unexpected keyword argument"),
        ({"dtype": "O"}, {}, "'a' has the type 'O'"),
        ({"dtype": "?!"}, {}, "'a' has the type '?!'"),
        (
            {"dims": ["x", "x"], "shape": [2, 2]},
            {},
            "'a' has dimensions ['x', 'x'] and shape [2, 2]",
        ),
        ({"shape": [2, 1]}, {}, "'a' has dimensions ['x'] and shape [2, 1]"),
        ({"shape": [3]}, {}, "'x' has 2 labels in 'label'"),
        ({"shape": [-1]}, {}, "'x' has -1 labels in 'a'"),
        ({"name": "label"}, {}, "a name is in it twice"),
        ({}, {"dims": "x"}, "the labels 'label' have no dims as they should"),
        ({}, {"dims": [3]}, "the labels 'label' have dimensions that are not texts"),
        ({}, {"shape": [2.0]}, "the labels 'label' have a shape that is not of whole numbers"),
        ({}, {"more": 1}, "the labels 'label' have no dims as they should"),
        ({}, {"dtype": "<i4", "values": [{}, 1]}, "its labels cannot be read: int() argument"),
    ],
)
def test_what_is_no_layout_says_which_array_is_wrong(
    field: dict[str, Any], labels: dict[str, Any], told: str
) -> None:
    one = {"name": "a", "dims": ["x"], "shape": [2], "dtype": "<i4", "attrs": {}, "labels": False}
    plain = {"fields": [one], "coords": {"label": LABELS}, "attrs": {}}
    assert [made.bytes for made in Layout.from_text(json.dumps(plain))] == [8]
    wrong = {**plain, "fields": [{**one, **field}], "coords": {"label": {**LABELS, **labels}}}
    with pytest.raises(ValueError, match=f"^{re.escape(told)}"):
        Layout.from_text(json.dumps(wrong))


def test_a_record_says_whose_it_is() -> None:
    data = xr.Dataset({"a": ("x", [1, 2])})
    layout = Layout.of(data)
    payload = layout.pack(data)
    mine = {"key": "k", "sample": 2, "member": 3, "seed": "7.2.3"}
    whole = encode(layout, payload, mine)
    assert decode(whole, layout, mine).tobytes() == payload.tobytes()
    # of an earlier version, which did not tell its key
    old = encode(layout, payload, {k: v for k, v in mine.items() if k != "key"})
    assert decode(old, layout, mine).tobytes() == payload.tobytes()
    for written, told in (
        (mine, "it is the record of another run (sample 2, member 3, seed 7.2.3)"),
        ({"member": 3}, "it is the record of another run (member 3)"),
        ({"key": "k"}, "it is the record of another run"),
        ([1], "it does not say whose record it is"),
    ):
        with pytest.raises(DamagedError) as error:
            decode(encode(layout, payload, written), layout, {**mine, "member": 4})
        assert str(error.value) == told


def test_a_damaged_head_is_told_with_its_run(tmp_path: Path) -> None:
    store = filled(tmp_path / "s")
    run = next(iter(PLAN.runs()))
    store.path(run.key).write_bytes(b"nothing")
    with pytest.raises(StoreError) as error:
        dataset(store, PLAN)
    assert str(error.value) == (
        f"{store.folder} has damaged 1 of 6 runs: {store.path(run.key)} of 'closed', sample 1, "
        f"member 1 (seed 7.1.1), it does not begin as a record does; {AGAIN}"
    )
    data = record(run, ["Town", "Camp"], 50)
    layout = Layout.of(data)
    whole = encode(layout, layout.pack(data), run.known)
    store.path(run.key).write_bytes(whole[:-8])
    with pytest.raises(
        StoreError, match=r"\(seed 7.1.1\), it is of another size than its layout; "
    ):
        dataset(store, PLAN)


@pytest.mark.parametrize("member", [1, 2])
def test_the_record_of_another_run_is_not_taken_for_ones_own(tmp_path: Path, member: int) -> None:
    store = filled(tmp_path / "s")
    runs = {(run.scenario, run.sample, run.member): run for run in PLAN.runs()}
    here, other = store.path(runs["closed", 1, member].key), runs["closed", 2, 3]
    here.write_bytes(store.path(other.key).read_bytes())
    with pytest.raises(StoreError) as error:
        dataset(store, PLAN)
    assert str(error.value) == (
        f"{store.folder} has damaged 1 of 6 runs: {here} of 'closed', sample 1, member {member} "
        f"(seed 7.1.{member}), it is the record of another run (sample 2, member 3, seed 7.2.3); "
        f"{AGAIN}"
    )


def test_scenarios_whose_labels_cannot_stand_side_by_side_are_told(tmp_path: Path) -> None:
    """As where a store holds layouts that do not belong together."""
    store = Store(tmp_path / "s")
    plan = replace(PLAN, scenarios=tuple(replace(e, members=1, samples=0) for e in PLAN.scenarios))
    store.prepare(plan)
    for run in plan.runs():
        data = record(run, ["Town"], 50)
        if run.scenario == "open":
            data = data.assign_coords(place=np.array(["2010-06-10"], "datetime64[ns]"))
        layout = Layout.of(data)
        store.add_layout(layout)
        store.add(run.key, encode(layout, layout.pack(data), run.known))
    with pytest.raises(StoreError) as error:
        dataset(store, plan)
    told = str(error.value)
    assert told.startswith(f"the layouts of {store.folder} do not fit its runs (")
    assert told.endswith(f"); remove {store.folder / 'layouts'}, and run it again")


def test_only_more_than_the_limit_is_read_as_it_is_needed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dask")
    size = sum(
        Layout.of(record(run, ["Town", "Camp"], 50)).size for run in PLAN.runs()
    )  # of two places each
    monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", size)
    assert dataset(store, PLAN).people.chunks is None
    monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", size - 1)
    assert dataset(store, PLAN).people.chunks is not None
    # in pieces of one member where a piece has room for less
    monkeypatch.setattr("flowsim.study.runs.CHUNK_BYTES", 1)
    assert dataset(store, PLAN).people.chunksizes["member"] == (1, 1, 1)


def test_a_large_study_without_dask_says_what_to_install(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", 0)
    monkeypatch.setitem(sys.modules, "dask.array", None)
    with pytest.raises(ImportError) as error:
        dataset(store, PLAN)
    assert str(error.value) == (
        "a study of more than 1 GB is read piece by piece, which needs dask: "
        "pip install 'flowsim[cluster]'"
    )
