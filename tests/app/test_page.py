"""The page without a browser: its widgets are set as somebody would, and what it shows is read."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("bokeh", reason="the page needs Bokeh: pip install 'flowsim[app]'")

from bokeh.document import Document

import flowsim as fs
from flowsim.app import server
from flowsim.app.figures import in_words, of_run
from flowsim.app.page import Page
from flowsim.app.session import Session
from tests.children import PATIENCE_S

STOP = "borders[Here-There].authorities[There].policies[closure].stop"


@pytest.fixture(scope="module")
def opened() -> Iterator[Page]:
    """A page of the teaching world; each test begins with all as in the file."""
    session = Session(fs.teaching_world())
    session.run()
    page = Page(session, "download/x")
    page.put_in(Document())
    until_done(page)
    yield page
    session.close()


@pytest.fixture
def page(opened: Page) -> Page:
    opened.session.auto = False
    opened.policies.as_reported()
    opened.inputs.centre()
    opened.run.seed.value = "1"
    opened.values.text.value = ""
    opened.session.auto = True
    opened.session.run()
    until_done(opened)
    return opened


def until_done(page: Page) -> None:
    begun = time.monotonic()
    while page.session.is_running:
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.02)
        page.poll()


def cells(page: Page) -> dict[str, str]:
    """The numbers of the page by their names."""
    return dict(re.findall(r'data-number="([\w.]+)">([^<]*)<', page.numbers.text))


def test_a_policy_that_is_changed_is_run_beside_the_reported_one(page: Page) -> None:
    page.policies.fields["stop"].value = "2030-05-06T00:00"
    until_done(page)
    told, world = cells(page), fs.teaching_world()
    theirs = of_run(fs.run(world, seed=1))
    mine = of_run(fs.run(world.with_values({STOP: "2030-05-06T00:00"}), seed=1))
    for name, value in mine.items():
        assert told[f"{name}.value"] == in_words(name, value)
        assert told[f"{name}.beside"] == in_words(name, theirs[name])
        assert told[f"{name}.difference"] == in_words(name, value - theirs[name], signed=True)
    assert mine["sheltered_abroad_at_end"] < theirs["sheltered_abroad_at_end"]
    assert len(page._beside.sources["waiting"].data["y"]) == 168  # type: ignore[union-attr]


def test_the_window_moves_by_its_handles(page: Page) -> None:
    slider = page.policies._range
    assert slider is not None
    move(slider, (ms("2030-05-03T00:00"), ms("2030-05-05T12:00")))
    until_done(page)
    fields = page.policies.fields
    assert (fields["start"].value, fields["stop"].value) == ("2030-05-03T00:00", "2030-05-05T12:00")
    assert page.session.built.scenario == fs.teaching_world().with_values(
        {STOP: "2030-05-05T12:00", STOP.replace(".stop", ".start"): "2030-05-03T00:00"}
    )


def move(slider: Any, value: object) -> None:
    """Let go of a slider at a value, as the browser tells it."""
    slider.value = value
    slider.trigger("value_throttled", None, value)


def ms(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000.0


def test_what_is_wrong_stands_at_its_field_and_in_the_list_and_nothing_is_run(page: Page) -> None:
    before = page.numbers.text
    page.policies.fields["leak"].value = "7"
    assert "7 is out of range; give a number of at most 1" in page.policies._errors["leak"].text
    assert "policies[closure].leak: 7 is out of range" in page.problems.text
    assert page.run.run.disabled
    assert not page.session.is_running
    assert page.numbers.text == before
    page.policies.fields["leak"].value = "0.1"
    assert page.problems.text == page.policies._errors["leak"].text == ""
    assert not page.run.run.disabled
    page.run.seed.value = "-1"
    assert "&#x27;-1&#x27; is not a whole number" in page.run.seed_error.text


def test_open_close_and_back(page: Page) -> None:
    page.policies.open_border()
    until_done(page)
    assert page.policies.kept.active == []
    opened = cells(page)
    world = fs.teaching_world()
    other = fs.run(world.replace_policies("Here-There"), seed=1)
    assert opened["crossed.value"] == in_words("crossed", of_run(other)["crossed"])
    page.policies.close_border()
    until_done(page)
    assert page.policies.kept.labels[-1] == "closed, new 1: closed"
    assert page.policies.which.value == "1"
    assert cells(page)["crossed.value"] == "0"
    page.policies.as_reported()
    until_done(page)
    assert "crossed.difference" not in cells(page)


def test_policies_are_added_changed_in_type_and_left_out(page: Page) -> None:
    page.policies.kinds.value = "quota"
    page.policies.add()
    page.policies.fields["per_day"].value = "100"
    until_done(page)
    assert page.session.built.scenario is not None
    policies = page.session.built.scenario.borders[0].authorities[0].policies
    assert [p.kind for p in policies] == ["closed", "quota"]
    assert policies[1].per_day == 100  # type: ignore[attr-defined]
    kind = next(w for w in page.policies.form.children if w.name == "kind")
    kind.value = "triage"
    until_done(page)
    assert "barred" in page.policies.fields
    page.policies.kept.active = [1]
    until_done(page)
    assert page.session.built.scenario is not None
    assert [p.kind for p in page.session.built.scenario.borders[0].authorities[0].policies] == [
        "triage"
    ]


def test_an_input_moves_by_its_slider(page: Page) -> None:
    (slider,) = page.inputs.sliders.values()
    move(slider, 0.95)
    until_done(page)
    assert page.policies.fields["stop"].value == "2030-05-05T06:00"
    assert "crossed.difference" not in cells(page)  # the reported policy has the same inputs


def test_bands_tell_how_many_runs_they_are_and_what_they_hold(page: Page) -> None:
    page.policies.open_border()
    page.session.run(members=3)
    until_done(page)
    told, world = cells(page), fs.teaching_world()
    opened = world.replace_policies("Here-There")
    apart = [of_run(fs.run(opened, seed=s))["crossed"] - of_run(fs.run(world, seed=s))["crossed"]
             for s in (1, 2, 3)]  # fmt: skip
    low, high = (in_words("crossed", end(apart), signed=True) for end in (min, max))
    assert told["crossed.pairs"] == f"{low} to {high}"
    assert "3 pairs of runs. That is chance alone" in page.numbers.text
    assert "3 runs" in page.playback.timeline.key.text  # type: ignore[union-attr]


def test_a_run_is_cancelled_and_the_next_one_is_done(page: Page) -> None:
    page.run.seed.value = "77"
    assert page.session.is_running
    page.session.cancel()
    assert not page.session.is_running
    assert page.session.status == "Changed since the last run; press Run."
    page.session.run()
    until_done(page)
    assert page.session.status.startswith("Done in ")
    assert cells(page)["crossed.value"] == in_words(
        "crossed", of_run(fs.run(fs.teaching_world(), seed=77))["crossed"]
    )


def test_a_worker_that_dies_is_told_and_another_takes_its_place(page: Page) -> None:
    page.run.seed.value = "78"
    page.session.background._process.kill()  # type: ignore[union-attr]
    until_done(page)
    assert page.session.status.startswith("The run failed: the process of the run ended")
    page.session.run()
    until_done(page)
    assert page.session.status.startswith("Done in ")


def test_downloads_give_the_same_numbers_again(page: Page, tmp_path: Path) -> None:
    page.policies.fields["stop"].value = "2030-05-06T00:00"
    until_done(page)
    shown = page.session.shown
    assert shown is not None
    file = tmp_path / "scenario.yaml"
    file.write_bytes(asyncio.run(server.scenario_file(shown)))
    again = fs.run(fs.load(file), seed=shown.seed)
    assert of_run(again) == of_run(shown.result)
    assert again.data.attrs["digest"] == shown.result.data.attrs["digest"]
    netcdf = tmp_path / "result.nc"
    netcdf.write_bytes(asyncio.run(server.result_file(shown)))
    assert fs.Result.from_netcdf(netcdf).data.equals(shown.result.data)
    for name in ("scenario.yaml", "result.nc", "reported.nc", "figures.zip"):
        assert f'href="download/x/{name}"' in page.downloads.text
