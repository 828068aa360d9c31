"""The file of a posterior: samples that a calibration learnt, and what it learnt them from.

Comment lines first, each ``# key: value``, then a table: a row a sample, all of equal weight. A
column ``position of X`` says where factor X lies in its distribution, ``value of X`` what that is.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from flowsim.arrays import Floats
from flowsim.config import to_seconds
from flowsim.errors import Problem, ScenarioError, ScenarioWarning
from flowsim.folders import whole_file
from flowsim.scenario.flaws import listed
from flowsim.scenario.scenario import Scenario
from flowsim.shown import as_csv, uncell
from flowsim.study.chronology import out_of_order
from flowsim.study.config import POSTERIOR
from flowsim.study.distributions import Law, Value, since_1970
from flowsim.study.inputs import Input, doubts, inputs_of, uncertain

FILE = "posterior.csv"
FORMAT = "1"
HOUR = 3600.0
POSITION, VALUE = "position of ", "value of "
RUN, LOG_LIKELIHOOD = "run", "log_likelihood"
CLOSE = 1e-6
"""Values that differ by less than this, relatively, are the same."""
_HEAD = re.compile(r"# ([a-z ]+): (.*)")
_ASKED = re.compile(r"(.+?)(?::([0-9]+))?")


@dataclass(frozen=True, eq=False)
class LearntFile:
    """What a file of a posterior holds.

    Attributes
    ----------
    head : dict of str to str
        ``scenario`` and ``reports``, digests of what it was learnt from, ``flowsim``, ``seed``,
        ``runs`` and what else its comment lines tell.
    table : pandas.DataFrame
    path : Path
    """

    head: dict[str, str]
    table: pd.DataFrame
    path: Path

    @property
    def factors(self) -> tuple[str, ...]:
        """Uncertain inputs, and sets of linked ones as ``linked[NAME]``."""
        named = (c for c in map(str, self.table.columns) if c.startswith(POSITION))
        return tuple(c.removeprefix(POSITION) for c in named)

    def positions(self) -> pd.DataFrame:
        """As `flowsim.Study` takes them."""
        columns = {f: self.table[f"{POSITION}{f}"].to_numpy(np.float64) for f in self.factors}
        return pd.DataFrame(columns)


def digest_of(scenario: Scenario) -> str:
    """Sixteen hexadecimal digits of all that runs of a scenario and its doubts depend on.

    The part of the population that is run, and reports, are not in it; nor is what stands at its
    default, so that a posterior outlives a version of flowsim that knows more fields.
    """
    data = _stated(scenario, scenario.effective())
    for told in ("title", "reports", "evidence"):
        data.pop(told, None)
    population = data.pop("population", {})
    population.pop("one_in", None)
    return _digest({**data, "population": population} if population else data)


def digest_of_reports(scenario: Scenario) -> str:
    """The same of what was fitted to: reports with ``use: fit``, and how far they can be off."""
    data = scenario.model_dump(mode="json", include={"reports", "evidence"}, fallback=str)
    told = {name: _stated(getattr(scenario, name), data[name]) for name in data}
    fitted = [one for one, row in zip(told["reports"], data["reports"], strict=True)
              if row["use"] == "fit"]  # fmt: skip
    return _digest([fitted, told["evidence"]])


def _stated(value: object, data: Any) -> Any:
    """Plain data of a value without what is at its default; of which type a model is, is kept."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        usual = {n for n, f in fields.items() if n != "type" and getattr(value, n) == _usual(f)}
        kept = ((name, told) for name, told in data.items() if name not in usual)
        return {name: _stated(getattr(value, name, None), told) for name, told in kept}
    if isinstance(value, Mapping) and isinstance(data, dict):
        # Keys of a mapping are dumped as text, in the same order.
        return {key: _stated(one, data[key]) for key, one in zip(data, value.values(), strict=True)}
    if isinstance(value, list | tuple) and isinstance(data, list):
        return [_stated(one, told) for one, told in zip(value, data, strict=True)]
    return data


def _usual(field: FieldInfo) -> object:
    return field.get_default(call_default_factory=True, validated_data={})


def _digest(data: object) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def values_of(scenario: Scenario, positions: pd.DataFrame) -> pd.DataFrame:
    """What factors are at some positions: numbers, hours of durations, times.

    Of linked inputs: the common factor, the common shift in hours, or the first of them.

    Parameters
    ----------
    scenario : Scenario
    positions : pandas.DataFrame
        A column a factor; those that the scenario does not have are left out.

    Examples
    --------
    >>> import flowsim as fs
    >>> stop = "borders[Here-There].authorities[There].policies[closure].stop"
    >>> values_of(fs.teaching_world(), pd.DataFrame({stop: [0.5]}))[stop].tolist()
    ['2030-05-04T06:00']
    """
    first = _first_inputs(scenario)
    how = {f"linked[{linked.name}]": linked.by for linked in scenario.linked}
    columns = {}
    for factor in (str(name) for name in positions.columns if name in first):
        entry, by = first[factor], how.get(factor, "")
        columns[factor] = [_told(entry, float(part), by) for part in positions[factor]]
    return pd.DataFrame(columns, index=positions.index)


