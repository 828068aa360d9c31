"""A crowd that comes at random to a gate that lets so many persons an hour through.

Path by path against the recursion of Lindley (1952) over the whole run, whatever its ticks; on
average against the stationary laws: the mean wait of Pollaczek and Khinchine, the law of the wait
by Erlang (1909; Cohen 1982, "The Single Server Queue"), the number in line by the embedded chain
of Kendall (1953), and, where persons are counted by the hour, bulk service (Bailey 1954).

Many people with a small hazard come nearly as a Poisson process (`test_poisson_limit`). A few per
cent of them are gone at the end, so laws are taken at the load of each day.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import gammaln, xlogy
from scipy.stats import poisson

from flowsim.model.axes import Status
from flowsim.policy import Quota
from flowsim.running import run
from tests.exact.chance import assert_means, assert_shares
from tests.model.worlds import START, column, finished, forget, plain, same_bytes

N = 250_000
PER_DAY = 0.004
DAYS = 20
SERVICE_S = 60
"""Seconds that the gate takes for a person."""
WAY_S = 7200
"""The 24 km from the gate to There, by road."""
PERSON = 10**9
"""Parts of a person in which work is counted."""
SIZES = {"gate": {1: 1}, "quota": {1: 1}, "families": {1: 3, 3: 1}}
PERSONS, SQUARE = (3 * 1 + 1 * 3) / 4, (3 * 1 + 1 * 9) / 4
"""Persons of a family on average, and their mean square."""


class Line(NamedTuple):
    """Those who came through the gate, in the order in which they came; and all who came."""

    came: np.ndarray
    through: np.ndarray
    persons: np.ndarray
    all_came: np.ndarray
    waiting: np.ndarray
    """Persons in the queue at the end of each hour."""


def crowd(kind="gate", persons=N, per_day=PER_DAY, days=DAYS, per_hour=3600 / SERVICE_S, **changes):
    """People who come to a gate, one by one or as families."""
    limit = {} if kind == "quota" else {"gate_per_hour": per_hour}
    post = {"start": "Here", "end": "There", "km": 24, "crossing": "Gate", "kind": "post"}
    policies = [Quota(per_hour=per_hour)] if kind == "quota" else []
    sizes, routes = SIZES[kind], [{**post, **limit}]
    return plain(persons, per_day, policies, days, sizes=sizes, routes=routes, **changes)


def in_line(scenario, seed=1) -> Line:
    """Run a scenario and see who came when and was through when."""
    model = finished(scenario, seed)
    status, fled = column(model, "status"), column(model, "fled").astype(np.int64)
    order = np.lexsort((column(model, "key"), fled))
    came = order[(status != Status.AT_HOME)[order]]
    there = came[~np.isin(status[came], (Status.AT_HOME, Status.WAITING))]
    through = column(model, "arrive")[there].astype(np.int64) - WAY_S
    persons = column(model, "size").astype(np.int64)
    waiting = model.observer.waiting.sum(axis=(1, 2), dtype=np.int64)
    forget(model)
    return Line(fled[there], through, persons[there], fled[came], waiting)


@lru_cache(maxsize=1)
def at_the_gate() -> Line:
    """Seen by several tests."""
    return in_line(crowd())


def lindley(line: Line, per_hour: float) -> np.ndarray:
    """Second at which each is through: its work is done when all before is, and then its own."""
    rate = round(per_hour * PERSON / 3600)
    done, told = 0, []
    for came, persons in zip(line.came.tolist(), line.persons.tolist(), strict=True):
        done = max(done, rate * came) + persons * PERSON
        told.append(-(-done // rate))
    return np.array(told)


@pytest.mark.parametrize("step", ["1h", "7h"])
@pytest.mark.parametrize(("kind", "per_hour"), [("gate", 60), ("quota", 55), ("families", 57.3)])
def test_each_is_through_when_lindley_says(kind, per_hour, step):
    """To the second, over hundreds of ticks and at loads from 0.6 to 0.8."""
    scenario = crowd(kind, N // 5, PER_DAY * 5, 7, per_hour, step=step, record="7h")
    line = in_line(scenario)
    assert line.came.size > 2000
    assert (line.through == lindley(line, per_hour)).all()


CHANGES = [(0, 57.3), (7 * 3600, 0.0), (9 * 3600 + 1234, 120.0), (50 * 3600, 20.0),
           (90 * 3600 + 1, None), (91 * 3600, 66.0)]  # fmt: skip
"""Seconds, and persons an hour from then on: a gate is shut by a flood, widened, narrowed, free."""


def lindley_in_time(line: Line, seconds: int) -> np.ndarray:
    """The same where what the gate can do changes: its work up to a second is summed over time."""
    starts = [second for second, _ in CHANGES]
    rates = [10**15 if rate is None else round(rate * PERSON / 3600) for _, rate in CHANGES]
    of = np.searchsorted(starts, np.arange(seconds), side="right") - 1
    allowed = np.concatenate([[0], np.cumsum(np.array(rates, dtype=np.int64)[of])])
    done, told = 0, []
    for came, persons in zip(line.came.tolist(), line.persons.tolist(), strict=True):
        done = max(done, int(allowed[came])) + persons * PERSON
        told.append(int(np.searchsorted(allowed, done)))
    return np.array(told)


@pytest.mark.parametrize("step", ["1h", "7h"])
def test_a_gate_serves_the_integral_of_what_it_can_do(step):
    """To the second, through six capacities, in the middle of hours and across them."""
    rows = [
        {"crossing": "Gate", "start": START + timedelta(seconds=second), "persons_per_hour": rate,
         "direction": "both" if number % 2 else "out"}
        for number, (second, rate) in enumerate(CHANGES[1:])
    ]  # fmt: skip
    shut = {"crossing": "Gate", "start": START, "persons_per_hour": 1.0, "direction": "back"}
    scenario = crowd("families", 30_000, 0.02, 7, 57.3, step=step, record="7h", gates=[*rows, shut])
    line = in_line(scenario)
    opens, ends = CHANGES[4][0], CHANGES[5][0]
    told = lindley_in_time(line, 7 * 86_400)
    free = (told > opens) & (told <= ends)  # a gate without limit takes no second
    assert free.sum() > 50
    assert line.came.size > 2000
    assert (line.through == np.where(free, np.maximum(line.came, opens), told)).all()
    assert (np.diff(line.through) > 7200).any()  # nobody passes while it is under water


def test_both_engines_serve_a_gate_that_changes():
    rows = [{"crossing": "Gate", "start": START + timedelta(minutes=100), "persons_per_hour": 40}]
    scenario = crowd("families", 90, 8.0, 0.25, 6, gates=rows)
    one, other = (run(scenario, engine=engine) for engine in ("columns", "agents"))
    assert not same_bytes(one, other)
    assert same_bytes(one, run(crowd("families", 90, 8.0, 0.25, 6)))


def embedded(load: float, most: int = 100) -> np.ndarray:
    """Law of the number in line that a departure leaves behind, and that an arrival finds."""
    come = poisson.pmf(np.arange(most), load)
    step = np.zeros((most, most))
    step[0] = come
    for before in range(1, most):
        step[before, before - 1 :] = come[: most - before + 1]
    step[:, -1] += 1 - step.sum(axis=1)
    return stationary(step)


def stationary(step: np.ndarray) -> np.ndarray:
    """Law of a chain in the long run."""
    n = step.shape[0]
    system = np.vstack([step.T - np.eye(n), np.ones(n)])
    law = np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)[0]
    assert law[-1] < 1e-9
    return law


def erlang(load: float, wait: float) -> float:
    """Chance to wait so many services at most."""
    k = np.arange(int(wait) + 1)
    x = load * (wait - k)
    sign = np.where(k % 2, -1.0, 1.0)
    return float((1 - load) * (sign * np.exp(xlogy(k, x) - gammaln(k + 1) + x)).sum())


def loads() -> tuple[np.ndarray, np.ndarray]:
    """Load of the gate on each day, and the part of those who come on it."""
    day = np.arange(DAYS) + 0.5
    load = N * PER_DAY * np.exp(-PER_DAY * day) * SERVICE_S / 86_400
    return load, load / load.sum()


def erlang_within_a_second(waits: np.ndarray) -> tuple[np.ndarray, float]:
    """Chance to wait so many services at most, and how much a second more or less may change it.

    People come at whole seconds, rounded up, so each waits as in continuous time within a second.
    """
    load, part = loads()
    least, law, most = (
        np.array([part @ [erlang(x, max(t, 0)) for x in load] for t in waits + shift])
        for shift in (-1 / SERVICE_S, 0.0, 1 / SERVICE_S)
    )
    return law, float(np.maximum(most - law, law - least).max())


def cycles(begins: np.ndarray, figure: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means, with standard errors, of figures (..., n) in a row of spells that begin where told.

    An empty queue forgets what was before, so spells are independent (regenerative method, Crane
    and Iglehart 1975).
    """
    spell = np.cumsum(begins) - 1
    n = np.bincount(spell).astype(np.float64)
    total = np.stack([np.bincount(spell, row) for row in np.atleast_2d(figure)])
    mean = total.sum(axis=1) / n.sum()
    error = np.sqrt(((total - mean[:, None] * n) ** 2).sum(axis=1)) / n.sum()
    return mean, error


