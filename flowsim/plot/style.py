"""How every figure looks: colours that the colour-blind can tell apart, type, dates, numbers."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import IO, Any, Literal, ParamSpec, TypeVar

import matplotlib
import numpy as np
import xarray as xr
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from flowsim.folders import whole_file
from flowsim.plot.fonts import FAMILY, LACKING, with_fonts
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
        with matplotlib.rc_context(), warnings.catch_warnings():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(_rc(width_inches(width)))  # type: ignore[arg-type]
            # Words are measured while a figure is made; what no font has is told where it is drawn.
            warnings.filterwarnings("ignore", message=LACKING)
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
