"""Parts of the reader of Flee's folders by themselves: series, spells, changes, settings."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.behaviour.flee_config import Flee, Spawning
from flowsim.flee.reader.as_run import Told, spells_as_run
from flowsim.flee.reader.changes import camps_at_times, read_changes, shut, with_changes
from flowsim.flee.reader.conflict import read_conflict
from flowsim.flee.reader.drivers import read_drivers
from flowsim.flee.reader.folder import read_flee
from flowsim.flee.reader.people import read_agents, read_group
from flowsim.flee.reader.places import read_places, read_routes
from flowsim.flee.reader.registrations import Registered, Series, read_registered
from flowsim.flee.reader.rows import Notes, Row, read_all, read_rows
from flowsim.flee.reader.settings import MAPPED, MISSING, NO_EFFECT, V1, read_settings
from flowsim.flee.reader.unused import check_unused
from flowsim.world.config import Route
from tests.flee_folder import FILES, flee_folder

START = date(2015, 5, 1)
BEGIN = datetime(2015, 5, 1)


def table(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def said(notes: Notes) -> list[str]:
    return [str(problem).rpartition("/")[2] for problem in notes.problems]


def odd(notes: Notes) -> list[str]:
    return [told.rpartition("/")[2] for told in notes.odd]


# ---- rows -----------------------------------------------------------------------------------


def test_rows_have_stripped_cells_and_know_their_line(tmp_path: Path) -> None:
    notes = Notes()
    path = table(tmp_path, "t.csv", "#a,b\n\n , \n x , 1 ,\n#c\ny\n")
    rows = read_rows(path, notes)
    assert [(row.line, row.cells) for row in rows] == [(4, ("x", "1", "")), (6, ("y",))]
    assert [row.line for row in read_all(path, notes)] == [1, 4, 5, 6]
    assert rows[1].text(5) == ""
    assert rows[0].file == str(path)
    assert read_rows(tmp_path / "none.csv", notes) == []
    assert len(notes.problems) == 1


def test_a_quoted_cell_on_several_lines_is_refused_and_not_put_together(tmp_path: Path) -> None:
    """A 1 above a 2 was read as 12."""
    notes = Notes()
    (row,) = read_rows(table(tmp_path, "t.csv", 'x,"1\n2",y\n'), notes)
    assert row.text(1) == "1\n2"
    assert said(notes) == ["t.csv:2:2: '1\\n2' spans several lines; write it on one line"]
    fine = Notes()
    (row,) = read_rows(table(tmp_path, "t.csv", 'x,"12\n",y\n'), fine)
    assert (row.cells, fine.problems) == (("x", "12", "y"), [])


def test_a_cell_that_is_wrong_is_told_with_its_column(tmp_path: Path) -> None:
    notes = Notes()
    row = Row("f.csv", 3, ("", "x" * 99, "7.5", "nan", "2015-13-01", "200"), notes)
    assert row.needs(0, "the name") == ""
    assert row.needs(1, "the name") == "x" * 98
    assert row.whole(2, "day") == 7
    assert row.number(3, "length", 0.5) == 0.5
    assert row.day(4) is None
    assert row.number(5, "share", 0.0, 100.0) == 0.0
    assert row.needs(9, "the kind") == ""
    assert row.number(2, "length", 7.5) == 7.5
    assert said(notes) == [
        "f.csv:3:1: the name is missing; give the name",
        "f.csv:3:2: the name has 99 characters; give at most 98",
        "f.csv:3:3: '7.5' is not a whole number; give day as a whole number",
        "f.csv:3:4: 'nan' is not a valid length; give a number of at least 0.5",
        "f.csv:3:5: '2015-13-01' is not a date; write it as 2015-05-01",
        "f.csv:3:6: '200' is not a valid share; give a number from 0 to 100",
        "f.csv:3:7: the kind is missing; give the kind",
    ]


# ---- registrations --------------------------------------------------------------------------


def test_series_are_straight_lines_and_level_outside() -> None:
    series = Series((date(2015, 5, 2), date(2015, 5, 4)), (10.0, 30.0))
    assert series.by_day(START, 6).tolist() == [10, 10, 20, 30, 30, 30]
    assert Series((), ()).by_day(START, 3).tolist() == [0, 0, 0]


def test_a_fall_is_a_debt_until_it_is_made_up_for() -> None:
    def daily(*persons: float) -> Series:
        return Series(tuple(date(2015, 5, d + 1) for d in range(len(persons))), persons)

    both = Registered({"A": (daily(5, 10, 4, 8, 20),), "B": (daily(0, 1, 1, 1, 1.999),)},
                      Series((), ()), {})  # fmt: skip
    assert both.by_day("B", START, 5).tolist() == [0, 1, 1, 1, 1]
    assert both.arrivals(START, 5).tolist() == [0, 6, 0, 0, 10]
    assert both.arrivals(START, 5).dtype == np.int64
    two = Registered({"A": (daily(1, 2), daily(3, 4))}, Series((), ()), {})
    assert two.by_day("A", START, 2).tolist() == [4, 6]


def test_registrations_with_corrections(tmp_path: Path) -> None:
    table(tmp_path, "data_layout.csv", "Total,all.csv\nA,a.csv,b.csv\n")
    table(tmp_path, "all.csv", "Date,persons\n2015-05-01,9\n")
    table(tmp_path, "a.csv", "2015-05-03,50\n2015-05-01,10\n2015-05-05,100\n2015-05-01,11\n")
    table(tmp_path, "b.csv", "2015-05-01,7\n2015-05-02,\n")
    fixes = table(tmp_path, "fix.csv", "A,2015-05-05\nA,2015-05-01\nA,2015-04-01\nZ,2015-05-05\n")
    notes = Notes()
    found = read_registered(tmp_path, fixes, START, notes)
    assert list(found.camps) == ["A"]
    assert found.total == Series((START,), (9.0,), (9.0,))
    one, two = found.camps["A"]
    assert one.days == (date(2015, 5, 1), date(2015, 5, 3), date(2015, 5, 5))
    assert one.persons == (20.0, 100.0, 100.0)
    assert one.counted == (10.0, 50.0, 100.0)
    assert one.last_counted(date(2015, 5, 4)) == 50.0
    assert one.last_counted(date(2015, 4, 30)) == 0.0
    assert two.persons == (7.0,)
    assert found.recounts == {"A": (date(2015, 5, 1), date(2015, 5, 5))}
    assert found.rows["A"].line == 2
    assert notes.problems == []
    told = odd(notes)
    assert "a.csv:2: 2015-05-01 comes after 2015-05-03; the dates are sorted" in told
    assert "a.csv:4: 2015-05-01 appears twice; the first, 10, is taken" in told
    assert "fix.csv:1: A has no report on 2015-05-05; nothing is corrected" in told
    assert "fix.csv:4: the correction of 'Z', which has no series" in told


def test_corrections_that_cannot_be_made(tmp_path: Path) -> None:
    table(tmp_path, "data_layout.csv", "A,a.csv\nB\n")
    table(tmp_path, "a.csv", "2015-05-01,0\n2015-05-02,1\n2015-05-03,9e7\n2015-05-04,1\n"
          "2015-05-05,9\n")  # fmt: skip
    fixes = table(tmp_path, "fix.csv", "A,2015-05-02\nA,soon\nA,2015-05-03\nA,2015-05-05\n")
    notes = Notes()
    read_registered(tmp_path, fixes, START, notes)
    assert said(notes) == [
        "fix.csv:1:2: A has nobody before 2015-05-02; give a date with a report",
        "fix.csv:2:2: 'soon' is not a date; write it as 2015-05-01",
        "fix.csv:4:2: it makes 8.1e+08 persons; give at most 1e+08",
        "data_layout.csv:2:2: 'B' has no file; name the file of its series",
    ]


# ---- conflict and changes -------------------------------------------------------------------


def test_spells_of_one_intensity(tmp_path: Path) -> None:
    path = table(tmp_path, "c.csv", "#Day,A,X,B,\n0,0,1,0.5\n1,1,1,0.5\n2,0.5,1,0\n4,0,1,0\n")
    notes = Notes()
    events = read_conflict(path, ["A", "B"], BEGIN, 6, notes)
    assert [
        (e.place, e.start.day, e.peak.day, e.until.day, e.intensity, dict(e.target)) for e in events
    ] == [
        ("A", 2, 2, 3, 1.0, {"people": 1.0}),
        ("A", 3, 3, 5, 0.5, {"people": 1.0}),
        ("B", 1, 1, 3, 0.5, {"people": 1.0}),
    ]
    assert odd(notes) == [
        "c.csv:1: 'X' is not a place, so its conflict is left out",
        "c.csv:5: day 4 is in row 3, and Flee goes by the row",
        "c.csv:5: the last day is 4 of 6; it holds on to the end",
    ]
    assert read_conflict(table(tmp_path, "e.csv", ""), ["A"], BEGIN, 6, notes) == ()
    twice = table(tmp_path, "t.csv", "#Day,A,A\n0,1,1\n")
    fresh = Notes()
    read_conflict(twice, ["A"], BEGIN, 1, fresh)
    assert said(fresh) == ["t.csv:1:3: 'A' appears twice; keep one of its columns"]


LOCATIONS = (
    "#name,region,country,latitude,longitude,location_type,conflict_date,population,capacity_per_day,"
    "flag\n"
    "A,North,Home,1.0,2.0,conflict_zone,3,1000\n"
    "B,North,Home,1.5,2.5,town,,\n"
    "C,West,Far,1,3,refugee camp,,500,7\n"
    "D,West,Home,1,4,idp_camp,,0\n"
    "E,West,Home,1,5,forwarding_hub,,20\n"
    "F,West,Home,1,6,marker,,\n"
)


def test_places_by_their_types(tmp_path: Path) -> None:
    notes = Notes()
    spots = read_places(table(tmp_path, "l.csv", LOCATIONS), notes)
    told = {n: (s.kind, s.number, s.conflict_day, dict(s.more)) for n, s in spots.items()}
    assert told == {
        "A": ("conflict", 1000, 3, {}), "B": ("town", None, 0, {}),
        "C": ("camp", 500, 0, {"capacity_per_day": 7.0}), "D": ("camp", None, 0, {}),
        "E": ("forward", 20, 0, {}), "F": ("marker", None, 0, {}),
    }  # fmt: skip
    assert odd(notes) == [
        "l.csv:1: the column 'flag': not used, as no rule here reads it",
        "l.csv:5: 'D' is for the displaced inside",
    ]
    inside = {"A": True, "B": True, "D": True, "E": True, "F": True}
    made = {
        name: spot.place(spot.coordinates(), 11, name in inside) for name, spot in spots.items()
    }
    assert [made[name].kind for name in "ABCDEF"] == [
        "town", "town", "camp", "idp_camp", "hub", "marker",
    ]  # fmt: skip
    camp = made["C"]
    assert (camp.capacity, camp.capacity_per_day, camp.sheltered, camp.population) == (
        500, 7.0, 11, 0,
    )  # fmt: skip
    assert (camp.country, camp.region, camp.lat, camp.lon) == ("Far", "West", 1.0, 3.0)
    assert (made["A"].population, dict(made["A"].share), made["A"].capacity) == (
        1000, {"people": 1.0}, 0,
    )  # fmt: skip
    assert (made["B"].population, dict(made["B"].share)) == (0, {})
    assert (made["D"].capacity, made["D"].capacity_per_day) == (None, 0.0)
    assert {place.note for place in made.values()} == {""}


@pytest.mark.parametrize("cells", [",", "1.5,", ",2.5"])
def test_a_place_without_both_coordinates_lies_where_it_is_put_and_says_so(
    tmp_path: Path, cells: str
) -> None:
    notes = Notes()
    text = f"A,North,Home,{cells},town,,30\n"
    spot = read_places(table(tmp_path, "l.csv", text), notes)["A"]
    assert notes.problems == []
    assert not spot.has_coordinates
    place = spot.place((-3.0, 70.0), 0, True)
    assert (place.lat, place.lon, place.note) == (-3.0, 70.0, "coordinates are not given")
    assert place.population == 30


def test_routes_between_countries_are_crossings(tmp_path: Path) -> None:
    notes = Notes()
    spots = read_places(table(tmp_path, "l.csv", LOCATIONS), notes)
    notes.odd.clear()
    text = "#a,b,km\nA,B,120.5\nB,C,30,0\nB,A,9\nD,D,1\nE,F,3,2\nA,Q,1\n"
    routes = read_routes(table(tmp_path, "r.csv", text), spots, notes)
    assert [(r.start, r.end, r.km, r.crossing, r.kind) for r in routes[:2]] == [
        ("A", "B", 120.5, routes[0].crossing, routes[0].kind), ("B", "C", 30.0, "B - C", "post"),
    ]  # fmt: skip
    assert not routes[0].crossing
    assert len(routes) == 3
    assert odd(notes) == [
        "r.csv:4: the route between 'B' and 'A' appears twice; the first, 120.5 km, is kept; Flee "
        "would draw it twice as often",
        "r.csv:5: the route leads from 'D' to itself, and is left out",
        "r.csv:6: forced redirection '2' has no effect in Flee 3",
    ]
    assert said(notes) == ["r.csv:7:2: there is no place 'Q'; name one of locations.csv"]


def test_phases_of_places_that_change(tmp_path: Path) -> None:
    notes = Notes()
    spots = read_places(table(tmp_path, "l.csv", LOCATIONS), notes)
    notes.odd.clear()
    text = "A,camp,4\nA,town,2\nC,town,0\nB,conflict,3\nB,marker,5\nC,camp,9\nQ,camp,1\nA,camp,2\n"
    phases = read_changes(table(tmp_path, "x.csv", text), spots, 9, notes)
    assert [(p.place, p.kind, p.first, p.last, p.changed, p.row.line) for p in phases] == [
        ("A", "conflict", 0, 2, False, 2), ("A", "town", 2, 4, True, 2),
        ("A", "camp", 4, None, True, 1), ("C", "town", 0, None, True, 3),
        ("B", "town", 0, 3, False, 4), ("B", "conflict", 3, 5, True, 4),
        ("B", "marker", 5, None, True, 5),
    ]  # fmt: skip
    assert said(notes) == [
        "x.csv:7:1: there is no place 'Q'; name one of locations.csv",
        "x.csv:8:3: 'A' changes twice on day 2; keep one of the rows",
    ]
    assert odd(notes) == [
        "x.csv:5: 'B' becomes 'marker', and is taken for a town",
        "x.csv:6: day 9 is after the last, 8; the row is left out",
    ]
    later = camps_at_times(spots, phases)
    assert (later["A"].kind, later["A"].number, later["A"].residents) == ("camp", None, 1000)
    assert later["C"] is spots["C"]
    closed = shut(later, phases)
    assert [(p.place, p.first, p.last) for p in closed] == [
        ("A", 0, 2),
        ("A", 2, 4),
        ("C", 0, None),
    ]
    notes.odd.clear()
    path = table(tmp_path, "c.csv", "#Day,A,B\n0,1,0\n1,0.5,0\n2,0.5,0\n3,0.5,1\n4,0.5,1\n5,0,0\n")
    events = read_conflict(path, ["A", "B"], BEGIN, 9, Notes())
    found = with_changes(events, phases, BEGIN, datetime(2015, 5, 10), notes)
    assert [(e.place, e.start.day, e.until.day, e.intensity) for e in found] == [
        ("A", 1, 2, 1.0), ("A", 2, 3, 0.5), ("B", 4, 6, 1.0),
    ]  # fmt: skip
    assert odd(notes)[0] == (
        "x.csv:2: 'A' is in conflict then by conflicts.csv or locations.csv; the change counts"
    )
    assert with_changes(events, (), BEGIN, BEGIN, notes) == events


# ---- closures as Flee runs them ---------------------------------------------------------------


def test_closures_fire_on_their_first_and_last_day() -> None:
    routes = (Route(start="A", end="B", km=1), Route(start="B", end="C", km=1),
              Route(start="A", end="C", km=1))  # fmt: skip
    country = {"A": "H", "B": "H", "C": "F"}
    row = Row("f", 1, (), Notes())

    def spells(*told: tuple[str, str, str, int, int]) -> list[tuple[int, str, int, Any]]:
        found = spells_as_run([Told(row, *t) for t in told], routes, country, 10)
        return sorted((s.route, s.camp, s.first, s.stop) for s in found)

    assert spells(("country", "H", "F", 2, 5)) == [(1, "", 2, 5), (2, "", 2, 5)]
    assert spells(("country", "F", "H", 2, 5)) == [(1, "", 2, 5), (2, "", 2, 5)]
    assert spells(("location", "A", "C", 2, 5)) == [(0, "", 2, 5), (2, "", 2, 5)]
    assert spells(("camp", "C", "", 2, 5), ("idpcamp", "B", "", 3, 12)) == [
        (-1, "B", 3, None), (-1, "C", 2, 5),
    ]  # fmt: skip
    assert spells(("link", "A", "B", 2, 5)) == []
    assert spells(("camp", "C", "", -1, 5)) == []
    assert spells(("camp", "C", "", 2, 2)) == []
    assert spells(("camp", "C", "", 5, 2)) == [(-1, "C", 5, None)]
    assert spells(("camp", "C", "", 9, 12)) == [(-1, "C", 9, None)]
    assert spells(("camp", "C", "", 10, 12)) == []
    # the end of one opens what another has closed
    assert spells(("camp", "C", "", 1, 6), ("camp", "C", "", 2, 4)) == [(-1, "C", 1, 4)]


# ---- people ---------------------------------------------------------------------------------


def test_ages_and_sexes_make_shares(tmp_path: Path) -> None:
    table(tmp_path, "demographics_gender.csv", "gender,Default\nF,3\nm,1\n")
    table(tmp_path, "demographics_age.csv", "#age,Default\n14.9,2\n15,5\n59,1\n60,2\n")
    notes = Notes()
    group = read_group(tmp_path, {}, notes)
    assert (group.name, dict(group.household_size)) == ("people", {1: 1.0})
    shares = (group.children, group.women, group.men, group.elderly_women, group.elderly_men)
    assert shares == pytest.approx((0.2, 0.45, 0.15, 0.15, 0.05))
    assert notes.problems == []
    assert notes.odd == [f"{tmp_path}: children flee alone here, and count as adults"]


def test_without_attributes_all_are_grown_up_and_half_are_women(tmp_path: Path) -> None:
    group = read_group(tmp_path, {}, Notes())
    assert (group.children, group.women, group.men, group.elderly_women) == (0.0, 0.5, 0.5, 0.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gender,x\nf,1\n", "1:1: the column 'Default' is missing; add it, with a weight in each "
                            "row"),
        ("gender,Default\nf,1\nf,2\n", "3:1: 'f' appears twice; give each value one row"),
        ("gender,Default\nf,0\n", "1:2: no value has a weight; give one a weight above 0"),
        ("sex,Default\nf,1\n", "1:1: 'sex' begins the header; begin it with gender"),
        ("", "1:1: the table is empty; give a header that begins with gender"),
    ],
)  # fmt: skip
def test_attributes_that_are_wrong(tmp_path: Path, text: str, told: str) -> None:
    table(tmp_path, "demographics_gender.csv", text)
    notes = Notes()
    read_group(tmp_path, {}, notes)
    assert f"demographics_gender.csv:{told}" in said(notes)


def test_people_told_one_by_one(tmp_path: Path) -> None:
    notes = Notes()
    spots = read_places(table(tmp_path, "l.csv", LOCATIONS), notes)
    notes.odd.clear()
    path = table(tmp_path, "agents.csv", "#location,age\nA,3\nA,4\nB,5\nQ,1\n")
    found = read_agents(path, spots, notes)
    assert (found["A"], found["B"]) == (2, 1)
    assert said(notes) == ["agents.csv:5:1: there is no place 'Q'; name one of locations.csv"]
    assert odd(notes) == [
        "agents.csv:1: 4 persons start on day 0 beside those who are registered; of their "
        "attributes none is used"
    ]
    assert read_agents(tmp_path / "none.csv", spots, notes) == {}


# ---- settings -------------------------------------------------------------------------------

VALUES: dict[str, Any] = {
    "take_from_population": True, "insert_day0": False, "empty_camps_on_day0": True,
    "conflict_spawn_decay": [1.0, 0.5],
    "conflict_spawn_decay_interval": 7, "avoid_short_stints": True, "start_on_foot": True,
    "starvation_driven_spawning": True, "conflict_zone_spawning_only": False,
    "flee_when_starving": True, "avoid_food_deprived_locations": True,
    "stay_close_to_home": True, "use_pop_for_loc_weight": True, "awareness_level": 3, "hasten": 5,
}  # fmt: skip


def settings(tmp_path: Path, text: str) -> tuple[Flee, Notes]:
    notes = Notes()
    return read_settings(table(tmp_path, "simsetting.yml", text), notes), notes


@pytest.mark.parametrize(
    ("section", "key"), [(section, key) for section, keys in MAPPED.items() for key in keys]
)
def test_each_key_sets_the_field_of_its_name(tmp_path: Path, section: str, key: str) -> None:
    value = VALUES.get(key, 0.25)
    flee, notes = settings(tmp_path, f"{section}:\n  {key}: {value}\n")
    assert notes.problems == []
    held: Any = flee.spawning if section == "spawn_rules" else flee
    assert getattr(held, key) == (tuple(value) if isinstance(value, list) else value)
    plain = Flee().model_dump()
    changed = {
        name for name, told in flee.model_dump().items() if told != plain[name]
    }  # and nothing else
    assert changed == {"spawning" if section == "spawn_rules" else key}
    empty, _ = settings(tmp_path, f"{section}:\n  {key}:\n")
    assert empty == Flee()


@pytest.mark.parametrize(
    ("section", "key"), [(s, k) for s, keys in NO_EFFECT.items() if s for k in keys]
)
def test_keys_without_effect_are_told(tmp_path: Path, section: str, key: str) -> None:
    flee, notes = settings(tmp_path, f"{section}:\n  {key}: 3\n")
    assert flee == Flee()
    wanted = [f"simsetting.yml:2: {section}.{key} changes nothing, and is left out"]
    assert odd(notes) == ([] if section == "log_levels" else wanted)
    assert notes.problems == []


@pytest.mark.parametrize(("section", "key"), [(s, k) for s, keys in MISSING.items() for k in keys])
def test_keys_whose_rules_are_not_here_are_kept_and_told_unless_they_do_nothing(
    tmp_path: Path, section: str, key: str
) -> None:
    harmless = MISSING[section][key]
    for idle in ("", harmless) if harmless not in (None, ()) else ("",):
        flee, notes = settings(tmp_path, f"{section}:\n  {key}: {idle}\n")
        assert (flee, notes.problems, notes.odd) == (Flee(), [], [])
    flee, notes = settings(tmp_path, f"{section}:\n  {key}: 17\n")
    assert flee == Flee(missing_rules=(f"{section}.{key}",))
    assert notes.problems == []
    assert odd(notes) == [
        f"simsetting.yml:2: {section}.{key} asks for a rule that is not here: flowsim's own rules "
        "do without it, and `rules: flee` does not run"
    ]


def test_rules_that_are_not_here_are_kept_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Rules of floods have a section of their own, and count as of the moves."""
    text = (
        "flood_rules:\n  flood_forecaster: True\n"
        "move_rules:\n  fixed_routes: True\n  harvest_months: []\n"
        "spawn_rules:\n  sum_from_camps: False\n"
    )
    flee, notes = settings(tmp_path, text)
    wanted = (
        "move_rules.flood_rules.flood_forecaster",
        "move_rules.fixed_routes",
        "spawn_rules.sum_from_camps",
    )
    assert flee == Flee(missing_rules=wanted)
    assert [told.split(" asks ")[0] for told in odd(notes)] == [
        f"simsetting.yml:{line}: {path}" for line, path in zip((2, 4, 7), wanted, strict=True)
    ]
    assert notes.problems == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("move_rules:\n  max_move_sped: 3\n", "2:3: move_rules.max_move_sped: Flee does not know "
         "this key; leave it out (did you mean 'max_move_speed'?)"),
        ("move_rule:\n  x: 3\n", "1:1: move_rule: Flee does not know this key; leave it out (did "
         "you mean 'move_rules'?)"),
        ("move_rules: 3\n", "1:13: move_rules: this is not a mapping; give keys with values"),
        ("- 3\n", "1:1: the file: this is not a mapping; give keys with values"),
        ("move_rules:\n  start_on_foot: 'no'\n", "2:18: move_rules.start_on_foot: 'no' is neither "
         "true nor false; write True or False, without quotes"),
        ("spawn_rules:\n  conflict_driven_spawning:\n    spawn_mode: poison\n",
         "3:17: spawn_rules.conflict_driven_spawning.spawn_mode: there is no mode 'poison'; give "
         "one of constant, pop_ratio, poisson (did you mean 'poisson'?)"),
        ("spawn_rules:\n  conflict_driven_spawning:\n    mode: x\n",
         "3:5: spawn_rules.conflict_driven_spawning.mode: Flee does not know this key; leave "
         "it out"),
    ],
)  # fmt: skip
def test_settings_that_are_wrong_are_told_by_place(tmp_path: Path, text: str, told: str) -> None:
    _, notes = settings(tmp_path, text)
    (line,) = [str(p).partition("simsetting.yml:")[2] for p in notes.problems]
    assert line.startswith(told)


