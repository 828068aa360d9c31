"""What is measured: named cases, and sweeps of one size at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.conflicts import NAMES, conflicts_folder

ROOT = Path(__file__).parents[2]
Case = dict[str, Any]

SMALL = {"people": 2_000, "places": 20, "days": 10}
QUANTITIES = ("people", "places", "routes", "steps", "policies", "members")
"""Of which growth is measured."""


def named_cases(max_people: int) -> dict[str, Case]:
    """Cases by name, those that need data that is absent left out."""
    cases: dict[str, Case] = {}
    people = 10_000
    while people <= max_people:
        world = {"people": people, "places": min(500, max(50, people // 20_000)), "days": 90}
        cases[f"synthetic-{power(people)}"] = {"world": world}
        people *= 10
    june = str(ROOT / "scenarios" / "kyrgyz_uzbek_2010")
    cases["june_2010"] = {"folder": june}
    cases["small-runs"] = {"world": SMALL, "how": "runs", "members": 200}
    cases["study"] = {"world": SMALL, "how": "study", "members": 20}
    folder = conflicts_folder()
    if folder is not None:
        for name in NAMES:
            for rules in ("flee", "flowsim"):
                cases[f"{name}-{rules}"] = {"folder": str(folder / name), "rules": rules}
    return cases


def sweep(quantity: str, max_people: int) -> list[Case]:
    """Cases of which one size grows and the others stay."""
    base = {"people": 10_000, "places": 44, "days": 30}
    if quantity == "people":
        sizes = [s for s in logarithmic(3, 8) if s <= max_people]
        return [_case(quantity, {**base, "people": size}) for size in sizes]
    if quantity == "places":
        sizes = [11, 33, 110, 330, 1100, 3300, 11000]
        return [_case(quantity, {**base, "places": size, "days": 5}) for size in sizes]
    if quantity == "routes":
        # One country of 330 places, with ever more roads between them.
        degrees = [2, 4, 12, 36, 100, 280]
        return [
            _case(quantity, {**base, "places": 330, "degree": degree, "days": 5})
            for degree in degrees
        ]
    if quantity == "steps":
        hours = [240, 72, 24, 8, 3, 1, 1 / 3, 0.1]
        days = 60
        return [
            _case(quantity, {**base, "days": days, "step_hours": hour}) for hour in hours[1:-1]
        ] + [_case(quantity, {**base, "days": days, "step_hours": 0.1})]
    if quantity == "policies":
        sizes = [1, 3, 10, 30, 100, 300, 1000]
        return [_case(quantity, {**base, "policies": size}) for size in sizes]
    if quantity == "members":
        return [
            {"world": SMALL, "how": "study", "members": size, "sweep": quantity}
            for size in (1, 3, 10, 30, 100, 300, 1000)
        ]
    raise ValueError(f"no sweep of {quantity!r}; there is {', '.join(QUANTITIES)}")


def smallest() -> list[Case]:
    """One case of each kind that takes no time, for the test of the tool."""
    return [
        {"name": "synthetic", "world": {"people": 500, "places": 11, "days": 3}},
        {"name": "runs", "world": {"people": 200, "places": 5, "days": 2},
         "how": "runs", "members": 2},
        {"name": "study", "world": {"people": 200, "places": 5, "days": 2},
         "how": "study", "members": 2},
    ]  # fmt: skip


def logarithmic(low: int, high: int) -> list[int]:
    """1, 3, 10, 30 and so on, from a power of ten to a power of ten."""
    return [m * 10**power for power in range(low, high) for m in (1, 3)] + [10**high]


def power(people: int) -> str:
    """10000 as 1e4."""
    return f"1e{len(str(people)) - 1}"


def _case(quantity: str, world: dict[str, Any]) -> Case:
    return {"world": world, "sweep": quantity}
