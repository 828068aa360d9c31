from .camps import registrations
from .casualties import deaths
from .danger import violence
from .distances import reports
from .factors import sensitivity
from .fans import forecast
from .film import animation
from .fit import effect_by_fit
from .folder import save_all
from .gates import queues
from .geography import flow_map
from .kinds import composition
from .marginals import posterior
from .overview import timeline
from .paired import contrasts
from .room import reception
from .story_of import story
from .ways import sankey

OF_A_RUN: dict[str, str]
OF_SERIES: dict[str, str]

__all__ = [
    "animation",
    "composition",
    "contrasts",
    "deaths",
    "effect_by_fit",
    "flow_map",
    "forecast",
    "posterior",
    "queues",
    "reception",
    "registrations",
    "reports",
    "sankey",
    "save_all",
    "sensitivity",
    "story",
    "timeline",
    "violence",
]
