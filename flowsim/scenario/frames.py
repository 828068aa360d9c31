"""A scenario from data frames: the rows of `flowsim.scenario.tables`, and defaults for the rest.

A frame has the columns of the table of its name: ``X.low`` and ``X.high`` beside a column ``X``,
``share.Uzbek`` for a key of a mapping. A missing cell (NaN, NaT, None) is not given. A position is
the frame, the number of the row and that of the column, both from 1; the header is row 0.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flowsim import numerals
from flowsim.config import to_instant
from flowsim.errors import Problem, ScenarioError, ScenarioWarning
from flowsim.scenario.build import Told, build, odd
from flowsim.scenario.draft import ROWS
from flowsim.scenario.estimates import Spots, estimated_routes, scale_of
from flowsim.scenario.flaws import in_order
from flowsim.scenario.nodes import Loc, Node, Spot, made_of
from flowsim.scenario.scenario import Number, Scenario
from flowsim.scenario.tables import rows_of
from flowsim.world.config import Group

if TYPE_CHECKING:
    import pandas as pd

EVERYBODY = Group(
    name="Everybody",
    household_size={1: 0.05, 2: 0.09, 3: 0.13, 4: 0.17, 5: 0.18, 6: 0.15, 7: 0.11, 8: 0.12},
    children=0.35, women=0.3, men=0.29, elderly_women=0.033, elderly_men=0.027,
    source="assumed: one group of everybody, households of 5, a young population",
)  # fmt: skip
"""Who people are where nothing is said of groups."""
NO_KIN = {
    "value": 0.0, "low": 0.0, "high": 2.0, "source": "assumed: nothing is known of groups",
}  # fmt: skip
"""What kin at a host place is worth where nothing is said of groups."""
AFTERWARDS = timedelta(days=14)
"""What is simulated beyond the last violence that is given."""
REPORTED = timedelta(days=90)
"""Reports so long after the last violence make the period longer; later ones do not."""
LONG_DAYS = 31
"""A period of more days has its results by the day, if nothing else is said."""
_WHEN = "give it (`import --period`), or events, threats, levels or arrivals"
UNTOLD = {
    "flee_from": (
        "nothing tells from which countries people flee",
        "give it (`import --flee-from`), or events, threats or levels where people live",
    ),
    "start": ("nothing tells when it begins", _WHEN),
    "end": ("nothing tells when it ends", _WHEN),
}
"""What is wrong, and what would be right, where a part follows from nothing that is given."""
_TABLES: dict[str, Loc] = {str(loc[-1]): loc for loc in ROWS}


def from_frames(tables: Mapping[str, Any], others: Mapping[str, Any]) -> Scenario:
    """The scenario that tables and other fields are; see `Scenario.from_frames`.

    Parameters
    ----------
    tables : mapping of str to DataFrame, or to sequence of mapping or section
        By the last name of their place in a scenario; None where there is none.
    others : mapping
        Further fields of a scenario.
    """
    told = Told()
    root = Node({"name": Node("scenario", Spot())}, Spot())
    for name, value in {**others, **tables}.items():
        if value is not None:
            _put(root, name, value, told)
    groups_told = "groups" in root.value
    _Defaults(root, told).fill()
    scenario, problems = build(root, told, allow_code=True)
    if scenario is None or problems:
        raise ScenarioError(in_order(problems))
    for told_of in odd(scenario, root):
        warnings.warn(told_of, ScenarioWarning, stacklevel=3)
    if not groups_told and "kin" not in scenario.behaviour.routes.model_fields_set:
        scenario = scenario.with_values({"behaviour.routes.kin": NO_KIN})
    return with_km_cost(scenario)


def with_km_cost(scenario: Scenario) -> Scenario:
    """A scenario with what a kilometre costs on its network, where it does not say it itself.

    Examples
    --------
    >>> import flowsim as fs
    >>> with_km_cost(fs.load("tests/data/small")).behaviour.routes.km_cost
    0.1
    """
    if "km_cost" in scenario.behaviour.routes.model_fields_set or scenario.rules == "flee":
        return scenario
    cost = scale_of(scenario)
    return scenario.with_values({"behaviour.routes.km_cost": cost}) if cost else scenario


def _put(root: Node, name: str, value: Any, told: Told) -> None:
    """A table or another field in its place."""
    loc = _TABLES.get(name, (name,))
    if hasattr(value, "columns"):
        if name not in _TABLES:
            wrong = "this is a data frame"
            raise ScenarioError([Problem(name, wrong, f"give one of {', '.join(_TABLES)} as such")])
        told.files.append(name)
        header, rows = records_of(value)
        node = told.rows(loc, rows_of((0, header), rows, ROWS[loc], name))
    elif name == "numbers":
        node = made_of([n.model_dump() if isinstance(n, Number) else n for n in value], Spot())
    else:
        node = made_of(value, Spot())
    around = root
    for part in loc[:-1]:
        around = _inside(around, str(part))
    around.value[str(loc[-1])] = node


def _inside(node: Node, key: str) -> Node:
    """The mapping at a key, made where there is none or where it is a section of Python."""
    inner = node.value.get(key)
    if inner is None or not isinstance(inner.value, dict):
        given = getattr(inner and inner.value, "model_fields_set", ())
        fields = {name: getattr(inner.value, name) for name in given} if inner else {}
        inner = node.value[key] = made_of(fields, Spot())
    return inner


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with the names of its index as columns."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    return frame.reset_index(level=named) if named else frame


def records_of(frame: pd.DataFrame) -> tuple[list[str], Iterator[tuple[int, list[Any]]]]:
    """The names of a frame's columns, and the number and cells of each row, as of a table."""
    whole = _whole(frame)
    columns = [whole.iloc[:, i].tolist() for i in range(whole.shape[1])]
    rows = ((i, [_cell(v) for v in row]) for i, row in enumerate(zip(*columns, strict=True), 1))
    return [str(name) for name in whole.columns], rows


