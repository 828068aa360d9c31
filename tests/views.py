"""What a policy sees, as far as a test says."""

from __future__ import annotations

from datetime import datetime
from typing import Any


class View:
    """A border of three crossings; ``seen`` holds what the authority sees."""

    crossings = ("X", "Y", "Z")

    def __init__(self, **seen: Any) -> None:
        self.seen = seen
        self.seen_at = datetime(2010, 6, 12)
        self.notes: dict[int, dict[str, Any]] = {}

    def memory(self, policy: object) -> dict[str, Any]:
        return self.notes.setdefault(id(policy), {})

    def waiting(self, crossing: str | None = None) -> int:
        return self.seen["waiting"]

    def occupancy(self, places: Any = ()) -> float:
        return self.seen["occupancy"]

    def violence(self, place: str = "") -> float:
        return self.seen["violence"][place]
