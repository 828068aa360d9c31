"""Seed each fault of ``faults.yaml`` into a copy of the checkout, and see what catches it.

    make faults                                   # all; goes on where it was
    python -m tests.faults.seed an_id another_id  # these, anew
    python -m tests.faults.seed --near            # quick: only by the tests that are near to each

The suite runs in the copy until its first failing test: first the files that the fault names as
near to it, and the whole of it only if these let the fault pass. Then `flowsim check` holds June
2010 there against its baseline, at the exact level. A run without any fault comes first, so that
what fails is known to fail of the fault. With ``--near`` the files that are near are all that runs,
and the check where they let a fault pass.

They begin with the compiled code that the user has, and keep what they compile apart from it.

What was seen is kept in ``out/faults`` from fault to fault, and counts until the fault or the file
that it is in changes; what nothing caught is always tried again. At the end all of it is written
into ``caught.md``. Exit status 1: nothing catches some fault.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import CompletedProcess

from ruamel.yaml import YAML

from flowsim.compiled_cache import user_folder

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TABLE = HERE / "caught.md"
KEPT = ROOT / "out" / "faults"
SCENARIO = "scenarios/kyrgyz_uzbek_2010"
NOBODY = "not caught"
HELD = "held"
NOT_TRIED = "not tried"
BEFORE = "before: "
LEFT = "\nNot tried yet: "
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (?:`([^`]+)`|(not caught)) \| (.+) \|$", re.MULTILINE)
"""Of the table: id, what is wrong, test, or that there is none, and what the check said."""
ORDER = (
    "tests/draws", "tests/compiling", "tests/behaviour", "tests/policy", "tests/world",
    "tests/scenario", "tests/imports", "tests/outlines", "tests/results", "tests/evidence",
    "tests/flee",
    "flowsim", "tests/model", "tests/properties", "tests/exact", "tests/bad_input", "tests/fuzz",
    "tests/study",
    "tests/check", "tests/cli", "tests/harm", "tests/starved", "tests/plot",
    "tests/learn", "tests/docs", "tests/teaching", "tests/june_2010", "tests/april_2010",
    "tests/karabakh_2023", "tests/osh_1990", "tests/examples", "tests/package",
    "tests/interactive", "tests/app", "tests/reporting", "tests/browser",
)  # fmt: skip
"""Parts of the suite, quick ones first; `flowsim` are the doctests."""
APART = ("tests/benchmarks", "tests/faults", "tests/mutants")
"""What is not part of it: the first measures, the second says nothing of a fault."""


@dataclass(frozen=True)
class Fault:
    """A bug that somebody could make.

    Attributes
    ----------
    id : str
    wrong : str
        What is wrong with it, in a sentence.
    file : str
        Where, from the root of the checkout.
    old, new : str
        What stands there, exactly once, and what the bug makes of it.
    near : tuple of str
        Files of tests to begin with.
    """

    id: str
    wrong: str
    file: str
    old: str
    new: str
    near: tuple[str, ...] = ()

    def seeded(self, text: str) -> str:
        """The file's text with the bug in it."""
        times = text.count(self.old)
        if times != 1:
            raise ValueError(f"{self.id}: {self.file} has the old text {times} times")
        return text.replace(self.old, self.new)

    def mark(self) -> str:
        """What changes with the fault and with the file that it is in; without fault, with any."""
        digest = hashlib.blake2b(f"{self.file}\n{self.old}\n{self.new}".encode(), digest_size=8)
        for name in tracked() if self is SOUND else [self.file]:
            digest.update((ROOT / name).read_bytes())
        return digest.hexdigest()


SOUND = Fault("sound", "nothing is wrong", "flowsim/clock.py", "DAY = 86_400", "DAY = 86_400")


@dataclass(frozen=True)
class Seen:
    """What was seen of a fault: the first failing test, and what `flowsim check` said."""

    test: str
    check: str

    @property
    def caught(self) -> bool:
        """Whether anything caught it."""
        return self.test != NOBODY or self.check not in (HELD, NOT_TRIED)


def faults() -> list[Fault]:
    """All of them, in their order."""
    told = YAML(typ="safe", pure=True).load(HERE / "faults.yaml")
    return [Fault(**{**fault, "near": tuple(fault.get("near", ()))}) for fault in told]


