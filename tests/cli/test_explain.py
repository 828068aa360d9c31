"""`flowsim explain`, and what `run` and `validate` warn of."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.errors import ScenarioWarning
from flowsim.model.unlikely import warn_of

SMALL = Path(__file__).parents[1] / "data/small"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SMALL, tmp_path / "small")
    monkeypatch.chdir(tmp_path)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def far() -> None:
    """A variant in which nobody likes to be abroad."""
    told = "extends: scenario.yaml\nname: far\nbehaviour:\n  routes: {settle_abroad: -30.0}\n"
    Path("small/far.yaml").write_text(told, encoding="utf-8")


def test_text_and_json_tell_the_same() -> None:
    told = fs.explain(fs.load("small"), ways=2)
    text, data = (
        call("explain", "small", "--ways", "2"),
        call("explain", "small", "--ways", "2", "--json"),
    )
    assert (text.exit_code, text.stdout, text.stderr) == (0, f"{told}\n", "")
    assert json.loads(data.stdout) == json.loads(json.dumps(told.to_dict()))
    assert "Village > Camp (Bridge)" in text.stdout


def test_a_moment_an_origin_and_values() -> None:
    one = call("explain", "small", "--at", "2010-06-11T00:00", "--from", "Village", "--set",
               "behaviour.routes.km_cost=0.5", "--json")  # fmt: skip
    assert one.exit_code == 0, one.stderr
    data = json.loads(one.stdout)
    assert data["at"] == "2010-06-11T00:00:00"
    (origin,) = {o["place"] for o in data["origins"]}
    assert origin == "Village"
    way = data["origins"][0]["ways"][0]
    assert way["terms"]["length"] == pytest.approx(-0.5 * way["km"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--at", "yesterday"), "'yesterday' is not a time"),
        (("--at", "2010-06-11T25:00"), "at: '2010-06-11T25:00' is not a time; write it as"),
        (("--at", "1999-01-01"), "1999-01-01T00:00 is outside the run"),
        (("--from", "Vilage"), "did you mean 'Village'?"),
        (("--group", "nobody"), "there is no group 'nobody'"),
        (("--set", "rules=flee"), "Flee's rules"),
        (("--ways", "0"), "0 is not in the range"),
    ],
)
def test_what_it_refuses(arguments: tuple[str, ...], told: str) -> None:
    failed = call("explain", "small", *arguments)
    assert failed.exit_code == 2
    assert told in failed.stderr
    assert failed.stdout == ""


def test_run_and_validate_warn_with_the_place_in_the_file() -> None:
    far()
    told = "small/far.yaml:4:27: behaviour.routes.settle_abroad: next to nobody"
    for arguments in (("validate", "small/far.yaml"), ("run", "small/far.yaml", "--no-figures")):
        done = call(*arguments)
        assert done.exit_code == 0
        assert done.stderr.startswith(f"warning: {told}")
        assert len(done.stderr.splitlines()) == 1
    assert call("validate", "small").stderr == ""


def test_what_is_set_on_the_command_line_is_warned_of_too() -> None:
    done = call("run", "small", "--no-figures", "--set", "behaviour.routes.settle_abroad=-30")
    assert "behaviour.routes.settle_abroad: next to nobody" in done.stderr


def test_a_script_can_ask_for_the_warnings() -> None:
    far()
    scenario = fs.load("small/far.yaml")
    with pytest.warns(
        ScenarioWarning, match=r"^small/far.yaml:4:27: behaviour.routes.settle_abroad"
    ):
        warn_of(scenario, "small/far.yaml")
    with pytest.warns(ScenarioWarning, match=r"^behaviour.routes.settle_abroad: next to nobody"):
        warn_of(scenario)
