"""Hypothesis searches the same examples in every run, keeps no database and watches no clock."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "flowsim",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("flowsim")
