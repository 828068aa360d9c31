"""What docs/batch_run.md says of Mesa's batch_run is so, and its code runs."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import mesa
import pytest

import flowsim as fs
from tests.children import PATIENCE_S
from tests.full import FULL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "batch_run.md").read_text(encoding="utf-8")
SEEDS = ["2010.1", "2010.2"]
OF_BATCH_RUN = inspect.signature(getattr(mesa, "batch_run", lambda: None)).parameters
APART = "rng" in OF_BATCH_RUN
"""Whether this Mesa takes seeds apart from parameters."""
needs_batch_run = pytest.mark.skipif(not OF_BATCH_RUN, reason="Mesa 4 has no batch_run")


def block(language: str) -> str:
    """The one block of code in a language, or of Python that is also marked by a word."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return found


def run_script(folder: Path, *parts: str) -> str:
    """What a script prints that runs where the scenarios of the tests are."""
    (folder / "tests").mkdir()
    (folder / "tests" / "data").symlink_to(ROOT / "tests" / "data", target_is_directory=True)
    script = folder / "page.py"
    script.write_text("\n".join(parts), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def scenarios() -> dict[str, fs.Scenario]:
    base = fs.load(ROOT / "tests" / "data" / "small")
    return {
        "as reported": base,
        "open": base.replace_policies("Here-There", fs.policy.Open()),
    }


def sheltered(scenario: fs.Scenario, seed: str) -> int:
    people = fs.run(scenario, seed=seed).people.isel(time=-1)
    return int(people.sel(status="sheltered").sum())


def batch(**options: object) -> list[dict[str, object]]:
    parameters: dict[str, object] = {"setup": list(scenarios().values())}
    if APART:
        options["rng"] = SEEDS
    else:
        parameters["rng"] = SEEDS
    return mesa.batch_run(fs.FlowModel, parameters, display_progress=False, **options)


FIRST = ["python", "python loop"] if OF_BATCH_RUN else ["python loop"]
"""Blocks that do the same, by batch_run where this Mesa has it, and without it."""
WITH_STUDY = FIRST if FULL else FIRST[:1]
"""After which of them the block of a study runs too."""
CHECK = """
table = runs.data["effects"].sel(effect="sheltered_abroad_at_end", sample=0)
for scenario in scenarios:
    for member, seed in enumerate(seeds["rng"], start=1):
        assert sheltered.loc[seed, scenario] == table.sel(scenario=scenario, member=member)
        assert str(runs.data["seed_of_run"].sel(sample=0, member=member).item()) == seed
"""


@pytest.mark.parametrize("first", FIRST)
def test_the_blocks_give_what_single_runs_give(tmp_path: Path, first: str) -> None:
    study = first in WITH_STUDY
    follows = ("print('study')", block("python study"), CHECK) if study else ()
    batch, *told = run_script(tmp_path, block(first), *follows).split("study\n", 1)
    lines = batch.splitlines()
    names, runs = scenarios(), {}
    for seed in SEEDS:
        runs[seed] = [sheltered(names[name], seed) for name in sorted(names)]
        (line,) = [line for line in lines if line.startswith(seed)]
        assert [int(word) for word in line.split()[1:]] == runs[seed]
    assert float(lines[-1]) == sum(there - here for here, there in runs.values()) / len(SEEDS)
    if study:
        assert "as reported" in told[0]
        assert any((tmp_path / "out" / "small").iterdir())


@needs_batch_run
def test_the_columns_and_rows_of_batch_run() -> None:
    rows = batch()
    table = PAGE.split("## What batch_run gives back")[1].split("## Seeds")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert list(rows[0]) == re.findall(r"`(\w+)`", " ".join(cells))
    assert [row["RunId"] for row in rows] == [0, 1, 2, 3]
    assert {row["Step"] for row in rows} == {48.0 if APART else 47}


@needs_batch_run
def test_rows_of_every_twelfth_step() -> None:
    steps = [row["Step"] for row in batch(data_collection_period=12) if row["RunId"] == 0]
    assert steps == ([1.0, 13.0, 25.0, 37.0] if APART else [0, 12, 24, 36, 47])


@needs_batch_run
def test_max_steps() -> None:
    rows = batch(data_collection_period=1, max_steps=10)
    assert len(rows) == 4 * (10 if APART else 11)


@needs_batch_run
@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
def test_iterations_repeat_one_run() -> None:
    first, second = mesa.batch_run(
        fs.FlowModel, {"setup": [scenarios()["open"]]}, iterations=2, display_progress=False
    )
    assert {**first, "RunId": 1, "iteration": 1} == second
    assert first["sheltered"] == sheltered(scenarios()["open"], "1")


@pytest.mark.skipif(not APART, reason="this Mesa takes no seeds apart")
def test_seeds_among_the_parameters_are_lost() -> None:
    rows = mesa.batch_run(
        fs.FlowModel, {"setup": [scenarios()["open"]], "rng": [1, 2]}, display_progress=False
    )
    assert {row["rng"] for row in rows} == {None}


@needs_batch_run
def test_the_page_names_every_argument_of_batch_run() -> None:
    told = PAGE.split("## Argument by argument")[1].split("## What batch_run gives back")[0]
    for name in OF_BATCH_RUN:
        assert f"`{name}" in told, name


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGE):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        body = (ROOT / "docs" / file).read_text(encoding="utf-8") if file else PAGE
        headings = re.findall(r"^#+ (.*)$", body, re.MULTILINE)
        anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
        assert not anchor or anchor in anchors, link


def test_the_study_file_of_the_page_is_one() -> None:
    import jsonschema

    from flowsim.scenario.read import parse
    from flowsim.study.config import study_schema

    jsonschema.validate(parse(block("yaml"), "").plain(), study_schema())
