"""Types of fields in words, and the unit of each number of a scenario."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from flowsim.config import Duration
from flowsim.policy.stock import STOCK
from flowsim.scenario.shape import is_section

PART, FACTOR = "part of 1", "factor"
_UNITS = (
    ("km_cost", "utility/km"), ("cost_per_hour", "utility/h"), ("danger_cost", "utility/h"),
    ("cost_km", "km"), ("vehicles_per_hour", "vehicles/h"), ("vehicles_per_day", "vehicles/day"),
    ("per_hour", "persons/h"), ("_per_day", "1/day"), ("per_day", "1/day"),
    ("_per_death", "persons"), ("_power", "power"), ("_kmh", "km/h"), ("_km", "km"),
    ("_hours", "h"), ("_days", "days"), ("hours", "h"), ("_persons", "persons"),
    ("persons_", "persons"), ("capacity", "persons"), ("_speed", "km/day"),
    ("_cost", "utility"), ("_cost_cap", "utility"), ("settle_", "utility"),
)  # fmt: skip
"""Units by a part of a name, the first that fits."""
_OWN_UNITS: Mapping[tuple[str, str], str] = {
    ("Place", "lat"): "degrees", ("Place", "lon"): "degrees", ("Place", "population"): "persons",
    ("Place", "capacity_per_day"): "persons/day", ("Place", "sheltered"): "persons",
    ("PlaceCapacity", "persons"): "persons", ("PlaceCapacity", "sites"): "sites",
    ("PlaceCapacity", "places_per_site"): "persons/site", ("PlaceCapacity", "hosts"): "persons",
    ("Route", "km"): "km", ("Route", "lanes"): "lanes", ("Route", "waiting_room"): "persons",
    ("RoadEvent", "capacity"): PART, ("Traffic", "jam_per_km"): "vehicles/km",
    ("Force", "size"): "persons", ("Order", "size"): "persons",
    ("Arrival", "persons"): "persons", ("Group", "household_size"): "weight by persons",
    ("Event", "intensity"): "danger", ("Event", "crowd"): "persons",
    ("Event", "deaths"): "persons", ("Event", "wounded"): "persons",
    ("Threat", "fear"): "fear", ("Level", "level"): "level",
    ("Violence", "negligible"): "danger", ("Escalation", "intensity"): "danger",
    ("Escalation", "km"): "km", ("Returning", "calm"): "danger",
    ("Driver", "origin_weight"): "danger", ("Harm", "wounded_speed"): PART,
    ("Reception", "crowded_from"): "load", ("RouteChoice", "settle_danger_cost"): "utility",
    ("RouteChoice", "crowded_cost"): "utility", ("RouteChoice", "margin"): "utility",
    ("RouteChoice", "kin"): "utility", ("RouteChoice", "size"): "utility",
    ("RouteChoice", "room"): "utility", ("RouteChoice", "crowding"): "utility",
    ("RouteChoice", "compatriots"): "utility", ("RouteChoice", "opened"): "utility",
    ("Quota", "per_day"): "persons/day", ("Flee", "awareness_level"): "links",
    ("Flee", "softening"): "km", ("Flee", "movechance_pop_base"): "persons",
    ("Flee", "movechance_pop_scale_factor"): "power", ("Flee", "pop_power_for_loc_weight"): "power",
    ("Flee", "capacity_buffer"): PART, ("Flee", "capacity_scaling"): FACTOR,
    ("Flee", "hasten"): "persons", ("Spawning", "displaced_per_conflict_day"): "persons/day",
    ("Spawning", "conflict_spawn_decay_interval"): "days", ("Linked", "low"): "factor, or h",
    ("Linked", "high"): "factor, or h", ("Report", "value"): "its `unit`",
    ("Report", "low"): "its `unit`", ("Report", "high"): "its `unit`",
    ("Number", "value"): "of the number", ("Number", "low"): "of the number",
    ("Number", "high"): "of the number",
}  # fmt: skip


def unit(section: str, name: str, expected: Any) -> str:
    """The unit of a number; empty for what is not one.

    Examples
    --------
    >>> unit("Route", "km", float), unit("News", "lag_hours", float), unit("Place", "note", str)
    ('km', 'h', '')
    """
    told = in_words(expected)
    if (section, name) in _OWN_UNITS:
        return _OWN_UNITS[section, name]
    if "number" not in told:
        return ""
    found = next((unit for part, unit in _UNITS if part in name), "")
    of_one = any(part.endswith(("from 0 to 1", "up to 1")) for part in _parts(told))
    return found or (PART if of_one else FACTOR)


def _parts(told: str) -> list[str]:
    """A type in words without what stands behind the number: by name, or none."""
    return [part.strip() for part in told.replace(" by name", ",").split(",")]


def in_words(expected: Any) -> str:
    """A type as a reader of the page would say it.

    Examples
    --------
    >>> from flowsim.config import NonNegative, Share
    >>> in_words(Share), in_words(NonNegative | None), in_words(tuple[str, ...])
    ('number from 0 to 1', 'number of 0 or more, or none', 'list of text')
    >>> in_words(dict[str, Share]), in_words(Literal["road", "foot"]), in_words(Duration)
    ('number from 0 to 1 by name', 'road or foot', 'duration')
    """
    if expected == Duration:
        return "duration"
    origin, parts = get_origin(expected), get_args(expected)
    if origin is Annotated:
        if parts[0] in (int, float):
            return _number(parts[0], parts[1:])
        return in_words(parts[0])
    if origin in (Union, types.UnionType):
        kinds = [in_words(part) for part in parts if part is not types.NoneType]
        if len(kinds) > 3:
            return "policy"
        return " or ".join(kinds) + (", or none" if types.NoneType in parts else "")
    if origin is Literal:
        words = [str(part) for part in parts]
        return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    if origin is tuple:
        inner = in_words(parts[0])
        return f"list of {inner}" if parts[-1] is Ellipsis else f"{len(parts)} of {inner}"
    if origin is dict:
        by = "whole number" if parts[0] is int else "name"
        return f"{in_words(parts[1])} by {by}"
    if is_section(expected):
        return "policy" if expected in STOCK.values() else expected.__name__
    names = {
        str: "text",
        bool: "true or false",
        datetime: "time",
        int: "whole number",
        float: "number",
    }
    return names.get(expected, "text")


def _number(kind: type, notes: tuple[Any, ...]) -> str:
    ends: dict[str, Any] = {}
    for note in notes:
        for inner in getattr(note, "metadata", [note]):
            ends |= {
                key: v
                for key in ("ge", "gt", "le", "lt")
                if (v := getattr(inner, key, None)) is not None
            }
    what = "whole number" if kind is int else "number"
    low, high = ends.get("ge"), ends.get("le", ends.get("lt"))
    if "gt" in ends:
        return f"{what} above {ends['gt']:g}" + (f" up to {high:g}" if high and high <= 1e6 else "")
    if low is not None and high is not None and high <= 1e6:
        return f"{what} from {low:g} to {high:g}"
    return f"{what} of {low:g} or more" if low is not None and low > -1e6 else what
