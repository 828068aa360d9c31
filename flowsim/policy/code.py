"""Policies of the user's own that a scenario file names: functions and classes of a module."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, partial
from importlib import import_module
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ValidationError

from flowsim.config import Name
from flowsim.errors import ScenarioError
from flowsim.policy.base import Ground, Misfit, Policy, cut
from flowsim.policy.names import Loc
from flowsim.policy.opening import Statement
from flowsim.policy.own import Rule
from flowsim.policy.source import source_of
from flowsim.view import BorderView


def _is_call(text: str) -> str:
    module, _, name = text.partition(":")
    if not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise ValueError(f"{text!r} does not name code; write it as module:name, as relief:policy")
    return text


def _are_plain(arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(arguments, allow_nan=False)
    except (TypeError, ValueError):
        wrong = "an argument is not a plain value"
        raise ValueError(f"{wrong}; give texts, finite numbers, lists and mappings") from None
    return arguments


class Code(Policy):
    """A policy of the user's own that a file names.

    ``call`` names a function ``policy(now, view)``, a subclass of `Policy`, or any class whose
    objects have a method ``opening(now, view)`` or can be called so. Nothing is imported before
    the policy is asked. Each run makes an object of a class anew, which may remember what it saw.

    Examples
    --------
    >>> lock = Code(call="flowsim.policy:Closed", arguments={"leak": 0.1})
    >>> lock.parts()[0].leak
    0.1
    """

    type: Literal["code"] = "code"
    runs_code = True
    call: Annotated[Name, AfterValidator(_is_call)]
    """``module:name``; the module is one that Python can import."""
    arguments: Annotated[dict[str, Any], AfterValidator(_are_plain)] = {}
    """Keywords for the class, or further ones for the function."""
    known_as: str = ""
    """What the code was when the scenario was written out; never read."""

    @cached_property
    def target(self) -> Policy | Rule:
        """What is asked: the object of a subclass of `Policy`, or something to call.

        Raises
        ------
        ValueError
            It cannot be had; tells what is wrong and what would be right.
        """
        return self._made()

    def _made(self) -> Policy | Rule:
        found = _found(self.call)
        if inspect.isclass(found):
            return _made(found, self.call, self.arguments)
        _fits(found, self.call, (None, None), self.arguments)
        return partial(found, **self.arguments)

    def opening(self, now: datetime, view: BorderView) -> Statement | None:
        memory = view.memory(self)
        if "rule" not in memory:
            memory["rule"] = self._made()
        rule = memory["rule"]
        return rule.opening(now, view) if isinstance(rule, Policy) else rule(now, view)

    def parts(self) -> tuple[Policy, ...]:
        """Itself, or the parts of the policy that it names, cut to its window and crossings."""
        target = self._made()  # anew, as it may remember
        return cut((target,), self) if isinstance(target, Policy) else (self,)

    def made(self) -> tuple[Loc, Policy] | None:
        """The policy that it names, if it names one: its fields are the arguments."""
        try:
            target = self.target
        except ValueError:
            return None  # told by `misfits`
        return (("arguments",), target) if isinstance(target, Policy) else None

    def misfits(self, ground: Ground) -> Iterator[Misfit]:
        """What keeps its code from being had, besides."""
        yield from super().misfits(ground)
        try:
            _ = self.target
        except ValueError as error:
            wrong, _, right = str(error).partition("; ")
            yield Misfit(("call",), wrong, right)

    def identities(self) -> Mapping[str, str]:
        return {"known_as": self.identity()}

    def identity(self) -> str:
        """What a digest knows it by: module, name, and a digest of source and arguments."""
        found = _found(self.call)
        try:
            source = source_of(found)
        except (OSError, TypeError):
            wrong = f"{self.call!r} has no source to be known by"
            raise ValueError(f"{wrong}; put it in a file") from None
        told = source + json.dumps(self.arguments, sort_keys=True, default=str)
        digest = hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
        return f"{found.__module__}.{found.__qualname__}:{digest}"

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; one with another call or other arguments finds its target anew."""
        copied = super().model_copy(update=update, deep=deep)
        if update and not {"call", "arguments"}.isdisjoint(update):
            copied.__dict__.pop("target", None)
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()  # another process finds the target itself
        kept = {key: value for key, value in state["__dict__"].items() if key != "target"}
        return {**state, "__dict__": kept}


def _found(call: str) -> Any:
    """The function or class of a name."""
    name, _, attribute = call.partition(":")
    try:
        module = import_module(name)
    except (Exception, SystemExit) as error:
        lost = getattr(error, "name", None) or ""
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{lost}."):
            right = "name one in the current folder, or one that is installed"
            raise ValueError(f"there is no module {lost!r}; {right}") from None
        wrong = f"the module {name!r} cannot be imported, {_told(error)}"
        raise ValueError(f"{wrong}; correct the module") from error
    found = getattr(module, attribute, None)
    if found is None:
        wrong = f"there is no {attribute!r} in the module {name!r}"
        raise ValueError(f"{wrong}; name a function or class of it")
    if not inspect.isclass(found) and not inspect.isfunction(found):
        right = "name a function policy(now, view), or a class with a method opening(now, view)"
        raise ValueError(f"{call!r} is neither a function nor a class; {right}")
    return found


def _made(kind: Callable[..., Any], call: str, arguments: Mapping[str, Any]) -> Policy | Rule:
    """An object of a class, or what is called of it."""
    _fits(kind, call, (), arguments)
    try:
        made = kind(**arguments)
    except Exception as error:
        wrong = f"no {call!r} can be made with its arguments, {_told(error)}"
        raise ValueError(f"{wrong}; give other arguments") from error
    if isinstance(made, Policy):
        return made
    rule = getattr(made, "opening", made)
    if not callable(rule):
        wrong = f"objects of {call!r} cannot be asked"
        raise ValueError(f"{wrong}; give the class a method opening(now, view)")
    _fits(rule, call, (None, None), {})
    return rule


def _fits(called: Any, call: str, given: tuple[Any, ...], arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that something cannot be called with."""
    try:
        signature = inspect.signature(called)
    except ValueError:
        return  # one of C that tells nothing of itself
    if given and not _binds(signature, given, {}, partly=True):
        wrong = f"{call!r} does not take the moment and the view"
        raise ValueError(f"{wrong}; give it the parameters (now, view)")
    if not _binds(signature, given, arguments):
        names = list(signature.parameters)[len(given) :]
        takes = f"give {', '.join(names)}" if names else "give none"
        told = ", ".join(arguments) or "none"
        raise ValueError(f"the arguments of {call!r} are {told}; {takes}")


def _binds(
    signature: inspect.Signature,
    given: tuple[Any, ...],
    arguments: Mapping[str, Any],
    partly: bool = False,
) -> bool:
    try:
        (signature.bind_partial if partly else signature.bind)(*given, **arguments)
    except TypeError:
        return False
    return True


def _told(error: BaseException) -> str:
    """An error in one line, without what parts a message."""
    text = str(error.problems[0]) if isinstance(error, ScenarioError) else str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        text = f"{where}: {first['msg']}" if where else first["msg"]
    return f"{type(error).__name__}: {' '.join(text.split())}".replace(";", ",")
