"""Plain data as YAML in blocks: letter for letter what ruamel.yaml writes, in a tenth of the time.

It makes half a dozen objects and looks at each letter for every value, of which a scenario has ten
thousand. What is plainly a number or a text without need of escapes is written here; all that is
odd in any way is left to ruamel.yaml, so that there is no second opinion on it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

WIDTH = 80
"""Column from which on ruamel.yaml breaks a text."""
INDENT = 2
_LETTERS = r"[ -~\xa0-\u2027\u202a-\ud7ff]"
_CLEAN = re.compile(rf"[A-Za-z]({_LETTERS}*[!-~\xa1-\u2027\u202a-\ud7ff])?")
"""A text that begins with a letter, has nothing to escape, and no blank at its end."""
_BROKEN = re.compile(r":( |$)| #")
"""What would end a plain text before its end."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
"""What may be read as something else than a text, in one version of YAML or another."""


class _Odd(Exception):
    """There is something that is better left to ruamel.yaml."""


def block_yaml(data: dict[str, Any]) -> str:
    """A mapping as YAML text in blocks.

    Parameters
    ----------
    data : dict
        Of mappings, lists, texts, numbers, truth values and None.

    Examples
    --------
    >>> print(block_yaml({"name": "small", "places": [{"name": "Osh", "note": "a: b"}]}), end="")
    name: small
    places:
    - name: Osh
      note: 'a: b'
    """
    try:
        return "".join(_mapping(data, 0, set())) if data else by_ruamel(data)
    except _Odd:
        return by_ruamel(data)


def by_ruamel(data: Any) -> str:
    """The same, by ruamel.yaml itself."""
    from ruamel.yaml import YAML

    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode = False, True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(data, text)
    return text.getvalue()


def _mapping(data: dict[Any, Any], indent: int, seen: set[int], first: str = "") -> Iterator[str]:
    """Lines of a mapping; ``first`` is what stands before its first key instead of blanks."""
    _once(data, seen)
    start = first or " " * indent
    for key, value in data.items():
        begin = f"{start}{_key(key)}:"
        if len(begin) > WIDTH:
            raise _Odd
        if isinstance(value, dict) and value:
            yield f"{begin}\n"
            yield from _mapping(value, indent + INDENT, seen)
        elif isinstance(value, list) and value:
            yield f"{begin}\n"
            yield from _sequence(value, indent, seen)
        else:
            yield _line(begin, value, indent)
        start = " " * indent


def _sequence(data: list[Any], indent: int, seen: set[int], first: str = "") -> Iterator[str]:
    """Lines of a list; ``first`` is what stands before its first dash instead of blanks."""
    _once(data, seen)
    start = f"{first or ' ' * indent}-"
    for value in data:
        if isinstance(value, dict) and value:
            yield from _mapping(value, indent + INDENT, seen, f"{start} ")
        elif isinstance(value, list) and value:
            yield from _sequence(value, indent + INDENT, seen, f"{start} ")
        else:
            yield _line(start, value, indent)
        start = " " * indent + "-"


def _once(data: Any, seen: set[int]) -> None:
    """What stands in two places is written once by ruamel.yaml, and named in the other."""
    if id(data) in seen:
        raise _Odd
    seen.add(id(data))


def _line(begin: str, value: Any, indent: int) -> str:
    """The line, or lines, of a value that holds no others, after what stands before it."""
    if value is None:
        return f"{begin} null\n"
    if isinstance(value, bool):
        return f"{begin} {str(value).lower()}\n"
    if type(value) is int:
        return f"{begin} {value}\n"
    if type(value) is float:
        told = repr(value)  # with an exponent, or infinite, it is written in another way
        return f"{begin} {told if told.replace('.', '').isdigit() else _odd_number(value)}\n"
    if type(value) is str:
        return f"{begin}{_text(value, len(begin), indent)}\n"
    if value in ({}, []):
        return f"{begin} {value}\n"
    raise _Odd


def _text(text: str, column: int, indent: int) -> str:
    """A text after so many letters of its line, quoted where it must be, broken into lines."""
    if _is_plain(text):
        short = column + 1 + len(text) <= WIDTH
        return f" {text}" if short else " " + _plain_lines(text, column + 1, indent + INDENT)
    clean = _CLEAN.fullmatch(text) and "'" not in text and _BROKEN.search(text)
    if clean or _TIME.fullmatch(text):
        return " '" + _quoted_lines(text, column + 2, indent + INDENT) + "'"
    return _odd_text(text, column, indent)


def _is_plain(text: str) -> bool:
    """Whether a text surely needs no quotes."""
    return bool(_CLEAN.fullmatch(text) and not _BROKEN.search(text) and text.lower() not in _WORDS)


def _plain_lines(text: str, column: int, indent: int) -> str:
    made, begin = [], "\n" + " " * indent
    for n, part in enumerate(re.split("( +)", text)):
        breaks = column >= WIDTH and len(part) == 1 if n % 2 else column + len(part) > WIDTH
        if breaks and (n % 2 or column > indent):
            made.append(begin)
            column = indent
            if n % 2:
                continue
        made.append(part)
        column += len(part)
    return "".join(made)


def _quoted_lines(text: str, column: int, indent: int) -> str:
    made, begin = [], "\n" + " " * indent
    for n, part in enumerate(re.split("( +)", text)):
        if n % 2 and len(part) == 1 and column > WIDTH:
            made.append(begin)
            column = indent
            continue
        made.append(part)
        column += len(part)
    return "".join(made)


@lru_cache(maxsize=1_000)
def _key(key: Any) -> str:
    if type(key) is not str:
        raise _Odd
    if _is_plain(key):
        return key
    told = by_ruamel({key: 0}).removesuffix(": 0\n")
    if told.startswith("?"):
        raise _Odd
    return told


@lru_cache(maxsize=1_000)
def _odd_number(number: float) -> str:
    return by_ruamel([number]).removeprefix("- ").removesuffix("\n")


@lru_cache(maxsize=1_000)
def _odd_text(text: str, column: int, indent: int) -> str:
    """What ruamel.yaml makes of a text in such a place: after a key that is as long."""
    above = indent // INDENT
    if column - indent < 2:  # an item of a list, which begins where the key above it does
        data: Any = [text]
        above += 1
    else:
        data = {"k" * (column - indent - 1): text}
    for _ in range(above):
        data = {"k": data}
    return by_ruamel(data).split("\n", above)[-1][column:].removesuffix("\n")
