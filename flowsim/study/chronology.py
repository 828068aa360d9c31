"""Samples in which times contradict each other are not taken: these times are drawn again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Floats
from flowsim.config import Section
from flowsim.draws import seed_text, text_key
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.links import of_what_is_there, value_at
from flowsim.scenario.nodes import Loc, Paths
from flowsim.scenario.override import locate
from flowsim.scenario.scenario import Scenario
from flowsim.study.distributions import Law, since_1970
from flowsim.study.inputs import inputs_of

MOST_DRAWS = 200
"""Draws of one sample's times until they are in order."""
CLOSE_S = 240.0
"""Times that are closer than this are compared to the minute; others by a table."""
_SCORES = np.linspace(-9.0, 9.0, 1153)


class _Moment(NamedTuple):
    """A time of a scenario, seconds since 1970, with its law where it is sampled."""

    path: str
    seconds: int
    law: Law | None


class _Pair(NamedTuple):
    """Two times of which the first is not after the other, or before it if it is in the file."""

    earlier: _Moment
    later: _Moment

    @property
    def apart(self) -> bool:
        return self.earlier.seconds < self.later.seconds


def kept_in_order(
    scenarios: Iterable[Scenario],
    columns: Mapping[str, Floats],
    leader: Mapping[str, str],
    seed: int | str,
) -> dict[str, Floats]:
    """Positions with which no scenario's times contradict each other.

    The times of one section keep the order that they have in the file (an event does not end
    before its peak), and so do those that ``in_order`` names. Where a sample breaks an order, the
    times of that order are drawn again, by themselves and by their own key, until it holds; all
    other positions stay.

    Parameters
    ----------
    scenarios : iterable of Scenario
    columns : mapping of str to float64 array (samples,)
        Positions by path.
    leader : mapping of str to str
        See `flowsim.study.inputs.doubts`; what has one leader has one position.
    seed : int or str

    Raises
    ------
    ScenarioError
        Two times that can hardly be drawn in order.
    """
    pairs = _all_pairs(scenarios, columns)
    if not pairs:
        return dict(columns)
    changed = {path: column.copy() for path, column in columns.items()}
    for sample in range(len(next(iter(changed.values())))):
        for draw in range(MOST_DRAWS):
            broken = [pair for pair in pairs if not _holds(pair, changed, sample)]
            if not broken:
                break
            _draw_again(broken, changed, leader, (seed_text(seed), sample, draw))
        else:
            raise ScenarioError([_never(pair) for pair in broken])
    return changed


def out_of_order(scenarios: Iterable[Scenario], columns: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """In which samples times contradict each other, as `kept_in_order` would draw them again.

    Parameters
    ----------
    scenarios : iterable of Scenario
    columns : mapping of str to float64 array (samples,)
        Positions by path.

    Returns
    -------
    bool array (samples,)
    """
    samples = len(next(iter(columns.values()), ()))
    pairs = _all_pairs(scenarios, columns)
    broken = np.zeros(samples, dtype=np.bool_)
    for sample in range(samples if pairs else 0):
        broken[sample] = not all(_holds(pair, columns, sample) for pair in pairs)
    return broken


class Order:
    """`out_of_order` for thousands of samples, asked again and again: by tables where it can.

    Parameters
    ----------
    scenarios : iterable of Scenario
    paths : iterable of str
        Of the inputs that are sampled.
    """

    def __init__(self, scenarios: Iterable[Scenario], paths: Iterable[str]) -> None:
        self._pairs = _all_pairs(scenarios, dict.fromkeys(paths, np.empty(0)))
        laws = {m.path: m.law for pair in self._pairs for m in pair if m.law is not None}
        self._tables = {path: _table(law) for path, law in laws.items()}

    def broken(self, columns: Mapping[str, Floats]) -> NDArray[np.bool_]:
        """In which samples times contradict each other; see `out_of_order`."""
        samples = len(next(iter(columns.values()), ()))
        broken = np.zeros(samples, dtype=np.bool_)
        for pair in self._pairs:
            earlier, later = (self._about(moment, columns, samples) for moment in pair)
            broken |= later < earlier - CLOSE_S
            for sample in np.flatnonzero(~broken & (later < earlier + CLOSE_S)):
                broken[sample] = not _holds(pair, columns, int(sample))
        return broken

    def _about(self, moment: _Moment, columns: Mapping[str, Floats], samples: int) -> Floats:
        """A time, to some seconds."""
        if moment.law is None:
            return np.full(samples, float(moment.seconds))
        from scipy.special import ndtri

        return np.interp(ndtri(columns[moment.path]), _SCORES, self._tables[moment.path])


def _table(law: Law) -> Floats:
    from scipy.special import ndtr

    return np.array([law.seconds_at(part) for part in ndtr(_SCORES).tolist()], dtype=np.float64)


def _all_pairs(scenarios: Iterable[Scenario], columns: Mapping[str, Floats]) -> list[_Pair]:
    """The pairs of all scenarios, each once: variants share most of their times."""
    every = (pair for scenario in scenarios for pair in _pairs(scenario, columns))
    return list(dict.fromkeys(every))


def _pairs(scenario: Scenario, columns: Mapping[str, Floats]) -> Iterator[_Pair]:
    """Pairs of which one at least is sampled."""
    sampled = {e.loc: e for e in inputs_of(scenario)
               if e.law.kind == "time" and e.number.path in columns}  # fmt: skip
    paths = Paths(scenario)

    def moment(loc: Loc) -> _Moment:
        entry = sampled.get(loc)
        seconds = since_1970(value_at(scenario, loc))
        return _Moment(entry.number.path if entry else paths(loc), seconds, entry and entry.law)

    for loc in dict.fromkeys(loc[:-1] for loc in sampled):
        section = value_at(scenario, loc)
        if isinstance(section, Section):
            told = [name for name in type(section).model_fields
                    if isinstance(getattr(section, name), datetime)]  # fmt: skip
            row = sorted((moment((*loc, name)) for name in told), key=lambda m: m.seconds)
            yield from _of_a_row(row)
    for named in of_what_is_there(scenario).in_order:
        yield from _of_a_row([moment(locate(scenario, path)) for path in named])


def _of_a_row(row: Iterable[_Moment]) -> Iterator[_Pair]:
    for earlier, later in pairwise(row):
        if earlier.law or later.law:
            yield _Pair(earlier, later)


def _holds(pair: _Pair, columns: Mapping[str, Floats], sample: int) -> bool:
    first, last = (_when(moment, columns, sample) for moment in pair)
    return first < last if pair.apart else first <= last


def _when(moment: _Moment, columns: Mapping[str, Floats], sample: int) -> int:
    if moment.law is None:
        return moment.seconds
    return moment.law.seconds_at(float(columns[moment.path][sample]))


def _draw_again(
    broken: Iterable[_Pair],
    columns: dict[str, Floats],
    leader: Mapping[str, str],
    key: tuple[str, int, int],
) -> None:
    """New positions for the times of pairs, and for all that share a doubt with one of them."""
    doubts = {leader.get(m.path, m.path) for pair in broken for m in pair if m.law}
    for doubt in sorted(doubts):
        generator = np.random.Generator(np.random.PCG64(int(text_key("in order", *key, doubt))))
        position = float(generator.random())
        for path in columns:
            if leader.get(path, path) == doubt:
                columns[path][key[1]] = position


def _never(pair: _Pair) -> Problem:
    wrong = f"in {MOST_DRAWS} draws it never came after {pair.earlier.path!r}"
    return Problem(pair.later.path, wrong, "give the two ranges that overlap less")
