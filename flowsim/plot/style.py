"""How every figure looks: colours that the colour-blind can tell apart, type, dates, numbers."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import matplotlib
import numpy as np
import xarray as xr
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from flowsim.folders import whole_file
from flowsim.plot.fonts import FAMILY, with_fonts

# Colours after Okabe and Ito (2008); kinds of person after Tol's muted scheme, which differ in
# lightness too, so that they survive a grey print.
STATUS = {
    "at_home": "#BBBBBB",
    "moving": "#56B4E9",
    "waiting": "#E69F00",
    "displaced": "#CC79A7",
    "sheltered": "#0072B2",
    "detained": "#000000",
    "returned": "#009E73",
}
OUTCOME = {
    "admitted": "#0072B2",
    "exempt": "#56B4E9",
    "irregular": "#D55E00",
    "returned": "#009E73",
    "pushed_back": "#000000",
}
KIND = {
    "children": "#DDCC77",
    "women": "#AA4499",
    "elderly_women": "#D399C8",
    "men": "#332288",
    "elderly_men": "#8A83C4",
}
GROUPS = ("#D55E00", "#56B4E9", "#999999", "#009E73", "#F0E442", "#CC79A7")
"""Colours of the groups, in the scenario's order, again from the start when they run out."""
INK, FAINT, SHUT = "#222222", "#777777", "#EFEFEF"
CROSSING = "#004C80"
HEAT = "YlOrRd"
"""Colour map of violence: pale is calm, dark is the worst."""
RC: dict[str, Any] = {
    "font.family": FAMILY,
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "text.color": INK,
    "figure.dpi": 100.0,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "path.simplify": True,
    "text.parse_math": False,  # a name may have dollars
    "axes.unicode_minus": True,
}

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in flowsim's style, whatever matplotlib is set to outside, which stays as it is."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(RC)  # type: ignore[arg-type]
            return draw(*args, **kwargs)

    return drawn


class Chart(Figure):
    """A matplotlib Figure with a canvas of its own, which a notebook shows without pyplot."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(self)

    @styled
    def write(self, file: str | os.PathLike[str] | IO[bytes], dpi: float = 150.0) -> None:
        """Write a PNG, whole or not at all: the same bytes each time on one version of matplotlib.

        Characters that the font of the figures lacks are drawn in another one that is installed;
        what none has is warned of, and drawn as a box.
        """
        picture = with_fonts(self, lambda: self._picture(dpi))
        if not isinstance(file, str | os.PathLike):
            file.write(picture)
            return
        with whole_file(Path(file), replace=True) as made:
            made.write_bytes(picture)

    def _picture(self, dpi: float) -> bytes:
        memory = io.BytesIO()
        super().savefig(memory, format="png", dpi=dpi, metadata={"Software": None})
        return memory.getvalue()

    def _repr_png_(self) -> bytes:
        memory = io.BytesIO()
        self.write(memory, dpi=100.0)
        return memory.getvalue()


def name_of(label: str) -> str:
    """A label of the data as words.

    Examples
    --------
    >>> name_of("elderly_women")
    'elderly women'
    """
    return label.replace("_", " ")


def count_axis(axes: Axes, label: str, bins: int = 5) -> None:
    """Label a vertical axis of persons, with thousands set apart."""
    axes.set_ylabel(label)
    low, high = axes.get_ylim()
    axes.set_ylim(low, max(high, 1.0))  # nobody at all still has a scale
    axes.yaxis.set_major_locator(
        MaxNLocator(bins, integer=True, min_n_ticks=2, steps=[1, 2, 5, 10])
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{abs(y):,.0f}"))
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.grid(axis="x", which="major", color="#E2E2E2", linewidth=0.5)


def time_axis(axes: Axes, times: np.ndarray, every: int = 1) -> None:
    """Label a horizontal axis with days, each in the middle of its day where they fit.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    times : datetime64 array
        Ends of the recording intervals; the axis begins one interval before the first.
    every : int
        Label each, each second, ... day.
    """
    edges = interval_edges(times)
    axes.set_xlim(float(edges[0]), float(edges[-1]))
    days = float(edges[-1] - edges[0])
    if days > 22:
        axes.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=8))
        axes.xaxis.set_major_formatter(FuncFormatter(_day))
        return
    axes.xaxis.set_major_locator(mdates.DayLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: ""))
    axes.xaxis.set_minor_locator(mdates.HourLocator(byhour=12))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda x, _: _day(x) if _nth(x, every) else ""))
    axes.tick_params(axis="x", which="minor", length=0)


def _day(x: float, _: Any = None) -> str:
    day = mdates.num2date(x)
    return f"{day.day} {day:%b}"


def _nth(x: float, every: int) -> bool:
    return bool(mdates.num2date(x).toordinal() % every == 0)


def interval_edges(times: np.ndarray) -> np.ndarray:
    """Edges of the recording intervals as matplotlib's days, (n + 1,).

    Examples
    --------
    >>> edges = interval_edges(np.array(["2010-06-11T01", "2010-06-11T02"], dtype="M8[h]"))
    >>> np.round(np.diff(edges) * 24.0, 6).tolist()
    [1.0, 1.0]
    """
    ends = mdates.date2num(times.astype("datetime64[us]"))
    first = ends[1] - ends[0] if ends.size > 1 else 1.0
    return np.concatenate([[ends[0] - first], ends])


def interval_name(times: np.ndarray) -> str:
    """How long a recording interval is, in words: ``an hour``, ``a day``, ``6 hours``."""
    step = timedelta(days=float(np.diff(interval_edges(times))[-1]))
    hours = round(step.total_seconds() / 3600.0, 2)
    if hours == 1:
        return "an hour"
    return "a day" if hours == 24 else f"in {hours:g} hours"


def title_of(data: xr.Dataset) -> str:
    """What a run is called in a heading."""
    return str(data.attrs.get("title") or data.attrs.get("name") or "A run")


def moment(when: np.datetime64) -> str:
    """A time as a reader says it: ``14 Jun 09:00``; midnight ends the day before."""
    from flowsim.evidence.table import short_time

    return short_time(when.astype("datetime64[us]").item()).strip()
