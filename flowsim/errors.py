"""The errors of the library, and how a problem in a file is told."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from flowsim.shown import plain

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in an input.

    Attributes
    ----------
    path : str
        Where it stands in the scenario, e.g. ``borders[0].authorities[1].policies[2].leak``.
    wrong, right : str
        What is wrong, and what would be right.
    file : str
        The file it was read from, or empty for a scenario made in Python.
    line, column : int
        Position in the file, from 1; 0 where there is none.
    """

    path: str
    wrong: str
    right: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}:{self.column}: " if self.file else ""
        where = f"{self.path}: " if self.path else ""
        return plain(f"{at}{where}{self.wrong}; {self.right}")


class ScenarioError(ValueError):
    """An input cannot be used; holds every problem that was found.

    Parameters
    ----------
    problems : iterable of Problem
        All of them, in the order of the files.

    Examples
    --------
    >>> from flowsim.errors import Problem, ScenarioError
    >>> print(ScenarioError([Problem("step", "0h is not a step", "give a time above zero, as 1h")]))
    step: 0h is not a step; give a time above zero, as 1h
    """

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class ScenarioWarning(UserWarning):
    """Something odd in an input, which is read as the message tells, or in what comes of it."""


class SimulationError(RuntimeError):
    """A run could not go on: a rule or a policy gave something that the model cannot use."""


def in_own_code(what: str, error: Exception) -> SimulationError:
    """An error that a policy or rule raised in a run, with whose it is and when.

    Where it was raised in the user's own files, their last line is told; the error itself belongs
    behind it, as ``raise in_own_code(...) from error``.

    Examples
    --------
    >>> in_own_code("the policy 'relief', 2010-06-12T18:00", KeyError("Osh"))
    SimulationError("the policy 'relief', 2010-06-12T18:00: KeyError: 'Osh'")
    """
    if isinstance(error, SimulationError):
        return SimulationError(f"{what}: {error}")
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent != _HERE and _HERE not in Path(frame.filename).parents
    ]
    where = f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
    return SimulationError(f"{what}: {type(error).__name__}: {error}{where}")


class StudyError(SimulationError):
    """Some runs of a study failed, each twice; all others are in its store.

    Parameters
    ----------
    message : str
    failures : tuple of str
        Traceback of each, in the order of the study.
    """

    def __init__(self, message: str, failures: tuple[str, ...] = ()) -> None:
        self.failures = failures
        super().__init__(message)


class StoreError(RuntimeError):
    """A store of runs cannot be read or written, is damaged, or lacks runs."""
