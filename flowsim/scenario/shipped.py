"""The scenarios that come with flowsim, which are known by name in every folder.

They lie in the folder ``scenarios`` of a checkout, which an installed package has in itself. Such a
name is that of a folder, or goes on as a path into it: ``kyrgyz_uzbek_2010``, or
``kyrgyz_uzbek_2010/variants/men_too.yaml``. Where there is a folder of that name on the disk, that
one is meant.
"""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import NamedTuple

from flowsim.errors import ScenarioWarning
from flowsim.scenario.files import FILE, YAML_BYTES, beside, is_file, read_text
from flowsim.scenario.read import parse

_PACKAGE = Path(__file__).parents[1]
INSTALLED = _PACKAGE / "_scenarios"
"""Where an installed package has them; a checkout has no such folder."""
VARIANTS = "variants"
_NAME = re.compile(r"\w[\w.-]*")


class Shipped(NamedTuple):
    """A scenario that comes with flowsim.

    Attributes
    ----------
    name : str
        By which `flowsim.load` and every command know it.
    title : str
    variants : tuple of str
        Names of its variants, as of a scenario.
    path : Path
        Its folder, which can be copied to begin one's own.
    """

    name: str
    title: str
    variants: tuple[str, ...]
    path: Path


def scenarios() -> tuple[Shipped, ...]:
    """Every scenario that comes with flowsim, in the order of their names.

    Examples
    --------
    >>> import flowsim as fs
    >>> known = {scenario.name: scenario for scenario in fs.scenarios()}
    >>> known["teaching"].title
    'A teaching world of five places'
    >>> known["teaching"].variants[0]
    'teaching/variants/open.yaml'
    """
    return tuple(_shipped(home() / name) for name in names())


def names() -> list[str]:
    """Their names."""
    return [name for name in beside(home() / FILE) if is_file(home() / name / FILE)]


def home() -> Path:
    """The folder in which they lie."""
    return INSTALLED if os.path.isdir(INSTALLED) else _PACKAGE.parent / "scenarios"


def shipped_path(name: str | os.PathLike[str], folder: Path = Path()) -> Path | None:
    """What a name means of the scenarios that come with flowsim.

    Parameters
    ----------
    name : str or path
    folder : Path
        To which a path would be relative.

    Returns
    -------
    Path or None
        None where it is not such a name, or something in `folder` has it.
    """
    parts = Path(name).parts
    if not _is_shipped(parts) or os.path.lexists(folder / parts[0]):
        return None
    return home().joinpath(*parts)


def located(name: str | os.PathLike[str], folder: Path = Path(), telling: bool = True) -> Path:
    """A path as it is; a name that only a scenario that comes with flowsim has as its path.

    Parameters
    ----------
    name : str or path
    folder : Path
        To which a path is relative; only to tell whether there is something.
    telling : bool
        Whether to warn of a name that both have: that on the disk is meant.
    """
    given = Path(name)
    found = shipped_path(given, folder)
    if found is not None:
        return found
    parts = given.parts
    if telling and _is_shipped(parts) and not _is_same(folder / parts[0], home() / parts[0]):
        told = f"{str(given)!r} is that of this folder, not the one that comes with flowsim"
        warnings.warn(told, ScenarioWarning, stacklevel=3)
    return given


def is_installed(path: Path) -> bool:
    """Whether a path lies in the installed package, where nothing is to be written."""
    return path.resolve().is_relative_to(INSTALLED.resolve())


def short(path: Path) -> str:
    """A path as a name where it is that of a scenario that comes with flowsim."""
    return (path.relative_to(home()) if path.is_relative_to(home()) else path).as_posix()


def _is_shipped(parts: tuple[str, ...]) -> bool:
    """Whether a path begins with the name of such a scenario and stays in its folder."""
    if not parts or ".." in parts or not _NAME.fullmatch(parts[0]):
        return False
    return is_file(home() / parts[0] / FILE)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _shipped(folder: Path) -> Shipped:
    file = folder / FILE
    title = parse(read_text(file, YAML_BYTES), str(file)).get("title")
    files = sorted((folder / VARIANTS).glob("*.yaml"))
    return Shipped(
        folder.name,
        str(title.plain()) if title is not None else "",
        tuple(short(file) for file in files),
        folder,
    )
