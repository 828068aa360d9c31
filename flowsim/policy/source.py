"""The source that code of the user's own is known by."""

from __future__ import annotations

import inspect
import re
import tokenize
from typing import Any

_DEFINED = re.compile(r"^\s*(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)
_DEFINES = re.compile(r"\s*(?:@|(?:async|def|class)\s)")


def source_of(thing: Any) -> str:
    """Text of a function or class, where it is there and is that thing's own.

    Python finds it by the name of a file and a line in it. What ``exec`` or ``eval`` made may carry
    the name of a file that holds something else, as may all that was made before the file changed.

    Parameters
    ----------
    thing : function, method or class

    Raises
    ------
    OSError
        There is none, or it is the text of something else.
    TypeError
        It is not written in Python.

    Examples
    --------
    >>> source_of(source_of).splitlines()[0]
    'def source_of(thing: Any) -> str:'
    """
    thing = inspect.unwrap(thing)
    try:
        source = inspect.getsource(thing)
    except (SyntaxError, tokenize.TokenError) as error:
        raise OSError("the text at its line is not Python") from error
    # All of `exec`, `eval` and `python -c` is called "<string>", and Python 3.13 keeps its text.
    if inspect.getfile(thing) == "<string>" or not _is_of(source, thing):
        raise OSError("the text at its line is that of something else")
    return source


def _is_of(source: str, thing: Any) -> bool:
    """Whether a text defines a thing by its name, or has a lambda for a lambda."""
    code = getattr(thing, "__code__", None)
    name = thing.__name__ if code is None else code.co_name
    if name == "<lambda>":
        return "lambda" in source
    first = _DEFINED.search(source)
    return bool(_DEFINES.match(source)) and first is not None and first[1] == name
