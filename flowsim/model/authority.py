"""What a state sees at its border, for its policies (`flowsim.view.BorderView`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flowsim.model.sight import Reports, Sight
from flowsim.policy.config import Authority
from flowsim.scenario.scenario import Scenario
from flowsim.world.world import World


class AuthorityView:
    """A state at one border: it sees what a state can see.

    What it sees is as old as its reporting lag; before its first report, it is as things were at
    the start.

    Parameters
    ----------
    setup : Scenario
    world : World
    reports : Reports
        What can be known of the run. The run itself is not held: it holds its views, and two that
        hold each other stay in memory until the collector comes by.
    section : Authority
        What the scenario says of it.
    border : str
        Id of the border.
    crossings : tuple of str
        Those of the border.
    """

    def __init__(
        self, setup: Scenario, world: World, reports: Reports, section: Authority, border: str,
        crossings: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._start, self._reports, self._network = setup.start, reports, world.network
        self.section, self.border, self.crossings = section, border, crossings
        self.name, self.country = section.name, section.country
        self._lag = round(section.lag_hours * 3600)
        places = world.places
        self._own = {p.name: i for i, p in enumerate(places) if p.country == self.country}
        self._notes: dict[int, dict[str, Any]] = {}

    @property
    def now(self) -> datetime:
        """Local time."""
        return self._start + timedelta(seconds=self._reports.now)

    @property
    def seen_at(self) -> datetime:
        """When it last looked: at the beginning of the hour, or between steps now."""
        return self._start + timedelta(seconds=self._reports.latest)

    @property
    def reported(self) -> Sight:
        """What it knows of."""
        return self._reports.at(self._reports.latest - self._lag)

    def waiting(self, crossing: str | None = None) -> int:
        """Persons waiting at one crossing of this border, or at all."""
        return int(self.reported.waiting[self._which(crossing)].sum())

    def admitted(self, crossing: str | None = None) -> int:
        """Persons admitted so far at one crossing, or at all."""
        return int(self.reported.admitted[self._which(crossing)].sum())

    def irregular(self, crossing: str | None = None) -> int:
        """Persons who came through the fence so far at one crossing, or at all."""
        return int(self.reported.irregular[self._which(crossing)].sum())

    def sheltered(self, place: str | None = None) -> int:
        """Persons sheltered in one place of this country, or in all."""
        return int(self.reported.sheltered[self._places((place,) if place else ())].sum())

    def occupancy(self, places: Sequence[str] = ()) -> float:
        """Persons sheltered in places of this country over what these can hold; see the view."""
        seen = self.reported
        limited = [p for p in self._places(places) if seen.capacity[p] > 0]
        if not limited:
            return 0.0
        return float(seen.sheltered[limited].sum() / seen.capacity[limited].sum())

    def violence(self, place: str = "") -> float:
        """Intensity of violence at a place of any country, or where it is worst."""
        seen = self.reported.violence
        return float(seen[self._place(place)] if place else seen.max(initial=0.0))

    def memory(self, policy: object) -> dict[str, Any]:
        """What it noted under a policy at earlier looks of this run."""
        return self._notes.setdefault(id(policy), {})

    def _place(self, name: str) -> int:
        if name not in self._network.names:
            raise KeyError(f"no place {name!r}")
        return self._network.names.index(name)

    def _places(self, names: Sequence[str]) -> list[int]:
        own = self._own
        missing = [name for name in names if name not in own]
        if missing:
            raise KeyError(f"no place {missing[0]!r} in {self.country}; there is {', '.join(own)}")
        return [own[name] for name in names or own]

    def _which(self, crossing: str | None) -> list[int]:
        if crossing is not None and crossing not in self.crossings:
            raise KeyError(f"no crossing {crossing!r} at {self.border}; there is "
                           f"{', '.join(self.crossings)}")  # fmt: skip
        names = self.crossings if crossing is None else (crossing,)
        return [self._network.crossings.index(name) for name in names]
