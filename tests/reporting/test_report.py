"""The page to send: all in one file, the same each time, and nothing in it is fetched."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.model.assemble import as_yaml
from flowsim.reporting import HtmlReport
from flowsim.reporting.pictures import picture
from flowsim.reporting.policy_table import policy_rows
from flowsim.reporting.question import changes
from flowsim.reporting.sources import kind_of, number_rows
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from tests.children import PATIENCE_S
from tests.learn.camps import checked_world

MOST_BYTES = 5_000_000
FETCHED = re.compile(
    r"""(?:\b(?:src|href|srcset|action|poster|data)\s*=\s*["'`]?|\bimport\s*\(?\s*["'`]|\burl\(\s*["']?|"""
    r"""@import\s+["']?|\bfetch\(\s*["'`]|new\s+WebSocket\(\s*["'`])(?:https?:)?//""",
    re.IGNORECASE,
)
"""How a page would name something remote that is to be fetched."""


@pytest.fixture(scope="module")
def base() -> Scenario:
    return fs.teaching_world()


@pytest.fixture(scope="module")
def shut(base: Scenario) -> Scenario:
    closed = fs.policy.Closed(start="2030-05-02", stop="2030-05-04", leak=0.1, name="two days")
    return base.replace_policies(base.borders[0].id, closed)


@pytest.fixture(scope="module")
def result(shut: Scenario) -> Result:
    return fs.run(shut, seed=1)


@pytest.fixture(scope="module")
def page(result: Result, shut: Scenario, base: Scenario) -> HtmlReport:
    return fs.report(result, shut, base=base)


@pytest.fixture(scope="module")
def store(base: Scenario, shut: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "store"
    fs.Study({"as it was": base, "shut": shut}, members=3, seed=7).run(folder, progress=False)
    return folder


class Parts(HTMLParser):
    """The words of a page by the section they stand in, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self._section, self._quiet = "", 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "section":
            self._section = str(dict(attrs)["id"])
        self._quiet += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.words[self._section] = self.words.get(self._section, "") + data


def remote(html: str) -> list[str]:
    """What a page would fetch from elsewhere, in its tags, styles and scripts."""
    return [html[m.start() : m.end() + 60] for m in FETCHED.finditer(html)]


def test_the_check_finds_what_would_be_fetched() -> None:
    for wrong in ('<img src="https://a.b/c">', "x.src='http://a.b'", "url(//a.b)",
                  'import("https://a.b")', "<a href=https://a.b>"):  # fmt: skip
        assert remote(wrong), wrong
    assert not remote('createElementNS("http://www.w3.org/2000/svg")<img src="data:image/png">')


def test_nothing_in_the_page_is_fetched(page: HtmlReport) -> None:
    assert remote(page.html) == []
    assert re.findall(r"https?://(?!www\.w3\.org/)\w[^\s\"'`<>]*", page.html) == []


def test_the_page_says_what_was_asked_and_what_came_out(
    page: HtmlReport, result: Result, shut: Scenario
) -> None:
    words = Parts(page.html).words
    crossed = int(result.crossed().isel(time=-1).sum())
    assert f"{crossed:,} people have crossed by the end" in words[""]
    assert "policies[two days]" in words["question"]
    assert "2 May 2030 00:00" in words["policies"]
    assert "leak 0.1" in words["policies"]
    assert "--seed 1" in words["again"]
    assert shut.digest() in words["again"]
    assert "one roll of the dice" in words[""]


def test_the_scenario_in_the_page_is_the_one_that_was_run(
    page: HtmlReport, shut: Scenario, tmp_path: Path
) -> None:
    (link,) = [a for tag, a in Parts(page.html).tags if tag == "a" and "download" in a]
    text = base64.b64decode(link["href"].partition("base64,")[2])
    (tmp_path / "scenario.yaml").write_bytes(text)
    assert fs.load(tmp_path).digest() == shut.digest()


def test_every_picture_says_what_it_shows(page: HtmlReport) -> None:
    pictures = [a for tag, a in Parts(page.html).tags if tag == "img"]
    assert len(pictures) >= 7
    assert all(len(a["alt"]) > 30 and a["src"].startswith("data:image/png") for a in pictures)


def test_names_from_files_cannot_do_anything(base: Scenario) -> None:
    bad = "</script><img src=x onerror=alert(1)>$$x$$"
    made = base.model_copy(update={"title": bad})
    html = fs.report(fs.run(made, seed=1), made, figures=False).html
    assert bad not in html
    assert "<img src=x" not in html
    assert "&lt;/script&gt;&lt;img src=x" in html


PROGRAM = """
import sys
import flowsim as fs
from bokeh.models import Range1d
[Range1d() for _ in range(int(sys.argv[1]))]  # Bokeh counts on over all that a process makes
made = fs.teaching_world()
sys.stdout.write(fs.report(fs.run(made, seed=1), made, figures=False).html)
"""


def test_the_same_run_gives_the_same_bytes(base: Scenario) -> None:
    here = fs.report(fs.run(base, seed=1), base, figures=False).html
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, "7"], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "3"}, timeout=PATIENCE_S,
    )  # fmt: skip
    assert told.stdout == here


