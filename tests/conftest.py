"""Hypothesis searches the same examples in every run, keeps no database and watches no clock.

It tries 20 examples of each property, and 50 in `make check-full`.

Ctrl-C works in the tests and in what they start, also where whoever started them ignores it.
"""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

from tests.full import FULL

settings.register_profile(
    "flowsim",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=50 if FULL else 20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("flowsim")

# A background job of a shell without job control ignores SIGINT, and would hand that on to all
# children: those that a test interrupts would then go on.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
