"""`flowsim.report`: a run or a study as one HTML file, which opens from disk without a network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowsim.folders import whole_file
from flowsim.outlines.boxes import Outlines
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.shown import plain
from flowsim.study.runs import Runs
from flowsim.suffixes import ending_of

PAGE = (".html", ".htm")


@dataclass(frozen=True)
class HtmlReport:
    """A report; `write` makes a file of it.

    Attributes
    ----------
    title : str
    html : str
        The whole page. It names no address that a browser would fetch.
    """

    title: str
    html: str

    def write(self, path: str | os.PathLike[str], overwrite: bool = False) -> None:
        """Write the page, whole or not at all, and the same bytes each time.

        Raises
        ------
        ValueError
            The name ends in another suffix than .html or .htm.
        FileExistsError
            The file exists and is not to be replaced.
        """
        ending_of(path, PAGE, needed=True, what="a report")
        with whole_file(Path(path), replace=overwrite) as made:
            made.write_bytes(self.html.encode())

    def __repr__(self) -> str:
        """What it is about, and how large it is."""
        return f"<HtmlReport of {plain(self.title)}, {len(self.html.encode()) / 1e6:.1f} MB>"


def report(
    told: Result | Runs,
    scenario: Scenario | None = None,
    *,
    base: Scenario | None = None,
    against: str = "",
    figures: bool = True,
    outlines: Outlines | None = None,
    allow_code: bool = False,
    progress: bool = False,
) -> HtmlReport:
    """A run or a study as one HTML page: what was asked, the map that plays, figures, sources.

    Of a study: the differences between its scenarios with their doubt, and one member of each
    scenario as a map that plays. The page is under 5 MB, opens from disk, prints, and needs neither
    Python nor a network.

    Parameters
    ----------
    told : Result or Runs
        Of `flowsim.run`, or of a study.
    scenario : Scenario, optional
        What was run; as the result tells it unless given. A study knows its own.
    base : Scenario, optional
        Of a run: what the scenario is a variant of, so that the page tells what was changed.
    against : str
        Of a study: the scenario that the others are held against; the first unless given.
    figures : bool
        Whether to draw the figures below the map, which takes most of the time.
    outlines : path or sequence of Country, optional
        GeoJSON of one's own for the outlines of the countries that the map shows.
    allow_code : bool
        Whether code that the scenario names may be imported, see `flowsim.load`.
    progress : bool
        Whether a bar on standard error tells how far it is.

    Returns
    -------
    HtmlReport

    Raises
    ------
    ScenarioError
        The scenario cannot be read, or ``against`` is not one of the study's.
    StoreError
        Runs of the study are missing or damaged.
    ImportError
        Bokeh is not installed; says how to install it.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> page = fs.report(fs.run(base, seed=1), base, figures=False)
    >>> page.title
    'A teaching world of five places'
    >>> page.write("out/report.html")  # doctest: +SKIP
    """
    from flowsim.reporting.contents import How, of_run, of_study
    from flowsim.reporting.page_template import rendered

    contents: dict[str, Any]
    how = How(figures, outlines, allow_code, progress)
    if isinstance(told, Runs):
        contents = of_study(told, against, how)
    elif isinstance(told, Result):
        contents = of_run(told, scenario, base, how)
    else:
        raise _nothing_to_report_on(told)
    return HtmlReport(contents["title"], rendered(contents))


def _nothing_to_report_on(told: object) -> TypeError:
    right = "give a Result, or the runs of a study"
    return TypeError(f"{type(told).__name__} is nothing to report on; {right}")
