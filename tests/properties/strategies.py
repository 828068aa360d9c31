"""Small random worlds that are valid: places, routes, people, violence, borders and policies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from hypothesis import Phase, settings
from hypothesis import strategies as st

from flowsim.scenario.scenario import Scenario
from tests.full import FULL
from tests.model.worlds import hours

SIZES = ({1: 1}, {2: 1, 5: 2}, {1: 1, 3: 2, 8: 1})
KINDS = (
    {"children": 0.33, "women": 0.31, "men": 0.30, "elderly_women": 0.035, "elderly_men": 0.025},
    {"children": 0.0, "women": 0.2, "men": 0.8, "elderly_women": 0.0, "elderly_men": 0.0},
)
WHO = (
    "children", "women", "men", "elderly", "wounded", "group:G0", "kin_across", "nationality:N0",
    "men+kin_across",
)  # fmt: skip
ORDER = ("wounded", "children", "women")
HOURS = 36
_MOMENT = st.integers(1, HOURS * 4 - 1).map(lambda quarters: hours(quarters / 4))


def few(examples: int) -> settings:
    """So many worlds in `make check-full`, and half of them else.

    None is made smaller once one fails: running one costs too much for that.
    """
    tried = examples if FULL else max(4, examples // 2)
    return settings(max_examples=tried, phases=(Phase.explicit, Phase.generate))


def rates(*values: float) -> st.SearchStrategy[float]:
    """One of some hazards; few values, so that shrinking is quick to read."""
    return st.sampled_from(values)


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


@st.composite
def windows(draw: Any) -> dict[str, datetime]:
    """Open on either side, or both ends in the run, at odd minutes as well as on the hour."""
    start, stop = sorted((draw(_MOMENT), draw(_MOMENT)))
    window = {}
    if draw(st.booleans()):
        window["start"] = start
    if draw(st.booleans()) and stop > start:
        window["stop"] = stop
    return window


class Land(NamedTuple):
    """What policies of one side of a random border can name."""

    side: str
    crossings: tuple[str, ...]
    inner: tuple[tuple[str, str], ...]
    """Ends of the routes inside a country."""
    own: tuple[str, ...]
    """Places of the own country."""
    limited: tuple[str, ...]
    """Those of them that have a capacity."""


GATES = ("open", "closed", "quota", "triage", "push_back")
REST = (
    "counted", "forced_return", "encouraged_return", "opening_hours", "announced_closure",
    "announced_opening", "exit_ban", "capacity_bound", "corridor", "checkpoint", "reactive",
    "relocation", "scheduled",
)  # fmt: skip


ABROAD = ("forced_return", "encouraged_return", "capacity_bound", "relocation")
"""Policies on people who are across."""


@st.composite
def policies(draw: Any, land: Land, kinds: tuple[str, ...] = GATES + REST) -> dict[str, Any]:
    """Any policy of the stock that makes sense there; all that order a queue order it alike."""
    kinds = tuple(
        kind for kind in kinds
        if (kind != "exit_ban" or land.side == "A") and (kind not in ABROAD or land.side == "B")
        and (kind != "capacity_bound" or land.limited)
        and (kind != "relocation" or len(land.own) > 1)
    )  # fmt: skip
    kind = draw(st.sampled_from(kinds))
    told = draw(_NAMED[kind](land))
    inland = ("corridor", "checkpoint", "forced_return", "encouraged_return", "relocation")
    if land.crossings and kind not in inland and draw(st.integers(0, 3)) == 0:
        told["crossings"] = [draw(st.sampled_from(land.crossings))]
    own = ("forced_return", "announced_closure", "announced_opening")
    return told if kind in own else {**told, **draw(windows())}


@st.composite
def _gates(draw: Any, kind: str) -> dict[str, Any]:
    ranked = {"priority": ORDER} if draw(st.booleans()) else {}
    match kind:
        case "open":
            rest = {"delay_hours": draw(rates(0, 3)), "cost_km": draw(rates(0, 20)), **ranked}
        case "closed":
            rest = _closed(draw)
        case "quota":
            rest = {"per_hour": draw(rates(3, 20)), "exempt": draw(some(WHO)), **ranked,
                    "shared": draw(st.booleans())}  # fmt: skip
        case "counted":
            period = draw(st.sampled_from(("per_hour", "per_day")))
            rest = {period: draw(rates(5, 30)), "counted": True, "shared": draw(st.booleans()),
                    "carry_over": draw(rates(0, 0.5, 2)), "exempt": draw(some(WHO)),
                    **ranked}  # fmt: skip
        case "triage":
            rest = {"permeability": draw(rates(0.3, 1)), "barred": draw(some(WHO)), **ranked,
                    "leak": draw(rates(0, 0.5)), "cost_km": draw(rates(0, 20))}  # fmt: skip
        case "push_back":
            rest = {"dispersal_per_day": draw(rates(0, 4)), "inside": draw(rates(0, 0.5, 1)),
                    "interception": draw(rates(0, 0.4)), "after_hours": draw(rates(0.5, 3)),
                    "reach_km": draw(st.sampled_from((None, 5, 30)))}  # fmt: skip
        case "exit_ban":
            rest = {"barred": draw(some(WHO)), "exempt": draw(some(WHO)),
                    "leak": draw(rates(0, 0.5))}  # fmt: skip
        case "opening_hours":
            times = draw(st.sampled_from(((8, 18), (7.25, 9), (22, 4.5), (0, 23.9))))
            days = draw(st.sampled_from((("thu", "fri", "sat"), ("thu", "sat"))))
            rest = {"hours": times, "days": days, "exempt": draw(some(WHO)),
                    "leak": draw(rates(0, 0.5))}  # fmt: skip
        case _:
            raise ValueError(kind)
    return {"type": "quota" if kind == "counted" else kind, **rest}


def _closed(draw: Any) -> dict[str, Any]:
    return {"leak": draw(rates(0, 0.3, 1)), "detention": draw(rates(0, 0.5)),
            "detention_hours": 3, "exempt": draw(some(WHO))}  # fmt: skip


@st.composite
def _announced(draw: Any, kind: str) -> dict[str, Any]:
    told, then = sorted(draw(st.tuples(_MOMENT, _MOMENT)))
    change = "start" if kind == "announced_closure" else "stop"
    return {"type": kind, "announced": told, change: then, **_closed(draw)}


@st.composite
def _returns(draw: Any, kind: str) -> dict[str, Any]:
    if kind == "encouraged_return":
        return {"type": kind, "factor": draw(rates(0.5, 3))}
    return {"type": kind, "per_day_at_deadline": 6, "start": hours(8), "deadline": hours(20)}


@st.composite
def _roads(draw: Any, kind: str, land: Land) -> dict[str, Any]:
    routes = draw(st.lists(st.sampled_from(land.inner), min_size=1, max_size=2, unique=True))
    if kind == "corridor":
        rest: dict[str, Any] = {"danger": draw(rates(0, 0.2)), "lifts": draw(rates(0, 0.5, 1))}
    else:
        households = ("group:G0", "nationality:N0", "kin_across", "group:G0+kin_across")
        rest = {"permeability": draw(rates(0, 0.4, 1)), "stops": draw(some(households)),
                "delay_hours": draw(rates(0, 1.5)), "cost_km": draw(rates(0, 20))}  # fmt: skip
    return {"type": kind, "routes": routes, **rest}


@st.composite
def _capacity_bound(draw: Any, land: Land) -> dict[str, Any]:
    places = draw(st.lists(st.sampled_from(land.limited), max_size=1))
    return {"type": "capacity_bound", "places": places, "closes_at": draw(rates(0.5, 1)),
            "reopens_at": draw(rates(0.2, 0.5)), "leak": draw(rates(0, 0.5)),
            "exempt": draw(some(WHO))}  # fmt: skip


@st.composite
def _relocation(draw: Any, land: Land) -> dict[str, Any]:
    origin, *to = draw(st.permutations(land.own))
    return {"type": "relocation", "origins": [origin], "to": to[:2], "per_day": draw(rates(1, 8))}


@st.composite
def _watch(draw: Any, land: Land) -> dict[str, Any]:
    what = draw(st.sampled_from(
        ("waiting", "admitted", "irregular", "sheltered", "occupancy", "violence")))  # fmt: skip
    names = {"sheltered": land.own, "occupancy": land.limited, "violence": land.own}
    where = draw(st.sampled_from(("", *names.get(what, land.crossings))))
    level = draw(rates(0.3, 0.6)) if what in ("occupancy", "violence") else draw(rates(0, 5, 30))
    return {"what": what, "where": where, draw(st.sampled_from(("above", "below"))): level}


@st.composite
def _reactive(draw: Any, land: Land) -> dict[str, Any]:
    """Policies of the gate and two more, while something is seen."""
    inner = st.lists(policies(land, (*GATES, "counted", "opening_hours")), min_size=1, max_size=2)
    return {"type": "reactive", "when": draw(_watch(land)), "delay_hours": draw(rates(0, 0, 1.5)),
            "stands_above": draw(st.booleans()),
            "until": draw(st.none() | _watch(land)), "policies": draw(inner)}  # fmt: skip


@st.composite
def _scheduled(draw: Any, land: Land) -> dict[str, Any]:
    inner = tuple(kind for kind in GATES + REST if kind != "scheduled")
    return {"type": "scheduled", "policies": draw(st.lists(policies(land, inner), max_size=2))}


_NAMED: dict[str, Callable[[Land], st.SearchStrategy[dict[str, Any]]]] = {
    **{kind: partial(lambda kind, land: _gates(kind), kind)
       for kind in (*GATES, "counted", "exit_ban", "opening_hours")},
    **{kind: partial(lambda kind, land: _announced(kind), kind)
       for kind in ("announced_closure", "announced_opening")},
    **{kind: partial(lambda kind, land: _returns(kind), kind)
       for kind in ("forced_return", "encouraged_return")},
    "corridor": partial(_roads, "corridor"),
    "relocation": _relocation,
    "checkpoint": partial(_roads, "checkpoint"),
    "capacity_bound": _capacity_bound,
    "reactive": _reactive,
    "scheduled": _scheduled,
}  # fmt: skip


def lists_of_policies(land: Land) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Up to four, and four more often than chance would have it."""
    some_or_four = st.sampled_from((0, 1, 2, 3, 4, 4))
    return some_or_four.flatmap(lambda n: st.lists(policies(land), min_size=n, max_size=n))


