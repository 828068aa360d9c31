"""All that the kernel works on: arrays by name, and small records of whole numbers and floats."""

from __future__ import annotations

from collections.abc import Sequence
from math import lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.draws import Purpose, salts, text_key
from flowsim.keyed import mix
from flowsim.model.axes import KINDS, WAITS, Status
from flowsim.model.hazards import Cells
from flowsim.model.household_row import COUNTED
from flowsim.model.laws import Laws
from flowsim.model.observe import Observer
from flowsim.model.quotas import work_per_second
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.land import Roads, Transfers
from flowsim.world.population import Households

RUN = np.dtype([
    ("places", "i8"), ("groups", "i8"), ("links", "i8"), ("options", "i8"), ("gates", "i8"),
    ("cells", "i8"), ("retry_s", "i8"), ("registration_s", "i8"), ("own_columns", "i8"),
    ("room", "i8"), ("whole", "i8"), ("checkpoints", "i8"), ("transfers", "i8"),
    ("danger_on_legs", "i8"), ("one_in", "i8"),
    ("roads", "i8"), ("fuel", "i8"),
    ("split_key", "u8"),
    ("men_stay", "f8"), ("guards_leave", "f8"), ("follow", "f8"), ("part", "f8"),
    ("informed", "f8"), ("death_chance", "f8"), ("fence_death", "f8"), ("frailty_shape", "f8"),
    ("frailty_log_gamma", "f8"), ("die_of_wounds", "f8"), ("die_per_day", "f8"),
    ("recover_per_day", "f8"),
])  # fmt: skip
TICK = np.dtype([
    ("start", "i8"), ("stop", "i8"), ("first", "i8"), ("last", "i8"), ("at", "i8"), ("rests", "i8"),
])  # fmt: skip
COUNTS = np.dtype([
    ("rows", "i8"), ("todo", "i8"), ("loose", "i8"), ("waiting", "i8"), ("parked", "i8"),
    ("regrouped", "i8"), ("followers", "i8"), ("heaps", "i8"), ("heaped", "i8"), ("dead", "i8"),
    ("short", "i8"), ("apart", "i8"), ("unmade", "i8"), ("heaps_kept", "i8"), ("heaped_kept", "i8"),
    ("promised", "i8"), ("put_off", "i8"), ("share_from", "i8"), ("share_to", "i8"),
])  # fmt: skip
LISTS = (
    "todo", "loose", "waiting", "parked", "regrouped", "followers", "line_up", "in_turn", "scratch",
    "put_off",
)  # fmt: skip
"""Lists of rows; none holds a row twice, so each has room for all."""
FRAILTIES = 512
"""Parts of all frailties, each of which has a bound."""
HEAPS = 8
"""For how many times of putting to rest there is room before the heaps are made anew."""


