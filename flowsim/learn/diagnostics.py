"""What a calibration found: by input, by pair of inputs, by report, and by originator left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import logsumexp, ndtri, softmax
from scipy.stats import rankdata

from flowsim.arrays import Floats
from flowsim.draws import text_key
from flowsim.evidence.discrepancy import of_size, sized, sizes, within
from flowsim.evidence.statements import Statement, originators
from flowsim.learn.particles import effective
from flowsim.learn.predictive import predictive, quantiles
from flowsim.learn.simulators import Reports
from flowsim.learn.waves import CUT, Learnt
from flowsim.learn.weighing import weights_of

TAILS = (0.05, 0.5, 0.95)
PRIOR_WIDTH = 2.0 * float(ndtri(0.95))
"""Of the 90 % of a standard normal number."""
PAIRS, LEAST_PAIR = 10, 0.3
SIZES = 31
"""Of the discrepancy, at which its posterior is told."""
QUARTERS = 8
"""Random quarters of the runs, to see how widths change when samples quadruple."""


def by_input(learnt: Learnt) -> pd.DataFrame:
    """What the reports say of each input.

    Returns
    -------
    pandas.DataFrame
        ``factor``; ``low``, ``median``, ``high``, positions that hold 90 %; ``width``, of these
        90 % over the prior's, both as normal scores; ``quarter``, the mean width by a quarter of
        the weighted runs; ``nats``, the Kullback-Leibler divergence of normal distributions with
        the mean and variance of the scores; ``informed``, whether that is more than as many
        effective draws of the prior have in one case in a hundred.
    """
    weights = learnt.weights
    scores = ndtri(learnt.positions)
    own = np.flatnonzero(np.isfinite(learnt.log_weight))
    rng = np.random.Generator(np.random.PCG64(int(text_key("quarters"))))
    parts = [rng.permutation(own)[: max(len(own) // 4, 2)] for _ in range(QUARTERS)]
    noise = 4.6 / max(learnt.effective, 1.0)  # of chi-square with 2 degrees, over 2 n
    rows = []
    for i, factor in enumerate(learnt.factors):
        low, middle, high = quantiles(learnt.positions[:, i], weights, TAILS)
        quarters = [_width(scores[part, i], weights[part]) for part in parts]
        mean = float(weights @ scores[:, i])
        variance = float(weights @ (scores[:, i] - mean) ** 2)
        nats = 0.5 * (variance + mean**2 - 1.0 - math.log(max(variance, 1e-12)))
        width = _width(scores[:, i], weights)
        rows.append(
            (factor, low, middle, high, width, float(np.mean(quarters)), nats, nats > noise)
        )
    names = ["factor", "low", "median", "high", "width", "quarter", "nats", "informed"]
    return pd.DataFrame(rows, columns=names)


def _width(scores: Floats, weights: Floats) -> float:
    low, _, high = quantiles(scores, weights, TAILS)
    return float(high - low) / PRIOR_WIDTH


def by_pair(learnt: Learnt) -> pd.DataFrame:
    """Pairs that trade off: those with the largest rank correlations, ``one, other, correlation``.

    What the prior does not link and the posterior does: one can be large if the other is small.
    """
    weights = learnt.weights
    own = np.flatnonzero(weights > 0.0)
    rows: list[tuple[str, str, float]] = []
    if own.size > 2 and len(learnt.factors) > 1:
        ranks = np.column_stack([rankdata(column) for column in learnt.positions[own].T])
        found = _correlations(ranks, weights[own])
        one, other = np.triu_indices(len(learnt.factors), 1)
        sizes = found[one, other]
        order = np.argsort(-np.abs(sizes), kind="stable")[:PAIRS]
        rows = [
            (learnt.factors[one[k]], learnt.factors[other[k]], float(sizes[k]))
            for k in order if abs(sizes[k]) >= LEAST_PAIR
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["one", "other", "correlation"])


def _correlations(ranks: Floats, weights: Floats) -> Floats:
    apart = ranks - weights @ ranks / weights.sum()
    cov = (apart * weights[:, None]).T @ apart / weights.sum()
    sd = np.sqrt(np.maximum(np.diag(cov), 1e-300))
    return cov / np.outer(sd, sd)


def by_report(learnt: Learnt, statements: Sequence[Statement]) -> pd.DataFrame:
    """The posterior predictive check.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``quantity``, ``place``, ``when``, ``bound``, ``reported``, ``originator``;
        ``run_low``, ``run_median``, ``run_high``, which hold 90 % of the weighted runs;
        ``low``, ``high``, 90 % of what would be reported of them, errors in it, and
        ``prior_low``, ``prior_high``, of the prior; ``below``, the part of that of the posterior
        below what was reported; ``implausibility`` of the runs' mean, chance counted; and
        ``least_implausibility`` of any run.
    """
    weights = learnt.weights
    evidence = Reports(tuple(statements))
    chances = evidence.size_of_discrepancy(learnt.centre, learnt.centre_sd)
    mean = _mean(learnt.values, weights)
    sd = np.sqrt(_mean((learnt.values - mean) ** 2, weights) + _mean(learnt.spread**2, weights))
    known = Reports(tuple(of_size(statements, _root_mean_square(chances, weights, statements))))
    of_mean = known.implausibility(mean[None], sd[None])[0]
    of_runs = known.implausibility(learnt.values, learnt.spread).min(axis=0)
    rows = []
    for i, s in enumerate(statements):
        values, spread = learnt.values[:, i], learnt.spread[:, i]
        runs = quantiles(values, weights, TAILS)
        (low, _, high), below = predictive(s, values, spread, weights, TAILS, chances)
        (first, _, last), _ = predictive(s, values, spread, prior_of(learnt), TAILS)
        rows.append((*_about(s), *runs, low, high, first, last, below, of_mean[i], of_runs[i]))
    names = [*ABOUT, "run_low", "run_median", "run_high", "low", "high", "prior_low", "prior_high",
             "below", "implausibility", "least_implausibility"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def of_discrepancy(learnt: Learnt, statements: Sequence[Statement]) -> tuple[float, float, float]:
    """By what factor discrepancies are larger than stated: 5 %, median and 95 % of the posterior.

    1 three times where it is known.
    """
    if not within(statements) > 1.0:
        return 1.0, 1.0, 1.0
    own = np.flatnonzero(learnt.weights > 0.0)

    def log_of(size: float) -> float:
        evidence = Reports(tuple(of_size(statements, size)))
        logs = evidence.log_likelihood(learnt.centre[own], learnt.centre_sd[own])
        return float(logsumexp(learnt.log_weight[own] + logs))

    score = np.linspace(-3.0, 3.0, SIZES)
    each = sized(statements, score)
    logs = np.array([log_of(size) for size in each.tolist()]) - 0.5 * score**2
    low, middle, high = np.exp(quantiles(np.log(each), softmax(logs), TAILS))
    return float(low), float(middle), float(high)


def _root_mean_square(chances: Floats, weights: Floats, statements: Sequence[Statement]) -> float:
    """Of the size of the discrepancy, by its chances given each run."""
    return math.sqrt(float(weights @ chances @ sizes(statements)[0] ** 2))


def prior_of(learnt: Learnt) -> Floats:
    """Weights of the runs that are spread as the prior is."""
    weights = np.zeros(len(learnt.positions))
    weights[learnt.of_prior] = 1.0
    return weights


ABOUT = ("id", "quantity", "place", "when", "bound", "reported", "originator")


def _about(s: Statement) -> tuple[object, ...]:
    return s.id, s.quantity, s.place, s.when, s.bound, s.value, s.originator


def _mean(values: Floats, weights: Floats) -> Floats:
    there = np.isfinite(values)
    size = np.where(there, weights[:, None], 0.0)
    total = np.maximum(size.sum(axis=0), 1e-300)
    return (np.where(there, values, 0.0) * size).sum(axis=0) / total


def left_out(learnt: Learnt, statements: Sequence[Statement]) -> pd.DataFrame:
    """What the reports of each originator would be, by those of all others alone.

    The same runs are weighted anew, without them.

    Returns
    -------
    pandas.DataFrame
        ``originator``, ``id``, ``quantity``, ``place``, ``when``, ``bound``, ``reported``; ``low``,
        ``high``, which hold 90 % of what would be reported; ``prior_low``, ``prior_high``, the same
        of the prior; ``inside``, whether what was reported lies in them (of bounds: on their side
        of the far end); ``width``, over the prior's; ``run_low``, ``run_high``, which hold 90 % of
        the runs themselves, without the errors of the report, and ``run_width``, over those of the
        prior (NaN where these are all the same); ``effective``, runs of equal weight.
    """
    rows = []
    prior = prior_of(learnt)
    for name, own in originators(statements).items():
        rest = [i for i, s in enumerate(statements) if s not in own]
        if not rest:
            continue
        evidence = Reports(tuple(statements[i] for i in rest))
        logs = evidence.log_likelihood(learnt.centre[:, rest], learnt.centre_sd[:, rest])
        weights = weights_of(learnt.log_weight, logs)
        chances = evidence.size_of_discrepancy(learnt.centre[:, rest], learnt.centre_sd[:, rest])
        for s in own:
            column = list(statements).index(s)
            values, spread = learnt.values[:, column], learnt.spread[:, column]
            (low, _, high), _ = predictive(s, values, spread, weights, TAILS, chances)
            (first, _, last), _ = predictive(s, values, spread, prior, TAILS)
            told = _about(s)[:-1]
            inside = _is_inside(s, low, high)
            width = (high - low) / (last - first)
            run_low, _, run_high = quantiles(values, weights, TAILS)
            least, _, most = quantiles(values, prior, TAILS)
            of_runs = (run_high - run_low) / (most - least) if most > least else math.nan
            runs = run_low, run_high, of_runs
            row = (name, *told, low, high, first, last, inside, width, *runs, effective(weights))
            rows.append(row)
    names = ["originator", *ABOUT[:-1], "low", "high", "prior_low", "prior_high", "inside",
             "width", "run_low", "run_high", "run_width", "effective"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _is_inside(s: Statement, low: float, high: float) -> bool:
    above, below = s.value >= low, s.value <= high
    return bool({"at least": below, "up to": above}.get(s.bound, above and below))


def is_met(reports: pd.DataFrame) -> bool:
    """Whether no report is implausible."""
    return bool((reports["implausibility"] < CUT).all())
