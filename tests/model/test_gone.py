"""A run is gone as soon as nobody holds it, without the collector of cycles coming by."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import flowsim as fs
from flowsim.model.simulation import Simulation
from tests.model.worlds import POLICIES, rich


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """How many runs and tables of households there were, and those that still are."""
    found: dict[str, Any] = {"made": 0, "there": weakref.WeakSet()}
    begin = Simulation.__init__

    def noted(self: Simulation, *args: Any, **named: Any) -> None:
        begin(self, *args, **named)
        found["made"] += 1
        for part in (self, self.crowd, self.observer, self.laws, self.borders, self._grapevine):
            found["there"].add(part)

    monkeypatch.setattr(Simulation, "__init__", noted)
    gc.collect()
    gc.disable()
    yield found
    gc.enable()


@pytest.mark.parametrize(("name", "threads"), [*((name, 1) for name in POLICIES), ("leaky", 2)])
def test_a_run_is_gone_once_its_result_is_there(
    name: str, threads: int, alive: dict[str, Any]
) -> None:
    fs.run(rich(40, POLICIES[name], days=1), seed=1, threads=threads)
    assert alive["made"] == 1
    assert not list(alive["there"])


def test_a_study_in_one_process_holds_no_run_that_is_done(
    alive: dict[str, Any], tmp_path: Path
) -> None:
    setup = rich(40, POLICIES["strict"], days=1)
    fs.Study({"one": setup}, members=3).run(tmp_path / "study", jobs=1, progress=False)
    assert alive["made"] == 3
    assert not list(alive["there"])
