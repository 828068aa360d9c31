"""Tiny worlds, each of which turns on one thing that the model can do, and what is kept of them.

A few dozen households for a day or two, at odd steps and minutes. `kept_tiny.txt` keeps of each
run what `tests/exact/kept.py` keeps of larger ones; `test_tiny_worlds.py` says what one can tell
of them without a computer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import flowsim as fs
from flowsim.results.result import Result
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.flee_folder import flee_folder
from tests.model.worlds import FAMILIES, border, deeper, hours, plain, spell, ways

FILE = Path(__file__).with_name("kept_tiny.txt")
ENGINES = ("columns", "agents")
AT_ONCE = 1e5
"""Hazard of leaving, 1/day, at which all are gone within seconds."""
PERSONS = 60
KINDS = {name: share for name, share in FAMILIES.items() if name != "household_size"}
OF_FAMILIES: dict[str, Any] = {"sizes": {2: 1, 4: 2, 5: 1}, "kinds": KINDS}
MEN = {"children": 0.0, "women": 0.0, "men": 1.0, "elderly_women": 0.0, "elderly_men": 0.0}
HASTE = {"leaving": {"violence_per_day": AT_ONCE}}
NORTH, SOUTH = ("Here", "North"), ("Here", "South")
Maker = Callable[[], Scenario]
WORLDS: dict[str, Maker] = {}


def world(make: Maker) -> Maker:
    """Put a world among those that are kept, by the name of its function."""
    WORLDS[make.__name__] = make
    return make


@cache
def result(name: str, engine: str = "columns") -> Result:
    """The run of a world."""
    return run(WORLDS[name](), seed=7, engine=engine, provenance=False)  # type: ignore[arg-type]


def on_one_road(policies: Any = (), **changes: Any) -> Scenario:
    """All leave within seconds, and two hours lead from Here through Gate to There."""
    fields: dict[str, Any] = {"persons": PERSONS, "per_day": AT_ONCE, "days": 1, **changes}
    return plain(policies=policies, **fields)


def on_two(policies: Any = (), near: Any = (), **changes: Any) -> Scenario:
    """All leave within seconds; an hour leads to North and South, and one more through a gate."""
    fields: dict[str, Any] = {"persons": PERSONS, "per_day": AT_ONCE, "days": 1, **changes}
    return ways(policies=policies, near=near, **fields)


# ---- leaving --------------------------------------------------------------------------------


@world
def frail_families_leave() -> Scenario:
    behaviour = {
        "leaving": {"frailty_variance": 0.8, "men_stay": 0.5, "guards_leave": 0.3, "trapped": 0.5}
    }
    return on_one_road(per_day=4.0, behaviour=behaviour, step="90min", record="3h", **OF_FAMILIES)


@world
def many_men_stay() -> Scenario:
    """All of them, of many families: there are far more households than at the start."""
    behaviour = {"leaving": {"men_stay": 1.0, "guards_leave": 0.0}}
    return on_one_road(persons=600, days=0.125, behaviour=behaviour, **OF_FAMILIES)


@world
def neighbours_leave_and_are_forgotten() -> Scenario:
    """Few leave of themselves, and danger is over after four hours."""
    behaviour = {"leaving": {"neighbours_per_day": 40.0, "neighbours_hours": 3.0}}
    return on_one_road(per_day=1.0, behaviour=behaviour, violence=spell(4))


@world
def news_come_late() -> Scenario:
    """Danger at Here from 21:00 to 23:00; North hears of it seven hours later."""
    behaviour = {
        "news": {"informed": 0.0, "lag_hours": 7.0},
        "leaving": {"violence_per_day": 0.0, "news_per_day": AT_ONCE, "news_km": 20.0},
    }
    base = on_two(per_day=0.0, behaviour=behaviour, violence={"events": [
        {**spell(2)["events"][0], "start": hours(3), "peak": hours(3), "until": hours(5)},
    ]})  # fmt: skip
    places = [p.model_dump() for p in base.places]
    places[2] |= {"population": 20, "share": {"G": 1}}
    return Scenario(**{**base.model_dump(), "places": places})


@world
def people_are_told_to_leave() -> Scenario:
    """Ten in the first hour, none in the second, fifteen in the third and fourth; five are there.

    Six of Here are told to leave in the seventh hour, and eight of anywhere in the eighth, when
    nobody is in danger any more. The gates open at 21:06.
    """
    behaviour = {"leaving": {"count": "given", "men_stay": 0.5}}
    shut = [{"type": "closed", "stop": hours(3.1)}]
    base = on_two(
        shut, per_day=0.0, behaviour=behaviour, violence=spell(5), days=0.75, **OF_FAMILIES
    )
    places = [p.model_dump() for p in base.places]
    places[1]["sheltered"] = 5
    places[2] |= {"population": 40, "share": {"G": 1}}
    told = ((0, 10), (1, 0), (2, 15), (4, 0), (6, 6), (7, 8), (8, 0))
    rows = [{"start": hours(h), "persons": n} for h, n in told]
    rows[4]["place"] = "Here"
    return Scenario(**{**base.model_dump(), "places": places, "arrivals": rows})


@world
def a_curfew_and_a_roadblock() -> Scenario:
    """Nobody leaves until midnight; a roadblock at North costs an hour and a half."""
    conditions = [
        {"name": "curfew", "kind": "curfew", "places": ["Here"], "start": hours(0),
         "stop": hours(6), "leave": 0.0},
        {"name": "block", "kind": "roadblock", "places": ["North"], "start": hours(0),
         "stop": hours(24), "leave": 1.0, "delay_hours": 1.5},
    ]  # fmt: skip
    return on_two(conditions=conditions, days=0.5)


# ---- ways -----------------------------------------------------------------------------------


@world
def a_road_is_closed() -> Scenario:
    """A checkpoint on the way to North lets nobody through."""
    return on_two([{"type": "checkpoint", "routes": [NORTH], "permeability": 0}], days=0.25)


@world
def a_checkpoint_and_a_corridor() -> Scenario:
    """Some are stopped, some late; under a corridor nobody is hurt on the way.

    At first no policy says anything of roads, and some hear of these only six hours later.
    """
    policies = [
        {"type": "checkpoint", "routes": [NORTH], "stops": ["group:H"], "permeability": 0.0,
         "delay_hours": 0.7, "cost_km": 3, "start": hours(0.75), "stop": hours(20)},
        {"type": "corridor", "routes": [NORTH], "danger": 0.0, "lifts": 0.5,
         "start": hours(1)},
    ]  # fmt: skip
    return on_two(
        policies,
        groups=({"name": "G"}, {"name": "H", "nationality": "N"}),
        behaviour={"harm": {"deaths_per_day": 1.0, "on_the_way": 1.0}},
        per_day=20.0,
    )


@world
def people_are_stopped_on_the_way() -> Scenario:
    """From North a road leads to Hill, on which all are stopped: they look again each hour."""
    policies = [{"type": "checkpoint", "routes": [("Hill", "North")], "permeability": 0.0}]
    base = on_two(crossings=("Gate",), days=0.75)
    places = [*(p.model_dump() for p in base.places),
              {"name": "Hill", "country": "A", "lat": 40.1, "lon": 71.8}]  # fmt: skip
    routes = [*(r.model_dump() for r in base.routes), {"start": "North", "end": "Hill", "km": 15}]
    behaviour = base.behaviour.model_dump()
    behaviour["routes"] |= {"wait_cost_cap": 1.0, "settle_inside": 2.0}
    changes = {"places": places, "routes": routes, "behaviour": behaviour}
    return Scenario(**{**base.model_dump(), **changes, "borders": border(policies)})


@world
def a_long_way_on_foot() -> Scenario:
    """From North it is a path: four hours; who goes there waits for nobody."""
    return on_two(crossings=("Gate",), modes=("foot",), step="4h", record="4h", grid="2h")


@world
def refuge_turns_dangerous() -> Scenario:
    """All settle at North, where violence begins at midnight, and move on."""
    places_in = {"violence": {"events": [
        *spell(25)["events"],
        {**spell(3)["events"][0], "place": "North", "start": hours(6), "peak": hours(6),
         "until": hours(12)},
    ]}}  # fmt: skip
    base = on_two(crossings=("Gate",), days=0.5, **places_in)
    places = [p.model_dump() for p in base.places]
    places[2]["capacity"] = None
    behaviour = base.behaviour.model_dump()
    behaviour["routes"] |= {"settle_inside": 30.0, "settle_danger_cost": 100.0}
    return Scenario(**{**base.model_dump(), "places": places, "behaviour": behaviour})


# ---- gates ----------------------------------------------------------------------------------


@world
def a_spread_quota() -> Scenario:
    """From 18:30 on, when all have come: the women first."""
    policies = [
        {"type": "quota", "per_hour": 18, "priority": ["women"]},
        {"type": "closed", "stop": hours(0.5)},
    ]
    return on_one_road(policies, persons=24, days=0.25)


@world
def people_tire_of_a_queue() -> Scenario:
    """Thirty an hour in order of time; who gives up leaves a gap, and goes to the other gate."""
    behaviour = {"waiting": {"give_up_per_day": 24.0}}
    return on_two([{"type": "quota", "per_hour": 30}], behaviour=behaviour, persons=40, days=0.25)


@world
def a_counted_quota() -> Scenario:
    """Eight from midnight to midnight; what is left of one day is added to the next."""
    policies = [
        {"type": "quota", "per_day": 8, "counted": True, "carry_over": 0.5},
        {"type": "closed", "start": hours(6), "stop": hours(30)},
    ]
    return on_one_road(policies, persons=30, days=2.5, record="6h", per_day=1.5)


@world
def quotas_of_families() -> Scenario:
    """Spread and counted at once, with exemptions, an order, and a gate that is narrow itself."""
    policies = [
        {"type": "quota", "per_hour": 9, "exempt": ["elderly"], "priority": ["children", "women"]},
        {"type": "quota", "per_hour": 8, "counted": True, "crossings": ["Gate"],
         "start": hours(3.4)},
        {"type": "opening_hours", "hours": (7.25, 24.0), "days": ["fri", "sat", "thu"]},
    ]  # fmt: skip
    base = on_two(policies, days=1, per_day=6.0, **OF_FAMILIES)
    routes = [r.model_dump() for r in base.routes]
    routes[-1]["gate_per_hour"] = 6
    behaviour = deeper(
        base.behaviour.model_dump(),
        {"waiting": {"give_up_per_day": 3.0}, "routes": {"wait_cost_per_hour": 0.3}},
    )
    return Scenario(**{**base.model_dump(), "routes": routes, "behaviour": behaviour})


@world
def kin_are_exempt() -> Scenario:
    """Closed but for kin, who may pass with a delay; half have kin."""
    policies = [
        {"type": "closed", "exempt": ["kin_across"]}, {"type": "open", "delay_hours": 2.5},
    ]  # fmt: skip
    return on_one_road(policies, group={"kin_across": 0.5}, days=0.25)


@world
def men_are_barred_and_follow() -> Scenario:
    """Families part at the gate; from the evening on all may pass, and half of the men follow."""
    behaviour = {"waiting": {"part": 0.7, "follow": 0.5, "fence_per_day": 0.0}}
    policies = [{"type": "triage", "barred": ["men"], "stop": hours(5.2)}]
    return on_one_road(policies, behaviour=behaviour, record="30min", step="30min", **OF_FAMILIES)


@world
def men_follow_into_a_full_camp() -> Scenario:
    """There has room for 32: men come for their families there, and some go on to East."""
    behaviour = {"waiting": {"part": 1.0, "follow": 1.0}, "routes": {"settle_abroad": 5.0}}
    policies = [{"type": "triage", "barred": ["men"], "stop": hours(4)}]
    base = on_two(policies, behaviour=behaviour, capacity=32, days=0.5, **OF_FAMILIES)
    places = [
        *(p.model_dump() for p in base.places),
        {"name": "East", "country": "B", "lat": 40.3, "lon": 72.1},
    ]
    routes = [*(r.model_dump() for r in base.routes), {"start": "There", "end": "East", "km": 15}]
    return Scenario(**{**base.model_dump(), "places": places, "routes": routes})


@world
def a_state_counts_the_exempt() -> Scenario:
    """Closed but for kin, until an hour after the state has seen ten of them pass."""
    reacts = {"type": "reactive", "when": {"what": "admitted", "below": 10}, "policies": [
        {"type": "closed", "exempt": ["kin_across"]}]}  # fmt: skip
    return on_one_road([reacts], group={"kin_across": 0.5}, days=0.25)


@world
def a_share_passes() -> Scenario:
    return on_one_road([{"type": "triage", "permeability": 0.5, "leak": 0.2}], days=0.25)


@world
def people_give_up() -> Scenario:
    """The gate is closed; who gives up goes to the other one, which is open."""
    behaviour = {"waiting": {"give_up_closed_per_day": 10.0, "give_up_per_day": 0.0}}
    return on_two([{"type": "closed", "crossings": ["Gate"]}], behaviour=behaviour, days=0.5)


@world
def people_are_driven_off() -> Scenario:
    behaviour = {"routes": {"settle_inside": 3.0}}
    policies = [
        {"type": "push_back", "dispersal_per_day": 15, "start": hours(2)},
        {"type": "closed", "crossings": ["Side"]},
    ]
    base = on_two(policies, behaviour=behaviour, days=0.5)
    places = [p.model_dump() for p in base.places]
    places[3]["capacity"] = 9
    return Scenario(**{**base.model_dump(), "places": places})


@world
def the_fence_leaks_and_all_are_sent_back() -> Scenario:
    """Whoever gets through is sent back 40 minutes later, and tries again."""
    policies = [
        {"type": "closed", "leak": 1.0},
        {"type": "push_back", "inside": 1.0, "after_hours": 2 / 3},
    ]
    return on_one_road(policies, behaviour={"waiting": {"fence_per_day": 5.0}}, days=0.5)


@world
def some_are_out_of_reach() -> Scenario:
    """Guards look for people after 1.6 hours, in 20 km: all are further then."""
    policies = [
        {"type": "closed", "leak": 1.0},
        {"type": "push_back", "inside": 1.0, "after_hours": 1.7, "reach_km": 20},
    ]
    return on_one_road(policies, behaviour={"waiting": {"fence_per_day": 5.0}}, days=0.5)


@world
def people_are_held() -> Scenario:
    """Nobody gets through the fence, and who tries is held for five hours."""
    policies = [{"type": "closed", "detention": 1.0, "detention_hours": 5}]
    return on_one_road(policies, behaviour={"waiting": {"fence_per_day": 5.0}}, days=0.5)


@world
def a_fence_that_kills() -> Scenario:
    """Half of the attempts cost a life, a third succeed, and some guards let people wait on."""
    behaviour = {
        "harm": {"fence_death": 0.5},
        "waiting": {"fence_per_day": 4.0, "part": 0.5},
    }
    policies = [
        {"type": "closed", "leak": 0.5, "detention": 0.3, "detention_hours": 2.2},
        {"type": "push_back", "interception": 0.4, "inside": 0.5, "after_hours": 1},
    ]
    return on_one_road(policies, behaviour=behaviour, **OF_FAMILIES)


@world
def a_closure_is_announced() -> Scenario:
    """Half of the hazard of leaving more while they know; closed from 23:00 on."""
    behaviour = {"leaving": {"hurry": 4.0}, "news": {"informed": 0.5, "lag_hours": 1.0}}
    policies = [{"type": "announced_closure", "announced": hours(1), "start": hours(5)}]
    return on_one_road(policies, per_day=2.0, behaviour=behaviour)


@world
def an_opening_is_announced() -> Scenario:
    behaviour = {
        "news": {"informed": 0.5, "lag_hours": 2.0},
        "waiting": {"give_up_per_day": 0.0, "give_up_closed_per_day": 12.0},
    }
    policies = [{"type": "announced_opening", "announced": hours(3), "stop": hours(9)}]
    return on_two(policies, behaviour=behaviour, days=0.5)


@world
def a_state_reacts_to_old_counts() -> Scenario:
    """It closes an hour after it hears that ten were admitted, on counts half an hour old."""
    policies = [
        {"type": "quota", "per_hour": 12},
        {"type": "reactive", "when": {"what": "admitted", "above": 10}, "delay_hours": 1,
         "policies": [{"type": "closed"}]},
    ]  # fmt: skip
    base = on_one_road(policies, persons=40, days=0.5)
    borders = [b.model_dump() for b in base.borders]
    borders[0]["authorities"][1]["lag_hours"] = 0.5
    return Scenario(**{**base.model_dump(), "borders": borders})


@world
def a_state_closes_at_an_occupancy() -> Scenario:
    """Closed while half of the camp's thirty beds are taken; people go home, and it opens again."""
    policies = [{"type": "capacity_bound", "closes_at": 0.5, "reopens_at": 0.3}]
    behaviour = {"returning": {"abroad_per_day": 3.0, "calm": 1e6}}
    return on_two(policies, crossings=("Gate",), capacity=30, behaviour=behaviour, per_day=5.0)