def see(fault: Fault, folder: Path, near: Sequence[str] = ()) -> Seen:
    """Seed a fault into a copy of the checkout and try to catch it.

    Parameters
    ----------
    fault : Fault
    folder : Path
        Where the copy is made, and what it compiles is kept.
    near : sequence of str
        All tests that run; without any those near to the fault, and then the whole suite.
    """
    copy = folder / "checkout"
    copy_checkout(copy)
    path = copy / fault.file
    path.write_text(fault.seeded(path.read_text("utf-8")), encoding="utf-8")
    env = environment(copy)
    verify(copy, env)
    test = _first_failing(copy, env, near or fault.near) if near or fault.near else NOBODY
    if test == NOBODY and not near:
        test = _first_failing(copy, env, ORDER)
    return Seen(test, NOT_TRIED if near and test != NOBODY else _check(copy, env))


def tracked() -> list[str]:
    """The files of the checkout that git knows or would take, but for the table."""
    told = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = (name for name in sorted(listed.split("\0")) if (ROOT / name).is_file())
    return [name for name in names if ROOT / name != TABLE]


def copy_checkout(to: Path) -> None:
    """The files of the checkout as they are, in another folder, and nothing else."""
    shutil.rmtree(to, ignore_errors=True)
    for path in (*(ROOT / name for name in tracked()), TABLE):
        copy = to / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def environment(copy: Path) -> dict[str, str]:
    """In which the copy's package is imported, in child processes too."""
    apart = ("FLOWSIM_SEEDS", "FLOWSIM_CONFLICTS", "FLOWSIM_BASELINE", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if name not in apart}
    cache = str(copy.with_name("compiled"))
    return {**inherited, "PYTHONPATH": str(copy), "FLOWSIM_CACHE": cache}


def verify(copy: Path, env: dict[str, str]) -> None:
    """That another process, elsewhere, imports the copy, as pytest's plugin and the command do."""
    code = (
        "import sys\n"
        "from importlib.metadata import entry_points\n"
        "for group in ('pytest11', 'console_scripts'):\n"
        "    (entry,) = entry_points(group=group, name='flowsim')\n"
        "    entry.load()\n"
        "    print(sys.modules[entry.module].__file__)\n"
    )
    ran = _python(["-c", code], copy.parent, env)
    files = ran.stdout.splitlines()
    if len(files) != 2 or not all(Path(file).is_relative_to(copy) for file in files):
        raise SystemExit(f"not the package of {copy} is imported: {files} {ran.stderr[-2000:]}")


