"""The Scenario: everything that a run needs to know, frozen."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import PrivateAttr, SerializeAsAny

from flowsim.behaviour.config import Behaviour
from flowsim.behaviour.flee_config import Flee
from flowsim.behaviour.own_hazard import HAZARD_TYPES, AnyHazard
from flowsim.clock import DAY
from flowsim.config import Duration, Instant, Name, Section
from flowsim.errors import ScenarioError
from flowsim.installed import declared_type
from flowsim.policy.base import Policy
from flowsim.policy.config import Authority, Border
from flowsim.policy.installed import is_installed, made_by
from flowsim.policy.opening import Direction
from flowsim.policy.own import Rule, as_policy
from flowsim.policy.stock import STOCK
from flowsim.scenario.policies import held
from flowsim.world.config import (
    Arrival,
    GateCapacity,
    Group,
    Place,
    PlaceCapacity,
    Population,
    Route,
)
from flowsim.world.push_config import Driver, Level, Threat
from flowsim.world.reported import Evidence, Report
from flowsim.world.road_config import Fuel, RoadEvent
from flowsim.world.violence_config import Condition, Force, Violence

Distribution = Literal["quantiles", "uniform", "triangular"]
"""Of an uncertain number: low and high are its 5 and 95 % and the value its median, or low and high
are its ends, and the value counts for nothing (`uniform`) or is the most likely (`triangular`)."""

HOUR = 3600


class Number(Section):
    """Where a number comes from and how far reports differ."""

    path: str
    """Where it stands in the scenario."""
    value: float | int | str
    """The value that a single run takes."""
    low: float | int | str | None = None
    """Low end."""
    high: float | int | str | None = None
    """High end."""
    distribution: Distribution = "quantiles"
    """Whether the ends are its 5 and 95 %, or hard ones."""
    source: str = ""
    note: str = ""


class Linked(Section):
    """Uncertain inputs that are one doubt, so that samples move them together.

    All capacities are too high, or all too low; a disputed event is earlier in every table.
    """

    name: Name
    inputs: tuple[str, ...]
    """Paths of numbers, or patterns of those that have a source or a range, in which ``*`` means
    any text and ``?`` any character."""
    by: Literal["rank", "factor", "shift_hours"] = "rank"
    """Each stands at the same part of its own distribution, or is its value times one factor, or
    (times) comes by so many hours later."""
    low: float | None = None
    """5 % of the factor, whose median is 1, or of the hours, whose median is 0."""
    high: float | None = None
    """95 % of it."""
    source: str = ""
    note: str = ""


class ReadFrom(tuple[Path, ...]):
    """The folders of a scenario's file and of what it extends.

    They are no part of what it says: two scenarios that say the same are equal wherever they lie.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReadFrom)

    def __hash__(self) -> int:
        return 0


