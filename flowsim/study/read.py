"""A study from its file: sections, scenarios with what is set in them, and all checks at once.

The files of its scenarios are named relative to the study file, and may lie anywhere, or come with
flowsim.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from flowsim.errors import Problem, ScenarioError
from flowsim.readers import load
from flowsim.scenario.files import YAML_BYTES, read_text
from flowsim.scenario.flaws import Flaw, did_you_mean, in_order, listed, tell
from flowsim.scenario.load import FILE as SCENARIO_FILE
from flowsim.scenario.nodes import Loc, Node
from flowsim.scenario.policies import without_own
from flowsim.scenario.read import parse
from flowsim.scenario.rules.period import told as duration
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shape import adapter
from flowsim.scenario.shipped import located, names, shipped_path
from flowsim.scenario.validate import fields
from flowsim.study.config import (
    POSTERIOR,
    SHARED,
    CompareSection,
    Samples,
    StudySection,
    Variant,
)
from flowsim.study.locate import of_setting, on_paper, placed
from flowsim.study.sampling import Method

FILE = "study.yaml"
_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class StudyFile:
    """What a study file says, its scenarios read.

    Attributes
    ----------
    name, title : str
    scenarios : dict of str to Scenario
        In the order of the file.
    members : int
    seed : int or str
    samples : int or str
        0 where each scenario runs at its central values; a posterior as `flowsim.Study` takes it.
    method : {"latin_hypercube", "sobol", "monte_carlo"}
    inputs : tuple of str
        Patterns of the inputs that are sampled; empty for all.
    keep : tuple of str
    compare : CompareSection or None
    """

    name: str
    title: str
    scenarios: dict[str, Scenario]
    members: int
    seed: int | str
    samples: int | str
    method: Method
    inputs: tuple[str, ...]
    keep: tuple[str, ...]
    compare: CompareSection | None


def is_study(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a study file, or a folder that has one and no scenario of its own.

    A study file is a YAML file with the key ``scenarios``, which no scenario has. One that is not
    proper YAML is judged by a line that begins with that key.
    """
    given = located(path, telling=False)
    file = _file(given)
    if given.is_dir():
        return file.is_file() and not (given / SCENARIO_FILE).exists()
    if file.suffix not in _YAML or not file.is_file():
        return False
    try:
        text = read_text(file, YAML_BYTES)
    except ScenarioError:
        return file.name == FILE
    try:
        return parse(text, "").get("scenarios") is not None
    except ScenarioError:
        return re.search(r"^scenarios\s*:", text, re.MULTILINE) is not None


def read_study(path: str | os.PathLike[str], allow_code: bool = False) -> StudyFile:
    """Read a study, all of its scenarios, and check it.

    Parameters
    ----------
    path : str or path
        A YAML file, or a folder with a ``study.yaml``.
    allow_code : bool
        Whether to import the code that its scenarios name; without it such code is an error.

    Raises
    ------
    ScenarioError
        With every problem in the study file and in the files of its scenarios.

    Examples
    --------
    >>> from flowsim.study.read import read_study
    >>> study = read_study("studies/june_2010.yaml")  # doctest: +SKIP
    >>> study.members, list(study.scenarios)[:2]  # doctest: +SKIP
    (50, ['as reported', 'open'])
    """
    given = located(path)
    file = _file(given)
    if not file.exists():
        raise ScenarioError([_absent(given)])
    root = parse(read_text(file, YAML_BYTES), str(file), what="a study")
    if not isinstance(root.value, dict):
        spot, right = root.at, "give the keys of a study, as `name: ...`"
        wrong = "this is not a study"
        raise ScenarioError([Problem("", wrong, right, spot.file, spot.line, spot.column)])
    reader = _Reader(root, file, allow_code)
    values = reader.read()
    if reader.flaws or reader.problems:
        told = [*tell((on_paper(flaw, root) for flaw in reader.flaws), root), *reader.problems]
        raise ScenarioError(in_order(told, [str(file)]))
    samples: Samples = values["samples"]
    return StudyFile(
        name=values["name"],
        title=values["title"],
        scenarios=reader.scenarios,
        members=values["members"],
        seed=values["seed"],
        samples=_posterior_of(file.parent, samples.posterior) or samples.count,
        method=samples.method,
        inputs=samples.inputs,
        keep=values["keep"],
        compare=values["compare"],
    )


