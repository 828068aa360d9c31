"""Emulators: what runs have where a report speaks, as a smooth function of the inputs.

One of a statement, by Gaussian processes (scikit-learn). Inputs are normal scores of their
positions. Which of the forms below it has, and whether of the number or of its logarithm, is chosen
by leaving out one run at a time.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.learn.library import sklearn

FORMS = ("quadratic", "smooth", "quadratic and smooth")
"""A quadratic with all its products; a straight line with an anisotropic Gaussian process on what
it leaves; both."""
MOST_ACTIVE = 10
"""Inputs that an emulator goes by; what the others do is part of its noise."""
FEW = 6
"""Up to so many inputs all are taken."""
TUNED_ON, FITTED_TO = 80, 400
"""Runs by which lengths and sizes are found, and by which it is then conditioned."""
LEAST_NOISE = 1e-5
"""Of the variance of the runs."""
_LENGTH = (0.3, 30.0)
_FOLDS = 5


class Guess(NamedTuple):
    """What emulators expect of a run at some positions, (positions, statements) each.

    Attributes
    ----------
    mean : float64 array
    sd : float64 array
        Standard deviation of a run: of the emulator, and of chance and inputs that it does not
        know.
    own_sd : float64 array
        That of the emulator alone, which more runs make smaller.
    """

    mean: Floats
    sd: Floats
    own_sd: Floats


@dataclass(frozen=True, eq=False)
class Emulator:
    """One statement's.

    Attributes
    ----------
    form : str
        One of `FORMS`.
    logarithm : bool
        Whether of the logarithm of 1 and the number.
    active : int array (k,)
        Which inputs it goes by.
    explained : float
        Part of the variance of runs that are left out, one at a time, that it tells.
    """

    form: str
    logarithm: bool
    active: Ints
    explained: float
    _process: Any
    _centre: float
    _scale: float
    _noise: float

    def guess(self, scores: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean, standard deviation of a run, and the emulator's own, (positions,) each."""
        mean, sd = self._process.predict(scores[:, self.active], return_std=True)
        m, v = self._centre + self._scale * mean, (self._scale * sd) ** 2
        own = np.maximum(v - self._scale**2 * self._noise, 0.0)
        if not self.logarithm:
            return m, np.sqrt(v), np.sqrt(own)
        return np.expm1(m + v / 2.0), _log_sd(m, v), _log_sd(m, own)


@dataclass(frozen=True, eq=False)
class Emulators:
    """Those of all statements."""

    each: tuple[Emulator, ...]

    def guess(self, scores: Floats) -> Guess:
        """What is expected of runs.

        Parameters
        ----------
        scores : float64 array (positions, inputs)
        """
        told = [emulator.guess(scores) for emulator in self.each]
        return Guess(*(np.column_stack(part) for part in zip(*told, strict=True)))

    @property
    def active(self) -> Ints:
        """Inputs that one of them goes by, ascending."""
        return np.unique(np.concatenate([emulator.active for emulator in self.each]))


def fit_all(scores: Floats, values: Floats, chance: Floats, counts: Sequence[bool]) -> Emulators:
    """Emulators of all statements.

    Parameters
    ----------
    scores : float64 array (runs, inputs)
    values : float64 array (runs, statements)
        NaN where a run has none; it is left out.
    chance : float64 array (statements,)
        Variance between runs that differ by their dice only, of the numbers.
    counts : sequence of bool
        Which may be told by their logarithms.
    """
    each = []
    for column, (of_chance, count) in enumerate(zip(chance, counts, strict=True)):
        there = np.isfinite(values[:, column])
        each.append(fit(scores[there], values[there, column], float(of_chance), count))
    return Emulators(tuple(each))


def fit(scores: Floats, values: Floats, chance: float = 0.0, count: bool = True) -> Emulator:
    """An emulator of some runs.

    Parameters
    ----------
    scores : float64 array (runs, inputs)
        Normal scores of positions.
    values : float64 array (runs,)
    chance : float
        Variance between runs that differ by their dice only.
    count : bool
        Whether it cannot be negative, so that its logarithm may be taken.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(size=(60, 2))
    >>> told = fit(scores, 100.0 * np.exp(scores[:, 0]))
    >>> told.logarithm, told.explained > 0.99
    (True, True)
    >>> mean, sd, _ = told.guess(np.array([[1.0, 0.0]]))
    >>> bool(abs(mean[0] - 100.0 * np.e) < 5.0)
    True
    """
    if len(values) < 2 or not np.ptp(values) > 0.0:
        return _constant(values, math.sqrt(max(chance, 0.0)), scores.shape[1])
    scales = [False, True] if count and values.min() >= 0.0 else [False]
    tried = [_try(scores, values, chance, logarithm, FORMS[0]) for logarithm in scales]
    best = max(tried, key=lambda one: one.density)
    others = [_try(scores, values, chance, best.logarithm, form, best.active) for form in FORMS[1:]]
    return max([best, *others], key=lambda one: one.density).conditioned(scores, values)


