"""Households: persons add up, kinds come in their shares, and each is its own owner."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.draws import seed_key
from flowsim.world.config import KINDS, Group
from flowsim.world.population import settle_residents

SHARES = {"children": 0.33, "women": 0.31, "men": 0.30, "elderly_women": 0.035,
          "elderly_men": 0.025}  # fmt: skip
SIZES = {1: 1, 2: 1, 3: 2, 4: 3, 6: 4}


def group(name="U", **changes):
    return Group(**{"name": name, "household_size": SIZES, **SHARES, **changes})


def settle(residents, groups=None, seed=1):
    residents = np.array(residents, dtype=np.int64)
    places = tuple(f"P{i}" for i in range(residents.shape[0]))
    groups = groups or tuple(group(f"G{i}") for i in range(residents.shape[1]))
    return settle_residents(seed_key(seed), places, groups, residents)


@settings(max_examples=40)
@given(
    residents=st.lists(
        st.lists(st.integers(0, 300), min_size=2, max_size=2), min_size=1, max_size=4
    )
)
def test_persons_add_up_in_every_place_and_group(residents):
    if not np.any(residents):
        return
    told = settle(residents)
    persons = told.kinds.sum(axis=0, dtype=np.int64)
    assert (persons > 0).all()
    for p, row in enumerate(residents):
        for g, count in enumerate(row):
            assert persons[(told.home == p) & (told.group == g)].sum() == count
    assert (told.kinds[1:].sum(axis=0) > 0).all()  # a grown-up in every household
    assert np.unique(told.key).size == len(told)


def test_kinds_come_in_their_shares():
    """Each share within one in a hundred of 200,000 persons."""
    told = settle([[200_000]])
    shares = told.kinds.sum(axis=1, dtype=np.int64) / 200_000
    assert shares == pytest.approx([SHARES[kind] for kind in KINDS], abs=0.01)


def test_households_come_in_their_sizes():
    """Size s with its weight, within 4 sqrt(p (1 - p) / n)."""
    told = settle([[100_000]])
    size = told.kinds.sum(axis=0, dtype=np.int64)[:-1]  # the last is cut to the count
    for s, weight in SIZES.items():
        p = weight / sum(SIZES.values())
        assert abs((size == s).mean() - p) < 4 * np.sqrt(p * (1 - p) / size.size), s
    assert set(size.tolist()) == set(SIZES)


def test_more_residents_and_other_places_leave_households_as_they_are():
    few, many = settle([[500, 100]]), settle([[900, 100], [50, 70]])
    many_rows = {int(k): i for i, k in enumerate(many.key)}
    rows = [many_rows[int(k)] for k in few.key]
    same = (few.kinds == many.kinds[:, rows]).all(axis=0)
    assert (~same).sum() <= 1  # the last household of the first group, cut to 500
    assert (few.group == many.group[rows]).all()


def test_another_seed_makes_other_people():
    assert settle([[500]], seed=1).kinds.shape != settle([[500]], seed=2).kinds.shape


def test_single_persons_and_men_only():
    alone = group(household_size={1: 1}, children=0, women=0, men=1, elderly_women=0, elderly_men=0)
    told = settle([[77]], groups=(alone,))
    assert len(told) == 77
    assert told.kinds.sum(axis=1).tolist() == [0, 0, 77, 0, 0]
