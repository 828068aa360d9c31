"""What an RO-Crate says of a study, as the JSON-LD of ``ro-crate-metadata.json``.

By RO-Crate 1.1 (https://w3id.org/ro/crate/1.1): one flat list of entities that name each other by
``@id``. The term for digests is schema.org's, which the context of 1.1 does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import xarray as xr

from flowsim.errors import Problem
from flowsim.study.identity import LIBRARIES
from flowsim.study.manifest import Manifest

METADATA = "ro-crate-metadata.json"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"}]
HOME = "https://github.com/flowsim-developers/flowsim"
SOFTWARE, ACTION, NO_LICENCE = "#flowsim", "#runs-of-the-study", "#no-licence"
_ORCID = re.compile(r"\s*<?(https://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[\dX])>?\s*$")
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_FORMATS = {".nc": "application/netcdf", ".csv": "text/csv", ".json": "application/json",
            ".yaml": "application/yaml"}  # fmt: skip
_WHAT = {
    "study.yaml": "The study, as flowsim runs it again",
    "plan.json": "The plan of the study: scenarios, members, samples, seed, what is kept, code",
    "runs.nc": "All runs, labelled by scenario, sample and member (netCDF-3, CF-1.11)",
    "runs.csv": "A row a run: its seed, each effect, and each input that was sampled",
}
Entity = dict[str, Any]


class Content(NamedTuple):
    """A file of a crate: its path, bytes and SHA-256 digest."""

    name: str
    size: int
    sha256: str


class About(NamedTuple):
    """Whose a crate is, under what licence, since when, and when the last run was done."""

    authors: tuple[str, ...]
    licence: str
    published: str
    done: str

    @staticmethod
    def wrong(authors: Sequence[str], licence: str) -> Iterator[Problem]:
        """What makes no sense in it.

        Examples
        --------
        >>> [problem.wrong for problem in About.wrong(["Ada"], "my own")]
        ["'my own' is neither a name of the SPDX list nor an address"]
        """
        for author in authors:
            if not _ORCID.sub("", author).strip() or ("orcid" in author and not _orcid(author)):
                right = "give a name, and its ORCID behind as https://orcid.org/0000-0002-1825-0097"
                yield Problem("authors", f"{author!r} is not an author", right)
        if licence and not (_is_address(licence) or _SPDX.fullmatch(licence)):
            wrong = f"{licence!r} is neither a name of the SPDX list nor an address"
            yield Problem("licence", wrong, "give one, as CC-BY-4.0")


def graph(
    data: xr.Dataset, plan: Manifest, files: Sequence[Content], scenarios: Mapping[str, str],
    about: About, same_code: bool, obstacles: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """The whole document.

    Parameters
    ----------
    data : xarray.Dataset
        The runs.
    plan : Manifest
        Of what is in the crate.
    files : sequence of Content
        All other files of the crate.
    scenarios : mapping of str to str
        File of each scenario by its name in the study.
    about : About
    same_code : bool
        Whether the runs were made by the code that writes the crate.
    obstacles : sequence of str
        Why the study file does not run the same again.
    """
    licence, authors = _licence(about.licence), [_author(author) for author in about.authors]
    settings = list(_settings(plan))
    libraries = list(_libraries()) if same_code else []
    names = [file.name for file in files]
    results = [name for name in names if name.startswith("runs.")]
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": plan.title or plan.name,
        "description": _description(plan),
        "datePublished": about.published,
        "license": _to(licence["@id"]),
        **({"author": [_to(author["@id"]) for author in authors]} if authors else {}),
        "temporalCoverage": f"{plan.start}/{plan.end}",
        "keywords": ["agent-based model", "forced displacement", "border policy", "simulation"],
        "hasPart": [_to(name) for name in names],
        "mentions": [_to(ACTION)],
    }
    action: Entity = {
        "@id": ACTION,
        "@type": "CreateAction",
        "name": f"Runs of the study {plan.name}",
        "description": _reproduce(plan, same_code, obstacles),
        "instrument": _to(SOFTWARE),
        "object": [_to(name) for name in names if name not in results]
        + [_to(setting["@id"]) for setting in settings],
        "result": [_to(name) for name in results],
        "endTime": about.done,
        **({"agent": [_to(author["@id"]) for author in authors]} if authors else {}),
    }
    inverse = {file: name for name, file in scenarios.items()}
    descriptor: Entity = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": _to("./"),
        "conformsTo": _to("https://w3id.org/ro/crate/1.1"),
    }
    software = _software(plan, same_code, [library["@id"] for library in libraries])
    data_entities = [_file(file, inverse) for file in files]
    about_them: list[Entity] = [action, software, *settings, *libraries, licence, *authors]
    entities = [descriptor, root, *data_entities, *about_them]
    return {"@context": CONTEXT, "@graph": [{k: _sole(v) for k, v in e.items()} for e in entities]}


def _to(name: str) -> dict[str, str]:
    return {"@id": name}


def _sole(value: Any) -> Any:
    """A list of one as what is in it, as compacted JSON-LD has it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _description(plan: Manifest) -> str:
    first = plan.scenarios[0]
    many = f"{len(plan.scenarios)} scenario{'s' if len(plan.scenarios) > 1 else ''}"
    drawn = f", {first.samples} samples of the uncertain inputs" if first.samples else ""
    return (
        f"Runs of an agent-based model of people who flee across borders: {many}{drawn}, "
        f"{first.members} members each, from {plan.start} to {plan.end} (local time). People in it "
        "are simulated; each scenario file has the sources of its numbers."
    )


