"""Rules on hazards of other packages: what they are called, and what they name."""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.behaviour.own_hazard import OwnHazard
from flowsim.behaviour.rules import RULES as OF_THE_MODEL
from flowsim.policy.names import named_in
from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.nodes import Loc
from flowsim.scenario.rules.common import unknown


def _each(draft: Draft) -> Iterator[tuple[Loc, OwnHazard]]:
    for i, hazard in enumerate(draft.value("hazards")):
        yield ("hazards", i), hazard


def names(draft: Draft) -> Iterator[Flaw]:
    """Each hazard has a name of its own, by which its draws are keyed."""
    first: dict[str, int] = {}
    for loc, hazard in _each(draft):
        at = (*loc, "name" if hazard.name else "type")
        if hazard.called in OF_THE_MODEL:
            wrong = f"{hazard.called!r} is a hazard of the model"
            yield Flaw(at, wrong, "give it another name")
        elif hazard.called in first:
            wrong = f"the hazard {hazard.called!r} appears twice, "
            wrong += f"first as number {first[hazard.called] + 1}"
            yield Flaw(at, wrong, "remove one of them, or give it a name of its own")
        else:
            first[hazard.called] = int(loc[-1])


def places(draft: Draft) -> Iterator[Flaw]:
    """Hazards name places and crossings that exist."""
    told = [((*loc, *n.loc), n) for loc, hazard in _each(draft) for n in named_in(hazard)]
    if not told:
        return
    at_places = [(loc, str(n.name)) for loc, n in told if n.kind.startswith("place")]
    yield from unknown(at_places, set(draft.country_of()), "place")
    gates = [(loc, str(n.name)) for loc, n in told if n.kind == "crossing"]
    yield from unknown(gates, {r.crossing for r in draft.routes.all() if r.crossing}, "crossing")


RULES = (names, places)
