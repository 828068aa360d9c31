"""Policies of the user's own: plain functions."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import SkipValidation

from flowsim.policy.base import Policy
from flowsim.policy.opening import Statement
from flowsim.view import BorderView

Rule = Callable[[datetime, BorderView], Statement | None]


class Function(Policy):
    """A plain function ``policy(now, view)`` of the user's own; made by `as_policy`.

    The function is known by its module, name and source; one without source needs a name of its
    own in ``label``.
    """

    type: Literal["function"] = "function"
    rule: SkipValidation[Any]
    label: str = ""
    stands_above: bool = False
    """While it returns an opening, that alone holds on its side (see `override`)."""

    def opening(self, now: datetime, view: BorderView) -> Statement | None:
        return self.rule(now, view)

    def identity(self) -> str:
        """What a digest knows it by."""
        name = f"{self.rule.__module__}.{self.rule.__qualname__}"
        try:
            source = inspect.getsource(self.rule)
        except (OSError, TypeError):
            source = self.label
        if not source:
            raise ValueError(
                f"{name} has no source to be known by; give it a label with its version"
            )
        return f"{name}:{hashlib.blake2b(source.encode(), digest_size=8).hexdigest()}"


def as_policy(policy: Policy | Rule) -> Policy:
    """A policy as it is, or a plain function made into one."""
    if isinstance(policy, Policy):
        return policy
    if callable(policy):
        return Function(rule=policy)
    raise TypeError(
        f"{policy!r} is no policy; give one of flowsim.policy or a function (now, view)"
    )


def override(rule: Rule) -> Function:
    """A policy that stands above its side's list while ``rule`` returns an opening.

    Where ``rule`` returns None, the list stays in force.

    Examples
    --------
    >>> override(lambda now, view: None).stands_above
    True
    """
    return Function(rule=rule, stands_above=True)
