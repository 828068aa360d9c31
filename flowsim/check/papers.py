"""Verdicts as files for machines and people: JUnit XML and Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from flowsim.check.verdict import Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(verdicts: Sequence[Verdict]) -> str:
    """Verdicts as JUnit XML, a test case a scenario.

    Examples
    --------
    >>> print(junit([Verdict("scenarios/mine", "exact")]).splitlines()[1][:44])
    <testsuite name="flowsim check" tests="1" fa
    """
    failures = sum(not v.held for v in verdicts)
    seconds = sum(v.seconds for v in verdicts)
    suite = ElementTree.Element(
        "testsuite", name="flowsim check", tests=str(len(verdicts)), failures=str(failures),
        errors="0", skipped="0", time=f"{seconds:.3f}",
    )  # fmt: skip
    for verdict in verdicts:
        case = ElementTree.SubElement(
            suite, "testcase", name=_clean(verdict.name), time=f"{verdict.seconds:.3f}",
            classname=f"flowsim.check.{verdict.level}",
        )  # fmt: skip
        if not verdict.held:
            failure = ElementTree.SubElement(case, "failure", message=_clean(verdict.lines()[0]))
            failure.text = _clean(str(verdict))
        elif verdict.notes:
            ElementTree.SubElement(case, "system-out").text = _clean("\n".join(verdict.notes))
    ElementTree.indent(suite)
    body = ElementTree.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def markdown(verdicts: Sequence[Verdict]) -> str:
    """Verdicts as a page of Markdown: a table of scenarios, and below it what moved.

    Examples
    --------
    >>> print(markdown([Verdict("scenarios/mine", "exact")]).splitlines()[4])
    | scenarios/mine | held | exact | 0.0 s |  |
    """
    moved = [v for v in verdicts if not v.held]
    rows = [
        f"| {_cell(v.name)} | {'held' if v.held else '**failed**'} | {v.level} "
        f"| {v.seconds:.1f} s | {_cell(v.since)} |"
        for v in verdicts
    ]
    head = f"## flowsim check: {len(verdicts) - len(moved)} of {len(verdicts)} held"
    table = ["| scenario | | level | time | since |", "| --- | --- | --- | --- | --- |", *rows]
    page = [head, "", *table]
    for verdict in moved:
        page += ["", f"### {_cell(verdict.name)}", "", "```text"]
        page += [line.replace("```", "'''") for line in (*verdict.lines(), *verdict.notes)]
        page += ["```"]
    return "\n".join(page) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_XML.sub("?", text)
