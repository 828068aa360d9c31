"""What of one run goes into a study's store, and at which instants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from flowsim.errors import Problem, ScenarioError
from flowsim.evidence.predicted import AT_REPORTS, LAG_SPREAD, seen
from flowsim.evidence.statements import Statement, statements
from flowsim.results.effects import ALL, policy_effects
from flowsim.results.resample import day_ends, thin
from flowsim.results.result import Result
from flowsim.results.variables import ALL_VARIABLES, QUEUE_PEAK
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.scenario.scenario import Scenario

DAILY, RECORDED, TOTAL = INTERVALS = ("daily", "recorded", "total")
ALWAYS = ("effects", "hours_waited", "hours_to_safety", "hours_on_the_way", "queue_peak")
"""Kept whatever else is."""
REPORTS = "reports"
"""What a run has at each report of its scenario, and no more; kept where it is named."""
CHOICES = tuple(name for name in ALL_VARIABLES if name not in ALWAYS)
"""Variables that are kept at an interval, as far as a run has them; each has a time. Those of roads
and fuel are there only where something is limited."""
GROUPS = {
    "all": CHOICES,
    "crossings": ("outcomes", "waiting", "waiting_time", "split", "barred_deaths"),
    "harm": (
        "violence",
        "exposure",
        "exposure_by_status",
        "deaths",
        "wounded",
        "deaths_counted",
        "deaths_of_wounds",
        "wounded_now",
    ),
    "families": ("split", "reunited", "apart"),
    "roads": ("road_queue", "road_left", "road_hours", "travel_time", "fuel_queue"),
    "hosts": ("composition", "registered"),
}
"""Names that stand for several variables."""
ATTRIBUTES = ("name", "title", "digest", "start", "timezone", "flee_from", "Conventions")
"""Attributes of a run that are the same for every seed, and that a `Result` needs."""


@dataclass(frozen=True)
class Keep:
    """What is kept of each run; made by `parse_keep`.

    Attributes
    ----------
    entries : tuple of str
        Each variable with its interval, as ``people:daily``, sorted: the same however it was asked
        for. ``parse_keep(keep.entries) == keep``.
    """

    entries: tuple[str, ...]

    def at(self, interval: str) -> tuple[str, ...]:
        """The variables kept at an interval, in the order of a Result."""
        return tuple(name for name in CHOICES if f"{name}:{interval}" in self.entries)


def parse_keep(entries: Sequence[str] = ()) -> Keep:
    """Read what to keep of each run.

    ============  ==================================================================================
    ``daily``     at the `instants` of the scenario: the ends of its days and of its reports
    ``recorded``  at every recording interval, along a dimension ``time_recorded`` of its own
    ``total``     flows of the whole run, stocks at its end; no dimension of time
    ============  ==================================================================================

    Parameters
    ----------
    entries : sequence of str
        Each ``name`` or ``name:interval``; daily where there is no interval. A name is a variable
        (`ALL_VARIABLES`), a group of them (`GROUPS`), or one of `ALWAYS`, which are kept anyhow:
        ``["effects"]`` keeps nothing besides. ``reports`` keeps one number a report, what the run
        has at its time (see `flowsim.evidence.predicted`). No entries keep everything daily.
        ``waiting_time`` is merged further only beside ``outcomes`` at the same interval. Those of
        roads and fuel are kept of scenarios that limit them, and of no others.

    Raises
    ------
    ScenarioError
        Unknown names and intervals, and variables asked for at two intervals: all of them.

    Examples
    --------
    >>> parse_keep(["waiting:recorded", "families:total"]).entries
    ('apart:total', 'reunited:total', 'split:total', 'waiting:recorded')
    >>> parse_keep() == parse_keep(["all:daily"])
    True
    """
    if isinstance(entries, str):
        entries = (entries,)
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for i, entry in enumerate(entries or (ALL,)):
        path = f"keep[{i}]"
        flaws = [Problem(path, *flaw) for flaw in _flaws(entry)]
        problems += flaws
        if flaws:
            continue
        name, interval = _parts(entry)
        names = GROUPS.get(name, (name,) if name in CHOICES else ())
        if name == REPORTS:
            found[name] = ""
        other = [n for n in names if found.setdefault(n, interval) != interval]
        if other:
            wrong = f"{listed(other)}: {interval} here, and at another interval before"
            problems.append(Problem(path, wrong, "give each variable one interval"))
    if problems:
        raise ScenarioError(problems)
    texts = sorted(f"{name}:{interval}".rstrip(":") for name, interval in found.items())
    return Keep(tuple(texts) or ALWAYS[:1])


def _parts(entry: str) -> tuple[str, str]:
    name, _, interval = (part.strip() for part in entry.partition(":"))
    return name, interval or DAILY


def _flaws(entry: object) -> Iterator[tuple[str, str]]:
    """What is wrong with an entry, and what would be right."""
    if not isinstance(entry, str):
        yield f"{entry!r} is not text", "write it as people or people:daily"
        return
    name, interval = _parts(entry)
    if name in ALWAYS and ":" in entry:
        yield f"{name} is always kept, at no interval of your choice", f"write {name}"
        return
    if name == REPORTS and ":" in entry:
        yield "reports are kept at their own times", "write reports"
        return
    names = (*GROUPS, *CHOICES, REPORTS, *ALWAYS)
    if name not in names:
        right = f"name one of {listed(names, len(names))}{did_you_mean(name, names)}"
        yield f"there is no {name!r} to keep", right
    if interval not in INTERVALS:
        right = f"give {', '.join(INTERVALS[:-1])} or {TOTAL}{did_you_mean(interval, INTERVALS)}"
        yield f"{interval!r} is not an interval", right


def recorded_times(scenario: Scenario) -> NDArray[np.datetime64]:
    """Ends of the recording intervals of a scenario, datetime64[ns] array."""
    seconds = int((scenario.end - scenario.start).total_seconds())
    stops = np.arange(scenario.record, seconds + 1, scenario.record).astype("timedelta64[s]")
    return np.datetime64(scenario.start, "ns") + stops.astype("timedelta64[ns]")


def instants(scenario: Scenario) -> NDArray[np.datetime64]:
    """The recorded times at which a study keeps what it keeps daily.

    The last recorded time of each local day, the last up to each report within the run, and the
    end.

    Returns
    -------
    datetime64[ns] array (n,)
        Ascending, each once.
    """
    times = recorded_times(scenario)
    reports = np.array([report.when for report in scenario.reports], dtype="datetime64[ns]")
    at = np.searchsorted(times, reports, side="right") - 1
    return np.unique(np.concatenate([day_ends(times), times[at[at >= 0]], times[-1:]]))


def kept(result: Result, scenario: Scenario, keep: Keep) -> xr.Dataset:
    """What a study stores of one run: the same layout for every seed of a scenario.

    Parameters
    ----------
    result : Result
        A run of the scenario to its end.
    scenario : Scenario
    keep : Keep

    Returns
    -------
    xarray.Dataset
        The variables in the order of `ALL_VARIABLES`; those kept daily along ``time``,
        which holds the `instants`, those kept as recorded along ``time_recorded``. Then
        ``queue_peak(time, crossing)``, int32, the most persons who waited at once at any recorded
        time of the interval, and ``effects(effect)``, see `effects_of`. Where reports are kept,
        ``at_reports(report)`` and ``at_reports_spread(report)``, see `at_reports`.

    Raises
    ------
    ValueError
        The run was not recorded at the times of the scenario, or did not come to its end.
    """
    if not np.array_equal(result.data["time"].values, recorded_times(scenario)):
        raise ValueError("the run was not recorded at the scenario's times, from start to end")
    peak = result.waiting.sum("kind", dtype=np.int32).assign_attrs(QUEUE_PEAK.attributes())
    data = result.data.assign(queue_peak=peak)
    daily = thin(data, instants(scenario))
    sources = {
        DAILY: daily,
        RECORDED: data.rename(time="time_recorded"),
        TOTAL: thin(daily, daily["time"].values[-1:]).isel(time=0, drop=True),
    }
    interval = {name: at for at in INTERVALS for name in keep.at(at)}
    variables = {
        name: sources[interval.get(name, DAILY)][name].variable
        for name in (*ALL_VARIABLES, "queue_peak")
        if (name in interval or name in ALWAYS) and name in data
    }
    effects = effects_of(data).to_dataset()
    variables["effects"] = effects["effects"].variable
    told = at_reports(result, scenario) if REPORTS in keep.entries else xr.Dataset()
    variables |= {str(name): array.variable for name, array in told.items()}
    dims = {dim for variable in variables.values() for dim in variable.dims}
    coords = {
        name: coord.variable
        for source in (daily, sources[RECORDED], effects, told)
        for name, coord in source.coords.items()
        if set(coord.dims) <= dims
    }
    attrs = {name: data.attrs[name] for name in ATTRIBUTES if name in data.attrs}
    return xr.Dataset(variables, coords, attrs)


def at_reports(result: Result, scenario: Scenario) -> xr.Dataset:
    """What a run has at each report of a quantity of it, whatever its use.

    Returns
    -------
    xarray.Dataset
        ``at_reports(report)`` and ``at_reports_spread(report)``, float64: mean and standard
        deviation over the hours to which the report may belong; NaN outside the run. ``report``
        holds their ids.
    """
    told = _every(scenario)
    means, spreads = seen(result, told)
    ids = np.array([statement.id for statement in told], dtype=np.str_)
    variables = {AT_REPORTS: ("report", means), LAG_SPREAD: ("report", spreads)}
    return xr.Dataset(variables, {"report": ids})


def kept_of_reports(scenario: Scenario) -> list[tuple[object, ...]]:
    """What of reports `at_reports` depends on: not on what they say, but on what it is about."""
    return [(s.id, s.quantity, s.place, s.when.isoformat(), s.lag_hours) for s in _every(scenario)]


def _every(scenario: Scenario) -> tuple[Statement, ...]:
    return statements(scenario, use=("fit", "check", "specify", "context"), within=False)


def effects_of(data: xr.Dataset) -> xr.DataArray:
    """The table of `flowsim.results.effects.policy_effects` along one dimension of unique labels.

    Parameters
    ----------
    data : xarray.Dataset
        As of `flowsim.results.result.Result`.

    Returns
    -------
    xarray.DataArray
        float64 (effect,), with ``about``, ``where``, ``measure`` and ``unit`` beside ``effect``.
        A label is the measure where all crossings, people or hosts are meant ("admitted"), and else
        "Dustlik: admitted"; "Dustlik (crossing): admitted" where a host has the same name. Every
        place abroad has its rows. Families split stand once, about crossings.
    """
    table = policy_effects(data, every_host=True)
    # A crossing or place may go by the name "all"; the row of all together comes after its own.
    table = table.drop_duplicates(["about", "where", "measure"], keep="last")
    table = table[(table["where"] != ALL) | ~table.duplicated(["where", "measure"])]
    arrays = {c: table[c].to_numpy(dtype=np.str_) for c in ("about", "where", "measure", "unit")}
    coords = {name: ("effect", values) for name, values in arrays.items()}
    return xr.DataArray(
        table["value"].to_numpy(), {"effect": _labels(table), **coords}, ["effect"], "effects"
    )


def _labels(table: pd.DataFrame) -> NDArray[np.str_]:
    abouts = table.groupby("where")["about"].nunique()
    shared = set(abouts.index[abouts > 1])
    labels = []
    for about, where, measure in zip(table["about"], table["where"], table["measure"], strict=True):
        name = f"{where} ({about})" if where in shared else where
        labels.append(measure if where == ALL else f"{name}: {measure}")
    return np.array(labels, dtype=np.str_)
