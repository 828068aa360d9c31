"""History matching in waves, then runs where the reports want them, weighted by what they say.

It knows nothing of scenarios: a simulator gives what runs at some positions have, evidence says how
likely that makes the reports. Formulas and defaults stand in MODEL.md, 7.18.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from flowsim.arrays import Bools, Floats, Ints
from flowsim.draws import text_key
from flowsim.errors import Problem, ScenarioError
from flowsim.learn.emulator import Emulators, fit_all
from flowsim.learn.particles import effective, of_prior, tempered
from flowsim.learn.weighing import between, weights_of

CUT = 3.0
"""Implausible beyond (Pukelsheim 1994: three standard errors hold 95 % of any one-peaked error)."""
DICE = 4
"""Runs of each replicated position, which tell chance."""
PARTICLES = 1000
STRENGTH = 0.8
"""Power of the emulators' likelihood by which runs are placed: below 1, as they may be wrong."""
FIRST, EACH = 0.25, 0.1
"""Parts of the budget for the first wave, and for each later one."""
BATCHES = (0.23, 0.464)
"""Of what is left, the first runs that are weighted, and the second; then all others."""
LATEST = 250
"""The emulators that place the last ones go by so many latest runs, which lie where it matters."""
LEAST_RUNS = 60
AMONG = 10
"""Of so many times as many points a wave takes those furthest from each other."""
STEEP = 20.0
"""By how much the log density falls a unit of implausibility, where waves look for what is left."""
LEAST_EFFECTIVE = 50.0
"""Weighted by what each run has, the runs are to be worth so many; else emulators help."""
DIGITS = 6
"""Of positions: what a last bit of an emulator could change is no part of them."""


class Simulator(Protocol):
    """What runs at positions have."""

    factors: tuple[str, ...]

    def fits(self, positions: Floats) -> Bools:
        """Which rows of positions (rows, factors) can be run."""
        ...

    def __call__(self, positions: Floats) -> tuple[Floats, Floats]:
        """What runs have at each statement, and how far that is off itself, (rows, statements).

        It is asked for all rows so far, each time with more of them at the end; every row has dice
        of its own, which are the same each time.
        """
        ...


class Evidence(Protocol):
    """How likely, and how plausible, numbers make the reports."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the statements."""
        ...

    @property
    def counts(self) -> tuple[bool, ...]:
        """Which statements are of numbers that cannot be negative."""
        ...

    def log_likelihood(self, values: Floats, sd: Floats | float = 0.0) -> Floats:
        """Of rows (rows, statements), which are off by so much themselves."""
        ...

    def implausibility(self, values: Floats, sd: Floats | float = 0.0) -> Floats:
        """Of each, (rows, statements): standard errors of all that is not known."""
        ...


@dataclass(frozen=True)
class Wave:
    """What is known after a wave of runs.

    Attributes
    ----------
    kind : {"wave", "weighted"}
    runs : int
    not_ruled_out : float
        The part of the prior that is plausible, by the emulators that placed these runs; 1 of the
        first wave.
    explained : tuple of float
        Of each statement, the part of the variance of left-out runs that its emulator tells.
    forms : tuple of str
    effective : float
        Of weighted runs, how many of equal weight they are worth.
    """

    kind: str
    runs: int
    not_ruled_out: float = 1.0
    explained: tuple[float, ...] = ()
    forms: tuple[str, ...] = ()
    effective: float = math.nan


