"""Two places and one route: flows follow their laws, and the step length does not matter."""

from __future__ import annotations

import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from flowsim.clock import NEVER, CumulativeHazards
from flowsim.draws import Purpose, seed_key, uniform
from flowsim.model.flow import FlowModel
from flowsim.model.kernel.clocks import due
from flowsim.policy import Closed, Quota
from flowsim.running import run
from tests.model.worlds import column, deeper, flows, hours, plain, rich, same_bytes, stock

N = 20_000


def ks_bound(n: int = N) -> float:
    """Largest distance of an empirical law of n draws from its own law; P = 0.001 beyond."""
    return 1.95 / np.sqrt(n)


@pytest.mark.parametrize("per_day", [0.5, 3.0])
@pytest.mark.parametrize("step", ["1h", "1d"])
def test_departures_are_exponential_and_arrivals_shifted(per_day, step):
    """Gone by t: 1 - exp(-h t). Arrived by t: 1 - exp(-h (t - L)), L = 24 km / 12 km/h = 2 h."""
    scenario = plain(N, per_day=per_day, abroad=False, days=3, step=step, record="1d")
    scenario = scenario.model_copy(update={"record": 3600 if step == "1h" else 86_400})
    result = run(scenario)
    t = (result.data.time.values - np.datetime64(scenario.start)) / np.timedelta64(1, "D")
    gone = 1.0 - stock(result, "at_home") / N
    assert np.abs(gone - (1 - np.exp(-per_day * t))).max() < ks_bound()
    arrived = stock(result, "displaced", "There") / N
    law = np.where(t > 2 / 24, 1 - np.exp(-per_day * (t - 2 / 24)), 0.0)
    assert np.abs(arrived - law).max() < ks_bound()


def test_those_on_the_way_are_those_who_left_in_the_last_two_hours():
    result = run(plain(N, per_day=3.0, abroad=False))
    gone = N - stock(result, "at_home")
    assert (stock(result, "moving")[2:] == (gone[2:] - gone[:-2])).all()


def test_a_quota_follows_the_fluid_limit():
    """Persons come as A(t) = N (1 - exp(-h t)) to a gate that lets q an hour through; served is
    the reflection S(t) = min over s <= t of A(s) + q (t - s), within the noise of A, 4 sqrt(N) / 2.
    """
    per_day, q = 3.0, 700.0
    result = run(plain(N, per_day=per_day, policies=[Quota(per_hour=q)], days=3))
    served = np.cumsum(flows(result)["admitted"])
    s = np.arange(0, 72 + 1 / 60, 1 / 60)
    came = N * (1 - np.exp(-per_day / 24 * s))
    fluid = np.minimum.accumulate(came - q * s) + q * s
    at_hours = fluid[60::60][:72]
    assert np.abs(served - at_hours).max() < 2 * np.sqrt(N)
    assert served[3] == pytest.approx(4 * q, abs=5)  # a queue at once, so the quota is used up
    queue = N - stock(result, "at_home") - served
    assert (stock(result, "waiting") == queue).all()
    assert queue.max() > 5000


def test_a_closed_hour_shifts_the_fluid_by_an_hour():
    quota = Quota(per_hour=700.0)
    plain_queue = np.cumsum(flows(run(plain(N, per_day=50.0, policies=[quota])))["admitted"])
    closed = [quota, Closed(start=hours(5), stop=hours(6))]
    gap = np.cumsum(flows(run(plain(N, per_day=50.0, policies=closed)))["admitted"])
    assert gap[5] == gap[4]
    assert np.abs(gap[6:30] - plain_queue[5:29]).max() <= 1  # one may be half through


EXOGENOUS = {
    "leaving": {"neighbours_per_day": 0.0},
    "routes": {"wait_cost_per_hour": 0.0},
    "harm": {"crush_per_day": 0.0},
    "returning": {"inside_per_day": 2.0, "abroad_per_day": 1.0},
}


def exogenous(step: str, grid: str | None = None):
    """The rich world (violence, news, curfew, army, a leaky closure, families that part, harm and
    return) without queues that bind, feedback or limits of room."""
    policies = [{"type": "closed", "stop": hours(30), "leak": 0.3, "detention": 0.2,
                 "detention_hours": 5}]  # fmt: skip
    scenario = rich(3000, policies, days=3, step=step, record="1d", grid=grid, behaviour=EXOGENOUS)
    places = [p.model_copy(update={"capacity": None}) for p in scenario.places]
    routes = [r.model_copy(update={"gate_per_hour": None}) for r in scenario.routes]
    return scenario.model_copy(update={"places": tuple(places), "routes": tuple(routes)})


@pytest.mark.parametrize("step", ["30min", "6h", "1d"])
def test_with_exogenous_hazards_the_step_changes_nothing(step):
    one, other = run(exogenous("1h")), run(exogenous(step))
    # exposure counts those present at the ends of ticks, which are shorter or longer
    assert set(same_bytes(one, other)) <= {"exposure", "exposure_by_status"}
    assert other.exposure.sum() == pytest.approx(float(one.exposure.sum()), rel=0.03)
    assert not same_bytes(one, run(exogenous(step, grid="1h"))) or step == "30min"
    assert one.outcomes.sum(["time", "crossing", "kind"]).min() >= 0
    for status in ("moving", "waiting", "displaced", "sheltered", "returned"):
        assert stock(one, status).max() > 0, status


