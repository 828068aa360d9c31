"""How every figure looks: colours that the colour-blind can tell apart, type, dates, numbers."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import IO, Any, Literal, ParamSpec, TypeVar

import matplotlib
import numpy as np
import xarray as xr
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import (
    FixedLocator,
    Formatter,
    FuncFormatter,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from flowsim.folders import whole_file
from flowsim.plot.fonts import FAMILY, with_fonts
from flowsim.plot.given import inches_of, root_of
from flowsim.suffixes import FIGURE, ending_of

# Hues of Okabe and Ito (2008), kinds of person after Tol's muted scheme; where several stand side
# by side their lightness differs too, so that they survive a grey print.
STATUS = {
    "at_home": "#E3E3E3",
    "moving": "#8FD0F5",
    "waiting": "#E69F00",
    "displaced": "#BC6296",
    "sheltered": "#00619A",
    "detained": "#000000",
    "returned": "#004A35",
}
OUTCOME = {
    "admitted": "#00619A",
    "exempt": "#8FD0F5",
    "irregular": "#E08A4F",
    "returned": "#004A35",
    "pushed_back": "#000000",
}
KIND = {
    "children": "#DDCC77",
    "women": "#AA4499",
    "elderly_women": "#D399C8",
    "men": "#332288",
    "elderly_men": "#8A83C4",
}
GROUPS = ("#D55E00", "#8FD0F5", "#4D4D4D", "#2FAE86", "#F7F3A0", "#A8457E")
"""Colours of the groups, in the scenario's order, again from the start when they run out."""
INK, FAINT, SHUT = "#222222", "#777777", "#EFEFEF"
CROSSING = "#004C80"
HEAT = "YlOrRd"
"""Colour map of violence: pale is calm, dark is the worst."""
HEAT_TITLE = "intensity of violence (1 = worst day in the worst place)"
DPI = 150.0
"""Dots an inch of a PNG, unless others are asked for."""
RC: dict[str, Any] = {
    "font.family": FAMILY,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # no axis has its dates on top, which a title would have to keep off
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "text.color": INK,
    "figure.dpi": DPI,  # words are measured at the resolution of a file: so but once
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "path.simplify": True,
    "text.parse_math": False,  # a name may have dollars
    "axes.unicode_minus": True,
    "pdf.fonttype": 42,  # text that an editor can change
    "svg.hashsalt": "flowsim",
    "text.hinting": "no_hinting",  # words have the same width at all resolutions
}
PARTS = {"axes.titlesize": 1.1, "axes.labelsize": 1.0, "xtick.labelsize": 0.89,
         "ytick.labelsize": 0.89, "legend.fontsize": 0.89, "legend.title_fontsize": 0.89,
         "figure.titlesize": 1.4}  # fmt: skip
"""Type sizes as parts of that of the text."""
WIDTH_MM, MAP_MM = 254.0, 320.0
"""Width of a figure and of a map unless another is asked for: a journal has 89 mm or 183 mm."""
NARROWEST_MM, NARROW_MM, WIDEST_MM = 60.0, 140.0, 1000.0
"""Ends of what a width may be; below the middle one a figure is in one column."""
NAMED_MM = {"single": 89.0, "double": 183.0}
"""Widths by name: a column of many journals, and their page."""
MM = 25.4
"""Millimetres in an inch."""
METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".svg": {"Date": None, "Creator": None},
}
"""What matplotlib would write into a file, its date and version, and is left out."""
DAYS_NAMED = 60.0
"""Up to so many days have their days named, as far as there is room; longer times have dates."""
LABEL_EMS = 4.4
"""What a label of a day takes, with the room beside it, as a multiple of the type size."""
DAY_LINE: dict[str, Any] = {"color": "#E2E2E2", "linewidth": 0.5}
AXES_BELOW = 0.5
"""Where matplotlib draws the grid, under all marks (``axes.axisbelow``)."""
Format = Literal["png", "pdf", "svg"]

