"""Which inputs are meant by patterns: by path, or by the set of linked ones that they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean
from flowsim.scenario.links import fits


def chosen(leaders: Mapping[str, str], inputs: Sequence[str]) -> dict[str, str]:
    """The factor of each input that is asked for.

    Parameters
    ----------
    leaders : mapping of str to str
        Of all inputs, see `flowsim.study.inputs.doubts`.
    inputs : sequence of str
        Patterns; empty means all.

    Raises
    ------
    ScenarioError
        Nothing is uncertain, or nothing uncertain fits a pattern.
    """
    patterns = (inputs,) if isinstance(inputs, str) else tuple(inputs)
    if not leaders:
        right = "give numbers a range, as {value: 3, low: 1, high: 9}"
        raise ScenarioError([Problem("scenario", "nothing in it is uncertain", right)])
    problems = []
    wanted: set[str] = set()
    for i, pattern in enumerate(patterns):
        fitting = {f for path, f in leaders.items() if fits(pattern, path) or fits(pattern, f)}
        wanted |= fitting
        if not fitting:
            right = "name one by path or linked[NAME], with * for any text"
            near = did_you_mean(pattern, list(dict.fromkeys([*leaders.values(), *leaders])))
            problems.append(
                Problem(f"inputs[{i}]", f"no uncertain input fits {pattern!r}", right + near)
            )
    if problems:
        raise ScenarioError(problems)
    return {path: f for path, f in leaders.items() if not patterns or f in wanted}
