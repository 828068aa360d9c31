"""What a check takes from runs: outcomes, days by place, a digest of everything."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.arrays import as_texts
from flowsim.draws import seed_text
from flowsim.errors import Problem, ScenarioError
from flowsim.model.assemble import cpu_level
from flowsim.results.result import Result
from flowsim.running import run
from flowsim.safe_path import safe_children
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.scenario.scenario import Scenario
from flowsim.study.keep import effects_of
from flowsim.study.manifest import run_seed

PASSING = ("at_home", "moving")
"""Statuses that the table of days leaves out: the others say where people are instead."""
LIBRARIES = ("mesa", "numpy", "scipy")


@dataclass(frozen=True)
class Measured:
    """What a check knows of the members of a scenario.

    Attributes
    ----------
    outcomes : pandas.DataFrame
        float64, a row a member (from 1) and a column an outcome; NaN where a run has no value.
    units : dict of str to str
        What each outcome is counted in.
    days : pandas.DataFrame
        float64, a row a quantity and place (or crossing) and a column a day; the sum of the first
        members, those of the exact level. Rows without anything are left out.
    digests : tuple of str
        Of the whole result of each of the first members.
    """

    outcomes: pd.DataFrame
    units: dict[str, str]
    days: pd.DataFrame
    digests: tuple[str, ...]


@dataclass(frozen=True)
class _Member:
    effects: xr.DataArray
    days: pd.DataFrame | None
    digest: str


def measure(
    scenario: Scenario,
    outcomes: tuple[str, ...],
    seed: int | str,
    members: int,
    exact: int,
    jobs: int = 1,
) -> Measured:
    """Run members of a scenario and measure them.

    Parameters
    ----------
    scenario : Scenario
    outcomes : tuple of str
        Labels as `flowsim.study.keep.effects_of` gives them.
    seed : int or str
        Member m has the seed ``seed.m``, as in a study.
    members, exact : int
        How many are run, and how many of them, the first, are told day by day and digested.
    jobs : int
        Processes; -1 for all cores.

    Raises
    ------
    ScenarioError
        An outcome is none of the scenario's.
    SimulationError
        A run failed.
    """
    told = seed_text(seed)
    asked = [(scenario, run_seed(told, 0, m), m <= exact) for m in range(1, members + 1)]
    first = _member(*asked[0])
    known = [str(label) for label in first.effects["effect"].values]
    wrong = [
        Problem(
            f"outcomes[{i}]",
            f"{name!r} is not an outcome of {scenario.name}",
            f"give one of {listed(known)}{did_you_mean(name, known)}",
        )
        for i, name in enumerate(outcomes)
        if name not in known
    ]
    if wrong:
        raise ScenarioError(wrong)
    runs = [first, *_members(asked[1:], jobs)]
    columns = list(dict.fromkeys(outcomes))
    table = pd.DataFrame(
        [r.effects.sel(effect=columns).values for r in runs],
        pd.RangeIndex(1, members + 1, name="member"),
        columns,
    )
    days = pd.concat([r.days for r in runs if r.days is not None])
    summed = days.groupby(level=["quantity", "where"], sort=True).sum()
    units = {name: str(first.effects.sel(effect=name)["unit"].values) for name in columns}
    return Measured(table, units, summed, tuple(r.digest for r in runs[:exact]))


def _members(asked: list[tuple[Scenario, str, bool]], jobs: int) -> list[_Member]:
    if jobs == 1 or len(asked) < 2:
        return [_member(*a) for a in asked]
    from joblib import Parallel, delayed

    with safe_children():
        return list(Parallel(n_jobs=jobs)(delayed(_member)(*a) for a in asked))


def _member(scenario: Scenario, seed: str, whole: bool) -> _Member:
    result = run(scenario, seed, provenance=False)
    effects = effects_of(result.data)
    if not whole:
        return _Member(effects, None, "")
    return _Member(
        effects, days_of(result), digest_of(result.data.drop_vars(FOLLOW, errors="ignore"))
    )


def days_of(result: Result) -> pd.DataFrame:
    """Persons, harm and outcomes at crossings by day and place.

    Returns
    -------
    pandas.DataFrame
        float64; index ``quantity`` and ``where``, a column a day (its ISO date). Stocks are those
        at the day's end. Rows that are zero on all days are left out.
    """
    data = result.daily()
    people, gates = data["people"].sum("group"), data["outcomes"].sum("kind")
    parts = {str(s): people.sel(status=s) for s in people["status"].values if s not in PASSING}
    parts |= {name: data[name].sum("group") for name in ("deaths", "wounded", "exposure")}
    parts["registered"] = data["registered"].sum("kind")
    parts |= {f"{o} at crossing": gates.sel(outcome=o) for o in gates["outcome"].values}
    days = [str(day) for day in np.datetime_as_string(data["day"].values, unit="D")]
    frames = {}
    for name, part in parts.items():
        where = next(str(dim) for dim in part.dims if dim != "day")
        values = part.transpose(where, "day").values.astype(np.float64)
        frames[name] = pd.DataFrame(values, part[where].values.astype(str), days)
    table = pd.concat(frames, names=["quantity", "where"])
    return table[(table != 0.0).any(axis=1)]


FOLLOW = ("exposure_by_status",)
"""Variables outside the digest of a baseline: they follow from persons and danger, which are in it,
and came later, so that baselines of before hold."""


def digest_of(data: xr.Dataset) -> str:
    """Sixteen hexadecimal digits that change with any bit of a result, names included.

    Attributes, which tell the versions and the machine, are not in it.

    Examples
    --------
    >>> one = xr.Dataset({"deaths": ("place", [1, 2])}, {"place": ["Osh", "Uzgen"]})
    >>> digest_of(one) == digest_of(one.assign_attrs(cpu="another"))
    True
    >>> digest_of(one) == digest_of(one + 1)
    False
    """
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(map(str, data.variables)):
        values = data[name].values
        told = [name, list(map(str, data[name].dims)), list(values.shape), values.dtype.str]
        digest.update(json.dumps(told).encode())
        plain = as_texts(values) if values.dtype.kind in "OT" else values
        digest.update(np.ascontiguousarray(plain).tobytes())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """Where the bytes of a result are promised to be the same: platform and minor versions."""
    told = {"system": platform.system(), "cpu": cpu_level(), "python": platform.python_version()}
    told |= {name: version(name) for name in LIBRARIES}
    for name in ("python", *LIBRARIES):
        told[name] = ".".join(told[name].split(".")[:2])
    return told
