"""The part of the page where policies are changed, added and left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bokeh.models import (
    Button,
    CheckboxGroup,
    Column,
    DatetimeRangeSlider,
    Div,
    Row,
    Select,
    TextAreaInput,
    TextInput,
)

from flowsim.app import markup
from flowsim.app.fields import Entered, Field, conditions, fields_of
from flowsim.app.input_forms import WIDE, WRAP, follow, set_text, styled
from flowsim.app.policies import (
    Entry,
    Side,
    held_by,
    made,
    retyped,
    sides,
    types_for,
    words_of,
)
from flowsim.app.session import Session
from flowsim.app.settings import Settings
from flowsim.config import to_instant
from flowsim.errors import ScenarioError
from flowsim.installed import declared_type
from flowsim.policy.gatekeeping import Closed, GatePolicy, Open

HOUR_MS = 3_600_000
LONG, MOST = 40, 100_000
"""A text of so many characters has several lines; and the most that it may have."""


class PolicyForms:
    """The list of a side's policies, and a form for one of them.

    Parameters
    ----------
    session : Session

    Attributes
    ----------
    layout : bokeh.models.Column
    fields : dict of str to widget
        Of the policy whose form is open, by the name of the field.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.sides = {side.name(session.base): side for side in sides(session.base)}
        names = [*self.sides]
        self._types: dict[Side, dict[str, Any]] = {}
        self.side = Select(title="Whose policies", options=names, name="side",
                           value=names[0] if names else "", **WIDE)  # fmt: skip
        self.kept = CheckboxGroup(tags=["Policies in force"], name="kept", **WIDE)
        self.which = Select(title="Change a policy", name="which", **WIDE)
        self.form = Column(**WIDE)
        self.kinds = Select(title="Add a policy of the type", name="kinds", **WIDE)
        self.fields: dict[str, Any] = {}
        self._errors: dict[str, Div] = {}
        self._form_of: tuple[Side, int, type[Any]] | None = None
        self._range: DatetimeRangeSlider | None = None
        self._silent = False
        self.layout = Column(*self._parts(), **WIDE)
        self._listen()
        self._open_side()

    def _parts(self) -> list[Any]:
        quick = [
            _button("Open the border", self.open_border, "open"),
            _button("Close it", self.close_border, "close"),
            _button("As reported", self.as_reported, "reset"),
        ]
        if not self.sides:
            return [Div(text=markup.soft("The scenario has no border between countries."))]
        return [
            Row(*quick, **WRAP), self.side,
            Div(text=markup.soft("In force, where ticked:"), **WIDE), self.kept, self.which,
            self.form, self.kinds, _button("Add it", self.add, "add"),
        ]  # fmt: skip

    def _listen(self) -> None:
        follow(self.side, "value", lambda: self._open_side())
        follow(self.which, "value", self.refresh)
        follow(self.kept, "active", lambda: self._keep())

    # ---- what is shown -------------------------------------------------------------------

    @property
    def here(self) -> Side:
        """The side that is open."""
        return self.sides[self.side.value]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its policies."""
        return self.session.settings.policies[self.here]

    @property
    def number(self) -> int:
        """Which of them has its form open; -1 where there is none."""
        number = int(self.which.value) if self.which.value else -1
        return min(number, len(self.entries) - 1)

    @property
    def _chosen(self) -> tuple[Side, int, type[Any]] | None:
        """What the form is to be of."""
        if self.number < 0:
            return None
        return self.here, self.number, type(self.entries[self.number].policy)

    def _open_side(self, number: int | None = None) -> None:
        if not self.sides:
            return
        self._silent = True
        if number is None:  # what one most likely wants to move
            shut = (i for i, e in enumerate(self.entries) if isinstance(e.policy, Closed))
            number = next(shut, 0)
        if self.here not in self._types:
            self._types[self.here] = types_for(self.session.base, self.here)
        options = [(told, told.replace("_", " ")) for told in self._types[self.here]]
        self.kinds.update(options=options, value=declared_type(Closed))
        self._list()
        self.which.value = str(min(number, len(self.entries) - 1)) if self.entries else ""
        self._silent = False
        self.refresh()

    def _list(self) -> None:
        words = [words_of(self._standing(i)) for i in range(len(self.entries))]
        self.kept.update(
            labels=words, active=[i for i, entry in enumerate(self.entries) if entry.kept]
        )
        self.which.options = [(str(i), told) for i, told in enumerate(words)]
        self.which.visible = bool(words)

    def _standing(self, i: int) -> Any:
        """A policy as it is in the scenario that is built, or as it stood where none is."""
        entry, built = self.entries[i], self.session.built.scenario
        if built is None or not entry.kept:
            return entry.policy
        at = sum(other.kept for other in self.entries[:i])
        held = held_by(built, self.here)
        return held[at] if at < len(held) else entry.policy

    def _open_form(self) -> None:
        """Make the form of the policy that was chosen."""
        self.fields, self._errors, self._range = {}, {}, None
        self._form_of = self._chosen
        if self._form_of is None:
            self.form.children = []
            return
        entry = self.entries[self.number]
        kinds = self._types[self.here]
        parts: list[Any] = []
        if entry.policy.kind in kinds:
            kind = Select(title="Type", value=entry.policy.kind, name="kind", **WIDE,
                          options=[(told, told.replace("_", " ")) for told in kinds])  # fmt: skip
            follow(kind, "value", lambda: self._retype(kind.value))
            parts.append(kind)
        self._errors = {name: Div(**WIDE) for name in ("", *names_of(entry))}
        self.fields = {
            of.name: self._widget(of, entry.value(of)) for of in fields_of(type(entry.policy))
        }
        self._range = self._slider()
        both = Row(self.fields["start"], self.fields["stop"], **WIDE)
        parts += [self._range, both, self._errors["start"], self._errors["stop"]]
        last: list[Any] = []  # they take much room
        for of in fields_of(type(entry.policy)):
            if of.name in ("start", "stop"):
                continue
            into = last if of.kind == "crossings" else parts
            if of.kind in ("people", "crossings"):
                into.append(Div(text=markup.soft(of.label), **WIDE))
            into += [self.fields[of.name], self._errors[of.name]]
        self.form.children = [*parts, *last, self._errors[""]]
        styled(self.form)

    def _widget(self, of: Field, value: Entered) -> Any:
        shared: dict[str, Any] = {"name": of.name, **WIDE}
        if of.kind == "flag":
            widget: Any = CheckboxGroup(labels=[of.label], active=[0] if value else [], **shared)
            follow(widget, "active", lambda: self._enter(of, bool(widget.active)))
        elif of.kind in ("people", "crossings"):
            names = self._names(of, tuple(value) if isinstance(value, tuple) else ())
            active = [i for i, name in enumerate(names) if name in tuple(value)]  # type: ignore[arg-type]
            widget = CheckboxGroup(labels=list(names), active=active, inline=True,
                                   tags=[of.label], **shared)  # fmt: skip
            follow(widget, "active", lambda: self._enter(
                of, tuple(names[i] for i in sorted(widget.active))))  # fmt: skip
        elif of.kind == "choice":
            widget = Select(title=of.label, options=list(of.choices), value=str(value), **shared)
            follow(widget, "value", lambda: self._enter(of, widget.value))
        else:
            shared |= {"title": of.label, "value": str(value)}
            area = of.kind == "yaml" and len(str(value)) > LONG
            widget = (
                TextAreaInput(rows=4, max_length=MOST, **shared) if area else TextInput(**shared)
            )
            follow(widget, "value", lambda: self._enter(of, widget.value))
        return widget

    def _names(self, of: Field, standing: tuple[str, ...]) -> tuple[str, ...]:
        if of.kind == "people":
            return conditions(self.session.base, standing)
        between = set(self.session.base.borders[self.here.border].between)
        country = {place.name: place.country for place in self.session.base.places}
        ours = [r.crossing for r in self.session.base.routes
                if r.crossing and {country[r.start], country[r.end]} == between]  # fmt: skip
        return tuple(dict.fromkeys((*ours, *standing)))

    def _slider(self) -> DatetimeRangeSlider:
        """From when to when, by two handles; at the ends of the run there is no limit."""
        base = self.session.base
        slider = DatetimeRangeSlider(
            title="In force", tags=["In force"], start=base.start, end=base.end, step=HOUR_MS,
            value=(base.start, base.end), format="%d %b %H:%M", name="window", **WIDE,
        )  # fmt: skip
        follow(slider, "value_throttled", lambda: self._move(slider))
        return slider

    def refresh(self) -> None:
        """Tell what is wrong where it was entered, and what each policy is now."""
        if not self.sides or self._silent:
            return
        self._silent = True
        self._list()
        if self._form_of != self._chosen:
            self._open_form()
        if self.number >= 0:
            standing = self._standing(self.number)
            entry = self.entries[self.number]
            for of in fields_of(type(entry.policy)):
                self._show(of, replace(entry, policy=standing).value(of))
            self._show_window()
            for name, div in self._errors.items():
                at = ("policy", self.here, self.number, name)
                set_text(div, markup.beside_field(self.session.built.at.get(at, ())))
        self._silent = False

    def _show(self, of: Field, value: Entered) -> None:
        """Have a field show its value, as a slider elsewhere may have moved it."""
        widget = self.fields[of.name]
        if of.kind in ("flag", "people", "crossings"):
            return
        if widget.value != value:
            widget.value = value

    def _show_window(self) -> None:
        if self._range is None:
            return
        base = self.session.base
        ends = []
        for name, open_end in (("start", base.start), ("stop", base.end)):
            text = str(self.fields[name].value).strip()
            try:
                when = to_instant(text) if text else open_end
            except ValueError:
                when = open_end
            ends.append(min(max(when, base.start), base.end))
        wanted = (_ms(ends[0]), _ms(max(ends)))
        if tuple(map(_number, self._range.value)) != wanted:
            self._range.value = wanted

    # ---- what somebody does --------------------------------------------------------------

    def _change(self, entries: list[Entry], number: int | None = None) -> None:
        self.session.change(self.session.settings.with_entries(self.here, entries))
        if number is not None:
            self._open_side(number)

    def _enter(self, of: Field, value: Entered) -> None:
        if self._silent:
            return
        entries = [*self.entries]
        entries[self.number] = entries[self.number].with_entry(of.name, value)
        self._change(entries)

    def _move(self, slider: DatetimeRangeSlider) -> None:
        """Both ends of the window at once."""
        if self._silent:
            return
        base = self.session.base
        entries, entry = [*self.entries], self.entries[self.number]
        for name, at, open_end in zip(
            ("start", "stop"), slider.value, (base.start, base.end), strict=True
        ):
            when = _when(at)
            text = when.isoformat(timespec="minutes")
            needed = type(entry.policy).model_fields[name].is_required()
            stood = getattr(entry.policy, name)
            if when == open_end and not needed:
                text = "" if stood is None or stood != open_end else text
            entry = entry.with_entry(name, text)
        entries[self.number] = entry
        self._change(entries)

    def _keep(self) -> None:
        if self._silent:
            return
        active = set(self.kept.active)
        self._change([replace(e, kept=i in active) for i, e in enumerate(self.entries)])

    def _retype(self, told: str) -> None:
        entries = [*self.entries]
        kind = self._types[self.here][told]
        old = entries[self.number]
        if old.policy.kind != told:
            try:
                entries[self.number] = retyped(old, kind, self.session.base, self.here)
            except (ScenarioError, ValueError):
                return
            self._change(entries, self.number)

    def add(self) -> None:
        """Add a policy of the type that was chosen."""
        kind = self._types[self.here][self.kinds.value]
        self._add(kind)

    def _add(self, kind: type[Any]) -> None:
        told = kind.model_fields["type"].default.replace("_", " ")
        names = {entry.policy.name for entry in self.entries}
        count = next(n for n in range(1, len(names) + 2) if f"{told}, new {n}" not in names)
        policy = made(kind, self.session.base, self.here, {"name": f"{told}, new {count}"})
        if policy is not None:
            self._change([*self.entries, Entry(policy)], len(self.entries))

    def open_border(self) -> None:
        """Take off every policy on who passes, on all sides of the border, for those who flee."""
        settings = self.session.settings
        for side, entries in settings.policies.items():
            if side.border == self.here.border and side.direction == "out":
                settings = settings.with_entries(side, [_opened(entry) for entry in entries])
        self._take(settings)

    def close_border(self) -> None:
        """Close all crossings on this side from the beginning to the end."""
        self._add(Closed)

    def as_reported(self) -> None:
        """All policies as they are in the file."""
        fresh = Settings.of(self.session.base)
        self._take(replace(self.session.settings, policies=fresh.policies))

    def _take(self, settings: Settings) -> None:
        self.session.change(settings)
        self._open_side()


def names_of(entry: Entry) -> list[str]:
    """The fields of a policy."""
    return [of.name for of in fields_of(type(entry.policy))]


def _opened(entry: Entry) -> Entry:
    gate = isinstance(entry.policy, GatePolicy) and not isinstance(entry.policy, Open)
    return replace(entry, kept=False) if gate else entry


def _button(label: str, does: Callable[[], None], name: str) -> Button:
    button = Button(label=label, name=name)
    button.on_click(lambda: does())
    return button


def _ms(when: datetime) -> float:
    return when.replace(tzinfo=UTC).timestamp() * 1000.0


def _number(value: Any) -> float:
    return _ms(value) if isinstance(value, datetime) else float(value)


def _when(value: Any) -> datetime:
    moment = datetime.fromtimestamp(_number(value) / 1000.0, UTC)
    return moment.replace(tzinfo=None, microsecond=0)
