"""What happens at a crossing: draws once a visit, triage, push-back, detention, return."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.model.axes import Status
from flowsim.model.flow import FlowModel
from flowsim.policy import Closed, ForcedReturn, PushBack, Quota, Triage
from flowsim.running import run
from tests.model.worlds import FAMILIES, column, flows, hours, plain, rich, same_bytes, stock

KINDS = {name: FAMILIES[name] for name in FAMILIES if name != "household_size"}
SIZES = {1: 1, 3: 2, 5: 2}


def families(**changes):
    """Everybody leaves within a day, in families."""
    return plain(**{"per_day": 6.0, "sizes": SIZES, "kinds": KINDS, **changes})


def finish(scenario, **options):
    model = FlowModel(scenario, **options)
    while model.running:
        model.step()
    return model


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_permeability_is_a_share_of_those_who_come_whatever_the_step(share):
    """Passed / came is binomial: p within 4 sqrt(p (1 - p) / n). One draw a visit, so the very
    same persons pass at every step."""
    results = [
        run(plain(per_day=6.0, policies=[Triage(permeability=share)], step=step, record="1d"))
        for step in ("1h", "6h", "1d")
    ]
    about = {"exposure", "exposure_by_status"}  # the mean of both ends of a tick of several hours
    assert set(same_bytes(results[0], results[1])) <= about
    assert set(same_bytes(results[0], results[2])) <= about
    came, passed = (flows(results[0])[name].sum() for name in ("reached", "admitted"))
    assert came > 3900
    assert abs(passed / came - share) < 4 * np.sqrt(share * (1 - share) / came)
    assert flows(results[0])["refused"].sum() == came - passed  # told once a visit


def test_a_change_of_rules_draws_nothing_anew():
    """Under p = 0.3, then 0.6, then 0.3 again, those pass in all whose one draw is below 0.6."""
    split = [
        Triage(permeability=0.3, stop=hours(24)),
        Triage(permeability=0.6, start=hours(24), stop=hours(30)),
        Triage(permeability=0.3, start=hours(30)),
    ]
    changing = flows(run(plain(per_day=20.0, policies=split)))
    steady = flows(run(plain(per_day=20.0, policies=[Triage(permeability=0.6)])))
    assert abs(changing["admitted"].sum() - steady["admitted"].sum()) <= 1  # who leaves after 30 h
    assert changing["admitted"][24] > 1000
    assert changing["admitted"][31:].sum() <= 1


def test_triage_bars_men_and_families_part():
    """With part = 1 all women, children and elderly of families pass, and no man does."""
    model = finish(families(policies=[Triage(barred=["men"])], behaviour={"waiting": {"part": 1}}))
    result = model.result()
    admitted = result.outcomes.sel(outcome="admitted", crossing="Gate").sum("time").to_series()
    assert admitted["men"] == 0
    assert (admitted.drop("men") > 50).all()
    waiting = column(model, "kinds")[column(model, "status") == Status.WAITING].T
    assert waiting[2].sum() > 500
    # only children without any other grown-up stay with the men
    alone = waiting[0, waiting[[1, 3, 4]].sum(axis=0) == 0].sum()
    assert waiting[[1, 3, 4]].sum() == 0
    assert waiting[0].sum() == alone


def test_families_do_not_part_where_they_never_do():
    result = run(families(policies=[Triage(barred=["men"])], behaviour={"waiting": {"part": 0}}))
    admitted = result.outcomes.sel(outcome="admitted").sum()
    whole = column(FlowModel(families()), "kinds")
    without_men = whole[whole[:, 2] == 0]
    assert 0.97 * without_men.sum() < admitted <= without_men.sum()


def test_those_left_at_the_gate_keep_the_draw_of_their_visit():
    """Women are exempt and go ahead; of the men p pass all the same, within 4 standard errors."""
    couples = {"children": 0.0, "women": 0.5, "men": 0.5, "elderly_women": 0, "elderly_men": 0}
    policies = [Triage(permeability=0.3, exempt=["women"])]
    part = {"waiting": {"part": 1.0}}
    result = run(
        plain(per_day=20.0, sizes={2: 1}, kinds=couples, policies=policies, behaviour=part)
    )
    men = result.outcomes.sel(crossing="Gate", kind="men").sum("time").to_series()
    share = men["admitted"] / men["reached"]
    assert abs(share - 0.3) < 4 * np.sqrt(0.3 * 0.7 / men["reached"])


def test_the_barred_wait_behind_nobody():
    """Under a quota with priority for women, no man passes while women wait."""
    policies = [Quota(per_hour=60, priority=["women"])]
    result = run(plain(per_day=40.0, policies=policies, days=1))
    gate = result.outcomes.sel(crossing="Gate", outcome="admitted")
    waiting = result.waiting.sel(crossing="Gate")
    queue_of_women = np.minimum(waiting.sel(kind="women"), waiting.sel(kind="women").shift(time=1))
    assert queue_of_women.max() > 500
    assert gate.sel(kind="men").where(queue_of_women > 0, 0).sum() == 0
    assert gate.sel(kind="women").where(queue_of_women > 0).max() == 60


def test_exemption_passes_a_closed_gate_and_is_told_apart():
    result = run(families(policies=[Closed(exempt=["elderly"])]))
    totals = result.outcomes.sel(crossing="Gate").sum("time")
    exempt = totals.sel(outcome="exempt").to_series()
    assert exempt["elderly_women"] > 0
    assert exempt[["children", "women", "men"]].sum() == 0
    assert totals.sel(outcome="admitted").sum() == 0


def test_push_back_counts_net():
    """All who come through the fence are held and sent back after two hours, so those who have
    crossed, net, are just those held; every cycle reaches the queue again."""
    policies = [Closed(leak=1.0), PushBack(inside=1.0, after_hours=2)]
    fence = {"waiting": {"fence_per_day": 12.0}}
    model = finish(plain(per_day=6.0, policies=policies, behaviour=fence))
    result = model.result()
    told, held = flows(result), stock(result, "detained", "There")
    assert (result.crossed().sum("crossing").values == held).all()
    assert model.crossed() == held[-1]
    assert told["pushed_back"].sum() > 4000  # more than once each
    assert told["reached"].sum() == 4000 - stock(result, "at_home")[-1] + told["pushed_back"].sum()
    assert (stock(result, "sheltered") == 0).all()


def test_detention_holds_for_its_hours_and_releases():
    """Held at hour t are just those detained in the last five hours."""
    policies = [Closed(detention=1.0, detention_hours=5)]
    result = run(plain(per_day=6.0, policies=policies, behaviour={"waiting": {"fence_per_day": 6}}))
    told = flows(result)
    last_five = np.convolve(told["detained"], np.ones(5, dtype=np.int64))[: result.data.time.size]
    assert (stock(result, "detained", "Here") == last_five).all()
    assert last_five.max() > 500
    assert told["irregular"].sum() == 0
    released = told["detained"][:-5].sum()
    assert told["reached"].sum() == 4000 - stock(result, "at_home")[-1] + released


def test_leak_is_the_success_of_an_attempt():
    """irregular / (irregular + intercepted) = leak, within 4 sqrt(p (1 - p) / n)."""
    policies = [Closed(leak=0.25)]
    result = run(plain(per_day=6.0, policies=policies, behaviour={"waiting": {"fence_per_day": 6}}))
    told = flows(result)
    through, tries = told["irregular"].sum(), (told["irregular"] + told["intercepted"]).sum()
    assert tries > 4000
    assert abs(through / tries - 0.25) < 4 * np.sqrt(0.25 * 0.75 / tries)


def test_dispersal_drives_people_from_the_fence():
    """From a closed gate at the edge of town they go home; hazard d leaves exp(-d t) there."""
    spell = {"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(1),
             "half_life_hours": 0.01, "intensity": 1, "target": {"G": 1}}  # fmt: skip
    policies = [Closed(), PushBack(dispersal_per_day=6.0)]
    result = run(plain(per_day=1e6, policies=policies, violence={"events": [spell]}))
    waiting = stock(result, "waiting")
    left = waiting[6] / waiting[0]
    assert left == pytest.approx(np.exp(-1.5), abs=4 * np.sqrt(np.exp(-1.5) / waiting[0]))
    assert flows(result)["dispersed"][1:].sum() == waiting[0] - waiting[-1]
    assert stock(result, "returned", "Here")[-1] == 4000 - waiting[-1]


def test_forced_return_empties_the_camps():
    """Pressure of 50 a day for two days leaves e^-100 of those sheltered; all are told returned."""
    policies = [ForcedReturn(start=hours(24), deadline=hours(24.5), per_day_at_deadline=50)]
    quick = {"leaving": {"violence_per_day": 200.0}}
    spell = {"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(10),
             "half_life_hours": 0.5, "intensity": 1, "target": {"G": 1}}  # fmt: skip
    scenario = families(
        per_day=200.0, policies=policies, days=3, behaviour=quick, violence={"events": [spell]}
    )
    model = finish(scenario)
    result = model.result()
    sheltered = stock(result, "sheltered")
    assert sheltered[22] == 4000
    assert sheltered[-1] == 0
    assert flows(result)["returned"].sum() == 4000
    assert stock(result, "returned", "Here")[-1] == 4000
    assert result.crossed().isel(time=-1).sum() == 4000  # going home undoes no crossing


def test_a_closed_way_back_holds_those_who_go_home():
    from tests.model.worlds import border

    policies = [ForcedReturn(start=hours(12), deadline=hours(13), per_day_at_deadline=50)]
    spell = {"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(6),
             "half_life_hours": 0.5, "intensity": 1, "target": {"G": 1}}  # fmt: skip
    scenario = families(
        per_day=200.0, days=2, violence={"events": [spell]}, borders=border(policies, [Closed()])
    )
    result = run(scenario)
    assert stock(result, "waiting", "There")[-1] == 4000
    assert (result.waiting == 0).sum() == 0 or result.waiting.isel(time=-1).sum() == 0
    assert flows(result)["returned"].sum() == 0


def test_a_window_is_half_open_to_the_second():
    """Closed until half past: nobody before it, everybody in line in that very second."""
    model = FlowModel(plain(per_day=100.0, policies=[Closed(stop=hours(12.5))], days=1))
    admitted = []
    while model.running:
        model.step()
        admitted.append(model.admitted("Gate"))
    assert admitted[11] == 0
    assert admitted[12] == 4000
    # the trip takes two hours from 12:30, and an arrival at second s is in the step that holds s
    sheltered = stock(model.result(), "sheltered", "There")
    assert sheltered[13] == 0
    assert sheltered[14] == 4000


def test_delay_at_the_gate_comes_on_top_of_the_way():
    scenario = plain(per_day=500.0, policies=[Triage(delay_hours=5)], days=1)
    sheltered = stock(run(scenario), "sheltered")
    assert sheltered[6] == 0
    assert sheltered[8] > 3900


def test_waiting_time_is_that_of_those_who_pass():
    """All wait from the start for 10 hours."""
    result = run(plain(per_day=100_000.0, policies=[Closed(stop=hours(10))], days=1))
    told = result.waiting_time.sel(crossing="Gate")
    assert told.values[10] == pytest.approx(10.0, abs=0.01)
    assert np.isnan(told.values[:10]).all()


def test_the_gate_itself_limits_how_many_pass():
    scenario = plain(per_day=500.0, days=1)
    route = scenario.routes[0].model_copy(update={"gate_per_hour": 100.0})
    result = run(scenario.model_copy(update={"routes": (route,)}))
    assert flows(result)["admitted"][2:].tolist() == [100] * 22


def test_observers_only_look():
    """A model whose observer forgets what happened to people ends in the same state.

    States look at what has happened at their borders so far, so that this is kept.
    """
    told, silent = FlowModel(rich(600)), FlowModel(rich(600))
    while told.running:
        for model in (told, silent):
            model.step()
        for name, counted in vars(silent.observer).items():
            if isinstance(counted, np.ndarray) and name not in ("stops", "outcomes_so_far"):
                counted[...] = 0
    assert told.observer.outcomes.sum() > 500
    assert silent.observer.outcomes.sum() == 0
    for name in ("status", "place", "kinds", "count", "key"):
        one, other = (column(m, name) for m in (told, silent))
        assert one.tobytes() == other.tobytes(), name


def test_a_gate_that_closes_turns_those_in_line_to_the_fence():
    """Nobody tries it while the gate admits him; from the closure on, hazard f leaves exp(-f t)."""
    policies = [Quota(per_hour=1), Closed(start=hours(12), leak=1.0)]
    fence = {"waiting": {"fence_per_day": 2.0}}
    result = run(plain(per_day=1000.0, policies=policies, behaviour=fence, days=1))
    told, waiting = flows(result), stock(result, "waiting")
    assert told["irregular"][:12].sum() == 0
    left = waiting[-1] / waiting[11]
    assert left == pytest.approx(np.exp(-1.0), abs=4 * np.sqrt(np.exp(-1.0) / waiting[11]))


def test_a_gate_that_opens_calls_those_in_line_back_from_the_fence():
    policies = [Closed(stop=hours(12), leak=1.0), Quota(per_hour=1, start=hours(12))]
    fence = {"waiting": {"fence_per_day": 0.5}}
    told = flows(run(plain(per_day=1000.0, policies=policies, behaviour=fence, days=1)))
    assert told["irregular"][:12].sum() > 500
    assert told["irregular"][12:].sum() == 0


def test_a_family_is_served_over_the_edges_of_hours():
    """Two persons an hour pass and all come in fours: each takes two hours, and work is kept."""
    scenario = plain(400, per_day=1e7, policies=[Quota(per_hour=2)], days=1, sizes={4: 1})
    admitted = np.cumsum(flows(run(scenario))["admitted"])
    assert admitted.tolist() == [4 * (hour // 2) for hour in range(24)]
