"""Households of persons, made from residents by keyed draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Bools, Counts, Floats, Ints, Keys
from flowsim.clock import NEVER
from flowsim.draws import Purpose, mix, text_key, to_unit, uniform, word_of
from flowsim.world.config import KINDS, Group

N_KINDS = len(KINDS)


@dataclass(frozen=True)
class Households:
    """Households at the start, in order of home place, group and number.

    Attributes
    ----------
    key : uint64 array (N,)
    home, group : int16 arrays (N,)
    kinds : uint8 array (5, N)
        Persons by kind.
    place : int16 array (N,)
        Where they are at the start.
    leaves : int64 array (N,)
        Second at which they leave, where that is told; `NEVER` else.
    """

    key: Keys
    home: Ints
    group: Ints
    kinds: Counts
    place: Ints
    leaves: Ints

    def __len__(self) -> int:
        return int(self.key.size)


def settle_residents(
    seed: np.uint64,
    places: tuple[str, ...],
    groups: tuple[Group, ...],
    residents: NDArray,
    one_in: int = 1,
) -> Households:
    """Make the households of all places.

    The n-th household of a place and group is the same whatever else lives anywhere: its size and
    its people are drawn by its own key. The last household of a cell is cut so that the persons
    add up exactly.

    Parameters
    ----------
    seed : uint64
    places : tuple of str, (P,)
    groups : tuple of Group, (G,)
    residents : int64 array (P, G)
        Persons; places abroad have zero.
    one_in : int
        Keep one household in so many, see `in_sample`.
    """
    parts = [
        _cell(seed, place, group, p, g, int(residents[p, g]), one_in)
        for p, place in enumerate(places)
        for g, group in enumerate(groups)
        if residents[p, g] > 0
    ]
    return join(parts)


def in_sample(seed: np.uint64, key: Keys, one_in: int) -> Bools:
    """Which households are among the one in so many that are run, by a draw of their own keys.

    Each is with the same chance, whatever else lives where it does, so that a place with few
    households is there in the mean of many seeds. A smaller sample lies within a larger one.

    Examples
    --------
    >>> keys = np.arange(100_000, dtype=np.uint64)
    >>> ten, hundred = (in_sample(np.uint64(1), keys, n) for n in (10, 100))
    >>> int(ten.sum()), int(hundred.sum()), bool(ten[hundred].all())
    (10030, 1003, True)
    """
    zero = np.zeros(key.size, dtype=np.int64)
    return uniform(seed, key, Purpose.SAMPLE, zero) * one_in < 1.0


def join(parts: Sequence[Households]) -> Households:
    """Several of them as one."""
    none = np.empty(0, dtype=np.int64)
    if not parts:
        kinds = np.empty((N_KINDS, 0), dtype=np.uint8)
        return Households(none.astype(np.uint64), none, none, kinds, none, none)
    return Households(
        key=np.concatenate([part.key for part in parts]),
        home=np.concatenate([part.home for part in parts]),
        group=np.concatenate([part.group for part in parts]),
        kinds=np.concatenate([part.kinds for part in parts], axis=1),
        place=np.concatenate([part.place for part in parts]),
        leaves=np.concatenate([part.leaves for part in parts]),
    )


def of_group(
    seed: np.uint64, key: Keys, home: Ints, group: Ints, groups: tuple[Group, ...], persons: int,
    one_in: int = 1,
) -> Households:  # fmt: skip
    """Households of these keys, homes and groups, as many as it takes for the persons.

    The last one is cut so that they add up exactly. Of these, one in so many is kept.
    """
    size = np.ones(key.size, dtype=np.int64)
    zero = np.zeros(key.size, dtype=np.int64)
    laws = [_size_law(g) for g in groups]
    for g, (sizes, weights) in enumerate(laws):
        some = np.flatnonzero(group == g)
        u = uniform(seed, key[some], Purpose.SIZE, zero[some])
        size[some] = sizes[_chosen(weights, u)]
    total = np.cumsum(size)
    n = int(np.searchsorted(total, persons)) + 1
    key, home, group, size = key[:n], home[:n], group[:n], size[:n].copy()
    size[-1] -= int(total[n - 1]) - persons
    if one_in > 1:
        some = np.flatnonzero(in_sample(seed, key, one_in))
        key, home, group, size, n = key[some], home[some], group[some], size[some], some.size
    kinds = np.zeros((N_KINDS, n), dtype=np.uint8)
    for g, (sizes, weights) in enumerate(laws):
        some = np.flatnonzero(group == g)
        mean = float((sizes * weights).sum())
        kinds[:, some] = _persons(seed, key[some], size[some], groups[g], mean)
    leaves = np.full(n, NEVER, dtype=np.int64)
    return Households(key, home.astype(np.int16), group.astype(np.int16), kinds,
                      home.astype(np.int16), leaves)  # fmt: skip


def _cell(
    seed: np.uint64, place: str, group: Group, p: int, g: int, persons: int, one_in: int
) -> Households:
    sizes, weights = _size_law(group)
    guess = persons  # a household has at least one person, so this is always enough
    mean = float((sizes * weights).sum())
    guess = min(guess, int(1.1 * persons / mean) + 200)
    while True:
        key = mix(
            np.full(guess, text_key("household", place, group.name)),
            np.arange(guess, dtype=np.uint64),
        )
        u = uniform(seed, key, Purpose.SIZE, np.zeros(guess, dtype=np.int64))
        size = sizes[_chosen(weights, u)]
        total = np.cumsum(size)
        if total[-1] >= persons:
            break
        guess = 2 * guess
    n = int(np.searchsorted(total, persons)) + 1
    key, size = key[:n], size[:n].copy()
    size[-1] -= int(total[n - 1]) - persons
    if one_in > 1:
        some = np.flatnonzero(in_sample(seed, key, one_in))
        key, size, n = key[some], size[some], some.size
    return Households(
        key=key,
        home=np.full(n, p, dtype=np.int16),
        group=np.full(n, g, dtype=np.int16),
        kinds=_persons(seed, key, size, group, mean),
        place=np.full(n, p, dtype=np.int16),
        leaves=np.full(n, NEVER, dtype=np.int64),
    )


def _size_law(group: Group) -> tuple[Ints, Floats]:
    sizes = np.array(sorted(group.household_size), dtype=np.int64)
    weights = np.array([group.household_size[int(s)] for s in sizes], dtype=np.float64)
    return sizes, weights / weights.sum()


def _persons(seed: np.uint64, key: Keys, size: Ints, group: Group, mean: float) -> Counts:
    """Kinds of the persons of each household.

    The first is an adult; the others are drawn so that the group's shares hold on average.
    """
    shares = np.array([getattr(group, kind) for kind in KINDS])
    adults = shares[1:] / shares[1:].sum()
    # One adult a household is certain, so that the others are children the more often.
    child = min(1.0, shares[0] * mean / max(mean - 1.0, 1e-9))
    first = np.concatenate([[0.0], adults])
    other = np.concatenate([[child], (1.0 - child) * adults])
    word = word_of(seed, key, Purpose.KIND, np.zeros(key.size, dtype=np.int64))
    counts = np.zeros((N_KINDS, size.size), dtype=np.uint8)
    # The n-th persons of all households at once: to lay out all persons takes more time and memory.
    some = np.arange(size.size)
    for number in range(int(size.max(initial=0))):
        some = some[size[some] > number]
        u = to_unit(mix(word[some], np.uint64(number)))
        counts[_chosen(other if number else first, u), some] += np.uint8(1)
    return counts


def _chosen(weights: Floats, u: Floats) -> Ints:
    """Of each draw, the number of the option on whose part of [0, 1) it falls."""
    chosen = np.zeros(u.size, dtype=np.intp)
    for edge in np.cumsum(weights)[:-1]:  # there are few: quicker than to search for each draw
        chosen += u >= edge
    return chosen
