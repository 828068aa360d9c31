"""The file of one run: who it is, a checksum an array, and the arrays.

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

import json
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from flowsim.study.layout import ALIGNMENT, Layout

MAGIC = b"flowsim1"
_HEAD = struct.Struct("<8s8sIII")
_OTHER = "it is of another layout than its scenario"


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
