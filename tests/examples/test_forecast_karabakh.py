"""The forecast in the folder of Karabakh is what its script gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.examples.scripts import script

ROOT = Path(__file__).parents[2]
KEPT = 7
"""A draw that agrees with the counts; draw 1 does not."""


def test_a_draw_is_done_again_as_it_stands_in_the_folder(tmp_path: Path) -> None:
    script("forecast_karabakh").main(1, tmp_path / "again.csv", KEPT)
    told = pd.read_csv(ROOT / "scenarios" / "karabakh_2023" / "forecast.csv").set_index("draw")
    again = pd.read_csv(tmp_path / "again.csv").set_index("draw").loc[KEPT]
    assert told.loc[KEPT, "off"] <= 1.0 < told.loc[1, "off"]
    for name in ("people", "across by 2023-09-29", "across by 2023-10-04"):
        assert again[name] == pytest.approx(told.loc[KEPT, name], rel=0.02), name


def test_the_page_says_what_the_draws_say() -> None:
    draws = pd.read_csv(ROOT / "scenarios" / "karabakh_2023" / "forecast.csv")
    kept = draws[draws["off"] <= 1.0]
    page = (ROOT / "scenarios" / "karabakh_2023" / "README.md").read_text("utf-8")
    assert f"{len(draws)} times, and keeps the {len(kept)} draws" in page
    # The page has a second table of the same days, of samples of the households.
    told = page.partition("\n## The forecast\n")[2].partition("\n## ")[0].splitlines()
    for day, row in {"2023-09-28": "27 September", "2023-10-04": "3 October, in all"}.items():
        low, middle, high = kept[f"across by {day}"].quantile([0.05, 0.5, 0.95])
        (line,) = [x for x in told if x.startswith(f"| across by the end of {row} |")]
        cells = line.split(" | ")
        assert cells[1] == f"{round(middle, -2):,.0f}"
        assert cells[3].rstrip(" |") == f"{round(low, -2):,.0f} to {round(high, -2):,.0f}"
