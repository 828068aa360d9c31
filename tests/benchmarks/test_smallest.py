"""The benchmarks measure what they say: the smallest cases run, and what comes of them adds up.

Nothing is asserted of times but what follows from a clock that counts.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import json
import math
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from tests.benchmarks import kinds, page
from tests.benchmarks import measure as measuring
from tests.benchmarks.__main__ import main, sizes_of
from tests.benchmarks.cases import AXES, CASES, DEFAULT, ROOT, Asked, Point, points
from tests.benchmarks.child import measure as measure_here
from tests.benchmarks.growth import curves, parts, slope
from tests.benchmarks.kinds import KINDS, whole
from tests.benchmarks.measure import (
    Budget,
    Line,
    Lines,
    PointError,
    byte_compile,
    machine,
    measure,
    source_of,
)
from tests.benchmarks.watched import COUNTING, WATCHED, Times, found, watching
from tests.benchmarks.worlds import World, scenario, write_for_flee

SMALL = World(places=20, people=2000, moving=0.5, days=4.0, step_h=12.0)
HAS_GIT = (ROOT / ".git").exists()


def line(case: str, label: str, **told: Any) -> Line:
    """A measurement as it is kept."""
    return {
        "case": case, "label": label, "x": None, "clock": "cpu", "commit": "here", "round": 0,
        "cpu": 2.0, "wall": 2.5, "persons": 1000, "steps": 10, "rows": 250, "events": 400,
        "base_mb": 100.0, "peak_mb": 150.0, "phases": {"set up": 0.5, "news": 1.0, "result": 0.5},
        **told,
    }  # fmt: skip


# ---- worlds --------------------------------------------------------------------------------------


def test_a_world_is_as_large_as_told() -> None:
    made = scenario(World(places=200, degree=6.0, people=12_345))
    assert len(made.places) == 200
    assert len(made.routes) == 600
    assert sum(place.population for place in made.places) == 12_345
    reached = {made.places[0].name}
    for _ in made.places:
        reached |= {b for r in made.routes for a, b in ((r.start, r.end), (r.end, r.start))
                    if a in reached}  # fmt: skip
    assert len(reached) == 200


def test_the_same_numbers_give_the_same_world() -> None:
    assert scenario(SMALL).digest() == scenario(replace(SMALL)).digest()
    assert scenario(SMALL).digest() != scenario(World(places=21, people=2000)).digest()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_as_many_leave_as_told(share: float) -> None:
    size = World(places=20, people=8000, moving=share, days=5.0)
    run = fs.FlowModel(scenario(size), rng=1)
    households = run.crowd.n_start
    assert households == sum(-(-int(n) // 4) for n in size.residents)
    home = run.crowd.column("fled")[:households].copy()
    while run.running:
        run.step()
    left = (run.crowd.column("fled")[:households] != home).sum()
    assert abs(left - share * households) <= 4 * math.sqrt(share * (1 - share) * households)


def test_the_folder_for_flee_is_the_same_world(tmp_path: Path) -> None:
    folder = write_for_flee(World(places=20, people=500, moving=0.8, days=10.0), tmp_path)
    with pytest.warns(fs.ScenarioWarning):
        read = fs.load(folder, strict_flee=True)
    assert len(read.places) == 20
    assert sum(row.persons for row in read.arrivals) == 400
    for rules in ("flee", "flowsim"):
        result = fs.run(read.model_copy(update={"rules": rules}), seed=1)
        assert int(result.data["people"][-1].sum()) == 400


# ---- what is watched -----------------------------------------------------------------------------


def test_all_that_is_to_be_watched_is_there() -> None:
    assert [(one.name, one.phase) for one in found()] == [told[1:] for told in WATCHED]
    assert sum(one.count is not None for one in found()) == 2


def test_watched_functions_are_put_back() -> None:
    before = [one.function for one in found()]
    with watching():
        assert all(one.function is not old for one, old in zip(found(), before, strict=True))
    assert [one.function for one in found()] == before


def test_a_phase_within_another_counts_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(time, "process_time", lambda: float(next(clock)))
    times = Times()
    with times.phase("outer"):
        with times.phase("inner"):
            pass
        with times.phase("inner"):
            pass
    assert times.seconds == {"outer": 3.0, "inner": 2.0}
    assert sum(times.seconds.values()) == next(clock) - 1


def test_events_are_counted() -> None:
    told = {}
    quiet = fs.run(scenario(World(places=20, people=800, moving=0.0, days=1.0, step_h=6.0))).data
    harmed = int(quiet["deaths"].sum() + quiet["wounded"].sum())
    for moving in (0.0, 0.9):
        size = World(places=20, people=800, moving=moving, days=1.0, step_h=6.0)
        with watching() as times:
            done = whole(scenario(size), times)
        told[moving] = times.events
        assert (done.persons, done.steps) == (800, 4)
        assert times.rows >= 200
        assert times.seconds[COUNTING] > 0.0
    assert told[0.0] == harmed
    assert told[0.9] >= 2 * 0.8 * 200  # who leaves chooses a way, and comes to stand somewhere


# ---- measuring -----------------------------------------------------------------------------------


def test_a_point_is_measured_in_a_process_of_its_own() -> None:
    made = measure(Point("world", "small", "world", asdict(SMALL)), ROOT, 600.0)
    assert (made["persons"], made["steps"]) == (2000, 8)
    assert made["rows"] >= 500
    assert made["events"] > 0
    assert 0 < made["base_mb"] <= made["peak_mb"]
    assert len(made["times"]) == 3
    assert {"set up", "news", "hazards", "households", "result"} <= made["phases"].keys()
    assert COUNTING not in made["phases"]
    json.dumps(made)


@pytest.mark.parametrize(
    ("kind", "params", "did"),
    [
        ("small_runs", {"runs": 2, "places": 10, "people": 100, "days": 2.0}, (200, 2)),
        ("study", {"members": 2, "jobs": 1, "places": 10, "people": 100, "days": 2.0}, (200, 2)),
        ("ten_policies", {}, (2000, 48)),
        ("in_threads", {"number": 2, "places": 10, "people": 100, "days": 2.0}, (100, 2)),
        ("store", {"runs": 20}, (0, 0)),
        ("command", {"words": ["-c", "pass"]}, (0, 0)),
    ],
)
def test_the_smallest_of_each_kind_runs(kind: str, params: Any, did: tuple[int, int]) -> None:
    made = measure_here(kind, params)
    assert (made["persons"], made["steps"]) == did
    assert made["cpu"] > 0.0


def test_the_readable_engine_is_held_to_the_bytes_of_the_compiled_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kinds, "JUNE", ROOT / "tests" / "data" / "small")
    all_of_it = {"households": kinds.JUNE_HOUSEHOLDS}
    made = measure_here("readable", all_of_it)
    assert (made["persons"], made["steps"]) == (800, 48)
    digests = itertools.count()
    monkeypatch.setattr("flowsim.check.measure.digest_of", lambda _: next(digests))
    with pytest.raises(RuntimeError, match="gives other bytes"):
        measure_here("readable", all_of_it)


def test_a_point_that_fails_says_why() -> None:
    with pytest.raises(PointError, match=r"status 1: .*no_such"):
        measure(Point("world", "bad", "world", {"no_such": 1}), ROOT, 600.0)


def test_all_cases_give_points_that_their_kinds_take() -> None:
    made = points(list(CASES), Asked(1e8, {"people": 100_000}))
    assert len({point.key for point in made}) == len(made)
    for point in made:
        inspect.signature(KINDS[point.kind]).bind(**point.params)
        if point.kind == "world":
            World(**point.params)
    assert {*AXES, *DEFAULT} <= CASES.keys()
    for axis in AXES:
        sizes = [point.x for point in made if point.case == axis]
        assert sizes == sorted(sizes)
        assert math.log10(sizes[-1] / sizes[0]) > (2.49 if axis == "routes" else 2.99)


def test_an_axis_stops_before_a_point_that_would_take_too_long() -> None:
    axis = [Point("places", str(x), "world", x=x) for x in (10.0, 100.0, 1000.0)]
    budget = Budget(10.0)
    assert budget.refusal(axis[0]) == ""
    budget.note(axis[0], line("places", "10", wall=0.1))
    budget.note(axis[1], line("places", "100", wall=3.0))
    assert budget.refusal(axis[2]) == "would take some 90 s (--seconds 10)"
    assert budget.refusal(Point("steps", "1", "world", x=1.0)) == ""
    budget = Budget(10.0)
    budget.note(axis[1], line("places", "100", wall=0.1, peak_mb=1e9))
    assert "GB, more than is free" in budget.refusal(axis[2])
    budget.stop(axis[1], "failed")
    assert budget.refusal(axis[2]) == "a smaller one failed"


def test_what_was_measured_survives_an_interruption(tmp_path: Path) -> None:
    lines = Lines(tmp_path / "lines.jsonl")
    lines.add({"cpu": "one"})
    lines.add(line("steps", "10 steps"))
    with open(lines.path, "a", encoding="utf-8") as file:
        file.write('{"case": "steps", "label": "100 st')
    again = Lines(lines.path)
    assert len(again.of_point(Point("steps", "10 steps", "world"))) == 1
    assert not again.of_point(Point("steps", "100 steps", "world"))
    again.add(line("steps", "100 steps"))
    assert [one["label"] for one in Lines(lines.path).of("steps")] == ["10 steps", "100 steps"]


def test_turns_that_are_missing_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here and there in turn; who failed there is not asked again, and what is there is kept."""
    axis = [Point("steps", str(x), "world", x=x) for x in (1.0, 2.0, 3.0)]
    lines = Lines(tmp_path / "lines.jsonl")
    lines.add({"machine": "none"})
    lines.add(line("steps", "1.0", x=1.0))
    lines.add({"case": "steps", "label": "2.0", "commit": "here", "left_out": "would take long"})
    asked: list[tuple[str, Path]] = []
    scenarios = set()

    def pretend(point: Point, source: Path, *told: Any) -> Line:
        asked.append((point.label, source))
        if point.label:
            scenarios.add(told[-1])
        if (source == tmp_path and point.label == "2.0") or point.label == "3.0":
            raise PointError("failed")
        return {"cpu": 1.0, "wall": 1.0, "peak_mb": 1.0}

    monkeypatch.setattr(measuring, "measure", pretend)
    monkeypatch.setattr(measuring, "source_of", lambda _: contextlib.nullcontext(tmp_path))
    monkeypatch.setattr(measuring, "byte_compile", lambda _: None)
    list(measuring.run([*axis, axis[2]], lines, 10.0, "abc", 2))
    here, there = ROOT, tmp_path
    assert asked == [
        ("", here), ("", there),  # what compiles
        ("1.0", there), ("1.0", here), ("1.0", there), ("2.0", here), ("2.0", there),
        ("2.0", here), ("3.0", here),
    ]  # fmt: skip
    assert scenarios == {there}
    told = [(one["label"], one["commit"], one["left_out"]) for one in lines.left_out("steps")]
    assert told == [("2.0", "abc", "failed"), ("3.0", "here", "a smaller one failed")]