def _first_inputs(scenario: Scenario) -> dict[str, Input]:
    """The first input of each factor."""
    entries = inputs_of(scenario)
    leaders = doubts([scenario], [entry.number.path for entry in entries])
    first: dict[str, Input] = {}
    for entry in entries:
        first.setdefault(leaders[entry.number.path], entry)
    return first


def _told(entry: Input, position: float, by: str) -> float | str:
    law, value = entry.law, entry.law.at(position, entry.whole)
    if by == "factor":
        return float(f"{law.at(position) / law.value:.10g}")  # type: ignore[operator]
    if by == "shift_hours":
        return float(f"{(since_1970(value) - law.value) / HOUR:.10g}")
    if law.kind == "time":
        return str(value)
    return _plain(law, value)


def _plain(law: Law, value: Value) -> float:
    return to_seconds(value) / HOUR if law.kind == "duration" else float(value)


# ---- the file -----------------------------------------------------------------------------


def write(path: Path, head: dict[str, str], table: pd.DataFrame) -> None:
    """Write a file of a posterior, whole or not at all."""
    lines = [f"# {key}: {value}" for key, value in {"posterior": FORMAT, **head}.items()]
    text = as_csv(table, float_format="%.8g")
    with whole_file(path, replace=True) as made:
        made.write_text("\n".join([*lines, str(text)]), encoding="utf-8")


def read(path: str | os.PathLike[str]) -> LearntFile:
    """Read a file of a posterior.

    Raises
    ------
    ScenarioError
        It is not one, or damaged; with line and column.
    """
    where = Path(path)
    try:
        text = where.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        wrong = f"it cannot be read: {getattr(error, 'strerror', None) or error}"
        raise ScenarioError([Problem(str(where), wrong, _how(where))]) from None
    lines = text.splitlines()
    count = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    matches = [_HEAD.fullmatch(line) for line in lines[:count]]
    head = {match[1]: match[2] for match in matches if match}
    if head.get("posterior") != FORMAT:
        raise _wrong(where, 1, 1, f"it does not begin with `# posterior: {FORMAT}`")
    try:
        table = pd.read_csv(io.StringIO("\n".join(lines[count:])))
    except ValueError as error:
        raise _wrong(where, count + 1, 1, f"this is not a table ({error})") from None
    table.columns = [uncell(str(name)) for name in table.columns]
    found = LearntFile(head, table, where)
    if not len(table) or not found.factors:
        raise _wrong(where, count + 1, 1, "there is no sample in it")
    _check_positions(found, count)
    return found


def _check_positions(found: LearntFile, count: int) -> None:
    for column, name in enumerate(found.table.columns, 1):
        if not name.startswith(POSITION):
            continue
        numbers = pd.to_numeric(found.table[name], errors="coerce")
        wrong = np.flatnonzero(~numbers.between(0.0, 1.0))
        if wrong.size:
            told = f"{found.table[name].iloc[wrong[0]]} is not a position between 0 and 1"
            raise _wrong(found.path, count + 2 + int(wrong[0]), column, told)


def _wrong(path: Path, line: int, column: int, wrong: str) -> ScenarioError:
    return ScenarioError([Problem("", wrong, _how(path), str(path), line, column)])


def _how(path: Path) -> str:
    return f"learn it: flowsim calibrate SCENARIO -o {path}"


# ---- what a study draws from it -----------------------------------------------------------