@pytest.mark.parametrize(
    ("section", "key"),
    [(section, key) for section, kind in (("spawn_rules", Spawning), ("move_rules", Flee))
     for key in MAPPED[section] if kind.model_fields[key].annotation is bool],
)  # fmt: skip
def test_yes_and_no_in_quotes_are_refused(tmp_path: Path, section: str, key: str) -> None:
    """Flee takes any text for yes, 'False' too."""
    _, notes = settings(tmp_path, f"{section}:\n  {key}: 'False'\n")
    assert said(notes) == [
        f"simsetting.yml:2:{len(key) + 5}: {section}.{key}: 'False' is neither true nor false; "
        "write True or False, without quotes"
    ]


def test_modes_of_spawning_and_the_rules_of_flee_1(tmp_path: Path) -> None:
    start = "spawn_rules:\n  conflict_driven_spawning:\n"
    for text, mode, number in (
        ("    spawn_mode: Poisson\n", "poisson", 500.0),
        ("    spawn_mode: pop_ratio\n", "pop_ratio", 0.01),
        ("    displaced_per_conflict_day: 20\n", "constant", 20.0),
    ):
        flee, notes = settings(tmp_path, start + text)
        assert notes.problems == []
        assert (flee.spawning.mode, flee.spawning.displaced_per_conflict_day) == (mode, number)
    flee, _ = settings(tmp_path, "move_rules:\n  use_v1_rules: True\n  max_move_speed: 9\n")
    assert {key: getattr(flee, key) for key in V1} == {
        "max_move_speed": 200.0, "start_on_foot": False, "avoid_short_stints": False,
        "camp_weight": 2.0, "conflict_weight": 0.25,
    }  # fmt: skip
    flee, notes = settings(tmp_path, "move_rules:\n  awareness_level: -1\n")
    assert flee.awareness_level == 1
    assert odd(notes) == ["simsetting.yml:2: move_rules.awareness_level -1 means 1 in Flee"]


