"""Laws of what is written: records, layouts and manifests come back, and damage does not hide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from flowsim.errors import ScenarioError
from flowsim.study.alignment import at_common_times, together
from flowsim.study.manifest import Entry, Manifest, merged, run_seed
from flowsim.study.record import (
    ALIGNMENT,
    DamagedError,
    Layout,
    decode,
    decode_one,
    encode,
    known,
    read_head,
)
from flowsim.study.runs import _label

# ---- records -----------------------------------------------------------------------------

DTYPES = st.sampled_from(["<i4", "<i8", "<f8", "<f4", "|b1", "<u2", "|u1", ">i4", ">f8"])
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
PLAIN = st.dictionaries(NAMES, st.integers() | NAMES | st.floats(allow_nan=False), max_size=4)


@st.composite
def datasets(draw: st.DrawFn) -> xr.Dataset:
    """Variables of any number type and shape, some of which are labels beside a dimension."""
    names = draw(st.lists(NAMES, max_size=4, unique=True))
    made = {}
    for name in names:
        values = draw(arrays.arrays(draw(DTYPES), draw(SHAPES)))
        dims = [f"{name} {i} {size}" for i, size in enumerate(values.shape)]
        made[name] = (dims, values, draw(PLAIN))
    labels = set(draw(st.lists(st.sampled_from(names), unique=True))) if names else set()
    return xr.Dataset(made, attrs=draw(PLAIN)).set_coords(labels)


def unpacked(record: bytes, layout: Layout) -> xr.Dataset:
    """What opening makes of one record."""
    row = np.frombuffer(decode(record, layout), np.uint8)[np.newaxis]
    spans = enumerate(zip(layout, layout.spans, strict=True))
    made = {
        field.name: (field.dims, layout.values(i, row[:, start:stop])[0], field.attrs)
        for i, (field, (start, stop)) in spans
    }
    labels = {field.name for field in layout if field.labels}
    return xr.Dataset(made, layout.labels(), layout.attrs).set_coords(labels)


@given(datasets(), PLAIN)
def test_a_record_comes_back(data: xr.Dataset, told: dict[str, Any]) -> None:
    layout = Layout.of(data)
    record = encode(layout, layout.pack(data), told)
    assert known(read_head(record)) == told
    back = unpacked(record, Layout.from_text(layout.text))
    xr.testing.assert_identical(back, data)
    for name in data.variables:
        assert back[name].dtype == data[name].dtype.newbyteorder("=")
    assert all(edge % ALIGNMENT == 0 for edge in layout.edges)
    assert read_head(record).end % ALIGNMENT == 0


@given(datasets(), st.data())
def test_any_byte_that_changes_is_found(data: xr.Dataset, choice: st.DataObject) -> None:
    layout = Layout.of(data)
    record = bytearray(encode(layout, layout.pack(data), {"member": 1}))
    record[choice.draw(st.integers(0, len(record) - 1))] ^= choice.draw(st.integers(1, 255))
    with pytest.raises(DamagedError):
        decode(bytes(record), layout)


SOME = xr.Dataset(
    {"deaths": (("time", "place"), np.arange(6, dtype=np.int32).reshape(2, 3)),
     "effects": ("effect", [1.5]), "none": ("crossing", np.zeros(0))},
)  # fmt: skip


def test_every_bit_and_every_length_of_a_record() -> None:
    layout = Layout.of(SOME)
    whole = encode(layout, layout.pack(SOME), {"member": 1})
    for at in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            with pytest.raises(DamagedError):
                decode(bytes(changed), layout)
    for length in range(len(whole)):
        with pytest.raises(DamagedError):
            decode(whole[:length], layout)
    with pytest.raises(DamagedError, match="bytes of arrays where"):
        decode(whole + b"\0", layout)


def test_damage_of_an_array_is_told_by_its_name() -> None:
    layout = Layout.of(SOME)
    whole = encode(layout, layout.pack(SOME), {})
    head = read_head(whole)
    for field, (start, stop) in enumerate(layout.spans):
        piece = whole[head.end + start : head.end + stop]
        assert decode_one(piece, head, layout, field) == piece
        if piece:
            with pytest.raises(DamagedError, match=repr(layout.fields[field].name)):
                decode_one(piece[:-1] + bytes([piece[-1] ^ 1]), head, layout, field)


# ---- layouts -----------------------------------------------------------------------------


@given(datasets())
def test_a_layout_comes_back_from_its_text(data: xr.Dataset) -> None:
    layout = Layout.of(data)
    back = Layout.from_text(layout.text)
    assert (back, back.id, back.text) == (layout, layout.id, layout.text)


@pytest.mark.parametrize(
    ("dims", "values"),
    [
        ((), np.array("Ош")),
        ((), np.array("2010-06-10T18:00", "datetime64[ns]")),
        (("x",), np.array(["Ош", "Öst", ""])),
        (("x",), np.array(["a", 3], dtype=object)),
        (("x",), np.array(["2010-06-10T18:00", "NaT"], "datetime64[ns]")),
        (("x",), np.array([1.5, np.inf])),
        (("x",), np.array([True, False])),
        (("x",), np.array([1, 2], "timedelta64[ns]")),
        (("x", "y"), np.array([["a", "b"], ["c", "longer"]])),
        (("x", "y"), np.array([["2010-06-10"], ["2010-06-11"]], "datetime64[ns]")),
        (("x",), np.zeros(0, np.str_)),
        (("x", "y"), np.zeros((0, 2), np.str_)),
        (("x",), np.zeros(0, "datetime64[ns]")),
    ],
)
def test_labels_come_back(dims: tuple[str, ...], values: Any) -> None:
    name = "x" if dims == ("x",) else "label"
    data = xr.Dataset(coords={name: (dims, values, {"units": "none"})})
    labels = Layout.from_text(Layout.of(data).text).labels()
    back = xr.Dataset(coords=labels)
    assert back[name].shape == values.shape
    assert back[name].values.tolist() == values.astype(
        np.str_ if values.dtype == object else values.dtype
    ).tolist()  # fmt: skip
    assert back[name].dims == dims
    assert back[name].attrs == {"units": "none"}


def test_labels_of_bytes_are_the_text_they_spell() -> None:
    data = xr.Dataset(coords={"x": np.array([b"Osh", b"Jalal"])})
    assert Layout.of(data).labels()["x"][1].tolist() == ["Osh", "Jalal"]


# ---- manifests ---------------------------------------------------------------------------

ENTRIES = st.builds(
    Entry, NAMES, st.sampled_from(["d1", "d2"]), st.just("r"), st.integers(1, 6), st.integers(1, 4)
)
SCENARIOS = st.lists(ENTRIES, min_size=1, max_size=4, unique_by=lambda entry: entry.name)
PLAN = Manifest(
    "study", "Дорога", "7", "sobol", ("*",), ("people:daily",), "c0de", "2010-06-10", "2010-06-12",
    (),
)  # fmt: skip


def plan(*entries: Entry) -> Manifest:
    return replace(PLAN, scenarios=entries)


def grown(*plans: Manifest) -> Manifest:
    whole = plans[0]
    for more in plans[1:]:
        whole = merged(whole, more, "refuse", "store")
    return whole


def named(keys: str) -> Any:
    """Plans of scenarios that are what their names say, so that none has changed."""
    known = st.sampled_from(keys)
    entry = st.builds(
        lambda name, members, samples: Entry(name, f"d{name}", "r", members, samples),
        known, st.integers(1, 6), st.integers(1, 4),
    )  # fmt: skip
    unique = st.lists(entry, min_size=1, max_size=4, unique_by=lambda entry: entry.name)
    return unique.map(lambda entries: plan(*entries))


@given(SCENARIOS, NAMES)
def test_a_manifest_comes_back(entries: list[Entry], title: str) -> None:
    made = replace(plan(*entries), title=title)
    assert Manifest.from_text(made.to_text()) == made


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", "null", '{"scenarios": [{}]}', '{"a'])
def test_what_is_no_manifest_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Manifest.from_text(text)


@given(named("abcde"), named("abcde"))
def test_a_plan_laid_over_twice_is_laid_over_once(old: Manifest, new: Manifest) -> None:
    assert grown(old, old) == old
    assert grown(old, new, new) == grown(old, new)


@given(named("abcde"), named("abcde"))
def test_a_store_only_grows(old: Manifest, new: Manifest) -> None:
    keys = {run.key for run in grown(old, new).runs()}
    assert {run.key for run in old.runs()} <= keys
    assert {run.key for run in new.runs()} <= keys
    names = [entry.name for entry in grown(old, new).scenarios]
    assert names[: len(old.scenarios)] == [entry.name for entry in old.scenarios]


@given(named("abc"), named("abcd"), named("bcde"))
def test_the_order_of_two_studies_does_not_matter(
    first: Manifest, one: Manifest, other: Manifest
) -> None:
    there, back = grown(first, one, other), grown(first, other, one)
    assert set(there.scenarios) == set(back.scenarios)
    assert {run.key for run in there.runs()} == {run.key for run in back.runs()}


@given(SCENARIOS, SCENARIOS)
def test_what_is_recomputed_is_as_it_is_planned(old: list[Entry], new: list[Entry]) -> None:
    known = {entry.name: entry for entry in old}
    changed = [e.name for e in new if e.name in known and known[e.name].digest != e.digest]
    if changed:
        with pytest.raises(ScenarioError) as caught:
            merged(plan(*old), plan(*new), "refuse", "store")
        assert len(caught.value.problems) == len(changed)
    whole = merged(plan(*old), plan(*new), "recompute", "store")
    found = {entry.name: entry for entry in whole.scenarios}
    for entry in new:
        assert found[entry.name].digest == entry.digest
        if entry.name in changed:
            assert found[entry.name] == entry
    code = replace(plan(*new), code="other")
    assert merged(plan(*old), code, "recompute", "store") == code


@given(named("abcd"))
def test_runs_are_keyed(made: Manifest) -> None:
    runs = list(made.runs())
    assert len(runs) == sum(e.members * e.samples for e in made.scenarios)
    assert len({run.key for run in runs}) == len(runs)
    assert [run.member for run in runs] == sorted(run.member for run in runs)
    assert all(run.seed == run_seed("7", run.sample, run.member) for run in runs)
    for key, value in {"seed": "8", "code": "d", "keep": ("people:total",)}.items():
        other = {run.key for run in replace(made, **{key: value}).runs()}
        assert not other & {run.key for run in runs}


# ---- alignment ---------------------------------------------------------------------------

PLACES = st.lists(st.sampled_from("ABCDE"), max_size=5, unique=True)
NUMBER = {"A": 1.0, "B": np.nan, "C": 3.0, "D": -1.0, "E": np.nan}


def part(places: list[str]) -> xr.Dataset:
    return xr.Dataset(
        {"people": (("sample", "member", "place"), np.ones((1, 2, len(places)), np.int32)),
         "share": (("sample", "member", "place"), np.full((1, 2, len(places)), 0.5))},
        {"sample": [0], "member": [1, 2], "place": np.array(places, np.str_),
         "load": ("place", np.array([NUMBER[place] for place in places])),
         "country": ("place", np.array([place.lower() for place in places], np.str_))},
    )  # fmt: skip


@given(st.lists(PLACES, min_size=1, max_size=4))
def test_scenarios_stand_side_by_side(places: list[list[str]]) -> None:
    names = [f"s{i}" for i in range(len(places))]
    whole = together([part(own) for own in places], names)
    assert set(whole["place"].values.tolist()) == {p for own in places for p in own}
    assert whole["people"].dims == ("scenario", "sample", "member", "place")
    assert whole["people"].dtype == np.int32
    assert whole["load"].dims == whole["country"].dims == ("place",)
    for name, own in zip(names, places, strict=True):
        row = whole.sel(scenario=name)
        for place in whole["place"].values.tolist():
            here = row.sel(place=place)
            assert (here["people"] == (place in own)).all()
            assert (here["share"].notnull() == (place in own)).all()
            np.testing.assert_equal(float(here["load"]), NUMBER[place])
            assert here["country"] == place.lower()


def test_labels_that_samples_do_not_vary_have_no_samples() -> None:
    layout = Layout.of(xr.Dataset(coords={"load": ("place", [1.0, np.nan])}))
    rows = np.array([[[1.0, np.nan]], [[1.0, np.nan]]])
    dims, values, _ = _label(layout.fields[0], rows)
    assert dims == ("place",)
    np.testing.assert_equal(values, [1.0, np.nan])
    dims, values, _ = _label(layout.fields[0], rows * [[[1.0]], [[2.0]]])
    assert (dims, values.shape) == (("sample", "place"), (2, 2))


@given(st.lists(st.sets(st.integers(1, 8)), min_size=1, max_size=4))
def test_flows_are_whole_at_the_times_that_all_have(days: list[set[int]]) -> None:
    parts = []
    for own in days:
        stops = np.array(sorted(own | {9}))
        times = np.datetime64("2010-06-10", "ns") + stops.astype("timedelta64[D]")
        flows = np.diff(np.concatenate([[0], stops])).astype(np.int32)
        parts.append(xr.Dataset({"deaths": ("time", flows)}, {"time": times}))
    common = at_common_times(parts)
    assert len({tuple(each["time"].values.tolist()) for each in common}) == 1
    assert common[0].sizes["time"] == len(set.intersection(*(own | {9} for own in days)))
    assert all(int(each["deaths"].sum()) == 9 for each in common)
