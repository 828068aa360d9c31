"""The teaching world is one in Python and in its folder, small, and shows what it should."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import flowsim as fs

FOLDER = Path(__file__).parents[2] / "scenarios" / "teaching"
SHUT = slice("2030-05-02T18:00", "2030-05-04T06:00")


@pytest.fixture(scope="module")
def result() -> fs.Result:
    return fs.run(fs.teaching_world(), seed=1)


def peak(result: fs.Result) -> int:
    return int(result.waiting.sum(["crossing", "kind"]).max())


def let_through(result: fs.Result) -> int:
    return int(result.crossed().isel(time=-1).sum())


def test_python_and_the_folder_say_the_same() -> None:
    assert fs.load(FOLDER) == fs.teaching_world()
    assert fs.load(FOLDER).digest() == fs.teaching_world().digest()


def test_it_is_five_places_in_under_thirty_lines() -> None:
    body = inspect.getsource(fs.teaching_world).split('"""')[2]
    assert len(body.strip().splitlines()) < 30
    assert len(fs.teaching_world().places) == 5


def test_the_border_closes_a_queue_stands_and_the_camp_fills(result: fs.Result) -> None:
    queue = result.waiting.sum(["crossing", "kind"])
    flow = result.outcomes.sel(outcome="admitted").sum(["crossing", "kind"])
    assert int(queue.sel(time=SHUT).min()) > 100
    assert int(flow.sel(time=SHUT).isel(time=slice(1, None)).sum()) == 0
    assert flow.sel(time=slice("2030-05-01T16:00", "2030-05-02T18:00")).mean() > 55  # capacity 60
    sheltered = result.people.sel(status="sheltered").sum("group")
    assert 780 <= int(sheltered.sel(place="Camp").max()) <= 800
    assert int(result.people.sel(group="South", status="at_home").isel(time=-1).sum()) == 3_000


def test_its_variants_do_what_they_say(result: fs.Result) -> None:
    runs = {
        file.stem: fs.run(fs.load(file), seed=1) for file in sorted(FOLDER.glob("variants/*.yaml"))
    }
    assert set(runs) == {"open", "wider_bridge", "women_and_children"}
    assert let_through(runs["open"]) > let_through(result)
    first_day = slice("2030-05-01T00:00", "2030-05-02T06:00")
    queue = result.waiting.sum(["crossing", "kind"]).sel(time=first_day).max()
    wide = runs["wider_bridge"].waiting.sum(["crossing", "kind"]).sel(time=first_day).max()
    assert wide < queue / 5
    barred = runs["women_and_children"].crossed(by_kind=True).isel(time=-1).sum("crossing")
    men = result.crossed(by_kind=True).isel(time=-1).sum("crossing").sel(kind="men")
    assert barred.sel(kind="men") < men / 10
    assert int(runs["women_and_children"].split.sum()) > 50 > int(result.split.sum())
