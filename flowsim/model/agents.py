"""What Mesa sees: places, border authorities and security forces as agents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import mesa
from mesa.discrete_space import FixedAgent
from pydantic import ValidationError

from flowsim.model.authority import AuthorityView
from flowsim.model.axes import STATUSES, Status
from flowsim.policy.config import Authority
from flowsim.scenario.messages import flaws_of
from flowsim.world.config import Place
from flowsim.world.forces import ForceState
from flowsim.world.violence_config import Force, Order

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


class AuthorityAgent(AuthorityView, mesa.Agent):
    """A state at one border, which sees what a state can see, and holds policies."""

    def __init__(self, model: FlowModel, section: Authority, border: str) -> None:
        run, crossings = model.simulation, model.simulation.borders.crossings_of[border]
        AuthorityView.__init__(self, run.setup, run.world, run.reports, section, border, crossings)
        mesa.Agent.__init__(self, model)


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
        """What it does now: protect, stand_by, attack or take_part."""
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
        against: Sequence[str] = (),
    ) -> None:
        """Give it an order, as one of the scenario; it counts from the next tick on.

        It holds until the next order, which may be a later one of the scenario. The scenario
        itself is not changed, so its digest does not tell that a script was in command.

        Parameters
        ----------
        stance : {"protect", "stand_by", "attack", "take_part"}
        places : sequence of str
            Where it goes; none means that it stays.
        size : int, optional
            To which it is reinforced or thinned.
        roads : {"leave_alone", "block", "open"}
        groups : sequence of str
            Whom its roadblocks stop; none means everybody.
        against : sequence of str
            The groups that it turns on where it takes part.

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
        >>> police = {"name": "Police", "kind": "police", "places": ["Town"], "size": 500}
        >>> world = fs.teaching_world().with_values({"forces": [{**police, "orders": []}]})
        >>> model = FlowModel(world)
        >>> model.force("Police").order("protect", places=["Village"], roads="open")
        """
        told = {
            "stance": stance, "places": places, "size": size, "roads": roads, "groups": groups,
            "against": against,
        }  # fmt: skip
        try:
            order = Order.model_validate({"start": self.model.hour, **told})
        except ValidationError as error:
            (flaw, *_) = flaws_of(error, (), Order)
            where = ".".join(map(str, flaw.loc))
            raise ValueError(f"{where}: {flaw.wrong}; {flaw.right}") from None
        self.model.world.surroundings.forces.order(self.name, order, self.model.now)


def _crossed(model: FlowModel) -> int:
    return model.simulation.crossed()


def _dead(model: FlowModel) -> int:
    return model.simulation.dead()


def _total(status: Status, model: FlowModel) -> int:
    return model.simulation.total(status)


_STATUSES = (Status.WAITING, Status.DISPLACED, Status.SHELTERED, Status.RETURNED)
REPORTERS: dict[str, Callable[[Any], int]] = {
    "crossed": _crossed,
    **{status.name.lower(): partial(_total, status) for status in _STATUSES},
    "dead": _dead,
}
"""What the model's DataCollector collects each step."""