# ---- closures as they are meant, and files that are checked only --------------------------------


def closed(scenario: fs.Scenario) -> list[tuple[Any, ...]]:
    """Each closure: border, side, direction, type, what it closes, window in days, note."""
    found = []
    for border in scenario.borders:
        for side in border.authorities:
            for direction in ("policies", "back"):
                for rule in getattr(side, direction):
                    what = getattr(rule, "places", ()) or getattr(rule, "routes", ()) or (
                        rule.crossings
                    )  # fmt: skip
                    days = [None if t is None else (t - scenario.start).days
                            for t in (rule.start, rule.stop)]  # fmt: skip
                    found.append((border.id, side.country, direction, rule.type, what, *days,
                                  rule.note))  # fmt: skip
    return sorted(found, key=repr)


def test_closures_become_policies_with_their_windows_and_the_row_they_come_from(
    tmp_path: Path,
) -> None:
    rows = ("country,Home,Far,2,5", "camp,Cee,,3,-1", "link,Aha,Bee,0,4", "location,Bee,,1,6",
            "link,Bee,Cee,1,2")  # fmt: skip
    text = FILES["input_csv/closures.csv"] + "".join(f"{row}\n" for row in rows)
    scenario = fs.load(flee_folder(tmp_path, closures=text))
    (road,) = {r.crossing for r in scenario.routes if {r.start, r.end} == {"Bee", "Cee"}}
    told = closed(scenario)
    notes = {note for *_, note in told}
    assert notes == {f"closures.csv, line {line}" for line in range(2, 7)}
    by_line = {n: [t for t in told if t[-1].endswith(f"line {n}")] for n in range(2, 7)}
    far = next(b.id for b in scenario.borders if set(b.between) == {"Home", "Far"})
    assert [t[:7] for t in by_line[2]] == [
        (far, "Far", "back", "closed", (), 2, 5), (far, "Far", "policies", "closed", (), 2, 5),
    ]  # fmt: skip
    assert [t[1:7] for t in by_line[3]] == [
        ("Far", "policies", "reception_stop", ("Cee",), 3, None)
    ]
    assert [t[1:7] for t in by_line[4]] == [
        ("Home", "policies", "checkpoint", (("Aha", "Bee"),), None, 4)
    ]
    assert sorted(t[2:7] for t in by_line[5]) == sorted([
        ("policies", "checkpoint", (("Aha", "Bee"),), 1, 6), ("policies", "closed", (road,), 1, 6),
        ("back", "closed", (road,), 1, 6),
    ])  # fmt: skip
    assert [t[1:7] for t in by_line[6]] == [
        ("Far", "back", "closed", (road,), 1, 2), ("Far", "policies", "closed", (road,), 1, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "women"),
    [*((w, 1.0) for w in ("f", "Female", "w", "WOMAN", "women")),
     *((w, 0.0) for w in ("m", "Male", "man", "men"))],
)  # fmt: skip
def test_words_for_the_sexes(tmp_path: Path, word: str, women: float) -> None:
    table(tmp_path, "demographics_gender.csv", f"gender,Default\n{word},3\n")
    group = read_group(tmp_path, {}, Notes())
    assert (group.women, group.men) == (women, 1.0 - women)