Width = float | Literal["single", "double"]
"""Of a figure, millimetres, or by name."""
P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in flowsim's style, whatever matplotlib is set to outside, which stays as it is.

    A figure that is asked for in a ``width`` of its own has type that fits it. One that is drawn on
    something of a user's own has the width of that, and type that fits the whole.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        own: Any = kwargs.get("ax")
        width: Any = kwargs.get("width", WIDTH_MM)
        if isinstance(width, str) and width in NAMED_MM:
            width = kwargs["width"] = NAMED_MM[width]
        if own is not None:
            width = float(np.clip(MM * root_of(own).get_figwidth(), NARROWEST_MM, WIDEST_MM))
            there = float(np.clip(MM * inches_of(own), NARROWEST_MM, WIDEST_MM))
            kwargs["width"] = there
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(_rc(width_inches(width)))  # type: ignore[arg-type]
            return draw(*args, **kwargs)

    return drawn


def figure_of(axes: Axes) -> Figure:
    """The figure that axes belong to."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def width_inches(width: object) -> float:
    """A width that was given in millimetres, in inches.

    Raises
    ------
    ValueError
        It is not a number of millimetres that a figure can have.

    Examples
    --------
    >>> width_inches(254)
    10.0
    """
    is_number = isinstance(width, int | float | np.number) and not isinstance(width, bool)
    if not is_number or not NARROWEST_MM <= float(width) <= WIDEST_MM:  # type: ignore[arg-type]
        right = f"give {NARROWEST_MM:g} to {WIDEST_MM:g}, as 89 or 183, or single or double"
        raise ValueError(f"width={width!r} is not the width of a figure in millimetres; {right}")
    return float(width) / MM  # type: ignore[arg-type]


def _rc(inches: float) -> dict[str, Any]:
    points = float(np.interp(inches * MM, [89.0, 183.0, WIDTH_MM], [6.5, 8.0, 9.0]))
    return {**RC, "font.size": points, **{name: part * points for name, part in PARTS.items()}}


def points(part: float = 1.0) -> float:
    """Type size while a figure is drawn, points: a part of that of its text."""
    return part * float(matplotlib.rcParams["font.size"])


class Chart(Figure):
    """A matplotlib Figure with a canvas of its own, which a notebook shows without pyplot."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height))
        FigureCanvasAgg(self)

    def draw(self, renderer: Any) -> None:
        """Draw with words as wide as they were measured, whoever asks for it."""
        with matplotlib.rc_context({"text.hinting": RC["text.hinting"]}):
            super().draw(renderer)

    @styled
    def write(
        self,
        file: str | os.PathLike[str] | IO[bytes],
        dpi: float = DPI,
        format: Format | None = None,
    ) -> None:
        """Write the figure as the suffix says, .png, .pdf or .svg: whole or not at all.

        The bytes are the same each time on one version of matplotlib. Characters that the font of
        the figures lacks are drawn in another one that is installed; what none has is warned of,
        and drawn as a box.

        Parameters
        ----------
        file : path or binary file
        dpi : float
            Dots an inch of a PNG, and of pictures within a PDF or SVG.
        format : {"png", "pdf", "svg"}, optional
            For an open file, which has no suffix; a PNG unless given.

        Raises
        ------
        ValueError
            The suffix is of no format that is written, or not of the one that is asked for.
        """
        if not isinstance(file, str | os.PathLike):
            ending = ending_of(f"figure.{format or 'png'}", FIGURE, what="a figure")
            file.write(self._picture(ending, dpi))
            return
        ending = ending_of(file, FIGURE, needed=True, what="a figure")
        if format is not None and ending != f".{format}":
            raise ValueError(f"{file}: {ending!r} is not {format!r}; give one of them")
        picture = self._picture(ending, dpi)
        with whole_file(Path(file), replace=True) as made:
            made.write_bytes(picture)

    def _picture(self, ending: str, dpi: float) -> bytes:
        def drawn() -> bytes:
            memory = io.BytesIO()
            kind, about = ending.removeprefix("."), METADATA[ending]
            how: Any = {"pil_kwargs": {"compress_level": 3}} if kind == "png" else {}
            super(Chart, self).savefig(memory, format=kind, dpi=dpi, metadata=about, **how)
            return memory.getvalue()

        return with_fonts(self, drawn)

    def _repr_png_(self) -> bytes:
        memory = io.BytesIO()
        self.write(memory, dpi=100.0)
        return memory.getvalue()


