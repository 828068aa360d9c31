"""What all commands share: scenarios and values to load, and errors told as lines and a status."""

from __future__ import annotations

import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.shell_completion import CompletionItem

from flowsim.cli.output import note, say
from flowsim.errors import Problem, ScenarioError, ScenarioWarning, SimulationError, StoreError
from flowsim.folders import LinkError, refuse_link
from flowsim.left_out import left_out
from flowsim.shown import lines
from flowsim.suffixes import FIGURE, ending_of, folder_of

if TYPE_CHECKING:
    from flowsim.scenario.scenario import Scenario

OUT = Path("out")
OWN_PROCESS = "own process"
"""Told to a command by the entry point: the process ends with it, and nobody else is in it."""
ALLOW_CODE = (
    "Import the code that the scenario names, from the current folder first. It then runs with "
    "your rights: allow it only for files that you trust."
)

PERIOD = click.option(
    "--period",
    metavar="START..END",
    help="Of a folder of Flee: when the run starts and ends, as 2015-05-01..2016-05-31.",
)


def _some(context: click.Context, parameter: click.Parameter, jobs: int) -> int:
    if jobs == 0:
        raise click.UsageError("--jobs 0 runs nothing; give a number of processes, or -1")
    return jobs


JOBS = click.option(
    "--jobs", type=int, default=1, show_default=True, callback=_some,
    help="Processes; -1: all cores.",
)  # fmt: skip
RECOMPUTE = click.option(
    "--recompute", is_flag=True, help="Run again what other code or scenarios made."
)
PROGRESS = click.option(
    "--progress/--no-progress", default=True,
    help="A bar on a terminal, else a line every minute.",
)  # fmt: skip
"""Of commands that run many."""


class _ScenarioName(click.Path):
    """A path, or the name of a scenario that comes with flowsim, which completion offers, too."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from flowsim.scenario.shipped import names

        known = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return [*known, *super().shell_complete(ctx, param, incomplete)]


SCENARIO = _ScenarioName()


def load(
    name: str,
    settings: tuple[str, ...],
    allow_code: bool,
    fitted: Mapping[str, Any] | None = None,
    **how: Any,
) -> Scenario:
    """A scenario with values set in it: fitted ones, and over them those of the command.

    What is odd in its files is told on stderr; `how` is handed on to the readers.
    """
    from flowsim import readers

    with warnings.catch_warnings(record=True) as odd:
        warnings.simplefilter("always", ScenarioWarning)
        scenario = readers.load(name, allow_code, **how)
    for warning in odd:
        note(str(warning.message))
    values = {**(fitted or {}), **_values(settings, allow_code)}
    return scenario.with_values(values) if values else scenario


def _values(settings: tuple[str, ...], allow_code: bool) -> dict[str, Any]:
    """The values to set, by path."""
    from flowsim.scenario.override import assignment
    from flowsim.scenario.policies import has_code

    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for text in settings:
        try:
            path, value = assignment(text)
        except ScenarioError as error:
            problems += error.problems
            continue
        values[path] = value
        if not allow_code and has_code(value):
            wrong = "code is not run unless you allow it"
            problems.append(Problem(path, wrong, "pass --allow-code, if you trust it"))
    if problems:
        raise ScenarioError(problems)
    return values


def with_what_is_used() -> AbstractContextManager[None]:
    """Leave out what pandas and xarray look for and a single run has no use for.

    Not where a program calls the command: it may have a use for it later.
    """
    context = click.get_current_context(silent=True)
    if context is None or context.find_root().obj != OWN_PROCESS:
        return nullcontext()
    return left_out("dask", "pyarrow")


def load_tables() -> None:
    """Load pandas and xarray with what a single run has a use for."""
    with with_what_is_used():
        import xarray as xr

        xr.Variable("x", [0.0])  # it looks for dask once, here


class PlainGroup(click.Group):
    """A command with others below it, whose messages about wrong usage are plain lines."""

    def invoke(self, context: click.Context) -> Any:
        """Run what was asked for."""
        try:
            return super().invoke(context)
        except click.ClickException as error:
            vars(error)["message"] = lines(error.message)
            raise


def is_terminal() -> bool:
    """Whether somebody watches."""
    return sys.stderr is not None and sys.stderr.isatty()  # None where it is closed


def file_name(name: str) -> str:
    """A scenario's or study's name as that of a folder."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._") or "scenario"


