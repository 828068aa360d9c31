"""Files become a Scenario: what may be written how, and what a variant changes."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.config import to_seconds
from flowsim.errors import ScenarioError
from flowsim.scenario.checks import check
from flowsim.scenario.read import parse, scalar
from flowsim.scenario.scenario import Number
from tests.worlds import small_scenario

DATA = Path(__file__).parents[1] / "data"
SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*/scenario.yaml"))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "small", tmp_path / "small")
    return tmp_path / "small"


def variant(folder: Path, text: str) -> fs.Scenario:
    (folder / "variant.yaml").write_text(text, encoding="utf-8")
    return fs.load(folder / "variant.yaml")


def test_values(small: Path) -> None:
    scenario = fs.load(small)
    assert scenario.start == datetime(2010, 6, 10, 18)
    assert (scenario.step, scenario.record) == (3600, 21600)
    town, _, camp = scenario.places
    assert town.share == {"North": 0.5, "South": 0.5}
    assert (town.capacity, camp.capacity, camp.share) == (None, 500, {})
    assert town.note == "two quarters, one town"
    assert scenario.groups[0].household_size == {1: 0.2, 4: 0.8}
    assert scenario.behaviour.leaving.violence_per_day == 3.0
    assert scenario.conditions[0].hours == (22.0, 6.0)


def test_folder_and_file_are_the_same(small: Path) -> None:
    assert fs.load(small) == fs.load(str(small / "scenario.yaml"))


def test_ranges_are_lifted(small: Path) -> None:
    assert fs.load(small).numbers == (
        Number(path="places[Town].population", value=600, low=500, high=700),
        Number(path="groups[North].children", value=0.3, low=0.25, high=0.35, source="census"),
        Number(
            path="borders[Here-There].authorities[There].policies[0].stop",
            value="2010-06-11T12:00",
            low="2010-06-11T06:00",
            high="2010-06-11T18:00",
        ),
        Number(
            path="behaviour.leaving.violence_per_day",
            value=3.0,
            low=1.0,
            high=5.0,
            source="assumed",
        ),
    )


def test_ranges_in_orders_are_lifted(small: Path) -> None:
    text = (small / "scenario.yaml").read_text()
    size = "size: {value: 900, low: 600, high: 1500, source: radio}, places: [Town, Village]"
    effect = "  force_effect: {persons_blocking: {value: 150, low: 50, high: 900}}\n"
    text = text.replace("stance: protect}", f"stance: protect, roads: open, {size}}}")
    (small / "scenario.yaml").write_text(text.replace("\nforces:", f"{effect}\nforces:"))
    scenario = fs.load(small)
    order = scenario.forces[0].orders[1]
    assert (order.size, order.places, order.roads) == (900, ("Town", "Village"), "open")
    path = "forces[Army].orders[1].size"
    wanted = (
        Number(path="violence.force_effect.persons_blocking", value=150, low=50, high=900),
        Number(path=path, value=900, low=600, high=1500, source="radio"),
    )
    assert set(wanted) <= set(scenario.numbers)
    assert scenario.with_values({path: 600}).forces[0].orders[1].size == 600
    with pytest.raises(fs.ScenarioError, match=r"roads: a force of 0 persons cannot open roads"):
        scenario.with_values({path: 0})


def test_every_range_can_be_set(small: Path) -> None:
    scenario = fs.load(small)
    for number in scenario.numbers:
        if "children" in number.path:
            continue  # it adds up to 1 with the other kinds
        for end in (number.low, number.value, number.high):
            assert scenario.with_values({number.path: end}).name == "small"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_shipped_scenarios(file: Path) -> None:
    scenario = fs.load(file.parent)
    assert check(scenario) == []
    paths = [number.path for number in scenario.numbers]
    assert len(paths) == len(set(paths))


def test_effective_scenario_is_read_back(small: Path, tmp_path: Path) -> None:
    from flowsim.model.assemble import as_yaml

    scenario = fs.load(small).with_values({"title": "NO", "places[Town].note": "007"})
    (tmp_path / "again.yaml").write_text(as_yaml(scenario), encoding="utf-8")
    again = fs.load(tmp_path / "again.yaml")
    assert again.effective() == scenario.effective()
    assert again.digest() == scenario.digest()


@pytest.mark.parametrize("change", [b"\xef\xbb\xbf", b"\r\n"], ids=["mark", "line ends"])
def test_files_of_other_editors(small: Path, change: bytes) -> None:
    before = fs.load(small)
    for file in small.iterdir():
        raw = file.read_bytes()
        file.write_bytes(raw.replace(b"\n", change) if change == b"\r\n" else change + raw)
    assert fs.load(small) == before


def test_comments_blank_rows_and_lines_in_cells(small: Path) -> None:
    before = fs.load(small)
    text = (small / "places.csv").read_text()
    text = text.replace("Village,Here", '\n  # a "comment\n,,,,,,,,,,,,,\nVillage,Here')
    (small / "places.csv").write_text(text.replace("two quarters, one town", "two\n# lines"))
    places = fs.load(small).places
    assert places[0].note == "two\n# lines"
    assert places[1:] == before.places[1:]


def test_lines_are_counted_past_cells_of_several_lines(small: Path) -> None:
    text = (small / "places.csv").read_text().replace("two quarters, one town", "two\n\nlines")
    (small / "places.csv").write_text(text.replace("72.8,200", "72.8,-200"))
    with pytest.raises(fs.ScenarioError, match=r"places\.csv:5:7: "):
        fs.load(small)


def test_lists_in_tables(small: Path) -> None:
    text = (small / "scenario.yaml").read_text()
    i, j, k = (text.index(key) for key in ("forces:", "conditions:", "borders:"))
    (small / "scenario.yaml").write_text(
        f"{text[:i]}forces: forces.csv\nconditions: conditions.csv\n{text[k:]}"
    )
    (small / "forces.csv").write_text(
        "name,kind,places,size,orders.1.start,orders.1.stance,orders.2.start,orders.2.stance,"
        "orders.2.places,orders.2.size,orders.2.size.high,orders.2.roads,orders.2.groups\n"
        "Army,army,Town;Village,500,2010-06-11T00:00,stand_by,2010-06-12T00:00,protect,"
        "Village; Town,60,90,block,North;South\n"
        "Police,police,Town,50,2010-06-11T00:00,protect,,,,,,,\n"
    )
    (small / "conditions.csv").write_text(
        "name,kind,places,start,stop,hours,groups\n"
        "Curfew,curfew,Town; Village,2010-06-11T00:00,2010-06-12T00:00,22;6,North\n"
    )
    assert j
    scenario = fs.load(small)
    assert scenario.forces[0].places == ("Town", "Village")
    assert [order.stance for order in scenario.forces[0].orders] == ["stand_by", "protect"]
    sent = scenario.forces[0].orders[1]
    assert (sent.places, sent.size, sent.roads) == (("Village", "Town"), 60, "block")
    assert sent.groups == ("North", "South")
    assert ("forces[Army].orders[1].size", 90) in {(n.path, n.high) for n in scenario.numbers}
    assert len(scenario.forces[1].orders) == 1
    assert scenario.conditions[0].hours == (22.0, 6.0)
    assert scenario.conditions[0].groups == ("North",)


def test_groups_in_a_table(small: Path) -> None:
    text = (small / "scenario.yaml").read_text()
    i, j = text.index("groups:"), text.index("violence:")
    (small / "scenario.yaml").write_text(f"{text[:i]}groups: groups.csv\n\n{text[j:]}")
    (small / "groups.csv").write_text(
        "name,household_size.1,household_size.4,children,children.low,women,men,"
        "elderly_women,elderly_men\nNorth,0.2,0.8,0.3,0.25,0.3,0.3,0.06,0.04\n"
        "South,,1,0.2,,0.35,0.35,0.05,0.05\n"
    )
    scenario = fs.load(small)
    assert [group.household_size for group in scenario.groups] == [{1: 0.2, 4: 0.8}, {4: 1.0}]
    assert scenario.numbers[1] == Number(path="groups[North].children", value=0.3, low=0.25)


def test_ranges_that_lead_nowhere(small: Path) -> None:
    with (small / "scenario.yaml").open("a") as file:
        file.write("numbers:\n  - {path: 'places[Twon].burnt', value: 0.1}\n")
    with pytest.raises(fs.ScenarioError, match=r"yaml:66:12: numbers\[0\].path: there is no item"):
        fs.load(small)


def test_variant(small: Path) -> None:
    base = fs.load(small)
    with pytest.warns(fs.ScenarioWarning, match="without number 1 .closed., number 2 .triage.;"):
        changed = variant(
            small,
            """
