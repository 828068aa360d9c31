"""Random worlds with all mechanisms at once: roads, fuel, threats, drivers, crowds, escalation."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from flowsim.scenario.scenario import Scenario
from flowsim.world.config import GateCapacity
from flowsim.world.push_config import Driver, Level, Threat
from flowsim.world.road_config import Fuel, RoadEvent
from flowsim.world.violence_config import Condition, Event, Force, Order
from tests.model.worlds import hours
from tests.properties.strategies import HOURS, rates, scenarios

STEPS = ("1h", "6h")


@st.composite
def with_roads(draw: Any, base: Scenario) -> Scenario:
    """The same world, some of whose roads have a capacity, fill, or are closed for a time."""
    routes = []
    for route in base.routes:
        told: dict[str, Any] = {}
        if draw(st.booleans()):
            told["persons_per_hour"] = draw(st.sampled_from((2.5, 10.0, 60.0)))
        if route.mode == "road" and draw(st.booleans()):
            told["lanes"] = draw(st.sampled_from((0.002, 0.01, 1.0)))
        if route.crossing and draw(st.booleans()):
            told["waiting_room"] = draw(st.sampled_from((3, 20)))
        routes.append(route.model_copy(update=told))
    limited = [r for r in routes if r.persons_per_hour is not None]
    events = [
        RoadEvent(
            route=(route.start, route.end), mode=route.mode, start=hours(start / 4),
            stop=hours(start / 4 + draw(st.integers(1, 8))),
            capacity=draw(st.sampled_from((0.0, 0.3))),
            direction=draw(st.sampled_from(("both", "along"))),
        )
        for route in limited
        for start in draw(st.lists(st.integers(0, HOURS * 4), max_size=1))
    ]  # fmt: skip
    inside = [place.name for place in base.places if place.country == "A"]
    moments = draw(st.lists(st.integers(0, 60), max_size=3, unique=True))
    fuel = [
        Fuel(place=draw(st.sampled_from(inside[:2])), start=hours(moment / 4),
             vehicles_per_day=draw(st.sampled_from((None, 0, 30, 300))))
        for moment in moments
    ]  # fmt: skip
    told = {"routes": tuple(routes), "road_events": tuple(events), "fuel": tuple(fuel)}
    return base.model_copy(update=told)


@st.composite
def with_push(draw: Any, base: Scenario) -> Scenario:
    """The same world with threats, of which one may lose places, a driver, and ways out."""
    names = [place.name for place in base.places]
    groups = [group.name for group in base.groups]
    where = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
    threats = []
    for n in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, 20))
        threats.append(
            Threat(
                name=f"T{n}", places=draw(where), start=hours(start), peak=hours(start + 2),
                fear=draw(rates(0.2, 1.0)),
                target=draw(st.sampled_from(({}, {groups[0]: 0.5}))),
                lost_from=draw(st.sampled_from((None, hours(start + 4)))),
            )
        )  # fmt: skip
    driver = Driver(
        name="flood", between=draw(st.sampled_from(("hold", "line"))),
        leave_per_day=draw(rates(0.0, 2.0)), way_cost_per_hour=draw(rates(0.0, 1.0)),
        settle_cost=1.0, stay_away=0.5,
    )  # fmt: skip
    levels = [
        Level(driver="flood", place=draw(st.sampled_from(names)), start=hours(h), level=level)
        for h, level in ((2, 1.0), (9, 2.5))
    ]
    told = {"threats": threats, "drivers": (driver,), "levels": levels}
    made = base.model_copy(update={key: tuple(rows) for key, rows in told.items()})
    return made.with_values({"behaviour.leaving.way_out": draw(rates(0.0, 0.5, 3.0))})


@st.composite
def with_unrest(draw: Any, base: Scenario) -> Scenario:
    """The same world with shots at a crowd, violence that feeds itself, and troops on one side."""
    inside = [place.name for place in base.places if place.country == "A"]
    groups = [group.name for group in base.groups]
    start = draw(st.integers(0, 20))
    shots = Event(
        place=draw(st.sampled_from(inside)), start=hours(start), peak=hours(start),
        until=hours(start + 4), intensity=draw(rates(0.0, 1.0)), target={groups[0]: 1.0},
        crowd=draw(st.sampled_from((None, 1))), deaths=draw(rates(0.0, 2.0)),
    )  # fmt: skip
    depot = shots.model_copy(
        update={"crowd": None, "intensity": 0.0, "deaths": 1.0, "wounded": 4.0,
                "start": hours(start + 0.5), "peak": hours(start + 0.5),
                "until": hours(start + draw(rates(0.5, 1.75)))}
    )  # fmt: skip
    stance = draw(st.sampled_from(("protect", "take_part", "stand_by")))
    order = Order(
        start=hours(draw(st.integers(0, 20))), stance=stance,
        roads=draw(st.sampled_from(("leave_alone", "block", "open"))),
        against=(groups[0],) if stance == "take_part" else (),
    )  # fmt: skip
    troops = Force(name="Army", kind="army", places=inside[:1], size=300, orders=[order])
    violence = base.violence.model_copy(update={"events": (*base.violence.events, shots, depot)})
    made = base.model_copy(update={"violence": violence, "forces": (troops,)})
    branching = draw(rates(0.0, 0.0, 0.4))
    return made.with_values(
        {"violence.escalation.branching": branching, "violence.escalation.hours": 3,
         "violence.escalation.intensity": 0.3}
    )  # fmt: skip


@st.composite
def everything(
    draw: Any, most: int = 60, steps: tuple[str, ...] = STEPS, one_in: tuple[int, ...] = (1, 1, 3)
) -> Scenario:
    """A world that may have any of the mechanisms, and has most of them."""
    made = draw(scenarios(most=most, steps=steps))
    for more in (with_roads, with_push, with_unrest):
        if draw(st.integers(0, 3)):
            made = draw(more(made))
    growing = [
        place.model_copy(update={"capacity_per_day": draw(rates(0.0, 6.0))})
        if place.capacity else place
        for place in made.places
    ]  # fmt: skip
    made = made.model_copy(update={"places": tuple(growing)})
    return made.with_values({"population.one_in": draw(st.sampled_from(one_in))})


STEADY = (
    "open", "closed", "opening_hours", "triage", "push_back", "exit_ban", "corridor", "checkpoint",
    "encouraged_return", "announced_closure",
)  # fmt: skip
"""Policies under which neither queues nor camps feed back."""
NO_FEEDBACK = {
    "behaviour.leaving.neighbours_per_day": 0, "behaviour.leaving.men_stay": 0,
    "behaviour.waiting.part": 0, "behaviour.harm.crush_per_day": 0,
    "violence.escalation.branching": 0,
}  # fmt: skip


@st.composite
def without_feedback(draw: Any) -> Scenario:
    """A world of long steps with unrest and threats, in which nobody is in anybody's way."""
    made = draw(with_push(draw(with_unrest(draw(scenarios(most=40, steps=("1d",)))))))
    events = [e.model_copy(update={"peak": e.start, "half_life_hours": None})
              for e in made.violence.events]  # fmt: skip
    (border,) = made.borders
    authorities = [
        side.model_copy(
            update={"policies": tuple(p for p in side.policies if p.kind in STEADY), "back": ()}
        )
        for side in border.authorities
    ]
    wide = {
        "violence": made.violence.model_copy(update={"events": tuple(events)}),
        "places": tuple(p.model_copy(update={"capacity": None}) for p in made.places),
        "routes": tuple(r.model_copy(update={"gate_per_hour": None}) for r in made.routes),
        "borders": (border.model_copy(update={"authorities": tuple(authorities)}),), "gates": (),
    }  # fmt: skip
    return made.model_copy(update=wide).with_values(NO_FEEDBACK)


