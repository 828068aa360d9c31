"""Studies that are small enough to run often, and what stands in their stores."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import flowsim as fs
from tests.worlds import small_scenario

BORDER = "Here-There"


def small(**changes: Any) -> fs.Scenario:
    """800 persons over a day, with ranges for three inputs."""
    ranges = {
        "behaviour.leaving.violence_per_day": {"value": 3.0, "low": 1.0, "high": 5.0},
        "behaviour.leaving.men_stay": {"value": 0.5, "low": 0.2, "high": 0.8},
        "places[Camp].capacity": {"value": 500, "low": 100, "high": 900},
    }
    changes.setdefault("end", "2010-06-11T18:00")
    return small_scenario(**changes).with_values(ranges)


def study(members: int = 3, **options: Any) -> fs.Study:
    """The small scenario as it is, and with an open border."""
    base = small()
    scenarios = {"closed": base, "open": base.replace_policies(BORDER, fs.policy.Open())}
    return fs.Study(scenarios, members=members, **{"seed": 7, **options})


def contents(store: Path) -> dict[str, str]:
    """Digest of every file but the journal, which tells when and where, and the lock."""
    return {
        str(path.relative_to(store)): hashlib.blake2b(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file() and path.name not in ("journal.csv", "lock")
    }
