"""The counterfactuals: each loads, says why it is asked, and has the members of its page."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.model.outlook import world_of
from flowsim.study.export import SEED
from flowsim.study.keep import effects_of
from flowsim.study.read import StudyFile, read_study
from tests.full import only_full
from tests.pages import DOCS, read, table

ROOT = Path(__file__).parents[2]
COUNTERFACTUALS = read(DOCS / "border_2010.md")
FOLDER = ROOT / "scenarios" / "kyrgyz_uzbek_2010"
MEMBERS = FOLDER / "variants" / "members.csv"
READINGS = ("capacity_by_sites",)
"""Variants that read the evidence in another way and ask for nothing else."""
FILES = [p for p in sorted((FOLDER / "variants").glob("*.yaml")) if p.stem not in READINGS]
REPORTED = "as reported"
HEADINGS = {
    "let_through": "admitted",
    "refused": "refused",
    "waiting_peak": "waiting at the peak",
    "person_days_exposed": "exposure, person-days",
    "deaths": "deaths",
    "sheltered_abroad_peak": "in camps at the peak",
    "sheltered_abroad_at_end": "in camps on 28 June",
}
"""Outcomes of the tables of docs/border_2010.md, and what they call them."""


@cache
def study() -> StudyFile:
    """With its scenarios read once, and not where nobody asks for them."""
    return read_study(FOLDER / "study.yaml")


def others() -> list[str]:
    """Names in the study of all scenarios but the first."""
    first, *rest = study().scenarios
    assert first == REPORTED
    return rest


def test_there_are_sixteen_and_each_file_is_one_of_them() -> None:
    told = (FOLDER / "study.yaml").read_text(encoding="utf-8")
    named = re.findall(r"^  .+: variants/(\w+)\.yaml$", told, re.MULTILINE)
    assert sorted(named) == [path.stem for path in FILES]
    assert len(others()) == len(FILES) == 16
    assert len({scenario.name for scenario in study().scenarios.values()}) == 17


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_variant_differs_and_says_why_it_is_asked(path: Path) -> None:
    name = re.search(r"^name: (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert name
    (other,) = (one for one in study().scenarios.values() if one.name == name[1])
    base = study().scenarios[REPORTED]
    assert other.digest() != base.digest()
    assert other.name != base.name
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^# Changed: ", text, re.MULTILINE)
    assert re.search(r"^# Why ask: ", text, re.MULTILINE)
    assert (other.start, other.end, other.places) == (base.start, base.end, base.places)


def test_room_by_sites_knows_nothing_of_how_many_came() -> None:
    """Sites x places a site and hosts, all linked; no input of it cites a count of refugees."""
    base = fs.load(FOLDER)
    path = FOLDER / "variants" / "capacity_by_sites.yaml"
    other = fs.load(path)
    text = path.read_text("utf-8") + path.with_suffix(".csv").read_text("utf-8")
    assert not re.search("KG033|KG079|KG083|1,?700|98,?000", text)
    for name in ("routes", "violence", "borders", "groups", "reports"):
        assert getattr(other, name) == getattr(base, name), name
    abroad = [p.name for p in base.places if p.country == "Uzbekistan" and p.capacity]
    plain = [p.model_copy(update={"capacity": None}) for p in base.places if p.name in abroad]
    found = [p.model_copy(update={"capacity": None}) for p in other.places if p.name in abroad]
    assert found == plain
    linked = [path for group in other.linked for path in group.inputs if "capacit" in path]
    assert sorted(linked) == sorted({"capacities[*].places_per_site", "capacities[*].hosts",
                      "capacities[*].sites", "places[*].capacity"})  # fmt: skip
    world = world_of(other)
    hour = [int((datetime(2010, 6, day, 12) - other.start).total_seconds()) for day in (11, 14, 17)]
    hosts, some, all_of_it = (int(world.capacity_at(s)[world.capacity > 0].sum()) for s in hour)
    assert hosts == sum(p.capacity or 0 for p in other.places if p.name in abroad)
    assert some - hosts == pytest.approx(12 * 500, abs=8)
    assert all_of_it - hosts == pytest.approx(45 * 500, abs=8)


def test_all_members_are_there() -> None:
    frame = pd.read_csv(MEMBERS, dtype={SEED: str})
    assert list(dict.fromkeys(frame["scenario"])) == [REPORTED, *others()]
    for _, rows in frame.groupby("scenario"):
        assert rows["member"].tolist() == list(range(1, study().members + 1))
        assert rows[SEED].tolist() == [f"{study().seed}.{m}" for m in rows["member"]]


def test_the_page_shows_what_the_members_say() -> None:
    told = fs.compare(pd.read_csv(MEMBERS, dtype={SEED: str}), REPORTED, list(HEADINGS))
    assert told.markdown(names=HEADINGS) in COUNTERFACTUALS


def members_of(outcome: str) -> pd.DataFrame:
    """An outcome by member and scenario."""
    return pd.read_csv(MEMBERS).pivot(index="member", columns="scenario", values=outcome)


def test_what_the_page_says_stands_out() -> None:
    """Each sentence that draws on the members is so by a margin, and stands there."""
    exposure, deaths = members_of("person_days_exposed"), members_of("deaths")
    across, queue = members_of("let_through").median(), members_of("waiting_peak").median()
    split = members_of("families_split").median()
    less = 1.0 - exposure.mean() / exposure[REPORTED].mean()
    more = across - across[REPORTED]
    said = {
        "opening the border takes a few per cent of the exposure away": (
            0.02 < less["open to all"] < 0.08
        ),
        "kills nobody: in every pair of the study": (
            deaths["open to all"] < deaths[REPORTED]
        ).all(),
        "23,700 more are let through, the exposure falls by 6 %": (
            23_500 < more["open, triage kept"] < 23_900
            and 0.055 < less["open, triage kept"] < 0.065
        ),
        "in 19 of 20 pairs fewer died": (
            (deaths["open, triage kept"] < deaths[REPORTED]).sum() == 19
        ),
        "Forcing back alone keeps 3,100 out and leaves the exposure as it is": (
            3_000 < -more["forcing back"] < 3_300 and abs(less["forcing back"]) < 0.001
        ),
        "a day earlier gets nearly three fifths of what the open border does": (
            0.53 < more["a day earlier"] / more["open to all"] < 0.6
            and 0.53 < less["a day earlier"] / less["open to all"] < 0.6
        ),
        "the longest queue falls by a quarter": 0.2
        < 1.0 - queue["men too"] / queue[REPORTED]
        < 0.3,
        "hardly a family parts": split["men too"] < 0.03 * split[REPORTED],
        "The quota keeps three of five out": 0.55 < -more["5,000 a day"] / across[REPORTED] < 0.65,
        "so an order to shoot that comes or goes, corridors and peacekeepers": (
            set(less.abs().nlargest(4).index)
            == {"order a day earlier", "no order to shoot", "peacekeepers", "corridors"}
        ),
        "Violence in far Bishkek changes nothing at this border": (
            across["Bishkek too"] == across[REPORTED] and queue["Bishkek too"] == queue[REPORTED]
        ),
    }
    assert [sentence for sentence in said if sentence not in COUNTERFACTUALS] == []
    assert [sentence for sentence, so in said.items() if not so] == []


def inputs_rows() -> dict[str, list[str]]:
    """The table of what the inputs do, by what its rows move."""
    rows = table(COUNTERFACTUALS, "inputs").splitlines()[2:]
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]
    return {re.findall(r"`(.*)`", row[0])[0] if "`" in row[0] else "": row[1:] for row in cells}


@only_full
@pytest.mark.parametrize("moved", inputs_rows())
def test_what_the_inputs_do_to_the_open_border(moved: str) -> None:
    """The second table, to a twentieth and 1,500 persons, and half a per cent."""
    base, other = study().scenarios[REPORTED], study().scenarios["open to all"]
    paths = {n.path: n for n in base.numbers if moved and re.search(rf"\b{moved}(\]|$)", n.path)}
    assert paths or not moved
    told = inputs_rows()[moved]
    for column, end in enumerate(("low", "high")):
        values = {path: getattr(number, end) for path, number in paths.items()}
        runs = []
        for scenario in (base, other):
            there = {number.path for number in scenario.numbers}
            ends = {path: value for path, value in values.items() if path in there}
            runs.append(effects_of(fs.run(scenario.with_values(ends), seed=1).data))
        people = [float(run.sel(effect="let_through")) for run in runs]
        exposed = [float(run.sel(effect="person_days_exposed")) for run in runs]
        persons, percent = told[column].replace(",", ""), told[column + 2].removesuffix(" %")
        assert people[1] - people[0] == pytest.approx(float(persons), rel=0.05, abs=1_500)
        assert 100.0 * (exposed[1] / exposed[0] - 1.0) == pytest.approx(float(percent), abs=0.5)


def test_what_pairing_gains() -> None:
    """Ten times in the deaths of most variants; where it is less, the table says why."""
    told = fs.compare(pd.read_csv(MEMBERS), REPORTED, ["deaths", "person_days_exposed"])
    table = told.table[told.table["scenario"] != REPORTED].set_index(["outcome", "scenario"])
    gain = table["gain"]
    assert (gain["deaths"] >= 10.0).sum() >= 10
    assert (gain["person_days_exposed"] >= 10.0).sum() >= 9
    assert gain[("deaths", "open to all")] >= 10.0
    assert gain[("person_days_exposed", "open to all")] >= 3.0
    less = table[gain < 10.0]
    assert len(less) > 0
    assert less["reason"].str.len().min() > 0
    assert less["reason"].tolist()[0] in str(told)


@only_full
@pytest.mark.parametrize("name", ["men too"])  # that as reported has its baseline
def test_the_members_are_of_this_code(name: str) -> None:
    frame = pd.read_csv(MEMBERS, dtype={SEED: str}).set_index(["scenario", "member"])
    told = frame.loc[(name, 1)]
    result = fs.run(study().scenarios[name], seed=told[SEED])
    effects = effects_of(result.data)
    for label in frame.columns.drop(["sample", SEED]):
        now = float(effects.sel(effect=label))
        assert np.isclose(now, told[label], rtol=1e-9, equal_nan=True), label
