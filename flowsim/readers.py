"""Who can read a path into a Scenario."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from flowsim.errors import Problem, ScenarioError
from flowsim.flee.reader.signs import is_flee
from flowsim.scenario.load import is_scenario, read_scenario
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shipped import located


class Reader(NamedTuple):
    """A format of files.

    Attributes
    ----------
    name : str
    knows : callable
        Whether a path is of this format.
    read : callable
        The scenario there; also told whether code that it names may be imported.
    """

    name: str
    knows: Callable[[Path], bool]
    read: Callable[[Path, bool], Scenario]


def _flee(path: Path, allow_code: bool) -> Scenario:
    from flowsim.flee.reader.folder import read_flee  # few need it

    return read_flee(path)


READERS: list[Reader] = [
    Reader("flowsim", is_scenario, read_scenario),
    Reader("Flee", is_flee, _flee),
]
"""In the order in which they are asked; the first also tells what is wrong with a path that no
reader knows."""


def load(
    path: str | os.PathLike[str],
    allow_code: bool = False,
    strict_flee: bool = False,
    source: str | os.PathLike[str] | None = None,
    period: str | tuple[date, date] | None = None,
) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    path : str or path
        A scenario's folder, a YAML file (a variant), or a folder of Flee: one with ``input_csv``
        and ``source_data``, the ``input_csv`` itself, or one with these tables. Or the name of
        one that comes with flowsim, see `flowsim.scenarios`, where the current folder has
        nothing of that name.
    allow_code : bool
        Whether policies of type ``code`` may be imported: they then run with your rights. Without
        it they are a problem, and nothing is imported.
    strict_flee : bool
        Read a folder of Flee with Flee's own defects, see `flowsim.flee.reader.folder.read_flee`.
    source : str or path, optional
        Folder of the registrations of a folder of Flee, where it lies elsewhere.
    period : str or pair of date, optional
        ``START..END``: when the run of a folder of Flee starts and ends, at midnight; it need then
        have no ``sim_period.csv``. Others have their own `start` and `end`.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem in all of its files; what is for Flee alone was asked of another path.

    Examples
    --------
    >>> import flowsim as fs
    >>> fs.load("scenarios/nowhere")
    Traceback (most recent call last):
    ...
    flowsim.errors.ScenarioError: scenarios/nowhere: there is no such file or folder; ...
    """
    where = located(path)
    if strict_flee or source is not None or period is not None:
        if is_scenario(where) or not is_flee(where):
            right = "name one with input_csv and source_data, or leave out what is for Flee alone"
            raise ScenarioError([Problem(str(path), "this is not a folder of Flee", right)])
        from flowsim.flee.reader.folder import read_flee

        return read_flee(where, source, strict_flee, period)
    for reader in READERS:
        if reader.knows(where):
            return reader.read(where, allow_code)
    return READERS[0].read(where, allow_code)
