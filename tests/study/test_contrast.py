"""Scenarios held against one of them: intervals, what pairing gains, how many runs are needed."""

from __future__ import annotations

import gzip
import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from flowsim.errors import ScenarioError
from flowsim.study.comparison import COLUMNS, USUAL, compare
from flowsim.study.pairing import LARGE_GAIN, half_width, needed, paired
from tests.study.comparisons import correlated, june_2010, study_of


def row_of(told, scenario, outcome=None):
    table = told.table[told.table["scenario"] == scenario]
    if outcome is not None:
        table = table[table["outcome"] == outcome]
    (row,) = table.to_dict("records")
    return row


def pair_of(own, reference, **asked):
    """The row of two scenarios of one outcome."""
    data = study_of({"shut": {"deaths": reference}, "open": {"deaths": own}})
    return row_of(compare(data, "shut", **asked), "open")


def keyed(table):
    return table.set_index(["outcome", "scenario"]).sort_index()


# Intervals


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_the_interval_is_that_of_a_paired_t_test(level):
    reference, own = correlated(12, 0.7)
    row = pair_of(own, reference, level=level)
    wanted = stats.ttest_rel(own, reference).confidence_interval(level)
    assert (row["low"], row["high"]) == pytest.approx((wanted.low, wanted.high), rel=1e-12)
    assert row["difference"] == pytest.approx((own - reference).mean(), rel=1e-12)
    assert row["units"] == 12


def test_the_unpaired_interval_is_that_of_welch():
    reference, own = correlated(15, 0.2, spread=3.0)
    row = pair_of(own, reference)
    wanted = stats.ttest_ind(own, reference, equal_var=False).confidence_interval(0.9)
    assert (row["unpaired_low"], row["unpaired_high"]) == pytest.approx(
        (wanted.low, wanted.high), rel=1e-12
    )


def test_the_bootstrap_is_near_the_t_interval_and_always_the_same():
    reference, own = correlated(60, 0.8)
    one, again = (pair_of(own, reference, method="bootstrap") for _ in range(2))
    t = pair_of(own, reference)
    assert one == again
    assert (one["low"], one["high"]) == pytest.approx(
        (t["low"], t["high"]), abs=0.15 * t["sd_paired"]
    )
    assert one["low"] != t["low"]
    turned = pair_of(own[::-1], reference[::-1], method="bootstrap")
    assert (turned["low"], turned["high"]) == (one["low"], one["high"])
    assert one["units_needed"] == t["units_needed"]


@pytest.mark.parametrize("method", ["t", "bootstrap"])
def test_an_interval_holds_the_truth_as_often_as_it_says(method):
    truth, inside, trials = 5.0, 0, 200 if method == "t" else 60
    draws = np.random.default_rng(3).normal(size=(trials, 2, 20))
    for one, other in draws:
        told = paired(truth + one + other, one, 0.9, method)
        inside += told.low <= truth <= told.high
    assert stats.binomtest(inside, trials, 0.9).pvalue > 0.001


def test_ranges_are_of_all_runs():
    row = pair_of(np.arange(101.0), np.zeros(101), level=0.8)
    assert (row["range_low"], row["median"], row["range_high"]) == pytest.approx((10, 50, 90))
    assert (row["mean"], row["runs"]) == (50.0, 101)


# What pairing gains


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_the_gain_is_the_ratio_of_the_variances(correlation, spread):
    reference, own = correlated(40, correlation, spread)
    row = pair_of(own, reference)
    theory = (1 + spread**2) / (1 + spread**2 - 2 * correlation * spread)
    assert row["gain"] == pytest.approx(theory, rel=1e-9)
    assert row["correlation"] == pytest.approx(correlation, abs=1e-9)
    assert row["sd_unpaired"] == pytest.approx(10.0 * math.hypot(1.0, spread), rel=1e-9)


def test_the_gain_of_drawn_runs_is_near_theory():
    draws = np.random.default_rng(5).multivariate_normal([0, 3], [[1, 0.95], [0.95, 1]], size=4000)
    assert pair_of(draws[:, 1], draws[:, 0])["gain"] == pytest.approx(20.0, rel=0.1)


