"""The hazards of leaving, moving on and returning, frailty, harm, and what a gate means."""

from __future__ import annotations

from datetime import datetime
from math import inf
from types import SimpleNamespace

import numpy as np
import pytest

from flowsim.behaviour.config import Harm, Leaving, Returning
from flowsim.behaviour.harm import harm_per_day, kind_weights
from flowsim.behaviour.leaving import heard, leave_rate, news_kernel, onward_rate
from flowsim.behaviour.returning import return_rate
from flowsim.keyed import uniform
from flowsim.model import memory
from flowsim.model.axes import KINDS, Status
from flowsim.model.flow import FlowModel
from flowsim.model.kernel.admission import assess, exempted
from flowsim.model.kernel.clocks import exposed_persons
from flowsim.model.kernel.constants import CRUSH, FOR_GATE, HARM
from flowsim.model.kernel.frailty import frailty
from flowsim.model.kernel.harm import harm
from flowsim.policy import Opening
from flowsim.policy.compose import compose
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.who import Sorts
from tests.full import FULL
from tests.kernel import drawing, household
from tests.model.worlds import plain

N = 20_000 if FULL else 7_000
KEYS = (np.arange(N, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)).tolist()


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
    """1 - exp(-sum of exp(-km / 8) x danger elsewhere); violence at home is not news."""
    km = np.array([[0.0, 8.0, 16.0], [8.0, 0.0, 24.0], [16.0, 24.0, 0.0]])
    danger = np.array([[1.0, 0.0], [0.5, 0.0], [0.0, 0.0]])
    told = heard(news_kernel(km, 8.0), danger)
    expected = 1 - np.exp([-0.5 * np.exp(-1), -np.exp(-1), -np.exp(-2) - 0.5 * np.exp(-3)])
    assert told[:, 0] == pytest.approx(expected)
    assert (told[:, 1] == 0.0).all()


def frailties(variance: float) -> np.ndarray:
    """Of many households, by what a run takes from its scenario."""
    model = FlowModel(plain(1, behaviour={"leaving": {"frailty_variance": variance}}))
    s = drawing(run=SimpleNamespace(**memory.numbers(model.laws, model.cells)))
    return np.array([frailty(s, key) for key in KEYS])


@pytest.mark.parametrize("variance", [0.1, 0.5, 2.0])
def test_frailty_has_mean_one_and_its_variance(variance):
    """Gamma of shape 1 / v: mean within 4 sqrt(v / n); variance within 10 %."""
    told = frailties(variance)
    assert told.min() > 0
    assert told.mean() == pytest.approx(1.0, abs=4 * np.sqrt(variance / N))
    assert told.var() == pytest.approx(variance, rel=0.1)


def test_without_variance_all_are_alike():
    assert (frailties(0.0) == 1.0).all()


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


HARMED = Harm(children=0.05, women=0.15, elderly=0.3, deaths_per_day=0.001, wounded_per_death=4)


def test_weights_of_harm():
    assert kind_weights(HARMED).tolist() == [0.05, 0.15, 1.0, 0.3, 0.3]
    s = drawing(harm_weight=kind_weights(HARMED))
    family = household(kinds=[2, 1, 1, 0, 1])
    assert exposed_persons(s, family) == pytest.approx(0.1 + 0.15 + 1 + 0.3)
    assert harm_per_day(HARMED) == pytest.approx(0.005)


def after_harm(act: int, death_chance: float) -> list[SimpleNamespace]:
    """Families of two children, a man and an old woman, each after one harm."""
    shape, none = (1, 1, len(Status)), [0] * len(Status)
    s = drawing(
        harm_weight=kind_weights(HARMED), n_clocks=none, gate=[0], gate_out=[False],
        run=SimpleNamespace(death_chance=death_chance, die_of_wounds=0.0, roads=0),
        hurt=np.zeros(1, dtype=np.int64), n=SimpleNamespace(dead=0, apart=0),
        tick=SimpleNamespace(at=0, start=0, stop=1, last=1), people=np.zeros(shape, dtype=np.int64),
        present=np.zeros((1, 1, KINDS), dtype=np.int64), deaths=np.zeros((1, 1, 1), dtype=np.int32),
        wounded=np.zeros((1, 1, 1), dtype=np.int32), cumulative_at_stop=[],
    )  # fmt: skip
    families = [household(key=key, kinds=[2, 0, 1, 1, 0], wounded=[0] * KINDS) for key in KEYS]
    for family in families:
        harm(s, family, 0, act)
    assert s.n.dead == s.deaths[0, 0, 0] == N * 4 - sum(family.size for family in families)
    assert s.n.dead + s.wounded[0, 0, 0] == N
    return families


