"""Scenarios are written as ruamel.yaml writes them, to the letter, without its time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowsim as fs
from flowsim.scenario import block_yaml as module
from flowsim.scenario.block_yaml import block_yaml, by_ruamel

ROOT = Path(__file__).parents[2]
LONG = "a census that was taken " * 9
ODD = [
    "", " ", "a ", " a", "a: b", "a:", ":a", "a #b", "a#b", "#a", "- a", "-a", "a\nb", "a\n", "'",
    "it's", "it's " * 30, '"a"', '"', "null", "True", "~", "1", "1.5", "0x1f", "1e5", "3600s",
    "2010-06-10", "2010-06-10T18:00:00", "Ош", "Ош: " + LONG, "\u2028", "\x85", "\U0001f600",
    "\ufeff", "a\tb", "---", "...", "[a]", "{a}", "a, [b]", "&a", "*a", "!a", "%a", "@a", "`a",
    "? a", "=", "<<", LONG, LONG.strip(), f"{LONG}: {LONG}", "x" * 200, f"a {'x' * 200} b: c",
    "a  b" * 40, "a :b" * 40, "three blanks   and: so " * 9, f"{LONG}\n{LONG}",
]  # fmt: skip
NUMBERS = [0, -1, 10**20, 0.0, -0.0, 1.5, 1e-05, 1e22, float("inf"), float("nan"), True, None]
texts = st.one_of(
    st.sampled_from(ODD),
    st.text(st.sampled_from("aé :#'\"-\n,[1"), max_size=12),
    st.lists(st.sampled_from(["so", "it's", "many:", "#", "words", "  ", "x" * 90])).map(" ".join),
)
values = st.recursive(
    st.one_of(texts, st.sampled_from(NUMBERS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(texts, values, max_size=4))
def test_to_the_letter(data: dict[str, Any]) -> None:
    assert block_yaml(data) == by_ruamel(data)


@pytest.mark.parametrize("text", ODD)
def test_a_text_in_any_place(text: str) -> None:
    for key in ("k", "a key of a middle length", text):
        data = {
            key: text,
            "list": [
                text,
                {key: text, "below": {"and below": [{key: text}]}},
                [text, [text, text], text],
            ],
        }
        assert block_yaml(data) == by_ruamel(data)


@pytest.mark.parametrize("key", [1, None, 1.5, True, ("a",), "k" * 300])
def test_any_key(key: Any) -> None:
    assert block_yaml({key: {"a": 1}}) == by_ruamel({key: {"a": 1}})


def test_what_stands_in_two_places() -> None:
    twice = {"a": 1}
    assert "&id001" in block_yaml({"one": twice, "other": [twice]})


@pytest.mark.parametrize("name", ["tests/data/small", "scenarios/kyrgyz_uzbek_2010"])
def test_a_scenario_is_hardly_left_to_ruamel(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fs.load(ROOT / name).effective()
    expected, left = by_ruamel(whole), []

    def noted(data: Any) -> str:
        left.append(data)
        return by_ruamel(data)

    monkeypatch.setattr(module, "by_ruamel", noted)
    for made_before in (module._key, module._odd_number, module._odd_text):
        made_before.cache_clear()
    assert block_yaml(whole) == expected
    assert whole not in left
    assert len(left) < len(expected.splitlines()) / 20
