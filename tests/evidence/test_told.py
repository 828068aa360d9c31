"""What is told of a run against its reports: each unit, label and number, made by hand."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import flowsim as fs
from flowsim.evidence import measures
from flowsim.evidence.against_registrations import ard, score, sheltered
from flowsim.evidence.digest import summary
from flowsim.evidence.naive import naive_forecasts, road_km
from flowsim.evidence.quantities import LAGGING, UNITS, at, covers, quantity
from flowsim.evidence.registered import registered
from flowsim.evidence.scorecard import (
    COLUMNS,
    SHORT,
    against_reports,
    format_table,
    is_inside,
    number,
    short_time,
    tally,
)
from flowsim.results.result import Result
from tests.fake_result import empty_data, put, toy_result, toy_scenario

NAN = float("nan")

# ---- quantities ---------------------------------------------------------------------------------


def test_every_quantity_has_its_unit_and_a_short_name() -> None:
    assert UNITS == {
        "crossed": "persons", "crossed_day": "persons", "registered_adults": "adults",
        "waiting": "persons", "displaced_inside": "persons", "stock_abroad": "persons",
        "deaths": "deaths", "deaths_official": "deaths", "injured_official": "persons",
        "share_children": "share", "share_women": "share", "share_men": "share",
        "share_women_children": "share",
    }  # fmt: skip
    assert LAGGING == ("deaths_official", "injured_official")
    assert SHORT == {
        "crossed": "crossed so far", "crossed_day": "crossed that day",
        "registered_adults": "adults registered", "waiting": "waiting at the border",
        "displaced_inside": "displaced inside", "stock_abroad": "sheltered abroad",
        "deaths": "dead", "share_children": "share of children", "share_women": "share of women",
        "share_men": "share of men", "share_women_children": "women and children",
    }  # fmt: skip


def test_the_elderly_count_with_their_sex() -> None:
    result = toy_result()
    for kind, persons in zip(result.data["kind"].values, (1, 2, 4, 8, 16), strict=True):
        put(result.data, "composition", persons, place="Camp", kind=kind)
        put(result.data, "composition", 100 * persons, place="Town", kind=kind)
        put(result.data, "registered", persons, place="Camp", kind=kind)
        put(result.data, "outcomes", 0, kind=kind)
        put(result.data, "outcomes", persons, time="2010-06-12T00:00", crossing="Gap",
            outcome="exempt", kind=kind)  # fmt: skip
    end = datetime(2010, 6, 13, 6)
    wanted = {"share_children": 1, "share_women": 2 + 8, "share_men": 4 + 16}
    wanted["share_women_children"] = 1 + 2 + 8
    for variable, persons in wanted.items():
        for place in ("", "Camp", "Gap"):
            assert at(quantity(result, variable, place), end) == pytest.approx(persons / 31)
    assert at(quantity(result, "registered_adults"), end) == 2 + 4 + 8 + 16


def test_displaced_inside_are_those_out_of_their_homes_in_the_countries_fled_from() -> None:
    result = toy_result()
    end = datetime(2010, 6, 13, 6)
    result.data["people"][:] = 0
    for i, status in enumerate(result.data["status"].values):
        put(result.data, "people", 2**i, place=["Town", "City"], group="Other", status=status)
    names = result.data["status"].values.tolist()
    inside = sum(2 ** names.index(s) for s in ("displaced", "waiting", "moving"))
    assert at(quantity(result, "displaced_inside"), end) == inside
    assert at(quantity(result, "stock_abroad"), end) == 2 ** names.index("sheltered")
    assert at(quantity(result, "stock_abroad", "Camp"), end) == 0


def test_a_place_goes_before_nothing_and_a_crossing_before_a_place() -> None:
    result = toy_result()
    with pytest.raises(KeyError) as error:
        quantity(result, "waiting", "Nowhere")
    assert error.value.args == ("no crossing, country, region or place 'Nowhere' in the result",)
    with pytest.raises(KeyError) as error:
        quantity(result, "deaths", "Nowhere")
    assert error.value.args == ("no country, region or place 'Nowhere' in the result",)
    with pytest.raises(KeyError) as error:
        quantity(result, "crosed")
    assert error.value.args == (f"no quantity 'crosed'; there is {', '.join(UNITS)}",)


def test_of_three_countries_one_that_is_fled_to_is_a_part() -> None:
    result = toy_result()
    assert covers(result, "A-land")
    countries = result.data["country"].values.tolist()
    data = result.data.assign_coords(country=("place", [*countries[:-1], "C-land"]))
    assert not covers(Result(data), "B-land")
    assert covers(Result(data), "A-land")
    both = Result(data.assign_attrs(flee_from="A-land,C-land"))
    assert covers(both, "B-land")
    assert not covers(both, "A-land")


def test_a_series_is_known_from_its_first_record_to_its_last() -> None:
    series = xr.DataArray([1.0, 5.0], {"time": pd.to_datetime(["2010-06-12", "2010-06-13"])})
    moments = [datetime(2010, 6, 11, 23), datetime(2010, 6, 12), datetime(2010, 6, 13)]
    assert [at(series, moment) for moment in moments[1:]] == [1.0, 5.0]
    assert np.isnan(at(series, moments[0]))
    assert np.isnan(at(series, datetime(2010, 6, 13, 0, 1)))


# ---- the table ------------------------------------------------------------------------------


TABLE = """\
when          what                   where           reported       range  simulated
fitted to
11 Jun 24:00  crossed so far         B-land                50       40-60         55  inside
12 Jun 24:00  share of women         East                57 %     50-60 %     56.7 %  inside
12 Jun 24:00  dead                   all                    5         4-6          5  inside
11 Jun 24:00  adults registered      East                  30       20-40         33  inside
kept to check
12 Jun 12:00  crossed so far         all                   80  80 or more         60  below
12 Jun 09:00  waiting at the border  Post                  15    up to 15         20  above
12 Jun 24:00  displaced inside       all                   30                     35  +17 %
19 Jun 24:00  crossed so far         all                   90               no value
11 Jun 24:00  crossed that day       all                   99      90-110         55  below"""


def test_the_table_of_the_toy_word_by_word() -> None:
    assert format_table(against_reports(toy_result(), toy_scenario())) == TABLE


def test_the_table_of_reports_has_types_that_can_be_counted_on() -> None:
    frame = against_reports(toy_result(), toy_scenario())
    assert tuple(frame.columns) == COLUMNS == (
        "id", "when", "variable", "place", "reported", "low", "high", "simulated", "inside",
        "unit", "use",
    )  # fmt: skip
    assert [frame[c].dtype for c in ("reported", "low", "high", "simulated", "inside")] == [
        float, float, float, float, object,
    ]  # fmt: skip
    row = frame.iloc[0]
    assert (row["id"], row["variable"], row["place"], row["unit"], row["use"]) == (
        "R1", "crossed", "B-land", "persons", "fit",
    )  # fmt: skip
    assert (row["reported"], row["low"], row["high"]) == (50.0, 40.0, 60.0)
    empty = against_reports(toy_result(), toy_scenario(reports=[]))
    assert tuple(empty.columns) == COLUMNS
    assert empty["simulated"].dtype == float


def row(**cells: object) -> dict[str, object]:
    told = dict(zip(COLUMNS, ("R", datetime(2010, 6, 13), "crossed", "", 10.0, NAN, NAN, 12.0, None,
                              "persons", "fit"), strict=True))  # fmt: skip
    return {**told, **cells}


@pytest.mark.parametrize(
    ("cells", "ends"),
    [
        ({}, "10                    12  +20 %"),
        ({"simulated": 10.02}, "10                    10  same"),
        ({"simulated": 8.0}, "10                     8  -20 %"),
        ({"reported": 0.0}, "0                    12"),
        ({"reported": NAN}, "                     12"),
        ({"simulated": NAN}, "10              no value"),
        ({"low": 5.0, "high": 12.0, "inside": True}, "10       5-12         12  inside"),
        ({"low": 13.0, "inside": False}, "10  13 or more         12  below"),
        ({"high": 11.0, "inside": False}, "10   up to 11         12  above"),
        ({"low": 13.0, "high": 14.0, "inside": False}, "10      13-14         12  below"),
        ({"low": 0.1, "high": 0.35, "reported": 0.2, "simulated": 0.1234, "inside": True,
          "unit": "share"}, "20 %    10-35 %     12.3 %  inside"),
        ({"variable": "own", "place": "A very long name of a place"}, ""),
    ],
)  # fmt: skip
def test_a_row_of_the_table(cells: dict[str, object], ends: str) -> None:
    head, use, line = format_table(pd.DataFrame([row(**cells)])).splitlines()
    assert use == "fitted to"
    assert head.split() == ["when", "what", "where", "reported", "range", "simulated"]
    assert " ".join(line.split()).endswith(" ".join(ends.split()))
    assert line == line.rstrip()
    if "place" in cells:
        assert "own                    A very long nam..." in line
    else:
        assert line.startswith("12 Jun 24:00  crossed so far         all           ")


def test_ends_of_a_range_belong_to_it() -> None:
    assert [is_inside(v, 2.0, 4.0) for v in (1.9, 2.0, 4.0, 4.1)] == [False, True, True, False]
    assert is_inside(3.0, None, 3.0) is True
    assert is_inside(NAN, 2.0, 4.0) is None
    assert is_inside(3.0, None, None) is None
    assert is_inside(0.0, 0.0, None) is True


def test_numbers_and_times_as_they_are_told() -> None:
    assert [number(1234567.0), number(0.0), number(0.12345, share=True), number(NAN, True)] == [
        "1,234,567", "0", "12.3 %", "",
    ]  # fmt: skip
    times = [datetime(2010, 6, 1), datetime(2010, 6, 1, 0, 30), datetime(2010, 7, 9, 23, 5)]
    assert [short_time(t) for t in times] == ["31 May 24:00", " 1 Jun 00:30", " 9 Jul 23:05"]


def test_the_tally_is_of_those_that_have_a_range() -> None:
    def frame(*marks: tuple[str, object]) -> pd.DataFrame:
        return pd.DataFrame(list(marks), columns=["use", "inside"]).astype(object)

    both = frame(("fit", True), ("fit", False), ("check", True), ("check", None))
    assert tally(both) == "inside their range: 1 of 2 fitted to, 1 of 1 kept to check"
    assert tally(frame(("specify", True))) == "inside their range: 1 of 1 specified from"
    assert tally(frame(("check", False))) == "inside their range: 0 of 1 kept to check"
    assert tally(frame(("fit", None))) == "inside their range: no figure has one"


# ---- the summary ----------------------------------------------------------------------------


def test_a_summary_says_whose_run_it_is() -> None:
    told = summary(toy_result(), toy_scenario())
    assert list(told) == ["run", "figures", "reports"]
    assert told["run"] == {
        "name": "toy", "title": "A toy crisis", "seed": "1", "digest": "0123456789abcdef",
        "engine": "columns", "versions": {"flowsim": "0.1.0"}, "cpu": "x86_64",
        "start": "2010-06-10T18:00:00", "end": "2010-06-13T06:00:00", "timezone": "Asia/Bishkek",
    }  # fmt: skip
    bare = Result(
        toy_result().data.drop_attrs().assign_attrs(start="2010-06-10", flee_from="A-land")
    )
    told = summary(bare, toy_scenario())["run"]
    assert [told[key] for key in ("name", "title", "seed", "digest", "engine", "cpu")] == [""] * 6
    assert (told["versions"], told["timezone"]) == ({}, "")


def test_the_figures_of_a_summary_by_hand() -> None:
    result = toy_result()
    put(result.data, "waiting", 30, time="2010-06-12T03:00", crossing="Gap", kind="women")
    told = summary(result, toy_scenario())["figures"]
    assert told == {
        "crossed": {"final": 60, "peak": 65, "peak_at": "2010-06-12T06:00:00"},
        "waiting": {"final": 20, "peak": 50, "peak_at": "2010-06-12T03:00:00",
                    "by_crossing_at_peak": {"Post": 20, "Gap": 30}},
        "displaced_inside": {"final": 35, "peak": 35, "peak_at": "2010-06-12T00:00:00"},
        "stock_abroad": {"final": 60, "peak": 60, "peak_at": "2010-06-12T00:00:00"},
        "registered_adults": {"final": 33, "peak": 33, "peak_at": "2010-06-12T00:00:00"},
        "crossed_by_crossing": {"Post": 55, "Gap": 5},
        "deaths": {"total": 5, "by_group": {"Uzbek": 5, "Kyrgyz": 0, "Other": 0}},
        "wounded": {"total": 20, "by_group": {"Uzbek": 20, "Kyrgyz": 0, "Other": 0}},
        "composition_of_crossed": {"children": 0.25, "women": 0.6667, "men": 0.0833,
                                   "elderly_women": 0.0, "elderly_men": 0.0},
    }  # fmt: skip


def test_a_run_without_crossings_has_none_in_its_figures() -> None:
    places = [{"name": "P", "country": "A-land", "region": "", "kind": "town", "lat": 1, "lon": 2}]
    data = empty_data(places, [], np.array(["2010-06-11T00:00"], dtype="datetime64[s]"))
    told = summary(Result(data), toy_scenario(reports=[]))
    assert "crossed_by_crossing" not in told["figures"]
    assert "by_crossing_at_peak" not in told["figures"]["waiting"]
    assert set(told["figures"]["composition_of_crossed"].values()) == {None}
    assert told["reports"] == []


def test_reports_in_a_summary_are_plain() -> None:
    first = summary(toy_result(), toy_scenario())["reports"][0]
    assert first == {
        "id": "R1", "when": "2010-06-12T00:00:00", "variable": "crossed", "place": "B-land",
        "reported": 50.0, "low": 40.0, "high": 60.0, "simulated": 55.0, "inside": True,
        "unit": "persons", "use": "fit",
    }  # fmt: skip


# ---- registrations --------------------------------------------------------------------------


def camps() -> fs.Scenario:
    """Camp and Calm have registrations; City is not a camp, and one report is not of a stock."""
    stock = {"variable": "stock_abroad", "use": "check"}
    reports = [
        {"id": "1", "when": "2010-06-12T18:00", "place": "Camp", "value": 30, **stock},
        {"id": "2", "when": "2010-06-11T18:00", "place": "Camp", "value": 5, **stock},
        {"id": "3", "when": "2010-06-12T06:00", "place": "Calm", "value": 8, **stock},
        {"id": "4", "when": "2010-06-12T06:00", "place": "City", "value": 9, **stock},
        {"id": "5", "when": "2010-06-12T06:00", "place": "Camp", "value": 99,
         "variable": "deaths", "use": "check"},
        {"id": "6", "when": "2010-06-11T18:00", "place": "Calm", "low": 3, **stock},
    ]  # fmt: skip
    made = toy_scenario(reports=reports)
    places = [p.model_copy(update={"kind": "camp"}) if p.name in ("Camp", "Calm") else p
              for p in made.places]  # fmt: skip
    return made.model_copy(update={"places": tuple(places), "end": datetime(2010, 6, 14, 18)})


def test_registrations_are_straight_lines_between_reports() -> None:
    known = registered(camps())
    assert known.camps == ("Calm", "Camp")
    assert known.persons.tolist() == [[8, 5], [8, 5], [8, 30], [8, 30]]
    assert known.first.tolist() == [1, 1]
    with pytest.raises(ValueError, match=r"^no camp has a report of stock_abroad; give registr"):
        registered(toy_scenario())


def daily(*persons: tuple[int, int]) -> Result:
    """A run with so many in Calm and Camp at the end of each day."""
    times = np.datetime64("2010-06-10T18:00") + np.arange(1, 5) * np.timedelta64(1, "D")
    scenario = camps()
    places = [
        {"name": p.name, "country": p.country, "region": "", "kind": p.kind, "lat": 0, "lon": 0}
        for p in scenario.places
    ]
    data = empty_data(places, [], times.astype("datetime64[s]"))
    for day, counts in enumerate(persons):
        for place, count in zip(("Calm", "Camp"), counts, strict=True):
            put(data, "people", count, time=times[day], place=place, group="Other",
                status="sheltered")  # fmt: skip
            put(data, "people", 77, time=times[day], place=place, group="Other",
                status="moving")  # fmt: skip
    return Result(data)


def test_who_is_sheltered_at_the_end_of_each_day() -> None:
    known = registered(camps())
    run = daily((1, 2), (3, 4), (5, 6), (7, 8))
    assert sheltered(run, known).tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    short = Result(run.data.isel(time=slice(0, 3)))
    with pytest.raises(ValueError) as error:  # noqa: PT011
        sheltered(short, known)
    assert str(error.value) == (
        "the run has no record at the end of each day; record an hour or a day"
    )
    with pytest.raises(ValueError, match="no record"):
        sheltered(Result(run.data.isel(time=slice(1, 4))), known)


def test_scores_of_two_runs_by_hand() -> None:
    scenario = camps()
    same, other = daily((8, 5), (8, 5), (8, 30), (8, 30)), daily((4, 9), (8, 5), (8, 30), (19, 19))
    assert ard(same, scenario) == 0.0
    apart = (8 / 13 + 22 / 38) / 4
    assert ard(other, scenario) == pytest.approx(apart, abs=1e-4)
    told = score([same, other], scenario)
    assert told.ard == pytest.approx(apart / 2, abs=1e-4)
    assert told.ard_unscaled == pytest.approx(apart / 2)
    assert told.halved == pytest.approx(apart / 4, abs=1e-4)
    mean = np.array([[2, 2], [0, 0], [0, 0], [5.5, 5.5]])
    assert told.rmse == pytest.approx(np.sqrt((mean**2).mean()))
    assert told.coverage == 0.5
    assert [camp.camp for camp in told.camps] == ["Calm", "Camp"]
    calm = told.camps[0]
    assert (calm.registered, calm.median) == (8.0, 13.5)
    assert (calm.low, calm.high) == pytest.approx((8 + 0.05 * 11, 8 + 0.95 * 11))
    assert (calm.bias, calm.error) == pytest.approx(((11 - 4) / 8, (11 + 4) / 8))
    assert told.total.camp == "all camps"
    assert (told.total.registered, told.total.median, told.total.error) == (38.0, 38.0, 0.0)
    assert told.members.shape == (2, 4, 2)
    assert told.known.camps == ("Calm", "Camp")
    assert "members" not in repr(told)
    assert "known" not in repr(told)
    assert set(told.naive) == set(told.scaled)
    data = told.known.persons
    found, mean = naive_forecasts(scenario, told.known), told.members.mean(axis=0)
    assert set(told.naive) == {name for name, forecast in found.items() if forecast.first < 4}
    for name, row in told.against.items():
        days = slice(row.first, None)
        forecast = found[name].persons[days]
        assert told.naive[name] == measures.relative_difference(forecast, data[days])
        assert told.scaled[name] == measures.scaled_error(mean[days], data[days], forecast)
    with pytest.raises(ValueError, match=r"^there is no run to score$"):
        score([], scenario)


def test_capacities_tell_a_forecast_only_where_all_camps_have_one() -> None:
    scenario = camps()
    known = registered(scenario)
    names = naive_forecasts(scenario, known)
    assert "share of capacity" not in names
    places = [p.model_copy(update={"capacity": 100}) if p.name == "Camp" else p
              for p in scenario.places]  # fmt: skip
    one = scenario.model_copy(update={"places": tuple(places)})
    assert "capacity, begun" not in naive_forecasts(one, known)
    places = [p.model_copy(update={"capacity": 300}) if p.name == "Calm" else p for p in places]
    both = naive_forecasts(scenario.model_copy(update={"places": tuple(places)}), known)
    assert both["share of capacity"].persons[2].tolist() == pytest.approx([38 * 0.75, 38 * 0.25])
    assert both["capacity, begun"].persons[2].tolist() == pytest.approx([38 * 0.75, 38 * 0.25])


def test_ways_by_road_are_the_shortest_and_none_is_endless() -> None:
    scenario = toy_scenario()
    names = [p.name for p in scenario.places]
    km = road_km(scenario)
    by_name = {(a, b): km[i, j] for i, a in enumerate(names) for j, b in enumerate(names)}
    assert by_name["Town", "Camp"] == 13.0
    assert by_name["Town", "City"] == 5.0
    assert by_name["Camp", "City"] == 18.0
    assert by_name["Calm", "Camp"] == 53.0
    assert by_name["Calm", "Calm"] == 0.0
    cut = scenario.model_copy(update={"routes": scenario.routes[:1]})
    assert np.isinf(road_km(cut)[names.index("Calm"), names.index("Camp")])


# ---- measures -------------------------------------------------------------------------------


def test_measures_where_nobody_is_counted_or_simulated() -> None:
    none, some = np.zeros((1, 2)), np.array([[3.0, 5.0]])
    assert measures.rescaled(none, some).tolist() == [[0.0, 0.0]]
    assert measures.rescaled(some, none).tolist() == [[0.0, 0.0]]
    assert measures.rescaled(np.array([[0.25, 0.25]]), some).tolist() == [[4.0, 4.0]]
    assert measures.relative_difference(some, none, scaled=False) == 8.0
    assert measures.relative_difference(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]])) == (
        pytest.approx((2 / 3 + 2 / 3), abs=1e-4)
    )
    third = measures.relative_difference(np.array([[1.0, 2.0]]), np.array([[5.0, 5.0]]))
    assert third == (abs(round(10 / 3, 4) - 5) + abs(round(20 / 3, 4) - 5)) / 10


def test_the_central_interval_is_of_nine_tenths_unless_told() -> None:
    members = np.arange(21.0).reshape(21, 1, 1)
    assert [measures.coverage(members, np.array([[v]])) for v in (0.9, 1.0, 19.0, 19.1)] == [
        0.0, 1.0, 1.0, 0.0,
    ]  # fmt: skip
    assert measures.coverage(members, np.array([[4.9]]), level=0.5) == 0.0
    assert measures.coverage(members, np.array([[5.0]]), level=0.5) == 1.0


def test_the_score_of_one_member_is_its_absolute_error() -> None:
    assert measures.ranked_probability(np.array([[[1.0, 9.0]]]), np.array([[4.0, 4.0]])) == 4.0
    pair = measures.ranked_probability(np.array([[[1.0]], [[5.0]]]), np.array([[7.0]]))
    assert pair == (6 + 2) / 2 - 4 / 2


def test_the_score_of_three_members_by_hand() -> None:
    members, data = np.array([1.0, 5.0, 6.0]).reshape(3, 1, 1), np.array([[4.0]])
    apart, pairs = (3 + 1 + 2) / 3, (4 + 5 + 1) / 3  # mean distance of two members
    assert measures.ranked_probability(members, data) == pytest.approx(apart - pairs / 2)


def test_a_result_that_does_not_say_whence_people_flee() -> None:
    result = toy_result()
    del result.data.attrs["flee_from"]
    assert covers(result, "")
    assert not covers(result, "B-land")
    assert at(quantity(result, "displaced_inside"), datetime(2010, 6, 13)) == 0


def test_what_the_package_hands_out() -> None:
    assert fs.evidence.naive_forecasts is naive_forecasts
    assert fs.evidence.score is score
    assert fs.evidence.ard is ard
    assert fs.evidence.Scores.__name__ == "Scores"


def test_a_camp_with_nobody_registered_has_not_begun() -> None:
    scenario = camps()
    reports = [r.model_copy(update={"value": 0.0}) if r.place == "Calm" and r.value else r
               for r in scenario.reports]  # fmt: skip
    known = registered(scenario.model_copy(update={"reports": tuple(reports)}))
    assert known.first.tolist() == [4, 1]
    assert known.first.dtype == np.int64
    assert known.persons[:, 0].tolist() == [0] * 4
