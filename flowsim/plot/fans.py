"""A forecast as fans: all places together and each, with the rows known and those that came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from flowsim.arrays import Floats, Ints
from flowsim.learn.forecasts.series import rows_of
from flowsim.learn.forecasts.spread import LEVELS
from flowsim.learn.forecasts.table import held
from flowsim.plot.given import Place
from flowsim.plot.holding import note
from flowsim.plot.multiples import MOST, grid_of, name_above, own_scales
from flowsim.plot.scales import count_axis
from flowsim.plot.style import FAINT, INK, STATUS, WIDTH_MM, Chart, points, styled
from flowsim.scenario.scenario import Scenario
from flowsim.study.doubt import hold

if TYPE_CHECKING:
    from flowsim.learn.forecast import Forecast

BANDS = ((0.05, 0.95, 0.2, "90 % interval"), (0.25, 0.75, 0.4, "50 % interval"))
"""Lower and upper quantile, opacity and words of each band, the widest first."""
BLUE = STATUS["sheltered"]
KNOWN: dict[str, Any] = {
    "color": INK, "marker": "o", "markersize": 2.2, "markeredgewidth": 0, "linestyle": "none",
    "clip_on": False,
}  # fmt: skip
CAME: dict[str, Any] = {
    "marker": "o", "markersize": 2.6, "markerfacecolor": "white", "markeredgecolor": INK,
    "markeredgewidth": 0.6, "linestyle": "none", "clip_on": False,
}  # fmt: skip


class Panel(NamedTuple):
    """What one panel shows: quantiles (N, Q), and rows known and that came (day, persons)."""

    name: str
    quantiles: Floats
    known: tuple[Ints, Floats]
    came: tuple[Ints, Floats]


NOTHING = (np.zeros(0, dtype=np.int64), np.zeros(0))


@styled
def forecast(
    told: Forecast,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """Registered persons in all places and in each: what was known, and fans of what is forecast.

    Parameters
    ----------
    told : Forecast
        As `flowsim.forecast` gives it.
    scenario : Scenario, optional
        Whose rows after the day are shown, too, as rings: what came.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: the total, then the places, largest forecast first, twelve at most.
        Dots are rows that were known, the line is the median, the bands hold 50 and 90 %.

    Examples
    --------
    >>> import flowsim as fs
    >>> mali = fs.load("mali2012")  # doctest: +SKIP
    >>> told = fs.forecast(mali, known_until=30, horizon=120)  # doctest: +SKIP
    >>> forecast(told, mali, width=183).write("forecast.png")  # doctest: +SKIP
    """
    panels = _panels(told, scenario)
    when = f"{told.when(told.known_until):%d %B %Y}".lstrip("0")
    heading = f"{told.name}: registered persons as forecast on {when}"
    page, grid = grid_of(len(panels), width, heading, ax)
    first = float(mdates.date2num(told.start.date()))
    begin = min([told.known_until, *(int(p.known[0].min()) for p in panels if p.known[0].size)])
    days = first + np.arange(begin, int(told.days[-1]) + 1, dtype=np.float64)
    for axes, panel in zip(grid, panels, strict=True):
        _draw(axes, panel, first, told)
    grid[0].set_xlim(days[0], days[-1])
    grid[0].xaxis.set_major_locator(MaxNLocator(3, integer=True))
    grid[0].xaxis.set_major_formatter(FuncFormatter(_date))
    page.key_below([*_key(scenario is not None), own_scales(page), *_held(told)])
    return page.settled()


def _date(x: float, _: int) -> str:
    """A date on two lines, as the panels are narrow."""
    day = mdates.num2date(x)
    return f"{day.day} {day:%b}\n{day:%Y}"


def _panels(told: Forecast, scenario: Scenario | None) -> list[Panel]:
    """All places together, and each of the largest."""
    last = int(told.days[-1])
    came = {}
    if scenario is not None:
        rows = rows_of(scenario)
        for name, series in zip(rows.places, rows.series, strict=True):
            later = (series.days > told.known_until) & (series.days <= last)
            came[name] = (series.days[later], series.persons[later])
    panels = [Panel("All places", told.total, _together(told), NOTHING)]
    order = np.argsort(-told.persons[-1, :, LEVELS.index(0.5)], kind="stable")
    for c in order[:MOST]:
        name, series = told.places[c], told.known.series[c]
        there = series.days >= 0
        known = (series.days[there], series.persons[there])
        panels.append(Panel(name, told.persons[:, c], known, came.get(name, NOTHING)))
    return panels


def _together(told: Forecast) -> tuple[Ints, Floats]:
    """The last rows of all places together, on each day on which one has a row."""
    days = np.unique(np.concatenate([s.days[s.days >= 0] for s in told.known.series]))
    return days, told.known.last_told(told.known_until + 1).sum(axis=1)[days]


def _draw(axes: Axes, panel: Panel, first: float, told: Forecast) -> None:
    days = first + told.days
    is_fan = bool((panel.quantiles[:, 0] < panel.quantiles[:, -1]).any())
    for low, high, alpha, words in BANDS if is_fan else ():
        bottom, top = (panel.quantiles[:, LEVELS.index(level)] for level in (low, high))
        name = f"{words} {panel.name}"
        axes.fill_between(days, bottom, top, color=BLUE, alpha=alpha, linewidth=0, gid=name)
    median = panel.quantiles[:, LEVELS.index(0.5)]
    axes.plot(days, median, color=BLUE, linewidth=points(0.16), gid=f"median {panel.name}")
    axes.axvline(first + told.known_until, color=FAINT, linewidth=0.6, zorder=0)
    axes.plot(first + panel.known[0], panel.known[1], gid=f"known {panel.name}", **KNOWN)
    if panel.came[0].size:
        axes.plot(first + panel.came[0], panel.came[1], gid=f"came {panel.name}", **CAME)
    axes.set_ylim(0.0, _top(panel))
    count_axis(axes, "", 4)
    name_above(axes, panel.name)


def _top(panel: Panel) -> float:
    """High enough for what is known and came, and for the 90 % interval where it is not extreme."""
    upper = panel.quantiles[:, LEVELS.index(0.95)].max()
    half = panel.quantiles[:, LEVELS.index(0.75)].max()
    shown = [half, min(upper, 3.0 * half), *panel.known[1], *panel.came[1], 1.0]
    return 1.08 * float(max(shown))


def _held(told: Forecast) -> list[Line2D]:
    """What the bands hold, in words."""
    words = [hold("bands", held(told), "chance, inputs and method together")]
    if told.totals != "not":
        words.append("the total is as told, and has no band")
    return [note(line) for line in words]


def _key(with_later: bool) -> list[Line2D | Patch]:
    lines: list[Line2D | Patch] = [Line2D([], [], label="row that was known", **KNOWN)]
    if with_later:
        lines.append(Line2D([], [], label="row that came", **CAME))
    lines.append(Line2D([], [], color=BLUE, linewidth=1.4, label="median"))
    bands = [Patch(color=BLUE, alpha=alpha, linewidth=0, label=told) for *_, alpha, told in BANDS]
    return [*lines, *reversed(bands)]
