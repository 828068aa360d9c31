"""Each formula of Flee's rules by hand, on grounds of a few places."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.behaviour.flee_config import Flee, Spawning
from flowsim.draws import mix, seed_key, text_key
from flowsim.flee.closed import closed_by_day, held
from flowsim.flee.ground import Ground, ground_of
from flowsim.flee.kernel.choice import choose, weigh, weight
from flowsim.flee.kernel.person import days_until
from flowsim.flee.kernel.places import look, room
from flowsim.flee.paths import Links, find_ways
from flowsim.flee.refused import unknown_to_flee
from flowsim.flee.simulate import Days, simulate
from flowsim.flee.spawning import decay, plan_starts
from flowsim.policy import as_policy
from flowsim.policy.config import Authority
from flowsim.world.violence_config import Event
from tests.flee.by_hand import chain, made, person, state
from tests.flee_folder import FILES

KINDS = ("town", "town", "camp", "idp_camp", "hub", "marker")


def ground(days: int = 3, **changed: Any) -> Ground:
    """Six places of each kind; the first is in conflict, the third abroad."""
    n = len(KINDS)
    intensity = np.zeros((days, n))
    intensity[:, 0] = 0.5
    told: dict[str, Any] = {
        "names": tuple("ABCDEF"), "kinds": KINDS, "foreign": np.arange(n) == 2,
        "marker": np.arange(n) == 5, "population": np.array([100.0, 40, 0, 0, 0, 0]),
        "capacity": np.array([-1.0, -1, 50, 20, -1, -1]), "growth": np.zeros(n),
        "stock": np.zeros(n, dtype=np.int64), "lat": np.arange(n) * 1.0,
        "lon": 10.0 + 2.0 * np.arange(n),
        "links": Links.of([(0, 1), (1, 2), (0, 5), (5, 3)], [10.0, 20.0, 5.0, 7.0]),
        "intensity": intensity, "since": np.zeros((days, n), dtype=np.int64),
        "shut": np.zeros((days, 8), dtype=bool), "no_camp": np.zeros((days, n), dtype=bool),
        "hunger": np.zeros((days, n)), "flood": np.zeros((days, n)),
    }  # fmt: skip
    return Ground(**{**told, **changed})


# ---- ways -----------------------------------------------------------------------------------


def test_routes_lead_both_ways() -> None:
    links = Links.of([(0, 1), (1, 2)], [10, 20])
    assert links.tail.tolist() == [0, 1, 1, 2]
    assert links.head.tolist() == [1, 0, 2, 1]
    assert links.km.tolist() == [10.0, 10.0, 20.0, 20.0]
    none = Links.of([], [])
    assert find_ways(none, np.zeros(2, dtype=bool), 1).end.size == 0


def test_ways_end_at_each_stop_that_is_no_marker_and_never_come_back() -> None:
    here = ground()
    for awareness, wanted in (
        (1, {(0,): 10.0, (4, 6): 12.0}),
        (2, {(0,): 10.0, (0, 2): 30.0, (4, 6): 12.0}),
    ):
        ways = find_ways(here.links, here.marker, awareness)
        mine = {
            tuple(link for link in row if link >= 0): float(km)
            for row, km, origin in zip(ways.links.tolist(), ways.km, ways.origin, strict=True)
            if origin == 0
        }
        assert mine == wanted
        assert (np.diff(ways.origin) >= 0).all()
        assert ways.length.tolist() == [sum(x >= 0 for x in row) for row in ways.links.tolist()]
        heads = here.links.head
        assert ways.end.tolist() == [
            int(heads[row[n - 1]]) for row, n in zip(ways.links, ways.length, strict=True)
        ]
    assert find_ways(here.links, here.marker, 1).are_long
    plain = find_ways(here.links, np.zeros(6, dtype=bool), 1)
    assert not plain.are_long
    shut = np.zeros(8, dtype=bool)
    shut[6] = True
    ways = find_ways(here.links, here.marker, 1)
    closed = [row for row, is_open in zip(ways.links.tolist(), ways.open(shut), strict=True)
              if not is_open]  # fmt: skip
    assert closed
    assert all(6 in row for row in closed)


@pytest.mark.parametrize(("awareness", "rows", "columns"), [(1, 8, 2), (2, 13, 3), (3, 16, 4)])
def test_more_ways_than_fit_are_told(
    monkeypatch: pytest.MonkeyPatch, awareness: int, rows: int, columns: int
) -> None:
    """What fits is the number of ways times the links of the longest."""
    here = ground()
    monkeypatch.setattr("flowsim.flee.paths.MOST_CELLS", rows * columns)
    assert find_ways(here.links, here.marker, awareness).links.shape == (rows, columns)
    monkeypatch.setattr("flowsim.flee.paths.MOST_CELLS", rows * columns - 1)
    with pytest.raises(fs.ScenarioError) as error:
        find_ways(here.links, here.marker, awareness)
    (problem,) = error.value.problems
    assert str(problem) == (
        f"flee.awareness_level: there are too many ways of up to {awareness} links; give a "
        f"lower level: {rows - 1} ways of {columns} links fit"
    )


# ---- weights --------------------------------------------------------------------------------


def scores(flee: Flee, here: Ground, day: int, people: Any) -> list[float]:
    return list(state(flee, here, day, people).score)


def test_scores_by_hand() -> None:
    flee = Flee(foreign_weight=3.0, camp_weight=2.0, conflict_weight=0.25)
    here = ground()
    people = np.array([16.0, 81, 5, 5, 0, 1])
    assert scores(flee, here, 0, people) == [0.5, 1.0, 6.0, 2.0, 1.0, 1.0]
    drawn = flee.model_copy(
        update={"use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 0.5}
    )
    assert scores(drawn, here, 0, people) == [2.0, 9.0, 6.0, 2.0, 1.0, 1.0]
    closed = np.zeros((3, 6), dtype=bool)
    closed[0, 2] = True
    assert scores(flee, ground(no_camp=closed), 0, people)[2] == 3.0
    assert scores(flee, ground(no_camp=closed), 1, people)[2] == 6.0


def test_fear_of_a_conflict_fades_with_its_age() -> None:
    spawning = Spawning(conflict_spawn_decay=(1.0, 0.5, 0.0), conflict_spawn_decay_interval=10)
    flee = Flee(conflict_weight=0.25, spawning=spawning)
    since = np.zeros((40, 6), dtype=np.int64)
    since[:, 1] = -1
    here = ground(days=40, since=since)
    factors = decay(flee, here)[[0, 9, 10, 19, 20, 39], 0]
    assert factors.tolist() == [1.0, 1.0, 0.5, 0.5, 0.0, 0.0]
    assert scores(flee, here, 10, np.zeros(6))[0] == pytest.approx(0.25**0.25)
    assert decay(Flee(), here)[39].tolist() == [1.0] * 6
    later = since.copy()
    later[30:, 0] = 30
    assert decay(flee, ground(days=40, since=later))[35, 0] == 1.0


def weights(flee: Flee, here: Ground, score: Any) -> dict[tuple[int, ...], float]:
    """Of each way by its links, to places of some score with room for all."""
    s = state(flee, here)
    s.score = score
    return {chain(s, way): weight(s, way) for way in range(len(s.end))}


def test_weights_by_hand() -> None:
    score = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    flee = Flee(softening=6.0, weight_softening=2.0, distance_power=2.0)
    found = weights(flee, ground(), score)
    assert found[0,] == pytest.approx((2 + 2) / 16.0**2)
    assert found[4, 6] == pytest.approx((2 + 4) / 18.0**2)


@pytest.mark.parametrize("strict", [False, True])
def test_home_draws_by_the_distance_in_a_straight_line(strict: bool) -> None:
    here = ground(lat=np.array([0.0, 0, 60, 60, 0, 0]), lon=np.array([10.0, 40, 10, 12, 0, 0]))
    flee = Flee(softening=0.0, distance_power=0.0, stay_close_to_home=True,
                home_distance_power=1.0, strict=strict)  # fmt: skip
    found = weights(flee, here, [1.0] * 6)

    def km(one: tuple[float, float], other: tuple[float, float]) -> float:
        if strict:  # Flee takes latitudes for longitudes
            one, other = one[::-1], other[::-1]
        (p, m), (q, n) = (tuple(map(math.radians, end)) for end in (one, other))
        cosine = math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(m - n)
        return 6373.0 * math.acos(min(cosine, 1.0))

    assert found[0,] == pytest.approx(1 / km((0, 10), (0, 40)))
    assert found[2,] == pytest.approx(1 / km((0, 40), (60, 10)))
    assert found[4, 6] == pytest.approx(1 / km((0, 10), (60, 12)))


def test_room_and_weights_as_places_fill() -> None:
    limit = [100.0, 100, 100, 100, -1, 0.5]
    kept = [room(n, most, 0.6) for n, most in zip([0, 60, 70, 100, 9, 9], limit, strict=True)]
    assert kept == pytest.approx([1.0, 1.0, 0.75, 0.0, 1.0, 1.0])
    s = state(Flee(weight_power=2.0), ground())
    whole = [weight(s, way) for way in range(len(s.end))]
    for place, part in enumerate([1.0, 0.5, 1, 0, 1, 1]):
        s.space[place] = part
    assert [weight(s, way) for way in range(len(s.end))] == pytest.approx(
        [w * s.space[s.end[way]] ** 2 for way, w in enumerate(whole)]
    )


def summed(s: Any, place: int) -> list[float]:
    """Weight of each way from a place, as it is drawn by."""
    weigh(s, place, 0)
    ways = range(s.first_way[place], s.first_way[place + 1])
    return np.diff([s.sum_to[way] for way in ways], prepend=0.0).tolist()


def test_ways_below_the_threshold_are_left_out() -> None:
    plain = state(Flee(pruning_threshold=1.0), ground())
    pruned = state(Flee(pruning_threshold=1.1), ground())
    dropped = 0
    for place in range(6):
        mine = summed(plain, place)
        kept = [w if w >= max(mine) / 1.1 else 0.0 for w in mine]
        assert summed(pruned, place) == pytest.approx(kept)
        dropped += kept.count(0.0)
    assert dropped > 0


def test_ways_are_drawn_by_their_weights() -> None:
    shut = np.zeros((3, 8), dtype=bool)
    shut[:, 0] = True
    s = state(Flee(awareness_level=2), ground(shut=shut))
    n = 4000
    for place in range(6):
        drawn = [choose(s, person(number, place), 0) for number in range(n)]
        used = summed(s, place)
        if not sum(used):
            assert set(drawn) == {-1}
            continue
        parts = np.bincount(np.array(drawn) - s.first_way[place], minlength=len(used)) / n
        for part, share in zip(parts, np.array(used) / sum(used), strict=True):
            assert abs(part - share) <= 4 * (share * (1 - share) / n) ** 0.5 + 1e-12


# ---- chances --------------------------------------------------------------------------------


def test_chances_to_move_on_by_kind_of_place() -> None:
    flee = Flee(conflict_movechance=0.9, camp_movechance=0.1, idpcamp_movechance=0.2,
                default_movechance=0.4)  # fmt: skip
    here = ground()
    assert list(state(flee, here).chance) == [0.9, 0.4, 0.1, 0.2, 1.0, 1.0]
    closed = np.zeros((3, 6), dtype=bool)
    closed[1, 2] = True
    chances = [state(flee, ground(no_camp=closed), d).chance[2] for d in (0, 1)]
    assert chances == [0.1, 0.4]
    sized = flee.model_copy(
        update={"movechance_pop_scale_factor": -1.0, "movechance_pop_base": 20.0}
    )
    # by population or capacity, whichever is larger; nowhere above 1
    found = list(state(sized, here, people=[100.0, 40, 0, 80, 0, 0]).chance)
    assert found == pytest.approx([0.9 / 5, 0.4 / 2, 0.1 / 2.5, 0.2 / 4, 1.0, 1.0])
    grows = sized.model_copy(update={"movechance_pop_scale_factor": 1.0})
    assert state(grows, here, people=np.zeros(6)).chance[0] == 0.0
    assert list(state(flee, here).town) == [False, True, False, False, False, False]
    closed_town = state(flee, ground(no_camp=closed), 1).town
    assert list(closed_town) == [False, True, True, False, False, False]


def test_who_surely_moves_does_so_the_next_day_and_who_never_does_not_in_the_run() -> None:
    s = state(Flee(conflict_movechance=1.0, default_movechance=0.0), ground())
    assert days_until(s, person(place=0)) == 1
    assert days_until(s, person(place=1)) > 3
    assert days_until(s, person(place=1, way=0)) == 1  # a way that is begun is followed


def test_a_day_has_its_capacities_and_its_ways() -> None:
    shut = np.zeros((3, 8), dtype=bool)
    shut[1, 2] = True
    here = ground(growth=np.array([0.0, 0, 5, 0, 0, 0]), shut=shut)
    flee = Flee(capacity_scaling=2.0, capacity_buffer=0.5)
    first, second = (state(flee, here, day) for day in (0, 1))
    assert list(first.limit) == [-1.0, -1.0, 110.0, 40.0, -1.0, -1.0]
    assert list(second.limit) == [-1.0, -1.0, 120.0, 40.0, -1.0, -1.0]
    assert list(second.closed_on) == [-1, -1, 1, -1, -1, -1, -1, -1]
    for place in (1, 3):
        weigh(first, place, 0)
    first.present[2] = 100  # room for 10 of 110, where 55 are the band
    look(first, 2)
    assert first.space[2] == pytest.approx(10 / 55)
    assert [first.stale[place] for place in (1, 3)] == [True, False]  # who sees the camp


# ---- the ground of a scenario -----------------------------------------------------------------


def test_the_ground_has_what_the_tables_say(tmp_path: Path) -> None:
    setup = made(tmp_path)
    here = ground_of(setup)
    assert here.names == ("Aha", "Bee", "Cee", "Dee", "Eve")
    assert here.kinds == ("town", "town", "camp", "camp", "camp")
    assert here.foreign.tolist() == [False, False, True, True, True]
    assert not here.marker.any()
    assert here.population.tolist() == [1000.0, 0.0, 0.0, 0.0, 0.0]
    assert here.capacity.tolist() == [-1.0, -1.0, 500.0, 400.0, 300.0]
    assert here.stock.tolist() == [0, 0, 10, 0, 0]
    assert here.lat.tolist() == [1.0, 1.0, 1.0, 1.5, 2.0]
    assert here.lon.tolist() == [1.0, 2.0, 3.0, 3.5, 1.0]
    assert here.links.km.tolist() == [120.0, 120, 130, 130, 90, 90, 150, 150]
    assert here.days == 10
    assert here.intensity[:, 0].tolist() == [1.0] * 10
    assert not here.intensity[:, 1:].any()
    assert here.since[:, 0].tolist() == [0] * 10
    assert (here.since[:, 1:] == -1).all()
    assert here.camps.tolist() == [False, False, True, True, True]


def test_numbers_are_divided_by_how_many_one_stands_for(tmp_path: Path) -> None:
    here = ground_of(made(tmp_path, hasten=3))
    assert here.population[0] == 333.0
    assert here.capacity.tolist() == [-1.0, -1.0, 166.0, 133.0, 100.0]
    assert here.stock[2] == 3
    setup = made(tmp_path / "b", strict=True)
    assert ground_of(setup).capacity[2] == 490.0
    assert ground_of(setup.with_values({"flee.spawning.insert_day0": False})).capacity[2] == 500.0
    places = [p.model_copy(update={"capacity_per_day": 6.0}) for p in setup.places]
    grown = setup.model_copy(update={"places": tuple(places)}).with_values({"flee.hasten": 3})
    assert ground_of(grown).growth.tolist() == [2.0] * 5


def test_spells_of_conflict_by_day_and_since_when(tmp_path: Path) -> None:
    setup = made(tmp_path)
    start = setup.start

    def spell(first: int, stop: int, intensity: float, hours: int = 0) -> Event:
        begin = start.replace(day=start.day + first, hour=hours)
        return Event(place="Bee", start=begin, peak=begin, intensity=intensity,
                     until=start.replace(day=start.day + stop), target={"people": 1.0})  # fmt: skip

    events = (spell(1, 3, 0.5), spell(3, 4, 0.25), spell(6, 8, 1.0), spell(8, 9, 0.5, hours=1))
    violence = setup.violence.model_copy(update={"events": events})
    here = ground_of(setup.model_copy(update={"violence": violence}))
    assert here.intensity[:, 1].tolist() == [0, 0.5, 0.5, 0.25, 0, 0, 1, 1, 0, 0]
    assert here.since[:, 1].tolist() == [-1, 1, 1, 1, 1, 1, 6, 6, 6, 6]
    strict = setup.with_values({"flee.strict": True})
    seen = ground_of(strict.model_copy(update={"violence": violence})).intensity[:, 1]
    assert seen.tolist() == [0, 0.5, 0.5, 0.5, 0, 0, 1, 1, 0, 0]


# ---- closures -------------------------------------------------------------------------------

CLOSURES = FILES["input_csv/closures.csv"]


def test_closures_by_day_and_direction(tmp_path: Path) -> None:
    setup = made(tmp_path, closures=CLOSURES + "country,Home,Far,2,5\n")
    found = list(held(setup))
    assert found
    for where, border, direction, policy in found:
        assert where.startswith(f"borders[{border.id}].authorities[")
        assert f"].{direction}[" in where
        assert policy.type == "closed"  # type: ignore[attr-defined]
    index = {place.name: i for i, place in enumerate(setup.places)}
    shut, no_camp = closed_by_day(setup, index, 10)
    assert shut.shape == (10, 8)
    assert np.flatnonzero(shut[:, 2]).tolist() == np.flatnonzero(shut[:, 3]).tolist()
    closed_days = np.flatnonzero(shut[:, 2])
    assert closed_days[0] == 2
    assert not shut[:, [0, 1, 4, 5, 6, 7]].any()
    assert not no_camp.any()
    borders = [
        b.model_copy(update={"authorities": tuple(
            a.model_copy(update={"back": ()}) for a in b.authorities)})
        for b in setup.borders
    ]  # fmt: skip
    out, _ = closed_by_day(setup.model_copy(update={"borders": tuple(borders)}), index, 10)
    assert out[:, 2].any()
    assert not out[:, 3].any()


# ---- who starts -----------------------------------------------------------------------------


def test_who_starts_is_told_by_day_and_place(tmp_path: Path) -> None:
    setup = made(tmp_path)
    here = ground_of(setup)
    starts = plan_starts(setup, here, seed_key(1))
    told = [row.persons for row in setup.arrivals]
    assert starts.first[0] == 10
    assert np.diff(starts.first).sum() == sum(told)
    assert starts.place[:10].tolist() == [2] * 10
    assert set(starts.place[10:].tolist()) == {0}
    assert starts.population.shape == (10, 5)
    assert (starts.population == here.population).all()
    assert len(set(starts.key.tolist())) == starts.key.size
    old = mix(np.full(10, text_key("day 0")), np.arange(10, dtype=np.uint64))
    assert starts.key[:10].tolist() == old.tolist()
    day = int(np.flatnonzero(np.diff(starts.first))[0])
    first, last = starts.first[day : day + 2]
    mine = mix(np.full(last - first, text_key("daily", day)),
               np.arange(last - first, dtype=np.uint64))  # fmt: skip
    assert starts.key[first:last].tolist() == mine.tolist()


@pytest.mark.parametrize(
    ("mode", "number", "wanted"),
    [("constant", 70.0, [35, 0]), ("pop_ratio", 0.1, [50, 0])],
)
def test_modes_of_starting_by_conflict(
    tmp_path: Path, mode: str, number: float, wanted: list[int]
) -> None:
    setup = made(tmp_path)
    half = setup.violence.model_copy(update={"events": tuple(
        e.model_copy(update={"intensity": 0.5}) for e in setup.violence.events)})  # fmt: skip
    setup = setup.model_copy(update={"violence": half}).with_values(
        {"flee.spawning.mode": mode, "flee.spawning.displaced_per_conflict_day": number}
    )
    starts = plan_starts(setup, ground_of(setup), seed_key(1))
    assert np.diff(starts.first).tolist() == [wanted[0]] * 10
    taken = setup.with_values({"flee.spawning.take_from_population": True})
    starts = plan_starts(taken, ground_of(taken), seed_key(1))
    assert starts.population[1, 0] == 1000 - wanted[0]
    assert starts.population[:, 1:].sum() == 0


def test_who_waits_for_a_conflict_comes_with_it(tmp_path: Path) -> None:
    late = "#Day,Aha,Bee\n" + "".join(f"{day},{int(day >= 4)},0\n" for day in range(10))
    setup = made(tmp_path, conflicts=late)
    starts = np.diff(plan_starts(setup, ground_of(setup), seed_key(1)).first)
    told = np.zeros(10, dtype=int)
    for row in setup.arrivals:
        told[(row.start - setup.start).days] += row.persons
    assert starts[:4].tolist() == [0] * 4
    assert starts[4] == told[:5].sum()
    assert starts[5:].tolist() == told[5:].tolist()
    calm = setup.model_copy(update={"violence": setup.violence.model_copy(update={"events": ()})})
    with pytest.raises(fs.ScenarioError) as error:
        plan_starts(calm, ground_of(calm), seed_key(1))
    (problem,) = error.value.problems
    assert str(problem) == (
        f"violence.events: {told.sum()} persons arrive, but no place is ever in "
        "conflict; give spells of conflict"
    )


# ---- days -----------------------------------------------------------------------------------


def test_days_count_everybody_once(tmp_path: Path) -> None:
    setup = made(tmp_path, hasten=2)
    days = simulate(setup, seed=3)
    assert isinstance(days, Days)
    assert days.seed == "3"
    assert days.places == ("Aha", "Bee", "Cee", "Dee", "Eve")
    assert days.violence.tolist() == ground_of(setup).intensity.tolist()
    total = days.persons.sum(axis=1) + days.on_way.sum(axis=1) + days.to_come.sum(axis=1)
    assert len(set(total.tolist())) == 1
    assert (days.persons % 2 == 0).all()
    assert days.to_come[-1].sum() == 0
    assert days.sheltered(["Eve", "Cee"])[-1].tolist() == days.persons[-1, [4, 2]].tolist()


# ---- what these rules do not know -------------------------------------------------------------

RIGHT = "leave it out, or choose `rules: flowsim`"


def test_all_that_the_rules_do_not_know_is_told_by_its_place(tmp_path: Path) -> None:
    setup = made(tmp_path, closures=CLOSURES + "country,Home,Far,2,5\n")
    assert unknown_to_flee(setup) == []
    missing = ("move_rules.fixed_routes", "spawn_rules.sum_from_camps")
    border = next(b for b in setup.borders if set(b.between) == {"Home", "Far"})
    side = border.authorities[0]
    policies = (fs.policy.Quota(per_hour=3), fs.policy.Closed(leak=0.5),
                fs.policy.Checkpoint(routes=[("Aha", "Bee")], permeability=0.5))  # fmt: skip
    ours = side.model_copy(update={"policies": policies, "back": ()})
    changed = border.model_copy(update={"authorities": (ours, *border.authorities[1:])})
    event = setup.violence.events[0]
    odd = event.model_copy(update={"half_life_hours": 3.0})
    violence = setup.violence.model_copy(update={"events": (event, odd), "contagion": 0.5})
    group = setup.groups[0]
    told = unknown_to_flee(
        setup.model_copy(update={
            "borders": (changed,), "violence": violence, "arrivals": (),
            "groups": (group, group.model_copy(update={"name": "other"})),
            "flee": setup.flee.model_copy(update={"missing_rules": missing}),
        })
    )  # fmt: skip
    at = f"borders[{border.id}].authorities[{side.country}].policies"
    lines = [str(problem) for problem in told]
    mine = [line for line in lines if line.startswith(at)]
    assert mine == [
        f"{at}[0]: Flee's rules have no policy of type 'quota'; {RIGHT}; they know crossings "
        "and roads that are shut to all, and places that take nobody in",
        f"{at}[1].leak: Flee's rules have no 'leak' of a policy of type 'closed'; {RIGHT}",
        f"{at}[2].permeability: by Flee's rules a road is open or closed; give 0 or 1, or "
        "`rules: flowsim`",
    ]
    assert lines[-6:] == [
        f"violence.contagion: Flee's rules have no contagion; {RIGHT}",
        "violence.events[1]: by Flee's rules a conflict is as strong from its first day to its "
        "last; let the peak be at the start, and give no half-life",
        f"groups: Flee's rules have only one group of people; {RIGHT}",
        "arrivals: no arrivals are given; give the arrivals, or another `flee.spawning.mode`",
        *(f"flee.missing_rules: the rule that {name} asks for is not here; {RIGHT}"
          for name in missing),
    ]  # fmt: skip


def test_a_camp_for_one_has_a_limit_and_a_camp_for_nobody_has_none(tmp_path: Path) -> None:
    setup = made(tmp_path)
    rooms = {"Cee": 1, "Dee": 0}
    places = [p.model_copy(update={"capacity": rooms.get(p.name, p.capacity)})
              for p in setup.places]  # fmt: skip
    here = ground_of(setup.model_copy(update={"places": tuple(places)}))
    assert here.capacity.tolist() == [-1.0, -1.0, 1.0, -1.0, 300.0]
    assert list(state(setup.flee, here).limit) == [-1.0, -1.0, 1.0, -1.0, 300.0]


def test_those_who_are_told_to_come_on_one_day_add_up_from_the_first_day_on(
    tmp_path: Path,
) -> None:
    setup = made(tmp_path)
    row = setup.arrivals[0]
    rows = [row.model_copy(update={"start": setup.start, "persons": n}) for n in (3, 4)]
    told = setup.model_copy(update={"arrivals": tuple(rows)})
    starts = plan_starts(told, ground_of(told), seed_key(1))
    assert np.diff(starts.first).tolist() == [7] + [0] * 9
    at = [
        r.model_copy(update={"place": name}) for r, name in zip(rows, ("Bee", "Aha"), strict=True)
    ]
    told = setup.model_copy(update={"arrivals": tuple(at)})
    starts = plan_starts(told, ground_of(told), seed_key(1))
    assert np.bincount(starts.place[starts.first[0] :], minlength=5).tolist() == [4, 3, 0, 0, 0]


def test_a_road_that_is_shut_or_open_is_known_to_the_rules(tmp_path: Path) -> None:
    setup = made(tmp_path, closures=CLOSURES + "link,Aha,Bee,2,5\n")
    assert unknown_to_flee(setup) == []
    index = {place.name: i for i, place in enumerate(setup.places)}
    shut, _ = closed_by_day(setup, index, 10)
    assert np.flatnonzero(shut[:, 0]).tolist() == [2, 3, 4]
    assert np.flatnonzero(shut[:, 1]).tolist() == [2, 3, 4]


class Standstill(fs.policy.GatePolicy):
    """Of another package: shuts a crossing, as it says itself, for as long as it holds."""

    def opening(self, now, view):
        return fs.Opening(permeability=0.0)


def test_policies_are_asked_what_they_state(tmp_path: Path) -> None:
    setup = made(tmp_path)
    border = next(b for b in setup.borders if set(b.between) == {"Home", "Far"})

    def with_policies(*policies):
        own = tuple(p if isinstance(p, Standstill) else as_policy(p) for p in policies)
        side = Authority(name="Guards", country="Far").model_copy(update={"policies": own})
        changed = border.model_copy(update={"authorities": (side,)})
        return setup.model_copy(update={"borders": (changed,)})

    day = setup.start + timedelta(days=1)
    policy = fs.policy
    index = {place.name: i for i, place in enumerate(setup.places)}
    shut, _ = closed_by_day(with_policies(policy.Closed(start=day)), index, 10)
    assert shut.any()
    for other in (
        policy.Scheduled(policies=[policy.Closed(start=day), policy.Open(stop=day)]),
        policy.Triage(permeability=0, start=day),
        Standstill(start=day),
    ):
        assert unknown_to_flee(with_policies(other)) == []
        assert closed_by_day(with_policies(other), index, 10)[0].tolist() == shut.tolist()
    unknown = (
        policy.OpeningHours(hours=(8, 18)),
        policy.CapacityBound(),
        policy.Reactive(when={"what": "waiting", "above": 1}, policies=[policy.Closed()]),
        policy.Relocation(origins=["Cee"], to=["Dee"], per_day=1),
        lambda now, view: None,
    )
    told = [str(problem) for problem in unknown_to_flee(with_policies(*unknown))]
    kinds = ("opening_hours", "capacity_bound", "reactive", "relocation", "function")
    assert [line.partition("; ")[0].rpartition(" ")[2] for line in told] == [*map(repr, kinds)]
    told = [p.path.rpartition(".")[2] for p in unknown_to_flee(with_policies(
        policy.Triage(permeability=0.5, priority=["men"]), policy.Closed(detention=0.5)
    ))]  # fmt: skip
    assert told == ["priority", "permeability", "detention"]
