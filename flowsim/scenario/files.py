"""Text of a file of a scenario, within limits and within its folder.

A file of YAML has at most 8 MB and a table 25 MB. Loading takes at most 400 bytes of memory for
each byte of the files, and time in proportion to them. Measured by ``python -m
tests.bad_input.large`` on one core of a virtual machine that others used, too: a million rows of
reports (24 MB) 102 bytes for a byte and 1.2 s a MB; as many with three mistakes each 129 bytes and
4.3 s; 1,000 columns of shares 340 bytes and 5.3 s; YAML 44 to 77 bytes and 5 to 7 s a MB; a series
of registrations of Flee 26 bytes and 0.2 s. Of each file the first 1,000 mistakes are told.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean
from flowsim.scenario.nodes import Spot

FILE = "scenario.yaml"
MEGABYTE = 1_000_000
YAML_BYTES = 8 * MEGABYTE
TABLE_BYTES = 25 * MEGABYTE
LINE_CHARACTERS = MEGABYTE

_BINARY = (
    (r"PK\x03\x04", "a ZIP archive, as Excel writes (.xlsx)"),
    (r"\xd0\xcf\x11\xe0", "a file of an old Excel (.xls)"),
    (r"PAR1", "Parquet"),
    (r"\x89HDF|CDF[\x01\x02\x05]", "netCDF or HDF5"),
    (r"\x1f\x8b", "compressed (gzip)"),
    (r"SQLite format 3", "a database (SQLite or GeoPackage)"),
    (r"%PDF", "a PDF"),
    (r"\x00\x00\x27\x0a", "a shapefile"),
)
_NO_TABLES = (
    (r'\{.*"type"\s*:\s*"(feature|topology|geometrycollection|point|polygon|line)', "GeoJSON"),
    (r"[{\[]\s*[\"{\[\]}]", "JSON"),
    (r"<(!doctype html|html)", "a web page (HTML)"),
    (r"<(\?xml|kml|gpx)", "XML"),
)
"""How files begin (those of text in small letters), and what they are."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def read_text(
    path: Path,
    most_bytes: int,
    named: Spot | None = None,
    path_told: str = "",
    longest_line: int = LINE_CHARACTERS,
) -> str:
    """The text of a UTF-8 file with plain line ends and without byte order mark.

    Parameters
    ----------
    path : Path
    most_bytes : int
        Larger files are refused.
    named : Spot, optional
        Where the file is named; a file that cannot be opened is told there.
    path_told : str
        Path in the scenario of what names it.
    longest_line : int
        Characters of a line; more are refused.

    Raises
    ------
    ScenarioError
        It is missing, no plain file, too large, not permitted, not UTF-8, or has control
        characters or an endless line.
    """
    raw = _read_bytes(path, most_bytes, named, path_told)
    _refuse_format(path, _BINARY, raw[:16], path_told, "a text file")
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        byte = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise _refusal(path, byte, "save the file as UTF-8", line, column) from None
    _check_lines(path, text, longest_line)
    return text


def read_table_text(
    path: Path, named: Spot | None = None, path_told: str = "", most_bytes: int = TABLE_BYTES
) -> str:
    """The same of a table; what begins as another kind of text file is told to be that."""
    text = read_text(path, most_bytes, named, path_told)
    start = text[:1000].lstrip().encode().lower()
    _refuse_format(path, _NO_TABLES, start, path_told, "a CSV table")
    return text


def _refuse_format(
    path: Path, formats: Sequence[tuple[str, str]], start: bytes, path_told: str, right: str
) -> None:
    """Refuse what begins as a file of another format does."""
    for begins, name in formats:
        if re.match(begins.encode("latin-1"), start, re.DOTALL):
            problem = Problem(path_told, f"this is {name}", f"give {right}", str(path), 1, 1)
            raise ScenarioError([problem])


def within(folder: Path, name: str, named: Spot, path_told: str, levels_up: int = 0) -> Path:
    """The file ``name`` of a folder, which must not lie outside of it.

    Parameters
    ----------
    folder : Path
        Of the file that names it.
    name : str
        As written, relative to ``folder``.
    named : Spot
    path_told : str
    levels_up : int
        How many levels above ``folder`` it may lie below, links followed.
    """
    top = folder.resolve()
    for _ in range(levels_up):
        top = top.parent
    target = folder / name
    right = "give a file in the folder of this file"
    if levels_up:
        right += ", in the one above or in one beside it"
    if os.path.isabs(name) or name.startswith("~") or "\\" in name:
        wrong = f"{name!r} is not a path relative to this file"
    elif not lies_in(target, top):
        wrong = (
            f"{name!r} leads too far away" if levels_up else f"{name!r} leads out of this folder"
        )
    else:
        plain = Path(os.path.normpath(target))
        return plain if plain.resolve() == target.resolve() else target
    raise ScenarioError([Problem(path_told, wrong, right, named.file, named.line, named.column)])


def lies_in(path: Path, *folders: Path) -> bool:
    """Whether a path, links followed, lies in one of some folders; one that cannot be does not."""
    try:
        real = path.resolve()
        return any(real.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, RuntimeError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether there is a file; a name that no file can have, or may not be asked for, is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder, in the same way."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _read_bytes(path: Path, most_bytes: int, named: Spot | None, path_told: str) -> bytes:
    spot = named or Spot(str(path), 1, 1)

    def refusal(wrong: str, right: str) -> ScenarioError:
        return ScenarioError([Problem(path_told, wrong, right, spot.file, spot.line, spot.column)])

    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise refusal(f"{path.name!r} is a folder", "name a file")
        if not stat.S_ISREG(status.st_mode):
            raise refusal(f"{path.name!r} is not a plain file", "name a plain file")
        if status.st_size > most_bytes:
            size = f"{path.name!r} has {status.st_size / MEGABYTE:.1f} MB"
            raise refusal(size, f"give at most {most_bytes // MEGABYTE} MB")
        with path.open("rb") as file:
            raw = file.read(status.st_size + 1)  # a buffer is made for all that is asked for
        if len(raw) > status.st_size:
            raise refusal(f"{path.name!r} grows while it is read", "give a file that is whole")
    except FileNotFoundError:
        if path.is_symlink():
            told = f"{path.name!r} is a link to nothing"
            raise refusal(told, "put the file itself here") from None
        near = did_you_mean(path.name, beside(path))
        wrong = f"there is no file {path.name!r}"
        raise refusal(wrong, f"name a file that exists{near}") from None
    except PermissionError:
        raise refusal(f"{path.name!r} may not be read", "give yourself the right to read") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise refusal(f"{path.name!r} cannot be read: {why}", "name a readable file") from None
    return raw


def beside(path: Path) -> list[str]:
    """Names of what lies in the folder of a path."""
    try:
        return sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return []


def _check_lines(path: Path, text: str, longest: int) -> None:
    found = _CONTROL.search(text)
    if found:
        at = found.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        wrong = f"the control character U+{ord(found[0]):04X} is not allowed here"
        raise _refusal(path, wrong, "give plain text, without it", line, column)
    start, line = 0, 1
    while (end := text.find("\n", start)) >= 0 or start < len(text):
        end = len(text) if end < 0 else end
        if end - start > longest:
            wrong = f"this line has {end - start} characters"
            raise _refusal(path, wrong, f"give at most {longest} a line", line, 1)
        start, line = end + 1, line + 1


def _refusal(path: Path, wrong: str, right: str, line: int, column: int) -> ScenarioError:
    return ScenarioError([Problem("", wrong, right, str(path), line, column)])