def no_link(path: Path | None) -> Path | None:
    """Refuse, before anything is done, to write through a link."""
    if path is not None:
        try:
            refuse_link(path)
        except LinkError as error:
            raise click.BadParameter(str(error)) from None
    return path


Named = Callable[[click.Context, click.Parameter, Path | None], Path | None]


def ends_in(endings: Sequence[str], what: str, needed: bool = False) -> Named:
    """What refuses, before anything is done, a link and a file that is not what its name says."""

    def refuse(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
        no_link(path)
        try:
            if path is not None:
                ending_of(path, endings, needed, what)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        return path

    return refuse


def is_folder(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse, before anything is done, a folder that bears the name of a file."""
    try:
        if path is not None and not path.exists():  # what is there is told of later
            folder_of(path)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return path


def is_new_folder(
    context: click.Context, option: click.Parameter, path: Path | None
) -> Path | None:
    """As `is_folder`, of a folder that is swapped as a whole, which a link cannot be."""
    return is_folder(context, option, no_link(path))


def check_scenario_folder(target: Path, overwrite: bool, another: str, whose: str) -> None:
    """Refuse, before anything is read, to replace a folder that holds more than a scenario.

    Parameters
    ----------
    target : Path
    overwrite : bool
    another : str
        What to give instead.
    whose : str
        Of what else it holds: as that ``no conversion wrote``.
    """
    from flowsim.scenario.load import FILE
    from flowsim.scenario.write import TABLES

    if not (target.exists() or target.is_symlink()):
        return
    if not overwrite:
        raise click.UsageError(f"{target} exists; give {another}, or --overwrite to replace it")
    if target.is_symlink():
        raise click.UsageError(f"{target} is a link; give {another}, or remove it")
    if not target.is_dir():
        raise click.UsageError(f"{target} is not a folder; give {another}")
    more = {entry.name for entry in target.iterdir()} - {FILE, *TABLES.values()}
    if more:
        wrong = f"{target} holds {min(more)}, which {whose}"
        raise click.UsageError(f"{wrong}; give {another}, or remove it")


figure_name = ends_in(FIGURE, "a figure", needed=True)


@contextmanager
def parent_of(target: Path) -> Iterator[None]:
    """Make ``out`` in the current folder where it is missing; other parents must exist."""
    made = target.parent == OUT and not OUT.exists()
    if made:
        OUT.mkdir()
    elif not target.parent.is_dir():
        why = "is not a folder" if target.parent.exists() else "does not exist"
        raise OSError(f"the folder {target.parent} {why}")
    try:
        yield
    finally:
        if made and not any(OUT.iterdir()):
            OUT.rmdir()


@contextmanager
def terminable() -> Iterator[None]:
    """Clean up on SIGTERM as on any exception."""

    def stop(number: int, frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def noting() -> Iterator[None]:
    """Tell warnings as plain lines, each once."""
    told: set[str] = set()

    def tell(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in told:
            told.add(str(message))
            say(f"warning: {message}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = tell
        yield


@contextmanager
def importing(allow_code: bool) -> Iterator[None]:
    """Let code be imported from the current folder, if any is allowed."""
    here = str(Path.cwd()) if allow_code else None
    if here:
        sys.path.insert(0, here)
    try:
        yield
    finally:
        if here in sys.path:
            sys.path.remove(here)


@contextmanager
def answering(failed: str, interrupted: str = "nothing was written") -> Iterator[None]:
    """Turn errors into lines on stderr and an exit status, and warnings into lines."""
    try:
        with noting():
            yield
    except ScenarioError as error:
        for problem in error.problems:
            say(str(problem), err=True)
        count = len(error.problems)
        say(f"{count} problem{'s' if count != 1 else ''}", err=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        say(f"interrupted; {interrupted}", err=True)
        raise SystemExit(130) from None
    except (SimulationError, StoreError, ImportError) as error:
        say(f"{failed}: {error}", err=True)
        raise SystemExit(1) from None
    except MemoryError as error:
        say(f"{failed}: out of memory{f' ({error})' if str(error) else ''}", err=True)
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise  # whoever read our output is gone; click knows what to do
    except OSError as error:
        why = error.strerror or str(error)
        where = f"{error.filename}: " if error.strerror and error.filename else ""
        say(f"{failed}: {where}{why}", err=True)
        raise SystemExit(1) from None