def test_the_gain_is_the_variance_of_the_mean_difference_of_independent_runs():
    # Means of 5 pairs against means of 5 and 5 other runs, both simulated.
    draws = np.random.default_rng(8).multivariate_normal(
        [0, 0], [[1, 1.6], [1.6, 4]], size=(4000, 2, 5)
    )
    means = draws.mean(axis=2)
    apart = means[:, 0, 1] - means[:, 0, 0]
    unrelated = means[:, 0, 1] - means[:, 1, 0]
    row = pair_of(draws[..., 1].ravel(), draws[..., 0].ravel())
    assert row["gain"] == pytest.approx(unrelated.var() / apart.var(), rel=0.1)


def test_a_difference_that_is_the_same_in_every_pair():
    reference = np.array([3.1, 4.7, 9.2])
    same = pair_of(reference, reference)
    assert (same["difference"], same["low"], same["high"], same["sd_paired"]) == (0, 0, 0, 0)
    assert same["gain"] == math.inf
    assert same["reason"] == "the same in every pair"
    assert (same["units_needed"], same["runs_needed_unpaired"]) == (2, math.inf)
    # 0.1 more each, but for rounding.
    more = pair_of(reference + 0.1, reference)
    assert (more["gain"], more["low"]) == (math.inf, pytest.approx(0.1))
    assert more["reason"] == "the same in every pair"
    still = pair_of(np.full(3, 0.3), np.full(3, 0.1))
    assert math.isnan(still["gain"])
    assert still["reason"] == "the same in every run"
    told = compare(
        study_of({"a": {"x": reference}, "b": {"x": reference}, "c": {"x": reference + 2}}), "a"
        , outcomes=["x"],
    )  # fmt: skip
    lines = str(told).splitlines()
    assert "the same in every pair" in lines[3]
    assert "+2 in every pair" in lines[4]
    assert not any(line.startswith("  [") for line in lines), "no footnote says it again"


REASONS = [
    (0.35, 1.0, "the two worlds share little of their chance: correlation 0.35"),
    (0.75, 1.0, "the two worlds share only a part of their chance: correlation 0.75"),
    (-0.6, 1.0, "what raises one lowers the other: correlation -0.60"),
    (0.99, 3.1, "'open' varies 3.1 times as much as the reference, so that most of the variance"
                " is its own"),
    (0.99, 1 / 4, "the reference varies 4.0 times as much as 'open', so that most of the variance"
                  " is its own"),
    (0.5, 3.0, "'open' varies 3.0 times as much as the reference, so that most of the variance is"
               " its own; correlation 0.50"),
    (0.4, 2.5, "the two worlds share little of their chance: correlation 0.40; 'open' varies 2.5"
               " times as much as the reference"),
    (0.95, 1.0, ""),
]  # fmt: skip


@pytest.mark.parametrize(("correlation", "spread", "words"), REASONS)
def test_the_reason_is_what_makes_the_paired_variance(correlation, spread, words):
    reference, own = correlated(30, correlation, spread)
    assert pair_of(own, reference)["reason"] == words


@given(correlation=st.floats(-0.99, 0.999), spread=st.floats(0.2, 5.0))
def test_there_is_a_reason_just_where_the_gain_is_small(correlation, spread):
    reference, own = correlated(8, correlation, spread)
    row = pair_of(own, reference)
    assert bool(row["reason"]) == (row["gain"] < LARGE_GAIN)
    if "its own" in row["reason"]:
        # Then the side that varies more has most of the variance.
        assert max(spread, 1 / spread) ** 2 > 1.5


def test_other_reasons():
    reference, own = correlated(10, 0.3)
    assert pair_of(np.zeros(10), reference)["reason"].startswith("'open' is the same in every run")
    assert pair_of(own, np.zeros(10))["reason"].startswith("the reference is the same in every")
    hardly = pair_of(own + 1e6, reference + 1e6)["reason"]
    assert hardly == "it hardly varies, paired or not: by 0.001 %"
    assert pair_of([1.0], [2.0])["reason"] == "one pair: no interval"


# How many are needed


@given(sd=st.floats(1e-3, 1e3), precision=st.floats(1e-2, 1e3), level=st.floats(0.05, 0.999),
       freedom=st.floats(1.0, 2.0))  # fmt: skip
