"""Deaths by the time at which they are counted officially, which lags the time of death."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from flowsim.arrays import Ints
from flowsim.behaviour.config import Harm
from flowsim.clock import DAY
from flowsim.draws import Purpose, text_key, uniform

HAPPENS, COUNTED, LAG = 0, 1, 2
"""Draws of a death: when within its interval, whether it is ever counted, how much later."""


def are_late(harm: Harm) -> bool:
    """Whether a scenario has deaths that are counted late or never."""
    return harm.counted_after_days > 0.0 or harm.never_counted > 0.0


def counted(
    deaths: Ints, stops: Ints, harm: Harm, seed: np.uint64, places: Sequence[str],
    groups: Sequence[str],
) -> Ints:  # fmt: skip
    """Deaths by the interval in which they are counted; those after the last are left out.

    A death happens at a moment of its interval that is drawn evenly. It is never counted with
    probability `never_counted`, else after an exponential time of mean `counted_after_days`. Draws
    belong to the n-th death of a group at a place, so that they are the same whatever else happens.

    Parameters
    ----------
    deaths : int array (T, P, G)
    stops : int64 array (T,)
        Ends of the intervals, seconds.

    Returns
    -------
    int32 array (T, P)
    """
    found = np.zeros((stops.size + 1, len(places)), dtype=np.int32)
    length = np.diff(stops, prepend=0)
    for p, g in zip(*np.nonzero(deaths.sum(axis=0)), strict=True):
        at = np.repeat(np.arange(stops.size), deaths[:, p, g])
        owner = np.full(at.size, text_key("death", places[p], groups[g]), dtype=np.uint64)
        drawn = [
            uniform(seed, owner, Purpose.DEATH_COUNT, np.arange(at.size), np.full(at.size, option))
            for option in (HAPPENS, COUNTED, LAG)
        ]
        # math.log, as numpy's differs in its last bits from one processor to another
        lag = [-math.log(u) * harm.counted_after_days * DAY for u in drawn[LAG].tolist()]
        when = stops[at] - drawn[HAPPENS] * length[at] + np.array(lag)
        interval = np.searchsorted(stops, when, side="left")
        interval[drawn[COUNTED] < harm.never_counted] = stops.size
        np.add.at(found[:, p], interval, 1)
    return found[:-1]
