"""Data that follow the clock: a table for each frame, and the one that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource

Column = Any
"""A numpy array (F, n), or a list of F lists of n texts."""

SHOW = """
const kinds = {uint8: Uint8Array, int32: Int32Array, float32: Float32Array, float64: Float64Array}
for (const [now, all] of pairs) {
  for (const [name, column] of Object.entries(all.data)) {
    if (column.dtype === undefined) { now.data[name] = column[frame]; continue }
    const n = column.length / column.shape[0]
    const from = column.byteOffset + frame * n * column.BYTES_PER_ELEMENT
    now.data[name] = new kinds[column.dtype](column.buffer, from, n)
  }
  now.change.emit()
}
"""
"""Shows a frame; takes ``pairs`` of sources, what is shown and all, and the number ``frame``."""


class Moving:
    """Rows that marks are drawn from, some of whose columns change from frame to frame.

    Attributes
    ----------
    now : ColumnDataSource
        What is shown.
    all : ColumnDataSource
        Each column that changes, with a row a frame.
    """

    def __init__(self, fixed: Sequence[str], moving: Sequence[str]) -> None:
        self.now = ColumnDataSource({name: [] for name in (*fixed, *moving)})
        self.all = ColumnDataSource({name: [] for name in moving})

    def show(self, fixed: Mapping[str, Column], moving: Mapping[str, Column], frame: int) -> None:
        """Take the place of the data that were there, at a frame."""
        self.now.data = {**fixed, **{name: column[frame] for name, column in moving.items()}}
        self.all.data = {name: _plain(column) for name, column in moving.items()}

    @property
    def pair(self) -> tuple[ColumnDataSource, ColumnDataSource]:
        """As `SHOW` takes them."""
        return self.now, self.all


def _plain(column: Column) -> Column:
    return np.ascontiguousarray(column) if isinstance(column, np.ndarray) else column
