"""Choice among places by the whole way from home, where how far counts otherwise than by the leg.

Route choice link by link makes a way as dear as the sum of its legs, so that distance counts by an
exponential. Any other law of distance is one of the whole way: from home to where people settle.
Shares of places are then told first, home by home, and those of ways to each place follow from
route choice: see `Destinations`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.config import RouteChoice
from flowsim.behaviour.elimination import factorise_and_solve
from flowsim.behaviour.routes import RouteLogit

NO_WAY = -1e9
"""Utility of settling where no way leads to."""


def by_the_leg(section: RouteChoice) -> bool:
    """Whether distance counts leg by leg alone, so that where home is makes no difference.

    Examples
    --------
    >>> by_the_leg(RouteChoice()), by_the_leg(RouteChoice(any_distance=0.2))
    (True, False)
    """
    return section.distance == "exponential" and section.any_distance == 0.0


class Destinations:
    """What settling is worth to those from each home, so that shares follow the law of distance.

    With ``I_oj`` the logarithm of the sum over all ways from home o to place j (of exp of their
    utility), now, and ``I0_oj`` the same in peace, the utility of a place is

    - ``s_j + I_oj`` where distance counts by the leg (exponential), or
      ``s_j - distance_power x ln(1 + km_oj / near_km) + I_oj - I0_oj`` (power);
    - ``s_j + I_oj - I0_oj`` for the part ``any_distance`` of the people, to whom it is the same how
      far a place is.

    The shares of places are the mean of both logits. Settling at j is then worth
    ``ln share_oj - I_oj`` plus the inclusive value of the first, which gives these shares by route
    choice, and ``s_j`` itself where nobody is of the second kind and distance counts by the leg.

    Parameters
    ----------
    section : RouteChoice
    routes : RouteLogit
    may_settle : bool array (P,)
    homes : int64 array (B,)
        Places where people live who could leave.
    """

    def __init__(
        self, section: RouteChoice, routes: RouteLogit, may_settle: NDArray, homes: Ints
    ) -> None:
        self._section, self._routes, self.homes = section, routes, homes
        self._ends = np.flatnonzero(may_settle)
        self._peace = self.ways(np.zeros(routes.n_links), factorise_and_solve)[0]
        self._far = np.zeros(self._peace.shape)
        if section.distance == "power":
            km = shortest_km(routes)[np.ix_(homes, self._ends)]
            reached = np.isfinite(km)
            near = np.log1p(np.where(reached, km, 0.0) / section.near_km)
            self._far = np.where(reached, -section.distance_power * near, NO_WAY)

    def utilities(
        self, cost: Floats, settle: Floats, solver: Callable[..., None] = factorise_and_solve
    ) -> Floats:
        """Value of every option in every state to those from each home, (B, S, D).

        Parameters
        ----------
        cost, settle, solver
            As `RouteLogit.utilities` takes them.
        """
        ways, onward = self.ways(cost, solver)
        worth = self.settle(ways, settle[self._ends])
        # Worth and ways can be far apart in size: only their sum is small enough for exp.
        top = np.where(np.isfinite(onward), onward, -np.inf)
        z = np.zeros((len(self.homes), onward.shape[0]))
        for j in range(self._ends.size):
            z += np.exp(np.minimum(worth[:, j, None] + top[None, :, j], 600.0))
        everywhere = np.full((len(self.homes), settle.size), NO_WAY)
        everywhere[:, self._ends] = worth
        return self._routes.options_worth(cost, z, everywhere)

    def settle(self, ways: Floats, settle: Floats) -> Floats:
        """What settling at each end is worth to those from each home, (B, J).

        Parameters
        ----------
        ways : float64 array (B, J)
            ``I_oj``.
        settle : float64 array (J,)
            ``s_j``.
        """
        there = np.isfinite(ways)
        worse = np.where(there, ways, 0.0) - np.where(there, self._peace, 0.0)
        law = ways if self._section.distance == "exponential" else self._far + worse
        near, inclusive = _shares(np.where(there, law + settle, -np.inf))
        alike, _ = _shares(np.where(there, worse + settle, -np.inf))
        part = self._section.any_distance
        share = (1.0 - part) * near + part * alike
        with np.errstate(divide="ignore"):
            told = np.log(share) - np.where(there, ways, 0.0) + inclusive
        return np.where(there & (share > 0.0), told, NO_WAY)

    def ways(self, cost: Floats, solver: Callable[..., None]) -> tuple[Floats, Floats]:
        """``I_oj`` (B, J), and the same from the end of each link (L, J); -inf without a way.

        Back at home is no place to flee to.
        """
        network, homes = self._routes.network, self.homes
        link_utility = self._routes.link_utility(cost)
        onward = np.full((self._routes.n_links, self._ends.size), -np.inf)
        found = np.full((homes.size, self._ends.size), -np.inf)
        for j, end in enumerate(self._ends):
            z = self._routes.onward(cost, np.where(network.head == end, 1.0, 0.0), solver)
            with np.errstate(divide="ignore"):
                onward[:, j] = np.log(np.maximum(z, 0.0))
            through = np.where(self._routes.usable, np.exp(link_utility) * np.maximum(z, 0.0), 0.0)
            total = np.bincount(network.tail, weights=through, minlength=len(network.names))
            with np.errstate(divide="ignore"):
                found[:, j] = np.where(homes == end, -np.inf, np.log(total[homes]))
        return found, onward


def _shares(utility: Floats) -> tuple[Floats, Floats]:
    """Shares of a logit by row, 0 where no option is left, and its inclusive value (B, 1)."""
    top = utility.max(axis=1, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    weight = np.exp(utility - top)
    total = weight.sum(axis=1, keepdims=True)
    some = np.where(total > 0.0, total, 1.0)
    return weight / some, top + np.log(some)


def shortest_km(routes: RouteLogit) -> Floats:
    """Kilometres of the shortest way from each place to each for those who flee, (P, P)."""
    network, n = routes.network, len(routes.network.names)
    links = np.flatnonzero(routes.usable)
    # Of parallel links the shortest: a sparse matrix would add them up.
    order = links[np.argsort(network.km[links], kind="stable")]
    pair = network.tail[order] * n + network.head[order]
    _, first = np.unique(pair, return_index=True)
    least = order[first]
    ends = network.tail[least], network.head[least]
    ways = csr_array((np.maximum(network.km[least], 1e-9), ends), (n, n))
    found: Floats = dijkstra(ways)
    return found


def home_rows(homes: Bools, rows: int) -> Ints:
    """First row of the beliefs of those from each place, (P,): one block of rows a home."""
    block = np.cumsum(homes) - 1
    return np.where(homes, block * rows, 0).astype(np.int64)
