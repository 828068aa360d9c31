"""What a text must look like to be a number; all readers of files ask here.

ASCII digits with an optional sign, a decimal point, and an exponent: ``1500``, ``-0.25``, ``1e-3``.
Thousands may be parted by commas in groups of three: ``1,234``, ``1,234,567.5``. All else is not
a number: a decimal comma (``12,5``), a blank, an apostrophe or an underscore between digits, a unit
or a percent sign, ``nan`` and ``inf``, hexadecimals, digits of other scripts.
"""

from __future__ import annotations

import re

LONGEST = 400
"""Characters; beyond what a double can hold, and slow to read."""
MOST_DIGITS = 308
"""Of an int; one with more is infinite, as 1e999 is: a double cannot hold it."""
_PLAIN = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
COMMAS = "a comma separates groups of three digits, as in 1,234"


def plain(text: str) -> int | float | None:
    """The number that a text is without commas; None where it is not a number.

    Examples
    --------
    >>> plain("1e3"), plain("-12"), plain("1_000"), plain("nan")
    (1000.0, -12, None, None)
    """
    if len(text) > LONGEST:
        return None
    if _WHOLE.fullmatch(text) and len(text) <= MOST_DIGITS:
        return int(text)
    return float(text) if _PLAIN.fullmatch(text) else None


def number(text: str) -> int | float | None:
    """The number that a text is, with or without groups of thousands; None where it is not one.

    Examples
    --------
    >>> number(" 1,234 "), number("1,234,567.5"), number("+.5")
    (1234, 1234567.5, 0.5)
    >>> [number(text) for text in ("12,5", "5,00,00", "0,500", "1 000", "12%", "0x10", "")]
    [None, None, None, None, None, None, None]
    """
    told = text.strip()
    if "," not in told:
        return plain(told)
    grouped = len(told) <= LONGEST and _GROUPED.fullmatch(told)
    return plain(told.replace(",", "")) if grouped else None


def hint(text: str) -> str:
    """What to add to a remark on a text that is not a number: how commas are read, if it has one.

    Examples
    --------
    >>> hint("12,5"), hint("many")
    ('; a comma separates groups of three digits, as in 1,234', '')
    """
    return f"; {COMMAS}" if "," in text else ""
