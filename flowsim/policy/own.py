"""Policies of the user's own: functions, and objects of their own classes."""

from __future__ import annotations

import copy
import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Literal

from pydantic import PrivateAttr, SkipValidation

from flowsim.policy.base import Alternatives, Policy, Stated, cut, together
from flowsim.policy.installed import is_installed
from flowsim.policy.opening import Statement
from flowsim.policy.source import source_of
from flowsim.view import BorderView

Rule = Callable[[datetime, BorderView], Statement | None]


class Function(Policy):
    """A function ``policy(now, view)`` or an object of the user's own; made by `as_policy`.

    It is known by its module, name and source, and by the plain values that it holds on to; what
    has no source needs a name of its own in ``label``. An object is copied for each run, so that
    what it remembers of one run is not there in the next.

    Examples
    --------
    >>> Function(rule=lambda now, view: None).opening(None, None) is None
    True
    """

    type: Literal["function"] = "function"
    in_file = False
    rule: SkipValidation[Any]
    label: str = ""
    stands_above: bool = False
    """While it returns an opening, that alone holds on its side (see `override`)."""
    _known_as: str = PrivateAttr("")

    def opening(self, now: datetime, view: BorderView) -> Statement | None:
        if _owner(self.rule) is None:
            return self.rule(now, view)
        memory = view.memory(self)
        if "rule" not in memory:
            memory["rule"] = copy.deepcopy(self.rule)
        return memory["rule"](now, view)

    def says(self, now: datetime, view: BorderView) -> Iterator[Stated]:
        """What the function or object states, or the policies that it is made of."""
        if not isinstance(self.rule, Policy):
            for said in super().says(now, view):
                yield said._replace(above=self.stands_above)
            return
        memory = view.memory(self)
        if "within" not in memory:
            memory["within"] = self.within()
        for policy in memory["within"]:
            for said in policy.says(now, view):
                yield said._replace(above=said.above or self.stands_above)

    def within(self) -> tuple[Policy, ...]:
        """The parts of a policy of the user's own class, as new as at the start of a run."""
        return cut((copy.deepcopy(self.rule),), self) if isinstance(self.rule, Policy) else ()

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        inner = (edge for policy in self.within() for edge in policy.edges(first, last))
        return (*super().edges(first, last), *inner)

    def is_known(self) -> bool:
        inner = self.within()
        return bool(inner) and all(policy.is_known() for policy in inner)

    def alternatives(self, now: datetime, crossings: tuple[str, ...]) -> Alternatives:
        """Those of the policy that it is made of; of a function only a run can tell."""
        if not isinstance(self.rule, Policy) or not self.in_force(now):
            return super().alternatives(now, crossings)
        inner = together(policy.alternatives(now, crossings) for policy in self.within())
        return above(inner) if self.stands_above else inner

    def overrides(self) -> bool:
        return self.stands_above or super().overrides()

    def identities(self) -> Mapping[str, str]:
        return {"rule": self.identity()}

    def identity(self) -> str:
        """What a digest knows it by."""
        if self._known_as:
            return self._known_as
        name, told = _known(self.rule, self.label)
        return f"{name}:{hashlib.blake2b(told.encode(), digest_size=8).hexdigest()}"

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        # Another process may not have the source. This one has, and its rule may still change.
        private = {**(state["__pydantic_private__"] or {}), "_known_as": self.identity()}
        return {**state, "__pydantic_private__": private}


def above(ways: Alternatives) -> Alternatives:
    """What may be stated, above the list of its side."""
    return ways and tuple(tuple(said._replace(above=True) for said in way) for way in ways)


def called(policy: Policy) -> str:
    """What a policy is called where it is told of: its name, else its code, else its type.

    Examples
    --------
    >>> called(Function(rule=len, name="relief")), called(Function(rule=len))
    ("'relief'", "'builtins.len'")
    """
    rule: Any = policy.rule if isinstance(policy, Function) else None
    rule = getattr(rule, "func", rule)
    own: Any = rule if hasattr(rule, "__qualname__") else type(rule)
    code = "" if rule is None else f"{own.__module__}.{own.__qualname__}"
    return repr(policy.name or code or getattr(policy, "call", "") or policy.kind)


