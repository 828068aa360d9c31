"""A scenario and its reports as other tools of simulation-based inference take them.

A tool wants a simulator, a prior, and what was observed. Here they are, by rows and by name, and
ready for pyABC and sbi. As of `flowsim.calibrate`, parameters are positions of inputs in their
distributions, and errors of reports are those of the likelihood (MODEL.md 7.17)::

    told = for_other_tools(fs.load("kyrgyz_uzbek_2010"), ["linked[*]"], one_in=20)

    # pyABC weighs runs by the likelihood of their reports
    abc = pyabc.ABCSMC(told.simulate, told.pyabc_prior(), told.pyabc_kernel(),
                       acceptor=pyabc.StochasticAcceptor(), eps=pyabc.Temperature())
    abc.new("sqlite://", told.observed)
    history = abc.run(max_nr_populations=5)

    # sbi learns from reports that are made up of runs
    prior = told.sbi_prior()
    theta = prior.sample((500,))
    inference = sbi.inference.NPE(prior).append_simulations(theta, told.sbi_reports(theta))
    inference.train()
    posterior = inference.build_posterior().set_default_x(told.sbi_observed())

examples/other_tools.py is a whole one. pyABC draws from numpy's global random numbers and sbi from
torch's: seed these, and give pyABC its SingleCoreSampler, to have the same again.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.arrays import Bools, Floats
from flowsim.draws import seed_text, text_key
from flowsim.errors import Problem, ScenarioError
from flowsim.evidence.drawn_reports import drawn_reports
from flowsim.evidence.likelihood import log_likelihood
from flowsim.evidence.predicted import seen
from flowsim.evidence.statements import Statement, statements
from flowsim.learn.choice import chosen
from flowsim.learn.library import made_for
from flowsim.learn.simulators import Runner
from flowsim.running import run
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario
from flowsim.study.chronology import Order
from flowsim.study.inputs import doubts, uncertain
from flowsim.study.sampling import sampled

if TYPE_CHECKING:
    from flowsim.behaviour.rules import Rule
    from flowsim.model.hazards import Hazard

SPREAD = "spread of {}"
"""Name of the standard deviation of what a run has over the hours to which a figure may belong."""


@dataclass(frozen=True)
class ForOtherTools:
    """A simulator, its prior, and what was observed; made by `for_other_tools`.

    Attributes
    ----------
    scenario : Scenario
    factors : tuple of str
        Names of the parameters: inputs by path, sets of linked ones as ``linked[NAME]``. Each is a
        position in its distribution, so that the prior is uniform between 0 and 1, save where
        times would contradict each other (`fits`).
    statements : tuple of Statement
        What runs are compared with, see `flowsim.evidence.statements`.
    seed : str
        Of all runs; the dice of one hang on its parameters too.
    """

    scenario: Scenario
    factors: tuple[str, ...]
    statements: tuple[Statement, ...]
    seed: str
    _leaders: Mapping[str, str]
    _order: Order
    _rules: Mapping[str, Rule | Hazard] | None = None

    @property
    def observed(self) -> dict[str, float]:
        """The reported figures by id."""
        return {statement.id: statement.value for statement in self.statements}

    def fits(self, positions: Floats) -> Bools:
        """Which rows (rows, factors) the prior has: positions with no times that contradict."""
        rows = np.atleast_2d(np.asarray(positions, dtype=np.float64))
        good = np.asarray(((rows >= 0.0) & (rows <= 1.0)).all(axis=1))
        column = {factor: rows[good, i] for i, factor in enumerate(self.factors)}
        by_path = {path: column[factor] for path, factor in self._leaders.items()}
        good[good] = ~self._order.broken(by_path)
        return good

    def simulate(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """What a run has at each report, by id, without the errors of reports.

        Parameters
        ----------
        parameters : mapping of str to float
            Positions in [0, 1] of some or all factors; others stay at their central values.

        Returns
        -------
        dict of str to float
            NaN for a share of nobody, and all NaN for times that contradict each other, which are
            not run. Of a figure that may belong to several hours the mean, with ``spread of ID``
            beside it.

        Raises
        ------
        ScenarioError
            A name is not a factor, or a number is not a position.
        """
        own = self._own(parameters)
        values, spread = self._run(own)
        lagging = [i for i, s in enumerate(self.statements) if s.lag_hours[0] != s.lag_hours[1]]
        more = {SPREAD.format(self.statements[i].id): float(spread[i]) for i in lagging}
        return {**dict(zip(self.observed, values.tolist(), strict=True)), **more}

    def report(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """What would be reported of that run, by id: errors are drawn as the likelihood has them.

        A bound that is kept is the figure itself; see `flowsim.evidence.drawn_reports`.
        """
        own = self._own(parameters)
        values, spread = self._run(own)
        made = self._reported(_dice(own), values, spread)
        return dict(zip(self.observed, made.tolist(), strict=True))

    def rows(
        self,
        positions: Floats,
        errors: bool = True,
        store: str | os.PathLike[str] | None = None,
        jobs: Any = 1,
        progress: bool = False,
    ) -> Floats:
        """What would be reported of a run of each row, which has dice of its own.

        Parameters
        ----------
        positions : array (rows, factors)
        errors : bool
            Without them it is what runs have, which is no draw of what is reported.
        store : path, optional
            A folder that the runs go to: cut off, the same call goes on from there. Without it
            they are kept nowhere.
        jobs, progress
            As of `flowsim.Study`.

        Returns
        -------
        float64 array (rows, reports)
            NaN as of `simulate`.
        """
        rows = np.atleast_2d(np.asarray(positions, dtype=np.float64))
        made = np.full((len(rows), len(self.statements)), math.nan)
        good = self.fits(rows)
        if not good.any():
            return made
        where: AbstractContextManager[Any] = nullcontext(store)
        if store is None:
            where = TemporaryDirectory(prefix="flowsim-")
        with where as folder:
            runner = Runner(
                self.scenario, self._leaders, self.statements, folder, self.seed, jobs, progress,
                rules=self._rules,
            )  # fmt: skip
            values, spread = runner(rows[good])
        made[good] = values
        if errors:
            keys = [_dice(dict(zip(self.factors, row, strict=True))) for row in rows[good].tolist()]
            drawn = zip(keys, values, spread, strict=True)
            made[good] = [self._reported(*one) for one in drawn]
        return made

    def log_likelihood(self, simulated: Mapping[str, float]) -> float:
        """Of all reports, given what `simulate` says a run has; -inf where it has no number."""
        values = np.array([simulated[name] for name in self.observed])
        spread = np.array([simulated.get(SPREAD.format(name), 0.0) for name in self.observed])
        return float(log_likelihood(self.statements, values, spread))

    def pyabc_prior(self) -> Any:
        """The prior as pyABC takes it."""
        return made_for("pyabc").Prior(self)

    def pyabc_kernel(self) -> Any:
        """The likelihood of reports for pyABC's StochasticAcceptor, with `simulate` as the model.

        With the last temperature at 1, as `pyabc.Temperature` has it, nothing is approximate but
        the number of particles (Wilkinson 2013; Schälte and Hasenauer 2020).
        """
        return made_for("pyabc").kernel(self)

    def sbi_prior(self) -> Any:
        """The prior as sbi takes it, a distribution of torch."""
        return made_for("sbi").Prior(self)

    def sbi_reports(self, theta: Any, **options: Any) -> Any:
        """`rows` of a tensor of positions as a tensor, with the options of `rows`."""
        return made_for("sbi").tensor(self.rows(theta.detach().cpu().numpy(), **options))

    def sbi_observed(self) -> Any:
        """The reported figures as a tensor (1, reports)."""
        return made_for("sbi").tensor(np.array([[*self.observed.values()]]))

    def _own(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Checked, and in the order of factors."""
        known = f"give {', '.join(self.factors)}"
        problems = [
            Problem(f"parameters[{name}]", "it is not a parameter of this simulator", known)
            for name in parameters if name not in self.factors
        ]  # fmt: skip
        own = {name: float(parameters[name]) for name in self.factors if name in parameters}
        problems += [
            Problem(f"parameters[{name}]", f"{at} is not a position", "give one from 0 to 1")
            for name, at in own.items() if not 0.0 <= at <= 1.0
        ]  # fmt: skip
        if problems:
            raise ScenarioError(problems)
        return own

    def _run(self, own: Mapping[str, float]) -> tuple[Floats, Floats]:
        where = {path: own[factor] for path, factor in self._leaders.items() if factor in own}
        order = self._order if len(own) == len(self.factors) else Order([self.scenario], where)
        if order.broken({path: np.array([at]) for path, at in where.items()}).any():
            return np.full(len(self.statements), math.nan), np.zeros(len(self.statements))
        scenario, seed = sampled(self.scenario, where), f"{self.seed}.{_dice(own)}"
        return seen(run(scenario, seed, rules=self._rules, provenance=False), self.statements)

    def _reported(self, dice: str, values: Floats, spread: Floats) -> Floats:
        key = int(text_key("reports of a run", self.seed, dice))
        rng = np.random.Generator(np.random.PCG64(key))
        return drawn_reports(self.statements, values[None], rng, spread[None])[0]


