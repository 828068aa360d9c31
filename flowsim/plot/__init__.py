"""Figures of a run and of many; nothing of matplotlib is loaded before one is drawn."""

from flowsim.lazy_names import attach

OF_A_RUN = {
    "timeline.png": "timeline",
    "map.png": "flow_map",
    "queues.png": "queues",
    "reception.png": "reception",
    "composition.png": "composition",
    "violence.png": "violence",
    "deaths.png": "deaths",
}
"""Files in which each run has its figures, in the order in which one would look at them, and what
draws each from a result and its ``scenario=``. The command line, `save_all` and the tests of all
figures follow this table."""

__getattr__, __dir__, __all__ = attach(__name__, __file__)
