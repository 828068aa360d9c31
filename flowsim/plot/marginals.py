"""What reports say of inputs: reports beside what would be told, inputs beside their priors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from flowsim.evidence.scorecard import SHORT, short_time
from flowsim.learn.table import names_of
from flowsim.learn.waves import CUT
from flowsim.plot.given import Place
from flowsim.plot.holding import note
from flowsim.plot.page import Page
from flowsim.plot.style import FAINT, INK, STATUS, WIDTH_MM, Chart, styled
from flowsim.study.doubt import BOTH, hold

if TYPE_CHECKING:
    from flowsim.learn.posterior import Posterior

MOST = 14
"""Inputs that are drawn, those that are known best."""
NAME = 30
ROW_INCHES = 0.19
RATIOS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
EDGE = (1 / 24, 24.0)
"""Of the axis of reports; what lies beyond ends there."""
POSTERIOR: dict[str, Any] = {"color": STATUS["sheltered"], "linewidth": 5.0}
PRIOR: dict[str, Any] = {"color": "#D9D9D9", "linewidth": 5.0}
DOT: dict[str, Any] = {"marker": "o", "markersize": 3.8, "color": INK, "markeredgewidth": 0}
FAR: dict[str, Any] = {**DOT, "marker": "D", "color": "#C0392B"}


@styled
def posterior(told: Posterior, *, ax: Place | None = None, width: float = WIDTH_MM) -> Chart:
    """What a calibration learnt.

    Parameters
    ----------
    told : Posterior
        As `flowsim.calibrate` gives it.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure. Above, a row a report: 90 % of what would be reported, as a multiple of
        what was, by the posterior (blue) and by the prior (grey); the dot is the median run, a red
        diamond where the report is implausible. Below, a row an input: 90 % of its posterior as
        parts of its own distribution, of which the prior holds 5 to 95 %.

    Examples
    --------
    >>> import flowsim as fs
    >>> told = fs.calibrate(fs.load("teaching"))  # doctest: +SKIP
    >>> posterior(told).write("posterior.pdf")  # doctest: +SKIP
    """
    inputs = told.inputs[told.inputs["informed"]].sort_values("width", kind="stable").head(MOST)
    counts = [len(told.reports), max(len(inputs), 1)]
    page = Page(width, ROW_INCHES * (sum(counts) + 5.0), "What the reports say of the inputs", ax)
    ratios = [count + 1.0 for count in counts]
    above, below = page.grid(2, 1, height_ratios=ratios)
    _reports(above, told.reports)
    _inputs(below, inputs, told)
    page.key_below(_key())
    return page.settled()


def _reports(axes: Axes, reports: pd.DataFrame) -> None:
    axes.set_xscale("log")
    axes.axvline(1.0, color=FAINT, linewidth=0.9, zorder=1)
    for y, row in enumerate(reports.to_dict("records")):
        for ends, line in (("prior_", PRIOR), ("", POSTERIOR)):
            span = [_ratio(row[f"{ends}{end}"], row["reported"]) for end in ("low", "high")]
            axes.plot(span, [y, y], gid=f"{ends or 'posterior_'}{row['id']}",
                      solid_capstyle="butt", zorder=2 + (not ends), **line)  # fmt: skip
        dot = FAR if row["implausibility"] >= CUT else DOT
        middle = _ratio(row["run_median"], row["reported"])
        axes.plot([middle], [y], gid=f"run {row['id']}", zorder=4, **dot)
    axes.set_yticks(range(len(reports)), [_about(row) for row in reports.to_dict("records")])
    axes.set_xlim(*EDGE)
    axes.xaxis.set_major_locator(FixedLocator(RATIOS))
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.set_xlabel("what would be reported, over what was")
    _plain(axes, len(reports))


def _ratio(value: float, reported: float) -> float:
    share = value / reported if reported else np.nan
    return float(np.clip(share, *EDGE)) if np.isfinite(share) else np.nan


def _about(row: dict[Any, Any]) -> str:
    bound = {"at least": " (at least)", "up to": " (up to)"}.get(row["bound"], "")
    what = SHORT.get(row["quantity"], str(row["quantity"]))
    day = short_time(row["when"]).strip().rsplit(" ", 1)[0]
    return f"{what}, {day}{bound}"


def _inputs(axes: Axes, inputs: pd.DataFrame, told: Posterior) -> None:
    names = names_of(told.inputs["factor"].tolist())
    for y, row in enumerate(inputs.to_dict("records")):
        axes.plot([0.05, 0.95], [y, y], solid_capstyle="butt", zorder=2, **PRIOR)
        axes.plot([row["low"], row["high"]], [y, y], gid=f"input {row['factor']}",
                  solid_capstyle="butt", zorder=3, **POSTERIOR)  # fmt: skip
        axes.plot([row["median"]], [y], zorder=4, **DOT)
    labels = [_short(names[factor]) for factor in inputs["factor"]]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlim(0.0, 1.0)
    still = len(told.inputs) - int(told.inputs["informed"].sum())
    more = int(told.inputs["informed"].sum()) - len(inputs)
    words = [f"{still} others stay about where they were"] if still else []
    words += [f"{more} are told less"] if more else []
    axes.set_xlabel("part of the input's distribution that is below" + (
        f" ({'; '.join(words)})" if words else ""))  # fmt: skip
    _plain(axes, max(len(inputs), 1))


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"...{name[3 - NAME :]}"


def _plain(axes: Axes, rows: int) -> None:
    axes.set_ylim(rows - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#E2E2E2", linewidth=0.6)


def _key() -> list[Line2D]:
    both = (("90 % with the reports", POSTERIOR), ("90 % without them", PRIOR))
    lines = [Line2D([], [], label=label, **line) for label, line in both]
    lines.append(Line2D([], [], linestyle="none", label="median", **DOT))
    lines.append(Line2D([], [], linestyle="none", label="implausible", **FAR))
    lines.append(note(hold("bars of reports", f"{BOTH}, and the errors of a report")))
    lines.append(note(hold("bars of inputs", "inputs alone")))
    return lines
