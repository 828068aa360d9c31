"""The runs that one figure shows: one, several of one scenario, or those of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from flowsim.arrays import Floats
from flowsim.evidence.quantities import quantity
from flowsim.plot.holding import note, of_inputs, of_study
from flowsim.plot.style import FAINT, INK
from flowsim.results.result import Result
from flowsim.study.runs import Runs

BANDS = ((0.05, 0.95, 0.2, "90 % of the runs"), (0.25, 0.75, 0.4, "half of the runs"))
"""Lower and upper quantile, opacity and words of each band, the widest first."""
RUN = "run"


@dataclass(frozen=True)
class Ensemble:
    """Runs of one scenario, side by side.

    Attributes
    ----------
    first : Result
        What all have in common: places, crossings, title.
    recorded : tuple of xarray.Dataset
        What there is of the runs, each with ``run`` and ``time``: by day, or as recorded.
    size : int
    why : str
        What makes the runs differ, and so is in the bands, in words.
    """

    first: Result
    recorded: tuple[xr.Dataset, ...]
    size: int
    why: str

    @classmethod
    def of(cls, runs: Result | Runs | Sequence[Result], of: str = "") -> Ensemble:
        """The runs that somebody gives.

        Raises
        ------
        TypeError
            It is nothing of the kind.
        ValueError
            There are none, they do not belong together, or a study has several scenarios and
            ``of`` names none of them.
        """
        if isinstance(runs, Runs):
            return _of_study(runs, of)
        if of:
            raise ValueError(f"of={of!r} names a scenario of a study; leave it out")
        results = [runs] if isinstance(runs, Result) else runs
        if not isinstance(results, Sequence) or not all(isinstance(r, Result) for r in results):
            right = "give a Result, a list of them, or the runs of a study"
            raise TypeError(f"{type(runs).__name__} is nothing to draw a timeline of; {right}")
        if not results:
            raise ValueError("there are no runs; give a Result at least")
        return _of_results(results)

    def find(self, *variables: str) -> Result | None:
        """The runs with some variables at common times; None where one of them is not there."""
        for data in self.recorded:
            if set(variables) <= set(data.data_vars):
                return Result(_only(data, variables))
        return None

    def series(self, variable: str) -> xr.DataArray | None:
        """A reported quantity, (run, time); None where it was not kept."""
        result = self.find(NEEDS[variable])
        return None if result is None else quantity(result, variable).transpose(RUN, "time")

    def key(self) -> list[Line2D | Patch]:
        """What the bands mean; nothing where there is one run."""
        if self.size == 1:
            return []
        median = Line2D([], [], color=FAINT, linewidth=1.8, label=f"median of {self.size} runs")
        bands = [Patch(color=INK, alpha=a, linewidth=0, label=told) for *_, a, told in BANDS]
        return [median, *reversed(bands), note(self.why)]


NEEDS = {
    "crossed": "outcomes", "stock_abroad": "people", "registered_adults": "registered",
    "displaced_inside": "people", "waiting": "waiting",
}  # fmt: skip
"""The variable of a run behind each quantity of a timeline."""


def draw_bands(axes: Axes, x: Floats, values: Floats, colour: str, gid: str) -> Floats:
    """Draw the bands of some runs (M, T), if there are several; gives their median (T,)."""
    if len(values) > 1:
        for low, high, alpha, words in BANDS:
            ends = np.quantile(values, [low, high], axis=0)
            name = f"{words} {gid}"
            axes.fill_between(x, *ends, color=colour, alpha=alpha, linewidth=0, gid=name)
    return np.median(values, axis=0)


def _only(data: xr.Dataset, names: Sequence[str]) -> xr.Dataset:
    """Some variables with all labels, those of places too where no variable has places."""
    return data.drop_vars([name for name in data.data_vars if name not in names])


def _of_results(results: Sequence[Result]) -> Ensemble:
    first = results[0]
    labels = ("time", "place", "crossing", "group")
    for other in results[1:]:
        differ = [c for c in labels if not first.data[c].equals(other.data[c])]
        if differ:
            raise ValueError(f"the runs differ in {', '.join(differ)}; give runs of one scenario")
    names = [v for v in _DRAWN if v in first.data.data_vars]
    parts = [_only(r.data, names) for r in results]
    whole = xr.concat(
        parts, RUN, coords="minimal", compat="override", combine_attrs="override", join="exact",
        data_vars="all",
    )  # fmt: skip
    digests = {str(r.data.attrs.get("digest")) for r in results}
    return Ensemble(first, (whole,), len(results), of_inputs(len(digests) > 1))


def _of_study(runs: Runs, of: str) -> Ensemble:
    names = list(runs.names)
    if of not in names and (of or len(names) > 1):
        wrong = f"there is no {of!r} in the study" if of else "the study has several scenarios"
        raise ValueError(f"{wrong}; name one with of=, one of {', '.join(map(repr, names))}")
    name = of or names[0]
    data = runs.data.sel(scenario=name, drop=True)
    kept = [v for v in _DRAWN if v in data.data_vars]
    timed = {dim: [v for v in kept if dim in data[v].dims] for dim in ("time", "time_recorded")}
    recorded = tuple(_stacked(_only(data, mine), dim) for dim, mine in timed.items() if mine)
    if not recorded:
        right = f"keep some of {', '.join(_DRAWN)} by day or as recorded"
        raise ValueError(f"the study kept nothing over time that a timeline shows; {right}")
    title = str(data.attrs.get("title") or data.attrs.get("name", ""))
    first = Result(recorded[0].isel({RUN: 0}).assign_attrs(title=f"{title}, {name}"))
    return Ensemble(first, recorded, recorded[0].sizes[RUN], of_study(data))


def _stacked(data: xr.Dataset, dim: str) -> xr.Dataset:
    """Samples and members as one dimension of runs, in memory, over ``time``."""
    varied = [
        c for c in data.coords if c not in data.dims and {"sample", "member"} & {*data[c].dims}
    ]
    data = data.drop_vars([*varied, *({"time"} - {dim} if "time" in data.coords else ())])
    whole = data.stack({RUN: ("sample", "member")}, create_index=False)
    whole = whole.drop_vars(["sample", "member"]).load()
    return whole.rename({dim: "time"}) if dim != "time" else whole


_DRAWN = (
    "people", "outcomes", "waiting", "registered", "violence", "road_queue", "fuel_queue",
)  # fmt: skip
"""Variables that a timeline shows something of."""
