"""A study: its plan, what it runs, what it keeps, and what it says of changes and failures."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import flowsim as fs
from flowsim.study.campaign import DamageWarning
from flowsim.study.record import decode, encode, read_head
from flowsim.study.runs import open_study
from flowsim.study.store import Store
from flowsim.world.config import Place, Route
from flowsim.world.reported import Report
from tests.study.worlds import BORDER, contents, small, study


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of three members in two scenarios, left as it is."""
    store = tmp_path_factory.mktemp("done") / "store"
    study().run(store)
    return store


@pytest.fixture
def store(done: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(done, tmp_path / "store"))


def fails(now: datetime, view: Any) -> None:
    """A policy with a mistake in it."""
    raise ZeroDivisionError("a mistake")


# ---- the plan ----------------------------------------------------------------------------


def test_a_member_is_a_run_with_its_seed(done: Path) -> None:
    data = open_study(done).data
    for member in (1, 3):
        result = fs.run(small(), seed=f"7.{member}")
        own = data.sel(scenario="closed", sample=0, member=member)
        assert own["seed_of_run"] == f"7.{member}"
        deaths = result.daily()["deaths"].values
        assert np.array_equal(own["deaths"].values, deaths)
        assert float(own["effects"].sel(effect="deaths")) == deaths.sum()


def test_the_first_members_of_more_are_the_same(store: Path, tmp_path: Path) -> None:
    before = contents(store)
    runs = study(members=5).run(store)
    assert runs.data.sizes["member"] == 5
    after = contents(store)
    assert {k: after[k] for k in before if k != "manifest.json"} == {
        k: v for k, v in before.items() if k != "manifest.json"
    }
    study(members=5).run(tmp_path / "at once")
    assert contents(tmp_path / "at once") == after


def test_a_scenario_that_is_added_leaves_the_others_alone(store: Path) -> None:
    before = {name for name in contents(store) if name.startswith("runs")}
    base = small()
    shut = base.add_policies(BORDER, fs.policy.Closed())
    other = fs.Study({"shut": shut, "closed": base}, members=3, seed=7)
    runs = other.run(store)
    assert [str(name) for name in runs.data["scenario"].values] == ["shut", "closed"]
    whole = open_study(store).data
    assert [str(name) for name in whole["scenario"].values] == ["closed", "open", "shut"]
    after = {name for name in contents(store) if name.startswith("runs")}
    assert before < after
    assert len(after) == 9


def test_samples_are_the_same_in_every_scenario_and_first_in_more() -> None:
    few, many = study(samples=4), study(samples=6)
    for sample in (1, 4):
        assert few.position(sample) == many.position(sample)
        values = [
            few.sampled(name, sample).behaviour.leaving.men_stay for name in ("closed", "open")
        ]
        assert values[0] == values[1]
    assert few.position(1) != few.position(2)
    assert few.sampled("closed", 0) is few.scenarios["closed"]


def test_samples_are_run(tmp_path: Path) -> None:
    runs = study(members=2, samples=3, keep=["people:total"]).run(tmp_path / "s")
    assert dict(runs.data["effects"].sizes) | {"effect": 0} == {
        "scenario": 2, "sample": 3, "member": 2, "effect": 0,
    }  # fmt: skip
    assert runs.data["sample"].values.tolist() == [1, 2, 3]
    assert runs.data["capacity"].dims == ("scenario", "sample", "place")  # it was sampled
    capacity = runs.data["capacity"].sel(scenario="open", place="Camp").values
    assert len(set(capacity.tolist())) == 3
    result = fs.run(study(samples=3).sampled("open", 2), seed="7.2.1")
    own = runs.data["effects"].sel(scenario="open", sample=2, member=1)
    assert float(own.sel(effect="reached")) == result.outcomes.sel(outcome="reached").sum()


def test_one_sample_more_leaves_those_there_alone(tmp_path: Path) -> None:
    few = study(members=1, samples=2, keep=["effects"])
    few.run(tmp_path / "s")
    before = contents(tmp_path / "s")
    study(members=1, samples=3, keep=["effects"]).run(tmp_path / "s")
    after = contents(tmp_path / "s")
    assert all(after[k] == before[k] for k in before if k != "manifest.json")
    assert sum(name.startswith("runs") for name in after) == 6


def test_everything_wrong_is_told_at_once() -> None:
    other = small(end="2010-06-12T18:00")
    with pytest.raises(fs.ScenarioError) as caught:
        fs.Study(
            {"a": small(), "b": other, "": small(), "c": "no"},  # type: ignore[dict-item]
            members=0, samples=-1, method="best",  # type: ignore[arg-type]
        )  # fmt: skip
    told = [str(problem) for problem in caught.value.problems]
    assert [text.split(":")[0] for text in told] == [
        "scenarios[b]", "scenarios[]", "scenarios[c]", "members", "samples", "method",
    ]  # fmt: skip
    assert told[0].startswith("scenarios[b]: its end is 2010-06-12 18:00:00, that of 'a' is ")


