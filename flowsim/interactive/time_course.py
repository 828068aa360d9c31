"""The timeline: people by where they are, with reports; above it what states made of crossings."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    DatetimeTickFormatter,
    Div,
    FixedTicker,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
    Span,
)
from bokeh.plotting import figure

from flowsim.evidence.quantities import UNITS, covers, quantity
from flowsim.evidence.scorecard import SHORT, USES
from flowsim.evidence.statements import Statement, of_reports
from flowsim.interactive.frames import Frames
from flowsim.plot.ensemble import BANDS, NEEDS, Ensemble
from flowsim.plot.lane import LANE
from flowsim.plot.overview import ABROAD
from flowsim.plot.style import INK, STATUS
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

MOST_POINTS = 2000
"""Points of a curve, at most."""
STRIP_PX, ROW_PX, PANEL_PX = 44, 20, {"people": 300, "waiting": 150}
LEFT_PX = 92
"""Room for the names of crossings, and for numbers."""


class Curve(NamedTuple):
    """How a quantity is drawn."""

    panel: str
    colour: str
    dash: str
    words: str


CURVES = {
    "displaced_inside": Curve("people", STATUS["displaced"], "solid",
                              "out of their homes inside the country"),
    "crossed": Curve("people", STATUS["sheltered"], "solid", "crossed so far"),
    "stock_abroad": Curve("people", ABROAD, "dotted", "sheltered abroad"),
    "registered_adults": Curve("people", INK, "dashed", "adults registered so far"),
    "waiting": Curve("waiting", STATUS["waiting"], "solid", "waiting at the border"),
    "road_queue": Curve("waiting", STATUS["moving"], "solid", "in line on roads"),
    "fuel_queue": Curve("waiting", STATUS["moving"], "dotted", "in line for fuel"),
}  # fmt: skip
Runs = Any
"""One Result, several of one scenario, or those of a study."""


class TimeCourse:
    """Bokeh figures over one axis of time, with a line at the clock.

    Attributes
    ----------
    strip, panels : bokeh.plotting.figure, list of them
        What states made of each crossing; people, and people waiting.
    lines : list of bokeh.models.Span
        Upright lines that follow the clock.
    """

    def __init__(self) -> None:
        self.range = Range1d(0, 1)
        self.strip = self._figure(STRIP_PX)
        self.panels = {name: self._figure(high) for name, high in PANEL_PX.items()}
        self.spans = ColumnDataSource(
            {k: [] for k in ("left", "right", "top", "bottom", "colour", "name", "label", "from",
                             "until", "text", "middle", "centre", "ink")}
        )  # fmt: skip
        self.curves = {name: ColumnDataSource({"x": [], "y": []}) for name in CURVES}
        self.bands = {
            (name, words): ColumnDataSource({"x": [], "low": [], "high": []})
            for name in CURVES
            for *_, words in BANDS
        }
        self.reports = {name: ColumnDataSource({k: [] for k in REPORT}) for name in PANEL_PX}
        self.lines: list[Any] = []
        self.key = Div(sizing_mode="stretch_width", name="curves")
        self._draw_strip()
        for name in self.panels:
            self._draw_panel(name)
        words = CustomJS(args={"spans": self.spans, "strip": self.strip, "range": self.range},
                         code=WORDS)  # fmt: skip
        self.strip.js_on_change("inner_width", words)
        self.spans.js_on_change("data", words)
        for plot in (self.strip, *self.panels.values()):
            line = Span(location=0, dimension="height", line_color=INK, line_width=1.5)
            plot.add_layout(line)
            self.lines.append(line)

    def _figure(self, height: int) -> Any:
        plot = figure(
            height=height, sizing_mode="stretch_width", x_range=self.range, x_axis_type="datetime",
            tools="", toolbar_location=None, outline_line_color=None, min_border_left=LEFT_PX,
            min_border_right=14,
        )  # fmt: skip
        plot.toolbar.logo = None
        plot.xaxis.formatter = DatetimeTickFormatter(
            hours="%H:%M", days="%d %b", months="%b %Y", years="%Y", hourmin="%H:%M"
        )
        plot.xgrid.grid_line_color = plot.ygrid.grid_line_color = "#E2E2E2"
        plot.axis.major_label_text_font_size = "12px"
        plot.axis.major_label_text_color = INK
        plot.axis.axis_line_color = "#777777"
        plot.axis.minor_tick_line_color = None
        plot.xaxis.ticker.desired_num_ticks = 5
        fewer = CustomJS(args={"ticker": plot.xaxis[0].ticker}, code=FEWER)
        plot.js_on_change("inner_width", fewer)
        plot.title.text_font_size = "13px"
        plot.title.text_color = INK
        return plot

    def _draw_strip(self) -> None:
        plot = self.strip
        plot.title.text = "The crossings, outward"
        plot.xaxis.visible = False
        plot.grid.visible = False
        plot.y_range = Range1d(0, 1)
        plot.yaxis.ticker = FixedTicker(ticks=[])
        plot.yaxis.axis_line_color = plot.yaxis.major_tick_line_color = None
        edges = {name: name for name in ("left", "right", "top", "bottom")}
        drawn = plot.quad(**edges, source=self.spans, fill_color="colour", line_color="#BDBDBD")
        plot.text("middle", "centre", text="text", text_align="center", text_baseline="middle",
                  text_font_size="11px", text_color="ink", source=self.spans)  # fmt: skip
        tips = [("", "crossing @name"), ("", "@label"), ("from", "@from"), ("until", "@until")]
        plot.add_tools(HoverTool(renderers=[drawn], tooltips=tips))

    def _draw_panel(self, panel: str) -> None:
        plot = self.panels[panel]
        plot.yaxis.formatter = NumeralTickFormatter(format="0,0")
        plot.yaxis.ticker.min_interval = 1.0  # persons: no tick stands between two of them
        plot.y_range = Range1d(0, 1)
        own = {name: curve for name, curve in CURVES.items() if curve.panel == panel}
        plot.title.text = TITLES[panel]
        plot.yaxis.ticker.desired_num_ticks = 3 if panel == "waiting" else 5
        for name, curve in own.items():
            for *_, alpha, words in BANDS:
                plot.varea("x", "low", "high", source=self.bands[name, words],
                           fill_color=curve.colour, fill_alpha=alpha)  # fmt: skip
        for name, curve in own.items():
            plot.line("x", "y", source=self.curves[name], line_color=curve.colour, line_width=2.2,
                      line_dash=curve.dash, name=name)  # fmt: skip
        source = self.reports[panel]
        plot.segment("x", "low", "x", "high", source=source, line_color="white", line_width=5)
        plot.segment("x", "low", "x", "high", source=source, line_color="colour", line_width=2)
        dots = plot.scatter("x", "y", source=source, size=9, fill_color="fill",
                            line_color="colour", line_width=1.8)  # fmt: skip
        tips = [("report", "@id"), ("", "@what@where, @when"), ("reported", "@told"),
                ("", "@use")]  # fmt: skip
        plot.add_tools(HoverTool(renderers=[dots], tooltips=tips))

    def follow_taps(self, slider: Any, clock: ColumnDataSource) -> None:
        """Let the clock go to the moment at which somebody taps or clicks."""
        for plot in (self.strip, *self.panels.values()):
            args = {"slider": slider, "clock": clock}
            plot.js_on_event("tap", CustomJS(args=args, code=TAP))

    def show(
        self, result: Result, scenario: Scenario | None, runs: Runs, of: str, frames: Frames
    ) -> None:
        """Take the place of the run that was there."""
        times = result.data["time"].values
        start = np.datetime64(result.data.attrs["start"], "ns")
        first, last = float(_ms(start)), float(_ms(times[-1]))
        self.range.update(start=first, end=last, reset_start=first, reset_end=last)

        tops = dict.fromkeys(PANEL_PX, 0.0)
        keep = slice(None, None, max(1, -(-len(times) // MOST_POINTS)))
        for name, curve in CURVES.items():
            values = _series(result, name)
            self.curves[name].data = {"x": _ms(times[keep]), "y": values[keep]}
            tops[curve.panel] = max(tops[curve.panel], float(np.nanmax(values, initial=0.0)))
        for name, top in self._show_bands(runs, of).items():
            tops[CURVES[name].panel] = max(tops[CURVES[name].panel], top)
        for panel, top in self._show_reports(result, scenario, start, times[-1]).items():
            tops[panel] = max(tops[panel], top)
        for panel, top in tops.items():
            self.panels[panel].y_range.update(start=0.0, end=1.08 * top or 1.0)
            self.panels[panel].visible = top > 0.0 or panel == "people"
        self._show_spans(frames)
        self.key.text = self._key(None if runs is None else Ensemble.of(runs, of))

    def _show_bands(self, runs: Runs, of: str) -> dict[str, float]:
        shown = None if runs is None else Ensemble.of(runs, of)
        tops: dict[str, float] = {}
        for (name, words), source in self.bands.items():
            series = None
            if shown is not None and shown.size > 1 and name in NEEDS:
                series = shown.series(name)
            if series is None:
                source.data = {"x": [], "low": [], "high": []}
                continue
            low, high = next(band[:2] for band in BANDS if band[3] == words)
            ends = np.quantile(series.values, [low, high], axis=0)
            source.data = {"x": _ms(series["time"].values), "low": ends[0], "high": ends[1]}
            tops[name] = max(tops.get(name, 0.0), float(ends[1].max()))
        return tops

    def _show_reports(
        self, result: Result, scenario: Scenario | None, start: Any, end: Any
    ) -> dict[str, float]:
        told = [] if scenario is None else [
            s for s in of_reports(scenario.reports)
            if s.use in USES and s.quantity in CURVES and covers(result, s.place)
            and start <= np.datetime64(s.when) <= end
        ]  # fmt: skip
        tops = {}
        for panel, source in self.reports.items():
            own = [s for s in told if CURVES[s.quantity].panel == panel]
            rows = [_report_row(s) for s in own]
            source.data = {k: [row[i] for row in rows] for i, k in enumerate(REPORT)}
            tops[panel] = max([row[REPORT.index(k)] for row in rows for k in ("y", "high")] or [0])
        return tops

    def _show_spans(self, frames: Frames) -> None:
        rows = len(frames.spans)
        self.strip.visible = rows > 0
        self.strip.height = STRIP_PX + ROW_PX * rows
        self.strip.y_range.update(start=0.0, end=float(max(rows, 1)))
        self.strip.yaxis.ticker = FixedTicker(ticks=[rows - g - 0.5 for g in range(rows)])
        self.strip.yaxis.major_label_overrides = {
            rows - g - 0.5: name for g, name in enumerate(frames.crossings)
        }
        cells = [
            _span_cells(frames.crossings[g], rows - g - 1, span)
            for g, own in enumerate(frames.spans)
            for span in own
        ]
        self.spans.data = {key: [cell[key] for cell in cells] for key in self.spans.column_names}

    def _key(self, shown: Ensemble | None) -> str:
        """What lines and points mean, as HTML."""
        drawn = [n for n, source in self.curves.items() if np.nansum(source.data["y"]) > 0]
        parts = [
            f'<li><i class="line" style="border-top:3px {CURVES[n].dash} {CURVES[n].colour}"></i>'
            f"{CURVES[n].words}</li>"
            for n in drawn
        ]
        uses = {use for source in self.reports.values() for use in source.data["use"]}
        parts += [
            f'<li><i style="background:{FILLS.get(use, INK)};border:2px solid {INK};'
            f'border-radius:50%"></i>reported, {words}</li>'
            for use, words in USES.items()
            if words in uses
        ]
        note = ""
        if shown is not None and shown.size > 1:
            told = " and ".join(words for *_, words in BANDS)
            note = f"<p>Bands are of {told}, of {shown.size} runs in all; {shown.why}.</p>"
        return f"<style>{KEY_STYLE}</style><ul>{''.join(parts)}</ul>{note}"


TITLES = {"people": "Where people are", "waiting": "In line"}
FILLS = {"specify": "#C8C8C8", "check": "#FFFFFF"}
"""Of points of reports that the scenario was not fitted to."""
KEY_STYLE = (
    "ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:.3rem 0;"
    "font-size:.85rem}li{display:flex;align-items:center;gap:.35rem}"
    "i{display:inline-block;width:12px;height:12px;box-sizing:border-box}"
    "i.line{width:22px;height:0}p{font-size:.8rem;color:#444;margin:.2rem 0}"
)
WORDS = """
const wide = strip.inner_width
if (!(wide > 0)) return
const {left, right, label} = spans.data
const pixel = wide / (range.end - range.start)
spans.data.text = label.map((words, i) =>
  (right[i] - left[i]) * pixel >= 6.4 * words.length + 4 ? words : "")