extends: .
name: variant
title:
places: {Town: {population: 900}}
borders:
  Here-There:
    authorities:
      There: {policies: [{type: open}]}
behaviour: {leaving: {violence_per_day: {high: 9}}}
conditions: {Curfew: null}
""",
        )
    assert (changed.name, changed.title) == ("variant", "")
    assert changed.places[0].population == 900
    assert changed.places[0].share == base.places[0].share
    assert changed.borders[0].authorities[0].name == "Guards"
    assert changed.borders[0].authorities[0].policies == (fs.policy.Open(),)
    assert changed.conditions == ()
    assert changed.forces == base.forces
    numbers = {number.path: number for number in changed.numbers}
    assert list(numbers) == ["groups[North].children", "behaviour.leaving.violence_per_day"]
    assert numbers["behaviour.leaving.violence_per_day"].high == 9
    assert numbers["behaviour.leaving.violence_per_day"].source == "assumed"


def test_a_whole_number_replaces_the_range_of_the_base(small: Path) -> None:
    text = "extends: .\nbehaviour: {leaving: {violence_per_day: {value: 8, source: us}}}\n"
    (number,) = [n for n in variant(small, text).numbers if n.path.endswith("violence_per_day")]
    assert (number.value, number.low, number.high, number.source) == (8, None, None, "us")


def test_variant_of_a_variant_in_a_sibling_folder(small: Path) -> None:
    (small / "mild.yaml").write_text("extends: scenario.yaml\nname: mild\n")
    (small.parent / "mine").mkdir()
    (small.parent / "mine/places.csv").write_text((small / "places.csv").read_text())
    (small.parent / "mine/scenario.yaml").write_text(
        "extends: ../small/mild.yaml\nplaces: places.csv\nstep: 30min\n"
    )
    scenario = fs.load(small.parent / "mine")
    assert (scenario.name, scenario.step) == ("mild", 1800)


def test_aliases_are_copies(small: Path) -> None:
    text = (small / "scenario.yaml").read_text()
    text = text.replace("places: [Town]", "places: &here [Town]")
    (small / "scenario.yaml").write_text(text.replace("[Town, Village]", "*here"))
    assert fs.load(small).conditions[0].places == ("Town",)


def test_a_tables_mistakes_do_not_hide_those_of_another(small: Path) -> None:
    for file, old, new in (
        ("places.csv", "72.8,200", "72.8,x"),
        ("routes.csv", "12.5", "x"),
        ("events.csv", "Town", "Nowhere"),
        ("reports.csv", "300,200,400", "300,500,400"),
    ):
        text = (small / file).read_text()
        (small / file).write_text(text.replace(old, new))
    with pytest.raises(fs.ScenarioError) as error:
        fs.load(small)
    files = [Path(problem.file).name for problem in error.value.problems]
    assert files == ["places.csv", "routes.csv", "events.csv", "reports.csv"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("Null", None),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("12:30:00", "12:30:00"),
        ("2010-06-10", "2010-06-10"),
        ("9" * 500, "9" * 500),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)
    assert parse(f"a: {text}", "").plain() == ({} if value is None else {"a": value})
    assert parse(f"a: '{text}'", "").plain() == {"a": text}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45s", 45), ("90min", 5400), ("1.5h", 5400), ("1h 30min", 5400), ("2d12h", 216_000)],
)
def test_parts_of_a_duration_add_up(text: str, seconds: int) -> None:
    assert to_seconds(text) == seconds


def test_directive_of_yaml_1_1_changes_nothing() -> None:
    assert parse("%YAML 1.1\n---\na: NO", "").plain() == {"a": "NO"}


def test_a_python_scenario_can_be_checked() -> None:
    scenario = small_scenario()
    assert check(scenario) == []
    (problem,) = check(scenario.model_copy(update={"record": 5400}))
    assert (problem.path, problem.file) == ("record", "")


def test_readers_are_asked_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flowsim import readers

    mine = readers.Reader(
        "mine", lambda path: path.suffix == ".mine", lambda path, allow_code: small_scenario()
    )
    monkeypatch.setattr(readers, "READERS", [*readers.READERS, mine])
    assert fs.load(tmp_path / "a.mine") == small_scenario()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (
            "start,persons,place\n2010-06-11,5,Twn\n2010-06-11,5,Camp\n",
            [
                "arrivals.csv:2:3: arrivals[0].place: there is no place 'Twn'; name one of Camp,"
                " Town, Village (did you mean 'Town'?)",
                "arrivals.csv:3:3: arrivals[1].place: 'Camp' is in There, which people do not flee"
                " from; name a place in Here, or leave it out",
            ],
        ),
        (
            "start,persons,place\n2010-06-11,5,Town\n2010-06-11,5,\n2010-06-11T00:00,6,Town\n",
            [
                "arrivals.csv:4:1: arrivals[2].start: this moment and place appear twice, first as"
                " number 1; add the persons up in one row",
            ],
        ),
        (
            "start,persons,plc\nsoon,-5,Town\n",
            [
                "arrivals.csv:1:3: there is no column 'plc'; use one of start, persons, place,"
                " source (did you mean 'place'?)",
                "arrivals.csv:2:1: arrivals[0].start: 'soon' is not a time; write it as"
                " 2010-06-10T18:00",
                "arrivals.csv:2:2: arrivals[0].persons: -5 is out of range; give a number of at"
                " least 0",
            ],
        ),
    ],
    ids=["places", "twice", "cells"],
)
def test_what_is_wrong_in_a_table_of_arrivals(small: Path, table: str, says: list[str]) -> None:
    (small / "arrivals.csv").write_text(table)
    text = (small / "scenario.yaml").read_text()
    (small / "scenario.yaml").write_text(f"{text}\narrivals: arrivals.csv\n")
    with pytest.raises(ScenarioError) as error:
        fs.load(small)
    assert [str(p).removeprefix(f"{small}/") for p in error.value.problems] == says
