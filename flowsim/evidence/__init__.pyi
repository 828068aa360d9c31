from .against_registrations import Scores, ard, score
from .naive import naive_forecasts

__all__ = [
    "Scores",
    "ard",
    "naive_forecasts",
    "score",
]
