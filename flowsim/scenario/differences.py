"""What one scenario has otherwise than another: every value, by path, with where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from flowsim.config import Section
from flowsim.scenario.extends import Replaced
from flowsim.scenario.links import of_what_is_there
from flowsim.scenario.nodes import Loc, Node, Paths, Spot, join, labels
from flowsim.scenario.scenario import Number, Scenario

Kind = Literal["changed", "added", "removed", "replaced", "reordered"]
_KEYS: Mapping[str, tuple[str, ...]] = {
    "routes": ("start", "end", "mode"),
    "events": ("place", "start"),
    "gates": ("crossing", "start", "direction"),
    "capacities": ("place", "start"),
    "arrivals": ("start", "place"),
    "levels": ("driver", "place", "region", "start"),
    "orders": ("start",),
    "road_events": ("route", "mode", "start"),
    "fuel": ("place", "start"),
    "policies": ("type",),
    "back": ("type",),
}
"""By what items without a name of their own are matched."""
_TOLD = {"source": "", "note": "", "distribution": "quantiles"}
_LONG = 80
_WHOLE_MINUTE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):00\b")
Items = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes
    ----------
    path : str
        Where it stands, in the new scenario; in the old one if it is removed.
    kind : {"changed", "added", "removed", "replaced", "reordered"}
        A list that is replaced as a whole is told beside what this changes in it.
    old, new : plain value
        None where there is none; a number with a range is a mapping of its parts.
    at : Spot
        Where the new value is written, or of what is removed the old; empty if in no file.
    """

    path: str
    kind: Kind
    old: Any = None
    new: Any = None
    at: Spot = field(default_factory=Spot)


@dataclass(frozen=True)
class Written:
    """A scenario and, where it was read from a file, its nodes."""

    scenario: Scenario
    root: Node | None = None
    replaced: tuple[Replaced, ...] = ()
    """Lists that took the place of others where files extend one another."""

    def at(self, loc: Loc) -> Spot:
        """Where something is written."""
        return self.root.spot(loc) if self.root else Spot()


def differences(old: Written, new: Written) -> list[Difference]:
    """Every value that differs between two scenarios, in the order of their sections.

    After them the lists that the new one, or a file that it extends, replaces as a whole.

    Defaults are values, too. Places, policies and others that have a name are matched by it, roads
    by their ends, violence by place and onset, unnamed policies by type.

    Parameters
    ----------
    old, new : Written

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> other = base.with_values({"places[Town].population": 5000})
    >>> [d.path for d in differences(Written(base), Written(other))]
    ['places[Town].population']
    """
    whole = (Difference(r.path, "replaced", list(r.dropped) or None, at=r.at) for r in new.replaced)
    return [*_Comparison(old, new).all(), *whole]


class _Comparison:
    def __init__(self, old: Written, new: Written) -> None:
        self.old, self.new = old, new
        self._paths = Paths(old.scenario), Paths(new.scenario)
        self._ranges = tuple({n.path: n for n in w.scenario.numbers} for w in (old, new))

    def all(self) -> Iterator[Difference]:
        """Section by section."""
        one, other = self.old.scenario.effective(), self.new.scenario.effective()
        one |= self._links(self.old.scenario, self.new.scenario)
        other |= self._links(self.new.scenario, self.old.scenario)
        for key in Scenario.model_fields:
            if key != "numbers":
                yield from self._value(one.get(key, []), other.get(key, []), (key,), (key,))

    def _links(self, own: Scenario, other: Scenario) -> dict[str, Any]:
        """Links and orders of inputs that both have: others go with what is told by itself."""
        links = {"linked": own.linked, "in_order": own.in_order}
        there = of_what_is_there(other.model_copy(update=links))
        return there.model_dump(mode="json", include=set(links))

    def _value(self, old: Any, new: Any, there: Loc, here: Loc) -> Iterator[Difference]:
        """What differs in a value that stands ``there`` in the old and ``here`` in the new."""
        if isinstance(old, dict) and isinstance(new, dict) and old.get("type") == new.get("type"):
            yield from self._mapping(old, new, there, here)
        elif isinstance(old, list) and isinstance(new, list) and _has_items(old, new):
            yield from self._items(old, new, there, here)
        else:
            yield from self._leaf(old, new, there, here)

    def _mapping(
        self, old: dict[str, Any], new: dict[str, Any], there: Loc, here: Loc
    ) -> Iterator[Difference]:
        for key in dict.fromkeys([*old, *new]):
            if key not in new:
                yield self._removed((*there, key))
            elif key not in old:
                yield self._added((*here, key))
            else:
                yield from self._value(old[key], new[key], (*there, key), (*here, key))

    def _items(self, old: Items, new: Items, there: Loc, here: Loc) -> Iterator[Difference]:
        name = str(here[-1])
        before, after = _by_key(name, old), _by_key(name, new)
        for key, i in before.items():
            if key not in after:
                yield self._removed((*there, i))
            else:
                j = after[key]
                yield from self._value(old[i], new[j], (*there, i), (*here, j))
        for key, j in after.items():
            if key not in before:
                yield self._added((*here, j))
        if [k for k in before if k in after] != [k for k in after if k in before]:
            yield Difference(self._paths[1](here), "reordered", at=self.new.at(here))

    def _leaf(self, old: Any, new: Any, there: Loc, here: Loc) -> Iterator[Difference]:
        path = self._paths[1](here)
        was, now = (
            ranges.get(paths(loc))
            for ranges, paths, loc in zip(self._ranges, self._paths, (there, here), strict=True)
        )
        told = _with_range(old, was), _with_range(new, now)
        if told[0] != told[1]:
            yield Difference(path, "changed", *told, self.new.at(here))
        for part, usual in _TOLD.items():
            said = (getattr(was, part, usual), getattr(now, part, usual))
            if said[0] != said[1]:
                yield Difference(join(path, part), "changed", *said, self.new.at((*here, part)))

    def _removed(self, loc: Loc) -> Difference:
        told = _brief(self.old.scenario, loc, self._ranges[0], self._paths[0])
        return Difference(self._paths[0](loc), "removed", old=told, at=self.old.at(loc))

    def _added(self, loc: Loc) -> Difference:
        told = _brief(self.new.scenario, loc, self._ranges[1], self._paths[1])
        return Difference(self._paths[1](loc), "added", new=told, at=self.new.at(loc))


