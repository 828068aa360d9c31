"""Whatever is broken in a scenario is told, and nothing else comes of it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.bad_input.folders import KINDS, SMALL, Parts, any_kind, native
from tests.bad_input.guarded import load_guarded
from tests.bad_input.mistakes import FAMILIES
from tests.bad_input.short_run import is_quick, run_briefly
from tests.full import FULL
from tests.fuzz.blob import LOADED, write
from tests.fuzz.trial import folder

EXAMPLES = 300 if FULL else 16
RUN = ("numbers", "clocks", "units", "types", "empty")
"""Families whose scenarios take a step where they load."""
REFUSED = 0.1
"""Part of the folders of each family, at least, that does not load."""


def tried(parts: Parts, run: bool) -> str:
    """What comes of a folder: refused, loaded, went on, or did not."""
    with folder() as place:
        top = place / "around/top"
        (top / LOADED).mkdir(parents=True)
        shutil.copytree(SMALL, place / "around/outside")
        write(parts, top)
        scenario, _ = load_guarded(top / LOADED)
    if scenario is None:
        return "refused"
    if not run or not is_quick(scenario):
        return "loaded"
    return "went on" if run_briefly(scenario) else "did not go on"


def few(test: Callable[..., Any], examples: int = EXAMPLES) -> Callable[..., Any]:
    phases = (Phase.explicit, Phase.generate)
    return settings(max_examples=examples, phases=phases)(test)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_broken_here_is_sound_before(kind: Callable[[], Parts]) -> None:
    assert tried(kind(), run=True) == "went on"


def test_what_is_written_out_is_sound() -> None:
    @given(native())
    def holds(parts: Parts) -> None:
        assert tried(parts, run=True) == "went on"

    few(holds, EXAMPLES // 4)()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_mistakes(family: str) -> None:
    became: Counter[str] = Counter()

    def tries() -> Callable[[], None]:
        @given(st.data())
        def holds(data: st.DataObject) -> None:
            parts, must_be_refused = FAMILIES[family](data.draw, data.draw(any_kind()))
            result = tried(parts, run=family in RUN)
            became[result] += 1
            assert result == "refused" or not must_be_refused

        return holds

    few(tries())()
    if family in RUN and not became["went on"]:  # what is drawn depends on what else is imported
        few(tries(), 8 * EXAMPLES)()
    assert became["refused"] > REFUSED * became.total()
    if family in RUN:
        assert became["went on"]
