"""Figures of other packages that are installed, by the name of their entry point.

One is called like a figure of a run, as ``draw(result, scenario=scenario)``, and also with
``width=`` where a width is asked for. It gives a `flowsim.plot.style.Chart`, or any figure of
matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowsim import plot
from flowsim.errors import SimulationError, in_own_code
from flowsim.installed import Group, Offer

if TYPE_CHECKING:
    from flowsim.results.result import Result
    from flowsim.scenario.scenario import Scenario


def _wrong(told: str, found: Any, offer: Offer) -> str:
    whose = f"the package {offer.package!r}"
    if not told.isidentifier():
        return f"the figure {told!r} of {whose} cannot be called in Python"
    if not callable(found):
        names = f"{whose} names {offer.point.value!r} for the figure {told!r}"
        return f"{names}, which cannot be called"
    return ""


def _of_flowsim() -> list[str]:
    """Names of its figures, and those of their files, which others would replace."""
    return [*plot.__all__, *(file.partition(".")[0] for file in plot.OF_A_RUN)]


FIGURES: Group[Callable[..., Any]] = Group("flowsim.figures", "figure", _wrong, _of_flowsim)


def write(name: str, drawn: Any, path: Path) -> None:
    """Write what a figure of a package gave, as the suffix says.

    Raises
    ------
    SimulationError
        It is not a figure of matplotlib.
    """
    from matplotlib.figure import Figure

    from flowsim.plot.style import Chart, write_figure

    if isinstance(drawn, Chart):
        drawn.write(path)
        return
    if not isinstance(drawn, Figure):
        raise SimulationError(f"{_whose(name)} gave {type(drawn).__name__} and not a Figure")
    write_figure(drawn, path)


def draw_to(name: str, result: Result, scenario: Scenario, path: Path, **how: Any) -> None:
    """Draw a figure of a package into a file.

    Raises
    ------
    ValueError
        No package has it, or it cannot be had.
    SimulationError
        It raised an error, which is its cause, or gave something else.
    """
    draw = FIGURES.load(name)
    if draw is None:
        raise ValueError(f"no package has a figure {name!r}; there is {FIGURES.names()}")
    try:
        drawn = draw(result, scenario=scenario, **how)
    except Exception as error:
        raise in_own_code(_whose(name), error) from error
    write(name, drawn, path)


def _whose(name: str) -> str:
    return f"the figure {name!r} of the package {FIGURES.offers(name)[0].package!r}"