def _has_items(*lists: Items) -> bool:
    return any(lists) and all(isinstance(item, dict) for items in lists for item in items)


def _by_key(field_name: str, items: Items) -> dict[Any, int]:
    """Index of each item by what it is known by: its name, its keys, else its place."""
    found: dict[Any, int] = {}
    for i, label in enumerate(labels(field_name, items)):
        key: Any = label
        if isinstance(label, int):
            keys = _KEYS.get(field_name, ())
            key = tuple(str(items[i].get(name)) for name in keys)
            key = (*key, sum(1 for k in found if isinstance(k, tuple) and k[:-1] == key))
        found[key] = i
    return found


def _with_range(value: Any, number: Number | None) -> Any:
    if number is None or (number.low is None and number.high is None):
        return value
    ends = {"low": number.low, "high": number.high}
    return {"value": value, **{end: told for end, told in ends.items() if told is not None}}


def _brief(scenario: Scenario, loc: Loc, ranges: Mapping[str, Number], paths: Paths) -> Any:
    """What was given of something, and its numbers with their ranges."""
    value: Any = scenario
    for part in loc:
        if isinstance(value, Section):
            value = getattr(value, str(part))
        elif isinstance(value, dict):
            value = next((inner for key, inner in value.items() if str(key) == str(part)), None)
        else:
            value = value[part]
    return _plain(value, loc, ranges, paths)


def _plain(value: Any, loc: Loc, ranges: Mapping[str, Number], paths: Paths) -> Any:
    if isinstance(value, Section):
        dumped = value.model_dump(mode="json", fallback=str, exclude_unset=True)
        kind = {"type": value.type} if hasattr(value, "type") else {}
        inner = {
            key: _plain(getattr(value, key), (*loc, key), ranges, paths)
            if isinstance(dumped[key], dict | list)
            else _with_range(dumped[key], ranges.get(paths((*loc, key))))
            for key in dumped
        }
        return {**kind, **inner}
    if isinstance(value, dict):
        return {str(k): _plain(v, (*loc, k), ranges, paths) for k, v in value.items()}
    if isinstance(value, tuple):
        return [_plain(item, (*loc, i), ranges, paths) for i, item in enumerate(value)]
    if value is None or isinstance(value, bool | int | float | str):
        return _with_range(value, ranges.get(paths(loc)))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def in_words(value: Any) -> str:
    """A value of a `Difference` in short: a number with its range as ``0.3 (0.1 to 0.5)``.

    Examples
    --------
    >>> in_words({"value": 0.3, "low": 0.1, "high": 0.5}), in_words([True, None])
    ('0.3 (0.1 to 0.5)', '[true, nothing]')
    """
    if isinstance(value, dict) and "value" in value and {"low", "high"} & set(value):
        low, high = (in_words(value[end]) if end in value else "" for end in ("low", "high"))
        return f"{in_words(value['value'])} ({low} to {high})"
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {in_words(part)}" for key, part in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(in_words, value))}]"
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _WHOLE_MINUTE.sub(r"\1", str(value))
    return text if len(text) <= _LONG else f"{text[: _LONG - 3]}..."
