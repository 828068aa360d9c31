"""Hypothesis searches the same examples in every run, keeps no database and watches no clock.

It tries 12 examples of each property, and 50 in `make check-full`.

Two workers share a fresh cache of compiled code: while the first compiles, the second begins with
tests that run nothing.

Ctrl-C works in the tests and in what they start, also where whoever started them ignores it.
"""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.full import FULL

settings.register_profile(
    "flowsim",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=50 if FULL else 12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("flowsim")

# A background job of a shell without job control ignores SIGINT, and would hand that on to all
# children: those that a test interrupts would then go on.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

NO_RUN = tuple(f"tests/{folder}/" for folder in ("scenario", "world", "policy", "draws", "imports"))
"""Tests that hardly run the model, and so need nothing that is compiled."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put them into the middle, where xdist has the second of two workers begin."""
    apart = [item for item in items if item.nodeid.startswith(NO_RUN)]
    others = [item for item in items if not item.nodeid.startswith(NO_RUN)]
    middle = len(items) // 2
    items[:] = [*others[:middle], *apart, *others[middle:]]
