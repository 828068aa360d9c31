"""A study's folder: a manifest, layouts, and one record a run, each written whole or not at all.

| in the folder | what it is |
| --- | --- |
| ``manifest.json`` | the plan: scenarios, members, samples, seed, what is kept, the code |
| ``scenarios/`` | each scenario as it was run |
| ``layouts/`` | names, dimensions and labels of arrays, once for many runs |
| ``runs/`` | a record a run, by its key |
| ``failures/`` | the runs that failed, with their tracebacks |
| ``journal.csv`` | when which run was done, how long it took, on what |

Two processes may work on one store: a record that is there is not written again, and the manifest
changes under a lock. All but the journal is the same whoever wrote it, in whatever order.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from flowsim.errors import Problem, ScenarioError, StoreError
from flowsim.halves import half_of, is_abandoned, is_half
from flowsim.scenario.flaws import listed
from flowsim.shown import plain
from flowsim.study.files import mapping, opened, read_json
from flowsim.study.manifest import FORMAT, Manifest, OnChange, OtherFormatError, Run, merged
from flowsim.study.record import DamagedError, Layout, decode, read_head

MANIFEST = "manifest.json"
JOURNAL = "journal.csv"
FOLDERS = ("runs", "layouts", "scenarios", "failures")
OURS = (MANIFEST, JOURNAL, "lock", *FOLDERS)
"""All that a store has in its folder; what else is there is somebody else's."""
SUFFIX = ".run"
_KEY = re.compile("[0-9a-f]{32}")
_PART = re.compile("[0-9a-f]{2}")


