"""The tool that measures: counts and shapes of its smallest cases, never times."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import linregress

from tests.benchmarks import cases, child, fit, report
from tests.benchmarks.measure import Journal
from tests.benchmarks.synthetic import synthetic


@pytest.mark.parametrize("people", [1_000, 12_345])
@pytest.mark.parametrize(("places", "degree"), [(5, 2), (44, 4), (110, 12)])
def test_a_world_has_what_was_asked_for(people, places, degree):
    world = synthetic(people=people, places=places, degree=degree, moving=0.2, policies=3)
    assert len(world.places) == places
    assert sum(place.population for place in world.places) == people
    unsafe = {event.place for event in world.violence.events}
    living = sum(place.population for place in world.places if place.name in unsafe)
    assert living == round(0.2 * people)
    inner = [route for route in world.routes if not route.crossing]
    assert len({frozenset((r.start, r.end)) for r in inner}) == len(inner)
    assert len(inner) <= degree / 2 * places
    assert len(world.borders[0].authorities[0].policies) == 3


@pytest.mark.parametrize("case", cases.smallest(), ids=lambda case: case["name"])
def test_the_smallest_cases_tell_what_they_took(case):
    found = child.measure(case)
    assert found["people"] == case["world"]["people"]
    assert found["steps"] == case["world"]["days"]
    assert found["person_steps_a_second"] > 0
    assert found["peak_mb"] > 0
    if "how" not in case:
        assert {"set-up", "segment", "news", "result"} <= set(found["phases"])
        assert sum(found["phases"].values()) == pytest.approx(found["seconds"])
        assert found["events"] > 0


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_growth_finds_an_exponent_and_its_error(exponent):
    sizes = np.logspace(2, 6, 9)
    noise = 10 ** (0.01 * np.cos(2.3 * np.arange(9)))
    found = fit.growth(sizes, sizes**exponent * noise)
    right = linregress(np.log10(sizes[4:]), np.log10((sizes**exponent * noise)[4:]))
    assert found.points == 5
    assert found.exponent == pytest.approx(right.slope)
    assert found.error == pytest.approx(right.stderr)
    assert found.exponent == pytest.approx(exponent, abs=0.02)


def test_only_the_upper_decades_count():
    sizes = [1, 10, 100, 1000, 10_000]
    assert fit.growth(sizes, [100, 100, 100, 1000, 10_000]).exponent == pytest.approx(1)


def test_a_journal_survives_an_interruption(tmp_path):
    path = tmp_path / "bench.jsonl"
    Journal(path).add({"name": "one", "found": {"seconds": 1}})
    with path.open("a") as file:
        file.write('{"name": "two", "fou')
    journal = Journal(path)
    assert journal.find({"name": "one"}) == {"name": "one", "found": {"seconds": 1}}
    assert journal.find({"name": "two"}) is None
    journal.add({"name": "three", "found": {}})
    assert [line["name"] for line in Journal(path).lines] == ["one", "three"]


def test_the_report_has_every_case_and_fit(tmp_path):
    lines = []
    for case in cases.sweep("people", 1_000_000):
        size = case["world"]["people"]
        found = {"people": size, "seconds": size / 1e6, "peak_mb": 100.0}
        lines.append({"kind": "growth", "name": f"people {size}", "case": case, "code": "x",
                      "found": found, "machine": "a machine"})  # fmt: skip
    failed = {"kind": "case", "name": "large", "case": {}, "code": "x", "machine": "a machine"}
    lines.append({**failed, "found": {"failed": "not done after 60 s"}})
    report.write(json.loads(json.dumps(lines)), tmp_path)
    told = (tmp_path / "README.md").read_text()
    assert "| people | 1,000 to 1,000,000 |" in told
    assert "1.00 ± 0.00" in told
    assert "large (x): not done after 60 s" in told
    assert (tmp_path / report.FIGURE).stat().st_size > 10_000
