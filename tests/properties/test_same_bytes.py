"""The same seed gives the same bytes: any engine, any order of policies, whatever is recorded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flowsim.results.result import Result
from flowsim.running import run
from tests.model.worlds import STRICT, rich, same_bytes
from tests.properties.strategies import few, scenarios


@few(20)
@given(scenario=scenarios(most=70), seed=st.integers(0, 2**64))
def test_both_engines_give_the_same_bytes(scenario, seed):
    one, other = (run(scenario, seed=seed, engine=engine) for engine in ("columns", "agents"))
    assert not same_bytes(one, other)


@few(15)
@given(scenario=scenarios(), data=st.data())
def test_the_order_of_policies_and_authorities_does_not_matter(scenario, data):
    (border,) = scenario.borders
    authorities = [
        a.model_copy(update={"policies": tuple(data.draw(st.permutations(a.policies)))})
        for a in border.authorities
    ]
    authorities = tuple(data.draw(st.permutations(authorities)))
    other = scenario.model_copy(
        update={"borders": (border.model_copy(update={"authorities": authorities}),)}
    )
    assert not same_bytes(run(scenario), run(other))


@few(10)
@given(scenario=scenarios(steps=("1h", "6h")))
def test_what_is_recorded_changes_nothing(scenario):
    """Recorded by the hour or in one piece: flows add up, and stocks at the end are the same."""
    length = int((scenario.end - scenario.start).total_seconds())
    fine = run(scenario.model_copy(update={"record": scenario.step})).data
    coarse = run(scenario.model_copy(update={"record": length})).data
    for name in ("outcomes", "deaths", "wounded", "split", "reunited", "barred_deaths"):
        assert (fine[name].sum("time") == coarse[name].isel(time=0)).all(), name
    for name in ("people", "waiting", "composition", "registered", "apart"):
        assert (fine[name].isel(time=-1) == coarse[name].isel(time=0)).all(), name
    for name in ("hours_waited", "hours_to_safety"):
        assert (fine[name] == coarse[name]).all(), name
    np.testing.assert_allclose(
        fine["exposure"].sum("time"), coarse["exposure"].isel(time=0), rtol=1e-12, atol=1e-12
    )


@few(6)
@given(scenario=scenarios(), data=st.data())
def test_the_order_of_routes_does_not_matter(scenario, data):
    """A row put into the middle of a table moves nobody's luck, so its order does not either."""
    order = data.draw(st.permutations(range(len(scenario.routes))))
    shuffled = scenario.model_copy(update={"routes": tuple(scenario.routes[i] for i in order)})
    one, other = run(scenario), run(shuffled)
    if "crossing" in one.data.sizes:
        other = Result(other.data.sel(crossing=one.data["crossing"].values))
    assert not same_bytes(one, other)


def test_seeds_are_text_or_numbers():
    scenario = rich(300, STRICT, days=1)
    assert not same_bytes(run(scenario, seed="7"), run(scenario, seed=7))
    assert same_bytes(run(scenario, seed="seven"), run(scenario, seed=7))
