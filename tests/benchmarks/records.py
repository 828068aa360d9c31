"""Many tiny runs written to a store, listed and opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from flowsim.study.manifest import Entry, Manifest
from flowsim.study.record import Layout, encode
from flowsim.study.runs import dataset
from flowsim.study.store import Store
from tests.benchmarks.watched import Times

ARRAYS, LENGTH = 8, 40


def write_and_open(where: Path, runs: int, times: Times) -> None:
    """Write so many records, with everything on the disk, and read them all again."""
    entry = Entry("tiny", "0" * 16, "", runs, 0)
    plan = Manifest("tiny", "", "1", "", (), (), "0" * 16, "2010", "2010", (entry,))
    numbers = np.arange(LENGTH, dtype=np.int32)
    data = xr.Dataset({f"a{i}": ("x", numbers + i) for i in range(ARRAYS)}, {"x": numbers})
    layout = Layout.of(data)
    with times.phase("write"):
        store = Store(where)
        store.prepare(plan)
        store.add_layout(layout)
        payload = layout.pack(data)
        for run in plan.runs():
            store.add(run.key, encode(layout, payload, run.known))
            store.note("2010-06-10", run.key, 0.1, 1, "here:1", "x86_64")
        store.settle()
    with times.phase("list"):
        again = Store(where)
        keys = again.keys()
    with times.phase("open"):
        whole = dataset(again, again.manifest())
    with times.phase("check"):
        damaged = [run for run in plan.runs() if again.damage(run)]
    assert len(keys) == whole.sizes["member"] == runs
    assert not damaged
    assert int(whole["a7"].sum()) == runs * int((numbers + 7).sum())
