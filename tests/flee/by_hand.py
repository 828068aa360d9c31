"""A made-up crisis, and the state of Flee's kernel as it runs uncompiled: for tests by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

import flowsim as fs
from flowsim.behaviour.flee_config import Flee
from flowsim.compiling import readable_state
from flowsim.draws import mix, seed_key
from flowsim.flee.ground import Ground
from flowsim.flee.kernel.choice import weigh
from flowsim.flee.kernel.places import morning
from flowsim.flee.paths import find_ways
from flowsim.flee.people import numbers, state_of
from flowsim.flee.spawning import Starts
from flowsim.scenario.scenario import Scenario
from tests.flee_folder import flee_folder


def state(flee: Flee, ground: Ground, day: int = 0, people: Any = None) -> SimpleNamespace:
    """Nobody there yet, on the morning of a day; `people` are the residents."""
    ways = find_ways(ground.links, ground.marker, flee.awareness_level)
    residents = np.asarray(ground.population if people is None else people, dtype=np.float64)
    starts = Starts(
        key=np.zeros(0, dtype=np.uint64), place=np.zeros(0, dtype=np.int64),
        first=np.zeros(ground.days + 1, dtype=np.int64),
        population=np.tile(residents, (ground.days, 1)),
    )  # fmt: skip
    held = state_of(flee, ground, ways, starts, seed_key(1))
    s = readable_state({**held, "rows": [], "run": SimpleNamespace(**numbers(flee, ground))})
    s.names = ground.names
    for each in range(day + 1):
        morning(s, each)
    return s


def chain(s: Any, way: int) -> tuple[int, ...]:
    """Links of a way."""
    return tuple(s.ways[way, step] for step in range(s.length[way]))


def shares(s: Any, place: int, day: int = 0) -> dict[tuple[int, ...], float]:
    """Chance of each way from a place, by its links; those that nobody takes are left out."""
    weigh(s, place, day)
    found, before = {}, 0.0
    for way in range(s.first_way[place], s.first_way[place + 1]):
        if s.total[place] > 0.0 and s.sum_to[way] > before:
            found[chain(s, way)] = (s.sum_to[way] - before) / s.total[place]
        before = s.sum_to[way]
    return found


def person(number: int = 0, place: int = 0, **told: Any) -> SimpleNamespace:
    """Somebody who rests at a place."""
    key = mix(np.array([number], dtype=np.uint64), np.uint64(1))[0]
    base = {
        "key": int(key), "row": 0, "place": place, "link": -1, "way": -1, "step": 0, "left": 0,
        "evening": -1, "begun": False, "count": [0, 0], "moved": 0.0, "recent": 0.0,
    }  # fmt: skip
    return SimpleNamespace(**{**base, **told})


ALWAYS = "#Day,Aha,Bee\n" + "".join(f"{day},1,0\n" for day in range(10))
"""A conflict at Aha on all days."""


def made(where: Path, strict: bool = False, **changed: object) -> Scenario:
    """The made-up crisis under Flee's rules; settings of `Flee` by name, files as texts."""
    files = {k: v for k, v in changed.items() if isinstance(v, str) and "\n" in v}
    flee = {k: v for k, v in changed.items() if k not in files}
    files.setdefault("conflicts", ALWAYS)
    told = fs.load(flee_folder(where, **files), strict_flee=strict)
    return told.with_values({"rules": "flee", **{f"flee.{k}": v for k, v in flee.items()}})
