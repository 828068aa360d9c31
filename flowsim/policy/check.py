"""Whether what a policy states makes sense; the user's own functions can state anything."""

from __future__ import annotations

import math
from collections.abc import Callable

from flowsim.errors import SimulationError
from flowsim.policy.base import Stated
from flowsim.policy.opening import Opening, Road, Shut, Transfer

_SHARES = {
    Opening: ("permeability", "leak", "interception", "detention", "pushback"),
    Road: ("permeability", "danger", "lifts"),
    Transfer: (),
    Shut: (),
}
_NAMES = {
    Opening: ("exempt", "barred", "priority"),
    Road: ("routes", "stops"),
    Transfer: ("origins", "shares"),
    Shut: ("places",),
}
_AMOUNTS = {
    Opening: (
        "detention_hours", "pushback_after_hours", "dispersal_per_day", "delay_hours", "cost_km",
        "return_per_day", "return_wish", "quota_per_hour",
    ),
    Road: ("delay_hours", "cost_km"),
    Transfer: ("per_day",),
    Shut: (),
}  # fmt: skip


def check(stated: Stated, overrides: Callable[[], bool] = bool) -> None:
    """Raise SimulationError where a policy stated what makes no sense, or says it does not state.

    Parameters
    ----------
    stated : Stated
    overrides : callable
        Gives whether the whole policy says that it may stand above the list of its side.
    """
    said = stated.opening
    if not isinstance(said, Opening | Road | Transfer | Shut):
        raise SimulationError(f"it gave {said!r}; a policy gives an Opening or None")
    told = stated.policy.statements
    if not isinstance(said, told):
        wrong = f"it stated {_a(type(said))} and says that it states {' or '.join(map(_a, told))}"
        raise SimulationError(f"{wrong}; name all in `statements` of its class")
    if stated.above and not overrides():
        wrong = "it overrides the list of its side and says that it does not"
        raise SimulationError(f"{wrong}; let its method `overrides` give True")
    for name in _NAMES[type(said)]:
        if not isinstance(getattr(said, name), tuple):
            raise SimulationError(f"{name}={getattr(said, name)!r} is not a tuple")
    for name in _SHARES[type(said)]:
        if not 0.0 <= getattr(said, name) <= 1.0:
            raise SimulationError(f"{name}={getattr(said, name)!r} is not in [0, 1]")
    amounts = [getattr(said, name) for name in _AMOUNTS[type(said)]]
    if isinstance(said, Opening) and said.count is not None:
        amounts += said.count
        if said.count.hours not in (1, 24):
            raise SimulationError(f"{said.count!r} counts neither by hour nor by day")
    if isinstance(said, Opening) and not said.pushback_reach_km >= 0.0:
        raise SimulationError(f"pushback_reach_km={said.pushback_reach_km!r} is below 0")
    if isinstance(said, Transfer):
        amounts += [weight for _, weight in said.shares]
    if not all(a is None or (math.isfinite(a) and a >= 0.0) for a in amounts):
        raise SimulationError(f"{said!r} has a negative or infinite number")


def _a(kind: type) -> str:
    """A kind of statement with its article."""
    return f"{'an' if kind is Opening else 'a'} {kind.__name__}"
