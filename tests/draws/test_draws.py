"""Draws are held against SplitMix64 in plain whole numbers, so that a seed keeps its run."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest

from flowsim import draws, keyed
from flowsim.draws import Purpose, mix, seed_key, text_key
from tests.kernel import drawing, household

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


def test_a_draw_by_option_is_keyed_by_each_option() -> None:
    owners, counts = words(OWNERS[:2]), np.array(COUNTS[:2])
    drawn = draws.uniform(seed_key(1), owners, Purpose.ROUTE, counts, np.array([9, 8]))
    assert drawn.tolist() == [plain_uniform(1, 0, 7, 0, 9), plain_uniform(1, 1, 7, 1, 8)]


def test_draws_lie_inside_of_0_and_1_and_are_even() -> None:
    drawn = draws.uniform(
        seed_key(1), np.arange(40_000, dtype=np.uint64), Purpose.HARM, np.zeros(40_000, dtype=int)
    )
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    counted = np.histogram(drawn, bins=10, range=(0.0, 1.0))[0]
    assert abs(counted - 4000).max() < 5 * math.sqrt(4000)


@pytest.mark.parametrize("seed", [1, 2, "7.3"])
def test_one_draw_of_a_household_is_the_same_draw(seed: int | str) -> None:
    """The kernel draws one at a time, what is drawn for all at once is drawn in numpy."""
    s, key = drawing(seed), seed_key(seed)
    for value in (0, 5, WORD - 1):
        assert [keyed.mix(owner, value) for owner in OWNERS] == mix(
            words(OWNERS), np.uint64(value)
        ).tolist()
    owners, counts = words(OWNERS), np.array(COUNTS)
    pairs = list(zip(OWNERS, COUNTS, strict=True))
    for purpose in (Purpose.LEAVE, Purpose.ORIGIN):
        one = [keyed.uniform(s, owner, purpose, count) for owner, count in pairs]
        assert one == draws.uniform(key, owners, purpose, counts).tolist()
        one = [keyed.uniform_of(s, owner, purpose, count, 3) for owner, count in pairs]
        assert one == draws.uniform(key, owners, purpose, counts, np.full(5, 3)).tolist()


def test_draws_of_a_purpose_are_counted_apart() -> None:
    s, one = drawing(1), household(key=7)
    assert [keyed.count(s, one, Purpose.HARM) for _ in range(3)] == [0, 1, 2]
    assert keyed.count(s, one, Purpose.FENCE) == 0
    drawn = [plain_uniform(1, 7, Purpose.PUSHBACK, count) for count in range(50)]
    assert [keyed.chance(s, one, Purpose.PUSHBACK, 0.3) for _ in range(50)] == [
        u < 0.3 for u in drawn
    ]


def test_the_least_and_the_largest_draw_lie_inside_of_0_and_1() -> None:
    assert keyed.to_unit(0) == 2.0**-53
    assert keyed.to_unit(WORD - 1) == 1.0 - 2.0**-53


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