class Store:
    """The folder of a study.

    Parameters
    ----------
    folder : path
        Nothing is read or written until it is asked for.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._layouts: dict[bytes, Layout] = {}
        self._made: set[Path] = set()

    # ---- the plan ------------------------------------------------------------------------

    def manifest(self) -> Manifest:
        """The plan that it holds.

        Raises
        ------
        StoreError
            There is none, or it cannot be read.
        """
        path = self.folder / MANIFEST
        try:
            return Manifest.from_text(read_json(path))
        except FileNotFoundError:
            raise StoreError(
                f"{self.folder} is not a store of a study: it has no {MANIFEST}"
            ) from None
        except OtherFormatError as error:
            told = f"{self.folder} is a store of format {error}, and this flowsim reads {FORMAT}"
            raise StoreError(f"{told}; open it with the version that wrote it") from None
        except ValueError as error:
            told = f"{path} is damaged ({plain(error)}); remove it and run the study again"
            raise StoreError(f"{told}: the runs are still there") from None
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from None

    def prepare(self, plan: Manifest, on_change: OnChange = "refuse") -> Manifest:
        """Make the folder where it is missing, and lay a plan over the one it holds.

        Raises
        ------
        ScenarioError
            The folder is something else, or holds runs of another code or of other scenarios.
        StoreError
            It cannot be written, or its manifest is damaged.
        """
        self._check_folder()
        self._check_links()
        if self._has_plan() and self._with(plan, on_change) == self.manifest():
            return self.manifest()
        from filelock import FileLock

        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock"):
                whole = self._with(plan, on_change) if self._has_plan() else plan
                before = self.manifest() if self._has_plan() else whole
                if on_change == "recompute" and before != whole:
                    # First, as what is cut off here is gone on with while the plan is the old one.
                    self._drop_all_but({run.key for run in whole.runs()})
                self._write(self.folder / MANIFEST, whole.to_text().encode())
        return whole

    def _with(self, plan: Manifest, on_change: OnChange) -> Manifest:
        return merged(self.manifest(), plan, on_change, str(self.folder))

    def _has_plan(self) -> bool:
        return (self.folder / MANIFEST).exists()

    def _check_folder(self) -> None:
        there = self.folder
        if there.exists() and not there.is_dir():
            raise ScenarioError([Problem(str(there), "this is not a folder", "name another store")])
        if not there.is_dir() or self._has_plan() or self.keys():
            return
        # A study that was cut off before it had a plan leaves nothing but these.
        others = {entry.name for entry in there.iterdir() if not is_half(entry)} - set(OURS)
        if others:
            wrong = f"this folder holds something else: {listed(sorted(others))}"
            raise ScenarioError([Problem(str(there), wrong, "name an empty or a new folder")])

    def _check_links(self) -> None:
        """Refuse to write through links; the folder of the store itself may be one."""
        parts = [self.folder / name for name in OURS]
        parts += [Path(entry.path) for entry in _entries(self.folder / "runs")]
        links = [path for path in parts if path.is_symlink()]
        if links:
            told = "; ".join(f"{path} leads to {os.readlink(path)}" for path in links)
            raise StoreError(
                f"flowsim does not write through links, and {told}; remove what is a link"
            )

    def _drop_all_but(self, keys: set[str]) -> None:
        """Remove the records of an earlier plan, which no opening would find."""
        for key in self.keys() - keys:
            self.path(key).unlink(missing_ok=True)
        for path in self._failure_files():
            if path.stem not in keys:
                path.unlink(missing_ok=True)

    # ---- runs ----------------------------------------------------------------------------

    def path(self, key: str) -> Path:
        """Where the record of a run is."""
        return self.folder / "runs" / key[:2] / f"{key}{SUFFIX}"

    def keys(self) -> set[str]:
        """Keys of all records that are there."""
        found: set[str] = set()
        for part in _entries(self.folder / "runs"):
            for entry in _entries(Path(part.path)) if _PART.fullmatch(part.name) else ():
                key = entry.name.removesuffix(SUFFIX)
                if entry.name != key and _KEY.fullmatch(key) and key.startswith(part.name):
                    found.add(key)
        return found

    def read(self, key: str) -> bytes:
        """The bytes of a record; StoreError if they cannot be read."""
        try:
            with opened(self.path(key)) as file:
                return file.read()
        except OSError as error:
            raise StoreError(f"{self.path(key)}: {error.strerror}") from error

    def add(self, key: str, record: bytes) -> bool:
        """Write a record, on the disk when this returns; False if it is there already."""
        path = self.path(key)
        if path.exists():
            return False
        with self._writing():
            self._write(path, record)
        return True

    def remove(self, key: str) -> None:
        """Remove a record that is damaged."""
        with self._writing():
            self.path(key).unlink(missing_ok=True)

    def damage(self, run: Run) -> str:
        """What is wrong with the record of a run, or nothing.

        Raises
        ------
        LookupError
            Its layout, by the id that this holds, is not to be had.
        StoreError
            It cannot be read, which does not mean that it is damaged.
        """
        try:
            record = self.read(run.key)
            name = read_head(record, run.known).layout
            layout = self.layout(name)
            if layout is None:
                raise LookupError(name)
            decode(record, layout)
        except DamagedError as error:
            return str(error)
        except StoreError as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and cause.errno in (errno.ENOENT, errno.EIO):
                return str(cause.strerror)
            raise
        return ""

    # ---- layouts and scenarios -----------------------------------------------------------

    def layout(self, name: bytes) -> Layout | None:
        """A layout by its id; None if it is missing or damaged."""
        if name not in self._layouts:
            try:
                layout = Layout.from_text(read_json(self._layout_path(name)))
            except (OSError, ValueError):
                return None
            if layout.id != name:
                return None
            self._layouts[name] = layout
        return self._layouts[name]

    def add_layout(self, layout: Layout) -> None:
        """Write a layout, unless it is there."""
        if self.layout(layout.id) is None:
            with self._writing():
                self._write(self._layout_path(layout.id), layout.text.encode())

    def add_scenario(self, digest: str, text: str) -> None:
        """Write a scenario as it is run, unless it is there."""
        path = self.folder / "scenarios" / f"{digest}.yaml"
        if not path.exists():
            with self._writing():
                self._write(path, text.encode())

    def _layout_path(self, name: bytes) -> Path:
        return self.folder / "layouts" / f"{name.hex()}.json"

    # ---- failures and the journal --------------------------------------------------------

    def add_failure(self, key: str, told: dict[str, Any]) -> None:
        """Record that a run failed."""
        text = json.dumps(told, indent=1, ensure_ascii=False)
        with self._writing():
            self._write(self.folder / "failures" / f"{key}.json", f"{text}\n".encode())

    def forgive(self, key: str) -> None:
        """A run that failed before is done."""
        with self._writing():
            (self.folder / "failures" / f"{key}.json").unlink(missing_ok=True)

    def failures(self) -> dict[str, dict[str, Any]]:
        """The runs that failed, by key."""
        found = {}
        for path in self._failure_files():
            try:
                found[path.stem] = mapping(read_json(path))
            except FileNotFoundError:
                continue  # another process has just done it
            except ValueError as error:
                why = plain(error)
                raise StoreError(f"{path} is damaged ({why}); run the study again") from None
            except OSError as error:
                raise StoreError(f"{path}: {error.strerror}") from None
        return found

    def failed(self) -> set[str]:
        """Keys of the runs that failed."""
        return {path.stem for path in self._failure_files()}

    def _failure_files(self) -> list[Path]:
        found = (self.folder / "failures").glob("*.json")
        return sorted(path for path in found if _KEY.fullmatch(path.stem))

    def note(self, *cells: object) -> None:
        """Add a line to the journal."""
        with self._writing(), open(
            self._journal, "a", encoding="utf-8", opener=_no_link
        ) as file:  # fmt: skip
            file.write(",".join(map(str, cells)) + "\n")

    def cpus(self) -> list[str]:
        """Levels of CPU features that runs were made at, as far as the journal has them."""
        try:
            lines = read_json(self.folder / JOURNAL).splitlines()[1:]
        except (OSError, ValueError):  # it is for people, and no number depends on it
            return []
        return sorted({cells[5] for line in lines if len(cells := line.split(",")) == 6})

    @cached_property
    def _journal(self) -> Path:
        path = self.folder / JOURNAL
        with contextlib.suppress(FileExistsError), open(path, "x", encoding="utf-8") as file:
            file.write("done,key,seconds,peak_mb,worker,cpu\n")
        return path

    # ---- writing -------------------------------------------------------------------------

    def clear(self) -> None:
        """Remove what processes that are gone have half written."""
        for folder in (self.folder, *(Path(e.path) for e in _folders(self.folder))):
            for entry in _entries(folder):
                if is_abandoned(Path(entry.path)):
                    with self._writing():
                        Path(entry.path).unlink(missing_ok=True)

    def settle(self) -> None:
        """Bring the names of what was written to the disk."""
        if os.name == "nt":
            return  # Windows cannot open folders
        for folder in sorted(self._made):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _write(self, path: Path, content: bytes) -> None:
        if path.parent not in self._made:
            self._check_links()  # again, as another may have laid one meanwhile
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        half = half_of(path)
        try:
            with open(half, "xb", buffering=0) as file:
                _write_all(file.fileno(), content)
                os.fsync(file.fileno())
            os.replace(half, path)
        finally:
            half.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell what could not be written, and that the store is sound."""
        try:
            yield
        except OSError as error:
            why = error.strerror or str(error)
            raise StoreError(
                f"the store {self.folder} cannot be written: {why}; what is in it is sound, and "
                "the same study goes on from there"
            ) from error


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _write_all(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _folders(folder: Path) -> Iterable[os.DirEntry[str]]:
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield entry
            yield from _folders(Path(entry.path))
