"""Route choice: recursive logit over the network, link by link, with settling on arrival.

Fosgerau, Frejinger and Karlstrom (2013), "A link based network route choice model with
unrestricted choice set", Transportation Research Part B 56. The exponential of the value of having
arrived by link ``a`` is z_a = exp(settle at the head) + sum over next links b of exp(v_b) z_b: one
sparse linear system. Here a traveller may settle at any place on arrival, never turns round on the
link just used, and never crosses the border backwards.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from flowsim.arrays import Floats, Ints
from flowsim.behaviour.config import RouteChoice
from flowsim.behaviour.elimination import Elimination, factorise_and_solve
from flowsim.world.network import Network

SETTLE = -1
"""Option to stay where one has arrived."""


class RouteLogit:
    """Options and values of route choice on one network.

    States are ``0 .. L-1``: arrived by that link, and ``L .. L+P-1``: leaving that place (where
    settling is not an option). A state has at most ``D`` options; ``option[s, d]`` is a link or
    `SETTLE`, and ``option_key[s, d]`` what its draws are keyed by.

    Parameters
    ----------
    section : RouteChoice
    network : Network
    may_settle : bool array (P,)
        Places that can take anybody in.
    """

    def __init__(self, section: RouteChoice, network: Network, may_settle: NDArray) -> None:
        self.section, self.network = section, network
        gates = network.gates
        self.usable = np.array([g < 0 or gates[g].out for g in network.gate], dtype=bool)
        self.n_links = network.tail.size
        self.option = self._options(may_settle)
        rows, cols = self._pairs()
        self._rows, self._cols = rows, cols
        named = np.append(network.link_key, [np.uint64(0), np.uint64(1)])  # at -2 and -1: no link
        self.option_key = named[self.option]
        self._system = Elimination(rows, cols, self.n_links)
        self.km_cost = section.km_cost * network.km
        self.leg_cost = self._leg_cost()

    def leaving(self, place: NDArray) -> Ints:
        """State of those who leave a place."""
        return np.asarray(place, dtype=np.int64) + self.n_links

    def reach(self) -> NDArray[np.bool_]:
        """Whether those who look for shelter can come from each place to each other, (P, P)."""
        network, n = self.network, len(self.network.names)
        links = np.flatnonzero(self.usable)
        ways = csr_array((np.ones(links.size), (network.tail[links], network.head[links])), (n, n))
        found: NDArray[np.bool_] = np.isfinite(dijkstra(ways, unweighted=True))
        return found

    def _options(self, may_settle: NDArray) -> Ints:
        network, n_places = self.network, len(self.network.names)
        links = np.arange(self.n_links)
        out = [links[(network.tail == p) & self.usable] for p in range(n_places)]
        table: list[list[int]] = []
        for link in links:
            place = network.head[link]
            onward = [int(b) for b in out[place] if b != link ^ 1]
            table.append(([SETTLE] if may_settle[place] else []) + onward)
        table += [[int(b) for b in out[place]] for place in range(n_places)]
        width = max((len(row) for row in table), default=1) or 1
        padded = np.full((len(table), width), -2, dtype=np.int64)
        for s, row in enumerate(table):
            padded[s, : len(row)] = row
        return padded

    def _pairs(self) -> tuple[Ints, Ints]:
        """Which link can follow which."""
        table = self.option[: self.n_links]
        rows, places = np.nonzero(table >= 0)
        keep = self.usable[rows]
        rows, places = rows[keep], places[keep]
        return rows, table[rows, places]

    def _leg_cost(self) -> float:
        """Cost of a leg: max(0, ln rho0) + margin.

        rho0 is the spectral radius of the open and safe network; its logarithm is rounded up to
        1e-6, so that no last bit of a library can move a value.
        """
        weights = np.exp(-self.km_cost[self._cols])
        shape = (self.n_links, self.n_links)
        network = csr_array((weights, (self._rows, self._cols)), shape=shape)
        rho = spectral_radius(network, least=1.0)
        return float(np.ceil(np.log(rho) * 1e6) / 1e6) + self.section.margin

    def utilities(
        self, cost: Floats, settle: Floats, solver: Callable[..., None] = factorise_and_solve
    ) -> Floats:
        """Value of every option in every state.

        Parameters
        ----------
        cost : float64 array (L,)
            What changes in time and only lowers a link's utility: danger, waiting; >= 0.
        settle : float64 array (P,)
            Utility of settling at each place.
        solver : function
            `factorise_and_solve`, or the same compiled.

        Returns
        -------
        float64 array (S, D)
            -inf where a state has no such option.
        """
        # Who arrives by a link settles at its head, so links to one place share this term.
        stay = np.exp(settle)[self.network.head]
        z = self.onward(cost, stay, solver)
        return self.options_worth(cost, z[None, :], settle[None, :])[0]

    def link_utility(self, cost: Floats) -> Floats:
        """Utility of each link, (L,)."""
        return np.asarray(-(self.km_cost + self.leg_cost + np.maximum(cost, 0.0)))

    def onward(self, cost: Floats, stay: Floats, solver: Callable[..., None]) -> Floats:
        """Exponential of the value of having arrived by each link, (L,).

        Parameters
        ----------
        stay : float64 array (L,)
            Exponential of the utility of settling at the head.
        """
        has_settle = (self.option[: self.n_links] == SETTLE).any(axis=1)
        weight = np.exp(self.link_utility(cost))
        right = np.where(has_settle, stay, 0.0)
        # In z the equation is linear; in values it would be a fixed point to iterate.
        return self._system.solve(weight[self._cols], right, solver)

    def options_worth(self, cost: Floats, z: Floats, settle: Floats) -> Floats:
        """Value of every option in every state by row, (n, S, D).

        Parameters
        ----------
        z : float64 array (n, L)
            As `onward` gives it.
        settle : float64 array (n, P)
        """
        with np.errstate(divide="ignore"):  # a dead end without shelter is worth -inf
            onward = self.link_utility(cost) + np.log(np.maximum(z, 0.0))
        head = np.concatenate([self.network.head, np.arange(settle.shape[1])])
        value = np.where(
            self.option >= 0,
            onward[:, self.option],
            np.where(self.option == SETTLE, settle[:, head][:, :, None], -np.inf),
        )
        return np.asarray(value)


BOUNDED = 50
"""So many steps of the iteration look at the bound; later entries may be too small to divide by."""


def spectral_radius(matrix: csr_array, least: float = 0.0) -> float:
    """Largest absolute eigenvalue of a matrix without negative entries, and ``least`` at least.

    Power iteration on the matrix plus the identity, which has the same vectors and no two
    eigenvalues of the largest size; sparse and in a fixed order, so the same on every machine. The
    largest growth of any entry bounds the eigenvalue from above (Collatz 1942, Wielandt 1950), so
    that one below ``least`` is seen at once.

    Examples
    --------
    >>> round(spectral_radius(csr_array(np.array([[0.0, 2.0], [0.5, 0.0]]))), 6)
    1.0
    >>> spectral_radius(csr_array(np.array([[0.0, 0.5], [0.0, 0.0]])), least=1.0)
    1.0
    """
    vector, growth = np.ones(matrix.shape[0]), 1.0
    for step in range(20_000 if vector.size else 0):
        # Plus the identity: a network of two-way roads has eigenvalues of both signs and swings.
        following = vector + matrix @ vector
        if step < BOUNDED and float((following / vector).max()) - 1.0 <= least:
            return least
        before, growth = growth, float(following.max() / vector.max())
        vector = following / following.max()
        if abs(growth - before) <= 1e-12 * growth:
            break
    return max(growth - 1.0, least)


def link_cost(
    section: RouteChoice,
    network: Network,
    hours: Floats,
    danger: Floats,
    gate_cost: Floats,
    road: tuple[Floats, Floats] | None = None,
    on_road: Floats | None = None,
) -> Floats:
    """What links cost besides their length: danger on the way and waiting at the gate; (..., L).

    Parameters
    ----------
    hours : float64 array (..., L)
        Time on each link, with delays.
    danger : float64 array (..., P)
        Believed danger.
    gate_cost : float64 array (..., gates)
        Believed cost of waiting at each gate, see `wait_cost`.
    road : two float64 arrays (..., L), optional
        Factor of policies on the danger of each link, and what they make it cost besides.
    on_road : float64 array (..., L), optional
        Believed violence on each link itself.
    """
    on_the_way = 0.5 * (danger[..., network.tail] + danger[..., network.head])
    if on_road is not None:
        on_the_way = on_the_way + on_road
    cost = section.danger_cost * hours * on_the_way
    if road is not None:
        cost = cost * road[0] + road[1]
    at_gate = np.flatnonzero(network.gate >= 0)
    cost[..., at_gate] += gate_cost[..., network.gate[at_gate]]
    return cost


def waiting_cost(section: RouteChoice, hours: Floats) -> Floats:
    """Cost of hours in a line, inf where it does not move; at most the cap.

    Examples
    --------
    >>> waiting_cost(RouteChoice(), np.array([2.0, np.inf])).tolist()
    [0.3, 3.0]
    """
    cap = section.wait_cost_cap
    with np.errstate(invalid="ignore"):
        cost = np.where(np.isfinite(hours), section.wait_cost_per_hour * hours, cap)
    return np.minimum(cost, cap)


def wait_cost(
    section: RouteChoice,
    open_share: Floats,
    queue: Floats,
    per_hour: Floats,
    fee_km: Floats | float = 0.0,
    opens_in_hours: Floats | float = np.inf,
) -> Floats:
    """Believed cost of waiting at gates; a closed one costs the cap, and none costs more.

    Parameters
    ----------
    open_share : float64 array
        Chance that somebody of a family is let pass.
    queue : float64 array
        Persons waiting.
    per_hour : float64 array
        Persons an hour who pass, inf without limit.
    fee_km : float64 array
        What passing costs, as kilometres of way.
    opens_in_hours : float64 array
        Hours until a closed one opens, as it was announced; inf where nothing was.
    """
    hours = queue / per_hour
    with np.errstate(divide="ignore"):
        cost = section.wait_cost_per_hour * hours - np.log(open_share)
    told = np.isfinite(opens_in_hours)
    hours = np.where(told, opens_in_hours, 0.0)
    closed = np.where(told, section.wait_cost_per_hour * hours, np.inf)
    cost = np.where(open_share > 0.0, cost, closed) + section.km_cost * fee_km
    return np.minimum(cost, section.wait_cost_cap)
