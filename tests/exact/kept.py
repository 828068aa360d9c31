"""Small runs in which everything happens, told in few lines: what `kept.txt` keeps of them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import xarray as xr

import flowsim as fs
from flowsim.check.measure import digest_of
from flowsim.model.assemble import cpu_level
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.flee_folder import flee_folder
from tests.model.test_steps import SAID, restless
from tests.model.worlds import QUEUES, STRICT, rich

FILE = Path(__file__).with_name("kept.txt")
DIGITS = 12


def worlds() -> dict[str, Scenario]:
    """Runs by name. `crowd` has so many households that a product over them would be threaded."""
    said = ("guards", "counted", "checkpoint", "corridor", "capacity", "reaction")
    with tempfile.TemporaryDirectory() as folder:
        told = fs.load(flee_folder(Path(folder)))
    return {
        "strict": rich(1500, STRICT),
        "crowd": rich(30_000, QUEUES, days=0.25),
        **{name: restless(SAID[name], "1h") for name in said},
        "flee": told,
        "by_rules_of_flee": told.with_values({"rules": "flee"}),
    }


def results() -> dict[str, xr.Dataset]:
    """What the runs give."""
    return {name: run(world, provenance=False).data for name, world in worlds().items()}


def told(results: dict[str, xr.Dataset]) -> list[str]:
    """A line for the integers of a run, by a digest, and for each variable of floats.

    These are told by their sum and their sum weighted by place in the array, so that no two of them
    can change places unseen.
    """
    lines = []
    for name, data in results.items():
        floats = [str(v) for v in data.data_vars if data[v].dtype.kind == "f"]
        lines.append(f"{name} integers {digest_of(data.drop_vars(floats))}")
        for variable in floats:
            values = np.nan_to_num(data[variable].values.ravel())
            weighted = values * (1 + np.arange(values.size)) / values.size
            sums = (f"{x.sum():.{DIGITS}g}" for x in (values, weighted))
            lines.append(f"{name} {variable} {' '.join(sums)}")
    return lines


def whole(results: dict[str, xr.Dataset]) -> list[str]:
    """A line for every bit of a run."""
    return [f"{name} {digest_of(data)}" for name, data in results.items()]


if __name__ == "__main__":  # in a process of its own, see test_same_numbers.py
    found = results()
    python = ".".join(map(str, sys.version_info[:2]))
    print("\n".join([f"{python} {cpu_level()}", *told(found), "", *whole(found)]))
