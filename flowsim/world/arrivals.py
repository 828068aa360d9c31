"""Households whose time of leaving is told, and those who are across when a run begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flowsim.arrays import Floats, Ints, Keys
from flowsim.draws import Purpose, mix, text_key, uniform
from flowsim.world.config import Arrival, Group
from flowsim.world.population import Households, join, of_group

Weights = Callable[[int], Floats]
"""Weight of each place and group as an origin, (P, G), at a second of the run."""


@dataclass(frozen=True)
class Origins:
    """Where people live who leave.

    Attributes
    ----------
    places : tuple of str, (P,)
    groups : tuple of Group, (G,)
    residents : int64 array (P, G)
        Persons; places abroad have zero.
    """

    places: tuple[str, ...]
    groups: tuple[Group, ...]
    residents: Ints

    def cells(self, weight: Floats) -> Floats:
        """Cumulative shares of places and groups, (P * G,).

        Where no weight is above zero, all residents count alike.
        """
        some = weight if weight.any() else self.residents.astype(np.float64)
        return np.cumsum((some / max(float(some.sum()), 1e-300)).ravel())


def told_arrivals(
    seed: np.uint64,
    origins: Origins,
    arrivals: Sequence[Arrival],
    start: datetime,
    duration: int,
    weights: Weights,
    one_in: int = 1,
) -> Households:
    """Households for all who are told to leave, each with its second of leaving.

    Persons of a row leave evenly between its start and the next row's (or the end). Who lives where
    is drawn by the weights in the middle of that time, by the household's own key.

    Parameters
    ----------
    seed : uint64
    origins : Origins
    arrivals : sequence of Arrival
    start : datetime
    duration : int
        Of the run, seconds.
    weights : callable
    one_in : int
        Keep one household in so many.

    Returns
    -------
    Households
        With `leaves`; rows that begin before the start or after the end count nothing.
    """
    parts = []
    for row, first, last in spells(arrivals, start, duration):
        weight = where_from(origins, row, weights((first + last) // 2))
        name = text_key("arrival", row.start.isoformat(), row.place or "")
        parts.append(_crowd(seed, origins, name, row.persons, weight, (first, last), one_in))
    return join(parts)


def spells(
    arrivals: Sequence[Arrival], start: datetime, duration: int
) -> Iterator[tuple[Arrival, int, int]]:
    """Rows that count, and the seconds from and until which their people leave."""
    rows = sorted(arrivals, key=lambda row: row.start)
    begins = [int((row.start - start).total_seconds()) for row in rows]
    edges = sorted({*begins, duration})
    for row, first in zip(rows, begins, strict=True):
        if row.persons and 0 <= first < duration:
            yield row, first, edges[edges.index(first) + 1]


def where_from(origins: Origins, row: Arrival, weight: Floats) -> Floats:
    """Weight of each place and group as an origin of a row's people, which may name its place."""
    if row.place is None:
        return weight
    here = np.zeros_like(weight)
    p = origins.places.index(row.place)
    here[p] = weight[p] if weight[p].any() else origins.residents[p]
    return here if here.any() else np.eye(len(weight))[p][:, None] * np.ones_like(weight)


def told_sheltered(
    seed: np.uint64, origins: Origins, sheltered: Ints, weight: Floats, one_in: int = 1
) -> Households:
    """Households that are at places away from home when the run begins.

    Parameters
    ----------
    sheltered : int64 array (P,)
        Persons.
    weight : float64 array (P, G)
        By which their home and group are drawn.
    one_in : int
        Keep one household in so many.
    """
    parts = []
    for p in np.flatnonzero(sheltered):
        name = text_key("sheltered", origins.places[p])
        some = _crowd(seed, origins, name, int(sheltered[p]), weight, None, one_in)
        some.place[:] = p
        parts.append(some)
    return join(parts)


def _crowd(
    seed: np.uint64,
    origins: Origins,
    name: np.uint64,
    persons: int,
    weight: Floats,
    leaves: tuple[int, int] | None,
    one_in: int,
) -> Households:
    """So many persons in households of their groups, cut so that they add up exactly."""
    key: Keys = mix(np.full(persons, name), np.arange(persons, dtype=np.uint64))
    zero = np.zeros(persons, dtype=np.int64)
    luck = uniform(seed, key, Purpose.ORIGIN, zero)
    cell = np.searchsorted(origins.cells(weight)[:-1], luck, side="right")
    home, group = np.divmod(cell, len(origins.groups))
    made = of_group(seed, key, home, group, origins.groups, persons, one_in)
    if leaves is not None:
        first, last = leaves
        when = uniform(seed, made.key, Purpose.LEAVE, np.zeros(len(made), dtype=np.int64))
        made.leaves[:] = first + np.floor(when * (last - first)).astype(np.int64)
    return made
