"""Rings of full roads, on which everybody waits for everybody else, and nobody moves any more."""

from __future__ import annotations

from collections.abc import Sequence

from flowsim.arrays import Ints
from flowsim.world.network import Network


def rings(wanted: Sequence[int]) -> list[tuple[int, ...]]:
    """Links that wait for one another in a ring, each ring from its first link on.

    Parameters
    ----------
    wanted : sequence of int, (L,)
        Link on which the household at the end of each link waits to go; -1 where none does.

    Examples
    --------
    >>> rings([1, 2, 0, 1, -1])
    [(0, 1, 2)]
    """
    found, seen = [], set[int]()
    for first in range(len(wanted)):
        way, at = dict[int, None](), first
        while at >= 0 and at not in seen:
            seen.add(at)
            way[at] = None
            at = wanted[at]
        if at in way:
            path = list(way)
            found.append(tuple(path[path.index(at) :]))
    return found


def gridlock(wanted: Ints, in_line: Ints, network: Network) -> str:
    """Which rings of roads stand still, in a sentence; empty where none does.

    Parameters
    ----------
    wanted : int array (L,)
        As of `rings`.
    in_line : int array (L,)
        Persons in line on each link.
    network : Network
    """
    told = []
    for ring in rings(wanted.tolist()):
        places = [network.names[network.tail[link]] for link in ring]
        persons = int(in_line[list(ring)].sum())
        told.append(f"{' - '.join([*places, places[0]])} with {persons:,} persons in line")
    if not told:
        return ""
    return f"full roads hold one another up in a ring, and nobody moves there: {'; '.join(told)}"
