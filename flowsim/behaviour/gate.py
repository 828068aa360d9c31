"""At a gate: who of a household is let pass, whether it parts, and where it stands in the queue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Bools, Counts, Floats, Ints, Keys
from flowsim.behaviour.sections import Waiting
from flowsim.draws import Purpose, uniform
from flowsim.policy.gates import RulesAtGates

_ADULTS = slice(1, 5)
_LAST = 1 << 30


@dataclass(frozen=True)
class Admission:
    """What a gate means for households.

    Attributes
    ----------
    held : bool array (n,)
        Nobody of the household goes through as things are.
    kinds, wounded : uint8 arrays (5, n)
        Persons who go through, and the wounded among them.
    exempt : uint8 array (5, n)
        Of those, persons who pass by an exemption.
    rank : int64 array (n,)
        Order of service.
    quota_per_hour : float64 array (n,)
        The strictest quota that binds one of them; inf without.
    rated, counted : int64 arrays (n,)
        All quotas that bind one of them, a bit each (see `GateRules`).
    """

    held: Bools
    kinds: Counts
    wounded: Counts
    exempt: Counts
    rank: Ints
    quota_per_hour: Floats
    rated: Ints
    counted: Ints


def gate_luck(seed: np.uint64, key: Keys, visit: Ints) -> Floats:
    """The one draw of a visit to a gate: a household passes while it is below the permeability."""
    return uniform(seed, key, Purpose.GATE, visit)


def admission(
    rules: RulesAtGates,
    section: Waiting,
    seed: np.uint64,
    gate: Ints,
    luck: Floats,
    key: Keys,
    visit: Ints,
    sort: Ints,
    kinds: Counts,
    wounded: Counts,
) -> Admission:
    """Hold households against the rules of their gates.

    One draw a visit (`gate_luck`) decides for the household whether a permeability lets it pass;
    one more whether it parts where only some may go. Children do not go through alone.

    Parameters
    ----------
    gate : int64 array (n,)
    luck : float64 array (n,)
        Of the visit; who is left at the gate keeps that of the family.
    key : uint64 array (n,)
    visit : int64 array (n,)
        Number of the visit, from 0.
    sort : int64 array (n,)
        Sorts of household, see `flowsim.policy.who`.
    kinds, wounded : uint8 arrays (5, n)
        Persons by kind, and the wounded among them.
    """
    passes = luck < _by_class(rules.passes, gate, sort)
    hurt, sound = wounded, kinds - wounded
    through_hurt = np.where(passes[:, 1], hurt, 0).astype(np.uint8)
    through = (np.where(passes[:, 0], sound, 0) + through_hurt).astype(np.uint8)
    some = through.sum(axis=0, dtype=np.int64)
    everybody = some == kinds.sum(axis=0, dtype=np.int64)
    adult = through[_ADULTS].any(axis=0)
    parts = uniform(seed, key, Purpose.GATE_SPLIT, visit) < section.part
    held = (some == 0) | ~(everybody | (adult & parts))
    through = np.where(held, 0, through).astype(np.uint8)
    through_hurt = np.where(held, 0, through_hurt).astype(np.uint8)
    by_class = np.stack([through - through_hurt, through_hurt], axis=1)  # (5, 2, n)
    there = by_class > 0
    rank = np.where(there, _by_class(rules.rank, gate, sort), _LAST).min(axis=(0, 1))
    quota = np.where(there, _by_class(rules.quota_per_hour, gate, sort), np.inf)
    rated, counted = (np.zeros(gate.size, dtype=np.int64) for _ in range(2))
    if rules.limits_somebody:
        rated, counted = (
            np.bitwise_or.reduce(np.where(there, _by_class(bits, gate, sort), 0), axis=(0, 1))
            for bits in (rules.rated, rules.counted)
        )
    free = np.where(_by_class(rules.exempt, gate, sort), by_class, 0)
    return Admission(
        held=held,
        kinds=through,
        wounded=through_hurt,
        exempt=free.sum(axis=1).astype(np.uint8),
        rank=rank,
        quota_per_hour=quota.min(axis=(0, 1)),
        rated=rated,
        counted=counted,
    )


def _by_class(table: NDArray, gate: NDArray, sort: NDArray) -> NDArray:
    """Rows of a table (gates, S, 5, 2) as kind x wounded x household."""
    return table[gate, sort].transpose(1, 2, 0)
