"""What a user gives to have a figure drawn on, instead of a new one."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

Place = Axes | Figure | SubFigure
"""What a user may have a figure drawn on."""


def root_of(own: object) -> Figure:
    """The whole figure of what a user gives; ValueError where it is something else."""
    if not isinstance(own, Axes | Figure | SubFigure):
        right = "give an Axes, a SubFigure or a Figure of matplotlib"
        raise ValueError(f"ax={own!r} is nothing to draw on; {right}")
    figure = own.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure; give some that do")
    return figure


def inches_of(own: Place) -> float:
    """The width of the room that it has."""
    if isinstance(own, Axes):
        spec = own.get_subplotspec()
        if spec is not None:
            root = root_of(own)
            return float(spec.get_position(root).width * root.get_figwidth())
    return float(own.bbox.width / root_of(own).dpi)