def test_the_number_needed_is_the_smallest_that_will_do(sd, precision, level, freedom):
    n = needed(sd, precision, level, freedom)
    assert n >= 2
    assert n == int(n)
    assert half_width(sd, n, level, freedom) <= precision
    if n > 2:
        assert half_width(sd, n - 1, level, freedom) > precision


def test_numbers_needed_of_pairs_and_of_unpaired_runs():
    reference, own = correlated(30, 0.9, spread=1.5, shift=8.0)
    row = pair_of(own, reference)
    assert row["precision"] == pytest.approx(0.8)
    quantile = stats.t.ppf(0.95, row["units_needed"] - 1)
    assert quantile * row["sd_paired"] / math.sqrt(row["units_needed"]) <= 0.8
    # Welch's degrees of freedom of as many runs on both sides.
    a, b = own.var(ddof=1), reference.var(ddof=1)
    halves = []
    for n in (row["runs_needed_unpaired"] - 1, row["runs_needed_unpaired"]):
        df = (a / n + b / n) ** 2 / ((a / n) ** 2 / (n - 1) + (b / n) ** 2 / (n - 1))
        halves.append(stats.t.ppf(0.95, df) * math.sqrt(a / n + b / n))
    assert halves[0] > 0.8 >= halves[1]
    assert row["runs_needed_unpaired"] / row["units_needed"] == pytest.approx(row["gain"], rel=0.05)


def test_no_number_of_runs_will_do():
    assert needed(1.0, 0.0, 0.9) == math.inf
    assert needed(1.0, 1e-200, 0.9) == math.inf
    assert needed(0.0, 0.0, 0.9) == 2
    assert math.isnan(needed(math.nan, 1.0, 0.9))


def test_precision_by_number_by_outcome_and_unless_given():
    reference, own = correlated(10, 0.5)
    data = study_of({"shut": {"deaths": reference, "waiting_peak": reference},
                     "open": {"deaths": own, "waiting_peak": own}})  # fmt: skip
    for wish, wanted, words in (
        (2.0, [2.0, 2.0], "half width of 2, by"),
        ({"deaths": 3.0}, [3.0, 0.5], "3 (deaths), else a tenth of the difference"),
        (None, [0.5, 0.5], "a tenth of the difference"),
    ):
        told = compare(data, "shut", precision=wish)
        opened = told.table[told.table["scenario"] == "open"]
        assert opened["precision"].tolist() == pytest.approx(wanted)
        assert words in str(told).replace("\n", " ")


# Units


def test_samples_are_the_units_where_there_are_several():
    rng = np.random.default_rng(2)
    reference = rng.normal(100, 10, (6, 4))
    own = reference + rng.normal(3, 1, (6, 4))
    data = study_of({"shut": {"deaths": reference}, "open": {"deaths": own}})
    told = compare(data, "shut")
    row = row_of(told, "open")
    wanted = stats.ttest_rel(own.mean(axis=1), reference.mean(axis=1)).confidence_interval(0.9)
    assert (row["low"], row["high"]) == pytest.approx((wanted.low, wanted.high))
    assert (row["units"], row["runs"], told.unit) == (6, 24, "sample")
    assert "in 6 samples of the inputs" in str(told).replace("\n", " ")
    assert row["median"] == pytest.approx(np.median(own))


def test_a_run_without_a_value_takes_its_pair_out():
    reference, own = correlated(8, 0.6)
    holes, other = own.copy(), reference.copy()
    holes[2], other[5] = np.nan, np.nan
    row = pair_of(holes, other)
    left = [0, 1, 3, 4, 6, 7]
    wanted = pair_of(own[left], reference[left])
    for key in ("units", "difference", "low", "high", "gain", "units_needed"):
        assert row[key] == wanted[key]
    assert row["runs"] == 7
    nothing = pair_of(np.full(8, np.nan), reference)
    assert (nothing["units"], nothing["reason"]) == (0, "no pair has a value on both sides")
    assert math.isnan(nothing["difference"])


def test_a_missing_member_leaves_its_partner_out_of_the_sample():
    reference = np.array([[1.0, 5.0], [2.0, 4.0], [7.0, 7.0]])
    own = reference + np.array([[1.0, 2.0], [3.0, 3.0], [0.0, 0.0]])
    own[0, 1], own[2] = np.nan, np.nan
    row = pair_of(own, reference)
    assert (row["units"], row["difference"]) == (2, 2.0)  # 1 and 3


