"""The browser of the tests tells what a page asks for and complains of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Opening
from tests.browser.seen import is_local


def _page(folder: Path, body: str) -> Path:
    file = folder / "page.html"
    head = "<!doctype html><html lang='en'><head><title>page</title></head>"
    file.write_text(f"{head}<body><main><h1>A page</h1>{body}</main></body></html>", "utf-8")
    return file


def test_what_is_remote_is_kept_and_not_let_through(open_page: Opening, tmp_path: Path) -> None:
    seen = open_page(_page(tmp_path, "<img alt='x' src='https://example.org/x.png'>"))
    seen.page.wait_for_load_state("networkidle")
    assert seen.remote == ["https://example.org/x.png"]
    with pytest.raises(AssertionError, match=r"asked for .*example\.org"):
        seen.check()
    seen.remote.clear()
    assert seen.errors.pop().startswith("Failed to load resource")


def test_errors_are_kept(open_page: Opening, tmp_path: Path) -> None:
    code = "console.error('so'); setTimeout(() => { throw new Error('thrown') })"
    seen = open_page(_page(tmp_path, f"<script>{code}</script>"))
    seen.page.wait_for_timeout(50)
    assert seen.errors == ["so", "thrown"]
    seen.errors.clear()


def test_axe_finds_a_serious_fault_and_nothing_in_a_sound_page(
    open_page: Opening, tmp_path: Path
) -> None:
    seen = open_page(_page(tmp_path, "<input type='text'>"))
    assert [fault.split()[0] for fault in seen.faults()] == ["label"]
    seen = open_page(_page(tmp_path, "<label>Name <input type='text'></label>"))
    assert seen.faults() == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:5006/app", "ws://localhost:1/", "data:,x"])
def test_local_addresses(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize("address", ["http://127.0.0.1.example.org/", "https://cdn.bokeh.org/x"])
def test_remote_addresses(address: str) -> None:
    assert not is_local(address)
