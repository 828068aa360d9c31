"""Violence that excites itself: acts set off further acts, at their place and around it.

A self-exciting process (Hawkes 1971, "Spectra of some self-exciting and mutually exciting point
processes", Biometrika 58; for crime and conflict Mohler et al. 2011, "Self-exciting point process
modeling of crime", J. Am. Stat. Assoc. 106). Events as given are its immigrants. Violence sets off
acts at a rate in proportion to what there has been of late, with an exponential kernel in time and
in distance; an act begins at some intensity and fades by half. With V(p, t) the violence at a place
before it spills over, in intensity, and F what forces and barricades make of it,

    E' = (V - E) / hours                                    what there has been of late
    acts a day at p = branching * sum over q of S(p, q) * E(q) / m
    D' = -D * ln 2 / half_life, and + intensity at each act
    V = F * (violence as given + D)

where m = intensity * half_life / ln 2 is the violence of an act, and S(p, q) is proportional to
exp(-km / km) over the places p where people live that can flee. So of a unit of violence come
`branching` units of the next generation, times F, and 1 / (1 - branching) of all together where
F is 1. A force that protects divides violence, and so what it sets off; one that attacks feeds it.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from datetime import datetime
from statistics import NormalDist

import numpy as np

from flowsim.arrays import Bools, Floats, Keys
from flowsim.draws import Purpose, text_key, uniform
from flowsim.errors import SimulationError
from flowsim.world.config import Group, Place
from flowsim.world.forces import Effect, Forces
from flowsim.world.network import great_circle_km
from flowsim.world.violence import Danger, Surroundings
from flowsim.world.violence_config import Condition, Escalation, Force, Violence
from flowsim.world.world import World

MANY = 500.0
"""Expected acts at a place and in an hour from which on their number is taken as nearly normal."""


def course_of(world: World, grid_s: int, seed: np.uint64 | None) -> Surroundings | SelfExciting:
    """What can be asked for the violence of any moment (`at`), whether it excites itself or not.

    Parameters
    ----------
    world : World
    grid_s : int
        Seconds over which violence is constant.
    seed : uint64 or None
        Of the run; None for the mean over all runs.
    """
    section = world.escalation
    if section.branching == 0.0:
        return world.surroundings
    where = world.residents.sum(axis=1) > 0
    share = shares(section, world.network.km_between, where)
    keys = np.array([text_key("place", name) for name in world.network.names], dtype=np.uint64)
    return SelfExciting(world.surroundings, section, share, keys, grid_s, seed)


def shares(section: Escalation, km_between: Floats, where: Bools) -> Floats:
    """Part of what is set off at each place (a column) that happens at each place (a row), (P, P).

    Examples
    --------
    >>> km = np.array([[0.0, 5.0], [5.0, 0.0]])
    >>> shares(Escalation(branching=0.5, km=5), km, np.array([True, True])).round(3).tolist()
    [[0.731, 0.269], [0.269, 0.731]]
    """
    kernel = np.exp(-km_between / section.km) * where[:, None]
    whole = kernel.sum(axis=0)
    return kernel / np.where(whole > 0.0, whole, 1.0)


class SelfExciting:
    """The course of violence that excites itself, followed from interval to interval of the grid.

    Parameters
    ----------
    surroundings : Surroundings
        Violence as given, and what forces and conditions make of it.
    section : Escalation
    share : float64 array (P, P)
        See `shares`.
    key : uint64 array (P,)
        Of the places: who draws.
    grid_s : int
        Seconds of an interval.
    seed : uint64 or None
        None for the mean over all runs: as many acts as are expected.
    """

    def __init__(
        self, surroundings: Surroundings, section: Escalation, share: Floats, key: Keys,
        grid_s: int, seed: np.uint64 | None,
    ) -> None:  # fmt: skip
        self._surroundings, self._section, self._share = surroundings, section, share
        self._key, self._grid_s, self._seed = key, grid_s, seed
        hours, half_life = grid_s / 3600.0, section.half_life_hours
        self._kept = math.exp2(-hours / half_life)
        self._remembered = math.exp(-hours / section.hours)
        of_an_act = section.intensity * half_life / math.log(2.0)  # intensity x hours
        self._acts = section.branching * hours / of_an_act
        self._as_it_begins = of_an_act * (1.0 - self._kept) / hours
        self._checked: Effect | None = None
        self._begin()

    def _begin(self) -> None:
        places, groups = self._key.size, len(self._surroundings.groups)
        self._at = 0
        self._late, self._late_aimed = np.zeros(places), np.zeros((places, groups))
        self._strength, self._aimed = np.zeros(places), np.zeros((places, groups))

    def at(self, seconds: int) -> Danger:
        """The state at ``seconds`` after the start."""
        at = seconds // self._grid_s
        if at < self._at:
            self._begin()
        while self._at < at:
            self._go_on()
        excited = self._strength, self._aimed
        return self._surroundings.spilled(self._surroundings.local(seconds, excited))

    def _go_on(self) -> None:
        """End an interval, and draw which acts begin in the next one."""
        middle = self._at * self._grid_s + self._grid_s // 2
        self._check(middle)
        now = self._surroundings.local(middle, (self._strength, self._aimed))
        old, new = self._remembered, 1.0 - self._remembered
        self._late = old * self._late + new * now.violence
        self._late_aimed = old * self._late_aimed + new * now.danger
        self._at += 1
        # Sums over places, of fixed length and in a fixed order.
        felt = (self._share * self._late[None, :]).sum(axis=1)
        aimed = (self._share[:, :, None] * self._late_aimed[None, :, :]).sum(axis=1)
        begun = self._as_it_begins * self._drawn(self._acts * felt)
        target = aimed / np.where(felt > 0.0, felt, 1.0)[:, None]
        self._strength = self._kept * self._strength + begun
        self._aimed = self._kept * self._aimed + begun[:, None] * target

    def _drawn(self, mean: Floats) -> Floats:
        """Acts that begin at each place, by a draw of the place for this interval."""
        if self._seed is None:
            return mean
        luck = uniform(self._seed, self._key, Purpose.EXCITE, np.full(self._key.size, self._at))
        return np.array([float(poisson(u, m)) for u, m in zip(luck, mean, strict=True)])

    def _check(self, middle: int) -> None:
        """Orders that a script gives may not feed violence so that it grows without end."""
        effect = self._surroundings.effect(middle)
        if effect is not self._checked:
            self._checked = effect
            ratio = largest_ratio(self._section, self._share, effect.most())
            if ratio >= 1.0:
                raise SimulationError(
                    f"with the forces as they are now an act of violence sets off {ratio:.3g} "
                    "further ones, so that it would grow without end; give a smaller "
                    "violence.escalation.branching, or other orders"
                )


def poisson(luck: float, mean: float) -> int:
    """A Poisson number by inversion: for one draw, the larger the larger its mean.

    Examples
    --------
    >>> [poisson(u, 0.7) for u in (0.1, 0.5, 0.9, 0.99)]
    [0, 1, 2, 3]
    >>> poisson(0.5, 10_000.0)
    10000
    """
    if mean > MANY:
        return max(0, round(mean + math.sqrt(mean) * NormalDist().inv_cdf(luck)))
    number, chance = 0, math.exp(-mean)
    so_far = chance
    while luck > so_far and chance > 0.0:
        number += 1
        chance *= mean / number
        so_far += chance
    return number


def largest_ratio(section: Escalation, share: Floats, factor: Floats) -> float:
    """Acts that an act sets off: the largest eigenvalue of the mean number by place.

    Parameters
    ----------
    factor : float64 array (P,)
        What forces and barricades make of violence at each place.

    Returns
    -------
    float
        Or something larger that is below 1.
    """
    most = section.branching * float(factor.max(initial=0.0))  # no column adds up to more
    if most < 1.0:
        return most
    return float(np.abs(np.linalg.eigvals(section.branching * share * factor)).max(initial=0.0))


def without_end(
    violence: Violence, places: Sequence[Place], groups: Sequence[Group], forces: Sequence[Force],
    conditions: Sequence[Condition], flee_from: Container[str], period: tuple[datetime, datetime],
) -> tuple[datetime, float] | None:  # fmt: skip
    """When an act first sets off one or more further ones, and how many; None where it never does.

    Looked at whenever a force has an order, or a condition begins or ends. A condition that holds
    only between hours of the day counts where it feeds violence.
    """
    index = {place.name: i for i, place in enumerate(places)}
    people = np.array([place.population for place in places], dtype=np.int64)
    fled = np.array([place.country in flee_from for place in places], dtype=bool)
    lat, lon = (np.array([getattr(p, which) for p in places]) for which in ("lat", "lon"))
    share = shares(violence.escalation, great_circle_km(lat, lon), fled & (people > 0))
    armed = Forces(forces, violence.force_effect, index, [group.name for group in groups], people)
    first, last = period
    edges = {*armed.changes(), *(t for c in conditions for t in (c.start, c.stop))}
    for moment in (first, *sorted(t for t in edges if first < t < last)):
        factor = armed.effect(moment).most()
        for condition in conditions:
            daily = condition.hours is not None and condition.violence < 1.0
            if condition.start <= moment < condition.stop and not daily:
                factor[[index[name] for name in condition.places]] *= condition.violence
        ratio = largest_ratio(violence.escalation, share, factor)
        if ratio >= 1.0:
            return moment, ratio
    return None
