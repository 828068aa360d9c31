"""Tiny worlds are what they were to the last person, by both engines, and what one can tell of them
without a computer: shares that are 0 or 1, quotas, capacities, hours on the way.

To accept what has moved: ``FLOWSIM_BASELINE="why it moved" pytest tests/model``; the reason is
written into `kept_tiny.txt`.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from flowsim.results.result import Result
from tests.exact.kept import told
from tests.exact.test_same_numbers import moved
from tests.model import tiny
from tests.model.tiny import PERSONS, result
from tests.model.worlds import flows, same_bytes, stock

LEAVES = ("admitted", "exempt", "gave_up", "irregular", "detained", "dispersed", "died")
"""Outcomes after which a person waits no longer."""
OWN_RULES = [name for name in tiny.WORLDS if name != "by_rules_of_flee"]


def kept() -> dict[str, list[str]]:
    """Lines that are kept, by world."""
    lines: dict[str, list[str]] = {}
    for line in tiny.FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            lines.setdefault(line.split()[0], []).append(line)
    return lines


def counts(found: Result, crossing: str = "Gate") -> dict[str, list[int]]:
    """Persons by outcome in each interval, those outcomes that occur."""
    return {o: n.tolist() for o, n in flows(found, crossing).items() if n.any()}


def total(found: Result, outcome: str, crossing: str = "Gate") -> int:
    return int(flows(found, crossing)[outcome].sum())


# ---- all worlds -----------------------------------------------------------------------------


def test_the_worlds_are_those_that_are_kept() -> None:
    reason = os.environ.get("FLOWSIM_BASELINE", "").strip()
    if reason:
        lines = [f"# Runs of tiny.py. Why they are these: {reason}"]
        lines += told({name: result(name).data for name in tiny.WORLDS})
        tiny.FILE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    assert list(kept()) == list(tiny.WORLDS)


@pytest.mark.parametrize("name", tiny.WORLDS)
def test_the_run_is_what_it_was(name: str) -> None:
    assert not moved(kept().get(name, []), told({name: result(name).data}))


@pytest.mark.parametrize("name", OWN_RULES)
def test_both_engines_give_the_same_bytes(name: str) -> None:
    assert not same_bytes(result(name), result(name, "agents"))


@pytest.mark.parametrize("name", OWN_RULES)
def test_persons_are_neither_lost_nor_made(name: str) -> None:
    """All live or are dead; who came to a gate waits there or left it; who is not on the way is
    somewhere; and the register grows by those who were sheltered."""
    data = result(name).data
    dead = data.deaths.cumsum("time").sum(["place", "group"])
    everybody = (data.people.sum(["place", "group", "status"]) + dead).values
    assert (everybody == everybody[0]).all()
    gone = data.outcomes.sel(outcome=list(LEAVES)).sum("outcome")
    waiting = (data.outcomes.sel(outcome="reached") - gone).cumsum("time")
    assert (waiting == data.waiting).all()
    still = data.people.drop_sel(status="moving").sum(["group", "status"])
    assert (data.composition.sum("kind") == still).all()
    assert (data.registered.diff("time") >= 0).all()
    passed = data.outcomes.sel(outcome=["admitted", "exempt"]).sum(["time", "outcome", "kind"])
    assert (data.hours_waited.sum("wait") == passed).all()


# ---- leaving --------------------------------------------------------------------------------


def test_all_men_stay_whose_families_go() -> None:
    """They are nobody's part that a gate left, and none of the others is at home."""
    found = result("many_men_stay")
    here = found.composition.sel(place="Here").to_series().groupby("kind", sort=False).last()
    assert here.drop("men").sum() == 0
    assert here["men"] == stock(found, "at_home")[-1] > 100
    assert not found.data.apart.any()


def test_neighbours_are_felt_after_danger_is_over_and_then_forgotten() -> None:
    """Danger and few leave for four hours, most in the two after it, hardly any half a day on."""
    home = stock(result("neighbours_leave_and_are_forgotten"), "at_home")
    left = -np.diff(home, prepend=60)
    assert left[4:6].sum() > left[:2].sum()
    assert left[6:8].sum() < left[4:6].sum() / 2
    assert left[10:].sum() <= 1


