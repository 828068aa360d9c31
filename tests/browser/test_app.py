"""`flowsim app` in a browser: it opens, plays, answers a change, and tells what is wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("bokeh", reason="the page needs Bokeh: pip install 'flowsim[app]'")

import flowsim as fs
from flowsim.app.figures import in_words, of_run
from tests.browser.conftest import Opening, pages
from tests.browser.seen import Seen
from tests.children import PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CLOSURE = "borders[Here-There].authorities[There].policies[closure]"
START, LEAK = f"{CLOSURE}.start", f"{CLOSURE}.leak"


class App:
    """A process of ``flowsim app`` and the address that it tells."""

    def __init__(self, scenario: str, folder: Path, *options: str, **environment: str) -> None:
        command = [sys.executable, "-m", "flowsim", "app", scenario, "--port", "0", *options]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **environment},
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, (line, self.process.stderr and self.process.stderr.read())
        self.address = found[0]

    def end(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit status, and what it told besides."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out + err


@pytest.fixture(scope="module")
def window(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One window on one app for all tests, as each would have to warm up a worker."""
    app = App("teaching", tmp_path_factory.mktemp("app"), "--no-browser")
    try:
        with pages(chromium) as opening:
            seen = opening(app.address)
            ready(seen)
            yield seen
    finally:
        ended = app.end()
    assert ended == (0, "ended\n")


@pytest.fixture
def seen(window: Seen) -> Seen:
    """The window with all as in the file."""
    window.page.set_viewport_size({"width": 1280, "height": 900})
    enter(window, "Seed", "1")
    window.page.get_by_role("button", name="As reported").click()
    window.page.locator('[data-number="crossed.difference"]').wait_for(state="detached")
    window.page.locator("caption", has_text="seed 1").wait_for()
    ready(window)
    return window


def ready(seen: Seen) -> None:
    """Wait until the runs that were asked for are shown."""
    seen.page.locator("[data-status]", has_text="Done in").wait_for()
    seen.page.locator('[data-number="crossed.value"]').wait_for()


def number(seen: Seen, name: str) -> str:
    return seen.page.locator(f'[data-number="{name}"]').inner_text()


def expect(seen: Seen, name: str, text: str) -> None:
    """Wait until a number is what it should be."""
    cell = seen.page.locator(f'[data-number="{name}"]', has_text=re.compile(f"^{re.escape(text)}$"))
    cell.wait_for()


def enter(seen: Seen, label: str, text: str) -> Any:
    """Type into a field and leave it."""
    field = seen.page.get_by_label(re.compile(f"^{label}"))
    field.fill(text)
    field.press("Enter")
    return field


def test_it_opens_and_the_clock_advances(seen: Seen) -> None:
    assert seen.page.title() == "A teaching world of five places - flowsim"
    when = seen.page.locator('[data-quantity="label"]')
    first = when.inner_text()
    seen.page.get_by_role("button", name="Step ▶").click()
    now = when.inner_text()
    assert now != first
    seen.page.get_by_role("button", name="▶ Play").click()
    deadline = time.monotonic() + PATIENCE_S
    while when.inner_text() == now:
        assert time.monotonic() < deadline
        seen.page.wait_for_timeout(50)
    seen.page.get_by_role("button", name="Pause").click()


def test_the_numbers_are_those_of_the_run_by_script(seen: Seen) -> None:
    run = fs.run(fs.teaching_world(), seed=1)
    for name, value in of_run(run).items():
        assert number(seen, f"{name}.value") == in_words(name, value)


def test_an_earlier_closure_makes_the_queue_grow(seen: Seen) -> None:
    before = number(seen, "waiting_peak.value")
    handle = seen.page.get_by_role("slider", name="In force, from")
    handle.press("PageDown")
    seen.page.locator('[data-number="waiting_peak.beside"]').wait_for()
    start = seen.page.get_by_label(re.compile("^From:")).input_value()
    assert start < "2030-05-02T18:00"
    longer = fs.run(fs.teaching_world().with_values({START: start}), seed=1)
    expect(seen, "waiting_peak.value", in_words("waiting_peak", of_run(longer)["waiting_peak"]))
    assert number(seen, "waiting_peak.beside") == before
    assert number(seen, "waiting_peak.difference").startswith("+")


