"""What is compared: outcomes of a study's runs, by label or by a function of the Dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from flowsim.arrays import Floats
from flowsim.errors import Problem
from flowsim.scenario.flaws import did_you_mean, listed

USUAL = (
    "let_through", "person_days_exposed", "deaths", "waiting_peak", "sheltered_abroad_peak",
    "sheltered_abroad_at_end",
)  # fmt: skip
"""Outcomes that are compared unless others are named, as far as the runs have them."""
LABELS = {
    "let_through": "let through",
    "person_days_exposed": "exposure",
    "waiting_peak": "waiting at the peak",
    "waiting_at_end": "waiting at the end",
    "person_days_waited": "waited",
    "sheltered_abroad_peak": "sheltered abroad at the peak",
    "sheltered_abroad_at_end": "sheltered abroad at the end",
    "displaced_inside_at_end": "displaced inside at the end",
    "persons_apart_at_end": "apart from their family at the end",
    "share_waited_over_24_hours": "waited over 24 hours",
}
"""What people call an outcome; all others are their label with spaces."""
RUN = ("scenario", "sample", "member")
Measure = str | Callable[[xr.Dataset], xr.DataArray]
Outcomes = str | Iterable[str] | Mapping[str, Measure] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of all runs.

    Attributes
    ----------
    name, unit : str
    values : float64 array (scenario, sample, member)
        Scenarios as the study has them, samples and members in order; NaN where a run has no value.
    """

    name: str
    unit: str
    values: Floats


def called(name: str) -> str:
    """What people call an outcome.

    Examples
    --------
    >>> called("waiting_peak"), called("Dustlik: waiting_peak"), called("families_split")
    ('waiting at the peak', 'Dustlik: waiting at the peak', 'families split')
    """
    where, colon, measure = name.rpartition(": ")
    return where + colon + LABELS.get(measure, measure.replace("_", " "))


def read_outcomes(data: xr.Dataset, outcomes: Outcomes) -> dict[str, Outcome | Problem]:
    """The outcomes asked for by name, or what is wrong with one that cannot be had."""
    known = [str(e) for e in data["effect"].values] if "effect" in data.coords else []
    return {
        name: _read(data, known, path, name, measure)
        for path, name, measure in _asked(known, outcomes)
    }


def _asked(known: list[str], outcomes: Outcomes) -> list[tuple[str, str, Any]]:
    """Path, name and measure of each outcome asked for, each name once."""
    if outcomes is None:
        return [("", name, name) for name in USUAL if name in known]
    if isinstance(outcomes, Mapping):
        return [(f"outcomes[{name}]", str(name), of) for name, of in outcomes.items()]
    named = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    first = {name: i for i, name in reversed(list(enumerate(named)))}
    return [(f"outcomes[{i}]", name, name) for i, name in enumerate(named) if first[name] == i]


def _read(
    data: xr.Dataset, known: list[str], path: str, name: str, measure: Any
) -> Outcome | Problem:
    if callable(measure):
        made = measure(data)
        if not isinstance(made, xr.DataArray):
            wrong = f"the function gives {type(made).__name__}"
            return Problem(path, wrong, f"give an xarray.DataArray over {', '.join(RUN)}")
        if set(made.dims) != set(RUN):
            wrong = (
                f"the function gives an array over {', '.join(map(str, made.dims)) or 'nothing'}"
            )
            return Problem(path, wrong, f"give one number a run: over {', '.join(RUN)}")
        unit = str(made.attrs.get("units", made.attrs.get("unit", "")))
    elif measure in known:
        made = data["effects"].isel(effect=known.index(measure))
        units = data.coords.get("unit")
        unit = "" if units is None else str(units.values[known.index(measure)])
    else:
        right = f"give one of {listed(known)}{did_you_mean(measure, known)}"
        return Problem(path, f"{measure!r} is not an outcome of these runs", right)
    # By label, so that a function may give its runs in any order, and so may a Dataset.
    made = made.reindex({dim: data[dim] for dim in RUN if dim in made.indexes}).transpose(*RUN)
    made = made.sortby([dim for dim in RUN[1:] if dim in made.indexes])
    sizes = {dim: data.sizes[dim] for dim in RUN}
    if dict(made.sizes) != sizes:
        return Problem(path, f"the function gives {dict(made.sizes)}", f"give {sizes}")
    return Outcome(name, unit, np.asarray(made.values, dtype=np.float64))
