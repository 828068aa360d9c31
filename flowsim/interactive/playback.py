"""A run that plays: the map, the timeline, and the clock that both follow."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from bokeh.models import Column, CustomJS, Div, RadioButtonGroup, Row

from flowsim.interactive.backdrop import CREDIT
from flowsim.interactive.controls import Clock
from flowsim.interactive.frames import AT_PLACES, MOST_FRAMES, Frames
from flowsim.interactive.moving_map import STATE_COLOURS, STATES, MovingMap
from flowsim.interactive.time_course import TimeCourse
from flowsim.outlines.boxes import Outlines
from flowsim.plot.scene import GATE
from flowsim.plot.style import STATUS
from flowsim.recorded import Moment, moment_of
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.study.runs import Runs


class Playback:
    """The map and the timeline of a run, for an HTML file or a Bokeh server.

    Everything that follows the clock is in the page: it plays without Python. On a server,
    `update` puts another run in its place.

    Parameters
    ----------
    result : Result
    scenario : Scenario, optional
        For routes, what states made of the crossings, and reports.
    runs : Runs or sequence of Result, optional
        For bands around the curves: half and 90 % of these runs.
    of : str
        Which scenario of a study that has several.
    most : int
        Moments that can be shown, at most (`flowsim.interactive.frames.MOST_FRAMES`).
    outlines : path or sequence of Country, optional
        GeoJSON of one's own for the countries' outlines, see `flowsim.outlines.within`.

    Attributes
    ----------
    layout : bokeh.models.Column
        All of it. Its parts are ``map``, ``clock``, ``timeline``, and ``key``.
    frames : Frames
        What is shown, as arrays.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> play = Playback(fs.run(base, seed=1), base)
    >>> play.go_to("2030-05-02T06:00")
    >>> play.clock.slider.value, play.time
    (29, np.datetime64('2030-05-02T06:00:00'))
    """

    def __init__(
        self,
        result: Result,
        scenario: Scenario | None = None,
        *,
        runs: Runs | Sequence[Result] | None = None,
        of: str = "",
        most: int = MOST_FRAMES,
        outlines: Outlines | None = None,
    ) -> None:
        self._most, self._outlines = most, outlines
        self.map, self.clock, self.timeline = MovingMap(), Clock(), TimeCourse()
        self.key = Div(sizing_mode="stretch_width", name="key")
        self.part = RadioButtonGroup(labels=["Whole map", "Close-up"], active=0, name="part")
        self.part.js_on_change("active", CustomJS(args={"box": self.map.box}, code=CHOOSE))
        pairs = [moving.pair for moving in self.map.moving]
        self.clock.moves(pairs, self.timeline.lines)
        self.clock.named_with(self.map.figure)
        self.timeline.follow_taps(self.clock.slider, self.clock.data)
        self.where = Column(
            self.part, self.map.figure, self.key, sizing_mode="stretch_width", styles=HALF
        )
        self.when = Column(
            self.timeline.strip, *self.timeline.panels.values(), self.timeline.key,
            sizing_mode="stretch_width", styles=HALF,
        )  # fmt: skip
        both = Row(self.where, self.when, sizing_mode="stretch_width", styles={"flex-wrap": "wrap"})
        self.layout = Column(self.clock.told, self.clock.buttons, both, sizing_mode="stretch_width")
        self.update(result, scenario, runs=runs, of=of)

    def update(
        self,
        result: Result,
        scenario: Scenario | None = None,
        *,
        runs: Runs | Sequence[Result] | None = None,
        of: str = "",
    ) -> None:
        """Show another run instead, at the moment at which the clock stands."""
        before = self.time if hasattr(self, "frames") else None
        self.frames = Frames.of(result, scenario, self._most)
        number = self._first() if before is None else self.frames.at(before)
        self.map.show(self.frames, number, self._outlines)
        self.part.visible = self.map.has_close_up
        self.part.active = 0
        self.clock.show(self.frames, number)
        self.timeline.show(result, scenario, runs, of, self.frames)
        credited = self.map.has_outlines and self._outlines is None
        for line in self.timeline.lines:
            line.location = float(self.clock.data.data["time"][number])
        self.key.text = key(self.frames, CREDIT if credited else "")

    @property
    def time(self) -> np.datetime64:
        """Local time of the frame that is shown."""
        return self.frames.time[int(self.clock.slider.value)]

    def go_to(self, when: Moment) -> None:
        """Set the clock to the last frame up to a moment."""
        self.clock.slider.value = self.frames.at(np.datetime64(moment_of(when), "s"))

    def _first(self) -> int:
        """The frame that a reader sees first: the longest queues, or most people displaced."""
        totals = self.frames.totals
        top = totals["waiting"] if totals["waiting"].any() else totals["displaced_inside"]
        return int(top.argmax())


HALF = {"flex": "1 1 340px", "min-width": "0"}
"""Side by side where each has so much room, else below one another."""
CHOOSE = "box.data = {...box.data, shown: box.data.shown.map(() => cb_obj.active)}"


def key(frames: Frames, credit: str = "") -> str:
    """What the marks mean, as HTML."""
    parts = [_entry(STATUS[name], AT[name], "50%") for name in AT_PLACES if frames.away[name].any()]
    if frames.waiting.any():
        parts.append(_entry(STATUS["waiting"], "waiting at a crossing", "50%"))
    if frames.violence.any():
        parts.append('<li><i style="border:3px solid #E31A1C;border-radius:50%"></i>violence</li>')
    states = {span.state for own in frames.spans for span in own}
    parts += [
        _entry(STATE_COLOURS[STATES.index(state)], words, "0")
        for state, (_, _, words) in GATE.items() if state in states
    ]  # fmt: skip
    if frames.road_queue.any():
        parts.append(_entry(STATUS["waiting"], "line on a road, by its width", "0"))
    sample = f" One household in {frames.one_in} was run, and counts are in full." * (
        frames.one_in > 1
    )
    note = escape(f"Circles: persons by area. Shown: {frames.told()}.{sample} {credit}")
    return f"<style>{STYLE}</style><ul>{''.join(parts)}</ul><p>{note}</p>"


def _entry(colour: str, words: str, radius: str) -> str:
    return (
        f'<li><i style="background:{colour};border:1px solid #555;border-radius:{radius}"></i>'
        f"{escape(words)}</li>"
    )


AT = {
    "displaced": "displaced", "moving": "on the way, counted where their leg began",
    "sheltered": "sheltered", "detained": "detained",
}  # fmt: skip
STYLE = (
    "ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:.3rem 0;"
    "font-size:.85rem}li{display:flex;align-items:center;gap:.35rem}"
    "i{display:inline-block;width:12px;height:12px;box-sizing:border-box}"
    "p{font-size:.8rem;color:#444;margin:.2rem 0}"
)
