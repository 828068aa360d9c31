"""File names whose suffix says what is written, and the refusal of those that say otherwise."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

NETCDF = (".nc", ".nc3", ".cdf")
FIGURE = (".png", ".pdf", ".svg")
FILM = (".gif", ".mp4")
CSV = (".csv",)
TABLE = (*CSV, ".csv.gz", ".csv.bz2", ".csv.xz")
OF_FILES = (
    *NETCDF, ".nc4", ".h5", ".zarr", ".parquet", *CSV, ".tsv", ".txt", ".json", ".geojson", ".yaml",
    ".yml", ".xml", ".md", ".html", ".xlsx", ".zip", ".gz", *FIGURE, ".jpg", ".jpeg", ".tif",
    ".tiff", ".eps", *FILM, ".webp",
)  # fmt: skip
"""Suffixes by which a reader takes something for a file."""


def ending_of(
    path: str | os.PathLike[str], endings: Sequence[str], needed: bool = False, what: str = "it"
) -> str:
    """Which of some endings a file's name has, in lower case; empty if it has none at all.

    Parameters
    ----------
    path : path
    endings : sequence of str
        Those of what can be written, each with its dot.
    needed : bool
        Whether a name without a suffix is refused too. A pipe or device is not: it gets the first.
    what : str
        What is written, for the message.

    Raises
    ------
    ValueError
        The name promises something else.

    Examples
    --------
    >>> ending_of("Map.PDF", FIGURE), ending_of("result", NETCDF)
    ('.pdf', '')
    >>> ending_of("map.jpg", FIGURE, what="a figure")
    Traceback (most recent call last):
    ValueError: map.jpg: a figure is not written as '.jpg'; let the name end in .png, .pdf or .svg
    """
    path = Path(path)
    found = next((end for end in endings if path.name.lower().endswith(end)), "")
    if found and path.name.lower() != found:
        return found
    if not path.suffix and not needed:
        return ""
    if path.exists() and not (path.is_file() or path.is_dir()):
        return endings[0]
    right = f"let the name end in {', '.join(endings[:-1])}{' or ' * (len(endings) > 1)}"
    wrong = f"is not written as {path.suffix!r}" if path.suffix else "needs a suffix"
    raise ValueError(f"{path}: {what} {wrong}; {right}{endings[-1]}")


def folder_of(path: str | os.PathLike[str]) -> None:
    """Refuse a folder whose name is that of a file.

    Raises
    ------
    ValueError
        Its name ends like one.

    Examples
    --------
    >>> folder_of("out/run_2.5")
    >>> folder_of("out/run.nc")
    Traceback (most recent call last):
    ValueError: out/run.nc: a folder is written, which is not '.nc'; leave the suffix out
    """
    suffix = Path(path).suffix
    if suffix.lower() in OF_FILES:
        wrong = f"a folder is written, which is not {suffix!r}"
        raise ValueError(f"{path}: {wrong}; leave the suffix out")
