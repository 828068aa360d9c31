"""Mechanisms that meet: fuel and lost places, wounds and lines, camps that grow and who watches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.errors import ScenarioError
from flowsim.model.household import Household
from flowsim.model.unlikely import unlikely
from flowsim.running import run
from flowsim.scenario.checks import check
from flowsim.world.config import GateCapacity
from flowsim.world.violence_config import Event
from tests.exact.chance import assert_means, mean_of_runs
from tests.flee_folder import flee_folder
from tests.model.test_full_camps import full
from tests.model.test_roads import at_a_full_gate
from tests.model.test_ticks import calm, ticks_of
from tests.model.worlds import hours, plain, rich, same_bytes


def test_a_death_of_wounds_makes_way_for_who_is_held_back():
    """Before a gate that lets nobody through, with room for so many: the dead leave room."""
    scenario = at_a_full_gate(waiting_room=100.0)
    rate = {"recover_per_day": 0.0, "die_of_wounds": 1.0, "die_of_wounds_days": 0.2}
    shots = Event(place="North", start=hours(12), peak=hours(12), until=hours(13), intensity=0,
                  target={"G": 1.0}, wounded=60)  # fmt: skip
    closed = (GateCapacity(crossing="Gate", start=hours(0), persons_per_hour=0),)
    violence = scenario.violence.model_copy(update={"events": (*scenario.violence.events, shots)})
    groups = (scenario.groups[0].model_copy(update={"household_size": {5: 1}}),)
    scenario = scenario.model_copy(update={"violence": violence, "gates": closed, "groups": groups})
    result = run(scenario.with_values({f"behaviour.harm.{k}": v for k, v in rate.items()}))
    assert result.deaths_of_wounds.sum() > 30
    waiting = result.waiting.sum(("crossing", "kind")).values
    assert (waiting[24:] > 100 - 5).all()  # there is no room for one more family


@pytest.mark.parametrize("sick", [{"barred": ["wounded"]}, {}])
def test_nobody_is_through_before_a_death_or_recovery_that_lets_them(sick):
    """Who recovers is held no more, and a family that loses somebody has less to wait for."""

    class Through(Household):
        many = 0

        def let_through(self, now: int) -> None:
            type(self).many += self.hurt
            assert now >= self.since
            super().let_through(now)

    harm = {"deaths_per_day": 0.2, "recover_per_day": 3.0, "die_of_wounds": 0.3,
            "die_of_wounds_days": 0.2}  # fmt: skip
    gate = [{"type": "triage", **sick}, {"type": "quota", "per_hour": 20, "exempt": ["elderly"]}]
    scenario = rich(900, gate if sick else gate[1:], days=2, behaviour={"harm": harm})
    run(scenario, engine="agents", household=Through)
    assert Through.many > 10


def test_a_camp_that_grows_is_held_against_what_it_can_hold_by_then():
    """Full on the first day, it takes three times as many by the tenth; so does who watches it."""
    seen = []

    def watch(now, view):
        seen.append(view.occupancy(("High",)))
        return fs.policy.Opening()

    run(full(grows=10.0).replace_policies("A-B", watch))
    assert 0.5 < max(seen) <= 1.0
    bound = {"type": "capacity_bound", "places": ["Camp"]}
    rows = [p.model_copy(update={"capacity": 0, "capacity_per_day": 5.0}) if p.name == "Camp" else p
            for p in rich(100).places]  # fmt: skip
    small = rich(100, [bound]).model_copy(update={"places": tuple(rows)})
    assert not check(small)


def test_a_toll_keeps_its_hours_where_hours_are_joined():
    """One that begins within an hour falls in that hour, and not in the whole calm before it."""
    shots = Event(place="Town", start=hours(20.5), peak=hours(20.5), until=hours(20.75),
                  intensity=0, target={"U": 1.0}, deaths=20, wounded=60)  # fmt: skip
    scenario = calm(violence={"events": [shots]}, behaviour={
        "leaving": {"neighbours_per_day": 0.0, "men_stay": 0.0}, "waiting": {"part": 0.0},
        "harm": {"crush_per_day": 0.0}})  # fmt: skip
    assert (20 * 3600, 21 * 3600) in ticks_of(scenario)
    hourly = scenario.with_values({"grid": "1h"})
    assert not set(same_bytes(run(scenario), run(hourly))) - {"exposure", "exposure_by_status"}


def test_of_gates_that_nobody_can_pass_it_is_told():
    """By their physical capacity throughout, as by policies."""
    scenario = plain(2000, days=1)
    none = GateCapacity(crossing="Gate", start=hours(0), persons_per_hour=0)
    (flaw,) = unlikely(scenario.model_copy(update={"gates": (none,)}))
    assert flaw.wrong.startswith("nobody can cross: every crossing is closed")
    later = none.model_copy(update={"start": hours(6), "persons_per_hour": 50.0})
    assert not unlikely(scenario.model_copy(update={"gates": (none, later)}))


def test_flees_rules_refuse_violence_that_feeds_itself(tmp_path: Path):
    told = fs.load(flee_folder(tmp_path)).with_values({"violence.escalation.branching": 0.5})
    with pytest.raises(ScenarioError, match=r"branching: by Flee's rules violence sets off no"):
        run(told.with_values({"rules": "flee"}))


@pytest.mark.parametrize("one_in", [10, 40])
def test_a_jam_of_one_in_n_lets_through_as_many_as_late(one_in):
    """A road of 40 an hour, at which all stand for a day: totals and mean hours are the same."""
    scenario = plain(2500, 8.0, sizes={1: 1, 4: 2, 7: 1}, days=1.5)
    routes = (scenario.routes[0].model_copy(update={"persons_per_hour": 40.0}),)
    scenario = scenario.model_copy(update={"routes": routes})

    def figures(n, seed):
        result = run(scenario.with_values({"population.one_in": n}), seed, provenance=False)
        left = result.road_left.values[:, 0].astype(float)
        return left.sum(), np.nansum(left * result.road_hours.values[:, 0]) / left.sum()

    mean, error = mean_of_runs(np.array([figures(one_in, seed) for seed in range(12)]), 2)
    whole = np.array(figures(1, 0))
    assert_means(mean, whole, error)
    assert error[0] < 0.03 * whole[0]
