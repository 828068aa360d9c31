"""The lane above a figure that says what the border is like over time: what the state did."""

from __future__ import annotations

from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from flowsim.plot.page import Page
from flowsim.plot.scales import date_labels
from flowsim.plot.style import FAINT, INK, points
from flowsim.plot.windows import Span

LANE = {
    "shut": ("#666666", "shut (grey below)"),
    "partly": ("#B5B5B5", "some crossings shut"),
    "barred": ("#D6E6F2", "open, not to all"),
    "quota": ("#DCEFE3", "open, by quota"),
    "rule": ("#F3E7C4", "depends on what guards see"),
    "open": ("#FFFFFF", "open"),
}
"""Colour and words for the states of the border."""


def lane_key(page: Page, axes: Axes, spans: list[Span]) -> None:
    """What the lane shows; before the figure is settled."""
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    date_labels(axes, False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title("The border, for those who flee")
    present = {span.state for span in spans}
    page.key(axes, [
        Patch(facecolor=colour, edgecolor=FAINT, linewidth=0.5, label=words)
        for state, (colour, words) in LANE.items() if state in present
    ])  # fmt: skip


def draw_lane(axes: Axes, spans: list[Span]) -> None:
    """The states of the border, each with its words where they have room."""
    low, high = axes.get_xlim()
    per_day = axes.bbox.width / (high - low)
    for span in spans:
        start, stop = mdates.date2num(span.start), mdates.date2num(span.stop)
        axes.axvspan(
            start,
            stop,
            facecolor=LANE[span.state][0],
            edgecolor="white",
            linewidth=0.8,
            gid=span.state,
        )
        text = axes.text(
            (start + stop) / 2,
            0.46,
            span.label,
            ha="center",
            va="center",
            fontsize=points(0.8),
            color="white" if span.state == "shut" else INK,
            in_layout=False,
        )
        if text.get_window_extent().width > 0.96 * per_day * (stop - start):
            text.remove()
    axes.set_xlim(low, high)
