from .camps import registrations
from .casualties import deaths
from .danger import violence
from .factors import sensitivity
from .fans import forecast
from .folder import save_all
from .gates import queues
from .geography import flow_map
from .kinds import composition
from .overview import timeline
from .paired import contrasts

OF_A_RUN: dict[str, str]

__all__ = [
    "composition",
    "contrasts",
    "deaths",
    "flow_map",
    "forecast",
    "queues",
    "registrations",
    "save_all",
    "sensitivity",
    "timeline",
    "violence",
]
