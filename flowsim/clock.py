"""Hazard clocks: a rate in 1/day, its integral, and when a threshold on it is reached.

A household under a clock draws an exponential threshold E and acts when the clock has advanced by
E since it came under it (time rescaling: exact for any hazard). Between two ticks the rate is
constant, so the moment of action is found by one division.
"""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats

DAY = 86_400
"""Seconds in a day."""
NEVER = 2**31 - 1
"""Event time of those for whom nothing is due, seconds."""


class CumulativeHazards:
    """All hazard clocks of a run, each a cell of one flat array.

    Its arrays stay where they are, since the kernel holds them.

    Attributes
    ----------
    start, stop : int
        The present tick, seconds since the start of the run; half-open.
    cumulative : float64 array (cells,)
        Integral of the hazard up to ``start``.
    rate : float64 array (cells,)
        Hazard during the tick, 1/day.
    cumulative_at_stop : float64 array (cells,)
    """

    def __init__(self, cells: int) -> None:
        self.start = self.stop = 0
        self.cumulative = np.zeros(cells)
        self.rate = np.zeros(cells)
        self.cumulative_at_stop = np.zeros(cells)

    def advance(self, start: int, stop: int, rate: Floats) -> None:
        """Begin the tick ``[start, stop)`` with these hazards (1/day, one a cell).

        Examples
        --------
        >>> face = CumulativeHazards(1)
        >>> face.advance(0, 3600, np.array([24.0]))
        >>> face.cumulative_at_stop.tolist()
        [1.0]
        """
        self.cumulative[:] = self.cumulative_at_stop
        self.start, self.stop, self.rate[:] = start, stop, rate
        self.cumulative_at_stop[:] = self.cumulative + rate * ((stop - start) / DAY)
