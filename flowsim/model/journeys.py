"""The way of each household through a run: where it is, step by step, and which crossing it passed.

A result has counts; this has households. The run is the one of the same seed to the last person,
looked at as each step ends. Who passes a crossing and moves on within one step is known to have
passed it by where they are next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from flowsim.arrays import Ints
from flowsim.draws import seed_text
from flowsim.model.axes import STATUSES, Status
from flowsim.model.simulation import Simulation, runnable
from flowsim.recorded import Moment as Time
from flowsim.recorded import moment_of
from flowsim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("status", "place", "link", "size")
"""What of a household is noted whenever it changes."""
NO_CROSSING = ""
AWAY = (Status.MOVING, Status.WAITING, Status.DISPLACED, Status.SHELTERED, Status.DETAINED)


@dataclass(frozen=True)
class Moment:
    """Where a household is from some time on.

    Attributes
    ----------
    when : datetime
        End of the step in which it came to be so; the start of the run at first.
    status : str
        Empty when none of them is alive, or they have joined their family again.
    place : str
        Where they are, or set out from.
    towards : str
        The end of the way that they are on; empty where they are on none.
    crossing : str
        On that way, or empty.
    persons : int
    """

    when: datetime
    status: str
    place: str
    towards: str
    crossing: str
    persons: int


@dataclass(frozen=True)
class Story:
    """What happens to one household, as `Journeys.story` tells it.

    Attributes
    ----------
    household : int
        Its number in the run.
    group, home : str
    moments : tuple of Moment
    end : datetime
        Of the run.
    """

    household: int
    group: str
    home: str
    moments: tuple[Moment, ...]
    end: datetime

    def __str__(self) -> str:
        told = [f"household {self.household}, {self.group}, of {self.home}"]
        for m in self.moments:
            way = f" towards {m.towards}" if m.towards else ""
            over = f" ({m.crossing})" if m.crossing else ""
            state = m.status.replace("_", " ") or "no more"
            told.append(f"{m.when:%d %b %H:%M}  {state}, {m.place}{way}{over}; {m.persons} persons")
        return "\n".join(told)


class Changes(NamedTuple):
    """What is new of some households as a step ends."""

    second: int
    rows: Ints
    values: Ints
    died: int
    """Deaths in the run so far."""


class Journeys:
    """The ways of all households of a run, as `follow` gives them.

    Attributes
    ----------
    scenario : Scenario
    seed : str
    end : datetime
        Until when they are told.
    """

    def __init__(self, run: Simulation, changes: Sequence[Changes]) -> None:
        self.scenario, self.seed = run.setup, run.seed_text
        self.end = run.setup.start + timedelta(seconds=changes[-1].second)
        self._run, self._changes = run, changes
        self._second = np.concatenate([np.full(c.rows.size, c.second) for c in changes])
        self._row = np.concatenate([c.rows for c in changes])
        self._values = np.concatenate([c.values for c in changes], axis=1)
        self._home, self._group, self._parent = (
            run.crowd.column(name) for name in ("home", "group", "parent")
        )
        self._passed, self._crossers = self._crossings_passed()

    def until(self, at: Time) -> Journeys:
        """The same up to some moment of the run.

        Parameters
        ----------
        at : str, date, datetime or datetime64
            Local time; what is known of it is the end of the last step up to it.

        Raises
        ------
        ValueError
            It is not a time of the run.
        """
        moment = moment_of(at, self.scenario.timezone)
        start = self.scenario.start
        if not start <= moment <= self.scenario.end:
            period = f"{start:%Y-%m-%dT%H:%M} to {self.scenario.end:%Y-%m-%dT%H:%M}"
            raise ValueError(f"{moment:%Y-%m-%dT%H:%M} is outside the run; give {period}")
        seconds = (moment - start).total_seconds()
        return Journeys(self._run, [c for c in self._changes if c.second <= seconds])

    def _crossings_passed(self) -> tuple[Ints, Ints]:
        """The crossing by which each household last went abroad, -1 where none, and how many."""
        network, world = self._run.world.network, self._run.world
        order = np.lexsort((self._second, self._row))
        row, (_, place, link, size) = self._row[order], self._values[:, order]
        gate = np.where(link >= 0, network.gate[link], -1)
        crossings = np.array([g.crossing for g in network.gates] + [-1])
        outward = np.array([g.out for g in network.gates] + [False])
        passed, crossers = np.full((2, self._home.size), -1, dtype=np.int64)
        new = np.concatenate([[True], row[1:] != row[:-1]])
        abroad = ~world.inside[place]
        goes_out = ~new & abroad & np.concatenate([[False], ~abroad[:-1]])
        # The way that they are on, or were before, has the gate; of two it is the later one.
        before = np.concatenate([[-1], gate[:-1]])
        for now in (before, gate):
            by_gate = goes_out & (now >= 0) & outward[now]
            passed[row[by_gate]] = crossings[now[by_gate]]
            crossers[row[by_gate]] = size[by_gate]
        return passed, np.maximum(crossers, 0)

    def flows(self) -> pd.DataFrame:
        """Persons who have ever left home, by where from, by which crossing, and where at the end.

        Returns
        -------
        pandas.DataFrame
            Columns ``home``, ``crossing`` (by which they last went abroad, or empty), ``status``,
            ``place`` (at the end), ``persons``. The living only: their number in each status but
            "at_home" is that of the result, as is that of all who are at home together with
            `stayed`. Each person counts once, by the last crossing; who has crossed twice counts
            twice in the result's `crossed`, and who died in there is not here.
        """
        import pandas as pd

        names, crossings = self._run.world.network.names, self._run.world.network.crossings
        status, place, _, size = self._last()
        left = self._ever_left() & (status != Status.EMPTY)
        tables = []
        for crossing, crossers in enumerate(self._by_crossing(size).T):
            some = np.flatnonzero(left & (crossers > 0))
            columns = {
                "home": np.array(names)[self._home[some]],
                "crossing": np.full(some.size, [*crossings, NO_CROSSING][crossing]),
                "status": np.array(STATUSES)[status[some]],
                "place": np.array(names)[place[some]],
                "persons": crossers[some] * self._run.one_in,
            }
            tables.append(pd.DataFrame(columns))
        keys = ["home", "crossing", "status", "place"]
        return pd.concat(tables).groupby(keys, sort=True)["persons"].sum().reset_index()

    def _by_crossing(self, size: Ints) -> Ints:
        """Persons of each household at the end by crossing, and who did not cross, (n, C + 1).

        Parts of a family that have joined it again have brought along who crossed among them.
        """
        crossings = len(self._run.world.network.crossings)
        found = np.zeros((self._home.size, crossings + 1), dtype=np.int64)
        crossed = np.flatnonzero(self._passed >= 0)
        found[crossed, self._passed[crossed]] = self._crossers[crossed]
        status = self._last()[0]
        # Parts have later rows than what they parted from: the last are handed on first.
        for part in np.flatnonzero((status == Status.EMPTY) & (self._parent >= 0))[::-1]:
            found[self._parent[part]] += found[part]
        # Of who crossed and died nobody knows which: no more can have crossed than there are.
        left = np.array(size)
        for crossing in range(crossings):
            found[:, crossing] = np.minimum(found[:, crossing], left)
            left = left - found[:, crossing]
        # Who came after and joined them abroad within one step was never seen apart from them.
        place = self._last()[1]
        with_family = np.flatnonzero((self._passed >= 0) & ~self._run.world.inside[place])
        found[with_family, self._passed[with_family]] += left[with_family]
        left[with_family] = 0
        found[:, crossings] = left
        return found

    @property
    def stayed(self) -> int:
        """The living who never left home."""
        status, _, _, size = self._last()
        there = ~self._ever_left() & (status != Status.EMPTY)
        return int(size[there].sum()) * self._run.one_in

    @property
    def died(self) -> int:
        """Deaths so far, at home and away."""
        return self._changes[-1].died

    def _last(self) -> Ints:
        """What was noted last of each household, (columns, households)."""
        last = np.zeros((len(COLUMNS), self._home.size), dtype=np.int64)
        last[:, self._row] = self._values  # in the order of time: the last one stays
        return last

    def _ever_left(self) -> Any:
        left = np.zeros(self._home.size, dtype=bool)
        left[self._row[np.isin(self._values[0], [*AWAY, Status.RETURNED])]] = True
        return left

    def story(self, household: int | None = None) -> Story:
        """What happens to one household.

        Parameters
        ----------
        household : int, optional
            Its number in the run; the one with the most changes among those who went abroad, or
            among all where nobody did, unless given.

        Raises
        ------
        ValueError
            There is no such household.
        """
        if household is None:
            household = self._most_moved()
        if isinstance(household, bool) or not 0 <= household < self._home.size:
            right = f"give 0 to {self._home.size - 1}"
            raise ValueError(f"household={household!r} is none of the run; {right}")
        world, groups = self._run.world, self.scenario.groups
        return Story(
            int(household),
            str(groups[int(self._group[household])].name),
            world.network.names[int(self._home[household])],
            tuple(self._moments(int(household))),
            self.end,
        )

    def _most_moved(self) -> int:
        moves = np.bincount(self._row, minlength=self._home.size)
        abroad = self._passed >= 0
        return int(np.argmax(np.where(abroad, moves, -1) if abroad.any() else moves))

    def _moments(self, household: int) -> Iterator[Moment]:
        network = self._run.world.network
        mine = np.flatnonzero(self._row == household)
        for at in mine[np.argsort(self._second[mine], kind="stable")]:
            status, place, link, size = self._values[:, at].tolist()
            on_the_way = status in (Status.MOVING, Status.WAITING, Status.DETAINED) and link >= 0
            gate = int(network.gate[link]) if on_the_way else -1
            yield Moment(
                self.scenario.start + timedelta(seconds=int(self._second[at])),
                "" if status == Status.EMPTY else STATUSES[status],
                network.names[place],
                network.names[int(network.head[link])] if on_the_way else "",
                network.crossings[network.gates[gate].crossing] if gate >= 0 else "",
                size,
            )


def follow(scenario: Scenario, seed: int | str = 1) -> Journeys:
    """Run a scenario and note the way of each household.

    Parameters
    ----------
    scenario : Scenario
        With the model's own rules.
    seed : int or str
        The run is that of `flowsim.run` with the same seed.

    Returns
    -------
    Journeys

    Raises
    ------
    ScenarioError
        The scenario does not hold together, or has Flee's rules.

    Examples
    --------
    >>> import flowsim as fs
    >>> told = fs.follow(fs.teaching_world())
    >>> flows = told.flows()
    >>> result = fs.run(fs.teaching_world())
    >>> away = result.people.isel(time=-1).sum(["place", "group"]).drop_sel(status="at_home")
    >>> int(flows[flows.status != "at_home"].persons.sum()) == int(away.sum())
    True
    >>> told.story().moments[0].status
    'at_home'
    """
    run = Simulation(runnable(scenario), seed_text(seed))
    seen = _look(run)
    changes = [Changes(0, np.arange(seen.shape[1]), seen, 0)]
    while run.running:
        run.step()
        now = _look(run)
        known = seen.shape[1]
        changed = np.flatnonzero((now[:, :known] != seen).any(axis=0))
        rows = np.concatenate([changed, np.arange(known, now.shape[1])])
        changes.append(Changes(run.seconds, rows, now[:, rows], run.dead()))
        seen = now
    return Journeys(run, changes)


def _look(run: Simulation) -> Ints:
    """What is noted of each household, (columns, households)."""
    return np.stack([run.crowd.column(name).astype(np.int32) for name in COLUMNS])
