"""What stands in a report, of a run and of a study, as data for the template."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup
from tqdm import tqdm

from flowsim import plot
from flowsim.errors import Problem, ScenarioError
from flowsim.evidence.registered import registered
from flowsim.interactive import Playback
from flowsim.outlines.boxes import Outlines
from flowsim.reporting.against import report_rows
from flowsim.reporting.film import film
from flowsim.reporting.pictures import Picture, picture
from flowsim.reporting.policy_table import policy_rows
from flowsim.reporting.question import about, changes
from flowsim.reporting.run_pictures import run_pictures
from flowsim.reporting.sources import number_rows, tally
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.study.comparison import Comparison, compare
from flowsim.study.runs import Runs
from flowsim.version import __version__

MOST_SHOWN, MOST_DRAWN, MOST_HELD = 6, 4, 40
"""Scenarios of a study that play, whose timeline is drawn, and members held against reports."""
FRAMES_BY_SCENARIO = 240
FILE = "scenario.yaml"


def of_run(
    result: Result,
    scenario: Scenario | None,
    base: Scenario | None,
    outlines: Outlines | None,
    allow_code: bool,
    progress: bool,
) -> dict[str, Any]:
    """The contents of a report on a run."""
    text = str(result.data.attrs.get("scenario", ""))
    setup = scenario or scenario_of(text, allow_code)
    drawn = list(run_pictures(result, setup))
    with _bar(3 + len(drawn), progress) as tick:
        play = Playback(result, setup, outlines=outlines)
        films = [_film(play, 1, "")]
        tick()
        pictures = [tick(draw()) for draw in drawn]
        rows, counted = report_rows([result], setup)
        if rows:
            pictures.append(_reports_picture(result, setup))
        tick()
        contents = {
            **_of_scenario(setup),
            "title": str(result.data.attrs.get("title") or result.name or "A run"),
            "subtitle": "A run of an agent-based model of people who flee across a border",
            "doubt": (
                "One run: one roll of the dice. How far another seed differs, and what is not "
                "known of the inputs, a study tells."
            ),
            "scenarios": [_changed("", setup, base)],
            "films": films,
            "pictures": pictures,
            "comparison": None,
            "reports": rows,
            "counted": counted,
            "simulated": "simulated",
            "left_out": "",
            "scores": _scores([result], setup),
            "again": _again_run(result, text),
        }
        tick()
    return contents


def of_study(
    runs: Runs, against: str, outlines: Outlines | None, allow_code: bool, progress: bool
) -> dict[str, Any]:
    """The contents of a report on a study."""
    names = list(runs.names)
    reference = against or names[0]
    if reference not in names:
        right = f"give one of {', '.join(map(repr, names))}"
        raise ScenarioError([Problem("against", f"there is no scenario {against!r}", right)])
    order = [reference, *(name for name in names if name != reference)]
    with _bar(3 + min(len(order), MOST_SHOWN) + min(len(order), MOST_DRAWN), progress) as tick:
        setups = {name: _setup(runs, name, allow_code) for name in order}
        tick()
        films = [
            tick(_film_of(runs, name, setups[name], outlines, number))
            for number, name in enumerate(order[:MOST_SHOWN], 1)
        ]
        told = compare(runs, reference) if len(order) > 1 else None
        pictures = [] if told is None else [_contrasts(told)]
        tick()
        pictures += [tick(_fan(runs, name, setups[name])) for name in order[:MOST_DRAWN]]
        held = _members(runs, reference, setups[reference], MOST_HELD)
        rows, counted = report_rows(held, setups[reference])
        tick()
    plan, data = runs.plan, runs.data
    return {
        **_of_scenario(setups[reference]),
        "title": plan.title or plan.name,
        "subtitle": f"A study of {_many(len(order), 'scenario')}, {data.sizes['member']} members "
        f"{_samples(data.sizes['sample'])}",
        "doubt": _holds(told, data.sizes["sample"]),
        "scenarios": [
            _changed(name, setups[name], setups[reference] if name != reference else None)
            for name in order
        ],
        "films": films,
        "pictures": pictures,
        "comparison": None if told is None else Markup(told._repr_html_()),
        "reports": rows,
        "counted": f"{reference}: {counted}" if counted else "",
        "left_out": "",
        "simulated": f"simulated, median of {len(held)} runs (90 %)",
        "scores": _scores(held, setups[reference]),
        "again": _again_study(runs, order),
    }


# ---- the scenario ------------------------------------------------------------------------


def scenario_of(text: str, allow_code: bool) -> Scenario:
    """The scenario that a result carries with it.

    Raises
    ------
    ScenarioError
        There is none, or it names code that may not be imported.
    """
    from flowsim.readers import load

    if not text:
        right = "give it: flowsim.report(result, scenario)"
        raise ScenarioError([Problem("scenario", "the result does not say what was run", right)])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        file.write_text(text, encoding="utf-8")
        try:
            return load(file, allow_code)
        except ScenarioError as error:
            named = f"{FILE} of the result"
            raise ScenarioError([replace(p, file=named) for p in error.problems]) from None


def _setup(runs: Runs, name: str, allow_code: bool) -> Scenario:
    from flowsim.readers import load

    (entry,) = (e for e in runs.plan.scenarios if e.name == name)
    return load(runs.store.folder / "scenarios" / f"{entry.digest}.yaml", allow_code)


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


# ---- what plays and what is drawn --------------------------------------------------------


def _film(play: Playback, number: int, name: str) -> dict[str, Any]:
    target = f"film-{number}"
    return {"target": target, "name": name, "told": play.frames.told(),
            "json": Markup(film(play, target))}  # fmt: skip


def _film_of(
    runs: Runs, name: str, setup: Scenario, outlines: Outlines | None, number: int
) -> dict[str, Any]:
    """One member of a scenario, with bands over all of them."""
    (one,) = _members(runs, name, setup, 1)
    play = Playback(one, setup, runs=runs, of=name, most=FRAMES_BY_SCENARIO, outlines=outlines)
    return _film(play, number, name)


def _members(runs: Runs, name: str, setup: Scenario, most: int) -> list[Result]:
    """Runs of a scenario as results, at the times at which all variables were kept."""
    data = runs.data.sel(scenario=name, drop=True)
    data = data.sel(
        place=[p.name for p in setup.places],
        crossing=list(dict.fromkeys(r.crossing for r in setup.routes if r.crossing)),
    )
    attrs = {"name": setup.name, "title": f"{setup.title or setup.name}, {name}",
             "one_in": str(setup.population.one_in)}  # fmt: skip
    found = []
    for s in range(data.sizes["sample"]):
        for m in range(data.sizes["member"]):
            if len(found) < most:
                one = data.isel(sample=s, member=m).drop_vars(["sample", "member"])
                found.append(Result(one.assign_attrs(**attrs)))
    return found


def _reports_picture(result: Result, setup: Scenario) -> Picture:
    caption = "Reports beside the run: how far off, in errors of each report."
    return picture(
        "reports", lambda width: plot.reports(result, setup, width=width), caption, caption
    )


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


# ---- scores and how to do it again -------------------------------------------------------


def _scores(results: Sequence[Result], setup: Scenario) -> list[tuple[str, str]]:
    """Scores against registrations at camps, if the scenario has any."""
    from flowsim.evidence import score

    try:
        registered(setup)
    except ValueError:  # it has none
        return []
    told = score(list(results), setup)
    rows = [
        ("average relative difference (ARD), 0 is best", f"{told.ard:.3f}"),
        ("root mean square error, persons", f"{told.rmse:,.0f}"),
        ("continuous ranked probability score, persons", f"{told.crps:,.0f}"),
    ]
    if len(results) > 1:
        rows.append(("days and camps inside the 90 % interval", f"{told.coverage:.0%}"))
    rows += [
        (f"ARD of the forecast '{name}', and of the model on its days",
         f"{row.ard:.3f}, {row.model:.3f}")
        for name, row in told.against.items()
    ]  # fmt: skip
    return rows


def _holds(told: Comparison | None, samples: int) -> str:
    """What the intervals of the page hold, in words."""
    if samples > 1:
        return (
            "Intervals and bands hold both chance (the dice of each run) and the doubt of the "
            "inputs, of which samples were drawn."
        )
    return (
        "Intervals and bands hold chance alone: all inputs stand at their central values. What is "
        "not known of the inputs comes on top."
    )


def _samples(count: int) -> str:
    return "each, all with the central inputs" if count == 1 else f"of each of {count} samples"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def _again_run(result: Result, text: str) -> dict[str, Any]:
    attrs = result.data.attrs
    return {
        "command": f"flowsim run {FILE} --seed {result.seed} -o again",
        "then": "The scenario as it was run, with all values and sources, is in this page:",
        "files": [(FILE, _download(text))] if text else [],
        "facts": [
            ("seed", result.seed),
            ("digest of the scenario", str(attrs.get("digest", ""))),
            ("engine", str(attrs.get("engine", ""))),
            *_versions(attrs),
            ("processor", str(attrs.get("cpu", ""))),
        ],
    }


def _again_study(runs: Runs, order: Sequence[str]) -> dict[str, Any]:
    plan = runs.plan
    digests = {entry.name: entry.digest for entry in plan.scenarios}
    texts = {
        name: (runs.store.folder / "scenarios" / f"{digests[name]}.yaml").read_text("utf-8")
        for name in order[:MOST_SHOWN]
    }
    return {
        "command": f"flowsim study study.yaml --members {plan.scenarios[0].members}",
        "then": "The scenarios as they were run are in this page; study.yaml names them with the "
        "seed below:",
        "files": [
            (f"{digests[name]}.yaml ({name})", _download(text)) for name, text in texts.items()
        ],
        "facts": [
            ("seed of the study", plan.seed),
            *((f"digest of {name}", digests[name]) for name in order),
            ("digest of the code", plan.code),
            ("inputs sampled", ", ".join(plan.inputs) or "none"),
            ("flowsim", __version__),
            ("processor", ", ".join(runs.store.cpus())),
        ],
    }


def _versions(attrs: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(v)) for name, v in json.loads(attrs.get("versions", "{}")).items()]


def _download(text: str) -> str:
    return f"data:text/yaml;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


class _bar:
    """A bar of the parts of a page that are done; a call counts one and hands on what it is given."""

    def __init__(self, total: int, shown: bool) -> None:
        self._bar = tqdm(total=total, desc="report", unit="part", disable=not shown)

    def __enter__(self) -> _bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, made: Any = None) -> Any:
        self._bar.update()
        return made
