"""A scenario held against its baseline, or a baseline written anew."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from flowsim.check.baseline import (
    FOLDER,
    About,
    Baseline,
    check_place,
    differing,
    read_baseline,
    write_baseline,
)
from flowsim.check.levels import exact, statistical
from flowsim.check.measure import Measured, environment, measure
from flowsim.check.read import Asked, read_checks
from flowsim.check.swaps import FALSE_ALARM
from flowsim.check.verdict import Level, Verdict
from flowsim.errors import SimulationError
from flowsim.study.identity import OF_CHECKS, code_version


def guard(
    folder: str | Path, level: Level = "exact", allow_code: bool = False, jobs: int = 1
) -> Verdict:
    """Hold the scenario in a folder against its baseline.

    Parameters
    ----------
    folder : path
        Of the scenario, with a ``check.yaml`` and the baseline beside it.
    level : {"exact", "statistical"}
        See `hold`.
    allow_code : bool
        Whether to import the code that the scenario names.
    jobs : int
        Processes; -1 for all cores.

    Raises
    ------
    ScenarioError
        The scenario, its ``check.yaml`` or its baseline cannot be used.

    Examples
    --------
    >>> guard("scenarios/teaching").held
    True
    """
    (asked,) = read_checks([Path(folder)], allow_code)
    return hold(asked, level, jobs=jobs)


def hold(
    asked: Asked, level: Level, false_alarm: float = FALSE_ALARM, of: int = 1, jobs: int = 1
) -> Verdict:
    """Hold a scenario against its baseline.

    Parameters
    ----------
    asked : Asked
    level : {"exact", "statistical"}
        ``exact``: outcomes and days by place are what they were, and so is each bit of the results
        where platform and library minors are those of the baseline. ``statistical``: the
        distribution over members has not moved, see `flowsim.check.swaps`.
    false_alarm : float
        Of all scenarios of the call together at the statistical level.
    of : int
        How many scenarios the call checks.
    jobs : int
    """
    begun = time.perf_counter()
    section = asked.section
    baseline = read_baseline(asked.folder)
    since = str(baseline) if baseline else ""
    wrong = _unheld(asked, baseline, level)
    if wrong or asked.scenario is None or baseline is None:
        return Verdict(asked.name, level, since, wrong)
    members = section.members
    if level == "statistical" and section.statistical is not None:
        members = section.statistical.members
    try:
        now = measure(
            asked.scenario, section.outcomes, section.seed, members, section.members, jobs
        )
    except SimulationError as error:
        return Verdict(asked.name, level, since, (f"the run failed: {error}",))
    before = baseline.outcomes.loc[now.outcomes.index, list(now.outcomes.columns)]
    if level == "exact":
        found = exact(baseline, before, now, section.tolerance)
    else:
        found = statistical(baseline, before, now, section.tolerance, false_alarm / of)
    hints = _hints(asked, baseline) if found.anything else ()
    return Verdict(
        asked.name, level, since, found.wrong, found.changes, found.days, (*found.notes, *hints),
        time.perf_counter() - begun, (before, now.outcomes), (baseline.days, now.days),
    )  # fmt: skip


def update(asked: Asked, reason: str, jobs: int = 1) -> Baseline | None:
    """Write the baseline of a scenario anew.

    It holds the members of both levels. The history gets a line: the reason, and what moved.

    Parameters
    ----------
    asked : Asked
        With a scenario.
    reason : str
        Why it is what it is now.
    jobs : int

    Returns
    -------
    Baseline or None
        What was there before.

    Raises
    ------
    ScenarioError, SimulationError
        It cannot be run. Nothing is written.
    OSError
        It cannot be written; what was there stays as it was.
    """
    if asked.scenario is None:
        raise ValueError(f"{asked.name} holds no scenario")
    check_place(asked.folder)  # before anything is run
    section = asked.section
    more = section.statistical.members if section.statistical else 0
    members = max(section.members, more)
    now = measure(asked.scenario, section.outcomes, section.seed, members, section.members, jobs)
    old = read_baseline(asked.folder)
    about = About(
        version("flowsim"), datetime.now(UTC).date().isoformat(), " ".join(reason.split()),
        asked.scenario.digest(), code_version(OF_CHECKS), _terms(asked), environment(), now.units,
        now.digests,
    )  # fmt: skip
    write_baseline(asked.folder, about, now, _what_moved(old, now))
    return old


def _unheld(asked: Asked, baseline: Baseline | None, level: Level) -> tuple[str, ...]:
    """Why a scenario cannot be held against anything."""
    right = "write it with `flowsim check --update REASON`"
    if asked.scenario is None:
        return (f"there is a {FOLDER if baseline else 'check'} and no scenario; remove it",)
    if baseline is None:
        return (f"there is no baseline; {right}",)
    terms = _terms(asked)
    apart = [
        f"{key} was {old!r}, and is {terms[key]!r}"
        for key, old in baseline.about.asked.items()
        if key in terms and terms[key] != old
    ]
    told = [f"the check asks for something else: {'; '.join(apart)}; {right}"] if apart else []
    if level == "statistical":
        statistical = asked.section.statistical
        if statistical is None:
            told.append("check.yaml has no statistical level; add `statistical: {members: 20}`")
        elif len(baseline.outcomes) < statistical.members:
            has = f"the baseline has {len(baseline.outcomes)} members"
            told.append(f"{has}, and the statistical level asks for more; {right}")
    return tuple(told)


def _terms(asked: Asked) -> dict[str, Any]:
    told = asked.section.model_dump(mode="json", include={"seed", "members", "outcomes", "set"})
    return {**told, "outcomes": list(told["outcomes"])}


def _hints(asked: Asked, baseline: Baseline) -> tuple[str, ...]:
    """What is not as it was when the baseline was made."""
    about = baseline.about
    apart = differing(about.environment, environment())
    causes = []
    if asked.scenario is not None and asked.scenario.digest() != about.scenario:
        causes.append("the scenario")
    if code_version(OF_CHECKS) != about.code:
        causes.append("the code or the libraries behind it")
    told = f"changed since: {' and '.join(causes) or 'neither the scenario nor the code'}"
    return (f"{told} ({'; '.join(apart)})" if apart else told,)


def _what_moved(old: Baseline | None, now: Measured) -> str:
    """A sentence for the history."""
    if old is None:
        return "The first baseline."
    told = []
    for name in now.outcomes.columns:
        members = now.outcomes.index.intersection(old.outcomes.index)
        if name not in old.outcomes.columns or members.empty:
            told.append(f"{name} is new")
            continue
        before, after = (t.loc[members, name].mean() for t in (old.outcomes, now.outcomes))
        if not np.isclose(before, after, rtol=1e-9, atol=0.0, equal_nan=True):
            told.append(f"{name} {before:,.6g} -> {after:,.6g}")
    return f"Moved: {', '.join(told)} (means over members)." if told else "No outcome's mean moved."