@world
def a_state_keeps_its_own_people_in() -> Scenario:
    """The near state bars men; at the far side a counted quota is shared by both crossings."""
    policies = [{"type": "quota", "per_day": 24, "counted": True, "shared": True}]
    return on_two(policies, near=[{"type": "exit_ban", "barred": ["men"]}], days=0.5)


# ---- harm -----------------------------------------------------------------------------------


@world
def people_are_killed_and_wounded() -> Scenario:
    """At home and in the queue; the wounded are let through first, nobody else."""
    behaviour = {
        "harm": {"deaths_per_day": 2.0, "women": 0.5, "children": 0.25, "wounded_per_death": 2.0},
    }
    policies = [{"type": "closed", "exempt": ["wounded"]}]
    return on_one_road(policies, per_day=3.0, behaviour=behaviour, **OF_FAMILIES)


@world
def people_are_crushed() -> Scenario:
    behaviour = {"harm": {"crush_per_day": 300.0}}
    return on_one_road([{"type": "closed"}], behaviour=behaviour, **OF_FAMILIES)


# ---- reception ------------------------------------------------------------------------------


@world
def a_camp_fills() -> Scenario:
    """Ten beds, and two more by noon: whom it cannot take turns round to North."""
    base = on_two(crossings=("Gate",), capacity=10, per_day=20.0)
    places = [p.model_dump() for p in base.places]
    places[1]["capacity_per_day"] = 3.0
    places[2]["capacity"] = None
    behaviour = base.behaviour.model_dump()
    behaviour["reception"] = {"registration_hours": 3.4, "full": 0.8}
    return Scenario(**{**base.model_dump(), "places": places, "behaviour": behaviour})