def test_a_picture_is_the_same_bytes(result: Result, shut: Scenario) -> None:
    one, other = (
        picture(
            "deaths", lambda w: fs.plot.deaths(result, scenario=shut, width=w), "alt", "caption"
        )
        for _ in range(2)
    )
    assert one == other
    assert one.width > 1000


def test_no_socket_is_opened(
    result: Result, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    fs.report(result, figures=False).write(tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size < MOST_BYTES


@pytest.mark.parametrize("name", ["karabakh_2023", "teaching"])
def test_a_scenario_with_all_fields_written_out_loads_again(name: str, tmp_path: Path) -> None:
    scenario = fs.load(name)
    (tmp_path / "scenario.yaml").write_text(as_yaml(scenario), encoding="utf-8")
    assert fs.load(tmp_path).digest() == scenario.digest()


def test_a_study_tells_differences_with_what_their_intervals_hold(store: Path) -> None:
    runs = fs.open_study(store)
    page = fs.report(runs, against="as it was", figures=False)
    words = Parts(page.html).words
    told = fs.compare(runs, "as it was").table.set_index(["outcome", "scenario"])
    waiting = told.loc[("waiting_peak", "shut")]
    assert f"waiting at the peak {waiting['difference']:+,.0f}" in words[""]
    assert "chance alone" in words["differences"]
    assert f"{waiting['low']:+,.0f}" in words["differences"]
    films = [a for tag, a in Parts(page.html).tags if tag == "script" and "data-film" in a]
    assert len(films) == 2
    assert remote(page.html) == []
    assert len(page.html) < MOST_BYTES


def test_a_study_in_the_page_can_be_run_again(store: Path, tmp_path: Path) -> None:
    page = fs.report(fs.open_study(store), figures=False)
    for tag, told in Parts(page.html).tags:
        if tag == "a" and "download" in told:
            text = base64.b64decode(told["href"].partition("base64,")[2])
            (tmp_path / told["download"]).write_bytes(text)
    again = tmp_path / "again"
    done = CliRunner().invoke(cli, ["study", str(tmp_path / "study.yaml"), "-o", str(again)])
    assert done.exit_code == 0, done.output
    one, other = (fs.open_study(folder).data["people"] for folder in (store, again))
    assert one.equals(other)


def test_a_study_that_kept_only_effects_has_its_differences(
    base: Scenario, shut: Scenario, tmp_path: Path
) -> None:
    study = fs.Study({"as it was": base, "shut": shut}, members=2, seed=7, keep=["effects"])
    page = fs.report(study.run(tmp_path / "store", progress=False))
    words = Parts(page.html).words
    assert "did not keep" in words["map"]
    assert "let through" in words["differences"]
    assert "reports" not in words


def test_june_2010_thinned_is_under_five_megabytes() -> None:
    june = fs.load("kyrgyz_uzbek_2010").with_values({"population.one_in": 50})
    result = fs.run(june, seed=1)
    page = fs.report(result, june, figures=False)
    # the two largest figures stand for all eight, which would take long
    drawn = [
        picture(name, lambda w, draw=draw: draw(result, scenario=june, width=w), "", "")
        for name, draw in (("flow_map", fs.plot.flow_map), ("queues", fs.plot.queues))
    ]
    pictures = 4 * sum(len(one.wide) + len(one.narrow) for one in drawn)
    words = Parts(page.html).words
    assert len(page.html.encode()) + pictures < MOST_BYTES
    assert "one household in 50" in words["question"]
    assert "KG012" in words["reports"]
    assert "behaviour.routes.wait_cost_per_hour" in words["sources"]
    assert "closure of 14 June, checkpoints" in words["policies"]


# ---- rows --------------------------------------------------------------------------------


def test_each_number_has_the_source_of_what_it_belongs_to() -> None:
    june = fs.load("kyrgyz_uzbek_2010")
    rows = {row.path: row for row in number_rows(june)}
    assert len(rows) == len(june.numbers)
    osh = next(p for p in june.places if p.name == "Central Osh")
    assert osh.source
    assert osh.source in rows["places[Central Osh].population"].source
    assert rows["behaviour.routes.wait_cost_per_hour"].kind == "assumed"
    assert {kind_of(n.source) for n in june.numbers} >= {"fitted", "assumed"}


def test_every_policy_is_a_row() -> None:
    june = fs.load("kyrgyz_uzbek_2010")
    own = [p for b in june.borders for a in b.authorities for p in (*a.policies, *a.back)]
    rows = policy_rows(june)
    assert [row.name for row in rows] == [p.name for p in own]
    assert all(row.what for row in rows)


def test_what_was_changed_is_told(base: Scenario, shut: Scenario) -> None:
    rows, more = changes(shut, base)
    assert more == 0
    assert any("two days" in row.path or "two days" in row.now for row in rows)
    assert changes(base, base) == ([], 0)


# ---- the command -------------------------------------------------------------------------


def call(*words: object) -> Any:
    return CliRunner().invoke(cli, ["report", *map(str, words)])


def test_registrations_are_told_by_camp_and_their_rows_are_folded() -> None:
    days = range(0, 120, 4)
    told = {"Near": [(d, 40.0 * d) for d in days], "Far": [(d, 10.0 * d) for d in days]}
    world = checked_world(told)
    page = Parts(fs.report(fs.run(world, seed=1), world, figures=False).html)
    words = " ".join(page.words["reports"].split())
    assert re.search(r"mean error Near4,640.+ Far1,160.+ all camps5,800", words), words
    assert f"All {2 * len(days)} reports" in words
    few = checked_world({name: rows[:5] for name, rows in told.items()})
    unfolded = Parts(fs.report(fs.run(few, seed=1), few, figures=False).html)
    assert "All 10 reports" not in unfolded.words["reports"]


def test_the_command_writes_a_run_and_a_store(
    result: Result, store: Path, base: Scenario, tmp_path: Path
) -> None:
    file = tmp_path / "result.nc"
    result.to_netcdf(file)
    done = call(tmp_path, "--no-figures", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert Path(told["file"]).stat().st_size == told["bytes"]
    assert (tmp_path / "report.html").read_text("utf-8") == fs.report(result, figures=False).html
    done = call(store, "-o", tmp_path / "study.html", "--no-figures", "--against", "shut")
    assert done.exit_code == 0, done.output
    assert "Against shut" in (tmp_path / "study.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "nowhere does not exist"),
        (("store", "-o", "page.pdf"), "let the name end in .html or .htm"),
        (("store", "--against", "opened"), "there is no scenario 'opened'; give one of"),
        (("store", "--base", "teaching"), "--base is of a run"),
        (("run", "--against", "shut"), "--against is of a study"),
        (("run", "-o", "there.html"), "there.html exists; give another -o, or --overwrite"),
        (("run", "-o", "no/where.html"), "the folder no does not exist"),
        (("empty",), "give what `flowsim run` or `flowsim study` wrote"),
    ],
)
def test_what_is_wrong_is_told(
    words: tuple[str, ...], told: str, store: Path, result: Result, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("store").symlink_to(store)
    Path("run").mkdir()
    Path("empty").mkdir()
    result.to_netcdf("run/result.nc")
    Path("there.html").write_text("mine")
    before = sorted(str(p) for p in Path().rglob("*"))
    done = call(*words, "--no-figures")
    assert done.exit_code in (1, 2)
    assert told in " ".join(done.output.split())
    assert sorted(str(p) for p in Path().rglob("*")) == before
    assert Path("there.html").read_text() == "mine"


def test_a_result_with_code_asks_for_leave(base: Scenario) -> None:
    def relief(now: Any, view: Any) -> Any:
        return None

    made = base.add_policies(base.borders[0].id, relief)
    result = fs.run(made, seed=1)
    with pytest.raises(fs.ScenarioError, match=r"scenario\.yaml of the result"):
        fs.report(result, figures=False)
    assert "relief" in Parts(fs.report(result, made, figures=False).html).words["policies"]


def test_something_else_is_nothing_to_report_on() -> None:
    with pytest.raises(TypeError, match="give a Result, or the runs of a study"):
        fs.report("out/border")  # type: ignore[arg-type]
