"""Households as the run begins; who is at home gets a row of the table when first roused.

All of it follows from a household's key, so that nothing of it has to be kept until then.
"""

from __future__ import annotations

from typing import Any

from flowsim.keyed import uniform
from flowsim.model.kernel.births import be_born, blank
from flowsim.model.kernel.clocks import cell_of, threshold
from flowsim.model.kernel.constants import (
    ABROAD,
    AT_HOME,
    DISPLACED,
    FOR_BURNT,
    FOR_KIN,
    INSIDE,
    KINDS,
    SHELTERED,
)


def stand(s: Any, h: Any, at: int) -> None:
    """Be the household of a number, where the run begins: at home or sheltered elsewhere."""
    h.key = s.start_key[at]
    h.home = s.start_home[at]
    h.place = s.start_place[at]
    h.group = s.start_group[at]
    h.leaves = s.start_leaves[at]
    size, kinds = 0, s.start_kinds
    for kind in range(KINDS):
        persons = kinds[kind, at]
        h.kinds[kind] = persons
        size += persons
    h.size = size
    kin, burnt = s.kin_share[h.group], s.burnt_share[h.home, h.group]
    h.kin = kin > 0.0 and uniform(s, h.key, FOR_KIN, 0) < kin
    h.burnt = burnt > 0.0 and uniform(s, h.key, FOR_BURNT, 0) < burnt
    if h.place == h.home:
        h.status = AT_HOME
    elif s.inside[h.place]:
        h.status = DISPLACED
        h.safe[INSIDE] = True
    else:
        h.status = SHELTERED
        h.safe[ABROAD] = True
        h.registered = True  # the host has counted them already


def draw_at_start(s: Any, h: Any) -> None:
    """Draw all clocks as the run begins, when no hazard has accumulated yet."""
    for n in range(s.n_clocks[h.status]):
        clock = s.clocks_of[h.status, n]
        h.cell[n] = cell_of(s, h, clock)
        h.target[n] = threshold(s, h, clock, 0)


def take_row(s: Any, at: int) -> Any:
    """Give a household the next row of the table."""
    h = s.rows[s.n.rows]
    blank(h, s.n.rows)
    s.start_row[at] = s.n.rows
    s.n.rows += 1
    stand(s, h, at)
    be_born(s, h)
    return h


def make(s: Any, at: int) -> Any:
    """Give a household its row as if it had rested there since the run began."""
    h = take_row(s, at)
    s.n.unmade -= 1
    draw_at_start(s, h)
    h.resting = True
    return h


def promise(s: Any, at: int) -> Any:
    """Give a household its row, which `fill` makes what it is: that is dear, and threads share it.

    Rows that are promised are those from ``s.n.promised`` on, their numbers in ``s.in_turn``.
    """
    h = s.rows[s.n.rows]
    h.row = s.n.rows
    h.resting = True
    s.in_turn[s.n.rows - s.n.promised] = at
    s.start_row[at] = s.n.rows
    s.n.rows += 1
    s.n.unmade -= 1
    return h


def fill(s: Any, h: Any) -> None:
    """Make a promised row the household that has rested there since the run began."""
    at = s.in_turn[h.row - s.n.promised]
    blank(h, h.row)
    stand(s, h, at)
    be_born(s, h)
    draw_at_start(s, h)


def whoever(s: Any, number: int) -> Any:
    """A household by its row, or by -1 less its number where it had none as it was put to rest."""
    if number >= 0:
        return s.rows[number]
    at = -1 - number
    if s.start_row[at] < 0:
        return promise(s, at)
    return s.rows[s.start_row[at]]


def make_all(s: Any) -> None:
    """Give all their rows, for who wants to see the whole table."""
    for at in range(len(s.start_row)):
        if s.start_row[at] < 0:
            make(s, at)