def test_waits_are_those_of_the_stationary_queue():
    """Mean wait load x D / 2 (1 - load), and its law at some waits."""
    line = at_the_gate()
    wait = (line.through - line.came - SERVICE_S) / SERVICE_S  # services before one's own
    load, part = loads()
    mean, error = cycles(wait == 0, wait)
    assert_means(mean, part @ (load / 2 / (1 - load)), error, allow=1 / SERVICE_S)
    marks = np.array([0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])
    law, second = erlang_within_a_second(marks)
    mean, error = cycles(wait == 0, wait <= marks[:, None])
    assert_means(mean, law, error, allow=second)


def test_the_number_that_somebody_finds_in_line_is_that_of_the_embedded_chain():
    line = at_the_gate()
    found = np.arange(line.came.size) - np.searchsorted(line.through, line.came, side="right")
    load, part = loads()
    law = (part @ [embedded(x) for x in load]).cumsum()[:8]
    by_wait, second = erlang_within_a_second(np.arange(8.0))
    assert law == pytest.approx(by_wait, abs=1e-9)  # k in line mean a wait of up to k services
    mean, error = cycles(found == 0, found <= np.arange(8)[:, None])
    assert_means(mean, law, error, allow=second)


def test_the_queue_that_is_recorded_has_the_law_of_the_embedded_chain():
    """Those who look at an hour see what those see who come; two hours later all is forgotten."""
    line = at_the_gate()
    load, part = loads()
    law = part @ [embedded(x) for x in load]
    seen = line.waiting[1::2]
    assert seen.size == 12 * DAYS
    assert_shares(np.bincount(seen, minlength=law.size), law)


