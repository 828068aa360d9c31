"""What the policies of a run did: one tidy table made from its Dataset."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from flowsim.results.resample import LET_THROUGH, interval_days

ALL = "all"
LONG_WAIT_HOURS = 24.0
"""Who waited longer counts as having waited long; a lower edge of the classes of hours."""
NEARLY_FULL = 0.9
"""Load of a host from which it counts as nearly full."""
QUANTILES = (("median", 0.5), ("90th_percentile", 0.9))

Row = tuple[str, float, str]
"""Measure, value, unit."""


def policy_effects(data: xr.Dataset, every_host: bool = False) -> pd.DataFrame:
    """What the policies of a run did, in numbers.

    ================================  ==============================================================
    about crossings                   each and all together
    ``reached`` to ``intercepted``    persons by outcome, over the run
    ``let_through``                   persons ``admitted`` and ``exempt``
    ``waiting_at_end``, ``_peak``     persons in the queue at the end, and at most at once
    ``person_days_waited``            persons in the queue at the end of each interval, times its
                                      length
    ``hours_waited_median``           of those let through, and ``_90th_percentile``: linear within
                                      a class of hours, the lower edge of the last, which is open;
                                      NaN if there is nobody
    ``share_waited_over_24_hours``    of those let through, 24 hours and longer
    ``families_split``                families parted at the gate, in either direction
    ``deaths_while_barred``           persons refused there, and not past it when they died
    about people                      all together
    ``person_days_exposed``           weighted by danger
    ``deaths``, ``families_split``    persons; families
    ``families_reunited``             parts left at a gate that joined their family again
    ``persons_apart_at_end``          persons in parts that have not
    ``hours_to_safety_abroad_median`` from leaving home to the first shelter abroad; and
                                      ``_90th_percentile``; likewise ``_inside_``
    ``displaced_inside_at_end``       persons
    ``sheltered_abroad_at_end``       persons, and ``_peak``, at most at once
    about hosts                       each place abroad with a limit or with anybody ever sheltered
    ``sheltered_at_end``, ``_peak``   persons
    ``load_peak``                     peak over capacity, where there is a limit; for all together
                                      it is that of the places that have one
    ``days_over_90_percent``          days on which more than that of the capacity was taken
    ================================  ==============================================================

    Parameters
    ----------
    data : xarray.Dataset
        As of `flowsim.results.result.Result`.
    every_host : bool
        Rows about each place abroad, so that all runs of a scenario have the same rows.

    Returns
    -------
    pandas.DataFrame
        Columns ``about`` ("crossing", "people", "host"), ``where`` (a crossing, a place or "all"),
        ``measure``, ``value`` and ``unit``.

    Examples
    --------
    Twelve persons reach a gate; ten pass, of whom half waited for a day and longer:

    >>> T, X, P, G = ("time",), ("crossing",), ("place",), ("group",)
    >>> data = xr.Dataset(
    ...     {
    ...         "outcomes": (T + X + ("outcome", "kind"), [[[[12], [10]]], [[[0], [0]]]]),
    ...         "waiting": (T + X + ("kind",), [[[2]], [[2]]]),
    ...         "hours_waited": (X + ("wait",), [[5, 5, 0]]),
    ...         "split": (T + X, [[1], [0]]), "barred_deaths": (T + X, [[0], [0]]),
    ...         "reunited": (T + P, [[0], [0]]), "apart": (T, [2, 2]),
    ...         "deaths": (T + P + G, [[[0]], [[0]]]), "exposure": (T + P + G, [[[6.0]], [[3.0]]]),
    ...         "hours_to_safety": (("refuge", "wait"), [[0, 0, 0], [0, 10, 0]]),
    ...         "people": (T + P + G + ("status",), [[[[0, 10]]], [[[0, 9]]]]),
    ...     },
    ...     {"time": pd.to_datetime(["2010-06-11T12:00", "2010-06-12T00:00"]), "place": ["Camp"],
    ...      "crossing": ["Gate"], "outcome": ["reached", "admitted"], "wait": [0.0, 24.0, 48.0],
    ...      "refuge": ["inside", "abroad"], "status": ["displaced", "sheltered"],
    ...      "country": ("place", ["B"]), "capacity": ("place", [10])},
    ...     {"start": "2010-06-11T00:00:00", "flee_from": "A"},
    ... )
    >>> table = policy_effects(data)
    >>> gate = table[table["where"] == "Gate"].set_index("measure")["value"]
    >>> gate[["reached", "admitted", "waiting_at_end", "person_days_waited"]].tolist()
    [12.0, 10.0, 2.0, 2.0]
    >>> gate[["hours_waited_90th_percentile", "share_waited_over_24_hours"]].round(1).tolist()
    [43.2, 0.5]
    >>> camp = table[table["where"] == "Camp"].set_index("measure")["value"]
    >>> camp[["sheltered_peak", "load_peak", "days_over_90_percent"]].tolist()
    [10.0, 1.0, 0.5]
    """
    rows = [
        (about, where, *row)
        for about, parts in (
            ("crossing", _crossings(data)), ("people", _people(data)),
            ("host", _hosts(data, every_host)),
        )
        for where, row in parts
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["about", "where", "measure", "value", "unit"])
    return table.astype({"value": np.float64})


def quantile(counts: NDArray, edges: NDArray, share: float) -> float:
    """Value below which a share of a histogram lies, linear within a class.

    Parameters
    ----------
    counts : array (n,)
    edges : float64 array (n,)
        Lower edges of the classes; the last class is open, and its lower edge stands for it.
    share : float

    Returns
    -------
    float
        NaN where nobody is counted.

    Examples
    --------
    >>> quantile(np.array([10, 30, 0]), np.array([0.0, 1.0, 2.0]), 0.5)
    1.3333333333333333
    >>> quantile(np.array([1, 0, 9]), np.array([0.0, 1.0, 2.0]), 0.5)
    2.0
    """
    below = np.cumsum(counts, dtype=np.float64)
    if below.size == 0 or below[-1] == 0.0:
        return float("nan")
    wanted = share * below[-1]
    at = int(np.searchsorted(below, wanted, side="left"))
    if at + 1 >= below.size:
        return float(edges[-1])
    part = (wanted - (below[at] - counts[at])) / counts[at]
    return float(edges[at] + part * (edges[at + 1] - edges[at]))


def _crossings(data: xr.Dataset) -> Iterator[tuple[str, Row]]:
    """Each crossing and, last, all: with the crossings summed, as one."""
    crossings = ["outcomes", "waiting", "hours_waited", "split", "barred_deaths"]
    part, length = data[crossings].astype(np.int64), interval_days(data)
    for x, name in enumerate(data["crossing"].values):
        yield from ((str(name), row) for row in _crossing(part.isel(crossing=x), length))
    yield from ((ALL, row) for row in _crossing(part.sum("crossing"), length))


def _crossing(data: xr.Dataset, length: NDArray) -> Iterator[Row]:
    outcomes = data["outcomes"].sum(["time", "kind"])
    for outcome, persons in outcomes.to_series().items():
        yield str(outcome), persons, "persons"
    through = outcomes.values[np.isin(outcomes["outcome"].values, LET_THROUGH)]
    yield "let_through", through.sum(), "persons"
    waiting = data["waiting"].sum("kind").values
    yield "waiting_at_end", waiting[-1], "persons"
    yield "waiting_peak", waiting.max(), "persons"
    yield "person_days_waited", waiting @ length, "person-days"
    waited, edges = data["hours_waited"].values, data["wait"].values
    for name, share in QUANTILES:
        yield f"hours_waited_{name}", quantile(waited, edges, share), "hours"
    long, total = waited[edges >= LONG_WAIT_HOURS].sum(), waited.sum()
    yield "share_waited_over_24_hours", long / total if total else np.nan, "share"
    yield "families_split", data["split"].values.sum(), "families"
    yield "deaths_while_barred", data["barred_deaths"].values.sum(), "persons"


def _people(data: xr.Dataset) -> Iterator[tuple[str, Row]]:
    people = data["people"].sum(["place", "group"])
    sheltered, displaced = (people.sel(status=s).values for s in ("sheltered", "displaced"))
    exposed = data["exposure"].values.sum()
    yield ALL, ("person_days_exposed", exposed, "person-days, weighted by danger")
    yield ALL, ("deaths", data["deaths"].values.sum(), "persons")
    yield ALL, ("families_split", data["split"].values.sum(), "families")
    yield ALL, ("families_reunited", data["reunited"].values.sum(), "parts of families")
    yield ALL, ("persons_apart_at_end", data["apart"].values[-1], "persons")
    for refuge in ("abroad", "inside"):
        counts = data["hours_to_safety"].sel(refuge=refuge).values
        for name, share in QUANTILES:
            value = quantile(counts, data["wait"].values, share)
            yield ALL, (f"hours_to_safety_{refuge}_{name}", value, "hours")
    yield ALL, ("displaced_inside_at_end", displaced[-1], "persons")
    yield ALL, ("sheltered_abroad_at_end", sheltered[-1], "persons")
    yield ALL, ("sheltered_abroad_peak", sheltered.max(), "persons")


def _hosts(data: xr.Dataset, every: bool) -> Iterator[tuple[str, Row]]:
    """Each host and, last, all; the load of all is that of those with a limit."""
    sheltered = data["people"].sel(status="sheltered").sum("group")
    stock: NDArray = sheltered.transpose("time", "place").values.astype(np.int64)
    capacity, length = data["capacity"].values, interval_days(data)
    abroad = ~np.isin(data["country"].values, data.attrs["flee_from"].split(","))
    limited = abroad & (capacity > 0)
    shown = abroad if every else limited | (abroad & (stock > 0).any(axis=0))
    for p in np.flatnonzero(shown):
        name = str(data["place"].values[p])
        yield from ((name, row) for row in _stock(stock[:, p]))
        if limited[p]:
            yield from ((name, row) for row in _load(stock[:, p], capacity[p], length))
    yield from ((ALL, row) for row in _stock(stock[:, abroad].sum(axis=1)))
    if limited.any():
        taken, room = stock[:, limited].sum(axis=1), int(capacity[limited].sum())
        yield from ((ALL, row) for row in _load(taken, room, length))


def _stock(persons: NDArray) -> Iterator[Row]:
    yield "sheltered_at_end", persons[-1], "persons"
    yield "sheltered_peak", persons.max(), "persons"


def _load(persons: NDArray, capacity: int, length: NDArray) -> Iterator[Row]:
    yield "load_peak", persons.max() / capacity, "share"
    yield "days_over_90_percent", length[persons > NEARLY_FULL * capacity].sum(), "days"
