"""A draw belongs to somebody: who else is there leaves everybody's draws alone."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from scipy import stats

from flowsim.draws import Purpose, mix, seed_key, text_key, uniform
from flowsim.model.axes import Status
from flowsim.model.flow import FlowModel
from flowsim.model.readable import Readable
from flowsim.policy import Closed
from tests.kernel import part_key
from tests.model.worlds import FAMILIES, column, deeper, finished, hours, plain, rich

NO_FEEDBACK = {
    "leaving": {"neighbours_per_day": 0.0},
    "routes": {"size": 0.0, "kin": 0.0, "wait_cost_per_hour": 0.0},
    "harm": {"crush_per_day": 0.0},
}
FIELDS = ("kinds", "wounded", "informed", "burnt", "status", "size", "count", "target", "held",
          "arrive", "registered")  # fmt: skip


def world(more: int = 0, extra_place: int | None = None):
    """The rich world without feedback and queues; with more residents in Far, or one place more."""
    scenario = rich(1200, [Closed(stop=hours(20), leak=0.3)], behaviour=NO_FEEDBACK)
    places, routes = list(scenario.places), list(scenario.routes)
    routes = [r.model_copy(update={"gate_per_hour": None}) for r in routes]
    places[3] = places[3].model_copy(update={"capacity": None})
    places[2] = places[2].model_copy(update={"population": places[2].population + more})
    if extra_place is not None:
        island = places[0].model_copy(
            update={"name": "Island", "country": "C", "lat": -40.0, "capacity": 0}
        )
        road = routes[0].model_copy(update={"start": "City", "end": "Island", "km": 12_000.0,
                                            "crossing": "Ferry", "kind": "post"})  # fmt: skip
        places.insert(extra_place, island)
        routes.append(road)
    changes = {"places": tuple(places), "routes": tuple(routes)}
    if extra_place is not None:
        changes["flee_from"] = ("A", "C")
    return FlowModel(scenario.model_copy(update=changes), rng=5)


def by_key(model: FlowModel) -> dict[int, dict[str, bytes]]:
    """All that is known of each household, by its key."""
    tables = {name: column(model, name) for name in FIELDS}
    names = np.array(model.world.network.names)
    place, home = (names[column(model, name)] for name in ("place", "home"))
    return {
        key: {
            **{name: table[row].tobytes() for name, table in tables.items()},
            "place": place[row],
            "home": home[row],
        }
        for row, key in enumerate(column(model, "key").tolist())
    }


def run_both(one: FlowModel, other: FlowModel):
    for _ in range(2):  # before the first step, and after the last
        yield by_key(one), by_key(other)
        while one.running:
            one.step()
            other.step()


def test_adding_residents_leaves_all_other_households_alone():
    """The last household of a place and group is cut to the count of residents, so that one alone
    may differ; all others have the same people, nerves, thresholds and fate."""
    base, more = world(), world(more=60)
    cut = {key for key, told in list(by_key(base).items()) if told != by_key(more)[key]}
    assert len(cut) <= 2  # of U and of K in Far
    for old, new in run_both(base, more):
        gone = [key for key in old if old[key] != new.get(key)]
        parts = {part_key(k, c, part) for k in cut for c in range(8) for part in (1, 2)}
        assert set(gone) <= cut | parts
        assert len(new) > len(old)
    assert column(base, "key").size > base.crowd.n_start  # families parted


def test_a_part_of_a_family_is_an_owner_of_its_own():
    """Its key is a hash of the family's key, of how often it had parted, and of who parts."""
    model = finished(rich(2000))
    key, parent, guard = (column(model, name) for name in ("key", "parent", "guard"))
    parts = np.flatnonzero(parent >= 0)
    assert parts.size > 100
    assert 0 < guard[parts].sum() < parts.size
    for row in parts.tolist():
        family, part = int(key[parent[row]]), 1 if guard[row] else 2
        assert int(key[row]) in {part_key(family, number, part) for number in range(9)}
    assert np.unique(key).size == key.size


@pytest.mark.parametrize("where", [0, 2, 5])
def test_another_place_far_away_leaves_all_households_alone(where):
    """First, in the middle or last of the places, behind a ferry on which nobody sails."""
    for old, new in run_both(world(), world(extra_place=where)):
        island = {key for key, told in new.items() if told["home"] == "Island"}
        assert len(island) > 100
        assert {key: new[key] for key in old} == old
        assert len(old) + len(island) == len(new)


def test_the_same_nerves_under_two_policies():
    """Thresholds of all households at the start do not know of policies."""
    one, other = (FlowModel(rich(800, p), rng=5) for p in ([], [{"type": "closed"}]))
    for name in ("target", "key"):
        assert column(one, name).tobytes() == column(other, name).tobytes()


def test_thresholds_at_the_start_are_keyed_draws():
    """Of the clock of leaving: exponential draw number 0 of the household, over its frailty."""
    model = FlowModel(rich(800), rng="s")
    key = column(model, "key")
    u = uniform(seed_key("s"), key, Purpose.LEAVE, np.zeros(key.size, dtype=np.int64))
    drawn = np.array([-math.log(x) for x in u])
    assert (column(model, "target")[:, 0] == drawn / column(model, "frailty")).all()