spans.change.emit()
"""
"""Puts words into the spans that have room for them."""
FEWER = "if (cb_obj.inner_width > 0) ticker.desired_num_ticks = cb_obj.inner_width < 400 ? 3 : 5"
REPORT = ("x", "y", "low", "high", "id", "what", "where", "when", "told", "use", "colour", "fill")
TAP = """
const times = clock.data.time
let best = 0
times.forEach((t, i) => { if (Math.abs(t - cb_obj.x) < Math.abs(times[best] - cb_obj.x)) best = i })
slider.value = best
"""


def _ms(times: Any) -> Any:
    """Milliseconds since 1970, as the axis of time counts."""
    return np.asarray(times).astype("datetime64[ms]").astype(np.float64)


def _series(result: Result, name: str) -> Any:
    """A curve over time, (T,); NaN where the run has nothing of the kind."""
    if name in UNITS:
        values = quantity(result, name).values
        return (
            values if values.any() or name != "registered_adults" else np.full(len(values), np.nan)
        )
    if name in result.data:
        return result.data[name].transpose("time", ...).values.sum(axis=1).astype(np.float64)
    return np.full(result.data.sizes["time"], np.nan)


def _report_row(said: Statement) -> tuple[Any, ...]:
    colour = CURVES[said.quantity].colour
    low = said.value if said.low is None else said.low
    high = said.value if said.high is None else said.high
    fill = FILLS.get(said.use, colour)
    when = pd.Timestamp(said.when)
    return (
        float(_ms(np.datetime64(said.when))), said.value, low, high, said.id, SHORT[said.quantity],
        f", {said.place}" if said.place else "", f"{when.day} {when:%b %Y %H:%M}", _told(said),
        USES[said.use], colour, fill,
    )  # fmt: skip


def _told(said: Statement) -> str:
    """The figure of a report with its range, in words."""
    point = "" if said.reported is None else f"{said.reported:,.0f}"
    if said.low is not None and said.high is not None:
        span = f"{said.low:,.0f} to {said.high:,.0f}"
        return f"{point} ({span})" if point else span
    if said.low is not None:
        return f"{said.low:,.0f} or more"
    return f"up to {said.high:,.0f}" if said.high is not None else point


def _span_cells(name: str, row: int, span: Any) -> dict[str, Any]:
    left, right = (float(_ms(np.datetime64(t))) for t in (span.start, span.stop))
    return {
        "left": left, "right": right, "bottom": row + 0.06, "top": row + 0.94,
        "colour": LANE[span.state][0], "name": name, "label": span.label,
        "from": f"{span.start:%d %b %Y %H:%M}", "until": f"{span.stop:%d %b %Y %H:%M}",
        "text": "", "middle": (left + right) / 2, "centre": row + 0.5,
        "ink": "#FFFFFF" if span.state == "shut" else INK,
    }  # fmt: skip