def struck(family: SimpleNamespace) -> int:
    """Kind of the one who was struck."""
    sound = [k - w for k, w in zip(family.kinds, family.wounded, strict=True)]
    (kind,) = np.flatnonzero(np.array([2, 0, 1, 1, 0]) - sound)
    return int(kind)


@pytest.mark.parametrize("act", [HARM, CRUSH])
def test_who_is_struck(act):
    """Kind k with weight w x persons / sum, all alike in a crush, and death with its chance, within
    4 sigma; never a kind of whom there is nobody."""
    families, chance = after_harm(act, 0.2), 1.0 if act == CRUSH else 0.2
    kind = np.array([struck(family) for family in families])
    dies = np.array([family.size < 4 for family in families])
    weight = np.array([2.0, 0.0, 1.0, 1.0, 0.0] if act == CRUSH else [0.1, 0.0, 1.0, 0.3, 0.0])
    for k, p in enumerate(weight / weight.sum()):
        assert abs((kind == k).mean() - p) <= 4 * np.sqrt(p * (1 - p) / N), k
        n = (kind == k).sum()  # whoever it is
        apart = abs(dies[kind == k].mean() - chance) if n else 0.0
        assert apart <= 4 * np.sqrt(chance * (1 - chance) / max(n, 1)), k


FAMILY = [2, 1, 1, 0, 0]


def held_against(openings, kinds=FAMILY, wounded=(0,) * KINDS, part=1.0, n=N):
    """Households held against the rules of a gate, with who may pass in ``through``."""
    rules = RulesAtGates([compose(openings, Sorts(["U"]))], [inf], datetime(2010, 6, 12))
    s = drawing(
        run=SimpleNamespace(part=part), gate_out=[False],
        passing=np.zeros((2, KINDS), dtype=np.int64), **memory.at_gates(rules),
    )  # fmt: skip
    families = []
    for key in KEYS[:n]:
        family = household(key=key, kinds=list(kinds), wounded=list(wounded))
        family.luck = uniform(s, key, FOR_GATE, 0)
        family.count[s.slot[FOR_GATE]] = 1
        family.refused = True
        assess(s, family, 0)
        family.through = [s.passing[0, kind] for kind in range(KINDS)]
        family.through_hurt = [s.passing[1, kind] for kind in range(KINDS)]
        family.exempt = [exempted(s, family, 0, kind) for kind in range(KINDS)]
        assert family.passing == sum(family.through)
        families.append(family)
    return families


def held(families) -> np.ndarray:
    return np.array([family.held for family in families])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_permeability_lets_whole_households_pass(share):
    told = held_against([Opening(permeability=share)])
    assert abs((~held(told)).mean() - share) <= 4 * np.sqrt(share * (1 - share) / N)
    assert {family.passing for family in told} <= {0, 4}


def test_the_draw_of_a_visit_is_one_for_all_permeabilities():
    """Who passes at 0.3 passes at 0.6: u < p."""
    low, high = (held(held_against([Opening(permeability=p)])) for p in (0.3, 0.6))
    assert (~low & high).sum() == 0


def test_only_some_may_go():
    told = held_against([Opening(barred=("men",))], part=0.4)
    assert abs((~held(told)).mean() - 0.4) < 4 * np.sqrt(0.24 / N)
    assert {tuple(family.through) for family in told} == {(2, 1, 0, 0, 0), (0,) * KINDS}


def test_whether_a_family_parts_does_not_hang_on_the_luck_of_its_visit():
    """Half of the women may pass, and 0.4 of these families part: 0.2 of all."""
    told = held_against([Opening(permeability=0.5, barred=("men",))], part=0.4)
    assert abs((~held(told)).mean() - 0.2) < 4 * np.sqrt(0.16 / N)


def test_children_do_not_go_alone():
    assert held(held_against([Opening(barred=("men", "women"))], n=10)).all()
    assert held(held_against([Opening(barred=("men",))], kinds=[3, 0, 1, 0, 0], n=10)).all()
    orphans = held_against([Opening(barred=("men",))], kinds=[3, 0, 0, 0, 0], n=10)
    assert not held(orphans).any()  # nobody of them stays behind


def test_wounds_rank_quota_and_exemption():
    opening = Opening(
        permeability=0, exempt=("wounded",), priority=("children", "wounded"), quota_per_hour=7
    )
    for family in held_against([opening], wounded=[0, 1, 0, 0, 0], n=3):
        assert family.through == family.through_hurt == family.exempt == [0, 1, 0, 0, 0]
        assert (family.rank, family.quota) == (1, inf)
    for family in held_against([Opening(priority=("children",), quota_per_hour=7)], n=3):
        assert (family.rank, family.quota) == (0, 7.0)  # of whoever is first among them
        assert sum(family.exempt) == 0
