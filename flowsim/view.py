"""What rules and policies may look at: read-only views of the running model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class BorderView(Protocol):
    """What a state can see at its border, as its reports tell it: late by its reporting lag.

    The state looks once an hour, whatever the step.
    """

    now: datetime
    seen_at: datetime
    """When the state last looked: at the beginning of this hour."""
    crossings: tuple[str, ...]
    """Crossings of this border."""

    def waiting(self, crossing: str | None = None) -> int:
        """Persons waiting at a crossing, or at all crossings of this border."""

    def admitted(self, crossing: str | None = None) -> int:
        """Persons admitted so far."""

    def irregular(self, crossing: str | None = None) -> int:
        """Persons who came through the fence so far."""

    def sheltered(self, place: str | None = None) -> int:
        """Persons sheltered in a place, or in all places of this authority's country."""

    def occupancy(self, places: Sequence[str] = ()) -> float:
        """Persons sheltered in these places over what they can hold; empty means all with a limit.

        Of places that grow it is what they could hold as the state looked. 0 where no place has a
        limit.
        """

    def violence(self, place: str = "") -> float:
        """Intensity of violence at a place, or where it is worst."""

    def memory(self, policy: object) -> dict[str, Any]:
        """What this authority noted under a policy at earlier looks of this run, to be changed."""