def test_floods_and_hunger_that_are_malformed(tmp_path: Path) -> None:
    spots = read_places(table(tmp_path, "l.csv", LOCATIONS), Notes())
    table(tmp_path, "flood_level.csv", "#Day,A,Q,A\n0,1,2,1\n0,0.5,1,1\n")
    table(tmp_path, "region_attributes_IPC.csv", "#Day,North,Zone\n0,0.5,100\n1,101,0\n")
    notes = Notes()
    assert read_drivers(tmp_path, spots, BEGIN, Flee(), notes) == ((), ())
    assert said(notes) == [
        "flood_level.csv:1:4: 'A' appears twice; keep one of its columns",
        "flood_level.csv:3:1: day 0 does not come after day 0; give the days in order",
        "flood_level.csv:3:2: '0.5' is not a whole number; give level as a whole number",
        "region_attributes_IPC.csv:3:2: '101' is not a valid percentage; give a number from 0 "
        "to 100",
    ]
    assert odd(notes) == [
        "flood_level.csv:1: 'Q' is not a place",
        "region_attributes_IPC.csv:1: 'Zone' is not a region",
    ]
    fresh = Notes()
    assert read_drivers(tmp_path / "none", spots, BEGIN, Flee(), fresh) == ((), ())
    assert (fresh.problems, fresh.odd) == ([], [])


