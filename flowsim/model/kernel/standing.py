"""Persons as they stand, and what happened to them: the counts that observers take."""

from __future__ import annotations

from typing import Any

from flowsim.model.kernel.constants import BACK, KINDS, MOVING, WAITING


def tally(s: Any, h: Any, sign: int) -> None:
    """Add a household to the persons as they stand, or take it off."""
    place, group, status, link = h.place, h.group, h.status, h.link
    s.people[place, group, status] += sign * h.size
    if h.hurt:
        for kind in range(KINDS):
            s.hurt[place] += sign * h.wounded[kind]
    if status == MOVING:
        if s.run.danger_on_legs and link >= 0:
            on_leg = s.on_leg
            for kind in range(KINDS):
                on_leg[link, group, kind] += sign * h.kinds[kind]
    else:
        present = s.present
        for kind in range(KINDS):
            present[place, group, kind] += sign * h.kinds[kind]
        if status == WAITING:
            line, gate = s.line, s.gate[link]
            for kind in range(KINDS):
                line[gate, kind] += sign * h.kinds[kind]


def tell(s: Any, gate: int, outcome: int, kind: int, persons: int) -> None:
    """Record an outcome; in the direction back only the return itself is one."""
    if persons > 0 and (s.gate_out[gate] or outcome == BACK):
        crossing = s.gate_crossing[gate]
        s.outcomes[s.tick.at, crossing, outcome, kind] += persons
        s.outcomes_so_far[crossing, outcome] += persons


def tell_all(s: Any, h: Any, gate: int, outcome: int) -> None:
    """Record an outcome of a whole household."""
    for kind in range(KINDS):
        tell(s, gate, outcome, kind, h.kinds[kind])


def class_of_hours(s: Any, seconds: int) -> int:
    """Number of the class of waiting times that a duration falls into."""
    n = 0
    while n < len(s.wait_edges_s) and s.wait_edges_s[n] <= seconds:
        n += 1
    return n - 1


def register(s: Any, h: Any, when: int) -> None:
    """The host will have counted a household by then."""
    at = s.tick.at
    while at < len(s.stops) and s.stops[at] < when:
        at += 1
    if at < len(s.stops):
        for kind in range(KINDS):
            s.registered[at, h.place, kind] += h.kinds[kind]
