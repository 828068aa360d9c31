"""The table of persons and all else that the kernel works on, from the ground and who starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.behaviour.flee_config import Flee
from flowsim.draws import Purpose, salts
from flowsim.flee.ground import Ground
from flowsim.flee.paths import Ways
from flowsim.flee.reach import nearness, reach
from flowsim.flee.spawning import Starts, decay

COUNTED = (Purpose.ROUTE, Purpose.ONWARD)
"""Purposes of which a person counts its draws, in the order of the column `count`."""
PERSON = np.dtype([
    ("key", "u8"), ("row", "i4"), ("place", "i4"), ("link", "i4"), ("way", "i4"), ("step", "i4"),
    ("left", "i4"), ("evening", "i4"), ("begun", "?"), ("count", "u2", (len(COUNTED),)),
    ("moved", "f8"), ("recent", "f8"),
], align=True)  # fmt: skip
"""A person.

``link`` is what it walks on, -1 at a place, and ``left`` the day on which it stepped on. ``way`` is
what it still follows, -1 none, and ``step`` how many of its links lie behind. ``moved`` are the
kilometres of the day (of one on a link over night, those of the day of its arrival), ``recent`` the
average of the days up to ``evening``, in full days. ``begun`` is who has been at a link's end.
"""


def table(starts: Starts) -> np.ndarray[Any, np.dtype[Any]]:
    """Everybody, in the order in which they come."""
    rows = np.zeros(starts.key.size, dtype=PERSON)
    rows["key"], rows["place"] = starts.key, starts.place
    rows["row"] = np.arange(starts.key.size)
    rows["link"] = rows["way"] = rows["evening"] = -1
    return rows


def state_of(
    flee: Flee, ground: Ground, ways: Ways, starts: Starts, seed: np.uint64
) -> dict[str, Any]:
    """Arrays by name, but for the persons and the numbers of the run."""
    places, links, count = len(ground.names), ground.links.km.size, ways.end.size
    before, first_before = _before(ways, places)
    slot = np.zeros(max(Purpose) + 1, dtype=np.int64)
    slot[list(COUNTED)] = np.arange(len(COUNTED))
    kinds = ground.kinds
    return {
        "due": np.zeros(starts.key.size, dtype=np.int32),
        "on_foot": np.zeros(starts.key.size, dtype=np.int32),
        "first": starts.first, "salts": salts(seed), "slot": slot,
        # places, as they are given and on a day
        "kind_chance": np.array([_chance(flee, kind) for kind in kinds]),
        "is_camp": ground.camps,
        "is_hub": np.array([kind in ("hub", "marker") for kind in kinds], dtype=bool),
        "foreign": ground.foreign, "capacity": ground.capacity, "growth": ground.growth,
        "intensity": ground.intensity, "no_camp": ground.no_camp,
        "population": starts.population, "decay": decay(flee, ground),
        **_driven(flee, ground),
        "camp": np.zeros(places, dtype=bool), "town": np.zeros(places, dtype=bool),
        "changed": np.zeros(places, dtype=bool), "stale": np.ones(places, dtype=bool),
        "chance": np.zeros(places), "score": np.zeros(places), "space": np.ones(places),
        "limit": np.full(places, -1.0), "total": np.zeros(places),
        "present": np.zeros(places, dtype=np.int64), "moving": np.zeros(places, dtype=np.int64),
        # links and ways
        "tail": ground.links.tail, "head": ground.links.head, "km": ground.links.km,
        "shut": ground.shut, "closed_on": np.full(links, -1, dtype=np.int64),
        "ways": ways.links, "length": ways.length, "end": ways.end,
        "first_way": np.searchsorted(ways.origin, np.arange(places + 1)),
        "last_way": np.zeros(places, dtype=np.int64), "sum_to": np.zeros(count),
        "reach": reach(flee, ways), "nearness": nearness(flee, ground, ways),
        "first_before": first_before, "before": before,
        # what comes of it
        "persons": np.zeros((ground.days, places), dtype=np.int64),
        "on_way": np.zeros((ground.days, places), dtype=np.int64),
    }  # fmt: skip


def _driven(flee: Flee, ground: Ground) -> dict[str, Floats]:
    """What hunger and floods make of scores and of chances to move on, each (D, P).

    A chance by the flood of -1 means none.
    """
    draw = np.ones(ground.hunger.shape)
    if flee.avoid_food_deprived_locations:
        draw = np.where(ground.foreign, 1.0, 1.0 - np.minimum(ground.hunger, 1.0) ** 2)
    if flee.flood_loc_weights:
        draw = draw * np.where(ground.flood > 0.0, by_level(flee.flood_loc_weights, ground), 1.0)
    chance = np.full(ground.flood.shape, -1.0)
    if flee.flood_movechances:
        chance = np.where(ground.flood > 0.0, by_level(flee.flood_movechances, ground), -1.0)
    starving = ground.hunger if flee.flee_when_starving else np.zeros(ground.hunger.shape)
    return {"draw": draw, "flood_chance": chance, "starving": np.minimum(starving, 1.0)}


def by_level(told: Sequence[float], ground: Ground) -> Floats:
    """A setting by the level of the flood from 0, in a line between; the last holds on, (D, P)."""
    return np.interp(ground.flood, np.arange(len(told)), told)


def numbers(flee: Flee, ground: Ground) -> dict[str, float | int | bool]:
    """Numbers of the run by name."""
    return {
        "days": ground.days, "places": len(ground.names), "links": ground.links.km.size,
        "move_speed": flee.max_move_speed, "walk_speed": flee.max_walk_speed,
        "on_foot": flee.start_on_foot, "avoid_short_stints": flee.avoid_short_stints,
        "foreign_weight": flee.foreign_weight, "camp_weight": flee.camp_weight,
        "conflict_weight": flee.conflict_weight, "conflict_movechance": flee.conflict_movechance,
        "default_movechance": flee.default_movechance,
        "by_population": flee.use_pop_for_loc_weight, "pop_power": flee.pop_power_for_loc_weight,
        "pop_scale": flee.movechance_pop_scale_factor, "pop_base": flee.movechance_pop_base,
        "capacity_buffer": flee.capacity_buffer, "capacity_scaling": flee.capacity_scaling,
        "weight_softening": flee.weight_softening, "weight_power": flee.weight_power,
        "pruning": flee.pruning_threshold,
    }  # fmt: skip


def _chance(flee: Flee, kind: str) -> float:
    """Chance to move on from a kind of place where there is no conflict."""
    special = {
        "camp": flee.camp_movechance, "idp_camp": flee.idpcamp_movechance,
        "hub": 1.0, "marker": 1.0,
    }  # fmt: skip
    return special.get(kind, flee.default_movechance)


def _before(ways: Ways, places: int) -> tuple[Ints, Ints]:
    """Places from which a way leads to each, and where those of each begin, (P + 1,)."""
    pairs = np.unique(np.stack([ways.end, ways.origin], axis=1), axis=0)
    return np.ascontiguousarray(pairs[:, 1]), np.searchsorted(pairs[:, 0], np.arange(places + 1))
