"""What a store holds: the study's plan, and how two plans for one store go together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, TypeAdapter

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import listed
from flowsim.study.files import checked, mapping

OnChange = Literal["refuse", "recompute"]

FORMAT = 1
"""Of manifests, layouts and records; another one cannot be read."""
MOST_RUNS = 100_000_000
"""Of a scenario in a manifest; more is damage."""

_SHARED = {
    "seed": "the seed", "method": "the method of sampling", "inputs": "the inputs sampled",
    "keep": "what is kept", "code": "the code", "start": "the start", "end": "the end",
}  # fmt: skip
"""What all scenarios of a store have in common, and what a message calls it."""


_BY_SAMPLE = ("positions", "chances")
"""What has an entry a sample, and grows with them."""


class OtherFormatError(ValueError):
    """A manifest of another format; its argument is which."""


class Run(NamedTuple):
    """One run of a study.

    Attributes
    ----------
    scenario : str
        Its name in the study.
    sample, member : int
    seed : str
        Of all its draws.
    key : str
        32 hexadecimal digits by which its record is known.
    digest, doubts, code : str
        Of its scenario, of the ranges that its sample is drawn from, and of the code.
    """

    scenario: str
    sample: int
    member: int
    seed: str
    key: str
    digest: str = ""
    doubts: str = ""
    code: str = ""

    @property
    def known(self) -> dict[str, Any]:
        """What its record says of it."""
        return {
            "key": self.key, "scenario": self.digest, "doubts": self.doubts, "sample": self.sample,
            "member": self.member, "seed": self.seed, "code": self.code,
        }  # fmt: skip

    def __str__(self) -> str:
        drawn = f", sample {self.sample}" if self.sample else ""
        return f"{self.scenario!r}{drawn}, member {self.member} (seed {self.seed})"


@dataclass(frozen=True)
class Entry:
    """A scenario of a study.

    Attributes
    ----------
    name : str
    digest : str
        Of the scenario at its central values.
    doubts : str
        Digest of the ranges that its inputs are sampled from; empty without samples.
    members, samples : int
        How many are planned; no samples are the central values.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    digest: str
    doubts: str
    members: int
    samples: int

    @property
    def sample_ids(self) -> range:
        """Numbers of its samples: 0 is the scenario as it stands."""
        return range(1, self.samples + 1) if self.samples else range(1)


