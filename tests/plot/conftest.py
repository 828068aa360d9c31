"""Figures of the toy run, which the tests of a module share: they only look at them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

import flowsim.plot
from flowsim.plot.style import Chart
from tests.fake_result import toy_result, toy_scenario


@pytest.fixture(scope="module")
def toy() -> Callable[..., Chart]:
    """Draws a figure of the toy run and its scenario by its name, each but once."""

    @cache
    def drawn(name: str, **how: Any) -> Chart:
        chart: Chart = getattr(flowsim.plot, name)(toy_result(), scenario=toy_scenario(), **how)
        return chart

    return drawn
