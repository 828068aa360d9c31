"""A study as an RO-Crate: its scenarios, plan and runs in one folder or ZIP, with what they are.

`flowsim.study.crate_metadata` has the words; here the files are written.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from flowsim.errors import Problem, ScenarioError, StoreError
from flowsim.folders import whole_file, whole_folder
from flowsim.halves import half_of
from flowsim.scenario.block_yaml import block_yaml
from flowsim.study.crate_metadata import METADATA, About, Content, graph
from flowsim.study.export import export
from flowsim.study.files import read_json
from flowsim.study.identity import code_version
from flowsim.study.manifest import Manifest
from flowsim.study.read import FILE, read_study
from flowsim.study.runs import Runs
from flowsim.study.store import JOURNAL
from flowsim.study.study import Study

PLAN, RUNS, TABLE, SCENARIOS = "plan.json", "runs.nc", "runs.csv", "scenarios"
OURS = (METADATA, FILE, PLAN, RUNS, TABLE, SCENARIOS)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SINCE = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a ZIP, so that the same study gives the same bytes."""


def export_crate(
    runs: Runs,
    path: str | os.PathLike[str],
    overwrite: bool = False,
    *,
    authors: Sequence[str] = (),
    licence: str = "",
    published: date | str | None = None,
) -> None:
    """Write a study as an RO-Crate 1.1, whole or not at all; the same bytes each time.

    The crate has each scenario as it was run, with its sources; the plan with all seeds; a
    ``study.yaml`` that runs the same again; the runs as netCDF and their effects as CSV; and
    ``ro-crate-metadata.json``, which says of each file its size and SHA-256 digest, of the software
    its version, and how to reproduce the runs, or why that cannot be done from the crate alone.

    Parameters
    ----------
    runs : Runs
        Of a store, see `flowsim.open_study`.
    path : path
        A new folder, or a file that ends in ``.zip``; the folder around it must exist.
    overwrite : bool
        Whether an earlier crate there is replaced.
    authors : sequence of str
        Names, each with an ORCID behind it if there is one, as
        ``"Josiah Carberry https://orcid.org/0000-0002-1825-0097"``.
    licence : str
        Of the crate: a name of the SPDX list, as ``CC-BY-4.0``, or an address. Without one the
        crate says that none is given.
    published : date or str, optional
        Day of publication; that on which the last run was done unless given.

    Raises
    ------
    ScenarioError
        The target cannot be written to, or what is told of the crate makes no sense; all of it.
    StoreError
        Runs are missing or damaged.

    Examples
    --------
    >>> import tempfile
    >>> import flowsim as fs
    >>> with tempfile.TemporaryDirectory() as there:
    ...     study = fs.Study(fs.teaching_world(), members=2)
    ...     runs = study.run(f"{there}/store", progress=False)
    ...     export_crate(runs, f"{there}/crate", licence="CC-BY-4.0")
    ...     sorted(os.listdir(f"{there}/crate"))
    ['plan.json', 'ro-crate-metadata.json', 'runs.csv', 'runs.nc', 'scenarios', 'study.yaml']
    """
    target = Path(path)
    problems = [*_wrong_target(target, overwrite), *About.wrong(authors, licence)]
    day = _last_day(runs) if published is None else str(published)
    if not _is_day(day):
        wrong = f"{day!r} is not a day" if day else "nothing tells when the runs were done"
        problems.append(Problem("published", wrong, "give one, as 2026-11-30"))
    if problems:
        raise ScenarioError(problems)
    about = About(tuple(authors), licence, day, _last_day(runs) or day)
    if target.suffix.lower() != ".zip":
        with whole_folder(target, overwrite, lambda entry: entry.name in OURS) as made:
            _fill(made, runs, about)
        return
    filled = half_of(target)  # which the next export removes if this one is killed
    filled.mkdir()
    try:
        _fill(filled, runs, about)
        with whole_file(target, overwrite) as made:
            _pack(filled, made)
    finally:
        shutil.rmtree(filled, ignore_errors=True)


