"""What was found by the fuzzer, by mutated scenarios or by reading, each by the smallest input."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.config import to_seconds
from flowsim.flee.kernel.places import room
from tests.bad_input.guarded import load_guarded
from tests.flee_folder import flee_folder

SMALL = Path(__file__).parents[1] / "data/small"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "top/small")
    return tmp_path / "top/small"


def changed(folder: Path, old: str, new: str, name: str = "scenario.yaml") -> tuple[str, ...]:
    """What is told of a folder after a change."""
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    return told(folder)


def told(path: Path) -> tuple[str, ...]:
    scenario, problems = load_guarded(path)
    assert scenario is None
    return tuple(str(problem).removeprefix(f"{path.parent}{os.sep}") for problem in problems)


def test_a_column_may_not_go_deeper_than_a_number(small: Path) -> None:
    says = changed(small, "target.North", "target.North.x", "events.csv")
    assert any("target" in line for line in says)


@pytest.mark.parametrize(
    "columns", ["target,target.North", "target.North,target", "target,target.value"]
)
def test_a_column_may_not_stand_beside_one_of_its_keys(small: Path, columns: str) -> None:
    (small / "events.csv").write_text(
        f"place,start,peak,until,intensity,{columns}\nTown,2010-06-11,2010-06-11,2010-06-12,1,1,1\n"
    )
    assert any("is given beside 'target', which is all of it" in line for line in told(small))


def test_positions_are_right_with_the_line_ends_of_old_macs(small: Path) -> None:
    file = small / "scenario.yaml"
    raw = file.read_bytes().replace(b"\n", b"\r").replace(b"A small world", b"A sm\xfcll world")
    file.write_bytes(raw)
    assert told(small) == (
        "small/scenario.yaml:3:12: byte 0xfc is not UTF-8; save the file as UTF-8",
    )


def test_a_duration_without_an_end_is_refused(small: Path) -> None:
    says = changed(small, "step: 1h", f"step: {'9' * 400}h")
    assert len(says) == 1
    assert "is not a whole number of seconds above zero" in says[0]


def test_a_duration_of_many_parts_is_read_in_one_go() -> None:
    """Where blanks could belong to either part, each part doubled the ways to read it."""
    assert to_seconds("1h " * 60) == 60 * 3600
    with pytest.raises(ValueError, match="is not a duration"):
        to_seconds("1h " * 60 + "x")


@pytest.mark.parametrize("name", ["Tow\\nn", "Tow\\u202en", "Tow\\tn"])
def test_a_name_with_marks_is_told_on_one_line(small: Path, name: str) -> None:
    says = changed(small, "  - name: North", f'  - name: "{name}"\n    "x{name}": 1')
    assert all(line.isprintable() for line in says)


@pytest.mark.parametrize("escape", ["\\0", "\\e[2J", "\\ud800", "\\x85"])
def test_an_escape_that_stands_for_no_text_is_refused(small: Path, escape: str) -> None:
    says = changed(small, "title: A small world", f'title: "A small {escape}world"')
    assert len(says) == 1
    assert says[0].startswith("small/scenario.yaml:3:8: the escape stands for U+")


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\x9b"])
def test_marks_by_which_no_editor_counts_lines_are_refused_in_yaml(small: Path, mark: str) -> None:
    says = changed(small, "A small world", f"A small{mark}world")
    assert says == (
        f"small/scenario.yaml:3:15: the control character U+{ord(mark):04X} is not allowed here; "
        "give plain text, without it",
    )


# ---- links -------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """The same scenario in a folder from which nothing may be read."""
    shutil.copytree(SMALL, tmp_path / "outside/small")
    return tmp_path / "outside/small"


def test_a_scenario_file_that_is_a_link_out_of_its_folder_is_not_read(
    small: Path, outside: Path
) -> None:
    (small / "scenario.yaml").unlink()
    (small / "scenario.yaml").symlink_to(outside / "scenario.yaml")
    says = told(small)
    assert says == (
        "small/scenario.yaml:1:1: this is a link that leads too far away; put the file itself here",
    )


def test_what_is_extended_may_not_be_a_link_out(small: Path, outside: Path) -> None:
    base = small.parent / "base"
    base.mkdir()
    (base / "scenario.yaml").symlink_to(outside / "scenario.yaml")
    (small / "scenario.yaml").write_text("extends: ../base\n")
    assert told(small) == (
        "small/scenario.yaml:1:10: extends: 'scenario.yaml' leads too far away; give a file in the "
        "folder of this file, in the one above or in one beside it",
    )


def test_what_is_extended_may_be_a_circle_of_links(small: Path) -> None:
    base = small.parent / "base"
    base.mkdir()
    (base / "scenario.yaml").symlink_to("scenario.yaml")
    (small / "scenario.yaml").write_text("extends: ../base\n")
    assert len(told(small)) == 1


@pytest.mark.parametrize(
    "file", ["input_csv/locations.csv", "source_data/cee.csv", "simsetting.yml"]
)
def test_a_file_of_flee_that_is_a_link_out_is_not_read(tmp_path: Path, file: str) -> None:
    folder = flee_folder(tmp_path / "top")
    (folder / "simsetting.yml").write_text("move_rules: {}\n")
    shutil.copy(folder / file, tmp_path / "outside")
    (folder / file).unlink()
    (folder / file).symlink_to(tmp_path / "outside")
    says = told(folder)
    assert any("leads out of the folder; put the file itself there" in line for line in says)


@pytest.mark.parametrize("target", ["nowhere", "x" * 300])
def test_a_file_of_flee_that_is_a_link_to_nothing_is_told(tmp_path: Path, target: str) -> None:
    """It was taken for a file that is left out, or the system's own error came out."""
    folder = flee_folder(tmp_path / "top")
    for name in ("closures", "conflicts"):
        (folder / f"input_csv/{name}.csv").unlink()
        (folder / f"input_csv/{name}.csv").symlink_to(target)
    says = told(folder)
    assert len(says) == 2
    assert all("closures.csv" in line or "conflicts.csv" in line for line in says)