class Scenario(Section):
    """A displacement crisis, its people, its violence, its borders and what people do.

    Made by `flowsim.load` from a folder, or in Python from its sections; either way it is checked
    as a whole. It never changes: `replace_policies`, `add_policies` and `with_values` give a new
    one.

    Raises
    ------
    ScenarioError
        With everything that is wrong in it.
    """

    name: Name
    """Of the scenario; figures and folders are named after it."""
    title: str = ""
    """In words, above figures."""
    start: Instant
    """When the run starts."""
    end: Instant
    """When it ends."""
    timezone: str = "UTC"
    """Of all the times in the scenario, which are naive and local."""
    step: Duration = 3600
    """How often the model looks at everybody."""
    record: Duration = 3600
    """Interval of the results; a multiple of the step."""
    grid: Duration | None = None
    """Over which violence and hazards are taken as constant, whatever the step; a day at most.
    Empty means an hour or, in a step of several hours, all of them over which nothing changes that
    comes from outside."""
    rules: Literal["flowsim", "flee"] = "flowsim"
    """What people do: as in `behaviour`, or day by day as in Flee 3 with the settings `flee`."""
    as_given: bool = False
    """Whether to take places without a way to them, places on one spot and roads shorter than the
    line between their ends as they are, as tables of other tools have them."""
    flee_from: tuple[Name, ...]
    """Countries whose residents are simulated."""
    places: tuple[Place, ...]
    """Towns, villages, camps and gates."""
    routes: tuple[Route, ...]
    """Roads and paths between places, and crossings."""
    gates: tuple[GateCapacity, ...] = ()
    """How many can physically pass crossings over time; before that, `gate_per_hour` of routes."""
    capacities: tuple[PlaceCapacity, ...] = ()
    """How many places can shelter over time; before that, `capacity` of places."""
    groups: tuple[Group, ...]
    """Who people are."""
    population: Population = Population()
    """One household in how many is run."""
    violence: Violence = Violence()
    """Where and when people are in danger."""
    forces: tuple[Force, ...] = ()
    """Army, police, peacekeepers and militias."""
    conditions: tuple[Condition, ...] = ()
    """Curfews, roadblocks and barricades."""
    threats: tuple[Threat, ...] = ()
    """Fear without killing, and places that are lost."""
    drivers: tuple[Driver, ...] = ()
    """What else drives people: floods, hunger."""
    levels: tuple[Level, ...] = ()
    """How strong the drivers are, by place or region and time."""
    borders: tuple[Border, ...] = ()
    """Borders and the policies of the states on both sides."""
    behaviour: Behaviour = Behaviour()
    """What people do."""
    hazards: tuple[SerializeAsAny[AnyHazard], ...] = ()
    """What else can happen to households: hazards of installed packages, by their `type`."""
    arrivals: tuple[Arrival, ...] = ()
    """How many leave, where that is told and not simulated (`behaviour.leaving.count: given`)."""
    road_events: tuple[RoadEvent, ...] = ()
    """Blocks, accidents and repairs: times in which a road lets fewer through, or nobody."""
    fuel: tuple[Fuel, ...] = ()
    """How many vehicles a day find fuel at places where it is short."""
    flee: Flee = Flee()
    """Settings of the rules of Flee, for `rules: flee`."""
    reports: tuple[Report, ...] = ()
    """Reported figures, to be held against a run."""
    evidence: Evidence = Evidence()
    """How far reports and the model can be off, where reports do not say so."""
    numbers: tuple[Number, ...] = ()
    """Sources and ranges of the numbers above, gathered from the files."""
    linked: tuple[Linked, ...] = ()
    """Uncertain numbers that move together in samples."""
    in_order: tuple[tuple[str, ...], ...] = ()
    """Paths of times that keep this order in samples, as a push-back that ends before an
    opening; the times of one section keep theirs anyway."""

    _read_from: ReadFrom = PrivateAttr(default=ReadFrom())

    def __init__(self, /, **data: Any) -> None:
        from flowsim.scenario.checks import check
        from flowsim.scenario.validate import wrong_in  # it imports this module

        try:
            super().__init__(**data)
        except ScenarioError as error:
            raise ScenarioError(wrong_in(data) or error.problems) from None
        problems = check(self)
        if problems:
            raise ScenarioError(problems)

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def from_frames(
        cls,
        places: Any,
        routes: Any = None,
        events: Any = None,
        reports: Any = None,
        groups: Any = None,
        arrivals: Any = None,
        **others: Any,
    ) -> Scenario:
        """A scenario from data frames with the columns of the tables of the same names.

        Missing cells (NaN, NaT, None) are not given; ``X.low`` and ``X.high`` beside a column
        ``X`` are its range. What is left out is filled in, and says so in its `source`:

        - no `routes`: great circles times 1.3 between neighbouring places;
        - no `groups`: one of everybody, at whom violence is aimed that says nothing else, and
          who has no kin anywhere;
        - no `flee_from`: the countries of the inhabited places in danger;
        - no `start` and `end`: from the midnight before the first violence, threat or level of a
          driver to two weeks after the last, or to the last report in the 90 days after it;
        - no `borders`: an open one between each two countries that a route joins;
        - no ``behaviour.routes.km_cost``: such that the usual way abroad costs 2.5.

        Parameters
        ----------
        places, routes, events, reports, groups, arrivals : DataFrame, or sequence of mapping
        **others
            Further fields of a scenario, as `name`, `start`, `forces` or `behaviour`.

        Raises
        ------
        ScenarioError
            With everything that is wrong, as ``frame:row:column: path: what; what instead``; rows
            and columns are counted from 1.

        Examples
        --------
        >>> import flowsim as fs
        >>> import pandas as pd
        >>> places = pd.DataFrame({"name": ["Town", "Camp"], "country": ["Here", "There"],
        ...     "lat": [40.5, 40.9], "lon": [72.8, 72.8], "population": [600, None]})
        >>> events = pd.DataFrame({"place": ["Town"], "start": ["2010-06-10"],
        ...     "peak": ["2010-06-11"], "until": ["2010-06-12"], "intensity": [1]})
        >>> made = fs.Scenario.from_frames(places, events=events)
        >>> made.routes[0].km, made.borders[0].id, made.flee_from
        (57.8, 'Here-There', ('Here',))
        """
        from flowsim.scenario.frames import from_frames  # it imports this module

        tables = {
            "places": places, "routes": routes, "groups": groups, "events": events,
            "reports": reports, "arrivals": arrivals,
        }  # fmt: skip
        return from_frames(tables, others)

    def save(self, folder: str | os.PathLike[str], overwrite: bool = False) -> None:
        """Write it as a new folder with a ``scenario.yaml`` and tables, which loads to the same.

        Parameters
        ----------
        folder : str or path
            It appears whole or not at all; its parent must exist.
        overwrite : bool
            Whether a folder that is there is replaced; of it, files that a scenario has go.

        Raises
        ------
        ScenarioError
            A policy is a function, which no file can hold.
        FileExistsError
            The folder exists and is not to be replaced.
        """
        from flowsim.scenario.write import save_scenario  # it imports this module

        save_scenario(self, folder, overwrite)

    def replace_policies(
        self,
        border: str,
        *policies: Policy | Rule,
        side: str | None = None,
        direction: Direction = "out",
    ) -> Scenario:
        """The scenario with other policies at a border.

        Parameters
        ----------
        border : str
            The border's ``id``.
        *policies : Policy or function
            What is in force instead; none leaves the border open.
        side : str, optional
            The country whose authority is meant; None clears both sides and gives the policies
            to the far side (the country that people flee to).
        direction : {"out", "back"}
            For those who flee or for those who go home.

        Raises
        ------
        KeyError
            No such border or side.
        """
        return self._change(border, policies, side, direction, keep=False)

    def add_policies(
        self,
        border: str,
        *policies: Policy | Rule,
        side: str | None = None,
        direction: Direction = "out",
    ) -> Scenario:
        """The scenario with further policies, which compose with those in force.

        See `replace_policies` for the arguments.
        """
        return self._change(border, policies, side, direction, keep=True)

    @property
    def read_from(self) -> tuple[Path, ...]:
        """Folders of its file and of those that it extends; none where it was made in Python."""
        return tuple(self._read_from)

    @property
    def grid_s(self) -> int:
        """The grid in seconds, an hour where none is given."""
        return HOUR if self.grid is None else self.grid

    @property
    def joins_hours(self) -> bool:
        """Whether hours of a step over which nothing changes are one tick (`model.ticks`)."""
        hours = self.step > HOUR and self.step % HOUR == 0
        return hours and self.grid is None and self.rules == "flowsim"

    @property
    def longest_tick_s(self) -> int:
        """Longest time over which hazards can be constant, seconds."""
        return min(DAY if self.joins_hours else self.grid_s, self.step)

    with_policies: ClassVar[Callable[..., Scenario]] = replace_policies

    def with_values(self, values: Mapping[str, Any]) -> Scenario:
        """The scenario with other values, checked again as a whole.

        Parameters
        ----------
        values : mapping of str to value
            By path: names of fields with dots between, names or indices of items in brackets, as
            ``borders[Kyrgyzstan-Uzbekistan].authorities[Uzbekistan].policies[1].stop``. A number
            may be a mapping ``{value, low, high, source}``; a plain one has no range any more.

        Raises
        ------
        ScenarioError
            A path leads nowhere, or a value does not fit or makes the scenario impossible.

        Examples
        --------
        >>> import flowsim as fs
        >>> eager = fs.teaching_world().with_values({"behaviour.leaving.violence_per_day": 6})
        >>> eager.behaviour.leaving.violence_per_day
        6.0
        """
        from flowsim.scenario.override import with_values  # it imports this module

        return with_values(self, values)

    def _change(
        self,
        border: str,
        policies: tuple[Policy | Rule, ...],
        side: str | None,
        direction: Direction,
        keep: bool,
    ) -> Scenario:
        # it imports this module
        from flowsim.scenario.links import numbers_that_hold, of_what_is_there

        found = {b.id: b for b in self.borders}
        if border not in found:
            raise KeyError(f"no border {border!r}; there is {', '.join(found) or 'none'}")
        old = found[border]
        if side is not None and side not in old.between:
            raise KeyError(
                f"{side!r} is not a side of {border}; its sides are {', '.join(old.between)}"
            )
        target = side or next((c for c in old.between if c not in self.flee_from), old.between[1])
        field = "policies" if direction == "out" else "back"
        authorities = list(old.authorities)
        if not any(a.country == target for a in authorities):
            authorities.append(Authority(name=target, country=target))
        for i, authority in enumerate(authorities):
            kept = getattr(authority, field)
            if not keep and side in (None, authority.country):
                kept = ()
            if authority.country == target:
                kept = kept + tuple(as_policy(p) for p in policies)
            authorities[i] = authority.model_copy(update={field: kept})
        new = old.model_copy(update={"authorities": tuple(authorities)})
        borders = tuple(new if b.id == border else b for b in self.borders)
        made = self.model_copy(update={"borders": borders})
        return of_what_is_there(made.model_copy(update={"numbers": numbers_that_hold(made, self)}))

    def effective(self) -> dict[str, Any]:
        """The whole scenario as plain data; functions and code by name and digest of the source."""
        data = self.model_dump(mode="json", fallback=str)
        if not self.joins_hours:
            data["grid"] = f"{self.grid_s}s"
        for loc, policy in held(self, "borders"):
            known = policy.identities()
            if known:
                row: Any = data
                for part in loc:
                    row = row[part]
                row.update(known)
        return data

    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with anything that a run depends on."""
        data = self.effective()
        for told in ("title", "reports", "evidence", "numbers", "linked", "in_order"):
            data.pop(told)
        if not self.hazards:
            del data["hazards"]  # so that scenarios from before there were any keep their digest
        kinds = {type(policy) for _, policy in held(self, "borders")} - {*STOCK.values()}
        made = [made_by(kind) for kind in kinds if is_installed(kind)]
        own = {type(hazard) for hazard in self.hazards}
        made += [HAZARD_TYPES.identity(declared_type(kind), kind) for kind in own]
        if made:
            data["packages"] = sorted(made)
        text = json.dumps(data, sort_keys=True, ensure_ascii=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
