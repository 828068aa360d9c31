"""All mechanisms at once, in random worlds: engines agree, nobody is lost or moves where no route
leads, and what was kept, joined, written or put into another order changes nothing."""

from __future__ import annotations

from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.model import beliefs
from flowsim.model.household import STEPS, Household
from flowsim.model.unlikely import unlikely
from flowsim.results.result import Result
from flowsim.running import run
from flowsim.scenario.checks import check
from flowsim.scenario.differences import Written, differences
from flowsim.scenario.load import read_whole
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.write import write_scenario
from tests.model.worlds import same_bytes
from tests.properties.strategies import few, scenarios
from tests.properties.together import (
    everything,
    with_idle_mechanisms,
    with_push,
    with_unrest,
    without_feedback,
)

pytestmark = pytest.mark.filterwarnings("ignore:full roads hold one another up")
TABLES = ("gates", "threats", "drivers", "levels", "fuel", "road_events", "forces", "conditions")


class Mover(Household):
    """A household that looks, after each thing it does, where it is now."""

    def watch(self, name: str, now: int, *more: Any) -> None:
        """Who is elsewhere now came along the link that it was on, or was sent back over it."""
        place, link = self.place, self.link
        getattr(Household, name)(self, now, *more)
        if self.place != place:
            network = self.model.world.network
            ends = (network.tail[link], network.head[link])
            assert (place, self.place) in (ends, ends[::-1]), name
            assert name in ("arrive", "drive", "attempt", "release", "join"), name


for _name in set(STEPS) - {"choose"}:
    setattr(Mover, _name, partialmethod(Mover.watch, _name))


@few(6)
@given(scenario=everything(), seed=st.integers(0, 2**32))
def test_engines_agree_and_nobody_is_lost_or_cheats(scenario: Scenario, seed: int) -> None:
    assert not check(scenario)
    one = run(scenario, seed=seed)
    assert not same_bytes(one, run(scenario, seed=seed, engine="agents", household=Mover))
    alive = one.people.sum(("place", "group", "status"))
    everybody = (alive + one.deaths.sum(("place", "group")).cumsum("time")).values
    assert (everybody == everybody[0]).all()
    assert everybody[0] % one.one_in == 0


@few(6)
@given(scenario=everything())
def test_beliefs_that_were_kept_are_those_of_the_moment(scenario: Scenario) -> None:
    kept = run(scenario)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beliefs._Heard, "is_as", lambda mine, other: False)
        assert not same_bytes(kept, run(scenario))


@few(5)
@given(scenario=everything(), data=st.data())
def test_the_order_of_rows_in_no_table_matters(scenario: Scenario, data: Any) -> None:
    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(data.draw(st.permutations(rows)))

    told: dict[str, Any] = {key: shuffled(getattr(scenario, key)) for key in (*TABLES, "routes")}
    events = shuffled(scenario.violence.events)
    told["violence"] = scenario.violence.model_copy(update={"events": events})
    one, other = run(scenario), run(scenario.model_copy(update=told)).data
    for dim in {"crossing", "route"} & set(one.data.sizes):
        other = other.sel({dim: one.data[dim].values})
    assert not same_bytes(one, Result(other))


@few(5)
@given(scenario=everything())
def test_a_world_is_read_back_as_it_was_written(
    scenario: Scenario, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("written")
    write_scenario(scenario, Path(folder))
    again = read_whole(folder, allow_code=True).scenario
    assert again == scenario
    assert again.digest() == scenario.digest()
    assert not differences(Written(scenario), Written(again))
    unlikely(scenario)  # has something to say of any world, or nothing


@few(6)
@given(scenario=without_feedback())
def test_hours_that_are_joined_change_nothing_that_is_counted(scenario: Scenario) -> None:
    assert not check(scenario)
    joined, hourly = run(scenario), run(scenario.with_values({"grid": "1h"}))
    assert "ticks" in joined.data.attrs
    assert set(same_bytes(joined, hourly)) <= {"exposure", "exposure_by_status"}


@few(5)
@given(data=st.data())
def test_mechanisms_that_do_nothing_change_nothing(data: Any) -> None:
    base = data.draw(scenarios(most=60, steps=("1h",)))
    for more in (with_push, with_unrest):
        base = data.draw(more(base)) if data.draw(st.booleans()) else base
    idle = with_idle_mechanisms(base)
    assert not check(idle)
    assert not same_bytes(run(base), run(idle))
