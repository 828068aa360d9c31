"""Files that tell others what flowsim is, made from pyproject.toml and CITATION.cff.

``python -m tests.package.published`` writes them anew (``make metadata``): codemeta.json,
.zenodo.json and the conda recipe.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
IN_CONDA = {
    "matplotlib": ("matplotlib-base",),
    "mesa[network]": ("mesa", "networkx"),
    "tzdata": ("python-tzdata",),
}
"""Packages that conda has under other names, or without the extra that is asked for."""
VERSIONED = {"mesa[network]": "mesa"}
"""Which of several the version is of."""


def project() -> dict[str, Any]:
    """The table ``project`` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def citation() -> dict[str, Any]:
    """CITATION.cff."""
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    return dict(YAML(typ="safe", pure=True).load(text))


def pythons() -> list[str]:
    """The versions of Python that the classifiers name."""
    named = (re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", c)
             for c in project()["classifiers"])  # fmt: skip
    return [found[1] for found in named if found]


def codemeta() -> str:
    """codemeta.json, by CodeMeta 3.0."""
    told, cited = project(), citation()
    return as_json({
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": told["name"],
        "description": told["description"],
        "version": told["version"],
        "license": f"https://spdx.org/licenses/{told['license']}",
        "author": [{"@type": "Organization", "name": author["name"]} for author in told["authors"]],
        "codeRepository": cited["repository-code"],
        "issueTracker": told["urls"]["Issues"],
        "softwareHelp": told["urls"]["Documentation"],
        "keywords": told["keywords"],
        "programmingLanguage": "Python",
        "runtimePlatform": [f"Python {version}" for version in pythons()],
        "softwareRequirements": [f"Python {told['requires-python']}", *told["dependencies"]],
        "developmentStatus": "wip",
    })  # fmt: skip


def zenodo() -> str:
    """.zenodo.json: what an archive of a release is described by."""
    told, cited = project(), citation()
    return as_json({
        "upload_type": "software",
        "access_right": "open",
        "title": cited["title"],
        "description": " ".join(cited["abstract"].split()),
        "version": told["version"],
        "license": told["license"],
        "creators": [{"name": author["name"]} for author in cited["authors"]],
        "keywords": told["keywords"],
    })  # fmt: skip


def recipe() -> str:
    """recipe/recipe.yaml: the package for conda, noarch, from the checkout around it."""
    told = project()
    (command,) = told["scripts"].items()
    needs = "\n".join(f"    - {one}" for one in conda_needs())
    return f"""\
# The package for conda, built from the checkout around it: rattler-build build -r recipe.
# In a feedstock the source is the archive of a release, with its sha256.
# Written by make metadata from pyproject.toml; do not edit it.
schema_version: 1

context:
  version: "{told["version"]}"

package:
  name: {told["name"]}
  version: ${{{{ version }}}}

source:
  path: ..

build:
  number: 0
  noarch: python
  script: python -m pip install . -vv --no-deps --no-build-isolation
  python:
    entry_points:
    - {command[0]} = {command[1]}

requirements:
  host:
    - python {told["requires-python"]}
    - pip
    - setuptools >=77
  run:
    - python {told["requires-python"]}
{needs}

tests:
  - python:
      imports: [flowsim, flowsim.plot, flowsim.policy]
      pip_check: true
  - script:
      - flowsim run teaching -o teaching

about:
  homepage: {told["urls"]["Homepage"]}
  repository: {citation()["repository-code"]}
  documentation: {told["urls"]["Documentation"]}
  license: {told["license"]}
  license_file: {json.dumps(told["license-files"])}
  summary: {told["description"]}
"""


def conda_needs() -> list[str]:
    """The dependencies as conda names them."""
    found = []
    for need in project()["dependencies"]:
        match = re.fullmatch(r"([A-Za-z0-9_.-]+(?:\[[a-z,]+\])?)(.*)", need)
        assert match is not None, need
        name, version = match[1], match[2]
        for package in IN_CONDA.get(name, (name,)):
            has_version = package == VERSIONED.get(name, package)
            found.append(f"{package} {version}".strip() if has_version else package)
    return found


FILES = {"codemeta.json": codemeta, ".zenodo.json": zenodo, "recipe/recipe.yaml": recipe}


def as_json(told: Any) -> str:
    """JSON as people read it."""
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, made in FILES.items():
        (ROOT / name).write_text(made(), encoding="utf-8", newline="\n")
