"""The command ``flowsim plot``: one figure of a run, for a paper or a talk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import (
    answering,
    ends_in,
    importing,
    is_terminal,
    load,
    load_tables,
    parent_of,
    terminable,
)
from flowsim.cli.output import is_quiet, json_option, quiet_option, result, written
from flowsim.cli.run_folder import RESULT, WRITTEN_OUT
from flowsim.errors import Problem, ScenarioError
from flowsim.plot import OF_A_RUN
from flowsim.suffixes import FIGURE, FILM, ending_of

if TYPE_CHECKING:
    from flowsim.results.result import Result
    from flowsim.scenario.scenario import Scenario

FOLLOWED = ("sankey", "story")
"""Figures of households, for which the run is made again."""
ANIMATION = "animation"
NAMES = (*OF_A_RUN.values(), *FOLLOWED, ANIMATION)
ONLY_FOR = {
    "at": ("flow_map", "sankey"), "outlines": ("flow_map", ANIMATION),
    "household": ("story",), "frames": (ANIMATION,),
}  # fmt: skip
"""Options that belong to some figures."""


class _Width(click.ParamType):
    """Millimetres, or a name for them."""

    name = "mm"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """What the figures take."""
        try:
            return value if value in ("single", "double") else float(value)
        except ValueError:
            right = "give millimetres, or single or double"
            self.fail(f"{value!r} is not a width; {right}", param, ctx)


@click.command("plot")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("figure", type=click.Choice(NAMES))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              callback=ends_in((*FIGURE, *FILM), "a figure", needed=True),
              help="PDF, SVG or PNG; GIF or MP4 of an animation.")  # fmt: skip
@click.option("--width", type=_Width(), metavar="MM",
              help="Millimetres, or single (89) or double (183).")  # fmt: skip
@click.option("--at", metavar="TIME", help="The moment of a map or of a sankey.")
@click.option("--outlines", type=click.Path(path_type=Path), metavar="FILE",
              help="GeoJSON of countries for a map; else Natural Earth's.")  # fmt: skip
@click.option("--household", type=click.IntRange(min=0), help="Whose story; else one that crossed.")
@click.option("--frames", type=click.IntRange(min=1), help="Of an animation, at most.")
@click.option("--dpi", type=click.FloatRange(min=10, max=2400), default=300, show_default=True,
              help="Dots an inch of a PNG.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("--progress/--no-progress", default=True, help="Show progress on a terminal.")
@quiet_option
@json_option
def plot_command(
    run: Path,
    figure: str,
    output: Path,
    width: Any,
    at: str | None,
    outlines: Path | None,
    household: int | None,
    frames: int | None,
    dpi: float,
    overwrite: bool,
    progress: bool,
) -> None:
    """Draw one FIGURE of RUN, the folder that `flowsim run` has written.

    sankey (from home over crossings to where people are) and story (one household) run the
    scenario again with the same seed, as a result has counts and no households.
    """
    options = {"at": at, "outlines": outlines, "household": household, "frames": frames}
    given = {name: value for name, value in options.items() if value is not None}
    _check(figure, output, overwrite, given)
    given |= {} if width is None else {"width": width}
    with answering("the figure failed"), importing(False):
        made, scenario = _read(run)
        load_tables()
        with parent_of(output), terminable():
            shown = progress and is_terminal() and not is_quiet()
            _draw(figure, made, scenario, output, given, dpi, shown)
    with answering(f"{output} is written, but the output could not be"):
        result("", {"figure": figure, "file": output})
        written(f"The figure is {output}")


def _check(figure: str, output: Path, overwrite: bool, given: dict[str, Any]) -> None:
    """Refuse what does not go together, before anything is read."""
    moving = ending_of(output, (*FIGURE, *FILM), needed=True) in FILM
    if moving != (figure == ANIMATION):
        right = "GIF or MP4" if figure == ANIMATION else "PDF, SVG or PNG"
        raise click.UsageError(f"{output}: {figure} is written as {right}")
    if output.exists() and not overwrite:
        raise click.UsageError(f"{output} exists; give another -o, or --overwrite to replace it")
    for name in given:
        if figure not in ONLY_FOR[name]:
            right = " and ".join(ONLY_FOR[name])
            raise click.UsageError(f"--{name} is for {right}, not for {figure}")


def _read(run: Path) -> tuple[Result, Scenario]:
    """The result and the scenario that a run has left in its folder."""
    from flowsim.results.result import Result

    folder = run.parent if run.name == RESULT else run
    if not (folder / RESULT).is_file() or not (folder / WRITTEN_OUT).is_file():
        raise click.UsageError(f"{run} is not the folder of a run; give one of `flowsim run -o`")
    return Result.from_netcdf(folder / RESULT), load(str(folder / WRITTEN_OUT), (), False)


def _draw(
    figure: str,
    made: Result,
    scenario: Scenario,
    output: Path,
    given: dict[str, Any],
    dpi: float,
    progress: bool,
) -> None:
    """Draw and write; what cannot be drawn is told as a problem of what was given."""
    from flowsim import plot

    try:
        if figure == ANIMATION:
            plot.animation(made, output, scenario, progress=progress, **given)
        elif figure in FOLLOWED:
            _followed(figure, made, scenario, given).write(output, dpi=dpi)
        else:
            getattr(plot, figure)(made, scenario=scenario, **given).write(output, dpi=dpi)
    except ScenarioError:
        raise
    except ValueError as error:
        wrong, _, right = str(error).partition("; ")
        right = right or "see flowsim plot --help"
        raise ScenarioError([Problem("", wrong, right)]) from None


def _followed(figure: str, made: Result, scenario: Scenario, given: dict[str, Any]) -> Any:
    """A figure of households, from the same run made again."""
    from flowsim import plot
    from flowsim.model.journeys import follow

    at, household = given.pop("at", None), given.pop("household", None)
    ways = follow(scenario, made.seed)
    if figure == "story":
        return plot.story(ways.story(household), scenario, **given)
    return plot.sankey(ways if at is None else ways.until(at), **given)
