"""What MODEL.md says of June 2010 in running text is what a run and its own tables show.

Figures are held within a few per cent, so that a small change of the scenario leaves the text alone
and a large one does not.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.evidence.quantities import at, quantity
from flowsim.results.result import Result
from tests.pages import model

ROOT = Path(__file__).parents[2]
PAGE = model()
NUMBER = r"(\d[\d,]*(?:\.\d+)?)"


@pytest.fixture(scope="module")
def result() -> Result:
    """The run that the text names: seed 1."""
    return fs.run(fs.load(ROOT / "scenarios" / "kyrgyz_uzbek_2010"), seed=1)


def told(sentence: str) -> list[float]:
    """The figures that stand at each # of a sentence of MODEL.md."""
    (found,) = re.findall(re.escape(sentence).replace(r"\#", NUMBER), PAGE)
    return [float(word.replace(",", "")) for word in np.atleast_1d(found)]


def june(day: int, hour: int = 0) -> datetime:
    return datetime(2010, 6, day, hour)


def test_what_is_odd_or_weak_is_so(result: Result) -> None:
    fled = (result.data["country"] == "Kyrgyzstan").values

    def count(variable: str, when: datetime, place: str = "") -> float:
        return at(quantity(result, variable, place), when)

    abroad = result.people.isel(place=~fled).sum(["place", "status"])
    across = abroad.sel(time=june(16))
    away = ["displaced", "waiting", "moving"]
    people = result.people.isel(place=fled).sel(status=away, time=june(15, 12))
    inside = people.sum(["place", "status"])
    gone = int((inside + abroad.sel(time=june(15, 12))).sel(group="Uzbek"))
    uzbeks = int(result.people.isel(time=0).sel(group="Uzbek").sum())
    kinds = result.composition.isel(place=~fled).sum("place").sel(time=june(16))
    men = kinds.sel(kind=["men", "elderly_men"])
    refuge = result.people.sel(
        place=["Suzak district (rest)", "Bekabad (Suzak)"], status="displaced", time=june(16, 12)
    )
    sheltered = result.people.isel(place=~fled, time=-1).sel(status="sheltered")
    close = {
        "(seed 1: # of # abroad at the end of 15 June)": [
            int(across.sel(group="Uzbek")), int(across.sum())
        ],
        "Of the # displaced inside at noon on 15 June # are Uzbeks and # Kyrgyz": [
            int(inside.sum()), int(inside.sel(group="Uzbek")), int(inside.sel(group="Kyrgyz"))
        ],
        "# Uzbeks are away from home, # % of all": [gone, 100.0 * gone / uzbeks],
        "holds # displaced at noon on 16 June": [int(refuge.sum())],
        "In Andijan region # are sheltered": [count("stock_abroad", june(20, 12), "Andijan")],
        "over 59 (seed 1: # of #)": [int(men.sel(kind="elderly_men")), int(men.sum())],
        "Kyzyl-Kyshtak, reaches #": [
            float(result.data["violence"].sel(place="Kyzyl-Kyshtak").max())
        ],
    }  # fmt: skip
    rough = {
        "about # people cross on that day": [count("crossed_day", june(16))],
        "# wait at Bek-Abad/Khanabad": [count("waiting", june(14, 12), "Bek-Abad/Khanabad")],
        "and # at Dustlik on 15 June": [count("waiting", june(15, 18), "Dustlik")],
        "# on 16 June, against a report of 30,000": [count("waiting", june(16, 12))],
        "# people are still sheltered abroad at the end of 27 June": [int(sheltered.sum())],
    }
    wrong = [
        f"{sentence}: {told(sentence)}, and a run has {values}"
        for share, sentences in ((0.05, close), (0.2, rough))
        for sentence, values in sentences.items()
        if told(sentence) != pytest.approx(values, rel=share)
    ]
    assert wrong == []
    assert float(result.data["violence"].max()) < 1.0 / 1.2, "danger beyond which fewer leave"


def mechanisms() -> dict[str, list[str]]:
    """Cells of the table of mechanisms, by the first words of its rows."""
    table = PAGE.split("<!-- table: mechanisms -->\n")[1].split("<!-- end -->")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]
    return {re.split(r" \(|$", row[0])[0]: row[1:] for row in rows}


def test_the_text_on_mechanisms_says_what_their_table_does() -> None:
    rows = mechanisms()
    values = {
        name: [float(re.sub(r"[*,%]", "", cell)) for cell in cells] for name, cells in rows.items()
    }
    outside = {name: sum("*" in cell for cell in cells) for name, cells in rows.items()}
    evening, registered, across, waiting, inside, dead = 1, 2, 4, 5, 6, 10

    def part(name: str, column: int) -> float:
        return values[name][column] / values["all on"][column]

    said = {
        "without news a tenth fewer are displaced inside": 0.85 < part("no news", inside) < 0.93,
        "more than twice as many people wait on 14 June": (
            part("no men stay at home", waiting) > 2.0
        ),
        "a third more are displaced inside": 1.25 < part("no men stay at home", inside) < 1.4,
        "fewer die": part("no men stay at home", dead) < 0.95,
        "a quarter fewer are across on the first evening": (
            0.7 < part("no gathering", evening) < 0.8
        ),
        "by the end of 15 June the gap is still a fifteenth": (
            0.9 < part("no gathering", across) < 0.96
        ),
        "Roadblocks hold some back from 13 June on": part("no roadblocks", registered) > 1.02,
        "hardly enough are registered on 13 June": values["no news"][registered] < 25_500,
        "Only men who stay and gathering leave the reported ranges": (
            [name for name in list(rows)[:7] if outside[name]]
            == ["no men stay at home", "no gathering"]
        ),
        "Halving the hazard of leaving breaks four figures": outside["hazard of leaving halved"]
        == 4,
        "doubling the walking time one": outside["walking time doubled"] == 1,
    }
    assert [sentence for sentence in said if sentence not in PAGE] == []
    assert [sentence for sentence, so in said.items() if not so] == []


def test_both_tables_of_deaths_are_draws_from_one_model() -> None:
    """Medians of other seeds: they differ by no more than chance allows, once in 2,000 tables."""
    row = next(row for row in PAGE.splitlines() if row.startswith("| dead in all"))
    median = float(row.split("|")[3])
    members = pd.read_csv(
        ROOT / "scenarios" / "kyrgyz_uzbek_2010" / "variants" / "members.csv"
    ).set_index("scenario")
    deaths = members.loc["as reported", "deaths"]
    error = 1.25 * float(deaths.std()) * np.sqrt(1 / 20 + 1 / len(deaths))
    assert abs(median - float(deaths.median())) < 3.5 * error