def test_ready_made_routes_are_checked_and_not_used(tmp_path: Path) -> None:
    spots = read_places(table(tmp_path, "l.csv", LOCATIONS), Notes())
    table(tmp_path, "major_routes.csv", "#A,B\nA,B\nA\nA,Q\n")
    notes = Notes()
    check_unused(tmp_path, spots, notes)
    assert said(notes) == [
        "major_routes.csv:3:1: this way has one place; give it two places or more",
        "major_routes.csv:4:2: there is no place 'Q'; name one of locations.csv",
    ]
    assert odd(notes) == [
        "major_routes.csv:1: Flee reads this comment as a way",
        "major_routes.csv:1: checked and not used, as people choose among all roads here",
    ]
    fresh = Notes()
    check_unused(tmp_path / "none", spots, fresh)
    assert (fresh.problems, fresh.odd) == ([], [])


def told_of(tmp_path: Path, **changed: str) -> list[str]:
    with pytest.raises(fs.ScenarioError) as error:
        fs.load(flee_folder(tmp_path, **changed))
    return [str(p).rpartition("/")[2] for p in error.value.problems]


def test_too_much_of_a_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closures = FILES["input_csv/closures.csv"]
    monkeypatch.setattr("flowsim.flee.reader.closures.MOST_POLICIES", 2)
    two = closures + "camp,Cee,,1,2\ncamp,Dee,,1,2\n"
    stops = closed(fs.load(flee_folder(tmp_path / "a", closures=two)))
    assert [what for *_, kind, what, _, _, _ in stops if kind == "reception_stop"] == [
        ("Cee",), ("Dee",),
    ]  # fmt: skip
    (told,) = told_of(tmp_path / "b", closures=f"{two}camp,Eve,,1,2\n")
    assert told.startswith("closures.csv:4:1: closures up to here shut 3 roads and camps; ")
    monkeypatch.setattr("flowsim.flee.reader.conflict.MOST_CELLS", 19)
    (told,) = told_of(tmp_path / "c")
    assert told == (
        "conflicts.csv:1:1: 2 places over 10 days are too many; give at most 19 days of places"
    )


