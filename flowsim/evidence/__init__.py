"""Reports held against runs: reported figures, and registrations by camp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.late import on_demand

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
__getattr__, __dir__ = on_demand(__name__, _HOME)
