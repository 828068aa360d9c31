"""The example that learns by flowsim, pyABC and sbi: its parts, and the table that it left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from flowsim.learn.adapters import for_other_tools
from tests.examples.scripts import EXAMPLES, script
from tests.pages import model

example = script("other_tools")
TABLE = pd.read_csv(EXAMPLES / "other_tools.csv")
NAMES = {
    example.OPENING: "end of the closure",
    example.GATE: "gate",
    example.LEAVING: "leaving (linked)",
}


def markdown(table: pd.DataFrame) -> str:
    """The table as it stands with the model."""
    ways = list(example.WAYS)
    runs = table.drop_duplicates("by").set_index("by")["runs"]
    lines = [["input", "known", *ways], ["---"] * 5]
    for factor, name in NAMES.items():
        own = table[table["input"] == factor].set_index("by")
        cells = [
            f"{own.loc[way, 'mean']:.2f} ({own.loc[way, 'low']:.2f} to {own.loc[way, 'high']:.2f})"
            for way in ways
        ]
        lines.append([name, f"{own['truth'].iloc[0]:.1f}", *cells])
    lines.append(["runs", "", *(f"{runs[way]:,}" for way in ways)])
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def test_the_table_is_on_the_page_and_all_ways_agree_with_what_is_known() -> None:
    assert markdown(TABLE) in model()
    assert set(TABLE["by"]) == set(example.WAYS)
    assert ((TABLE["low"] < TABLE["truth"]) & (TABLE["truth"] < TABLE["high"])).all()
    width = TABLE["high"] - TABLE["low"]
    assert (width < 0.6).all()
    for _, own in TABLE.assign(width=width).groupby("input"):
        assert np.ptp(own["mean"]) < 0.25 * own["width"].mean()
        assert own["width"].max() < 1.6 * own["width"].min()


def test_the_reports_are_of_the_run_that_is_known() -> None:
    blank = for_other_tools(example.reported({}), seed="truth")
    assert sorted(blank.factors) == sorted(example.TRUTH)
    truth = blank.simulate(example.TRUTH)
    told = for_other_tools(example.reported(truth), seed=example.SEED)
    assert told.observed == truth
    assert min(truth.values()) > 100


@pytest.mark.parametrize("way", ["pyABC", "sbi"])
def test_a_way_gives_draws_of_all_inputs_and_leaves_nothing(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    extra = {"pyABC": "abc", "sbi": "sbi"}[way]
    pytest.importorskip(way.lower(), reason=f"it is not installed: pip install 'flowsim[{extra}]'")
    less = {"PARTICLES": 12, "POPULATIONS": 2, "SIMULATIONS": 60, "DRAWS": 50}
    for name, count in less.items():
        monkeypatch.setattr(example, name, count)
    # With errors as large as the figures few runs are passed over.
    truth = for_other_tools(example.reported({}), seed="truth").simulate(example.TRUTH)
    world = example.reported(truth).with_values({"evidence.other_discrepancy": 0.5})
    told = for_other_tools(world, seed=example.SEED)
    rows = example.intervals(way, example.WAYS[way](world, told))
    assert [row["input"] for row in rows] == list(example.TRUTH)
    assert all(0.0 <= row["low"] < row["mean"] < row["high"] <= 1.0 for row in rows)
    assert not list(tmp_path.iterdir())
    assert rows[0]["runs"] >= 36 if way == "pyABC" else rows[0]["runs"] == 60
