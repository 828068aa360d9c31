"""The errors of the library, and how a problem in a file is told."""

from __future__ import annotations

from dataclasses import dataclass

from flowsim.shown import plain


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
    >>> print(ScenarioError([Problem("step", "0h is no step", "give a time above zero, as 1h")]))
    step: 0h is no step; give a time above zero, as 1h
    """

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class ScenarioWarning(UserWarning):
    """Something odd in an input, which is read as the message tells."""


class SimulationError(RuntimeError):
    """A run could not go on: a rule or a policy gave something that the model cannot use."""


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
