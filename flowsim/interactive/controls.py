"""The clock of a film and what moves it: play, pause, step, speed, and a slider of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bokeh.models import (
    Button,
    ColumnDataSource,
    CustomJS,
    CustomJSTickFormatter,
    Div,
    Row,
    Select,
    Slider,
)

from flowsim.interactive.frames import Frames
from flowsim.interactive.moving import SHOW
from flowsim.plot.style import moment

FRAMES_A_SECOND = 6.0
SPEEDS = {"half speed": 0.5, "normal speed": 1.0, "double speed": 2.0, "four times": 4.0}
WORDS = {
    "displaced_inside": "out of their homes inside the country",
    "waiting": "waiting at the border",
    "crossed": "crossed so far",
    "stock_abroad": "sheltered abroad",
    "deaths": "dead so far",
}
"""What each of `flowsim.interactive.frames.TOTALS` is called beside the clock."""

DARK = ".bk-btn-primary, .bk-btn-primary:hover { background-color: #00527f; color: #fff }"
"""White words on Bokeh's own blue are too pale to read."""

PLAY = """
const stop = () => {
  clearTimeout(button.playing)
  button.playing = undefined
  button.label = "\\u25b6 Play"
}
if (button.playing !== undefined) { stop(); return }
if (slider.value >= slider.end) slider.value = 0
button.label = "\\u275a\\u275a Pause"
const next = () => {
  if (slider.value >= slider.end) { stop(); return }
  slider.value = slider.value + 1
  button.playing = setTimeout(next, 1000 / (rate * speeds[speed.value]))
}
button.playing = setTimeout(next, 0)
"""
STEP = "slider.value = Math.min(slider.end, Math.max(0, slider.value + by))"
FOLLOW = """
for (const line of lines) line.location = clock.data.time[frame]
let text = told.text
for (const name of Object.keys(clock.data)) {
  const cell = new RegExp(`(data-quantity="${name}">)[^<]*`)
  text = text.replace(cell, (_, before) => before + clock.data[name][frame])
}
told.text = text
"""


NAMED = """
const name = () => {
  const view = Bokeh.index.find_one(slider)
  const handle = view?.shadow_el?.querySelector(".noUi-handle")
  if (!handle) return
  handle.setAttribute("aria-label", "Time")
  handle.setAttribute("aria-valuetext", clock.data.label[slider.value])
}
setTimeout(name, 0)
"""
"""Tells the slider's name and its time to who does not see them: Bokeh tells numbers of frames."""


class Clock:
    """A slider over the frames, buttons that move it, and what is told of each frame.

    Attributes
    ----------
    slider : bokeh.models.Slider
        Its value is the number of the frame that is shown.
    data : ColumnDataSource
        A row a frame: ``time`` (milliseconds), ``label``, and the totals as texts.
    buttons, told : bokeh.models.Row, bokeh.models.Div
    """

    def __init__(self) -> None:
        self.data = ColumnDataSource({name: [] for name in ("time", "label", *WORDS)})
        label = CustomJSTickFormatter(
            args={"clock": self.data}, code="return clock.data.label[Math.round(tick)] ?? ''"
        )
        self.slider = Slider(start=0, end=1, value=0, step=1, title="Time", format=label,
                             sizing_mode="stretch_width", name="clock")  # fmt: skip
        self.told = Div(text="", sizing_mode="stretch_width", name="numbers")
        self.play = Button(label="\u25b6 Play", button_type="primary", width=96, name="play",
                           stylesheets=[DARK])  # fmt: skip
        back = Button(label="\u25c0 Step", width=76, name="back")
        on = Button(label="Step \u25b6", width=76, name="step")
        self.speed = Select(
            options=[*SPEEDS], value="normal speed", width=130, name="speed", title="Speed"
        )
        args: dict[str, Any] = {"slider": self.slider, "button": self.play, "speed": self.speed,
                                "speeds": SPEEDS, "rate": FRAMES_A_SECOND}  # fmt: skip
        self.play.js_on_click(CustomJS(args=args, code=PLAY))
        for button, by in ((back, -1), (on, 1)):
            button.js_on_click(CustomJS(args={"slider": self.slider, "by": by}, code=STEP))
        self._named = CustomJS(args={"slider": self.slider, "clock": self.data}, code=NAMED)
        self.buttons = Row(
            self.play, back, on, self.speed, self.slider, sizing_mode="stretch_width",
            styles={"flex-wrap": "wrap", "gap": "6px", "align-items": "end"},
        )  # fmt: skip

    def moves(self, pairs: Sequence[tuple[Any, Any]], lines: Sequence[Any]) -> None:
        """Let sources and upright lines follow the clock."""
        code = f"const frame = slider.value\n{SHOW}\n{FOLLOW}"
        args = {"slider": self.slider, "pairs": list(pairs), "lines": list(lines),
                "clock": self.data, "told": self.told}  # fmt: skip
        self.slider.js_on_change("value", CustomJS(args=args, code=code), self._named)

    def named_with(self, plot: Any) -> None:
        """Name the slider once a figure beside it is laid out."""
        plot.js_on_change("inner_width", self._named)

    def show(self, frames: Frames, number: int) -> None:
        """Take the place of the run that was there, at one of its frames."""
        self.data.data = {
            "time": frames.time.astype("datetime64[ms]").astype("float64"),
            "label": [moment_of_year(when) for when in frames.time],
            **{name: [f"{n:,}" for n in frames.totals[name].tolist()] for name in WORDS},
        }
        self.slider.update(end=max(1, len(frames) - 1), value=number)
        self.told.text = told(self.data.data, number)


def told(data: Any, number: int) -> str:
    """The numbers of a frame, as HTML."""
    cells = "".join(
        f'<div><dd data-quantity="{name}">{data[name][number]}</dd><dt>{words}</dt></div>'
        for name, words in WORDS.items()
    )
    return (
        f"<style>{STYLE}</style>"
        f'<p class="when" data-quantity="label">{data["label"][number]}</p><dl>{cells}</dl>'
    )


def moment_of_year(when: Any) -> str:
    """A time with its year: ``14 Jun 2010 09:00``; midnight ends the day before."""
    year = (when.astype("datetime64[us]") - 1).astype("datetime64[Y]")
    day, _, hour = moment(when).rpartition(" ")
    return f"{day} {year} {hour}"


STYLE = (
    "p.when{font-size:1.25rem;font-weight:600;margin:0 0 .3rem}"
    "dl{display:flex;flex-wrap:wrap;gap:.4rem 1.4rem;margin:0}"
    "dl div{display:flex;flex-direction:column-reverse}"
    "dd{margin:0;font-size:1.15rem;font-weight:600;font-variant-numeric:tabular-nums}"
    "dt{font-size:.85rem;color:#444}"
)
