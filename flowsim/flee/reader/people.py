"""Who flees in Flee's files: the group that its demographics make, and people told one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowsim import numerals
from flowsim.flee.reader.conflict import GROUP
from flowsim.flee.reader.places import Spot
from flowsim.flee.reader.rows import Notes, Row, is_told, read_all
from flowsim.shown import plain
from flowsim.world.config import Group

PREFIX, DEFAULT = "demographics_", "default"
SEX = {
    **dict.fromkeys(("f", "female", "w", "woman", "women"), True),
    **dict.fromkeys(("m", "male", "man", "men"), False),
}
"""Whether a value of the attribute `gender` means women."""
ADULT, ELDERLY = 15.0, 60.0
"""Years from which on a person is not a child, and is elderly."""

Shares = Mapping[str, float]


def read_group(
    folder: Path, spots: Mapping[str, Spot], notes: Notes, origins: Sequence[str] = ()
) -> Group:
    """One group of single persons, as Flee knows no families; ages and sexes as told.

    Age and sex are taken as independent; all are grown up, and half are women, where neither is
    told. Other attributes are checked, and named as not used. Where places have weights of their
    own, the group is mixed by the residents of the origins.

    Parameters
    ----------
    folder : Path
    spots : mapping of str to Spot
    notes : Notes
    origins : sequence of str
        Places that people flee from.
    """
    women, children, elderly = 0.5, 0.0, 0.0
    for path in sorted(folder.glob(f"{PREFIX}*.csv")):
        attribute = path.stem.removeprefix(PREFIX)
        shares = _attribute(path, attribute, spots, notes, origins)
        if not shares:
            continue
        words = {value.lower(): share for value, share in shares.items()}
        years = _years(shares)
        if attribute.lower() == "gender" and words.keys() <= SEX.keys():
            women = sum(share for value, share in words.items() if SEX[value])
        elif attribute.lower() == "age" and years is not None:
            children = sum(share for age, share in years.items() if age < ADULT)
            elderly = sum(share for age, share in years.items() if age >= ELDERLY)
        else:
            notes.tell(path, 1, f"{attribute!r} is not used: no rule here reads its values")
    if children:
        notes.odd.append(plain(f"{folder}: children flee alone here, and count as adults"))
    adults = max(1.0 - children - elderly, 0.0)
    return Group(
        name=GROUP, household_size={1: 1.0}, children=children, women=women * adults,
        men=(1.0 - women) * adults, elderly_women=women * elderly,
        elderly_men=(1.0 - women) * elderly,
    )  # fmt: skip


def _attribute(
    path: Path, attribute: str, spots: Mapping[str, Spot], notes: Notes, origins: Sequence[str]
) -> dict[str, float]:
    """Share of each value among those who flee; empty where the table is wrong."""
    before = len(notes.problems)
    header, *rows = _with_header(path, attribute, notes)
    names = [cell.lower() for cell in header.cells]
    if DEFAULT not in names[1:]:
        header.wrong(0, "the column 'Default' is missing", "add it, with a weight in each row")
        return {}
    column = names.index(DEFAULT)
    apart = [cell for i, cell in enumerate(header.cells) if i not in (0, column) and cell]
    for name in apart:
        if name not in spots:
            notes.warn(header, f"{name!r} is not a place{notes.near(name, spots)}")
    weights: dict[str, float] = {}
    of_places: dict[str, list[float]] = {name: [] for name in apart}
    for row in rows:
        value = row.needs(0, "the value")
        if value in weights:
            row.wrong(0, f"{value!r} appears twice", "give each value one row")
        weights[value] = row.number(column, "weight", 0.0)
        for i, cell in enumerate(row.cells):
            if i not in (0, column) and cell:
                weight = row.number(i, "weight", 0.0)
                if header.text(i) in of_places:
                    of_places[header.text(i)].append(weight)
    total = sum(weights.values())
    for i, name in enumerate(header.cells):
        if name in of_places and rows and not sum(of_places[name]) > 0.0:
            header.wrong(i, f"no value has a weight at {name!r}", "give one a weight above 0")
        elif name in of_places and name in header.cells[:i]:
            header.wrong(i, f"{name!r} appears twice", "keep one of its columns")
    if len(notes.problems) > before:
        return {}
    if not total > 0.0:
        header.wrong(column, "no value has a weight", "give one a weight above 0")
        return {}
    by_default = {value: weight / total for value, weight in weights.items()}
    return _mixed(by_default, of_places, spots, origins, header) if apart else by_default


def _mixed(
    by_default: dict[str, float], of_places: Mapping[str, list[float]], spots: Mapping[str, Spot],
    origins: Sequence[str], header: Row,
) -> dict[str, float]:  # fmt: skip
    """Shares of all origins together, each place with its own weights or the default."""
    residents = {name: float(spots[name].number or 0) for name in origins if name in spots}
    mixed, used = dict.fromkeys(by_default, 0.0), []
    for name, persons in residents.items():
        own = of_places.get(name, [])
        shares = list(by_default.values())
        if len(own) == len(shares) and sum(own) > 0.0:
            shares = [weight / sum(own) for weight in own]
            used.append(name)
        for value, share in zip(mixed, shares, strict=True):
            mixed[value] += persons * share
    total = sum(mixed.values())
    count = "count by their residents" if used else "are of places that nobody flees from"
    named = ", ".join(used or of_places)
    header.notes.warn(header, f"the weights of {named} {count}: all people are in one group")
    return {value: part / total for value, part in mixed.items()} if total else by_default


def _with_header(path: Path, first: str, notes: Notes) -> list[Row]:
    """The rows of a table whose header begins with a name, commented out or not."""
    rows = read_all(path, notes)
    if not rows:
        rows = [Row(str(path), 1, (first,), notes)]
        rows[0].wrong(0, "the table is empty", f"give a header that begins with {first}")
    elif rows[0].text(0).lstrip("# ").lower() != first.lower():
        rows[0].wrong(0, f"{rows[0].text(0)!r} begins the header", f"begin it with {first}")
    return [rows[0], *(row for row in rows[1:] if not row.text(0).startswith("#"))]


def _years(shares: Shares) -> dict[float, float] | None:
    """Shares by age; None where a value is not a number of years."""
    years = {value: numerals.number(value) for value in shares}
    if None in years.values():
        return None
    return {float(years[value] or 0.0): share for value, share in shares.items()}


def read_agents(path: Path, spots: Mapping[str, Spot], notes: Notes) -> Counter[str]:
    """Persons by place of a table with a row each, as ``location,attribute,...``."""
    found: Counter[str] = Counter()
    if not is_told(path):
        return found
    header, *rows = _with_header(path, "location", notes)
    for row in rows:
        name = row.text(0)
        if name not in spots:
            near = notes.near(name, spots)
            row.wrong(0, f"there is no place {name!r}", f"name one of locations.csv{near}")
        found[name] += 1
    start = f"{found.total()} persons start on day 0 beside those who are registered"
    notes.warn(header, f"{start}; of their attributes none is used")
    return found
