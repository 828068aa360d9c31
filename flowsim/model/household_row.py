"""The table of households: a row each, of one type that compiled code and numpy both read."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowsim.draws import Purpose
from flowsim.model.axes import KINDS, Refuge

KEYED_ONCE = (
    Purpose.SIZE, Purpose.KIND, Purpose.FRAILTY, Purpose.INFORMED, Purpose.GATE_SPLIT,
    Purpose.BURNT, Purpose.FOLLOW, Purpose.KIN, Purpose.CHECKPOINT, Purpose.ORIGIN,
    Purpose.DEATH_COUNT, Purpose.SAMPLE, Purpose.EXCITE,
)  # fmt: skip
"""Purposes of which a household does not count its draws: it makes one, or has another number."""
COUNTED = tuple(purpose for purpose in Purpose if purpose not in KEYED_ONCE)
"""Purposes of which it does, in the order of the column `count`."""

_FIRST: tuple[tuple[str, str], ...] = (
    ("key", "u8"), ("row", "i4"), ("next_event", "i4"), ("arrive", "i4"), ("done", "i4"),
    ("place", "i4"), ("link", "i4"), ("group", "i2"), ("what", "i1"), ("status", "i1"),
    ("road", "i1"), ("called", "?"), ("resting", "?"), ("in_line", "?"), ("held", "?"),
    ("size", "u1"), ("passing", "u1"), ("bound", "i1"), ("in_hand", "i8"),
)  # fmt: skip
"""What is looked at again and again: side by side, it is one line of the processor's cache."""
_LAST: tuple[tuple[str, str], ...] = (
    ("home", "i4"), ("load", "u1"), ("late", "?"), ("regroups", "?"),
    ("joins", "?"), ("gains", "?"), ("guard", "?"), ("burnt", "?"), ("informed", "?"),
    ("kin", "?"), ("refused", "?"), ("follows", "?"), ("registered", "?"),
    ("barred", "i2"), ("fled", "i4"), ("leaves", "i4"), ("goal", "i4"), ("camp", "i4"),
    ("parent", "i4"), ("part", "i4"), ("sibling", "i4"), ("joined", "i4"), ("ready", "i4"),
    ("rank", "i4"), ("spread", "i8"), ("counted", "i8"), ("quota", "f8"),
    ("hurt", "?"), ("luck", "f8"), ("frailty", "f8"), ("worked", "i8"),
)  # fmt: skip


def row_type(clocks: int, own: int, counted: int) -> np.dtype[Any]:
    """Type of a row.

    Parameters
    ----------
    clocks : int
        Most clocks that compete in one status.
    own : int
        Columns of a user's own hazards.
    counted : int
        Purposes of which draws are counted.
    """
    clock: list[Any] = [("cell", "i4", (clocks,)), ("target", "f8", (clocks,))]
    tables: list[Any] = [
        ("count", "u2", (counted,)),
        ("kinds", "u1", (KINDS,)), ("wounded", "u1", (KINDS,)), ("doomed", "u1", (KINDS,)),
        ("safe", "i1", (len(Refuge),)),
        ("own", "f8", (max(own, 1),)),
        *((name, "i4") for name in ("slot", "line", "ahead", "behind", "want", "since")),
    ]  # fmt: skip
    return np.dtype([*_FIRST, *clock, *_LAST, *tables], align=True)
