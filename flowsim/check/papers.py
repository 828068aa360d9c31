"""Verdicts as files for machines and people: JUnit XML and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from flowsim import shown
from flowsim.check.verdict import Verdict


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
            suite, "testcase", name=shown.plain(verdict.name), time=f"{verdict.seconds:.3f}",
            classname=f"flowsim.check.{verdict.level}",
        )  # fmt: skip
        if not verdict.held:
            first = shown.plain(verdict.lines()[0])
            failure = ElementTree.SubElement(case, "failure", message=first)
            failure.text = shown.lines(verdict)
        elif verdict.notes:
            ElementTree.SubElement(case, "system-out").text = shown.lines("\n".join(verdict.notes))
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
        f"| {shown.markdown(v.name)} | {'held' if v.held else '**failed**'} | {v.level} "
        f"| {v.seconds:.1f} s | {shown.markdown(v.since)} |"
        for v in verdicts
    ]
    head = f"## flowsim check: {len(verdicts) - len(moved)} of {len(verdicts)} held"
    table = ["| scenario | | level | time | since |", "| --- | --- | --- | --- | --- |", *rows]
    page = [head, "", *table]
    for verdict in moved:
        page += ["", f"### {shown.markdown(verdict.name)}", "", "```text"]
        told = (*verdict.lines(), *map(shown.plain, verdict.notes))
        page += [line.replace("```", "'''") for line in told]
        page += ["```"]
    return "\n".join(page) + "\n"