def test_samples_need_a_range() -> None:
    from tests.worlds import small_scenario

    with pytest.raises(fs.ScenarioError, match="no scenario has an input with a range"):
        fs.Study(small_scenario(), samples=2)


@pytest.mark.parametrize("jobs", [0, "two", None, True, 1.5])
def test_jobs_that_name_no_workers(jobs: Any, tmp_path: Path) -> None:
    with pytest.raises(fs.ScenarioError, match="does not name workers"):
        study().run(tmp_path / "s", jobs=jobs)


# ---- what is kept ------------------------------------------------------------------------


def test_what_is_kept_is_chosen(tmp_path: Path) -> None:
    runs = study(members=1, keep=["crossings", "people:recorded"]).run(tmp_path / "s")
    assert runs.data["people"].sizes["time_recorded"] == 24
    assert runs.data["outcomes"].sizes["time"] == 2
    assert "exposure" not in runs.data
    assert {"effects", "hours_waited", "queue_peak"} <= set(runs.data)


def test_scenarios_with_other_places_and_reports_stand_side_by_side(tmp_path: Path) -> None:
    base = small()
    place = Place(name="Hamlet", country="Here", lat=40.6, lon=72.9, population=50,
                  share={"North": 1.0})  # fmt: skip
    road = Route(start="Hamlet", end="Village", km=9.0)
    report = Report(id="R1", when="2010-06-11T09:00", variable="crossed", value=1, unit="persons")
    more = base.model_copy(
        update={"places": (place, *base.places), "routes": (*base.routes, road),
                "reports": (report,)}
    )  # fmt: skip
    runs = fs.Study({"base": base, "more": more}, members=2, seed=7).run(tmp_path / "s")
    data = runs.data
    assert data["place"].values.tolist() == ["Town", "Village", "Camp", "Hamlet"]
    hamlet = data["people"].sel(place="Hamlet")
    assert int(hamlet.sel(scenario="base").sum()) == 0
    alive = data["people"].isel(time=0).sum(["place", "group", "status"])
    dead = data["deaths"].isel(time=0).sum(["place", "group"])
    assert (alive + dead).sel(scenario="base").values.tolist() == [[800, 800]]
    assert (alive + dead).sel(scenario="more").values.tolist() == [[850, 850]]
    assert hamlet.sel(scenario="more").isel(time=0).sum(["group", "status"]).min() > 0
    assert data["people"].dtype == np.int32
    assert data["lat"].dims == ("place",)
    assert data["country"].values.tolist() == ["Here", "Here", "There", "Here"]
    assert np.isnan(data["violence"].sel(scenario="base", place="Hamlet")).all()
    alone = fs.run(base, seed="7.2").daily()
    assert np.array_equal(
        data["deaths"].sel(scenario="base", member=2, place=base.places[0].name)[0],
        alone["deaths"].sel(place=base.places[0].name),
    )