@st.composite
def scenarios(draw: Any, most: int = 160, steps: tuple[str, ...] = ("1h", "6h", "1d")) -> Scenario:
    """A world of 2-6 places inside, 1-3 abroad, and up to eight policies on the two sides."""
    inside, abroad = draw(st.integers(2, 6)), draw(st.integers(1, 3))
    names = [f"P{i}" for i in range(inside)] + [f"X{i}" for i in range(abroad)]
    groups = [f"G{i}" for i in range(draw(st.integers(1, 3)))]
    places = []
    for i, name in enumerate(names):
        place: dict[str, Any] = {"name": name, "lat": 40 + 0.1 * i, "lon": 72 + 0.05 * (i % 3)}
        if i < inside:
            place |= {"country": "A", "population": draw(st.integers(len(groups), most // inside)),
                      "share": {g: 1 / len(groups) for g in groups},
                      "burnt": draw(rates(0, 0.5))}  # fmt: skip
            place["capacity"] = draw(st.sampled_from((None, None, 0, 15)))
        else:
            place |= {"country": "B", "capacity": draw(st.sampled_from((None, 0, 5, 30)))}
        places.append(place)
    places[0]["population"] = most
    routes = draw(_routes(names, inside))
    events = draw(st.lists(_event(names[:inside], groups, routes), min_size=1, max_size=3))
    step = draw(st.sampled_from(steps))
    land = {side: _land(side, places, routes) for side in ("A", "B")}
    return Scenario(
        name="random",
        start=hours(0),
        end=hours(48 if step == "1d" else HOURS),
        step=step,
        record=draw(st.sampled_from(("6h", "12h"))) if step in ("1h", "6h") else step,
        flee_from=["A"],
        places=places,
        routes=routes,
        gates=draw(_widenings(routes)),
        groups=[
            {"name": g, "household_size": draw(st.sampled_from(SIZES)),
             "kin_across": draw(rates(0, 0.5)), "nationality": "N0" if g == "G0" else "",
             **draw(st.sampled_from(KINDS))} for g in groups
        ],
        violence={"events": events, "contagion": draw(rates(0, 0.3))},
        behaviour=draw(_behaviour()),
        borders=[{"id": "A-B", "between": ["A", "B"], "authorities": [
            {"name": "A", "country": "A", "policies": draw(lists_of_policies(land["A"])),
             "lag_hours": draw(rates(0, 0, 3))},
            {"name": "B", "country": "B", "policies": draw(lists_of_policies(land["B"])),
             "lag_hours": draw(rates(0, 0, 3)),
             "back": draw(st.lists(st.sampled_from((
                 {"type": "quota", "per_hour": 5}, {"type": "closed", "stop": hours(20)})),
                 max_size=1))},
        ]}],
    )  # fmt: skip


def _land(side: str, places: list[dict[str, Any]], routes: list[dict[str, Any]]) -> Land:
    own = [place for place in places if place["country"] == side]
    return Land(
        side,
        tuple(route["crossing"] for route in routes if "crossing" in route),
        tuple((route["start"], route["end"]) for route in routes if "crossing" not in route),
        tuple(place["name"] for place in own),
        tuple(place["name"] for place in own if place["capacity"]),
    )


@st.composite
def _routes(draw: Any, names: list[str], inside: int) -> list[dict[str, Any]]:
    """A tree over all places, and up to two more; those over the border are crossings."""
    pairs = [(draw(st.integers(0, i - 1)), i) for i in range(1, len(names))]
    more = st.tuples(st.integers(0, len(names) - 1), st.integers(0, len(names) - 1))
    pairs += [p for p in draw(st.lists(more, max_size=2)) if p[0] != p[1]]
    routes = []
    for number, (a, b) in enumerate(dict.fromkeys(tuple(sorted(p)) for p in pairs)):
        route: dict[str, Any] = {"start": names[a], "end": names[b],
                                 "km": 15.0 * (b - a) + draw(st.integers(0, 5)),
                                 "mode": draw(st.sampled_from(("road", "foot")))}  # fmt: skip
        if a < inside <= b:
            route |= {"crossing": f"C{number}", "kind": "post",
                      "gate_per_hour": draw(st.sampled_from((None, None, 10, 100)))}  # fmt: skip
        routes.append(route)
    return routes


@st.composite
def _widenings(draw: Any, routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a crossing can do from two moments on, for one direction or both."""
    crossings = [route["crossing"] for route in routes if "crossing" in route]
    if not crossings or draw(st.booleans()):
        return []
    one = draw(st.sampled_from(crossings))
    return [
        {"crossing": one, "start": hours(draw(rates(2, 5.3)) + 6 * n),
         "persons_per_hour": draw(st.sampled_from((None, 0, 3, 60))),
         "direction": draw(st.sampled_from(("both", "out", "back")))} for n in range(2)
    ]  # fmt: skip


@st.composite
def _event(
    draw: Any, places: list[str], groups: list[str], routes: list[dict[str, Any]]
) -> dict[str, Any]:
    """At a place or, now and then, on a road out of it; some have a toll of their own."""
    start, place = draw(st.integers(0, 12)), draw(st.sampled_from(places))
    beside = [route["end"] for route in routes if route["start"] == place]
    road = {"to": draw(st.sampled_from(beside)), "part": 0.5} if beside else {}
    target = {g: draw(rates(0, 0.5, 1)) for g in groups}
    toll = {"deaths": 3, "wounded": 8} if any(target.values()) else {}
    return {
        **draw(st.sampled_from(({}, {}, road))), **draw(st.sampled_from(({}, toll))),
        "place": place, "start": hours(start), "peak": hours(start + 2),
        "until": hours(start + draw(st.integers(2, 12))), "half_life_hours": 3,
        "intensity": draw(rates(0.3, 1)), "target": target,
    }  # fmt: skip


@st.composite
def _behaviour(draw: Any) -> dict[str, Any]:
    return {
        "leaving": {"violence_per_day": draw(rates(4, 20)), "men_stay": draw(rates(0, 0.5, 1)),
                    "neighbours_per_day": draw(rates(0, 3)), "guards_leave": draw(rates(0.1, 1))},
        "routes": {"settle_inside": draw(rates(-3, 0)), "road_kmh": 12, "foot_kmh": 4},
        "waiting": {"fence_per_day": draw(rates(0, 6)), "give_up_per_day": draw(rates(0, 3)),
                    "part": draw(rates(0, 0.8)), "follow": draw(rates(0, 0.5, 1))},
        "harm": {"deaths_per_day": draw(rates(0, 0.2)), "on_the_way": 1.0,
                 "crush_per_day": draw(rates(0, 50)), "fence_death": draw(rates(0, 0.2)),
                 "danger_ahead": draw(rates(0, 0.5)), "detained": draw(rates(0, 2)),
                 "die_of_wounds": draw(rates(0, 0.3)), "die_of_wounds_days": 0.5,
                 "recover_per_day": draw(rates(0, 1)), "wounded_speed": draw(rates(0.5, 1)),
                 "never_counted": draw(rates(0, 0.2))},
        "returning": {"inside_per_day": draw(rates(0, 4)), "abroad_per_day": draw(rates(0, 4))},
    }  # fmt: skip


def with_room(scenario: Scenario) -> Scenario:
    """The same world with room for all, but for places that take nobody."""
    places = [
        place.model_copy(update={"capacity": 100_000}) if place.capacity else place
        for place in scenario.places
    ]
    return scenario.model_copy(update={"places": tuple(places)})
