"""All tests with the newest libraries that the bounds allow: `make test-newest`.

On each Python named (3.13 and 3.14 unless told, as far as they are installed) an environment of its
own gets the newest of everything, without the locks, and once more with Mesa's newest pre-release.
What came of it is printed and noted in newest.md beside this file, a line for each environment.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTED = Path(__file__).with_suffix(".md")
PYTHONS = ("3.13", "3.14")
LIBRARIES = ("mesa", "numpy", "pandas", "xarray", "scipy", "matplotlib", "pydantic")
HEAD = f"""\
# With the newest libraries

What `make test-newest` has found, the latest last.

| day | Python | {" | ".join(LIBRARIES)} | tests | came of it |
| --- | --- | {" | ".join("---" for _ in LIBRARIES)} | --- | --- |
"""
_ROW = re.compile(r"=* ?((?:\d+ \w+,? ?)+) in [\d.]+s")


def interpreters(version: str) -> Iterator[Path]:
    """Where a Python of that version may be: on the path, with pyenv, with uv."""
    if found := shutil.which(f"python{version}"):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from sorted(pyenv.glob(f"{version}.*/bin/python3"), reverse=True)
    if uv := shutil.which("uv"):
        told = subprocess.run(
            [uv, "python", "find", version], capture_output=True, text=True, check=False
        )
        if told.returncode == 0:
            yield Path(told.stdout.strip())


def starts(python: Path) -> bool:
    """Whether an interpreter is there and works; a shim of pyenv may be neither."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def wanted() -> list[str]:
    """What pip is to install: flowsim with all that its tests use, and what builds it.

    >>> any(name.startswith("setuptools") for name in wanted())
    True
    """
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return ["-e", f"{ROOT}[dev]", *told["build-system"]["requires"]]


def prepare(python: Path, folder: Path, pre: bool) -> Path:
    """An environment with the newest of everything; its Python."""
    if not starts(folder / "bin" / "python") if (folder / "bin").exists() else True:
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    made = folder / "bin" / "python"
    pip = [made, "-m", "pip", "-qq", "install", "--no-compile", "--upgrade"]
    subprocess.run([*pip, "--upgrade-strategy", "eager", *wanted()], check=True)
    if pre:
        subprocess.run([*pip, "--pre", "--no-deps", "mesa"], check=True)
    return made


def versions(python: Path) -> list[str]:
    """Of the libraries, as they are installed there."""
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    told = subprocess.run(
        [python, "-c", code, *LIBRARIES], capture_output=True, text=True, check=True
    )
    return told.stdout.split()


def test(python: Path, words: Sequence[str]) -> str:
    """Run the tests there, seen by who waits; how many passed, failed and so on."""
    command = [python, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "-rfE", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        told = []
        for line in child.stdout:
            print(line, end="", flush=True)
            told.append(line)
    found = [match[1] for line in told if (match := _ROW.match(line))]
    return found[-1] if found else f"no tests were run (status {child.returncode})"


def note(row: Sequence[str]) -> None:
    """Add a line to the table."""
    text = NOTED.read_text(encoding="utf-8") if NOTED.exists() else HEAD
    NOTED.write_text(f"{text}| {' | '.join(row)} |\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Test in each environment; 1 where a test failed or no Python was there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pythons", default=",".join(PYTHONS), metavar="3.13,3.14")
    parser.add_argument("--no-pre", action="store_true", help="leave Mesa's pre-release out")
    asked, words = parser.parse_known_args(arguments)
    rows = []
    for version in asked.pythons.split(","):
        python = next(filter(starts, interpreters(version)), None)
        if python is None:
            print(f"Python {version} is not installed here; it is left out")
            continue
        for pre in (False,) if asked.no_pre else (False, True):
            folder = ROOT / f".venv-newest-{version}{'-pre' if pre else ''}"
            print(f"Making {folder.name}, with the newest libraries", flush=True)
            made = prepare(python, folder, pre)
            came = test(made, words)
            day = datetime.now(UTC).date().isoformat()
            rows.append((day, version, *versions(made), " ".join(words) or "all", came))
            note(rows[-1])
    for row in rows:
        names = ", ".join(f"{n} {v}" for n, v in zip(LIBRARIES, row[2:-2], strict=True))
        print(f"Python {row[1]}, {names}: {row[-1]}")
    return 0 if rows and all("passed" in r[-1] and not _failed(r[-1]) for r in rows) else 1


def _failed(told: str) -> bool:
    return bool(re.search(r"\d+ (failed|error)", told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
