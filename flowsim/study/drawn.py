"""What each sampled input was in each sample, beside the results of the runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from flowsim.config import to_seconds
from flowsim.scenario.scenario import Scenario
from flowsim.study.distributions import Law, Value, since_1970
from flowsim.study.inputs import inputs_of

INPUT = "input"
"""The dimension of sampled inputs; its labels are their paths."""
VALUE, POSITION, UNIT, FACTOR = (
    f"input_{part}" for part in ("value", "position", "unit", "factor")
)
SINCE_START = "hours since the start"
UNITS = {"number": "", "duration": "hours", "time": SINCE_START}
HOUR = 3600.0


def coordinates(
    scenario: Scenario, position: Mapping[str, float], factors: Mapping[str, str]
) -> dict[str, xr.Variable]:
    """Coordinates that say what was drawn.

    ==================  ============================================================================
    ``input``           paths of the inputs that are sampled in the scenario
    ``input_value``     what each was: a number, hours of a duration, hours since the start of a
                        time, as ``input_unit`` says
    ``input_position``  the part of its distribution that is below
    ``input_factor``    what it moves with: itself, ``linked[NAME]``, or the path of another time
                        of the same fact
    ==================  ============================================================================

    Parameters
    ----------
    scenario : Scenario
        At its central values.
    position : mapping of str to float
        By path.
    factors : mapping of str to str
        See `flowsim.study.inputs.doubts`.

    Examples
    --------
    >>> import flowsim as fs
    >>> stop = "borders[Here-There].authorities[There].policies[closure].stop"
    >>> told = coordinates(fs.teaching_world(), {stop: 0.5}, {})
    >>> told["input_value"].values.tolist(), told["input_unit"].values.tolist()
    ([78.0], ['hours since the start'])
    """
    entries = [entry for entry in inputs_of(scenario) if entry.number.path in position]
    paths = [entry.number.path for entry in entries]
    begun = since_1970(scenario.start.isoformat())
    values = [
        _number(e.law, e.law.at(float(position[e.number.path]), e.whole), begun) for e in entries
    ]
    told: dict[str, Any] = {
        INPUT: np.array(paths, dtype=np.str_),
        VALUE: np.array(values, dtype=np.float64),
        POSITION: np.array([position[path] for path in paths], dtype=np.float64),
        UNIT: np.array([UNITS[entry.law.kind] for entry in entries], dtype=np.str_),
        FACTOR: np.array([factors.get(path, path) for path in paths], dtype=np.str_),
    }
    return {name: xr.Variable((INPUT,), values) for name, values in told.items()}


def _number(law: Law, value: Value, begun: int) -> float:
    if law.kind == "time":
        return (since_1970(value) - begun) / HOUR
    return to_seconds(value) / HOUR if law.kind == "duration" else float(value)


def inputs_by_run(data: xr.Dataset) -> list[tuple[str, xr.DataArray]]:
    """The sampled inputs of a study by path, times as times; none where nothing is sampled.

    Parameters
    ----------
    data : xarray.Dataset
        Of a study.
    """
    return list(_inputs(data)) if VALUE in data.coords else []


def _inputs(data: xr.Dataset) -> Iterator[tuple[str, xr.DataArray]]:
    start = data.attrs.get("start")
    for i, path in enumerate(data[INPUT].values.tolist()):
        value = data[VALUE].isel({INPUT: i}).drop_vars([VALUE, POSITION, UNIT, FACTOR, INPUT])
        if data[UNIT].values[i] == SINCE_START and start:
            seconds = (HOUR * value).round()
            known = seconds.fillna(0.0).astype("timedelta64[s]").astype("timedelta64[ns]")
            value = (np.datetime64(start, "ns") + known).where(value.notnull())
        yield path, value
