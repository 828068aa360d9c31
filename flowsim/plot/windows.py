"""When a scenario's crossings are shut, as far as the calendar of its policies says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from flowsim.policy.base import Policy
from flowsim.policy.sections import Border
from flowsim.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Span:
    """What one crossing or the whole border is for a while, ``[start, stop)``.

    Attributes
    ----------
    start, stop : datetime
    state : str
        ``shut``, ``partly`` (some crossings shut), ``barred`` (open, but not to all), ``rule`` (a
        policy decides that no calendar tells) or ``open``.
    label : str
        The same in words.
    """

    start: datetime
    stop: datetime
    state: str
    label: str


def crossing_spans(scenario: Scenario, crossing: str) -> list[Span]:
    """What a crossing is over the run, for those who flee."""
    policies = _policies(_border_of(scenario, crossing), crossing)
    spans = []
    for start, stop in _pieces(scenario, policies):
        state, label = _state([p for p in policies if p.in_force(start)])
        spans.append(Span(start, stop, state, label))
    return _joined(spans)


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
            worst = max(now, key=lambda s: ("open", "barred", "rule", "shut").index(s.state))
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


def _policies(border: Border | None, crossing: str) -> list[Policy]:
    if border is None:
        return []
    return [
        part
        for authority in border.authorities
        for policy in authority.policies
        for part in policy.parts()
        if not part.crossings or crossing in part.crossings
    ]


def _pieces(scenario: Scenario, policies: list[Policy]) -> list[tuple[datetime, datetime]]:
    edges = {t for p in policies for t in p.edges() if scenario.start < t < scenario.end}
    cuts = [scenario.start, *sorted(edges), scenario.end]
    return list(pairwise(cuts))


def _state(policies: list[Policy]) -> tuple[str, str]:
    types = {getattr(p, "type", "") for p in policies}
    if "closed" in types:
        return "shut", "shut"
    if types & {"function", "code"}:
        return "rule", "by rule"
    barred = [who for p in policies for who in getattr(p, "barred", ())]
    if barred:
        who = ", ".join(w.removeprefix("group:").replace("_", " ") for w in dict.fromkeys(barred))
        return "barred", f"{who} barred"
    return "open", "open"


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and (joined[-1].state, joined[-1].label) == (span.state, span.label):
            joined[-1] = Span(joined[-1].start, span.stop, span.state, span.label)
        else:
            joined.append(span)
    return joined
