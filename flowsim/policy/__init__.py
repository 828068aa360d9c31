"""What states do at their borders."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim.policy.base import Policy as Policy
    from flowsim.policy.code import Code as Code
    from flowsim.policy.opening import WHO as WHO
    from flowsim.policy.opening import Opening as Opening
    from flowsim.policy.own import as_policy as as_policy
    from flowsim.policy.own import override as override
    from flowsim.policy.stock import Closed as Closed
    from flowsim.policy.stock import ForcedReturn as ForcedReturn
    from flowsim.policy.stock import Open as Open
    from flowsim.policy.stock import PushBack as PushBack
    from flowsim.policy.stock import Quota as Quota
    from flowsim.policy.stock import Scheduled as Scheduled
    from flowsim.policy.stock import Triage as Triage

_HOME = {
    "Closed": "stock",
    "Code": "code",
    "ForcedReturn": "stock",
    "Open": "stock",
    "Opening": "opening",
    "Policy": "base",
    "PushBack": "stock",
    "Quota": "stock",
    "Scheduled": "stock",
    "Triage": "stock",
    "WHO": "opening",
    "as_policy": "own",
    "override": "own",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
