"""What the evidence can and cannot say: an effect against how well its inputs meet the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from flowsim.evidence.likelihood import implausibility
from flowsim.evidence.predicted import predicted
from flowsim.evidence.statements import statements
from flowsim.learn.waves import CUT
from flowsim.plot.given import Place
from flowsim.plot.holding import note
from flowsim.plot.page import Page
from flowsim.plot.style import FAINT, INK, STATUS, WIDTH_MM, Chart, styled
from flowsim.scenario.scenario import Scenario
from flowsim.study.comparison import Outcome, read_outcomes
from flowsim.study.doubt import CHANCE, hold
from flowsim.study.table import called, decimals, number

if TYPE_CHECKING:
    from flowsim.study.runs import Runs

HEIGHT_INCHES = 2.6
FAR = 12.0
"""Worse fits are drawn here."""
MEETS: dict[str, Any] = {"color": STATUS["sheltered"], "markersize": 4.5}
MISSES: dict[str, Any] = {"color": "#BDBDBD", "markersize": 3.5}
POINT: dict[str, Any] = {"marker": "o", "linestyle": "none", "markeredgewidth": 0}


@styled
def effect_by_fit(
    runs: Runs,
    scenario: Scenario,
    *,
    of: str,
    against: str,
    outcome: str = "let_through",
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """The effect of a policy at each sample of the inputs, against how well that meets the reports.

    Parameters
    ----------
    runs : Runs
        Of a study with samples, of two scenarios at least, that keeps ``reports``.
    scenario : Scenario
        Whose reports with ``use: fit`` the runs of `against` are held against.
    of, against : str
        Scenarios of the study: the effect is `of` less `against`.
    outcome : str
        As of `flowsim.compare`.
    ax : Axes, SubFigure or Figure, optional
        Of your own, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure. A point a sample: across, the largest implausibility of any report
        (standard errors, means over the dice); up, the mean effect over the dice, with a line to
        its extremes. Samples left of the line meet every report.

    Examples
    --------
    >>> import flowsim as fs
    >>> runs = fs.open_study("out/doubt")  # doctest: +SKIP
    >>> chart = effect_by_fit(runs, fs.load("kyrgyz_uzbek_2010"),
    ...                       of="open", against="as reported")  # doctest: +SKIP
    """
    off, effects, unit = fit_and_effect(runs, scenario, of, against, outcome)
    meets = off < CUT
    what = called(outcome)
    title = (
        f"{what[:1].upper()}{what[1:]}: effect of {of!r}, by how well its inputs meet the reports"
    )
    page = Page(width, HEIGHT_INCHES, title, ax)
    axes = page.axes()
    axes.axhline(0.0, color=FAINT, linewidth=0.9, zorder=1)
    axes.axvline(CUT, color=FAINT, linewidth=0.9, linestyle="--", zorder=1)
    for good, style in ((False, MISSES), (True, MEETS)):
        _points(axes, np.minimum(off[meets == good], FAR), effects[meets == good], good, style)
    axes.set_xlabel("largest implausibility of a report, standard errors")
    axes.set_ylabel(f"effect, {unit}" if unit else "effect")
    axes.set_xlim(0.0, 1.05 * min(max(float(off.max()), CUT + 1.0), FAR))
    places = decimals(float(np.ptp(effects)) / 2.0)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y, places, signed=True)))
    page.key_below(_key(int(meets.sum()), len(off), effects.shape[1]))
    return page.settled()


def fit_and_effect(
    runs: Runs, scenario: Scenario, of: str, against: str, outcome: str
) -> tuple[np.ndarray, np.ndarray, str]:
    """Of each sample the largest implausibility of a report, and the effect by its dice.

    Parameters
    ----------
    runs, scenario, of, against, outcome
        As of `effect_by_fit`.

    Returns
    -------
    float64 array (samples,), float64 array (samples, members), str
        And the unit of the effect.

    Raises
    ------
    ScenarioError
        The runs do not have the outcome.
    """
    from flowsim.errors import ScenarioError

    data = runs.data
    told = read_outcomes(data, outcome)[outcome]
    if not isinstance(told, Outcome):
        raise ScenarioError([told])
    names = [str(name) for name in data["scenario"].values]
    effects = told.values[names.index(of)] - told.values[names.index(against)]
    fitted = statements(scenario)
    values = predicted(data.sel(scenario=against), fitted)
    by_run = values.reshape(*effects.shape, len(fitted))
    chance = by_run.std(axis=1, ddof=1) if effects.shape[1] > 1 else 0.0
    off = implausibility(fitted, by_run.mean(axis=1), chance).max(axis=1)
    return off, effects, told.unit


def _points(axes: Axes, off: np.ndarray, effects: np.ndarray, good: bool, style: dict) -> None:
    gid = "meets" if good else "misses"
    ends = effects.min(axis=1), effects.max(axis=1)
    axes.vlines(off, *ends, color=style["color"], linewidth=0.9, zorder=2 + good, gid=f"dice {gid}")
    axes.plot(off, effects.mean(axis=1), zorder=3 + good, gid=gid, **POINT, **style)


def _key(meets: int, samples: int, dice: int) -> list[Line2D]:
    cut = f"a report is implausible from {CUT:g} standard errors on"
    lines = [
        Line2D(
            [], [], label=f"meets every report ({meets} of {samples} samples)", **POINT, **MEETS
        ),
        Line2D([], [], label="misses one at least", **POINT, **MISSES),
        Line2D([], [], label=cut, color=FAINT, linewidth=0.9, linestyle="--"),
    ]
    if dice > 1:
        words = f"lowest to highest of {dice} dice at the same inputs"
        lines.append(Line2D([], [], color=INK, linewidth=0.9, label=words))
        lines.append(note(hold("lines", CHANCE, "the spread of the points is what inputs do")))
    return lines
