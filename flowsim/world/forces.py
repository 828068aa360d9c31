"""Security forces: where each stands and what it does at a moment, and what that does to places.

All formulas here are assumptions, and no source measures them. Of a force of ``size`` persons the
part ``n`` stands at a place, shared among its places by population. There

- ``protect`` divides violence by 1 + n / persons_halving, ``attack`` multiplies by it, and
  ``take_part`` multiplies by it what is aimed at the groups that it turns on;
- ``block`` multiplies the ability to leave of the groups that it stops by
  1 / (1 + n / persons_blocking), and each leg that they start there takes ``block_delay_hours``
  more;
- ``open`` lifts the part f = n / (n + persons_blocking) of what stands on the roads (roadblocks,
  barricades and the blocks of forces): an ability ``leave`` becomes leave + f * (1 - leave), a
  delay becomes delay * (1 - f).

Several forces at one place multiply: factors of violence and ability, and what they leave
unlifted, 1 - f. Delays add up. All is done in the order of their names, so that it does not matter
to the last bit in which order they stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.world.violence_config import Force, ForceEffect, Order


class ForceState(NamedTuple):
    """What holds for a force at a moment.

    Attributes
    ----------
    places : tuple of str
        Where it stands.
    size : int
        Persons under arms, at all of its places.
    stance : str
        protect, stand_by, attack or take_part.
    roads : str
        What it does to the roads out of its places: leave_alone, block or open.
    groups : tuple of str
        Whom its roadblocks stop; empty means everybody.
    against : tuple of str
        The groups that it turns on where it takes part.
    """

    places: tuple[str, ...]
    size: int
    stance: str = "stand_by"
    roads: str = "leave_alone"
    groups: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What all forces together do at a moment.

    Attributes
    ----------
    violence : float64 array (P,)
        Factor on violence.
    lifted : float64 array (P,)
        Part of what stands on the roads that opening forces lift.
    leave : float64 array (P, G)
        Factor of the forces' own roadblocks on the ability to leave, less what is lifted.
    delay_hours : float64 array (P, G)
        Hours lost at these on a leg that starts there, less what is lifted.
    aimed : float64 array (P, G) or None
        Factor on violence that is aimed at each group; None where no force takes part on one side.
    """

    violence: Floats
    lifted: Floats
    leave: Floats
    delay_hours: Floats
    aimed: Floats | None = None

    def most(self) -> Floats:
        """Largest factor on violence at each place, whomever it is aimed at, (P,)."""
        aimed = 1.0 if self.aimed is None else self.aimed.max(axis=1, initial=1.0)
        return np.asarray(self.violence * aimed)


def state_at(force: Force, now: datetime) -> ForceState:
    """What holds for a force at a moment: its latest order, or standing by before the first.

    Places and size hold on from earlier orders where the latest gives none.

    Examples
    --------
    >>> army = Force(name="army", kind="army", places=["Osh"], size=10, orders=[
    ...     {"start": "2010-06-12", "stance": "protect", "size": 30, "roads": "open"},
    ...     {"start": "2010-06-13", "stance": "protect", "places": ["Uzgen"]},
    ... ])
    >>> state_at(army, datetime(2010, 6, 11))[:3]
    (('Osh',), 10, 'stand_by')
    >>> state_at(army, datetime(2010, 6, 12))[:4]
    (('Osh',), 30, 'protect', 'open')
    >>> state_at(army, datetime(2010, 6, 13))[:4]
    (('Uzgen',), 30, 'protect', 'leave_alone')
    """
    state = ForceState(force.places, force.size)
    for order in force.orders:
        if order.start <= now:
            state = _under(order, state)
    return state


def _under(order: Order, before: ForceState) -> ForceState:
    size = before.size if order.size is None else order.size
    return ForceState(
        order.places or before.places, size, order.stance, order.roads, order.groups, order.against
    )


