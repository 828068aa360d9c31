"""Keyed random numbers: every draw is a pure function of who draws, for what, and how often before.

There is no stream. A draw is the hash of (seed, owner, purpose, count, option), so it does not
depend on the order in which people are visited, on the engine, on the number of workers, or on
who else exists. The mixing step is the finaliser of SplitMix64 (Steele, Lea, Flood 2014,
"Fast splittable pseudorandom number generators", OOPSLA), applied once an argument.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Floats, Keys

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = (np.uint64(n) for n in (30, 27, 31, 12))
_STEP = float(2.0**-52)


class Purpose(IntEnum):
    """What a draw is for. Values are part of the promise "same seed, same bytes": only append."""

    SIZE = 1
    KIND = 2
    FRAILTY = 3
    INFORMED = 4
    LEAVE = 5
    MEN_STAY = 6
    ROUTE = 7
    GIVE_UP = 8
    FENCE = 9
    FENCE_RESULT = 10
    GATE = 11
    GATE_SPLIT = 12
    RETURN = 13
    HARM = 14
    HARM_RESULT = 15
    PUSHBACK = 16
    DISPERSE = 17
    BURNT = 18
    DETAIN = 19
    ONWARD = 20
    CRUSH = 21
    VICTIM = 22
    FOLLOW = 23
    KIN = 24
    RELOCATE = 25
    TRANSFER = 26
    CHECKPOINT = 27
    ORIGIN = 28
    TOLL = 29
    WOUNDS = 30
    WOUNDED = 31
    LEG = 32
    DEATH_COUNT = 33
    MUST_LEAVE = 34
    MUST_MOVE_ON = 35
    SAMPLE = 36
    EXCITE = 37
    CROWDED = 38


def text_key(*parts: object) -> np.uint64:
    """Key of a name: 64 bits of the BLAKE2b digest of its parts.

    Examples
    --------
    >>> bool(text_key("Osh", "Uzbek") == text_key("Osh", "Uzbek"))
    True
    """
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def mix(state: Keys, value: Keys | np.uint64) -> Keys:
    """Fold ``value`` into ``state``; both uint64, arrays of the same length or one scalar value."""
    z = (state ^ value) + _GAMMA  # arithmetic of arrays is modulo 2**64
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


def seed_text(seed: int | str) -> str:
    """A seed as a run knows it: a whole number by its digits, a text without blanks around it.

    So ``1`` and ``"1"`` are one seed, and a seed that a file or a command tells as text is the
    same as in Python.

    Parameters
    ----------
    seed : int or str
        NumPy's whole numbers, too.

    Raises
    ------
    TypeError
        It is neither; a generator, for one, has no value that two runs could share.
    ValueError
        The text is empty.

    Examples
    --------
    >>> seed_text(1), seed_text(" 1"), seed_text(np.int64(1)), seed_text("7.3")
    ('1', '1', '1', '7.3')
    """
    if isinstance(seed, int | np.integer) and not isinstance(seed, bool):
        return str(int(seed))
    if not isinstance(seed, str):
        raise TypeError(f"{seed!r} is not a seed; give a whole number or a text")
    if not seed.strip():
        raise ValueError("the seed is an empty text; give a whole number or a text")
    return str(seed).strip()


def seed_key(seed: int | str) -> np.uint64:
    """Key of a run's seed; see `seed_text` for what may be one."""
    return text_key("seed", seed_text(seed))


@lru_cache(maxsize=256)
def salts(seed: np.uint64) -> Keys:
    """A word for each purpose under a run's seed."""
    purposes = np.arange(max(Purpose) + 1, dtype=np.uint64) << np.uint64(32)
    return mix(np.full(purposes.size, seed, dtype=np.uint64), purposes)


def uniform(
    seed: np.uint64,
    owner: Keys,
    purpose: Purpose,
    count: NDArray,
    option: NDArray | None = None,
) -> Floats:
    """Uniform draws in the open interval (0, 1).

    Parameters
    ----------
    seed : uint64
        From `seed_key`.
    owner : uint64 array (n,)
        Key of the one who draws.
    purpose : Purpose
        What for.
    count : integer array (n,)
        How many draws the owner has made for that purpose before.
    option : integer array (n,), optional
        For several draws of one count, as one a person.

    Returns
    -------
    float64 array (n,)
    """
    z = word_of(seed, owner, purpose, count)
    if option is not None:
        z = mix(z, option.astype(np.uint64))
    return to_unit(z)


def word_of(seed: np.uint64, owner: Keys, purpose: Purpose, count: NDArray) -> Keys:
    """The word of a draw of `uniform`, into which the option of each of several is mixed."""
    return mix(mix(owner, salts(seed)[purpose]), count.astype(np.uint64))


def to_unit(z: Keys) -> Floats:
    """Numbers in the open interval (0, 1), from all 64 bits: 52 of them and a half."""
    return ((z >> _S12).astype(np.float64) + 0.5) * _STEP
