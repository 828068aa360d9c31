"""What holds at a scenario's crossings over time: the composed opening, asked of all policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np

from flowsim.policy.base import Policy, Stated
from flowsim.policy.compose import GateRules, at_crossing, compose, state
from flowsim.policy.opening import Opening
from flowsim.policy.own import of_the_stock
from flowsim.policy.sections import Border
from flowsim.policy.who import Sorts, who
from flowsim.scenario.scenario import Scenario

_OWN = ("function", "code")
"""Policies of the user's own; they are asked in a run and nowhere else."""
_WATCHING = ("reactive", "capacity_bound")
"""Policies that look at the border before they speak."""
_MOST = 4
"""So many of those that watch are tried on and off."""
_RANK = ("open", "barred", "rule", "shut")


@dataclass(frozen=True, slots=True)
class Span:
    """What one crossing or the whole border is for a while, ``[start, stop)``.

    Attributes
    ----------
    start, stop : datetime
    state : str
        ``shut`` (nobody passes, or only the exempt), ``partly`` (some crossings shut), ``barred``
        (open, but not to all), ``rule`` (it depends on what guards see, or on the user's own
        code) or ``open``.
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


class _Assumed:
    """A border as a policy that watches may find it: what it waits for is so, or is not."""

    def __init__(self, now: datetime, crossings: tuple[str, ...], on: bool) -> None:
        self.now = self.seen_at = now
        self.crossings, self._on = crossings, on

    def memory(self, policy: object) -> dict[str, Any]:
        return {"looked": self.seen_at, "on": self._on}

    def occupancy(self, places: Sequence[str] = ()) -> float:
        return float("inf") if self._on else 0.0


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
    """What policies are made of; the user's own code is not asked."""
    for policy in policies:
        yield from (policy,) if _is_own(policy) else policy.parts()


def _is_own(policy: Policy) -> bool:
    return not of_the_stock(policy) or getattr(policy, "type", "") in _OWN


def _depends(policy: Policy) -> bool:
    """Whether what a policy states depends on more than the time."""
    if _is_own(policy) or getattr(policy, "type", "") in _WATCHING:
        return True
    return any(_depends(inner) for inner in policy.within())


def _has_own(policy: Policy) -> bool:
    return _is_own(policy) or any(_has_own(inner) for inner in policy.within())


def _stands_above(policy: Policy) -> bool:
    inner = any(_stands_above(p) for p in policy.within()) if of_the_stock(policy) else False
    return bool(getattr(policy, "stands_above", False)) or inner


def _state(here: _At, now: datetime) -> tuple[str, str]:
    """State and words for a crossing at a moment."""
    in_force = [p for side in here.sides for p in side if p.in_force(now)]
    watching = [p for p in in_force if _depends(p)]
    if not any(_stands_above(p) for p in watching):
        settled = _told(_openings(here, now, dict.fromkeys(map(id, watching))), here.sorts)
        if settled[0] == "shut":
            return settled  # whatever else is stated can only shut it more
    if any(_has_own(p) for p in watching) or len(watching) > _MOST:
        return "rule", "by rule"
    found = set()
    for on in product((False, True), repeat=len(watching)):
        assumed: dict[int, bool | None] = dict(zip(map(id, watching), on, strict=True))
        found.add(_told(_openings(here, now, assumed), here.sorts))
    return found.pop() if len(found) == 1 else ("rule", "by rule")


def _openings(here: _At, now: datetime, assumed: dict[int, bool | None]) -> tuple[Opening, ...]:
    """The openings that bind the crossing; a policy that watches is on, off, or left out."""
    said: list[list[Stated]] = []
    for side in here.sides:
        said.append([])
        for policy in side:
            on = assumed.get(id(policy), False)
            if on is not None:
                view = _Assumed(now, here.crossings, on)
                said[-1] += state([policy], now, view)  # type: ignore[arg-type]
    return at_crossing(said, here.crossing)


def _told(openings: tuple[Opening, ...], sorts: Sorts) -> tuple[str, str]:
    rules = compose(openings, sorts)
    passes = _passes(rules)
    if not passes.any():
        return "shut", "shut"
    if not (passes & ~rules.exempt).any():
        exempt = dict.fromkeys(w for o in openings for w in o.exempt)
        let = [_word(w) for w in exempt if passes[who(w, sorts)].all()]
        return "shut", f"shut, not to {', '.join(let)}" if let else "shut to most"
    if not passes.all():
        barred = dict.fromkeys(w for o in openings for w in o.barred)
        out = [_word(w) for w in barred if not (passes & ~rules.exempt)[who(w, sorts)].any()]
        return "barred", f"{', '.join(out)} barred" if out else "not to all"
    least = float(rules.passes[~rules.exempt].min(initial=1.0))
    if least < 1.0:
        return "barred", f"{100 * least:.3g} % let in"
    return "open", "open"


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
