"""A folder in which the code and the commands of the pages run, in a few seconds all together.

The scenarios that come with flowsim are thinned there and end early, the study of June 2010 has two
of its scenarios, and the files that pages name lie beside.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import flowsim as fs
from tests.learn.toys import reported
from tests.pages import ROOT
from tests.study.worlds import BORDER

JUNE = "kyrgyz_uzbek_2010"
THINNED = "\npopulation: {one_in: 200}\n"
SMALLER = (
    (r"members=\d+", "members=2"),
    (r"runs=\d+", "runs=60"),
    (r"jobs=\d", "jobs=1"),
    (r"one_in=\d+, ", ""),
    (r"\.csv:\d+", ".csv:3"),
    (r"members: \d+", "members: 2"),
    (r"--members \d+", "--members 2"),
    (r"--runs \d+", "--runs 60"),
    (r"--jobs \d", "--jobs 1"),
    (r"--one-in \d+ ", ""),
    (r"known_until=30, horizon=90", "known_until=5, horizon=4"),
    (r"--until 30 --horizon 90", "--until 5 --horizon 4"),
)
"""What is smaller in the tests than on a page: how often, how long, and on how many cores."""
MANY_RUNS = ("docs/howto/studies.md", "docs/howto/sensitivity.md", "docs/howto/calibrate.md")
"""Pages on which June 2010 stands for a world of 800 people."""
SMALL = (
    (rf"{JUNE}/variants/\w+\.yaml", "small_open"),
    (JUNE, "small"),
    (r"calibrate small", "calibrate small --waves 1"),
    (r"runs=60, jobs", "runs=60, waves=1, jobs"),
    ("Kyrgyzstan-Uzbekistan", BORDER),
)


def smaller(text: str, page: str = "") -> str:
    """What stands on a page, as the tests run it."""
    for told, instead in (*SMALLER, *(SMALL if page in MANY_RUNS else ())):
        text = re.sub(told, instead, text)
    return text


STUDY = """\
name: small
scenarios: {as reported: scenario.yaml, open: ../small_open}
members: 2
compare: {against: as reported, outcomes: [let_through, deaths]}
"""


def make_small(folder: Path) -> None:
    """The world that stands for June 2010 where many runs are made, with an open border too."""
    rooms = {"name": "rooms", "inputs": ["places[Camp].capacity"], "source": "one doubt"}
    small = reported().with_values({"linked": [rooms]})
    small = small.model_copy(update={"reports": small.reports[:2]})  # each takes an emulator
    small.save(folder / "small")
    small.replace_policies(BORDER, fs.policy.Open()).save(folder / "small_open")
    (folder / "small" / "study.yaml").write_text(STUDY, encoding="utf-8")


def thin(folder: Path, end: str) -> None:
    """A copy of the scenarios that come with flowsim, of which June 2010 takes half a second."""
    leave = shutil.ignore_patterns("baseline", "*.md")
    shutil.copytree(ROOT / "scenarios", folder, ignore=leave)
    june = folder / JUNE
    file = june / "scenario.yaml"
    text = file.read_text(encoding="utf-8").replace("end: 2010-06-28T00:00", f"end: {end}")
    file.write_text(text + THINNED, encoding="utf-8")
    study = june / "study.yaml"
    text = study.read_text(encoding="utf-8")
    others = re.findall(r"^  .*: variants/.*\n", text, re.MULTILINE)
    for line in others[1:]:
        text = text.replace(line, "")
    study.write_text(text, encoding="utf-8")
