"""Texts that stand for numbers and times: made into them, or told as what they are not."""

from __future__ import annotations

import math
import re
import zoneinfo
from datetime import datetime, tzinfo
from typing import Any, get_args, get_origin

from flowsim import numerals
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.messages import shown
from flowsim.scenario.nodes import Loc
from flowsim.scenario.shape import bare, child, read_as

DATE = 10
"""Characters of a date, after which an offset may stand."""
_OFFSET = re.compile(r"(?:[Zz]|[-+][0-9]{2}(?::?[0-9]{2}){0,2})\s*$")


def settle(data: Any, expected: Any, loc: Loc, zone: tzinfo | None, flaws: list[Flaw]) -> Any:
    """Plain data with the numbers and times that its texts mean; what is neither is told.

    Parameters
    ----------
    data : object
        Of dicts, lists and scalars; anything else in it is left as it is.
    expected : type
        What it must be.
    loc : tuple of str and int
        Where it stands.
    zone : tzinfo or None
        Of the scenario, see `local`.
    flaws : list of Flaw
        Where what is wrong is added.

    Examples
    --------
    >>> from flowsim.world.config import Route
    >>> settle({"start": "A", "km": "1,200.5"}, Route, (), None, [])
    {'start': 'A', 'km': 1200.5}
    """
    if isinstance(data, dict):
        told = data.get("type")
        flaws += keys_of(data, expected, loc)
        return {
            key: settle(item, child(expected, key, told), (*loc, key), zone, flaws)
            for key, item in data.items()
        }
    if isinstance(data, list):
        return [
            settle(item, child(expected, i), (*loc, i), zone, flaws) for i, item in enumerate(data)
        ]
    return leaf(data, expected, loc, zone, flaws)


def leaf(value: Any, expected: Any, loc: Loc, zone: tzinfo | None, flaws: list[Flaw]) -> Any:
    """One value, see `settle`."""
    if not isinstance(value, str | datetime):
        return value
    kind = read_as(expected)
    if kind is datetime:
        return local(value, zone)
    if kind is None or not isinstance(value, str):
        return value
    found, whole = numerals.number(value), kind is int
    if found is not None and math.isinf(found):
        flaws.append(Flaw(loc, f"{shown(value)} is too large a number", "give a smaller one"))
        return value
    if found is None or (whole and found % 1):
        wrong = f"{shown(value)} is not a {'whole ' if whole else ''}number"
        right = "give plain digits, as 1500" if whole else "give a plain decimal, as 0.25"
        flaws.append(Flaw(loc, wrong, right + numerals.hint(value)))
        return value
    return int(found) if whole else found


def keys_of(data: dict[str, Any], expected: Any, loc: Loc) -> list[Flaw]:
    """Keys that are to be whole numbers and are not written as such."""
    kind = bare(expected)
    if get_origin(kind) is not dict or get_args(kind)[0] is not int:
        return []
    odd = [key for key in data if isinstance(key, str) and not _is_whole(key)]
    right = "give plain digits, as 1500"
    return [Flaw((*loc, key), f"{key!r} is not a whole number", right, at_key=True) for key in odd]


def _is_whole(text: str) -> bool:
    return isinstance(numerals.plain(text.strip()), int)


def zone_of(name: object) -> tzinfo | None:
    """A timezone by its name in the IANA list; None where there is no such.

    Examples
    --------
    >>> zone_of("Asia/Bishkek")
    zoneinfo.ZoneInfo(key='Asia/Bishkek')
    """
    try:
        return zoneinfo.ZoneInfo(name) if isinstance(name, str) else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def local(value: str | datetime, zone: tzinfo | None) -> str | datetime:
    """A time with an offset as local time of a zone; any other, and without a zone, as it is.

    Of an hour that exists twice, as clocks are put back, both are the same local time.

    Examples
    --------
    >>> local("2010-06-10T12:00Z", zone_of("Asia/Bishkek"))
    '2010-06-10T18:00:00'
    >>> local("2010-06-10T12:00", zone_of("Asia/Bishkek"))
    '2010-06-10T12:00'
    """
    if zone is None or (isinstance(value, str) and not _OFFSET.search(value, DATE)):
        return value
    try:
        when = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        if when.tzinfo is None:
            return value
        there = when.astimezone(zone).replace(tzinfo=None, fold=0)
    except (ValueError, OverflowError):  # told where it becomes a time
        return value
    return there.isoformat() if isinstance(value, str) else there
