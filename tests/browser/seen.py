"""A page of the browser, with all that it asked for and complained of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

PATIENCE_MS = 180_000
"""A page that does not answer for so long hangs, however busy the machine is."""
LOCAL = ("file", "data", "blob", "about")
"""Schemes that reach no network."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
AXE_SERIOUS = ("serious", "critical")


def is_local(address: str) -> bool:
    """Whether an address is on this machine."""
    parts = urlsplit(address)
    return parts.scheme in LOCAL or (parts.hostname or "") in LOOPBACK


class Seen:
    """A page, its requests and its errors.

    Attributes
    ----------
    page : playwright.sync_api.Page
    requests : list of str
        Every address that the page asked for, web sockets too.
    remote : list of str
        Those that are not on this machine; they were not let through.
    errors : list of str
        What stood in the console as an error or a warning of the page's own code, and what was
        thrown. A test that provokes one takes it out.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.set_default_timeout(PATIENCE_MS)
        self.requests: list[str] = []
        self.remote: list[str] = []
        self.errors: list[str] = []
        context.route("**/*", self._route)
        self.page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("websocket", lambda socket: self._asked(socket.url))

    def goto(self, address: str) -> None:
        """Go to an address."""
        self.page.goto(address)

    def faults(self) -> list[str]:
        """Serious and critical faults that axe-core finds in the page as it stands now."""
        from axe_playwright_python.sync_playwright import Axe

        told = Axe().run(self.page).response["violations"]
        return [
            f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['target']} {node['html']}"
            for fault in told
            if fault["impact"] in AXE_SERIOUS
            for node in fault["nodes"]
        ]

    def check(self) -> None:
        """Fail where the page asked for something remote, or had an error."""
        assert self.remote == [], f"the page asked for {self.remote}"
        assert self.errors == [], f"the page had errors: {self.errors}"

    def _asked(self, address: str) -> bool:
        self.requests.append(address)
        if is_local(address):
            return True
        self.remote.append(address)
        return False

    def _route(self, route: Route) -> None:
        if self._asked(route.request.url):
            route.continue_()
        else:
            route.abort()

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)
