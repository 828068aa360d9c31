"""Names of numbers, as plain whole numbers that numba takes for constants."""

from __future__ import annotations

from flowsim.draws import Purpose

FOR_ROUTE = int(Purpose.ROUTE)
FOR_ONWARD = int(Purpose.ONWARD)
NEAR_ONE = 1.001
"""Thresholds of pruning below this drop nothing."""
FULL = 0.5
"""Room below which people give up their way to a camp."""