def test_news_come_seven_hours_late() -> None:
    """Danger at Here at 21:00, so North, 11 km off, leaves after 04:00; Here has no news of it."""
    found = result("news_come_late")
    assert stock(found, "at_home", "North").tolist() == [20] * 10 + [0] * 14
    assert stock(found, "sheltered", "There").tolist() == [0] * 11 + [20] * 13
    assert stock(found, "at_home", "Here").tolist() == [60] * 24


def test_as_many_leave_as_are_told_when_they_are_told() -> None:
    """Who is at home when all have left is a man who guards the home."""
    found = result("people_are_told_to_leave")
    home = stock(found, "at_home")
    assert home[0] == home[1] >= 29
    assert home[3] == home[4] == home[5] >= 14
    assert set(home[8:].tolist()) == {home[-1]}
    here = found.composition.sel(place="Here").isel(time=-1).to_series()
    assert here["men"] == home[-1] > 0
    sheltered = stock(found, "sheltered")
    assert sheltered[:4].tolist() == [5] * 4
    assert sheltered[4] > 5
    assert sheltered[-1] + stock(found, "displaced")[-1] == 44 - home[-1]
    registered = found.registered.sum("kind").sel(place="There").values
    assert registered[[0, -1]].tolist() == [5, sheltered[-1]]
    left = -np.diff(stock(found, "at_home", "Here"), prepend=39)
    assert left[6] > 0


def test_a_curfew_keeps_people_in_and_a_roadblock_costs_its_hours() -> None:
    """Out at midnight, at the gates an hour later; There an hour later, or two and a half."""
    found = result("a_curfew_and_a_roadblock")
    assert stock(found, "at_home").tolist() == [60] * 6 + [0] * 6
    gate, side = total(found, "admitted"), total(found, "admitted", "Side")
    assert stock(found, "sheltered").tolist() == [0] * 8 + [side] + [gate + side] * 3
    assert gate + side == 60
    assert found.hours_to_safety.sel(refuge="abroad", wait=2).item() == 60


# ---- ways -----------------------------------------------------------------------------------


def test_nobody_comes_by_a_road_that_is_closed() -> None:
    found = result("a_road_is_closed")
    assert counts(found) == {}
    assert total(found, "admitted", "Side") == PERSONS


def test_a_checkpoint_stops_one_group_and_a_corridor_keeps_all_from_harm() -> None:
    """Nobody of H is on the way to North from 18:45 on, so none is there from 21:00 on."""
    found = result("a_checkpoint_and_a_corridor")
    north = found.people.sel(status="moving", place="North")
    assert north.sel(group="H").values[1] > 0 == north.sel(group="H").values[2:].sum()
    assert north.sel(group="G").values[2:].sum() > 0
    assert int(found.deaths.sel(place="Here").sum() + found.wounded.sel(place="Here").sum()) > 0
    assert not found.deaths.drop_sel(place="Here").any()


def test_who_is_stopped_on_the_way_looks_again_an_hour_later() -> None:
    """An hour to North, and another to There; whom the checkpoint stops is late by whole hours."""
    found = result("people_are_stopped_on_the_way")
    assert stock(found, "moving", "North")[1] == PERSONS
    reached = flows(found)["reached"]
    assert 0 < reached[3] < reached[2] < reached[1]
    assert reached[1:5].sum() == PERSONS
    assert (stock(found, "sheltered")[1:] == np.cumsum(reached)[:-1]).all()
    assert not stock(found, "displaced").any()


def test_a_path_takes_an_hour_for_each_three_kilometres() -> None:
    """12 km by road and 12 km on foot: five hours, at steps of four."""
    found = result("a_long_way_on_foot")
    assert stock(found, "sheltered").tolist() == [0] + [60] * 5
    assert found.hours_to_safety.sel(refuge="abroad", wait=4).item() == PERSONS


