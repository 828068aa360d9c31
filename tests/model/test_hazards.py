"""The table of hazards, and hazards, covariates and households of one's own."""

from __future__ import annotations

import numpy as np
import pytest

import flowsim as fs
from flowsim.errors import SimulationError
from flowsim.model.axes import Status
from flowsim.model.hazards import HAZARDS, Cells, hazards_of
from flowsim.model.hazards_in_words import as_markdown
from tests import pages
from tests.model.worlds import plain, rich, same_bytes, stock


def test_the_table_in_the_model_s_description_is_the_table():
    assert as_markdown() in pages.model()


def test_nobody_is_under_a_clock_that_is_not_in_the_table():
    cells = Cells(hazards_of(rich(100), moves=True), 3, 2, 2, 4)
    assert cells.clocks()[Status.DETAINED] == cells.clocks()[Status.EMPTY] == []
    names = [cells.hazards[n].name for n in cells.clocks()[Status.WAITING]]
    assert names == ["give_up", "fence", "disperse", "harm", "crush"]


def poor(households):
    """A covariate of one's own: three in ten leave at a fifth of the pace."""
    return np.where(households.uniform("poor") < 0.3, 0.2, 1.0)


CALLED = fs.Hazard(
    "called", ("at_home",), "place", "leave",
    rate=lambda view: np.full_like(view.danger, 2.0), factor=poor,
)  # fmt: skip


def test_a_hazard_of_one_s_own_empties_homes_by_its_law():
    """At home is the mixture of two exponential laws: Kolmogorov-Smirnov, P = 0.001."""
    n = 20_000
    result = fs.run(plain(n, per_day=0.0, days=2), seed=2, rules={"called": CALLED})
    days = np.arange(1, 49) / 24
    law = 0.7 * np.exp(-2.0 * days) + 0.3 * np.exp(-0.4 * days)
    assert np.abs(stock(result, "at_home") / n - law).max() < 1.95 / np.sqrt(n)
    assert result.data.attrs["own_rules"] == "called"


def test_both_engines_know_hazards_of_one_s_own():
    scenario = rich(200, days=1)
    one, other = (
        fs.run(scenario, rules={"called": CALLED}, engine=e) for e in ("columns", "agents")
    )
    assert same_bytes(one, other) == []
    assert same_bytes(one, fs.run(scenario)) != []


def test_a_factor_scales_a_hazard_of_the_model():
    (leave,) = (hazard for hazard in HAZARDS if hazard.name == "leave")
    mine = fs.Hazard(
        "leave", leave.statuses, leave.form, leave.act, leave.purpose, leave.scale, leave.among,
        factor=lambda households: np.where(households.size > 4, 0.0, 1.0),
    )  # fmt: skip
    result = fs.run(plain(400, per_day=200.0, days=1, sizes={4: 1, 5: 1}), rules={"leave": mine})
    assert stock(result, "at_home")[-1] % 5 == 0  # fours left at once, and no family of five
    assert 100 < stock(result, "at_home")[-1] < 300


def test_what_households_look_like_to_a_factor():
    seen = []

    def look(households):
        seen.append(households)
        return np.ones(households.key.size)

    scenario = rich(300, days=1)
    fs.run(scenario, rules={"looked": fs.Hazard(
        "looked", ("at_home",), "place", "leave", rate=lambda view: 0.0 * view.danger, factor=look
    )})  # fmt: skip
    (households,) = seen
    assert households.size.sum() == households.kinds.sum() == 450
    assert set(households.group) == {"U", "K"}
    assert set(households.home) <= {place.name for place in scenario.places}
    drawn = households.uniform("a")
    assert 0.0 < drawn.min() < 0.1 < 0.9 < drawn.max() < 1.0
    assert (drawn != households.uniform("b")).all()


def own(**changes):
    told = {"name": "own", "statuses": "at_home", "form": "place", "act": "leave",
            "rate": lambda view: 0.0 * view.danger}  # fmt: skip
    return fs.Hazard(**{**told, **changes})


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"rate": None}, "the hazard 'own' has no rate; give one"),
        ({"rate": lambda view: 1.0}, "the rule 'own' gave"),
        ({"factor": lambda households: -1.0}, "the factor of the hazard 'own' gave"),
        ({"factor": lambda households: 1 / 0}, "the factor of the hazard 'own': ZeroDivisionError"),
    ],
)
def test_nonsense_of_a_hazard_of_one_s_own_is_told(changes, wrong):
    with pytest.raises(SimulationError, match=wrong):
        fs.run(plain(50, days=1), rules={"own": own(**changes)}, engine="agents")


@pytest.mark.parametrize("key", ["statuses", "form", "act"])
def test_a_hazard_names_what_there_is(key):
    with pytest.raises(ValueError, match=r"'Leaving' is not a .*; give "):
        own(**{key: "Leaving"})


class Staying(fs.Household):
    """Large families stay where they are."""

    def leave(self, now):
        if self.size < 4:
            super().leave(now)
        else:
            self.draw_again("LEAVE", now)


def test_a_household_of_one_s_own_does_otherwise():
    scenario = plain(400, per_day=200.0, days=1, sizes={2: 1, 5: 1})
    result = fs.run(scenario, engine="agents", household=Staying)
    assert stock(result, "at_home")[-1] % 5 == 0
    assert 50 < stock(result, "at_home")[-1] < 350
    with pytest.raises(ValueError, match='households of one\'s own need engine="agents"'):
        fs.FlowModel(scenario, household=Staying)


def test_a_household_of_one_s_own_that_changes_nothing_changes_no_byte():
    class Same(fs.Household):
        def choose(self, state):
            return super().choose(state)

        def settle(self, now):
            super().settle(now)

    scenario = rich(200, days=1)
    assert same_bytes(fs.run(scenario), fs.run(scenario, engine="agents", household=Same)) == []
