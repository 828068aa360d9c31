"""Small random worlds that are valid: places, routes, people, violence, borders and policies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

from flowsim.scenario.scenario import Scenario
from tests.model.worlds import hours

SIZES = ({1: 1}, {2: 1, 5: 2}, {1: 1, 3: 2, 8: 1})
KINDS = (
    {"children": 0.33, "women": 0.31, "men": 0.30, "elderly_women": 0.035, "elderly_men": 0.025},
    {"children": 0.0, "women": 0.2, "men": 0.8, "elderly_women": 0.0, "elderly_men": 0.0},
)
WHO = ("children", "women", "men", "elderly", "wounded", "group:G0")
ORDER = ("wounded", "children", "women")
HOURS = 36


def few(examples: int) -> settings:
    """So many worlds, and none made smaller once one fails: running one costs too much for that."""
    return settings(max_examples=examples, phases=(Phase.explicit, Phase.generate))


def rates(*values: float) -> st.SearchStrategy[float]:
    """One of some hazards; few values, so that shrinking is quick to read."""
    return st.sampled_from(values)


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


@st.composite
def windows(draw: Any) -> dict[str, datetime]:
    """Open on either side, or both ends in the run, at odd minutes as well as on the hour."""
    moment = st.integers(1, HOURS * 4 - 1).map(lambda quarters: hours(quarters / 4))
    start, stop = sorted((draw(moment), draw(moment)))
    window = {}
    if draw(st.booleans()):
        window["start"] = start
    if draw(st.booleans()) and stop > start:
        window["stop"] = stop
    return window


@st.composite
def policies(draw: Any) -> dict[str, Any]:
    """Any policy of the stock; all that order a queue order it alike."""
    kind = draw(
        st.sampled_from(("open", "closed", "quota", "triage", "push_back", "forced_return"))
    )
    ranked = {"priority": ORDER} if draw(st.booleans()) else {}
    match kind:
        case "open":
            rest: dict[str, Any] = {"delay_hours": draw(rates(0, 3)), **ranked}
        case "closed":
            rest = {"leak": draw(rates(0, 0.3, 1)), "detention": draw(rates(0, 0.5)),
                    "detention_hours": 3, "exempt": draw(some(WHO))}  # fmt: skip
        case "quota":
            rest = {"per_hour": draw(rates(3, 20)), "exempt": draw(some(WHO)), **ranked}
        case "triage":
            rest = {"permeability": draw(rates(0.3, 1)), "barred": draw(some(WHO)), **ranked,
                    "leak": draw(rates(0, 0.5))}  # fmt: skip
        case "push_back":
            rest = {"dispersal_per_day": draw(rates(0, 4)), "inside": draw(rates(0, 0.5, 1))}
        case _:
            rest = {"per_day_at_deadline": 6, "start": hours(8), "deadline": hours(20)}
            return {"type": kind, **rest}
    return {"type": kind, **rest, **draw(windows())}


def lists_of_policies() -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(policies(), max_size=3)


@st.composite
def scenarios(draw: Any, most: int = 160, steps: tuple[str, ...] = ("1h", "6h", "1d")) -> Scenario:
    """A world of 2-6 places inside, 1-3 abroad, and up to six policies on the two sides."""
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
    events = draw(st.lists(_event(names[:inside], groups), min_size=1, max_size=3))
    step = draw(st.sampled_from(steps))
    return Scenario(
        name="random",
        start=hours(0),
        end=hours(48 if step == "1d" else HOURS),
        step=step,
        record=draw(st.sampled_from(("6h", "12h"))) if step in ("1h", "6h") else step,
        flee_from=["A"],
        places=places,
        routes=routes,
        groups=[
            {"name": g, "household_size": draw(st.sampled_from(SIZES)),
             **draw(st.sampled_from(KINDS))} for g in groups
        ],
        violence={"events": events, "contagion": draw(rates(0, 0.3))},
        behaviour=draw(_behaviour()),
        borders=[{"id": "A-B", "between": ["A", "B"], "authorities": [
            {"name": "A", "country": "A", "policies": draw(lists_of_policies())},
            {"name": "B", "country": "B", "policies": draw(lists_of_policies()),
             "back": draw(st.lists(st.sampled_from((
                 {"type": "quota", "per_hour": 5}, {"type": "closed", "stop": hours(20)})),
                 max_size=1))},
        ]}],
    )  # fmt: skip


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
def _event(draw: Any, places: list[str], groups: list[str]) -> dict[str, Any]:
    start = draw(st.integers(0, 12))
    return {
        "place": draw(st.sampled_from(places)), "start": hours(start), "peak": hours(start + 2),
        "until": hours(start + draw(st.integers(2, 12))), "half_life_hours": 3,
        "intensity": draw(rates(0.3, 1)), "target": {g: draw(rates(0, 0.5, 1)) for g in groups},
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
                 "crush_per_day": draw(rates(0, 50)), "fence_death": draw(rates(0, 0.2))},
        "returning": {"inside_per_day": draw(rates(0, 4)), "abroad_per_day": draw(rates(0, 4))},
    }  # fmt: skip


def with_room(scenario: Scenario) -> Scenario:
    """The same world without limits of capacity, but for places that take nobody."""
    places = [
        place.model_copy(update={"capacity": None}) if place.capacity else place
        for place in scenario.places
    ]
    return scenario.model_copy(update={"places": tuple(places)})