@world
def people_are_moved_from_camp_to_camp() -> Scenario:
    """From There to East, five hours further, where there is room for thirty, and to West."""
    policies = [
        {"type": "relocation", "origins": ["There"], "to": ["East"], "per_day": 20,
         "start": hours(5)},
        {"type": "dispersal", "origins": ["There"], "shares": {"East": 1, "West": 1}, "per_day": 9,
         "start": hours(7.3)},
    ]  # fmt: skip
    base = on_one_road(behaviour={"routes": {"km_cost": 5.0}}, persons=80)
    places = [
        *(p.model_dump() for p in base.places),
        {"name": "East", "country": "B", "lat": 40.3, "lon": 72.4, "capacity": 30},
        {"name": "West", "country": "B", "lat": 40.3, "lon": 71.6},
    ]
    routes = [
        *(r.model_dump() for r in base.routes),
        *({"start": "There", "end": name, "km": 60} for name in ("East", "West")),
    ]
    changes = {"places": places, "routes": routes, "borders": border(policies)}
    return Scenario(**{**base.model_dump(), **changes})


@world
def families_are_moved_while_their_men_come() -> Scenario:
    """Men may pass from 22:00 on; an hour later all at There are moved to East.

    East has room for 30; the others come back, and stay as nobody can be moved any more.
    """
    policies = [
        {"type": "triage", "barred": ["men"], "stop": hours(4)},
        {"type": "relocation", "origins": ["There"], "to": ["East", "West"], "per_day": 60,
         "start": hours(5)},
    ]  # fmt: skip
    behaviour = {"waiting": {"part": 1.0}, "routes": {"km_cost": 0.01, "settle_abroad": 3.0}}
    base = on_one_road(behaviour=behaviour, persons=80, days=0.75, **OF_FAMILIES)
    east = {"name": "East", "country": "B", "lat": 40.3, "lon": 72.4, "capacity": 30}
    west = {"name": "West", "country": "B", "lat": 40.3, "lon": 71.6, "capacity": 0}
    routes = [
        *(r.model_dump() for r in base.routes),
        *({"start": "There", "end": name, "km": 60} for name in ("East", "West")),
    ]
    places = [*(p.model_dump() for p in base.places), east, west]
    changes = {"places": places, "routes": routes, "borders": border(policies)}
    return Scenario(**{**base.model_dump(), **changes})


