"""Draws are held against SplitMix64 in plain whole numbers, so that a seed keeps its run."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest

from flowsim import draws
from flowsim.draws import Purpose, best_of, child_key, exponential, gumbel, mix, seed_key, text_key

WORD = 2**64
OWNERS = [0, 1, 7, 2**63 + 12345, WORD - 1]
COUNTS = [0, 1, 2, 40, 3]


def plain_mix(state: int, value: int) -> int:
    """One step of SplitMix64 (Steele, Lea, Flood 2014) on the state with the value folded in."""
    z = ((state ^ value) + 0x9E3779B97F4A7C15) % WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)


def plain_key(*parts: object) -> int:
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def plain_uniform(seed: object, owner: int, purpose: int, count: int, *options: int) -> float:
    z = plain_mix(owner, plain_mix(plain_key("seed", seed), purpose << 32))
    for value in (count, *options):
        z = plain_mix(z, value)
    return ((z >> 12) + 0.5) / 2.0**52


def words(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def test_the_mixing_step_is_that_of_splitmix64() -> None:
    assert plain_mix(0, 0) == 0xE220A8397B1DCDAF  # the first value that is published for seed 0
    for value in (0, 5, WORD - 1):
        mixed = mix(words(OWNERS), np.uint64(value))
        assert mixed.dtype == np.uint64
        assert mixed.tolist() == [plain_mix(owner, value) for owner in OWNERS]


def test_a_name_has_one_key_and_its_parts_do_not_run_together() -> None:
    assert int(text_key("Osh", 3)) == plain_key("Osh", 3)
    assert text_key("Osh", 3).dtype == np.uint64
    assert text_key("a", "bc") != text_key("ab", "c")
    assert len({int(text_key(*"x" * n)) for n in range(5)}) == 5


def test_a_seed_is_taken_for_its_text_and_is_no_name() -> None:
    assert int(seed_key(12)) == int(seed_key("12")) == plain_key("seed", 12)
    assert seed_key(1) != seed_key(2)
    assert seed_key("Osh") != text_key("Osh")


@pytest.mark.parametrize("seed", [1, 2, "7.3"])
def test_a_draw_is_what_its_arguments_say(seed: int | str) -> None:
    owners, counts, key = words(OWNERS), np.array(COUNTS), seed_key(seed)
    drawn = draws.uniform(key, owners, Purpose.LEAVE, counts)
    assert drawn.dtype == np.float64
    assert drawn.tolist() == [
        plain_uniform(seed, o, 5, c) for o, c in zip(OWNERS, COUNTS, strict=True)
    ]
    mixed = np.array([1, 2, 5, 13, 28])
    drawn = draws.uniform(key, owners, mixed, counts)
    assert drawn.tolist() == [
        plain_uniform(seed, *arguments)
        for arguments in zip(OWNERS, mixed.tolist(), COUNTS, strict=True)
    ]


def test_a_draw_by_option_is_keyed_by_each_option() -> None:
    owners, counts = words(OWNERS[:2]), np.array(COUNTS[:2])
    drawn = draws.uniform(seed_key(1), owners, Purpose.ROUTE, counts, np.array([9, 8]))
    assert drawn.tolist() == [plain_uniform(1, 0, 7, 0, 9), plain_uniform(1, 1, 7, 1, 8)]
    drawn = draws.uniform(seed_key(1), owners, Purpose.ROUTE, counts, np.array([[9, 8], [4, 9]]))
    assert drawn.tolist() == [
        [plain_uniform(1, 0, 7, 0, 9), plain_uniform(1, 0, 7, 0, 8)],
        [plain_uniform(1, 1, 7, 1, 4), plain_uniform(1, 1, 7, 1, 9)],
    ]


def test_draws_lie_inside_of_0_and_1_and_are_even() -> None:
    drawn = draws.uniform(
        seed_key(1), np.arange(40_000, dtype=np.uint64), Purpose.HARM, np.zeros(40_000, dtype=int)
    )
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    counted = np.histogram(drawn, bins=10, range=(0.0, 1.0))[0]
    assert abs(counted - 4000).max() < 5 * math.sqrt(4000)


def test_thresholds_and_noise_are_made_of_the_same_draws() -> None:
    key, owners, counts = seed_key(3), words(OWNERS), np.array(COUNTS)
    u = draws.uniform(key, owners, Purpose.HARM, counts)
    assert exponential(key, owners, Purpose.HARM, counts) == pytest.approx(-np.log(u))
    u = draws.uniform(key, owners, Purpose.ROUTE, counts, words(OWNERS))
    assert gumbel(key, owners, Purpose.ROUTE, counts, words(OWNERS)) == pytest.approx(
        -np.log(-np.log(u))
    )


def test_the_best_option_is_the_largest_value_with_its_noise_and_none_is_minus_one() -> None:
    key, owners, counts = seed_key(3), words([5, 6, 7]), np.array([0, 1, 2])
    options = words([11, 12, 13] * 3).reshape(3, 3)
    value = np.array([[0.0, 0.1, 0.2], [-np.inf, 0.0, -np.inf], [-np.inf] * 3])
    noise = gumbel(key, owners, Purpose.ROUTE, counts, options)
    best = best_of(key, owners, Purpose.ROUTE, counts, options, value)
    assert best.tolist() == [int(np.argmax((value + noise)[0])), 1, -1]


def test_a_part_that_splits_off_is_an_owner_of_its_own() -> None:
    parents, splits = words([5, 6]), np.array([0, 3])
    for part in (0, 1, 2):
        made = child_key(parents, splits, part)
        assert made.tolist() == [
            plain_mix(plain_mix(plain_mix(parent, plain_key("split")), split), part)
            for parent, split in ((5, 0), (6, 3))
        ]


def test_what_a_draw_is_for_keeps_its_number() -> None:
    """Another number would change all runs of all seeds; new purposes come after the last."""
    kept = {
        "SIZE": 1, "KIND": 2, "FRAILTY": 3, "INFORMED": 4, "LEAVE": 5, "MEN_STAY": 6, "ROUTE": 7,
        "GIVE_UP": 8, "FENCE": 9, "FENCE_RESULT": 10, "GATE": 11, "GATE_SPLIT": 12, "RETURN": 13,
        "HARM": 14, "HARM_RESULT": 15, "PUSHBACK": 16, "DISPERSE": 17, "BURNT": 18, "DETAIN": 19,
        "ONWARD": 20, "CRUSH": 21, "VICTIM": 22, "FOLLOW": 23, "KIN": 24, "RELOCATE": 25,
        "TRANSFER": 26, "CHECKPOINT": 27, "ORIGIN": 28,
    }  # fmt: skip
    assert {name: int(Purpose[name]) for name in kept} == kept
    assert len(set(map(int, Purpose))) == len(Purpose)