def test_people_move_on_where_their_refuge_turns_dangerous() -> None:
    """Settled after an hour, gone at midnight, an hour on the way; each refuge counts once."""
    found = result("refuge_turns_dangerous")
    assert stock(found, "displaced", "North").tolist() == [0] + [60] * 5 + [0] * 6
    assert stock(found, "sheltered", "There").tolist() == [0] * 7 + [60] * 5
    assert found.hours_to_safety.sel(refuge="inside", wait=1).item() == PERSONS
    assert found.hours_to_safety.sel(refuge="abroad", wait=4).item() == PERSONS


# ---- gates ----------------------------------------------------------------------------------


def test_a_spread_quota_lets_one_pass_every_200_seconds_and_women_first() -> None:
    """The n-th is through 200 n seconds after it has opened, the ninth as the next hour begins; so
    the first eight, and the sixteen others, have waited 1800 + 900 and 1800 + 3300 seconds, less
    the few until they came."""
    found = result("a_spread_quota")
    assert counts(found) == {
        "reached": [24] + [0] * 5, "refused": [24] + [0] * 5, "admitted": [8, 16] + [0] * 4,
    }  # fmt: skip
    by_kind = found.outcomes.sel(crossing="Gate", outcome="admitted")
    women, men = (by_kind.sel(kind=kind).values for kind in ("women", "men"))
    assert men[0] == 0
    assert women.sum() + men[1] == 24
    assert found.waiting_time.values[:2, 0] == pytest.approx([0.75, 5100 / 3600], abs=0.005)
    assert found.hours_waited.sel(crossing="Gate").values[:3].tolist() == [9, 15, 0]


def test_who_tires_of_a_queue_makes_room_for_others() -> None:
    """No more pass than the quota lets in an hour, and all in the end."""
    found = result("people_tire_of_a_queue")
    assert sum(total(found, "gave_up", name) for name in ("Gate", "Side")) > 5
    assert max(flows(found, name)["admitted"].max() for name in ("Gate", "Side")) <= 30
    assert total(found, "admitted") + total(found, "admitted", "Side") == 40


def test_a_counted_quota_keeps_half_of_a_day_on_which_it_was_not_used() -> None:
    """Eight by midnight; a day closed; from there on twelve, eight of the day and four kept."""
    found = result("a_counted_quota")
    assert counts(found)["admitted"] == [8, 0, 0, 0, 0, 12, 0, 0, 0, 8]


def test_a_narrow_gate_and_two_quotas() -> None:
    """Only who is old is exempt; after 21:24 no more than eight pass an hour, and none at night."""
    found = result("quotas_of_families")
    for name in ("Gate", "Side"):
        let = flows(found, name)["admitted"]
        assert (let[4:] <= 8).all()
        assert let[6:13].sum() == 0
    old = found.outcomes.sel(outcome="exempt", kind=["elderly_women", "elderly_men"])
    assert int(old.sum()) == int(found.outcomes.sel(outcome="exempt").sum()) > 0


def test_kin_pass_and_are_delayed() -> None:
    """Two hours, and two and a half at the gate; nobody else passes."""
    found = result("kin_are_exempt")
    kin, others = total(found, "exempt"), total(found, "refused")
    assert kin + others == PERSONS
    assert kin > 20
    assert stock(found, "sheltered").tolist() == [0] * 4 + [kin] * 2
    assert stock(found, "waiting").tolist() == [others] * 6


def test_men_wait_until_they_may_pass_and_families_join_again() -> None:
    """The bar ends at 23:12, in the eleventh half hour; the way takes two hours."""
    found = result("men_are_barred_and_follow")
    men = found.outcomes.sel(crossing="Gate", outcome="admitted", kind="men").values
    assert men.nonzero()[0].tolist() == [10]
    apart = found.data.apart.values
    parted, joined = (int(found.data[name].sum()) for name in ("split", "reunited"))
    assert parted == joined > 0
    assert apart[0] > 0
    assert (apart[:14] == apart[0]).all()
    assert (apart[14:] == 0).all()