class _Tried(NamedTuple):
    """A form with its lengths and sizes, and how well it tells runs that are left out."""

    form: str
    logarithm: bool
    active: Ints
    kernel: Any
    density: float
    explained: float

    def conditioned(self, scores: Floats, values: Floats) -> Emulator:
        """The same, by as many runs as it can take; the latest are where it matters."""
        rows, at = _worked(values[-FITTED_TO:], self.logarithm), scores[-FITTED_TO:, self.active]
        centre, scale = float(rows.mean()), float(rows.std()) or 1.0
        process = _process(self.kernel, None).fit(at, (rows - centre) / scale)
        noise = float(self.kernel.k2.noise_level)
        return Emulator(
            self.form, self.logarithm, self.active, self.explained, process, centre, scale, noise
        )


def _try(
    scores: Floats, values: Floats, chance: float, logarithm: bool, form: str,
    active: Ints | None = None,
) -> _Tried:  # fmt: skip
    rows = _worked(values, logarithm)
    centre, scale = float(rows.mean()), float(rows.std()) or 1.0
    y = (rows - centre) / scale
    if active is None:
        active = _active(scores, y)
    x = scores[:, active]
    slope = 1.0 / (1.0 + max(float(np.median(values)), 0.0)) if logarithm else 1.0
    least = float(np.clip(chance * (slope / scale) ** 2, LEAST_NOISE, 1.0))
    chosen = np.unique(np.linspace(0, len(y) - 1, TUNED_ON).round().astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sklearn("exceptions").ConvergenceWarning)
        kernel = _kernel(form, len(active), least)
        tuned = _process(kernel, "fmin_l_bfgs_b").fit(x[chosen], y[chosen])
        kernel = tuned.kernel_
        whole = tuned
        if len(chosen) < len(y):
            whole = _process(kernel, None).fit(x[-FITTED_TO:], y[-FITTED_TO:])
    left, variance = _left_out(whole)
    density = -0.5 * (np.log(2.0 * np.pi * variance * scale**2) + left**2 / variance)
    if logarithm:
        density = density - np.log1p(values[-len(left) :])
    explained = 1.0 - float(np.mean(left**2)) / float(np.var(y[-len(left) :]))
    return _Tried(form, logarithm, active, kernel, float(density.mean()), explained)


def _kernel(form: str, inputs: int, least: float) -> Any:
    kernels = sklearn("gaussian_process.kernels")
    dot = kernels.DotProduct(1.0, (1e-2, 1e2))
    bends = kernels.ConstantKernel(0.3, (1e-3, 1e2)) * kernels.RBF([2.0] * inputs, _LENGTH)
    line = kernels.ConstantKernel(0.3, (1e-4, 1e2))
    told = {FORMS[0]: line * dot**2, FORMS[1]: line * dot + bends, FORMS[2]: line * dot**2 + bends}
    return told[form] + kernels.WhiteKernel(max(0.05, 1.01 * least), (least, 2.0))


def _process(kernel: Any, optimizer: str | None) -> Any:
    regressor = sklearn("gaussian_process").GaussianProcessRegressor
    return regressor(kernel, alpha=1e-8, optimizer=optimizer)


def _left_out(process: Any) -> tuple[Floats, Floats]:
    """Errors and variances of each run as the others tell it.

    Rasmussen and Williams (2006), equation 5.12.
    """
    inverse = np.linalg.inv(process.L_)
    variance = 1.0 / (inverse**2).sum(axis=0)
    return np.ravel(process.alpha_) * variance, variance


def _active(scores: Floats, y: Floats) -> Ints:
    """The inputs that matter most, by the lasso over lines and parabolas."""
    inputs = scores.shape[1]
    if inputs <= FEW:
        return np.arange(inputs)
    features = np.hstack([scores, (scores**2 - 1.0) / math.sqrt(2.0)])
    features = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sklearn("exceptions").ConvergenceWarning)
        lasso = sklearn("linear_model").LassoCV(cv=_FOLDS, max_iter=2000, tol=1e-3)
        found = np.abs(lasso.fit(features, y).coef_)
    size = np.maximum(found[:inputs], found[inputs:])
    order = np.argsort(-size, kind="stable")[:MOST_ACTIVE]
    some = order[size[order] > 0.0]
    return np.sort(some if some.size else order[:1])


def _worked(values: Floats, logarithm: bool) -> Floats:
    return np.log1p(values) if logarithm else values


def _log_sd(mean: Floats, variance: Floats) -> Floats:
    """Of the exponential of a normal number."""
    return np.exp(mean + variance / 2.0) * np.sqrt(np.expm1(np.minimum(variance, 50.0)))


class _Same:
    """Stands for a process where all runs have the same number."""

    def predict(self, x: Floats, return_std: bool) -> tuple[Floats, Floats]:
        return np.zeros(len(x)), np.ones(len(x)) if return_std else np.zeros(len(x))


def _constant(values: Floats, sd: float, inputs: int) -> Emulator:
    middle = float(values[0]) if len(values) else math.nan
    none: Bools = np.zeros(inputs, dtype=np.bool_)
    return Emulator("the same", False, np.flatnonzero(none), 1.0, _Same(), middle, sd, 1.0)
