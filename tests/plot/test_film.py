"""The map over time: as many frames as asked for, the last one of the end, the same bytes."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import flowsim.plot
from tests.fake_result import toy_result, toy_scenario


def test_a_gif_has_the_frames_and_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / "one.gif", tmp_path / "two.gif"]
    for file in files:
        made = flowsim.plot.animation(toy_result(), file, toy_scenario(), frames=3, width=60)
        assert 1 < made <= 3
    assert files[0].read_bytes() == files[1].read_bytes()
    frames = []
    with Image.open(files[0]) as picture:
        assert picture.n_frames == made
        assert picture.size[0] == round(60 / 25.4 * 150)
        for number in range(made):
            picture.seek(number)
            frames.append(np.asarray(picture.convert("RGB")).astype(int))
    assert all(np.abs(a - b).max() > 50 for a, b in itertools.pairwise(frames))
    below = slice(int(0.8 * frames[0].shape[0]), None)  # the key stays as it is
    assert np.abs(frames[0][below] - frames[-1][below]).max() < 40


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg")
def test_an_mp4_has_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for file in files:
        flowsim.plot.animation(toy_result(), file, frames=2, width=60)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"ftyp" in files[0].read_bytes()[:16]


def test_without_ffmpeg_that_is_told_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImportError, match=r"map\.mp4: .* ffmpeg, which is not installed; install"):
        flowsim.plot.animation(toy_result(), tmp_path / "map.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "how", "told"),
    [
        ("m.gif", {"frames": 0}, "frames=0 is not a number of frames"),
        ("m.gif", {"rate": 90}, "rate=90 is not a number of frames a second"),
        ("m.webm", {}, "an animation is not written as '.webm'"),
        ("m.gif", {"width": 3}, "is not the width of a figure"),
    ],
)
def test_what_cannot_be_filmed(tmp_path: Path, name: str, how: dict[str, int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        flowsim.plot.animation(toy_result(), tmp_path / name, **how)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
