"""Flee's rules: weights by hand, closures, spawning, conservation, same seed same numbers."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.behaviour.flee_config import Flee
from flowsim.errors import ScenarioError, ScenarioWarning
from flowsim.evidence import ard
from flowsim.flee.ground import ground_of
from flowsim.flee.kernel.choice import choose, weigh
from flowsim.flee.kernel.person import days_until
from flowsim.flee.kernel.places import room
from flowsim.flee.simulate import simulate
from flowsim.scenario.scenario import Scenario
from tests.conflicts import conflicts_folder, needs_conflicts
from tests.flee import by_hand
from tests.flee.by_hand import ALWAYS, made
from tests.flee_folder import FILES

CLOSURES = FILES["input_csv/closures.csv"]


FLEE_3_1 = Path(__file__).parents[1] / "data" / "flee_3_1.csv"
"""Members of `tests/flee/run_flee.py --hasten 10`: ARD, and persons / 10 on the last day.

Those on day 20 are of more members, run with ``--days 22``: ARD of Tigray hangs on the first days.
"""


def shares(setup: Scenario, origin: str, day: int = 3) -> dict[tuple[str, ...], float]:
    """Chance of each way from a place when all camps are empty, by the stops on it."""
    ground = ground_of(setup)
    s = by_hand.state(setup.flee, ground, day)
    return {
        tuple(ground.names[ground.links.head[link]] for link in links): share
        for links, share in by_hand.shares(s, ground.names.index(origin), day).items()
    }


def test_weights_by_hand(tmp_path: Path) -> None:
    """Aha to Bee, 120 km, or abroad to the camp Eve, 150 km; powers and softening by hand."""
    setup = made(tmp_path, softening=30.0, distance_power=0.5, weight_power=2.0, camp_weight=3.0,
                 foreign_weight=2.0, weight_softening=1.0)  # fmt: skip
    bee, eve = (2.0 / 150.0**0.5) ** 2, (7.0 / 180.0**0.5) ** 2
    assert shares(setup, "Aha") == pytest.approx(
        {("Bee",): bee / (bee + eve), ("Eve",): eve / (bee + eve)}, abs=1e-4
    )


def test_conflict_draws_less_and_its_age_takes_that_back(tmp_path: Path) -> None:
    """From Bee: Aha in conflict (0.25 to the power of intensity times decay) or Cee."""
    decay = {"flee.spawning.conflict_spawn_decay": (1.0, 0.5),
             "flee.spawning.conflict_spawn_decay_interval": 2.0}  # fmt: skip
    setup = made(tmp_path, conflict_weight=0.25).with_values(decay)
    for day, fear in ((1, 0.25), (2, 0.5), (9, 0.5)):
        aha, cee = fear / 130.0, 1.0 / 140.0
        assert shares(setup, "Bee", day)["Aha",] == pytest.approx(aha / (aha + cee), abs=1e-4)


def test_two_links_ahead_each_stop_is_an_end_of_its_own(tmp_path: Path) -> None:
    setup = made(tmp_path, awareness_level=2)
    weight = {("Bee",): 1 / 130, ("Bee", "Cee"): 1 / 260, ("Eve",): 1 / 160}
    total = sum(weight.values())
    assert shares(setup, "Aha") == pytest.approx(
        {way: value / total for way, value in weight.items()}, abs=1e-4
    )


def test_a_marker_is_no_end_and_costs_no_look(tmp_path: Path) -> None:
    places = FILES["input_csv/locations.csv"].replace("1.0,2.0,town", "1.0,2.0,marker")
    assert set(shares(made(tmp_path, locations=places), "Aha")) == {("Bee", "Cee"), ("Eve",)}


def test_people_come_to_the_end_of_a_way_over_a_marker(tmp_path: Path) -> None:
    places = FILES["input_csv/locations.csv"].replace("1.0,2.0,town", "1.0,2.0,marker")
    days = simulate(made(tmp_path, locations=places, camp_movechance=0.0))
    assert days.persons[-1, 1] == 0
    assert days.persons[-1, 2] > 50


def test_room_falls_from_the_buffer_to_the_capacity() -> None:
    found = [room(n, 100.0, 0.8) for n in (0, 80, 85, 90, 99, 100, 200)]
    assert found == pytest.approx([1.0, 1.0, 0.75, 0.5, 0.05, 0.0, 0.0])


def test_ways_below_the_threshold_are_dropped(tmp_path: Path) -> None:
    """130 against 160 km: with 1.1 the longer is dropped, with 1.5 it is kept."""
    assert set(shares(made(tmp_path / "a", pruning_threshold=1.1), "Aha")) == {("Bee",)}
    assert len(shares(made(tmp_path / "b", pruning_threshold=1.5), "Aha")) == 2


def test_alike_where_all_weights_are_zero(tmp_path: Path) -> None:
    setup = made(tmp_path, camp_weight=0.0, conflict_weight=0.0)
    ways = shares(setup, "Cee")  # Bee and, as nobody wants it, the camp Dee
    assert ways == {("Bee",): 1.0}
    setup = setup.with_values({"flee.foreign_weight": 0.0, "flee.weight_power": 2.0})
    calm = setup.model_copy(update={"flee_from": ("Far",)})
    assert shares(calm, "Aha") == {("Bee",): 0.5, ("Eve",): 0.5}


def test_nobody_chooses_where_all_is_shut(tmp_path: Path) -> None:
    closures = CLOSURES + "country,Home,Else,0,9\nlink,Aha,Bee,0,9\n"
    s = by_hand.state(Flee(), ground_of(made(tmp_path, closures=closures)))
    weigh(s, 0, 0)
    assert s.total[0] == 0.0
    assert choose(s, by_hand.person(), 0) == -1


def test_waits_are_geometric(tmp_path: Path) -> None:
    s = by_hand.state(Flee(default_movechance=0.3), ground_of(made(tmp_path)))
    n = 20_000
    days = np.array([days_until(s, by_hand.person(i, 1)) for i in range(n)])
    for day, share in ((1, 0.3), (2, 0.21), (3, 0.147)):
        assert (days == day).mean() == pytest.approx(share, abs=4 * (share / n) ** 0.5)


@pytest.mark.parametrize(("km", "arrives"), [(199, 1), (200, 2), (399, 2), (400, 3)])
def test_an_end_is_reached_by_who_could_go_further(tmp_path: Path, km: int, arrives: int) -> None:
    """The first come on day 1, by a road of `km` at 200 km a day."""
    routes = f"#name1,name2,distance\nAha,Eve,{km}\n"
    days = simulate(made(tmp_path, routes=routes, max_move_speed=200.0, camp_movechance=0.0))
    assert np.flatnonzero(days.persons[:, 4])[0] == arrives


def test_who_comes_off_a_long_link_goes_on_the_same_day(tmp_path: Path) -> None:
    """250 km at 200 km a day from day 1 on, and 100 km more on what is left of day 2."""
    routes = "#name1,name2,distance\nAha,Bee,250\nBee,Cee,100\n"
    told = {"max_move_speed": 200.0, "default_movechance": 1.0, "conflict_weight": 0.0}
    days = simulate(made(tmp_path, routes=routes, camp_movechance=0.0, **told))
    assert [int(day) for day in days.persons[:4, 2]] == [10, 10, 50, 90]


def test_who_rests_moves_with_its_chance_from_the_first_day_on(tmp_path: Path) -> None:
    """3000 come each day, and half of those who are there go, those of the day among them."""
    told = {"spawning.mode": "constant", "spawning.displaced_per_conflict_day": 3000.0}
    routes = "#name1,name2,distance\nAha,Eve,500\n"
    days = simulate(
        made(tmp_path, routes=routes, max_move_speed=10.0, conflict_movechance=0.5, **told)
    )
    there = 0
    for gone in np.diff(days.on_way[:4].sum(axis=1), prepend=0):
        there += 3000
        assert abs(gone - there / 2) < 4 * np.sqrt(there / 4)
        there -= gone


def test_a_run_that_is_hastened_loses_no_parts_of_persons(tmp_path: Path) -> None:
    """Of 9 times 40 persons every seventh is simulated: 51, and not 9 times 5."""
    assert simulate(made(tmp_path, hasten=7)).to_come[0].sum() == 7 * (9 * 40 // 7)


def test_on_foot_the_first_link_takes_longer(tmp_path: Path) -> None:
    """150 km at 35 km a day: the evening of the fifth day."""
    routes = "#name1,name2,distance\nAha,Eve,150\n"
    days = simulate(made(tmp_path, routes=routes, start_on_foot=True, camp_movechance=0.0))
    assert np.flatnonzero(days.persons[:, 4])[0] == 5


def test_who_moved_little_goes_on_from_a_town(tmp_path: Path) -> None:
    """Of those who come to Bee, 120 of 360 km, all go on; without the rule some stay."""
    routes = "#name1,name2,distance\nAha,Bee,120\nBee,Cee,130\n"
    for short, left in ((True, False), (False, True)):
        told = {"default_movechance": 0.5, "avoid_short_stints": short, "conflict_weight": 0.0}
        days = simulate(made(tmp_path / str(short), routes=routes, camp_movechance=0.0, **told))
        assert bool(days.persons[1, 1]) is left


def test_travellers_come_back_from_a_link_that_closes(tmp_path: Path) -> None:
    """200 km a day over 500 km: those of day 1 arrive on day 3, and come back if it closed."""
    closures = CLOSURES + "country,Home,Else,2,-1\n"
    routes = "#name1,name2,distance\nAha,Eve,500\n"
    days = simulate(made(tmp_path, routes=routes, closures=closures, max_move_speed=200.0))
    assert days.on_way[1].sum() == 40
    assert days.on_way[3].sum() == 0
    assert days.persons[:, 4].sum() == 0
    assert days.persons[3, 0] == 120  # those of day 1 again, and those who cannot leave


def test_a_closed_camp_is_a_town(tmp_path: Path) -> None:
    """All leave a town with a chance of 1; at the camp that it is from day 5 on they stay."""
    closures = CLOSURES + "camp,Eve,,0,5\n"
    routes = "#name1,name2,distance\nAha,Eve,300\n"
    days = simulate(made(tmp_path, routes=routes, closures=closures, default_movechance=1.0,
                         camp_movechance=0.0))  # fmt: skip
    assert days.persons[9, 4] > days.persons[4, 4]
    assert (np.diff(days.persons[5:, 4]) >= 0).all()


def test_who_rests_draws_anew_on_the_day_on_which_the_chance_changes(tmp_path: Path) -> None:
    """All who leave on day 0 stay in the camp, and go on the day on which it closes."""
    once = "#Day,Aha,Bee\n0,1,0\n" + "".join(f"{day},0,0\n" for day in range(1, 10))
    told = {"spawning.mode": "constant", "spawning.displaced_per_conflict_day": 100.0,
            "default_movechance": 1.0, "camp_movechance": 0.0}  # fmt: skip
    days = simulate(made(tmp_path, conflicts=once, routes="#name1,name2,distance\nAha,Eve,400\n",
                         closures=CLOSURES + "camp,Eve,,5,-1\n", **told))  # fmt: skip
    assert days.persons[:6, 4].tolist() == [0, 100, 100, 100, 100, 0]
    assert days.on_way[:6, 4].tolist() == [0, 0, 0, 0, 0, 100]


def test_strict_closures_are_those_of_its_code(tmp_path: Path) -> None:
    """`location` cuts off whom it names first, `link` closes nothing, an end opens what others
    hold closed, and what begins before day 0 or ends before it begins is not as meant."""
    rows = "link,Bee,Cee,0,9\ncountry,Home,Else,0,3\nlocation,Aha,Eve,1,6\n"
    shut = ground_of(made(tmp_path / "s", strict=True, closures=CLOSURES + rows)).shut
    assert shut[:, 0].tolist() == [False, *[True] * 5, *[False] * 4]  # Aha - Bee
    assert not shut[:, 2].any()  # Bee - Cee
    assert shut[:, 6].tolist() == [*[True] * 3, *[False] * 7]  # Aha - Eve
    with pytest.warns(ScenarioWarning, match="Flee would cut Aha off"):
        meant = ground_of(made(tmp_path / "m", closures=CLOSURES + rows)).shut
    assert meant[:9, 2].all()
    assert meant[:, 6].tolist() == [*[True] * 6, *[False] * 4]
    assert not meant[:, 0].any()


def test_strict_takes_the_first_day_off_the_capacity(tmp_path: Path) -> None:
    assert ground_of(made(tmp_path / "a")).capacity[2] == 500.0
    assert ground_of(made(tmp_path / "b", strict=True)).capacity[2] == 490.0


@pytest.mark.parametrize(
    ("mode", "number", "first"),
    [("constant", 30.0, 30), ("pop_ratio", 0.02, 20), ("data", 500.0, 0)],
)
def test_modes_of_spawning(tmp_path: Path, mode: str, number: float, first: int) -> None:
    told = {"spawning.mode": mode, "spawning.displaced_per_conflict_day": number}
    days = simulate(made(tmp_path, **told))
    start = days.persons[0].sum() + days.on_way[0].sum()
    assert start == 10 + first


def test_poisson_has_its_mean(tmp_path: Path) -> None:
    told = {"spawning.mode": "poisson", "spawning.displaced_per_conflict_day": 400.0}
    days = simulate(made(tmp_path, **told))
    assert days.persons[-1].sum() + days.on_way[-1].sum() == pytest.approx(4010, abs=300)


def test_those_who_leave_are_taken_off_the_population(tmp_path: Path) -> None:
    """Ten days of half of who is left of 1000 residents."""
    told = {"spawning.mode": "pop_ratio", "spawning.displaced_per_conflict_day": 0.5}
    days = simulate(made(tmp_path, **told, **{"spawning.take_from_population": True}))
    assert days.persons[-1].sum() + days.on_way[-1].sum() == 10 + 999


def test_without_day_0_its_people_start_from_the_conflict(tmp_path: Path) -> None:
    days = simulate(made(tmp_path, **{"spawning.insert_day0": False, "max_move_speed": 10.0}))
    assert days.persons[0].sum() == 0
    assert days.on_way[0].tolist() == [10, 0, 0, 0, 0]


def test_nobody_starts_before_there_is_a_conflict(tmp_path: Path) -> None:
    later = "#Day,Aha,Bee\n" + "".join(f"{day},{int(day >= 3)},0\n" for day in range(10))
    days = simulate(made(tmp_path, conflicts=later, max_move_speed=10.0, camp_movechance=0.0))
    assert [int(day.sum()) for day in days.on_way[:5]] == [0, 0, 0, 120, 160]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"awareness_level": 2, "avoid_short_stints": True, "capacity_scaling": 0.2,
         "weight_power": 1.3, "distance_power": 0.75, "stay_close_to_home": True},
        {"start_on_foot": True, "max_move_speed": 100.0, "use_pop_for_loc_weight": True,
         "movechance_pop_scale_factor": 0.3, "spawning.take_from_population": True,
         "pruning_threshold": 1.2},
    ],
)  # fmt: skip
def test_compiled_and_as_they_stand_the_rules_give_the_same_bytes(
    tmp_path: Path, told: dict[str, Any]
) -> None:
    closures = CLOSURES + "country,Home,Else,4,7\ncamp,Dee,,0,5\n"
    conflicts = "#Day,Aha,Bee\n" + "".join(f"{day},1,{int(day >= 5)}\n" for day in range(10))
    setup = made(tmp_path, closures=closures, conflicts=conflicts, **told)
    fast, slow = (simulate(setup, 5, readable=readable) for readable in (False, True))
    assert fast.persons.tobytes() == slow.persons.tobytes()
    assert fast.on_way.tobytes() == slow.on_way.tobytes()
    assert fs.run(setup, 5, engine="agents").data.equals(fs.run(setup, 5).data)


def test_each_sees_who_came_before(tmp_path: Path) -> None:
    """3000 a day before a camp for 150: nobody walks there any more once its room, which falls from
    1 at 135 persons to 0 at 150, is below a half; the others wait at the place before it."""
    routes = "#name1,name2,distance\nAha,Bee,120\nBee,Eve,160\n"
    told = {"default_movechance": 1.0, "camp_movechance": 0.0, "capacity_scaling": 0.5,
            "conflict_weight": 0.0, "spawning.mode": "constant",
            "spawning.displaced_per_conflict_day": 3000.0}  # fmt: skip
    days = simulate(made(tmp_path, routes=routes, **told))
    assert days.persons[:, 4].tolist() == [143] * 10
    assert days.persons[:, 1].tolist() == [3000 * day - 143 for day in range(1, 11)]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("hasten", [1, 10])
def test_persons_are_conserved_and_a_seed_repeats(tmp_path: Path, seed: int, hasten: int) -> None:
    setup = made(tmp_path, hasten=hasten, avoid_short_stints=True, capacity_scaling=0.2)
    days = simulate(setup, seed)
    total = (days.persons + days.on_way + days.to_come).sum(axis=1)
    assert (total == 370).all()
    again = simulate(setup, seed)
    assert days.persons.tobytes() == again.persons.tobytes()


def test_the_run_is_an_ordinary_result(tmp_path: Path) -> None:
    setup = made(tmp_path)
    result, days = fs.run(setup, seed=4), simulate(setup, 4)
    assert (result.people.sum(["place", "group", "status"]) == 370).all()
    camps = result.people.sel(status="sheltered", place=["Cee", "Dee"]).sum("group")
    assert camps.values.tolist() == days.sheltered(["Cee", "Dee"]).tolist()
    assert ard(result, setup) == ard(days, setup)


def test_what_the_rules_do_not_know_is_refused_by_name(tmp_path: Path) -> None:
    border = "borders[Home-Far].authorities[Far].policies[0]"
    setup = made(tmp_path).add_policies("Home-Far", fs.policy.Closed(leak=0.1), side="Far")
    setup = setup.add_policies("Home-Far", fs.policy.Quota(per_day=5), side="Far")
    with pytest.raises(ScenarioError) as told:
        simulate(setup)
    paths = [problem.path for problem in told.value.problems]
    assert paths == [f"{border}.leak", border.replace("[0]", "[1]")]
    assert "'quota'" in told.value.problems[1].wrong


def test_flow_model_steps_none_of_these_rules(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"call flowsim\.run"):
        fs.FlowModel(made(tmp_path))


def table(*rows: str) -> str:
    """Places as a table."""
    head = FILES["input_csv/locations.csv"].split("\n")[0]
    return "\n".join([head, *rows, ""])


def test_each_hop_of_a_day_is_drawn_by_itself(tmp_path: Path) -> None:
    """Half of 4000 go to Bee, half of these on to Ham, and half of those to each camp.

    The other half of each is on a long road at the end of the day.
    """
    places = table(
        "Aha,N,Home,1.0,1.0,conflict_zone,0,1000", "Bee,N,Home,1.0,1.1,town,,",
        "Ham,N,Home,1.0,1.2,town,,", "Kay,N,Home,1.0,1.3,town,,", "Lou,N,Home,1.0,1.4,town,,",
        "Cee,W,Far,1.0,3.0,camp,,90000", "Eve,E,Else,2.0,1.0,camp,,90000",
        "Dee,W,Far,1.5,3.5,camp,,1",
    )  # fmt: skip
    routes = (
        "#name1,name2,distance\nAha,Bee,10\nAha,Kay,500\nBee,Ham,10\nBee,Lou,500\n"
        "Ham,Cee,10\nHam,Eve,10\n"
    )
    told = {"spawning.mode": "constant", "spawning.displaced_per_conflict_day": 4000.0,
            "spawning.insert_day0": False, "default_movechance": 1.0, "camp_movechance": 0.0,
            "conflict_weight": 0.0, "distance_power": 0.0, "camp_weight": 1e5,
            "max_move_speed": 200.0}  # fmt: skip
    days = simulate(made(tmp_path, locations=places, routes=routes, **told))
    at = {name: i for i, name in enumerate(days.places)}
    gone = [days.on_way[0, at["Aha"]], days.on_way[0, at["Bee"]],
            days.persons[0, at["Cee"]], days.persons[0, at["Eve"]]]  # fmt: skip
    assert sum(gone) == 4000
    assert gone == pytest.approx([2000, 1000, 500, 500], abs=130)


def test_who_follows_a_way_over_markers_heeds_no_other_way_from_there(tmp_path: Path) -> None:
    """Two markers on the way to Cee; from the first a road leads to Dee, which is full."""
    places = table(
        "Aha,N,Home,1.0,1.0,conflict_zone,0,1000", "Mid,N,Home,1.0,1.1,marker,,",
        "Nub,N,Home,1.0,1.2,marker,,", "Cee,W,Far,1.0,3.0,camp,,90000",
        "Dee,W,Far,1.5,3.5,camp,,10", "Eve,E,Else,2.0,1.0,camp,,1",
    )  # fmt: skip
    routes = "#name1,name2,distance\nAha,Mid,10\nMid,Nub,10\nNub,Cee,10\nMid,Dee,10\n"
    full = "2015-05-01,8\n2015-05-11,8\n"
    always = ALWAYS.replace(",1,0", ",1").replace(",Bee", "")
    days = simulate(made(tmp_path, locations=places, routes=routes, conflicts=always, dee=full,
                         camp_movechance=0.0, capacity_buffer=0.5))  # fmt: skip
    at = {name: i for i, name in enumerate(days.places)}
    assert not days.persons[:, [at["Mid"], at["Nub"]]].any()
    assert (days.persons[:, at["Dee"]] == 8).all()
    assert days.persons[-1, at["Cee"]] > 150


def test_people_are_drawn_to_where_residents_are_left(tmp_path: Path) -> None:
    """From Aha to Bee, 100 residents, or to Ham, nobody, or to a camp; half of Aha leave a day."""
    places = table(
        "Aha,N,Home,1.0,1.0,conflict_zone,0,1000", "Bee,N,Home,1.0,1.1,town,,100",
        "Ham,N,Home,1.0,1.2,town,,", "Cee,W,Far,1.0,3.0,camp,,500", "Dee,W,Far,1.5,3.5,camp,,10",
        "Eve,E,Else,2.0,1.0,camp,,1",
    )  # fmt: skip
    routes = "#name1,name2,distance\nAha,Bee,10\nAha,Ham,10\nAha,Cee,10\n"
    told = {"use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 0.5,
            "default_movechance": 0.0, "camp_movechance": 0.0,
            "conflict_weight": 0.0, "spawning.insert_day0": False,
            "spawning.mode": "pop_ratio", "spawning.displaced_per_conflict_day": 0.5,
            "spawning.take_from_population": True}  # fmt: skip
    days = simulate(made(tmp_path, locations=places, routes=routes, **told))
    at = {name: i for i, name in enumerate(days.places)}
    came = days.persons[:, [at["Bee"], at["Ham"], at["Cee"]]]
    assert came[:2].sum(axis=1).tolist() == [500, 750]
    assert came[-1] / came[-1].sum() == pytest.approx([10 / 12, 1 / 12, 1 / 12], abs=0.03)


@needs_conflicts
@pytest.mark.parametrize(
    ("name", "flee"),
    [("mali2012", 0.317), ("burundi2015", 0.462), ("tigray2020", 0.360)],
)
def test_scores_and_camps_are_those_of_flee(name: str, flee: float) -> None:
    """Five members of a tenth of the people: ARD and camps within sampling error of Flee's own."""
    folder = conflicts_folder()
    assert folder is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)  # the folder's own quirks
        setup = fs.load(folder / name, strict_flee=True)
    setup = setup.with_values({"rules": "flee", "flee.hasten": 10})
    members = [simulate(setup, f"7.{member}") for member in range(5)]
    with FLEE_3_1.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["conflict"] == name]
    for row in rows:
        mean, sd, n = float(row["mean"]), float(row["sd"]), int(row["members"])
        what = row["what"]
        camp, _, day = what.partition(" on day ")
        at = int(day) - 1 if day else -1
        ours = np.array([
            ard(days, setup) if what == "ARD" else days.sheltered([camp])[at, 0] / 10
            for days in members
        ])  # fmt: skip
        least = 0.003 if what == "ARD" else 2.0  # few members, and whole persons
        error = max(sd, ours.std(ddof=1), least) * (1 / n + 1 / ours.size) ** 0.5
        assert abs(ours.mean() - mean) < 4.0 * error, what
        if what == "ARD":
            assert ours.mean() == pytest.approx(flee, abs=0.02)
