"""The reported policy on the timeline: a second, thinner line of each count."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Div

from flowsim.evidence.quantities import quantity
from flowsim.interactive import Playback
from flowsim.interactive.time_course import CURVES
from flowsim.results.result import Result

COMPARED = ("displaced_inside", "crossed", "waiting")
"""Counts of which the reported policy has a line."""
NOTE = (
    '<p style="font-size:.85rem;margin:.2rem 0">Thin dashed lines: the same people, inputs and '
    "seed under the reported policy.</p>"
)


class Beside:
    """Lines of another run on the timeline of a playback."""

    def __init__(self, playback: Playback) -> None:
        self.playback = playback
        self.sources = {name: ColumnDataSource({"x": [], "y": []}) for name in COMPARED}
        for name, source in self.sources.items():
            curve = CURVES[name]
            playback.timeline.panels[curve.panel].line(
                "x", "y", source=source, line_color=curve.colour, line_width=1.4,
                line_dash=[5, 3], name=f"reported {name}",
            )  # fmt: skip
        self.note = Div(text=NOTE, visible=False, sizing_mode="stretch_width")
        playback.when.children = [*playback.when.children, self.note]

    def show(self, result: Result | None) -> None:
        """Draw a run, or nothing; the panels grow where it is higher than what is there."""
        self.note.visible = result is not None
        for name, source in self.sources.items():
            if result is None:
                source.data = {"x": [], "y": []}
                continue
            series = quantity(result, name)
            when: Any = series["time"].values.astype("datetime64[ms]").astype(np.float64)
            source.data = {"x": when, "y": series.values}
            panel = self.playback.timeline.panels[CURVES[name].panel]
            top = 1.08 * float(series.max())
            if top > panel.y_range.end:
                panel.y_range.end = top
            panel.visible = panel.visible or top > 0.0
