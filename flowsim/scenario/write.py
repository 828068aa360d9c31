"""A scenario written out as a folder: ``scenario.yaml`` and its tables.

What has its default is left out. A number with a range is written where it stands, as
``{value, low, high, source}`` or in the columns beside it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flowsim.errors import Problem, ScenarioError
from flowsim.folders import whole_folder
from flowsim.installed import declared_type
from flowsim.scenario.draft import EVENTS, ROWS
from flowsim.scenario.links import of_what_is_there as linked_of_what_is_there
from flowsim.scenario.load import FILE, read_whole
from flowsim.scenario.nodes import Loc, Paths
from flowsim.scenario.override import locate
from flowsim.scenario.policies import held
from flowsim.scenario.scenario import Number, Scenario
from flowsim.scenario.write_tables import Ranged, in_order, is_tabular, table

TABLES: Mapping[Loc, str] = {
    ("places",): "places.csv",
    ("routes",): "routes.csv",
    ("gates",): "gates.csv",
    ("capacities",): "capacities.csv",
    EVENTS: "events.csv",
    ("arrivals",): "arrivals.csv",
    ("levels",): "levels.csv",
    ("reports",): "reports.csv",
    ("road_events",): "road_events.csv",
    ("fuel",): "fuel.csv",
}
"""Lists that become a table, and its name."""
DURATIONS = ("step", "record", "grid")


def write_scenario(scenario: Scenario, folder: Path) -> None:
    """Write a scenario so that it is read back as it is.

    Parameters
    ----------
    scenario : Scenario
    folder : Path
        It exists; see `flowsim.folders.whole_folder` for one that appears whole.

    Raises
    ------
    ScenarioError
        With each policy that is a function, as no file can hold it; or what is read back is not
        the same.
    OSError
        It cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> with tempfile.TemporaryDirectory() as there:
    ...     write_scenario(base, Path(there))
    ...     fs.load(there) == base
    True
    """
    scenario = without_lost_numbers(scenario)
    paths = Paths(scenario)
    problems = [
        Problem(paths(loc), "a function cannot be written to a file",
                "put it in a module and name it in a policy of type code")
        for loc, policy in held(scenario, "borders")
        if not policy.in_file
    ]  # fmt: skip
    if problems:
        raise ScenarioError(problems)
    for inline in (True, False):  # ranges that stand in another order than any file has them
        _write(scenario, folder, inline)
        again = read_whole(folder, allow_code=True).scenario
        if again == scenario:
            return
    lost = [n for n in Scenario.model_fields if getattr(again, n) != getattr(scenario, n)]
    wrong = "it is not read back as it is"
    raise ScenarioError([Problem(name, wrong, "give texts and names plainly") for name in lost])


def save_scenario(
    scenario: Scenario, folder: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write a scenario as a folder that appears whole or not at all; see `Scenario.save`.

    Examples
    --------
    >>> import tempfile
    >>> import flowsim as fs
    >>> with tempfile.TemporaryDirectory() as there:
    ...     fs.load("tests/data/small").save(f"{there}/mine")
    ...     fs.load(f"{there}/mine").name
    'small'
    """
    ours = {FILE, *TABLES.values()}
    with whole_folder(Path(folder), overwrite, lambda entry: entry.name in ours) as made:
        write_scenario(scenario, made)


def without_lost_numbers(scenario: Scenario) -> Scenario:
    """The scenario without ranges and links of numbers in policies that have been replaced."""

    def is_there(number: Number) -> bool:
        try:
            locate(scenario, number.path)
        except ValueError:
            return False
        return True

    numbers = tuple(filter(is_there, scenario.numbers))
    return linked_of_what_is_there(scenario.model_copy(update={"numbers": numbers}))


def _write(scenario: Scenario, folder: Path, inline: bool) -> None:
    data = _plain(scenario, inline)
    for loc, name in TABLES.items():
        holder: Any = data
        for part in loc[:-1]:
            holder = holder.get(str(part), {})
        rows = holder.get(str(loc[-1]))
        if rows and is_tabular(rows):
            (folder / name).write_text(
                table(rows, ROWS[loc].model_fields), encoding="utf-8", newline="\n"
            )
            holder[str(loc[-1])] = name
    (folder / FILE).write_text(_yaml(in_order(data)), encoding="utf-8", newline="\n")


def _plain(scenario: Scenario, inline: bool) -> dict[str, Any]:
    """The scenario as plain data without what has its default, its ranges in their places."""
    data = _written(scenario.model_dump(exclude_defaults=True))
    for loc, policy in held(scenario, "borders"):
        row: Any = data
        for part in loc:
            row = row[part]
        told = {"type": policy.kind, **row}
        row.clear()
        row.update(told)
    for i, hazard in enumerate(scenario.hazards):
        data["hazards"][i] = {"type": declared_type(type(hazard)), **data["hazards"][i]}
    for name in DURATIONS:
        if name in data:
            data[name] = _duration(getattr(scenario, name))
    if inline:
        data.pop("numbers", None)
        for rank, number in enumerate(scenario.numbers):
            _put(data, locate(scenario, number.path), number, rank)
    assert isinstance(data, dict)
    return data


def _written(value: Any) -> Any:
    """Plain values of YAML; times without seconds that are zero."""
    if isinstance(value, dict):
        return {key: _written(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_written(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    return value


def _duration(seconds: int) -> str:
    """The largest unit in which it is whole.

    Examples
    --------
    >>> _duration(86_400), _duration(5400)
    ('1d', '90min')
    """
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    unit, size = next((unit, size) for unit, size in units if seconds % size == 0)
    return f"{seconds // size}{unit}"


def _put(data: Any, loc: Loc, number: Number, rank: int) -> None:
    """A number's range in its place, in sections that are left out as well."""
    holder = data
    for part in loc[:-1]:
        holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
    told = number.model_dump(exclude_defaults=True, exclude={"path"})
    holder[loc[-1]] = Ranged(told, rank)


def _yaml(data: Mapping[str, Any]) -> str:
    from ruamel.yaml import YAML

    text = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode = None, True
    yaml.width = 100
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(data, text)
    return text.getvalue()
