"""Simulators whose posterior is known, and small worlds with reports of themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm

import flowsim as fs
from flowsim.draws import text_key
from flowsim.evidence.quantities import at, quantity
from flowsim.world.reported import Report
from tests.study.worlds import small

SLOPES = np.array([[2.0, 1.0, 0.0], [1.0, -1.0, 0.0]])


@dataclass
class Line:
    """Two sums of three standard normal inputs, of which the last has no effect, and of dice."""

    noise: float = 0.3
    factors: tuple[str, ...] = ("a", "b", "inert")
    calls: int = 0

    def fits(self, positions: np.ndarray) -> np.ndarray:
        return np.ones(len(positions), dtype=np.bool_)

    def __call__(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.calls += 1
        dice = np.random.default_rng(int(text_key("line"))).normal(size=(2000, 2))
        values = ndtri(positions) @ SLOPES.T + self.noise * dice[: len(positions)]
        return values, np.zeros_like(values)

    def posterior(self, told: np.ndarray, sd: float) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each input, exactly."""
        variance = sd**2 + self.noise**2
        precision = np.eye(3) + SLOPES.T @ SLOPES / variance
        cov = np.linalg.inv(precision)
        return cov @ SLOPES.T @ told / variance, np.sqrt(np.diag(cov))


@dataclass(frozen=True)
class Normal:
    """Numbers that are told with a normal error."""

    told: tuple[float, ...]
    sd: float
    names: tuple[str, ...] = ("one", "two")
    counts: tuple[bool, ...] = (False, False)

    def log_likelihood(self, values: np.ndarray, sd: np.ndarray | float = 0.0) -> np.ndarray:
        return norm.logpdf(self.told, values, np.hypot(self.sd, sd)).sum(axis=1)

    def implausibility(self, values: np.ndarray, sd: np.ndarray | float = 0.0) -> np.ndarray:
        return np.abs(np.array(self.told) - values) / np.hypot(self.sd, sd)


def reported() -> fs.Scenario:
    """Half a day of the small world, with three reports of a run of it by two originators."""
    world = small(end="2010-06-11T06:00")
    run = fs.run(world, seed="truth")
    told = [("displaced_inside", "2010-06-11T00:00", "one"),
            ("displaced_inside", "2010-06-11T06:00", "one"),
            ("deaths", "2010-06-11T06:00", "two")]  # fmt: skip
    reports = []
    for i, (variable, when, originator) in enumerate(told):
        report = Report(
            id=f"R{i}", when=when, variable=variable, value=1.0, use="fit", originator=originator,
            counting_error=0.1, rounded_to=0.0,
        )  # fmt: skip
        value = max(at(quantity(run, variable), report.when), 1.0)
        reports.append(report.model_copy(update={"value": value}))
    return world.model_copy(update={"reports": tuple(reports)})
