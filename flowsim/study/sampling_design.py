"""Positions of samples in the unit cube, each column keyed by what it is for."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, Literal, get_args

import numpy as np

from flowsim.arrays import Floats
from flowsim.draws import seed_text, text_key
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean

Method = Literal["latin_hypercube", "sobol", "monte_carlo"]
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


def _check(dimensions: int, samples: int, method: str) -> None:
    problems = []
    if samples < 0:
        problems.append(Problem("samples", f"{samples} samples", "give a number of at least 0"))
    if method not in METHODS:
        right = f"use one of {', '.join(METHODS)}{did_you_mean(method, METHODS)}"
        problems.append(Problem("method", f"there is no method {method!r}", right))
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
