"""The Posterior: samples that meet the reports, what they were learnt from, and how well."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from flowsim.draws import text_key
from flowsim.evidence.statements import Statement
from flowsim.folders import refuse_link
from flowsim.learn import diagnostics
from flowsim.learn.particles import systematic
from flowsim.learn.posterior_table import html, text
from flowsim.learn.waves import Learnt
from flowsim.scenario.scenario import Scenario
from flowsim.study import learnt as file
from flowsim.suffixes import CSV, ending_of


@dataclass(frozen=True, eq=False, repr=False)
class Posterior:
    """What reports say of the uncertain inputs of a scenario; print it to read it.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a sample, all of equal weight, drawn from the weighted runs: ``run``, the sample of
        the store that it is; ``log_likelihood``; and of each factor ``position of FACTOR`` and
        ``value of FACTOR``.
    inputs, pairs, reports : pandas.DataFrame
        See `flowsim.learn.diagnostics`: `by_input`, `by_pair`, `by_report`.
    discrepancy : tuple of float
        See `flowsim.learn.diagnostics.of_discrepancy`.
    left_out : pandas.DataFrame
        See `flowsim.learn.diagnostics.left_out`; empty unless it was asked for.
    full : pandas.DataFrame
        Of samples that were run with the whole population: ``id``, ``mean`` and ``sd`` of what they
        have, ``thin_mean`` and ``thin_sd`` of the same samples as they were run; empty unless asked
        for.
    learnt : Learnt
        All runs with what each counts.
    head : dict of str to str
        What it was learnt from; the head of its file.
    """

    table: pd.DataFrame
    inputs: pd.DataFrame
    pairs: pd.DataFrame
    reports: pd.DataFrame
    learnt: Learnt
    head: dict[str, str]
    discrepancy: tuple[float, float, float] = (1.0, 1.0, 1.0)
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)
    full: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def of(
        cls,
        learnt: Learnt,
        scenario: Scenario,
        statements: tuple[Statement, ...],
        rows: int,
        told: dict[str, str],
        leave_out: bool = False,
    ) -> Posterior:
        """Draw its samples and look at them.

        Parameters
        ----------
        learnt : Learnt
        scenario : Scenario
            At its central values.
        statements : tuple of Statement
            Of which it was learnt.
        rows : int
            Samples.
        told : dict of str to str
            What the head of its file says besides.
        leave_out : bool
            Whether to leave out the reports of one originator at a time.
        """
        # By a key of its own: the first samples are a fair part of all of them.
        rng = np.random.Generator(np.random.PCG64(int(text_key("posterior", told["seed"]))))
        chosen = rng.permutation(systematic(learnt.weights, rows, rng))
        positions = pd.DataFrame(learnt.positions[chosen], columns=list(learnt.factors))
        table = file.table_of(
            scenario, positions, (chosen + 1).tolist(), learnt.log_likelihood[chosen]
        )
        return cls(
            table,
            diagnostics.by_input(learnt),
            diagnostics.by_pair(learnt),
            diagnostics.by_report(learnt, statements),
            learnt,
            {**file.head_of(scenario), **told},
            diagnostics.of_discrepancy(learnt, statements),
            diagnostics.left_out(learnt, statements) if leave_out else pd.DataFrame(),
        )

    def __repr__(self) -> str:
        of = self.head.get("learnt from", "")
        factors = len(self.learnt.factors)
        return f"<Posterior of {of}: {len(self.table)} samples of {factors} inputs>"

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)

    def positions(self, first: int | None = None) -> pd.DataFrame:
        """Positions of all samples, or of the first, as ``fs.Study(samples=...)`` takes them."""
        named = [f"{file.POSITION}{factor}" for factor in self.learnt.factors]
        made = self.table[named].set_axis(list(self.learnt.factors), axis=1)
        return made if first is None else made.iloc[:first]

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write it as a file that ``fs.Study(samples=...)`` and ``--samples`` draw from.

        Whole or not at all. Named ``posterior.csv`` beside the scenario it is found as
        ``samples="posterior"``.

        Raises
        ------
        ValueError
            The name promises another format.
        """
        ending_of(path, CSV, what="a posterior")
        refuse_link(Path(path))
        file.write(Path(path), self.head, self.table)
