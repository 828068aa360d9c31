"""Figures of a run and of many; nothing of matplotlib is loaded before one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.late import on_demand

if TYPE_CHECKING:
    from flowsim.plot.camps import registrations
    from flowsim.plot.casualties import deaths
    from flowsim.plot.danger import violence
    from flowsim.plot.folder import save_all
    from flowsim.plot.gates import queues
    from flowsim.plot.geography import flow_map
    from flowsim.plot.kinds import composition
    from flowsim.plot.overview import timeline
    from flowsim.plot.paired import contrasts

_HOME = {
    "composition": "kinds",
    "contrasts": "paired",
    "deaths": "casualties",
    "flow_map": "geography",
    "queues": "gates",
    "registrations": "camps",
    "save_all": "folder",
    "timeline": "overview",
    "violence": "danger",
}

__all__ = [
    "composition",
    "contrasts",
    "deaths",
    "flow_map",
    "queues",
    "registrations",
    "save_all",
    "timeline",
    "violence",
]
__getattr__, __dir__ = on_demand(__name__, _HOME)
