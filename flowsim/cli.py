"""The command line: ``flowsim run``, ``validate`` and ``schema``.

Exit status 0: done; 1: a run failed; 2: a scenario or the usage is wrong; 130: interrupted.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from flowsim.errors import Problem, ScenarioError, SimulationError

if TYPE_CHECKING:
    from flowsim.results import Result
    from flowsim.scenario.scenario import Scenario

OUT = Path("out")
RESULT = "result.nc"
EFFECTS = "policy_effects.csv"
ALLOW_CODE = (
    "Import the code that the scenario names, from the current folder first. It then runs with "
    "your rights: allow it only for files that you trust."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flowsim", prog_name="flowsim", message="%(prog)s %(version)s")
def cli() -> None:
    """Simulate people who flee across a border."""


@cli.command()
@click.argument("scenario")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder; else out/NAME.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--engine", type=click.Choice(["columns", "agents"]), default="columns")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier run.")
@click.option("--figures/--no-figures", default=True, help="Draw the figures.")
@click.option("--progress/--no-progress", default=True, help="Show progress on a terminal.")
def run(
    scenario: str,
    output: Path | None,
    seed: int,
    engine: str,
    settings: tuple[str, ...],
    allow_code: bool,
    overwrite: bool,
    figures: bool,
    progress: bool,
) -> None:
    """Run SCENARIO (a folder or a YAML file) once and write what comes of it.

    The folder gets result.nc, summary.json, policy_effects.csv, the effective scenario.yaml and the
    figures, all of them or none.
    """
    with _answering("the run failed"), _importing(allow_code):
        setup = _load(scenario, settings, allow_code)
        target = output or OUT / _file_name(setup.name)
        _check_target(target, overwrite)
        with _parent_of(target), _terminable():
            shown = progress and _is_terminal()
            told, drawn = _run_into(target, setup, seed, engine, figures, overwrite, shown)
        if told:
            click.echo(f"{told}\n")
        click.echo(f"The run is in {target}")
        for figure in drawn:
            click.echo(f"  {target / figure}")


@cli.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
def validate(scenarios: tuple[str, ...], allow_code: bool) -> None:
    """Check scenarios and tell everything that is wrong in them."""
    problems: list[Problem] = []
    with _answering("it failed"), _importing(allow_code):
        for name in scenarios:
            try:
                found = _load(name, (), allow_code)
            except ScenarioError as error:
                problems += error.problems
                continue
            sizes = f"{len(found.places)} places, {len(found.routes)} routes"
            click.echo(f"{name}: valid ({sizes}, {len(found.reports)} reports)")
        if problems:
            raise ScenarioError(list(dict.fromkeys(problems)))


@cli.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    from flowsim.scenario.schema import file_schema

    with _answering("it failed"):
        click.echo(json.dumps(file_schema(), indent=2, ensure_ascii=False))


def main() -> None:
    """Entry point of the command ``flowsim``."""
    cli(prog_name="flowsim")


def _load(name: str, settings: tuple[str, ...], allow_code: bool) -> Scenario:
    from flowsim.formats.readers import load

    scenario = load(name, allow_code)
    return scenario.with_values(_values(settings, allow_code)) if settings else scenario


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


def _run_into(
    target: Path,
    scenario: Scenario,
    seed: int,
    engine: Any,
    figures: bool,
    overwrite: bool,
    progress: bool,
) -> tuple[str, list[Path]]:
    """Run and write; the table of reported figures and the names of the drawn ones."""
    from flowsim.folders import whole_folder
    from flowsim.model.flow import run as simulate

    with whole_folder(target, replace=overwrite) as folder:
        result = simulate(scenario, seed=seed, engine=engine, progress=progress)
        told = _write(folder, result, scenario)
        drawn: list[Path] = []
        if figures:
            from flowsim.plot import save_all

            drawn = [path.relative_to(folder) for path in save_all(result, scenario, folder)]
    return told, drawn


def _write(folder: Path, result: Result, scenario: Scenario) -> str:
    from flowsim.evidence.digest import summary
    from flowsim.evidence.table import compare, format_table, tally

    result.to_netcdf(folder / RESULT)
    text = json.dumps(summary(result, scenario), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    effects = result.policy_effects()
    effects.to_csv(folder / EFFECTS, index=False, lineterminator="\n", float_format="%.10g")
    (folder / "scenario.yaml").write_text(str(result.data.attrs["scenario"]), encoding="utf-8")
    frame = compare(result, scenario)
    return f"{format_table(frame)}\n\n{tally(frame)}" if len(frame) else ""


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name).strip("._") or "scenario"


def _check_target(target: Path, overwrite: bool) -> None:
    """Refuse, before anything is run, to write over what is there."""
    if not (target.exists() or target.is_symlink()):
        return
    if not overwrite:
        raise click.UsageError(f"{target} exists; give another -o, or --overwrite to replace it")
    if not target.is_dir():
        raise click.UsageError(f"{target} is no folder; give another -o")
    if not (target / RESULT).is_file() and any(target.iterdir()):
        raise click.UsageError(f"{target} is no folder of a run; give another -o, or remove it")


@contextmanager
def _parent_of(target: Path) -> Iterator[None]:
    """Make ``out`` in the current folder where it is missing; other parents must exist."""
    made = target.parent == OUT and not OUT.exists()
    if made:
        OUT.mkdir()
    elif not target.parent.is_dir():
        why = "is no folder" if target.parent.exists() else "does not exist"
        raise OSError(f"the folder {target.parent} {why}")
    try:
        yield
    finally:
        if made and not any(OUT.iterdir()):
            OUT.rmdir()


@contextmanager
def _terminable() -> Iterator[None]:
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
def _importing(allow_code: bool) -> Iterator[None]:
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
def _answering(failed: str) -> Iterator[None]:
    """Turn errors into lines on stderr and an exit status."""
    try:
        yield
    except ScenarioError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        click.echo(f"{count} problem{'s' if count != 1 else ''}", err=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        click.echo("interrupted; nothing was written", err=True)
        raise SystemExit(130) from None
    except (SimulationError, MemoryError) as error:
        click.echo(f"{failed}: {error or 'out of memory'}", err=True)
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise  # whoever read our output is gone; click knows what to do
    except OSError as error:
        why = error.strerror or str(error)
        where = f"{error.filename}: " if error.strerror and error.filename else ""
        click.echo(f"{failed}: {where}{why}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