@pytest.mark.skipif(not HAS_GIT, reason="the checkout is no git repository")
def test_another_commit_is_measured_from_its_own_source() -> None:
    with source_of("HEAD") as folder:
        assert (folder / "flowsim" / "__init__.py").exists()
        assert not (folder / "tests").exists()
        words = ["-c", f"import sys; assert sys.argv[1].startswith({str(folder)!r})", "JUNE"]
        measure(Point("june", "", "command", {"words": words}), ROOT, 60.0, scenarios=folder)
        byte_compile(folder)
        assert list(folder.glob("flowsim/__pycache__/__init__.*.pyc"))
    with (
        pytest.raises(PointError, match="no flowsim at nowhere"),
        source_of("nowhere"),
    ):
        pass


# ---- what comes of it ----------------------------------------------------------------------------


def test_a_slope_is_found_again_within_its_error() -> None:
    chance = np.random.default_rng(1)
    x = 10 ** np.linspace(1, 5, 9)
    off = []
    for power in np.linspace(0.5, 2.0, 50):
        found_one = slope(x, x**power * np.exp(chance.normal(0.0, 0.1, 9)))
        assert found_one.points == 5
        off.append((found_one.exponent - power) / found_one.error)
    assert np.mean(np.abs(off) < 3.18) > 0.85  # 95 % of Student's t with three degrees


