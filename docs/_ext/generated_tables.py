"""Tables of the site that are made from the scenario files as it is built.

`:::{told-inputs} NAME` has what a scenario leaves uncertain, `:::{told-reports} NAME USE` the
reports that it marks with a use.
"""

import re
from itertools import groupby

from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

import flowsim as fs

INDEX = re.compile(r"\[[^\]]*\]")


def cell(text) -> str:
    """One line without what would end a cell."""
    return " ".join(str(text).split()).replace("|", "\\|")


def rows_as_markdown(head, rows) -> list[str]:
    """The lines of a table."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell(one) for one in line)} |" for line in lines]


def span(numbers) -> str:
    """Least and most of some numbers, or the one."""
    told = sorted(set(numbers))
    if len(told) == 1 or not all(isinstance(one, int | float) for one in told):
        return str(told[0]) if len(told) == 1 else f"{told[0]} to {told[-1]}"
    return f"{told[0]:g} to {told[-1]:g}"


def inputs_of(name: str) -> list[list[str]]:
    """Uncertain inputs of a scenario; those that differ by place or policy alone share a row."""
    numbers = sorted(fs.load(name).numbers, key=lambda n: INDEX.sub("[*]", n.path))
    rows = []
    for path, found in groupby(numbers, key=lambda n: INDEX.sub("[*]", n.path)):
        same = list(found)
        sources = dict.fromkeys(one.source for one in same if one.source)
        rows.append([
            f"`{same[0].path if len(same) == 1 else path}`", str(len(same)),
            span([one.value for one in same]), span([one.low for one in same]),
            span([one.high for one in same]), "; ".join(sources) or "see its table and SOURCES.md",
        ])  # fmt: skip
    return rows


def reports_of(name: str, use: str) -> list[list[str]]:
    """Reports of a scenario with a use, in the order of their time."""
    found = sorted((r for r in fs.load(name).reports if r.use == use), key=lambda r: (r.when, r.id))
    rows = []
    for report in found:
        low, high = (value if value is not None else "" for value in (report.low, report.high))
        ends = f"{low:,} to {high:,}" if low != "" and high != "" else ""
        value = f"{report.value:,g}" if report.value is not None else ""
        rows.append([report.id, f"{report.when:%d %B %Y, %H:%M}", report.variable, report.place,
                     value, ends, report.originator, report.source])  # fmt: skip
    return rows


class Made(Directive):
    """Markdown that is made as the page is read."""

    def run(self):
        """Parse what `lines` gives."""
        from docutils import nodes

        container = nodes.container()
        self.state.nested_parse(
            StringList(self.lines(), source="made"), self.content_offset, container
        )
        return container.children


class ToldInputs(Made):
    """What a scenario leaves uncertain."""

    required_arguments = 1

    def lines(self):
        """Lines of the table."""
        head = ("input", "how many", "value", "low", "high", "source")
        return rows_as_markdown(head, inputs_of(self.arguments[0]))


class ToldReports(Made):
    """Reports of a scenario with a use."""

    required_arguments = 2

    def lines(self):
        """Lines of the table, or that there is none."""
        rows = reports_of(*self.arguments)
        head = ("id", "when", "quantity", "place", "value", "range", "originator", "source")
        return rows_as_markdown(head, rows) if rows else ["None."]


def setup(app):
    """Make the directives known."""
    app.add_directive("told-inputs", ToldInputs)
    app.add_directive("told-reports", ToldReports)
    return {"parallel_read_safe": True}