def test_a_town_with_a_series_is_told_and_not_scored(tmp_path: Path) -> None:
    layout = FILES["source_data/data_layout.csv"] + "Bee,bee.csv\n"
    folder = flee_folder(tmp_path, data_layout=layout, more_bee="")
    (folder / "source_data" / "bee.csv").write_text("2015-05-01,5\n", encoding="utf-8")
    with pytest.warns(fs.ScenarioWarning) as seen:
        scenario = fs.load(folder)
    assert any(
        str(w.message).endswith(
            "data_layout.csv:5: 'Bee' has a series and is not a camp: it is not scored"
        )
        for w in seen
    )
    uses = {(r.place, r.use) for r in scenario.reports if r.variable == "stock_abroad"}
    assert {("Cee", "check"), ("Dee", "check"), ("Eve", "check")} <= uses
    assert {use for place, use in uses if not place} <= {"context"}
    notes = {(bool(r.place), r.note) for r in scenario.reports}
    assert notes == {(True, "after the corrections of the folder"), (False, "")}


def test_problems_of_settings_come_on_top_of_others(tmp_path: Path) -> None:
    notes = Notes()
    Row("f.csv", 1, ("x",), notes).wrong(0, "this", "that")
    read_settings(table(tmp_path, "simsetting.yml", "a: [1"), notes)
    assert len(notes.problems) == 2
    assert said(notes)[0] == "f.csv:1:1: this; that"