def test_parts_are_all_of_the_phases() -> None:
    assert parts(line("steps", "10")) == {"set up": 0.5, "steps": 1.0, "result": 0.5, "all": 2.0}
    told = curves([line("steps", str(x), x=x) for x in (100, 10)])
    assert told["memory"] == ([10.0, 100.0], [50.0, 50.0])


def test_the_page_tells_cases_growth_ratios_and_flee(tmp_path: Path) -> None:
    lines = Lines(tmp_path / "lines.jsonl")
    lines.add(machine(["all"], "abc"))
    for x in (10, 100, 1000):
        lines.add(line("steps", f"{x} steps", x=x, cpu=0.01 * x, wall=0.01 * x))
    for number, (ours, theirs) in enumerate([(2.0, 8.0), (1.0, 5.0), (4.0, 12.0)]):
        lines.add(line("june", "June 2010", cpu=ours, round=number))
        lines.add(line("june", "June 2010", cpu=theirs, round=number, commit="abc"))
    lines.add({"case": "steps", "label": "10,000 steps", "commit": "here", "left_out": "too slow"})
    lines.add({
        "case": "flee", "label": "made up", "hasten": 1, "flee_version": "3.1", "persons": 1000,
        "steps": 100, "flee_seconds": 50.0, "rules_flee": 0.5, "own_rules": 2.0,
    })  # fmt: skip
    text = page.write(lines, tmp_path).read_text(encoding="utf-8")
    assert f"Python {lines.head['python']}, numpy {np.__version__}" in text
    assert "Here and at abc, June 2010 is run from its files at that commit" in text
    assert "| steps | 10 | 1,000 | 1.00 ± 0.00 (1.00) |" in text
    assert "- 10,000 steps: not measured, too slow" in text
    assert "| June 2010 | 5.00 | 1.00 | 4.00 (3.00 to 5.00) | 150 | 150 |" in text
    assert "| made up | 1,000 | 100 | 1 | 50.0 | 0.50 | 100.0 | 2.00 | 25.0 |" in text
    assert "1000 steps | 10.0 | 10.0 | 250 | 0.001 | 400 | 25,000,000 | 150 |" in text
    assert (tmp_path / "growth.png").stat().st_size > 1000


def test_what_is_asked_wrongly_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"'peple=3' is not a size"):
        sizes_of("peple=3")
    for words, wrong in ((["junes"], "no case junes"), (["--world", "people"], "is not a size"),
                         (["--world", "moving=1"], "from 0 to below 1"),
                         (["--draw", "nothing"], "no file nothing")):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
        assert wrong in capsys.readouterr().err


def test_a_call_measures_and_writes_its_page(tmp_path: Path, capsys: Any) -> None:
    assert main(["start", "-o", str(tmp_path)]) == 0
    (kept,) = tmp_path.glob("*.jsonl")
    assert [one["label"] for one in Lines(kept).of("start")] == [
        "python -c pass", "import flowsim", "flowsim --help",
    ]  # fmt: skip
    before = kept.read_text(encoding="utf-8")
    assert main(["start", "-o", str(tmp_path), "--resume"]) == 0
    assert kept.read_text(encoding="utf-8") == before
    assert "## start" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "flowsim --help" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["start", "-o", str(tmp_path), "--resume", "--against", "HEAD"])
    assert "was measured with --against None" in capsys.readouterr().err