@pytest.mark.parametrize("name", ["input_csv", "source_data"])
def test_a_folder_of_flee_may_not_be_a_link_out(tmp_path: Path, name: str) -> None:
    folder = flee_folder(tmp_path / "top")
    shutil.move(folder / name, tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")
    says = told(folder)
    assert len(says) == 1
    assert f"{name!r} leads out of the folder" in says[0]


def test_registrations_that_are_named_apart_may_be_linked_in_the_folder(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path / "top")
    shutil.move(folder / "source_data", tmp_path / "outside")
    (folder / "source_data").symlink_to(tmp_path / "outside")
    assert fs.load(folder, source=tmp_path / "outside").reports


def test_links_within_a_folder_are_followed(small: Path, tmp_path: Path) -> None:
    (small / "places.csv").rename(small / "all.csv")
    (small / "places.csv").symlink_to("all.csv")
    assert fs.load(small) == fs.load(SMALL)
    folder = flee_folder(tmp_path / "top")
    (folder / "input_csv/routes.csv").rename(folder / "routes.csv")
    (folder / "input_csv/routes.csv").symlink_to("../routes.csv")
    assert load_guarded(folder)[0] is not None


# ---- names -------------------------------------------------------------------------------


def test_a_file_may_be_a_link_to_what_no_file_can_be_called(small: Path) -> None:
    (small / "variant.yaml").symlink_to("x" * 300)
    assert len(told(small / "variant.yaml")) == 1


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "a\0b", "a/" * 3000])
def test_a_name_that_no_file_can_have_is_told(small: Path, name: str) -> None:
    with pytest.raises(fs.ScenarioError):
        fs.load(name)
    quoted = name.replace("\0", "\\0")
    (small / "scenario.yaml").write_text(f'extends: "{quoted}"\n')
    assert len(told(small)) == 1


# ---- what loaded and did not run ---------------------------------------------------------


def test_a_scenario_without_a_route_is_refused(small: Path, tmp_path: Path) -> None:
    (small / "routes.csv").write_text("start,end,km\n")
    file = small / "scenario.yaml"
    file.write_text(file.read_text() + "\nas_given: true\n")
    assert any("routes: there is no route; give at least one route" in line for line in told(small))
    says = told(flee_folder(tmp_path / "top", routes="#name1,name2,distance\n"))
    assert len(says) == 1
    assert "routes: there is no route" in says[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("violence_per_day: {value: 3.0, low: 1.0, high: 5.0, source: assumed}", "men_stay: 0.4\n"
         "  news: {lag_hours: 1.0e+300}"),
        ("violence_per_day: {value: 3.0, low: 1.0, high: 5.0, source: assumed}", "news_km: 1e-300"),
        ("violence_per_day: {value: 3.0, low: 1.0, high: 5.0, source: assumed}",
         "news_per_day: 1e300"),
        ("  leaving:\n    violence_per_day: {value: 3.0, low: 1.0, high: 5.0, source: assumed}",
         "  routes: {kin: 1000}"),
        ("  leaving:\n    violence_per_day: {value: 3.0, low: 1.0, high: 5.0, source: assumed}",
         "  origins: {population_power: 1000}"),
        ("{type: triage, start: 2010-06-11T12:00,", "{type: quota, per_day: 1e300, counted: true,"
         " start: 2010-06-11T12:00}\n          - {type: triage,"),
    ],
)  # fmt: skip
def test_a_number_of_which_nothing_can_be_made_is_refused(small: Path, old: str, new: str) -> None:
    """They loaded, and the run overflowed."""
    says = changed(small, old, new)
    assert len(says) == 1
    assert "is out of range" in says[0] or "is too near to zero" in says[0]


