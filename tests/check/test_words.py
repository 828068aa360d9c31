"""What a check says: each number with its unit, member, place and day, on paper and on screen."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from flowsim.check.baseline import differing, number, same
from flowsim.check.contributors import Contribution, aligned, contributions
from flowsim.check.papers import junit, markdown
from flowsim.check.swaps import SWAPS, p_values, power, swaps_for
from flowsim.check.verdict import Change, Verdict

SPOT = Contribution("deaths", "Osh", "2010-06-12", 2.0, 7.5)
DEATHS = Change("deaths", "persons", np.array([3.0, 4.0]), np.array([3.0, 1005.5]), where=(SPOT,))
SHARE = Change("share", "", np.array([0.5]), np.array([np.nan]))
SPREAD = Change("deaths", "persons", np.array([1.0, 3.0]), np.array([4.0, 6.0]), p=0.0123)


def test_an_outcome_that_moved_is_told_by_member_with_its_unit() -> None:
    assert str(DEATHS) == "deaths: 3 -> 3 (member 1), 4 -> 1,005.5 (member 2) persons"
    assert str(SHARE) == "share: 0.5 -> nan (member 1)"
    assert str(SPREAD) == ("deaths: mean 2 -> 5 persons, +150.00%; sd 1.414 -> 1.414; p = 0.012")
    none = Change("share", "", np.array([0.0, 0.0]), np.array([0.25, np.nan]), p=1.0)
    with np.errstate(all="ignore"):
        few = Change("share", "", np.array([0.0, 0.0, 0.0]), np.array([0.25, 0.5, 0.0]), p=1.0)
        assert str(few) == "share: mean 0 -> 0.25; sd 0 -> 0.25; p = 1"
    assert np.isnan(none.after[1])
    assert str(SPOT) == "Osh, 2010-06-12: deaths 2 -> 7.5"


def test_a_verdict_tells_what_moved_then_what_is_wrong_then_notes() -> None:
    verdict = Verdict(
        "scenarios/mine", "exact", "the baseline", ("a digest",), (DEATHS, SHARE), (SPOT,),
        ("a note",), 1.26, (pd.DataFrame(), pd.DataFrame()),
    )  # fmt: skip
    assert not verdict.held
    assert str(verdict).splitlines() == [
        "scenarios/mine: moved (exact, 1.3 s) since the baseline",
        f"  {DEATHS}",
        f"    {SPOT}",
        f"  {SHARE}",
        "  places and days that moved most:",
        f"    {SPOT}",
        "  a digest",
        "  a note",
    ]


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (Verdict("m", "exact"), "m: held (exact, 0.0 s)"),
        (Verdict("m", "statistical", notes=("n",)), "m: held (statistical, 0.0 s)\n  n"),
        (Verdict("m", "exact", wrong=("no baseline",)), "m: failed (exact, 0.0 s)\n  no baseline"),
        (Verdict("m", "exact", days_moved=(SPOT,)), "m: failed (exact, 0.0 s)\n  places and days "
         f"that moved most:\n    {SPOT}"),
    ],
)  # fmt: skip
def test_a_verdict_in_short(verdict: Verdict, told: str) -> None:
    assert str(verdict) == told
    assert verdict.held == ("held" in told)
    assert bool(verdict.lines()) == (not verdict.held)


VERDICTS = [
    Verdict("a|b\nc", "exact", "the\nbaseline", seconds=1.25, notes=("one", "two\x0b")),
    Verdict("mine", "statistical", wrong=("```x", "y"), notes=("z",), seconds=2.5),
    Verdict("calm", "exact"),
]


def test_junit_counts_names_and_tells() -> None:
    text = junit(VERDICTS)
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<testsuite ')
    assert text.endswith("</testsuite>\n")
    assert "\n  <testcase " in text
    suite = ElementTree.fromstring(text)
    assert suite.attrib == {
        "name": "flowsim check", "tests": "3", "failures": "1", "errors": "0", "skipped": "0",
        "time": "3.750",
    }  # fmt: skip
    cases = list(suite)
    assert [case.attrib for case in cases] == [
        {"name": "a|b\\nc", "time": "1.250", "classname": "flowsim.check.exact"},
        {"name": "mine", "time": "2.500", "classname": "flowsim.check.statistical"},
        {"name": "calm", "time": "0.000", "classname": "flowsim.check.exact"},
    ]
    assert [[inner.tag for inner in case] for case in cases] == [["system-out"], ["failure"], []]
    assert cases[0][0].text == "one\ntwo\\x0b"
    assert cases[1][0].attrib == {"message": "```x"}
    assert cases[1][0].text == str(VERDICTS[1])


def test_the_page_has_a_row_for_each_and_below_what_moved() -> None:
    assert markdown(VERDICTS).splitlines() == [
        "## flowsim check: 2 of 3 held",
        "",
        "| scenario | | level | time | since |",
        "| --- | --- | --- | --- | --- |",
        "| a\\|b\\\\nc | held | exact | 1.2 s | the\\\\nbaseline |",
        "| mine | **failed** | statistical | 2.5 s |  |",
        "| calm | held | exact | 0.0 s |  |",
        "",
        "### mine",
        "",
        "```text",
        "'''x",
        "y",
        "z",
        "```",
    ]
    assert markdown(VERDICTS).endswith("```\n")


def test_whole_numbers_must_be_the_same_and_floats_near() -> None:
    """A float that was whole by chance is not a count: it may move as floats may."""
    before = np.array([3.0, 3.0, 3.0 + 1e-12, 0.5, 0.5, 0.0, 0.0, np.nan, np.nan, 2.0, 1e12])
    after = np.array(
        [3.0, 3.0 + 1e-12, 3.0, 0.5 + 1e-12, 0.5 + 1e-6, 0.0, 1e-300, np.nan, 1.0, np.nan, 1e12 + 1]
    )
    assert same(before, after, 1e-9).tolist() == [
        True, True, True, True, False, True, False, True, False, False, False,
    ]  # fmt: skip
    # relative to what stood there before
    assert same(np.array([1.1]), np.array([1.1 * 1.009]), 0.01).tolist() == [True]
    assert same(np.array([100.5]), np.array([101.51]), 0.01).tolist() == [False]


def test_numbers_in_the_tables_have_twelve_digits() -> None:
    assert number(1 / 3) == "0.333333333333"
    assert number(-2.0) == "-2"
    assert number(1e15) == "1000000000000000"


def test_environments_that_differ_are_told_with_what_one_lacks() -> None:
    old, new = {"a": "1", "b": "2", "c": "3"}, {"c": "3", "b": "4", "d": "5"}
    assert differing(old, new) == [
        "a 1 there, unknown here", "b 2 there, 4 here", "d unknown there, 5 here",
    ]  # fmt: skip
    assert differing(old, old) == []


def days(rows: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(list(rows), names=["quantity", "where"])
    return pd.DataFrame(list(rows.values()), index, [f"d{i}" for i in range(2)], dtype=float)


BEFORE = days({
    ("deaths", "Osh"): [10, 0], ("admitted at crossing", "Post"): [900, 100],
    ("exempt at crossing", "Post"): [50, 50], ("admitted at crossing", "Gap"): [10, 10],
    ("waiting", "Post"): [5, 5],
})  # fmt: skip


def moved(**cells: float) -> pd.DataFrame:
    after = BEFORE.copy()
    for key, by in cells.items():
        quantity, where, day = key.split("__")
        after.loc[(quantity.replace("_", " "), where), day] += by
    return after


def told(after: pd.DataFrame, *arguments: object, **options: object) -> list[str]:
    return [str(spot) for spot in contributions(BEFORE, after, 1e-9, *arguments, **options)]


def test_only_what_an_outcome_is_made_of_contributes_to_it() -> None:
    after = moved(deaths__Osh__d0=9, admitted_at_crossing__Post__d0=-5,
                  exempt_at_crossing__Post__d1=6, admitted_at_crossing__Gap__d1=1,
                  waiting__Post__d0=2)  # fmt: skip
    assert told(after, "let_through") == [
        "Post, d1: exempt at crossing 50 -> 56", "Post, d0: admitted at crossing 900 -> 895",
        "Gap, d1: admitted at crossing 10 -> 11",
    ]  # fmt: skip
    assert told(after, "Gap: let_through") == ["Gap, d1: admitted at crossing 10 -> 11"]
    assert told(after, "exempt") == ["Post, d1: exempt at crossing 50 -> 56"]
    assert told(after, "deaths") == ["Osh, d0: deaths 10 -> 19"]
    for outcome in ("waiting_peak", "waiting_at_end", "person_days_waited"):
        assert told(after, outcome) == ["Post, d0: waiting 5 -> 7"]
    assert told(after, "let_through", most=1) == ["Post, d1: exempt at crossing 50 -> 56"]


@pytest.mark.parametrize(
    ("outcome", "quantity"),
    [
        ("person_days_exposed", "exposure"), ("sheltered_abroad_peak", "sheltered"),
        ("sheltered_abroad_at_end", "sheltered"), ("Camp: sheltered_peak", "sheltered"),
        ("Camp: sheltered_at_end", "sheltered"), ("displaced_inside_at_end", "displaced"),
    ],
)  # fmt: skip
def test_each_outcome_has_the_rows_it_is_made_of(outcome: str, quantity: str) -> None:
    before = days({(quantity, "Camp"): [1, 0], ("deaths", "Camp"): [1, 0]})
    (spot,) = contributions(before, before + 1.0, 1e-9, outcome, most=1)
    assert (spot.quantity, spot.day) == (quantity, "d0")
    assert {s.quantity for s in contributions(before, before + 1.0, 1e-9, outcome)} == {quantity}


def test_quantities_are_ranked_by_their_part_of_the_sum() -> None:
    """Two more of ten who wait are more than a hundred of a thousand admitted."""
    after = moved(waiting__Post__d0=2, admitted_at_crossing__Post__d0=100, deaths__Osh__d1=1)
    assert told(after) == [
        "Post, d0: waiting 5 -> 7", "Osh, d1: deaths 0 -> 1",
        "Post, d0: admitted at crossing 900 -> 1000",
    ]  # fmt: skip
    assert told(moved()) == []
    assert told(moved(waiting__Post__d0=1e-12)) == []


def test_what_one_side_lacks_is_nothing_in_it() -> None:
    more = days({("deaths", "Osh"): [10, 0], ("deaths", "Jalal-Abad"): [0, 3]})
    old, new = aligned(BEFORE, more)
    assert old.shape == new.shape == (6, 2)
    assert told(more, "deaths") == ["Jalal-Abad, d1: deaths 0 -> 3"]
    assert told(more, "Post: exempt")[0] == "Post, d0: exempt at crossing 50 -> 0"
    later = BEFORE.rename(columns={"d1": "d2"})
    old, new = aligned(BEFORE, later)
    assert list(old.columns) == list(new.columns) == ["d0", "d1", "d2"]
    assert new.loc[("exempt at crossing", "Post")].tolist() == [50, 0, 50]


# ---- the swap test ----------------------------------------------------------------------------


def test_p_values_by_all_swaps_of_a_few_members() -> None:
    """Four members that all rise: the sign of the sum is one of two of sixteen as large."""
    before = np.zeros((4, 1))
    found = p_values(before, np.ones((4, 1)), swaps=20_000)
    assert found[0] == pytest.approx(2 / 16, abs=0.01)
    assert p_values(before, np.ones((4, 1)), 7)[0] * 8 == pytest.approx(
        round(p_values(before, np.ones((4, 1)), 7)[0] * 8)
    )


def test_a_spread_and_a_value_that_is_gone_move_too() -> None:
    rng = np.random.default_rng(1)
    calm = rng.normal(100.0, 1.0, (20, 1))
    wild = 100.0 + 30.0 * (calm - calm.mean()) * np.where(np.arange(20) % 2, 1, -1)[:, None]
    assert p_values(calm, wild)[0] < 0.01
    gone = calm.copy()
    gone[:15] = np.nan
    assert p_values(calm, gone)[0] < 0.01
    assert p_values(gone, calm)[0] < 0.01
    assert p_values(gone, gone).tolist() == [1.0]
    assert p_values(np.full((20, 1), np.nan), np.full((20, 1), np.nan)).tolist() == [1.0]


def test_a_value_that_is_missing_says_nothing_of_the_mean() -> None:
    before = np.arange(20.0)[:, None]
    after = before.copy()
    after[3] = np.nan
    assert p_values(before, after)[0] > 0.5


def test_swaps_for_a_level_are_twenty_over_it_and_never_few() -> None:
    assert [swaps_for(level) for level in (0.5, 0.001, 0.0005)] == [SWAPS, 20_000, 40_000]


def test_power_grows_with_members_and_falls_with_outcomes() -> None:
    values = np.linspace(850.0, 1150.0, 20)
    one, six = (power(values, 0.01, n, 0.1) for n in (1, 6))
    assert 0.05 < six < one < 0.95
    assert power(np.tile(values, 4), 0.01, 6, 0.1) > six
    assert power(values, 0.05, 6, 0.1) > six
    assert power(np.append(values, np.nan), 0.01, 6, 0.1) == six
    assert power(-values, 0.01, 6, 0.1) == pytest.approx(six)
    assert np.isnan(power(values[:1], 0.01, 1))
    assert power(np.full(5, 3.0), 0.01, 1) == 1.0
    assert power(np.zeros(5), 0.01, 1) == 0.0


def test_a_verdict_shows_no_tables_and_large_counts_whole() -> None:
    assert Verdict("m", "exact").outcomes == Verdict("m", "exact").days == ()
    tables = (pd.DataFrame({"deaths": [1.0]}),) * 2
    assert repr(Verdict("m", "exact", outcomes=tables, days=tables)) == repr(Verdict("m", "exact"))
    large = Change("people", "persons", np.array([12345678901.0]), np.array([1.0]))
    assert str(large) == "people: 12,345,678,901 -> 1 (member 1) persons"


def test_p_values_do_not_hang_on_the_unit() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.normal(size=(2, 20, 3))
    found = p_values(before, after)
    assert p_values(before * 1e-6, after * 1e-6).tolist() == pytest.approx(found.tolist())
    assert 0.01 < found.min() < 1.0
