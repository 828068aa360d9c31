"""What the bands and bars of a figure hold, for its key; `flowsim.study.doubt` has the words."""

from __future__ import annotations

import textwrap

import xarray as xr
from matplotlib.lines import Line2D

from flowsim.study.doubt import BOTH, CHANCE, hold

SAME = "all runs have the same inputs"
SAMPLES = "samples of inputs were drawn"
DIFFER = "the runs have different ones"
LETTERS = 68
"""In a line of a key."""


def note(words: str) -> Line2D:
    """A row of a key that has words and no mark.

    Examples
    --------
    >>> note(hold("bars", CHANCE)).get_label()
    'bars hold chance alone'
    """
    return Line2D([], [], linestyle="none", label=textwrap.fill(words, LETTERS))


def of_study(data: xr.Dataset, what: str = "bands") -> str:
    """What intervals over all runs of a scenario of a study hold.

    Examples
    --------
    >>> of_study(xr.Dataset(coords={"sample": [0], "member": [1, 2]}))
    'bands hold chance alone: all runs have the same inputs'
    """
    drawn = data.sizes["sample"] > 1
    return hold(what, BOTH, SAMPLES) if drawn else hold(what, CHANCE, SAME)


def of_inputs(differ: bool, what: str = "bands") -> str:
    """What intervals over runs with the same inputs, or with different ones, hold."""
    return hold(what, BOTH, DIFFER) if differ else hold(what, CHANCE, SAME)