def _dice(own: Mapping[str, float]) -> str:
    return hashlib.blake2b(json.dumps(sorted(own.items())).encode(), digest_size=8).hexdigest()


def for_other_tools(
    scenario: Scenario,
    inputs: Sequence[str] = (),
    one_in: int | None = None,
    seed: int | str = 1,
    rules: Mapping[str, Rule | Hazard] | None = None,
) -> ForOtherTools:
    """A scenario and its fitted reports for another tool of simulation-based inference.

    Parameters
    ----------
    scenario : Scenario
    inputs, one_in, rules
        As of `flowsim.calibrate`.
    seed : int or str

    Raises
    ------
    ScenarioError
        Nothing is uncertain, a pattern fits nothing, or no report has ``use: fit``.

    Examples
    --------
    >>> import flowsim as fs
    >>> told = for_other_tools(fs.load("kyrgyz_uzbek_2010"), ["linked[hour of opening]"])
    >>> told.factors, told.observed["KG012"]
    (('linked[hour of opening]',), 80000.0)
    >>> told.fits([[0.5], [1.5]]).tolist()
    [True, False]
    """
    if isinstance(scenario, str | os.PathLike):
        raise not_loaded(scenario, "for_other_tools")
    told = statements(scenario)
    if not told:
        right = "mark reports that inputs are to be learnt from `use: fit`"
        wrong = "no report of what runs have has `use: fit`"
        raise ScenarioError([Problem("reports", wrong, right)])
    leaders = chosen(doubts([scenario], uncertain([scenario])), inputs)
    factors = tuple(dict.fromkeys(leaders.values()))
    thin = scenario if one_in is None else scenario.with_values({"population.one_in": one_in})
    order = Order([thin], leaders)
    return ForOtherTools(thin, factors, told, seed_text(seed), leaders, order, rules)
