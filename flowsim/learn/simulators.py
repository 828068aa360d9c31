"""What a calibration learns by: runs of a scenario in a study's store, and its reports."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import softmax

from flowsim.arrays import Bools, Floats
from flowsim.evidence.discrepancy import sizes
from flowsim.evidence.likelihood import implausibility, log_likelihood, log_likelihood_by_size
from flowsim.evidence.predicted import lag_spread, predicted
from flowsim.evidence.statements import Statement
from flowsim.scenario.scenario import Scenario
from flowsim.study.chronology import Order
from flowsim.study.manifest import OnChange
from flowsim.study.study import Study

if TYPE_CHECKING:
    from flowsim.behaviour.rules import Rule
    from flowsim.model.hazards import Hazard

KEEP = ("reports",)
KINDS_OF_COUNTS = ("count", "stock", "adults")


@dataclass(frozen=True)
class Reports:
    """The evidence of some statements, see `flowsim.learn.waves.Evidence`."""

    statements: tuple[Statement, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(statement.id for statement in self.statements)

    @property
    def counts(self) -> tuple[bool, ...]:
        """Which are of numbers of people."""
        return tuple(statement.kind in KINDS_OF_COUNTS for statement in self.statements)

    def log_likelihood(self, values: Floats, sd: Floats | float = 0.0) -> Floats:
        return log_likelihood(self.statements, values, sd)

    def size_of_discrepancy(self, values: Floats, sd: Floats | float = 0.0) -> Floats:
        """The chance of each size of the discrepancy, given what a run has, (runs, sizes)."""
        by_size = log_likelihood_by_size(self.statements, values, sd)
        prior = np.log(sizes(self.statements)[1])
        by_size = np.where(np.isfinite(by_size).any(axis=1, keepdims=True), by_size, prior)
        return np.asarray(softmax(by_size, axis=1))

    def implausibility(self, values: Floats, sd: Floats | float = 0.0) -> Floats:
        return implausibility(self.statements, values, sd)


class Runner:
    """Runs of a scenario at positions of its inputs, in a store that grows with them.

    Parameters
    ----------
    scenario : Scenario
    leaders : mapping of str to str
        The factor of each input that moves, by path.
    statements : sequence of Statement
    store : path
    seed, jobs, progress, on_change, rules
        As of `flowsim.Study`.
    """

    def __init__(
        self,
        scenario: Scenario,
        leaders: Mapping[str, str],
        statements: Sequence[Statement],
        store: str | os.PathLike[str],
        seed: int | str = 1,
        jobs: Any = 1,
        progress: bool = True,
        on_change: OnChange = "refuse",
        rules: Mapping[str, Rule | Hazard] | None = None,
    ) -> None:
        self.scenario, self.statements, self.store = scenario, tuple(statements), store
        self.factors = tuple(dict.fromkeys(leaders.values()))
        self.seed, self.jobs, self.rules = seed, jobs, rules
        self.progress, self.on_change = progress, on_change
        columns = {factor: i for i, factor in enumerate(self.factors)}
        self._columns = {path: columns[leader] for path, leader in leaders.items()}
        self._order = Order([scenario], leaders)

    def fits(self, positions: Floats) -> Bools:
        """Which rows have no times that contradict each other."""
        by_path = {path: positions[:, column] for path, column in self._columns.items()}
        return ~self._order.broken(by_path)

    def __call__(self, positions: Floats) -> tuple[Floats, Floats]:
        """What a run of each row has where the reports speak; only new rows are run."""
        table = pd.DataFrame(positions, columns=list(self.factors))
        study = Study(
            self.scenario, seed=self.seed, samples=table, keep=KEEP, name="calibration",
            rules=self.rules,
        )  # fmt: skip
        runs = study.run(
            self.store, jobs=self.jobs, progress=self.progress, on_change=self.on_change
        )
        data = runs.data.isel(scenario=0, drop=True)
        told = predicted(data, self.statements), lag_spread(data, self.statements)
        return np.asarray(told[0]), np.asarray(told[1])