def _fill(folder: Path, runs: Runs, about: About) -> None:
    """Write all files of a crate into an empty folder."""
    data, plan = runs.data, runs.plan
    members = int(data.sizes["member"])  # of a study that goes on, those that are there by now
    plan = replace(plan, scenarios=tuple(replace(e, members=members) for e in plan.scenarios))
    files = _scenarios(folder, runs, plan)
    (folder / FILE).write_text(_study(plan, files), encoding="utf-8", newline="\n")
    (folder / PLAN).write_text(plan.to_text(), encoding="utf-8", newline="\n")
    export(data, folder / RUNS)
    if "effects" in data:
        export(data, folder / TABLE)
    told = [_content(folder, name) for name in _names(folder)]
    same = plan.code == code_version()
    obstacles = list(_obstacles(folder, plan))
    if data["member"].values.tolist() != list(range(1, members + 1)):
        obstacles.append("some members were not done yet when it was written")
    found = graph(data, plan, told, files, about, same, obstacles)
    text = json.dumps(found, indent=2, ensure_ascii=False)
    (folder / METADATA).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _scenarios(folder: Path, runs: Runs, plan: Manifest) -> dict[str, str]:
    """Copy the scenarios as they were run; the file of each by its name in the study."""
    (folder / SCENARIOS).mkdir()
    files = {}
    for number, entry in enumerate(plan.scenarios, 1):
        kept = runs.store.folder / SCENARIOS / f"{entry.digest}.yaml"
        try:
            text = read_json(kept)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise StoreError(f"{kept}: {why}; run the study again, which writes it") from None
        word = re.sub(r"[^A-Za-z0-9]+", "_", entry.name).strip("_")[:60]
        files[entry.name] = f"{SCENARIOS}/{'_'.join(filter(None, (f'{number:02}', word)))}.yaml"
        (folder / files[entry.name]).write_text(text, encoding="utf-8", newline="\n")
    return files


def _study(plan: Manifest, files: dict[str, str]) -> str:
    """The study file that runs the same again."""
    seed = int(plan.seed) if re.fullmatch("0|-?[1-9][0-9]{0,99}", plan.seed) else plan.seed
    samples = plan.scenarios[0].samples
    told = {
        "name": plan.name, "title": plan.title, "scenarios": files,
        "members": plan.scenarios[0].members, "seed": seed, "keep": list(plan.keep),
    }  # fmt: skip
    if samples:
        told["samples"] = {"count": samples, "method": plan.method, "inputs": list(plan.inputs)}
    return block_yaml({key: value for key, value in told.items() if value not in ("", [])})


def _obstacles(folder: Path, plan: Manifest) -> tuple[str, ...]:
    """Why the study file of a crate does not run the same again; nothing where it does."""
    try:
        again = Study.of_file(read_study(folder / FILE)).plan()
    except ScenarioError as error:
        return tuple(f"{p.path}: {p.wrong}" for p in error.problems)
    found = []
    if plan.positions:
        found.append("its samples were given by a table or a posterior; runs.csv has their values")
    for entry, other in zip(plan.scenarios, again.scenarios, strict=True):
        if entry.digest != other.digest:
            wrong = f"the scenario {entry.name!r} is not the whole of what was run"
            found.append(
                f"{wrong}: rules or policies of a script, or of another version, were, too"
            )
    return tuple(found)


def _content(folder: Path, name: str) -> Content:
    """Size and digest of a file of a crate."""
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Content(name, (folder / name).stat().st_size, digest)


def _names(folder: Path) -> list[str]:
    files = (entry for entry in folder.rglob("*") if entry.is_file())
    return sorted(entry.relative_to(folder).as_posix() for entry in files)


def _pack(folder: Path, target: Path) -> None:
    """Put a folder into a ZIP, its description first."""
    names = sorted(_names(folder), key=lambda name: (name != METADATA, name))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name in names:
            entry = zipfile.ZipInfo(name, _SINCE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            entry.create_system = 3
            entry.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, packed.open(entry, "w") as into:
                while block := source.read(1 << 20):
                    into.write(block)


def _wrong_target(target: Path, overwrite: bool) -> Iterator[Problem]:
    told, is_zip = str(target), target.suffix.lower() == ".zip"
    if target.suffix and not is_zip and not target.is_dir():
        right = "give a folder, or a file that ends in .zip"
        yield Problem(told, f"a crate is not written as {target.suffix!r}", right)
    if not target.parent.is_dir():
        why = "is not a folder" if target.parent.exists() else "does not exist"
        yield Problem(told, f"the folder {target.parent} {why}", "make it, or give another path")
    if not os.path.lexists(target):
        return
    if target.is_symlink():
        wrong = f"it is a link to {os.readlink(target)}, and flowsim does not write through links"
        yield Problem(told, wrong, "remove it, or give another path")
    elif not overwrite:
        yield Problem(told, "it exists", "give another path, or overwrite to replace it")
    elif not (_is_crate_file(target) if is_zip else _is_crate_folder(target)):
        yield Problem(told, "it exists and is not a crate", "give another path, or remove it")


def _is_crate_folder(path: Path) -> bool:
    return path.is_dir() and ((path / METADATA).is_file() or not any(path.iterdir()))


def _is_crate_file(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as packed:
        return METADATA in packed.namelist()


def _last_day(runs: Runs) -> str:
    """The day on which the last run was done, as the store's journal has it."""
    try:
        lines = read_json(runs.store.folder / JOURNAL).splitlines()[1:]
    except (OSError, ValueError):
        return ""
    return max((line[:10] for line in lines if _is_day(line[:10])), default="")


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
