"""One household in N, each of which stands for N: what is a whole number, in a sample too.

Queues do a household's work N times, and counts are multiplied as they are told. What has to be
a whole number of the sample is drawn so that it is right in the mean over seeds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from flowsim.arrays import Ints, Keys
from flowsim.draws import Purpose, text_key, uniform
from flowsim.model.laws import Laws


def capacity_in_sample(capacity: Ints, one_in: int, seed: np.uint64, place: Keys) -> Ints:
    """Persons of the sample whom places can shelter, -1 without limit; (P,).

    Rounded up or down by a draw of the place, the same throughout a run: a capacity that grows by
    the day never falls, and one of 30 persons is one person in every third run of one in ninety.

    Parameters
    ----------
    capacity : int64 array (P,)
        Persons.
    one_in : int
    seed : uint64
    place : uint64 array (P,)
        Keys of the places.

    Examples
    --------
    >>> key = np.arange(3, dtype=np.uint64)
    >>> capacity_in_sample(np.array([-1, 1000, 1095]), 100, np.uint64(1), key).tolist()
    [-1, 10, 11]
    """
    if one_in == 1:
        return capacity
    zero = np.zeros(capacity.size, dtype=np.int64)
    up = np.floor(uniform(seed, place, Purpose.SAMPLE, zero) * one_in).astype(np.int64)
    return np.where(capacity < 0, -1, (capacity + up) // one_in)


def debts_of(laws: Laws) -> Callable[[int, int], int]:
    """Persons whom counted quotas have let pass too many as they first come into force.

    The last household of a period takes on average half of its weight too much, and the next
    period lets as many fewer pass. Quotas begin with such a debt, drawn anew in each run, so that
    what has passed by any time is right in the mean. (The household at the edge is one that is met
    in proportion to its size.)
    """
    network, one_in = laws.world.network, laws.scenario.population.one_in
    sizes = [g.household_size for g in laws.world.groups]
    persons = sum(n * weight for law in sizes for n, weight in law.items())
    squares = sum(n * n * weight for law in sizes for n, weight in law.items())
    largest = one_in * squares / max(persons, 1e-300)

    def debt(gate: int, number: int) -> int:
        name = network.crossings[network.gates[gate].crossing]
        key = np.array([text_key("quota", name, network.gates[gate].out)], dtype=np.uint64)
        luck = uniform(laws.seed, key, Purpose.SAMPLE, np.array([number]))
        return int(luck[0] * largest)

    return debt