def _cell(value: Any) -> Any:
    """A value as the text that a table would have; true, false, lists and mappings as they are.

    Examples
    --------
    >>> [_cell(value) for value in (float("nan"), None, 600.0, 0.1, "a", datetime(2010, 6, 10))]
    ['', '', '600', '0.1', 'a', '2010-06-10T00:00:00']
    """
    if isinstance(value, str | bool | Mapping | list | tuple):
        return value
    if value is None or str(value) in ("nan", "NaT", "<NA>"):
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


class _Defaults:
    """What is left out of a scenario, as far as the rest says what it should be."""

    def __init__(self, root: Node, told: Told) -> None:
        self.root, self.told = root, told

    def fill(self) -> None:
        """Add each part that is missing; those that need another that is not valid are untold."""
        for name, made in (
            ("flee_from", self.flee_from), ("groups", self.groups), ("start", self.start),
            ("end", self.end), ("record", self.record), ("routes", self.routes),
            ("borders", self.borders),
        ):  # fmt: skip
            if name not in self.root.value:
                self._add(name, made())
        self._one_group()

    def _add(self, name: str, value: Any) -> None:
        if value is not None:
            self.root.value[name] = made_of(value, Spot())
        elif name in ("flee_from", "start", "end", "routes") and self._pushes():
            self.told.damaged[(name,)] = None  # what is wrong with what drives people is told
        elif name in UNTOLD:
            self.told.problems.append(Problem(name, *UNTOLD[name]))
            self.told.damaged[(name,)] = None

    def _items(self, *keys: str) -> list[Node]:
        node: Node | None = self.root
        for key in keys:
            node = node.get(key) if node else None
        return node.value if node is not None and isinstance(node.value, list) else []

    def _places(self) -> list[Node]:
        return self._items("places")

    # ---- each of them --------------------------------------------------------------------

    def flee_from(self) -> list[str] | None:
        """The countries of the places in danger, or of those that people are told to leave.

        Only where somebody lives: a camp abroad near which something happened is none of them.
        """
        pushes = self._pushes() or self._items("arrivals")
        struck, regions = _named(pushes, "place", "places"), _named(pushes, "region")
        homes = [p for p in self._places() if _told(p, "population") not in ("", 0, "0")]
        found = [
            _told(p, "country")
            for p in homes
            if _told(p, "name") in struck or _told(p, "region") in regions
        ]
        return [str(name) for name in dict.fromkeys(found) if name] or None

    def groups(self) -> list[Group]:
        """One group of everybody."""
        return [EVERYBODY]

    def start(self) -> str | None:
        """The midnight before the first that drives people, or the first arrival that is told."""
        first = min(self._times("start"), default=None)
        return None if first is None else _midnight(first).isoformat()

    def end(self) -> str | None:
        """Two weeks after the last that drives people, or the midnight after a later report."""
        violent = [moment for end in ("until", "start", "lost_from") for moment in self._times(end)]
        if not violent:
            return None
        reported = [_when(row, "when") for row in self._items("reports")]
        latest = max(violent) + REPORTED
        last = [when for when in reported if when is not None and when <= latest]
        last.append(max(violent) + AFTERWARDS)
        return _midnight(max(last) + timedelta(days=1, seconds=-1)).isoformat()

    def record(self) -> str | None:
        """A day, where a long period is whole days."""
        start, end = _when(self.root, "start"), _when(self.root, "end")
        step = _told(self.root, "step")
        if start is None or end is None or step not in ("", "1h", "1d"):
            return None
        length = end - start
        is_long = length > timedelta(days=LONG_DAYS) and not length % timedelta(days=1)
        return "1d" if is_long or step == "1d" else None

    def routes(self) -> list[dict[str, Any]] | None:
        """Routes between neighbouring places, as long as their great circles times a factor."""
        rows = [_field(place, "lat", "lon") for place in self._places()]
        if not rows or any(row is None for row in rows):
            return None
        spots = Spots(
            [str(_told(p, "name")) for p in self._places()],
            [str(_told(p, "country")) for p in self._places()],
            *(_column(rows, i) for i in (0, 1)),
        )
        fled = self.root.get("flee_from")
        return estimated_routes(spots, [str(c) for c in fled.plain()] if fled else ())

    def borders(self) -> list[dict[str, Any]]:
        """An open border between each two countries that a route joins."""
        country = {_told(p, "name"): str(_told(p, "country")) for p in self._places()}
        pairs = []
        for row in self._items("routes"):
            ends = [country.get(_told(row, end), "") for end in ("start", "end")]
            if all(ends) and ends[0] != ends[1]:
                pairs.append(tuple(sorted(ends, key=self._order)))
        return [{"id": "-".join(pair), "between": list(pair)} for pair in dict.fromkeys(pairs)]

    def _order(self, country: str) -> tuple[bool, str]:
        fled = self.root.get("flee_from")
        return country not in (fled.plain() if fled else ()), country

    def _one_group(self) -> None:
        """Where there is one group, who lives at a place and who is targeted is of it."""
        groups = self._items("groups")
        if len(groups) != 1 or not (name := str(_told(groups[0], "name"))):
            return
        for row in self._places():
            if (
                isinstance(row.value, dict)
                and "share" not in row.value
                and "population" in row.value
            ):
                row.value["share"] = made_of({name: 1.0}, row.at)
        for row in self._items("violence", "events"):
            if isinstance(row.value, dict) and "target" not in row.value:
                row.value["target"] = made_of({name: 1.0}, row.at)

    def _pushes(self) -> list[Node]:
        """What drives people: spells of violence, threats, and levels of other drivers."""
        return [
            *self._items("violence", "events"), *self._items("threats"), *self._items("levels")
        ]  # fmt: skip

    def _times(self, field: str) -> list[datetime]:
        """When what drives people starts or ends, and arrivals that are told."""
        found = [_when(row, field) for row in self._pushes()]
        found += [_when(row, "start") for row in self._items("arrivals")]
        return [when for when in found if when is not None]


