"""Files of a store or a baseline as text and as data, or what is wrong with them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

T = TypeVar("T")

JSON_BYTES = 64_000_000
"""Largest file of a store that is read as JSON; a layout of 100,000 places has about 5 MB."""


def read_json(path: Path) -> str:
    """The text of a file.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is not a file, not UTF-8, or too large.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is not a file")
    if status.st_size > JSON_BYTES:
        raise ValueError(f"it has more than {JSON_BYTES // 1_000_000} MB")
    try:
        return path.read_bytes().decode("utf-8")
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
