"""What stands in a report, of a run and of a study, as data for the template."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from markupsafe import Markup
from tqdm import tqdm

from flowsim import plot
from flowsim.errors import Problem, ScenarioError
from flowsim.evidence.against_registrations import Scores
from flowsim.interactive import Playback
from flowsim.interactive.frames import FEWEST_FRAMES, MOST_FRAMES
from flowsim.outlines.boxes import Outlines
from flowsim.plot.distances import MOST as MOST_ROWS
from flowsim.reporting import findings
from flowsim.reporting.against import report_rows
from flowsim.reporting.carried import members_of, scenario_in, scenario_of
from flowsim.reporting.embedded import film
from flowsim.reporting.pictures import Picture, picture
from flowsim.reporting.policy_table import policy_rows
from flowsim.reporting.question import about, changes
from flowsim.reporting.reproduce import run_again, study_again
from flowsim.reporting.run_pictures import run_pictures
from flowsim.reporting.scores_told import camp_rows, score_rows, scores_of
from flowsim.reporting.sources import number_rows, tally
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.study.comparison import Comparison, compare
from flowsim.study.runs import Runs
from flowsim.version import __version__

MOST_SHOWN, MOST_DRAWN, MOST_HELD = 6, 4, 40
"""Scenarios of a study that play, whose timeline is drawn, and members held against reports."""
MOST_NUMBERS = 60_000
"""Places times moments, over all scenarios that play: keeps the page below 5 MB."""
DICE = (
    "One run: one roll of the dice. How far another seed differs, and what is not known of the "
    "inputs, a study tells."
)


class How(NamedTuple):
    """How a report is made, see `flowsim.report`."""

    figures: bool
    outlines: Outlines | None
    allow_code: bool
    progress: bool


def of_run(
    result: Result,
    scenario: Scenario | None,
    base: Scenario | None,
    how: How,
) -> dict[str, Any]:
    """The contents of a report on a run."""
    setup = scenario or scenario_of(result, how.allow_code)
    drawn = list(run_pictures(result, setup)) if how.figures else []
    with Bar(2 + len(drawn), how.progress) as tick:
        play = Playback(result, setup, outlines=how.outlines)
        films = [tick(_film(play, 1, ""))]
        pictures = [tick(draw()) for draw in drawn]
        rows, counted = report_rows([result], setup)
        scored = scores_of([result], setup)
        tick()
    return {
        **_of_scenario(setup),
        "title": str(result.data.attrs.get("title") or result.name or "A run"),
        "subtitle": "A run of an agent-based model of people who flee across a border",
        "doubt": DICE,
        "findings": findings.of_run(result),
        "scenarios": [_changed("", setup, base)],
        "films": films,
        "unshown": [],
        "pictures": pictures,
        "comparison": None,
        "reports": rows,
        "counted": counted,
        "simulated": "simulated",
        **_of_scores(scored),
        "again": run_again(result),
    }


def of_study(runs: Runs, against: str, how: How) -> dict[str, Any]:
    """The contents of a report on a study."""
    order = _in_order(list(runs.names), against)
    shown, drawn = order[:MOST_SHOWN], order[:MOST_DRAWN] if how.figures else []
    with Bar(2 + len(shown) + len(drawn), how.progress) as tick:
        setups = {name: scenario_in(runs, name, how.allow_code) for name in order}
        films = [
            film
            for number, name in enumerate(shown, 1)
            if (film := tick(_film_of(runs, name, setups[name], how.outlines, number, len(shown))))
        ]
        held = members_of(runs, order[0], setups[order[0]], MOST_HELD)
        told = compare(runs, order[0]) if len(order) > 1 else None
        pictures = [_contrasts(told)] if told is not None and how.figures else []
        tick()
        pictures += [tick(_fan(runs, name, setups[name])) for name in drawn if held]
        rows, counted = report_rows(held, setups[order[0]]) if held else ([], "")
        scored = scores_of(held, setups[order[0]], inputs_differ=runs.data.sizes["sample"] > 1)
        if scored is not None and how.figures and len(rows) > MOST_ROWS:
            pictures.append(_registrations(scored, order[0], setups[order[0]]))
        tick()
    samples, first = runs.data.sizes["sample"], setups[order[0]]
    return {
        **_of_scenario(setups[order[0]]),
        "title": runs.plan.title or f"{first.title or first.name}: {runs.plan.name}",
        "subtitle": _what_study(len(order), runs.data.sizes["member"], samples),
        "doubt": findings.holds(samples),
        "findings": [] if told is None else findings.of_study(told),
        "scenarios": [
            _changed(name, setups[name], setups[order[0]] if name != order[0] else None)
            for name in order
        ],
        "films": films,
        "unshown": order[MOST_SHOWN:],
        "pictures": pictures,
        "comparison": None if told is None else Markup(told._repr_html_()),
        "reports": rows,
        "counted": f"{order[0]}: {counted}" if counted else "",
        "simulated": f"simulated, median of {len(held)} runs (90 %)",
        **_of_scores(scored),
        "again": study_again(runs, order),
    }


def _in_order(names: list[str], against: str) -> list[str]:
    """The reference, then the other scenarios."""
    reference = against or names[0]
    if reference not in names:
        right = f"give one of {', '.join(map(repr, names))}"
        raise ScenarioError([Problem("against", f"there is no scenario {against!r}", right)])
    return [reference, *(name for name in names if name != reference)]


def _what_study(scenarios: int, members: int, samples: int) -> str:
    inputs = "all with the central inputs" if samples == 1 else f"in each of {samples} samples"
    return (
        f"A study of {_many(scenarios, 'scenario')}: {_many(members, 'member')} of each, {inputs}"
    )


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def _of_scenario(setup: Scenario) -> dict[str, Any]:
    numbers = number_rows(setup)
    return {
        "about": about(setup),
        "policies": policy_rows(setup),
        "numbers": numbers,
        "tally": tally(numbers),
        "version": __version__,
    }


def _changed(name: str, setup: Scenario, base: Scenario | None) -> dict[str, Any]:
    """A scenario by its name, and what it has otherwise than its base."""
    rows, more = ([], 0) if base is None else changes(setup, base)
    return {
        "name": name, "title": setup.title or setup.name, "changes": rows, "more": more,
        "base": None if base is None else base.title or base.name,
    }  # fmt: skip


def _film(play: Playback, number: int, name: str) -> dict[str, Any]:
    target = f"film-{number}"
    return {"target": target, "name": name, "told": play.frames.told(),
            "json": Markup(film(play, target))}  # fmt: skip


def _film_of(
    runs: Runs, name: str, setup: Scenario, outlines: Outlines | None, number: int, films: int
) -> dict[str, Any] | None:
    """One member of a scenario, with bands over all; None where too little of it was kept."""
    found = members_of(runs, name, setup, 1)
    if not found:
        return None
    most = max(FEWEST_FRAMES, MOST_NUMBERS // (films * max(1, len(setup.places))))
    how: dict[str, Any] = {"most": min(MOST_FRAMES, most), "outlines": outlines}
    play = Playback(found[0], setup, runs=runs, of=name, **how)
    return _film(play, number, name)


def _of_scores(scored: Scores | None) -> dict[str, Any]:
    """Scores and camps, and from how many reports on these are folded away."""
    none: dict[str, Any] = {"scores": [], "camps": [], "most_rows": MOST_ROWS}
    if scored is None:
        return none
    return none | {"scores": score_rows(scored), "camps": camp_rows(scored)}


def _registrations(scored: Scores, name: str, setup: Scenario) -> Picture:
    caption = f"{name}: persons in camps day by day, simulated and registered."
    draw = partial(plot.registrations, scored, setup)
    return picture("registrations", lambda width: draw(width=width), caption, caption)


def _contrasts(told: Comparison) -> Picture:
    caption = f"What changes against {told.against}, with {100 * told.level:g} % intervals."
    alt = f"{caption} The table of differences has the numbers."
    return picture("contrasts", lambda width: plot.contrasts(told, width=width), alt, caption)


def _fan(runs: Runs, name: str, setup: Scenario) -> Picture:
    caption = f"{name}: stocks and flows over time, with the reported figures on them."

    def draw(width: float) -> Any:
        return plot.timeline(runs, scenario=setup, of=name, width=width)

    alt = f"{caption} Lines are the median, bands hold half and 90 % of the runs."
    return picture(f"timeline of {name}", draw, alt, caption)


class Bar:
    """A bar of the parts of a page: a call counts one more as done, and gives back what it made."""

    def __init__(self, total: int, shown: bool) -> None:
        self._bar = tqdm(total=total, desc="report", unit="part", disable=not shown)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, made: Any = None) -> Any:
        self._bar.update()
        return made
