"""The parts of `make mutants` that need no mutants to be tried."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants.rooms import ROOMS, ROOT

CODE = """\
NAMES = {"a": "one", "b": "two"}


class Box:
    size: int = 3

    @property
    def told(self) -> str:
        return f"{self.size} of {NAMES['a']}"


def twice(n: int) -> int:
    return 2 * n
"""


@pytest.mark.parametrize("name", ROOMS)
def test_every_file_of_a_room_is_there(name: str) -> None:
    room = ROOMS[name]
    for path in (*room.code, *room.near, *room.wide, *room.texts):
        assert (ROOT / path).exists(), path
    files = [*room.files(), *room.text_files()]
    assert files
    assert len(set(files)) == len(files)


@pytest.fixture
def made(tmp_path: Path) -> list:
    pytest.importorskip("mutmut", reason="make mutants installs it")
    from tests.mutants.making import mutants

    (tmp_path / "m.py").write_text(CODE, encoding="utf-8")
    found, total = mutants(tmp_path, ["m.py"], seed=1, most=1000)
    assert total >= len(found) > 10
    again, _ = mutants(tmp_path, ["m.py"], seed=1, most=5)
    assert [m.id for m in again] == [m.id for m in found[:5]]
    other, _ = mutants(tmp_path, ["m.py"], seed=2, most=1000)
    assert [m.text for m in other] != [m.text for m in found]
    assert {m.text for m in other} == {m.text for m in found}
    return found


def test_each_mutant_has_one_bug_and_says_where(made: list) -> None:
    plain = ast.dump(ast.parse(CODE))
    for mutant in made:
        assert ast.dump(ast.parse(mutant.text)) != plain
        assert mutant.told.startswith(f"m.py:{mutant.line}: ")
    assert len({mutant.text for mutant in made}) == len(made)


def test_constants_properties_and_texts_have_bugs_too(made: list) -> None:
    outer = {mutant.outer for mutant in made}
    assert outer == {"", "Box.told", "twice"}
    texts = {mutant.text for mutant in made}
    assert CODE.replace('"a": "one", "b": "two"', '"a": "two", "b": "one"') in texts
    assert CODE.replace(" of {", "{") in texts
    assert CODE.replace("2 * n", "2 / n") in texts
    assert CODE.replace("int = 3", "int = 4") in texts
