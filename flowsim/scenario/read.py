"""YAML text as nodes: plain data with positions, read as YAML 1.2 and within limits.

A column is the place of a character in its line, from 1. Keys are kept as text. Nothing is
constructed: a tag is an error. An alias stands for a copy of what its anchor names, up to
`ALIAS_VALUES` values in a file, so that a small file cannot unfold into a huge one. The key ``<<``
merges other mappings, named by their anchors, into that in which it stands and whose keys go first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from flowsim import numerals
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.nodes import Node, Spot, join

LEVELS = 50
"""Deepest nesting of lists and mappings."""
ALIAS_VALUES = 100_000
"""Most values that the aliases of one file may stand for, all together."""

MERGE = "<<"
"""Key under which the keys of other mappings are merged into a mapping (YAML 1.1)."""
Scalar = str | int | float | bool | None

_RADIX = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_WITHIN = "but got '['"
_SYNTAX = (
    ("found character '\\t'", "a tab is not allowed here", "indent with spaces"),
    (
        "mapping values are not allowed here",
        "a ': ' is not allowed here",
        "put the text in quotes, or line its key up with the keys beside it",
    ),
    (
        "expected <block end>",
        "this line does not line up with those before it",
        "indent all keys of a mapping, and all items of a list, alike",
    ),
    (
        _WITHIN,
        "a plain text in [ ] or { } holds a '['",
        'put the text in quotes, as "places[Osh].capacity"',
    ),
    ("expected ',' or ']'", "the list in [ ] is not closed", "close it with ]"),
    ("expected ',' or '}'", "the mapping in { } is not closed", "close it with }"),
    ("found unexpected end of stream", "a quoted text is not closed", "close it with its quote"),
    ("sequence entries are not", "a '- ' is not allowed here", "line it up with its list"),
    ("mapping keys are not", "a '? ' is not allowed here", "write `key: value`"),
    ("expected the node content", "a value is missing here", "give it, or remove the key"),
    ("<document start>", "this is beside the mapping, not in it", "indent all of its keys alike"),
    ("could not find expected ':'", "a key has no ': ' after it", "write it as `key: value`"),
    ("cannot start any token", "a plain text cannot start with this", "put the text in quotes"),
)
_UNCLOSED = ("expected ',' or", "found unexpected end of stream")
_BREAKS = re.compile("[\x80-\x9f\u2028\u2029]")
"""Line ends that YAML 1.2 has no more, by which no editor counts lines, and their neighbours."""
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What an escape in quotes can stand for and no text holds."""


def scalar(text: str) -> Scalar:
    """A plain scalar as YAML 1.2 (core schema) means it; ``NO`` and times stay text.

    Examples
    --------
    >>> scalar("NO"), scalar("1e3"), scalar("2010-06-10"), scalar("~")
    ('NO', 1000.0, '2010-06-10', None)
    """
    if text in _WORDS:
        return _WORDS[text]
    found = numerals.plain(text)
    if found is None and len(text) <= numerals.LONGEST and _RADIX.fullmatch(text):
        return int(text, 0)
    return text if found is None else found


def parse(text: str, file: str, what: str = "a scenario") -> Node:
    """The one document of a YAML text.

    Parameters
    ----------
    text : str
    file : str
        What positions are told with.
    what : str
        What the keys of an empty file should have been of.

    Raises
    ------
    ScenarioError
        With the first error of syntax, or all keys that appear twice and all tags.
    """
    found = _BREAKS.search(text)
    if found:
        at = found.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        wrong = f"the control character U+{ord(found[0]):04X} is not allowed here"
        right = "give plain text, without it"
        raise ScenarioError([Problem("", wrong, right, file, line, column)])
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        raise ScenarioError([*builder.problems, _told(error, file)]) from None
    except (YAMLError, ValueError) as error:
        problem = Problem("", " ".join(str(error).split()), "write plain YAML 1.2", file, 1, 1)
        raise ScenarioError([problem]) from None
    if builder.root is None:
        wrong, right = "the file is empty", f"give the keys of {what}"
        raise ScenarioError([Problem("", wrong, right, file, 1, 1)])
    if builder.problems:
        raise ScenarioError(builder.problems)
    return builder.root


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    node: Node
    anchor: str | None
    key: str | None = None
    at: Spot = field(default_factory=Spot)
    values: int = 1
    merges: bool = False
    """Whether its key `<<` is one by which other mappings are merged into it."""


