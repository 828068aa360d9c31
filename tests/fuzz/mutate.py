"""How an input is changed: by words that the loaders know, by lines and cells, by whole files."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from flowsim.flee.reader.settings import MAPPED, MISSING, NO_EFFECT, SECTIONS
from flowsim.scenario.scenario import Scenario
from tests.fuzz.blob import FILE, FOLDER, LINK, LOADED, PIPE, Blob, Part, pack, unpack

Bytes = Callable[[bytes, int], bytes]
"""Changes bytes, to at most so many."""
Change = Callable[[random.Random, bytes], bytes]

VALUES = (
    "", "~", "null", "true", "False", "NO", "0", "-0.0", "1", "-1", "0.5", "1e308", "1e400",
    "-.inf",
    ".nan", "nan", "inf", "007", "0x1F", "0o17", "1_000", "1,000", "190:20:30", "5e-324",
    "9" * 20, "9" * 400, "1" + "0" * 5000, "1h", "-1h", "0h", "90min", "3 parsecs", "1e400h",
    "1.5d", "9999999d", "1h 1h 1h ", "2010-06-10", "2010-06-11T12:00", "2010-06-11T12:00:60",
    "2010-06-11T24:00", "2010-06-11T12:00+06:00", "2010-06-11T12:00Z", "2010-02-29", "2012-02-29",
    "2010-02-30", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59", "20100610", "2010-W23-4",
    "[]", "{}", "[[]]", "{a: 1}", "[1, 2]", "*start", "*one", "&a [*a]", "!!binary aGk=",
    "!!python/object/apply:os.system [ls]", "<<", '"\\0"', '"\\ud800"', '"\\u2028"', '"\\e[2J"',
    '"a\\nb"', "'", '"', "\u202e", "\u200b", "e\u0301", "\u00e9", "\u2028", "\x85", "\ufeff",
    "places.csv", "../base/places.csv", "/etc/passwd", "~/x.csv", "..", ".", "../../x", "a\\b",
    "file:///etc/passwd", "http://localhost/x", "%2e%2e/x", "CON", "/dev/zero", "x" * 300,
    "Asia/Bishkek", "Europe/Berlin", "Etc/GMT-6", "../../etc/passwd", "UTC", "America",
    "{value: 1, low: 0, high: 2}", "{value: 1, low: 2}", "{low: 1}", "{type: closed}",
    "{type: code, module: evil, name: run}", "{type: function}",
)  # fmt: skip
MARKS = (
    ":", ": ", "- ", "  ", "\n", "\r", "\r\n", "\t", ",", ";", '"', "'", "#", "|", ">", "?", "? ",
    "{", "}", "[", "]", "&", "*", "!", "%YAML 1.1\n", "---\n", "...\n", "\0", "\xa0", ".", "=",
)  # fmt: skip
NAMES = (
    "scenario.yaml", "variant.yaml", "places.csv", "routes.csv", "events.csv", "reports.csv",
    "groups.csv", "forces.csv", "conditions.csv", "arrivals.csv", "borders.csv", "evil.py",
    "__init__.py", "sitecustomize.py", "simsetting.yml", "input_csv/locations.csv",
    "input_csv/routes.csv", "input_csv/closures.csv", "input_csv/conflicts.csv",
    "input_csv/sim_period.csv", "input_csv/agents.csv", "input_csv/location_changes.csv",
    "input_csv/demographics_age.csv", "input_csv/demographics_x.csv", "input_csv/flood_level.csv",
    "input_csv/region_attributes_IPC.csv", "input_csv/major_routes.csv",
    "input_csv/registration_corrections.csv", "source_data/data_layout.csv", "source_data/cee.csv",
)  # fmt: skip
FOLDERS = (LOADED, "base", f"{LOADED}/variants")
TARGETS = (
    b"places.csv", b"scenario.yaml", b".", b"..", b"../base", b"../scn", b"../../outside.csv",
    b"/etc/passwd", b"/dev/zero", b"/dev/null", b"/proc/self/environ", b"nowhere", b"variant.yaml",
)  # fmt: skip
WHOLE = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"\x00", b"\x80")
"""Byte order marks, and bytes that are not UTF-8."""

_VALUE = re.compile(rb"(?<=[:,\[{ ])[^:,\[\]{}\n]+(?=[,\]}\n])")
_WORD = re.compile(rb"[A-Za-z_]{2,}")


def mutate(raw: bytes, most: int, seed: int, change: Bytes | None = None) -> bytes:
    """Another folder, near to the one given.

    Parameters
    ----------
    raw : bytes
    most : int
        Bytes that it may have.
    seed : int
        Of the choice; the same seed makes the same change.
    change : callable, optional
        Changes bytes in a way of its own; by default one bit is turned.
    """
    draw = random.Random(seed)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        raw = pack(_changed(unpack(raw), draw, most, change or _flip(draw)))
    return raw[:most]


def cross(one: bytes, other: bytes, most: int, seed: int) -> bytes:
    """A folder with a file, or half of one, from another."""
    draw = random.Random(seed)
    mine, more = unpack(one), unpack(other)
    if not more.parts:
        return one[:most]
    taken = draw.choice(more.parts)
    kept = [part for part in mine.parts if part.name != taken.name]
    same = next((part for part in mine.parts if part.name == taken.name), None)
    if same is not None and draw.random() < 0.7:
        head, tail = same.body.split(b"\n"), taken.body.split(b"\n")
        cut = draw.randrange(len(head) + 1), draw.randrange(len(tail) + 1)
        taken = taken._replace(body=b"\n".join([*head[: cut[0]], *tail[cut[1] :]]))
    return pack(Blob(mine.header, (*kept, taken)))[:most]


def _changed(blob: Blob, draw: random.Random, most: int, change: Bytes) -> Blob:
    parts = list(blob.parts)
    if not parts or draw.random() < 0.08:
        return _files(blob, draw)
    i = draw.randrange(len(parts))
    body = parts[i].body
    if draw.random() < 0.25:
        body = change(body, max(1, most - len(pack(blob)) + len(body)))
    else:
        body = draw.choice(CHANGES)(draw, body)
    parts[i] = parts[i]._replace(body=body)
    return blob._replace(parts=tuple(parts))


def _files(blob: Blob, draw: random.Random) -> Blob:
    """A file more or less, under another name, or a link, pipe or folder in its place."""
    parts = list(blob.parts)
    name = f"{draw.choice(FOLDERS)}/{draw.choice(NAMES)}".encode()
    act = draw.randrange(6) if parts else 0
    i = draw.randrange(len(parts)) if parts else 0
    if act == 0:
        parts.append(Part(FILE, name, draw.choice(VALUES).encode("utf-8", "surrogatepass")))
    elif act == 1:
        del parts[i]
    elif act == 2:
        parts[i] = parts[i]._replace(name=name)
    elif act == 3:
        parts.append(parts[i]._replace(name=name))
    elif act == 4:
        kind = draw.choice((LINK, LINK, LINK, PIPE, FOLDER))
        parts[i] = Part(kind, parts[i].name, draw.choice(TARGETS))
    else:
        return blob._replace(header=draw.choice((b"", b"variant", b"strict", b"variant strict")))
    return blob._replace(parts=tuple(parts))


def _flip(draw: random.Random) -> Bytes:
    def flip(body: bytes, most: int) -> bytes:
        if not body:
            return b"0"
        at = draw.randrange(len(body))
        return body[:at] + bytes((body[at] ^ 1 << draw.randrange(8),)) + body[at + 1 :]

    return flip


def _put_value(draw: random.Random, body: bytes) -> bytes:
    """Another value in the place of one."""
    return _in_place(draw, body, _VALUE, draw.choice(VALUES))


def _put_word(draw: random.Random, body: bytes) -> bytes:
    """A word of the schema in the place of one, or a word of the same file."""
    words = _WORD.findall(body)
    own = (
        draw.choice(words).decode() if words and draw.random() < 0.4 else draw.choice(words_known())
    )
    return _in_place(draw, body, _WORD, own)


def _in_place(draw: random.Random, body: bytes, what: re.Pattern[bytes], new: str) -> bytes:
    found = list(what.finditer(body))
    if not found:
        return body + new.encode("utf-8", "surrogatepass")
    start, stop = draw.choice(found).span()
    return body[:start] + new.encode("utf-8", "surrogatepass") + body[stop:]


def _insert(draw: random.Random, body: bytes) -> bytes:
    """A mark, a word, or bytes that are not text."""
    at = draw.randrange(len(body) + 1)
    new = draw.choice((*MARKS, draw.choice(VALUES))).encode("utf-8", "surrogatepass")
    if draw.random() < 0.1:
        new, at = draw.choice(WHOLE), draw.choice((0, at))
    return body[:at] + new + body[at:]


def _lines(draw: random.Random, body: bytes) -> bytes:
    """A line less, twice, elsewhere, deeper, less deep, or joined to the next."""
    lines = body.split(b"\n")
    i, j = draw.randrange(len(lines)), draw.randrange(len(lines))
    act = draw.randrange(6)
    if act == 0:
        del lines[i]
    elif act == 1:
        lines.insert(j, lines[i])
    elif act == 2:
        lines[i], lines[j] = lines[j], lines[i]
    elif act == 3:
        lines[i] = b"  " + lines[i]
    elif act == 4:
        lines[i] = lines[i].removeprefix(b"  ")
    elif i + 1 < len(lines):
        lines[i] += lines.pop(i + 1)
    return b"\n".join(lines)


def _cells(draw: random.Random, body: bytes) -> bytes:
    """A column or a cell less or twice."""
    lines = body.split(b"\n")
    rows = [line.split(b",") for line in lines]
    i = draw.randrange(len(rows))
    column = draw.randrange(len(rows[i]))
    twice, whole = draw.random() < 0.5, draw.random() < 0.5
    for row in rows if whole else [rows[i]]:
        if column < len(row):
            row[column : column + 1] = [row[column]] * 2 if twice else []
    return b"\n".join(b",".join(row) for row in rows)


def _recode(draw: random.Random, body: bytes) -> bytes:
    """The same text in another encoding, or with other line ends."""
    text = body.decode("utf-8", "replace")
    act = draw.randrange(5)
    if act < 2:
        return body.replace(b"\n", b"\r" if act else b"\r\n")
    encoding = ("utf-16", "latin-1", "utf-8-sig")[act - 2]
    return text.encode(encoding, "replace")


def _numbers(draw: random.Random, body: bytes) -> bytes:
    """A number a little or much larger or smaller."""
    found = list(re.finditer(rb"[0-9]+(\.[0-9]+)?", body))
    if not found:
        return body
    start, stop = draw.choice(found).span()
    old = body[start:stop]
    new = draw.choice((b"0", b"-" + old, old + b"0" * draw.choice((1, 3, 9)), b"0." + old, old[:-1],
                       str(draw.randrange(100)).encode()))  # fmt: skip
    return body[:start] + new + body[stop:]


CHANGES: tuple[Change, ...] = (
    _put_value, _put_value, _put_word, _put_word, _insert, _lines, _lines, _cells, _recode,
    _numbers, _numbers, _numbers, _numbers,
)  # fmt: skip


@cache
def words_known() -> tuple[str, ...]:
    """Keys and choices of the schema, and of Flee's settings."""
    words = set(_of_schema(Scenario.model_json_schema(mode="validation")))
    for table in (MAPPED, NO_EFFECT, MISSING):
        words |= {name for names in table.values() for name in names}
    return tuple(
        sorted(words | {*SECTIONS, "extends", "add", "value", "low", "high", "distribution"})
    )


def _of_schema(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (str(word) for word in schema.get("enum", ()))
        if isinstance(schema.get("const"), str):
            yield schema["const"]
        for inner in schema.values():
            yield from _of_schema(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _of_schema(inner)
