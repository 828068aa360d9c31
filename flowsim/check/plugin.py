"""A pytest plugin: the fixture ``flowsim_check``, for tests that guard scenarios.

It loads nothing of flowsim before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def flowsim_check() -> Callable[..., None]:
    """Hold a scenario against its baseline, and fail with what moved.

    ``flowsim_check(folder, level="exact", allow_code=False, jobs=1)``: the arguments are those of
    `flowsim.check.guard.guard`.

    Examples
    --------
    ::

        def test_my_scenario(flowsim_check):
            flowsim_check("scenarios/mine")
    """

    def check(folder: Any, **options: Any) -> None:
        from flowsim.check.guard import guard
        from flowsim.errors import ScenarioError

        try:
            verdict = guard(folder, **options)
        except ScenarioError as error:
            pytest.fail(str(error), pytrace=False)
        if not verdict.held:
            pytest.fail(str(verdict), pytrace=False)

    return check