def test_men_follow_their_families_once_and_go_on_where_there_is_no_room() -> None:
    """Nobody passes after 22:00, when all may; who finds no room at There is at East."""
    found = result("men_follow_into_a_full_camp")
    there, east = (stock(found, "sheltered", name) for name in ("There", "East"))
    assert there.max() <= 32
    assert there[-1] + east[-1] + stock(found, "moving")[-1] == PERSONS
    assert set(there[8:].tolist()) == {there[-1]}
    men = found.outcomes.sel(outcome="admitted", kind="men").sum("crossing").values
    assert men[2:4].sum() == 0 < men[4]
    assert men[5:].sum() == 0
    assert found.data.reunited.sel(place=["There", "East"]).sum() > 0


def test_a_state_counts_the_exempt_among_the_admitted() -> None:
    """More than ten have passed when it looks at 19:00, so it opens."""
    found = result("a_state_counts_the_exempt")
    kin = total(found, "exempt")
    assert counts(found) == {
        "reached": [PERSONS] + [0] * 5, "exempt": [kin] + [0] * 5, "refused": [PERSONS - kin] +
        [0] * 5, "admitted": [0, PERSONS - kin] + [0] * 4,
    }  # fmt: skip
    assert kin > 10


def test_who_may_not_pass_waits_on() -> None:
    """One draw a visit: who is refused is so for good."""
    found = result("a_share_passes")
    assert total(found, "admitted") + total(found, "refused") == PERSONS
    assert stock(found, "waiting").tolist() == [total(found, "refused")] * 6


def test_who_gives_up_goes_to_the_other_gate() -> None:
    found = result("people_give_up")
    assert total(found, "admitted") == 0
    assert total(found, "gave_up") == total(found, "refused") == total(found, "reached") > 0
    assert total(found, "admitted", "Side") == PERSONS


def test_who_is_driven_off_settles_or_goes_round() -> None:
    found = result("people_are_driven_off")
    off = flows(found, "Side")["dispersed"]
    assert off[:2].sum() == 0 < off.sum()
    assert stock(found, "displaced", "South").max() == 9
    assert stock(found, "displaced")[-1] + stock(found, "sheltered")[-1] == PERSONS


def test_who_is_pushed_back_comes_to_the_gate_again() -> None:
    """All who are through are held on the far side, and sent back; so nobody is ever across."""
    found = result("the_fence_leaks_and_all_are_sent_back")
    through, back = total(found, "irregular"), total(found, "pushed_back")
    assert total(found, "reached") == PERSONS + back
    assert stock(found, "detained", "There")[-1] == through - back
    assert not stock(found, "sheltered").any()
    assert not stock(found, "moving").any()


def test_guards_find_nobody_who_is_out_of_reach() -> None:
    found = result("some_are_out_of_reach")
    assert counts(found).keys() == {"reached", "refused", "irregular"}
    assert total(found, "irregular") + stock(found, "waiting")[-1] == PERSONS
    assert total(found, "irregular") > 50


def test_who_is_held_comes_to_the_gate_again() -> None:
    found = result("people_are_held")
    again = total(found, "reached") - PERSONS
    assert stock(found, "detained", "Here")[-1] == total(found, "detained") - again
    assert flows(found)["reached"][1:6].sum() <= flows(found)["detained"][:1].sum()
    assert not stock(found, "sheltered").any()


def test_deaths_at_a_fence() -> None:
    """Each dies at the gate where the household was refused; one in an attempt at most."""
    found = result("a_fence_that_kills")
    dead = total(found, "died")
    assert dead == int(found.deaths.sum()) == int(found.data.barred_deaths.sum()) > 5
    assert int(found.deaths.sel(place="Here").sum()) == dead
    assert stock(found, "sheltered")[-1] + stock(found, "detained", "There")[-1] == (
        total(found, "irregular") - total(found, "pushed_back")
    )


def test_an_announced_closure_closes_and_people_hurry() -> None:
    """From 19:00 on half know, from 20:00 on all: five times as many leave as before."""
    found = result("a_closure_is_announced")
    assert flows(found)["admitted"][5:].sum() == 0 < total(found, "refused")
    left = -np.diff(stock(found, "at_home"), prepend=PERSONS)
    assert left[2] + left[3] > 2 * left[0]


