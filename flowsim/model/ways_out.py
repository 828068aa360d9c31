"""What people at home believe their ways out to be worth, and what leaving makes of that."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.behaviour.leaving import inclusive_value, way_out_factor
from flowsim.behaviour.settling import Refuges
from flowsim.model.beliefs import Beliefs, Grapevine
from flowsim.model.laws import Laws


class WaysOut:
    """The factor of ways out on the hazard of leaving, by place and group.

    The ways are those of route choice, as each type of household and state of information believes
    them at its home. They are held against the same over open borders without queues, in calm, with
    the camps as the run begins. A place and group has the mean factor over the shares of its types
    and states.

    Parameters
    ----------
    laws : Laws
    grapevine : Grapevine
    refuges : Refuges
        As the run begins.
    rows : int64 array
        Rows of beliefs that households can have, ``2 x household_type + informed``.
    """

    def __init__(self, laws: Laws, grapevine: Grapevine, refuges: Refuges, rows: Ints) -> None:
        self._way_out = laws.behaviour.leaving.way_out
        self._shape, self._rows = laws.world.residents.shape, rows
        informed = laws.behaviour.news.informed
        kin = np.array([group.kin_across for group in laws.world.groups])
        types = rows // 2
        self._share = np.where(types % 2 == 1, kin[types // 2], 1.0 - kin[types // 2]) * np.where(
            rows % 2 == 1, informed, 1.0 - informed
        )
        self._home_rows = laws.home_rows
        self._calm = self.worth(grapevine.in_calm(refuges))

    def worth(self, beliefs: Beliefs) -> Floats:
        """Inclusive value of the ways from each place by row of beliefs, (rows, P)."""
        return inclusive_value(beliefs.at_home(self._rows, self._home_rows))

    def factor(self, beliefs: Beliefs) -> Floats:
        """Factor on the hazard of leaving, (P, G); 1 for a group that nobody is of."""
        by_row = way_out_factor(self._way_out, self.worth(beliefs), self._calm)
        factor = np.ones(self._shape)
        groups = self._rows // 4
        for g in np.unique(groups):
            of_group = groups == g
            # of what differs from 1, so that where nothing does the factor is 1 to the last bit
            factor[:, g] += (self._share[of_group, None] * (by_row[of_group] - 1.0)).sum(axis=0)
        return factor
