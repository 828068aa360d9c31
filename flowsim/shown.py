r"""The one way out for text that came from a file: names, titles, units, messages about them.

Whoever wrote the file may have put into a name what a terminal obeys, what turns text around, what
a spreadsheet computes, or what a page of Markdown shows as something else.

| where it is shown | function |
| --- | --- |
| terminal, JUnit XML, figures, ``repr`` | `plain` for one line, `lines` for several |
| Markdown | `markdown` |
| CSV | `cell`, `as_csv`; `uncell` gives back what was written |
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-](inf|nan)", re.ASCII)
_COMPUTED = re.compile("'*[=+\\-@\t\r\uff0b\uff0d\uff1d\uff20]")
"""What a spreadsheet takes for a formula, also after quotes that were put before it."""
_MARKS = re.compile(r"[\\`*\[\]{}<|~$&]|(?<![^\W_])_|_(?![^\W_])")
_LINKS = re.compile(r":(?=//)|(?<=www)\.|@", re.IGNORECASE)


def plain(text: object) -> str:
    r"""A text on one line: control characters, and those that do not show, are escaped.

    Examples
    --------
    >>> print(plain("a\nb\u202e\x9b"))
    a\nb\u202e\x9b
    """
    told = str(text)
    if told.isprintable():
        return told
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in told)


def lines(text: object) -> str:
    r"""A text of several lines, each of them `plain`.

    Examples
    --------
    >>> print(lines("a\x1b[2J\nb"))
    a\x1b[2J
    b
    """
    told = str(text)
    return told if told.isprintable() else "\n".join(map(plain, told.split("\n")))


def markdown(text: object) -> str:
    r"""A text as Markdown that shows it as it is: no HTML, marks, links or cells of a table.

    Examples
    --------
    >>> print(markdown("<b>a|b</b> [x](http://y) under_score"))
    \<b>a\|b\</b> \[x\](http&#58;//y) under_score
    """
    marked = _MARKS.sub(lambda mark: f"\\{mark[0]}", plain(text))
    return _LINKS.sub(lambda mark: f"&#{ord(mark[0])};", marked)


def cell(text: str) -> str:
    """A text as a cell of CSV that no spreadsheet computes: a quote stands before it if need be.

    Numbers stay numbers. `uncell` gives the text back.

    Examples
    --------
    >>> [cell(text) for text in ("Osh", "=1+1", "-5", "-5+1", "'=1")]
    ['Osh', "'=1+1", '-5', "'-5+1", "''=1"]
    """
    return f"'{text}" if _COMPUTED.match(text) and not _NUMBER.fullmatch(text) else text


def uncell(text: str) -> str:
    """What `cell` was given.

    Examples
    --------
    >>> [uncell(text) for text in ("Osh", "'=1+1", "-5", "'t Zand")]
    ['Osh', '=1+1', '-5', "'t Zand"]
    """
    return text[1:] if text.startswith("'") and _COMPUTED.match(text) else text


def as_csv(table: pd.DataFrame, file: Any = None, index: bool = False, **how: Any) -> str | None:
    """Write a table as CSV, its texts and the names of its columns by `cell`.

    Parameters
    ----------
    table : pandas.DataFrame
    file : path or file, optional
        Where; the text is given back without one.
    index : bool
        Whether the index is written as well.
    how
        As for `pandas.DataFrame.to_csv`.

    Examples
    --------
    >>> import pandas as pd
    >>> print(as_csv(pd.DataFrame({"name": ["=A1"], "n": [-5]})), end="")
    name,n
    '=A1,-5
    """
    if index:
        table = table.reset_index()
    safe = table.rename(columns=lambda name: cell(str(name)))
    texts = [i for i, kind in enumerate(safe.dtypes) if not _is_numeric(kind)]
    for i in texts:
        safe = safe.assign(**{safe.columns[i]: _cells(safe.iloc[:, i])})
    told: str | None = safe.to_csv(file, index=False, lineterminator="\n", **how)
    return told


def _cells(column: pd.Series) -> pd.Series:
    """Of a column of labels each label once, and not each row."""
    if hasattr(column, "cat"):
        return column.cat.rename_categories(_cell)
    return column.map(_cell)


def _cell(value: Any) -> Any:
    return cell(value) if isinstance(value, str) else value


def _is_numeric(kind: Any) -> bool:
    return getattr(kind, "kind", "O") in "biufcmM"
