"""Which parameter points a forecast is the mean over: those that did best on other conflicts.

Points are chosen from one Sobol sample: the best `BEST` by their mean ARD over that of held + rest,
from day 30 on and every 30 days, on conflicts that are seen, of those that are not worse than held
+ rest on made-up ones in which distance says nothing (`flowsim.learn.forecasts.made_up`). A search
for the very best point would learn a few conflicts by heart, and no more.
"""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.learn.forecasts.cases import EVERY_DAYS, FIRST_DAY, Case, case
from flowsim.learn.forecasts.made_up import KINDS, made_up
from flowsim.learn.forecasts.shares import Points

SPACE = {
    "structure": (0.2, 3.0), "stock": (0.05, 1.0), "counts": (0.5, 4.0), "crowding": (0.0, 2.0),
    "compatriots": (0.0, 4.0), "opened": (0.0, 3.0), "trust": (2.0, 8.0), "rest": (0.0, 1.0),
}  # fmt: skip
"""Where parameters may lie."""
BY_LOGARITHM = ("structure", "stock", "counts")
POWERS = (1.5, 2.0, 2.5, 3.0)
SAMPLE, BEST, SEED = 256, 24, 7
THIN_DAYS = 4
"""Every so many days are scored: a conflict has hundreds, and they are alike."""
WORLDS = range(1000, 1012)
"""Seeds of the made-up conflicts; those that are scored have others."""


def sample() -> Points:
    """The points that are tried, (`SAMPLE`,).

    Examples
    --------
    >>> len(sample()), sample().power[:3].tolist()
    (256, [2.5, 2.0, 1.5])
    """
    from scipy.stats import qmc

    unit = qmc.Sobol(len(SPACE) + 1, seed=SEED).random(SAMPLE)
    told = {"power": np.array(POWERS)[(unit[:, -1] * len(POWERS)).astype(int)]}
    for part, (name, (low, high)) in zip(unit.T, SPACE.items(), strict=False):
        by_log = name in BY_LOGARITHM
        told[name] = low * (high / low) ** part if by_log else low + (high - low) * part
    return Points(**{name: np.array([float(f"{v:.3g}") for v in told[name]]) for name in told})


def losses(one: Case, points: Points) -> Floats:
    """ARD over that of held + rest of each point: from day 30 on, and every 30 days; (G, 2)."""
    near, bars = [], []
    for made in one.days_made():
        at = np.array([made + EVERY_DAYS])
        near.append([one.ard(each, at) for each in one.told(points, made, at, each=True)])
        bars.append(one.ard(one.held(made), at))
    return np.stack([loss_from_first(one, points), np.mean(near, axis=0) / np.mean(bars)], axis=1)


def loss_from_first(one: Case, points: Points) -> Floats:
    """ARD over that of held + rest of each point, from day 30 on, (G,)."""
    late = np.arange(FIRST_DAY + 1, one.data.shape[0])[::THIN_DAYS]
    told = one.told(points, FIRST_DAY, late, each=True)
    return np.array([one.ard(each, late) for each in told]) / one.ard(one.held(FIRST_DAY), late)


def losses_on_made_up(points: Points) -> Floats:
    """The same on made-up conflicts of each kind, (kinds, `WORLDS`, G)."""
    return np.array(
        [[loss_from_first(case(*made_up(kind, seed)), points) for seed in WORLDS] for kind in KINDS]
    )


def chosen(of_cases: Floats, of_worlds: Floats, left_out: int | None) -> Ints:
    """The best points, by the mean over the conflicts that are not left out, (`BEST`,).

    Those that do worse than held + rest, in the mean over made-up conflicts of any kind, are passed
    over.

    Parameters
    ----------
    of_cases : float64 array (N, G, 2)
    of_worlds : float64 array (kinds, W, G)
    left_out : int, optional
        Which of the N is not seen.
    """
    seen = [i for i in range(len(of_cases)) if i != left_out]
    loss = of_cases[seen].mean(axis=(0, 2))
    loss[of_worlds.mean(axis=1).max(axis=0) >= 1.0] = np.inf
    return np.sort(np.argsort(loss, kind="stable")[:BEST])
