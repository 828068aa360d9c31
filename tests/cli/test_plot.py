"""``flowsim plot`` draws one figure of a run, and says before what does not go together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowsim.cli.main import cli


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plot") / "run"
    assert call("run", "teaching", "-o", folder, "--no-figures").exit_code == 0
    return folder


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("flow_map", "a.pdf", "--width", "single", "--at", "2030-05-02"), b"%PDF"),
        (("deaths", "a.svg", "--width", "double"), b"<?xml"),
        (("sankey", "a.png", "--at", "2030-05-03", "--dpi", "60"), b"\x89PNG"),
        (("story", "a.png", "--household", "5", "--dpi", "60"), b"\x89PNG"),
        (("animation", "a.gif", "--frames", "2", "--width", "60"), b"GIF89a"),
    ],
)
def test_a_figure_is_written(
    run: Path, tmp_path: Path, words: tuple[str, ...], begins: bytes
) -> None:
    file = tmp_path / words[1]
    told = call("plot", run, words[0], "-o", file, *words[2:], "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {"figure": words[0], "file": str(file)}
    assert file.read_bytes().startswith(begins)


def test_a_map_has_the_outlines_that_are_given(run: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.geojson"
    square = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]
    shape = {"type": "Polygon", "coordinates": [square]}
    island = {"type": "Feature", "properties": {"name": "Here"}, "geometry": shape}
    own.write_text(json.dumps({"type": "FeatureCollection", "features": [island]}))
    file = tmp_path / "map.svg"
    told = call("plot", run / "result.nc", "flow_map", "-o", file, "--outlines", own)
    assert told.exit_code == 0, told.output
    assert call("plot", run, "flow_map", "-o", tmp_path / "without.svg").exit_code == 0
    assert file.stat().st_size != (tmp_path / "without.svg").stat().st_size


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("deaths", "a.gif"), "deaths is written as PDF, SVG or PNG"),
        (("animation", "a.png"), "animation is written as GIF or MP4"),
        (("deaths", "a.xlsx"), "a figure is not written as '.xlsx'"),
        (("deaths", "a.png", "--at", "2030-05-02"), "--at is for flow_map and sankey, not for"),
        (("flow_map", "a.png", "--at", "June"), "'June' is not a time; write it as"),
        (("flow_map", "a.png", "--width", "wide"), "'wide' is not a width; give millimetres"),
        (("flow_map", "a.png", "--width", "3"), "is not the width of a figure in millimetres"),
        (("flow_map", "a.png", "--outlines", "no.geojson"), "there is no file 'no.geojson'"),
        (("story", "a.png", "--household", "9999999"), "household=9999999 is none of the run"),
    ],
)
def test_what_cannot_be_drawn_is_told(
    run: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    answer = call("plot", run, words[0], "-o", tmp_path / words[1], *words[2:])
    assert answer.exit_code == 2
    assert told in " ".join(answer.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_run_and_a_file_that_is_there(run: Path, tmp_path: Path) -> None:
    there = tmp_path / "a.png"
    there.write_bytes(b"mine")
    assert "is not the folder of a run" in call("plot", tmp_path, "deaths", "-o", "b.png").stderr
    answer = call("plot", run, "deaths", "-o", there)
    assert answer.exit_code == 2
    assert "--overwrite" in answer.stderr
    assert there.read_bytes() == b"mine"
    assert call("plot", run, "deaths", "-o", there, "--overwrite").exit_code == 0
    assert there.read_bytes() != b"mine"