def test_the_data_of_a_large_study_is_read_when_asked_for(
    done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = open_study(done).data
    monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", 0)
    later = open_study(done).data
    assert type(later["people"].data).__module__.startswith("dask")
    xr.testing.assert_identical(later.load(), now)


# ---- changes, damage, failures -----------------------------------------------------------


def test_a_changed_scenario_is_refused_or_run_anew(store: Path) -> None:
    before = contents(store)
    changed = study()
    values = {"behaviour.leaving.men_stay": 0.9}
    changed.scenarios["open"] = changed.scenarios["open"].with_values(values)
    with pytest.raises(fs.ScenarioError) as caught:
        changed.run(store)
    told = str(caught.value)
    assert told == (
        f"{store}: the scenario 'open' is not what it was; name another store, or have its runs "
        "computed again with on_change='recompute' (--recompute on the command line)"
    )
    assert contents(store) == before
    changed.run(store, on_change="recompute")
    after = contents(store)
    assert sum(name.startswith("runs") for name in after) == 6
    kept = {k for k in before if k.startswith("runs") and before[k] == after.get(k)}
    assert len(kept) == 3  # those of the other scenario


def test_changed_code_is_refused_or_run_anew(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(store)
    for module in ("study", "worker"):
        monkeypatch.setattr(f"flowsim.study.{module}.code_version", lambda: "0" * 16)
    with pytest.raises(fs.ScenarioError, match="the code of its runs was"):
        study().run(store)
    assert contents(store) == before
    study().run(store, on_change="recompute")
    after = contents(store)
    assert not {k for k in before if k.startswith("runs")} & set(after)
    assert sum(name.startswith("runs") for name in after) == 6


def test_another_seed_or_choice_is_refused(store: Path) -> None:
    with pytest.raises(fs.ScenarioError) as caught:
        study(seed=8, keep=["effects"]).run(store)
    told = [problem.wrong for problem in caught.value.problems]
    assert told[0] == "the seed of its runs was 7, and now is 8"
    assert told[1].startswith("what is kept of its runs was ")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(fs.ScenarioError, match="holds something else"):
        study().run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("where", [3, 20, 40, -5])
def test_a_damaged_record_is_named_and_done_again(store: Path, where: int) -> None:
    before = contents(store)
    record = sorted(store.rglob("*.run"))[2]
    content = bytearray(record.read_bytes())
    content[where] ^= 0x10
    record.write_bytes(content)
    with pytest.raises(fs.StoreError, match=r"damaged.*member"):
        open_study(store).data.load()
    with pytest.warns(DamageWarning, match=record.name):
        study().run(store)
    assert contents(store) == before


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("other", ["member", "scenario"])
def test_a_record_copied_over_another_is_found_and_done_again(
    store: Path, other: str, lazy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(store)
    runs = list(study().plan().runs())
    one = runs[-1]
    source = next(run for run in runs[:-1] if getattr(run, other) != getattr(one, other))
    shutil.copyfile(Store(store).path(source.key), Store(store).path(one.key))
    monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", 0 if lazy else 1e9)
    with pytest.raises(fs.StoreError, match=r"it is the record of another run .*member"):
        open_study(store).data.load()
    with pytest.warns(DamageWarning, match=f"{one.key}.*of another run"):
        study().run(store)
    assert contents(store) == before


def test_records_without_a_key_are_known_by_what_else_they_say(store: Path) -> None:
    plan = study().plan()
    runs = {run.key: run for run in plan.runs()}
    whole = open_study(store).data.load()
    for key, run in runs.items():
        record = Store(store).read(key)
        layout = Store(store).layout(read_head(record).layout)
        assert layout is not None
        payload = np.frombuffer(decode(record, layout), np.uint8)
        old = {name: value for name, value in run.known.items() if name != "key"}
        Store(store).path(key).write_bytes(encode(layout, payload, old))
    assert open_study(store).data.load().identical(whole)
    first, second = [run.key for run in plan.runs()][:2]
    shutil.copyfile(Store(store).path(first), Store(store).path(second))
    with pytest.raises(fs.StoreError, match="of another run"):
        open_study(store).data.load()


@pytest.mark.parametrize("left", [0, 10, 200])
def test_a_record_cut_short_is_done_again(store: Path, left: int) -> None:
    before = contents(store)
    record = sorted(store.rglob("*.run"))[0]
    record.write_bytes(record.read_bytes()[:left])
    with pytest.warns(DamageWarning):
        study().run(store)
    assert contents(store) == before


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("{}")])
def test_a_lost_layout_costs_one_run(store: Path, damage: Any) -> None:
    before = contents(store)
    for path in (store / "layouts").iterdir():
        damage(path)
    with pytest.raises(fs.StoreError, match="lacks the layout"):
        open_study(store).data.load()
    lines = (store / "journal.csv").read_text().count("\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study().run(store)
    assert contents(store) == before
    layouts = len(list((store / "layouts").iterdir()))
    assert (store / "journal.csv").read_text().count("\n") - lines == layouts


def test_a_damaged_manifest_is_named_and_its_runs_are_not_lost(store: Path) -> None:
    before = contents(store)
    (store / "manifest.json").write_text('{"name": 3}')
    for act in (lambda: open_study(store), lambda: study().run(store)):
        with pytest.raises(fs.StoreError, match=r"manifest\.json is damaged .* remove it"):
            act()
    (store / "manifest.json").unlink()
    study().run(store)
    assert contents(store) == before


def test_a_study_that_is_done_writes_nothing(store: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    study().run(store)
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == times


def test_a_run_that_fails_is_recorded_and_the_others_go_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    base = small()
    scenarios = {"good": base, "bad": base.add_policies(BORDER, fails)}
    with pytest.raises(fs.StudyError) as caught:
        fs.Study(scenarios, members=2, seed=7).run(tmp_path / "s")
    lines = str(caught.value).splitlines()
    assert lines[0] == f"2 of 4 runs failed, each twice; all others are in {tmp_path / 's'}"
    assert lines[1].startswith("  'bad', member 1 (seed 7.1): ")
    assert "a mistake" in lines[1]
    assert "ZeroDivisionError: a mistake" in caught.value.failures[0]
    assert capfd.readouterr() == ("", "")
    runs = open_study(tmp_path / "s")
    told = runs.failures()
    assert [(t["scenario"], t["sample"], t["member"], t["seed"]) for t in told] == [
        ("bad", 0, 1, "7.1"), ("bad", 0, 2, "7.2"),
    ]  # fmt: skip
    assert "in fails" in told[0]["traceback"]
    assert len(runs.missing()) == 2
    with pytest.raises(fs.StoreError, match=r"lacks 2 of 4 runs: 'bad', member 1 \(seed 7\.1\)"):
        _ = runs.data
    with pytest.raises(fs.StoreError, match="no member yet"):
        _ = open_study(tmp_path / "s", partial=True).data


def test_a_run_is_tried_twice(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()

    def once(now: datetime, view: Any) -> None:
        mark = marks / str(len(list(marks.iterdir())))
        if mark.name == "0":
            mark.touch()
            raise OSError("the network was away")

    flaky = small().add_policies(BORDER, fs.policy.override(once, label="1"))
    runs = fs.Study({"flaky": flaky}, members=1, seed=7).run(tmp_path / "s")
    assert not runs.failures()
    assert runs.data.sizes["member"] == 1


def test_a_failure_is_forgotten_when_the_run_succeeds(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    def until_marked(now: datetime, view: Any) -> None:
        if not mark.exists():
            raise OSError("not yet")

    late = small().add_policies(BORDER, fs.policy.override(until_marked, label="1"))
    made = fs.Study({"late": late}, members=1, seed=7)
    with pytest.raises(fs.StudyError):
        made.run(tmp_path / "s")
    assert len(list((tmp_path / "s" / "failures").iterdir())) == 1
    mark.touch()
    assert not made.run(tmp_path / "s").failures()
    assert not list((tmp_path / "s" / "failures").iterdir())


def test_partial_has_the_members_that_all_have(store: Path) -> None:
    plan = study().plan()
    lost = next(run for run in plan.runs() if run.scenario == "open" and run.member == 2)
    Store(store).path(lost.key).unlink()
    data = open_study(store, partial=True).data
    assert data["member"].values.tolist() == [1, 3]
    assert data["seed_of_run"].values.tolist() == [["7.1", "7.3"]]


def test_a_worker_of_other_code_fails_its_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowsim.study.worker.code_version", lambda: "f" * 16)
    with pytest.raises(fs.StudyError, match="has other code"):
        study(members=1).run(tmp_path / "s")


def test_the_store_says_what_was_run(done: Path) -> None:
    manifest = json.loads((done / "manifest.json").read_text())
    for entry in manifest["scenarios"]:
        scenario = fs.load(done / "scenarios" / f"{entry['digest']}.yaml")
        assert scenario.digest() == study().scenarios[entry["name"]].digest()
    assert os.path.getsize(done / "journal.csv")


def test_open_study_wants_a_store(tmp_path: Path) -> None:
    with pytest.raises(fs.StoreError, match="not a store of a study"):
        open_study(tmp_path)


def test_half_written_files_of_dead_processes_are_cleared(store: Path) -> None:
    import socket
    import subprocess
    import sys

    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    folder = sorted((store / "runs").iterdir())[0]
    host = socket.gethostname().replace(".", "_")
    dead = folder / f".abc-0.{host}.{child.stdout.strip()}.ab.tmp"
    alive = folder / f".abc-0.{host}.{os.getppid()}.ab.tmp"
    far = folder / ".abc-0.elsewhere.1.ab.tmp"
    for path in (dead, alive, far):
        path.write_bytes(b"half")
    study(members=4).run(store)
    assert not dead.exists()
    assert alive.exists()
    assert far.exists()
    os.utime(far, (0, 0))
    study(members=5).run(store)
    assert not far.exists()


def test_mixed_workers_are_told(store: Path) -> None:
    from flowsim.study.campaign import MixedWorkersWarning

    assert open_study(store).data.attrs["cpu"] == fs.run(small(), seed=1).data.attrs["cpu"]
    with (store / "journal.csv").open("a") as file:
        file.write("2010-06-10T00:00:00+00:00,abc,1.0,1,far:1,arm64 NEON\n")
    with pytest.warns(MixedWorkersWarning, match="arm64 NEON, "):
        study(members=4).run(store)
    assert open_study(store).data.attrs["cpu"].startswith("arm64 NEON, ")


def test_a_store_of_another_format_is_told(store: Path) -> None:
    manifest = json.loads((store / "manifest.json").read_text())
    assert manifest.pop("format") == 1
    (store / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(fs.StoreError, match="a store of format 0, and this flowsim reads 1"):
        open_study(store)
