"""Keyed draws, one at a time; see `flowsim.draws` for what they are."""

from __future__ import annotations

from typing import Any

MASK = 0xFFFFFFFFFFFFFFFF
GAMMA, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
word = int
"""A whole number as one of 64 bits without a sign, which only compiled code has to be told."""


def mix(state: int, value: int) -> int:
    """Fold a value into a state (the finaliser of SplitMix64)."""
    z = (state ^ value) + GAMMA & MASK
    z = (z ^ z >> 30) * FIRST & MASK
    z = (z ^ z >> 27) * SECOND & MASK
    return z ^ z >> 31


def to_unit(z: int) -> float:
    """A number in the open interval (0, 1)."""
    # 52 bits and a half are exact in a float, and neither 0 nor 1, of which logarithms fail.
    return ((z >> 12) + 0.5) * 2.0**-52


def uniform(s: Any, key: int, purpose: int, number: int) -> float:
    """The draw of a key for a purpose, after so many before it."""
    return to_unit(mix(mix(key, s.salts[purpose]), word(number)))


def uniform_of(s: Any, key: int, purpose: int, number: int, option: int) -> float:
    """The same, keyed by an option too."""
    return to_unit(mix(mix(mix(key, s.salts[purpose]), word(number)), word(option)))


def count(s: Any, h: Any, purpose: int) -> int:
    """How many draws a household has made for a purpose; the one to come is counted."""
    slot = s.slot[purpose]
    # Counted by purpose, so that one draw more for one thing moves no draw for another.
    number = h.count[slot]
    h.count[slot] = number + 1
    return int(number)


def chance(s: Any, h: Any, purpose: int, share: float) -> bool:
    """Draw whether something of that chance happens."""
    return uniform(s, h.key, purpose, count(s, h, purpose)) < share
