"""A figure's file is what its suffix says, whole, and the same bytes each time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import flowsim.plot
from flowsim.plot.style import Chart
from tests.fake_result import toy_result

BEGINS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


@pytest.fixture(scope="module")
def chart() -> Chart:
    return flowsim.plot.violence(toy_result(), width=89)


@pytest.mark.parametrize("suffix", [*BEGINS, "PDF"])
def test_the_suffix_says_what_is_written(chart: Chart, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    chart.write(path)
    written = path.read_bytes()
    assert written.startswith(BEGINS[suffix.lower()])
    assert not {b"CreationDate", b"<dc:date>", b"Matplotlib"} & set(written.split())
    stream = io.BytesIO()
    chart.write(stream, format=suffix.lower())
    assert stream.getvalue() == written


@pytest.mark.parametrize("name", ["t.eps", "t.jpg", "t.tiff", "t.pn", "t.png.gz", "t", ".png"])
def test_any_other_name_is_refused(chart: Chart, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"let the name end in \.png, \.pdf or \.svg"):
        chart.write(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_format_that_the_name_belies_is_refused(chart: Chart, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'\.png' is not 'pdf'"):
        chart.write(tmp_path / "t.png", format="pdf")
    with pytest.raises(ValueError, match="a figure is not written as"):
        chart.write(io.BytesIO(), format="eps")


def test_what_was_there_stays_where_writing_fails(chart: Chart, tmp_path: Path) -> None:
    (tmp_path / "t.pdf").mkdir()
    with pytest.raises(OSError, match=r"t\.pdf"):
        chart.write(tmp_path / "t.pdf")
    assert os.listdir(tmp_path) == ["t.pdf"]


def test_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom flowsim.plot.style import Chart\n"
        "c = Chart(3, 2)\nc.suptitle('Ош é')\na = c.subplots()\na.plot([1, 2], [3, 1])\n"
        "a.fill_between([1, 2], [3, 1], hatch='/')\na.legend(['x'])\n"
        "for s in ('png', 'pdf', 'svg'): c.write(f'{sys.argv[1]}.{s}')\n"
    )
    for seed, hour in (("1", "0"), ("2", "86400")):
        here = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": hour}
        command = [sys.executable, "-c", code, str(tmp_path / seed)]
        subprocess.run(command, check=True, env=here)
    for suffix in BEGINS:
        once, twice = ((tmp_path / f"{seed}.{suffix}").read_bytes() for seed in "12")
        assert once == twice, suffix
