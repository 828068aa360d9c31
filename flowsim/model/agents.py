"""What Mesa sees: places, border authorities and security forces as agents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import mesa
from mesa.discrete_space import FixedAgent

from flowsim.model.layout import STATUSES, Status
from flowsim.policy.sections import Authority
from flowsim.world.sections import Force, Place
from flowsim.world.violence import stance_at

if TYPE_CHECKING:
    from flowsim.model.flow import FlowModel


class PlaceAgent(FixedAgent):
    """A place, a node of the model's network.

    Attributes
    ----------
    section : Place
        What the scenario says of it.
    """

    model: FlowModel

    def __init__(self, model: FlowModel, section: Place, index: int, cell: Any) -> None:
        super().__init__(model)
        self.section, self.name, self.index = section, section.name, index
        self.cell = cell

    def persons(self, status: str | None = None) -> int:
        """Persons there, of one status or all."""
        people = self.model.stocks.people[self.index]
        return int(people.sum() if status is None else people[:, STATUSES.index(status)].sum())

    @property
    def violence(self) -> float:
        """Intensity of violence there."""
        return float(self.model.danger.violence[self.index])


class AuthorityAgent(mesa.Agent):
    """A state at one border: it sees what a state can see, and holds policies.

    It is the view that its policies are given (`flowsim.view.BorderView`).
    """

    model: FlowModel

    def __init__(self, model: FlowModel, section: Authority, border: str) -> None:
        super().__init__(model)
        self.section, self.name, self.country = section, section.name, section.country
        self.border = border
        self.crossings = model.borders.crossings_of[border]

    @property
    def now(self) -> datetime:
        """Local time."""
        return self.model.now

    def waiting(self, crossing: str | None = None) -> int:
        """Persons waiting at one crossing of this border, or at all."""
        return sum(
            int(self.model.stocks.waiting[self.model.crossing_index(name)].sum())
            for name in self._which(crossing)
        )

    def admitted(self, crossing: str | None = None) -> int:
        """Persons admitted so far at one crossing, or at all."""
        return sum(self.model.admitted(name) for name in self._which(crossing))

    def sheltered(self, place: str | None = None) -> int:
        """Persons sheltered in one place of this country, or in all."""
        places = self.model.agents_by_type[PlaceAgent]
        return sum(
            agent.persons("sheltered")
            for agent in places
            if agent.section.country == self.country and place in (None, agent.name)
        )

    def violence(self, place: str) -> float:
        """Intensity of violence at a place."""
        return self.model.place(place).violence

    def _which(self, crossing: str | None) -> tuple[str, ...]:
        if crossing is None:
            return self.crossings
        if crossing not in self.crossings:
            raise KeyError(f"no crossing {crossing!r} at {self.border}; there is "
                           f"{', '.join(self.crossings)}")  # fmt: skip
        return (crossing,)


class ForceAgent(mesa.Agent):
    """Army, police, peacekeepers or a militia."""

    model: FlowModel

    def __init__(self, model: FlowModel, section: Force) -> None:
        super().__init__(model)
        self.section, self.name = section, section.name

    @property
    def stance(self) -> str:
        """What it does now: protect, stand_by or attack."""
        return stance_at(self.section, self.model.now)


REPORTERS: dict[str, Callable[[Any], int]] = {
    "crossed": lambda model: model.crossed(),
    "waiting": lambda model: model.total(Status.WAITING),
    "displaced": lambda model: model.total(Status.DISPLACED),
    "sheltered": lambda model: model.total(Status.SHELTERED),
    "returned": lambda model: model.total(Status.RETURNED),
    "dead": lambda model: model.dead(),
}
"""What the model's DataCollector collects each step."""