def with_idle_mechanisms(base: Scenario) -> Scenario:
    """The same world with one more of each mechanism, set so that it does nothing."""
    name, group = base.places[0].name, base.groups[0].name
    none = Event(place=name, start=hours(2.2), peak=hours(2.2), until=hours(5), intensity=0,
                 target={group: 1.0})  # fmt: skip
    crowd = none.model_copy(update={"crowd": 1.0})
    wide = [
        {"lanes": 1e6} if route.mode == "road" else {"waiting_room": 1e8} if route.crossing else {}
        for route in base.routes
    ]
    first = base.routes[0]
    event = RoadEvent(route=(first.start, first.end), mode=first.mode, start=hours(2.3),
                      stop=hours(7), capacity=1.0)  # fmt: skip
    order = Order(start=hours(3), stance="stand_by")
    stay = {"leave_per_day": 5.0, "way_cost_per_hour": 1.0, "settle_cost": 1.0, "stay_away": 1.0}
    more: dict[str, tuple[Any, ...]] = {
        "fuel": (Fuel(place=name, start=hours(3)),), "road_events": (event,),
        "conditions": (Condition(name="idle", kind="curfew", places=(name,), start=hours(1.5),
                                 stop=hours(9)),),
        "forces": (Force(name="idle", kind="police", places=(name,), size=50, orders=(order,)),),
        "threats": (Threat(name="idle", places=(name,), start=hours(2), fear=0.0),),
        "drivers": (Driver(name="idle"), Driver(name="dry", **stay)),
        "levels": (Level(driver="idle", place=name, start=hours(1), level=3.0),
                   Level(driver="dry", place=name, start=hours(1), level=0.0)),
    }  # fmt: skip
    told: dict[str, Any] = {key: (*getattr(base, key), *rows) for key, rows in more.items()}
    told["routes"] = tuple(
        route.model_copy(update=limit) for route, limit in zip(base.routes, wide, strict=True)
    )
    told["gates"] = base.gates or tuple(
        GateCapacity(crossing=r.crossing, start=hours(4.5), persons_per_hour=r.gate_per_hour)
        for r in base.routes if r.crossing
    )  # fmt: skip
    events = (*base.violence.events, none, crowd)
    told["violence"] = base.violence.model_copy(update={"events": events})
    return base.model_copy(update=told).with_values({"population.one_in": 1})
