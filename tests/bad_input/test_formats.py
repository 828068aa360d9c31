"""A file of another kind in the place of a table or of YAML is told to be that."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

import flowsim as fs
from tests.flee_folder import flee_folder

SMALL = Path(__file__).parents[1] / "data/small"
POINT = {"type": "Point", "coordinates": [72.8, 40.5]}
FEATURES = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "properties": {"name": "Town"}, "geometry": POINT}],
}


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


TEXTS = {
    "GeoJSON": json.dumps(FEATURES).encode(),
    "GeoJSON\n": json.dumps({"name": "p", "crs": {}, **FEATURES}, indent=2).encode(),
    "JSON": b'[{"name": "Town", "lat": 40.5}]',
    "JSON\n": b'\xef\xbb\xbf{\n "places": []\n}',
    "a web page (HTML)": b"\n<!DOCTYPE html>\n<html><body>Not found</body></html>",
    "XML": b'<?xml version="1.0"?><kml></kml>',
}
BINARIES = {
    "a ZIP archive, as Excel writes (.xlsx)": zipped(),
    "a file of an old Excel (.xls)": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100,
    "Parquet": b"PAR1\x15\x04\x15",
    "netCDF or HDF5": b"CDF\x01\0\0\0\0",
    "compressed (gzip)": b"\x1f\x8b\x08\0",
    "a database (SQLite or GeoPackage)": b"SQLite format 3\0",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3",
    "a shapefile": b"\0\0\x27\x0a\0\0",
}


def problems(folder: Path) -> list[str]:
    with pytest.raises(fs.ScenarioError) as error:
        fs.load(folder)
    return [str(problem) for problem in error.value.problems]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return Path("small")


@pytest.mark.parametrize("kind", [*TEXTS, *BINARIES])
def test_in_the_place_of_a_table(small: Path, kind: str) -> None:
    (small / "places.csv").write_bytes({**TEXTS, **BINARIES}[kind])
    right = "a CSV table" if kind in TEXTS else "a text file"
    told = f"small/places.csv:1:1: places: this is {kind.strip()}; give {right}"
    assert told in problems(small)
    assert len([line for line in problems(small) if "places.csv" in line]) == 1


@pytest.mark.parametrize("kind", ["GeoJSON", "a PDF"])
def test_in_a_folder_of_flee(tmp_path: Path, kind: str) -> None:
    folder = flee_folder(tmp_path)
    file = folder / "input_csv/locations.csv"
    file.write_bytes({**TEXTS, **BINARIES}[kind])
    assert any(line.startswith(f"{file}:1:1: this is {kind}; give") for line in problems(folder))


@pytest.mark.parametrize("kind", BINARIES)
def test_in_the_place_of_yaml(small: Path, kind: str) -> None:
    (small / "scenario.yaml").write_bytes(BINARIES[kind])
    assert problems(small) == [f"small/scenario.yaml:1:1: this is {kind}; give a text file"]


@pytest.mark.parametrize(
    ("cell", "kind"), [("{a}", "brace"), ("[x", "bracket"), ("<5", "less"), ("PK", "letters")]
)
def test_a_table_may_begin_with_any_text(small: Path, cell: str, kind: str) -> None:
    """What is told is a header with an odd name, and not another format."""
    text = (small / "places.csv").read_text()
    (small / "places.csv").write_text(text.replace("name", cell, 1))
    assert any(f"there is no column {cell!r}" in line for line in problems(small)), kind
