"""Figures look as they did: small pictures of each, held against those in ``pictures``.

After a change that is meant, look at the new ones and keep them:
``python -m pytest tests/plot/test_pictures.py --mpl-generate-path=tests/plot/pictures``.
Text of other versions of matplotlib differs by some dots, which the tolerance lets pass; a curve,
colour or panel that is gone does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import flowsim as fs
import flowsim.plot
from flowsim.plot import OF_A_RUN
from flowsim.plot.lands import TINTS, WATER
from flowsim.plot.scene import AWAY
from flowsim.plot.style import GROUPS, KIND, OUTCOME, STATUS, Chart
from flowsim.results.result import Result
from flowsim.study.comparison import compare
from tests.fake_result import toy_result
from tests.learn.made_up import made_up
from tests.study.comparisons import june_2010

LIKE: dict[str, Any] = {
    "baseline_dir": "pictures", "tolerance": 6, "savefig_kwargs": {"dpi": 40}, "style": "default",
}  # fmt: skip
LETTERS = {"Town": "Ош шаары", "Gate": "Достук", "Camp": "مخيم", "City": "Андижан", "Calm": "جبل"}


WIDE = (("flow_map", 183), ("timeline", 183))
"""Figures that have their panels elsewhere, or others, where they are wide."""


def of_households() -> fs.Scenario:
    return fs.teaching_world()


def named_otherwise() -> Result:
    """The toy run with names in Cyrillic and Arabic letters."""
    data = toy_result().data
    names = [LETTERS.get(str(name), str(name)) for name in data["place"].values]
    sides = {
        side: ("crossing", [LETTERS.get(str(n), str(n)) for n in data[side].values])
        for side in ("near", "far")
    }
    return Result(data.assign_coords(place=names, **sides))


@pytest.mark.mpl_image_compare(**LIKE)
@pytest.mark.parametrize(("name", "width"), [*((name, 89) for name in OF_A_RUN.values()), *WIDE])
def test_of_a_run(name: str, width: int, toy: Callable[..., Chart]) -> Figure:
    return toy(name, width=width)


@pytest.mark.mpl_image_compare(**LIKE)
@pytest.mark.parametrize("name", ["sankey", "story", "contrasts", "sensitivity", "letters"])
def test_of_more(name: str) -> Figure:
    world = of_households()
    draw: dict[str, Callable[[], Chart]] = {
        "sankey": lambda: flowsim.plot.sankey(fs.follow(world), width=89),
        "story": lambda: flowsim.plot.story(fs.follow(world).story(), world, width=89),
        "contrasts": lambda: flowsim.plot.contrasts(compare(june_2010(), "as reported"), width=183),
        "sensitivity": lambda: flowsim.plot.sensitivity(made_up("sobol"), width=89),
        "letters": lambda: flowsim.plot.flow_map(named_otherwise(), width=89),
    }
    return draw[name]()


# ---- in grey ------------------------------------------------------------------------------------


def lightness(colour: Any) -> float:
    """L* of CIE 1976: what is left of a colour in a grey print, 0 to 100."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    part = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return 116.0 * part ** (1 / 3) - 16.0 if part > 0.008856 else 903.3 * part


@pytest.mark.parametrize(
    ("colours", "least"),
    [
        (list(STATUS.values()), 9.0),
        ([STATUS[status] for status in AWAY], 9.0),
        (list(OUTCOME.values()), 9.0),
        (list(KIND.values()), 9.0),
        (list(GROUPS), 5.0),
        ([TINTS["fled"], TINTS["other"], WATER], 2.0),
    ],
    ids=["status", "circles", "outcome", "kind", "groups", "ground"],
)
def test_colours_that_stand_side_by_side_differ_in_grey(colours: list[str], least: float) -> None:
    for one, other in itertools.combinations(colours, 2):
        assert abs(lightness(one) - lightness(other)) >= least, (one, other)


def test_cyrillic_and_arabic_names_are_drawn_with_no_warning() -> None:
    chart = flowsim.plot.flow_map(named_otherwise(), width=89)
    chart.write("/dev/null", format="png")


def test_an_old_matplotlib_says_that_it_does_not_join_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("matplotlib.__version__", "3.9.2")
    chart = Chart(1.0, 1.0)
    chart.text(0.1, 0.5, "حلب")
    with pytest.warns(fs.ScenarioWarning, match="draws names in Arabic or Hebrew letters backward"):
        chart.write("/dev/null", format="png")