def test_one_member_has_a_difference_but_no_interval():
    told = compare(study_of({"shut": {"deaths": [5.0]}, "open": {"deaths": [3.0]}}), "shut")
    row = row_of(told, "open")
    assert row["difference"] == -2.0
    assert all(math.isnan(row[k]) for k in ("low", "high", "gain", "sd_paired", "units_needed"))
    words = str(told)
    assert "-2 (one pair)" in words
    assert "One pair has no interval." in words.replace("\n", " ")
    assert "one pair: no interval" in words


@pytest.mark.parametrize(
    ("members", "words"),
    [(np.array([5.0]), "one pair: no interval"),
     (np.full(2, np.nan), "no pair has a value on both sides")],
)  # fmt: skip
def test_one_line_says_why_a_block_has_no_interval(members, words):
    values = {"shut": members, "open": members - 2.0, "ajar": members + 3.0}
    told = str(compare(study_of({name: {"deaths": v} for name, v in values.items()}), "shut"))
    lines = told.split("\n\n")[0].splitlines()
    assert lines[-1] == f"  {words}"
    assert told.count(words) == 1
    assert "[" not in told


def test_footnotes_of_the_same_text_share_a_number():
    reference, own = correlated(6, 0.9)
    half = np.where(np.arange(6) == 2, own, np.nan)  # one pair, where others have six
    still, twin = np.zeros(6), own.copy()
    values = {"shut": reference, "half": half, "still": still, "more": twin, "other half": half}
    told = str(compare(study_of({name: {"deaths": v} for name, v in values.items()}), "shut"))
    lines = told.split("\n\n")[0].splitlines()
    marks = {line.split("  ")[1]: line.partition("[")[2][:1] for line in lines[2:7]}
    assert marks == {"shut": "", "half": "1", "still": "2", "more": "3", "other half": "1"}
    assert [line[:5] for line in lines[7:]] == ["  [1]", "  [2]", "  [3]"]
    assert told.count("one pair: no interval") == 1


# Order


def test_the_order_of_runs_and_scenarios_does_not_matter():
    data = june_2010().isel(member=slice(0, 9))
    turned = data.isel(scenario=[5, 2, 0, 1], member=[3, 0, 8, 1, 2, 7, 4, 6, 5])
    turned = turned.transpose("member", "effect", "sample", "scenario")
    straight = compare(data.isel(scenario=[0, 1, 2, 5]), "as reported")
    told = compare(turned, "as reported")
    assert_frame_equal(keyed(told.table), keyed(straight.table), check_exact=True)
    assert list(dict.fromkeys(told.table["scenario"])) == list(turned["scenario"].values)


def test_another_scenario_leaves_the_rows_alone():
    data = june_2010()
    few = compare(data.isel(scenario=slice(0, 3)), "as reported").table
    many = compare(data, "as reported").table
    kept = many[many["scenario"].isin(few["scenario"])].reset_index(drop=True)
    assert_frame_equal(kept, few, check_exact=True)


def test_against_each_other_the_difference_turns():
    data = june_2010()
    one = row_of(compare(data, "as reported"), "open to all", "deaths")
    other = row_of(compare(data, "open to all"), "as reported", "deaths")
    assert (one["low"], one["high"], one["gain"]) == pytest.approx(
        (-other["high"], -other["low"], other["gain"])
    )


# What is asked for


def test_usual_outcomes_as_far_as_they_are_there():
    data = june_2010()
    told = compare(data, "as reported")
    assert tuple(dict.fromkeys(told.table["outcome"])) == USUAL
    fewer = data.sel(effect=[e for e in data["effect"].values if e != "let_through"])
    assert tuple(dict.fromkeys(compare(fewer, "as reported").table["outcome"])) == USUAL[1:]
    assert list(told.table.columns) == list(COLUMNS)
    assert len(told.table) == 6 * len(data.scenario)


