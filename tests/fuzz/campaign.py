"""A campaign of so many seconds, and what came of it: `make fuzz FUZZ_SECONDS=300`.

The corpus in the folder of results is gone on with; delete the folder to begin anew. What fails
is kept and does not end the campaign: an error is caught (see `tests.fuzz.target`), and after a
hang or too much memory, which end the process, a new one goes on for the time that is left.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.seeds import ROOT, seeds

LIMITS = ("-timeout=20", "-rss_limit_mb=3000", "-max_len=16000", "-print_final_stats=1")
"""Seconds and memory of one input, and its bytes."""
SOURCES = "flowsim/scenario,flowsim/flee/reader"
OMITTED = "flowsim/scenario/write*.py,flowsim/scenario/schema.py,flowsim/scenario/override.py"
"""Whose lines are counted, and what of them reads nothing."""
_UNITS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_STATUS = re.compile(r"^#(\d+).*?cov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)


@dataclass
class Campaign:
    """What was done so far."""

    out: Path
    seed: int
    inputs: int = 0
    seconds: float = 0.0
    processes: int = 0
    edges: int = 0
    kept: int = 0
    results: Counter[str] = field(default_factory=Counter)

    @property
    def corpus(self) -> Path:
        """Inputs that reached something new."""
        return self.out / "corpus"

    @property
    def findings(self) -> Path:
        """A folder for each thing that was found."""
        return self.out / "findings"

    def run(self, seconds: int) -> None:
        """Fuzz until the time is over."""
        for folder in (self.corpus, self.findings):
            folder.mkdir(parents=True, exist_ok=True)
        for name, raw in seeds().items():
            (self.corpus / name).write_bytes(raw)
        begun = time.monotonic()
        while (left := seconds - (time.monotonic() - begun)) >= 1.0:
            self._stretch(int(left))
        self.seconds = time.monotonic() - begun

    def _stretch(self, seconds: int) -> None:
        """One process, which ends when its time is over or an input has ended it."""
        stopped = self.out / "stopped"
        stopped.mkdir(exist_ok=True)
        log, results = self.out / f"log_{self.processes}.txt", self.findings / "results.json"
        results.unlink(missing_ok=True)
        command = [
            sys.executable, "-m", "tests.fuzz.target", str(self.findings), *LIMITS,
            f"-max_total_time={seconds}", f"-seed={self.seed + self.processes}",
            f"-artifact_prefix={stopped}{os.sep}", str(self.corpus),
        ]  # fmt: skip
        one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        environment = {**os.environ, **one_thread, "PYTHONHASHSEED": "0"}
        with log.open("wb") as file:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
            )
        self.processes += 1
        told = log.read_text(errors="replace")
        artifacts = sorted(stopped.iterdir())
        for path in artifacts:
            self._keep(path, told)
        self._count(told, results)
        if done.returncode and not artifacts:
            sys.exit(f"the fuzzer cannot go on; the end of {log} says why:\n{told[-2000:]}")

    def _keep(self, path: Path, told: str) -> None:
        """An input that ended the process, by the kind of its end: timeout, oom or crash."""
        kind = path.name.split("-")[0]
        name = f"{kind}.{hashlib.sha1(path.read_bytes()).hexdigest()[:10]}"
        folder = self.findings / name
        folder.mkdir(exist_ok=True)
        shutil.move(path, folder / "input")
        (folder / "traceback.txt").write_text(told[-20_000:])

    def _count(self, told: str, results: Path) -> None:
        status = _STATUS.findall(told)
        units = _UNITS.search(told)
        self.inputs += int(units[1]) if units else int(status[-1][0]) if status else 0
        if status:
            self.edges = max(self.edges, int(status[-1][1]))
            self.kept = int(status[-1][3])
        if results.exists():
            self.results.update(json.loads(results.read_text()))

    def lines(self) -> str:
        """Lines and branches of the loaders that the corpus reaches, by `coverage`."""
        data = f"--data-file={self.out / 'coverage'}"
        run = [sys.executable, "-m", "coverage"]
        subprocess.run(
            [*run, "run", data, f"--source={SOURCES}", f"--omit={OMITTED}",
             "-m", "tests.fuzz.replay", str(self.corpus)],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        report = subprocess.run(
            [*run, "report", data], cwd=ROOT, check=True, capture_output=True, text=True
        )
        (self.out / "coverage.txt").write_text(report.stdout)
        return next(line for line in report.stdout.splitlines() if line.startswith("TOTAL"))

    def summary(self) -> str:
        """What is printed at the end."""
        found = sorted(path.name for path in self.findings.iterdir() if path.is_dir())
        _, statements, missed, branches, partial, percent = self.lines().split()
        rate = self.inputs / max(self.seconds, 1.0)
        told = [
            f"inputs run: {self.inputs} in {self.seconds:.0f} s, {rate:.0f} a second, "
            f"by {self.processes} processes one after the other, seed {self.seed}",
            f"what became of them: {dict(self.results)}",
            f"corpus kept: {self.kept} inputs; edges covered: {self.edges}",
            f"readers in flowsim/scenario and flowsim/flee/reader, replaying the corpus: {percent} "
            f"({missed} of {statements} lines and {partial} of {branches} branches not reached)",
            f"findings: {len(found)}",
        ]
        told += [f"  {self.findings / name}" for name in found]
        if found:
            told.append("one of them again: make fuzz REPLAY=FOLDER/input")
        return "\n".join(told)


def main() -> None:
    """Run a campaign by the command line; exit status 1 where something was found."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--seconds", type=int, default=300)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--out", type=Path, default=ROOT / "out/fuzz")
    given = told.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.exit(f"atheris is not in {sys.prefix}; make fuzz puts it there")
    campaign = Campaign(given.out.resolve(), given.seed)
    campaign.run(given.seconds)
    summary = campaign.summary()
    (campaign.out / "summary.txt").write_text(summary + "\n")
    print(summary)
    sys.exit("findings: 0" not in summary)


if __name__ == "__main__":
    main()
