"""Try mutants of one room in forks of a process that has collected the tests already.

The libraries are imported once, the tests are collected once, and what each test runs of the room
is noted once. Then a mutant takes a fork: the code of its function is put in the place of the old
one, and the tests that come there are run, quick ones first, until one fails. What runs on import
(fields of a class) takes a fork from before the package is imported.

Run in a copy of the checkout, in which the file of each mutant is overwritten for the time.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import resource
import select
import signal
import sys
import time
import traceback
import types
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from tests.mutants.making import Mutant, differing, inner_codes, is_function

SURVIVED, TIMED_OUT, ELSEWHERE = "survived", "timed out", "elsewhere"
LIBRARIES = (
    "numpy", "pandas", "xarray", "pydantic", "scipy.spatial", "scipy.stats", "scipy.special",
    "scipy.optimize", "mesa", "networkx", "matplotlib.figure", "matplotlib.backends.backend_agg",
    "ruamel.yaml", "click", "tqdm", "joblib", "cloudpickle", "filelock", "hypothesis.strategies",
    "jsonschema", "pytest",
)  # fmt: skip
CPU_SECONDS = 30.0
"""A mutant gets so much, and ten times what its tests take without it."""
SHORT = 0.3
"""Tests that stand beside those that run a function are run too if they take less CPU seconds."""
MEMORY = 6 * 1024**3
OPTIONS = ["-q", "-x", "--tb=no", "--assert=plain", "--capture=sys", "-p", "no:cacheprovider",
           "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]  # fmt: skip

Note = dict[str, Any]
"""Of a test: its seconds, and the lines of the room's files that it runs."""


def preload() -> None:
    """Import what all tests need, and nothing of the package."""
    for name in LIBRARIES:
        importlib.import_module(name)
    assert not any(name.split(".")[0] == "flowsim" for name in sys.modules)


def forked(work: Callable[[], Any], cpu: float, log: Path) -> Any:
    """What some work in a fork gives, through a pipe; TIMED_OUT, or None if it died."""
    mine, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(mine)
        _in_child(work, cpu, log, theirs)
    os.close(theirs)
    told, ends = b"", time.monotonic() + 8.0 * cpu + 60.0
    while not told.endswith(b"\n"):
        ready, _, _ = select.select([mine], [], [], max(0.0, ends - time.monotonic()))
        piece = os.read(mine, 1 << 16) if ready else b""
        told += piece
        if not piece:
            break
    os.close(mine)
    late = time.monotonic() >= ends
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # and what it may have started
    _, status = os.waitpid(child, 0)
    if told.endswith(b"\n"):
        return json.loads(told)
    return TIMED_OUT if late or os.WTERMSIG(status) == signal.SIGXCPU else None