def as_policy(policy: Any, label: str = "") -> Policy:
    """A policy as it is, or what is made of a function or of an object of one's own class.

    Parameters
    ----------
    policy : Policy, function or object
        A function ``(now, view)``, or an object with a method ``opening(now, view)``.
    label : str
        What a digest knows it by, for what has no source (typed at a prompt, made by ``exec``).

    Raises
    ------
    TypeError
        It is none of these.

    Examples
    --------
    >>> class Relief:
    ...     def __init__(self, level):
    ...         self.level = level
    ...
    ...     def opening(self, now, view):
    ...         return None
    >>> as_policy(Relief(20_000)).type
    'function'
    """
    if isinstance(policy, Policy):
        return policy if _has_a_type(policy) else Function(rule=policy, label=label)
    if not inspect.isclass(policy):
        if callable(getattr(policy, "opening", None)):
            return Function(rule=policy.opening, label=label)
        if callable(policy):
            return Function(rule=policy, label=label)
    raise TypeError(
        f"{policy!r} is not a policy; give one of flowsim.policy, a function (now, view), or an "
        "object with a method opening(now, view)"
    )


def override(policy: Any, label: str = "") -> Function:
    """What stands above its side's list, at the crossings it binds, while it states an opening.

    Where it states None, the list stays in force. What the list says of roads, of camps and of
    return goes on beside it.

    Parameters
    ----------
    policy : Policy, function or object
        As for `as_policy`.
    label : str

    Examples
    --------
    >>> override(lambda now, view: None).stands_above
    True
    """
    made = as_policy(policy, label)
    rule = made.rule if isinstance(made, Function) else made
    return Function(rule=rule, label=label, stands_above=True)


def _has_a_type(policy: Policy) -> bool:
    """Whether files know its class by a type: one of flowsim, or of a package installed beside."""
    return type(policy).__module__.startswith("flowsim.policy.") or is_installed(type(policy))


def _owner(rule: Any) -> Any:
    """The object that a rule belongs to or is; None for a function."""
    if isinstance(rule, partial):
        return _owner(rule.func)
    if inspect.isfunction(rule) or inspect.isbuiltin(rule):
        return None
    owner = getattr(rule, "__self__", rule)
    return None if inspect.isclass(owner) or inspect.ismodule(owner) else owner


def code_identity(rule: Any) -> str:
    """What a function or object of one's own is known by: its name, source and plain values.

    Raises
    ------
    ValueError
        It has no source.

    Examples
    --------
    >>> code_identity(cut) == code_identity(cut) != code_identity(called)
    True
    """
    name, told = _known(rule, "")
    return f"{name}:{hashlib.blake2b(told.encode(), digest_size=8).hexdigest()}"


def _known(rule: Any, label: str) -> tuple[str, str]:
    """Name of a rule, and all that makes it what it is: source, and plain values it holds."""
    if isinstance(rule, partial):
        name, told = _known(rule.func, label)
        return name, told + _plain([rule.args, rule.keywords])
    owner = _owner(rule)
    kind = rule if owner is None else type(owner)
    name = f"{kind.__module__}.{kind.__qualname__}"
    try:
        source = source_of(kind)
    except (OSError, TypeError):
        source = label
    if not source:
        raise ValueError(f"{name} has no source to be known by; give it a label with its version")
    if isinstance(owner, Policy):
        return name, source + owner.model_dump_json(fallback=str)
    told = source + _plain(_held(rule))
    if owner is not None:
        return name, told + _plain(vars(owner) if hasattr(owner, "__dict__") else {})
    return name, told + _plain(getattr(rule, "__defaults__", None))


def _held(rule: Any) -> list[Mapping[str, Any]]:
    """Values from outside that a function uses: of functions around it, and of its module."""
    if not (inspect.isfunction(rule) or inspect.ismethod(rule)):
        return []
    held = inspect.getclosurevars(rule)
    return [held.nonlocals, held.globals]


def _plain(value: Any) -> str:
    """Plain values as text; of anything else only its type, as its address is chance."""
    return json.dumps(
        value, sort_keys=True, skipkeys=True, default=lambda other: type(other).__qualname__
    )