@dataclass(frozen=True, eq=False)
class Learnt:
    """All runs of a calibration, and what each counts.

    Attributes
    ----------
    factors, statements : tuple of str
    positions : float64 array (runs, factors)
    values, spread : float64 array (runs, statements)
        What runs have, and how far that differs over the hours to which a figure may belong.
    log_weight : float64 array (runs,)
        Logarithm of prior over proposal of each weighted run, with the share of its batch; -inf of
        the runs of waves, which are not weighted. The posterior's weight is this times the
        likelihood.
    log_likelihood : float64 array (runs,)
        Of `centre` and `centre_sd`.
    centre, centre_sd : float64 array (runs, statements)
        By what runs are weighted: what each has, and `spread`; or, where so few runs meet the
        reports by their own dice, what another run of the same inputs would have, see `between`.
    by : {"runs", "emulators"}
        Which of both.
    chance : float64 array (statements,)
        Variance between runs that differ by dice only.
    of_prior : int array (k,)
        Runs that are spread as the prior is.
    waves : tuple of Wave
    impossible : tuple of str
        Statements that no position meets, by the emulators and by every run.
    """

    factors: tuple[str, ...]
    statements: tuple[str, ...]
    positions: Floats
    values: Floats
    spread: Floats
    log_weight: Floats
    log_likelihood: Floats
    centre: Floats
    centre_sd: Floats
    by: str
    chance: Floats
    of_prior: Ints
    waves: tuple[Wave, ...]
    impossible: tuple[str, ...]

    @property
    def weights(self) -> Floats:
        """Of all runs, with sum 1."""
        return weights_of(self.log_weight, self.log_likelihood)

    @property
    def effective(self) -> float:
        """So many runs of equal weight would be as good."""
        return effective(self.weights)


class Budget(NamedTuple):
    """How many runs a calibration may do, in how many waves before those that are weighted."""

    runs: int
    waves: int = 3


