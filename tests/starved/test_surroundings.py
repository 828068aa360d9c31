"""Fonts that are missing, and a home that cannot be written: told in a line, and worked without."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.compiled_cache import user_folder
from flowsim.plot import OF_A_RUN, fonts
from flowsim.plot.style import Chart

SMALL = Path(__file__).parents[1] / "data" / "small"
BUNDLED = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def written(text: str, path: Path) -> list[str]:
    """What is warned of when a figure with this text is written."""
    chart = Chart(2, 1)
    chart.text(0, 0, text)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        chart.write(path)
    return [str(warning.message) for warning in told]


@pytest.fixture(autouse=True)
def bundled_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """No fonts but those that matplotlib brings along."""
    entries = font_manager.fontManager.ttflist
    bundled = [entry for entry in entries if Path(entry.fname).parent == BUNDLED]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", bundled)
    fonts._fonts_with.cache_clear()


def test_a_character_of_no_font_is_told_once_and_drawn_as_a_box(tmp_path: Path) -> None:
    told = written("Osh 難民 民", tmp_path / "a.png")
    assert told == [
        "no font that is installed has 民 難: boxes are drawn; install a font that has them, as "
        "Noto Sans"
    ]
    assert (tmp_path / "a.png").stat().st_size


def test_a_character_of_another_font_is_drawn_with_it(tmp_path: Path) -> None:
    usual, other = (
        FT2Font(str(BUNDLED / name)).get_charmap().keys()
        for name in ("DejaVuSans.ttf", "STIXGeneral.ttf")
    )
    lent = chr(min(code for code in other - usual if chr(code).isalpha()))
    assert written(f"Osh {lent}", tmp_path / "a.png") == []
    assert "STIXGeneral" in fonts._fonts_with(frozenset(lent))
    only_usual = (tmp_path / "a.png").read_bytes()
    assert written("Osh 難", tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes() != only_usual


def test_a_font_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    gone = font_manager.FontEntry(fname=str(tmp_path / "gone.ttf"), name="A Font That Is Gone")
    font_manager.fontManager.ttflist.insert(0, gone)
    assert len(written("Osh 難", tmp_path / "a.png")) == 1


def test_a_figure_goes_into_an_open_file_too(tmp_path: Path) -> None:
    chart = Chart(2, 1)
    chart.write(tmp_path / "a.png")
    with open(tmp_path / "b.png", "wb") as file:
        chart.write(file)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_figures_do_not_change_where_no_character_is_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written("Ош, Osh, Ўзган", tmp_path / "a.png")
    monkeypatch.setattr(fonts, "_fonts_with", None)  # not asked
    assert written("Ош, Osh, Ўзган", tmp_path / "b.png") == []
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_command_line_tells_of_it_in_one_line(tmp_path: Path) -> None:
    from click.testing import CliRunner

    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        text = text.replace("There", "難民").replace("Village", "民難")  # labels of axes, too
        file.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(cli, ["run", str(folder), "-o", str(tmp_path / "a")])
    assert told.exit_code == 0
    (line,) = told.stderr.splitlines()
    assert line.startswith("warning: no font that is installed has 民 難: ")


def test_a_home_that_cannot_be_written_is_worked_without(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "small")
    nowhere = dict.fromkeys(
        ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR"), "/dev/null/home"
    )
    nowhere["FLOWSIM_CACHE"] = str(user_folder())  # tests/compiling does without
    told = subprocess.run(
        [sys.executable, "-m", "flowsim.cli.main", "run", "small", "-o", "a"],
        cwd=tmp_path, env=nowhere, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "Traceback" not in told.stderr
    fs.run(fs.load(SMALL), seed=1).to_netcdf(tmp_path / "b.nc")
    assert (tmp_path / "a" / "result.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    assert len(list((tmp_path / "a").glob("*.png"))) == len(OF_A_RUN)


def test_two_jobs_need_no_home_either(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "small")
    study = "name: a\nscenarios: {a: small}\nmembers: 2\nseed: 7\n"
    (tmp_path / "study.yaml").write_text(study, encoding="utf-8")
    nowhere = dict.fromkeys(
        ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR"), "/dev/null/home"
    )
    nowhere["FLOWSIM_CACHE"] = str(user_folder())  # tests/compiling does without
    told = subprocess.run(
        [sys.executable, "-m", "flowsim.cli.main", "study", "study.yaml", "-o", "s", "--jobs", "2",
         "--no-figures"],
        cwd=tmp_path, env=nowhere, capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "Traceback" not in told.stderr
    assert len(list((tmp_path / "s").rglob("*.run"))) == 2
