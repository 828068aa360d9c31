"""Policies on the roads inside a country."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import model_validator

from flowsim.config import NonNegative, Share
from flowsim.policy.base import Policy
from flowsim.policy.names import HouseholdCondition, RouteEnds
from flowsim.policy.opening import OUT_ONLY, Road
from flowsim.view import BorderView


class RoadPolicy(Policy):
    """A policy that binds routes by the two places each of them joins, and no crossings.

    It goes by the time alone, unless it says that it reacts.
    """

    statements = (Road,)
    reactive = False
    directions = OUT_ONLY

    routes: tuple[RouteEnds, ...]
    """Routes by the two places that they join."""

    @model_validator(mode="after")
    def _no_crossings(self) -> RoadPolicy:
        if self.crossings:
            raise ValueError("it binds routes and no crossings; leave crossings out")
        return self


class Corridor(RoadPolicy):
    """Safe passage on named routes for a time: escorts, or a truce along the road.

    The Kindertransporte of 1938 and 1939 had one, by train through guarded borders.

    Examples
    --------
    >>> Corridor(routes=[("Osh", "Dostuk")], danger=0.1).opening(None, None).danger
    0.1
    """

    type: Literal["corridor"] = "corridor"
    danger: Share = 0.2
    """Factor on the danger on these routes."""
    lifts: Share = 1.0
    """Part of the curfews, roadblocks and barricades at the ends of the routes that it takes away:
    all of it on the routes, and as much of what keeps people at home in these places."""

    def opening(self, now: datetime, view: BorderView) -> Road:
        return Road(routes=self.routes, danger=self.danger, lifts=self.lifts)


class Checkpoint(RoadPolicy):
    """Some are stopped on the way to a border, at a roadblock or by carriers that are fined.

    Who is stopped on a route is stopped there for good, stays where they are and looks for another
    way. The United Kingdom has fined carriers since its act on carriers' liability of 1987.

    Examples
    --------
    >>> Checkpoint(routes=[("Town", "Gate")], permeability=0.3).opening(None, None).permeability
    0.3
    """

    type: Literal["checkpoint"] = "checkpoint"
    permeability: Share = 1.0
    """Share of the households who may take the route."""
    stops: tuple[HouseholdCondition, ...] = ()
    """Households that it may stop: `group:NAME`, `nationality:NAME`, `kin_across`; empty means
    all."""
    delay_hours: NonNegative = 0.0
    """Hours that it takes from all who pass."""
    cost_km: NonNegative = 0.0
    """What passing costs, as kilometres of way that people would rather walk."""

    def opening(self, now: datetime, view: BorderView) -> Road:
        return Road(
            routes=self.routes,
            permeability=self.permeability,
            stops=self.stops,
            delay_hours=self.delay_hours,
            cost_km=self.cost_km,
        )
