"""A timeline of many runs: medians, bands, what they mean, and what a study did not keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
import flowsim.plot
from flowsim.evidence.quantities import quantity
from flowsim.plot.holding import DIFFER, SAME, SAMPLES
from flowsim.plot.style import Chart
from flowsim.study.doubt import BOTH, CHANCE, hold
from flowsim.study.runs import Runs
from tests.fake_result import toy_result
from tests.plot.layout import flaws
from tests.study.worlds import small, study

CHANCE_ALONE = hold("bands", CHANCE, SAME)
SEEDS = ("1", "2", "3", "4")


@pytest.fixture(scope="module")
def results() -> list[fs.Result]:
    return [fs.run(small(), seed=seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def of_four(results: list[fs.Result]) -> Chart:
    return flowsim.plot.timeline(results)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Runs]:
    """A study by members, one that drew samples, and one that kept little, as recorded."""
    folder = tmp_path_factory.mktemp("stores")
    asked = {
        "members": study(members=4),
        "samples": study(members=2, samples=2),
        "little": study(members=2, keep=["waiting:recorded", "deaths"]),
        "nothing": study(members=1, keep=["effects"]),
    }
    return {name: one.run(folder / name) for name, one in asked.items()}


def key(chart: Chart) -> list[str]:
    return [text.get_text() for legend in chart.legends for text in legend.get_texts()]


def titles(chart: Chart) -> list[str]:
    return [axes.get_title(loc="left") for axes in chart.axes]


def find(chart: Chart, gid: str):
    (found,) = [artist for artist in chart.findobj() if artist.get_gid() == gid]
    return found


def test_the_line_is_the_median_and_the_bands_are_quantiles(
    results: list[fs.Result], of_four: Chart
) -> None:
    chart = of_four
    for variable in ("crossed", "displaced_inside", "waiting", "stock_abroad"):
        each = np.array([quantity(r, variable).values for r in results])
        assert find(chart, variable).get_ydata() == pytest.approx(np.median(each, axis=0))
        for words, ends in (("half of the runs", (0.25, 0.75)), ("90 % of the runs", (0.05, 0.95))):
            x, y = find(chart, f"{words} {variable}").get_paths()[0].vertices.T
            last = y[x == x.max()]
            assert (min(last), max(last)) == pytest.approx(np.quantile(each[:, -1], ends))
    assert key(chart) == ["median of 4 runs", "half of the runs", "90 % of the runs", CHANCE_ALONE]


def test_one_run_has_no_bands_and_no_key_of_them(results: list[fs.Result]) -> None:
    chart = flowsim.plot.timeline(results[:1])
    assert key(chart) == []
    assert not [a for a in chart.findobj() if "of the runs" in str(a.get_gid())]


def test_flows_of_several_runs_are_those_out_and_back(
    results: list[fs.Result], of_four: Chart
) -> None:
    out = [r.outcomes.sel(outcome=["admitted", "exempt", "irregular"]) for r in results]
    each = np.array([o.sum(["crossing", "kind", "outcome"]).values for o in out])
    assert find(of_four, "outward").get_ydata()[1::2] == pytest.approx(np.median(each, axis=0))


def test_a_study_names_its_scenario_and_says_what_the_bands_are(stores: dict[str, Runs]) -> None:
    runs = stores["members"]
    with pytest.raises(
        ValueError, match="has several scenarios; name one with of=, one of 'closed'"
    ):
        flowsim.plot.timeline(runs)
    with pytest.raises(ValueError, match="there is no 'shut' in the study; name one"):
        flowsim.plot.timeline(runs, of="shut")
    with pytest.raises(ValueError, match="names a scenario of a study"):
        flowsim.plot.timeline(toy_result(), of="closed")
    for name, words, count in (
        ("members", CHANCE_ALONE, 4),
        ("samples", hold("bands", BOTH, SAMPLES), 4),
    ):
        chart = flowsim.plot.timeline(stores[name], of="open", scenario=small(), width=89)
        assert key(chart) == [
            f"median of {count} runs", "half of the runs", "90 % of the runs", words,
        ]  # fmt: skip
        assert "open" in chart.get_suptitle().replace("\n", " ").split(":")[0]
        assert flaws(chart) == []
        data = stores[name].data.sel(scenario="open")["waiting"].sum(["crossing", "kind"])
        waiting = find(chart, "waiting").get_ydata()
        assert waiting == pytest.approx(data.median(["sample", "member"]).values)


def test_what_a_study_did_not_keep_is_left_out_and_told(stores: dict[str, Runs]) -> None:
    chart = flowsim.plot.timeline(stores["little"], of="closed")
    assert titles(chart) == ["Waiting at the border"]
    assert key(chart)[-1] == (
        "not kept by the study: where people are, who crosses, who is registered, violence"
    )
    recorded = stores["little"].data["time_recorded"].size
    assert len(find(chart, "waiting").get_ydata()) == recorded
    with pytest.raises(ValueError, match="kept nothing over time that a timeline shows; keep some"):
        flowsim.plot.timeline(stores["nothing"], of="closed")


def test_runs_that_do_not_belong_together(results: list[fs.Result]) -> None:
    with pytest.raises(ValueError, match="the runs differ in time, place, crossing"):
        flowsim.plot.timeline([results[0], toy_result()])
    with pytest.raises(ValueError, match="there are no runs"):
        flowsim.plot.timeline([])
    for wrong in (None, "result.nc", [1], Path("a")):
        with pytest.raises(TypeError, match="is nothing to draw a timeline of"):
            flowsim.plot.timeline(wrong)


def test_runs_with_other_inputs_are_not_called_chance(results: list[fs.Result]) -> None:
    other = fs.run(small().with_values({"behaviour.leaving.men_stay": 0.7}), seed="1")
    chart = flowsim.plot.timeline([results[0], other])
    assert key(chart)[-1] == hold("bands", BOTH, DIFFER)