def test_two_countries_of_refuge_are_named_in_the_order_of_their_names(tmp_path: Path) -> None:
    routes = FILES["input_csv/routes.csv"] + "Eve,Dee,70\n"
    closures = FILES["input_csv/closures.csv"] + "country,Far,Else,1,3\n"
    scenario = fs.load(flee_folder(tmp_path, routes=routes, closures=closures))
    (border,) = (b for b in scenario.borders if set(b.between) == {"Far", "Else"})
    assert (border.id, border.between) == ("Else-Far", ("Else", "Far"))


# ---- where and in which words a mistake is told ------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"conflicts": "#Day,Aha\nsoon,1\n"},
         "conflicts.csv:2:1: 'soon' is not a valid day; give a number of at least 0"),
        ({"sim_period": "StartDate,2015-05-01\n"},
         "sim_period.csv:1:1: Length is missing; add a row Length,DAYS"),
        ({"sim_period": "StartDate,9999-05-01\nLength,10\n"},
         "sim_period.csv:1:2: the year 9999 is too far away; give one from 1678 to 2261"),
        ({"sim_period": "StartDate,2261-05-01\nLength,10\n"},
         "sim_period.csv:1:2: the year 2261 is too far away; give one from 1815 to 2124"),
        ({"locations": f"{FILES['input_csv/locations.csv']},North,Home,1,2,town,,\n"},
         "locations.csv:7:1: the name is missing; give the name"),
        ({"data_layout": "total,refugees.csv\n,cee.csv\n"},
         "data_layout.csv:2:1: the name of a camp is missing; give the name of a camp"),
        ({"locations": FILES["input_csv/locations.csv"].replace("zone,0,", "zone,50001,")},
         "locations.csv:2:7: '50001' is not a valid day; give a number from 0 to 50000"),
        ({"closures": f"{FILES['input_csv/closures.csv']}camp,Cee,,1,late\n"},
         "closures.csv:2:5: 'late' is not a valid day; give a number from -50000 to 50000"),
        ({"simsetting": ""},
         "simsetting.yml:1:1: the file is empty; give the keys of Flee's settings"),
        ({"simsetting": "spawn_rules:\n  conflict_driven_spawning:\n    spawn_mod: x\n"},
         "simsetting.yml:3:5: spawn_rules.conflict_driven_spawning.spawn_mod: Flee does not know "
         "this key; leave it out (did you mean 'spawn_mode'?)"),
        ({"simsetting": "spawn_rules:\n  conflict_driven_spawning:\n    spawn_mode: poisson\n"
                        "    displaced_per_conflict_day: -3\n"},
         "simsetting.yml:4:33: displaced_per_conflict_day: -3 cannot be used: input should be "
         "greater than or equal to 0; give a value that Flee's rules can use"),
    ],
)  # fmt: skip
def test_one_mistake_is_told_in_full(tmp_path: Path, changed: dict[str, str], problem: str) -> None:
    assert told_of(tmp_path, **changed) == [problem]