def test_outcomes_by_label_by_name_and_by_function():
    data = june_2010()

    def refused_of_all(runs):
        effects = runs["effects"]
        share = effects.sel(effect="refused") / (
            effects.sel(effect="refused") + effects.sel(effect="let_through")
        )
        turned = share.drop_vars("effect").transpose("member", "scenario", "sample")
        return turned.isel(member=slice(None, None, -1)).assign_attrs(units="share")

    told = compare(data, "as reported",
                   {"killed": "deaths", "refused of all": refused_of_all})  # fmt: skip
    assert told.table["outcome"].drop_duplicates().tolist() == ["killed", "refused of all"]
    by_label = row_of(compare(data, "as reported", "deaths"), "corridors")
    assert row_of(told, "corridors", "killed")["low"] == by_label["low"]
    share = row_of(told, "as reported", "refused of all")
    assert 0.39 < share["median"] < 0.40
    assert share["unit"] == "share"
    assert "refused of all, %\n" in str(told)
    own = refused_of_all(data).sel(scenario="corridors").sortby("member").values.ravel()
    base = refused_of_all(data).sel(scenario="as reported").sortby("member").values.ravel()
    assert row_of(told, "corridors", "refused of all")["sd_paired"] == pytest.approx(
        (own - base).std(ddof=1)
    )


def test_runs_of_a_study_hold_their_dataset():
    data = june_2010()
    held = compare(SimpleNamespace(data=data), "as reported")
    assert_frame_equal(held.table, compare(data, "as reported").table)


def test_all_that_is_wrong_is_said_at_once():
    data = june_2010()
    with pytest.raises(ScenarioError) as caught:
        compare(data, "as reportd", ["deaths", "death", "refusd"], level=90, method="boot",
                precision={"deaths": -1.0, "deths": 2.0})  # fmt: skip
    told = {problem.path: problem for problem in caught.value.problems}
    assert set(told) == {"against", "outcomes[1]", "outcomes[2]", "level", "method",
                         "precision[deaths]", "precision[deths]"}  # fmt: skip
    assert "did you mean 'as reported'?" in told["against"].right
    assert "did you mean 'deaths'?" in told["outcomes[1]"].right
    assert "did you mean 'bootstrap'?" in told["method"].right
    assert "did you mean 'deaths'?" in told["precision[deths]"].right
    assert told["level"].right == "give one between 0 and 1"


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, math.nan])
def test_a_level_lies_between_0_and_1(level):
    with pytest.raises(ScenarioError, match="level"):
        compare(june_2010(), "as reported", level=level)


def test_functions_that_give_no_number_a_run():
    data = june_2010()
    measures = {
        "all": lambda runs: runs["effects"],
        "number": lambda runs: 3.0,
        "half": lambda runs: (
            runs["effects"].isel(effect=0, drop=True).drop_vars("member")[:, :, :9]
        ),
    }
    with pytest.raises(ScenarioError) as caught:
        compare(data, "as reported", measures)
    told = {problem.path: str(problem) for problem in caught.value.problems}
    assert "give one number a run" in told["outcomes[all]"]
    assert "the function gives float" in told["outcomes[number]"]
    assert "'member': 9" in told["outcomes[half]"]


def test_what_is_no_study_is_refused():
    for runs in (None, 3, xr.Dataset({"x": ("member", [1.0])})):
        with pytest.raises(ScenarioError, match="give the runs of a study"):
            compare(runs, "as reported")
    with pytest.raises(ScenarioError, match="nothing to compare"):
        compare(june_2010(), "as reported", [])
    with pytest.raises(ScenarioError, match="nothing to compare"):
        compare(june_2010().sel(effect=["refused"]), "as reported")


# For the eye


def test_the_text_is_narrow_and_says_how():
    data = june_2010()
    counts = [e for e in data["effect"].values if "hours" not in e]  # those have no value at times
    told = compare(data, "as reported", counts)
    words = str(told)
    assert max(map(len, words.splitlines())) <= 110
    lines = words.splitlines()
    (line,) = [x for x in lines if x.startswith("  open to all") and "+27,729" in x]
    assert "116,564 (115,547 to 118,156)" in line
    assert "+27,729 (+27,458 to +28,000)" in line
    assert "x 1.4 [" in line
    last = words.split("\n\n")[-1].replace("\n", " ")
    for part in ("20 pairs of members", "90 % interval by Student's t", "a tenth of the difference",
                 "'as reported'"):  # fmt: skip
        assert part in last
    assert "rough" not in last
    assert "BCa" in str(compare(data, "as reported", "deaths", method="bootstrap"))
    assert "rough" in str(compare(data.isel(member=slice(0, 5)), "as reported", "deaths"))


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e5, 1e8, 1e11])
def test_the_text_is_narrow_whatever_the_numbers_and_names(size):
    reference, own = correlated(30, 0.5)
    name = "a very long name of a scenario that goes on and on"
    data = study_of({"shut": {"person_days_exposed": -size * reference},
                     name: {"person_days_exposed": size * own}},
                    {"person_days_exposed": "person-days, weighted by danger"})  # fmt: skip
    words = str(compare(data, "shut"))
    assert max(map(len, words.splitlines())) <= 110
    assert "a very lo" in words
    assert ("million person-days" in words) == (size >= 1e7)


