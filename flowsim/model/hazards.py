"""The table of hazards: of each its purpose, where and on what it runs, its rate, and what it does.

A hazard is a row of `HAZARDS`. From it follow the cells of cumulative hazards, the clocks that
compete in each status, what is drawn for each, and what a household does when it is due. A
researcher's own is one more row, made anywhere and passed to `flowsim.run` among the ``rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import prod
from typing import Any, cast

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.acts import Act, Form, Scale, Status, check_statuses, named
from flowsim.behaviour.harm import heal_or_die
from flowsim.behaviour.own_hazard import OwnHazard
from flowsim.behaviour.rules import RULES, Rule, RuleView, ask
from flowsim.draws import Purpose
from flowsim.errors import SimulationError, in_own_code
from flowsim.model.covariates import HouseholdView
from flowsim.policy.own import code_identity
from flowsim.scenario.scenario import Scenario


def _always(scenario: Scenario, moves: bool) -> bool:
    return True


def _told(scenario: Scenario, moves: bool) -> bool:
    return scenario.behaviour.leaving.count == "given"


def _not_told(scenario: Scenario, moves: bool) -> bool:
    return not _told(scenario, moves)


def _on_the_way(scenario: Scenario, moves: bool) -> bool:
    return scenario.behaviour.harm.on_the_way > 0.0


def _on_the_leg(scenario: Scenario, moves: bool) -> bool:
    harm = scenario.behaviour.harm
    ahead = harm.on_the_way * harm.danger_ahead > 0.0
    return ahead or any(event.to and event.intensity > 0.0 for event in scenario.violence.events)


def _detained(scenario: Scenario, moves: bool) -> bool:
    return scenario.behaviour.harm.detained > 0.0


def _toll(scenario: Scenario, moves: bool) -> bool:
    events = scenario.violence.events
    return any(event.deaths + event.wounded > 0.0 and not event.to for event in events)


def _toll_on_the_leg(scenario: Scenario, moves: bool) -> bool:
    events = scenario.violence.events
    return any(event.deaths + event.wounded > 0.0 and event.to for event in events)


def _wounds(scenario: Scenario, moves: bool) -> bool:
    return heal_or_die(scenario.behaviour.harm)


def _crushes(scenario: Scenario, moves: bool) -> bool:
    return scenario.behaviour.harm.crush_per_day > 0.0


def _loses_homes(scenario: Scenario, moves: bool) -> bool:
    return _loses_places(scenario, moves) and _not_told(scenario, moves)


def _loses_places(scenario: Scenario, moves: bool) -> bool:
    return any(threat.lost_from is not None for threat in scenario.threats)


def _is_crowded(scenario: Scenario, moves: bool) -> bool:
    return scenario.behaviour.reception.crowded_per_day > 0.0


def _moves(scenario: Scenario, moves: bool) -> bool:
    return moves


@dataclass(frozen=True)
class Hazard:
    """Something that can happen to a household at a rate.

    Attributes
    ----------
    name : str
        Also of the rule that gives its rate, see `flowsim.behaviour.rules`.
    statuses : tuple of Status
        In which a household is under it; also as texts, such as ``"at_home"``.
    form : Form
        What decides under which cell a household is, and so the shape of the rates: ``"place"``
        (P, G), ``"home"`` (C, P, G, 2), ``"gate_and_held"`` (gates, 2), ``"gate"`` (gates,),
        ``"link"`` (L, G).
    act : Act
        What a household does when it is due, such as ``"leave"``.
    purpose : Purpose, optional
        What its thresholds are drawn for; those of one's own are drawn for its name.
    scale : Scale
        What of a household scales it in the model, such as ``"harm"``.
    rate : function of a RuleView, optional
        Gives 1/day by cell; without one, the rule of that name.
    factor : function of a HouseholdView, optional
        Gives one more factor for each household, (n,): of age, kin, or a covariate of one's own. It
        is asked once, as the run begins; who parts from a family has that of the family.
    among : tuple of functions of a RuleView
        Factors on the rate of each cell that hold whatever the rule: who is under it at all.
    holds : function of a Scenario and whether its policies may move people
        Whether there is such a hazard in a run.

    Raises
    ------
    ValueError
        A status, form, act or scale that there is not, or a status in which the act or the cells
        mean nothing, as waiting at a gate for those at home.

    Examples
    --------
    People heed a call to leave at 0.2 a day, the larger their household the more:

    >>> called = Hazard(
    ...     "called", ("at_home",), "place", "leave",
    ...     rate=lambda view: np.full_like(view.danger, 0.2),
    ...     factor=lambda households: households.size / 5.0,
    ... )
    >>> called.act
    <Act.LEAVE: 0>
    """

    name: str
    statuses: tuple[Status, ...]
    form: Form
    act: Act
    purpose: Purpose | None = None
    scale: Scale = Scale.NOTHING
    among: tuple[Callable[[RuleView], Floats], ...] = ()
    holds: Callable[[Scenario, bool], bool] = _always
    rate: Rule | None = None
    factor: Callable[[HouseholdView], Floats] | None = None

    def __post_init__(self) -> None:
        """Take texts for what they name."""
        told: Any = self.statuses
        statuses = (told,) if isinstance(told, str | Status) else tuple(told)
        object.__setattr__(self, "statuses", tuple(named(Status, one) for one in statuses))
        object.__setattr__(self, "form", named(Form, self.form))
        object.__setattr__(self, "act", named(Act, self.act))
        object.__setattr__(self, "scale", named(Scale, self.scale))
        check_statuses(self.statuses, self.form, self.act)

    def identity(self) -> str:
        """What a study knows it by: its fields, and the source of its functions.

        Raises
        ------
        ValueError
            A function has no source.
        """
        functions = (self.rate, self.factor, *self.among)
        told = [self.name, self.statuses, self.form, self.act, self.purpose, self.scale]
        return " ".join([repr(told), *(code_identity(f) for f in functions if f is not None)])


def _of_the_group(view: RuleView) -> Floats:
    return view.flees


def _inside(view: RuleView) -> Floats:
    return view.inside_places[:, None].astype(np.float64)


def _hurrying(view: RuleView) -> Floats:
    return 1.0 + view.behaviour.leaving.hurry * view.hurry


def _by_way_out(view: RuleView) -> Floats:
    return view.way_out


def _not_lost(view: RuleView) -> Floats:
    return np.where(view.push.lost, 0.0, 1.0)[None, :, :, None]


_HOME = (Status.AT_HOME, Status.RETURNED)
_GATE = (Status.WAITING,)
_REFUGE = (Status.DISPLACED, Status.SHELTERED)
_STILL = (*_HOME, *_GATE, *_REFUGE)
_ALIVE = tuple(status for status in Status if status != Status.EMPTY)

HAZARDS = (
    Hazard(
        "leave", _HOME, Form.PLACE, Act.LEAVE, Purpose.LEAVE, Scale.LEAVING,
        (_of_the_group, _hurrying, _by_way_out, _inside),
        _not_told,
    ),
    Hazard(
        "calendar", _HOME, Form.NOTHING, Act.LEAVE, Purpose.LEAVE,
        holds=_told,
    ),
    Hazard(
        "onward", (Status.DISPLACED,), Form.PLACE, Act.ONWARD, Purpose.ONWARD,
        among=(_of_the_group, _inside),
    ),
    Hazard(
        "return", _REFUGE, Form.HOME, Act.RETURN, Purpose.RETURN,
        among=(_not_lost,),
    ),
    Hazard("give_up", _GATE, Form.GATE_AND_HELD, Act.GIVE_UP, Purpose.GIVE_UP),
    Hazard("fence", _GATE, Form.GATE_AND_HELD, Act.FENCE, Purpose.FENCE),
    Hazard("disperse", _GATE, Form.GATE, Act.DISPERSE, Purpose.DISPERSE),
    Hazard("harm", _STILL, Form.PLACE, Act.HARM, Purpose.HARM, Scale.HARM),
    Hazard(
        "harm_on_the_way", (Status.MOVING,), Form.PLACE, Act.HARM, Purpose.HARM, Scale.HARM,
        holds=_on_the_way,
    ),
    Hazard(
        "harm_on_the_leg", (Status.MOVING,), Form.LINK, Act.HARM, Purpose.LEG, Scale.HARM,
        holds=_on_the_leg,
    ),
    Hazard(
        "harm_detained", (Status.DETAINED,), Form.PLACE, Act.HARM, Purpose.HARM, Scale.HARM,
        holds=_detained,
    ),
    Hazard(
        "toll", (*_STILL, Status.DETAINED), Form.PLACE, Act.TOLL, Purpose.TOLL, Scale.HARM,
        holds=_toll,
    ),
    Hazard(
        "toll_on_the_leg", (Status.MOVING,), Form.LINK, Act.TOLL, Purpose.TOLL, Scale.HARM,
        holds=_toll_on_the_leg,
    ),
    Hazard(
        "wounds", _ALIVE, Form.NOTHING, Act.WOUNDS, Purpose.WOUNDS, Scale.WOUNDS,
        holds=_wounds,
    ),
    Hazard(
        "crush", _GATE, Form.GATE, Act.CRUSH, Purpose.CRUSH, Scale.SIZE,
        holds=_crushes,
    ),
    Hazard(
        "relocate", (Status.SHELTERED,), Form.PLACE, Act.RELOCATE, Purpose.RELOCATE,
        holds=_moves,
    ),
    Hazard(
        "must_leave", _HOME, Form.PLACE, Act.LEAVE, Purpose.MUST_LEAVE,
        among=(_inside,), holds=_loses_homes,
    ),
    Hazard(
        "must_move_on", _REFUGE, Form.PLACE, Act.ONWARD,
        Purpose.MUST_MOVE_ON, holds=_loses_places,
    ),
    Hazard("crowded", _REFUGE, Form.PLACE, Act.ONWARD, Purpose.CROWDED, holds=_is_crowded),
)  # fmt: skip
"""In the order in which the first wins where two are due in the same second."""


def of_section(section: OwnHazard) -> Hazard:
    """The row of a hazard that a file names.

    Parameters
    ----------
    section : OwnHazard
        Of an installed package, checked.
    """
    factor: Any = section.factor if section.has_factor() else None
    return Hazard(
        section.called, cast("Any", section.statuses), cast("Any", section.form),
        cast("Any", section.act), scale=cast("Any", section.scale),
        rate=section.rate_in_window, factor=factor,
    )  # fmt: skip


def hazards_of(
    scenario: Scenario, moves: bool, rules: Mapping[str, Rule | Hazard] | None = None
) -> tuple[Hazard, ...]:
    """The hazards of a run, with the rate of each.

    Parameters
    ----------
    moves : bool
        Whether some policy may move people from camp to camp.
    rules : mapping, optional
        Rates of one's own by the name of a hazard, and hazards of one's own by theirs. They stand
        above those that the scenario's file names.

    Raises
    ------
    SimulationError
        A rate for a hazard that there is not, or a hazard of one's own without a rate.
    """
    told = dict(rules or {})
    table = []
    for hazard in (*HAZARDS, *map(of_section, scenario.hazards)):
        own, rate = told.pop(hazard.name, None), hazard.rate or RULES.get(hazard.name)
        if isinstance(own, Hazard):
            table.append(replace(own, name=hazard.name, rate=own.rate or rate))
        else:
            table.append(replace(hazard, rate=own or rate))
    for name, own in told.items():
        if not isinstance(own, Hazard):
            known = ", ".join(RULES)
            raise SimulationError(f"there is no rule {name!r}; there is {known}")
        if own.rate is None:
            raise SimulationError(f"the hazard {name!r} has no rate; give one")
        table.append(replace(own, name=name))
    return tuple(hazard for hazard in table if hazard.holds(scenario, moves))


def most_clocks(own: Sequence[Hazard] = ()) -> int:
    """Clocks for which a household has room, so that all runs have rows of one type.

    Parameters
    ----------
    own : sequence of Hazard
        Those of one's own. One of people at home has room beside the model's, which are fewer there
        than elsewhere: so with it nothing is compiled anew.
    """
    table = (*HAZARDS, *own)
    return max(sum(status in hazard.statuses for hazard in table) for status in Status)


def rules_identity(rules: Mapping[str, Rule | Hazard]) -> str:
    """What a study knows rules of one's own by; empty without any.

    Raises
    ------
    ValueError
        A function has no source.
    """
    return "".join(
        f"{name}: {rule.identity() if isinstance(rule, Hazard) else code_identity(rule)}\n"
        for name, rule in sorted(rules.items())
    )


class Cells:
    """Where the cells of each hazard lie in the flat array of cumulative hazards.

    Parameters
    ----------
    hazards : sequence of Hazard
    places, groups, countries, gates, links : int
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
        self, hazards: Sequence[Hazard], places: int, groups: int, countries: int, gates: int,
        links: int = 0,
    ) -> None:  # fmt: skip
        self.hazards, self.places, self.groups = tuple(hazards), places, groups
        of_form = {
            Form.PLACE: (places, groups),
            Form.HOME: (countries, places, groups, 2),
            Form.GATE_AND_HELD: (gates, 2),
            Form.GATE: (gates,),
            Form.NOTHING: (),
            Form.LINK: (links, groups),
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

    def rates(self, view: RuleView, now: datetime) -> Floats:
        """Hazards of all cells, 1/day, (total,)."""
        rate = np.empty(self.total)
        for hazard, first, shape in zip(self.hazards, self.first, self.shapes, strict=True):
            assert hazard.rate is not None
            own = ask(hazard.rate, hazard.name, view, shape, now)
            for factor in hazard.among:
                own = own * factor(view)
            rate[first : first + prod(shape)] = own.ravel()
        return rate


def factors(hazards: Sequence[Hazard], households: HouseholdView) -> Floats:
    """Factors of one's own on hazards, (n, hazards that have one).

    Raises
    ------
    SimulationError
        One is not finite, negative or of another shape, or raised an error, which is its cause.
    """
    found = []
    for hazard in hazards:
        if hazard.factor is None:
            continue
        try:
            factor = np.asarray(hazard.factor(households), dtype=np.float64)
        except MemoryError:
            raise
        except Exception as error:
            raise in_own_code(f"the factor of the hazard {hazard.name!r}", error) from error
        wanted = households.key.shape
        if factor.shape != wanted or not np.isfinite(factor).all() or (factor < 0.0).any():
            raise SimulationError(
                f"the factor of the hazard {hazard.name!r} gave an array {factor.shape} from "
                f"{factor.min(initial=0.0)} to {factor.max(initial=0.0)}; factors are finite, not "
                f"negative, and {wanted}"
            )
        found.append(factor)
    return np.stack(found, axis=1)
