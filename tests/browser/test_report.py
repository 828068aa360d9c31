"""The report in a browser, from disk: it plays, asks for nothing, and reads well for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import flowsim as fs
from tests.browser.seen import Seen

CLOCK = ".noUi-handle"
INSIDE = """
  const below = (root) => [...root.querySelectorAll("*")].filter((e) => e.shadowRoot)
  const inside = (root, what) => [...root.querySelectorAll(what),
    ...below(root).flatMap((e) => inside(e.shadowRoot, what))]
"""
"""Bokeh draws below shadow roots, to which a selector of the page's own does not reach."""
NAMED = f"""() => {{ {INSIDE}
  return inside(document, ".noUi-handle").some((e) => e.getAttribute("aria-label") === "Time") }}"""
LATER = f"""(before) => {{ {INSIDE}
  return inside(document, '[data-quantity="label"]')[0].textContent !== before }}"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on a study of two scenarios."""
    base = fs.teaching_world()
    closed = fs.policy.Closed(start="2030-05-02", stop="2030-05-04", name="two days")
    shut = base.replace_policies(base.borders[0].id, closed)
    folder = tmp_path_factory.mktemp("report")
    keep = [f"{name}:recorded" for name in ("people", "waiting", "outcomes", "violence", "deaths",
                                            "registered")]  # fmt: skip
    study = fs.Study({"as it was": base, "shut": shut}, members=2, seed=7, keep=keep)
    study.run(folder / "store", progress=False)
    fs.report(fs.open_study(folder / "store"), figures=False).write(folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="module")
def seen(page_file: Path, chromium: Any) -> Iterator[Seen]:
    """The page, once the map is drawn; without a network."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = Seen(context)
    page.goto(page_file.as_uri())
    page.page.locator(CLOCK).first.wait_for()
    page.page.wait_for_function(NAMED)
    yield page
    page.check()
    context.close()


def number(seen: Seen, name: str) -> str:
    """What is told beside the clock of the film that is shown."""
    return str(seen.page.locator(f'.film:not([hidden]) [data-quantity="{name}"]').inner_text())


def test_it_plays(seen: Seen) -> None:
    page = seen.page
    before = number(seen, "label")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(LATER, arg=before)
    page.get_by_role("button", name="Pause").click()
    stopped = number(seen, "label")
    page.get_by_role("button", name="Step").last.click()
    assert number(seen, "label") != stopped
    assert page.locator(CLOCK).first.get_attribute("aria-valuetext") is not None


def test_numbers_are_those_of_the_run(seen: Seen, page_file: Path) -> None:
    from playwright.sync_api import expect

    runs = fs.open_study(page_file.parent / "store")
    data = runs.data.sel(scenario="as it was", sample=0, member=1)
    slider = seen.page.locator(CLOCK).first
    slider.press("End")
    sheltered = data["people"].sel(status="sheltered").isel(time_recorded=-1)
    abroad = sheltered.sel(place=data["country"] != data.attrs["flee_from"]).sum()
    assert abroad > 0
    told = seen.page.locator('.film:not([hidden]) [data-quantity="stock_abroad"]')
    expect(told).to_have_text(f"{int(abroad):,}")
    assert number(seen, "label") == slider.get_attribute("aria-valuetext")
    slider.press("Home")
    expect(told).to_have_text("0")


def test_the_other_scenario_is_shown_when_it_is_chosen(seen: Seen) -> None:
    page = seen.page
    page.get_by_label("Scenario", exact=True).select_option("shut")
    page.locator(f"#film-2 {CLOCK}").wait_for()
    assert not page.locator("#film-1").is_visible()
    page.get_by_label("Scenario", exact=True).select_option("as it was")
    assert page.locator("#film-1").is_visible()


COLUMNS = """() => [...document.querySelectorAll("table")].filter((t) => t.caption).map((t) => [
  t.rows[0].cells[0].offsetWidth / t.offsetWidth, t.rows[0].cells.length,
  t.caption.getBoundingClientRect().bottom - t.rows[0].getBoundingClientRect().top])"""


def test_a_caption_stands_above_its_table_and_widens_no_column(seen: Seen) -> None:
    told = seen.page.evaluate(COLUMNS)
    assert max(columns for _, columns, _ in told) >= 5
    for part, columns, overlap in told:
        assert overlap <= 1.0
        assert columns < 5 or part < 0.5


def test_nobody_is_kept_out(seen: Seen) -> None:
    assert seen.faults() == []


def test_it_fits_a_phone_and_paper(seen: Seen) -> None:
    page = seen.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 390")  # once it is laid out
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    canvas = page.locator(".film:not([hidden]) canvas").first.bounding_box()
    assert canvas is not None
    assert canvas["x"] >= 0
    assert canvas["x"] + canvas["width"] <= 390
    assert seen.faults() == []
    page.emulate_media(media="print")
    assert not page.locator("#map").is_visible()
    assert page.locator("#policies table").is_visible()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