def test_an_invalid_entry_is_told_where_it_is_and_in_the_list(seen: Seen) -> None:
    enter(seen, "Leak", "7")
    wrong = "7 is out of range; give a number of at most 1"
    seen.page.locator("[data-wrong]", has_text=wrong).wait_for()
    told = seen.page.get_by_role("alert").locator("li").inner_text()
    with pytest.raises(fs.ScenarioError) as error:
        fs.teaching_world().with_values({LEAK: 7})
    assert told == str(error.value)
    assert seen.page.get_by_role("button", name="Run", exact=True).is_disabled()
    assert seen.faults() == []
    enter(seen, "Leak", "0.1")
    seen.page.locator("[data-problems]").wait_for(state="detached")


def test_what_is_downloaded_runs_to_the_same_numbers(seen: Seen, tmp_path: Path) -> None:
    enter(seen, "Seed", "5")
    seen.page.locator("caption", has_text="seed 5").wait_for()
    for name in ("Scenario", "Result"):
        with seen.page.expect_download() as download:
            seen.page.get_by_role("link", name=name, exact=True).click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
    again = of_run(fs.run(fs.load(tmp_path / "scenario.yaml"), seed=5))
    assert again == of_run(fs.Result.from_netcdf(tmp_path / "result.nc"))
    assert number(seen, "crossed.value") == in_words("crossed", again["crossed"])


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_its_window_and_axe_finds_no_serious_fault(seen: Seen, width: int) -> None:
    seen.page.set_viewport_size({"width": width, "height": 844})
    seen.page.evaluate("document.querySelectorAll('details').forEach((all) => { all.open = true })")
    seen.page.get_by_role("button", name="Open the border").click()
    seen.page.locator('[data-number="crossed.difference"]').wait_for()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.faults() == []


HOSTILE = "<img src=x onerror=console.error(1)> $$x$$"


def test_it_opens_the_browser_and_what_a_file_says_does_nothing_there(
    chromium: Browser, open_page: Opening, tmp_path: Path
) -> None:
    script = tmp_path / "browser"
    script.write_text('#!/bin/sh\necho "$1" > told.new && mv told.new told\n', encoding="utf-8")
    script.chmod(0o755)
    names = ("title", "routes[Bridge].crossing", f"{CLOSURE}.name")
    world = fs.teaching_world().with_values(dict.fromkeys(names, HOSTILE))
    world.save(tmp_path / "hostile")
    app = App("hostile", tmp_path, BROWSER=str(script))
    try:
        seen = open_page(app.address)
        ready(seen)
        assert seen.page.get_by_role("heading", level=1).inner_text() == HOSTILE
        deadline = time.monotonic() + PATIENCE_S
        while not (tmp_path / "told").exists():
            assert time.monotonic() < deadline
            seen.page.wait_for_timeout(50)
        assert (tmp_path / "told").read_text("utf-8") == f"{app.address}\n"
    finally:
        status, _ = app.end()
    assert status == 0


def test_june_2010_is_thinned_and_says_so(
    chromium: Browser, open_page: Opening, tmp_path: Path
) -> None:
    june = App("kyrgyz_uzbek_2010", tmp_path, "--no-browser")
    try:
        seen = open_page(june.address)
        ready(seen)
        note = seen.page.locator("[data-thinned]").inner_text()
        assert note.startswith("Thinned: one household in 10 is run")
        assert seen.page.get_by_role("button", name="Run the whole population").is_visible()
        scenario = fs.load("kyrgyz_uzbek_2010").with_values({"population.one_in": 10})
        told = of_run(fs.run(scenario, seed=1))
        assert number(seen, "crossed.value") == in_words("crossed", told["crossed"])
        assert number(seen, "deaths.value") == in_words("deaths", told["deaths"])
    finally:
        status, _ = june.end()
    assert status == 0
