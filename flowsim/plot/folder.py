"""All figures of a run, as files in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flowsim import plot
from flowsim.evidence.against_registrations import score, sheltered
from flowsim.evidence.registered import registered
from flowsim.evidence.scorecard import USES
from flowsim.evidence.statements import statements
from flowsim.plot.distances import MOST
from flowsim.plot.installed_figures import draw_to
from flowsim.plot.style import Chart
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario


def figures_of(result: Result, scenario: Scenario) -> dict[str, str]:
    """The figures that a run has, by file, in the order in which one would look at them.

    Those of `flowsim.plot.OF_A_RUN`, but for the reports where the scenario has none of a quantity
    of the run within its period, and with the registrations by camp in their place where they are
    more than the figure of reports has rows for.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> "reports.png" in figures_of(fs.run(base, seed=1), base)
    False
    """
    told = statements(scenario, use=USES)
    found = {file: name for file, name in plot.OF_A_RUN.items() if name != "reports"}
    if not told:
        return found
    if len(told) > MOST and has_series(result, scenario):
        return found | plot.OF_SERIES
    return dict(plot.OF_A_RUN)


def has_series(result: Result, scenario: Scenario) -> bool:
    """Whether a run can be held against registrations at camps, day by day."""
    try:
        sheltered(result, registered(scenario))
    except ValueError:  # no camp has any, or the run has no record at the end of each day
        return False
    return True


def draw(name: str, result: Result, scenario: Scenario, **how: Any) -> Chart:
    """Draw one of `figures_of`."""
    if name in plot.OF_SERIES.values():
        return plot.registrations(score([result], scenario), scenario, **how)
    of_a_run: Callable[..., Chart] = getattr(plot, name)
    return of_a_run(result, scenario=scenario, **how)


def save_all(
    result: Result,
    scenario: Scenario,
    folder: str | os.PathLike[str],
    *,
    width: Any = None,
    also: Sequence[str] = (),
) -> list[Path]:
    """Draw all figures of a run and write them as PNG of 150 dots an inch.

    Those of `figures_of`: the reports only where the scenario has any of a quantity of the run.

    Parameters
    ----------
    result : Result
    scenario : Scenario
        What was run, for its reports, routes and policies.
    folder : path
        Exists already; files of the same names are replaced.
    width : float or {"single", "double"}, optional
        Of each, millimetres; as wide as each is by itself unless given.
    also : sequence of str
        Figures of installed packages to draw, too, by their names.

    Returns
    -------
    list of pathlib.Path
        The files, in the order in which one would look at them.

    Examples
    --------
    >>> import tempfile
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> with tempfile.TemporaryDirectory() as there:
    ...     paths = save_all(fs.run(base, seed=1), base, there, width=89)
    >>> paths[0].name
    'timeline.png'
    """
    how = {} if width is None else {"width": width}
    paths = []
    for file, name in figures_of(result, scenario).items():
        path = Path(folder) / file
        draw(name, result, scenario, **how).write(path)
        paths.append(path)
    for name in also:
        path = Path(folder) / f"{name}.png"
        draw_to(name, result, scenario, path, **how)
        paths.append(path)
    return paths
