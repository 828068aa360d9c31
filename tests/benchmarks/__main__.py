"""`python -m tests.benchmarks`: measure speed and memory, and how both grow."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks import cases, measure, report
from tests.conflicts import NAMES, conflicts_folder

HOME = Path(__file__).parent
DEFAULT = ("synthetic-1e4", "synthetic-1e5", "synthetic-1e6", "june_2010", "small-runs", "study")


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    asked = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure speed and memory and how both grow; writes README.md and a figure. "
        "Each case runs in a process of its own. What the journal has is not measured again.",
    )
    asked.add_argument(
        "--cases",
        nargs="*",
        metavar="NAME",
        help="named cases, or 'all'; see --list (default: a few minutes of them)",
    )
    asked.add_argument(
        "--growth",
        nargs="*",
        metavar="SIZE",
        choices=cases.QUANTITIES,
        help=f"sweeps of these sizes: {', '.join(cases.QUANTITIES)} (default: all)",
    )
    asked.add_argument(
        "--max-people",
        type=float,
        default=1e6,
        help="largest made-up world, up to 1e8 (default 1e6)",
    )
    asked.add_argument(
        "--limit",
        type=float,
        default=60,
        metavar="SECONDS",
        help="a case that takes longer is stopped, and so is its sweep (default 60)",
    )
    asked.add_argument(
        "--against",
        metavar="COMMIT",
        help="also run the cases with an older commit, in turn, and tell ratios",
    )
    asked.add_argument("--times", type=int, default=3, help="turns for --against (default 3)")
    asked.add_argument(
        "--flee",
        nargs="?",
        const="",
        metavar="PYTHON",
        help="also run Flee 3.1 on the conflicts; with the Python of an environment "
        "that has it, else one is made in .venv-flee",
    )
    asked.add_argument("--flee-names", nargs="+", default=["burundi2015"], choices=NAMES)
    asked.add_argument(
        "--hasten",
        type=int,
        default=10,
        help="persons an agent of Flee, which is slow (default 10)",
    )
    asked.add_argument(
        "--out",
        type=Path,
        default=HOME,
        metavar="FOLDER",
        help="where README.md and the figure go (default: tests/benchmarks)",
    )
    asked.add_argument(
        "--journal",
        type=Path,
        default=Path("out/bench.jsonl"),
        help="what was measured, a line each (default out/bench.jsonl)",
    )
    asked.add_argument("--again", action="store_true", help="begin with an empty journal")
    asked.add_argument("--list", action="store_true", help="name the cases and stop")
    return asked.parse_args(given)  # fmt: skip


class Bench:
    """What measures, keeps and prints."""

    def __init__(self, journal: measure.Journal, limit_s: float) -> None:
        self.journal, self.limit_s = journal, limit_s
        command = ["git", "describe", "--always", "--dirty"]
        told = subprocess.run(command, cwd=cases.ROOT, capture_output=True, text=True, check=False)
        self.here = told.stdout.strip() or measure.HERE
        self.machine = report.machine()

    def keep(self, kind: str, name: str, case: cases.Case, code: str, found: Any) -> None:
        """Write a measurement down."""
        self.journal.add({"kind": kind, "name": name, "case": case, "code": code, "found": found,
                          "machine": self.machine, "limit_s": self.limit_s})  # fmt: skip
        shown = found.get("failed") or (
            f"{found.get('seconds', found.get('now', 0)):8.2f} s {found.get('peak_mb', 0):8.0f} MB"
        )
        print(f"{kind:8s} {name:28s} {shown}", flush=True)

    def case(self, kind: str, name: str, case: cases.Case) -> bool:
        """Measure a case, unless that has been done; tells whether it ended."""
        key = {"kind": kind, "case": case, "code": self.here, "machine": self.machine}
        line = self.journal.find({**key, "limit_s": self.limit_s}) or self.journal.find(key)
        if line is None or ("failed" in line["found"] and line["limit_s"] < self.limit_s):
            self.keep(kind, name, case, self.here, measure.measured(case, self.limit_s))
            line = self.journal.lines[-1]
        return "failed" not in line["found"]

    def against(self, commit: str, chosen: dict[str, cases.Case], times: int) -> None:
        """The older commit and this one in turn, by the whole run that both know."""
        with measure.older(commit) as code:
            for name, case in chosen.items():
                plain = {"members": 1, **case, "how": case.get("how", "runs")}
                measure.measured(plain, 10 * self.limit_s, code)  # compiles
                turns = [
                    [measure.measured(plain, self.limit_s, where) for where in (code, cases.ROOT)]
                    for _ in range(times)
                ]
                failed = [one["failed"] for turn in turns for one in turn if "failed" in one]
                found: dict[str, Any] = {"failed": failed[0]} if failed else {
                    "older": measure.median([turn[0]["seconds"] for turn in turns]),
                    "now": measure.median([turn[1]["seconds"] for turn in turns]),
                    "peak_mb": turns[-1][1]["peak_mb"],
                }  # fmt: skip
                self.keep("against", name, case, commit, found)

    def flee(self, python: str, names: list[str], hasten: int) -> None:
        """Flee and flowsim on the same conflicts, one after the other."""
        where = measure.flee_python(python)
        for name in names:
            case = {"folder": str(conflicts_folder() / name), "rules": "flee"}  # type: ignore[operator]
            found = measure.flee_seconds(where, name, hasten, 30 * self.limit_s)
            ours = measure.measured(case, self.limit_s)
            if "failed" in ours:
                found = ours
            elif "failed" not in found:
                found["flowsim"] = ours["seconds"]
            self.keep("flee", name, case, self.here, found)


def main(given: list[str] | None = None) -> int:
    """Measure what is asked for; 0 if all of it ended."""
    args = arguments(given)
    most = int(args.max_people)
    known = cases.named_cases(most)
    if args.list:
        print("\n".join(known))
        return 0
    names = DEFAULT if args.cases is None else args.cases
    names = tuple(known) if "all" in names else tuple(names)
    if args.cases is None:
        names = tuple(name for name in known if name in DEFAULT or "synthetic" in name)
    wrong = [name for name in names if name not in known]
    if wrong:
        print(f"no case {', '.join(wrong)}; there is {', '.join(known)}", file=sys.stderr)
        return 2
    if args.flee is not None and conflicts_folder() is None:
        print("--flee needs the folder of conflicts; set FLOWSIM_CONFLICTS", file=sys.stderr)
        return 2
    if args.again:
        args.journal.unlink(missing_ok=True)
    bench = Bench(measure.Journal(args.journal), args.limit)
    warm(known)
    try:
        for name in names:
            bench.case("case", name, known[name])
        for quantity in cases.QUANTITIES if args.growth is None else args.growth:
            for number, case in enumerate(cases.sweep(quantity, most)):
                if not bench.case("growth", f"{quantity} {number + 1}", case):
                    break  # the next ones take longer still
        if args.against:
            bench.against(args.against, {name: known[name] for name in names}, args.times)
        if args.flee is not None:
            bench.flee(args.flee, args.flee_names, args.hasten)
    finally:
        if bench.journal.lines:
            report.write(latest(bench.journal.lines), args.out)
            print(f"written: {args.out / 'README.md'}")
    return 0


def warm(known: dict[str, cases.Case]) -> None:
    """Have the code compiled, so that no case pays for it."""
    measure.measured({"world": {"people": 200, "places": 5, "days": 2}}, 600)
    by_flee = [case for case in known.values() if case.get("rules") == "flee"]
    if by_flee:
        measure.measured(by_flee[0], 600)


def latest(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each measurement the last line."""
    kept: dict[str, dict[str, Any]] = {}
    for line in lines:
        against = line["code"] if line["kind"] == "against" else ""
        kept[f"{line['kind']} {line['name']} {line['case']} {against}"] = line
    return list(kept.values())


if __name__ == "__main__":
    sys.exit(main())
