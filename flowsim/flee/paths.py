"""All ways that people may look along: chains of links without a loop, found once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.errors import Problem, ScenarioError

MOST_CELLS = 8_000_000
"""Ways times links of the longest: above this their table is refused, it would fill the memory."""


_Fork = tuple[tuple[int, ...], tuple[int, ...], int, Iterator[int]]


@dataclass(frozen=True)
class Links:
    """Directed links; route ``r`` is link ``2 r`` and, back, ``2 r + 1``.

    Attributes
    ----------
    tail, head : int64 arrays (L,)
    km : float64 array (L,)
    """

    tail: Ints
    head: Ints
    km: Floats

    @classmethod
    def of(cls, ends: Sequence[tuple[int, int]], km: Sequence[float]) -> Links:
        """Links both ways of routes between places by number."""
        pairs = np.array(ends, dtype=np.int64).reshape(-1, 2)
        tail, head = pairs.ravel(), pairs[:, ::-1].ravel()
        return cls(tail, head, np.repeat(np.array(km, dtype=np.float64), 2))


@dataclass(frozen=True)
class Ways:
    """Ways by origin; each stop of a longer way is the end of a way of its own.

    Attributes
    ----------
    origin, end : int64 arrays (R,)
        Places; sorted by origin.
    km : float64 array (R,)
    links : int64 array (R, H)
        Links in order, -1 after the last.
    length : int64 array (R,)
        Number of links.
    """

    origin: Ints
    end: Ints
    km: Floats
    links: Ints
    length: Ints

    @property
    def are_long(self) -> bool:
        """Whether any has more than one link."""
        return self.links.shape[1] > 1

    def open(self, shut: Bools) -> Bools:
        """Ways without a shut link, (R,); `shut` is (L,)."""
        return np.asarray(~np.append(shut, False)[self.links].any(axis=1))


def find_ways(links: Links, marker: Bools, awareness: int) -> Ways:
    """Ways of up to `awareness` links from each place, markers counting nothing.

    As Flee 3 looks around: a way ends at each stop that is not a marker, and never comes back to a
    place that it has passed. Each is followed by those that go on from it.

    Parameters
    ----------
    links : Links
    marker : bool array (P,)
        Bends and forks of roads, which are not a destination.
    awareness : int

    Raises
    ------
    ScenarioError
        More ways than fit into memory.
    """
    out: list[list[int]] = [[] for _ in range(marker.size)]
    for link, tail in enumerate(links.tail.tolist()):
        out[tail].append(link)
    head, bare = links.head.tolist(), marker.tolist()

    found: list[tuple[int, ...]] = []
    longest = 1
    for place in range(marker.size):
        # places passed, links taken, links left to look along, links that may come next
        ahead: list[_Fork] = [((place,), (), awareness, iter(out[place]))]
        while ahead:
            passed, taken, left, following = ahead[-1]
            link = next(following, -1)
            if link < 0:
                ahead.pop()
                continue
            end = head[link]
            if end in passed:
                continue
            way = (*taken, link)
            if not bare[end]:
                found.append(way)
                longest = max(longest, len(way))
                if len(found) * longest > MOST_CELLS:
                    wrong = f"there are too many ways of up to {awareness} links"
                    right = (
                        f"give a lower level: {MOST_CELLS // longest} ways of {longest} links fit"
                    )
                    raise ScenarioError([Problem("flee.awareness_level", wrong, right)])
            after = left if bare[end] else left - 1
            if after > 0:
                ahead.append(((*passed, end), way, after, iter(out[end])))
    return _tabled(found, links)


def _tabled(found: list[tuple[int, ...]], links: Links) -> Ways:
    length = np.array([len(way) for way in found], dtype=np.int64)
    table = np.full((len(found), int(length.max(initial=1))), -1, dtype=np.int64)
    for i, way in enumerate(found):
        table[i, : len(way)] = way
    km = np.where(table >= 0, links.km[table] if links.km.size else 0.0, 0.0).sum(axis=1)
    last = table[np.arange(len(found)), length - 1]
    return Ways(links.tail[table[:, 0]], links.head[last], km, table, length)