def write_figure(figure: Figure, path: Path) -> None:
    """Write any figure of matplotlib as a Chart is written: whole or not at all, without a date.

    Parameters
    ----------
    figure : Figure
    path : Path
        Its suffix is that of a figure.
    """
    with whole_file(path, replace=True) as made:
        kind = path.suffix.removeprefix(".")
        figure.savefig(made, format=kind, dpi=DPI, metadata=METADATA[path.suffix])


def name_of(label: str) -> str:
    """A label of the data as words.

    Examples
    --------
    >>> name_of("elderly_women")
    'elderly women'
    """
    return label.replace("_", " ")


def count_axis(axes: Axes, label: str, bins: int = 5, top: float = 0.08) -> None:
    """Label a vertical axis of persons from zero on, with thousands set apart.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What it shows is drawn already.
    label : str
    bins : int
        Intervals between labels, at most.
    top : float
        Room above the highest mark, and below the lowest under zero, as a part of the whole.
    """
    axes.set_ylabel(label)
    low, high = (float(y) for y in axes.dataLim.intervaly)
    low, high = (min(low, 0.0), high) if np.isfinite([low, high]).all() else (0.0, 0.0)
    room = top * (high - low)
    # nobody at all still has a scale
    axes.set_ylim(low - room if low < 0.0 else 0.0, max(high + room, 1.0))
    axes.yaxis.set_major_locator(
        MaxNLocator(bins, integer=True, min_n_ticks=2, steps=[1, 2, 5, 10])
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{abs(y):,.0f}"))
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    day_lines(axes)


def time_axis(axes: Axes, edges: np.ndarray) -> None:
    """Label a horizontal axis with days, each in the middle of its day, as many as fit.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    edges : float64 array
        Edges of the recording intervals, matplotlib's days; the axis goes from end to end.
    """
    axes.set_xlim(float(edges[0]), float(edges[-1]))
    days = float(edges[-1] - edges[0])
    if days > DAYS_NAMED:
        axes.xaxis.set_major_locator(_Dates(points()))
        year = days > 300.0
        axes.xaxis.set_major_formatter(FuncFormatter(_month if year else day_label))
        return
    if days < 2.0:
        axes.xaxis.set_major_locator(_Dates(points()))
        axes.xaxis.set_major_formatter(FuncFormatter(_hour))
        return
    # Fixed, as to find the days anew for each label takes most of the time of a figure.
    noons = np.arange(math.ceil(edges[0] - 0.5), math.floor(edges[-1] - 0.5) + 1) + 0.5
    axes.xaxis.set_major_locator(NullLocator())  # midnights are one mark, see `day_lines`
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(FixedLocator(noons.tolist()))
    axes.xaxis.set_minor_formatter(_Days(points()))
    axes.tick_params(axis="x", which="both", length=0)


def day_lines(axes: Axes) -> None:
    """Pale upright lines at the dates of a horizontal axis, or at its midnights."""
    if not isinstance(axes.xaxis.get_major_formatter(), NullFormatter):
        axes.grid(axis="x", which="major", **DAY_LINE)
        return
    # All in one mark: ticks without labels would take most of the time of a figure.
    low, high = axes.get_xlim()
    ends = [[(x, 0.0), (x, 1.0)] for x in range(math.ceil(low), math.floor(high) + 1)]
    lines = LineCollection(
        ends, transform=axes.get_xaxis_transform(), zorder=AXES_BELOW, **DAY_LINE
    )
    axes.add_collection(lines, autolim=False)


def date_labels(axes: Axes, shown: bool) -> None:
    """Show the labels of a horizontal axis of time, or not, as of panels above others."""
    axes.tick_params(axis="x", which="both", length=0, bottom=False, labelbottom=shown)
    if not shown and isinstance(axes.xaxis.get_major_formatter(), NullFormatter):
        axes.xaxis.set_visible(False)  # nothing of it shows, and ticks take time all the same


class _Days(Formatter):
    """Names of days at their noons, of all or of every so many, as they fit the axis."""

    def __init__(self, type_size: float) -> None:
        self._type_size = type_size

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Any) -> list[str]:
        """The names of all days at once: what fits is the same for all."""
        axes: Axes = self.axis.axes  # type: ignore[union-attr]
        wide = LABEL_EMS * self._type_size * figure_of(axes).dpi / 72.0
        low, high = axes.get_xlim()
        every = max(1, math.ceil((high - low) * wide / _narrowest(axes)))
        first = math.ceil(low - 0.5)
        return [day_label(x) if (math.floor(x) - first) % every == 0 else "" for x in values]