def test_with_feedback_the_change_halves_when_the_step_halves():
    """Neighbours who leave are noticed at the next step: the error is of first order, so
    y(h) - y(h/2) is half of y(2h) - y(h), y being those gone after a day, the mean over seeds."""

    def gone(step: str) -> float:
        behaviour = {"leaving": {"neighbours_per_day": 3.0, "neighbours_hours": 48.0}}
        scenario = plain(
            6000, per_day=0.5, abroad=False, days=1, step=step, record="1d", behaviour=behaviour
        )
        runs = [run(scenario, seed=seed) for seed in range(6)]
        return float(np.mean([6000 - stock(result, "at_home")[-1] for result in runs]))

    left = [gone(step) for step in ("8h", "4h", "2h", "1h")]
    first, second, third = np.diff(left)
    assert first > 100
    assert 1.5 < first / second < 2.7
    assert 1.5 < second / third < 2.7


def test_a_constant_hazard_acts_with_the_probability_of_all_its_steps():
    """A closed gate and a hazard g of giving up: of those there after the first hour
    p = 1 - exp(-g n / 24) have gone n hours later, within 4 sqrt(p (1 - p) / N); none comes later.
    """
    behaviour = {"waiting": {"give_up_closed_per_day": 1.5}}
    spell = {"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(1),
             "half_life_hours": 0.01, "intensity": 1, "target": {"G": 1}}  # fmt: skip
    scenario = plain(
        N, per_day=1e6, policies=[Closed()], behaviour=behaviour, violence={"events": [spell]}
    )
    result = run(scenario)
    waiting = stock(result, "waiting")
    assert waiting[0] > 0.99 * N
    n = np.arange(1, 48)
    p = 1 - np.exp(-1.5 * n / 24)
    gone = 1 - waiting[1:] / waiting[0]
    assert (np.abs(gone - p) < 4 * np.sqrt(p * (1 - p) / waiting[0])).all()
    assert (np.cumsum(flows(result)["gave_up"][1:]) == waiting[0] - waiting[1:]).all()


def thresholds(seed, key):
    """Of households that leave home for the first time."""
    drawn = uniform(seed_key(seed), key, Purpose.LEAVE, np.zeros(key.size, dtype=np.int64))
    return np.array([-math.log(u) for u in drawn])


def rings(face, target):
    """When the kernel has each act whose clock has not yet rung, on the only cell of a face."""
    tick = SimpleNamespace(start=face.start, stop=face.stop)
    s = SimpleNamespace(cumulative=face.cumulative.tolist(), rate=face.rate.tolist(), tick=tick)
    near = target <= face.cumulative_at_stop[0]  # only these are asked, as by `wake`
    when = np.full(target.size, NEVER)
    when[near] = [due(s, 0, x) for x in target[near].tolist()]
    return when


def test_a_clock_advanced_in_many_ticks_rings_as_in_one():
    """No threshold is drawn again: 1 - exp(-h n) have rung by n ticks, at the very same seconds."""
    threshold = thresholds(1, np.arange(N, dtype=np.uint64))
    rung = {}
    for ticks in (1, 48, 97):
        face, when = CumulativeHazards(1), np.full(N, NEVER)
        edges = np.linspace(0, 172_800, ticks + 1).astype(int)
        for start, stop in pairwise(edges):
            face.advance(int(start), int(stop), np.array([1.5]))
            quiet = when == NEVER
            when[quiet] = rings(face, threshold[quiet])
        rung[ticks] = when
    assert (rung[1] == rung[48]).mean() > 0.999
    assert np.abs(rung[1] - rung[97])[rung[1] < NEVER].max() <= 1
    assert (rung[1] < NEVER).mean() == pytest.approx(1 - np.exp(-3.0), abs=ks_bound())


def test_who_is_due_as_a_hazard_ends_still_acts():
    """One hour of 24 a day: all with a threshold up to 1 leave, some only as the hour ends."""
    rates = iter([24.0])
    leave = {"leave": lambda view: np.full_like(view.danger, next(rates, 0.0))}
    model = FlowModel(plain(2 * N, days=0.25), rng=1, rules=leave)
    key = column(model, "key")
    drawn = thresholds(1, key)
    gone = []
    for _ in range(2):
        model.step()
        gone.append(2 * N - int(model.stocks.people[0, 0, 0]))
    assert gone[0] < gone[1] == (drawn <= 1.0).sum()


def test_a_hazard_that_varies_is_its_integral():
    """Piecewise rates 0, 6, 1 a day for 8 hours each: survivors exp(-H), H = 0, 2, 2 + 1/3."""
    face, n = CumulativeHazards(1), N
    threshold, left = thresholds(2, np.arange(n, dtype=np.uint64)), []
    alive = np.ones(n, dtype=bool)
    for start, rate in ((0, 0.0), (28_800, 6.0), (57_600, 1.0)):
        face.advance(start, start + 28_800, np.array([rate]))
        alive &= rings(face, threshold) == NEVER
        left.append(alive.mean())
    assert left == pytest.approx(np.exp([0.0, -2.0, -7 / 3]), abs=ks_bound())


def test_thresholds_are_drawn_anew_after_each_event():
    """Eight live together and one after the other is struck, each time by a new threshold on the
    hazard of those left; so each by himself lives t days with exp(-h w t), w being his weight."""
    behaviour = deeper(EXOGENOUS, {"harm": {"deaths_per_day": 0.8, "wounded_per_death": 0.0}})
    model = FlowModel(plain(5000, per_day=0.0, sizes={8: 1}, behaviour=behaviour, days=1))
    before = column(model, "kinds").sum(axis=0)
    while model.running:
        model.step()
    alive = column(model, "kinds").sum(axis=0)
    for kind, weight in ((1, 0.15), (2, 1.0)):
        p = np.exp(-0.8 * weight)
        assert abs(alive[kind] - before[kind] * p) < 4 * np.sqrt(before[kind] * p * (1 - p))