def test_who_knows_of_an_opening_waits_for_it() -> None:
    """From 21:00 on the informed half, from 23:00 on all have patience; at 03:00 it opens."""
    found = result("an_opening_is_announced")
    off = sum(flows(found, name)["gave_up"] for name in ("Gate", "Side"))
    assert off[:3].sum() > 0
    assert off[5:].sum() == 0
    let = sum(flows(found, name)["admitted"] for name in ("Gate", "Side"))
    assert let[:9].sum() == 0
    assert let.sum() == PERSONS


def test_a_state_closes_an_hour_after_it_hears_of_ten_admitted() -> None:
    """Eleven by 19:00, told at 20:00 (at 19:00 it sees 18:00), closed at 21:00."""
    assert counts(result("a_state_reacts_to_old_counts")) == {
        "reached": [40] + [0] * 11, "admitted": [11, 12, 12] + [0] * 9,
        "refused": [0, 0, 0, 5] + [0] * 8,
    }  # fmt: skip


def test_a_state_closes_at_half_and_opens_below_three_tenths() -> None:
    """Sheltered as an hour begins: at 15 of 30 it closes, and below 9 it opens."""
    found = result("a_state_closes_at_an_occupancy")
    before = np.concatenate([[0], stock(found, "sheltered")[:-1]])
    is_open, states = True, []
    for persons in before:
        is_open = persons / 30 < 0.5 if is_open else persons / 30 < 0.3
        states.append(is_open)
    admitted = flows(found)["admitted"]
    assert (admitted[~np.array(states)] == 0).all()
    assert admitted[np.array(states)].sum() == admitted.sum() > 30
    assert stock(found, "sheltered").max() <= 30


def test_a_state_keeps_men_in_and_the_other_counts() -> None:
    """Of 24 a day that two crossings share 12 pass at each, and the rest after midnight."""
    found = result("a_state_keeps_its_own_people_in")
    for name in ("Gate", "Side"):
        admitted = flows(found, name)["admitted"]
        assert admitted[1] == 12
        assert admitted[2:6].sum() == 0 < admitted[6]
        assert not found.outcomes.sel(crossing=name, outcome="admitted", kind="men").any()


# ---- harm -----------------------------------------------------------------------------------


def test_only_the_wounded_pass() -> None:
    """About two are wounded for each who is killed; nobody is hurt on the way or abroad."""
    found = result("people_are_killed_and_wounded")
    assert total(found, "admitted") == 0 < total(found, "exempt")
    dead, hurt = int(found.deaths.sum()), int(found.wounded.sum())
    assert dead >= 15
    assert total(found, "exempt") <= hurt
    assert found.deaths.sel(place="Here").sum() == dead
    assert total(found, "died") <= dead


def test_a_crowd_crushes_and_less_so_as_it_shrinks() -> None:
    """Hazard of each: 300 x 60 / 10,000 a day, so dn/dt = -300 n^2 / 10,000: n = 60 / (1 + 1.8 t);
    that is 21.4 after a day."""
    found = result("people_are_crushed")
    assert total(found, "died") == int(found.deaths.sum()) == PERSONS - stock(found, "waiting")[-1]
    assert stock(found, "waiting")[-1] == pytest.approx(60 / 2.8, abs=6)


# ---- reception ------------------------------------------------------------------------------


