"""Reports held against runs: reported figures, and registrations by camp."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim.evidence.against_registrations import Scores as Scores
    from flowsim.evidence.against_registrations import ard as ard
    from flowsim.evidence.against_registrations import score as score
    from flowsim.evidence.naive import naive_forecasts as naive_forecasts

_HOME = {
    "Scores": "against_registrations",
    "ard": "against_registrations",
    "naive_forecasts": "naive",
    "score": "against_registrations",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
