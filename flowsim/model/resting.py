"""Households at rest: their clocks wait in sorted order, so a tick costs only those who are due."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats, Ints


class Sorted:
    """Targets of one clock for households at rest, in order by cell."""

    def __init__(self, rows: Ints, cell: Ints, target: Floats) -> None:
        order = np.lexsort((target, cell))
        self.rows, self.target = rows[order], np.append(target[order], np.inf)
        self.cells, first = np.unique(cell[order], return_index=True)
        self.at, self.stop = first, np.append(first[1:], order.size)[: first.size]
        self.next = self.target[self.at]

    def due(self, reading: Floats) -> Ints:
        """Rows whose target is reached at a reading of the clock face, each given out once."""
        found = []
        for i in np.flatnonzero(self.next <= reading[self.cells]):
            first, stop = self.at[i], self.stop[i]
            limit = reading[self.cells[i]]
            last = first + int(np.searchsorted(self.target[first:stop], limit, side="right"))
            found.append(self.rows[first:last])
            self.at[i] = last
            self.next[i] = self.target[last] if last < stop else np.inf
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)
