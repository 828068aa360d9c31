"""The scenarios that results and stores carry with them, and the runs of a store as results."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from flowsim.errors import Problem, ScenarioError
from flowsim.readers import load
from flowsim.reporting.reproduce import FILE
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.study.runs import Runs


def scenario_of(result: Result, allow_code: bool) -> Scenario:
    """The scenario that was run.

    Raises
    ------
    ScenarioError
        The result does not have it, or it names code that may not be imported.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> scenario_of(fs.run(base, seed=1), allow_code=False).digest() == base.digest()
    True
    """
    text = str(result.data.attrs.get("scenario", ""))
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


def scenario_in(runs: Runs, name: str, allow_code: bool) -> Scenario:
    """A scenario of a study, as its store has it."""
    (entry,) = (e for e in runs.plan.scenarios if e.name == name)
    return load(runs.store.folder / "scenarios" / f"{entry.digest}.yaml", allow_code)


NEEDED = ("people", "waiting", "outcomes", "violence", "deaths", "registered")
"""Variables that the map that plays shows, and what runs are held against reports by."""
TIMES = ("time_recorded", "time")
"""Dimensions over which a store keeps variables: as recorded, or daily."""


def members_of(runs: Runs, name: str, scenario: Scenario, most: int) -> list[Result]:
    """The first runs of a scenario of a study, at the times that the store has.

    None where the study did not keep all of `NEEDED` at the same times.
    """
    data = runs.data.sel(scenario=name, drop=True)
    kept = [dim for dim in TIMES if all(v in data and dim in data[v].dims for v in NEEDED)]
    if not kept:
        return []
    others = set(TIMES) - {kept[0]}
    data = data.drop_vars([v for v in data.variables if others & {*data[v].dims}])
    crossings = dict.fromkeys(r.crossing for r in scenario.routes if r.crossing)
    data = data.sel(place=[p.name for p in scenario.places], crossing=list(crossings))
    attrs = {
        "name": scenario.name,
        "title": f"{scenario.title or scenario.name}, {name}",
        "one_in": str(scenario.population.one_in),
    }
    numbers = [(s, m) for s in range(data.sizes["sample"]) for m in range(data.sizes["member"])]
    found = []
    for s, m in numbers[:most]:
        one = data.isel(sample=s, member=m).drop_vars(["sample", "member"])
        found.append(Result(one.rename({kept[0]: "time"} if kept[0] != "time" else {})))
    return [Result(one.data.assign_attrs(**attrs)) for one in found]