def _reproduce(plan: Manifest, same_code: bool, obstacles: Sequence[str]) -> str:
    """How the runs are made again, or why not."""
    if obstacles:
        return f"The crate alone does not run the same again: {'; '.join(obstacles)}."
    of = f"flowsim {version('flowsim')}" if same_code else f"the code {plan.code} of flowsim"
    seeds = "seeds follow from that of the study and the numbers of sample and member"
    return (
        f"With {of} and the libraries named, in this folder: flowsim study study.yaml -o store && "
        f"flowsim export store again.nc. This gives the bytes of runs.nc; {seeds}."
    )


def _file(file: Content, scenarios: Mapping[str, str]) -> Entity:
    whose = scenarios.get(file.name)
    what = f"The scenario {whose!r} as it was run" if whose else _WHAT[file.name]
    suffix = file.name[file.name.rindex(".") :]
    return {
        "@id": file.name, "@type": "File", "name": what, "contentSize": str(file.size),
        "encodingFormat": _FORMATS[suffix], "sha256": file.sha256,
    }  # fmt: skip


def _settings(plan: Manifest) -> Iterator[Entity]:
    first = plan.scenarios[0]
    told = {
        "seed": plan.seed, "members": str(first.members), "samples": str(first.samples),
        "method": plan.method if first.samples else "", "code": plan.code,
    }  # fmt: skip
    for name, value in told.items():
        if value:
            yield {"@id": f"#{name}", "@type": "PropertyValue", "name": name, "value": value}


def _software(plan: Manifest, same_code: bool, libraries: Sequence[str]) -> Entity:
    return {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "flowsim",
        "url": HOME,
        "license": "https://spdx.org/licenses/BSD-3-Clause",
        "softwareVersion": version("flowsim") if same_code else f"code {plan.code}",
        **({"softwareRequirements": [_to(name) for name in libraries]} if libraries else {}),
    }


def _libraries() -> Iterator[Entity]:
    """Those that compute; the code of a study holds their versions."""
    for name in LIBRARIES:
        yield {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name,
               "softwareVersion": version(name)}  # fmt: skip


def _licence(told: str) -> Entity:
    if not told:
        no = "No licence is given: ask the authors before you use it in your own work"
        return {"@id": NO_LICENCE, "@type": "CreativeWork", "name": "No licence", "description": no}
    address = told if _is_address(told) else f"https://spdx.org/licenses/{told}"
    return {"@id": address, "@type": "CreativeWork", "name": told}


def _author(told: str) -> Entity:
    name = _ORCID.sub("", told).strip()
    word = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "author"
    return {"@id": _orcid(told) or f"#{word}", "@type": "Person", "name": name}


def _orcid(told: str) -> str:
    found = _ORCID.search(told)
    return found[1] if found else ""


def _is_address(told: str) -> bool:
    return told.startswith(("https://", "http://")) and not re.search(r"\s", told)
