"""The rooms whose mutants are made, and the tests that are near to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Room:
    """Part of the package.

    Attributes
    ----------
    code : tuple of str
        Files or folders, from the root of the checkout.
    near : tuple of str
        Tests that are run first, as pytest takes them.
    wide : tuple of str
        Tests that what survives is run against.
    texts : tuple of str
        Files or folders of which only the text is mutated.
    """

    code: tuple[str, ...]
    near: tuple[str, ...]
    wide: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def files(self) -> list[str]:
        """Those with mutants of every kind."""
        return list(_files(self.code))

    def text_files(self) -> list[str]:
        """Those with mutants of text."""
        return [file for file in _files(self.texts) if file not in self.files()]


def _files(paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        found = sorted((ROOT / path).rglob("*.py")) if (ROOT / path).is_dir() else [ROOT / path]
        yield from (file.relative_to(ROOT).as_posix() for file in found)


ROOMS = {
    "draws": Room(
        code=("flowsim/draws.py",),
        near=("tests/draws", "flowsim/draws.py"),
        wide=("tests/behaviour", "tests/exact/test_two_states.py"),
    ),
    "override": Room(
        code=("flowsim/scenario/override.py", "flowsim/scenario/extends.py"),
        near=("tests/scenario/test_override.py", "tests/scenario/test_values.py",
              "flowsim/scenario/override.py", "flowsim/scenario/extends.py"),
        wide=("tests/scenario/test_variants.py", "tests/study/test_inputs.py"),
    ),
    "study": Room(
        code=tuple(f"flowsim/study/{name}.py" for name in (
            "config", "identity", "manifest", "record", "runs", "sampling")),
        near=("tests/study/test_keys.py", "tests/study/test_labels.py",
              "tests/study/test_schema.py", "tests/study/test_records.py",
              "tests/study/test_inputs.py", "tests/study/test_imports.py", "flowsim/study"),
        wide=("tests/study/test_identity.py", "tests/study/test_files.py",
              "tests/study/test_store.py", "tests/study/test_study.py"),
    ),
    "effects": Room(
        code=("flowsim/results/effects.py", "flowsim/results/result.py"),
        near=("tests/results/test_effects.py", "tests/results/test_results.py",
              "tests/results/test_numbers.py", "flowsim/results/effects.py",
              "flowsim/results/result.py"),
        wide=("tests/results/test_netcdf.py",),
    ),
    "evidence": Room(
        code=("flowsim/evidence",),
        near=("tests/evidence/test_told.py", "tests/evidence/test_quantities.py",
              "tests/evidence/test_table.py", "flowsim/evidence"),
        wide=("tests/evidence/test_registrations.py",),
    ),
    "check": Room(
        code=("flowsim/check",),
        near=("tests/check/test_words.py", "tests/check/test_baseline.py",
              "tests/check/test_holding.py", "flowsim/check"),
        # test_check.py runs a scenario in each test, too slow to try against all that is left
        wide=("tests/check/test_swaps.py",),
    ),
    "labels": Room(
        code=("flowsim/plot/labels.py",),
        near=("tests/plot/test_reading.py", "tests/plot/test_words.py",
              "tests/plot/test_windows.py", "tests/plot/test_map.py"),
        wide=("flowsim/plot", "tests/plot/test_contrasts.py", "tests/plot/test_camps.py",
              "tests/plot/test_files.py"),
        texts=("flowsim/plot",),
    ),
    "policy": Room(
        code=("flowsim/policy",),
        near=("tests/policy", "flowsim/policy"),
        wide=("tests/scenario/test_code.py",),
    ),
    "flee": Room(
        code=("flowsim/flee",),
        near=("tests/flee", "flowsim/flee"),
        wide=("tests/cli/test_convert.py",),
    ),
    "model": Room(
        code=("flowsim/model",),
        near=("tests/model/test_recorded.py", "tests/model/test_tiny_worlds.py",
              "tests/model/test_words.py", "tests/model/test_small_runs.py", "flowsim/model"),
        wide=("tests/exact/test_same_numbers.py", "tests/model"),
    ),
}  # fmt: skip
"""In the order in which they are tried, quick ones first."""
