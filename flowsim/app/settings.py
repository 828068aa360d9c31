"""What somebody chose on the page, and the scenarios that come of it, or all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flowsim.app.fields import fields_of, meant
from flowsim.app.inputs import CENTRE, factors, positions
from flowsim.app.policies import Entry, Side, held_by, sides, with_policies
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.checks import check
from flowsim.scenario.flaws import listed
from flowsim.scenario.links import of_what_is_there
from flowsim.scenario.nodes import Paths
from flowsim.scenario.override import assignment
from flowsim.scenario.policies import has_code
from flowsim.scenario.scenario import Scenario
from flowsim.study.sampling import sampled

QUICK_PERSONS = 400_000
"""So many residents are run at most, where the page chooses: a second or two."""
SIZES = (1, 2, 5, 10, 20, 50, 100)
"""Households of which one is run, as the page offers."""
SEED, MORE, INPUTS = "seed", "values", "inputs"
"""Parts of the page beside the policies, as keys of what is wrong in them."""
_ORDER = re.compile(r"in_order\[(\d+)\]")
At = tuple[Any, ...]
"""A place on the page: ``("policy", side, entry, field)``, ``("input", factor)``, or one of the
parts above alone."""


@dataclass(frozen=True)
class Settings:
    """What the page says; it never changes, each choice gives another one.

    Attributes
    ----------
    policies : dict of Side to tuple of Entry
    positions : dict of str to float
        Of factors that were moved off the centre, by name.
    seed : str
        As entered.
    one_in : int
        One household in so many is run.
    more : str
        Further values, ``PATH=VALUE`` a line.
    """

    policies: Mapping[Side, tuple[Entry, ...]]
    positions: Mapping[str, float] = field(default_factory=dict)
    seed: str = "1"
    one_in: int = 1
    more: str = ""

    @classmethod
    def of(cls, scenario: Scenario) -> Settings:
        """Those of a scenario as it is, thinned where it is large."""
        held = {
            side: tuple(Entry(policy, i) for i, policy in enumerate(held_by(scenario, side)))
            for side in sides(scenario)
        }
        return cls(held, one_in=quick_size(scenario))

    def with_entries(self, side: Side, entries: Iterable[Entry]) -> Settings:
        """The same with other policies on a side."""
        return replace(self, policies={**self.policies, side: tuple(entries)})

    def with_position(self, factor: str, position: float) -> Settings:
        """The same with a factor moved; at the centre it is as in the file."""
        others = {name: at for name, at in self.positions.items() if name != factor}
        moved = {} if position == CENTRE else {factor: position}
        return replace(self, positions={**others, **moved})

    @property
    def has_other_policies(self) -> bool:
        """Whether a policy is otherwise than in the file."""
        return any(entry.is_changed for entries in self.policies.values() for entry in entries)


@dataclass(frozen=True)
class Built:
    """What comes of settings.

    Attributes
    ----------
    scenario, reference : Scenario or None
        To be run; and the same with the policies of the file, which is the same object where they
        are not changed. None where something is wrong.
    seed : int
    problems : tuple of Problem
    at : dict of place to tuple of Problem
        The same, by where on the page the entry is; those of no entry are under ``()``.
    """

    scenario: Scenario | None
    reference: Scenario | None
    seed: int
    problems: tuple[Problem, ...] = ()
    at: Mapping[At, tuple[Problem, ...]] = field(default_factory=dict)


def quick_size(scenario: Scenario) -> int:
    """One household in how many answers within a few seconds.

    As the scenario itself says, unless it says all and has many residents. By Flee's rules all.

    Examples
    --------
    >>> import flowsim as fs
    >>> quick_size(fs.teaching_world()), quick_size(fs.load("kyrgyz_uzbek_2010"))
    (1, 10)
    """
    own = scenario.population.one_in
    if own > 1 or scenario.rules == "flee":
        return own
    fled = sum(p.population or 0 for p in scenario.places if p.country in scenario.flee_from)
    return next((n for n in SIZES if fled <= n * QUICK_PERSONS), SIZES[-1])


def build(base: Scenario, settings: Settings, allow_code: bool = False) -> Built:
    """The scenarios that settings mean, checked as a file would be.

    Parameters
    ----------
    base : Scenario
        As it was loaded.
    settings : Settings
    allow_code : bool
        Whether further values may name code.
    """
    wrong: dict[At, list[Problem]] = {}
    seed = _seed(settings.seed, wrong)
    reference = _with_inputs(base, settings, allow_code, wrong)
    scenario = reference
    if reference is not None and settings.has_other_policies:
        scenario = _with_policies(reference, settings, wrong)
    told = {at: tuple(problems) for at, problems in wrong.items() if problems}
    problems = tuple(dict.fromkeys(p for among in told.values() for p in among))
    if problems:
        return Built(None, None, seed, problems, told)
    return Built(scenario, reference, seed)


def _seed(text: str, wrong: dict[At, list[Problem]]) -> int:
    digits = text.strip()
    if digits.isascii() and digits.isdecimal() and len(digits) < 20:
        return int(digits)
    what = f"{text.strip()!r} is not a whole number" if digits else "the seed is empty"
    wrong[(SEED,)] = [Problem("seed", what, "give plain digits, as 1")]
    return 0


def _with_inputs(
    base: Scenario, settings: Settings, allow_code: bool, wrong: dict[At, list[Problem]]
) -> Scenario | None:
    """The scenario with its inputs and further values as they are set; None where one is wrong."""
    made = base
    if settings.one_in != base.population.one_in:
        made = made.with_values({"population.one_in": settings.one_in})
    if settings.positions:
        moved = positions(factors(base), settings.positions)
        try:
            made = sampled(made, moved)
        except ScenarioError as error:
            wrong[(INPUTS,)] = list(error.problems)
            return None
    values, problems = _values(settings.more, allow_code)
    try:
        made = with_values(made, values) if values else made
    except ScenarioError as error:
        problems += error.problems
    wrong[(MORE,)] = problems
    return None if problems else made


def _values(text: str, allow_code: bool) -> tuple[dict[str, Any], list[Problem]]:
    """Further values by path, and the lines that are none."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            path, value = assignment(line)
        except ScenarioError as error:
            problems += error.problems
            continue
        if has_code(value) and not allow_code:
            wrong = "code is not run unless you allow it"
            problems.append(Problem(path, wrong, "start with --allow-code, if you trust it"))
        values[path] = value
    return values, problems


