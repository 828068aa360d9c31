"""What each policy does to people in a running model, by a formula or by comparing pairs of runs.

Pairs of runs have one seed, so the same household has the same thresholds in both. Where a share of
n is drawn with chance p, the bounds are 4 standard errors, 4 sqrt(p (1 - p) / n).
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from flowsim.model.agents import AuthorityAgent
from flowsim.model.flow import FlowModel
from flowsim.policy import (
    AnnouncedClosure,
    AnnouncedOpening,
    CapacityBound,
    Checkpoint,
    Closed,
    Corridor,
    EncouragedReturn,
    ExitBan,
    Open,
    OpeningHours,
    PushBack,
    Quota,
    Reactive,
    Triage,
)
from flowsim.running import run
from tests.model.worlds import (
    ADULTS,
    FAMILIES,
    finished,
    flows,
    hours,
    plain,
    rich,
    same_bytes,
    spell,
    stock,
    told,
    ways,
)

KINDS = {name: FAMILIES[name] for name in FAMILIES if name != "household_size"}
SIZES = {1: 1, 3: 2, 5: 2}
AT_ONCE = 1e5
"""Hazard of leaving, 1/day, at which all are gone within seconds."""
MEN = {**ADULTS, "men": 1.0, "women": 0.0}
ENGINES = ("columns", "agents")


def near(part, whole, chance):
    """Whether a share drawn with a chance is within 4 standard errors of it."""
    return abs(part / whole - chance) < 4 * np.sqrt(chance * (1 - chance) / whole)


def passed(result, crossing="Gate"):
    """Persons who passed by the crossing, the exempt among them, (time,)."""
    counts = flows(result, crossing)
    return counts["admitted"] + counts["exempt"]


def by_day(hourly):
    """Sums of what is recorded by the hour from 18:00 on, by calendar day."""
    return [int(part.sum()) for part in np.split(hourly, range(6, hourly.size, 24))]


def engines_agree(scenario):
    return not same_bytes(*(run(scenario, engine=engine) for engine in ENGINES))


# ---- quotas ------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [{1: 1}, {2: 1, 5: 1}])
@pytest.mark.parametrize("carry_over", [0.0, 0.5, 1.0, 2.0])
def test_a_counted_quota_is_kept_by_calendar_day(carry_over, sizes):
    """Budget b_d = N + min(b_{d-1} - a_{d-1}, carry N); admitted a_d <= b_d, and where people are
    left waiting at midnight less than one family of b_d is not used.

    Few come in the first two hours; then the gate is closed until midnight of the day after next,
    and from there on more wait than may pass. The day on which nobody comes counts too.
    """
    number, largest = 100, max(sizes)
    quota = Quota(per_day=number, counted=True, carry_over=carry_over)
    policies = [quota, Closed(start=hours(2), stop=hours(30))]
    result = run(plain(2000, 0.3, policies, days=3.25, sizes=sizes, kinds=MEN))
    admitted, waiting = by_day(passed(result)), stock(result, "waiting")
    assert len(admitted) == 4
    assert 10 < admitted[0] < 0.8 * number
    assert admitted[1] == 0
    left = 0
    for day, count in enumerate(admitted):
        budget = number + min(left, round(carry_over * number))
        left = budget - count
        assert left >= 0
        if day >= 2:
            assert waiting[6 + 24 * day - 1] > 200
            assert left < largest
    if largest == 1:
        saved = min(number + min(number - admitted[0], carry_over * number), carry_over * number)
        assert admitted[2] == number + saved


def test_a_counted_quota_by_the_hour_is_full_as_the_hour_begins():
    """Of 10 an hour who wait, all pass in the first half of the hour; spread, half of them do."""
    scenario = plain(500, AT_ONCE, days=1, step="30min", record="30min", kinds=MEN)
    counted = passed(run(scenario.add_policies("A-B", Quota(per_hour=10, counted=True))))
    assert counted[2:].tolist() == [10, 0] * 23
    spread = passed(run(scenario.add_policies("A-B", Quota(per_hour=10))))
    assert spread[2:].tolist() == [5] * 46


def test_a_shared_quota_is_one_number_over_all_crossings():
    """Two crossings of one border pass N a day together, in equal parts, and each N if not shared;
    of a policy that names one crossing that one has it all."""
    scenario = ways(1000, per_day=AT_ONCE, days=1.25)
    for counted in (True, False):
        quota = Quota(per_day=96, counted=counted, shared=True)
        result = run(scenario.add_policies("A-B", quota))
        for name in ("Gate", "Side"):
            whole = passed(result, name)[6:].sum()  # from midnight to midnight
            assert whole == 48 if counted else abs(whole - 48) <= 1
        alone = run(scenario.add_policies("A-B", quota.model_copy(update={"shared": False})))
        assert abs(passed(alone, "Gate")[6:].sum() - 96) <= 1
        named = quota.model_copy(update={"crossings": ("Gate",)})
        assert abs(passed(run(scenario.add_policies("A-B", named)))[6:].sum() - 96) <= 1


@pytest.mark.parametrize("counted", [True, False])
def test_who_is_exempt_from_a_quota_does_not_count(counted):
    """All women pass, and as many men as the quota says besides."""
    quota = Quota(per_day=48, counted=counted, exempt=["women"])
    result = run(plain(1000, AT_ONCE, [quota], days=1.25))
    gate = result.outcomes.sel(crossing="Gate")
    women, men = (gate.sel(kind=kind).sum("time").to_series() for kind in ("women", "men"))
    assert women["exempt"] == women["reached"] > 400
    assert women["admitted"] == men["exempt"] == 0
    tomorrow = gate.sel(kind="men", outcome="admitted").values[6:].sum()
    assert tomorrow == 48 if counted else abs(tomorrow - 48) <= 1
    assert men["reached"] > 400


def test_a_spread_quota_grows_evenly():
    """With a queue all the time r t - n < persons by time t <= r t, n being the largest family."""
    rate, largest = 30.0, 8
    quota = Quota(per_hour=rate)
    result = run(plain(3000, AT_ONCE, [quota], days=2, sizes={1: 1, 4: 1, 8: 1}, kinds=KINDS))
    so_far = passed(result).cumsum()
    grown = rate * np.arange(1, so_far.size + 1)
    assert stock(result, "waiting")[-1] > 500
    assert (so_far <= grown).all()
    assert (so_far > grown - largest - 1).all()  # the first leave some seconds after the start


@pytest.mark.parametrize("changes", [{"carry_over": 1.0}, {"shared": True}, {"exempt": ["women"]}])
def test_both_engines_count_alike(changes):
    policies = [
        Quota(per_day=40, counted=True, **changes),
        Quota(per_hour=9, counted=True, crossings=["Side"], start=hours(9)),
        Closed(start=hours(3), stop=hours(7.5)),
    ]
    scenario = ways(300, policies, per_day=3.0, days=1.5, sizes=SIZES, kinds=KINDS)
    assert engines_agree(scenario)
    assert passed(run(scenario)).sum() > 20


# ---- opening hours, bans, two sides ------------------------------------------------------


@pytest.mark.parametrize("times", [(8.0, 18.0), (7.5, 9.25), (22.0, 4.0)])
def test_nobody_passes_outside_the_opening_hours(times):
    """By the quarter of an hour; in the first quarter all pass who came while it was closed."""
    policy = OpeningHours(hours=times)
    scenario = plain(150, 3.0, [policy], days=1.5, step="15min", record="15min")
    counts = run(scenario)
    admitted, waiting = passed(counts), stock(counts, "waiting")
    clock = [(18.0 + quarter / 4) % 24 for quarter in range(admitted.size)]
    first, last = times
    is_open = np.array([
        first <= h < last if first < last else h >= first or h < last for h in clock
    ])  # fmt: skip
    assert admitted[~is_open].sum() == 0
    assert (waiting[is_open] == 0).all()
    opens = is_open & ~np.roll(is_open, 1)
    opens[0] = False
    assert (admitted[opens] >= np.roll(waiting, 1)[opens]).all()
    assert np.roll(waiting, 1)[opens].max() > 10
    if times == (7.5, 9.25):
        assert not same_bytes(counts, run(scenario, engine="agents"))


def test_every_minute_can_be_an_opening_hour():
    """Hours of the day are decimal; the gate opens in the very minute, not in the next tick."""
    for minute in (77, 92, 100, 107, 115):  # 92 / 60 * 60 is not 92 in binary
        policy = OpeningHours(hours=(minute / 60, 24.0))
        assert policy.opening(hours(6) + timedelta(minutes=minute), None) is None
        assert policy.opening(hours(6) + timedelta(minutes=minute, seconds=-1), None) is not None
        (edge,) = set(policy.edges(hours(6.5), hours(12)))
        assert policy.opening(edge, None) is None


def test_the_days_on_which_it_opens():
    """10 June 2010 is a Thursday: nobody passes on Friday, and all on Saturday."""
    result = run(plain(200, 20.0, [OpeningHours(days=["thu", "sat"])], days=2))
    admitted = passed(result)
    assert admitted[:6].sum() > 100
    assert admitted[6:30].sum() == 0
    assert admitted[30] > 0


def test_a_ban_of_exit_holds_those_it_names_whatever_the_far_side_does():
    """No man passes by the gate: not where B is open, and not where B exempts men."""
    ban = [ExitBan(barred=["men"])]
    part = {"waiting": {"part": 1.0}}
    world = {"per_day": 6.0, "sizes": SIZES, "kinds": KINDS, "behaviour": part}
    alone = run(ways(1000, near=ban, **world))
    by_kind = alone.outcomes.sum(["time", "crossing"])
    assert by_kind.sel(outcome=["admitted", "exempt"], kind="men").sum() == 0
    assert by_kind.sel(outcome="admitted", kind="women") > 200
    far = [Triage(permeability=0.0, exempt=["men", "elderly"])]
    both = run(ways(1000, policies=far, near=ban, **world)).outcomes.sum(["time", "crossing"])
    over = both.sel(outcome=["admitted", "exempt"]).sum("outcome").to_series()
    assert over[["men", "women", "children"]].sum() == 0
    assert over[["elderly_women", "elderly_men"]].sum() > 20


def test_a_ban_of_exit_for_all_leaks_at_the_fence():
    """Nobody passes by the gate; of the attempts the leak gets through."""
    fence = {"waiting": {"fence_per_day": 6.0}}
    result = run(plain(2000, 6.0, behaviour=fence).add_policies("A-B", ExitBan(leak=0.3), side="A"))
    counts = flows(result)
    assert passed(result).sum() == 0
    tries = (counts["irregular"] + counts["intercepted"]).sum()
    assert tries > 2000
    assert near(counts["irregular"].sum(), tries, 0.3)


def test_closed_on_one_side_is_closed():
    for sides in ({"policies": [Closed()], "near": [Open()]}, {"near": [Closed()]}):
        result = run(ways(300, per_day=AT_ONCE, days=1, **sides))
        assert stock(result, "waiting")[-1] == 300
        assert sum(passed(result, name).sum() for name in ("Gate", "Side")) == 0


def test_permeabilities_of_two_sides_multiply():
    """Passed / came is binomial of p q."""
    result = run(ways(4000, [Triage(permeability=0.6)], [Triage(permeability=0.5)], ("Gate",),
                      per_day=AT_ONCE, days=1))  # fmt: skip
    assert near(passed(result).sum(), 4000, 0.3)


# ---- announcements -----------------------------------------------------------------------


def away(model, hour):
    """Persons who have left Here by an hour."""
    return model.laws.world.residents.sum() - model.observer.people[hour - 1, 0, :, 0].sum()


@pytest.mark.parametrize(("informed", "hurry"), [(1.0, 1.0), (0.5, 1.0), (1.0, 0.0), (1.0, 3.0)])
def test_people_hurry_before_a_closure_they_know_of(informed, hurry):
    """With hazard h, of those at home at the announcement exp(-h (1 + hurry x informed) t) are
    there at the closure and exp(-h t) of these a time t later; nobody leaves the later for it."""
    n, rate, first, last = 3000, 1.0, 6, 18
    behaviour = {"leaving": {"hurry": hurry}, "news": {"informed": informed, "lag_hours": 100}}
    world = {"persons": n, "per_day": rate, "days": 1.25, "behaviour": behaviour}
    closure = AnnouncedClosure(announced=hours(first), start=hours(last))
    announced = finished(plain(**world, policies=[closure]))
    without = finished(plain(**world, policies=[Closed(start=hours(last))]))
    home = [n - away(announced, hour) for hour in (first, last, 30)]
    assert near(home[1], home[0], np.exp(-rate * (1 + hurry * informed) * (last - first) / 24))
    assert near(home[2], home[1], np.exp(-rate * 12 / 24))
    earlier = [away(announced, hour) - away(without, hour) for hour in range(1, 31)]
    assert earlier[:first] == [0] * first
    if hurry:
        assert min(earlier[first:last]) > 0
        assert min(earlier) >= 0
    assert (told(announced, "admitted")[last:] == 0).all()


@pytest.mark.parametrize("changes", [{"leaving": {"hurry": 0.0}},
                                     {"news": {"informed": 0.0, "lag_hours": 100}}])  # fmt: skip
def test_an_announcement_nobody_minds_or_hears_changes_no_byte(changes):
    def outcome(policy):
        return run(ways(600, [policy], per_day=2.0, behaviour=changes, days=1))

    plain_closure = outcome(Closed(start=hours(15)))
    told_of = outcome(AnnouncedClosure(announced=hours(6), start=hours(15)))
    assert not same_bytes(plain_closure, told_of)


def test_the_late_hurry_late():
    """Nobody is informed; all hear 4 hours late, and until then no one hurries."""
    late = {"news": {"informed": 0.0, "lag_hours": 4}}
    closure = AnnouncedClosure(announced=hours(6), start=hours(18))
    announced = finished(plain(2000, 1.0, [closure], 1, behaviour=late))
    without = finished(plain(2000, 1.0, [Closed(start=hours(18))], 1, behaviour=late))
    earlier = [away(announced, hour) - away(without, hour) for hour in range(1, 25)]
    assert earlier[:10] == [0] * 10
    assert earlier[10] > 0


def test_who_has_another_crossing_hurries_less():
    """One crossing of two is to close: hurry is half of what it is where both are."""
    n, rate = 3000, 2.0
    closure = AnnouncedClosure(announced=hours(0), start=hours(18), crossings=["Gate"])
    home = n - away(finished(ways(n, [closure], per_day=rate, days=1)), 18)
    assert near(home, n, np.exp(-rate * 1.5 * 18 / 24))


def test_fewer_give_up_before_an_opening_they_know_of():
    """Of those who wait, exp(-c t) are left while the day is not known, c being the hazard before a
    closed gate, and exp(-g t) from its announcement on, g being that before an open one."""
    waits = {"waiting": {"give_up_per_day": 1.0, "give_up_closed_per_day": 6.0}}
    world = {"per_day": 1e6, "behaviour": waits, "violence": spell(0.5), "days": 1}
    opening = AnnouncedOpening(announced=hours(7), stop=hours(19))
    announced = run(plain(4000, policies=[opening], **world))
    unknown = run(plain(4000, policies=[Closed(stop=hours(19))], **world))
    waiting = stock(announced, "waiting")
    assert near(waiting[6], waiting[0], np.exp(-6.0 * 6 / 24))
    assert near(waiting[18], waiting[6], np.exp(-1.0 * 12 / 24))
    assert near(stock(unknown, "waiting")[18], waiting[6], np.exp(-6.0 * 12 / 24))
    assert passed(announced)[19] == waiting[18]
    assert flows(announced)["gave_up"].sum() < flows(unknown)["gave_up"].sum()


def test_an_announced_opening_draws_people_as_the_day_comes_closer():
    """Of two closed crossings the one of which the opening is told costs w t and the other the cap
    w_max: P = 1 / (1 + exp(w t - w_max)) of those who choose t hours before."""
    routes = {"routes": {"wait_cost_per_hour": 0.2, "wait_cost_cap": 3.0}}
    policies = [
        AnnouncedOpening(announced=hours(0), stop=hours(10), crossings=["Gate"]),
        Closed(crossings=["Side"]),
    ]
    result = run(ways(2000, policies, per_day=AT_ONCE, days=0.5, behaviour=routes))
    came = [flows(result, name)["reached"].sum() for name in ("Gate", "Side")]
    assert sum(came) == 2000
    assert near(came[0], 2000, 1 / (1 + np.exp(0.2 * 10 - 3.0)))


# ---- policies that look ------------------------------------------------------------------


def first_hour(counts):
    return int(np.flatnonzero(counts)[0])


@pytest.mark.parametrize("lag", [0, 6])
def test_a_state_opens_once_a_crowd_waits_and_sees_it_late(lag):
    """Closed until more than 300 are seen: admission begins in the first hour at whose beginning
    the queue of `lag` hours before was above that."""
    policy = Reactive(when={"what": "waiting", "below": 300.5}, policies=[Closed()])
    result = run(seen_late(plain(1000, 2.0, [policy], days=1), lag))
    crowd = first_hour(stock(result, "waiting") > 300) + 1  # at the beginning of the next hour
    assert first_hour(passed(result)) == crowd + lag
    assert crowd > 2


def seen_late(scenario, lag):
    """The same, but the far side sees everything so many hours late."""
    (line,) = scenario.borders
    sides = [
        side.model_copy(update={"lag_hours": float(lag)}) if side.country == "B" else side
        for side in line.authorities
    ]
    line = line.model_copy(update={"authorities": tuple(sides)})
    return scenario.model_copy(update={"borders": (line,)})


@pytest.mark.parametrize(("lag", "delay"), [(0, 0), (6, 0), (0, 6), (2.5, 0), (0, 2.5), (4, 3)])
def test_a_state_closes_so_many_hours_after_it_could_have_seen_why(lag, delay):
    """10 an hour pass until more than 300 are seen; then nobody. Lag and delay add up, each to the
    next hour at which states look."""
    policies = [
        Quota(per_hour=10),
        Reactive(when={"what": "waiting", "above": 300}, delay_hours=delay, policies=[Closed()]),
    ]
    result = run(seen_late(plain(1000, 2.0, policies, days=1), lag))
    crowd = first_hour(stock(result, "waiting") > 300) + 1
    closes = crowd + int(np.ceil(lag)) + int(np.ceil(delay))
    admitted = passed(result)
    assert (admitted[1:closes] >= 9).all()
    assert admitted[closes:].sum() == 0
    assert closes < 20


def test_between_its_two_levels_a_state_does_what_it_did():
    """Closed once at most 50 wait and open once more than 150 do, hour by hour as it sees them."""
    policies = [
        Triage(permeability=1.0, per_hour=60),
        Reactive(when={"what": "waiting", "below": 50.5}, until={"what": "waiting", "above": 150},
                 policies=[Closed()]),
    ]  # fmt: skip
    result = run(plain(3000, 0.3, policies, days=3))
    waiting, admitted = np.r_[0, stock(result, "waiting")], passed(result)
    shut, turns = False, 0
    for hour, count in enumerate(admitted):
        seen = waiting[hour]
        turned = seen > 150 if shut else seen < 50.5
        shut, turns = shut != turned, turns + turned
        assert (count == 0) == shut, hour
    assert turns >= 5


def test_a_crossing_closes_at_a_full_camp_and_opens_when_there_is_room():
    """Hour by hour it is closed where those sheltered are 0.6 of the capacity or more, and once
    closed until they are below 0.4. People go home at one a day, and leave again."""
    home = {"returning": {"abroad_per_day": 1.0, "calm": 1e9}}
    policies = [CapacityBound(closes_at=0.6, reopens_at=0.4)]
    scenario = ways(2000, policies, crossings=("Gate",), capacity=1000, per_day=2.0, days=3,
                    behaviour=home)  # fmt: skip
    result = run(scenario)
    sheltered, admitted = np.r_[0, stock(result, "sheltered", "There")], passed(result)
    waiting = np.r_[0, stock(result, "waiting", "North")]
    closed, turns = False, 0
    for hour, count in enumerate(admitted):
        before = closed
        closed = sheltered[hour] >= (400 if closed else 600)
        turns += before != closed
        if closed:
            assert count == 0, hour
        elif hour > 2 and waiting[hour]:
            assert count > 0, hour
    assert turns >= 3
    assert sheltered.max() > 600


# ---- roads -------------------------------------------------------------------------------

WAY = (("Here", "North"),)


@pytest.mark.parametrize("factor", [1.0, 0.5, 0.0])
def test_fewer_die_on_a_safe_corridor(factor):
    """Danger 1 on the first hour of the way and none on the second: a man dies on the way with
    chance 1 - exp(-deaths x factor / 24). Who dies with a corridor dies without one too."""
    harm = {"harm": {"deaths_per_day": 6.0, "wounded_per_death": 0.0, "on_the_way": 1.0}}
    world = {"crossings": ("Gate",), "per_day": 1e7, "kinds": MEN, "behaviour": harm, "days": 0.5}
    dead = [
        finished(ways(4000, policies, **world)).dead()
        for policies in ([], [Corridor(routes=WAY, danger=factor, stop=hours(9))])
    ]
    chance = 1 - np.exp(-6.0 * factor / 24)
    assert near(dead[1], 4000, chance) if factor else dead[1] <= 2  # before they left
    assert dead[1] <= dead[0]


@pytest.mark.parametrize("lifts", [1.0, 0.5, 0.0])
def test_a_corridor_lifts_the_delay_of_a_curfew(lifts):
    """An hour of way and 4 (1 - lifts) of delay: all reach the crossing within seconds of that."""
    curfew = {"name": "curfew", "kind": "curfew", "places": ["Here"], "start": hours(0),
              "stop": hours(24), "delay_hours": 4}  # fmt: skip
    policies = [Corridor(routes=WAY, lifts=lifts)]
    world = {"per_day": AT_ONCE, "days": 0.5, "conditions": [curfew]}
    reached = flows(run(ways(300, policies, crossings=("Gate",), **world)))["reached"]
    hour = int(1 + 4 * (1 - lifts))
    assert reached[hour] == 300


@pytest.mark.parametrize("lifts", [1.0, 0.5, 0.0])
def test_a_corridor_lets_people_leave_whom_a_roadblock_holds(lifts):
    """exp(-h (l + lifts (1 - l)) t) are still at home, l being what the roadblock leaves of the
    hazard h. A corridor at the other place lifts nothing here."""
    block = {"name": "block", "kind": "roadblock", "places": ["Here"], "start": hours(0),
             "stop": hours(24), "leave": 0.2}  # fmt: skip
    policies = [Corridor(routes=WAY, lifts=lifts)]
    world = {"crossings": ("Gate",), "per_day": 2.0, "days": 0.5, "conditions": [block]}
    model = finished(ways(3000, policies, **world))
    assert near(3000 - away(model, 12), 3000, np.exp(-2.0 * (0.2 + 0.8 * lifts) / 2))


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_checkpoint_passes_a_share_of_the_households_for_good(share):
    """Binomial in households of two; the others stay at home, though they try again and again."""
    policies = [Checkpoint(routes=WAY, permeability=share)]
    world = {"crossings": ("Gate",), "per_day": 200.0, "days": 1, "sizes": {2: 1}, "kinds": MEN}
    result = run(ways(4000, policies, **world))
    assert near(flows(result)["reached"].sum() / 2, 2000, share)
    assert stock(result, "at_home", "Here")[-1] == 4000 - flows(result)["reached"].sum()


@pytest.mark.parametrize("who", ["group:H", "nationality:Y", "kin_across"])
def test_a_checkpoint_stops_only_whom_it_names(who):
    """All of G get through, and of H the share of the checkpoint; H alone has kin across."""
    groups = [{"name": "G", "nationality": "X"},
              {"name": "H", "nationality": "Y", "kin_across": 1.0}]  # fmt: skip
    policies = [Checkpoint(routes=WAY, permeability=0.4, stops=[who])]
    world = {"crossings": ("Gate",), "per_day": 200.0, "days": 1, "groups": groups}
    result = run(ways(4000, policies, **world))
    home = result.people.sel(status="at_home", place="Here").isel(time=-1)
    assert home.sel(group="G") == 0
    assert near(2000 - home.sel(group="H").item(), 2000, 0.4)


def test_who_is_stopped_at_a_checkpoint_looks_for_another_way():
    """Nobody gets to North, and all who want to go get to South in the end."""
    policies = [Checkpoint(routes=WAY, permeability=0.0)]
    result = run(ways(500, policies, per_day=200.0, days=2))
    assert flows(result, "Gate")["reached"].sum() == 0
    assert flows(result, "Side")["reached"].sum() == 500


def test_a_checkpoint_takes_hours_from_all_who_pass():
    """An hour of way and three at the checkpoint; so from North to Here as well."""
    policies = [Checkpoint(routes=[("North", "Here")], delay_hours=3)]
    world = {"crossings": ("Gate",), "per_day": AT_ONCE, "days": 0.5}
    reached = flows(run(ways(300, policies, **world)))["reached"]
    assert reached[4] == 300


@pytest.mark.parametrize("policy", [
    Checkpoint(routes=WAY, cost_km=10),
    Open(crossings=["Gate"], cost_km=10),
    Triage(crossings=["Gate"], cost_km=10),
])  # fmt: skip
def test_a_dear_way_is_taken_less(policy):
    """A logit choice of two ways that differ by c km at k per km: P = 1 / (1 + exp(k c)) for the
    dear one. Passing it takes no longer."""
    result = run(ways(3000, [policy], per_day=AT_ONCE, days=0.5))
    dear, cheap = (flows(result, name)["reached"].sum() for name in ("Gate", "Side"))
    assert dear + cheap == 3000
    assert near(dear, 3000, 1 / (1 + np.exp(0.15 * 10)))
    equal = run(ways(3000, per_day=AT_ONCE, days=0.5))
    assert near(flows(equal)["reached"].sum(), 3000, 0.5)
    assert flows(equal)["admitted"][1] > 0 < flows(result)["admitted"][1]


@pytest.mark.parametrize("informed", [1.0, 0.5, 0.0])
def test_the_late_do_not_know_of_a_fee(informed):
    """Taken from hour 1 on, before anybody chooses: the informed shun the dear way as above, and
    half of the others take it."""
    later = {"start": hours(2), "peak": hours(2)}
    world = {"per_day": AT_ONCE, "days": 0.5, "violence": {"events": [
        spell(12)["events"][0] | later]}}  # fmt: skip
    news = {"news": {"informed": informed, "lag_hours": 100}}
    fee = Open(crossings=["Gate"], cost_km=10, start=hours(1))
    result = run(ways(3000, [fee], behaviour=news, **world))
    dear = flows(result)["reached"].sum()
    assert dear + flows(result, "Side")["reached"].sum() == 3000
    assert near(dear, 3000, informed / (1 + np.exp(0.15 * 10)) + (1 - informed) / 2)


def test_a_checkpoint_that_stops_some_is_avoided():
    """It is believed to cost -ln(p): of two ways alike, p / (1 + p) choose that of the checkpoint
    first, and of these p get through. Whoever is stopped chooses again, so more get through in the
    end: nobody is left."""
    share = 0.5
    policies = [Checkpoint(routes=WAY, permeability=share)]
    result = run(ways(4000, policies, per_day=1000.0, days=0.5))
    first = flows(result)["reached"].sum()
    # each time: chance a to get through here, b to choose the other way; who is stopped, ever is
    a, b = share / (1 + share), 1 / (1 + share)
    assert near(first, 4000, share * a / (a + b))
    assert flows(result, "Side")["reached"].sum() == 4000 - first


# ---- conditions on households ------------------------------------------------------------


def test_of_a_group_the_share_with_kin_across_is_exempt():
    """0.3 of the households of G pass a closed gate and nobody of H, who have no kin there."""
    groups = [{"name": "G", "kin_across": 0.3}, {"name": "H"}]
    policies = [Closed(exempt=["kin_across"])]
    world = {"crossings": ("Gate",), "per_day": AT_ONCE, "days": 0.5, "groups": groups}
    result = run(ways(6000, policies, sizes={2: 1}, kinds=MEN, **world))
    here = result.people.sel(place="There", status="sheltered").isel(time=-1).to_series()
    assert near(here["G"] / 2, 1500, 0.3)
    assert here["H"] == 0
    assert flows(result)["exempt"].sum() == here["G"]


def test_a_nationality_is_exempt():
    groups = [{"name": "G", "nationality": "X"}, {"name": "H", "nationality": "Y"},
              {"name": "I", "nationality": "X"}, {"name": "J"}]  # fmt: skip
    policies = [Closed(exempt=["nationality:X"])]
    world = {"crossings": ("Gate",), "per_day": AT_ONCE, "days": 0.5, "groups": groups}
    result = run(ways(400, policies, **world))
    here = result.people.sel(place="There", status="sheltered").isel(time=-1).to_series()
    assert here.to_dict() == {"G": 100, "H": 0, "I": 100, "J": 0}


# ---- guards ------------------------------------------------------------------------------


@pytest.mark.parametrize("interception", [0.0, 0.4, 1.0])
def test_interception_catches_some_who_got_through_the_fence(interception):
    """Success of an attempt: leak x (1 - interception)."""
    policies = [Closed(leak=0.5), PushBack(interception=interception)]
    result = run(plain(2000, 6.0, policies, behaviour={"waiting": {"fence_per_day": 6.0}}))
    counts = flows(result)
    through, tries = counts["irregular"].sum(), (counts["irregular"] + counts["intercepted"]).sum()
    assert tries > 2000
    chance = 0.5 * (1 - interception)
    assert near(through, tries, chance) if chance else through == 0


@pytest.mark.parametrize(("after", "reach", "found"), [
    (0.5, 5, ("Side",)), (0.5, 6, ("Gate", "Side")), (0.5, 1, ()), (3.0, 11, ("Side",)),
    (5.0, 12, ("Gate", "Side")), (5.0, 11.9, ()), (0.5, None, ("Gate", "Side")),
])  # fmt: skip
def test_guards_find_only_whom_they_can_reach(after, reach, found):
    """On the road people are min(12 h, 12) km from the fence after h hours, on foot min(3 h, 12):
    nobody is sent back who is further than the reach, and everybody who is not."""
    policies = [Closed(leak=1.0), PushBack(inside=1.0, after_hours=after, reach_km=reach)]
    fence = {"waiting": {"fence_per_day": 20.0}}
    result = run(ways(300, policies, per_day=AT_ONCE, modes=("road", "foot"), days=1,
                      behaviour=fence))  # fmt: skip
    for name in ("Gate", "Side"):
        counts = flows(result, name)
        assert counts["irregular"].sum() > 50
        if name in found:
            held = stock(result, "detained", "There")[-1]
            assert 0 <= counts["irregular"].sum() - counts["pushed_back"].sum() <= held
        else:
            assert counts["pushed_back"].sum() == 0
    assert (stock(result, "sheltered")[-1] > 0) == (len(found) < 2)


# ---- going home --------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [1.0, 3.0, 0.5])
def test_encouragement_multiplies_the_own_wish_to_go_home(factor):
    """Of those sheltered exp(-r t) are left before it and exp(-factor r t) after a time t of it."""
    home = {"returning": {"abroad_per_day": 0.5}}
    policies = [EncouragedReturn(factor=factor, start=hours(24))]
    result = run(plain(4000, AT_ONCE, policies, days=2, violence=spell(0.5), behaviour=home))
    sheltered = stock(result, "sheltered")
    assert near(sheltered[23], sheltered[11], np.exp(-0.5 * 12 / 24))
    assert near(sheltered[47], sheltered[23], np.exp(-0.5 * factor))


def test_what_a_state_does_at_two_borders_adds_up():
    """Those sheltered in B are pressed at its borders with A and with C, and helped at both."""
    base = plain(100)
    other = base.places[0].model_copy(update={"name": "Other", "country": "C", "lat": 40.3})
    road = base.routes[0].model_copy(update={"start": "Other", "crossing": "Pass"})
    authorities = [
        [{"name": "B", "country": "B", "policies": [
            {"type": "forced_return", "start": hours(0), "deadline": hours(1), "per_day": rate,
             "per_day_at_deadline": rate},
            {"type": "encouraged_return", "factor": factor},
        ]}]
        for rate, factor in ((0.1, 2.0), (0.2, 3.0))
    ]  # fmt: skip
    scenario = base.with_values({
        "flee_from": ["A", "C"],
        "places": [p.model_dump() for p in (*base.places, other)],
        "routes": [r.model_dump() for r in (*base.routes, road)],
        "borders": [
            {"id": f"{one}-B", "between": [one, "B"], "authorities": told}
            for one, told in zip("AC", authorities, strict=True)
        ],
    })  # fmt: skip
    model = FlowModel(scenario, rng=1)
    model.policies(0)
    b = model.world.countries.index("B")
    assert model.borders.pressure[b] == pytest.approx(0.3)
    assert model.borders.wish[b] == pytest.approx(6.0)


def test_nobody_is_encouraged_where_home_is_not_calm():
    """The wish is exp(-10) of what it is in calm, so three times it moves next to nobody."""
    home = {"returning": {"abroad_per_day": 0.5}}
    result = run(plain(1000, AT_ONCE, [EncouragedReturn(factor=3)], behaviour=home))
    assert flows(result)["returned"].sum() <= 2


# ---- what authorities see ----------------------------------------------------------------


def watcher(seen):
    """A policy that states nothing and writes down what it sees."""

    def look(now, view):
        seen.append((
            now, view.waiting(), view.waiting("Gate"), view.admitted(), view.irregular("Gate"),
            view.sheltered(), view.sheltered("Camp"), view.occupancy(), view.violence("Town"),
            view.violence(),
        ))  # fmt: skip

    return look


def worked_out(result):
    """What can be seen at the beginning and at the end of each recorded hour, as `watcher`."""
    outcomes = result.outcomes.sum("kind").cumsum("time").astype(np.int64)
    waiting = result.waiting.sum("kind").sel(crossing=["Gate", "Side"]).values
    admitted = outcomes.sel(outcome=["admitted", "exempt"]).sum(["outcome", "crossing"]).values
    irregular = outcomes.sel(outcome="irregular", crossing="Gate").values
    shelter = [stock(result, "sheltered", place) for place in ("Camp", "City")]
    rows = zip(waiting.sum(axis=1), waiting[:, 0], admitted, irregular, sum(shelter), shelter[0],
               shelter[0] / 100, strict=True)  # fmt: skip
    return [(0,) * 7, *rows]


@pytest.mark.parametrize("step", ["1h", "6h"])
@pytest.mark.parametrize("lag", [0, 3, 2.5])
def test_a_state_sees_its_border_as_it_was_its_lag_ago(lag, step):
    """At hour h it sees the counts of hour h - lag, of whole hours the last, or those of the start;
    camps hold 100 of 800."""
    looks = []
    base = rich(800, [{"type": "closed", "leak": 0.3, "stop": hours(14)}], days=1, step="1h",
                behaviour={"returning": {"abroad_per_day": 1.0}})  # fmt: skip
    base = base.model_copy(update={"step": 3600 if step == "1h" else 6 * 3600})
    base = base.model_copy(update={"record": base.step})
    late = run(seen_late(base.add_policies("A-B", watcher(looks)), lag))
    assert [now for now, *_ in looks] == [hours(h) for h in range(24)]
    truth, every = worked_out(late), base.step // 3600
    for hour, (_, *seen) in enumerate(looks):
        then = max(0, int(np.floor(hour - lag)))
        if then % every == 0:
            assert tuple(seen[:7]) == pytest.approx(truth[then // every]), (hour, then)
    violence = [row[-2] for row in looks]
    here = late.violence.sel(place="Town").values
    whole = int(np.ceil(lag))
    if step == "1h":
        assert violence == [here[max(0, hour - whole)] for hour in range(24)]
    assert all(row[-1] >= row[-2] for row in looks)
    assert all(len({row[k] for row in looks}) > 1 for k in range(1, 9))


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_an_authority_agent_reads_the_same_after_a_step(lag):
    """Between steps it sees what was `lag` hours ago, as a result records it."""
    scenario = seen_late(rich(800, [Quota(per_hour=10)], days=1), lag)
    model, seen = FlowModel(scenario), []
    (far,) = [a for a in model.agents_by_type[AuthorityAgent] if a.country == "B"]
    while model.running:
        model.step()
        seen.append((far.waiting(), far.sheltered(), far.admitted("Gate")))
    result = model.result()
    gate = flows(result)
    admitted = (gate["admitted"] + gate["exempt"]).cumsum()
    waiting = result.waiting.sum(["kind", "crossing"]).values
    truth = list(zip(waiting, stock(result, "sheltered"), admitted, strict=True))
    assert seen[lag:] == truth[: len(truth) - lag]
    assert seen[:lag] == [(0, 0, 0)] * lag


def test_names_an_authority_does_not_know_are_told():
    model = FlowModel(rich(300))
    near_side, far = model.agents_by_type[AuthorityAgent]
    for ask in (far.waiting, far.admitted, far.irregular):
        with pytest.raises(KeyError, match="no crossing 'Gaet' at A-B; there is Gate, Side"):
            ask("Gaet")
    with pytest.raises(KeyError, match="no place 'Town' in B; there is Camp, City"):
        far.sheltered("Town")
    with pytest.raises(KeyError, match="no place 'Cmap' in B; there is Camp, City"):
        far.occupancy(["Camp", "Cmap"])
    assert far.sheltered("Camp") == near_side.sheltered("Town") == 0
    with pytest.raises(KeyError):
        far.violence("Twon")


def test_occupancy_is_of_places_that_have_a_capacity():
    """Sheltered in the camp over its 100; the city has no limit, so it has no occupancy."""
    model = finished(rich(800, [], days=1))
    _, far = model.agents_by_type[AuthorityAgent]
    assert far.sheltered("City") > 100
    assert far.occupancy() == far.occupancy(["Camp"]) == far.sheltered("Camp") / 100 > 0.5
    assert far.occupancy(["City"]) == 0.0


@pytest.mark.parametrize(
    "policy",
    [Closed(detention=1.0, detention_hours=1e6), Open(delay_hours=1e6), Open(delay_hours=9e5)],
)
def test_who_is_held_or_delayed_beyond_all_time_is_so_for_good(policy):
    scenario = plain(60, per_day=20.0, days=0.5, policies=[policy],
                     behaviour={"waiting": {"fence_per_day": 20.0}})  # fmt: skip
    both = [run(scenario, engine=engine) for engine in ("columns", "agents")]
    assert not same_bytes(*both)
    assert stock(both[0], "sheltered")[-1] == 0
    assert stock(both[0], "detained" if policy.type == "closed" else "moving")[-1] > 10
