"""What a factor on a hazard may look at of households: vectorised, as the run begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim import keyed
from flowsim.arrays import Bools, Floats, Ints, Keys
from flowsim.draws import mix, text_key, to_unit


@dataclass(frozen=True)
class HouseholdView:
    """Households as a run begins, a row each.

    Attributes
    ----------
    key : uint64 array (n,)
        Owner of a household's draws.
    place, home : str arrays (n,)
        Names of where they are and of where they live.
    group : str array (n,)
    size : int64 array (n,)
        Persons.
    kinds : int64 array (n, 5)
        Persons by kind: children, women, men, elderly women, elderly men.
    kin_across, informed, burnt : bool arrays (n,)
        Whether they have kin across the border, know the present state, and have lost their home.
    seed : uint64
        Key of the run's seed.
    """

    key: Keys
    place: np.ndarray
    home: np.ndarray
    group: np.ndarray
    size: Ints
    kinds: Ints
    kin_across: Bools
    informed: Bools
    burnt: Bools
    seed: np.uint64

    def uniform(self, name: str) -> Floats:
        """A draw in (0, 1) for each, keyed by the household and a name: a covariate of one's own.

        Under the same seed a household has the same draw in every scenario.
        """
        word = keyed.mix(int(self.seed), int(text_key("covariate", name)))
        return to_unit(mix(self.key, np.uint64(word)))
