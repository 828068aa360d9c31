"""A row of the table becomes a household: what is drawn for it once and for all."""

from __future__ import annotations

from typing import Any

from flowsim.keyed import uniform
from flowsim.model.kernel.constants import FOR_INFORMED, NEVER
from flowsim.model.kernel.frailty import frailty


def blank(h: Any, row: int) -> None:
    """A row that stands for nobody yet."""
    h.row = row
    h.next_event = NEVER
    h.arrive = NEVER
    h.leaves = NEVER
    h.done = NEVER
    h.link = -1
    h.parent = -1
    h.part = -1
    h.sibling = -1
    h.barred = -1
    h.goal = -1
    h.camp = -1
    h.line = -1


def be_born(s: Any, h: Any) -> None:
    """What is drawn for a household once and for all, by its key."""
    h.informed = uniform(s, h.key, FOR_INFORMED, 0) < s.run.informed
    h.frailty = frailty(s, h.key)
