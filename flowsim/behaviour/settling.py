"""What places are worth to those who look for one to settle at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.config import RouteChoice

FULL_COST = 12.0
"""Cost of settling where there is no room: enough that hardly anybody tries."""

LEAST_FREE = 1e-3
"""Part of a capacity below which less room makes no difference."""


class Refuges(NamedTuple):
    """What people hear of the places where they could settle, each (P,).

    Attributes
    ----------
    full : bool array
        Where there is no room, or nobody is taken in.
    free : float64 array
        Part of the capacity that is free, 1 without limit.
    settled : int64 array
        Persons from elsewhere who have settled there.
    opened : bool array
        Places that took nobody in at some time of the run, and do now.
    excess : float64 array
        Load beyond that from which a place is crowded, see `excess_load`.
    """

    full: Bools
    free: Floats
    settled: Ints
    opened: Bools
    excess: Floats


def taken_in_at_most(capacity: Ints, overfull: float) -> Ints:
    """Whole persons whom places take in at most, -1 without limit; (P,).

    Parameters
    ----------
    capacity : int64 array (P,)
    overfull : float
        Part beyond the capacity.

    Examples
    --------
    >>> taken_in_at_most(np.array([100, -1, 0]), 0.29).tolist()
    [129, -1, 0]
    """
    if overfull == 0.0:
        return capacity
    most = np.floor(capacity * (1.0 + overfull) + 1e-9).astype(np.int64)
    return np.where(capacity >= 0, most, -1)


def excess_load(capacity: Ints, settled: Ints, crowded_from: float) -> Floats:
    """Load of each place beyond that from which it is crowded, 0 without limit; (P,).

    The load of a place that holds nobody any more is that of a single place there.

    Examples
    --------
    >>> excess_load(np.array([100, -1, 0]), np.array([130, 70, 5]), 1.0).round(3).tolist()
    [0.3, 0.0, 4.0]
    """
    load = settled / np.maximum(capacity, 1)
    return np.where(capacity >= 0, np.maximum(load - crowded_from, 0.0), 0.0)


def free_part(capacity: Ints, taken: Ints) -> Floats:
    """Part of each capacity that is free, 1 where there is no limit (-1); (P,).

    Examples
    --------
    >>> free_part(np.array([100, -1, 10]), np.array([25, 70, 12])).tolist()
    [0.75, 1.0, 0.0]
    """
    part = 1.0 - taken / np.maximum(capacity, 1)
    return np.where(capacity >= 0, np.clip(part, 0.0, 1.0), 1.0)


def settle_utility(
    section: RouteChoice,
    hosts: Floats,
    total: Floats,
    inside: Bools,
    danger: Floats,
    refuges: Refuges,
    country: Ints,
) -> Floats:
    """Utility of settling at each place, (..., P).

    settle_inside or settle_abroad + kin x share of the own group + size x ln(1 + hosts / 1000)
    - settle_danger_cost x danger + `refuge_utility`; a place that is full is worth next to nothing.

    Parameters
    ----------
    section : RouteChoice
    hosts : float64 array (..., P)
        Residents of the own group.
    total : float64 array (P,)
        Residents of all groups.
    inside : bool array (P,)
    danger : float64 array (..., P)
        As it is believed.
    refuges : Refuges
    country : int64 array (P,)
    """
    value = (
        np.where(inside, section.settle_inside, section.settle_abroad)
        + section.kin * (hosts / np.maximum(total, 1.0))
        + section.size * np.log1p(hosts / 1000.0)
        - section.settle_danger_cost * danger
        + refuge_utility(section, refuges, country)
    )
    return np.where(refuges.full, value - FULL_COST, value)


def refuge_utility(section: RouteChoice, refuges: Refuges, country: Ints) -> Floats:
    """What places are worth for the room there and for those who are there already, (P,).

    room x ln(free part) - crowding x share of all settled who are at the place + compatriots x
    share of all settled who are in its country + opened where it opened during the run -
    by_country x ln(places of its country that have room) - crowded_cost x load beyond that from
    which it is crowded.

    Examples
    --------
    >>> here = Refuges(np.zeros(3, dtype=bool), np.array([1.0, 0.5, 1.0]), np.array([30, 10, 60]),
    ...                np.array([False, False, True]), np.zeros(3))
    >>> section = RouteChoice(room=2.0, crowding=1.0, compatriots=3.0, opened=0.5)
    >>> refuge_utility(section, here, np.array([0, 0, 1])).round(3).tolist()
    [0.9, -0.286, 1.7]
    """
    total = max(float(refuges.settled.sum()), 1.0)
    together = np.bincount(country, weights=refuges.settled)[country]
    worth = np.asarray(
        # Bounded below: a full place is told by `full`, and the logarithm of zero would swamp it.
        section.room * np.log(np.maximum(refuges.free, LEAST_FREE))
        - section.crowding * refuges.settled / total
        + section.compatriots * together / total
        + section.opened * refuges.opened
        - np.minimum(section.crowded_cost * refuges.excess, FULL_COST)
    )
    if section.by_country == 0.0:
        return worth
    rivals = np.bincount(country, weights=~refuges.full)[country]
    return worth - section.by_country * np.log(np.maximum(rivals, 1.0))
