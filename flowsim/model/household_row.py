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
    ("place", "i4"), ("link", "i4"), ("home", "i4"), ("group", "i2"), ("what", "i1"),
    ("status", "i1"), ("road", "i1"), ("called", "?"), ("resting", "?"), ("in_line", "?"),
    ("held", "?"), ("size", "u1"), ("passing", "u1"), ("bound", "i1"), ("in_hand", "i8"),
)  # fmt: skip
"""What is looked at again and again: side by side, it is one line of the processor's cache."""
_LAST: tuple[tuple[str, str], ...] = (
    *((name, "i4") for name in (
        "fled", "leaves", "goal", "camp", "parent", "part", "sibling", "joined", "ready", "rank",
        "slot", "line", "ahead", "behind", "want", "since",
    )),
    ("barred", "i2"), ("load", "u1"),
    *((name, "?") for name in (
        "late", "regroups", "joins", "gains", "guard", "burnt", "informed", "kin", "refused",
        "follows", "registered", "hurt",
    )),
    ("spread", "i8"), ("counted", "i8"), ("quota", "f8"), ("luck", "f8"), ("frailty", "f8"),
    ("worked", "i8"),
)  # fmt: skip


def row_type(clocks: int, own: int, counted: int) -> np.dtype[Any]:
    """Type of a row; columns of one width stand together, so that little of it is padding.

    Parameters
    ----------
    clocks : int
        Most clocks that compete in one status.
    own : int
        Columns of a user's own hazards.
    counted : int
        Purposes of which draws are counted.
    """
    tables: list[Any] = [
        ("target", "f8", (clocks,)), ("cell", "i4", (clocks,)), ("count", "u2", (counted,)),
        ("kinds", "u1", (KINDS,)), ("wounded", "u1", (KINDS,)), ("doomed", "u1", (KINDS,)),
        ("safe", "i1", (len(Refuge),)),
    ]  # fmt: skip
    return np.dtype([*_FIRST, *tables, *_LAST, ("own", "f8", (max(own, 1),))], align=True)