class Forces:
    """The forces of a run: those of the scenario, with the orders that a script has given since.

    Parameters
    ----------
    forces : iterable of Force
    effect : ForceEffect
    places : mapping of str to int
        Number of each place.
    groups : sequence of str
    population : int64 array (P,)
    """

    def __init__(
        self,
        forces: Iterable[Force],
        effect: ForceEffect,
        places: Mapping[str, int],
        groups: Sequence[str],
        population: Ints,
    ) -> None:
        self._live = {force.name: force for force in sorted(forces, key=lambda f: f.name)}
        self._law, self._places, self._groups = effect, places, tuple(groups)
        self._people = np.maximum(population, 1).astype(np.float64)
        self._known: tuple[tuple[ForceState, ...], Effect] | None = None

    def state(self, name: str, now: datetime) -> ForceState:
        """What holds for one force at a moment that is not before an order given in the run."""
        return state_at(self._live[name], now)

    def order(self, name: str, order: Order, now: datetime) -> None:
        """Give a force an order in a run.

        Parameters
        ----------
        name : str
        order : Order
            It may start before ``now``, so that it counts for the whole of the hour in course.
        now : datetime
            Later orders of the scenario still come; earlier ones are settled.

        Raises
        ------
        KeyError
            No such place or group.
        """
        _known(order.places, self._places, "place")
        _known((*order.groups, *order.against), self._groups, "group")
        force = self._live[name]
        before = state_at(force, now)
        later = tuple(o for o in force.orders if o.start > now)
        self._live[name] = force.model_copy(
            update={"places": before.places, "size": before.size, "orders": (order, *later)}
        )

    def changes(self) -> list[datetime]:
        """When orders start."""
        return [order.start for force in self._live.values() for order in force.orders]

    def effect(self, now: datetime) -> Effect:
        """What they do at a moment; computed anew only when one of them does something else."""
        states = tuple(state_at(force, now) for force in self._live.values())
        if self._known is None or self._known[0] != states:
            self._known = states, self._effect(states)
        return self._known[1]

    def _effect(self, states: Iterable[ForceState]) -> Effect:
        shape = (len(self._people), len(self._groups))
        violence, kept = np.ones(shape[0]), np.ones(shape[0])
        blocks, delay = [], np.zeros(shape)
        aimed: Floats | None = None
        for state in states:
            rows, size = self._shared(state)
            weight = 1.0 + size / self._law.persons_halving
            if state.stance == "protect":
                violence[rows] /= weight
            elif state.stance == "attack":
                violence[rows] *= weight
            elif state.stance == "take_part":
                aimed = np.ones(shape) if aimed is None else aimed
                aimed[np.ix_(rows, self._among(state.against))] *= weight[:, None]
            passing = 1.0 / (1.0 + size / self._law.persons_blocking)
            if state.roads == "open":
                kept[rows] *= passing  # 1 - n / (n + persons_blocking) is the same number
            elif state.roads == "block" and state.size > 0:
                cells = np.ix_(rows, self._among(state.groups or self._groups))
                block = np.ones(shape)
                block[cells] = passing[:, None]
                blocks.append(block)
                delay[cells] += self._law.block_delay_hours
        lifted = 1.0 - kept
        leave = np.ones(shape)
        for block in blocks:
            leave *= block + lifted[:, None] * (1.0 - block)
        return Effect(violence, lifted, leave, delay * (1.0 - lifted)[:, None], aimed)

    def _shared(self, state: ForceState) -> tuple[Ints, Floats]:
        """Numbers of the places of a force, and how many persons of it stand at each."""
        rows = np.array([self._places[name] for name in state.places], dtype=np.int64)
        people = self._people[rows]
        return rows, state.size * people / people.sum()

    def _among(self, names: tuple[str, ...]) -> np.ndarray:
        return np.array([g in names for g in self._groups], dtype=bool)


def _known(names: Iterable[str], known: Iterable[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise KeyError(f"no {what} {name!r}; there is {', '.join(known)}")
