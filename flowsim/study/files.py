"""Files of a store or a baseline as text and as data, or what is wrong with them."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

T = TypeVar("T")

JSON_BYTES = 64_000_000
"""Largest file of a store that is read as JSON; a layout of 100,000 places has about 5 MB."""


def opened(path: Path) -> BinaryIO:
    """A file to read; OSError if it is something else, as a pipe, which would be waited for."""
    file = cast(BinaryIO, open(path, "rb", buffering=0, opener=_at_once))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is not a file")
    return file


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_json(path: Path) -> str:
    """The text of a file.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is not UTF-8, or too large.
    """
    with opened(path) as file:
        raw = file.read(JSON_BYTES + 1)
    if len(raw) > JSON_BYTES:
        raise ValueError(f"it has more than {JSON_BYTES // 1_000_000} MB")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"its byte {error.start + 1} is not UTF-8") from None


def mapping(text: str) -> dict[str, Any]:
    """JSON that is an object; ValueError if it is not."""
    try:
        plain = from_json(text)
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    if not isinstance(plain, dict):
        raise ValueError(f"it is not an object of JSON, but {type(plain).__name__}")
    return plain


def checked(kind: TypeAdapter[T], text: str) -> T:
    """JSON as a kind of object, nothing converted; ValueError that names the first misfit."""
    try:
        return kind.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        told = " ".join(f"{where}: {first['msg']}".split()) if where else first["msg"]
        raise ValueError(told) from None