def test_a_folder_that_leads_out_is_told_with_what_to_do(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path / "top")
    (folder / "source_data").rename(tmp_path / "outside")
    (folder / "source_data").symlink_to(tmp_path / "outside")
    with pytest.raises(fs.ScenarioError) as error:
        fs.load(folder)
    assert str(error.value) == (
        f"{folder}: 'source_data' leads out of the folder; put the folder itself there"
    )
    (folder / "source_data").unlink()
    (tmp_path / "outside").rename(folder / "source_data")
    (folder / "source_data" / "cee.csv").rename(tmp_path / "cee.csv")
    (folder / "source_data" / "cee.csv").symlink_to(tmp_path / "cee.csv")
    with pytest.raises(fs.ScenarioError) as error:
        fs.load(folder)
    assert str(error.value) == (
        f"{folder}/source_data/data_layout.csv:2:2: 'cee.csv' leads out of the folder; put the "
        "file itself there"
    )


def test_a_folder_whose_name_is_blank_gives_a_scenario_of_flee(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path).rename(tmp_path / " ")
    assert fs.load(folder).name == "flee"


def test_a_place_whose_coordinates_stand_in_the_other_order_is_told_with_its_row(
    tmp_path: Path,
) -> None:
    places = FILES["input_csv/locations.csv"].splitlines()
    at = ("14.0,39.0", "14.5,39.2", "14.2,37.9", "38.1,14.4", "15.0,38.5")
    rows = [",".join([*row.split(",")[:3], where, *row.split(",")[5:]])
            for row, where in zip(places[1:], at, strict=True)]  # fmt: skip
    folder = flee_folder(tmp_path, locations="\n".join([places[0], *rows, ""]))
    with pytest.warns(fs.ScenarioWarning) as seen:
        fs.load(folder)
    (told,) = (str(w.message) for w in seen if "swapped" in str(w.message))
    assert told.startswith(f"{folder}/input_csv/locations.csv:5: 'Dee': it lies ")


def test_a_correction_that_changes_nothing_leaves_the_next_ones_their_effect(
    tmp_path: Path,
) -> None:
    """On the first report's day there is nothing before, and on another day no report."""
    table(tmp_path, "data_layout.csv", "A,a.csv\n")
    table(tmp_path, "a.csv", "2015-05-01,10\n2015-05-03,50\n2015-05-05,100\n")
    days = ("2015-04-30", "2015-05-01", "2015-05-02", "2015-05-05")
    fixes = table(tmp_path, "fix.csv", "".join(f"A,{day}\n" for day in days))
    notes = Notes()
    (series,) = read_registered(tmp_path, fixes, START, notes).camps["A"]
    assert series.persons == (20.0, 100.0, 100.0)
    assert odd(notes) == ["fix.csv:3: A has no report on 2015-05-02; nothing is corrected"]
    assert notes.problems == []


def test_what_a_lone_place_closes_is_told_or_nothing(tmp_path: Path) -> None:
    places = FILES["input_csv/locations.csv"] + "Lone,North,Home,1.0,2.5,town,,\n"
    rows = FILES["input_csv/closures.csv"] + "location,Lone,,1,3\nlink,Lone,Bee,1,3\n"
    with pytest.warns(fs.ScenarioWarning) as seen:
        scenario = fs.load(flee_folder(tmp_path, locations=places, closures=rows))
    (told,) = (str(w.message) for w in seen if "closures.csv" in str(w.message))
    assert told.endswith("closures.csv:3: no route joins Lone and Bee; the row closes nothing")
    assert closed(scenario) == []


def test_what_is_odd_is_told_where_the_folder_is_asked_for(tmp_path: Path) -> None:
    routes = FILES["input_csv/routes.csv"] + "Aha,Aha,9\n"
    with pytest.warns(fs.ScenarioWarning, match="to itself, and is left out") as seen:
        read_flee(flee_folder(tmp_path, routes=routes))
    assert {Path(told.filename).name for told in seen} == {Path(__file__).name}