def _narrowest(axes: Axes) -> float:
    """Pixels of the narrowest of all axes that share their dates."""
    together = axes.get_shared_x_axes().get_siblings(axes)
    return max(1.0, min(a.bbox.width for a in together))


class _Dates(mdates.AutoDateLocator):
    """As many dates as fit the axis in its present width."""

    def __init__(self, type_size: float) -> None:
        super().__init__(minticks=2)
        self._type_size = type_size

    def __call__(self) -> Any:
        axes: Axes = self.axis.axes  # type: ignore[union-attr]
        wide = 1.4 * LABEL_EMS * self._type_size * figure_of(axes).dpi / 72.0
        most = int(np.clip(_narrowest(axes) / wide, 2, 8))
        self.maxticks = dict.fromkeys(self.maxticks, most)
        return super().__call__()


def day_label(x: float, _: Any = None) -> str:
    """A day as an axis names it: ``14 Jun``."""
    return _day_label(math.floor(x))


@cache
def _day_label(day: int) -> str:
    then = mdates.num2date(day)
    return f"{then.day} {then:%b}"


def _month(x: float, _: Any = None) -> str:
    return f"{mdates.num2date(x):%b %Y}"


def _hour(x: float, _: Any = None) -> str:
    return f"{mdates.num2date(x):%H:%M}\n{day_label(x)}"


def interval_edges(data: xr.Dataset | xr.DataArray) -> np.ndarray:
    """Edges of the recording intervals as matplotlib's days, (n + 1,).

    The first begins where the run does, or else as long before its end as the second.

    Examples
    --------
    >>> times = np.array(["2010-06-11T01", "2010-06-11T02"], dtype="M8[ns]")
    >>> edges = interval_edges(xr.Dataset(coords={"time": times}))
    >>> np.round(np.diff(edges) * 24.0, 6).tolist()
    [1.0, 1.0]
    """
    ends = mdates.date2num(data["time"].values.astype("datetime64[us]"))
    if "start" in data.attrs:
        begin = float(mdates.date2num(np.datetime64(data.attrs["start"], "us")))
    else:
        begin = ends[0] - (ends[1] - ends[0] if ends.size > 1 else 1.0)
    return np.concatenate([[begin], ends])


def interval_name(edges: np.ndarray) -> str:
    """How long the recording intervals are, in words: ``an hour``, ``a day``, ``in 6 hours``.

    Empty where they differ.
    """
    lengths = np.round(np.diff(edges) * 24.0, 2)
    if (lengths[:-1] != lengths[0]).any() or lengths[-1] > lengths[0]:
        return ""
    hours = float(lengths[0])
    if hours == 1:
        return "an hour"
    return "a day" if hours == 24 else f"in {hours:g} hours"


def heat_patches() -> list[Patch]:
    """What the colours of violence stand for."""
    heat = matplotlib.colormaps[HEAT]
    return [Patch(color=heat(x), label=f"{x:g}") for x in (0.1, 0.4, 0.7, 1.0)]


def title_of(data: xr.Dataset) -> str:
    """What a run is called in a heading, and of how many households it is."""
    title = str(data.attrs.get("title") or data.attrs.get("name") or "A run")
    one_in = data.attrs.get("one_in")
    return f"{title} (one household in {one_in})" if one_in else title


def moment(when: np.datetime64) -> str:
    """A time as a reader says it: ``14 Jun 09:00``; midnight ends the day before."""
    from flowsim.evidence.scorecard import short_time

    return short_time(when.astype("datetime64[us]").item()).strip()