def positions_asked(asked: str | os.PathLike[str], scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """Positions of a posterior for a study.

    Parameters
    ----------
    asked : str or path
        ``posterior``, the file that lies beside one of the scenarios, or beside what it extends;
        or the path of one. With ``:40`` at its end its first 40 samples.
    scenarios : sequence of Scenario

    Raises
    ------
    ScenarioError
        There is none, it has fewer samples, or its positions mean other values here.

    Warns
    -----
    ScenarioWarning
        It was learnt from other contents than those of any of the scenarios, or times contradict
        each other in some of its samples, which are passed over.
    """
    match = _ASKED.fullmatch(os.fspath(asked))
    name, count = (match[1], match[2]) if match else (os.fspath(asked), None)
    path = _beside(scenarios) if name == POSTERIOR else Path(name)
    found = read(path)
    _check_values(found, scenarios)
    _warn_of_others(found, scenarios)
    here = {factor for scenario in scenarios for factor in _first_inputs(scenario)}
    kept = [factor for factor in found.factors if factor in here]
    table = _in_order(found, found.positions()[kept], scenarios)
    if count is not None and not 1 <= int(count) <= len(table):
        right = f"give 1 to {len(table)}"
        raise ScenarioError([Problem("samples", f"there is no first {count} of {path}", right)])
    return table if count is None else table.iloc[: int(count)]


def _in_order(
    found: LearntFile, table: pd.DataFrame, scenarios: Sequence[Scenario]
) -> pd.DataFrame:
    """The samples whose times contradict each other in none of the scenarios.

    A variant that moves a time may turn the order of some samples round.
    """
    leaders = doubts(scenarios, uncertain(scenarios))
    columns = {path: table[f].to_numpy() for path, f in leaders.items() if f in table.columns}
    broken = out_of_order(scenarios, columns)
    if broken.any():
        rows = listed([str(row + 1) for row in np.flatnonzero(broken)])
        told = f"{found.path}: samples {rows} are passed over"
        why = "times in them contradict each other in one of the scenarios"
        warnings.warn(f"{told}, as {why}", ScenarioWarning, stacklevel=5)
    return table[~broken].reset_index(drop=True)


def _beside(scenarios: Iterable[Scenario]) -> Path:
    folders = dict.fromkeys(folder for scenario in scenarios for folder in scenario.read_from)
    for folder in folders:
        if (folder / FILE).is_file():
            return folder / FILE
    where = listed([str(folder) for folder in folders])
    wrong = f"there is no {FILE} in {where}" if folders else "these scenarios lie in no folder"
    right = "learn one with flowsim calibrate, or give the path of one"
    raise ScenarioError([Problem("samples", wrong, right)])


def _check_values(found: LearntFile, scenarios: Sequence[Scenario]) -> None:
    """Positions mean what they meant when they were learnt, in one of the scenarios at least.

    A variant that moves an input on purpose has other values at the same positions, and stands
    beside the scenario that it varies.
    """
    positions = found.positions()
    problems: dict[str, Problem | None] = {}
    for scenario in scenarios:
        here = values_of(scenario, positions)
        for factor in here.columns:
            wrong = _changed(found, scenario, factor, here[factor])
            problems[factor] = wrong if problems.get(factor, wrong) else None
    told = [problem for problem in problems.values() if problem]
    if told:
        raise ScenarioError(told)


def _changed(found: LearntFile, scenario: Scenario, factor: str, here: pd.Series) -> Problem | None:
    """The first sample in which a position means another value."""
    name = f"{VALUE}{factor}"
    pairs = list(zip(here, found.table[name], strict=True))
    odd = [row for row, pair in enumerate(pairs) if not _same(*pair)]
    if not odd:
        return None
    own, then = pairs[odd[0]]
    wrong = f"{factor} was {then} when this was learnt, and is {own} in {scenario.name}"
    right = f"its range has changed since: {_how(found.path)}"
    column = list(found.table.columns).index(name) + 1
    at = len(found.head) + 2 + odd[0]
    return Problem("", wrong, right, str(found.path), at, column)


def _same(own: object, then: object) -> bool:
    try:
        return bool(np.isclose(float(str(own)), float(str(then)), rtol=CLOSE, atol=1e-9))
    except ValueError:
        return str(own) == str(then)


def _warn_of_others(found: LearntFile, scenarios: Sequence[Scenario]) -> None:
    told = [(digest_of(s), digest_of_reports(s)) for s in scenarios]
    learnt = found.head.get("scenario", ""), found.head.get("reports", "")
    if learnt in told:
        return
    if learnt[0] not in [digest for digest, _ in told]:
        what = "another scenario than these, or before it was changed"
    else:
        what = "other reports than the scenario has now"
    line = next((i for i, key in enumerate(found.head, 1) if key == "scenario"), 1)
    warnings.warn(
        f"{found.path}:{line}:1: it was learnt from {what}; {_how(found.path)}",
        ScenarioWarning, stacklevel=4,
    )  # fmt: skip


def head_of(scenario: Scenario) -> dict[str, str]:
    """What a file says it was learnt from."""
    from flowsim.version import __version__

    return {
        "learnt from": scenario.name, "scenario": digest_of(scenario),
        "reports": digest_of_reports(scenario), "flowsim": __version__,
    }  # fmt: skip


def table_of(scenario: Scenario, positions: pd.DataFrame, runs: Sequence[int],
             log_likelihood: Floats) -> pd.DataFrame:  # fmt: skip
    """The table of a posterior: rows of equal weight."""
    values = values_of(scenario, positions)
    columns: dict[str, object] = {RUN: list(runs), LOG_LIKELIHOOD: log_likelihood}
    for factor in positions.columns:
        columns[f"{POSITION}{factor}"] = positions[factor].to_numpy()
        columns[f"{VALUE}{factor}"] = values[factor].to_numpy()
    return pd.DataFrame(columns)
