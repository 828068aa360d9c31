"""Threads share the households of a run; the bytes are those of one, whatever their number."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.model import household_table, threads
from flowsim.model.simulation import Simulation, runnable
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from tests.model.tiny import WORLDS, result
from tests.model.worlds import POLICIES, rich, same_bytes

JUNE = Path(__file__).parents[2] / "scenarios" / "kyrgyz_uzbek_2010"
OWN_RULES = [name for name, make in WORLDS.items() if make().rules != "flee"]


@pytest.fixture(autouse=True)
def shared_from_the_first(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Threads share even a single household; gives how many rows each time."""
    monkeypatch.setattr(household_table, "SHARED_FROM", 1)
    shared: list[int] = []
    travel = threads.Threads.travel

    def noted(self, engine, held, n, at):  # type: ignore[no-untyped-def]
        shared.append(n.get("loose"))
        travel(self, engine, held, n, at)

    monkeypatch.setattr(threads.Threads, "travel", noted)
    return shared


def with_threads(setup: Scenario, number: int, seed: int = 7) -> Result:
    return fs.run(setup, seed=seed, provenance=False, threads=number)


@pytest.mark.parametrize("name", OWN_RULES)
def test_tiny_worlds_have_the_same_bytes_with_any_number_of_threads(name: str) -> None:
    for number in (2, 3, 7):
        assert not same_bytes(result(name), with_threads(WORLDS[name](), number))


@pytest.mark.parametrize("policies", POLICIES)
def test_where_everything_happens_the_bytes_are_the_same(
    policies: str, shared_from_the_first: list[int]
) -> None:
    setup = rich(300, POLICIES[policies], days=2)
    alone = with_threads(setup, 1)
    assert not shared_from_the_first
    for number in (2, 3, 7):
        assert not same_bytes(alone, with_threads(setup, number))
    assert max(shared_from_the_first) > 7


def test_june_in_a_sample_has_the_same_bytes(shared_from_the_first: list[int]) -> None:
    setup = fs.load(JUNE).with_values({"population.one_in": 20})
    alone = with_threads(setup, 1)
    for number in (2, 3, 7):
        assert not same_bytes(alone, with_threads(setup, number))
    assert max(shared_from_the_first) > 1000


def test_a_run_in_threads_is_pickled_half_way_and_goes_on_to_the_same_bytes() -> None:
    setup = rich(200, POLICIES["leaky"], days=2)
    run = Simulation(runnable(setup), 7, threads=3)
    for _ in range(run.steps // 2):
        run.step()
    copy = pickle.loads(pickle.dumps(run))
    for one in (run, copy):
        while one.running:
            one.step()
        assert not same_bytes(one.result(), with_threads(setup, 1))


def test_the_table_has_the_same_households_in_each(shared_from_the_first: list[int]) -> None:
    """Rows may be given in another order; who has them, and what came of them, may not differ."""
    columns = ("key", "status", "place", "size", "kinds", "wounded", "count", "target")
    found = []
    for number in (1, 4):
        run = Simulation(runnable(rich(200, POLICIES["strict"], days=1)), 7, threads=number)
        while run.running:
            run.step()
        order = np.argsort(run.crowd.column("key"))
        found.append([run.crowd.column(name)[order] for name in columns])
    for one, other in zip(*found, strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("policies", POLICIES)
def test_threads_write_to_nothing_that_they_share(
    policies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for rows, each of one of them, and gates that are stirred, which all set to True."""
    before: dict[str, np.ndarray] = {}
    written: set[str] = set()
    add = threads.Share.add_to

    def compared(self, held, n, at):  # type: ignore[no-untyped-def]
        if before:  # the first of the shares: nothing is added yet
            written.update(
                name for name, old in before.items() if old.tobytes() != held[name].tobytes()
            )
            before.clear()
        add(self, held, n, at)

    run = Simulation(runnable(rich(300, POLICIES[policies], days=2)), 7, threads=2)
    held = run.crowd._held
    shared = [name for name, array in held.items() if isinstance(array, np.ndarray)]
    shared = [name for name in shared if name != "rows" and held[name].dtype.names is None]

    def at_travel(self, engine, held, n, at):  # type: ignore[no-untyped-def]
        before.update({name: held[name].copy() for name in shared})
        travel(self, engine, held, n, at)

    travel = threads.Threads.travel
    monkeypatch.setattr(threads.Threads, "travel", at_travel)
    monkeypatch.setattr(threads.Share, "add_to", compared)
    while run.running:
        run.step()
    assert written <= {"stirred"}


@pytest.mark.parametrize("number", [0, -2, 1.5, True, "two"])
def test_what_is_not_a_number_of_threads_is_refused(number: object) -> None:
    with pytest.raises(ValueError, match="give a whole number from 1 on"):
        fs.run(fs.teaching_world(), threads=number)  # type: ignore[arg-type]


def test_who_cannot_share_its_work_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="agents act one by one"):
        fs.run(fs.teaching_world(), engine="agents", threads=2)
    with pytest.raises(ValueError, match="agents act one by one"):
        fs.FlowModel(fs.teaching_world(), engine="agents", threads=2)
    flee = next(make() for make in WORLDS.values() if make().rules == "flee")
    with pytest.raises(ValueError, match="people move one after another"):
        fs.run(flee, threads=2)
    words = ["run", str(JUNE), "-o", str(tmp_path / "out"), "--threads", "2", "--engine", "agents"]
    told = CliRunner().invoke(cli, words)
    assert told.exit_code == 2
    assert "--threads needs --engine columns" in told.output
    assert not (tmp_path / "out").exists()