def alike(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Arrays in the one order and kind for which the kernel is compiled, copied where they are not.

    numba compiles anew for an array that is laid out otherwise or may not be written to.
    """
    return {name: np.require(array, requirements=("C", "W")) for name, array in arrays.items()}


def i64(values: Any) -> NDArray[np.int64]:
    """Whole numbers as the kernel reads them."""
    return np.ascontiguousarray(values, dtype=np.int64)


def numbers(laws: Laws, cells: Cells) -> dict[str, float]:
    """Numbers that stay as they are for a run."""
    behaviour = laws.behaviour
    variance = behaviour.leaving.frailty_variance
    shape = 1.0 / variance if variance else 0.0
    return {
        "places": cells.places, "groups": cells.groups, "cells": cells.total,
        "links": laws.routes.n_links, "options": laws.routes.option.shape[1],
        "one_in": laws.scenario.population.one_in,
        "gates": len(laws.world.network.gates),
        "own_columns": sum(h.factor is not None for h in cells.hazards),
        "danger_on_legs": laws.danger_on_legs,
        "roads": laws.limits.any, "fuel": laws.limits.fuel,
        "retry_s": laws.retry, "split_key": int(text_key("split")),
        "registration_s": round(behaviour.reception.registration_hours * 3600),
        "men_stay": behaviour.leaving.men_stay, "guards_leave": behaviour.leaving.guards_leave,
        "follow": behaviour.waiting.follow, "part": behaviour.waiting.part,
        "informed": behaviour.news.informed, "death_chance": laws.death_chance,
        "fence_death": behaviour.harm.fence_death,
        "frailty_shape": shape, "frailty_log_gamma": lgamma(shape + 1.0),
        "die_of_wounds": behaviour.harm.die_of_wounds,
        "die_per_day": 1.0 / behaviour.harm.die_of_wounds_days,
        "recover_per_day": behaviour.harm.recover_per_day,
    }  # fmt: skip


def lists(room: int, targets: int, kept: int) -> dict[str, NDArray[Any]]:
    """Lists and heaps for a number of rows, with so many targets each at rest.

    Besides, the heaps keep as many targets of households without a row.
    """
    made: dict[str, NDArray[Any]] = {name: np.zeros(room, dtype=np.int32) for name in LISTS}
    made["heap_row"] = np.zeros(targets * room + kept, dtype=np.int32)
    made["heap_target"] = np.zeros(targets * room + kept)
    return made


def fixed(laws: Laws, cells: Cells, observer: Observer) -> dict[str, NDArray[Any]]:
    """What stays as it is for a run."""
    network, routes, world = laws.world.network, laws.routes, laws.world
    hazards, clocks = cells.hazards, cells.clocks()
    own = [n for n, hazard in enumerate(hazards) if hazard.purpose is None]
    purpose = i64([-1 if h.purpose is None else h.purpose for h in hazards])
    purpose[own] = max(Purpose) + 1 + np.arange(len(own))
    slot = np.full(max(Purpose) + 1 + len(own), -1, dtype=np.int64)
    slot[list(COUNTED)] = np.arange(len(COUNTED))
    slot[max(Purpose) + 1 :] = len(COUNTED) + np.arange(len(own))
    named = [mix(int(laws.seed), int(text_key("hazard", hazards[n].name))) for n in own]
    column = np.cumsum([h.factor is not None for h in hazards]) - 1
    width = max(len(numbers) for numbers in clocks)
    return {
        "salts": np.concatenate([salts(laws.seed), np.array(named, dtype=np.uint64)]),
        "slot": slot,
        "head": i64(network.head), "tail": i64(network.tail), "gate": i64(network.gate),
        "km": network.km.astype(np.float64), "route_key": network.route_key.copy(),
        "option": i64(routes.option), "option_key": routes.option_key.copy(),
        "home_rows": i64(laws.home_rows),
        "way": i64(laws.way), "inside": world.inside.copy(), "country": i64(world.country),
        "reach": routes.reach(),
        "near_home": i64(laws.refuge_near_home), "place_key": laws.place_key.copy(),
        "clocks_of": i64([[*numbers, *[-1] * (width - len(numbers))] for numbers in clocks]),
        "n_clocks": i64([len(numbers) for numbers in clocks]),
        "first_cell": i64(cells.first), "form": i64([h.form for h in hazards]),
        "act": i64([h.act for h in hazards]), "scale": i64([h.scale for h in hazards]),
        "purpose": purpose,
        "own_column": i64(np.where([h.factor is not None for h in hazards], column, -1)),
        "gate_out": np.array([gate.out for gate in network.gates], dtype=bool),
        "gate_crossing": i64([gate.crossing for gate in network.gates]),
        "harm_weight": laws.harm_weights.copy(), "slower_s": i64(laws.slower_s),
        "toll_at_place": np.zeros((cells.places, cells.groups)),
        "toll_on_road": np.zeros((laws.routes.n_links, cells.groups)),
        "stops": i64(observer.stops), "wait_edges_s": np.array(WAITS) * 3600.0,
    }  # fmt: skip


def scratch(laws: Laws, cells: Cells, threads: int) -> dict[str, NDArray[Any]]:
    """What the kernel keeps from segment to segment, or only for a moment."""
    gates, places, groups = len(laws.world.network.gates), cells.places, cells.groups
    heaps = (HEAPS - 1 + threads) * cells.total
    return {
        "people": np.zeros((places, groups, len(Status)), dtype=np.int64),
        "present": np.zeros((places, groups, KINDS), dtype=np.int64),
        "on_leg": np.zeros((laws.routes.n_links, groups, KINDS), dtype=np.int64),
        "hurt": np.zeros(places, dtype=np.int64),
        "line": np.zeros((gates, KINDS), dtype=np.int64),
        "queued": np.zeros(gates, dtype=np.int64), "busy": np.zeros(gates, dtype=np.int64),
        "left": np.zeros((places, groups), dtype=np.int64),
        "room": np.zeros(places, dtype=np.int64), "taken": np.zeros(places, dtype=np.int64),
        "passing": np.zeros((2, KINDS), dtype=np.int64),
        "parting": np.zeros((2, KINDS), dtype=np.int64),
        "stirred": np.zeros(gates, dtype=bool), "opened": np.zeros(gates, dtype=bool),
        "changed": np.zeros(gates, dtype=bool),
        "line_first": np.zeros(gates, dtype=np.int64), "line_n": np.zeros(gates, dtype=np.int64),
        "frailty_bound": np.zeros(FRAILTIES),
        "heap_cell": np.zeros(heaps, dtype=np.int64), "heap_first": np.zeros(heaps, dtype=np.int64),
        "heap_stop": np.zeros(heaps, dtype=np.int64),
        "per_cell": np.zeros(cells.total, dtype=np.int64),
    }  # fmt: skip


def lines(laws: Laws, cells: Cells) -> dict[str, NDArray[Any]]:
    """What roads hold and let through, and who stands in line on them, for fuel or held back."""
    links, places, limits = laws.routes.n_links, cells.places, laws.limits
    served = links + places
    return {
        "limited": limits.limited.copy(), "on_foot": laws.world.network.on_foot.copy(),
        "entry_room": limits.room.copy(), "fuel_cost": np.zeros(places),
        "line_work": np.zeros(served, dtype=np.int64),
        "line_rate": np.zeros(served, dtype=np.int64),
        "spent_at": np.zeros(served, dtype=np.int64), "spent": np.zeros(served, dtype=np.int64),
        "to_spend": np.zeros(served, dtype=np.int64), "in_jam": np.zeros(served, dtype=np.int64),
        "line_busy": np.zeros(served, dtype=np.int64),
        "on_road": np.zeros(links, dtype=np.int64), "mouth": np.full(links, -1, dtype=np.int64),
        "line_head": np.full(served + 2 * links, -1, dtype=np.int64),
        "line_last": np.full(served + 2 * links, -1, dtype=np.int64),
    }  # fmt: skip


def at_start(laws: Laws, households: Households) -> dict[str, NDArray[Any]]:
    """Households as the run begins."""
    return {
        "start_key": households.key, "start_kinds": households.kinds,
        "start_home": households.home.astype(np.int16),
        "start_place": households.place.astype(np.int16),
        "start_group": households.group.astype(np.int16),
        "start_leaves": households.leaves.astype(np.int32),
        "start_row": np.zeros(len(households), dtype=np.int32),
        "start_own": np.zeros((0, 0)),
        "kin_share": np.array([group.kin_across for group in laws.world.groups], dtype=np.float64),
        "burnt_share": laws.burnt_share,
    }  # fmt: skip


def observed(observer: Observer) -> dict[str, NDArray[Any]]:
    """The observer's own arrays."""
    return {
        "outcomes": observer.outcomes, "outcomes_so_far": observer.outcomes_so_far,
        "deaths": observer.deaths, "deaths_of_wounds": observer.deaths_of_wounds,
        "wounded": observer.wounded, "registered": observer.registered,
        "parted": observer.split, "reunited": observer.reunited,
        "barred_deaths": observer.barred_deaths, "waited_s": observer.waited_s,
        "passed": observer.passed, "hours_waited": observer.hours_waited,
        "hours_to_safety": observer.hours_to_safety,
        "road_s": observer.roads.road_s, "road_passed": observer.roads.passed,
        "way_s": observer.roads.way_s, "hours_on_the_way": observer.roads.hours_on_the_way,
    }  # fmt: skip


_BY_CLASS = {
    "passes": "f8", "quota_per_hour": "f8", "rank": "i8", "spread": "i8", "counted": "i8",
    "exempt": "?",
}  # fmt: skip
_BY_GATE = {
    "leak": "f8", "detention": "f8", "pushback": "f8", "pushback_reach_km": "f8",
    "pushback_after_s": "i8", "detention_s": "i8", "delay_s": "i8",
}  # fmt: skip


def at_gates(rules: RulesAtGates | None) -> dict[str, NDArray[Any]]:
    """What policies say of gates; None before the first tick."""
    if rules is None or not rules.by_gate:
        none = {name: np.zeros((0, 1, KINDS, 2), dtype=kind) for name, kind in _BY_CLASS.items()}
        return none | {name: np.zeros(0, dtype=kind) for name, kind in _BY_GATE.items()}
    return {
        name: np.ascontiguousarray(getattr(rules, name), dtype=kind)
        for name, kind in (_BY_CLASS | _BY_GATE).items()
    }


def quotas(
    rules: RulesAtGates | None, capacity_per_hour: Sequence[float | None]
) -> dict[str, NDArray[Any]]:
    """Work in a second of gates and their spread quotas, and room for counted quotas."""
    by_gate = rules.by_gate if rules else ()
    work: list[int] = []
    first = []
    for capacity, rule in zip(capacity_per_hour, by_gate, strict=True):
        first.append(len(work))
        work.append(work_per_second(capacity))
        work += [work_per_second(quota.per_hour) for quota in rule.spread_quotas]
    most = max((len(rule.counted_quotas) for rule in by_gate), default=0)
    shape = (len(by_gate), most)
    return {
        "first_lane": i64(first), "lane_work": i64(work),
        "n_spread": i64([len(rule.spread_quotas) for rule in by_gate]),
        "n_counted": i64([len(rule.counted_quotas) for rule in by_gate]),
        "count_left": np.zeros(shape, dtype=np.int64),
        "count_used": np.zeros(shape, dtype=np.int64),
        "trial_left": np.zeros(most, dtype=np.int64), "trial_used": np.zeros(most, dtype=np.int64),
    }  # fmt: skip


def lanes(n: int, seconds: int) -> NDArray[np.int64]:
    """Work that gates and their quotas allow in each second of a segment, in three accounts."""
    return np.zeros((3, n, seconds), dtype=np.int64)


def on_the_land(
    roads: Roads | None, transfers: Transfers | None, links: int, sorts: int
) -> dict[str, NDArray[Any]]:
    """What policies say of roads and of people who are across."""
    return {
        "road_danger": np.ones(links) if roads is None else roads.danger,
        "road_permeability": np.ones((links, sorts)) if roads is None else roads.permeability,
        "transfer_weight": np.zeros((1, 1)) if transfers is None else transfers.weight,
    }


def of_a_tick(
    values: Any, travel_s: Any, capacity: Any, full: Any, lost: Any
) -> dict[str, NDArray[Any]]:
    """Values of route choice, travel times, room, and homes that are lost."""
    return {
        "values": np.ascontiguousarray(values, dtype=np.float64), "travel_s": i64(travel_s),
        "capacity": i64(capacity), "full": np.ascontiguousarray(full, dtype=bool),
        "lost": np.ascontiguousarray(lost, dtype=bool),
    }  # fmt: skip


def before_the_first_tick(laws: Laws, cells: Cells) -> dict[str, NDArray[Any]]:
    """What is there before anybody has chosen a way and any policy is stated."""
    states, options = laws.routes.option.shape
    sorts, links = 2 * cells.groups, laws.routes.n_links
    return {
        **at_gates(None), **quotas(None, ()), "lanes": lanes(0, 0),
        **on_the_land(None, None, links, sorts),
        **of_a_tick(
            np.zeros((2 * sorts, states, options)), np.zeros((links, cells.groups)),
            np.zeros(cells.places), np.zeros(cells.places),
            np.zeros((cells.places, cells.groups)),
        ),
    }  # fmt: skip
