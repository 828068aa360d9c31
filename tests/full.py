"""What `make check-full` tests and `make test` does not, as it takes long."""

from __future__ import annotations

import os

import pytest

FULL = "FLOWSIM_SEEDS" in os.environ

only_full = pytest.mark.skipif(not FULL, reason="takes long: make check-full")