ALONE = {**FAMILIES, "household_size": {1: 1}}
KEYS = np.arange(200_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
ZERO = np.zeros(KEYS.size, dtype=np.int64)


def test_the_law_of_draws():
    """Kolmogorov-Smirnov distance below 1.95 / sqrt(n) (P = 0.001)."""
    u = uniform(seed_key(1), KEYS, Purpose.GATE, ZERO)
    assert 0.0 < u.min() < u.max() < 1.0
    assert stats.kstest(u, "uniform").statistic < 1.95 / np.sqrt(KEYS.size)


def test_thresholds_at_the_start_are_exponential():
    """Of mean 1 for leaving, where frailty does not vary, and of a man for harm."""
    men = {"children": 0.0, "women": 0.0, "men": 1.0, "elderly_women": 0.0, "elderly_men": 0.0}
    model = FlowModel(plain(20_000, kinds=men), rng=1)
    target = column(model, "target")
    names = [hazard.name for hazard in model.cells.hazards]
    clocks = [names[n] for n in model.cells.clocks()[Status.AT_HOME]]
    for name in ("leave", "harm"):
        e = target[:, clocks.index(name)]
        assert stats.kstest(e, "expon").statistic < 1.95 / np.sqrt(e.size)


@pytest.mark.parametrize("change", ["seed", "purpose", "count", "option", "owner"])
def test_draws_that_differ_in_one_part_of_the_key_are_independent(change):
    """|correlation| < 4 / sqrt(n), and the joint law fills the unit square evenly."""
    seed, owner, purpose, count, option = seed_key(1), KEYS, Purpose.LEAVE, ZERO, ZERO
    one = uniform(seed, owner, purpose, count, option)
    match change:
        case "seed":
            seed = seed_key(2)
        case "owner":
            owner = mix(KEYS, text_key("split"))
        case "purpose":
            purpose = Purpose.HARM
        case "count":
            count = ZERO + 1
        case "option":
            option = ZERO + 1
    other = uniform(seed, owner, purpose, count, option)
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(KEYS.size)
    cells, *_ = np.histogram2d(one, other, bins=10, range=[[0, 1], [0, 1]])
    chi = float(((cells - KEYS.size / 100) ** 2 / (KEYS.size / 100)).sum())
    assert chi < stats.chi2.ppf(0.9999, 99)


def test_what_a_household_is_hangs_on_no_other_thing_that_it_is():
    """Of what is drawn for a household each two are uncorrelated: |r| < 4 / sqrt(n)."""
    groups = [{"name": "U", **ALONE, "kin_across": 0.4}, {"name": "K", **ALONE, "kin_across": 0.4}]
    behaviour = {"leaving": {"frailty_variance": 0.5}, "news": {"informed": 0.5}}
    model = FlowModel(rich(40_000, groups=groups, behaviour=behaviour), rng=1)
    town = (column(model, "home") == 0) & (
        column(model, "group") == 0
    )  # where some homes are burnt
    facts = [column(model, name)[town] for name in ("informed", "kin", "burnt", "frailty")]
    leave, harm = column(model, "target")[town][:, :2].T
    facts += [leave * facts[3], harm]
    apart = np.corrcoef(np.stack(facts).astype(np.float64)) - np.eye(len(facts))
    assert np.abs(apart).max() < 4 / np.sqrt(town.sum())


class Asked:
    """The words of all purposes, which note which function draws for each, and by what option."""

    def __init__(self, words, noted):
        self._words, self._noted = words, noted

    def __getitem__(self, purpose):
        frame, option = sys._getframe(1), None
        while frame.f_code.co_name in ("uniform", "uniform_of", "chance"):
            option = frame.f_locals.get("option", option)
            frame = frame.f_back
        where = frame.f_code.co_name, frame.f_lineno
        self._noted.setdefault((Purpose(purpose).name, option), set()).add(where)
        return self._words[purpose]


def test_each_draw_of_the_kernel_is_for_one_thing(monkeypatch):
    """No two places of the kernel draw for one purpose and option, whatever happens in a run."""
    noted, state = {}, Readable.state
    monkeypatch.setattr(
        Readable,
        "state",
        lambda self, held: state(self, {**held, "salts": Asked(held["salts"].tolist(), noted)}),
    )
    groups = [{"name": name, **FAMILIES, "kin_across": 0.4} for name in ("U", "K")]
    crush = {"harm": {"crush_per_day": 3.0}}
    finished(rich(1500, groups=groups, behaviour=crush), engine="agents")
    asked = {purpose for purpose, _ in noted}
    assert asked >= {
        "FRAILTY", "INFORMED", "LEAVE", "MEN_STAY", "ROUTE", "GIVE_UP", "FENCE", "FENCE_RESULT",
        "GATE", "GATE_SPLIT", "RETURN", "HARM", "HARM_RESULT", "PUSHBACK", "DISPERSE", "BURNT",
        "DETAIN", "CRUSH", "VICTIM", "FOLLOW", "KIN",
    }  # fmt: skip
    assert not {what: places for what, places in noted.items() if len(places) > 1}


def test_draws_do_not_depend_on_who_else_draws():
    seed, order = seed_key(1), np.argsort(KEYS[:1000] % np.uint64(97))
    whole = uniform(seed, KEYS, Purpose.HARM, ZERO)
    assert (
        uniform(seed, KEYS[:1000][order], Purpose.HARM, ZERO[:1000]) == whole[:1000][order]
    ).all()
    single = [uniform(seed, KEYS[i : i + 1], Purpose.HARM, ZERO[:1])[0] for i in range(50)]
    assert single == whole[:50].tolist()


def test_names_make_different_keys():
    assert text_key("a", "b") != text_key("ab")
    assert text_key("a", "b") != text_key("b", "a")
    assert seed_key(1) == seed_key("1")


def test_no_feedback_is_what_it_says():
    assert deeper({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "c": 2}}
