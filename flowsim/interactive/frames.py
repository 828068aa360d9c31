"""A run as frames of a film: at each moment who is where, who waits, what each crossing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from flowsim.arrays import Floats
from flowsim.evidence.quantities import quantity
from flowsim.plot.windows import Span, crossing_spans
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

MOST_FRAMES = 240
"""A film has no more frames, unless others are asked for."""
MOST_NUMBERS = 60_000
"""Places times frames, at most: a page with more would take long to load and to send."""
FEWEST_FRAMES = 24
AT_PLACES = ("displaced", "moving", "sheltered", "detained")
"""Statuses of people who are away from home and not in line at a crossing."""
TOTALS = ("displaced_inside", "waiting", "crossed", "stock_abroad", "deaths")
"""Quantities that are told beside the clock; see `flowsim.evidence.quantities.quantity`."""
UNKNOWN = Span(datetime.min, datetime.max, "unknown", "not told")
Int32s = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Frames:
    """Some moments of one run, as arrays: frames (F), places (P), crossings (G), routes (R).

    Attributes
    ----------
    title : str
    one_in : int
        Households for which each that was run stands.
    start : datetime64[s]
        When the run began.
    step : intp array (F,)
        Which of the recorded times each frame is; the first and the last are there.
    every : int
        One recorded time in so many is a frame.
    time : datetime64[s] array (F,)
        Naive local times. Stocks are those at the time, counts so far are up to it.
    places, countries : tuple of str
    lat, lon : float64 array (P,)
        Degrees.
    fled : bool array (P,)
        Places in the countries that people flee from.
    away : dict of str to int32 array (F, P)
        Persons by status (`AT_PLACES`). Those on the way count where their leg began.
    violence : float32 array (F, P)
        Intensity at the time.
    deaths : int32 array (F, P)
        Deaths so far.
    crossings : tuple of str
    near, far : intp array (G,)
        Numbers of the places at their ends.
    waiting, crossed : int32 array (F, G)
        Persons in line; persons who have crossed so far, net of push-back.
    spans : tuple of tuple of Span
        What each crossing is over the whole run; empty without a scenario.
    state : intp array (F, G)
        Which of the crossing's spans holds; -1 without a scenario.
    routes : tuple of (int, int, str)
        Ends as place numbers, and mode.
    road_queue : int32 array (F, R)
        Persons in line on each route; zeros where the run does not have them.
    totals : dict of str to int64 array (F,)
        `TOTALS`, of the whole run.
    """

    title: str
    one_in: int
    start: np.datetime64
    step: NDArray[np.intp]
    every: int
    time: NDArray[np.datetime64]
    places: tuple[str, ...]
    countries: tuple[str, ...]
    lat: Floats
    lon: Floats
    fled: NDArray[np.bool_]
    away: dict[str, Int32s]
    violence: NDArray[np.float32]
    deaths: Int32s
    crossings: tuple[str, ...]
    near: NDArray[np.intp]
    far: NDArray[np.intp]
    waiting: Int32s
    crossed: Int32s
    spans: tuple[tuple[Span, ...], ...]
    state: NDArray[np.intp]
    routes: tuple[tuple[int, int, str], ...]
    road_queue: Int32s
    totals: dict[str, NDArray[np.int64]]

    @classmethod
    def of(
        cls, result: Result, scenario: Scenario | None = None, most: int = MOST_FRAMES
    ) -> Frames:
        """The frames of a run.

        Parameters
        ----------
        result : Result
        scenario : Scenario, optional
            For the routes, and for what states make of their crossings.
        most : int
            No more frames than these; fewer where there are many places (`MOST_NUMBERS`).

        Examples
        --------
        >>> import flowsim as fs
        >>> base = fs.teaching_world()
        >>> told = Frames.of(fs.run(base, seed=1), base, most=50)
        >>> len(told.time), told.every, told.waiting.shape, told.spans[0][0].label
        (43, 4, (43, 1), 'open')
        """
        data = result.data
        step, every = chosen(data.sizes["time"], most, data.sizes["place"])
        time = data["time"].values[step].astype("datetime64[s]")
        places = tuple(str(name) for name in data["place"].values)
        number = {name: i for i, name in enumerate(places)}
        countries = tuple(str(name) for name in data["country"].values)
        crossings = tuple(str(name) for name in data["crossing"].values)
        routes, road_queue = _roads(result, scenario, number, step)
        spans = () if scenario is None else tuple(
            tuple(crossing_spans(scenario, name)) for name in crossings
        )  # fmt: skip
        people = result.people.isel(time=step).sum("group")
        return cls(
            title=str(data.attrs.get("title") or result.name or "A run"),
            one_in=result.one_in,
            start=np.datetime64(data.attrs["start"], "s"),
            step=step,
            every=every,
            time=time,
            places=places,
            countries=countries,
            lat=data["lat"].values,
            lon=data["lon"].values,
            fled=np.isin(countries, str(data.attrs.get("flee_from", "")).split(",")),
            away={name: _counts(people.sel(status=name), "place") for name in AT_PLACES},
            violence=result.violence.isel(time=step).transpose("time", "place").values.astype("f4"),
            deaths=_counts(result.deaths.sum("group").cumsum("time").isel(time=step), "place"),
            crossings=crossings,
            near=np.array([number[str(name)] for name in data["near"].values], dtype=np.intp),
            far=np.array([number[str(name)] for name in data["far"].values], dtype=np.intp),
            waiting=_counts(result.waiting.isel(time=step).sum("kind"), "crossing"),
            crossed=_counts(result.crossed().isel(time=step), "crossing"),
            spans=spans,
            state=_states(spans, time, len(crossings)),
            routes=routes,
            road_queue=road_queue,
            totals={
                name: quantity(result, name).isel(time=step).values.astype(np.int64)
                for name in TOTALS
            },
        )

    def __len__(self) -> int:
        return len(self.time)

    def at(self, when: np.datetime64) -> int:
        """The number of the last frame up to a moment, or of the first.

        Examples
        --------
        >>> import flowsim as fs
        >>> told = Frames.of(fs.run(fs.teaching_world(), seed=1))
        >>> told.at(told.time[7]), told.at(told.start)
        (7, 0)
        """
        return max(0, int(np.searchsorted(self.time, when, side="right")) - 1)

    def opening(self, frame: int, crossing: int) -> Span:
        """What a crossing is in a frame."""
        if not self.spans:
            return UNKNOWN
        return self.spans[crossing][int(self.state[frame, crossing])]

    def told(self) -> str:
        """In words which moments are frames."""
        apart = np.diff(self.time) / np.timedelta64(60, "s")
        minutes = int(apart.max(initial=0.0))
        hours, rest = divmod(minutes, 60)
        far = f"{minutes} min" if rest else f"{hours} h"
        far = f"at most {far}" if np.ptp(apart) > 0.0 else far
        nth = {1: "each", 2: "every 2nd", 3: "every 3rd"}.get(self.every, f"every {self.every}th")
        what = f"{nth} recorded time"
        return f"{len(self)} moments, {what}" + (f" ({far} apart)" if minutes else "")


def chosen(times: int, most: int, places: int = 1) -> tuple[NDArray[np.intp], int]:
    """Which of the recorded times are frames, and one in how many that is.

    They are evenly spaced and end with the last one; the first is always there.

    Examples
    --------
    >>> chosen(5, 10)[0].tolist(), chosen(9, 5)[0].tolist()
    ([0, 1, 2, 3, 4], [0, 2, 4, 6, 8])
    >>> chosen(8, 5)[0].tolist()
    [0, 1, 3, 5, 7]
    """
    if most < 2:
        raise ValueError(f"most={most} is too few frames; give 2 or more")
    allowed = min(most, max(FEWEST_FRAMES, MOST_NUMBERS // max(places, 1)))
    every = max(1, -(-(times - 1) // (allowed - 1)))
    step = np.arange(times - 1, -1, -every, dtype=np.intp)[::-1]
    if step[0] != 0:
        step = np.concatenate([np.zeros(1, dtype=np.intp), step])
    return step, every


def _counts(counts: xr.DataArray, dim: str) -> Int32s:
    return np.asarray(counts.transpose("time", dim).values, dtype=np.int32)


def _states(
    spans: Sequence[Sequence[Span]], time: NDArray[np.datetime64], crossings: int
) -> NDArray[np.intp]:
    """Which span of each crossing holds at each time; the last one at the end of the run."""
    if not spans:
        return np.full((len(time), crossings), -1, dtype=np.intp)
    found = np.empty((len(time), crossings), dtype=np.intp)
    for g, own in enumerate(spans):
        starts = np.array([span.start for span in own], dtype="datetime64[s]")
        found[:, g] = np.clip(np.searchsorted(starts, time, side="right") - 1, 0, len(own) - 1)
    return found


def _roads(
    result: Result, scenario: Scenario | None, number: dict[str, int], step: NDArray[np.intp]
) -> tuple[tuple[tuple[int, int, str], ...], Int32s]:
    """Routes, and the persons in line on them."""
    if scenario is None:
        return (), np.zeros((len(step), 0), dtype=np.int32)
    routes = [r for r in scenario.routes if r.start in number and r.end in number]
    known = tuple((number[r.start], number[r.end], r.mode) for r in routes)
    queue = np.zeros((len(step), len(routes)), dtype=np.int32)
    if "road_queue" in result.data:
        lines = result.data["road_queue"].isel(time=step)
        for i, name in enumerate(str(n) for n in lines["route"].values):
            for r, route in enumerate(routes):
                ends = f"{route.start} - {route.end}"
                if name in (ends, f"{ends} ({route.crossing or route.mode})"):
                    queue[:, r] = lines.isel(route=i).values
    return known, queue
