"""The runs of a study, as they come back from its store: one labelled Dataset."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from flowsim.errors import StoreError
from flowsim.shown import plain
from flowsim.study.alignment import RUN, at_common_times, together
from flowsim.study.drawn import INPUT
from flowsim.study.files import opened
from flowsim.study.manifest import Entry, Manifest, Run
from flowsim.study.record import DamagedError, Field, Layout, decode, decode_one, read_head
from flowsim.study.store import Store

LAZY_BYTES = 1_000_000_000
"""A study with more than so many bytes is read as it is needed."""
CHUNK_BYTES = 64_000_000
"""Size of the pieces in which one variable of a large study is read."""
TOLD = 5
"""So many missing or damaged runs are named in an error."""


class Runs:
    """All or some scenarios of a store.

    Parameters
    ----------
    store : Store
    names : tuple of str
    partial : bool
        Whether runs may be missing.
    most : tuple of int, optional
        No more members and samples than these, though the store may have or await more.

    Attributes
    ----------
    store : Store
    names : tuple of str
        Of the scenarios, in their order.
    """

    def __init__(
        self,
        store: Store,
        names: tuple[str, ...],
        partial: bool = False,
        most: tuple[int, int] | None = None,
    ) -> None:
        self.store, self.names, self._partial, self._most = store, names, partial, most

    @cached_property
    def plan(self) -> Manifest:
        """What is planned of these scenarios: the members and samples that all of them have.

        Of a store that is to have more than the study that was run, only what that asked for.
        """
        whole = self.store.manifest()
        chosen = [entry for name in self.names for entry in whole.scenarios if entry.name == name]
        counts = [(entry.members, entry.samples) for entry in chosen]
        if self._most:
            counts.append(self._most)
        members, samples = map(min, zip(*counts, strict=True))
        entries = (replace(entry, members=members, samples=samples) for entry in chosen)
        return replace(whole, scenarios=tuple(entries))

    @cached_property
    def data(self) -> xr.Dataset:
        """One Dataset: scenario, sample and member, then the dimensions of a `Result`.

        In memory below 1 GB; above it is read from the store as it is needed, which takes dask.
        See `flowsim.study.runs.dataset`.

        Raises
        ------
        StoreError
            Runs are missing or damaged; says which.
        """
        return dataset(self.store, self.plan, self._partial)

    def missing(self) -> list[Run]:
        """The runs that are planned and not there."""
        there = self.store.keys()
        return [run for run in self.plan.runs() if run.key not in there]

    def failures(self) -> list[dict[str, Any]]:
        """The runs that failed: scenario, sample, member, seed, error and traceback of each."""
        told = self.store.failures()
        return [told[run.key] for run in self.plan.runs() if run.key in told]

    def __repr__(self) -> str:
        """What is there."""
        plan = self.plan
        total, missing = sum(1 for _ in plan.runs()), len(self.missing())
        lack = f", {missing} of them missing" if missing else ""
        return f"<Runs of {plain(plan.name)}: {len(self.names)} scenarios, {total} runs{lack}>"

    def _repr_html_(self) -> str:
        return self.data._repr_html_()


def open_study(store: str | os.PathLike[str], partial: bool = False) -> Runs:
    """The runs in a study's store.

    Parameters
    ----------
    store : path
        The folder that `flowsim.Study.run` was given.
    partial : bool
        Whether runs may be missing, as while the study goes on: the data then has those members
        that are there in every scenario and sample.

    Returns
    -------
    Runs

    Raises
    ------
    StoreError
        The folder is not a store.

    Examples
    --------
    >>> import flowsim as fs
    >>> runs = fs.open_study("out/border")  # doctest: +SKIP
    >>> runs.data["people"].sel(scenario="open", status="sheltered")  # doctest: +SKIP
    """
    folder = Store(store)
    names = tuple(entry.name for entry in folder.manifest().scenarios)
    if not names:
        raise StoreError(f"{folder.folder} has no scenarios")
    return Runs(folder, names, partial)


def dataset(store: Store, plan: Manifest, partial: bool = False) -> xr.Dataset:
    """All runs of a plan as one Dataset.

    Parameters
    ----------
    store : Store
    plan : Manifest
        Every scenario with the same members and samples.
    partial : bool
        Leave members out that some scenario or sample does not have yet.

    Returns
    -------
    xarray.Dataset
        Dimensions ``scenario``, ``sample``, ``member``, then those of a run. Where scenarios differ
        in their places, groups or crossings there are all of them, with 0 persons (NaN for other
        numbers) where a scenario does not have one. A coordinate that samples or scenarios vary, as
        ``capacity``, has their dimensions too. ``seed_of_run`` is the seed of each run. Where
        inputs are sampled, ``input_value`` and ``input_position`` say what each of them was in
        each sample, see `flowsim.study.drawn.coordinates`.

    Raises
    ------
    StoreError
        Runs are missing or damaged.
    ImportError
        The study is too large for memory and there is no dask.
    """
    grid = _grid(store, plan, partial)
    layouts = [_layout(store, runs) for runs in grid]
    try:
        return _whole(store, plan, grid, layouts)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        told = f"the layouts of {store.folder} do not fit its runs ({plain(error)})"
        raise StoreError(f"{told}; remove {store.folder / 'layouts'}, and run it again") from error


def _whole(
    store: Store, plan: Manifest, grid: list[list[Run]], layouts: list[Layout]
) -> xr.Dataset:
    size = sum(layout.size * len(runs) for layout, runs in zip(layouts, grid, strict=True))
    read = _read_later if size > LAZY_BYTES else _read_now
    parts = [
        _part(entry, layout, runs, read(store, layout, runs, len(entry.sample_ids)))
        for entry, layout, runs in zip(plan.scenarios, layouts, grid, strict=True)
    ]
    whole = together(at_common_times(parts), [entry.name for entry in plan.scenarios])
    seeds = [run.seed for run in grid[0]]
    shape = (len(plan.scenarios[0].sample_ids), -1)
    by_run = (RUN[1:], np.array(seeds, dtype=np.str_).reshape(shape))
    told = {
        "name": plan.name, "title": plan.title, "study_seed": plan.seed, "code": plan.code,
        "cpu": ", ".join(store.cpus()),
    }  # fmt: skip
    of_all = ("start", "timezone", "flee_from", "Conventions")
    shared = {k: v for k, v in parts[0].attrs.items() if k in of_all}
    return whole.assign_coords(seed_of_run=by_run).assign_attrs(
        **told, method=plan.method, inputs=",".join(plan.inputs), keep=",".join(plan.keep), **shared
    )


def _grid(store: Store, plan: Manifest, partial: bool) -> list[list[Run]]:
    """The runs of each scenario, by sample and member; fewer members where some are missing."""
    there = store.keys()
    runs = list(plan.runs())
    missing = [run for run in runs if run.key not in there]
    if missing and not partial:
        raise StoreError(_lack(store, "lacks", [str(run) for run in missing], len(runs)))
    gone = {run.member for run in missing}
    if gone:
        runs = [run for run in runs if run.member not in gone]
        if not runs:
            raise StoreError(f"{store.folder} has no member yet in every scenario and sample")
    order = {entry.name: i for i, entry in enumerate(plan.scenarios)}
    grid: list[list[Run]] = [[] for _ in plan.scenarios]
    for run in sorted(runs, key=lambda run: (run.sample, run.member)):
        grid[order[run.scenario]].append(run)
    return grid


def _lack(store: Store, how: str, what: Sequence[str], total: int) -> str:
    more = f", and {len(what) - TOLD} more" if len(what) > TOLD else ""
    told = "; ".join(what[:TOLD])
    return (
        f"{store.folder} {how} {len(what)} of {total} runs: {told}{more}; "
        "run the study again with this store"
    )


def _layout(store: Store, runs: Sequence[Run]) -> Layout:
    """The layout of a scenario, which its first run names."""
    run = runs[0]
    try:
        record = store.read(run.key)
        head = read_head(record, run.known)
        layout = store.layout(head.layout)
        if layout is not None and len(record) - head.end != layout.size:
            raise DamagedError("it is of another size than its layout")
    except DamagedError as error:
        damaged = [f"{store.path(run.key)} of {run}, {error}"]
        raise StoreError(_lack(store, "has damaged", damaged, len(runs))) from None
    if layout is None:
        raise StoreError(f"{store.folder} lacks the layout of {run}; run the study again with it")
    return layout


def _part(entry: Entry, layout: Layout, runs: list[Run], arrays: dict[str, Any]) -> xr.Dataset:
    """A scenario's Dataset over its samples and members."""
    samples = list(entry.sample_ids)
    variables: dict[str, Any] = {}
    coords: dict[str, Any] = dict(layout.labels())
    for field in layout:
        array = arrays[field.name]
        if field.labels:
            coords[field.name] = _label(field, array)
        else:
            variables[field.name] = ((*RUN[1:], *field.dims), array, field.attrs)
    members = [run.member for run in runs[: len(runs) // len(samples)]]
    coords |= {"sample": samples, "member": members}
    return xr.Dataset(variables, coords, layout.attrs)


def _label(field: Field, array: Any) -> tuple[tuple[str, ...], NDArray, dict[str, Any]]:
    """A numeric coordinate; its inputs are those of the sample, so members do not vary it."""
    values = np.asarray(array[:, 0])
    if field.dims == (INPUT,):
        return ("sample", *field.dims), values, field.attrs
    if np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=True):
        return field.dims, values[0], field.attrs
    return ("sample", *field.dims), values, field.attrs


# ---- reading -----------------------------------------------------------------------------


def _read_now(store: Store, layout: Layout, runs: list[Run], samples: int) -> dict[str, Any]:
    """All arrays of a scenario, (sample, member, ...), each record checked."""
    rows = np.empty((len(runs), layout.size), dtype=np.uint8)
    damaged = []
    for i, run in enumerate(runs):
        try:
            payload = decode(store.read(run.key), layout, run.known)
            rows[i] = np.frombuffer(payload, dtype=np.uint8)
        except (DamagedError, StoreError) as error:
            damaged.append(f"{store.path(run.key)} of {run}, {error}")
    if damaged:
        raise StoreError(_lack(store, "has damaged", damaged, len(runs)))
    found, members = {}, len(runs) // samples  # told, as a field may be empty
    for i, (field, (start, stop)) in enumerate(zip(layout, layout.spans, strict=True)):
        values = layout.values(i, rows[:, start:stop])
        found[field.name] = values.reshape(samples, members, *field.shape)
    return found


def _read_later(store: Store, layout: Layout, runs: list[Run], samples: int) -> dict[str, Any]:
    """The same as arrays that are read, and checked, when their numbers are asked for."""
    try:
        import dask.array as da
        from dask.delayed import delayed
    except ImportError:
        raise ImportError(
            "a study of more than 1 GB is read piece by piece, which needs dask: "
            "pip install 'flowsim[cluster]'"
        ) from None
    members = len(runs) // samples
    found = {}
    for i, field in enumerate(layout):
        if field.labels:
            first = runs[::members]
            array = _read_field(store, layout, i, first).reshape(samples, 1, *field.shape)
            found[field.name] = array
            continue
        step = max(1, CHUNK_BYTES // max(field.bytes, 1))
        dtype = np.dtype(field.dtype).newbyteorder("=")
        by_sample = []
        for s in range(samples):
            own = runs[s * members : (s + 1) * members]
            blocks = [own[at : at + step] for at in range(0, members, step)]
            arrays = [
                da.from_delayed(
                    delayed(_read_field)(store, layout, i, block),
                    (len(block), *field.shape), dtype,
                )
                for block in blocks
            ]  # fmt: skip
            by_sample.append(da.concatenate(arrays))
        found[field.name] = da.stack(by_sample)
    return found


def _read_field(store: Store, layout: Layout, field: int, runs: Sequence[Run]) -> NDArray:
    """One array of some runs, (n, ...)."""
    start, stop = layout.spans[field]
    rows = np.empty((len(runs), stop - start), dtype=np.uint8)
    for i, run in enumerate(runs):
        try:
            with opened(store.path(run.key)) as file:
                head = read_head(file.read(_head_bytes(layout)), run.known)
                file.seek(head.end + start)
                piece = decode_one(file.read(stop - start), head, layout, field)
        except (DamagedError, OSError) as error:
            damaged = [f"{store.path(run.key)} of {run}, {error}"]
            raise StoreError(_lack(store, "has damaged", damaged, len(runs))) from None
        rows[i] = np.frombuffer(piece, dtype=np.uint8)
    return layout.values(field, rows)


def _head_bytes(layout: Layout) -> int:
    """More than any head of a record takes."""
    return 4096 + 4 * len(layout.fields)