@dataclass(frozen=True)
class Manifest:
    """The plan of a study, as its store holds it.

    Attributes
    ----------
    format : int
        Of the store, see `FORMAT`; last, as it is the same for all that this version writes.
    name, title, seed, method, code, start, end : str
    inputs, keep : tuple of str
    scenarios : tuple of Entry
    positions : tuple of str
        A digest a sample, where the positions of samples were given; see
        `flowsim.study.positions`.
    chances : tuple of str
        What of its seed each sample has, where several have the same.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    title: str
    seed: str
    method: str
    inputs: tuple[str, ...]
    keep: tuple[str, ...]
    code: str
    start: str
    end: str
    scenarios: tuple[Entry, ...]
    positions: tuple[str, ...] = ()
    chances: tuple[str, ...] = ()
    format: int = FORMAT

    def runs(self) -> Iterator[Run]:
        """All that are planned: members outermost, so that each is soon there in every scenario."""
        most = max((e.members for e in self.scenarios), default=0)
        samples = sorted({s for e in self.scenarios for s in e.sample_ids})
        keyed = [(e, self._hash(e)) for e in self.scenarios]
        for member, sample in product(range(1, most + 1), samples):
            seed = run_seed(self.seed, self._chance(sample), member)
            row = f" {self.positions[sample - 1]} {seed}" if self.positions else ""
            for entry, begun in keyed:
                if member <= entry.members and sample in entry.sample_ids:
                    digest = begun.copy()
                    digest.update(f"{sample} {member}{row}".encode())
                    whose = (digest.hexdigest(), entry.digest, entry.doubts, self.code)
                    yield Run(entry.name, sample, member, seed, *whose)

    def _chance(self, sample: int) -> int | str:
        """What tells the dice of a sample from those of others."""
        return self.chances[sample - 1] if self.chances else sample

    def _hash(self, entry: Entry) -> Any:
        parts = (entry.digest, entry.doubts, self.seed, self.code, *self.keep)
        text = json.dumps(parts, ensure_ascii=True)
        return hashlib.blake2b(text.encode(), digest_size=16)

    def to_text(self) -> str:
        """As JSON, without what only a table of positions has where there is none."""
        told = {k: v for k, v in asdict(self).items() if v or k not in _BY_SAMPLE}
        return json.dumps(told, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Manifest:
        """From JSON.

        Raises
        ------
        OtherFormatError
            It is of a version that this one does not know.
        ValueError
            It is not the plan of a study.
        """
        found = mapping(text).get("format")
        if isinstance(found, int) and found != FORMAT:
            raise OtherFormatError(found)
        plan = checked(_plans(), text)
        if found is None:  # the first manifests did not say it
            raise OtherFormatError(0)
        names = [entry.name for entry in plan.scenarios]
        if len(set(names)) < len(names):
            raise ValueError("a scenario is in it twice")
        most = max((e.members * max(e.samples, 1) for e in plan.scenarios), default=0)
        if most > MOST_RUNS or any(e.members < 1 or e.samples < 0 for e in plan.scenarios):
            raise ValueError(f"a scenario has from 1 to {MOST_RUNS:,} runs")
        samples = max((e.samples for e in plan.scenarios), default=0)
        if any(told and len(told) < samples for told in (plan.positions, plan.chances)):
            raise ValueError("samples lack their positions")
        return plan


@lru_cache(maxsize=1)
def _plans() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


def run_seed(seed: str, sample: int | str, member: int) -> str:
    """Seed of a run, the same in every scenario.

    Each member of each sample has its own, so that samples are independent of one another; but
    where a table of positions says otherwise, see `flowsim.study.positions`.

    Examples
    --------
    >>> run_seed("7", 0, 3), run_seed("7", 2, 3)
    ('7.3', '7.2.3')
    """
    return f"{seed}.{sample}.{member}" if sample else f"{seed}.{member}"


def merged(old: Manifest, new: Manifest, on_change: OnChange, where: str) -> Manifest:
    """The plan of a store after another study is run into it.

    Scenarios are added, and members and samples only grow.

    Parameters
    ----------
    old, new : Manifest
    on_change : {"refuse", "recompute"}
        What becomes of runs that another code or another scenario made.
    where : str
        What a message calls the store.

    Raises
    ------
    ScenarioError
        With all that has changed, if that is refused.
    """
    apart = [key for key in _SHARED if getattr(old, key) != getattr(new, key)]
    if not all(_grown(getattr(old, key), getattr(new, key)) for key in _BY_SAMPLE):
        apart.append("positions")
    known = {entry.name: entry for entry in old.scenarios}
    changed = [e for e in new.scenarios if e.name in known and not _alike(known[e.name], e)]
    if on_change == "recompute":
        if apart:
            return new
        known = {name: e for name, e in known.items() if e not in changed}
    elif apart or changed:
        raise ScenarioError(list(_told(old, new, apart, changed, where)))
    for entry in new.scenarios:
        had = known.get(entry.name, entry)
        if entry in changed:
            had = entry
        most = max(had.members, entry.members), max(had.samples, entry.samples)
        known[entry.name] = replace(entry, members=most[0], samples=most[1])
    order = dict.fromkeys([e.name for e in old.scenarios] + [e.name for e in new.scenarios])
    longest = {key: max(getattr(old, key), getattr(new, key), key=len) for key in _BY_SAMPLE}
    return replace(new, scenarios=tuple(known[name] for name in order), **longest)


def _grown(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether one is the other with more samples; to have none is something else."""
    most = min(len(old), len(new))
    return bool(old) == bool(new) and old[:most] == new[:most]


def _alike(old: Entry, new: Entry) -> bool:
    same = (old.digest, old.doubts) == (new.digest, new.doubts)
    return same and bool(old.samples) == bool(new.samples)


def _told(
    old: Manifest, new: Manifest, apart: list[str], changed: list[Entry], where: str
) -> Iterator[Problem]:
    right = (
        "name another store, or have its runs computed again with on_change='recompute' "
        "(--recompute on the command line)"
    )
    if "positions" in apart:
        yield Problem(where, "the positions of its samples are others", right)
    for key in (key for key in apart if key != "positions"):
        before, now = (_shown(getattr(plan, key)) for plan in (old, new))
        wrong = f"{_SHARED[key]} of its runs was {before}, and now is {now}"
        more = "compare and export read it as it is; to go on, " if key == "code" else ""
        yield Problem(where, wrong, more + right)
    for entry in changed:
        yield Problem(where, f"the scenario {entry.name!r} is not what it was", right)


def _shown(value: str | tuple[str, ...]) -> str:
    return (value if isinstance(value, str) else listed(value)) or "none"