def _in_child(work: Callable[[], Any], cpu: float, log: Path, out: int) -> None:
    try:
        os.setpgid(0, 0)
        used = sum(os.times()[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + cpu) + 1, int(used + cpu) + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        null = os.open(os.devnull, os.O_RDWR)
        said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream, to in ((0, null), (1, said), (2, said)):
            os.dup2(to, stream)
        told = memoryview(json.dumps(work()).encode() + b"\n")
        while told:
            told = told[os.write(out, told) :]
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


class Noted:
    """A plugin that takes the loop over the tests out of pytest's hands."""

    def __init__(self, loop: Callable[[Any], None]) -> None:
        self.loop = loop

    def pytest_runtestloop(self, session: Any) -> bool:
        if session.testsfailed:
            raise RuntimeError("the tests cannot be collected")
        self.loop(session)
        return True


def first_failing(session: Any, items: Sequence[Any]) -> str:
    """The first test that fails, or SURVIVED."""
    for item, after in _with_next(items):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            return str(item.nodeid)
    return SURVIVED


class Bench:
    """A room's tests, collected, and what is known of them.

    Parameters
    ----------
    copy : Path
        The copy of the checkout, which is the working folder.
    paths : sequence of str
        Of tests, the near ones first.
    notes : Path
        Where it is kept what each test runs.
    files : sequence of str
        Of the room.
    """

    def __init__(self, copy: Path, paths: Sequence[str], notes: Path, files: Sequence[str]) -> None:
        self.copy, self.paths, self.files, self._notes = copy, list(paths), list(files), notes
        self.notes: dict[str, Note] = json.loads(notes.read_text()) if notes.exists() else {}
        self._log = copy / ".log"

    def log(self) -> str:
        """The end of what the last fork printed."""
        path = self._log
        return path.read_text("utf-8", "replace")[-3000:] if path.exists() else ""

    # ---- what each test runs --------------------------------------------------------------

    def measure(self, marks: dict[str, str]) -> list[str]:
        """Note for each test what it runs, where that is not known; gives those that fail."""
        code = self.copy / ".notes.json"
        code.unlink(missing_ok=True)

        def loop(session: Any) -> None:
            known = {
                test: note for test, note in self.notes.items()
                if note["mark"] == marks.get(test.split("::")[0])
            }  # fmt: skip
            new = [item for item in session.items if item.nodeid not in known]
            found = _traced(session, new, [str(self.copy / file) for file in self.files])
            for item in new:
                known[item.nodeid] = {
                    **found[item.nodeid],
                    "mark": marks[item.nodeid.split("::")[0]],
                }
            there = {item.nodeid for item in session.items}
            code.write_text(json.dumps({k: v for k, v in known.items() if k in there}))

        given = forked(lambda: self._pytest(loop), 3600.0, self._log)
        if not code.exists():
            raise SystemExit(f"the tests of {self.paths} could not be run: {given}\n{self.log()}")
        self.notes = json.loads(code.read_text())
        self._notes.write_text(json.dumps(self.notes))
        return sorted(test for test, note in self.notes.items() if note["failed"])

    def _pytest(self, loop: Callable[[Any], None]) -> int:
        import pytest

        return int(pytest.main([*OPTIONS, *self.paths], plugins=[Noted(loop)]))

    def _covering(self, file: str, lines: range | None) -> tuple[list[str], list[str]]:
        """Tests that run a part of a file, and others that stand beside one; quick ones first."""
        mine = [
            test for test, note in self.notes.items()
            if (ran := note["lines"].get(file)) and (lines is None or any(n in lines for n in ran))
        ]  # fmt: skip
        beside = {test.split("::")[0] for test in mine}
        others = [
            test for test, note in self.notes.items()
            if test.split("::")[0] in beside and test not in set(mine) and note["seconds"] < SHORT
        ]  # fmt: skip
        order = {path: i for i, path in enumerate(self.paths)}

        def key(test: str) -> tuple[float, ...]:
            where = next((i for p, i in order.items() if test.startswith(p)), len(order))
            return (0.0 if where < len(order) else 1.0, self.notes[test]["seconds"], where)

        sound = [[t for t in part if not self.notes[t]["failed"]] for part in (mine, others)]
        return sorted(sound[0], key=key), sorted(sound[1], key=key)

    # ---- mutants --------------------------------------------------------------------------

    def quick(
        self, mutants: Sequence[Mutant], told: Callable[[Mutant, str], None], ends: float
    ) -> list[Mutant]:
        """Try mutants by changing what is imported; gives those for which that is not enough."""
        mine, theirs = os.pipe()

        def loop(session: Any) -> None:
            items = {item.nodeid: item for item in session.items}
            functions = _functions()
            gc.freeze()
            for mutant in mutants:
                if time.monotonic() > ends:
                    break
                seen = self._try_quick(mutant, session, items, functions)
                os.write(theirs, json.dumps([mutant.id, seen]).encode() + b"\n")

        child = os.fork()
        if child == 0:
            try:
                os.close(mine)
                self._pytest(loop)
            finally:
                os._exit(0)
        os.close(theirs)
        by_id, left, tried = {mutant.id: mutant for mutant in mutants}, [], 0
        with open(mine, encoding="utf-8") as lines:
            for line in lines:
                name, seen = json.loads(line)
                tried += 1
                if seen == ELSEWHERE:
                    left.append(by_id[name])
                else:
                    told(by_id[name], seen)
        os.waitpid(child, 0)
        if tried < len(mutants) and time.monotonic() < ends:
            raise SystemExit(f"only {tried} of {len(mutants)} mutants could be tried")
        return left

    def _try_quick(
        self, mutant: Mutant, session: Any, items: dict[str, Any], functions: dict[Any, Any]
    ) -> str:
        path = self.copy / mutant.file
        source = path.read_text("utf-8")
        if mutant.outer:
            lines = _lines_of(source, mutant)
            first, then = self._covering(mutant.file, lines)
        else:
            first, then = self._covering(mutant.file, None)
        first, then = ([t for t in part if t in items] for part in (first, then))
        spent = sum(self.notes[t]["seconds"] for t in (*first, *then))

        def work() -> str:
            if mutant.outer:
                fits = _put(mutant, path, source, functions)
            else:
                fits = _put_constants(mutant, path)
            if not fits:
                return ELSEWHERE
            chosen = [items[test] for test in (*first, *(then if mutant.outer else ()))]
            return first_failing(session, chosen) if chosen else SURVIVED

        with overwritten(path, mutant.text, source):
            seen = forked(work, CPU_SECONDS + 10.0 * spent, self._log)
        if seen == SURVIVED and not mutant.outer:
            return ELSEWHERE
        return "died" if seen is None else str(seen)

    def slow(self, mutant: Mutant) -> str:
        """Try a mutant by importing it."""
        path = self.copy / mutant.file
        source = path.read_text("utf-8")
        first, then = self._covering(mutant.file, None)
        # Nothing comes to the lines of a class while a test runs, so any test may use its fields.
        rest = sorted(
            test for test, note in self.notes.items()
            if not note["failed"] and note["seconds"] < SHORT and test not in {*first, *then}
        )  # fmt: skip
        order = {test: i for i, test in enumerate([*first, *then, *rest])}
        seen: list[str] = []

        def loop(session: Any) -> None:
            chosen = [item for item in session.items if item.nodeid in order]
            chosen.sort(key=lambda item: order[item.nodeid])
            seen.append(first_failing(session, chosen))

        def work() -> str:
            code = self._pytest(loop)
            return seen[0] if seen else f"on import, pytest gives {code}"

        spent = sum(self.notes[test]["seconds"] for test in order)
        with overwritten(path, mutant.text, source):
            given = forked(work, CPU_SECONDS + 10.0 * spent, self._log)
        return "died" if given is None else str(given)


def _with_next(items: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Each test with the one after it, which pytest must know to keep what both need."""
    return zip(items, [*items[1:], None], strict=False)


def _traced(session: Any, items: Sequence[Any], files: Sequence[str]) -> dict[str, Note]:
    """Run tests and note what each runs."""
    import coverage

    if not items:
        return {}
    cov = coverage.Coverage(data_file=None, include=files, config_file=False)
    cov.start()
    found: dict[str, Note] = {}
    here = os.getcwd() + os.sep
    for item, after in _with_next(items):
        failed, began = session.testsfailed, time.process_time()
        cov.switch_context(item.nodeid)
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        seconds = round(time.process_time() - began, 3)
        found[item.nodeid] = {"seconds": seconds, "failed": session.testsfailed > failed}
        session.shouldfail = session.shouldstop = False
    cov.stop()
    data = cov.get_data()
    lines: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for name in data.measured_files():
        for line, contexts in data.contexts_by_lineno(name).items():
            for context in contexts:
                lines[context][name.removeprefix(here)].append(line)
    return {test: {**note, "lines": lines.get(test, {})} for test, note in found.items()}


@contextmanager
def overwritten(path: Path, text: str, before: str) -> Iterator[None]:
    """A file that has another text for a time."""
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


# ---- changing what is imported ----------------------------------------------------------------


def _functions() -> dict[tuple[str, str], list[types.FunctionType]]:
    """All functions there are, by the file and the qualified name of their code."""
    found = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType):
            found[thing.__code__.co_filename, thing.__code__.co_qualname].append(thing)
    return found


def _code_of(source: str, file: str, outer: str) -> list[types.CodeType]:
    def walk(code: types.CodeType) -> Iterator[types.CodeType]:
        for inner in inner_codes(code):
            if is_function(inner):
                if inner.co_qualname == outer:
                    yield inner
            else:
                yield from walk(inner)

    return list(walk(compile(source, file, "exec", dont_inherit=True)))


def _lines_of(source: str, mutant: Mutant) -> range:
    """The lines of the function that a mutant changes, but its head, which runs on import."""
    found: set[int] = set()

    def add(code: types.CodeType) -> None:
        found.update(line for _, _, line in code.co_lines() if line)
        for inner in inner_codes(code):
            add(inner)

    for code in _code_of(source, mutant.file, mutant.outer):
        body = {line for _, _, line in code.co_lines() if line} - {code.co_firstlineno}
        found |= body or {code.co_firstlineno}
        for inner in inner_codes(code):
            add(inner)
    return range(min(found), max(found) + 1)


def _put(mutant: Mutant, path: Path, source: str, functions: dict[Any, Any]) -> bool:
    """Put a mutant's function in the place of the old one, wherever that is held."""
    olds = _code_of(source, str(path), mutant.outer)
    news = _code_of(mutant.text, str(path), mutant.outer)
    pairs = [(a, b) for a, b in zip(olds, news, strict=False) if differing(_in(a), _in(b))]
    if len(olds) != len(news) or len(pairs) != 1:
        return False
    (old, new), found = pairs[0], False
    for function in functions.get((str(path), mutant.outer), ()):
        if function.__code__.co_firstlineno == old.co_firstlineno:
            try:
                function.__code__ = new
            except ValueError:  # it closes over other variables
                return False
            found = True
    return found


def _in(code: types.CodeType) -> types.CodeType:
    """A module in which only this code stands."""
    module = compile("0", "m", "exec")
    return module.replace(co_consts=(code,))


PLAIN = (str, bytes, int, float, tuple, list, dict, set, frozenset, re.Pattern, np.ndarray,
         np.generic, type(None))  # fmt: skip


def _put_constants(mutant: Mutant, path: Path) -> bool:
    """Give every module the constants of a mutant, if these are all that it changes."""
    name = mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    module = sys.modules.get(name)
    if module is None:
        return False
    fresh = types.ModuleType(name)
    fresh.__dict__.update(__file__=str(path), __package__=module.__package__)
    if hasattr(module, "__path__"):
        return False
    sys.modules[name] = fresh
    try:
        exec(compile(mutant.text, str(path), "exec", dont_inherit=True), fresh.__dict__)
    finally:
        sys.modules[name] = module
    changed = False
    for key, new in vars(fresh).items():
        old = vars(module).get(key)
        if key.startswith("__") or not isinstance(old, PLAIN) or repr(old) == repr(new):
            continue
        changed = True
        for other in list(sys.modules.values()):
            if getattr(other, "__name__", "").split(".")[0] == "flowsim" and (
                other is module or vars(other).get(key) is old
            ):
                setattr(other, key, new)
    return changed
