"""What samples of the posterior say of 16 to 28 June, written down before anything is compared.

    python -m tests.june_2010.forecast STORE

reads the runs of `posterior_study.yaml` (`flowsim study`), of the policies as reported, and writes
`scenarios/kyrgyz_uzbek_2010/forecast.csv`: a row a day, quantity and place, with the quantiles of
runs over inputs and chance.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import flowsim as fs
from flowsim.evidence.quantities import SHARES

FOLDER = Path(__file__).parents[2] / "scenarios" / "kyrgyz_uzbek_2010"
TABLE = FOLDER / "forecast.csv"
SCENARIO = "as reported"
FIRST, LAST = "2010-06-16", "2010-06-28"
PARTS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
ABROAD = "Uzbekistan"
LEAST = 200
"""Places where the median never has so many waiting stand in `all` only."""


def forecast(data: xr.Dataset) -> pd.DataFrame:
    """Quantiles by day: flows of the day, and what there is at its end.

    Parameters
    ----------
    data : xarray.Dataset
        Of a study, one scenario, over sample and member.
    """
    midnights = pd.date_range(FIRST, LAST, freq="D")
    at = data.sel(time=midnights)
    crossed = fs.Result(data).crossed().sum("crossing").sel(time=midnights)  # since the start
    ends = [(midnight - pd.Timedelta("1ns")).date() for midnight in midnights]
    days = [midnight.date() for midnight in midnights[:-1]]
    rows = [
        *_rows(days, "crossed", "all", crossed.diff("time")),
        *_rows(days, "returned home", "all", _returned(at).diff("time")),
        *_rows(days, "left shelter abroad, net", "all", -_abroad(at).diff("time")),
        *_rows(ends, "crossed so far", "all", crossed),
        *_rows(ends, "sheltered abroad", "all", _abroad(at)),
        *_rows(ends, "waiting", "all", _waiting(at).sum("crossing")),
    ]
    for crossing in at["crossing"].values.tolist():
        own = _waiting(at).sel(crossing=crossing)
        if float(own.median(["sample", "member"]).max()) >= LEAST:
            rows += _rows(ends, "waiting", crossing, own)
    for name, kinds in SHARES.items():
        rows += _rows(ends, name, ABROAD, _share(at, kinds))
    return pd.DataFrame(rows, columns=["day", "quantity", "place", *PARTS])


def _rows(days: list[date], quantity: str, place: str, values: xr.DataArray) -> list[tuple]:
    told = values.quantile(list(PARTS.values()), ["sample", "member"]).transpose("time", ...)
    digits = 4 if quantity in SHARES else 0
    return [
        (day, quantity, place, *np.round(row, digits).tolist())
        for day, row in zip(days, told.values, strict=True)
    ]


def _abroad(data: xr.Dataset) -> xr.DataArray:
    there = data["country"] == ABROAD
    return data["people"].sel(status="sheltered").sum("group").where(there, 0).sum("place")


def _returned(data: xr.Dataset) -> xr.DataArray:
    return data["people"].sel(status="returned").sum(["group", "place"])


def _waiting(data: xr.Dataset) -> xr.DataArray:
    return data["waiting"].sum("kind")


def _share(data: xr.Dataset, kinds: tuple[str, ...]) -> xr.DataArray:
    people = data["composition"].where(data["country"] == ABROAD, 0).sum("place")
    return people.sel(kind=list(kinds)).sum("kind") / people.sum("kind")


def main(store: str) -> None:
    data = fs.open_study(store).data.sel(scenario=SCENARIO)
    told = forecast(data)
    told.to_csv(TABLE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(sys.argv[1])