def _python(words: Sequence[str], folder: Path, env: dict[str, str]) -> CompletedProcess[str]:
    """Run Python there with these arguments."""
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def _first_failing(copy: Path, env: dict[str, str], paths: Sequence[str]) -> str:
    """The first test that fails, as ``file::function``; parameters are left out."""
    words = ["-m", "pytest", "-x", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", *paths]
    ran = _python(words, copy, {**env, "COLUMNS": "300"})
    if ran.returncode == 0:
        return NOBODY
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?:\[.*)?(?: - .*)?$", ran.stdout, re.MULTILINE)
    if ran.returncode != 1 or found is None:
        raise SystemExit(f"the suite could not be run:\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}")
    return found[1]


def _check(copy: Path, env: dict[str, str]) -> str:
    """What `flowsim check` says of June 2010: held, or the first thing that moved."""
    ran = _python(["-c", "from flowsim.cli.main import main; main()", "check", SCENARIO], copy, env)
    if ran.returncode == 0:
        return HELD
    lines = ran.stdout.splitlines()[1:] or ran.stderr.strip().splitlines()[-1:]
    return next(line.strip() for line in lines if not line.endswith(":"))


# ---- what is kept, and the table --------------------------------------------------------------


def keep(fault: Fault, seen: Seen) -> None:
    """Note what was seen of a fault, whole or not at all."""
    KEPT.mkdir(parents=True, exist_ok=True)
    half = KEPT / f".{fault.id}.json"
    half.write_text(json.dumps({"mark": fault.mark(), **asdict(seen)}), encoding="utf-8")
    half.replace(KEPT / f"{fault.id}.json")


def known(fault: Fault) -> Seen | None:
    """What was seen of a fault before, as far as it still counts."""
    path = KEPT / f"{fault.id}.json"
    if not path.is_file():
        return None
    told = json.loads(path.read_text("utf-8"))
    return Seen(told["test"], told["check"]) if told["mark"] == fault.mark() else None


HEAD = """\
# Seeded faults

`make faults` puts each of these bugs into a copy of flowsim. The suite runs until its first failing
test, which is named here; tests near a fault run first, so others may catch it too. Then
`flowsim check` holds June 2010 against its baseline, at the exact level; it holds where a fault
cannot touch that scenario, and is not tried where a test near the fault was enough. The bugs
themselves are in [faults.yaml](faults.yaml). Where it says *before*, the fault or its file was
another when it was tried.

| fault | what is wrong | caught by test | flowsim check |
| --- | --- | --- | --- |
"""


def table(rows: Sequence[tuple[Fault, Seen | None]], before: str) -> str:
    """All faults in Markdown.

    Parameters
    ----------
    rows : sequence of (Fault, Seen or None)
        None of what is not known: its row stays as it is in the table from before, and says so;
        without a row it is named below the table.
    before : str
        That table.
    """
    there = {row[1]: row for row in ROW.finditer(before)}
    lines, left = [], []
    for fault, seen in rows:
        wrong = fault.wrong.replace("|", chr(92) + "|")
        if seen is not None:
            test = seen.test if seen.test == NOBODY else f"`{seen.test}`"
            check = seen.check if seen.check in (HELD, NOT_TRIED) else f"moved: {seen.check}"
            check = check.replace("|", chr(92) + "|")
        elif fault.id in there and there[fault.id][2] == wrong:
            row = there[fault.id]
            test, check = f"`{row[3]}`" if row[3] else row[4], BEFORE + row[5].removeprefix(BEFORE)
        else:
            left.append(f"`{fault.id}`")
            continue
        lines.append(f"| `{fault.id}` | {wrong} | {test} | {check} |")
    below = [LEFT + ", ".join(left) + "."] if left else []
    return HEAD + "\n".join([*lines, *below]) + "\n"


def main(arguments: list[str]) -> int:
    """Try the faults that are named, or all that are not yet known to be caught."""
    parser = argparse.ArgumentParser(description="See what catches each seeded fault.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="faults to try anew; else all")
    parser.add_argument("--anew", action="store_true", help="forget what was seen before")
    parser.add_argument("--near", action="store_true", help="run only the tests near to each fault")
    asked = parser.parse_args(arguments)
    # Started in the background it would ignore Ctrl-C, and so would all tests of it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    every = [SOUND, *faults()]
    names = [fault.id for fault in every]
    if unknown := [name for name in asked.ids if name not in names]:
        parser.error(f"there is no fault {unknown[0]!r}; there is {', '.join(names)}")
    if asked.anew:
        shutil.rmtree(KEPT, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="flowsim-faults-") as folder:
        if user_folder().is_dir():  # what a fault leaves as it is need not be compiled
            shutil.copytree(user_folder(), Path(folder) / "compiled")
        for number, fault in enumerate(every):
            if (fault.id not in asked.ids) if asked.ids else _is_settled(fault, asked.near):
                continue
            print(f"[{number}/{len(every) - 1}] {fault.id}: {fault.wrong}", flush=True)
            seen = see(fault, Path(folder), _near(fault, every) if asked.near else ())
            keep(fault, seen)
            print(f"    {seen.test}; check: {seen.check}", flush=True)
            if fault is SOUND and seen.caught:
                raise SystemExit("the suite fails without any fault; mend that first")
    rows = [(fault, known(fault)) for fault in every[1:]]
    TABLE.write_text(table(rows, TABLE.read_text("utf-8")), encoding="utf-8", newline="\n")
    seen = [one for _, one in rows if one is not None]
    missed = [fault.id for fault, one in rows if one is not None and not one.caught]
    print(f"{len(seen) - len(missed)} of {len(seen)} faults are caught; {len(rows)} there are")
    for name in missed:
        print(f"nothing catches {name}")
    return 1 if missed else 0


def _near(fault: Fault, every: Sequence[Fault]) -> tuple[str, ...]:
    """The tests that are near to a fault; without any fault those that are near to one of all."""
    some = every if fault is SOUND else [fault]
    return tuple(dict.fromkeys(path for one in some for path in one.near))


def _is_settled(fault: Fault, near: bool) -> bool:
    """Whether what was seen says all: of a whole run also what the check says."""
    seen = known(fault)
    whole = seen is not None and (near or seen.check != NOT_TRIED)
    return seen is not None and whole and seen.caught != (fault is SOUND)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("cut off; what was seen is kept, and the same command goes on from there")
