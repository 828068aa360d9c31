"""A run in a page of plain data: who made it, its final and peak figures, its reports."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.evidence.quantities import quantity
from flowsim.evidence.scorecard import against_reports
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

CURVES = ("crossed", "waiting", "displaced_inside", "stock_abroad", "registered_adults")


def summary(result: Result, scenario: Scenario) -> dict[str, Any]:
    """A run as plain data, ready for JSON (no NaN in it).

    Returns
    -------
    dict
        ``run``: name, title, seed, digest, engine, versions, cpu, start, end, timezone, and
        ``one_in`` of a sample of the households.
        ``figures``: for each of crossed, waiting, displaced inside, stock abroad and registered
        adults (persons) its ``final`` value, ``peak`` and the time of that (``peak_at``); the
        queues by crossing at the peak; ``deaths`` and ``wounded`` in all and by group;
        ``crossed_by_crossing``; ``composition_of_crossed`` as shares by kind.
        ``reports``: the rows of `flowsim.evidence.scorecard.against_reports`.
    """
    return {
        "run": _run(result),
        "figures": figures(result),
        "reports": _rows(against_reports(result, scenario)),
    }


def figures(result: Result) -> dict[str, Any]:
    """Final and peak figures of a run (see `summary`)."""
    told: dict[str, Any] = {name: _curve(quantity(result, name)) for name in CURVES}
    queues = result.waiting.sum("kind")
    if queues.size:
        top = queues.isel(time=int(queues.sum("crossing").argmax("time")))
        told["waiting"]["by_crossing_at_peak"] = _by(top, "crossing")
        told["crossed_by_crossing"] = _by(result.crossed().isel(time=-1), "crossing")
    for name in ("deaths", "wounded"):
        by_group = result.data[name].sum(["time", "place"])
        told[name] = {"total": int(by_group.sum()), "by_group": _by(by_group, "group")}
    kinds = result.crossed(by_kind=True).isel(time=-1).sum("crossing")
    total = int(kinds.sum())
    told["composition_of_crossed"] = {
        kind: round(count / total, 4) if total else None
        for kind, count in _by(kinds, "kind").items()
    }
    return told


def _run(result: Result) -> dict[str, Any]:
    attrs = result.data.attrs
    told: dict[str, Any] = {
        key: str(attrs.get(key, "")) for key in ("name", "title", "seed", "digest", "engine")
    }
    told["versions"] = json.loads(attrs.get("versions", "{}"))
    told["cpu"] = str(attrs.get("cpu", ""))
    told["start"] = result.start.isoformat()
    told["end"] = _iso(result.data["time"].values[-1])
    told["timezone"] = str(attrs.get("timezone", ""))
    if result.one_in > 1:
        told["one_in"] = result.one_in
    return told


def _curve(series: xr.DataArray) -> dict[str, Any]:
    top = int(series.argmax("time"))
    return {
        "final": int(series[-1]),
        "peak": int(series[top]),
        "peak_at": _iso(series["time"].values[top]),
    }


def _by(counts: xr.DataArray, dim: str) -> dict[str, int]:
    return {str(k): int(v) for k, v in zip(counts[dim].values, counts.values, strict=True)}


def _iso(moment: np.datetime64) -> str:
    return str(np.datetime_as_string(moment, unit="s"))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for row in frame.to_dict("records"):
        plain = {str(k): _plain(v) for k, v in row.items()}
        plain["when"] = row["when"].isoformat()
        rows.append(plain)
    return rows


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return value
