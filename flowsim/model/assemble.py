"""From an observer's counts to a labelled Result."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from flowsim.behaviour.harm import heal_or_die
from flowsim.behaviour.rules import RULES
from flowsim.model.axes import OUTCOMES, REFUGES, STATUSES, WAITS
from flowsim.model.gridlock import gridlock
from flowsim.model.late_counts import are_late, counted
from flowsim.model.limits import Limits
from flowsim.model.memory import observed
from flowsim.model.observe import Observer
from flowsim.results.result import Result
from flowsim.results.variables import ALL_VARIABLES, CONVENTIONS, COORDINATES, Variable
from flowsim.scenario.block_yaml import block_yaml
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.write import without_lost_numbers
from flowsim.world.config import KINDS
from flowsim.world.world import World

if TYPE_CHECKING:
    from flowsim.model.simulation import Simulation

LIBRARIES = ("flowsim", "mesa", "numpy", "scipy", "xarray")


def assemble(model: Simulation, provenance: bool = True) -> Result:
    """Label what a model recorded (see `flowsim.results.result.Result` for dimensions and units).

    Parameters
    ----------
    model : Simulation
    provenance : bool
        Whether to add the scenario as YAML and its digest.
    """
    told = attributes_of(model.setup, model.seed_text, model.engine, provenance)
    own = ",".join(
        name for name, rule in sorted(model.rules.items()) if rule is not RULES.get(name)
    )
    ticks = {"ticks": model.ticks.told} if model.ticks.told else {}
    limits = model.laws.limits if model.laws.limits.any else None
    attrs = {**told, **ticks, **(_standstill(model) if limits else {}), "own_rules": own}
    return label(model.observer, model.world, model.setup, attrs, _optional(model), limits)


def _standstill(model: Simulation) -> dict[str, str]:
    """What is told of rings of full roads as the run ends."""
    network, crowd = model.world.network, model.crowd
    found = gridlock(crowd.wanted(), crowd.in_jam(), network)
    return {"gridlock": found} if found else {}


def _optional(model: Simulation) -> dict[str, np.ndarray]:
    """Variables that only scenarios have which ask for them."""
    observer, harm = model.observer, model.setup.behaviour.harm
    found: dict[str, np.ndarray] = {}
    if heal_or_die(harm):
        found |= {name: _in_full(observer, name) for name in ("deaths_of_wounds", "wounded_now")}
    if are_late(harm):
        n, names = observer.at, model.world.network.names
        groups = model.laws.group_names
        found["deaths_counted"] = counted(
            _in_full(observer, "deaths")[:n],
            observer.stops[:n],
            harm,
            model.laws.seed,
            names,
            groups,
        )
    if model.laws.limits.any:
        found |= _of_roads(observer, model.laws.limits)
    return found


def label(
    observer: Observer, world: World, scenario: Scenario, attributes: Mapping[str, str],
    more: Mapping[str, np.ndarray] = MappingProxyType({}),
    limits: Limits | None = None,
) -> Result:  # fmt: skip
    """Counts of an observer with names, units and attributes.

    Parameters
    ----------
    more : mapping of str to array
        Optional variables that the run has.
    limits : Limits, optional
        Of roads and fuel, where something is limited: it names the routes.
    """
    n = observer.at
    time = np.datetime64(scenario.start, "ns") + (observer.stops[:n] * 1_000_000_000).astype(
        "timedelta64[ns]"
    )
    variables = {name: v for name, v in ALL_VARIABLES.items() if not v.optional or name in more}
    made = {name: make(observer) for name, make in _MADE.items()} | dict(more)
    recorded = {name: _in_full(observer, name) for name in variables if name not in made} | made
    data = xr.Dataset(
        {
            name: (
                variable.dims,
                recorded[name][:n] if "time" in variable.dims else recorded[name],
                _told_of(variable, observer.one_in),
            )
            for name, variable in variables.items()
        },
        coords={"time": ("time", time), **_coordinates(world), **_along(world, recorded, limits)},
        attrs=dict(attributes),
    )
    for name, coord in data.coords.items():
        coord.attrs.update(COORDINATES[str(name)])
    return Result(data)


_MADE: dict[str, Callable[[Observer], np.ndarray]] = {
    "registered": lambda observer: np.cumsum(
        _in_full(observer, "registered"), axis=0, dtype=np.int32
    ),
    "waiting_time": Observer.waiting_hours,
}
"""What an observer does not keep as it is labelled."""


def _in_full(observer: Observer, name: str) -> np.ndarray:
    """What an observer kept, in full: what the kernel counts is in persons of the sample."""
    array: np.ndarray = getattr(observer, name)
    if observer.one_in > 1 and any(array is counts for counts in observed(observer).values()):
        array = array * observer.one_in
    return array


def _told_of(variable: Variable, one_in: int) -> dict[str, str]:
    """Attributes of a variable, and of a count in a sample what it was multiplied by."""
    told = variable.attributes()
    if one_in > 1 and variable.units not in ("1", "h"):
        sample = f"Of one household in {one_in}, and multiplied by {one_in}."
        told["comment"] = " ".join(filter(None, (variable.comment, sample)))
    return told


def _of_roads(observer: Observer, limits: Limits) -> dict[str, np.ndarray]:
    roads, routes, one_in = observer.roads, limits.routes, observer.one_in
    found = {
        "road_queue": roads.queue(routes), "road_left": roads.left(routes) * one_in,
        "road_hours": roads.hours(routes), "travel_time": roads.way_hours(observer.passed),
        "hours_on_the_way": roads.hours_on_the_way * one_in,
    }  # fmt: skip
    return {**found, "fuel_queue": roads.fuel()} if limits.fuel else found


def _along(world: World, recorded: Mapping[str, np.ndarray], limits: Limits | None) -> dict:
    """Coordinates of what is recorded of roads; a name that several have tells the mode too."""
    if limits is None:
        return {}
    ends = [f"{r.start} - {r.end}" for r in world.routes]
    names = [
        f"{ends[r]} ({world.routes[r].crossing or world.routes[r].mode})"
        if ends.count(ends[r]) > 1
        else ends[r]
        for r in limits.routes
    ]
    hours = np.arange(recorded["hours_on_the_way"].shape[1])
    return {"route": ("route", _texts(names)), "hour": ("hour", hours)}


def _coordinates(world: World) -> dict[str, Any]:
    places, network = world.places, world.network
    out = {gate.crossing: gate.link for gate in network.gates if gate.out}
    links = [out.get(x, next(g.link for g in network.gates if g.crossing == x))
             for x in range(len(network.crossings))]  # fmt: skip
    names = np.array(network.names)
    routes = np.array([link // 2 for link in links], dtype=np.int64)
    return {
        "place": ("place", _texts(network.names)),
        "country": ("place", _texts([p.country for p in places])),
        "region": ("place", _texts([p.region for p in places])),
        "place_kind": ("place", _texts([p.kind for p in places])),
        "lat": ("place", [p.lat for p in places]),
        "lon": ("place", [p.lon for p in places]),
        "capacity": ("place", world.capacity.astype(np.int64)),
        "group": ("group", _texts([g.name for g in world.groups])),
        "status": ("status", _texts(STATUSES)),
        "crossing": ("crossing", _texts(network.crossings)),
        "near": ("crossing", _texts(names[network.tail[links]]) if links else _texts([])),
        "far": ("crossing", _texts(names[network.head[links]]) if links else _texts([])),
        "crossing_kind": ("crossing", _texts([world.routes[r].kind for r in routes])),
        "outcome": ("outcome", _texts(OUTCOMES)),
        "kind": ("kind", _texts(KINDS)),
        "refuge": ("refuge", _texts(REFUGES)),
        "wait": ("wait", np.array(WAITS)),
    }


def _texts(values: Any) -> np.ndarray:
    return np.array([str(v) for v in values], dtype=np.str_)


def attributes_of(scenario: Scenario, seed: str, engine: str, provenance: bool) -> dict[str, str]:
    """What a result says of itself."""
    told = {"digest": scenario.digest(), "scenario": as_yaml(scenario)} if provenance else {}
    if scenario.population.one_in > 1:
        told["one_in"] = str(scenario.population.one_in)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "Conventions": CONVENTIONS,
        **told,
        "seed": seed,
        "engine": engine,
        "versions": _versions(),
        "cpu": cpu_level(),
        "start": scenario.start.isoformat(),
        "timezone": scenario.timezone,
        "flee_from": ",".join(scenario.flee_from),
    }


@cache
def _versions() -> str:
    """Of the libraries, as JSON: they are looked for on the disk, which a tiny run would notice."""
    return json.dumps({name: version(name) for name in LIBRARIES})


def as_yaml(scenario: Scenario) -> str:
    """The effective scenario as YAML text, which loads to it: without ranges of what has gone."""
    return block_yaml(without_lost_numbers(scenario).effective())


def cpu_level() -> str:
    """Architecture and the highest vector features that numpy uses here.

    The same bytes are promised only on machines where this text is the same.
    """
    features = np.show_config(mode="dicts")["SIMD Extensions"]
    found = features.get("found") or features.get("baseline") or []
    return f"{platform.machine()} {found[-1] if found else 'baseline'}"
