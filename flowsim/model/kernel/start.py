"""Households as a run begins: who is in them, what they know, and where they stand."""

from __future__ import annotations

from typing import Any

from flowsim.keyed import uniform
from flowsim.model.kernel.births import be_born, blank
from flowsim.model.kernel.clocks import draw
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
from flowsim.model.kernel.rest import rest
from flowsim.model.kernel.standing import register, tally


def settle_in(s: Any, h: Any) -> None:
    """Be where the run begins: at home, or displaced or sheltered elsewhere."""
    row = h.row
    h.key = s.start_key[row]
    h.home = s.start_home[row]
    h.place = s.start_place[row]
    h.group = s.start_group[row]
    h.leaves = s.start_leaves[row]
    size = 0
    for kind in range(KINDS):
        persons = s.start_kinds[kind, row]
        h.kinds[kind] = persons
        size += persons
    h.size = size
    be_born(s, h)
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
        register(s, h, 0)


def settle_everybody(s: Any) -> None:
    """All households stand where the run begins."""
    for row in range(s.n.rows):
        h = s.rows[row]
        blank(h, row)
        settle_in(s, h)
        tally(s, h, 1)


def begin(s: Any) -> None:
    """Draw all clocks of all households."""
    for row in range(s.n.rows):
        h = s.rows[row]
        for column in range(s.run.own_columns):
            h.own[column] = s.start_own[row, column]
        for n in range(s.n_clocks[h.status]):
            draw(s, h, n, 0)
        s.loose[row] = row
    s.n.loose = s.n.rows
    rest(s)
