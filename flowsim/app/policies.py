"""The policies of a scenario as a page changes them: whose they are, which stand, which are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, NamedTuple

from flowsim.app.fields import Entered, Field, fields_of, names_in, shown
from flowsim.errors import ScenarioError
from flowsim.policy import installed
from flowsim.policy.base import Ground, Policy
from flowsim.policy.config import Authority
from flowsim.policy.opening import Direction
from flowsim.policy.stock import STOCK
from flowsim.scenario.nodes import Loc
from flowsim.scenario.scenario import Scenario

HERE: tuple[Direction, ...] = ("out", "back")
FOR_WHOM = {"out": "for those who flee", "back": "for those who go home"}
LISTS = {"out": "policies", "back": "back"}


class Side(NamedTuple):
    """One side of a border, and for whom its policies are.

    Attributes
    ----------
    border : int
        Number of the border in the scenario.
    authority : int
        Number of the authority; one more than there are where the side has none yet.
    country : str
    direction : {"out", "back"}
    """

    border: int
    authority: int
    country: str
    direction: Direction

    @property
    def loc(self) -> Loc:
        """Where its policies stand in a scenario."""
        return ("borders", self.border, "authorities", self.authority, LISTS[self.direction])

    def name(self, scenario: Scenario) -> str:
        """In words, with the border where there are several."""
        told = f"{self.country}, {FOR_WHOM[self.direction]}"
        several = len(scenario.borders) > 1
        return f"{scenario.borders[self.border].id}: {told}" if several else told


@dataclass(frozen=True)
class Entry:
    """A policy on a page.

    Attributes
    ----------
    policy : Policy
        As it stands in the scenario, or as a new one begins.
    index : int or None
        Its number among those of its side in the scenario; None where it is new.
    kept : bool
        Whether it is in force at all.
    entered : dict of str to text, bool or names
        What was entered otherwise than it stands, by field.
    """

    policy: Policy
    index: int | None = None
    kept: bool = True
    entered: Mapping[str, Entered] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether it is otherwise than in the scenario."""
        return self.index is None or not self.kept or bool(self.entered)

    def value(self, of: Field) -> Entered:
        """What a field shows."""
        return self.entered.get(of.name, shown(of, getattr(self.policy, of.name)))

    def with_entry(self, name: str, entered: Entered) -> Entry:
        """The same with something entered in a field; what stands there anyway is no change."""
        of = next(f for f in fields_of(type(self.policy)) if f.name == name)
        others = {key: value for key, value in self.entered.items() if key != name}
        stands = shown(of, getattr(self.policy, name)) == entered
        return replace(self, entered=others if stands else {**others, name: entered})


def sides(scenario: Scenario) -> tuple[Side, ...]:
    """All sides of all borders, that of a country of refuge first; for those who flee first."""
    found = []
    for direction in HERE:
        for b, border in enumerate(scenario.borders):
            held = {a.country: i for i, a in reversed([*enumerate(border.authorities)])}
            abroad_first = sorted(border.between, key=lambda c: c in scenario.flee_from)
            missing = len(border.authorities)
            for country in abroad_first:
                found.append(Side(b, held.get(country, missing), country, direction))
                missing += country not in held
    return tuple(found)


def held_by(scenario: Scenario, side: Side) -> tuple[Policy, ...]:
    """The policies of a side; none where it has no authority."""
    authorities = scenario.borders[side.border].authorities
    if side.authority >= len(authorities):
        return ()
    found: tuple[Policy, ...] = getattr(authorities[side.authority], LISTS[side.direction])
    return found


def with_policies(scenario: Scenario, side: Side, policies: tuple[Policy, ...]) -> Scenario:
    """The scenario in which a side holds other policies; not checked."""
    border = scenario.borders[side.border]
    authorities = [*border.authorities]
    while side.authority >= len(authorities):
        there = {a.country for a in authorities}
        country = next(c for c in border.between if c not in there)
        authorities.append(Authority(name=country, country=country))
    changed = authorities[side.authority].model_copy(update={LISTS[side.direction]: policies})
    authorities[side.authority] = changed
    borders = [*scenario.borders]
    borders[side.border] = border.model_copy(update={"authorities": tuple(authorities)})
    return scenario.model_copy(update={"borders": tuple(borders)})


