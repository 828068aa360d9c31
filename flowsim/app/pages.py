"""The sessions of the pages that are open, each by a name that only its own window knows."""

from __future__ import annotations

import secrets

from flowsim.app.background import Background
from flowsim.app.session import Session
from flowsim.scenario.scenario import Scenario


class Pages:
    """Sessions of one scenario.

    The first is there and runs before its window is.

    Parameters
    ----------
    scenario : Scenario
    allow_code : bool
    background : Background, optional
        One that was started already, for the first page.
    """

    def __init__(
        self, scenario: Scenario, allow_code: bool = False, background: Background | None = None
    ) -> None:
        self.scenario, self.allow_code = scenario, allow_code
        self.open: dict[str, Session] = {}
        self._ready: Session | None = self._session(background)

    def _session(self, background: Background | None = None) -> Session:
        session = Session(self.scenario, background, self.allow_code)
        session.run()
        return session

    def opened(self) -> tuple[str, Session]:
        """A session for a window that opens, and its name."""
        session, self._ready = self._ready or self._session(), None
        name = secrets.token_urlsafe(18)
        self.open[name] = session
        return name, session

    def closed(self, name: str) -> None:
        """The window is gone: what it runs is ended."""
        session = self.open.pop(name, None)
        if session is not None:
            session.close()

    def close(self) -> None:
        """All windows are gone."""
        for name in [*self.open]:
            self.closed(name)
        if self._ready is not None:
            self._ready.close()
