"""The map over time, as a GIF or MP4.

Its layout is that of the whole run: circles and arrows have one scale, names keep their places.
What does not change is drawn once; of each frame only people, crossings and words are.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text

from flowsim.arrays import Bools
from flowsim.folders import whole_file
from flowsim.outlines.boxes import Outlines
from flowsim.plot.fonts import LACKING, with_fonts
from flowsim.plot.geography import cut_out, gate_words, map_page, place_words
from flowsim.plot.labels import place_labels
from flowsim.plot.picture_files import Frame, writer_of
from flowsim.plot.scene import (
    Scene,
    Size,
    SizeHandler,
    draw_crossings,
    draw_people,
    key,
    people_boxes,
)
from flowsim.plot.style import Chart, moment, styled, title_of
from flowsim.plot.terrain import Terrain, scale_box
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

FRAMES, RATE, FILM_MM, FILM_DPI = 100, 8, 183.0, 150.0
OFF_MAP = "Off the map, the most persons away from home"


@styled
def animation(
    result: Result,
    file: str | os.PathLike[str],
    scenario: Scenario | None = None,
    *,
    frames: int = FRAMES,
    rate: int = RATE,
    width: float = FILM_MM,
    outlines: Outlines | None = None,
    progress: bool = False,
) -> int:
    """Write the map over time: people away from home, crossings, and those who have passed them.

    Parameters
    ----------
    result : Result
    file : path
        A ``.gif``, or an ``.mp4``, which needs the program ffmpeg. The bytes are the same each time
        on one version of the libraries. A file that is there is replaced.
    scenario : Scenario, optional
        For the routes, and for whether a crossing is open; without it a crossing counts as open
        if anybody was admitted in that interval.
    frames : int
        At most so many times are shown, as far from each other as fits, the last recorded one
        among them.
    rate : int
        Frames a second.
    width : float
        Millimetres, of 150 dots an inch; even a wide screen shows the 1,080 dots of 183.
    outlines : path or sequence of Country, optional
        Countries for the ground: a file of GeoJSON, or what `flowsim.outlines.read_outlines` read
        of one. Those of Natural Earth unless given, whose borders are de facto ones.
    progress : bool
        Whether to show on stderr how far it is.

    Returns
    -------
    int
        How many frames it has.

    Raises
    ------
    ValueError
        The suffix, ``frames`` or ``rate`` is none that can be used.
    ImportError
        An MP4 is asked for and ffmpeg is not installed.
    ScenarioError
        The outlines cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     animation(fs.run(base, seed=1), Path(folder, "map.gif"), base, frames=3, width=60)
    3
    """
    writer = writer_of(file, rate)
    steps = _steps(result.data.sizes["time"], frames)
    film = _Film(result, scenario, steps, width, outlines)
    with whole_file(Path(file), replace=True) as made:
        writer(made, _shown(film.frames(), len(steps), progress), rate)
    return len(steps)


def _steps(times: int, frames: int) -> list[int]:
    """Recorded times, evenly apart, the last among them."""
    if isinstance(frames, bool) or not isinstance(frames, int | np.integer) or frames < 1:
        raise ValueError(f"frames={frames!r} is not a number of frames; give 1 or more")
    every = -(-times // int(frames))
    return list(range((times - 1) % every, times, every))


def _shown(frames: Iterator[Frame], count: int, progress: bool) -> Iterator[Frame]:
    if not progress:
        return frames
    from tqdm import tqdm  # only where it is shown

    return iter(tqdm(frames, total=count, desc="frames", unit="frame"))


class _Film:
    """The map, with all that stays as it is, and the scenes that go over it."""

    def __init__(
        self,
        result: Result,
        scenario: Scenario | None,
        steps: Sequence[int],
        width: float,
        outlines: Outlines | None,
    ) -> None:
        terrain = Terrain.of(result, steps)
        self._shown = ~terrain.out
        scenes = [Scene.of(result, step, terrain.xy, scenario, self._shown) for step in steps]
        largest, busiest = (max(getattr(s, n) for s in scenes) for n in ("largest", "busiest"))
        self._scenes = [replace(s, largest=largest, busiest=busiest) for s in scenes]
        self._whole = _at_most(self._scenes)
        self._times = [moment(result.data["time"].values[step]) for step in steps]
        heading = f"{title_of(result.data)}: people away from home"
        page, self._panels = map_page(width, terrain.frames, heading)
        self._land = terrain.draw(self._panels, self._whole, page.inches, outlines, OFF_MAP)
        self._clock = self._panels[0].set_title(max(self._times, key=len))
        if len(self._panels) > 1:
            self._panels[1].set_title("Close-up")
        marks = [*_key(self._scenes), *self._land.key]
        page.key_below(marks, handler_map={Size: SizeHandler()})
        self._chart: Chart = page.settled()
        self._on = self._places_on()
        self._words = [
            self._named(axes, on) for axes, on in zip(self._panels, self._on, strict=True)
        ]

    def _places_on(self) -> list[Bools]:
        """The places of each panel; where there is a close-up, the map shows where it lies."""
        if len(self._panels) == 1:
            return [self._shown]
        close = self._land.terrain.frames[1]
        inside = np.array([close.contains(*spot) for spot in self._whole.xy])
        self._cut = cut_out(self._panels[0], close, "close-up")
        return [self._shown & ~inside, inside]

    def _named(self, axes: Axes, on: Bools) -> list[tuple[Text, Callable[[Scene], str]]]:
        """Names in their places, and what each says at a moment."""
        taken = [*people_boxes(axes, self._whole, on), scale_box(axes)]
        if axes is self._panels[0] and len(self._panels) > 1:
            taken.append(self._cut)
        gates = [n for n, gate in enumerate(self._whole.gates) if on[gate.near] or on[gate.far]]
        chosen = [self._whole.gates[n] for n in gates]
        ways = [(self._whole.xy[g.near] + self._whole.xy[g.far]) / 2 for g in chosen]
        spots = [(float(x), float(y)) for x, y in ways]
        before = set(axes.texts)
        place_labels(axes, [*place_words(self._whole, on), *gate_words(chosen, spots)], taken)
        written = {text.get_text(): text for text in axes.texts if text not in before}
        self._leaders = [t for t in axes.texts if t not in before and not t.get_text()]
        self._land.name(axes, taken)
        told: dict[str, Callable[[Scene], str]] = {
            self._whole.word(p): partial(_word_of_place, int(p)) for p in np.flatnonzero(on)
        }
        told |= {
            gate.word(): partial(_word_of_gate, n) for n, gate in zip(gates, chosen, strict=True)
        }
        return [(text, told[words]) for words, text in written.items() if words in told]

    def frames(self) -> Iterator[Frame]:
        """One picture after the other."""
        chart = self._chart
        chart.set_dpi(FILM_DPI)
        with_fonts(chart, self._drawn)  # which finds fonts for all that is written
        moving = [self._clock, *(text for words in self._words for text, _ in words)]
        for text in moving:
            text.set_animated(True)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=LACKING)  # told already
            self._drawn()
            ground = chart.canvas.copy_from_bbox(chart.bbox)  # type: ignore[attr-defined]
            for scene, when in zip(self._scenes, self._times, strict=True):
                chart.canvas.restore_region(ground)  # type: ignore[attr-defined]
                self._clock.set_text(when)
                self._panels[0].draw_artist(self._clock)
                for axes, on, words in zip(self._panels, self._on, self._words, strict=True):
                    _draw_scene(axes, scene, on, words)
                yield np.asarray(chart.canvas.buffer_rgba())[:, :, :3].copy()  # type: ignore[attr-defined]

    def _drawn(self) -> bytes:
        self._chart.canvas.draw()
        return b""


def _draw_scene(
    axes: Axes, scene: Scene, on: Bools, words: Sequence[tuple[Text, Callable[[Scene], str]]]
) -> None:
    """Draw people and crossings over what is there, and take them off the axes again."""
    before = set(axes.get_children())
    draw_people(axes, scene, on)
    draw_crossings(axes, scene, [g for g in scene.gates if on[g.near] or on[g.far]])
    new = [artist for artist in axes.get_children() if artist not in before]
    for text, told in words:
        text.set_text(told(scene))
    for artist in sorted([*new, *(text for text, _ in words)], key=Artist.get_zorder):
        axes.draw_artist(artist)
    for artist in new:
        artist.remove()


def _word_of_place(place: int, scene: Scene) -> str:
    return scene.word(place)


def _word_of_gate(gate: int, scene: Scene) -> str:
    return scene.gates[gate].word()


def _at_most(scenes: Sequence[Scene]) -> Scene:
    """The most that there ever is at each place, for which names leave room."""
    totals = np.max([scene.away.sum(axis=1) for scene in scenes], axis=0)
    away = np.zeros_like(scenes[0].away)
    away[:, 0] = totals
    violence = np.max([scene.violence for scene in scenes], axis=0)
    return replace(scenes[-1], away=away, violence=violence)


def _key(scenes: Sequence[Scene]) -> list[Any]:
    """What marks mean that are ever on the map."""
    gates = tuple(gate for scene in scenes for gate in scene.gates)
    away = np.max([scene.away for scene in scenes], axis=0)
    violence = np.max([scene.violence for scene in scenes], axis=0)
    return key(replace(scenes[-1], gates=gates, away=away, violence=violence))
