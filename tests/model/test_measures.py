"""What policies did to people is counted as it happened: waits, safety, families, deaths."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.model.axes import SETTLED, WAITS, Outcome, Status
from flowsim.model.flow import FlowModel
from flowsim.policy import Closed, ForcedReturn, Quota, Triage
from flowsim.results.result import FLOWS, Result
from flowsim.running import run
from tests.model.worlds import (
    FAMILIES,
    POLICIES,
    border,
    column,
    deeper,
    flows,
    hours,
    parts_of_parts,
    plain,
    rich,
    stock,
)

KINDS = {name: FAMILIES[name] for name in FAMILIES if name != "household_size"}
PARTED = {"waiting": {"part": 1.0}}


def families(**changes):
    """All have left within hours, in families."""
    return plain(**{"per_day": 60.0, "sizes": {3: 2, 5: 2}, "kinds": KINDS, **changes})


def finish(scenario, **options):
    model = FlowModel(scenario, **options)
    while model.running:
        model.step()
    return model


def spell(start: float, until: float, place: str = "Here", intensity: float = 1.0) -> dict:
    return {"place": place, "start": hours(start), "peak": hours(start), "until": hours(until),
            "half_life_hours": 0.3, "intensity": intensity, "target": {"G": 1}}  # fmt: skip


def place(name: str, country: str, lat: float, **more) -> dict:
    return {"name": name, "country": country, "lat": lat, "lon": 72.0, **more}


def home(population: int) -> dict:
    return place("Here", "A", 40.0, population=population, share={"G": 1})


# ---- hours ---------------------------------------------------------------------------------


def test_a_queue_of_constant_service_spreads_waits_evenly():
    """All join at once and 100 an hour pass: so many wait each hour, until all 4000 are through."""
    result = run(plain(per_day=1e7, policies=[Quota(per_hour=100)], days=2))
    widths = np.diff([*WAITS[:7], 40.0])  # the last of them waited for 4000 / 100 hours
    found = result.hours_waited.sel(crossing="Gate").values
    assert np.abs(found[:7] - 100 * widths).max() <= 2
    assert found.sum() == flows(result)["admitted"].sum() == 4000
    assert found[7:].sum() == 0


def test_who_is_on_the_way_is_not_in_danger_where_they_left():
    """All leave at once: they count for the hour at whose start they are there, and no more."""
    result = run(plain(2400, per_day=1e6, days=0.25))
    assert result.exposure.sel(place="Here", group="G").values.tolist() == [100.0, *[0.0] * 5]


@pytest.mark.parametrize("name", POLICIES)
def test_all_who_are_let_through_are_in_the_histogram(name):
    result = run(rich(1500, POLICIES[name]))
    passed = result.outcomes.sel(outcome=["admitted", "exempt"]).sum(["time", "outcome", "kind"])
    assert (result.hours_waited.sum("wait") == passed).all()


def test_hours_to_safety_run_from_leaving_home():
    """Two hours of way; behind a gate closed for eleven hours, two more than that."""
    near = run(plain(abroad=False, per_day=1e7, days=1)).hours_to_safety
    assert near.sel(refuge="inside").values.tolist() == [0, 0, 4000, *[0] * 7]
    assert near.sel(refuge="abroad").sum() == 0
    far = run(plain(per_day=1e7, days=1, policies=[Closed(stop=hours(11))])).hours_to_safety
    assert far.sel(refuge="abroad", wait=12.0) == 4000 == far.sum()


def test_each_flight_counts_once():
    """All flee, go home, and flee again when violence is back."""
    scenario = families(
        persons=300, per_day=200.0, days=3, violence={"events": [spell(0, 6), spell(40, 46)]},
        behaviour={"returning": {"abroad_per_day": 100.0, "calm": 0.05}},
    )  # fmt: skip
    result = run(scenario)
    sheltered, returned = stock(result, "sheltered"), stock(result, "returned")
    assert sheltered[:20].max() == sheltered[40:].max() == returned[38] == 300
    assert result.hours_to_safety.sel(refuge="abroad").sum() == 600
    assert result.hours_to_safety.sel(refuge="abroad", wait=2.0) == 600  # the second from anew


def test_going_back_near_a_burnt_home_is_no_flight():
    places = [{**home(400), "burnt": 1.0}, place("Near", "A", 39.9), place("There", "B", 40.2)]
    routes = [
        {"start": "Here", "end": "There", "km": 24, "crossing": "Gate", "kind": "post"},
        {"start": "Here", "end": "Near", "km": 15},
    ]
    behaviour = {
        "returning": {"abroad_per_day": 30.0, "burnt_factor": 1.0},
        "routes": {"settle_inside": -30.0},
    }
    result = run(
        families(places=places, routes=routes, violence={"events": [spell(0, 12)]}, days=3,
                 behaviour=behaviour)
    )  # fmt: skip
    assert stock(result, "displaced", "Near")[-1] == 400
    assert result.hours_to_safety.sel(refuge="inside").sum() == 0
    assert result.hours_to_safety.sel(refuge="abroad").sum() == 400


# ---- families ------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["columns", "agents"])
def test_parted_families_are_counted_and_meet_when_the_bar_is_lifted(engine):
    """Men wait until the second day; in the one camp behind the gate each finds his family."""
    policies = [Triage(barred=["men"], stop=hours(24))]
    scenario = families(
        persons=600 if engine == "agents" else 4000, policies=policies, behaviour=PARTED
    )
    before = _families(FlowModel(scenario, engine=engine))
    model = FlowModel(scenario, engine=engine)
    for _ in range(23):
        model.step()
    now, result = _families(model), model.result()
    lost = (now < before).any(axis=1)
    assert result.split.sum() == lost.sum() > len(before) // 4
    away = (before - now).sum()
    assert result.apart[-1] == away > 100
    assert result.reunited.sum() == 0
    while model.running:
        model.step()
    result = model.result()
    assert result.apart[-1] == 0
    assert result.reunited.sel(place="There").sum() == result.split.sum() == lost.sum()
    assert (_families(model) == before).all()


def _families(model: FlowModel) -> np.ndarray:
    """Persons by kind of each household but those that parted from another, by key: (n, 5)."""
    key, family = column(model, "key"), column(model, "parent") < 0
    return column(model, "kinds")[family][np.argsort(key[family])].astype(np.int64)


def two_camps(capacity: int | None = None, people: int = 4000, **changes):
    """Behind the gate a fork, where nobody stays, to two camps that are worth the same."""
    places = [
        home(people), place("Fork", "B", 40.2, capacity=0),
        place("Left", "B", 40.3, capacity=capacity), place("Right", "B", 40.1),
    ]  # fmt: skip
    routes = [
        {"start": "Here", "end": "Fork", "km": 24, "crossing": "Gate", "kind": "post"},
        {"start": "Fork", "end": "Left", "km": 12},
        {"start": "Fork", "end": "Right", "km": 12},
    ]
    policies = {"policies": [Triage(barred=["men"], stop=hours(24))]}
    return families(places=places, routes=routes, **{**policies, **changes})


def reunited(follow: float) -> float:
    """Part of the parted families that found each other in two days."""
    result = run(two_camps(behaviour={"waiting": {"part": 1.0, "follow": follow}}))
    assert result.split.sum() > 300
    assert min(stock(result, "sheltered", camp)[-1] for camp in ("Left", "Right")) > 1000
    return float(result.reunited.sum() / result.split.sum())


def test_who_follows_finds_the_family_and_others_by_chance():
    """All meet where all follow, by chance c where none does, and of a half (1 + c) / 2."""
    none, half, every = (reunited(follow) for follow in (0.0, 0.5, 1.0))
    assert every == 1.0
    assert none == pytest.approx(0.5, abs=0.1)  # two camps of one worth
    assert half == pytest.approx((1 + none) / 2, abs=0.08)


def test_who_finds_no_room_with_the_family_goes_elsewhere_for_good():
    """Left is full of families when their men come: these settle in Right, none goes to and fro."""
    result = run(two_camps(capacity=900, behaviour=PARTED))
    assert stock(result, "sheltered", "Left").max() <= 900
    assert stock(result, "sheltered", "Left")[20] > 890
    assert stock(result, "sheltered")[-1] == 4000
    assert 0 < result.apart[-1] < result.apart.max() / 2
    assert result.reunited.sel(place="Right").sum() > 100


def test_following_moves_no_draw_of_those_who_did_not_part():
    policies = [Triage(barred=["men"], stop=hours(20))]
    quiet = {
        "leaving": {"neighbours_per_day": 0.0},
        "routes": {"size": 0.0, "kin": 0.0, "wait_cost_per_hour": 0.0},
        "harm": {"crush_per_day": 0.0},
    }
    fates = []
    for follow in (0.0, 1.0):
        scenario = rich(1500, policies, behaviour=deeper(quiet, {"waiting": {"follow": follow}}))
        places = [p.model_copy(update={"capacity": None}) for p in scenario.places]
        routes = [r.model_copy(update={"gate_per_hour": None}) for r in scenario.routes]
        model = finish(
            scenario.model_copy(update={"places": tuple(places), "routes": tuple(routes)})
        )
        whole = (column(model, "part") < 0) & (column(model, "parent") < 0)
        told = [column(model, name)[whole] for name in ("key", "place", "status", "count", "kinds")]
        fates.append((model, [t.tobytes() for t in told]))
    (never, one), (always, other) = fates
    assert one == other
    assert never.result().apart[-1] > always.result().apart[-1]


TWICE = [
    Triage(barred=["men", "elderly"], stop=hours(24)),
    Triage(barred=["men"], start=hours(24), stop=hours(24.25)),
]
"""The old part off first, then the men off the old; these follow a quarter of an hour later."""
OLD = {"children": 0.2, "women": 0.25, "men": 0.25, "elderly_women": 0.15, "elderly_men": 0.15}


def test_parts_of_parts_who_come_together_all_join():
    """The old and the men come in one hour: the old join first, and the men an hour later."""
    model = finish(families(policies=TWICE, kinds=OLD, behaviour=PARTED))
    result = model.result()
    assert parts_of_parts(model) > 100
    assert result.apart.values[:24].max() > 1000
    assert result.apart[-1] == 0
    assert result.reunited.values[26].sum() > 100  # in the hour after that in which they came
    assert result.reunited.sum() == result.split.sum()


@pytest.mark.parametrize("engine", ["columns", "agents"])
def test_who_outlives_the_old_joins_whom_these_parted_from(engine):
    """Each in a camp by chance; the old die in Right, and then men in Left join the others there.

    Nobody has come when they do, so that a death has to bring them together.
    """
    events = [spell(0, 1), spell(30, 90, "Right")]
    behaviour = {
        "waiting": {"part": 1.0, "follow": 0.0},
        "harm": {"deaths_per_day": 2.0, "wounded_per_death": 0.0, "elderly": 1.0},
        "routes": {"settle_danger_cost": 0.0},
    }
    people = 4000 if engine == "columns" else 1000
    result = run(
        two_camps(people=people, per_day=300.0, policies=TWICE, kinds=OLD, days=4,
                  behaviour=behaviour, violence={"events": events}),
        engine=engine,
    )  # fmt: skip
    assert (stock(result, "moving")[30:] == 0).all()
    assert result.deaths.sel(place="Right").sum() > people // 20
    late = result.reunited.isel(time=slice(32, None))
    assert late.sel(place="Left").sum() >= people // 500


@pytest.mark.parametrize("name", POLICIES)
def test_nobody_stands_beside_the_family_and_all_parts_are_accounted_for(name):
    behaviour = {"returning": {"inside_per_day": 6.0}, "harm": {"deaths_per_day": 0.1}}
    model = finish(rich(2000, POLICIES[name], days=3, behaviour=behaviour))
    names = ("parent", "status", "place", "guard", "size")
    parent, status, where, guard, size = (column(model, n).tolist() for n in names)
    settled = {int(s) for s in SETTLED}
    beside = left = alive = 0
    parts = [row for row, family in enumerate(parent) if family >= 0]
    for row in parts:
        left += not guard[row]
        alive += size[row] * (not guard[row])
        family = parent[row]
        while family >= 0 and status[family] == Status.EMPTY:
            family = parent[family]
        together = family >= 0 and where[row] == where[family]
        beside += together and {status[row], status[family]} <= settled
    result = model.result()
    assert beside == 0
    assert result.split.sum() == left
    assert result.apart[-1] == alive
    gone = sum(status[row] == Status.EMPTY and not guard[row] for row in parts)
    assert result.reunited.sum() <= gone  # the others died out
    assert name != "strict" or (left > 20 and gone > 5)


# ---- deaths --------------------------------------------------------------------------------


DEADLY = {"harm": {"deaths_per_day": 1.0, "wounded_per_death": 0.0, "women": 1.0}}


def barred(result: Result) -> int:
    assert result.barred_deaths.sum() > 50
    return int(result.barred_deaths.sum())


@pytest.mark.parametrize("engine", ["columns", "agents"])
def test_only_the_refused_die_barred(engine):
    """Men are barred and stay under fire, women pass, and There is under fire too."""
    events = [spell(0, 49), spell(0, 49, "There")]
    scenario = plain(
        600, per_day=1e7, policies=[Triage(barred=["men"])], behaviour=DEADLY,
        violence={"events": events},
    )  # fmt: skip
    result = run(scenario, engine=engine)
    died = result.deaths.sum(["time", "group"])
    assert died.sel(place="There") > 50
    assert barred(result) == died.sel(place="Here")


def test_who_was_refused_is_barred_wherever_he_goes():
    """From the closed gate at Edge people give up and go to Near: both deaths count."""
    places = [home(2000), place("Edge", "A", 40.04, capacity=0), place("Near", "A", 40.08),
              place("There", "B", 40.03)]  # fmt: skip
    routes = [
        {"start": "Here", "end": "Edge", "km": 6},
        {"start": "Edge", "end": "Near", "km": 6},
        {"start": "Edge", "end": "There", "km": 6, "crossing": "Gate", "kind": "post"},
    ]
    events = [spell(0, 49), spell(0, 49, "Edge", 0.5), spell(0, 49, "Near", 0.3)]
    behaviour = deeper(DEADLY, {
        "waiting": {"give_up_closed_per_day": 3.0},
        "routes": {"settle_inside": -30.0, "settle_danger_cost": 50.0},
    })  # fmt: skip
    scenario = plain(per_day=30.0, places=places, routes=routes, policies=[Closed()],
                     behaviour=behaviour, violence={"events": events})  # fmt: skip
    result = run(scenario)
    assert stock(result, "returned").max() == 0
    near = int(result.deaths.sel(place="Near").sum())
    in_line = int(flows(result)["died"].sum())
    assert min(near, in_line) > 50
    assert barred(result) == near + in_line < result.deaths.sum()


def test_passing_ends_the_bar():
    """Refused for half a day, all pass then, and die There as others do."""
    scenario = plain(
        2000, per_day=1e7, policies=[Closed(stop=hours(12))], behaviour=DEADLY,
        violence={"events": [spell(0, 49), spell(0, 49, "There")]},
    )  # fmt: skip
    result = run(scenario)
    assert result.deaths.sel(place="There").sum() > 50
    assert barred(result) == result.deaths.sel(place="Here").sum()


def test_going_home_and_getting_through_end_the_bar():
    """From the gate by their homes some go back, some climb through: neither dies barred then."""
    behaviour = deeper(DEADLY, {
        "waiting": {"give_up_closed_per_day": 2.0, "fence_per_day": 2.0},
        "leaving": {"trapped": 0.0},
    })  # fmt: skip
    scenario = plain(
        2000, per_day=20.0, policies=[Closed(leak=0.5)], behaviour=behaviour,
        violence={"events": [spell(0, 49), spell(0, 49, "There")]},
    )  # fmt: skip
    result = run(scenario)
    assert result.deaths.sel(place="There").sum() > 50
    assert stock(result, "returned").max() > 20
    assert barred(result) == flows(result)["died"].sum()


# ---- in the Dataset ------------------------------------------------------------------------


def test_a_run_keeps_its_measures_by_day_in_netcdf_and_in_tables(tmp_path):
    result = run(rich(1500))
    daily = result.daily()
    for name in ("split", "reunited", "barred_deaths"):
        assert name in FLOWS
        assert daily[name].sum() == result.data[name].sum() > 0
        assert daily[name].dtype == np.int32
    assert daily["apart"].values[-1] == result.apart.values[-1]
    for name in ("hours_waited", "hours_to_safety"):
        assert daily[name].identical(result.data[name])
        frame = result.to_dataframe(name)
        assert frame["wait"].nunique() == len(WAITS)
        assert frame[name].sum() == result.data[name].sum() > 0
    result.to_netcdf(tmp_path / "run.nc")
    back = Result.from_netcdf(tmp_path / "run.nc")
    assert back.data.identical(result.data)
    assert list(back.data.data_vars) == list(result.data.data_vars)
    assert {n: v.dtype for n, v in back.data.variables.items()} == {
        n: v.dtype for n, v in result.data.variables.items()
    }
    assert back.data["capacity"].values.tolist() == [-1, -1, -1, 1500 // 8, -1]


def test_a_way_back_parts_families_too_and_bars_nobody():
    """Whoever is held on the way home was not refused on the way out."""
    policies = [ForcedReturn(start=hours(12), deadline=hours(13), per_day_at_deadline=50)]
    back = [{"type": "triage", "barred": ["men"]}]
    scenario = families(
        per_day=200.0, violence={"events": [spell(0, 6), spell(0, 40, "There")]},
        borders=border(policies, back), behaviour=deeper(PARTED, {"harm": {"deaths_per_day": 0.2}}),
    )  # fmt: skip
    result = run(scenario)
    assert result.outcomes.sel(outcome=Outcome.REFUSED.name.lower()).sum() == 0
    assert result.split.sum() > 100
    assert stock(result, "waiting", "There")[-1] > 100
    assert result.deaths.sel(place="There").sum() > 20
    assert result.barred_deaths.sum() == 0
