"""Small Datasets of a study: by hand, at random with a known correlation, and of June 2010."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.study.export import from_run_table

MEMBERS = Path(__file__).parents[2] / "scenarios/kyrgyz_uzbek_2010/variants/members.csv"
DIMS = ("scenario", "sample", "member", "effect")


def study_of(values: dict[str, dict[str, object]], units: dict[str, str] | None = None):
    """A study's Dataset of scenario -> effect -> runs, (members,) or (samples, members)."""
    effects = list(next(iter(values.values())))
    cube = np.array(
        [[np.atleast_2d(np.asarray(runs, float)) for runs in of.values()] for of in values.values()]
    )
    cube = np.moveaxis(cube, 1, -1)
    samples = [0] if cube.shape[1] == 1 else list(range(1, cube.shape[1] + 1))
    told = [(units or {}).get(e, "persons") for e in effects]
    coords = {
        "scenario": list(values), "sample": samples, "effect": effects,
        "member": np.arange(1, cube.shape[2] + 1), "unit": ("effect", told),
    }  # fmt: skip
    return xr.Dataset({"effects": (DIMS, cube)}, coords)


def correlated(n: int, correlation: float, spread: float = 1.0, shift: float = 5.0, seed: int = 1):
    """Runs of two scenarios, the second ``spread`` times as wide, with exactly this correlation."""
    draws = np.random.default_rng(seed).normal(size=(n, 2))
    draws -= draws.mean(axis=0)
    draws[:, 1] -= draws[:, 0] * (draws[:, 0] @ draws[:, 1]) / (draws[:, 0] @ draws[:, 0])
    draws /= draws.std(axis=0, ddof=1)
    one, other = draws.T
    mixed = correlation * one + np.sqrt(1.0 - correlation**2) * other
    return 100.0 + 10.0 * one, 100.0 + shift + 10.0 * spread * mixed


def june_2010() -> xr.Dataset:
    """The members of June 2010's variants, with units."""
    data = from_run_table(pd.read_csv(MEMBERS))
    known = {"person_days_exposed": "person-days, weighted by danger"}
    units = [known.get(e, "persons") for e in data["effect"].values]
    return data.assign_coords(unit=("effect", units))
