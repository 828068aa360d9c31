"""Measures one case in a process of its own; prints one line of JSON.

It runs with the flowsim that stands first on the path, which may be an older one.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flowsim as fs

PHASES = ("violence", "look_at_borders", "policies", "news", "hazards", "record", "_look")
OF_HOUSEHOLDS = ("begin_tick", "segment", "end_tick")


def scenario_of(case: dict[str, Any]) -> Any:
    """What a case runs."""
    if case.get("folder"):
        scenario = fs.load(case["folder"])
        return scenario.with_values({"rules": case["rules"]}) if case.get("rules") else scenario
    from tests.benchmarks.synthetic import synthetic

    return synthetic(**case.get("world", {}))


def timed(owner: Any, name: str, spent: dict[str, float]) -> None:
    """Add the seconds of each call of a method to `spent`."""
    method: Callable[..., Any] = getattr(owner, name)

    def call(*arguments: Any) -> Any:
        began = time.process_time()
        try:
            return method(*arguments)
        finally:
            spent[name.strip("_")] += time.process_time() - began

    setattr(owner, name, call)


def by_phase(scenario: Any, phases: dict[str, float]) -> dict[str, Any]:
    """A run by flowsim's rules, with the seconds of its phases."""
    from flowsim.model.simulation import Simulation

    began = time.process_time()
    simulation = Simulation(scenario, seed=1)
    phases["set-up"] = time.process_time() - began
    spent: dict[str, float] = defaultdict(float)
    for name in PHASES:
        timed(simulation, name, spent)
    for name in OF_HOUSEHOLDS:
        timed(simulation.crowd, name, spent)
    began = time.process_time()
    while simulation.running:
        simulation.step()
    steps = time.process_time() - began
    began = time.process_time()
    simulation.result()
    phases |= spent
    phases["rest of the step"] = steps - sum(spent.values())
    phases["result"] = time.process_time() - began
    crowd = simulation.crowd
    return {
        "steps": simulation.steps,
        "households": int(crowd.n_start),
        "events": int(crowd.column("count").sum()),
        "seconds": sum(phases.values()),
    }


def plain(scenario: Any, runs: int) -> dict[str, Any]:
    """Whole runs by `flowsim.run`, any rules, any version."""
    began = time.process_time()
    for seed in range(runs):
        result = fs.run(scenario, seed=seed + 1)
    return {"seconds": time.process_time() - began, "steps": int(result.data.sizes["time"])}


def study(scenario: Any, members: int) -> dict[str, Any]:
    """A study in one process."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        fs.Study(scenario, members=members, seed=1, keep=["effects"]).run(Path(folder) / "store")
    return {"seconds": time.process_time() - began}


def peak_mb() -> float:
    """Of this process alone; what getrusage tells may be its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measure(case: dict[str, Any]) -> dict[str, Any]:
    """Run a case and tell what it took."""
    phases: dict[str, float] = {}
    began = time.process_time()
    scenario = scenario_of(case)
    phases["scenario"] = time.process_time() - began
    began = time.process_time()
    from tests.benchmarks.synthetic import synthetic

    first = synthetic(people=200, places=5, days=2).model_copy(update={"rules": scenario.rules})
    if scenario.rules == "flee":
        from flowsim.running import prepare

        prepare(scenario)
    else:
        fs.run(first)  # reads the compiled code
    phases["code"] = time.process_time() - began
    kept = {name: phases.pop(name) for name in ("scenario", "code")}
    how = case.get("how", "phases")
    if how == "study":
        found = study(scenario, case["members"])
    elif how == "runs" or scenario.rules == "flee":
        found = plain(scenario, case.get("members", 1))
    else:
        found = by_phase(scenario, phases)
    people = sum(p.population for p in scenario.places if p.country in scenario.flee_from)
    runs = case.get("members", 1)
    length = (scenario.end - scenario.start).total_seconds()
    found.setdefault("steps", -(-int(length) // scenario.step))
    found |= {
        "people": people, "places": len(scenario.places), "routes": len(scenario.routes),
        "person_steps_a_second": people * found["steps"] * runs / max(found["seconds"], 1e-9),
        "peak_mb": peak_mb(), "phases": phases, "before": kept,
    }  # fmt: skip
    if found.get("events"):
        found["ns_an_event"] = 1e9 * found["seconds"] / found["events"]
    return found


if __name__ == "__main__":
    print(json.dumps(measure(json.loads(sys.argv[1]))))