def test_a_buffer_of_nothing_leaves_places_without_a_limit_as_they_are() -> None:
    """Nothing times no limit was not a number, and with it the weight of the place."""
    kept = [room(n, limit, 0.0) for n, limit in ((5, -1.0), (5, 10.0), (10, 10.0))]
    assert kept == [1.0, 0.5, 0.0]


# ---- folders of Flee ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("sim_period", "StartDate,2015-05-01\nLength,999999999\n", "from 1 to 21915"),
        ("sim_period", "StartDate,9999-12-31\nLength,10\n", "the year 9999 is too far away"),
        ("sim_period", "StartDate,0001-01-01\nLength,10\n", "the year 1 is too far away"),
        ("closures", "camp,Cee,,0,999999999\n", "is not a valid day"),
    ],
)
def test_numbers_of_flee_that_make_no_date_or_count(
    tmp_path: Path, file: str, text: str, says: str
) -> None:
    found = told(flee_folder(tmp_path / "top", **{file: text}))
    assert any(says in line for line in found)


def test_a_correction_can_make_too_many_people(tmp_path: Path) -> None:
    series = "2015-05-01,1000000\n2015-05-06,1\n2015-05-11,1000000\n"
    corrections = "Cee,2015-05-11\n"
    folder = flee_folder(tmp_path / "top", cee=series, registration_corrections=corrections)
    assert any("it makes 1e+12 persons; give at most 1e+08" in line for line in told(folder))


@pytest.mark.parametrize("cells", ["x" * 99 + ",North,Far", "Bee,North," + "x" * 99])
def test_a_name_of_flee_has_an_end(tmp_path: Path, cells: str) -> None:
    places = f"Aha,North,Home,1,1,conflict,0,1000\n{cells},1,2,camp,,\n"
    found = told(flee_folder(tmp_path / "top", locations=places))
    assert any("has 99 characters; give at most 98" in line for line in found)


@pytest.mark.parametrize("number", ["100000001", "999999999"])
def test_more_people_than_a_scenario_can_have(tmp_path: Path, number: str) -> None:
    places = f"Aha,North,Home,1,1,conflict,0,{number}\nBee,North,Far,1,2,camp,,\n"
    found = told(flee_folder(tmp_path / "top", locations=places))
    assert any(f"'{number}' is not a valid number of persons" in line for line in found)


def test_a_border_of_a_country_without_a_name_is_not_made(tmp_path: Path) -> None:
    places = "Aha,North,,1,1,conflict,0,1000\nBee,North,Far,1,2,camp,,\n"
    folder = flee_folder(tmp_path / "top", locations=places, routes="Aha,Bee,100\n")
    says = told(folder)
    assert "made_up/input_csv/locations.csv:1:3: the country is missing; give the country" in says


def test_camps_can_have_too_many_people_together(tmp_path: Path) -> None:
    folder = flee_folder(
        tmp_path / "top", cee="2015-05-01,0\n2015-05-02,90000000\n",
        dee="2015-05-01,0\n2015-05-02,90000000\n",
    )  # fmt: skip
    says = told(folder)
    assert len(says) == 1
    assert "Arrival.persons: 180000010 is out of range; give a number of at most" in says[0]


def test_a_cell_that_is_missing_stands_after_the_last(tmp_path: Path) -> None:
    says = told(flee_folder(tmp_path / "top", locations="Aha\n"))
    assert "made_up/input_csv/locations.csv:1:2: the country is missing; give the country" in says


def test_a_folder_of_flee_may_have_any_name(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path / "top")
    for name in (b" ", b"\xff\xfe", b"x" * 240, "a\u202eb".encode()):
        other = tmp_path / "top" / os.fsdecode(name)
        folder = folder.rename(other)
        scenario, _ = load_guarded(folder)
        assert scenario is not None
