"""How fast and how big: the whole south of June 2010. `make bench` prints it; nothing is asserted.

Times are of this machine at this moment; compare them only with others of the same call.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios" / "kyrgyz_uzbek_2010"
TIMES = 5
CHILD = """
import json, resource, sys, time
from pathlib import Path

started = time.perf_counter()
import flowsim as fs
from flowsim.model.flow import FlowModel
imported = time.perf_counter()
scenario = fs.load(sys.argv[1])
loaded = time.perf_counter()
model = FlowModel(scenario, rng=1)
ready = time.perf_counter()
while model.running:
    model.step()
done = time.perf_counter()
model.result()
status = Path("/proc/self/status")  # of this process alone; ru_maxrss may hold its parent's
if status.exists():
    peak = next(int(l.split()[1]) for l in status.read_text().splitlines() if l[:6] == "VmHWM:")
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({
    "persons": int(model.crowd.column("size").sum()) + model.dead(),
    "households": model.crowd.n_start, "steps": model.steps,
    "draws": int(model.crowd.column("count").sum()),
    "import": imported - started, "load": loaded - imported, "set up": ready - loaded,
    "loop": done - ready, "label": time.perf_counter() - done, "peak": peak / 1024,
}))
"""


def child() -> dict[str, float]:
    """What one run in a process of its own tells."""
    command = [sys.executable, "-c", CHILD, str(SCENARIO)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def wall(*command: str) -> list[float]:
    """Seconds that a command takes, several times."""
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        taken.append(time.perf_counter() - started)
    return taken


@pytest.fixture
def lines(capsys):
    """Lines of the table, printed once the measuring is done."""
    told: list[tuple[str, str]] = []
    yield told
    with capsys.disabled():
        print("\n\n" + "\n".join(f"{name:<44}{value:>26}" for name, value in told))


def spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}-{max(seconds):.2f})"


def test_the_whole_south(lines):
    child()  # which may have to compile first
    runs = [child() for _ in range(3)]
    one = runs[0]
    loop = statistics.median(run["loop"] for run in runs)
    lines += [
        ("June 2010, persons", f"{one['persons']:,}"),
        ("households, steps", f"{one['households']:,}, {one['steps']}"),
        *(
            (name, spread([run[name] for run in runs]))
            for name in ("load", "set up", "loop", "label")
        ),
        ("draws of households", f"{one['draws']:,}"),
        ("loop by draw", f"{loop / max(one['draws'], 1) * 1e6:.2f} us"),
        ("peak memory", f"{max(run['peak'] for run in runs):.0f} MB"),
    ]


def test_the_first_answer(lines):
    lines += [
        ("python -c 'import flowsim'", spread(wall(sys.executable, "-c", "import flowsim"))),
        ("flowsim --help", spread(wall(str(Path(sys.executable).with_name("flowsim")), "--help"))),
        ("python -c pass", spread(wall(sys.executable, "-c", "pass"))),
    ]
