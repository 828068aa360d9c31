"""The nodes of a scenario, from files or data frames, made into one that is checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from flowsim.errors import Problem
from flowsim.scenario.checks import flaws_across
from flowsim.scenario.flaws import Flaw, tell
from flowsim.scenario.links import of_what_is_there, wrong_links
from flowsim.scenario.nodes import Loc, Node
from flowsim.scenario.numbers import lift
from flowsim.scenario.override import locate
from flowsim.scenario.policies import without_own
from flowsim.scenario.rules.period import clocks
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.swapped import ALL_SWAPPED, all_swapped, swapped_places
from flowsim.scenario.tables import Table
from flowsim.scenario.validate import validate


class Told:
    """What was told while a scenario was read, so that nothing that follows from it is told again.

    Attributes
    ----------
    problems : list of Problem
    files : list of str
        In the order in which they were read.
    damaged : dict of location to set of str or None
        Tables with problems: the columns they lack; None for those that could not be read.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self.damaged: dict[Loc, set[str] | None] = {}

    def rows(self, loc: Loc, table: Table) -> Node:
        """The rows of a table that stands at a location."""
        if table.problems:
            self.problems += table.problems
            self.damaged[loc] = table.missing
        return table.rows

    def has_told(self, loc: Loc) -> bool:
        """Whether what is wrong there follows from what is wrong with a table."""
        for table, missing in self.damaged.items():
            if missing is None and loc[: len(table)] == table:
                return True
            if missing and loc[:-2] == table and loc[-1] in missing:
                return True
        return False


def build(root: Node, told: Told, allow_code: bool) -> tuple[Scenario | None, list[Problem]]:
    """The scenario that nodes are, and everything that is wrong; None where it cannot be made."""
    flaws: list[Flaw] = []
    plain, numbers = lift(root, Scenario, flaws)
    plain, own = without_own(plain, allow_code)
    draft, data, schema = validate(plain, told.damaged)
    known = {flaw.loc for flaw in flaws}
    flaws += [f for f in schema if f.loc not in known and not told.has_told(f.loc)]
    flaws += own + flaws_across(draft)
    problems = [*told.problems, *tell(flaws, root)]
    if problems:
        return None, problems
    lifted = {number["path"] for number in numbers}
    given = [number for number in data.get("numbers", ()) if number["path"] not in lifted]
    scenario = Scenario.model_validate({**data, "numbers": [*given, *numbers]})
    inherited = partial(_is_inherited, root, told.files[0] if told.files else "")
    odd = [*_lost_numbers(scenario, data.get("numbers", ())), *wrong_links(scenario, inherited)]
    problems = tell(odd, root)
    return (scenario if problems else of_what_is_there(scenario, inherited)), problems


def _is_inherited(root: Node, file: str, loc: Loc) -> bool:
    """Whether what stands at a location is written in another file, which this one extends."""
    node = root
    for step in loc:
        node = node.value[step]
    return node.at.file != file


def odd(scenario: Scenario, root: Node) -> Iterator[str]:
    """What of a scenario its author may not have meant, with its place."""
    changes = list(clocks(scenario))
    if changes:
        days = f"{changes[0]}{_more(len(changes) - 1)}: all days have 24 hours"
        yield f"{root.at.file}: timezone: {days}" if root.at.file else f"timezone: {days}"
    places, routes = scenario.places, scenario.routes
    right = "correct them if they are"
    swapped = [
        Flaw(("places", swap.index, "lat"), str(swap), right)
        for swap in swapped_places(places, routes)
    ]
    if not swapped and all_swapped(places, routes):
        swapped = [Flaw(("places",), ALL_SWAPPED, right)]
    yield from (str(problem) for problem in tell(swapped, root))


def _more(count: int) -> str:
    return f" (and {count} time{'s' if count > 1 else ''} more)" if count else ""


def _lost_numbers(scenario: Scenario, given: Iterable[Mapping[str, Any]]) -> Iterator[Flaw]:
    """Ranges given by themselves, as in an effective scenario, of what is not there."""
    for i, number in enumerate(given):
        try:
            locate(scenario, number["path"])
        except ValueError as error:
            yield Flaw(("numbers", i, "path"), *error.args)
