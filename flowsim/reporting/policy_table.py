"""The policies of a scenario as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from flowsim.policy.base import Policy
from flowsim.reporting.question import day
from flowsim.scenario.differences import in_words
from flowsim.scenario.scenario import Scenario

TOLD_APART = ("name", "type", "start", "stop", "crossings", "source", "note")
"""Fields with a column of their own."""


class PolicyRow(NamedTuple):
    """A policy in words."""

    border: str
    authority: str
    name: str
    kind: str
    what: str
    start: str
    stop: str
    crossings: str
    settings: str
    source: str


def policy_rows(scenario: Scenario) -> list[PolicyRow]:
    """All policies, border by border, those for people who flee before those for who returns.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> shut = base.replace_policies(base.borders[0].id, fs.policy.Closed(leak=0.1))
    >>> [(row.kind, row.settings) for row in policy_rows(shut)]
    [('closed', 'leak 0.1')]
    """
    return list(_rows(scenario))


def _rows(scenario: Scenario) -> Iterator[PolicyRow]:
    for border in scenario.borders:
        for authority in border.authorities:
            for field, way in (("policies", ""), ("back", ", for those who go home")):
                for policy in getattr(authority, field):
                    who = f"{authority.name} ({authority.country}){way}"
                    yield _row(border.id, who, policy)


def _row(border: str, who: str, policy: Policy) -> PolicyRow:
    def told(name: str) -> str:
        return str(getattr(policy, name, "") or "")

    crossings = getattr(policy, "crossings", ())
    return PolicyRow(
        border,
        who,
        told("name"),
        told("type") or type(policy).__name__,
        _what(policy),
        _moment(getattr(policy, "start", None), "the start"),
        _moment(getattr(policy, "stop", None), "the end"),
        ", ".join(crossings) or "all",
        _settings(policy),
        "; ".join(filter(None, (told("source"), told("note")))),
    )


def _what(policy: Policy) -> str:
    """The first line of what its class says of itself."""
    return (type(policy).__doc__ or "").strip().split("\n")[0]


def _moment(when: datetime | None, without: str) -> str:
    return without if when is None else day(when)


def _settings(policy: Policy) -> str:
    """Fields that are otherwise than by default."""
    fields = getattr(type(policy), "model_fields", {})
    told = []
    for name, field in fields.items():
        value = getattr(policy, name)
        if name in TOLD_APART or value == field.get_default(call_default_factory=True):
            continue
        told.append(f"{name.replace('_', ' ')} {_value(value)}")
    return "; ".join(told)


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return day(value)
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "nobody"
    if isinstance(value, tuple) and all(isinstance(item, Policy) for item in value):
        return "; ".join(f"[{p.type}: {_settings(p) or 'as by default'}]" for p in value)
    dumped = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
    return in_words(list(dumped) if isinstance(dumped, tuple) else dumped)
