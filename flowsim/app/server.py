"""The server of the page: on this machine alone, one session a browser window."""

from __future__ import annotations

import asyncio
import logging
import signal
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
from bokeh.application import Application
from bokeh.application.handlers.function import FunctionHandler
from bokeh.server.server import Server
from tornado.web import HTTPError, RequestHandler

from flowsim.app.background import Background
from flowsim.app.page import Page
from flowsim.app.pages import Pages
from flowsim.app.session import Shown
from flowsim.app.worker import Done, Failed

ADDRESS = "127.0.0.1"
POLL_S = 0.1
KEPT_ALIVE_MS = 120_000
"""A window that is gone so long has its runs ended."""


def add(pages: Pages, document: Any) -> None:
    """Make a page for a window that opens."""
    name, session = pages.opened()
    Page(session, f"download/{name}").put_in(document)
    document.on_session_destroyed(lambda _: pages.closed(name))


class Download(RequestHandler):
    """Files of what a page shows."""

    def initialize(self, pages: Pages) -> None:
        """Take what Tornado hands over."""
        self.pages = pages

    async def get(self, name: str, file: str) -> None:
        """Answer with a file."""
        session = self.pages.open.get(name)
        if session is None or session.shown is None or file not in FILES:
            raise HTTPError(404)
        kind, make = FILES[file]
        content = await make(session.shown)
        if content is None:
            raise HTTPError(404)
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{file}"')
        self.finish(content)


async def scenario_file(shown: Shown) -> bytes:
    """The scenario as it was run, whole in one file."""
    return str(shown.result.data.attrs["scenario"]).encode()


async def result_file(shown: Shown) -> bytes:
    """The result as netCDF: the bytes that `flowsim run` writes."""
    return _netcdf(shown.result)


async def reported_file(shown: Shown) -> bytes | None:
    """That of the reported policy."""
    return None if shown.beside is None else _netcdf(shown.beside)


async def figure_files(shown: Shown) -> bytes:
    """All figures of the run, drawn in a process of their own."""
    background, told = Background(), list[Done | Failed]()
    try:
        background.submit(told.append, cloudpickle.dumps(shown.scenario), result=shown.result)
        while not told:
            await asyncio.sleep(POLL_S)
            background.poll()
    finally:
        background.close()
    answer = told[0]
    if isinstance(answer, Failed):
        raise HTTPError(500, reason="the figures could not be drawn")
    return bytes(answer.what)


def _netcdf(result: Any) -> bytes:
    with tempfile.TemporaryDirectory(prefix="flowsim-") as folder:
        path = Path(folder) / "result.nc"
        result.to_netcdf(path)
        return path.read_bytes()


FILES: dict[str, tuple[str, Callable[[Shown], Any]]] = {
    "scenario.yaml": ("application/yaml", scenario_file),
    "result.nc": ("application/x-netcdf", result_file),
    "reported.nc": ("application/x-netcdf", reported_file),
    "figures.zip": ("application/zip", figure_files),
}


def serve(pages: Pages, port: int, browser: bool, tell: Callable[[str], object]) -> None:
    """Serve pages until somebody presses Ctrl-C.

    Parameters
    ----------
    pages : Pages
    port : int
    browser : bool
        Whether to open the browser there.
    tell : function
        Called with the address once it answers.
    """
    for name in ("bokeh", "tornado.access", "tornado.application"):
        logging.getLogger(name).setLevel(logging.ERROR)
    server = Server(
        {"/": Application(FunctionHandler(lambda document: add(pages, document)))},
        address=ADDRESS, port=port, allow_websocket_origin=[f"{ADDRESS}:{port}"],
        extra_patterns=[(r"/download/([\w-]+)/([\w.]+)", Download, {"pages": pages})],
        check_unused_sessions_milliseconds=KEPT_ALIVE_MS // 8,
        unused_session_lifetime_milliseconds=KEPT_ALIVE_MS, use_xheaders=False,
    )  # fmt: skip
    loop = server.io_loop
    before = signal.signal(signal.SIGINT, lambda *_: loop.add_callback_from_signal(loop.stop))
    try:
        server.start()
        address = f"http://{ADDRESS}:{port}/"
        tell(address)
        if browser:
            # Apart, as a browser within the terminal would keep the page from answering it.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        loop.start()
    finally:
        signal.signal(signal.SIGINT, before)
        server.stop()
