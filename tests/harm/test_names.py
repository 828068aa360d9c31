"""Names from files: what stands in them reaches no terminal, page, spreadsheet or figure raw."""

from __future__ import annotations

import ast
import csv
import io
import shutil
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

import flowsim as fs
from flowsim import shown
from flowsim.check.baseline import read_baseline
from flowsim.check.papers import junit
from flowsim.check.papers import markdown as page
from flowsim.check.verdict import Change, Verdict
from flowsim.cli.main import cli
from flowsim.plot.style import Chart, styled

ROOT = Path(fs.__file__).parent
SMALL = Path(__file__).parents[1] / "data/small"
EVIL = "=1+1\u202e31m<b>|`x` [y](http://z) $a$"
TURNED = "\u202e\x9b"
NAMES = {"Bridge": EVIL, "Village": "@Village\x9b31m"}
STUDY = """\
name: "{evil}"
title: "{evil}"
scenarios: {{"{evil}": small, "@b": small}}
members: 2
keep: [effects]
compare: {{against: "@b", outcomes: [deaths, "{evil}: admitted"]}}
"""
CHECK = """\
members: 2
outcomes: [deaths, "{evil}: admitted"]
"""


def quoted(text: str) -> str:
    """As it stands in a YAML text in double quotes."""
    return text.replace("\u202e", "\\u202e")  # U+009B is refused in YAML, and not in tables


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario with the name in the place of a crossing, a place, a group and a title."""
    folder = Path(shutil.copytree(SMALL, tmp_path / "small"))
    for path in folder.iterdir():
        text = path.read_text()
        if path.suffix == ".csv":
            rows = [
                [NAMES.get(cell, cell) for cell in row] for row in csv.reader(io.StringIO(text))
            ]
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows(rows)
            path.write_text(out.getvalue())
        else:
            text = text.replace("A small world", f'"{quoted(EVIL)}"')
            text = text.replace(", Village", "")
            path.write_text(text.replace("name: Army", f'name: "{quoted(EVIL)}"'))
    (folder / "check.yaml").write_text(CHECK.format(evil=quoted(EVIL)))
    (tmp_path / "study.yaml").write_text(STUDY.format(evil=quoted(EVIL)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str, status: int = 0) -> str:
    told = CliRunner().invoke(cli, arguments)
    assert told.exit_code == status, told.output
    for line in told.output.split("\n"):
        assert line.isprintable(), line
    return told.output


def csv_is_safe(path: Path) -> list[str]:
    """The cells of a table, of which a spreadsheet computes none."""
    cells = [cell for row in csv.reader(io.StringIO(path.read_text("utf-8"))) for cell in row]
    for cell in cells:
        assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
        assert not cell.startswith("-") or float(cell) < 0, cell
    return cells


def page_is_safe(text: str) -> None:
    assert all(line.isprintable() for line in text.split("\n"))
    outside = "".join(part for i, part in enumerate(text.split("```")) if i % 2 == 0)
    for raw in ("<b>", "[y](", "`x`", "http://"):
        assert raw not in outside.replace("\\<b>", "").replace("\\`x\\`", ""), raw


# ---- the commands ----------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_command_lets_a_name_out_raw(here: Path) -> None:
    call("validate", "small", "study.yaml")
    told = call("run", "small", "-o", "r")
    assert any(EVIL in cell for cell in csv_is_safe(here / "r/policy_effects.csv"))
    told = call("study", "study.yaml", "-o", "s")
    assert "\\u202e" in told
    assert f"'{EVIL}" in csv_is_safe(here / "s/comparison.csv")
    compared = ("compare", "s", "--against", "@b", "--no-figure", "--outcome")
    page_is_safe(call(*compared, f"{EVIL}: admitted", "--markdown"))
    call(*compared, "no such", status=2)
    for name in ("e.csv", "long.csv"):
        more = ("--variable", "effects") if name == "long.csv" else ()
        call("export", "s", name, *more)
        csv_is_safe(here / name)
    back = fs.compare(pd.read_csv("e.csv"), against="@b", outcomes=["deaths"])
    assert EVIL in back.table["scenario"].tolist()
    call("check", "small", "--update", "why")
    csv_is_safe(here / "small/baseline/days.csv")
    csv_is_safe(here / "small/baseline/outcomes.csv")
    baseline = read_baseline(here / "small")
    assert baseline is not None
    assert f"{EVIL}: admitted" in baseline.outcomes
    call("check", "small")
    about = here / "small/baseline/outcomes.csv"
    about.write_text(about.read_text().replace(",1", ",2").replace(",3", ",4"))
    call("check", "small", "--junit", "j.xml", "--summary", "m.md", status=1)
    page_is_safe((here / "m.md").read_text())
    page_is_safe((here / "small/baseline/history.md").read_text())
    told = (here / "j.xml").read_text()
    assert all(line.isprintable() for line in told.split("\n"))
    ElementTree.fromstring(told)


def test_a_converted_scenario_gives_its_names_again(here: Path) -> None:
    call("convert", "small", "c")
    cells = [cell for path in (here / "c").glob("*.csv") for cell in csv_is_safe(path)]
    assert f"'{EVIL}" in cells
    assert fs.load("c") == fs.load("small")


def test_reprs_are_plain(here: Path) -> None:
    base = fs.load("small")
    result = fs.run(base.with_values({"end": "2010-06-11T00:00"}), seed=1)
    study = fs.Study({EVIL: base}, name=EVIL)
    for told in (repr(result), repr(study)):
        assert all(line.isprintable() for line in told.split("\n"))


# ---- papers ----------------------------------------------------------------------------------


def test_verdicts_on_paper() -> None:
    moved = Change(EVIL, EVIL, np.array([1.0]), np.array([2.0]))
    verdict = Verdict(f"{EVIL}\nx", "exact", EVIL, (f"{EVIL}\x1b",), (moved,), notes=(EVIL,))
    page_is_safe(page([verdict]))
    told = junit([verdict])
    assert all(line.isprintable() for line in told.split("\n"))
    ElementTree.fromstring(told)
    assert all(line.isprintable() for line in str(verdict).split("\n"))


def test_figures_show_what_would_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    plain = Text.draw

    def draw(self: Text, *arguments: object, **options: object) -> None:
        drawn.append(self.get_text())
        plain(self, *arguments, **options)  # type: ignore[arg-type]

    @styled
    def figure() -> Chart:
        chart = Chart(4, 3)
        axes = chart.subplots()
        axes.set_title(EVIL)
        axes.plot([0, 1], [0, 1], label=EVIL)
        axes.legend()
        axes.set_yticks([0, 1], labels=[EVIL, "$\\frac$"])
        return chart

    monkeypatch.setattr(Text, "draw", draw)
    figure().write(io.BytesIO())
    assert sum("\\u202e" in text for text in drawn) >= 3
    assert not any(mark in text for text in drawn for mark in TURNED)


# ---- the module ------------------------------------------------------------------------------


@given(st.text() | st.text("'=+-@\t\r1e.", max_size=6))
def test_a_cell_gives_its_text_again(text: str) -> None:
    made = shown.cell(text)
    assert shown.uncell(made) == text
    computed = made[:1] in tuple("=+-@\t\r")
    assert not computed or float(made) is not None


@given(st.text())
def test_what_is_shown_prints(text: str) -> None:
    assert shown.plain(text).isprintable()
    assert all(line.isprintable() for line in shown.lines(text).split("\n"))
    assert shown.markdown(text).isprintable()


@pytest.mark.parametrize("name", ["Osh", "Jalal-Abad", "Ош", "N'Djamena", "'t Zand", "-5", "1e5"])
def test_usual_names_are_shown_as_they_are(name: str) -> None:
    for how in (shown.plain, shown.lines, shown.markdown, shown.cell, shown.uncell):
        assert how(name) == name


def test_a_quote_in_a_table_of_ones_own(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "small"))
    for path in folder.iterdir():
        new = "'=Town" if path.suffix == ".csv" else '"=Town"'
        path.write_text(path.read_text().replace("Town", new))
    scenario = fs.load(folder)
    assert "=Town" in [place.name for place in scenario.places]


# ---- the places ------------------------------------------------------------------------------


@cache
def called() -> dict[str, set[str]]:
    """What each module calls, by name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        tree = ast.walk(ast.parse(path.read_text()))
        names = {ast.unparse(node.func) for node in tree if isinstance(node, ast.Call)}
        found[path.relative_to(ROOT).as_posix()] = names
    return found


def calls(name: str) -> set[str]:
    """Modules that call something by this name."""
    return {module for module, names in called().items() if any(n.endswith(name) for n in names)}


def test_whatever_prints_or_writes_tables_goes_one_way() -> None:
    assert calls("click.echo") == {"cli/output.py"}
    assert calls("click.secho") == calls("sys.stdout.write") == set()
    # The line of a study's progress is told the name as `plain` gives it.
    printing = {path for path in calls("print") if not path.startswith("plot/")}
    assert printing == {"study/campaign.py"}
    # Those of a Comparison, a Sensitivity, a Posterior and a Forecast are called to_csv, too, by
    # way of as_csv.
    others = {f"cli/{name}.py" for name in ("calibration", "forecasts", "sensitivity", "studies")}
    assert calls(".to_csv") == {"shown.py", *others}
    assert calls("csv.writer") == {"cli/scores.py", "scenario/write_tables.py"}
    bars = {"plot/film.py", "reporting/contents.py", "running.py", "study/campaign.py"}
    assert calls("tqdm") == bars
    assert calls(".savefig") == {"plot/style.py"}
