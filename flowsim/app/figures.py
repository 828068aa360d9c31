"""The few numbers of the page: what a policy did, beside what the reported one did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from flowsim.app.session import Shown

if TYPE_CHECKING:
    from flowsim.results.result import Result

WORDS = {
    "crossed": "crossed the border, net of push-back",
    "waiting_peak": "most who wait at once",
    "hours_waited_median": "hours in a queue, median of those let through",
    "displaced_inside_peak": "most out of their homes inside at once",
    "sheltered_abroad_at_end": "sheltered abroad at the end",
    "families_split": "families split at the border",
    "deaths": "deaths",
    "person_days_exposed": "person-days in danger",
}
"""What is told, in words."""
ROUGH = ("waiting_peak", "hours_waited_median", "families_split", "deaths")
"""Of these a thinned run says little for one seed."""


class Row(NamedTuple):
    """A number of the page.

    Attributes
    ----------
    name : str
    value : float
        Of the run.
    beside : float or None
        Under the reported policy; None where that is the same, or not there yet.
    low, high : float or None
        The least and the greatest difference of pairs of runs with one seed; None without members.
    """

    name: str
    value: float
    beside: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def difference(self) -> float | None:
        """How much more it is than under the reported policy."""
        return None if self.beside is None else self.value - self.beside


def rows(shown: Shown) -> tuple[Row, ...]:
    """The numbers of what is shown, in the order of `WORDS`."""
    mine = of_run(shown.result)
    theirs = of_run(shown.beside) if shown.beside is not None else {}
    pairs = [
        (of_run(one), of_run(other))
        for one, other in zip(shown.members, shown.members_beside, strict=False)
    ]
    found = []
    for name, value in mine.items():
        apart = [one[name] - other[name] for one, other in pairs]
        ends = (min(apart), max(apart)) if apart else (None, None)
        found.append(Row(name, value, theirs.get(name), *ends))
    return tuple(found)


def of_run(result: Result) -> dict[str, float]:
    """The numbers of one run, by name.

    Examples
    --------
    >>> import flowsim as fs
    >>> told = of_run(fs.run(fs.teaching_world(), seed=1))
    >>> [name for name in told if name not in WORDS], int(told["crossed"])
    ([], 2388)
    """
    from flowsim.evidence.quantities import quantity

    effects = result.policy_effects()
    among = effects[(effects["where"] == "all") & effects["about"].isin(["people", "crossing"])]
    value = dict(zip(among["measure"], among["value"].tolist(), strict=True))
    told = {
        **value,
        "crossed": float(quantity(result, "crossed")[-1]),
        "displaced_inside_peak": float(quantity(result, "displaced_inside").max()),
    }
    return {name: float(told[name]) for name in WORDS if name in told}


def in_words(name: str, value: float | None, signed: bool = False) -> str:
    """A number as the page has it: whole, but for hours.

    Examples
    --------
    >>> in_words("crossed", 88912.0), in_words("crossed", -120.0, signed=True)
    ('88,912', '−120')
    >>> in_words("hours_waited_median", 5.71), in_words("deaths", None)
    ('5.7', '')
    """
    if value is None or value != value:
        return ""
    digits = 1 if name.startswith("hours") else 0
    text = f"{abs(value):,.{digits}f}"
    nothing = float(text.replace(",", "")) == 0.0
    sign = "−" if value < 0 and not nothing else "+" if signed and not nothing else ""
    return f"{sign}{text}"


def doubt(found: Sequence[Row], shown: Shown) -> str:
    """What the range of differences holds; empty where there is none."""
    if not any(row.low is not None for row in found):
        return ""
    return (
        f"Differences: of this seed, and from the least to the greatest of "
        f"{len(shown.members)} pairs of runs. That is chance alone; the doubt of the inputs is "
        "not in it."
    )
