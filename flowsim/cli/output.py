"""In what form a command answers: with ``--json`` as one document, with ``-q`` without notes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import PurePath
from typing import Any, TypeVar

import click

from flowsim.shown import lines

Command = TypeVar("Command", bound=Callable[..., Any])
_JSON, _QUIET = "flowsim.json", "flowsim.quiet"


def _noted(context: click.Context, option: click.Parameter, value: bool) -> None:
    """Keep a flag where `wants_json` and `is_quiet` find it, so that no command hands it on."""
    context.meta[_JSON if option.name == "as_json" else _QUIET] = value


def json_option(command: Command) -> Command:
    """Give a command the flag ``--json``."""
    told = "Print one JSON document instead of text."
    flag = click.option("--json", "as_json", is_flag=True, callback=_noted, expose_value=False,
                        help=told)  # fmt: skip
    return flag(command)


def quiet_option(command: Command) -> Command:
    """Give a command the flag ``-q``."""
    told = "No progress, no notes, and not what was written where; only results and errors."
    flag = click.option("-q", "--quiet", is_flag=True, callback=_noted, expose_value=False,
                        help=told)  # fmt: skip
    return flag(command)


def wants_json() -> bool:
    """Whether the command is to answer with JSON."""
    return _is_set(_JSON)


def is_quiet() -> bool:
    """Whether the command is to leave out what is not a result."""
    return _is_set(_QUIET)


def _is_set(flag: str) -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(flag))


def say(text: object = "", err: bool = False) -> None:
    """Print lines, of which none can do anything to a terminal: all that commands print."""
    click.echo(lines(text), err=err)


def note(text: str) -> None:
    """Tell something beside the results, on standard error."""
    if not is_quiet():
        say(f"note: {text}", err=True)


def result(text: str, data: Any) -> None:
    """Tell a result: in words, or the same as JSON."""
    if wants_json():
        told = json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False)
        say(_escaped(told))
    elif text:
        say(text)


def written(text: str, err: bool = False) -> None:
    """Tell what was written where; as JSON that stands in the result."""
    if not (is_quiet() or wants_json()):
        say(text, err=err)


def _escaped(document: str) -> str:
    """JSON in which every character that does not show is an escape."""
    shows = (c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in document)
    return document if document.isascii() else "".join(shows)


def plain(value: Any) -> Any:
    """Data as JSON has it: what is not a number is null, times and paths are texts.

    Examples
    --------
    >>> plain({"low": float("nan"), "camps": ("Osh",), "file": PurePath("a.csv")})
    {'low': None, 'camps': ['Osh'], 'file': 'a.csv'}
    """
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):  # of numpy
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
