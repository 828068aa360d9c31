"""The rules that give hazards by place and group, and how a researcher puts another in their place.

A rule is a vectorised function of a `RuleView`; it is asked once a tick, never once a household.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flowsim.arrays import Bools, Floats
from flowsim.behaviour.config import Behaviour
from flowsim.behaviour.harm import harm_per_day
from flowsim.behaviour.leaving import leave_rate, onward_rate
from flowsim.behaviour.returning import return_rate
from flowsim.errors import SimulationError, in_own_code
from flowsim.policy.land import Roads
from flowsim.world.push_factors import Push
from flowsim.world.violence import Danger


@dataclass(frozen=True)
class RuleView:
    """What rules may look at.

    Attributes
    ----------
    now : datetime
        Local time at which the tick begins; what is told below is as it is in the tick.
    places, groups : tuple of str
        Names of the P places and the G groups, in the order of the arrays.
    behaviour : Behaviour
        The parameters of the scenario.
    danger : float64 array (P, G)
        Intensity of violence at each place as far as it targets each group.
    struck : float64 array (P, G)
        The same with what only those who gather are exposed to, times the part who do.
    news : float64 array (P, G)
        Danger elsewhere that is heard of, in [0, 1).
    gone : float64 array (P, G)
        Part of the residents of each group who have left of late, in [0, 1].
    ability : float64 array (P, G)
        Factor of curfews, roadblocks and barricades.
    inside : bool array (C,)
        Countries that people flee from.
    pressure : float64 array (C,)
        Hazard of return that each country's policies add, 1/day.
    encouraged : float64 array (C,)
        Factor of each country's policies on the wish to return.
    inside_places : bool array (P,)
        Places in those countries.
    flees : float64 array (G,)
        Factor of each group on leaving.
    hurry : float64 array (G,)
        Part of the crossings open to each group that people know to be about to close.
    out : bool array (gates,)
        Gates that lead out of the countries that people flee from.
    awaited : float64 array (gates,)
        Part of the people who know that a gate will open, as it was announced.
    crowd : float64 array (gates,)
        Persons who wait at the crossing of each gate.
    dispersal : float64 array (gates,)
        Hazard with which guards drive people off, 1/day.
    moved : float64 array (P,)
        Hazard with which policies move people on from each place, 1/day.
    ahead : float64 array (L, G)
        Danger at the end of each link.
    on_road : float64 array (L, G)
        Intensity of the violence on each link itself, as far as it targets each group.
    toll, toll_on_road : float64 arrays (P, G) and (L, G)
        Hazard of a man of being struck by events that have a toll of their own, 1/day.
    push : Push
        Fear of threats, places that are lost, and what drivers do; all 0 without any.
    way_out : float64 array (P, G)
        Factor on leaving of what ways out are worth as people believe, against open borders in
        calm; see `flowsim.behaviour.leaving.way_out_factor`. 1 where `leaving.way_out` is 0.
    excess : float64 array (P,)
        Load of each place beyond that from which it is crowded, see
        `flowsim.behaviour.settling.excess_load`.
    """

    now: datetime
    places: tuple[str, ...]
    groups: tuple[str, ...]
    behaviour: Behaviour
    danger: Floats
    struck: Floats
    news: Floats
    gone: Floats
    ability: Floats
    inside: Bools
    pressure: Floats
    encouraged: Floats
    inside_places: Bools
    flees: Floats
    hurry: Floats
    out: Bools
    awaited: Floats
    crowd: Floats
    dispersal: Floats
    moved: Floats
    ahead: Floats
    on_road: Floats
    toll: Floats
    toll_on_road: Floats
    push: Push
    way_out: Floats
    excess: Floats


def ability(danger: Danger, roads: Roads | None) -> Floats:
    """Factor on leaving (P, G) of conditions, less what policies on roads lift of it."""
    if roads is None:
        return danger.leave
    return danger.leave + roads.lifts_at[:, None] * (1.0 - danger.leave)


Rule = Callable[[RuleView], Floats]


def leave(view: RuleView) -> Floats:
    """Hazard of leaving home, 1/day, (P, G); see `leave_rate`."""
    section = view.behaviour.leaving
    return leave_rate(section, view.danger, view.news, view.gone, view.ability, view.push)


def calendar(view: RuleView) -> Floats:
    """Hazard of the calendar, 1/day, (): the clock of those whose time of leaving is told."""
    return np.ones(())


def onward(view: RuleView) -> Floats:
    """Hazard of moving on from a refuge, 1/day, (P, G); see `onward_rate`."""
    return onward_rate(view.behaviour.leaving, view.danger, view.ability, view.push)


def must_leave(view: RuleView) -> Floats:
    """Hazard of leaving a place that is lost, at home or in a refuge, 1/day, (P, G)."""
    return view.push.must_leave


def go_home(view: RuleView) -> Floats:
    """Hazard of return, 1/day, (C, P, G, 2); see `return_rate`."""
    alarm, away = view.danger + view.push.fear, view.push.stay_away
    section = view.behaviour.returning
    return return_rate(section, alarm, view.inside, view.pressure, view.encouraged, away)


def give_up(view: RuleView) -> Floats:
    """Hazard of leaving a queue, 1/day, by whether the gate holds a household; (gates, 2).

    Who has heard of an opening waits for it. Those who go home are patient.
    """
    waiting = view.behaviour.waiting
    told, open_ = view.awaited, waiting.give_up_per_day
    held = told * open_ + (1.0 - told) * waiting.give_up_closed_per_day
    return np.where(view.out[:, None], np.stack([np.full(told.shape, open_), held], axis=1), 0.0)


def fence(view: RuleView) -> Floats:
    """Hazard of trying the fence, 1/day, (gates, 2): of those who are held on the way out."""
    tries = np.where(view.out, view.behaviour.waiting.fence_per_day, 0.0)
    return np.stack([np.zeros(tries.shape), tries], axis=1)


def disperse(view: RuleView) -> Floats:
    """Hazard of being driven off by guards, 1/day, (gates,)."""
    return np.where(view.out, view.dispersal, 0.0)


def harm(view: RuleView) -> Floats:
    """Hazard of a man of being killed or wounded, 1/day, (P, G)."""
    return harm_per_day(view.behaviour.harm) * view.struck


def harm_on_the_way(view: RuleView) -> Floats:
    """The same for those who travel, of the place at which their leg began; (P, G).

    Who travels is in no crowd.
    """
    section = view.behaviour.harm
    part = section.on_the_way * (1.0 - section.danger_ahead)
    return harm_per_day(section) * view.danger * part


def harm_on_the_leg(view: RuleView) -> Floats:
    """The same of the place ahead, and of violence on the road itself; (L, G)."""
    section = view.behaviour.harm
    part = section.on_the_way * section.danger_ahead
    return harm_per_day(section) * (part * view.ahead + view.on_road)


def harm_detained(view: RuleView) -> Floats:
    """The same for those who are held, (P, G); they are in no crowd."""
    section = view.behaviour.harm
    return harm_per_day(section) * view.danger * section.detained


def toll(view: RuleView) -> Floats:
    """Hazard of a man of being struck by an event with a toll of its own, 1/day, (P, G)."""
    return view.toll


def toll_on_the_leg(view: RuleView) -> Floats:
    """The same for those who travel, (L, G)."""
    return view.toll_on_road


def wounds(view: RuleView) -> Floats:
    """One a day: what the wounds of a household are makes a hazard of it, (). See `Harm`."""
    return np.ones(())


def crush(view: RuleView) -> Floats:
    """Hazard of a person of dying in the crowd before a gate, 1/day, (gates,)."""
    return np.where(view.out, view.behaviour.harm.crush_per_day * view.crowd / 10_000.0, 0.0)


def relocate(view: RuleView) -> Floats:
    """Hazard of being moved to another camp, 1/day, (P, G)."""
    return np.broadcast_to(view.moved[:, None], view.danger.shape)


def crowded(view: RuleView) -> Floats:
    """Hazard of moving on from a crowded place, 1/day, (P, G): in proportion to the excess."""
    per_day = view.behaviour.reception.crowded_per_day * view.excess
    return np.broadcast_to(per_day[:, None], view.danger.shape)


RULES: Mapping[str, Rule] = {
    "leave": leave,
    "calendar": calendar,
    "onward": onward,
    "return": go_home,
    "must_leave": must_leave,
    "must_move_on": must_leave,
    "give_up": give_up,
    "fence": fence,
    "disperse": disperse,
    "harm": harm,
    "harm_on_the_way": harm_on_the_way,
    "harm_on_the_leg": harm_on_the_leg,
    "harm_detained": harm_detained,
    "toll": toll,
    "toll_on_the_leg": toll_on_the_leg,
    "wounds": wounds,
    "crush": crush,
    "relocate": relocate,
    "crowded": crowded,
}
"""The rules of the model by name; `flowsim.run(..., rules={name: function})` replaces some."""


def ask(rule: Rule, name: str, view: RuleView, shape: tuple[int, ...], now: datetime) -> Floats:
    """What a rule gives, checked: hazards of the right shape, finite and not negative.

    Raises
    ------
    SimulationError
        It gives something else, or raised an error, which is its cause.
    """
    try:
        rate = np.asarray(rule(view), dtype=np.float64)
    except MemoryError:
        raise
    except Exception as error:
        raise in_own_code(f"the rule {name!r}, {now:%Y-%m-%dT%H:%M}", error) from error
    # Asked of every hazard in every tick: of what is not a number neither comparison holds.
    if rate.shape != shape or not (rate.min(initial=0.0) >= 0.0 and rate.max(initial=0.0) < np.inf):
        raise SimulationError(
            f"the rule {name!r} gave an array {rate.shape} from {rate.min(initial=0.0)} to "
            f"{rate.max(initial=0.0)}; hazards are finite, not negative, and {shape}"
        )
    return rate
