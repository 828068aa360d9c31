"""The hazards of leaving, moving on and returning, frailty, harm, and what a gate means."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from flowsim.behaviour.gate import admission, gate_luck
from flowsim.behaviour.harm import harm_per_day, household_weight, kind_weights, strike
from flowsim.behaviour.leaving import frailty, heard, leave_rate, news_kernel, onward_rate
from flowsim.behaviour.returning import return_rate
from flowsim.behaviour.sections import Harm, Leaving, Returning, Waiting
from flowsim.draws import Purpose, seed_key
from flowsim.policy import Opening
from flowsim.policy.compose import compose
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.who import Sorts

N = 200_000
KEYS = np.arange(N, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
ZERO = np.zeros(N, dtype=np.int64)


def table(*values: float) -> np.ndarray:
    return np.array(values).reshape(-1, 1)


def test_rate_of_leaving():
    """(3 d + 0.5 news + 1 gone) x ability x exp(-0.5 d)."""
    section = Leaving(violence_per_day=3, news_per_day=0.5, neighbours_per_day=1, trapped=0.5)
    told = leave_rate(
        section, table(0, 1, 0.4, 0), table(0.2, 0, 0.1, 0), table(0, 0.3, 0, 0),
        table(1, 0.5, 1, 1),
    )  # fmt: skip
    expected = [0.1, 3.3 * 0.5 * np.exp(-0.5), (1.2 + 0.05) * np.exp(-0.2), 0.0]
    assert told.ravel() == pytest.approx(expected)


def test_gunfire_traps_people():
    """With trapped = 2 the rate d exp(-2 d) peaks at d = 1/2 and falls where violence is worst."""
    d = np.linspace(0, 2, 21).reshape(-1, 1)
    zero = np.zeros_like(d)
    rate = leave_rate(Leaving(trapped=2.0), d, zero, zero, zero + 1.0).ravel()
    assert d[np.argmax(rate), 0] == pytest.approx(0.5)
    assert rate[-1] < rate[10] < rate[5]


def test_rate_of_moving_on_is_violence_alone():
    section = Leaving(violence_per_day=3, trapped=0.5)
    told = onward_rate(section, table(0.0, 0.8), table(1.0, 0.5)).ravel()
    assert told == pytest.approx([0.0, 3 * 0.8 * 0.5 * np.exp(-0.4)])


def test_news_of_violence_fades_with_distance():
    """1 - exp(-sum of exp(-km / 8) x danger elsewhere); violence at home is no news."""
    km = np.array([[0.0, 8.0, 16.0], [8.0, 0.0, 24.0], [16.0, 24.0, 0.0]])
    danger = np.array([[1.0, 0.0], [0.5, 0.0], [0.0, 0.0]])
    told = heard(news_kernel(km, 8.0), danger)
    expected = 1 - np.exp([-0.5 * np.exp(-1), -np.exp(-1), -np.exp(-2) - 0.5 * np.exp(-3)])
    assert told[:, 0] == pytest.approx(expected)
    assert (told[:, 1] == 0.0).all()


@pytest.mark.parametrize("variance", [0.1, 0.5, 2.0])
def test_frailty_has_mean_one_and_its_variance(variance):
    """Gamma of shape 1 / v: mean within 4 sqrt(v / n); variance within 10 %."""
    told = frailty(Leaving(frailty_variance=variance), seed_key(1), KEYS)
    assert told.min() > 0
    assert told.mean() == pytest.approx(1.0, abs=4 * np.sqrt(variance / N))
    assert told.var() == pytest.approx(variance, rel=0.1)


def test_without_variance_all_are_alike():
    assert (frailty(Leaving(frailty_variance=0), seed_key(1), KEYS) == 1.0).all()


def test_rate_of_return():
    """wish x exp(-danger / calm), abroad + pressure; burnt: half the wish abroad, none inside."""
    section = Returning(inside_per_day=0.2, abroad_per_day=0.1, calm=0.1, burnt_factor=0.5)
    told = return_rate(section, table(0.0, 0.1), np.array([True, False]), np.array([9.0, 0.7]),
                       np.array([5.0, 1.0]))  # fmt: skip
    e = np.exp(-1.0)
    assert told[0, :, 0, 0] == pytest.approx([0.2, 0.2 * e])
    assert told[0, :, 0, 1].tolist() == [0.0, 0.0]
    assert told[1, :, 0, 0] == pytest.approx([0.8, 0.7 + 0.1 * e])
    assert told[1, :, 0, 1] == pytest.approx([0.75, 0.7 + 0.05 * e])
    helped = return_rate(section, table(0.0, 0.1), np.array([True, False]), np.array([9.0, 0.7]),
                         np.array([1.0, 3.0]))  # fmt: skip
    assert helped[0] == pytest.approx(told[0])  # those abroad are helped, not those inside
    assert helped[1, :, 0, 0] == pytest.approx([1.0, 0.7 + 0.3 * e])


HARM = Harm(children=0.05, women=0.15, elderly=0.3, deaths_per_day=0.001, wounded_per_death=4)


def test_weights_of_harm():
    assert kind_weights(HARM).tolist() == [0.05, 0.15, 1.0, 0.3, 0.3]
    kinds = np.array([[2], [1], [1], [0], [1]], dtype=np.uint8)
    assert household_weight(kind_weights(HARM), kinds) == pytest.approx([0.1 + 0.15 + 1 + 0.3])
    assert harm_per_day(HARM) == pytest.approx(0.005)


def test_who_is_struck():
    """Kind k with weight w x persons / sum, and death with its chance, within 4 sigma; never a kind
    of whom there is nobody."""
    kinds = np.array([2, 0, 1, 1, 0], dtype=np.uint8).reshape(5, 1).repeat(N, axis=1)
    kind, dies = strike(
        seed_key(1), KEYS, Purpose.HARM_RESULT, ZERO, kind_weights(HARM), kinds, 0.2
    )
    weight = np.array([0.1, 0.0, 1.0, 0.3, 0.0])
    for k, p in enumerate(weight / weight.sum()):
        assert abs((kind == k).mean() - p) <= 4 * np.sqrt(p * (1 - p) / N), k
    assert abs(dies.mean() - 0.2) < 4 * np.sqrt(0.16 / N)
    assert abs(dies[kind == 2].mean() - dies[kind == 0].mean()) < 0.02  # whoever it is


FAMILY = np.array([2, 1, 1, 0, 0], dtype=np.uint8)


def held_against(openings, kinds=FAMILY, wounded=None, part=1.0, n=N):
    kinds = np.asarray(kinds, dtype=np.uint8).reshape(5, 1).repeat(n, axis=1)
    hurt = np.zeros(5) if wounded is None else wounded
    hurt = np.asarray(hurt, dtype=np.uint8).reshape(5, 1).repeat(n, axis=1)
    rules = RulesAtGates([compose(openings, Sorts(["U"]))], [np.inf], datetime(2010, 6, 12))
    zero = np.zeros(n, dtype=np.int64)
    key, seed = KEYS[:n], seed_key(1)
    luck = gate_luck(seed, key, zero)
    return admission(rules, Waiting(part=part), seed, zero, luck, key, zero, zero, kinds, hurt)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_permeability_lets_whole_households_pass(share):
    told = held_against([Opening(permeability=share)])
    assert abs((~told.held).mean() - share) <= 4 * np.sqrt(share * (1 - share) / N)
    assert set(told.kinds.sum(axis=0).tolist()) <= {0, 4}


def test_the_draw_of_a_visit_is_one_for_all_permeabilities():
    """Who passes at 0.3 passes at 0.6: u < p."""
    low, high = (held_against([Opening(permeability=p)]).held for p in (0.3, 0.6))
    assert (~low & high).sum() == 0


def test_only_some_may_go():
    told = held_against([Opening(barred=("men",))], part=0.4)
    share = (~told.held).mean()
    assert abs(share - 0.4) < 4 * np.sqrt(0.24 / N)
    assert told.kinds[:, ~told.held][:, 0].tolist() == [2, 1, 0, 0, 0]


def test_whether_a_family_parts_does_not_hang_on_the_luck_of_its_visit():
    """Half of the women may pass, and 0.4 of these families part: 0.2 of all."""
    told = held_against([Opening(permeability=0.5, barred=("men",))], part=0.4)
    assert abs((~told.held).mean() - 0.2) < 4 * np.sqrt(0.16 / N)


def test_children_do_not_go_alone():
    assert held_against([Opening(barred=("men", "women"))], n=10).held.all()
    assert held_against([Opening(barred=("men",))], kinds=[3, 0, 1, 0, 0], n=10).held.all()
    orphans = held_against([Opening(barred=("men",))], kinds=[3, 0, 0, 0, 0], n=10)
    assert not orphans.held.any()  # nobody of them stays behind


def test_wounds_rank_quota_and_exemption():
    opening = Opening(
        permeability=0, exempt=("wounded",), priority=("children", "wounded"), quota_per_hour=7
    )
    told = held_against([opening], wounded=[0, 1, 0, 0, 0], n=3)
    assert told.kinds[:, 0].tolist() == [0, 1, 0, 0, 0]
    assert told.wounded[:, 0].tolist() == [0, 1, 0, 0, 0]
    assert told.exempt[:, 0].tolist() == [0, 1, 0, 0, 0]
    assert told.rank.tolist() == [1, 1, 1]
    assert np.isinf(told.quota_per_hour).all()
    open_to_all = held_against([Opening(priority=("children",), quota_per_hour=7)], n=3)
    assert open_to_all.rank.tolist() == [0, 0, 0]  # of whoever is first among them
    assert open_to_all.quota_per_hour.tolist() == [7.0, 7.0, 7.0]
    assert open_to_all.exempt.sum() == 0
