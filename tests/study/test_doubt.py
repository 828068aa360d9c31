"""The distribution of an effect over inputs and chance, and what of its variance is which."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import flowsim as fs
from flowsim.study.doubt import BOTH, CHANCE, NOT_APART, effect_of


def data(samples: int, members: int, inputs: float, chance: float, seed: int = 1) -> xr.Dataset:
    """An effect of 10 that varies by inputs and by chance, and one that is nothing."""
    rng = np.random.default_rng(seed)
    base = rng.normal(100.0, 5.0, (samples, members))
    apart = 10.0 + rng.normal(0.0, inputs, (samples, 1)) + rng.normal(0.0, chance, base.shape)
    values = np.stack([base, base + apart, base])[..., None]
    return xr.Dataset(
        {"effects": (("scenario", "sample", "member", "effect"), values)},
        {"scenario": ["shut", "open", "same"], "sample": np.arange(1, samples + 1),
         "member": np.arange(1, members + 1), "effect": ["let_through"],
         "unit": ("effect", ["persons"])},
    )  # fmt: skip


def test_the_parts_of_the_variance_are_unbiased() -> None:
    found = []
    for seed in range(300):
        table = fs.compare(data(8, 2, 2.0, 3.0, seed), "shut", "let_through").table
        found.append(table.loc[1, ["variance_chance", "variance_inputs"]].astype(float))
    mean = np.mean(found, axis=0)
    assert mean == pytest.approx([9.0, 4.0], rel=0.12)


def test_lacking_pairs_leave_the_parts_unbiased() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        apart = rng.normal(0.0, 2.0, (10, 1)) + rng.normal(0.0, 3.0, (10, 3))
        apart[rng.random((10, 3)) < 0.3] = np.nan
        told = effect_of(apart, np.zeros_like(apart), 0.9)
        found.append((told.variance_chance, told.variance_inputs))
    assert np.nanmean(found, axis=0) == pytest.approx([9.0, 4.0], rel=0.15)


def test_intervals_and_signs_are_of_the_pairs() -> None:
    told = effect_of(np.arange(-10.0, 90.0).reshape(50, 2), np.zeros((50, 2)), 0.9)
    assert (told.more, told.less) == (0.89, 0.10)
    assert told.half_high - told.half_low == pytest.approx(49.5)
    assert told.high - told.low == pytest.approx(89.1)


@pytest.mark.parametrize(
    ("samples", "members", "holds"), [(1, 5, CHANCE), (6, 3, BOTH), (6, 1, NOT_APART)]
)
def test_an_interval_says_what_it_holds(
    samples: int, members: int, holds: str, tmp_path: object
) -> None:
    told = fs.compare(data(samples, members, 2.0, 3.0), "shut", "let_through")
    assert told.table["holds"].tolist() == ["", holds, holds]
    if samples > 1:
        assert holds in " ".join(str(told).split())
        assert holds in " ".join(told._repr_html_().split())


def test_over_samples_the_tables_tell_the_effect_and_its_signs() -> None:
    told = fs.compare(data(40, 2, 2.0, 1.0), "shut", "let_through")
    row = told.table.iloc[1]
    assert f"{100 * row['more']:.0f} %" in str(told)
    wide = told.markdown()
    assert "P(more)" in wide
    assert "the same in every pair" in wide
    assert f"(+{row['effect_low']:.1f} to +{row['effect_high']:.1f})" in wide


def test_the_figure_draws_the_effect_and_says_what_it_holds() -> None:
    told = fs.compare(data(40, 2, 2.0, 1.0), "shut", "let_through")
    figure = fs.plot.contrasts(told)
    lines = {line.get_gid(): line for axes in figure.axes for line in axes.lines}
    ends = lines["unpaired open"].get_xdata()
    row = told.table.iloc[1]
    assert list(ends) == pytest.approx([row["effect_low"], row["effect_high"]])
    key = " ".join(t.get_text() for legend in figure.legends for t in legend.get_texts())
    assert BOTH in " ".join(key.split())
    plt.close(figure)
