"""A browser without a window, for pages of flowsim: what it asks for and complains of is kept.

Where no Chromium is, these tests are skipped and say how to get it; with FLOWSIM_BROWSER=required
in the environment, as in continuous integration, they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.seen import Seen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
LACKING = "no Chromium is installed; on Debian and Ubuntu, as root: make browser"


def chromium_path() -> str | None:
    """Where the browser lies that the tests use, or None."""
    found = (shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin") for name in NAMES)
    return next(filter(None, found), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a session."""
    path = chromium_path()
    if path is None:
        if os.environ.get("FLOWSIM_BROWSER") == "required":
            pytest.fail(LACKING)
        pytest.skip(LACKING)
    from playwright.sync_api import sync_playwright

    # Names of hosts lead nowhere, so that nothing of the browser's own goes out either.
    flags = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


Opening = Callable[..., Seen]


@contextmanager
def pages(chromium: Browser) -> Iterator[Opening]:
    """What opens pages, each with cookies and storage of its own; they end with the block.

    Then each must have asked for nothing that is not on this machine, and have had no error.
    """
    opened: list[Seen] = []

    def opening(
        address: str | Path, width: int = 1280, height: int = 900, offline: bool = False
    ) -> Seen:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, offline=offline, accept_downloads=True
        )
        seen = Seen(context)
        opened.append(seen)
        seen.goto(address.resolve().as_uri() if isinstance(address, Path) else address)
        return seen

    try:
        yield opening
        for seen in opened:
            seen.check()
    finally:
        for seen in opened:
            seen.context.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Opening]:
    """``open_page(address or path, width=1280, height=900, offline=False)`` gives a `Seen`.

    See `pages` for what is checked at the end of the test.
    """
    with pages(chromium) as opening:
        yield opening
