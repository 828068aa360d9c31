"""Samples of uncertain inputs: their positions, and a scenario that takes one."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np

from flowsim.arrays import Floats
from flowsim.draws import seed_text, text_key
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.scenario.nodes import Loc, Paths
from flowsim.scenario.override import with_values
from flowsim.scenario.rules.common import TOLERANCE
from flowsim.scenario.scenario import Number, Scenario
from flowsim.study.chronology import kept_in_order
from flowsim.study.distributions import Value
from flowsim.study.inputs import doubts, inputs_of, uncertain
from flowsim.world.config import KINDS

Method = Literal["latin_hypercube", "sobol", "monte_carlo"]
"""How samples are spread over the ranges of the inputs."""
METHODS: tuple[str, ...] = get_args(Method)
BLOCK = 10
"""Samples of which a Latin hypercube is made."""
MOST_SOBOL = 21_201
"""Dimensions of the Sobol sequence whose direction numbers are known (Joe and Kuo 2008)."""
_EDGE = 2.0**-53


def positions(
    paths: Iterable[str], samples: int, method: str = "latin_hypercube", seed: int | str = 1
) -> dict[str, Floats]:
    """Where each sample lies in the range of each input, as a part of its distribution.

    The first 30 of 50 samples are the 30, whatever the method.

    ===================  ===========================================================================
    ``latin_hypercube``  in blocks of ten: each ten samples take each tenth of the range of an
                         input once (McKay, Beckman and Conover 1979). In blocks, as a hypercube of
                         50 does not begin with one of 30; so ask for a multiple of ten. A column
                         depends on the seed and its path only.
    ``sobol``            Sobol's sequence, dimensions in the order of the paths, each rotated modulo
                         1 by a shift of its own (Cranley and Patterson 1976), which makes means
                         unbiased. Paths added at the end change nothing before them. Best with
                         few inputs and a power of two.
    ``monte_carlo``      independent draws. A column depends on the seed and its path only.
    ===================  ===========================================================================

    Parameters
    ----------
    paths : iterable of str
        Inputs; one that appears twice counts once.
    samples : int
    method : {"latin_hypercube", "sobol", "monte_carlo"}
    seed : int or str

    Returns
    -------
    dict of str to float64 array (samples,)
        In the open interval (0, 1).

    Raises
    ------
    ScenarioError
        The number of samples is negative, there is no such method, or there are more paths than
        Sobol's sequence has dimensions.

    Examples
    --------
    >>> column = positions(["behaviour.news.informed"], samples=10)["behaviour.news.informed"]
    >>> sorted((10 * column).astype(int).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    names = tuple(dict.fromkeys(paths))
    _check(len(names), samples, method)
    seed = seed_text(seed)
    if method == "sobol":
        columns = _sobol(names, samples, seed)
    elif method == "latin_hypercube":
        columns = [_latin(name, samples, seed) for name in names]
    else:
        columns = [_generator(method, name, seed).random(samples) for name in names]
    inside = (np.clip(column, _EDGE, 1.0 - _EDGE) for column in columns)
    return dict(zip(names, inside, strict=True))


def design(
    scenarios: Iterable[Scenario],
    samples: int,
    method: str = "latin_hypercube",
    seed: int | str = 1,
    only: Sequence[str] = (),
) -> dict[str, Floats]:
    """Positions of all samples for all uncertain inputs of some scenarios; see `positions`.

    The inputs of one doubt (see `doubts`) have the same positions. Times that would contradict each
    other are drawn again, see `flowsim.study.chronology`.

    Returns
    -------
    dict of str to float64 array (samples,)
        By path, in the order of `uncertain`.
    """
    among = tuple(scenarios)
    leader = doubts(among, uncertain(among, only))
    columns = positions(leader.values(), samples, method, seed)
    drawn = {path: columns[first] for path, first in leader.items()}
    return kept_in_order(among, drawn, leader, seed)


def wrong_method(method: object) -> list[Problem]:
    """What is wrong with the name of a method of sampling; nothing where there is such a one."""
    if method in METHODS:
        return []
    right = f"use one of {', '.join(METHODS)}{did_you_mean(str(method), METHODS)}"
    return [Problem("method", f"there is no method {method!r}", right)]


def _check(dimensions: int, samples: int, method: str) -> None:
    problems = []
    if samples < 0:
        problems.append(Problem("samples", f"{samples} samples", "give a number of at least 0"))
    problems += wrong_method(method)
    if method == "sobol" and dimensions > MOST_SOBOL:
        wrong = f"{dimensions} inputs are more than the {MOST_SOBOL} dimensions of Sobol's sequence"
        problems.append(Problem("inputs", wrong, "choose among them, or use latin_hypercube"))
    if problems:
        raise ScenarioError(problems)


def _latin(path: str, samples: int, seed: int | str) -> Floats:
    from scipy.stats import qmc

    hypercube: Any = qmc.LatinHypercube
    known = inspect.signature(hypercube).parameters
    keyword = "rng" if "rng" in known else "seed"  # its name before SciPy 1.15
    engine = hypercube(d=1, **{keyword: _generator("latin_hypercube", path, seed)})
    blocks = [engine.random(BLOCK)[:, 0] for _ in range(-(-samples // BLOCK))]
    return np.concatenate([np.empty(0), *blocks])[:samples]


def _sobol(paths: tuple[str, ...], samples: int, seed: int | str) -> list[Floats]:
    from scipy.stats import qmc

    if not paths or not samples:
        return [np.empty(0) for _ in paths]
    sequence = qmc.Sobol(d=len(paths), scramble=False)
    # a power of two, of which the first are taken: SciPy warns of any other number
    points = sequence.random_base2((samples - 1).bit_length())[:samples]
    shifts = np.array([_generator("sobol", path, seed).random() for path in paths])
    return list(np.ascontiguousarray(((points + shifts) % 1.0).T))


def _generator(method: str, path: str, seed: int | str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(int(text_key("input", method, seed, path))))


def sampled(scenario: Scenario, position: Mapping[str, float]) -> Scenario:
    """The scenario with each uncertain number at a position in its distribution.

    Whole numbers stay whole; times are of whole minutes, durations of whole seconds. Where parts
    of a whole add up to 1 (groups of a place, kinds of person of a group), those that are not
    sampled share what the sampled ones leave, in their proportions. Where nothing is left or none
    can take it, the sampled ones are scaled to a sum of 1.

    Parameters
    ----------
    scenario : Scenario
    position : mapping of str to float
        By path, in [0, 1]; paths that are not uncertain in this scenario are passed over.

    Returns
    -------
    Scenario
        What was changed has its source and no range any more.

    Raises
    ------
    ScenarioError
        A position is out of range, or the values make the scenario impossible together; it tells
        the values nearby.

    Examples
    --------
    >>> import flowsim as fs
    >>> stop = "borders[Here-There].authorities[There].policies[closure].stop"
    >>> later = sampled(fs.teaching_world(), {stop: 0.75})
    >>> f"{later.borders[0].authorities[0].policies[0].stop:%Y-%m-%d %H:%M}"
    '2030-05-04 15:50'
    """
    entries = [entry for entry in inputs_of(scenario) if entry.number.path in position]
    _check_positions({entry.number.path: position[entry.number.path] for entry in entries})
    values = {e.loc: e.law.at(float(position[e.number.path]), e.whole) for e in entries}
    values |= _balanced(scenario, values)
    paths = Paths(scenario)
    told = {paths(loc): value for loc, value in values.items()}
    try:
        changed = with_values(scenario, told)
    except ScenarioError as error:
        raise ScenarioError([_explained(problem, told) for problem in error.problems]) from None
    told |= {entry.number.path: values[entry.loc] for entry in entries}
    numbers = tuple(_settled(number, told.get(number.path)) for number in scenario.numbers)
    gone = {entry.linked for entry in entries}
    left = tuple(linked for linked in changed.linked if linked.name not in gone)
    return changed.model_copy(update={"numbers": numbers, "linked": left})


def _check_positions(position: Mapping[str, float]) -> None:
    wrong = [path for path, where in position.items() if not 0.0 <= where <= 1.0]
    if wrong:
        right = "give a number between 0 and 1"
        raise ScenarioError(
            [Problem(path, f"{position[path]} is not a position", right) for path in wrong]
        )


def _balanced(scenario: Scenario, drawn: Mapping[Loc, Value]) -> dict[Loc, float]:
    """Parts of wholes that were 1 and that drawn values would make something else."""
    changed: dict[Loc, float] = {}
    for whole in dict.fromkeys(loc[:-1] for loc in drawn):
        parts = _parts(scenario, whole)
        if not any(loc in drawn for loc in parts):
            continue
        if abs(math.fsum(parts.values()) - 1.0) > TOLERANCE:
            continue  # a place abroad may tell of some of its people only
        fixed = {loc: float(drawn[loc]) for loc in parts if loc in drawn}
        free = {loc: part for loc, part in parts.items() if loc not in drawn}
        left, others = 1.0 - math.fsum(fixed.values()), math.fsum(free.values())
        if left >= 0.0 and others > 0.0:
            changed |= {loc: min(1.0, part / others * left) for loc, part in free.items()}
        elif left < 1.0:
            changed |= {loc: part / (1.0 - left) for loc, part in fixed.items()}
            changed |= dict.fromkeys(free, 0.0)
    return changed


def _parts(scenario: Scenario, whole: Loc) -> dict[Loc, float]:
    """The parts of a place's or a group's people, where this is what stands there."""
    if whole[:1] == ("places",) and whole[2:] == ("share",):
        share = scenario.places[int(whole[1])].share
        return {(*whole, group): part for group, part in share.items()}
    if whole[:1] == ("groups",) and len(whole) == 2:
        group = scenario.groups[int(whole[1])]
        return {(*whole, kind): getattr(group, kind) for kind in KINDS}
    return {}


def _explained(problem: Problem, told: Mapping[str, Value]) -> Problem:
    """A problem with the sampled values of the section in which it is."""
    section = problem.path.rpartition(".")[0] or problem.path
    near = [f"{path}={value}" for path, value in told.items() if path.startswith(section)]
    if not near:
        return problem
    return Problem(problem.path, f"{problem.wrong} (sampled: {listed(near)})", problem.right)


def _settled(number: Number, value: Value | None) -> Number:
    """A number that has one value now."""
    if value is None:
        return number
    return number.model_copy(update={"value": value, "low": None, "high": None})
