"""Radio and mosques call people to leave: the hazard ``call_to_leave``."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from flowsim import OwnHazard
from flowsim.arrays import Floats
from flowsim.behaviour.rules import RuleView
from flowsim.config import NonNegative
from flowsim.policy import PlaceName


class CallToLeave(OwnHazard):
    """People are called to leave their homes; those with kin across the border heed it more."""

    type: Literal["call_to_leave"] = "call_to_leave"
    statuses = ("at_home",)
    form = "place"
    act = "leave"

    per_day: NonNegative
    """Hazard of a household without kin across the border, 1/day."""
    kin: NonNegative = 2.0
    """Factor of a household that has kin there."""
    places: tuple[PlaceName, ...] = ()
    """Where the call is heard; empty means everywhere in the countries that people flee from."""

    def rate(self, view: RuleView) -> Floats:
        heard = np.array([not self.places or place in self.places for place in view.places])
        per_place = self.per_day * (heard & view.inside_places)
        return np.broadcast_to(per_place[:, None], view.danger.shape)

    def factor(self, households: Any) -> Floats:
        return np.where(households.kin_across, self.kin, 1.0)
