"""The danger that people are in by what they do: the exposure of which harm is the integral."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.config import Harm
from flowsim.model.axes import Status
from flowsim.model.observe import Stocks
from flowsim.policy.land import Roads
from flowsim.world.network import Network
from flowsim.world.violence import Danger


def by_status(
    stocks: Stocks, danger: Danger, harm: Harm, network: Network, roads: Roads | None
) -> Floats:
    """Persons times the danger that acts on them, by group and status, (G, 7).

    Those on the move are in the danger of their leg as `harm` has it, and the detained in their
    part of the danger where they are held.

    Parameters
    ----------
    roads : Roads or None
        What policies make of the danger on each link.
    """
    found = np.asarray((stocks.people * danger.struck[:, :, None]).sum(axis=0))
    for status in (Status.MOVING, Status.DETAINED):  # who are in no crowd
        found[:, status] = (stocks.people[:, :, status] * danger.danger).sum(axis=0)
    found[:, Status.DETAINED] *= harm.detained
    if harm.on_the_way == 0.0 and danger.on_road is None:
        found[:, Status.MOVING] = 0.0
        return found
    behind, ahead = 1.0 - harm.danger_ahead, harm.danger_ahead
    found[:, Status.MOVING] *= harm.on_the_way * behind
    persons = stocks.on_leg.sum(axis=2)
    on_leg = harm.on_the_way * ahead * danger.danger[network.head]
    if danger.on_road is not None:
        on_leg = on_leg + danger.on_road
    if roads is not None:
        lifted = 1.0 - roads.danger[:, None]
        tail = harm.on_the_way * behind * danger.danger[network.tail]
        on_leg = on_leg - lifted * (tail + on_leg)
    found[:, Status.MOVING] += (persons * on_leg).sum(axis=0)
    return found
