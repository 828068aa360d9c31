"""The page of one session: its parts, put together, and kept up with what the session has."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bokeh.document import Document
from bokeh.models import Column, Div

from flowsim.app import markup
from flowsim.app.input_forms import WIDE, InputForms, RunForm, ValueForm, set_text, styled
from flowsim.app.policy_forms import PolicyForms
from flowsim.app.session import Session, Shown
from flowsim.app.settings import told_of
from flowsim.shown import plain

if TYPE_CHECKING:
    from flowsim.app.beside import Beside
    from flowsim.interactive import Playback

EVERY_MS = 100
"""How often the page asks for what has come from the runs."""
TEMPLATE = Path(__file__).with_name("page.html")
WAITING = "The first run is on its way: the map, the timeline and the numbers appear with it."


class Page:
    """What one browser window shows.

    Parameters
    ----------
    session : Session
    folder : str
        Address of its downloads.

    Attributes
    ----------
    policies, inputs, values, run : forms
    playback : Playback or None
        The map and the timeline; None until a run is there.
    """

    def __init__(self, session: Session, folder: str) -> None:
        self.session, self.folder = session, folder
        self.policies, self.run = PolicyForms(session), RunForm(session)
        self.inputs, self.values = InputForms(session), ValueForm(session)
        self.status, self.problems = Div(**WIDE), Div(visible=False, **WIDE)
        self.numbers, self.downloads = Div(**WIDE), Div(**WIDE)
        self.film = Column(Div(text=markup.soft(WAITING), **WIDE), **WIDE)
        self.playback: Playback | None = None
        self._beside: Beside | None = None
        self._drawn: Shown | None = None
        session.on_change(self.refresh)
        self.refresh()

    def roots(self) -> dict[str, Any]:
        """The parts by the names that the template has for them."""
        return {
            "status": self.status, "run": self.run.layout, "problems": self.problems,
            "film": self.film, "policies": self.policies.layout, "inputs": self.inputs.layout,
            "values": self.values.layout, "downloads": self.downloads,
        }  # fmt: skip

    def put_in(self, document: Document) -> None:
        """Show it in a document of a Bokeh server."""
        base = self.session.base
        for name, root in self.roots().items():
            root.name = name
            document.add_root(styled(root))
        heading = plain(base.title or base.name)
        document.title = f"{heading} - flowsim"
        document.template = template()
        document.template_variables.update(
            heading=heading,
            under=f"{plain(base.name)}, {base.start:%d %B %Y} to {base.end:%d %B %Y}: "
            "change a border policy or an input, and see what it does.",
        )
        document.add_periodic_callback(self.poll, EVERY_MS)

    def poll(self) -> None:
        """Take what has come, and show how far the runs are."""
        import flowsim.app.beside  # noqa: F401 - now, while the first run is on its way

        self.session.poll()
        if self.session.is_running:
            set_text(self.run.progress, markup.progress(self.session))

    def refresh(self) -> None:
        """Keep up with the session."""
        session = self.session
        set_text(self.status, markup.status(session))
        set_text(self.problems, markup.problems(session.built.problems))
        set_text(self.run.changes, markup.changes(told_of(session.base, session.settings)))
        for part in (self.policies, self.inputs, self.values, self.run):
            part.refresh()
        if session.shown is not self._drawn and session.shown is not None:
            self._drawn = session.shown
            self._draw(session.shown)

    def _draw(self, shown: Shown) -> None:
        """Put a run, or more that has come of it, in the place of what was there."""
        from flowsim.app.beside import Beside
        from flowsim.app.figures import rows
        from flowsim.interactive import Playback

        bands = shown.members if len(shown.members) > 1 else None
        if self.playback is None or self._beside is None:
            self.playback = Playback(shown.result, shown.scenario, runs=bands)
            self._beside = Beside(self.playback)
            self.film.children = [styled(self.playback.layout), self.numbers]
        else:
            self.playback.update(shown.result, shown.scenario, runs=bands)
        self._beside.show(shown.beside)
        set_text(self.numbers, markup.numbers(rows(shown), shown))
        set_text(self.downloads, markup.downloads(self.folder, shown))


@cache
def template() -> Any:
    """The frame of the page; it names the two scripts of Bokeh that are needed, and no other."""
    from bokeh.core.templates import get_env

    return get_env().from_string(TEMPLATE.read_text(encoding="utf-8"))
