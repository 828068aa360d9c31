"""What is wrong at a place of a scenario, and how it becomes a `Problem` with its position."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flowsim.errors import Problem
from flowsim.scenario.nodes import Loc, Node, Paths

_MANY = 3000
"""Among more names than this only a spelling that differs in case is looked for."""
MOST_TOLD = 1_000
"""So many problems of a file are told one by one."""
SUGGESTIONS = 100
"""So many unknown names of a kind get a suggestion, which takes time."""
_ALIKE = (
    ("stop", "end", "until", "to", "till", "finish"),
    ("start", "begin", "from", "since"),
    ("deaths", "dead", "died", "killed", "fatalities"),
    ("wounded", "injured"),
    ("waiting", "queue"),
    ("lat", "latitude"),
    ("lon", "lng", "long", "longitude"),
    ("km", "distance", "length"),
    ("population", "residents", "inhabitants", "pop"),
    ("persons", "people", "number"),
    ("women", "woman", "female", "females"),
    ("men", "man", "male", "males"),
    ("children", "child", "minors"),
    ("name", "id", "title"),
    ("id", "name"),
)
"""Words for one thing, the one to suggest first: letters alone would lead `dead` to `died`, which
is an outcome at a crossing, and nowhere from `until`."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong, known by where it stands in the scenario.

    Attributes
    ----------
    loc : tuple of str and int
    wrong, right : str
        What is wrong, and what would be right.
    at_key : bool
        Whether the key is meant and not its value.
    """

    loc: Loc
    wrong: str
    right: str
    at_key: bool = False


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    r"""The nearest of some words, to add to what would be right; empty if none is near.

    Examples
    --------
    >>> did_you_mean("Oshh", ["Osh", "Andijan"])
    " (did you mean 'Osh'?)"
    >>> did_you_mean("Osh\u200b", ["Osh"])
    " (did you mean 'Osh'? It looks the same, and is made of other characters)"
    >>> did_you_mean("until", ["name", "start", "stop"]), did_you_mean("dead", ["died", "deaths"])
    (" (did you mean 'stop'?)", " (did you mean 'deaths'?)")
    """
    text = str(word)
    among = [choice for choice in choices if choice != text]
    seen = _seen(text)
    for choice in among:
        if choice.casefold() == text.casefold():
            return f" (did you mean {choice!r}?)"
        if _seen(choice) == seen:
            told = "It looks the same, and is made of other characters"
            return f" (did you mean {choice!r}? {told})"
    for words in _ALIKE:
        if text.casefold() in words:
            alike = next((word for word in words if word in among), None)
            if alike:
                return f" (did you mean {alike!r}?)"
    if len(among) > _MANY:
        return ""
    near = difflib.get_close_matches(text, among, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def unknown_key(key: object, known: Iterable[str]) -> tuple[str, str]:
    """What is wrong with a key that is not there, and what would be right: the nearest or all.

    Examples
    --------
    >>> unknown_key("stopp", ["start", "stop"])
    ("there is no key 'stopp'", "use one of its keys (did you mean 'stop'?)")
    >>> unknown_key("colour", ["start", "stop"])[1]
    'use one of start, stop'
    """
    names = list(known)
    near = did_you_mean(key, names)
    right = f"use one of its keys{near}" if near or not names else f"use one of {listed(names, 30)}"
    return f"there is no key {key!r}", right


def _seen(text: str) -> str:
    """A text as it looks: accents and widths alike, and without what is not seen."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").strip().casefold()


def listed(words: Iterable[str], most: int = 12) -> str:
    """Some words with commas; the first of them only where there are many.

    Examples
    --------
    >>> listed("abc", most=2)
    'a, b, ... (3 in all)'
    """
    among = list(words)
    if not among:
        return "none"
    if len(among) <= most:
        return ", ".join(among)
    return f"{', '.join(among[:most])}, ... ({len(among)} in all)"


def tell(flaws: Iterable[Flaw], root: Any) -> list[Problem]:
    """Problems with paths and, where ``root`` is a Node, positions.

    Parameters
    ----------
    flaws : iterable of Flaw
    root : Node or Scenario
        What the flaws were found in.
    """
    paths, problems = Paths(root), []
    for flaw in flaws:
        place = ("", 0, 0)
        if isinstance(root, Node):
            spot = root.spot(flaw.loc, flaw.at_key)
            place = (spot.file, spot.line, spot.column)
        problems.append(Problem(paths(flaw.loc), flaw.wrong, flaw.right, *place))
    return problems


def in_order(problems: Iterable[Problem], files: Iterable[str] = ()) -> list[Problem]:
    """Problems by file, those of ``files`` first and in their order, then by line and column.

    Of each file at most `MOST_TOLD`, see `capped`.
    """
    among = list(dict.fromkeys(problems))
    rank: dict[str, int] = {}
    for file in (*files, *(problem.file for problem in among)):
        rank.setdefault(file, len(rank))
    return capped(sorted(among, key=lambda p: (rank[p.file], p.line, p.column)))


def capped(problems: Iterable[Problem]) -> list[Problem]:
    """The first `MOST_TOLD` problems of each file, and how many more there are."""
    kept: dict[str, list[Problem]] = {}
    more: dict[str, int] = {}
    for problem in problems:
        told = kept.setdefault(problem.file, [])
        if problem.file and len(told) >= MOST_TOLD:
            more[problem.file] = more.get(problem.file, 0) + 1
        else:
            told.append(problem)
    for file, number in more.items():
        last, many = kept[file][-1], f"{number} more things are wrong in this file"
        right = "fix the errors above first"
        kept[file].append(Problem("", many, right, file, last.line, last.column))
    return [problem for told in kept.values() for problem in told]
