"""What a store costs: many tiny runs written, listed and opened."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import xarray as xr

from flowsim.study.manifest import Entry, Manifest
from flowsim.study.record import Layout, encode
from flowsim.study.runs import dataset
from flowsim.study.store import Store

RUNS, ARRAYS, LENGTH = 100_000, 8, 40


def test_store_of_many_tiny_runs(tmp_path: Path) -> None:
    entry = Entry("tiny", "0" * 16, "", RUNS, 0)
    plan = Manifest("tiny", "", "1", "", (), (), "0" * 16, "2010", "2010", (entry,))
    store = Store(tmp_path / "store")
    store.prepare(plan)
    numbers = np.arange(LENGTH, dtype=np.int32)
    data = xr.Dataset({f"a{i}": ("x", numbers + i) for i in range(ARRAYS)}, {"x": numbers})
    layout = Layout.of(data)
    store.add_layout(layout)
    payload = layout.pack(data)
    begun = time.perf_counter()
    for run in plan.runs():
        store.add(run.key, encode(layout, payload, run.known))
        store.note("2010-06-10", run.key, 0.1, 1, "here:1", "x86_64")
    store.settle()
    spent = time.perf_counter() - begun
    print(f"\nwriting, with fsync: {1000 * spent / RUNS:.2f} ms a run")

    again = Store(tmp_path / "store")
    begun = time.perf_counter()
    keys = again.keys()
    print(f"listing {len(keys):,} runs: {time.perf_counter() - begun:.1f} s")
    begun = time.perf_counter()
    whole = dataset(again, again.manifest())
    print(
        f"opening them, checked: {time.perf_counter() - begun:.1f} s, {whole.nbytes / 1e6:.0f} MB"
    )
    begun = time.perf_counter()
    damaged = [run for run in plan.runs() if again.damage(run)]
    print(f"checking them for a resumed study: {time.perf_counter() - begun:.1f} s")
    assert len(keys) == whole.sizes["member"] == RUNS
    assert not damaged
    assert int(whole["a7"].sum()) == RUNS * int((numbers + 7).sum())
    assert json.loads((tmp_path / "store" / "manifest.json").read_text())["name"] == "tiny"
