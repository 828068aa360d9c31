"""Families: parts that settle where their family is join it again, and some follow it."""

from __future__ import annotations

from typing import Any

from flowsim.model.kernel.constants import (
    AT_HOME,
    DISPLACED,
    EMPTY,
    KINDS,
    OFF_ROAD,
    RETURNED,
    SHELTERED,
)
from flowsim.model.kernel.standing import tally
from flowsim.model.kernel.status import enter, harm_again, is_apart, regroup


def settled(h: Any) -> bool:
    """Neither on the way nor held, nor about to set out, and alive."""
    return h.status in (AT_HOME, DISPLACED, SHELTERED, RETURNED) and h.road == OFF_ROAD


def family_of(s: Any, h: Any) -> int:
    """Row that a household parted from or, if that is no more, of that one's family; else -1."""
    family = h.parent
    while family >= 0 and s.rows[family].status == EMPTY:
        family = s.rows[family].parent
    return int(family)


def look_for_families(s: Any) -> None:
    """Note where the families of those who follow are sheltered as the tick begins."""
    n, rows, followers = 0, s.rows, s.followers
    for j in range(s.n.followers):
        h = rows[followers[j]]
        h.goal = -1
        if h.follows and h.status != EMPTY:
            followers[n] = h.row
            n += 1
            family = family_of(s, h)
            if family >= 0 and rows[family].status == SHELTERED:
                h.goal = rows[family].place
    s.n.followers = n


def note_if_together(s: Any, h: Any, n: int) -> int:
    """Note a part that is settled where its family is, in ``s.in_turn``; gives the new count."""
    family = family_of(s, h)
    if family < 0 or h.joins or h.place != s.rows[family].place:
        return n
    if not (settled(h) and settled(s.rows[family])):
        return n
    h.joins = True
    s.in_turn[n] = h.row
    return n + 1


def note_all_together(s: Any) -> int:
    """Note all parts that may join, of those who settled in this tick; gives how many.

    These are the households themselves and what parted from them, or from parts of theirs that are
    no more.
    """
    n = 0
    for j in range(s.n.regrouped):
        h = s.rows[s.regrouped[j]]
        h.regroups = False
        n = note_if_together(s, h, n)
        s.scratch[0] = h.part
        stack = 1 if h.part >= 0 else 0
        while stack:
            stack -= 1
            part = s.rows[s.scratch[stack]]
            n = note_if_together(s, part, n)
            if part.sibling >= 0:
                s.scratch[stack] = part.sibling
                stack += 1
            if part.status == EMPTY and part.part >= 0:
                s.scratch[stack] = part.part
                stack += 1
    s.n.regrouped = 0
    return n


def join_family(s: Any, h: Any, family: Any, now: int) -> None:
    """A household is part of its family again."""
    if is_apart(h):
        s.n.apart -= h.size
    if is_apart(family):
        s.n.apart += h.size
    tally(s, family, -1)
    tally(s, h, -1)
    family.hurt = family.hurt or h.hurt
    for kind in range(KINDS):
        family.kinds[kind] += h.kinds[kind]
        family.wounded[kind] += h.wounded[kind]
        family.doomed[kind] += h.doomed[kind]
        h.kinds[kind] = 0
        h.wounded[kind] = 0
        h.doomed[kind] = 0
    family.size += h.size
    h.size = 0
    tally(s, family, 1)
    tally(s, h, 1)
    if is_apart(h):
        s.reunited[s.tick.at, h.place] += 1
    enter(s, h, now, EMPTY, h.place, h.link)


def reunite(s: Any) -> None:
    """At the end of a tick, let parts join that have settled where their family is."""
    n, families = note_all_together(s), 0
    for j in range(n):
        family = family_of(s, s.rows[s.in_turn[j]])
        s.scratch[j] = family
        # Else it would join a household that is empty by then.
        if s.rows[family].joins:  # a family that itself joins another waits for the next tick
            s.scratch[j] = -1
    for j in range(n):
        h = s.rows[s.in_turn[j]]
        h.joins = False
        if s.scratch[j] < 0:
            regroup(s, h)
            continue
        family = s.rows[s.scratch[j]]
        join_family(s, h, family, s.tick.stop)
        family.gains = True
        s.in_turn[families] = family.row
        families += 1
    for j in range(families):
        family = s.rows[s.in_turn[j]]
        if family.gains:
            family.gains = False
            harm_again(s, family, s.tick.stop)
