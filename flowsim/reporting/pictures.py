"""Figures as pictures within a page: one for a wide screen and for print, one for a phone."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from flowsim.plot.style import Chart

WIDE_MM, WIDE_DPI = 183.0, 170.0
NARROW_MM, NARROW_DPI = 89.0, 200.0
COLOURS = 128
"""Figures are of flat colours: so many are enough, and take a quarter of the bytes."""


class Picture(NamedTuple):
    """A figure with its caption; `wide` and `narrow` are ``data:`` addresses."""

    name: str
    wide: str
    narrow: str
    alt: str
    caption: str
    width: int
    height: int


def picture(name: str, draw: Callable[[float], Chart], alt: str, caption: str) -> Picture:
    """Draw a figure in both widths.

    Parameters
    ----------
    name : str
    draw : callable
        Given a width in millimetres.
    alt : str
        What it shows, for who does not see it.
    caption : str
    """
    wide = _small(draw(WIDE_MM), WIDE_DPI)
    narrow = _small(draw(NARROW_MM), NARROW_DPI)
    width, height = wide.size
    return Picture(name, _address(wide), _address(narrow), alt, caption, width, height)


def _small(chart: Chart, dpi: float) -> Image.Image:
    memory = io.BytesIO()
    chart.write(memory, dpi=dpi, format="png")
    memory.seek(0)
    with Image.open(memory) as whole:
        return whole.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )


def _address(image: Image.Image) -> str:
    memory = io.BytesIO()
    image.save(memory, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(memory.getvalue()).decode()}"
