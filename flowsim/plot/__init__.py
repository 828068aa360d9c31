"""Figures of a run and of many; nothing of matplotlib is loaded before one is drawn."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim.plot.camps import registrations
    from flowsim.plot.danger import violence
    from flowsim.plot.folder import save_all
    from flowsim.plot.gates import queues
    from flowsim.plot.geography import flow_map
    from flowsim.plot.kinds import composition
    from flowsim.plot.overview import timeline
    from flowsim.plot.paired import contrasts
    from flowsim.plot.toll import deaths

_FROM = {
    "composition": "kinds",
    "contrasts": "paired",
    "deaths": "toll",
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


def __getattr__(name: str) -> Any:
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FROM[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
