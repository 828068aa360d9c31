"""The command ``flowsim app`` before it serves: what is wrong is told as elsewhere."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowsim.cli import app
from flowsim.cli.main import cli


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started, as none of these comes so far as to run something."""
    monkeypatch.setattr("flowsim.app.background.Background._start", lambda _: None)


def test_a_broken_scenario_is_told_by_line_and_nothing_is_served(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text("extends: teaching\nname: x\nstep: 0h\n", encoding="utf-8")
    told = CliRunner().invoke(cli, ["app", str(file), "--no-browser"])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith(f"{file}:3:7: step: '0h' is not a whole number of seconds")
    assert told.stderr.endswith("1 problem\n")


def test_a_port_that_is_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind((app.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = CliRunner().invoke(cli, ["app", "teaching", "--port", str(port)])
    assert told.exit_code == 2
    assert f"port {port} is in use; give another --port" in told.output


def test_without_bokeh_the_pip_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "find_spec", lambda name: None)
    told = CliRunner().invoke(cli, ["app", "teaching"])
    assert told.exit_code == 1
    assert "the page needs Bokeh: pip install 'flowsim[app]'" in told.stderr


def test_a_free_port_is_taken_where_the_usual_one_is_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "is_free", lambda port: False)
    assert app._port(None) not in (0, app.PORT)
    monkeypatch.setattr(app, "is_free", lambda port: True)
    assert app._port(None) == app.PORT
    assert app._port(8000) == 8000
