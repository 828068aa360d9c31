"""How far runs are from each report, in its standard errors: what was fitted, what only checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import CARETLEFT, CARETRIGHT
from matplotlib.patches import Patch

from flowsim.arrays import Floats
from flowsim.evidence.likelihood import distances
from flowsim.evidence.predicted import predicted
from flowsim.evidence.quantities import UNITS
from flowsim.evidence.scorecard import SHORT, USES, number, short_time
from flowsim.evidence.statements import Z95, Statement, statements
from flowsim.plot.given import Place
from flowsim.plot.holding import note, of_study
from flowsim.plot.marks import point_style
from flowsim.plot.page import Page
from flowsim.plot.style import FAINT, INK, NARROW_MM, STATUS, WIDTH_MM, Chart, points, styled
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

LIMIT = 3.0
"""Standard errors from which on a run is implausible."""
EDGE = 5.0
"""What is farther away stands at the edge, as an arrow."""
MOST = 45
"""Reports that are shown; those fitted to before the others."""
ROW_INCHES = 0.19


@styled
def reports(
    what: Result | xr.Dataset,
    scenario: Scenario,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """How far a run, or the runs of a study, are from each report of a scenario.

    Parameters
    ----------
    what : Result, or Dataset of a study
        A study of one scenario that keeps ``reports``.
    scenario : Scenario
        For its reports: those of its period that are fitted to, kept to check, or that an input was
        specified from.
    ax : Axes, SubFigure or Figure, optional
        Of your own, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure, a row a report. The point is what is simulated less what is reported,
        in standard errors of the report (count, rounding and discrepancy), the median of several
        runs; it is full where the scenario is fitted to the report, half full where an input was
        specified from it, and hollow where it is kept to check. The line holds 90 % of the runs.
        At least and up to are triangles, that point to where they are kept. Within the dark band
        lie nine in ten of reports that are as good as they say; outside of the pale one the run is
        implausible. An arrow at the edge is farther away.

    Raises
    ------
    ValueError
        The scenario has no report of a quantity of the run within its period.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.load("kyrgyz_uzbek_2010")
    >>> reports(fs.run(base, seed=1), base).write("reports.pdf")  # doctest: +SKIP
    """
    every = statements(scenario, use=USES)
    if not every:
        raise ValueError("the scenario has no report of what a run has, within its period")
    order = sorted(range(len(every)), key=lambda i: _rank(every[i]))
    told = [every[i] for i in order]
    runs = np.atleast_2d(predicted(what, told))
    named = f"{scenario.title or scenario.name}: how far from the reports"
    page = Page(width, ROW_INCHES * (len(told[:MOST]) + 2.5), named, ax)
    axes = page.axes()
    _rows(axes, told[:MOST], runs[:, :MOST], narrow=width <= NARROW_MM)
    more = f"; {len(told) - MOST} more are left out" if len(told) > MOST else ""
    axes.set_xlabel(f"simulated less reported, in standard errors of the report{more}")
    key = _key(told[:MOST], len(runs))
    if len(runs) > 1 and isinstance(what, xr.Dataset):
        key.append(note(of_study(what, "lines over runs")))
    page.key_below(key)
    return page.settled()


def _rank(statement: Statement) -> tuple[Any, ...]:
    return list(USES).index(statement.use), list(UNITS).index(statement.quantity), statement.when


def _rows(axes: Axes, told: Sequence[Statement], runs: Floats, narrow: bool) -> None:
    apart = distances(told, runs)
    axes.axvspan(-LIMIT, LIMIT, color="#F2F2F2", linewidth=0, zorder=0)
    axes.axvspan(-Z95, Z95, color="#E2E2E2", linewidth=0, zorder=0)
    axes.axvline(0.0, color=FAINT, linewidth=0.9, zorder=1)
    for y, statement in enumerate(told):
        own = apart[:, y][~np.isnan(apart[:, y])]
        if own.size:
            _row(axes, y, statement, own)
    axes.set_yticks(range(len(told)), [_label(s, narrow) for s in told])
    axes.set_ylim(len(told) - 0.4, -0.6)
    axes.set_xlim(-EDGE - 0.4, EDGE + 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _numbers(axes, told, np.nanmedian(runs, axis=0))


def _row(axes: Axes, y: int, statement: Statement, apart: Floats) -> None:
    low, middle, high = np.clip(np.quantile(apart, [0.05, 0.5, 0.95]), -EDGE, EDGE)
    if len(apart) > 1:
        axes.plot([low, high], [y, y], color=STATUS["sheltered"], linewidth=points(0.35), zorder=2,
                  solid_capstyle="butt", gid=f"runs {statement.id}")  # fmt: skip
    mark: dict[str, Any] = {"markersize": points(0.6), "clip_on": False, "zorder": 3,
                            "linestyle": "none"}  # fmt: skip
    style = {**point_style(statement.use, INK), "marker": _shape(statement)}
    axes.plot([middle], [y], gid=f"report {statement.id}", **{**mark, **style})
    if abs(middle) == EDGE:
        caret: Any = CARETRIGHT if middle > 0.0 else CARETLEFT
        axes.plot([middle + math.copysign(0.25, middle)], [y], marker=caret, color=INK,
                  gid=f"beyond {statement.id}", **mark)  # fmt: skip


def _shape(statement: Statement) -> str:
    return {"about": "o", "at least": ">", "up to": "<"}[statement.bound]


def _label(statement: Statement, narrow: bool) -> str:
    what = SHORT.get(statement.quantity, statement.quantity.replace("_", " "))
    if narrow:
        return f"{what}, {short_time(statement.when).strip()}"
    return f"{what}, {statement.place or 'all'}, {short_time(statement.when).strip()}"


def _numbers(axes: Axes, told: Sequence[Statement], simulated: Floats) -> None:
    """Reported and simulated figures beside the rows."""
    how: dict[str, Any] = {"va": "center_baseline", "fontsize": rcParams["ytick.labelsize"]}
    for y, (statement, value) in enumerate(zip(told, simulated.tolist(), strict=True)):
        share = statement.kind == "share"
        sign = {"about": "", "at least": "≥ ", "up to": "≤ "}[statement.bound]
        words = f" {sign}{number(statement.value, share)} | {number(value, share) or 'none'}"
        # An axis of its own would cost a third of the figure's time.
        axes.text(1.0, y, words, transform=axes.get_yaxis_transform(), **how)
    axes.set_title("reported | simulated", loc="right", fontsize=points())


def _key(told: Sequence[Statement], runs: int) -> list[Any]:
    mark: dict[str, Any] = {"linestyle": "none", "markersize": points(0.6)}
    line: dict[str, Any] = {"color": STATUS["sheltered"], "linewidth": points(0.35)}
    handles: list[Any] = [
        Line2D([], [], label=words, **{**point_style(use, INK), **mark})
        for use, words in USES.items() if any(s.use == use for s in told)
    ]  # fmt: skip
    for bound, shape in (("at least", ">"), ("up to", "<")):
        if any(s.bound == bound for s in told):
            handles.append(Line2D([], [], label=bound, marker=shape, color=INK, **mark))
    if runs > 1:
        handles.append(Line2D([], [], label=f"90 % of {runs} runs", **line))
    handles.append(Patch(color="#E2E2E2", label="90 % of good reports"))
    handles.append(Patch(color="#F2F2F2", label="not implausible"))
    return handles
