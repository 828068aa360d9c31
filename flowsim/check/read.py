"""Which scenarios are checked, and what their ``check.yaml`` asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flowsim.check.baseline import ABOUT, FOLDER
from flowsim.check.config import CheckSection
from flowsim.errors import Problem, ScenarioError
from flowsim.readers import READERS, load
from flowsim.scenario.files import YAML_BYTES, beside, read_text
from flowsim.scenario.flaws import Flaw, did_you_mean, tell
from flowsim.scenario.load import FILE as SCENARIO_FILE
from flowsim.scenario.nodes import Node
from flowsim.scenario.policies import without_own
from flowsim.scenario.read import parse
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shipped import located, names, short
from flowsim.scenario.validate import fields
from flowsim.study.locate import of_setting, on_paper

FILE = "check.yaml"


@dataclass(frozen=True)
class Asked:
    """A check that is asked for.

    Attributes
    ----------
    folder : Path
        Of the scenario.
    section : CheckSection
        What its `check.yaml` says; the defaults where there is none.
    scenario : Scenario or None
        With what the check sets in it; None where the folder holds none.
    """

    folder: Path
    section: CheckSection
    scenario: Scenario | None

    @property
    def name(self) -> str:
        """What the check is called."""
        return short(self.folder)


def folders(below: Path) -> list[Path]:
    """Every folder that holds a scenario, a check or a baseline, in order.

    A baseline or a check without a scenario is among them, for it fails.

    Examples
    --------
    >>> [path.as_posix() for path in folders(Path("scenarios/teaching"))]
    ['scenarios/teaching']
    """
    signs = (SCENARIO_FILE, FILE, f"{FOLDER}/{ABOUT}")
    inner = [path for path in below.rglob("*") if path.is_dir() and path.name != FOLDER]
    return sorted(p for p in (below, *inner) if any((p / sign).is_file() for sign in signs))


def read_checks(paths: Sequence[Path], allow_code: bool = False) -> list[Asked]:
    """Read checks and their scenarios.

    Parameters
    ----------
    paths : sequence of Path
        Folders of scenarios, or their ``scenario.yaml``, or names of those that come with flowsim.
    allow_code : bool
        Whether to import the code that scenarios name; without it such code is an error.

    Raises
    ------
    ScenarioError
        With every problem in all of their files.
    """
    found: list[Asked] = []
    problems: list[Problem] = []
    given = [located(path) for path in paths]
    for path in dict.fromkeys(p.parent if p.name == SCENARIO_FILE else p for p in given):
        try:
            found.append(_read(path, allow_code))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return found


def _read(folder: Path, allow_code: bool) -> Asked:
    if not folder.is_dir():
        near = did_you_mean(folder.name, [*beside(folder), *names()])
        wrong, right = "there is no such folder", f"name the folder of a scenario{near}"
        raise ScenarioError([Problem(str(folder), wrong, right)])
    section, root = _section(folder / FILE)
    if not any(reader.knows(folder) for reader in READERS):
        if root is None and not (folder / FOLDER / ABOUT).is_file():
            wrong, right = "there is no scenario in this folder", "name the folder of a scenario"
            raise ScenarioError([Problem(str(folder), wrong, right)])
        return Asked(folder, section, None)
    scenario = load(folder, allow_code)
    if section.set and root is not None:
        scenario = _with_values(scenario, section.set, root, allow_code)
    return Asked(folder, section, scenario)


def _section(file: Path) -> tuple[CheckSection, Node | None]:
    if not file.exists():
        return CheckSection(), None
    root = parse(read_text(file, YAML_BYTES), str(file), what="a check")
    if root.value is None:
        return CheckSection(), root
    if not isinstance(root.value, dict):
        spot, right = root.at, "give the keys of a check, as `members: 2`"
        wrong = "this is not a check"
        raise ScenarioError([Problem("", wrong, right, spot.file, spot.line, spot.column)])
    flaws: list[Flaw] = []
    values = fields(CheckSection, cast(dict[str, Any], root.plain()), flaws)
    if flaws:
        raise ScenarioError(tell((on_paper(flaw, root) for flaw in flaws), root))
    return CheckSection(**values), root


def _with_values(
    scenario: Scenario, values: dict[str, Any], root: Node, allow_code: bool
) -> Scenario:
    own = without_own(root.value["set"], allow_code)[1]
    if own:
        flaws = [Flaw(("set", *f.loc), f.wrong, f.right, f.at_key) for f in own]
        raise ScenarioError(tell(flaws, root))
    try:
        return scenario.with_values(values)
    except ScenarioError as error:
        flaws = [of_setting(p, scenario, values, ("set",)) for p in error.problems]
        raise ScenarioError(tell((on_paper(flaw, root) for flaw in flaws), root)) from None
