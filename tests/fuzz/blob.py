"""A folder of files, links and pipes as one string of bytes, so that a fuzzer can change it.

``HEADER SEP part SEP part ...``, a part being a line ``KIND NAME`` and then its content. The
header says what is loaded and how. Any bytes are a folder of some kind: names that would lie
outside of the folder it is written to, and what the system refuses, are left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

SEP = b"\xff\xff"
"""In no UTF-8 and no byte order mark."""
FILE, LINK, PIPE, FOLDER = b"F", b"L", b"P", b"D"
LOADED = "scn"
"""The folder that is loaded; others beside it can be extended."""
MOST_PARTS, LONGEST_NAME, DEEPEST = 32, 300, 6


class Part(NamedTuple):
    """A file with its content, or a link with its target."""

    kind: bytes
    name: bytes
    body: bytes = b""


class Blob(NamedTuple):
    """What is loaded, how, and what there is."""

    header: bytes
    parts: tuple[Part, ...]

    @property
    def strict(self) -> bool:
        """Whether a folder of Flee is read with Flee's own defects."""
        return b"strict" in self.header

    @property
    def loaded(self) -> str:
        """What is loaded, relative to the folder that is written."""
        return f"{LOADED}/variant.yaml" if b"variant" in self.header else LOADED


def pack(blob: Blob) -> bytes:
    """The bytes of a folder."""
    parts = (part.kind + part.name + b"\n" + part.body for part in blob.parts)
    return SEP.join((blob.header, *parts))


def unpack(raw: bytes) -> Blob:
    """The folder that any bytes are."""
    header, *pieces = raw.split(SEP)
    parts = []
    for piece in pieces[:MOST_PARTS]:
        head, _, body = piece.partition(b"\n")
        parts.append(Part(head[:1], head[1:], body))
    return Blob(header, tuple(parts))


def write(parts: Iterable[Part], top: Path) -> None:
    """Write what can be written; nothing lies outside of ``top``, though links may lead there."""
    for part in parts:
        name = part.name
        steps = name.split(b"/")
        if len(name) > LONGEST_NAME or not 2 <= len(steps) <= DEEPEST or b"\0" in name:
            continue  # nothing right in the top itself, where the folders are
        if any(step in (b"", b".", b"..") for step in steps):
            continue
        path = top / os.fsdecode(name)
        if os.path.realpath(path.parent) != os.path.join(os.path.realpath(top), *_dirs(steps)):
            continue  # below a link
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if part.kind == LINK:
                os.symlink(part.body.strip(), path)
            elif part.kind == PIPE:
                os.mkfifo(path)
            elif part.kind == FOLDER:
                path.mkdir(exist_ok=True)
            elif not os.path.lexists(path):
                path.write_bytes(part.body)
        except (OSError, ValueError):
            continue


def _dirs(steps: list[bytes]) -> list[str]:
    return [os.fsdecode(step) for step in steps[:-1]]
