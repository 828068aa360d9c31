"""Violence place by place: when it begins, how bad it is, when it ends, whom it kills."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from flowsim.plot.style import (
    FAINT,
    HEAT,
    Chart,
    interval_edges,
    styled,
    time_axis,
    title_of,
)
from flowsim.results import Result
from flowsim.scenario.scenario import Scenario

SEEN = 0.01
"""Intensity below which a place counts as calm."""
MOST = 40
"""Places that one figure shows."""


@styled
def violence(result: Result, scenario: Scenario | None = None) -> Chart:
    """Violence at each place over time, with the dead of each place beside it.

    Parameters
    ----------
    result : Result
    scenario : Scenario, optional
        Not needed; taken so that all figures are called alike.

    Returns
    -------
    Chart
        A matplotlib Figure: a row a place, in the order in which violence begins; calm places
        are counted below.
    """
    intensity = result.violence.values
    begins = np.argmax(intensity >= SEEN, axis=0)
    peak = intensity.max(axis=0) if len(intensity) else np.zeros(intensity.shape[1])
    burning = np.flatnonzero(peak >= SEEN)
    order = burning[np.lexsort((-peak[burning], begins[burning]))][:MOST]
    chart = Chart(10.0, 2.0 + 0.27 * max(1, len(order)))
    axes = chart.subplots()
    axes.set_title(f"{title_of(result.data)}: violence by place", fontsize=13, pad=10)
    shown = np.ma.masked_less(intensity[:, order].T, SEEN)
    if not len(order):
        # a mask over zeros: masked_all leaves its memory unset, and the colour map multiplies it
        shown = np.ma.array(np.zeros((1, intensity.shape[0])), mask=True)
    edges = interval_edges(result.data["time"].values)
    mesh = axes.pcolormesh(
        edges, np.arange(shown.shape[0] + 1) - 0.5, shown, cmap=HEAT, vmin=0.0, vmax=1.0
    )
    axes.invert_yaxis()
    axes.set_yticks(range(len(order)), [str(result.data["place"].values[p]) for p in order])
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("place, in the order in which violence begins")
    time_axis(axes, result.data["time"].values, every=2)
    axes.grid(axis="x", which="major", color="#E2E2E2", linewidth=0.5)
    calm = intensity.shape[1] - len(burning)
    more = len(burning) - len(order)
    told = [f"{calm} places stay calm"] + ([f"{more} more not shown"] if more else [])
    axes.set_xlabel(f"local time  ({'; '.join(told)})")
    _dead(axes, result, order)
    bar = chart.colorbar(mesh, ax=axes, orientation="horizontal", shrink=0.4, aspect=35, pad=0.02)
    bar.set_label("intensity of violence (1 = worst day in the worst place)")
    return chart


def _dead(axes: Axes, result: Result, order: np.ndarray) -> None:
    """The dead of each place, in a column on the right."""
    dead = result.deaths.sum(["time", "group"]).values
    for row, place in enumerate(order):
        axes.text(
            1.01,
            row,
            f"{int(dead[place]):,}",
            va="center",
            fontsize=8,
            transform=axes.get_yaxis_transform(),
        )
    axes.text(
        1.01,
        1.0,
        f"dead\n({int(dead.sum()):,} in all)",
        transform=axes.transAxes,
        va="bottom",
        fontsize=8,
        color=FAINT,
    )
