"""The uncertain inputs of scenarios: which there are, and the positions of their samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean
from flowsim.scenario.scenario import Scenario
from flowsim.study.law import inputs_of
from flowsim.study.sample import sampled
from flowsim.study.sampling_design import METHODS, Method, positions

__all__ = ["METHODS", "Method", "design", "doubts", "positions", "sampled", "uncertain"]


def uncertain(scenarios: Iterable[Scenario], only: Sequence[str] = ()) -> tuple[str, ...]:
    """Paths of the numbers that have a low and a higher high end.

    A number that stands in a scenario no more is left out: its policy was replaced, or its value.

    Parameters
    ----------
    scenarios : iterable of Scenario
    only : sequence of str
        Paths, or patterns of them, in which ``*`` means any text and ``?`` any character; empty
        means all.

    Returns
    -------
    tuple of str
        In order of first appearance, the first scenario first.

    Raises
    ------
    ScenarioError
        Patterns that nothing uncertain fits, all of them.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.load("scenarios/kyrgyz_uzbek_2010")  # doctest: +SKIP
    >>> uncertain([base], ["behaviour.news.*"])  # doctest: +SKIP
    ('behaviour.news.informed', 'behaviour.news.lag_hours')
    """
    found = (entry.number.path for scenario in scenarios for entry in inputs_of(scenario))
    paths = tuple(dict.fromkeys(found))
    patterns = (only,) if isinstance(only, str) else tuple(only)
    fits = [_matches(pattern, paths) for pattern in patterns]
    lost = [i for i, fit in enumerate(fits) if not fit]
    if lost:
        raise ScenarioError([_no_input(i, patterns[i], paths) for i in lost])
    return tuple(path for path in paths if not fits or any(path in fit for fit in fits))


def doubts(scenarios: Iterable[Scenario], paths: Iterable[str]) -> dict[str, str]:
    """Which inputs are one doubt: times of one fact that stand several times in a scenario.

    A closure may begin at one moment at checkpoints and elsewhere, written for each. Two times
    are one doubt where, in one of the scenarios, field, value, range, distribution and source are
    the same. They have one position then, in every scenario. Numbers are never linked: that two
    of them are alike says nothing.

    Parameters
    ----------
    scenarios : iterable of Scenario
    paths : iterable of str
        Of `uncertain`.

    Returns
    -------
    dict of str to str
        For each path the one that leads: the first of its doubt in the scenarios, itself where it
        is linked to none. It is the same whichever paths are asked for.
    """
    leader: dict[str, str] = {}
    for scenario in scenarios:
        first: dict[tuple[object, ...], str] = {}
        for number, law, _, _ in inputs_of(scenario):
            leader.setdefault(number.path, number.path)
            if law.kind == "time":
                fact = (number.path.rpartition(".")[2], law, number.source)
                _link(leader, first.setdefault(fact, number.path), number.path)
    return {path: _leading(leader, path) for path in paths}


def design(
    scenarios: Iterable[Scenario],
    samples: int,
    method: str = "latin_hypercube",
    seed: int | str = 1,
    only: Sequence[str] = (),
) -> dict[str, Floats]:
    """Positions of all samples for all uncertain inputs of some scenarios; see `positions`.

    The inputs of one doubt (see `doubts`) have the same positions.

    Returns
    -------
    dict of str to float64 array (samples,)
        By path, in the order of `uncertain`.
    """
    among = tuple(scenarios)
    leader = doubts(among, uncertain(among, only))
    columns = positions(leader.values(), samples, method, seed)
    return {path: columns[first] for path, first in leader.items()}


def _matches(pattern: str, paths: tuple[str, ...]) -> frozenset[str]:
    """Not by fnmatch, in which the brackets of paths mean something else."""
    wild = {"*": ".*", "?": "."}
    form = re.compile("".join(wild.get(c, re.escape(c)) for c in pattern), re.DOTALL)
    return frozenset(path for path in paths if form.fullmatch(path))


def _no_input(i: int, pattern: str, paths: tuple[str, ...]) -> Problem:
    at = f"inputs[{i}]"
    if not paths:
        right = "give numbers a range, as {value: 3, low: 1, high: 9}"
        return Problem(at, f"nothing is uncertain, so {pattern!r} fits nothing", right)
    right = "name numbers that have a low and a high end, by path or with * and ?"
    among: dict[str, None] = dict.fromkeys(paths)
    if "*" in pattern or "?" in pattern:
        steps = ((path, step.end()) for path in paths for step in re.finditer(r"[.\[]", path))
        among = dict.fromkeys(f"{path[:end]}*" for path, end in steps)
    return Problem(at, f"no uncertain input fits {pattern!r}", right + did_you_mean(pattern, among))


def _link(leader: dict[str, str], one: str, other: str) -> None:
    """Two paths are one doubt; of their leaders the one that was known first goes on leading."""
    rank = {path: i for i, path in enumerate(leader)}
    heads = sorted((_leading(leader, one), _leading(leader, other)), key=rank.__getitem__)
    leader[heads[1]] = heads[0]


def _leading(leader: dict[str, str], path: str) -> str:
    while leader.get(path, path) != path:
        path = leader[path]
    return path
