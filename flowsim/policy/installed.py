"""Policies of other packages that are installed: the name of each is its ``type`` in files.

See `flowsim.installed` for how they are found.
"""

from __future__ import annotations

from collections.abc import Collection

from flowsim.installed import Group, declared_type, wrong_class
from flowsim.policy.base import Policy

GROUP = "flowsim.policies"
"""Of entry points."""


def _of_flowsim() -> Collection[str]:
    from flowsim.policy.stock import BY_TYPE  # it imports this module

    return BY_TYPE


POLICIES: Group[type[Policy]] = Group(
    GROUP, "policy", wrong_class("policy", Policy, "flowsim.policy.Policy"), _of_flowsim
)
types, load, find = POLICIES.names, POLICIES.load, POLICIES.find


def is_installed(kind: type[Policy]) -> bool:
    """Whether a class is the one that an installed package declares for its type."""
    told = declared_type(kind)
    return bool(told) and find(told) is kind


def made_by(kind: type[Policy]) -> str:
    """What a digest knows a class by: package, version, and a digest of its source if any."""
    return POLICIES.identity(declared_type(kind), kind)