def learn(simulator: Simulator, evidence: Evidence, budget: Budget, seed: int | str = 1) -> Learnt:
    """Learn from evidence, by at most so many runs.

    Parameters
    ----------
    simulator : Simulator
    evidence : Evidence
    budget : Budget
    seed : int or str

    Raises
    ------
    ScenarioError
        Hardly a position can be run, or hardly a run gives what a statement is about.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the last bits of sums hang on it
        return _Learning(simulator, evidence, budget, str(seed)).whole()


@dataclass(eq=False)
class _Learning:
    simulator: Simulator
    evidence: Evidence
    budget: Budget
    seed: str
    positions: Floats = field(init=False)
    values: Floats = field(init=False)
    spread: Floats = field(init=False)
    log_weight: list[Floats] = field(init=False, default_factory=list)
    waves: list[Wave] = field(init=False, default_factory=list)
    plausible: Floats = field(init=False)
    fitted: tuple[int, Emulators] | None = field(init=False, default=None)
    """Emulators of so many runs."""

    def __post_init__(self) -> None:
        self.inputs = len(self.simulator.factors)
        self.positions = np.empty((0, self.inputs))
        self.values = self.spread = np.empty((0, len(self.evidence.names)))
        self.plausible = np.full(len(self.evidence.names), np.inf)

    def whole(self) -> Learnt:
        first = self._first()
        chance = _chance(self.values, first)
        for number in range(1, self.budget.waves):
            count = int(self.budget.runs * EACH)
            if self._is_told(chance) or not self._next_wave(number, count, chance):
                break
        left = self.budget.runs - len(self.positions)
        counts = [round(left * part) for part in BATCHES]
        for number, count in enumerate([*counts, left - sum(counts)]):
            self._weighted(number, count, chance)
        return self._told(first, chance)

    # ---- waves --------------------------------------------------------------------------------

    def _first(self) -> Ints:
        """Spread as the prior, some of them with several dice; the rows of distinct positions."""
        count = int(self.budget.runs * FIRST)
        twice = max(3, count // 20)
        distinct = count - twice * (DICE - 1)
        scores = _spread(distinct, self.inputs, self._fits, self._rng("first"))
        again = np.repeat(scores[:twice], DICE - 1, axis=0)
        self._run(np.concatenate([scores, again]))
        self.waves.append(Wave("wave", len(self.positions)))
        there = np.isfinite(self.values).sum(axis=0)
        if lost := [n for n, k in zip(self.evidence.names, there, strict=True) if k < DICE]:
            right = "choose reports that runs have, or mark these `use: check`"
            wrong = f"hardly a run of {len(self.positions)} has what it is about"
            raise ScenarioError([Problem(f"reports[{name}]", wrong, right) for name in lost])
        return np.arange(distinct)

    def _next_wave(self, number: int, count: int, chance: Floats) -> bool:
        """Runs among what is not ruled out; False where nothing is left."""
        emulators = self._emulators(chance)
        rng = self._rng("wave", number)

        def badness(scores: Floats) -> Floats:
            return -STEEP * np.maximum(self._implausible(emulators, scores) - CUT, 0.0)

        among = tempered(badness, self._fits, emulators.active, self.inputs, PARTICLES, rng)
        left = among.scores[among.log_likelihood == 0.0]
        self.waves[-1] = _explained(self.waves[-1], emulators)
        if len(left) < 2:
            return False
        chosen = _apart(left[: AMONG * count], count, emulators.active)
        part = float(np.exp(min(among.log_evidence, 0.0)))
        self._run(left[chosen])
        self.waves.append(Wave("wave", len(chosen), part))
        return True

    def _is_told(self, chance: Floats) -> bool:
        """Whether the emulators are surer than the reports and the dice, where they matter."""
        emulators = self._emulators(chance)
        scores = self._prior_points()
        guess = emulators.guess(scores)
        near = self._implausible(emulators, scores) <= CUT
        if not near.any():
            return False
        apart = self.evidence.implausibility(guess.mean[near] + 1e-9, guess.own_sd[near])
        sharp = self.evidence.implausibility(guess.mean[near] + 1e-9, 0.0)
        # The emulator's variance is below the others' where leaving it out changes I by < sqrt 2.
        told = np.isfinite(sharp) & (sharp <= math.sqrt(2.0) * np.maximum(apart, 1e-12))
        return bool(told.mean() > 0.95)

    def _implausible(self, emulators: Emulators, scores: Floats) -> Floats:
        """The second largest of a position, the largest of few statements."""
        guess = emulators.guess(scores)
        each = self.evidence.implausibility(guess.mean, guess.sd)
        self.plausible = np.minimum(self.plausible, each.min(axis=0, initial=np.inf))
        rank = 2 if each.shape[1] > 2 else 1
        return np.partition(each, -rank, axis=1)[:, -rank]

    # ---- weighted runs ------------------------------------------------------------------------

    def _weighted(self, number: int, count: int, chance: Floats) -> None:
        """Runs spread by the emulators' likelihood, each weighted by its own."""
        emulators = self._emulators(chance)
        if number == len(BATCHES):
            own = slice(-LATEST, None)
            emulators = fit_all(
                ndtri(self.positions[own]), self.values[own], chance, self.evidence.counts
            )
        of_lag = self.spread.mean(axis=0)

        def logs(scores: Floats) -> Floats:
            guess = emulators.guess(scores)
            told = self.evidence.log_likelihood(guess.mean, np.hypot(guess.sd, of_lag))
            return np.maximum(np.nan_to_num(told, nan=-1e6), -1e6)

        rng = self._rng("weighted", number)
        many = max(PARTICLES, 2 * count)
        found = tempered(logs, self._fits, emulators.active, self.inputs, many, rng, STRENGTH)
        chosen = rng.permutation(many)[:count]
        self._implausible(emulators, found.scores[chosen])
        self.waves[-1] = _explained(self.waves[-1], emulators)
        self._run(found.scores[chosen])
        over = found.log_evidence - found.strength * found.log_likelihood[chosen]
        told = self.evidence.log_likelihood(self.values[-count:], self.spread[-count:])
        worth = effective(weights_of(over, told))
        self.waves.append(Wave("weighted", count, effective=worth))
        self.log_weight.append(over)

    def _told(self, first: Ints, chance: Floats) -> Learnt:
        centre, sd, by = self.values, self.spread, "runs"
        logs = self.evidence.log_likelihood(centre, sd)
        log_weight = self._pooled(logs)
        if effective(weights_of(log_weight, logs)) < LEAST_EFFECTIVE:
            guess = self._emulators(chance).guess(ndtri(self.positions))
            centre, sd = between(self.values, guess, chance)
            sd, by = np.hypot(sd, self.spread), "emulators"
            logs = self.evidence.log_likelihood(centre, sd)
            log_weight = self._pooled(logs)
        runs = self.evidence.implausibility(self.values).min(axis=0, initial=np.inf)
        least = np.minimum(self.plausible, runs)
        names = tuple(n for n, i in zip(self.evidence.names, least, strict=True) if i > CUT)
        return Learnt(
            self.simulator.factors, self.evidence.names, self.positions, self.values, self.spread,
            log_weight, logs, centre, sd, by, chance, first, tuple(self.waves), names,
        )  # fmt: skip

    def _pooled(self, logs: Floats) -> Floats:
        """Prior over proposal of each run, batches by what they are worth."""
        log_weight = np.full(len(logs), -np.inf)
        at = len(logs) - sum(map(len, self.log_weight))
        for own in self.log_weight:
            rows = slice(at, at + len(own))
            total = logsumexp(own + logs[rows])
            worth = effective(weights_of(own, logs[rows]))
            if worth > 0.0 and np.isfinite(total):
                log_weight[rows] = own - total + math.log(worth)
            at += len(own)
        return log_weight

    # ---- what both need -----------------------------------------------------------------------

    def _run(self, scores: Floats) -> None:
        new = np.clip(np.round(ndtr(scores), DIGITS), 10.0**-DIGITS, 1.0 - 10.0**-DIGITS)
        self.positions = np.concatenate([self.positions, new])
        self.values, self.spread = self.simulator(self.positions)

    def _emulators(self, chance: Floats) -> Emulators:
        rows = len(self.positions)
        if self.fitted is None or self.fitted[0] != rows:
            made = fit_all(ndtri(self.positions), self.values, chance, self.evidence.counts)
            self.fitted = (rows, made)
        return self.fitted[1]

    def _fits(self, scores: Floats) -> Bools:
        return self.simulator.fits(ndtr(scores))

    def _prior_points(self) -> Floats:
        return of_prior(PARTICLES // 2, self.inputs, self._fits, self._rng("prior"))

    def _rng(self, *what: object) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(int(text_key("calibrate", self.seed, *what))))