@world
def a_place_takes_nobody_in_for_a_time() -> Scenario:
    """There until 22:00, and people hear that it has opened; other terms of settling are on."""
    terms = {"room": 1.0, "crowding": 2.0, "compatriots": 1.5, "opened": 2.5, "size": 0.7}
    base = on_two(
        [{"type": "reception_stop", "places": ["There"], "stop": hours(4)}],
        per_day=5.0, capacity=50, behaviour={"routes": terms},
    )  # fmt: skip
    places = [p.model_dump() for p in base.places]
    places[2]["capacity"] = 25
    places[2] |= {"population": 10, "share": {"G": 1.0}}
    return Scenario(**{**base.model_dump(), "places": places})


# ---- going home -----------------------------------------------------------------------------


@world
def all_go_home_again() -> Scenario:
    """Danger is over after three hours; men stay, and join their families where they come back."""
    behaviour = {
        "leaving": {"men_stay": 1.0, "guards_leave": 0.0},
        "returning": {"abroad_per_day": 12.0},
    }
    return on_one_road(violence=spell(3), behaviour=behaviour, days=2, record="2h", **OF_FAMILIES)


@world
def homes_are_burnt() -> Scenario:
    """Half of the homes; who goes back to one settles at North, and is counted as displaced."""
    base = on_two(
        crossings=("Gate",), violence=spell(3), days=2, record="6h",
        behaviour={"returning": {"abroad_per_day": 9.0, "burnt_factor": 0.5}},
    )  # fmt: skip
    places = [p.model_dump() for p in base.places]
    places[0]["burnt"] = 0.5
    places[2]["capacity"] = 20
    return Scenario(**{**base.model_dump(), "places": places})


