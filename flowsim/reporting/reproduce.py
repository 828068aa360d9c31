"""How to do a run or a study again: command, seed, versions, digests, and the files themselves."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from flowsim.results.result import Result
from flowsim.study.runs import Runs
from flowsim.study.sampling import METHODS
from flowsim.version import __version__

FILE = "scenario.yaml"
MOST_BYTES = 900_000
"""Of scenario files within the page; further ones are left out, and told."""


def run_again(result: Result) -> dict[str, Any]:
    """The command of a run, its scenario as a file to save, and facts on it."""
    attrs = result.data.attrs
    text = str(attrs.get("scenario", ""))
    versions = json.loads(attrs.get("versions", "{}"))
    rules = str(attrs.get("own_rules", ""))
    return {
        "command": f"flowsim run {FILE} --seed {result.seed} -o again",
        "then": "The scenario as it was run, with all its values and sources, is in this page:",
        "files": [(FILE, FILE, _address(text))] if text else [],
        "facts": [
            ("seed", result.seed),
            ("digest of the scenario", str(attrs.get("digest", ""))),
            ("engine", str(attrs.get("engine", ""))),
            *([("rules of one's own", rules)] if rules else []),
            *((name, str(version)) for name, version in versions.items()),
            ("processor", str(attrs.get("cpu", ""))),
        ],
    }


def study_again(runs: Runs, order: Sequence[str]) -> dict[str, Any]:
    """The study's file and scenarios, to be saved, and facts on it."""
    plan = runs.plan
    entries = {entry.name: entry for entry in plan.scenarios}
    files, size, left_out = [], 0, 0
    then = "The scenarios as they were run are in this page, to save in one folder"
    if study := _study_file(runs, order):
        files.append(("study.yaml", "study.yaml", _address(study)))
        then = (
            "The study and its scenarios as they were run are in this page, to save in one folder"
        )
    else:
        then += ". Its samples were given, and are in the store"
    for name in order:
        file = f"{entries[name].digest}.yaml"
        text = (runs.store.folder / "scenarios" / file).read_text("utf-8")
        size += len(text)
        if size > MOST_BYTES:
            left_out += 1
            continue
        files.append((file, f"{file}: {name}", _address(text)))
    if left_out:
        then += f" (without {left_out}, which are in the store)"
    return {
        "command": "flowsim study study.yaml -o again",
        "then": f"{then}:",
        "files": files,
        "facts": [
            ("seed of the study", plan.seed),
            *((f"digest of {name}", entries[name].digest) for name in order),
            ("digest of the code", plan.code),
            ("inputs sampled", ", ".join(plan.inputs) or "none"),
            ("flowsim", __version__),
            ("processor", ", ".join(runs.store.cpus())),
        ],
    }


def _study_file(runs: Runs, order: Sequence[str]) -> str:
    """A study of the same scenarios, members, samples and seed; JSON is YAML, too.

    Empty where its samples were given, or learnt, which no file of a study says.
    """
    plan = runs.plan
    if plan.positions or (plan.method and plan.method not in METHODS):
        return ""
    entries = {entry.name: entry for entry in plan.scenarios}
    told: dict[str, Any] = {
        "name": plan.name,
        "scenarios": {name: f"{entries[name].digest}.yaml" for name in order},
        "members": entries[order[0]].members,
        "seed": int(plan.seed) if plan.seed.isdigit() else plan.seed,
    }
    if plan.title:
        told["title"] = plan.title
    if entries[order[0]].samples:
        told["samples"] = {"count": entries[order[0]].samples, "method": plan.method}
        if plan.inputs:
            told["samples"]["inputs"] = list(plan.inputs)
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _address(text: str) -> str:
    return f"data:text/yaml;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"
