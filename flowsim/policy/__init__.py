"""What states do at their borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.late import on_demand

if TYPE_CHECKING:
    from flowsim.policy.base import Policy as Policy
    from flowsim.policy.code import Code as Code
    from flowsim.policy.gatekeeping import AnnouncedClosure as AnnouncedClosure
    from flowsim.policy.gatekeeping import AnnouncedOpening as AnnouncedOpening
    from flowsim.policy.gatekeeping import Closed as Closed
    from flowsim.policy.gatekeeping import ExitBan as ExitBan
    from flowsim.policy.gatekeeping import GatePolicy as GatePolicy
    from flowsim.policy.gatekeeping import Open as Open
    from flowsim.policy.gatekeeping import OpeningHours as OpeningHours
    from flowsim.policy.gatekeeping import PushBack as PushBack
    from flowsim.policy.gatekeeping import Quota as Quota
    from flowsim.policy.gatekeeping import Triage as Triage
    from flowsim.policy.hosting import Dispersal as Dispersal
    from flowsim.policy.hosting import EncouragedReturn as EncouragedReturn
    from flowsim.policy.hosting import ForcedReturn as ForcedReturn
    from flowsim.policy.hosting import HostPolicy as HostPolicy
    from flowsim.policy.hosting import ReceptionStop as ReceptionStop
    from flowsim.policy.hosting import Relocation as Relocation
    from flowsim.policy.names import Condition as Condition
    from flowsim.policy.names import CrossingName as CrossingName
    from flowsim.policy.names import HouseholdCondition as HouseholdCondition
    from flowsim.policy.names import PlaceName as PlaceName
    from flowsim.policy.names import RouteEnds as RouteEnds
    from flowsim.policy.opening import WHO as WHO
    from flowsim.policy.opening import Count as Count
    from flowsim.policy.opening import Opening as Opening
    from flowsim.policy.opening import Road as Road
    from flowsim.policy.opening import Shut as Shut
    from flowsim.policy.opening import Transfer as Transfer
    from flowsim.policy.own import as_policy as as_policy
    from flowsim.policy.own import override as override
    from flowsim.policy.roads import Checkpoint as Checkpoint
    from flowsim.policy.roads import Corridor as Corridor
    from flowsim.policy.roads import RoadPolicy as RoadPolicy
    from flowsim.policy.stock import CapacityBound as CapacityBound
    from flowsim.policy.stock import Reactive as Reactive
    from flowsim.policy.stock import Scheduled as Scheduled
    from flowsim.policy.stock import Watch as Watch

_HOME = {
    "AnnouncedClosure": "gatekeeping",
    "AnnouncedOpening": "gatekeeping",
    "CapacityBound": "stock",
    "Checkpoint": "roads",
    "Closed": "gatekeeping",
    "Code": "code",
    "Condition": "names",
    "Corridor": "roads",
    "Count": "opening",
    "CrossingName": "names",
    "Dispersal": "hosting",
    "EncouragedReturn": "hosting",
    "ExitBan": "gatekeeping",
    "ForcedReturn": "hosting",
    "GatePolicy": "gatekeeping",
    "HostPolicy": "hosting",
    "HouseholdCondition": "names",
    "Open": "gatekeeping",
    "Opening": "opening",
    "OpeningHours": "gatekeeping",
    "PlaceName": "names",
    "Policy": "base",
    "PushBack": "gatekeeping",
    "Quota": "gatekeeping",
    "Reactive": "stock",
    "ReceptionStop": "hosting",
    "Relocation": "hosting",
    "Road": "opening",
    "RoadPolicy": "roads",
    "RouteEnds": "names",
    "Scheduled": "stock",
    "Shut": "opening",
    "Transfer": "opening",
    "Triage": "gatekeeping",
    "WHO": "opening",
    "Watch": "stock",
    "as_policy": "own",
    "override": "own",
}
__getattr__, __dir__ = on_demand(__name__, _HOME)
