from .base import Policy
from .code import Code
from .gatekeeping import (
    AnnouncedClosure,
    AnnouncedOpening,
    Closed,
    ExitBan,
    GatePolicy,
    Open,
    OpeningHours,
    PushBack,
    Quota,
    Triage,
)
from .hosting import (
    Dispersal,
    EncouragedReturn,
    ForcedReturn,
    HostPolicy,
    ReceptionStop,
    Relocation,
)
from .names import Condition, CrossingName, HouseholdCondition, PlaceName, RouteEnds
from .opening import WHO, Count, Opening, Road, Shut, Transfer
from .own import as_policy, override
from .roads import Checkpoint, Corridor, RoadPolicy
from .stock import CapacityBound, Reactive, Scheduled, Watch

__all__ = [
    "WHO",
    "AnnouncedClosure",
    "AnnouncedOpening",
    "CapacityBound",
    "Checkpoint",
    "Closed",
    "Code",
    "Condition",
    "Corridor",
    "Count",
    "CrossingName",
    "Dispersal",
    "EncouragedReturn",
    "ExitBan",
    "ForcedReturn",
    "GatePolicy",
    "HostPolicy",
    "HouseholdCondition",
    "Open",
    "Opening",
    "OpeningHours",
    "PlaceName",
    "Policy",
    "PushBack",
    "Quota",
    "Reactive",
    "ReceptionStop",
    "Relocation",
    "Road",
    "RoadPolicy",
    "RouteEnds",
    "Scheduled",
    "Shut",
    "Transfer",
    "Triage",
    "Watch",
    "as_policy",
    "override",
]
