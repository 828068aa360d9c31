"""What a household does that is due on a road with a capacity, or in line for fuel."""

from __future__ import annotations

from typing import Any

from flowsim.model.kernel.admission import join
from flowsim.model.kernel.clocks import wake
from flowsim.model.kernel.constants import (
    DISPLACED,
    FUELLED,
    HELD_BACK,
    IN_LINE,
    NEVER,
    OFF_ROAD,
    ON_ROAD,
)
from flowsim.model.kernel.moves import leave, onward
from flowsim.model.kernel.road import (
    come_out,
    come_to_the_end,
    is_full,
    is_through,
    make_way,
    pump,
    serve_first,
    step_out,
)
from flowsim.model.kernel.ways import arrive, set_out


def drive(s: Any, h: Any, now: int) -> None:
    """Be at the end of a road, out of it, or let go; or have fuel."""
    if h.road == ON_ROAD:
        come_to_the_end(s, h, now)
    elif h.road == IN_LINE:
        come_out(s, h, now)
        arrive(s, h, now)
    elif h.road == HELD_BACK:
        look_ahead(s, h, now)
    else:
        fill_up(s, h, now)


def look_ahead(s: Any, h: Any, now: int) -> None:
    """Go on if there is room by now; whoever was held back behind them looks next."""
    if is_full(s, h, h.want):
        h.arrive = NEVER
        wake(s, h)
        return
    want = int(h.want)
    step_out(s, h)
    if want >= s.run.links:
        join(s, h, now, want - s.run.links)
    else:
        set_out(s, h, now, want, 0)
    make_way(s, want, now)


def fill_up(s: Any, h: Any, now: int) -> None:
    """Have fuel, and set out."""
    line = pump(s, h.place)
    is_through(s, h, line, now)
    s.in_jam[line] -= h.load
    h.road = FUELLED
    serve_first(s, line)
    if h.status == DISPLACED:
        onward(s, h, now)
    else:
        leave(s, h, now)
    if h.road == FUELLED:
        h.road = OFF_ROAD
