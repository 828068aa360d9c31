"""A rule is known by its own source, and never by the text of something else."""

from __future__ import annotations

import functools
import inspect
import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowsim.policy import Opening, as_policy
from flowsim.policy.source import source_of

FIRST = "\ndef rule(now, view): return Opening(permeability=0.1)\n"
SECOND = "\ndef rule(now, view): return Opening(permeability=0.2)\n"


def made(code: str, file: str) -> Any:
    """The rule of a code that bears the name of a file."""
    names: dict[str, Any] = {"Opening": Opening}
    exec(compile(code, file, "exec", dont_inherit=True), names)
    return names["rule"]


@pytest.mark.parametrize(
    "text",
    [
        "words\nof people\n",
        "a path with a \\ in it\nand (brackets\nthat stay open\n",
        "def another(now, view):\n    return None\n",
        "1\n2\n3\ndef rule(now, view):\n    return None\n",
    ],
    ids=["words", "no Python", "another function", "another line"],
)
def test_text_of_something_else_is_not_its_source(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    for code in (FIRST, SECOND):
        with pytest.raises(ValueError, match="has no source to be known by; give it a label"):
            as_policy(made(code, str(page))).identity()
    known = {as_policy(made(FIRST, str(page)), label).identity() for label in ("one", "other")}
    assert len(known) == 2


@pytest.mark.parametrize("code", [FIRST, "\nrule = lambda now, view: None\n"])
def test_what_all_made_code_is_called_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Python 3.13 keeps the text of `python -c` under the name that what it makes has too."""
    kept = (len(code), None, code.splitlines(keepends=True), "<string>")
    monkeypatch.setitem(linecache.cache, "<string>", kept)
    assert inspect.getsource(made(code, "<string>")) in code
    with pytest.raises(ValueError, match="has no source to be known by; give it a label"):
        as_policy(made(code, "<string>")).identity()


def noted(*words: str) -> Callable[[Any], Any]:
    def around(rule: Any) -> Any:
        @functools.wraps(rule)
        def inner(*args: Any) -> Any:
            return rule(*args)

        return inner

    return around


class Relief:
    @noted("on more", "lines than one, with a name as long as would be put on one of its own")
    def opening(self, now, view):
        return None

    @classmethod
    def of_class(cls, now, view):
        return None

    async def later(self):
        return None


@pytest.mark.parametrize(
    "thing",
    [
        Relief, Relief().opening, Relief.of_class, Relief.later, noted,
        functools.lru_cache(noted), lambda now, view: None,
    ],
)  # fmt: skip
def test_what_has_a_source_is_known_by_it(thing: Any) -> None:
    assert source_of(thing) == inspect.getsource(thing)


def test_what_is_not_of_python_has_none() -> None:
    with pytest.raises(TypeError):
        source_of(len)


def test_two_rules_in_one_place_are_two(tmp_path: Path) -> None:
    page = tmp_path / "rules.py"
    known = set()
    for code in (FIRST, SECOND, FIRST):
        page.write_text(code, encoding="utf-8")
        linecache.clearcache()
        known.add(as_policy(made(code, str(page))).identity())
    assert len(known) == 2
