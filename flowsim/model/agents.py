"""What Mesa sees: places, border authorities and security forces as agents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import mesa
from mesa.discrete_space import FixedAgent
from pydantic import ValidationError

from flowsim.model.layout import STATUSES, Status
from flowsim.model.sight import Sight
from flowsim.policy.sections import Authority
from flowsim.scenario.wording import flaws_of
from flowsim.world.forces import ForceState
from flowsim.world.sections import Force, Order, Place

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

    It is the view that its policies are given (`flowsim.view.BorderView`). What it sees is as old
    as its reporting lag; before its first report, it is as things were at the start.
    """

    model: FlowModel

    def __init__(self, model: FlowModel, section: Authority, border: str) -> None:
        super().__init__(model)
        self.section, self.name, self.country = section, section.name, section.country
        self.border = border
        self.crossings = model.borders.crossings_of[border]
        self._lag = round(section.lag_hours * 3600)
        self._own = [
            place
            for place in model.agents_by_type[PlaceAgent]
            if place.section.country == self.country
        ]
        self._notes: dict[int, dict[str, Any]] = {}

    @property
    def now(self) -> datetime:
        """Local time."""
        return self.model.now

    @property
    def seen_at(self) -> datetime:
        """When it last looked: at the beginning of the hour, or between steps now."""
        return self.model.setup.start + timedelta(seconds=self.model.reports.latest)

    @property
    def reported(self) -> Sight:
        """What it knows of."""
        return self.model.reports.at(self.model.reports.latest - self._lag)

    def waiting(self, crossing: str | None = None) -> int:
        """Persons waiting at one crossing of this border, or at all."""
        return int(self.reported.waiting[self._which(crossing)].sum())

    def admitted(self, crossing: str | None = None) -> int:
        """Persons admitted so far at one crossing, or at all."""
        return int(self.reported.admitted[self._which(crossing)].sum())

    def irregular(self, crossing: str | None = None) -> int:
        """Persons who came through the fence so far at one crossing, or at all."""
        return int(self.reported.irregular[self._which(crossing)].sum())

    def sheltered(self, place: str | None = None) -> int:
        """Persons sheltered in one place of this country, or in all."""
        return int(self.reported.sheltered[self._places((place,) if place else ())].sum())

    def occupancy(self, places: Sequence[str] = ()) -> float:
        """Persons sheltered in places of this country over what these can hold; see the view."""
        capacity = self.model.world.capacity
        limited = [p for p in self._places(places) if capacity[p] > 0]
        if not limited:
            return 0.0
        return float(self.reported.sheltered[limited].sum() / capacity[limited].sum())

    def violence(self, place: str = "") -> float:
        """Intensity of violence at a place of any country, or where it is worst."""
        seen = self.reported.violence
        return float(seen[self.model.place(place).index] if place else seen.max(initial=0.0))

    def memory(self, policy: object) -> dict[str, Any]:
        """What it noted under a policy at earlier looks of this run."""
        return self._notes.setdefault(id(policy), {})

    def _places(self, names: Sequence[str]) -> list[int]:
        own = {agent.name: agent.index for agent in self._own}
        missing = [name for name in names if name not in own]
        if missing:
            raise KeyError(f"no place {missing[0]!r} in {self.country}; there is {', '.join(own)}")
        return [own[name] for name in names or own]

    def _which(self, crossing: str | None) -> list[int]:
        if crossing is not None and crossing not in self.crossings:
            raise KeyError(f"no crossing {crossing!r} at {self.border}; there is "
                           f"{', '.join(self.crossings)}")  # fmt: skip
        names = self.crossings if crossing is None else (crossing,)
        return [self.model.crossing_index(name) for name in names]


class ForceAgent(mesa.Agent):
    """Army, police, peacekeepers or a militia.

    What it is and does is asked of the run (`flowsim.world.forces`), which asks the same for its
    violence. A run looks at the middle of each hour, so an order of 10:20 counts from 10:00 on.

    Attributes
    ----------
    section : Force
        What the scenario says of it.
    """

    model: FlowModel

    def __init__(self, model: FlowModel, section: Force) -> None:
        super().__init__(model)
        self.section, self.name = section, section.name

    @property
    def state(self) -> ForceState:
        """All that holds for it now."""
        return self.model.world.surroundings.forces.state(self.name, self.model.now)

    @property
    def stance(self) -> str:
        """What it does now: protect, stand_by or attack."""
        return self.state.stance

    @property
    def size(self) -> int:
        """Persons under arms now, at all of its places."""
        return self.state.size

    @property
    def places(self) -> tuple[PlaceAgent, ...]:
        """Where it stands now."""
        return tuple(self.model.place(name) for name in self.state.places)

    @property
    def roads(self) -> str:
        """What it does to the roads out of its places now: leave_alone, block or open."""
        return self.state.roads

    @property
    def groups(self) -> tuple[str, ...]:
        """Whom its roadblocks stop now; empty means everybody."""
        return self.state.groups

    def order(
        self,
        stance: str,
        *,
        places: Sequence[str] = (),
        size: int | None = None,
        roads: str = "leave_alone",
        groups: Sequence[str] = (),
    ) -> None:
        """Give it an order, as one of the scenario; it counts from the next tick on.

        It holds until the next order, which may be a later one of the scenario. The scenario
        itself is not changed, so its digest does not tell that a script was in command.

        Parameters
        ----------
        stance : {"protect", "stand_by", "attack"}
        places : sequence of str
            Where it goes; none means that it stays.
        size : int, optional
            To which it is reinforced or thinned.
        roads : {"leave_alone", "block", "open"}
        groups : sequence of str
            Whom its roadblocks stop; none means everybody.

        Raises
        ------
        KeyError
            No such place or group.
        ValueError
            Something else that an order cannot say.

        Examples
        --------
        >>> import flowsim as fs
        >>> from flowsim.model.flow import FlowModel
        >>> model = FlowModel(fs.load("scenarios/kyrgyz_uzbek_2010"))  # doctest: +SKIP
        >>> army = model.force("Army in Osh")  # doctest: +SKIP
        >>> army.order("protect", places=["Furkat"], roads="open")  # doctest: +SKIP
        """
        told = {"stance": stance, "places": places, "size": size, "roads": roads, "groups": groups}
        try:
            order = Order.model_validate({"start": self.model.hour, **told})
        except ValidationError as error:
            (flaw, *_) = flaws_of(error, (), Order)
            where = ".".join(map(str, flaw.loc))
            raise ValueError(f"{where}: {flaw.wrong}; {flaw.right}") from None
        self.model.world.surroundings.forces.order(self.name, order, self.model.now)


REPORTERS: dict[str, Callable[[Any], int]] = {
    "crossed": lambda model: model.crossed(),
    "waiting": lambda model: model.total(Status.WAITING),
    "displaced": lambda model: model.total(Status.DISPLACED),
    "sheltered": lambda model: model.total(Status.SHELTERED),
    "returned": lambda model: model.total(Status.RETURNED),
    "dead": lambda model: model.dead(),
}
"""What the model's DataCollector collects each step."""
