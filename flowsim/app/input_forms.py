"""The parts of the page for uncertain inputs, for any other value, and for running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bokeh.models import (
    Button,
    CheckboxGroup,
    Column,
    CustomJSTickFormatter,
    Div,
    Row,
    Select,
    Slider,
    TextAreaInput,
    TextInput,
    Widget,
)

from flowsim.app import markup
from flowsim.app.inputs import CENTRE, HIGHEST, LOWEST, STEP, Factor, factors, with_sliders
from flowsim.app.session import MEMBERS, Session
from flowsim.app.settings import INPUTS, MORE, SEED, SIZES

WIDE: dict[str, Any] = {"sizing_mode": "stretch_width"}
"""Of what is as wide as its part of the page."""
WRAP: dict[str, Any] = {**WIDE, "styles": {"flex-wrap": "wrap", "gap": "6px"}}
PLAIN = """
.bk-input-group { display: flex; flex-wrap: wrap; }
.bk-inline { gap: 2px 12px; }
.bk-input-group > label { margin: 0; display: flex; align-items: baseline; }
select { min-width: 0; text-overflow: ellipsis; }
label { white-space: normal; overflow-wrap: anywhere; font-size: 13.5px; line-height: 1.35; }
.bk-slider-title { white-space: normal; overflow-wrap: anywhere; font-size: 13.5px; }
input[type="checkbox"] { margin: 1px 5px 1px 1px; }
.bk-btn { white-space: normal; }
.bk-btn-primary, .bk-btn-primary:hover { background-color: #0b5cad; border-color: #0b5cad; }
"""
"""Labels break into lines instead of leaving the page, and white on blue has contrast."""
HALF = {"flex": "1 1 260px", "min-width": "0"}
"""Side by side where there is room."""
PERCENT = "return tick == 0.5 ? 'as in the file' : `${Math.round(100 * tick)} %`"
INTRO = (
    "Where in its range each input lies: at 5 % it is at the low end, at 95 % at the high one. "
    "The reported policy is run with the same inputs."
)


class InputForms:
    """Sliders of uncertain inputs: sets of linked ones, and any other that is asked for.

    Attributes
    ----------
    layout : bokeh.models.Column
    sliders : dict of str to Slider
        By the name of the factor.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.factors = {factor.name: factor for factor in factors(session.base)}
        self.sliders: dict[str, Slider] = {}
        self._told: dict[str, Div] = {}
        self._cells: dict[str, Column] = {}
        self._silent = False
        self.error = Div(visible=False, **WIDE)
        self._rows = Row(**WIDE, styles={"flex-wrap": "wrap", "gap": "4px 24px"})
        self.others = Select(title="Another input", name="others", **WIDE, styles=HALF)
        more = Button(label="Show its slider", name="show_input")
        more.on_click(lambda: self.add(self.factors[self.others.value]))
        for factor in with_sliders(tuple(self.factors.values())):
            self._make(factor)
        self._rows.children = self._children()
        centre = Button(label="All as in the file", name="centre")
        centre.on_click(self.centre)
        self._more = Row(self.others, more, **WRAP)
        self._list()
        intro = INTRO if self.factors else "The scenario gives no input a range."
        parts = [centre, self.error, self._rows, self._more] if self.factors else []
        self.layout = Column(Div(text=markup.soft(intro), **WIDE), *parts, **WIDE)

    def _make(self, factor: Factor) -> None:
        slider = Slider(
            start=LOWEST, end=HIGHEST, step=STEP, value=CENTRE, title=factor.title, **WIDE,
            format=CustomJSTickFormatter(code=PERCENT), name=factor.name,
        )  # fmt: skip
        follow(slider, "value_throttled", lambda: self._move(factor, slider.value))
        self.sliders[factor.name] = slider
        told = self._told[factor.name] = Div(text=markup.soft(factor.at(CENTRE)), **WIDE)
        self._cells[factor.name] = Column(slider, told, **WIDE, styles=HALF)

    def _children(self) -> list[Any]:
        return [self._cells[name] for name in self.sliders]

    def _list(self) -> None:
        left = [(f.name, f.title) for f in self.factors.values() if f.name not in self.sliders]
        self.others.options = left
        self.others.value = left[0][0] if left else ""
        self._more.visible = bool(left)

    def add(self, factor: Factor) -> None:
        """Give one more input a slider."""
        self._make(factor)
        self._rows.children = self._children()
        styled(self._rows)
        self._list()

    def centre(self) -> None:
        """All inputs as they are in the file."""
        self._silent = True
        for slider in self.sliders.values():
            slider.value = CENTRE
        self._silent = False
        self.session.change(replace(self.session.settings, positions={}))

    def _move(self, factor: Factor, value: float) -> None:
        if not self._silent:
            position = round(value, 6)
            self.session.change(self.session.settings.with_position(factor.name, position))

    def refresh(self) -> None:
        """Tell what each slider means now, and what is wrong."""
        for name, div in self._told.items():
            at = self.session.settings.positions.get(name, CENTRE)
            set_text(div, markup.soft(self.factors[name].at(at)))
        set_text(self.error, markup.beside_field(self.session.built.at.get((INPUTS,), ())))


class ValueForm:
    """Any value of the scenario, by its path."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.text = TextAreaInput(
            title="One a line, as behaviour.leaving.men_stay=0.4", rows=4, max_length=100_000,
            name="values", **WIDE,
        )  # fmt: skip
        follow(self.text, "value", lambda: self._enter())
        self.error = Div(visible=False, **WIDE)
        told = "As with --set of flowsim run; flowsim schema lists all that there is."
        self.layout = Column(Div(text=markup.soft(told), **WIDE), self.text, self.error, **WIDE)

    def _enter(self) -> None:
        self.session.change(replace(self.session.settings, more=self.text.value))

    def refresh(self) -> None:
        """Tell what is wrong."""
        among = self.session.built.at.get((MORE,), ())
        set_text(self.error, "".join(markup.problem_line(problem) for problem in among))


class RunForm:
    """How many households, which seed, and the buttons that run and stop."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.progress = Div(visible=False, **WIDE)
        self.run = Button(label="Run", button_type="primary", name="run")
        self.cancel = Button(label="Cancel", name="cancel", disabled=True)
        self.bands = Button(label=f"Bands from {MEMBERS} seeds", name="bands")
        self.full = Button(label="Run the whole population", name="full")
        self.seed = TextInput(title="Seed", value=session.settings.seed, name="seed", width=110)
        own = session.settings.one_in
        sizes = SIZES if session.base.rules != "flee" else (own,)
        self.size = Select(
            title="Households", value=str(own), name="size", width=190,
            options=[(str(n), "all" if n == 1 else f"one in {n}") for n in sorted({own, *sizes})],
        )  # fmt: skip
        self.auto = CheckboxGroup(labels=["Run each change at once"], active=[0], name="auto")
        self.seed_error = Div(visible=False, **WIDE)
        self.thinned = Div(visible=False, **WIDE)
        self.changes = Div(**WIDE)
        self._listen()
        self.layout = Column(
            self.progress, Row(self.run, self.cancel, self.bands, **WRAP),
            Row(self.size, self.seed, **WRAP), self.seed_error, self.auto,
            self.thinned, self.full, self.changes, **WIDE,
        )  # fmt: skip

    def _listen(self) -> None:
        session = self.session
        self.run.on_click(lambda: session.run())
        self.cancel.on_click(lambda: session.cancel())
        self.bands.on_click(lambda: session.run(MEMBERS))
        self.full.on_click(lambda: session.full())
        follow(self.seed, "value", lambda: session.change(
            replace(session.settings, seed=self.seed.value)))  # fmt: skip
        follow(self.size, "value", lambda: session.change(
            replace(session.settings, one_in=int(self.size.value))))  # fmt: skip
        follow(self.auto, "active", lambda: setattr(session, "auto", bool(self.auto.active)))

    def refresh(self) -> None:
        """Tell how far the runs are, and what may be asked for now."""
        session = self.session
        sound = session.built.scenario is not None
        self.run.disabled = self.bands.disabled = not sound
        self.cancel.disabled = not session.is_running
        self.size.value = str(session.settings.one_in)
        one_in = session.built.scenario.population.one_in if session.built.scenario else (
            session.settings.one_in)  # fmt: skip
        set_text(self.thinned, markup.thinned(one_in))
        self.full.visible = session.settings.one_in > 1
        set_text(self.progress, markup.progress(session))
        set_text(self.seed_error, markup.beside_field(session.built.at.get((SEED,), ())))


def styled(widget: Any) -> Any:
    """The same widget, it and all in it with the style of the page, and no text read as TeX."""
    for part in widget.references():
        if isinstance(part, Div):
            part.disable_math = True
        if isinstance(part, Widget) and PLAIN not in part.stylesheets:
            part.stylesheets = [*part.stylesheets, PLAIN]
    return widget


def follow(widget: Any, name: str, does: Callable[[], object]) -> None:
    """Have something done whenever a property of a widget changes."""

    def changed(attr: str, old: object, new: object) -> None:
        does()

    widget.on_change(name, changed)


def set_text(div: Div, text: str) -> None:
    """Give a piece of text to the page, if it is another; an empty one takes no room."""
    if div.text != text or div.visible != bool(text):
        div.update(text=text, visible=bool(text))
