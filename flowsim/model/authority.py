"""What a state sees at its border, for its policies (`flowsim.view.BorderView`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flowsim.model.sight import Sight
from flowsim.policy.config import Authority

if TYPE_CHECKING:
    from flowsim.model.simulation import Simulation


class AuthorityView:
    """A state at one border: it sees what a state can see.

    What it sees is as old as its reporting lag; before its first report, it is as things were at
    the start.

    Parameters
    ----------
    run : Simulation
    section : Authority
        What the scenario says of it.
    border : str
        Id of the border.
    """

    def __init__(self, run: Simulation, section: Authority, border: str) -> None:
        self._run, self.section, self.border = run, section, border
        self.name, self.country = section.name, section.country
        self.crossings = run.borders.crossings_of[border]
        self._lag = round(section.lag_hours * 3600)
        places = run.world.places
        self._own = {p.name: i for i, p in enumerate(places) if p.country == self.country}
        self._notes: dict[int, dict[str, Any]] = {}

    @property
    def now(self) -> datetime:
        """Local time."""
        return self._run.now

    @property
    def seen_at(self) -> datetime:
        """When it last looked: at the beginning of the hour, or between steps now."""
        run = self._run
        return run.setup.start + timedelta(seconds=run.reports.latest)

    @property
    def reported(self) -> Sight:
        """What it knows of."""
        reports = self._run.reports
        return reports.at(reports.latest - self._lag)

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
        reported = self.reported
        capacity = self._run.world.capacity_at(reported.seconds)
        limited = [p for p in self._places(places) if capacity[p] > 0]
        if not limited:
            return 0.0
        return float(reported.sheltered[limited].sum() / capacity[limited].sum())

    def violence(self, place: str = "") -> float:
        """Intensity of violence at a place of any country, or where it is worst."""
        seen = self.reported.violence
        return float(seen[self._run.place_index(place)] if place else seen.max(initial=0.0))

    def memory(self, policy: object) -> dict[str, Any]:
        """What it noted under a policy at earlier looks of this run."""
        return self._notes.setdefault(id(policy), {})

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
        return [self._run.crossing_index(name) for name in names]
