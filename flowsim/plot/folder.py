"""All figures of a run, as files in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flowsim import plot
from flowsim.evidence.scorecard import USES
from flowsim.evidence.statements import statements
from flowsim.plot.installed_figures import draw_to
from flowsim.plot.style import Chart
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario


def figures_of(scenario: Scenario) -> dict[str, str]:
    """The figures of `flowsim.plot.OF_A_RUN`, by file, that runs of a scenario have.

    Examples
    --------
    >>> import flowsim as fs
    >>> "reports.png" in figures_of(fs.teaching_world())
    False
    """
    reported = bool(statements(scenario, use=USES))
    return {file: name for file, name in plot.OF_A_RUN.items() if name != "reports" or reported}


def save_all(
    result: Result,
    scenario: Scenario,
    folder: str | os.PathLike[str],
    *,
    width: Any = None,
    also: Sequence[str] = (),
) -> list[Path]:
    """Draw all figures of a run and write them as PNG of 150 dots an inch.

    The reports are left out where the scenario has none of a quantity of the run within its period.

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
    for file, name in figures_of(scenario).items():
        draw: Callable[..., Chart] = getattr(plot, name)
        path = Path(folder) / file
        draw(result, scenario=scenario, **how).write(path)
        paths.append(path)
    for name in also:
        path = Path(folder) / f"{name}.png"
        draw_to(name, result, scenario, path, **how)
        paths.append(path)
    return paths
