"""What two jobs gain on June 2010, beside what two plain processes gain in the same call."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import flowsim as fs

ROOT = Path(__file__).parents[2]
MEMBERS = 10
RUN = """
import sys, flowsim as fs
base = fs.load("scenarios/kyrgyz_uzbek_2010")
fs.Study(base, members=int(sys.argv[2]), seed=sys.argv[3], keep=["effects"]).run(sys.argv[1])
"""


def plain(store: Path, members: int, seed: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", RUN, str(store), str(members), seed]
    return subprocess.Popen(command, cwd=ROOT)


def test_two_jobs(tmp_path: Path) -> None:
    base = fs.load(ROOT / "scenarios/kyrgyz_uzbek_2010")
    spent = {}
    begun = time.perf_counter()
    assert plain(tmp_path / "one", MEMBERS, "1").wait() == 0
    spent["one process"] = time.perf_counter() - begun
    begun = time.perf_counter()
    halves = [plain(tmp_path / seed, MEMBERS // 2, seed) for seed in ("a", "b")]
    assert [process.wait() for process in halves] == [0, 0]
    spent["two plain processes"] = time.perf_counter() - begun
    begun = time.perf_counter()
    study = fs.Study(base, members=MEMBERS, seed=1, keep=["effects"])
    study.run(tmp_path / "two", jobs=2)
    spent["jobs=2"] = time.perf_counter() - begun
    print(f"\n{MEMBERS} runs of June 2010, start of processes included")
    for name, seconds in spent.items():
        print(f"  {name:20s} {seconds:6.1f} s, {spent['one process'] / seconds:.2f} times as fast")
    peaks = [float(line.split(",")[3]) for line in
             (tmp_path / "two" / "journal.csv").read_text().splitlines()[1:]]  # fmt: skip
    print(f"  memory of a worker   {min(peaks):.0f} to {max(peaks):.0f} MB over its runs")