def _told(row: Node, field: str) -> Any:
    """A field of a row, of nodes or a section; the value where it has a range."""
    if not isinstance(row.value, dict):
        return getattr(row.value, field, "")
    node = row.get(field)
    if node is not None and isinstance(node.value, dict):
        node = node.get("value")
    value = "" if node is None else node.value
    return value.strip() if isinstance(value, str) else value


def _named(rows: Sequence[Node], *fields: str) -> set[str]:
    """Names in some fields of rows, each of them or a list of them."""
    found: set[str] = set()
    for told in (_told(row, field) for row in rows for field in fields):
        names = told if isinstance(told, list | tuple) else [told]
        found |= {str(name.value if isinstance(name, Node) else name) for name in names}
    return found - {""}


def _when(row: Node, field: str) -> datetime | None:
    try:
        return to_instant(_told(row, field))
    except ValueError:  # told where it becomes a time
        return None


def _field(row: Node, *fields: str) -> Sequence[float] | None:
    """Numbers of a row; None where one of them is not a number, which is told elsewhere."""
    found = [_told(row, field) for field in fields]
    values = [numerals.number(v) if isinstance(v, str) else v for v in found]
    if not all(isinstance(v, int | float) for v in values):
        return None
    return [float(v) for v in values if v is not None]


def _column(rows: Sequence[Any], i: int) -> Any:
    import numpy as np

    return np.array([row[i] for row in rows])


def _midnight(when: datetime) -> datetime:
    return datetime.combine(when.date(), time())
