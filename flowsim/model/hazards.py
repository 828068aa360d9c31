"""The table of hazards: of each its purpose, where and on what it runs, its rate, and what it does.

A hazard is a row of `HAZARDS`. From it follow the cells of the clock face, the clocks that compete
in each status, what is drawn for each, and what a household does when it is due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.rules import RuleView
from flowsim.draws import Purpose
from flowsim.model.layout import Act, Form, Scale, Status
from flowsim.scenario.scenario import Scenario


def _always(scenario: Scenario, moves: bool) -> bool:
    return True


@dataclass(frozen=True)
class Hazard:
    """Something that can happen to a household at a rate.

    Attributes
    ----------
    name : str
        Also of the rule that gives its rate, see `flowsim.behaviour.rules`.
    statuses : tuple of Status
        In which a household is under it.
    form : Form
        What decides under which cell.
    act : Act
        What a household does when it is due.
    purpose : Purpose
        What its thresholds are drawn for.
    scale : Scale
        What of a household scales it.
    among : tuple of functions of a RuleView
        Factors on the rate of each cell that hold whatever the rule: who is under it at all.
    holds : function of a Scenario and whether its policies may move people
        Whether there is such a hazard in a run.
    """

    name: str
    statuses: tuple[Status, ...]
    form: Form
    act: Act
    purpose: Purpose
    scale: Scale = Scale.NOTHING
    among: tuple[Callable[[RuleView], Floats], ...] = ()
    holds: Callable[[Scenario, bool], bool] = _always


def _of_the_group(view: RuleView) -> Floats:
    return view.flees


def _inside(view: RuleView) -> Floats:
    return view.inside_places[:, None].astype(np.float64)


def _hurrying(view: RuleView) -> Floats:
    return 1.0 + view.behaviour.leaving.hurry * view.hurry


_HOME = (Status.AT_HOME, Status.RETURNED)
_GATE = (Status.WAITING,)
_STILL = (*_HOME, *_GATE, Status.DISPLACED, Status.SHELTERED)

HAZARDS = (
    Hazard(
        "leave", _HOME, Form.PLACE, Act.LEAVE, Purpose.LEAVE, Scale.LEAVING,
        (_of_the_group, _hurrying, _inside),
        lambda scenario, moves: scenario.behaviour.leaving.count != "given",
    ),
    Hazard(
        "calendar", _HOME, Form.NOTHING, Act.LEAVE, Purpose.LEAVE,
        holds=lambda scenario, moves: scenario.behaviour.leaving.count == "given",
    ),
    Hazard(
        "onward", (Status.DISPLACED,), Form.PLACE, Act.ONWARD, Purpose.ONWARD,
        among=(_of_the_group, _inside),
    ),
    Hazard(
        "return", (Status.DISPLACED, Status.SHELTERED), Form.HOME, Act.RETURN, Purpose.RETURN
    ),
    Hazard("give_up", _GATE, Form.GATE_AND_HELD, Act.GIVE_UP, Purpose.GIVE_UP),
    Hazard("fence", _GATE, Form.GATE_AND_HELD, Act.FENCE, Purpose.FENCE),
    Hazard("disperse", _GATE, Form.GATE, Act.DISPERSE, Purpose.DISPERSE),
    Hazard("harm", _STILL, Form.PLACE, Act.HARM, Purpose.HARM, Scale.HARM),
    Hazard(
        "harm_on_the_way", (Status.MOVING,), Form.PLACE, Act.HARM, Purpose.HARM, Scale.HARM,
        holds=lambda scenario, moves: scenario.behaviour.harm.on_the_way > 0.0,
    ),
    Hazard(
        "crush", _GATE, Form.GATE, Act.CRUSH, Purpose.CRUSH, Scale.SIZE,
        holds=lambda scenario, moves: scenario.behaviour.harm.crush_per_day > 0.0,
    ),
    Hazard(
        "relocate", (Status.SHELTERED,), Form.PLACE, Act.RELOCATE, Purpose.RELOCATE,
        holds=lambda scenario, moves: moves,
    ),
)  # fmt: skip
"""In the order in which the first wins where two are due in the same second."""


def hazards_of(scenario: Scenario, moves: bool) -> tuple[Hazard, ...]:
    """The hazards of a run.

    Parameters
    ----------
    moves : bool
        Whether some policy may move people from camp to camp.
    """
    return tuple(hazard for hazard in HAZARDS if hazard.holds(scenario, moves))


def most_clocks(own: int) -> int:
    """Clocks for which a household has room, so that all runs have rows of one type.

    Parameters
    ----------
    own : int
        Hazards of one's own.
    """
    return own + max(sum(status in hazard.statuses for hazard in HAZARDS) for status in _STILL)


class Cells:
    """Where the cells of each hazard lie in the flat clock face.

    Parameters
    ----------
    hazards : sequence of Hazard
    places, groups, countries, gates : int
        How many there are.

    Attributes
    ----------
    shapes : list of tuple of int
        Of the rates of each hazard.
    first : list of int
        First cell of each hazard.
    total : int
    """

    def __init__(
        self, hazards: Sequence[Hazard], places: int, groups: int, countries: int, gates: int
    ) -> None:
        self.hazards, self.places, self.groups = tuple(hazards), places, groups
        of_form = {
            Form.PLACE: (places, groups),
            Form.HOME: (countries, places, groups, 2),
            Form.GATE_AND_HELD: (gates, 2),
            Form.GATE: (gates,),
            Form.NOTHING: (),
        }
        self.shapes = [of_form[hazard.form] for hazard in hazards]
        ends = np.cumsum([0, *(prod(shape) for shape in self.shapes)])
        self.first, self.total = [int(end) for end in ends[:-1]], int(ends[-1])

    def clocks(self) -> list[list[int]]:
        """Numbers of the hazards that compete in each status, in the order of `Status`."""
        return [
            [n for n, hazard in enumerate(self.hazards) if status in hazard.statuses]
            for status in Status
        ]

    def rates(self, view: RuleView, ask: Callable[[str, tuple[int, ...]], Floats]) -> Floats:
        """Hazards of all cells, 1/day, (total,).

        Parameters
        ----------
        view : RuleView
        ask : function of a rule's name and the shape of its rates
        """
        rate = np.empty(self.total)
        for hazard, first, shape in zip(self.hazards, self.first, self.shapes, strict=True):
            own = ask(hazard.name, shape)
            for factor in hazard.among:
                own = own * factor(view)
            rate[first : first + prod(shape)] = own.ravel()
        return rate
