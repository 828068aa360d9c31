"""What runs have where statements say something: one number a run and statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np
import xarray as xr

from flowsim.arrays import Floats
from flowsim.evidence.quantities import at, quantity
from flowsim.evidence.statements import Statement
from flowsim.results.result import Result

AT_REPORTS, LAG_SPREAD = "at_reports", "at_reports_spread"
"""Variables of a study that keeps ``reports``: what a run has at each, and how far that differs
over the hours to which it may belong."""
LAG_POINTS = 5
"""So many lags stand for a range of them: the middles of equal parts."""
RUN = ("scenario", "sample", "member")


def predicted(what: Result | xr.Dataset, statements: Sequence[Statement]) -> Floats:
    """What a run, or each run of a study, has where statements say something.

    Parameters
    ----------
    what : Result, or Dataset of a study
        A study that keeps ``reports``, see `flowsim.study.keep.parse_keep`; of one scenario.
    statements : sequence of Statement

    Returns
    -------
    float64 array (statements,), or (runs, statements)
        Runs by sample and member. NaN outside the run, and for a share of nobody. Where the lag of
        a figure is a range, the mean over it.

    Raises
    ------
    KeyError
        A statement is about a place that the result does not have, or the study kept no reports.
    ValueError
        The study has several scenarios.

    Examples
    --------
    >>> import flowsim as fs
    >>> world = fs.teaching_world()
    >>> from flowsim.world.reported import Evidence, Report
    >>> from flowsim.evidence.statements import read
    >>> told = Report(id="R", when=world.end, variable="crossed", value=500)
    >>> predicted(fs.run(world), [read(told, Evidence())]).shape
    (1,)
    """
    if isinstance(what, Result):
        return seen(what, statements)[0]
    return _stored(what, AT_REPORTS, statements)


def lag_spread(what: Result | xr.Dataset, statements: Sequence[Statement]) -> Floats:
    """Standard deviation of what runs have over the lags of each statement; 0 where that is known.

    As `predicted`.
    """
    if isinstance(what, Result):
        return seen(what, statements)[1]
    return _stored(what, LAG_SPREAD, statements)


def seen(result: Result, statements: Iterable[Statement]) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the lags of each statement, (statements,) both."""
    series: dict[tuple[str, str], xr.DataArray] = {}
    means, spreads = [], []
    for statement in statements:
        about = (statement.quantity, statement.place)
        if about not in series:
            series[about] = quantity(result, *about)
        values = [at(series[about], when) for when in moments(statement)]
        there = [value for value in values if value == value]
        means.append(float(np.mean(there)) if there else float("nan"))
        spreads.append(float(np.std(there)) if there else 0.0)
    return np.array(means), np.array(spreads)


def moments(statement: Statement) -> list[datetime]:
    """The times to which a figure may belong.

    Those outside the run are passed over, as nobody knows what was there.
    """
    low, high = statement.lag_hours
    if low == high:
        return [statement.when - timedelta(hours=low)]
    parts = ((k + 0.5) / LAG_POINTS for k in range(LAG_POINTS))
    lags = (round(3600.0 * (low + part * (high - low))) for part in parts)
    return [statement.when - timedelta(seconds=lag) for lag in lags]


def _stored(data: xr.Dataset, variable: str, statements: Sequence[Statement]) -> Floats:
    """A variable of a study by run and statement."""
    if variable not in data:
        raise KeyError("the study kept no reports; run it with keep=['reports']")
    stored = data[variable]
    if stored.sizes.get("scenario", 1) > 1:
        raise ValueError("the study has several scenarios; choose one: data.sel(scenario=...)")
    known = set(stored["report"].values.tolist())
    missing = [s.id for s in statements if s.id not in known]
    if missing:
        raise KeyError(f"the study has no report {missing[0]!r}; run it again with the scenario")
    found = stored.sel(report=[s.id for s in statements])
    runs = [dim for dim in RUN if dim in found.dims]
    values = found.transpose(*runs, "report").to_numpy()
    return values.reshape(-1, len(statements)).astype(np.float64)
