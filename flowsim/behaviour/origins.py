"""Where those live who leave, where only their number is told."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.config import Origins
from flowsim.clock import DAY
from flowsim.world.escalation import SelfExciting
from flowsim.world.violence import Surroundings
from flowsim.world.world import World


class OriginWeights:
    """Weight of each place and group as an origin: residents to a power x danger x decay.

    Fear and drivers count as danger, and so does `elsewhere`, at all places.

    Parameters
    ----------
    section : Origins
    world : World
    duration : int
        Of the run, seconds; when danger began is looked up once a day.
    course : Surroundings or SelfExciting, optional
        Violence over time; None means as given.
    """

    def __init__(
        self, section: Origins, world: World, duration: int,
        course: Surroundings | SelfExciting | None = None,
    ) -> None:  # fmt: skip
        self._section, self._course = section, course or world.surroundings
        people = np.where(world.residents > 0, world.residents, 1).astype(np.float64)
        self._people = np.where(world.residents > 0, people**section.population_power, 0.0)
        self._began = np.full(len(world.places), np.inf)
        if section.decay:
            for second in range(DAY // 2, duration + DAY, DAY):
                fresh = np.isinf(self._began) & (self._course.at(second).violence > 0.0)
                self._began[fresh] = second

    def at(self, seconds: int) -> Floats:
        """Weights at a second of the run, (P, G)."""
        danger = self._course.at(seconds)
        drives = danger.alarm if danger.push is None else danger.alarm + danger.push.origin_weight
        weight = self._people * (drives + self._section.elsewhere)
        if self._section.decay:
            weight = weight * self._left(seconds)[:, None]
        return np.asarray(weight)

    def _left(self, seconds: int) -> Floats:
        """What the decay leaves of each place, (P,)."""
        decay = np.array(self._section.decay)
        days = np.maximum(seconds - self._began, 0.0) / DAY
        days = np.where(np.isfinite(days), days, 0.0)
        index = np.floor(days / self._section.decay_days).astype(np.int64)
        return decay[np.minimum(index, decay.size - 1)]
