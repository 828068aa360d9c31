"""Where panels stand: as high as they are asked to be, as wide as the words beside them let them.

Matplotlib's constrained layout takes a figure of some height and gives panels what is left of it;
it would have to run, and measure all words twice, for each height that is tried. Here words are
measured once, and the figure becomes as high as they and the panels take together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.spines import Spine
from matplotlib.text import Text

from flowsim.arrays import Floats

PAD_INCHES = 1.0 / 24.0
"""Around the words of each panel, and above and below heading and key."""
GAP_PART = 0.01
"""Between columns, on each side, at least: a part of the figure's width over their number."""
LEAST_PART = 0.1
"""Of the height of a figure of a user's own, which panels have however long its words are."""
LEFT_EMS, RIGHT_EMS, ABOVE_EMS, BELOW_EMS = 5.0, 1.0, 2.5, 1.5
"""What words take about, as multiples of the type size, before they are measured."""


class Panels:
    """The panels of a figure, which stand in one grid, and the words around them.

    Parameters
    ----------
    figure : Figure
        Its legends, if there are some, lie below all panels.
    points : float
        Type size.
    heading : Text
        Above all panels.
    side : Text, optional
        To the left of all panels, upright.
    fixed : bool
        Whether the figure keeps its height: panels get what is left of it.
    """

    def __init__(
        self,
        figure: Figure | SubFigure,
        points: float,
        heading: Text,
        side: Text | None = None,
        fixed: bool = False,
    ) -> None:
        self._figure, self._heading, self._side, self._fixed = figure, heading, side, fixed
        specs = [(axes, axes.get_subplotspec()) for axes in figure.axes]
        self._at = [(a, s.rowspan.start, s.colspan.start) for a, s in specs if s is not None]
        grid = next(s.get_gridspec() for _, s in specs if s is not None)
        self._shape = grid.nrows, grid.ncols
        self._high = _parts(grid.get_height_ratios(), grid.nrows)
        self._wide = _parts(grid.get_width_ratios(), grid.ncols)
        em = points / 72.0
        rows, columns = np.full((2, grid.nrows), em), np.full((2, grid.ncols), em)
        self._upright: Floats = rows * [[ABOVE_EMS], [BELOW_EMS]]
        self._across: Floats = columns * [[LEFT_EMS], [RIGHT_EMS]]
        self._around = (ABOVE_EMS * em, 0.0, 0.0)
        self.inches = 0.0
        """What the rows have together."""

    def measure(self, renderer: Any) -> None:
        """Note the room that words take beside the panels as they stand now."""
        inches, (rows, columns) = self._size()[0], self._shape
        gap = max(PAD_INCHES, GAP_PART * inches / columns)
        across, upright = np.zeros((2, columns)), np.zeros((2, rows))
        for axes, row, column in self._at:
            if not axes.get_visible():
                continue
            tight = axes.get_tightbbox(
                renderer, bbox_extra_artists=_words_of(axes), for_layout_only=True
            )
            box = axes.get_position(original=True).transformed(self._figure.transSubfigure)
            assert tight is not None  # as it is visible
            beside = box.x0 - tight.x0, tight.x1 - box.x1
            over = tight.y1 - box.y1, box.y0 - tight.y0
            across[:, column] = np.maximum(across[:, column], beside)
            upright[:, row] = np.maximum(upright[:, row], over)
        self._across = across / self._figure.dpi + gap
        self._across[0, 0] += PAD_INCHES - gap
        self._across[1, -1] += PAD_INCHES - gap
        self._upright = upright / self._figure.dpi + PAD_INCHES
        heading = self._heading.get_window_extent(renderer).height
        keys = [legend.get_window_extent(renderer).height for legend in self._figure.legends]
        side = self._side.get_window_extent(renderer).width if self._side else 0.0
        sizes = np.array([heading, max(keys, default=0.0), side]) / self._figure.dpi
        self._around = tuple(np.where(sizes > 0.0, sizes + 2 * PAD_INCHES, 0.0).tolist())

    def _size(self) -> tuple[float, float]:
        """Inches of the figure, across and up."""
        box, dpi = self._figure.bbox, self._figure.dpi
        return float(box.width / dpi), float(box.height / dpi)

    def widths(self) -> Floats:
        """Inches that the words leave the panels of each column."""
        whole = self._size()[0]
        room = whole - self._around[2] - self._across.sum()
        shared: Floats = max(room, 0.1 * whole) * self._wide
        return shared

    def place(self, inches: float) -> None:
        """Give all rows together so many inches, and the figure what it takes with its words."""
        heading, key, side = self._around
        words = heading + self._upright.sum() + key
        whole = words + inches
        if isinstance(self._figure, Figure) and not self._fixed:
            self._figure.set_figheight(whole)
        else:
            whole = self._size()[1]
            inches = max(whole - words, LEAST_PART * whole)
        self.inches = inches
        x = side + _starts(self._across[0], self.widths(), self._across[1])
        high = inches * self._high
        top = whole - heading - _starts(self._upright[0], high, self._upright[1])
        scale = np.array([self._size()[0], whole] * 2)
        for axes, row, column in self._at:
            spot = [x[column], top[row] - high[row], self.widths()[column], high[row]]
            axes.set_position((np.array(spot) / scale).tolist())
        self._heading.set_y(1.0 - PAD_INCHES / whole)
        if self._side is not None:
            self._side.set_x(PAD_INCHES / self._size()[0])


def _parts(ratios: Any, count: int) -> Floats:
    parts = np.ones(count) if ratios is None else np.array(ratios, dtype=np.float64)
    shared: Floats = parts / parts.sum()
    return shared


def _starts(before: Floats, sizes: Floats, after: Floats) -> Floats:
    """Where things begin that stand in a row, each with room before and after it."""
    starts: Floats = np.cumsum(before) + np.concatenate([[0.0], np.cumsum(sizes + after)[:-1]])
    return starts


def _words_of(axes: Axes) -> list[Any]:
    """What reaches out of a panel besides its axes and titles, as keys do; ticks have labels."""
    found = axes.get_default_bbox_extra_artists()
    return [artist for artist in found if not isinstance(artist, Spine)]
