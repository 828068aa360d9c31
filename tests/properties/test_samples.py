"""One household in N, each of which stands for N: who is run, what is conserved, and limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowsim as fs
from flowsim.draws import text_key
from flowsim.errors import ScenarioError
from flowsim.evidence.digest import summary
from flowsim.model.flow import FlowModel
from flowsim.model.memory import observed
from flowsim.model.observe import Observer
from flowsim.model.sample import capacity_in_sample
from flowsim.plot.style import title_of
from flowsim.results.variables import VARIABLES
from flowsim.running import run
from flowsim.world.population import in_sample
from tests.flee_folder import flee_folder
from tests.model.worlds import STRICT, column, finished, plain, rich, same_bytes, stock
from tests.properties.strategies import few, scenarios
from tests.properties.test_conservation import accounts_balance
from tests.properties.test_owners import by_key, world


def sample(scenario, one_in):
    return scenario.with_values({"population.one_in": one_in})


@few(8)
@given(scenario=scenarios(most=150), one_in=st.sampled_from((2, 7)), seed=st.integers(0, 2**32))
def test_both_engines_give_the_same_bytes_and_persons_are_conserved(scenario, one_in, seed):
    few_of_them = sample(scenario, one_in)
    one, other = (run(few_of_them, seed=seed, engine=e) for e in ("columns", "agents"))
    assert not same_bytes(one, other)
    first = one.data.isel(time=0)
    started = int(first.people.sum()) + int(first.deaths.sum())
    assert started % one_in == 0
    accounts_balance(one, started)
    for name in VARIABLES:
        if one.data[name].dtype.kind == "i":
            assert (one.data[name] % one_in == 0).all(), name
            assert f"Of one household in {one_in}, and" in one.data[name].attrs["comment"]


def test_one_in_one_is_the_whole():
    scenario = rich(900, STRICT, days=1)
    one, other = run(scenario), run(sample(scenario, 1))
    assert not same_bytes(one, other)
    assert "one_in" not in other.data.attrs
    assert run(sample(scenario, 3)).one_in == 3


@few(30)
@given(sizes=st.lists(st.integers(1, 10_000), min_size=2, max_size=2), seed=st.integers(0, 2**64))
def test_a_smaller_sample_lies_within_a_larger_one(sizes, seed):
    small, large = max(sizes), min(sizes)
    key = np.arange(3000, dtype=np.uint64)
    word = np.uint64(seed % 2**64)
    assert in_sample(word, key, large)[in_sample(word, key, small)].all()
    assert in_sample(word, key, 1).all()


def test_whoever_is_run_does_what_it_does_among_all():
    """Without feedback and without a queue, a household's fate does not know of the sample."""
    whole, part = world(), world()
    part = FlowModel(sample(part.setup, 5), rng=5)
    while whole.running:
        whole.step()
        part.step()
    all_of_them, some = by_key(whole), by_key(part)
    assert 0 < len(some) < len(all_of_them) / 3
    assert {key: all_of_them[key] for key in some} == some


def test_small_places_are_there_in_the_mean():
    """Of 4 households at a place, one in 20 is run in a fifth of the runs."""
    scenario = sample(plain(persons=4), 20)
    there = np.array([FlowModel(scenario, rng=seed).crowd.n_start for seed in range(200)])
    assert 20 * there.mean() == pytest.approx(4.0, abs=4 * 20 * np.sqrt(4 / 20 / 200))


def test_a_run_in_which_nobody_is_in_the_sample():
    result = run(sample(plain(persons=4), 10_000), seed=1)
    assert result.people.sum() == 0


@pytest.mark.parametrize("one_in", [3, 40, 700])
def test_a_capacity_is_right_in_the_mean_and_grows(one_in):
    persons = np.array([-1, 0, 1, 25, 1000])
    names = np.array([text_key("place", str(n)) for n in range(5)], dtype=np.uint64)
    found = np.array(
        [capacity_in_sample(persons, one_in, np.uint64(seed), names) for seed in range(4000)]
    )
    assert (found[:, 0] == -1).all()
    assert (found[:, 1] == 0).all()
    assert (np.ptp(found[:, 2:], axis=0) <= 1).all()
    chance = persons[2:] / one_in % 1
    error = np.sqrt(np.maximum(chance * (1 - chance), 1e-12) / 4000)
    assert (np.abs(found[:, 2:].mean(axis=0) - persons[2:] / one_in) <= 4.5 * error).all()
    more = capacity_in_sample(persons + (persons > 0), one_in, np.uint64(7), names)
    assert (more >= capacity_in_sample(persons, one_in, np.uint64(7), names)).all()


