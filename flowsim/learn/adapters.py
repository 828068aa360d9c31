"""A scenario and its reports as other tools of simulation-based inference take them.

pyABC and sbi want a function and a prior. Here are both, and nothing of these libraries::

    told = for_other_tools(fs.load("june"), ["behaviour.leaving.*"])

    # pyABC: a model of dicts
    prior = pyabc.Distribution(**{name: pyabc.RV("uniform", 0.0, 1.0) for name in told.factors})
    abc = pyabc.ABCSMC(told.simulate, prior, pyabc.PNormDistance(p=2))
    abc.new("sqlite://", told.observed)

    # sbi: rows of numbers
    prior = sbi.utils.BoxUniform(torch.zeros(len(told.factors)), torch.ones(len(told.factors)))
    theta = prior.sample((500,))
    x = torch.as_tensor(told.rows(theta.numpy()), dtype=torch.float32)
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Floats
from flowsim.draws import seed_text
from flowsim.errors import Problem, ScenarioError
from flowsim.evidence.predicted import predicted
from flowsim.evidence.statements import Statement, statements
from flowsim.learn.choice import chosen
from flowsim.running import run
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario
from flowsim.study.inputs import doubts, uncertain
from flowsim.study.sampling import sampled


@dataclass(frozen=True)
class ForOtherTools:
    """A simulator of dicts and of rows, its prior, and what was observed.

    Attributes
    ----------
    scenario : Scenario
    factors : tuple of str
        Names of the parameters: inputs by path, sets of linked ones as ``linked[NAME]``. Each is a
        position in its distribution, so that the prior of all is uniform between 0 and 1.
    statements : tuple of Statement
        What the summary statistics are compared with, see `flowsim.evidence.statements`; its
        errors are not in the simulator.
    seed : str
        Of all runs; the dice of one hang on its parameters too.
    """

    scenario: Scenario
    factors: tuple[str, ...]
    statements: tuple[Statement, ...]
    seed: str
    _leaders: Mapping[str, str]

    @property
    def observed(self) -> dict[str, float]:
        """The reported figures by id."""
        return {statement.id: statement.value for statement in self.statements}

    def simulate(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """What a run has at each report, by id; NaN for a share of nobody.

        Parameters
        ----------
        parameters : mapping of str to float
            Positions in [0, 1] of some or all factors; others stay at their central values.

        Raises
        ------
        ScenarioError
            A name is not a factor, a number is not a position, or times contradict each other.
        """
        lost = [name for name in parameters if name not in self.factors]
        if lost:
            right = f"give {', '.join(self.factors)}"
            wrong = "it is not a parameter of this simulator"
            raise ScenarioError([Problem(f"parameters[{name}]", wrong, right) for name in lost])
        own = {name: float(parameters[name]) for name in self.factors if name in parameters}
        where = {path: own[factor] for path, factor in self._leaders.items() if factor in own}
        dice = hashlib.blake2b(json.dumps(sorted(own.items())).encode(), digest_size=8).hexdigest()
        result = run(sampled(self.scenario, where), seed=f"{self.seed}.{dice}", provenance=False)
        values = predicted(result, self.statements)
        return dict(zip(self.observed, values.tolist(), strict=True))

    def rows(self, positions: Floats) -> Floats:
        """The same of rows of positions, (rows, factors), as rows of numbers, (rows, reports)."""
        rows = np.atleast_2d(np.asarray(positions, dtype=np.float64))
        told = [self.simulate(dict(zip(self.factors, row.tolist(), strict=True))) for row in rows]
        return np.array([[one[name] for name in self.observed] for one in told])


def for_other_tools(
    scenario: Scenario, inputs: Sequence[str] = (), seed: int | str = 1
) -> ForOtherTools:
    """A scenario and its fitted reports for another tool of simulation-based inference.

    Parameters
    ----------
    scenario : Scenario
    inputs : sequence of str
        As of `flowsim.calibrate`.
    seed : int or str

    Raises
    ------
    ScenarioError
        Nothing is uncertain, a pattern fits nothing, or no report has ``use: fit``.
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
    return ForOtherTools(scenario, factors, told, seed_text(seed), leaders)
