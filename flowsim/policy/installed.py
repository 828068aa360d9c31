"""Policies of other packages that are installed, found by the entry points that these declare.

The name of an entry point in the group ``flowsim.policies`` is the ``type`` of a policy in files,
and its value names the class. Packages are looked through once a file asks for a type that flowsim
has not itself, and then only the one of that type is imported. A package counts as installed that
Python finds anywhere but in the working folder, which may be somebody else's.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flowsim.policy.base import Policy

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "flowsim.policies"
"""Of entry points."""


class _Offer(NamedTuple):
    """A policy that a package declares."""

    package: str
    version: str
    point: EntryPoint


def types() -> list[str]:
    """The types of all policies that packages declare, sorted."""
    return sorted(_offers())


def load(told: str) -> type[Policy] | None:
    """The class of a type; None where no package declares it.

    Raises
    ------
    ValueError
        It cannot be had; tells of which package it is, and what would be right.
    """
    offers = _offers().get(told, ())
    if not offers:
        return None
    if len(offers) > 1:
        packages = " and ".join(repr(offer.package) for offer in offers)
        raise ValueError(f"the packages {packages} each have a policy {told!r}; remove one of them")
    kind, wrong = _loaded(offers[0])
    if kind is None:
        raise ValueError(f"{wrong}; correct the package, or remove it")
    return kind


def find(told: str) -> type[Policy] | None:
    """The class of a type; None where no package declares it, or it cannot be had."""
    try:
        return load(told)
    except ValueError:
        return None


def is_installed(kind: type[Policy]) -> bool:
    """Whether a class is the one that an installed package declares for its type."""
    told = kind.model_fields.get("type")
    return told is not None and isinstance(told.default, str) and find(told.default) is kind


def made_by(kind: type[Policy]) -> str:
    """What a digest knows a class by: package, version, and a digest of its source if any."""
    told = kind.model_fields["type"].default
    offer = _offers()[told][0]
    try:
        source = inspect.getsource(sys.modules[kind.__module__])
    except OSError:  # one that is compiled
        source = ""
    digest = hashlib.blake2b(source.encode(), digest_size=8).hexdigest()
    return f"{offer.package} {offer.version} {digest}"


def _offers() -> Mapping[str, tuple[_Offer, ...]]:
    here = os.path.realpath(os.curdir)
    return _declared(tuple(p for p in sys.path if p and os.path.realpath(p) != here))


@lru_cache(maxsize=8)
def _declared(path: tuple[str, ...]) -> Mapping[str, tuple[_Offer, ...]]:
    """What packages on a path declare, by type; of two of one name the first counts."""
    from importlib.metadata import distributions

    packages: dict[str, list[_Offer]] = {}
    for package in distributions(path=list(path)):
        name = package.name or ""
        if name not in packages:
            points = package.entry_points.select(group=GROUP)
            packages[name] = [_Offer(name, package.version, point) for point in points]
    found: dict[str, tuple[_Offer, ...]] = {}
    for name in sorted(packages):
        for offer in packages[name]:
            found[offer.point.name] = (*found.get(offer.point.name, ()), offer)
    return found


@lru_cache(maxsize=256)
def _loaded(offer: _Offer) -> tuple[type[Policy] | None, str]:
    """The class that an entry point names, or what is wrong with it."""
    told, whose = offer.point.name, f"the package {offer.package!r}"
    try:
        kind = offer.point.load()
    except (Exception, SystemExit) as error:
        text = f"{type(error).__name__}: {' '.join(str(error).split())}".replace(";", ",")
        return None, f"the policy {told!r} of {whose} cannot be imported, {text}"
    if not (inspect.isclass(kind) and issubclass(kind, Policy)):
        wrong = f"{whose} names {offer.point.value!r} for the policy {told!r}"
        return None, f"{wrong}, which is not a subclass of flowsim.policy.Policy"
    field = kind.model_fields.get("type")
    if field is None or field.default != told:
        wrong = f"{offer.point.value!r} of {whose} does not have the type {told!r}"
        return None, f"{wrong} that its entry point is named for"
    return kind, ""
