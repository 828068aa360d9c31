"""The Scenario: everything that a run needs to know, frozen."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from flowsim.behaviour.config import Behaviour
from flowsim.behaviour.flee_config import Flee
from flowsim.config import Duration, Instant, Name, Section
from flowsim.errors import ScenarioError
from flowsim.policy.base import Policy
from flowsim.policy.config import Authority, Border
from flowsim.policy.installed import is_installed, made_by
from flowsim.policy.opening import Direction
from flowsim.policy.own import Rule, as_policy
from flowsim.policy.stock import STOCK
from flowsim.scenario.policies import held
from flowsim.world.config import Arrival, Condition, Force, Group, Place, Report, Route, Violence


class Number(Section):
    """Where a number comes from and how far reports differ."""

    path: str
    """Where it stands in the scenario."""
    value: float | int | str
    low: float | int | str | None = None
    high: float | int | str | None = None
    distribution: Literal["uniform", "triangular"] = "uniform"
    source: str = ""
    note: str = ""


class Scenario(Section):
    """A displacement crisis, its people, its violence, its borders and what people do.

    Made by `flowsim.load` from a folder, or in Python from its sections; either way it is checked
    as a whole. It never changes: `replace_policies`, `add_policies` and `with_values` give a new
    one.

    Raises
    ------
    ScenarioError
        With everything that is wrong in it.
    """

    name: Name
    title: str = ""
    start: Instant
    end: Instant
    timezone: str = "UTC"
    """Of all the times in the scenario, which are naive and local."""
    step: Duration = 3600
    record: Duration = 3600
    """Interval of the results; a multiple of the step."""
    grid: Duration = 3600
    """Over which violence and hazards are taken as constant, whatever the step; a day at most."""
    rules: Literal["flowsim", "flee"] = "flowsim"
    """What people do: as in `behaviour`, or day by day as in Flee 3 with the settings `flee`."""
    as_given: bool = False
    """Whether to take places without a way to them, places on one spot and roads shorter than the
    line between their ends as they are, as tables of other tools have them."""
    flee_from: tuple[Name, ...]
    """Countries whose residents are simulated."""
    places: tuple[Place, ...]
    routes: tuple[Route, ...]
    groups: tuple[Group, ...]
    violence: Violence = Violence()
    forces: tuple[Force, ...] = ()
    conditions: tuple[Condition, ...] = ()
    borders: tuple[Border, ...] = ()
    behaviour: Behaviour = Behaviour()
    arrivals: tuple[Arrival, ...] = ()
    """How many leave, where that is told and not simulated (`behaviour.leaving.count: given`)."""
    flee: Flee = Flee()
    reports: tuple[Report, ...] = ()
    numbers: tuple[Number, ...] = ()
    """Sources and ranges of the numbers above, gathered from the files."""

    def __init__(self, /, **data: Any) -> None:
        from flowsim.scenario.checks import check
        from flowsim.scenario.validate import wrong_in  # it imports this module

        try:
            super().__init__(**data)
        except ScenarioError as error:
            raise ScenarioError(wrong_in(data) or error.problems) from None
        problems = check(self)
        if problems:
            raise ScenarioError(problems)

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def replace_policies(
        self,
        border: str,
        *policies: Policy | Rule,
        side: str | None = None,
        direction: Direction = "out",
    ) -> Scenario:
        """The scenario with other policies at a border.

        Parameters
        ----------
        border : str
            The border's ``id``.
        *policies : Policy or function
            What is in force instead; none leaves the border open.
        side : str, optional
            The country whose authority is meant; None clears both sides and gives the policies
            to the far side (the country that people flee to).
        direction : {"out", "back"}
            For those who flee or for those who go home.

        Raises
        ------
        KeyError
            No such border or side.
        """
        return self._change(border, policies, side, direction, keep=False)

    def add_policies(
        self,
        border: str,
        *policies: Policy | Rule,
        side: str | None = None,
        direction: Direction = "out",
    ) -> Scenario:
        """The scenario with further policies, which compose with those in force.

        See `replace_policies` for the arguments.
        """
        return self._change(border, policies, side, direction, keep=True)

    with_policies: ClassVar[Callable[..., Scenario]] = replace_policies

    def with_values(self, values: Mapping[str, Any]) -> Scenario:
        """The scenario with other values, checked again as a whole.

        Parameters
        ----------
        values : mapping of str to value
            By path: names of fields with dots between, names or indices of items in brackets, as
            ``borders[Kyrgyzstan-Uzbekistan].authorities[Uzbekistan].policies[1].stop``. A number
            may be a mapping ``{value, low, high, source}``; a plain one has no range any more.

        Raises
        ------
        ScenarioError
            A path leads nowhere, or a value does not fit or makes the scenario impossible.

        Examples
        --------
        >>> import flowsim as fs
        >>> eager = fs.teaching_world().with_values({"behaviour.leaving.violence_per_day": 6})
        >>> eager.behaviour.leaving.violence_per_day
        6.0
        """
        from flowsim.scenario.override import with_values  # it imports this module

        return with_values(self, values)

    def _change(
        self,
        border: str,
        policies: tuple[Policy | Rule, ...],
        side: str | None,
        direction: Direction,
        keep: bool,
    ) -> Scenario:
        found = {b.id: b for b in self.borders}
        if border not in found:
            raise KeyError(f"no border {border!r}; there is {', '.join(found) or 'none'}")
        old = found[border]
        if side is not None and side not in old.between:
            raise KeyError(
                f"{side!r} is not a side of {border}; its sides are {', '.join(old.between)}"
            )
        target = side or next((c for c in old.between if c not in self.flee_from), old.between[1])
        field = "policies" if direction == "out" else "back"
        authorities = list(old.authorities)
        if not any(a.country == target for a in authorities):
            authorities.append(Authority(name=target, country=target))
        for i, authority in enumerate(authorities):
            kept = getattr(authority, field)
            if not keep and side in (None, authority.country):
                kept = ()
            if authority.country == target:
                kept = kept + tuple(as_policy(p) for p in policies)
            authorities[i] = authority.model_copy(update={field: kept})
        new = old.model_copy(update={"authorities": tuple(authorities)})
        borders = tuple(new if b.id == border else b for b in self.borders)
        return self.model_copy(update={"borders": borders})

    def effective(self) -> dict[str, Any]:
        """The whole scenario as plain data; functions and code by name and digest of the source."""
        data = self.model_dump(mode="json", fallback=str)
        for loc, policy in held(self, "borders"):
            known = policy.identities()
            if known:
                row: Any = data
                for part in loc:
                    row = row[part]
                row.update(known)
        return data

    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with anything that a run depends on."""
        data = self.effective()
        for told in ("title", "reports", "numbers"):
            data.pop(told)
        kinds = {type(policy) for _, policy in held(self, "borders")} - {*STOCK.values()}
        made = sorted(made_by(kind) for kind in kinds if is_installed(kind))
        if made:
            data["packages"] = made
        text = json.dumps(data, sort_keys=True, ensure_ascii=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def not_loaded(given: object, what: str) -> TypeError:
    """What is raised where something else is given for a Scenario.

    Examples
    --------
    >>> not_loaded("small", "fs.run")
    TypeError("fs.run takes a Scenario, not the text 'small'; load it first: fs.load('small')")
    >>> not_loaded(None, "fs.run")
    TypeError('fs.run takes a Scenario, not NoneType')
    """
    if not isinstance(given, str | os.PathLike):
        return TypeError(f"{what} takes a Scenario, not {type(given).__name__}")
    kind = "text" if isinstance(given, str) else "path"
    name = repr(os.fspath(given))
    right = f"load it first: fs.load({name})"
    return TypeError(f"{what} takes a Scenario, not the {kind} {name}; {right}")