def types_for(scenario: Scenario, side: Side) -> dict[str, type[Policy]]:
    """Policies that can be added to a side, by type: of the stock and of installed packages."""
    known = {**STOCK, **{told: installed.find(told) for told in installed.types()}}
    ground = Ground(side.country, side.direction, scenario.flee_from)
    fits = {}
    for told, kind in known.items():
        if kind is None or kind.runs_code or side.direction not in kind.directions:
            continue
        policy = made(kind, scenario, side)
        if policy is not None and not any(policy.misfits(ground)):
            fits[told] = kind
    return fits


def made(
    kind: type[Policy], scenario: Scenario, side: Side, given: Mapping[str, Any] | None = None
) -> Policy | None:
    """A policy of a type, to begin with; None where none can be made without knowing more.

    Parameters
    ----------
    kind : type
    scenario : Scenario
    side : Side
    given : dict, optional
        Values to take over, as those of a policy of another type.
    """
    values = dict(kind.begins_with)
    values |= {k: v for k, v in (given or {}).items() if k in kind.model_fields and k != "type"}
    for name, info in kind.model_fields.items():
        if info.is_required() and values.get(name) is None:
            values[name] = _begin(kind, name, scenario, side)
    try:
        return kind(**values)
    except ScenarioError:
        return None


def _begin(kind: type[Policy], name: str, scenario: Scenario, side: Side) -> Any:
    """A value for a field that has no default."""
    info = kind.model_fields[name]
    how = {f.name: f.kind for f in fields_of(kind)}.get(name)
    if how == "time":
        return scenario.end if name in ("deadline", "stop") else scenario.start
    if how in ("number", "share"):
        return 1.0
    named = set(names_in(Annotated[(info.annotation, *info.metadata, None)]))
    own = [place.name for place in scenario.places if place.country == side.country]
    if named == {"place"} and own:
        return {own[-1]: 1.0} if name == "shares" else (own[-1 if name == "to" else 0],)
    if named == {"route"}:
        inland = [(r.start, r.end) for r in scenario.routes if {r.start, r.end} <= set(own)]
        return tuple(inland[:1])
    return None


def retyped(entry: Entry, kind: type[Policy], scenario: Scenario, side: Side) -> Entry:
    """A policy of another type in the place of one, with what the two have in common."""
    given = {name: getattr(entry.policy, name) for name in entry.policy.model_fields_set}
    policy = made(kind, scenario, side, given) or made(kind, scenario, side, {})
    if policy is None:
        raise ValueError(f"a policy of type {kind.model_fields['type'].default!r} needs a file")
    ours = [of.name for of in fields_of(kind)]
    fresh = Entry(policy, None, entry.kept)
    for name, value in entry.entered.items():
        if name in ours:
            fresh = fresh.with_entry(name, value)
    return fresh


def words_of(policy: Policy) -> str:
    """A policy in a line: its name and type, when it is in force, and how many crossings it binds.

    Examples
    --------
    >>> from flowsim.policy import Closed
    >>> words_of(Closed(name="closure", start="2010-06-14T20:00", crossings=("Dustlik",)))
    'closure: closed from 14 Jun 20:00, at 1 crossing'
    """
    kind = policy.kind.replace("_", " ")
    told = f"{policy.name}: {kind}" if policy.name else kind
    return told + "".join(_when_and_where(policy))


def _when_and_where(policy: Policy) -> Iterator[str]:
    if policy.start:
        yield f" from {policy.start.day} {policy.start:%b %H:%M}"
    if policy.stop:
        yield f" to {policy.stop.day} {policy.stop:%b %H:%M}"
    count = len(policy.crossings)
    if count:
        yield f", at {count} crossing{'s' if count > 1 else ''}"
