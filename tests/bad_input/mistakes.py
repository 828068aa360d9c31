"""Families of mistakes: each breaks a valid folder in a way of its own.

A mistake is a function of how to draw and of a folder. It gives the folder that it made, and
whether the loader must refuse it; where it need not, what comes of it is up to the loader.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from flowsim.scenario.files import LINE_CHARACTERS, TABLE_BYTES, YAML_BYTES
from flowsim.scenario.read import ALIAS_VALUES, LEVELS
from tests.bad_input.edits import (
    MARK,
    Draw,
    at,
    dump,
    files,
    holders,
    is_table,
    is_yaml,
    leaves,
    load,
    pick,
    put,
    replaced,
    set_value,
    table,
)
from tests.bad_input.folders import Parts, part
from tests.fuzz.blob import FOLDER, LINK, LOADED, PIPE, Part

Broken = tuple[Parts, bool]
Mistake = Callable[[Draw, Parts], Broken]

OUTSIDE = b"../../outside"
"""A folder that holds a valid scenario and from which nothing may be read."""


def structure(draw: Draw, parts: Parts) -> Broken:
    """A key, row or column less, twice, renamed, deeper, elsewhere, or of another kind."""
    i = pick(draw, parts, lambda p: is_yaml(p) or is_table(p))
    if is_table(parts[i]):
        return _structure_of_table(draw, parts, i)
    data = load(parts[i])
    path = draw(st.sampled_from(list(holders(data))))
    holder = at(data, path)
    key = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder))))
    act = draw(st.sampled_from(("drop", "rename", "nest", "move", "mapping", "list", "twice")))
    must = False
    if act == "drop":
        del holder[key]
    elif act == "rename" and isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    elif act == "nest":
        holder[key] = {"nested": holder[key]}
    elif act == "move" and isinstance(data, dict):
        data["moved"], must = at(data, path).pop(key), True
    elif act == "mapping":
        holder[key] = {"a": 1}
    elif act == "list":
        holder[key] = [[holder[key]]]
    else:
        text = dump(data) + f"{next(iter(data))}: again\n"
        return replaced(parts, i, text), True
    return replaced(parts, i, dump(data)), must and not _is_flee(parts)


def _structure_of_table(draw: Draw, parts: Parts, i: int) -> Broken:
    rows = list(csv.reader(io.StringIO(parts[i].body.decode())))
    r = draw(st.integers(0, len(rows) - 1))
    c = draw(st.integers(0, max(len(rows[r]) - 1, 0)))
    act = draw(st.sampled_from(("row", "column", "twice", "cell", "more", "rename", "quote")))
    if act == "row":
        del rows[r]
    elif act == "column":
        rows = [row[:c] + row[c + 1 :] for row in rows]
    elif act == "twice":
        rows.insert(r, rows[r])
    elif act == "cell":
        rows[r] = rows[r][:c]
    elif act == "more":
        rows[r] = [*rows[r], "x", "y"]
    elif act == "rename" and rows[0]:
        rows[0][min(c, len(rows[0]) - 1)] = "renamed"
    else:
        return replaced(parts, i, table(rows) + '"never closed'), True
    return replaced(parts, i, table(rows)), False


KINDS = (
    "true", "null", "[]", "{}", "[[1]]", "{a: {b: 1}}", "text", '"12"', "1", "1.5", "-1", "[1, x]",
    "{value: 1}", "{low: 1, high: 2}", "{value: x, low: {}, high: []}", '""', "' '", "|\n  a\n  b",
)  # fmt: skip


def types(draw: Draw, parts: Parts) -> Broken:
    """A value of another type."""
    return _value(draw, parts, draw(st.sampled_from(KINDS)))


def _value(draw: Draw, parts: Parts, text: str, *keys: str) -> Broken:
    found = set_value(draw, parts, text, draw(st.sampled_from(keys)) if keys else None)
    return (parts, False) if found is None else (found, False)


UNITS = (
    "1", "3600", "3 parsecs", "-1h", "1e400h", "0h", "1 h 1", "1hh", "h", "1.5s", "1e3h", "nanh",
    "1h -1h", "1,5h", "\uff11h", "1\uff48", "99999999999d", "1h " * 30 + "x", "P1D", "1:00",
)  # fmt: skip
NO_DURATION = set(UNITS) - {"99999999999d"}


def units(draw: Draw, parts: Parts) -> Broken:
    """A duration without a unit or with none that there is; a number with one."""
    if draw(st.booleans()):
        text = draw(st.sampled_from(UNITS))
        found = set_value(draw, parts, f"'{text}'", draw(st.sampled_from(("step", "record"))))
        if found is not None:
            return found, text in NO_DURATION
    text = draw(st.sampled_from(("12 km", "12mi", "5 %", "1 000", "3 persons", "1h", "1,5")))
    return _value(draw, parts, text, "km", "population", "distance", "intensity", "half_life_hours")


def encodings(draw: Draw, parts: Parts) -> Broken:
    """Bytes in another encoding, marks, and other line ends."""
    i = draw(st.sampled_from(files(parts)))
    raw = parts[i].body
    text = raw.decode()
    cut = draw(st.integers(0, len(raw)))
    made, must = draw(st.sampled_from((
        (text.encode("utf-16"), True), (text.encode("utf-16-be"), True),
        (text.encode("utf-32"), True), (b"\xef\xbb\xbf" + raw, False),
        (b"\xef\xbb\xbf" * 2 + raw, False), (raw[:cut] + b"\xff" + raw[cut:], True),
        (raw[:cut] + b"\0" + raw[cut:], True), (raw[:cut] + b"\xed\xa0\x80" + raw[cut:], True),
        (raw[:cut] + b"\xc0\xaf" + raw[cut:], True), (raw.replace(b"\n", b"\r"), False),
        (raw.replace(b"\n", b"\r\n"), False), (raw.replace(b"\n", b"\n\r", 2), False),
        (raw[:cut] + "é".encode("latin-1") + b"\n" + raw[cut:], True), (raw[:cut], False),
        (raw[:cut] + b"\x1b[2J" + raw[cut:], True), (raw + b"\x1a", True),
    )))  # fmt: skip
    return replaced(parts, i, made), must


def sizes(draw: Draw, parts: Parts) -> Broken:
    """Files, lines, names and depths beyond the limits."""
    i = draw(st.sampled_from(files(parts)))
    most = TABLE_BYTES if is_table(parts[i]) else YAML_BYTES
    j = pick(draw, parts, is_yaml) if any(map(is_yaml, parts)) else i
    deep = draw(st.sampled_from((LEVELS + 1, 10_000)))
    made: list[Broken] = [
        (replaced(parts, i, b"#" * 100 + b"\n" * (most - 99)), True),
        (replaced(parts, i, parts[i].body + b"#" + b" " * (LINE_CHARACTERS + 1)), True),
        (replaced(parts, i, parts[i].body + b"x" * 200_000 + b"\n"), False),
    ]
    if is_yaml(parts[j]):
        body = parts[j].body + b"\n"
        made += [
            (replaced(parts, j, body + b"deep: " + b"[" * deep + b"]" * deep), True),
            (replaced(parts, j, body + b"deep: " + b"{a: " * deep + b"}" * deep), True),
            (replaced(parts, j, body + b"x" * 5_000 + b": 1\n"), not _is_flee(parts)),
        ]
    return draw(st.sampled_from(made))


def links(draw: Draw, parts: Parts) -> Broken:
    """A link, pipe or folder in the place of a file."""
    i = draw(st.sampled_from(files(parts)))
    name = parts[i].name
    own = name.rsplit(b"/", 1)[-1]
    up = b"../" * (name.count(b"/") - 1)
    outside = up + OUTSIDE + name.removeprefix(LOADED.encode())
    kind, target, must = draw(st.sampled_from((
        (LINK, outside, True), (LINK, b"/etc/passwd", True), (LINK, b"/dev/zero", True),
        (LINK, b"/dev/null", True), (LINK, b"/proc/self/environ", True), (LINK, own, False),
        (LINK, b"nowhere", False), (LINK, b".", False), (LINK, b"..", False),
        (LINK, b"x" * 300, False), (PIPE, b"", False), (FOLDER, b"", False),
        (LINK, b"//etc/../etc/passwd", True),
    )))  # fmt: skip
    needed = name.count(b"/") == 1 or not own.startswith((b"conflicts", b"closures"))
    broken = (*parts[:i], Part(kind, name, target), *parts[i + 1 :])
    return broken, must and needed and own != b"simsetting.yml"


def cycles(draw: Draw, parts: Parts) -> Broken:
    """Files that extend one another, and aliases in what they name."""
    length = draw(st.integers(1, 3))
    if draw(st.booleans()):
        names = ["scenario.yaml", *(f"v{i}.yaml" for i in range(1, length))]
        circle = [
            part(name, f"extends: {names[(i + 1) % length]}\n") for i, name in enumerate(names)
        ]
        return tuple(circle), True
    folders = [LOADED, *(f"f{i}" for i in range(1, length))]
    if draw(st.booleans()):
        circle = [
            part("scenario.yaml", f"extends: ../{folders[(i + 1) % length]}\n", folder)
            for i, folder in enumerate(folders)
        ]
        return tuple(circle), True
    text = draw(st.sampled_from(("a: &a [*a]", "a: &a {b: *a}", "a: &a {b: [1, {c: *a}]}")))
    return (part("scenario.yaml", f"name: x\n{text}\n"),), True


ODD = (
    "\u202e", "\u200b", "\u200d", "\ufeff", "\u0301", "e\u0301", "\u00e9", "\u0430", "\u2028",
    "\u2029", "\x85", "\xa0", "\u3000", "\U0001f600", "\U000e0041", "\u0000", "\u061c", "İ", "ß",
    "\ufdfa" * 5, "\x7f", "\x9b31m",
)  # fmt: skip


def unicode(draw: Draw, parts: Parts) -> Broken:
    """Marks that are not seen, that turn the line, that look alike, in values and in keys."""
    odd, act = draw(st.sampled_from(ODD)), draw(st.integers(0, 3))
    if act == 0:
        return _value(draw, parts, f"Tow{odd}n")
    if act == 1:
        quoted = "".join(f"\\U{ord(character):08x}" for character in odd)
        i = pick(draw, parts, lambda p: is_yaml(p) or is_table(p))
        if is_yaml(parts[i]):
            data = load(parts[i])
            put(data, draw(st.sampled_from(list(leaves(data)))), MARK)
            return replaced(parts, i, dump(data).replace(MARK, f'"a{quoted}"')), False
    i = draw(st.sampled_from(files(parts)))
    text = parts[i].body.decode()
    at_ = draw(st.integers(0, len(text)))
    return replaced(parts, i, text[:at_] + odd + text[at_:]), False


NAMES = (
    "../outside/places.csv", "../../outside/scn/places.csv", "/etc/passwd", "~/places.csv", "..",
    ".", "./../../x.csv", "..\\places.csv", "C:\\x.csv", "a\\0b.csv", "file:///etc/passwd",
    "http://localhost/x.csv", "//host/share.csv", "x" * 300, "a/" * 300 + "x.csv", "CON", "nul.csv",
    "%2e%2e/places.csv", "..%2fplaces.csv", "/dev/stdin", "-", "|id", "$(id)", "`id`", "*.csv", "",
    "places.csv/", "places.csv/..", "\\ud800.csv", "\uff0e\uff0e/places.csv", "scenario.yaml",
)  # fmt: skip


def traversal(draw: Draw, parts: Parts) -> Broken:
    """A name of a file that leads elsewhere, or to nothing."""
    name = draw(st.sampled_from(NAMES))
    if _is_flee(parts):
        i = next(i for i, p in enumerate(parts) if p.name.endswith(b"data_layout.csv"))
        return replaced(parts, i, f"total,refugees.csv\nCee,{name}\n"), name not in ("", "./")
    i = next(i for i, p in enumerate(parts) if p.name == f"{LOADED}/scenario.yaml".encode())
    data = load(parts[i])
    key = draw(st.sampled_from(("places", "routes", "reports", "extends")))
    data[key] = MARK
    harmless = ("", "places.csv/")  # the latter is taken for what it names
    must = name not in harmless and not (key == "extends" and "extends" in load(parts[i]))
    return replaced(parts, i, dump(data).replace(MARK, f'"{name}"')), must


TAGS = (
    "!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!!python/module:evil",
    "!!python/object/new:subprocess.Popen [[ls]]", "!!binary aGVsbG8=", "!!set {a, b}",
    "!!omap [a: 1]", "!!timestamp 2010-06-10", "!!int '3'", "!!float '.5'", "!!str 3", "!own x",
    "!<tag:example.org,2010:x> 1", "!!null ''", "!!bool yes", "! x",
)  # fmt: skip
PLAIN = (
    "190:20:30", "0o17", "0x1F", "017", "1_000", "0b11", "yes", "NO", "on", "~", "2010-06-10", "=",
    "9" * 399, "9" * 500, "0x" + "f" * 390, "+.inf", ".NaN", "1e5", "1.", ".5", "1e", "- 1",
)  # fmt: skip
BOMBS = (
    "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(c + 1)}: &{chr(c + 1)} [{', '.join(['*' + chr(c)] * 9)}]\n"
        for c in range(ord("a"), ord("i"))),
    "a: &a {k: 1}\nb: [" + "*a, " * (ALIAS_VALUES // 2 + 1) + "]\n",
)  # fmt: skip


MERGES = (
    "<<: {title: x}\n", "<<: [{title: x}, {title: y}]\n", "<<: 5\n", "<<: [[]]\n", "<<:\n",
    "zzz: &z {<<: *z}\n", "<<: {<<: {<<: {title: x}}}\n", "'<<': {title: x}\n",
)  # fmt: skip


def yaml(draw: Draw, parts: Parts) -> Broken:
    """Tags, aliases, merge keys, and plain texts that some YAML takes for numbers."""
    if not any(map(is_yaml, parts)):
        parts = (*parts, part("simsetting.yml", "move_rules: {max_move_speed: 200.0}\n"))
    i = pick(draw, parts, is_yaml)
    data = load(parts[i])
    act = draw(st.sampled_from(("tag", "plain", "merge", "bomb", "alias", "document", "directive")))
    body = parts[i].body.decode()
    if act in ("tag", "plain"):
        text = draw(st.sampled_from(TAGS if act == "tag" else PLAIN))
        put(data, draw(st.sampled_from(list(leaves(data)))), MARK)
        must = act == "tag" and text != "! x"
        return replaced(parts, i, dump(data).replace(MARK, text)), must
    more, must = {
        "merge": (draw(st.sampled_from(MERGES)), False),
        "bomb": (draw(st.sampled_from(BOMBS)), True),
        "alias": ("zzz: *nowhere\n", True),
        "document": ("---\nname: x\n", True),
        "directive": ("", True),
    }[act]
    if act == "directive":
        return replaced(parts, i, "%TAG ! tag:evil.org,2010:\n---\na: !x 1\n"), True
    return replaced(parts, i, f"{body}\n{more}"), must


NUMBERS = (
    "nan", ".nan", "inf", "-.inf", "1e308", "-1e308", "1e400", "-0.0", "0", "5e-324", "1e-300",
    "1" + "0" * 400, "-1" + "0" * 400, "1" + "0" * 5000, "99999999", "100000001", "2147483648",
    "9223372036854775808", "0.1e1", "1e9", "1e17", "-1", "0.9999999999999999", "1.0000000000000002",
    "123456789.123456789", "1e2", "1000000", '"1"', '"1,000"', "12,5", "1_000", "5%", "+1", "0,500",
    "1,234,567", "1 000", "0x1_0", "\uff11",
)  # fmt: skip


def numbers(draw: Draw, parts: Parts) -> Broken:
    """A number that is none, that has no end, or that is absurd."""
    return _value(draw, parts, draw(st.sampled_from(NUMBERS)))


TIMES = (
    "2010-06-10T18:00+06:00", "2010-06-10T18:00Z", "2010-02-29", "2012-02-29", "2010-02-30",
    "2010-06-31", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59", "2010-06-10T24:00",
    "2010-06-30T23:59:60", "2010-06-10T18:00:00.5", "2010-06-10 18:00", "20100610", "2010-W23-4",
    "2010-161", "10.06.2010", "06/10/2010", "1276171200", "2010-06-10T25:00", "2010-6-1", "now",
    "2010-06-09", "2010-06-12T17:59:59", "1583-01-01", "-2010-06-10",
    "\uff12\uff10\uff11\uff10-06-10",
)  # fmt: skip
ZONES = (
    "Asia/Bishkek", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC",
    "Etc/GMT+12", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "posixrules", "America",
    "EST5EDT", "utc", "", "tzdata.zi", "Africa/Monrovia", "a\\0b", "x/" * 200,
)  # fmt: skip
CHANGES = (  # start, end, zone, whether it must be refused; clocks may change
    ("2010-03-27", "2010-03-29", "Europe/Berlin", False),
    ("2010-10-30", "2010-11-01", "Europe/Berlin", False),
    ("2010-03-28T02:30", "2010-03-28T03:30", "Europe/Berlin", False),
    ("2011-12-29", "2012-01-01", "Pacific/Apia", False),
    ("2005-08-11", "2005-08-13", "Asia/Bishkek", False),
    ("2010-06-12", "2010-06-10", "UTC", True),
    ("0001-01-01", "0001-01-02", "Asia/Bishkek", False),
    ("9999-12-30", "9999-12-31", "America/New_York", False),
    ("1900-01-01", "2010-01-01", "UTC", True),
)


def clocks(draw: Draw, parts: Parts) -> Broken:
    """Times that do not exist, appear twice, are far away or are not in order; zones."""
    act = draw(st.sampled_from((0, 1, 1, 2, 2)))
    times = ("start", "end", "stop", "peak", "until", "when")
    if act == 0 or _is_flee(parts):
        text = draw(st.sampled_from(TIMES))
        if _is_flee(parts):
            i = next(i for i, p in enumerate(parts) if p.name.endswith(b"sim_period.csv"))
            if draw(st.booleans()):
                return replaced(parts, i, f"StartDate,{text}\nLength,10\n"), False
            return _value(draw, parts, text)
        return _value(draw, parts, text, *times)
    i = pick(draw, parts, is_yaml)
    data = load(parts[i])
    if act == 1:
        data["timezone"] = MARK
        text = draw(st.sampled_from(ZONES))
        return replaced(parts, i, dump(data).replace(MARK, f'"{text}"')), False
    data["start"], data["end"], data["timezone"], must = draw(st.sampled_from(CHANGES))
    data["step"], data["record"] = "1h", "1h"
    return replaced(parts, i, dump(data)), must and sum(map(is_yaml, parts)) == 1


EMPTY = (
    b"", b"\n", b"\xef\xbb\xbf", b"#\n", b" \n \n", b",,,\n", b'""\n', b"\n" * 1000, b"a\n",
    b"a,b\n", b";;\n", b"\t\n", b"# only\n# remarks\n", b'"\n', b",\n,\n",
)  # fmt: skip


def empty(draw: Draw, parts: Parts) -> Broken:
    """A file with nothing in it, a table with a header alone or with rows of nothing."""
    i = draw(st.sampled_from(files(parts)))
    header = parts[i].body.split(b"\n")[0] + b"\n"
    choices = (*EMPTY, header, header + b"," * header.count(b",") + b"\n")
    return replaced(parts, i, draw(st.sampled_from(choices))), False


def _is_flee(parts: Parts) -> bool:
    return any(b"input_csv/" in p.name for p in parts)


FAMILIES: Mapping[str, Mistake] = {
    mistake.__name__: mistake
    for mistake in (
        structure, types, units, encodings, sizes, links, cycles, unicode, traversal, yaml, numbers,
        clocks, empty,
    )
}  # fmt: skip
