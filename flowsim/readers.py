"""Who can read a path into a Scenario."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from flowsim.errors import Problem, ScenarioError, ScenarioWarning
from flowsim.flee.reader.signs import is_flee
from flowsim.installed import Group, Offer
from flowsim.scenario.load import is_scenario, read_scenario
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shipped import located


class Reader(NamedTuple):
    """A format of files.

    Attributes
    ----------
    name : str
        What its format is called.
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
"""In the order in which they are asked, before those of other packages; the first also tells what
is wrong with a path that no reader knows."""


def _wrong(told: str, found: Any, offer: Offer) -> str:
    whose = f"the package {offer.package!r}"
    if isinstance(found, Reader) and callable(found.knows) and callable(found.read):
        same = found.name == told
        has = f"the reader {offer.point.value!r} of {whose} has the name {found.name!r}"
        return "" if same else f"{has}, and its entry point {told!r}"
    names = f"{whose} names {offer.point.value!r} for the reader {told!r}"
    return f"{names}, which is not a flowsim.readers.Reader"


INSTALLED: Group[Reader] = Group(
    "flowsim.readers", "reader", _wrong, lambda: [reader.name for reader in READERS]
)
"""Those of installed packages, asked in the order of their names about what no other knows."""


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
        nothing of that name. Or what the reader of an installed package knows.
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
    found = _of_a_package(where)
    return READERS[0].read(where, allow_code) if found is None else _read(found, where, allow_code)


def _of_a_package(where: Path) -> Reader | None:
    """The reader of an installed package that knows a path; None where none does."""
    knowing: list[Reader] = []
    for reader in INSTALLED.all().values():
        try:
            if reader.knows(where):
                knowing.append(reader)
        except Exception as error:
            wrong = f"{_named(reader)} failed to look at {where}, {_told(error)}"
            warnings.warn(f"{wrong}; it is left out", ScenarioWarning, stacklevel=3)
    if len(knowing) > 1:
        wrong = f"{_named(knowing[0])} and {_named(knowing[1])} both read it"
        raise ScenarioError([Problem(str(where), wrong, "remove one of the packages")])
    return knowing[0] if knowing else None


def _read(reader: Reader, where: Path, allow_code: bool) -> Scenario:
    """What the reader of a package reads; what it raises is told with the package's name."""
    try:
        read: Any = reader.read(where, allow_code)
    except (ScenarioError, OSError, MemoryError):
        raise
    except Exception as error:
        problem = Problem(str(where), f"{_named(reader)} failed, {_told(error)}", _RIGHT)
        raise ScenarioError([problem]) from error
    if not isinstance(read, Scenario):
        wrong = f"{_named(reader)} gave {type(read).__name__} and not a Scenario"
        raise ScenarioError([Problem(str(where), wrong, _RIGHT)])
    return read


_RIGHT = "tell those who keep the package, or convert the file by other means"


def _named(reader: Reader) -> str:
    (offer,) = INSTALLED.offers(reader.name)
    return f"the reader {reader.name!r} of the package {offer.package!r} {offer.version}"


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".replace(";", ",")