def test_families_wait_by_the_mean_square_of_their_work():
    """Mean wait = rate of families x mean square of work / 2 (1 - load)."""
    line = in_line(crowd("families"))
    wait = (line.through - line.came - line.persons * SERVICE_S) / SERVICE_S
    load, part = loads()
    law = part @ (load / PERSONS * SQUARE / 2 / (1 - load))
    mean, error = cycles(wait == 0, wait)
    assert_means(mean, law, error, allow=1 / SERVICE_S)


COUNTED = 20
"""Persons an hour."""


@lru_cache(maxsize=1)
def counted() -> tuple[Line, np.ndarray]:
    """A line under a counted quota at a load of 0.9, and the mean number who come in each hour."""
    persons, per_day, days = 120_000, 0.0036, 40
    quota = [Quota(per_hour=COUNTED, counted=True)]
    hours = np.arange(24 * days + 1) / 24
    rate = -np.diff(persons * np.exp(-per_day * hours))
    return in_line(plain(persons, per_day, quota, days)), rate


def test_persons_counted_by_the_hour_pass_when_there_is_room_in_one():
    """Who comes passes at once in the first hour that has a place left, or as that hour begins:
    its number is that of the hour it came in, the last one's, or one more than that of the
    twentieth before."""
    line, _ = counted()
    hour = []
    for came in line.came.tolist():
        full = hour[-COUNTED] + 1 if len(hour) >= COUNTED else 0
        hour.append(max(came // 3600, full, hour[-1] if hour else 0))
    assert (line.through == np.maximum(line.came, 3600 * np.array(hour))).all()
    come = np.bincount(line.all_came // 3600, minlength=line.waiting.size)
    backlog = 0
    for n, left in zip(come, line.waiting, strict=True):
        backlog = max(0, backlog + n - COUNTED)
        assert backlog == left


def test_what_an_hour_leaves_over_has_the_law_of_bulk_service():
    """The chain of what is left over, with a Poisson number of people who come in an hour."""
    line, rate = counted()
    most = np.arange(200)
    laws = []
    for mean in rate[12::24]:
        step = poisson.pmf(most[None, :] + COUNTED - most[:, None], mean)
        step[:, 0] = poisson.cdf(COUNTED - most, mean)
        step[:, -1] += 1 - step.sum(axis=1)
        laws.append(stationary(step))
    law = np.mean(laws, axis=0).cumsum()
    begins = np.append(True, line.waiting[:-1] == 0)
    marks = np.array([0, 2, 5, 8])
    mean, error = cycles(begins, line.waiting <= marks[:, None])
    assert_means(mean, law[marks], error)


@pytest.mark.parametrize("kind", SIZES)
def test_the_reference_engine_lets_the_same_through(kind):
    scenario = crowd(kind, 60, 8.0, 0.25, 6)
    one, other = (run(scenario, engine=engine) for engine in ("columns", "agents"))
    assert one.waiting.sum("kind").max() > 10
    assert not same_bytes(one, other)