@world
def a_state_presses_people_home() -> Scenario:
    """From hour 10 on, whatever the danger; eight an hour may go back, twenty in a day."""
    policies = [
        {"type": "forced_return", "start": hours(10), "deadline": hours(20), "per_day": 1,
         "per_day_at_deadline": 30},
        {"type": "encouraged_return", "factor": 2.0, "start": hours(15)},
    ]  # fmt: skip
    back = [{"type": "quota", "per_hour": 8, "start": hours(3)},
            {"type": "quota", "per_day": 20, "counted": True}]  # fmt: skip
    base = on_one_road(
        policies,
        persons=30,
        violence=spell(2),
        days=1.5,
        behaviour={"returning": {"abroad_per_day": 0.1, "calm": 0.3}},
    )
    borders = [b.model_dump() for b in base.borders]
    borders[0]["authorities"][1]["back"] = back
    return Scenario(**{**base.model_dump(), "borders": borders})


@world
def the_displaced_go_home() -> Scenario:
    """In the country itself: two hours away and back, again and again."""
    behaviour = {"returning": {"inside_per_day": 24.0, "calm": 1e9}}
    steps = {"step": "3h", "record": "3h", "grid": "1h"}
    return on_one_road(abroad=False, per_day=12.0, behaviour=behaviour, **steps)


# ---- by the rules of Flee -------------------------------------------------------------------


@world
def by_rules_of_flee() -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        return fs.load(flee_folder(Path(folder))).with_values({"rules": "flee"})
