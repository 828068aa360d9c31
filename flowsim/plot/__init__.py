"""Figures of a run and of many; nothing of matplotlib is loaded before one is drawn."""

from typing import Any

from flowsim.lazy_names import attach

OF_A_RUN = {
    "timeline.png": "timeline",
    "map.png": "flow_map",
    "queues.png": "queues",
    "reception.png": "reception",
    "composition.png": "composition",
    "violence.png": "violence",
    "deaths.png": "deaths",
    "reports.png": "reports",
}
"""Files in which each run has its figures, in the order in which one would look at them, and what
draws each from a result and its ``scenario=``. The command line, `save_all` and the tests of all
figures follow this table; a run has those of which it has anything to show (`folder.figures_of`).
"""
OF_SERIES = {"registrations.png": "registrations"}
"""What takes the place of reports where there are long series of registrations by camp."""

_own, __dir__, __all__ = attach(__name__, __file__)


def __getattr__(name: str) -> Any:
    """A figure of flowsim, or one of an installed package, see `flowsim.installed`."""
    try:
        return _own(name)
    except AttributeError as error:
        if name.startswith("_"):
            raise
        from flowsim.plot.installed_figures import FIGURES  # it imports this module

        try:
            found = FIGURES.load(name)
        except ValueError as broken:
            raise AttributeError(f"{error}: {broken}", name=name) from None
        if found is None:
            raise
        return found