def _with_policies(
    reference: Scenario, settings: Settings, wrong: dict[At, list[Problem]]
) -> Scenario | None:
    """The scenario with the policies of the page; None where one is wrong."""
    made, where = reference, list[tuple[Side, int, int, Entry]]()
    for side, entries in settings.policies.items():
        if not any(entry.is_changed for entry in entries):
            continue
        held = held_by(reference, side)
        kept = [(i, entry) for i, entry in enumerate(entries) if entry.kept]
        policies = tuple(
            entry.policy if entry.index is None or entry.index >= len(held) else held[entry.index]
            for _, entry in kept
        )
        made = with_policies(made, side, policies)
        where += [(side, i, at, entry) for at, (i, entry) in enumerate(kept)]
    made = of_what_is_there(made)
    paths, values, place = Paths(made), dict[str, Any](), dict[str, At]()
    for side, i, at, entry in where:
        path = paths((*side.loc, at))
        place[path] = ("policy", side, i, "")
        for of in fields_of(type(entry.policy)):
            place[f"{path}.{of.name}"] = ("policy", side, i, of.name)
            if of.name in entry.entered:
                try:
                    told = f"{path}.{of.name}"
                    values[told] = meant(of, entry.entered[of.name], told)
                except ScenarioError as error:
                    wrong[place[told]] = list(error.problems)
    try:
        return with_values(made, values)
    except ScenarioError as error:
        for problem in error.problems:
            wrong.setdefault(_nearest(problem.path, place), []).append(problem)
    return None


def _nearest(path: str, place: Mapping[str, At]) -> At:
    """The entry that a problem is about: the one with its path, or around it."""
    around = [at for at in place if path == at or path.startswith((f"{at}.", f"{at}["))]
    return place[max(around, key=len)] if around else ()


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """As `Scenario.with_values`, but orders of times that samples keep may be broken.

    A single run may well have an opening after the closing that `in_order` names later: that is
    what one tries here. Such an order is left out.

    Examples
    --------
    >>> import flowsim as fs
    >>> june = fs.load("kyrgyz_uzbek_2010")
    >>> stop = "borders[0].authorities[Uzbekistan].policies[shut since April].stop"
    >>> len(june.in_order), len(with_values(june, {stop: "2010-06-16T00:00"}).in_order)
    (1, 0)
    """
    made = scenario.with_values(values)
    problems = check(made)
    broken = {int(found[1]) for p in problems if (found := _ORDER.match(p.path))}
    others = [problem for problem in problems if not _ORDER.match(problem.path)]
    if others:
        raise ScenarioError(others)
    kept = tuple(row for i, row in enumerate(made.in_order) if i not in broken)
    return made.model_copy(update={"in_order": kept}) if broken else made


def told_of(base: Scenario, settings: Settings) -> list[str]:
    """What is otherwise than in the file, a line each; nothing where all is as it is there."""
    lines = []
    for side, entries in settings.policies.items():
        for entry in entries:
            name = entry.policy.name or entry.policy.kind.replace("_", " ")
            if not entry.kept:
                if entry.index is not None:
                    lines.append(f"{side.name(base)}: without {name!r}")
            elif entry.index is None:
                lines.append(f"{side.name(base)}: {name!r} is new")
            elif entry.entered:
                lines.append(f"{side.name(base)}: {name!r} with other {listed(entry.entered)}")
    for name, at in settings.positions.items():
        lines.append(f"{name.removeprefix('linked[').removesuffix(']')} at {100 * at:.0f} %")
    lines += [line.strip() for line in settings.more.splitlines() if line.strip()]
    return lines