class _Builder:
    """Makes nodes of events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._aliased = 0

    def take(self, event: Any) -> None:
        """Add one event."""
        spot = Spot(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            if self.root is not None:
                raise self._error(spot, "a second document starts here", "give one document")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close()
        elif self._awaits_key() and isinstance(event, MappingStartEvent | SequenceStartEvent):
            raise self._error(spot, "a list or mapping is used as a key", "give a name as key")
        elif isinstance(event, AliasEvent):
            self._alias(event, spot)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._check_tag(event, spot)
            self._begin(event, spot)
        elif isinstance(event, ScalarEvent):
            self._check_tag(event, spot)
            self._scalar(event, spot)

    def _begin(self, event: Any, spot: Spot) -> None:
        if len(self._open) == LEVELS:
            raise self._error(spot, f"this is nested deeper than {LEVELS} levels", "nest less")
        node = Node({} if isinstance(event, MappingStartEvent) else [], spot)
        self._open.append(_Open(node, event.anchor))
        if event.anchor:
            self._anchors[event.anchor] = None

    def _close(self) -> None:
        done = self._open.pop()
        if done.merges:
            self._merge(done.node)
        if done.anchor:
            self._anchors[done.anchor] = (done.node, done.values)
        self._put(done.node, done.values)

    def _scalar(self, event: Any, spot: Spot) -> None:
        odd = _NO_TEXT.search(event.value)
        if odd:
            wrong = f"the escape stands for U+{ord(odd[0]):04X}, which is not text"
            self.problems.append(self._problem(spot, wrong, "leave it out"))
        if self._awaits_key():
            self._key(event.value, spot, merges=event.value == MERGE and event.implicit[0])
            return
        value = scalar(event.value) if event.implicit[0] else event.value
        node = Node(value, spot)
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        self._put(node, 1)

    def _alias(self, event: Any, spot: Spot) -> None:
        name = event.anchor
        if self._awaits_key():
            raise self._error(spot, f"the alias *{name} is used as a key", "write the key out")
        if name not in self._anchors:
            raise self._error(spot, f"the alias *{name} has no &{name} before it", "write it out")
        named = self._anchors[name]
        if named is None:
            raise self._error(spot, f"the alias *{name} is inside of &{name}", "write it out")
        node, values = named
        self._aliased += values
        if self._aliased > ALIAS_VALUES:
            wrong = f"the aliases of this file stand for more than {ALIAS_VALUES} values"
            raise self._error(spot, wrong, "write out what is meant")
        self._put(node, values)

    def _merge(self, node: Node) -> None:
        """Give a mapping the keys of those under `<<` that it has not; the first one counts."""
        below = node.value.pop(MERGE)
        at = node.keys.pop(MERGE)
        others = below.value if isinstance(below.value, list) else [below]
        if not all(isinstance(other.value, dict) for other in others):
            right = f"name mappings by their anchors, as `{MERGE}: *name` or `{MERGE}: [*a, *b]`"
            path = join(self._at(), self._open[-1].key or "") if self._open else ""
            wrong = "what is merged is not a mapping"
            self.problems.append(self._problem(at, wrong, right, join(path, MERGE)))
            return
        for other in others:
            for key, value in other.value.items():
                if node.value.setdefault(key, value) is value:
                    node.keys.setdefault(key, other.keys[key])

    def _key(self, key: str, spot: Spot, merges: bool) -> None:
        top = self._open[-1]
        top.merges = top.merges or merges
        if key in top.node.value:
            before = top.node.keys[key]
            wrong = f"{key!r} appears twice, first in line {before.line}"
            self.problems.append(
                self._problem(spot, wrong, "keep one of them", join(self._at(), key))
            )
        else:
            top.node.keys[key] = spot
        top.key, top.at = key, spot

    def _put(self, node: Node, values: int) -> None:
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        top.values += values
        if isinstance(top.node.value, list):
            top.node.value.append(node)
        elif top.key is not None:
            top.node.value.setdefault(top.key, node)
            top.key = None

    def _awaits_key(self) -> bool:
        top = self._open[-1] if self._open else None
        return top is not None and isinstance(top.node.value, dict) and top.key is None

    def _check_tag(self, event: Any, spot: Spot) -> None:
        if event.tag is not None and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            wrong = f"the tag {tag} is not allowed here"
            self.problems.append(self._problem(spot, wrong, "give the plain value, without a tag"))

    def _at(self) -> str:
        path = ""
        for level in self._open[:-1]:
            if isinstance(level.node.value, list):
                path += f"[{len(level.node.value)}]"
            else:
                path = join(path, level.key or "")
        return path

    def _problem(self, spot: Spot, wrong: str, right: str, path: str = "") -> Problem:
        return Problem(path, wrong, right, spot.file, spot.line, spot.column)

    def _error(self, spot: Spot, wrong: str, right: str) -> ScenarioError:
        return ScenarioError([*self.problems, self._problem(spot, wrong, right)])


def _told(error: MarkedYAMLError, file: str) -> Problem:
    said = " ".join(str(error.problem or error.context or "this is not YAML").split())
    mark = error.problem_mark or error.context_mark
    if error.context_mark and said.startswith(_UNCLOSED) and not said.endswith(_WITHIN):
        mark = error.context_mark  # where it was opened
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for start, wrong, right in _SYNTAX:
        if start in said or start.replace("\\t", "\t") in said:
            return Problem("", wrong, right, file, line, column)
    return Problem("", said, "write plain YAML 1.2", file, line, column)