@pytest.mark.parametrize(("shift", "median"), [(900.0, "902.3"), (202_629.5, "202,632")])
def test_numbers_of_a_thousand_and_more_have_no_decimals(shift, median):
    reference = shift + np.array([1.2, 2.3, 3.4])
    far = reference + np.array([1_500.1, 1_503.2, 1_505.9])
    near = reference + np.array([0.1, 0.3, 0.7])
    told = compare(study_of({"shut": {"exposed": reference}, "far": {"exposed": far},
                             "near": {"exposed": near}}), "shut", "exposed")  # fmt: skip
    first, second, third = (line for line in str(told).splitlines()[2:5])
    assert f" {median} (" in first
    assert first.count(".") == (3 if shift < 1_000 else 0)
    assert "+1,503 (+1,498 to +1,508)" in second
    assert "+0.37 (-0.15 to +0.88)" in third
    for line in (told.markdown(), told._repr_html_()):
        assert "+1,503 (+1,498 to +1,508)" in line
        assert median in line


def test_markdown_is_the_table_of_the_readme():
    told = compare(june_2010(), "as reported")
    lines = told.markdown(["deaths", "let_through"], {"let_through": "let | through"}).splitlines()
    assert lines[:2] == ["| | deaths, persons | let \\| through |", "| --- | --- | --- |"]
    assert lines[2] == "| **as reported** | 449 (409 to 481) | 88,910 (88,168 to 89,322) |"
    assert lines[4] == (
        "| **open to all** | 430 (390 to 455)<br>-23.4 (-25.9 to -20.8) |"
        " 116,564 (115,547 to 118,156)<br>+27,729 (+27,458 to +28,000) |"
    )
    assert len(lines) == 19
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    with pytest.raises(ScenarioError, match="did you mean 'deaths'"):
        told.markdown(["deths"])
    with pytest.raises(ScenarioError, match=r"names\[killed\]"):
        told.markdown(names={"killed": "killed"})


def test_html_is_escaped_and_csv_comes_back(tmp_path):
    reference, own = correlated(5, 0.5)
    told = compare(study_of({"a": {"deaths": reference}, "<b>": {"deaths": own}}), "a")
    assert "&lt;b&gt;" in told._repr_html_()
    assert "<b>" not in told._repr_html_()
    assert "gain x 2" in told._repr_html_()
    told.to_csv(tmp_path / "told.csv")
    told.to_csv(tmp_path / "told.csv.gz")
    packed = gzip.decompress((tmp_path / "told.csv.gz").read_bytes())
    assert packed == (tmp_path / "told.csv").read_bytes()
    back = pd.read_csv(tmp_path / "told.csv", keep_default_na=False, na_values=[""])
    assert_frame_equal(
        back.fillna({"reason": "", "holds": ""}), told.table, check_dtype=False, rtol=1e-9
    )
    assert repr(told) == "<Comparison of 2 scenarios by 1 outcomes, against 'a'>"


def test_june_2010_gains_what_it_gained():
    told = compare(june_2010(), "as reported")
    admitted = row_of(told, "open to all", "let_through")
    exposed = row_of(told, "open to all", "person_days_exposed")
    assert admitted["gain"] == pytest.approx(1.36, abs=0.01)
    assert exposed["gain"] == pytest.approx(7.35, abs=0.01)
    assert admitted["reason"] == "the two worlds share little of their chance: correlation 0.31"
    assert exposed["reason"] == "the two worlds share only a part of their chance: correlation 0.87"


def test_importing_it_loads_neither_scipy_stats_nor_matplotlib():
    code = (
        "import sys, flowsim.study.comparison\n"
        "assert not {'scipy.stats', 'matplotlib', 'mesa', 'joblib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
