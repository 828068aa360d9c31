"""Frames as a GIF or MP4, whose bytes are the same each time."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowsim.suffixes import FILM, ending_of

Frame = NDArray[np.uint8]
"""A picture of red, green and blue, (height, width, 3)."""
FASTEST = 50
"""Frames a second; no program shows a GIF faster."""
FOR_PALETTE = 3
"""Frames that the colours of a GIF are chosen from: the first, the last and some between."""
SMALL = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-threads", "1")
SAME = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact")


def writer_of(
    file: str | os.PathLike[str], rate: int
) -> Callable[[Path, Iterator[Frame], int], None]:
    """What writes frames as the suffix of a file says, before any is drawn.

    Raises
    ------
    ValueError
        The suffix is neither ``.gif`` nor ``.mp4``, or the rate is not one.
    ImportError
        An MP4 is asked for and ffmpeg is not there.

    Examples
    --------
    >>> writer_of("map.gif", 8).__name__
    'write_gif'
    >>> writer_of("map.avi", 8)
    Traceback (most recent call last):
    ValueError: map.avi: an animation is not written as '.avi'; let the name end in .gif or .mp4
    """
    if isinstance(rate, bool) or not isinstance(rate, int | np.integer) or not 1 <= rate <= FASTEST:
        right = f"give a whole number from 1 to {FASTEST}"
        raise ValueError(f"rate={rate!r} is not a number of frames a second; {right}")
    if ending_of(file, FILM, needed=True, what="an animation") == ".gif":
        return write_gif
    if shutil.which("ffmpeg") is None:
        wrong = f"{os.fspath(file)}: an MP4 is made by the program ffmpeg, which is not installed"
        raise ImportError(f"{wrong}; install it (apt install ffmpeg), or write a .gif")
    return write_mp4


def write_gif(file: Path, frames: Iterator[Frame], rate: int) -> None:
    """Write frames as a GIF that goes on and on, its last frame two seconds long."""
    pictures = [Image.fromarray(frame) for frame in frames]
    chosen = {0, len(pictures) - 1, *range(0, len(pictures), -(-len(pictures) // FOR_PALETTE))}
    together = np.concatenate([np.asarray(pictures[n]) for n in sorted(chosen)])
    palette = Image.fromarray(together).quantize(256, method=Image.Quantize.MAXCOVERAGE)
    flat = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    each = round(1000 / rate / 10) * 10  # a GIF counts in hundredths of a second
    lasts = [each] * (len(flat) - 1) + [2000]
    flat[0].save(file, format="GIF", save_all=True, append_images=flat[1:], duration=lasts, loop=0)


def write_mp4(file: Path, frames: Iterator[Frame], rate: int) -> None:
    """Write frames as an MP4 (H.264), its sides cut to even numbers of dots as that wants it.

    Raises
    ------
    OSError
        ffmpeg failed; tells its last words.
    """
    first = next(frames)
    high, wide = (2 * (side // 2) for side in first.shape[:2])
    command = [
        "ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{wide}x{high}", "-r", str(rate), "-i", "-", *SMALL, *SAME,
        "-movflags", "+faststart", "-f", "mp4", str(file),
    ]  # fmt: skip
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            for frame in itertools.chain([first], frames):
                process.stdin.write(np.ascontiguousarray(frame[:high, :wide]).tobytes())
            process.stdin.close()
        except BrokenPipeError:  # it has ended; what it says is told below
            pass
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace").strip().split("\n")[-1]
        if process.wait():
            raise OSError(f"ffmpeg could not write the MP4: {said}")
