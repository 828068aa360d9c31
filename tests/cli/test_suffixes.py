"""No file is written under a name that promises another format, wherever a name is given."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

from flowsim.cli.answer import SCENARIO
from flowsim.cli.main import cli
from flowsim.results.netcdf import write_netcdf
from flowsim.results.result import Result
from flowsim.study.comparison import compare
from flowsim.suffixes import NETCDF, TABLE, ending_of
from tests.study.comparisons import june_2010

READ = {
    ("check", "scenarios"), ("compare", "store"), ("export", "store"), ("score", "source"),
    ("forecast", "source"), ("plot", "run"), ("plot", "outlines"),
    ("report", "source"), ("report", "outlines"),
    *(("import", name) for name in ("places", "roads", "acled", "registrations")),
}  # fmt: skip
"""Paths that are read, besides scenarios; and `export` refuses its target itself."""
OWN = {("export", "target")}


def outputs() -> list[tuple[str, click.Parameter]]:
    """Every path that a command writes to."""
    return [
        (name, parameter)
        for name, command in sorted(cli.commands.items())
        for parameter in command.params
        if isinstance(parameter.type, click.Path)
        and parameter.type is not SCENARIO
        and (name, parameter.name) not in READ | OWN
    ]


def test_each_path_that_is_written_to_is_checked() -> None:
    found = outputs()
    assert len(found) >= 10
    assert [(name, p.name) for name, p in found if p.callback is None] == []


@pytest.mark.parametrize(("command", "parameter"), outputs())
def test_a_name_that_promises_another_format_is_wrong_usage(
    command: str, parameter: click.Parameter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = "a.xlsx"
    words = [
        wrong
        if p is parameter
        else p.type.choices[0]
        if isinstance(p.type, click.Choice)
        else "here"
        for p in cli.commands[command].params
        if isinstance(p, click.Argument)
    ]
    option = [parameter.opts[0], wrong] if isinstance(parameter, click.Option) else []
    needed = {"compare": ["--against", "a"], "forecast": ["--until", "3"]}.get(command, [])
    told = CliRunner().invoke(cli, [command, *words, *option, *needed])
    assert told.exit_code == 2, told.output
    assert "a.xlsx: " in told.stderr.replace("\n", " ")
    assert os.listdir(tmp_path) == []


def test_netcdf_and_tables(tmp_path: Path) -> None:
    data = xr.Dataset({"a": ("x", [1])})
    for name in ("r.csv", "r.nc4", "r.h5", "r.nc.gz"):
        with pytest.raises(ValueError, match=r"netCDF-3 is not written as .*\.nc, \.nc3 or \.cdf"):
            write_netcdf(data, tmp_path / name)
        with pytest.raises(ValueError, match="is not written as"):
            Result(data).to_netcdf(tmp_path / name)
    told = compare(june_2010(), "as reported", ["deaths"])
    for name in ("t.xlsx", "t.gz", "t.csv.zip"):
        with pytest.raises(ValueError, match="a table is not written as"):
            told.to_csv(tmp_path / name)
    assert os.listdir(tmp_path) == []
    told.to_csv(tmp_path / "T.CSV.GZ")
    assert len(pd.read_csv(tmp_path / "T.CSV.GZ", compression="gzip")) == len(told.table)


def test_a_device_and_a_name_without_a_suffix() -> None:
    assert ending_of("/dev/null", TABLE, needed=True) == ".csv"
    assert ending_of("result", NETCDF) == ""
    with pytest.raises(ValueError, match="it needs a suffix"):
        ending_of("result", NETCDF, needed=True)