def test_no_camp_is_fuller_than_its_capacity_and_a_person_of_the_sample():
    scenario = sample(rich(4000, []), 10)
    most = []
    for seed in range(5):
        camp = run(scenario, seed=seed).people.sel(place="Camp", status="sheltered").sum("group")
        most.append(int(camp.max()))
    assert max(most) < 500 + 10
    assert np.mean(most) > 400  # a family that stands for ten finds room for all of it, or none


def test_all_that_the_kernel_counts_is_multiplied():
    """What it writes is in persons of the sample, so a new count must not be forgotten."""
    observer = Observer(np.array([3600]), 1, 1, 1, one_in=7)
    named = [name for name in vars(observer) if any(
        getattr(observer, name) is array for array in observed(observer).values()
    )]  # fmt: skip
    assert set(named) - set(VARIABLES) == {
        "outcomes_so_far", "waited_s", "passed", "deaths_of_wounds",
    }  # fmt: skip
    model = finished(sample(rich(3000, STRICT), 7))
    so_far = model.observer.so_far()
    assert (so_far % 7 == 0).all()
    result = model.result()
    assert (result.outcomes.sum(["time", "kind"]).values == so_far).all()
    assert model.dead() == result.deaths.sum() > 0
    assert model.crossed() == result.crossed().isel(time=-1).sum() > 0
    assert model.place("Town").persons() == 7 * column(model, "size")[
        (column(model, "place") == 0) & (column(model, "status") < 7)
    ].sum()  # fmt: skip


def test_a_state_sees_full_persons():
    """A policy that closes at 300 persons waiting does so in a sample as among all."""
    seen = []

    def watch(now, view):
        seen.append(view.waiting())
        return fs.policy.Opening()

    scenario = plain(3000, per_day=24.0, days=0.5, behaviour={})
    gate = {"routes": (scenario.routes[0].model_copy(update={"gate_per_hour": 20.0}),)}
    scenario = scenario.model_copy(update=gate).replace_policies("A-B", watch)
    peaks = []
    for one_in in (1, 10):
        seen.clear()
        run(sample(scenario, one_in))
        peaks.append(max(seen))
    assert peaks[1] % 10 == 0
    assert peaks[1] == pytest.approx(peaks[0], rel=5 * np.sqrt(9 / 3000))


def test_told_arrivals_and_those_sheltered_at_the_start(tmp_path):
    told = fs.load(flee_folder(tmp_path))
    whole, part = run(told), run(sample(told, 10))
    first, last = (stock(r, "sheltered") + stock(r, "moving") for r in (whole, part))
    assert last[-1] == pytest.approx(first[-1], abs=4 * np.sqrt(9 * first[-1]))
    assert (last % 10 == 0).all()
    with pytest.raises(ScenarioError, match=r"population\.one_in: Flee's rules run every person"):
        run(sample(told.with_values({"rules": "flee"}), 10))


@pytest.mark.parametrize("value", [0, 10_001, 1.5])
def test_what_is_not_a_sample(value):
    with pytest.raises(ScenarioError, match=r"population\.one_in"):
        sample(plain(), value)


def test_a_sample_of_more_people_than_a_run_can_hold():
    with pytest.raises(ScenarioError, match="or run one household in several"):
        plain(persons=90_000_000)
    assert plain(persons=90_000_000, population={"one_in": 100}).population.one_in == 100


def test_a_sample_is_told_as_one():
    """In its repr, in the summary of a run, and in the headings of figures."""
    result = run(sample(rich(600, days=1), 10))
    assert "seed 1, one household in 10, 2010-06-10" in repr(result)
    assert title_of(result.data) == "rich (one household in 10)"
    assert summary(result, rich(600, days=1))["run"]["one_in"] == 10
    assert "one_in" not in summary(run(rich(600, days=1)), rich(600, days=1))["run"]