class _Reader:
    """Reads the parts of a study and gathers what is wrong in each."""

    def __init__(self, root: Node, file: Path, allow_code: bool) -> None:
        self.root, self.folder, self.allow_code = root, file.parent, allow_code
        self.scenarios: dict[str, Scenario] = {}
        self.flaws: list[Flaw] = []
        self.problems: list[Problem] = []

    def read(self) -> dict[str, Any]:
        """The valid fields of the study; `scenarios` are read on the way."""
        values = fields(StudySection, _plain(self.root), self.flaws)
        named = self.root.get("scenarios")
        entries = named.value if named and isinstance(named.value, dict) else {}
        for name, node in entries.items():
            self._scenario(name, node)
        self._check_shared()
        compare = values.get("compare")
        if compare is not None and entries and compare.against not in entries:
            wrong = f"there is no scenario {compare.against!r}"
            right = f"name one of {listed(entries)}{did_you_mean(compare.against, entries)}"
            self.flaws.append(Flaw(("compare", "against"), wrong, right))
        if "keep" in values:
            self._check_kept(values["keep"])
        if "samples" in values and len(self.scenarios) == len(entries) > 0:
            self._check_inputs(values["samples"])
        return values

    def _scenario(self, name: str, node: Node) -> None:
        """Read one scenario and set what is set in it; what is not valid is told already."""
        loc: Loc = ("scenarios", name)
        try:
            variant = adapter(Variant).validate_python(_entry(node))
        except ValidationError:
            return
        try:
            scenario = load(_file_of(self.folder, variant.file), self.allow_code)
        except ScenarioError as error:
            for problem in error.problems:
                if problem.file:
                    self.problems.append(problem)
                else:
                    self.flaws.append(Flaw((*loc, "file"), problem.wrong, problem.right))
            return
        except (OSError, ValueError) as error:  # a name that is not a name of a file
            wrong = f"it cannot be read: {error}"
            self.flaws.append(Flaw((*loc, "file"), wrong, "name a scenario's folder or YAML file"))
            return
        changed = self._with_values(scenario, variant.set, (*loc, "set"))
        if changed is not None:
            self.scenarios[name] = changed

    def _with_values(
        self, scenario: Scenario, values: Mapping[str, Any], loc: Loc
    ) -> Scenario | None:
        if not values:
            return scenario
        node = self.root
        for part in loc:
            node = node.value[part]
        own = without_own(node, self.allow_code)[1]
        if own:
            self.flaws += [Flaw((*loc, *f.loc), f.wrong, f.right, f.at_key) for f in own]
            return None
        try:
            return scenario.with_values(values)
        except ScenarioError as error:
            self.flaws += [of_setting(p, scenario, values, loc) for p in error.problems]
            return None

    def _check_shared(self) -> None:
        first, *others = self.scenarios or [""]
        for name in others:
            for field in SHARED:
                own, shared = (_shown(self.scenarios[n], field) for n in (name, first))
                if own != shared:
                    wrong = f"its {field} is {own}, and that of {first!r} is {shared}"
                    right = f"give all scenarios the same {field}, as with `set: {{{field}: ...}}`"
                    self.flaws.append(Flaw(("scenarios", name), wrong, right, at_key=True))

    def _check_kept(self, entries: tuple[str, ...]) -> None:
        from flowsim.study.keep import parse_keep

        try:
            parse_keep(entries)
        except ScenarioError as error:
            self.problems += placed(error.problems, self.root)

    def _check_inputs(self, samples: Samples) -> None:
        if samples.posterior:
            self._check_posterior(samples.posterior)
            return
        if not samples.count and not samples.inputs:
            return
        from flowsim.study.inputs import uncertain

        try:
            found = uncertain(self.scenarios.values(), samples.inputs)
        except ScenarioError as error:
            self.problems += placed(error.problems, self.root, under=("samples",))
            return
        if not found:
            wrong = "no number of these scenarios has a range, so all samples would be alike"
            right = "write numbers as {value: 3, low: 1, high: 5}, or leave samples out"
            self.flaws.append(Flaw(("samples", "count"), wrong, right))

    def _check_posterior(self, asked: str) -> None:
        from flowsim.study.learnt import positions_asked  # pandas: only where there is a posterior

        try:
            positions_asked(_posterior_of(self.folder, asked), tuple(self.scenarios.values()))
        except ScenarioError as error:
            self.problems += [p for p in error.problems if p.file]
            loose = [p for p in error.problems if not p.file]
            self.flaws += [Flaw(("samples",), p.wrong, p.right) for p in loose]


def _posterior_of(folder: Path, asked: str) -> str:
    """A posterior as a study is asked for it: its file relative to that of the study."""
    name = asked.partition(":")[0]
    return asked if name in ("", POSTERIOR) else str(_file_of(folder, name)) + asked[len(name) :]


def _plain(root: Node) -> dict[str, Any]:
    """The study as plain data; unlike elsewhere, a null in a scenario or what it sets is kept."""
    data = cast(dict[str, Any], root.plain())
    named = root.get("scenarios")
    if named is not None and isinstance(named.value, dict):
        data["scenarios"] = {name: _entry(node) for name, node in named.value.items()}
    return data


def _entry(scenario: Node) -> Any:
    data, given = scenario.plain(), scenario.get("set")
    if given is not None and isinstance(given.value, dict):
        data["set"] = {path: node.plain() for path, node in given.value.items()}
    return data


def _shown(scenario: Scenario, field: str) -> str:
    """A time or a duration as a scenario file says it."""
    value = getattr(scenario, field)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    return duration(value)


def _file(given: Path) -> Path:
    return given / FILE if given.is_dir() else given


def _file_of(folder: Path, name: str) -> Path:
    """A path as written in a file of a folder, without dots where they say nothing."""
    shipped = shipped_path(name, folder)
    if shipped is not None:
        return shipped
    target = folder / name
    plain = Path(os.path.normpath(target))
    try:
        return plain if plain.resolve() == target.resolve() else target
    except (OSError, RuntimeError):
        return target


def _absent(given: Path) -> Problem:
    if given.is_dir():
        return Problem(str(given), f"there is no {FILE} in this folder", "name a study's folder")
    parent = given.parent if given.parent.is_dir() else None
    beside = os.listdir(parent) if parent else []
    near = did_you_mean(given.name, [*sorted(beside), *names()])
    right = f"name a study's folder or YAML file{near}"
    return Problem(str(given), "there is no such file or folder", right)
