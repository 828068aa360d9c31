"""What atheris calls: `python -m tests.fuzz.target FINDINGS [options of libFuzzer] [CORPUS]`.

A finding is written with its traceback to a folder named by where it failed, once; the campaign
goes on. What the process does not outlive (a hang, memory) libFuzzer itself writes.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

SPARED = (
    "flowsim.model", "flowsim.flee.kernel", "flowsim.flee.simulate", "flowsim.study",
    "flowsim.plot", "flowsim.results",
)  # fmt: skip
"""Not what is fuzzed, so it is not slowed down by counting its edges."""

SLOW_S = 5.0
"""Seconds of the processor for one input above which it is a finding."""


TRIES = 50
"""So many inputs that fail alike are looked at, of which the shortest is kept."""


class SlowError(Exception):
    """An input took longer than any of its size may."""


def main() -> None:
    """Run libFuzzer until it stops itself."""
    import atheris  # only those who fuzz have it

    with atheris.instrument_imports(include=["flowsim"], exclude=list(SPARED)):
        import flowsim.flee.reader.folder
        import flowsim.readers
    import flowsim.model.flow  # noqa: F401
    from tests.fuzz.mutate import cross, mutate
    from tests.fuzz.trial import site, try_out

    findings = Path(sys.argv.pop(1))
    seen: Counter[str] = Counter()
    results: Counter[str] = Counter()

    def one(raw: bytes) -> None:
        begun = time.process_time()
        try:
            results[try_out(raw)] += 1
            seconds = time.process_time() - begun
            if seconds > SLOW_S:
                raise SlowError(f"{seconds:.1f} s for {len(raw)} bytes")
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            results["found"] += 1
            name = site(error)
            seen[name] += 1
            if seen[name] <= TRIES:
                keep(findings / name, raw, error)
        if sum(results.values()) % 500 == 0:
            (findings / "results.json").write_text(json.dumps(results))

    def changed(raw: bytes, most: int, seed: int) -> bytes:
        return mutate(raw, most, seed, atheris.Mutate)

    atheris.Setup(sys.argv, one, custom_mutator=changed, custom_crossover=cross)
    atheris.Fuzz()


def keep(folder: Path, raw: bytes, error: BaseException) -> None:
    """Of inputs that fail alike the shortest."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "input"
    if not kept.exists() or len(kept.read_bytes()) > len(raw):
        kept.write_bytes(raw)
        told = "".join(traceback.format_exception(error))
        (folder / "traceback.txt").write_text(told, encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()
