"""Any forces with any orders: which way they push, and that their order in the file is nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flowsim.running import run
from flowsim.world.forces import state_at
from flowsim.world.violence import Danger, Surroundings
from flowsim.world.violence_config import Condition, Event, Force, ForceEffect, Violence
from tests.model.worlds import START, hours, rich, same_bytes
from tests.properties.strategies import few

PLACES, GROUPS = ("P0", "P1", "P2"), ("G0", "G1")
POPULATION = np.array([3100, 0, 700])
KM = np.array([[0.0, 5.0, 9.0], [5.0, 0.0, 3.0], [9.0, 3.0, 0.0]])
HOURS = 12
SIZES = st.sampled_from((0, 1, 37, 200, 1234))
STANCES = st.sampled_from(("protect", "stand_by", "attack"))


def some(names: tuple[str, ...], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=least, unique=True).map(tuple)


@st.composite
def orders(draw, start, places, groups, sizes):
    roads = draw(st.sampled_from(("leave_alone", "block", "open")))
    return {"start": start, "stance": draw(STANCES), "roads": roads, "places": draw(some(places)),
            "groups": draw(some(groups)) if roads == "block" else (),
            "size": draw(st.none() | sizes)}  # fmt: skip


@st.composite
def forces(draw, new=True, places=PLACES, groups=GROUPS, sizes=SIZES):
    """Up to four; without ``new``, none has more than a stance."""
    told = []
    for i in range(draw(st.integers(0, 4))):
        starts = [hours(n) for n in sorted(draw(st.sets(st.integers(0, HOURS), max_size=3)))]
        given = [
            draw(orders(start, places, groups, sizes)) if new
            else {"start": start, "stance": draw(STANCES)} for start in starts
        ]  # fmt: skip
        told.append(Force(name=f"F{i}", kind="militia", places=draw(some(places, 1)),
                          size=draw(sizes), orders=given))  # fmt: skip
    return told


@st.composite
def conditions(draw):
    return [
        Condition(name=f"C{i}", kind=draw(st.sampled_from(("curfew", "roadblock", "barricade"))),
                  places=draw(some(PLACES, 1)), groups=draw(some(GROUPS)), start=START,
                  stop=hours(draw(st.integers(1, HOURS + 1))),
                  leave=draw(st.sampled_from((0.0, 0.3, 0.7))), delay_hours=draw(
                      st.sampled_from((0.0, 0.3, 2.0))), violence=0.7)
        for i in range(draw(st.integers(0, 3)))
    ]  # fmt: skip


VIOLENCE = Violence(
    events=[
        Event(place=place, start=hours(1), peak=hours(4), until=hours(6), half_life_hours=3,
              intensity=0.9, target={"G0": 1, "G1": 0.3})
        for place in PLACES[:2]
    ],
    contagion=0.2,
    force_effect=ForceEffect(persons_halving=530.0, persons_blocking=170.0, block_delay_hours=0.7),
)  # fmt: skip


def course(forces, conditions) -> list[Danger]:
    around = Surroundings(VIOLENCE, conditions, forces, PLACES, GROUPS, POPULATION, KM, START)
    return [around.at(1800 + n * 3600) for n in range(HOURS + 1)]


def arrays(state: Danger) -> list[np.ndarray]:
    return [state.violence, state.danger, state.leave, state.delay_hours]


def all_bytes(states) -> list[bytes]:
    return [values.tobytes() for state in states for values in arrays(state)]


def told(force: Force, **change) -> Force:
    orders = tuple(order.model_copy(update=change) for order in force.orders)
    return force.model_copy(update={"orders": orders})


@given(forces(), conditions(), st.data())
def test_the_order_of_forces_in_the_file_is_nothing(forces, conditions, data):
    shuffled = data.draw(st.permutations(forces))
    assert all_bytes(course(shuffled, conditions)) == all_bytes(course(forces, conditions))


@given(forces(), conditions(), st.data())
def test_who_protects_never_raises_violence_and_who_attacks_never_lowers_it(
    forces, conditions, data
):
    if not forces:
        return
    i = data.draw(st.integers(0, len(forces) - 1))
    by_stance = [
        course([*forces[:i], told(forces[i], stance=stance), *forces[i + 1 :]], conditions)
        for stance in ("protect", "stand_by", "attack")
    ]
    for protected, left, attacked in zip(*by_stance, strict=True):
        assert (protected.violence <= left.violence).all()
        assert (protected.danger <= left.danger).all()
        assert (left.violence <= attacked.violence).all()
        assert protected.leave.tobytes() == attacked.leave.tobytes()


@given(forces(), conditions(), st.data())
def test_who_blocks_never_helps_and_who_opens_never_hinders(forces, conditions, data):
    if not forces:
        return
    i = data.draw(st.integers(0, len(forces) - 1))
    by_roads = [
        course([*forces[:i], told(forces[i], roads=roads), *forces[i + 1 :]], conditions)
        for roads in ("block", "leave_alone", "open")
    ]
    for blocked, left, opened in zip(*by_roads, strict=True):
        assert (blocked.leave <= left.leave).all()
        assert (left.leave <= opened.leave).all()
        assert (blocked.delay_hours >= left.delay_hours).all()
        assert (left.delay_hours >= opened.delay_hours).all()
        assert (opened.leave <= 1.0).all()
        assert (opened.delay_hours >= 0.0).all()
        assert blocked.violence.tobytes() == opened.violence.tobytes()


@given(forces(new=False), conditions())
def test_who_leaves_the_roads_alone_changes_no_byte_of_what_was(forces, conditions):
    """Held against the law as it was before forces did anything to roads, force by force."""
    states = course(forces, conditions)
    for n, (state, plain) in enumerate(zip(states, course([], conditions), strict=True)):
        now = START + timedelta(seconds=1800 + n * 3600)
        assert state.leave.tobytes() == plain.leave.tobytes()
        assert state.delay_hours.tobytes() == plain.delay_hours.tobytes()
        assert state.violence.tobytes() == violence_as_it_was(forces, conditions, now).tobytes()


def violence_as_it_was(forces, conditions, now) -> np.ndarray:
    factor = np.ones(len(PLACES))
    for force in forces:
        rows = np.array([PLACES.index(p) for p in force.places])
        people = np.maximum(POPULATION[rows], 1).astype(np.float64)
        weight = 1.0 + force.size * people / people.sum() / VIOLENCE.force_effect.persons_halving
        stance = state_at(force, now).stance
        if stance == "protect":
            factor[rows] /= weight
        elif stance == "attack":
            factor[rows] *= weight
    for condition in conditions:
        if now < condition.stop:
            factor[[PLACES.index(p) for p in condition.places]] *= condition.violence
    bare = Surroundings(
        VIOLENCE.model_copy(update={"contagion": 0.0}), (), (), PLACES, GROUPS, POPULATION, KM,
        START,
    ).at(round((now - START).total_seconds())).violence * factor  # fmt: skip
    kernel = VIOLENCE.contagion * np.exp(-KM / VIOLENCE.contagion_km)
    np.fill_diagonal(kernel, 1.0)
    return (kernel * bare[None, :]).sum(axis=1)


@few(8)
@given(
    forces(
        places=("Town", "Village", "Far"), groups=("U", "K"), sizes=st.sampled_from((37, 200, 1234))
    ),
    st.integers(0, 99),
)
def test_both_engines_give_the_same_bytes_whoever_stands_where(forces, seed):
    scenario = rich(120, days=1, forces=forces)
    one, other = (run(scenario, seed=seed, engine=engine) for engine in ("columns", "agents"))
    assert not same_bytes(one, other)
