"""The uncertain inputs that a page has sliders for: sets of linked ones, and single ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowsim.scenario.scenario import Scenario
from flowsim.study.inputs import Input, doubts, inputs_of, uncertain

MOST_ALONE = 12
"""So many inputs have a slider from the beginning where a scenario links none."""
CENTRE = 0.5
LOWEST, HIGHEST, STEP = 0.05, 0.95, 0.05
"""Positions between which a slider moves: low and high are the 5 and 95 % unless told otherwise."""


@dataclass(frozen=True)
class Factor:
    """Inputs that are one doubt, and move with one slider.

    Attributes
    ----------
    name : str
        ``linked[NAME]``, or the path of one input.
    inputs : tuple of Input
    source : str
    """

    name: str
    inputs: tuple[Input, ...]
    source: str = ""

    @property
    def is_linked(self) -> bool:
        """Whether the scenario links them under a name."""
        return self.name.startswith("linked[")

    @property
    def title(self) -> str:
        """In words: the name of the set, or the path."""
        return self.name.removeprefix("linked[").removesuffix("]") if self.is_linked else self.name

    def at(self, position: float) -> str:
        """What its first input is at a position, beside its range, and how many others move.

        Examples
        --------
        >>> import flowsim as fs
        >>> factors(fs.teaching_world())[0].at(0.95)
        '2030-05-05T06:00 (2030-05-03T06:00 to 2030-05-05T06:00)'
        """
        first = self.inputs[0]
        low, high = _plain(first.number.low), _plain(first.number.high)
        central = position == CENTRE
        value = _plain(first.number.value if central else first.law.at(position, first.whole))
        told = f"{value} ({low} to {high})" if low and high else value
        if not self.is_linked:
            return told
        more = len(self.inputs) - 1
        others = f" and {more} more" if more else ""
        return f"{told}: {first.number.path}{others}"


def factors(scenario: Scenario) -> tuple[Factor, ...]:
    """The factors of a scenario, linked ones first, each kind as it stands there."""
    leader = doubts([scenario], uncertain([scenario]))
    held: dict[str, list[Input]] = {}
    for entry in inputs_of(scenario):
        held.setdefault(leader[entry.number.path], []).append(entry)
    sources = {f"linked[{linked.name}]": linked.source for linked in scenario.linked}
    made = [
        Factor(name, tuple(inputs), sources.get(name, inputs[0].number.source))
        for name, inputs in held.items()
    ]
    return tuple(sorted(made, key=lambda factor: not factor.is_linked))


def with_sliders(all_of_them: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Those that have a slider from the beginning."""
    linked = tuple(factor for factor in all_of_them if factor.is_linked)
    return linked or all_of_them[:MOST_ALONE]


def positions(among: tuple[Factor, ...], chosen: Mapping[str, float]) -> dict[str, float]:
    """The position of each input that was moved off the centre, by path."""
    return {
        entry.number.path: chosen[factor.name]
        for factor in among
        if chosen.get(factor.name, CENTRE) != CENTRE
        for entry in factor.inputs
    }


def _plain(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else "" if value is None else str(value)