def test_a_camp_holds_what_it_can_and_registers_whom_it_holds() -> None:
    """Ten at first, one more every eight hours; counted 3.4 hours after they came."""
    found = result("a_camp_fills")
    held = stock(found, "sheltered")
    assert held[2:8].tolist() == [10] * 6
    assert (held <= 10 + 3 * np.arange(1, 25) // 24).all()
    registered = found.registered.sel(place="There").sum("kind").values
    assert registered[:4].tolist() == [0] * 4
    assert registered[5] == 10
    assert registered[-1] == held[-4]


def test_people_are_moved_to_where_there_is_room() -> None:
    """From 23:00 on, five hours on the way; whom East cannot hold goes on."""
    found = result("people_are_moved_from_camp_to_camp")
    there, east, west = (stock(found, "sheltered", name) for name in ("There", "East", "West"))
    assert there[2:5].tolist() == [80] * 3
    assert there[5] < 80
    assert east[:10].tolist() == [0] * 10
    assert east[10:].tolist() == [30] * 14
    assert west[11] == 0 < west[-1]
    assert found.registered.sel(place="There").sum("kind").values[-1] == 80
    assert not found.registered.drop_sel(place="There").any()
    assert found.hours_to_safety.sum("wait").values.tolist() == [0, 80]


def test_men_come_while_their_families_are_moved() -> None:
    """All men pass in the fifth hour, and are at There when nobody of the first is any more."""
    found = result("families_are_moved_while_their_men_come")
    men = found.outcomes.sel(crossing="Gate", outcome="admitted", kind="men").values
    assert men.nonzero()[0].tolist() == [0, 4] or men.nonzero()[0].tolist() == [4]
    assert stock(found, "sheltered")[-1] + stock(found, "moving")[-1] == 80
    assert stock(found, "sheltered", "East")[11:].tolist() == [30] * 7
    assert stock(found, "sheltered", "There")[-2:].tolist() == [44, 44]
    assert (found.data.reunited.sel(place=["There", "East"]).sum("time") > 0).all()


def test_a_place_takes_nobody_in_until_it_opens() -> None:
    """Opened at 22:00; two hours from Here."""
    found = result("a_place_takes_nobody_in_for_a_time")
    assert not stock(found, "sheltered")[:5].any()
    assert stock(found, "displaced", "North").max() == 25
    assert stock(found, "sheltered")[-1] > 25


# ---- going home -----------------------------------------------------------------------------


def test_all_go_home_and_families_are_whole_again() -> None:
    """The men who stay guard those homes whose families are away, and none else is left."""
    found = result("all_go_home_again")
    assert stock(found, "returned", "Here")[-1] == PERSONS
    assert total(found, "returned") == total(found, "admitted") == stock(found, "moving")[0]
    first, last = (found.composition.sel(place="Here").isel(time=t).values for t in (0, -1))
    assert last.sum() == PERSONS
    assert first[[0, 1, 3, 4]].sum() == 0 < first[2]
    assert not found.data.reunited.any()  # guards are not part that a gate left


def test_whose_home_is_burnt_settles_near_it() -> None:
    found = result("homes_are_burnt")
    assert stock(found, "displaced", "North")[-1] == 20
    assert stock(found, "displaced").max() == 20
    assert stock(found, "returned", "Here")[-1] > 25


def test_pressure_sends_people_home_as_the_quota_lets_them() -> None:
    """Danger ends at 20:00, whereupon hardly anybody goes; from 04:00 on all do, eight an hour and
    twenty in a day, the others after midnight."""
    found = result("a_state_presses_people_home")
    back = flows(found)["returned"]
    assert back[:11].sum() <= 1
    assert back[:30].max() == 8
    assert back[6:30].sum() == 20
    assert back[30:32].sum() == 30 - back[:30].sum()
    assert stock(found, "returned")[-1] == 30


def test_the_displaced_come_and_go() -> None:
    """Two hours each way within the country: each flight counts, and no crossing."""
    found = result("the_displaced_go_home")
    assert found.outcomes.size == 0
    inside = found.hours_to_safety.sel(refuge="inside").values
    assert inside.sum() == inside[2] > 2 * PERSONS


# ---- by the rules of Flee -------------------------------------------------------------------


def test_a_run_by_the_rules_of_flee_is_labelled_by_days() -> None:
    found = result("by_rules_of_flee")
    assert found.data.attrs["engine"] == "daily"
    assert found.data.attrs["own_rules"] == ""
    days = np.diff(found.data.time.values) / np.timedelta64(1, "D")
    assert set(days.tolist()) == {1.0}
    inside = np.isin(found.data.country.values, found.data.attrs["flee_from"].split(","))
    people = found.people.sum("group")
    assert not people.sel(status="displaced").values[:, ~inside].any()
    assert not people.sel(status="sheltered").values[:, inside].any()
    assert people.sel(status="sheltered").values[-1].sum() > 0
    still = people.drop_sel(status="moving").sum("status")
    assert (found.composition.sum("kind") == still).all()
    assert not found.deaths.any()
    assert not found.registered.any()