def _explained(wave: Wave, emulators: Emulators) -> Wave:
    """A wave with how well emulators tell the runs up to it."""
    each = emulators.each
    forms = tuple(f"log {e.form}" if e.logarithm else e.form for e in each)
    return replace(wave, explained=tuple(e.explained for e in each), forms=forms)


def _chance(values: Floats, first: Ints) -> Floats:
    """Variance within positions that were run with several dice."""
    again = values[len(first) :]
    twice = len(again) // (DICE - 1)
    groups = [values[:twice], *(again[k :: DICE - 1] for k in range(DICE - 1))]
    with np.errstate(invalid="ignore"):
        within = np.var(np.stack(groups), axis=0, ddof=1)
    told = np.isfinite(within)
    return np.where(told, within, 0.0).sum(axis=0) / np.maximum(told.sum(axis=0), 1)


def _spread(
    count: int, inputs: int, fits: Callable[[Floats], Bools], rng: np.random.Generator
) -> Floats:
    """Points that fill the prior: a Latin hypercube, of which what cannot be run is drawn again."""
    cells = np.column_stack([rng.permutation(count) for _ in range(inputs)])
    scores = ndtri((cells + rng.random((count, inputs))) / count)
    broken = np.flatnonzero(~fits(scores))
    if broken.size:
        try:
            scores[broken] = of_prior(broken.size, inputs, fits, rng)
        except ValueError as error:
            right = "give ranges that overlap less, or link these times by: shift_hours"
            raise ScenarioError([Problem("inputs", f"times contradict: {error}", right)]) from None
    return scores


def _apart(scores: Floats, count: int, active: Sequence[int] | Ints) -> Ints:
    """Which of some points lie far from each other, greedily."""
    own = scores[:, active]
    if len(own) <= count:
        return np.arange(len(own))
    chosen = [0]
    near = ((own - own[0]) ** 2).sum(axis=1)
    while len(chosen) < count:
        chosen.append(int(near.argmax()))
        near = np.minimum(near, ((own - own[chosen[-1]]) ** 2).sum(axis=1))
    return np.array(chosen)
