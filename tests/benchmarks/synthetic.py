"""Made-up countries of any size, as Scenarios, for measuring."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, cos, hypot, radians, sqrt
from typing import Any

from flowsim.policy import Closed
from flowsim.scenario.scenario import Scenario


def _item(section: Any, field: str) -> Any:
    """The class of the items of a field; by it older versions serve, with modules renamed since."""
    annotation = section.model_fields[field].annotation
    return annotation.__args__[0] if hasattr(annotation, "__args__") else annotation


Behaviour, Violence = _item(Scenario, "behaviour"), _item(Scenario, "violence")
Place, Route, Group = (_item(Scenario, field) for field in ("places", "routes", "groups"))
Border, Event, Leaving = (
    _item(Scenario, "borders"), _item(Violence, "events"), _item(Behaviour, "leaving")
)  # fmt: skip
Authority = _item(Border, "authorities")

START = datetime(2000, 1, 1)
SPACING_DEGREES = 0.1
KM_A_DEGREE = 111.3
DETOUR = 1.2
"""Road by straight line."""
KINDS = {"children": 0.3, "women": 0.3, "men": 0.3, "elderly_women": 0.06, "elderly_men": 0.04}


def synthetic(
    people: int = 10_000,
    places: int = 50,
    degree: int = 4,
    moving: float = 0.1,
    step_hours: float = 24.0,
    days: float = 30.0,
    policies: int = 1,
) -> Scenario:
    """A country on a grid of places, with violence at some, and a camp behind each tenth place.

    Parameters
    ----------
    people : int
        Residents.
    places : int
        Camps among them, one in eleven.
    degree : int
        Roads of a place within the grid, rounded to an even number; fewer at the edge.
    moving : float
        Share of the people who live where there is violence, from which nearly all leave.
    step_hours : float
        A step of the model; violence and hazards are constant over it, up to a day.
    days : float
        Length of the run.
    policies : int
        On the one border: closed for a part of the time each, one after another.

    Returns
    -------
    Scenario

    Examples
    --------
    >>> world = synthetic(people=1000, places=22)
    >>> len(world.places), sum(place.population for place in world.places)
    (22, 1000)
    """
    camps = max(1, places // 11)
    homes = places - camps
    if homes < 2:
        raise ValueError(f"places is {places}; 3 or more would be right")
    width = ceil(sqrt(homes))
    unsafe = min(homes - 1, max(1, round(moving * homes)))
    # Spread over the country, so that the ways to the border differ.
    violent = {(i * homes) // unsafe for i in range(unsafe)}
    lived = _people(people, homes, violent, moving)
    inner = tuple(
        Place(name=f"Town {i}", country="Here", population=lived[i], share={"All": 1.0},
              lat=_position(i, width)[0], lon=_position(i, width)[1])
        for i in range(homes)
    )  # fmt: skip
    behind = [i * homes // camps for i in range(camps)]
    outer = tuple(
        Place(name=f"Camp {i}", country="There", kind="camp", lat=inner[at].lat + 0.03,
              lon=inner[at].lon + 0.03)
        for i, at in enumerate(behind)
    )  # fmt: skip
    crossings = tuple(
        Route(start=f"Town {at}", end=f"Camp {i}", km=_km(inner[at], outer[i]), kind="post",
              crossing=f"Post {i}", gate_per_hour=max(10.0, people / camps / 24))
        for i, at in enumerate(behind)
    )  # fmt: skip
    end = START + timedelta(days=days)
    minutes = round(step_hours * 60)
    step = f"{minutes}min"
    return Scenario(
        name="synthetic",
        start=START,
        end=end,
        step=step,
        record=step,
        grid=f"{min(minutes, 1440)}min",
        flee_from=("Here",),
        places=inner + outer,
        routes=_roads(inner, width, degree) + crossings,
        groups=(Group(name="All", household_size={1: 0.2, 4: 0.5, 7: 0.3}, **KINDS),),
        violence=Violence(events=tuple(
            Event(place=f"Town {i}", start=START, peak=START + timedelta(hours=1), until=end,
                  intensity=1.0, target={"All": 1.0})
            for i in sorted(violent)
        )),
        behaviour=Behaviour(leaving=Leaving(news_per_day=0.0, neighbours_per_day=0.0)),
        borders=(Border(id="Here-There", between=("Here", "There"), authorities=(
            Authority(name="Guards", country="There", policies=_policies(policies, days)),
        )),),
    )  # fmt: skip


def _position(at: int, width: int) -> tuple[float, float]:
    row, column = divmod(at, width)
    middle = width / 2 * SPACING_DEGREES
    return row * SPACING_DEGREES - middle, column * SPACING_DEGREES - middle


def _people(people: int, homes: int, violent: set[int], moving: float) -> list[int]:
    """Residents of each home, `moving` of them where there is violence."""
    fleeing = round(people * moving)
    lived = [0] * homes
    for chosen, total in (
        (sorted(violent), fleeing),
        ([i for i in range(homes) if i not in violent], people - fleeing),
    ):
        each, more = divmod(total, len(chosen))
        for order, i in enumerate(chosen):
            lived[i] = each + (order < more)
    return lived


def _km(one: Any, other: Any) -> float:
    north = one.lat - other.lat
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2))
    return DETOUR * KM_A_DEGREE * hypot(north, east)


def _roads(inner: tuple[Any, ...], width: int, degree: int) -> tuple[Any, ...]:
    """Roads to the nearest neighbours on the grid, each once."""
    near = [(0, 1), (1, 0)]
    if degree > 4:
        reach = ceil(sqrt(degree))
        near = [
            (row, column)
            for row in range(reach + 1)
            for column in range(-reach, reach + 1)
            if (row, column) > (0, 0)
        ]
        near.sort(key=lambda offset: (hypot(*offset), offset))
    roads = []
    for at, place in enumerate(inner):
        row, column = divmod(at, width)
        for down, right in near[: max(2, degree // 2)]:
            to = (row + down) * width + column + right
            if 0 <= column + right < width and to < len(inner):
                end = inner[to]
                roads.append(Route(start=place.name, end=end.name, km=_km(place, end)))
    return tuple(roads)


def _policies(number: int, days: float) -> tuple[Closed, ...]:
    """Closures of half their share of the run each, one after another."""
    share = timedelta(days=days) / max(1, number)
    share = max(share, timedelta(seconds=2))
    return tuple(
        Closed(start=_second(START + i * share), stop=_second(START + (i + 0.5) * share), leak=0.5)
        for i in range(number)
    )


def _second(when: datetime) -> datetime:
    return when.replace(microsecond=0)
