"""Sections that files name by their ``type``, those of installed packages among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticKnownError, core_schema

from flowsim.installed import Group, declared_type


class ByType:
    """An annotation: sections of installed packages are taken by their type, too.

    Parameters
    ----------
    group : Group
        Where packages declare theirs.
    own : mapping of str to type
        Those of flowsim that a file can name.
    further : mapping of str to type
        Those that only a script can hold.
    """

    def __init__(
        self,
        group: Group[Any],
        own: Mapping[str, type[BaseModel]],
        further: Mapping[str, type[BaseModel]] | None = None,
    ) -> None:
        self.group, self.own, self.further = group, own, further or {}

    def kinds(self) -> dict[str, type[Any]]:
        """All that a file can name, by type: flowsim's own and then those of packages.

        A package that cannot be used is warned of.
        """
        return {**self.own, **self.group.all()}

    def section(self, told: str) -> type[Any] | None:
        """The class of a type; None where there is none."""
        return self.own.get(told) or self.further.get(told) or self.group.find(told)

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return core_schema.no_info_wrap_validator_function(self._of_its_type, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        """That of flowsim's own, and of what is installed."""
        made = handler(schema) if self.own else {"oneOf": []}
        for kind in self.group.all().values():
            made["oneOf"].append(handler(kind.__pydantic_core_schema__))
        none = {"not": {}, "description": f"No package that is installed has a {self.group.what}."}
        return made if made["oneOf"] else none

    def _of_its_type(self, value: Any, of_flowsim: Callable[[Any], Any]) -> Any:
        is_mapping = isinstance(value, Mapping)
        told = value.get("type") if is_mapping else getattr(value, "type", None)
        if not is_mapping and self.further.get(str(told)) is type(value):
            return value
        if self.own and (not isinstance(told, str) or told in self.own):
            return of_flowsim(value)
        if not isinstance(told, str):
            if is_mapping:
                raise PydanticKnownError("union_tag_not_found", {"discriminator": "'type'"})
            return of_flowsim(value)
        kind = self.group.load(told)
        if kind is None:
            known = [*self.own, *self.group.names()]
            if not known:
                wrong = f"no package that is installed has a {self.group.what} {told!r}"
                raise ValueError(f"{wrong}; install the one that has it")
            about = {"discriminator": "'type'", "tag": told,
                     "expected_tags": ", ".join(map(repr, known))}  # fmt: skip
            raise PydanticKnownError("union_tag_invalid", about)
        return _adapter(kind).validate_python(value)


class _Tagged:
    """Tells what is wrong in a section as in one of several, by its type."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        return core_schema.tagged_union_schema({declared_type(source): handler(source)}, "type")


@lru_cache(maxsize=256)
def _adapter(kind: type[BaseModel]) -> TypeAdapter[Any]:
    tagged: Any = Annotated[kind, _Tagged()]
    return TypeAdapter(tagged)
