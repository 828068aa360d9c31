"""The file of one run: who it is, a checksum an array, and the arrays as their layout has them.

A layout is told once for many runs: names, dimensions, types and labels of their arrays.

| part | bytes |
| --- | --- |
| ``flowsim1`` | 8 |
| id of the layout | 8 |
| length of what is known of the run, number of arrays, checksum of the head | 4 each |
| checksum of each array | 4 each |
| what is known of the run (JSON), filled up with blanks to a multiple of 8 | |
| the arrays, as the layout has them | |

Checksums are CRC-32: they find damage, and are not a seal against forgery.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter

from flowsim.arrays import TEXTS, as_texts
from flowsim.study.files import checked

ALIGNMENT = 8
"""Each array begins at a multiple of so many bytes."""
Labels = tuple[tuple[str, ...], NDArray, dict[str, Any]]
"""Dimensions, values and attributes of a coordinate."""
_DTYPES: dict[str, Any] = {"time": "datetime64[ns]", "text": np.str_}
_COORDINATE = {"dims": list, "shape": list, "dtype": str, "values": list, "attrs": dict}
MAGIC = b"flowsim1"
_HEAD = struct.Struct("<8s8sIII")
_OTHER = "it is of another layout than its scenario"


@dataclass(frozen=True)
class Field:
    """One array of a record.

    Attributes
    ----------
    name : str
    dims : tuple of str
    shape : tuple of int
    dtype : str
        As ``<i4``; little-endian.
    attrs : dict
    labels : bool
        Whether it is a coordinate, which may differ from run to run as inputs are sampled.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    attrs: dict[str, Any]
    labels: bool = False

    @property
    def bytes(self) -> int:
        """Size."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class Layout:
    """All but the numbers of a Dataset; the same for every run of a scenario.

    Examples
    --------
    >>> data = xr.Dataset({"deaths": ("place", np.array([1, 2], np.int32))}, {"place": ["A", "B"]})
    >>> layout = Layout.of(data)
    >>> layout.size, layout == Layout.from_text(layout.text)
    (8, True)
    >>> layout.pack(data).tobytes() == layout.pack(data[["deaths"]]).tobytes()
    True
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    fields: tuple[Field, ...]
    coords: dict[str, dict[str, Any]]
    attrs: dict[str, Any]

    @classmethod
    def of(cls, data: xr.Dataset) -> Layout:
        """The layout of a Dataset: its numbers, but for the labels of dimensions, are fields."""
        fields: list[Field] = []
        coords: dict[str, dict[str, Any]] = {}
        for name, coord in sorted(data.coords.items(), key=lambda item: str(item[0])):
            if coord.dtype.kind in f"M{TEXTS}" or name in data.dims:
                coords[str(name)] = _told(coord)
            else:
                fields.append(_field(str(name), coord, labels=True))
        fields += [_field(str(name), array) for name, array in data.data_vars.items()]
        return cls(tuple(fields), coords, dict(data.attrs))

    @cached_property
    def text(self) -> str:
        """As JSON."""
        plain = {
            "fields": [vars(field) for field in self.fields],
            "coords": self.coords,
            "attrs": self.attrs,
        }
        return json.dumps(plain, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Layout:
        """From JSON; ValueError if it is not the layout of a Dataset."""
        layout = checked(_layouts(), text)
        sizes: dict[str, int] = {}
        told: list[tuple[str, Sequence[str], Sequence[int], str]] = [
            *((field.name, field.dims, field.shape, field.dtype) for field in layout.fields),
            *((name, *_parts(name, coord)) for name, coord in layout.coords.items()),
        ]
        for name, dims, shape, dtype in told:
            _check(name, dims, shape, dtype, sizes)
        if len({name for name, *_ in told}) < len(told):
            raise ValueError("a name is in it twice")
        try:
            layout.labels()
        except (TypeError, OverflowError) as error:
            raise ValueError(f"its labels cannot be read: {error}") from None
        return layout

    @cached_property
    def id(self) -> bytes:
        """Eight bytes by which a record names its layout."""
        return hashlib.blake2b(self.text.encode(), digest_size=8).digest()

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """Where each field begins in the payload, and where the last one ends; aligned."""
        edges = [0]
        for field in self.fields:
            edges.append(-(-(edges[-1] + field.bytes) // ALIGNMENT) * ALIGNMENT)
        return tuple(edges)

    @property
    def size(self) -> int:
        """Bytes of a payload."""
        return self.edges[-1]

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each field in the payload, with what it is padded with."""
        return tuple(pairwise(self.edges))

    def pack(self, data: xr.Dataset) -> NDArray[np.uint8]:
        """The numbers of a Dataset of this layout as bytes."""
        payload = np.zeros(self.size, dtype=np.uint8)
        for field, start in zip(self.fields, self.edges, strict=False):
            values = data[field.name].values.astype(field.dtype, copy=False)
            payload[start : start + field.bytes] = np.frombuffer(values.tobytes(), dtype=np.uint8)
        return payload

    def values(self, field: int, rows: NDArray[np.uint8]) -> NDArray:
        """A field of many payloads, (n, *shape), from their bytes in its span, (n, width)."""
        told = self.fields[field]
        flat = np.ascontiguousarray(rows[:, : told.bytes]).view(told.dtype)
        return flat.reshape(len(rows), *told.shape).astype(np.dtype(told.dtype).newbyteorder("="))

    def labels(self) -> Mapping[str, Labels]:
        """The coordinates that are not fields."""
        return {
            name: (tuple(told["dims"]), _untold(told), told["attrs"])
            for name, told in self.coords.items()
        }

    def find(self, name: str) -> int:
        """Which field goes by a name."""
        return next(i for i, field in enumerate(self.fields) if field.name == name)

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)


def _field(name: str, array: xr.DataArray, labels: bool = False) -> Field:
    dtype = array.dtype.newbyteorder("<").str
    return Field(name, tuple(map(str, array.dims)), array.shape, dtype, dict(array.attrs), labels)


def _parts(name: str, coord: Mapping[str, Any]) -> tuple[list[str], list[int], str]:
    """Dimensions, shape and type of a coordinate, of which all must be there."""
    for key, kind in _COORDINATE.items():
        if not isinstance(coord.get(key), kind) or len(coord) > len(_COORDINATE):
            raise ValueError(f"the labels {name!r} have no {key} as they should")
    if not all(isinstance(dim, str) for dim in coord["dims"]):
        raise ValueError(f"the labels {name!r} have dimensions that are not texts")
    if not all(type(size) is int for size in coord["shape"]):
        raise ValueError(f"the labels {name!r} have a shape that is not of whole numbers")
    return coord["dims"], coord["shape"], coord["dtype"]


def _check(
    name: str, dims: Sequence[str], shape: Sequence[int], dtype: str, sizes: dict[str, int]
) -> None:
    """Refuse an array that no Dataset has beside those whose sizes are known."""
    if len(dims) != len(shape) or len(set(dims)) < len(dims):
        raise ValueError(f"{name!r} has dimensions {list(dims)} and shape {list(shape)}")
    for dim, size in zip(dims, shape, strict=True):
        if size < 0 or sizes.setdefault(dim, size) != size:
            raise ValueError(f"{dim!r} has {size} labels in {name!r}")
    try:
        kind = np.dtype(_DTYPES.get(dtype, dtype)).kind
    except (TypeError, ValueError, SyntaxError):
        kind = ""
    if kind not in "biufmMU" or not kind:
        raise ValueError(f"{name!r} has the type {dtype!r}")


@lru_cache(maxsize=1)
def _layouts() -> TypeAdapter[Layout]:
    return TypeAdapter(Layout)


def _told(coord: xr.DataArray) -> dict[str, Any]:
    kind, flat = coord.dtype.kind, coord.values.ravel()
    if kind == "M":
        flat = np.datetime_as_string(flat, unit="s")
    elif kind in TEXTS:
        flat = as_texts(flat)
    dtype = {"M": "time", **dict.fromkeys(TEXTS, "text")}.get(kind, coord.dtype.str)
    return {
        "dims": list(coord.dims), "shape": list(coord.shape), "dtype": dtype,
        "values": flat.tolist(), "attrs": dict(coord.attrs),
    }  # fmt: skip


def _untold(told: Mapping[str, Any]) -> NDArray:
    dtype = np.dtype(_DTYPES.get(told["dtype"], told["dtype"]))
    return np.array(told["values"], dtype=dtype).reshape(told["shape"])


class DamagedError(ValueError):
    """A record is not what was written; says what is wrong with it."""


class Head(NamedTuple):
    """What stands before the arrays of a record.

    Attributes
    ----------
    layout : bytes
        Id of the layout.
    run : bytes
        What is known of the run, as JSON.
    checks : tuple of int
        Checksum of each array.
    end : int
        Where the arrays begin.
    """

    layout: bytes
    run: bytes
    checks: tuple[int, ...]
    end: int


def encode(layout: Layout, payload: NDArray[np.uint8], run: dict[str, Any]) -> bytes:
    """The bytes of a record.

    Parameters
    ----------
    layout : Layout
    payload : uint8 array (layout.size,)
    run : dict
        Plain values by which the run is known.

    Examples
    --------
    >>> import xarray as xr
    >>> data = xr.Dataset({"deaths": ("place", np.array([1, 2], np.int32))})
    >>> layout = Layout.of(data)
    >>> record = encode(layout, layout.pack(data), {"member": 1})
    >>> decode(record, layout).tobytes() == layout.pack(data).tobytes()
    True
    >>> decode(record[:-1] + b"9", layout)
    Traceback (most recent call last):
    ...
    flowsim.study.record.DamagedError: the checksum of 'deaths' does not match
    """
    body = payload.data
    checks = [crc32(body[start:stop]) for start, stop in layout.spans]
    table = struct.pack(f"<{len(checks)}I", *checks)
    told = json.dumps(run, sort_keys=True).encode()
    told += b" " * (-(_HEAD.size + len(table) + len(told)) % ALIGNMENT)
    parts = (MAGIC, layout.id, len(told), len(checks))
    check = crc32(told, crc32(table, crc32(_HEAD.pack(*parts, 0))))
    return b"".join((_HEAD.pack(*parts, check), table, told, body))


def read_head(record: bytes, run: Mapping[str, Any] | None = None) -> Head:
    """The head of a record, of which at least that must be there.

    Parameters
    ----------
    record : bytes
    run : mapping, optional
        Whose record it must be, as `encode` was told.

    Raises
    ------
    DamagedError
        It is not as it was written, or is the record of another run.
    """
    if len(record) < _HEAD.size or record[:8] != MAGIC:
        raise DamagedError("it does not begin as a record does")
    magic, layout, length, arrays, check = _HEAD.unpack_from(record)
    middle = _HEAD.size + 4 * arrays
    end = middle + length
    bare = _HEAD.pack(magic, layout, length, arrays, 0)
    if len(record) < end or crc32(record[_HEAD.size : end], crc32(bare)) != check:
        raise DamagedError("the checksum of its head does not match")
    checks = struct.unpack_from(f"<{arrays}I", record, _HEAD.size)
    head = Head(layout, record[middle:end], checks, end)
    if run is not None:
        _check_owner(known(head), run)
    return head


def _check_owner(told: Mapping[str, Any], run: Mapping[str, Any]) -> None:
    """Refuse the record of another run, as one is that was copied over this one."""
    expected = {name: value for name, value in run.items() if name != "key" or name in told}
    if told == expected:  # records of earlier versions do not tell their key
        return
    named = ", ".join(
        f"{name} {told[name]}" for name in ("sample", "member", "seed") if name in told
    )
    raise DamagedError(f"it is the record of another run{f' ({named})' if named else ''}")


def decode(record: bytes, layout: Layout, run: Mapping[str, Any] | None = None) -> memoryview:
    """The payload of a whole record, each array checked.

    Parameters
    ----------
    record : bytes
    layout : Layout
    run : mapping, optional
        As for `read_head`.

    Raises
    ------
    DamagedError
        It is not as it was written, or is of another layout or run.
    """
    head = read_head(record, run)
    if head.layout != layout.id or len(head.checks) != len(layout.fields):
        raise DamagedError(_OTHER)
    payload = memoryview(record)[head.end :]
    if len(payload) != layout.size:
        raise DamagedError(f"it has {len(payload)} bytes of arrays where {layout.size} belong")
    for (start, stop), check, field in zip(layout.spans, head.checks, layout, strict=True):
        if crc32(payload[start:stop]) != check:
            raise DamagedError(f"the checksum of {field.name!r} does not match")
    return payload


def decode_one(record: bytes, head: Head, layout: Layout, field: int) -> bytes:
    """One array, from its bytes in the file; DamagedError if it is not as it was written."""
    if head.layout != layout.id:
        raise DamagedError(_OTHER)
    if crc32(record) != head.checks[field]:
        raise DamagedError(f"the checksum of {layout.fields[field].name!r} does not match")
    return record


def known(head: Head) -> dict[str, Any]:
    """What a record says of its run; DamagedError if it says nothing that can be read."""
    try:
        plain = json.loads(head.run)
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        raise DamagedError("it does not say whose record it is")
    return plain
