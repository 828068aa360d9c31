"""Shapes of violence in time, contagion, and conditions of the day."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from flowsim.world.network import great_circle_km
from flowsim.world.violence import Surroundings, in_force
from flowsim.world.violence_config import Condition, Event, Violence

START = datetime(2010, 6, 10, 18)
KM = np.array([[0.0, 5.0], [5.0, 0.0]])


def at(n: float) -> datetime:
    return START + timedelta(hours=n)


def event(**changes):
    fields = {"place": "Osh", "start": at(2), "peak": at(6), "until": at(10), "half_life_hours": 3,
              "intensity": 0.8, "target": {"U": 1.0, "K": 0.25}}  # fmt: skip
    return Event(**{**fields, **changes})


def around(events=(), conditions=(), **violence):
    return Surroundings(
        Violence(events=tuple(events), **violence), conditions, (),
        ["Osh", "Uzgen"], ["U", "K"], np.array([3000, 1000]), KM, START,
    )  # fmt: skip


def intensity(surroundings, n: float) -> float:
    return float(surroundings.at(round(n * 3600)).violence[0])


def test_violence_rises_holds_and_decays_by_half():
    """0 until onset, linear to the peak, constant until `until`, then 2^(-t / half-life)."""
    told = [intensity(around([event()]), n) for n in (0, 2, 3, 5, 6, 8, 10, 13, 16)]
    assert told == pytest.approx([0, 0, 0.2, 0.6, 0.8, 0.8, 0.8, 0.4, 0.2])


def test_what_is_negligible_is_over():
    surroundings = around([event()], negligible=0.05)
    assert intensity(surroundings, 10 + 3 * 3.99) > 0.05
    assert intensity(surroundings, 10 + 3 * 4.01) == 0.0


def test_an_event_may_begin_at_its_peak():
    surroundings = around([event(start=at(6))])
    assert [intensity(surroundings, n) for n in (5.99, 6, 7)] == pytest.approx([0, 0.8, 0.8])


def test_a_spell_without_half_life_is_over_at_its_end():
    surroundings = around([event(half_life_hours=None)])
    told = [surroundings.at(10 * 3600 + second).violence[0] for second in (-1, 0, 1, 1800)]
    assert told == [0.8, 0.0, 0.0, 0.0]


def test_danger_is_violence_as_far_as_it_targets_a_group():
    state = around([event()]).at(7 * 3600)
    assert state.danger == pytest.approx(np.array([[0.8, 0.2], [0.0, 0.0]]))


def test_spells_at_one_place_add_up():
    state = around([event(), event(intensity=0.1, target={"K": 1})]).at(7 * 3600)
    assert state.violence == pytest.approx([0.9, 0.0])
    assert state.danger[0] == pytest.approx([0.8, 0.2 + 0.1])


def test_contagion_spills_over_by_distance():
    """violence_p + sum over others of contagion x exp(-km / scale) x violence_q."""
    state = around([event()], contagion=0.3, contagion_km=5.0).at(7 * 3600)
    assert state.violence == pytest.approx([0.8, 0.3 * np.exp(-1) * 0.8])
    assert state.danger[1] == pytest.approx([0.3 * np.exp(-1) * 0.8, 0.3 * np.exp(-1) * 0.2])


def condition(**changes):
    fields = {"name": "c", "kind": "curfew", "places": ["Osh"], "start": at(0), "stop": at(48),
              "leave": 0.5, "delay_hours": 2, "violence": 0.7}  # fmt: skip
    return Condition(**{**fields, **changes})


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [((20, 6), (20, 23.99, 0, 5.99), (6, 12, 19.99)), ((8, 17.5), (8, 17.49), (17.5, 7.99, 0)),
     (None, (0, 12, 23.99), ())],
)  # fmt: skip
def test_hours_of_the_day_may_wrap_over_midnight(hours, inside, outside):
    told = condition(hours=hours)
    for h in inside:
        assert in_force(told, datetime(2010, 6, 11) + timedelta(hours=h)), h
    for h in outside:
        assert not in_force(told, datetime(2010, 6, 11) + timedelta(hours=h)), h


def test_a_condition_holds_in_its_half_open_window():
    told = condition(start=at(3), stop=at(5))
    assert [in_force(told, at(n)) for n in (2.99, 3, 4.99, 5)] == [False, True, True, False]


def test_conditions_bind_their_places_and_groups():
    state = around([event()], [condition(groups=["K"])]).at(7 * 3600)
    assert state.leave.tolist() == [[1.0, 0.5], [1.0, 1.0]]
    assert state.delay_hours.tolist() == [[0.0, 2.0], [0.0, 0.0]]
    assert state.violence[0] == pytest.approx(0.56)


def test_conditions_at_once_multiply_and_add():
    both = [condition(), condition(name="d", leave=0.2, delay_hours=1, violence=1)]
    state = around([event()], both).at(7 * 3600)
    assert state.leave[0] == pytest.approx([0.1, 0.1])
    assert state.delay_hours[0].tolist() == [3.0, 3.0]


def test_great_circles():
    """A quarter of the equator is pi / 2 x 6371.0088 km; the matrix is symmetric."""
    km = great_circle_km(np.array([0.0, 0.0, 90.0]), np.array([0.0, 90.0, 0.0]))
    assert km == pytest.approx(km.T)
    assert km[0, 1] == pytest.approx(np.pi / 2 * 6371.0088)
    assert km[0, 2] == km[1, 2] == pytest.approx(km[0, 1])
