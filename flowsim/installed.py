"""What other packages that are installed add to flowsim, found by their entry points.

A package declares what it has in the groups ``flowsim.policies``, ``flowsim.hazards``,
``flowsim.readers`` and ``flowsim.figures``: the name of an entry point is what files, commands and
scripts call it by, its value names the object. Packages are looked through once somebody asks for a
name that flowsim has not itself, or for all of a group, and only what is asked for is imported. A
package counts as installed that Python finds anywhere but in the working folder, which may be
somebody else's. What cannot be used is told with the package that has it, and keeps nobody from
using the rest.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from flowsim.errors import ScenarioWarning

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class Offer(NamedTuple):
    """One thing that a package declares."""

    package: str
    version: str
    point: EntryPoint


class Group(Generic[T]):
    """One group of entry points, and what in it can be used.

    Parameters
    ----------
    name : str
        Of the group, as ``flowsim.policies``.
    what : str
        What each of it is called, as ``policy``.
    wrong : callable
        What is wrong with an object under a name, given the words for the object and for the
        package; empty where it can be used.
    taken : callable
        Gives the names that are flowsim's own, which no package can take over.

    Examples
    --------
    >>> figures = Group("flowsim.of_this_example", "figure", lambda told, found, offer: "")
    >>> figures.names(), figures.load("funnel"), figures.all(), figures.problems()
    ([], None, {}, [])
    """

    def __init__(
        self,
        name: str,
        what: str,
        wrong: Callable[[str, Any, Offer], str],
        taken: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self.name, self.what, self.wrong, self._taken = name, what, wrong, taken

    def names(self) -> list[str]:
        """What packages declare and flowsim has not itself, sorted; some may not be usable."""
        taken = self._taken()
        return sorted(told for told in self._offers() if told not in taken)

    def load(self, told: str) -> T | None:
        """The object of a name; None where no package declares it.

        Raises
        ------
        ValueError
            It cannot be had; tells of which package it is, and what would be right.
        """
        offers = self._offers().get(told, ())
        if not offers:
            return None
        if told in self._taken():
            raise ValueError(self._is_taken(told, offers))
        if len(offers) > 1:
            have = f"the packages {_listed(offers)} each have a {self.what} {told!r}"
            raise ValueError(f"{have}; remove one of them")
        found, wrong = _loaded(self, offers[0])
        if wrong:
            raise ValueError(f"{wrong}; correct the package, or remove it")
        return found

    def find(self, told: str) -> T | None:
        """The object of a name; None where no package declares it, or it cannot be had."""
        try:
            return self.load(told)
        except ValueError:
            return None

    def all(self) -> dict[str, T]:
        """All that can be used, by name and in the order of the names; the rest is warned of."""
        for problem in self.problems():
            warnings.warn(problem, ScenarioWarning, stacklevel=2)
        found = {told: self.find(told) for told in self.names()}
        return {told: one for told, one in found.items() if one is not None}

    def problems(self) -> list[str]:
        """What cannot be used, and why, in the order of the names."""
        found = []
        for told in sorted(self._offers()):
            try:
                self.load(told)
            except ValueError as error:
                found.append(str(error))
        return found

    def offers(self, told: str) -> tuple[Offer, ...]:
        """Who declares a name, in the order of the packages' names."""
        return self._offers().get(told, ())

    def identity(self, told: str, kind: type) -> str:
        """What a digest knows a class by: package, version, and a digest of its source if any."""
        offer = self._offers()[told][0]
        try:
            source = inspect.getsource(sys.modules[kind.__module__])
        except OSError:  # one that is compiled
            source = ""
        digest = hashlib.blake2b(source.encode(), digest_size=8).hexdigest()
        return f"{offer.package} {offer.version} {digest}"

    def _is_taken(self, told: str, offers: tuple[Offer, ...]) -> str:
        many = len(offers) > 1
        whose = f"the package{'s' if many else ''} {_listed(offers)} {'have' if many else 'has'}"
        return f"{whose} a {self.what} {told!r}, which is flowsim's own; give it another name"

    def _offers(self) -> Mapping[str, tuple[Offer, ...]]:
        here = os.path.realpath(os.curdir)
        path = tuple(p for p in sys.path if p and os.path.realpath(p) != here)
        return _declared(self.name, path)


def _listed(offers: tuple[Offer, ...]) -> str:
    return " and ".join(repr(offer.package) for offer in offers)


@lru_cache(maxsize=32)
def _declared(group: str, path: tuple[str, ...]) -> Mapping[str, tuple[Offer, ...]]:
    """What packages on a path declare, by name; of two packages of one name the first counts."""
    from importlib.metadata import distributions

    packages: dict[str, list[Offer]] = {}
    for package in distributions(path=list(path)):
        name = package.name or ""
        if name not in packages:
            points = package.entry_points.select(group=group)
            packages[name] = [Offer(name, package.version, point) for point in points]
    found: dict[str, tuple[Offer, ...]] = {}
    for name in sorted(packages):
        for offer in packages[name]:
            found[offer.point.name] = (*found.get(offer.point.name, ()), offer)
    return found


@lru_cache(maxsize=256)
def _loaded(group: Group[Any], offer: Offer) -> tuple[Any, str]:
    """The object that an entry point names, or what is wrong with it."""
    told = offer.point.name
    try:
        found = offer.point.load()
    except (Exception, SystemExit) as error:
        text = f"{type(error).__name__}: {' '.join(str(error).split())}".replace(";", ",")
        whose = f"the {group.what} {told!r} of the package {offer.package!r}"
        return None, f"{whose} cannot be imported, {text}"
    wrong = group.wrong(told, found, offer)
    return (None, wrong) if wrong else (found, "")


def wrong_class(what: str, base: type, public: str) -> Callable[[str, Any, Offer], str]:
    """What can be wrong with a class that files name by its ``type``.

    Parameters
    ----------
    what : str
        As ``policy``.
    base : type
        What it has to be a subclass of.
    public : str
        How that is called where it is imported from.
    """

    def wrong(told: str, found: Any, offer: Offer) -> str:
        whose = f"the package {offer.package!r}"
        if not (inspect.isclass(found) and issubclass(found, base)):
            names = f"{whose} names {offer.point.value!r} for the {what} {told!r}"
            return f"{names}, which is not a subclass of {public}"
        field = found.model_fields.get("type")  # type: ignore[attr-defined]
        if field is None or field.default != told:
            lacks = f"{offer.point.value!r} of {whose} does not have the type {told!r}"
            return f"{lacks} that its entry point is named for"
        return ""

    return wrong


def declared_type(kind: type) -> str:
    """The ``type`` by which files name a class; empty where it has none."""
    field = getattr(kind, "model_fields", {}).get("type")
    return field.default if field is not None and isinstance(field.default, str) else ""
