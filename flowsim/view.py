"""What rules and policies may look at: read-only views of the running model."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class BorderView(Protocol):
    """What a state can see at its border, at the start of a step."""

    now: datetime

    def waiting(self, crossing: str | None = None) -> int:
        """Persons waiting at a crossing, or at all crossings of this border."""

    def admitted(self, crossing: str | None = None) -> int:
        """Persons admitted so far."""

    def sheltered(self, place: str | None = None) -> int:
        """Persons sheltered in a place, or in all places of this authority's country."""

    def violence(self, place: str) -> float:
        """Intensity of violence at a place."""
