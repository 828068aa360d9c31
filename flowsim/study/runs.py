"""The runs of a study, as they come back from its store."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import Any

import xarray as xr

from flowsim.errors import StoreError
from flowsim.shown import plain
from flowsim.study.dataset import dataset
from flowsim.study.manifest import Manifest, Run
from flowsim.study.store import Store


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
        See `flowsim.study.dataset.dataset`.

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
