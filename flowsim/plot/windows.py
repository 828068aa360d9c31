"""What holds at a scenario's crossings over time: the composed opening, asked of all policies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np

from flowsim.policy.base import MOST_ALTERNATIVES, Alternatives, Policy, together
from flowsim.policy.compose import GateRules, at_crossing, compose, may_state
from flowsim.policy.config import Border
from flowsim.policy.opening import Opening
from flowsim.policy.who import Sorts, who
from flowsim.scenario.scenario import Scenario

_RANK = ("open", "quota", "barred", "rule", "shut")


@dataclass(frozen=True, slots=True)
class Span:
    """What one crossing or the whole border is for a while, ``[start, stop)``.

    Attributes
    ----------
    start, stop : datetime
    state : str
        ``shut`` (nobody passes, or only the exempt), ``partly`` (some crossings shut), ``barred``
        (open, but not to all), ``quota`` (open to all, but to so many only), ``rule`` (it depends
        on what guards see, or on the user's own code) or ``open``.
    label : str
        The same in words.
    """

    start: datetime
    stop: datetime
    state: str
    label: str


class _At(NamedTuple):
    """What stands behind a crossing: its border, the policies of each side, its people."""

    border: Border | None
    crossing: str
    crossings: tuple[str, ...]
    sides: tuple[tuple[Policy, ...], ...]
    sorts: Sorts


def crossing_spans(scenario: Scenario, crossing: str) -> list[Span]:
    """What a crossing is over the run, for those who flee, as the model composes it."""
    here = _at(scenario, crossing)
    policies = [policy for side in here.sides for policy in side]
    edges = {t for p in policies for t in p.edges(scenario.start, scenario.end)}
    cuts = sorted({scenario.start, *edges, scenario.end})
    return _joined([Span(a, b, *_state(here, a)) for a, b in pairwise(cuts)])


def _at(scenario: Scenario, crossing: str) -> _At:
    border = _border_of(scenario, crossing)
    sides = [] if border is None else [authority.policies for authority in border.authorities]
    names = {r.crossing: None for r in scenario.routes if r.crossing}
    ours = tuple(name for name in names if _border_of(scenario, name) is border)
    groups = scenario.groups
    sorts = Sorts([g.name for g in groups], [g.nationality for g in groups])
    parts = tuple(
        tuple(p for p in _parts(side) if not p.crossings or crossing in p.crossings)
        for side in sides
    )
    return _At(border, crossing, ours, parts, sorts)


def _parts(policies: Sequence[Policy]) -> Iterator[Policy]:
    """What policies are made of; code that a file names is not run for a figure."""
    for policy in policies:
        yield from (policy,) if policy.runs_code else policy.parts()


def _state(here: _At, now: datetime) -> tuple[str, str]:
    """State and words for a crossing at a moment."""
    ways = [[may_state(policy, now, here.crossings) for policy in side] for side in here.sides]
    if not any(p.overrides() for side in here.sides for p in side if p.in_force(now)):
        sure = [[w if w is not None and len(w) == 1 else ((),) for w in side] for side in ways]
        (settled,) = _outcomes(here, sure)
        if settled[0] == "shut":
            return settled  # whatever else is stated can only shut it more
    found = _outcomes(here, ways)
    return found.pop() if len(found) == 1 else ("rule", "by rule")


def _outcomes(here: _At, ways: Sequence[Sequence[Alternatives]]) -> set[tuple[str, str]]:
    """States and words that may be; none where only a run can tell."""
    sides = [together(side) for side in ways]
    known = [side for side in sides if side is not None]
    if len(known) < len(sides) or math.prod(map(len, known)) > MOST_ALTERNATIVES:
        return set()
    return {_told(at_crossing(said, here.crossing), here.sorts) for said in product(*known)}


def _told(openings: tuple[Opening, ...], sorts: Sorts) -> tuple[str, str]:
    rules = compose(openings, sorts)
    passes = _passes(rules)
    if not passes.any():
        return "shut", "shut"
    if not (passes & ~rules.exempt).any():
        exempt = dict.fromkeys(w for o in openings for w in o.exempt)
        let = [_word(w) for w in exempt if passes[who(w, sorts)].all()]
        return "shut", f"shut, not to {', '.join(let)}" if let else "shut to most"
    quota = _quota(rules)
    if not passes.all():
        barred = dict.fromkeys(w for o in openings for w in o.barred)
        out = [_word(w) for w in barred if not (passes & ~rules.exempt)[who(w, sorts)].any()]
        told = f"{', '.join(out)} barred" if out else "not to all"
        return "barred", ", ".join(filter(None, (told, quota)))
    least = float(rules.passes[~rules.exempt].min(initial=1.0))
    if least < 1.0:
        return "barred", ", ".join(filter(None, (f"{100 * least:.3g} % let in", quota)))
    return ("quota", quota) if quota else ("open", "open")


def _quota(rules: GateRules) -> str:
    """The least of the quotas in words; empty where none holds."""
    per_hour = [quota.per_hour for quota in rules.spread_quotas]
    per_hour += [c.quota.persons / c.quota.hours for c in rules.counted_quotas]
    if not per_hour:
        return ""
    least = min(per_hour)
    by_hour = round(least, 6) == round(least)  # else it was told by day
    persons = least if by_hour else 24.0 * least
    told = f"{persons:,.0f}" if persons >= 10.0 else f"{persons:.3g}"
    return f"{told} {'an hour' if by_hour else 'a day'}"


def _passes(rules: GateRules) -> np.ndarray:
    """Which classes of person may pass at all, bool (S, 5, 2)."""
    return (rules.passes > 0.0) & (rules.quota_per_hour > 0.0)


def _word(condition: str) -> str:
    parts = condition.split("+")
    return " + ".join(p.strip().partition(":")[2] or p.strip().replace("_", " ") for p in parts)


def border_spans(scenario: Scenario, crossings: list[str]) -> list[Span]:
    """What the border as a whole is over the run, for those who flee."""
    each = [crossing_spans(scenario, crossing) for crossing in crossings]
    cuts = sorted({t for spans in each for s in spans for t in (s.start, s.stop)})
    whole = []
    for start, stop in pairwise(cuts):
        now = [next(s for s in spans if s.start <= start < s.stop) for spans in each]
        shut = sum(s.state == "shut" for s in now)
        if 0 < shut < len(now):
            whole.append(Span(start, stop, "partly", f"{shut} of {len(now)} shut"))
        else:
            worst = max(now, key=lambda s: _RANK.index(s.state))
            whole.append(Span(start, stop, worst.state, worst.label))
    return _joined(whole)


def state_at(scenario: Scenario, crossing: str, when: datetime) -> str:
    """State of a crossing at a moment (see `Span`), or just before the end of the run."""
    spans = crossing_spans(scenario, crossing)
    return next((s.state for s in spans if s.start <= when < s.stop), spans[-1].state)


def _border_of(scenario: Scenario, crossing: str) -> Border | None:
    country = {place.name: place.country for place in scenario.places}
    for route in scenario.routes:
        if route.crossing == crossing:
            sides = {country[route.start], country[route.end]}
            return next((b for b in scenario.borders if set(b.between) == sides), None)
    raise KeyError(f"no crossing {crossing!r} in the scenario")


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and (joined[-1].state, joined[-1].label) == (span.state, span.label):
            joined[-1] = Span(joined[-1].start, span.stop, span.state, span.label)
        else:
            joined.append(span)
    return joined
