"""Characters that the font of the figures lacks: another font that is installed, or a warning."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from functools import cache

import matplotlib
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, NullFormatter

from flowsim.errors import ScenarioWarning
from flowsim.shown import lines

FAMILY = "DejaVu Sans"
"""Of all figures; matplotlib brings it along."""
SHAPES = (3, 11)
"""The first matplotlib that joins letters and writes from the right to the left."""
LACKING = r"Glyph (\d+) "
"""How matplotlib warns of a character that a font lacks."""
_LACKS = re.compile(LACKING)


def with_fonts(figure: Figure, draw: Callable[[], bytes]) -> bytes:
    """Draw a figure; where characters are lacking, again with fonts that have them.

    Parameters
    ----------
    figure : Figure
        Its texts keep the fonts that were found.
    draw : callable
        Makes the picture.

    Warns
    -----
    ScenarioWarning
        No font that is installed has some character; a box is drawn for it.
    """
    _show_plainly(figure)
    picture, lacking = _drawn(draw)
    found = _fonts_with(lacking) if lacking else ()
    if found:
        for text in figure.findobj(Text):
            text.set_fontfamily([FAMILY, *found])
        picture, lacking = _drawn(draw)
    _warn_of_letters_apart(figure)
    if lacking:
        told = f"no font that is installed has {' '.join(sorted(lacking))}"
        right = "boxes are drawn; install a font that has them, as Noto Sans"
        warnings.warn(f"{told}: {right}", ScenarioWarning, stacklevel=2)
    return picture


def _warn_of_letters_apart(figure: Figure) -> None:
    """Say that Arabic and Hebrew are drawn wrongly by a matplotlib that does not shape text."""
    version = tuple(int(part) for part in matplotlib.__version__.split(".")[:2])
    if version >= SHAPES or not any(_from_the_right(t.get_text()) for t in _texts(figure)):
        return
    wrong = f"matplotlib {matplotlib.__version__} draws names in Arabic or Hebrew letters backwards"
    right = "update it to 3.11 or later"
    warnings.warn(f"{wrong}, each letter by itself; {right}", ScenarioWarning, stacklevel=3)


def _from_the_right(words: str) -> bool:
    """Whether some of it is written from the right to the left.

    Examples
    --------
    >>> _from_the_right("Ош"), _from_the_right("حلب 120")
    (False, True)
    """
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in words)


def _show_plainly(figure: Figure) -> None:
    """Escape what does not show, in all texts and in ticks that have names."""
    for text in _texts(figure):
        if not text.get_text().isprintable():
            text.set_text(lines(text.get_text()))
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            has_names = not isinstance(axis.get_major_formatter(), NullFormatter)
            if has_names and isinstance(axis.get_major_locator(), FixedLocator):
                names = [label.get_text() for label in axis.get_ticklabels()]
                if not all(map(str.isprintable, names)):
                    axis.set_ticks(axis.get_majorticklocs(), labels=list(map(lines, names)))


def _texts(figure: Figure) -> Iterator[Text]:
    """All texts but those of ticks, which an axis makes when it is asked for them."""
    left: list[Artist] = [figure]
    while left:
        artist = left.pop()
        if isinstance(artist, Text):
            yield artist
        left += [artist.label] if isinstance(artist, Axis) else artist.get_children()


def _drawn(draw: Callable[[], bytes]) -> tuple[bytes, frozenset[str]]:
    """The picture, and the characters that were lacking; other warnings go on their way."""
    lacking = set()
    with warnings.catch_warnings(record=True) as told:
        warnings.filterwarnings("always", message=LACKING)
        picture = draw()
    for warning in told:
        lack = _LACKS.match(str(warning.message))
        if lack:
            lacking.add(chr(int(lack[1])))
        else:
            where = (warning.filename, warning.lineno)
            warnings.warn_explicit(warning.message, warning.category, *where)
    return picture, frozenset(lacking)


@cache
def _fonts_with(characters: frozenset[str]) -> tuple[str, ...]:
    """Families that have as many of some characters as can be had, the first by name."""
    families = []
    left = set(map(ord, characters))
    for font in sorted(font_manager.fontManager.ttflist, key=lambda f: (f.name, f.fname)):
        if not left:
            break
        if font.name.startswith("Last Resort"):  # it has a box for everything
            continue
        try:
            has = left & FT2Font(font.fname).get_charmap().keys()
        except (OSError, RuntimeError):  # matplotlib remembers fonts that are gone
            continue
        if has:
            families.append(font.name)
            left -= has
    return tuple(dict.fromkeys(families))
