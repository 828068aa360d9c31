"""The comparison has a row a report that counts, and tells it plainly."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest

from flowsim.evidence.digest import summary
from flowsim.evidence.scorecard import against_reports, format_table, tally
from tests.fake_result import toy_result, toy_scenario


def test_rows_are_the_fitted_and_compared_of_simulated_quantities():
    frame = against_reports(toy_result(), toy_scenario())
    assert frame["id"].tolist() == ["R1", "R2", "R3", "R4", "R5", "R6", "R9", "R10", "R11"]
    by_id = frame.set_index("id")
    assert by_id["simulated"].to_dict() == pytest.approx(
        {"R1": 55, "R2": 60, "R3": 20, "R4": 34 / 60, "R5": 35, "R6": 5, "R9": np.nan,
         "R10": 33, "R11": 55}, nan_ok=True
    )  # fmt: skip
    assert by_id["inside"].to_dict() == {
        "R1": True, "R2": False, "R3": False, "R4": True, "R5": None, "R6": True, "R9": None,
        "R10": True, "R11": False,
    }  # fmt: skip
    assert by_id.loc["R1", "when"] == datetime(2010, 6, 12)


def test_no_reports_give_an_empty_table():
    frame = against_reports(toy_result(), toy_scenario(reports=[]))
    assert frame.empty
    assert format_table(frame).startswith("when")
    assert tally(frame) == "inside their range: no figure has one"


def test_the_table_fits_a_terminal_and_marks_each_row():
    text = format_table(against_reports(toy_result(), toy_scenario()))
    lines = text.splitlines()
    assert len(lines) == 1 + 2 + 9
    assert max(map(len, lines)) <= 100
    marks = {line.split()[-1] for line in lines[1:]}
    assert {"inside", "below", "above"} <= marks
    assert "11 Jun 24:00  crossed so far" in lines[2]
    assert "80 or more" in text
    assert "up to 15" in text
    assert "56.7 %" in text
    assert "+17 %\n" in text
    assert "no value\n" in text


def test_the_table_says_what_each_report_was_used_for():
    reports = [
        {"id": use, "when": "2010-06-12T00:00", "variable": "crossed", "low": 40 + row, "use": use}
        for row, use in enumerate(("compare", "specify", "context", "fit"))
    ]
    frame = against_reports(toy_result(), toy_scenario(reports=reports))
    assert frame["use"].tolist() == ["check", "specify", "fit"]
    told = [line.split("  ")[0] for line in format_table(frame).splitlines()]
    day = "11 Jun 24:00"
    assert told == ["when", "fitted to", day, "specified from", day, "kept to check", day]
    assert "43 or more" in format_table(frame).splitlines()[2]
    assert tally(frame) == (
        "inside their range: 1 of 1 fitted to, 1 of 1 specified from, 1 of 1 kept to check"
    )


def test_summary_is_json_and_says_who_made_it():
    told = summary(toy_result(), toy_scenario())
    again = json.loads(json.dumps(told, allow_nan=False))
    assert again["run"]["seed"] == "1"
    assert again["run"]["digest"] == "0123456789abcdef"
    assert again["run"]["versions"] == {"flowsim": "0.1.0"}
    assert again["run"]["end"] == "2010-06-13T06:00:00"
    figures = again["figures"]
    assert figures["crossed"] == {"final": 60, "peak": 65, "peak_at": "2010-06-12T06:00:00"}
    assert figures["waiting"]["peak"] == 20
    assert figures["waiting"]["by_crossing_at_peak"] == {"Post": 20, "Gap": 0}
    assert figures["crossed_by_crossing"] == {"Post": 55, "Gap": 5}
    assert figures["deaths"] == {"total": 5, "by_group": {"Uzbek": 5, "Kyrgyz": 0, "Other": 0}}
    assert sum(figures["composition_of_crossed"].values()) == pytest.approx(1.0, abs=1e-3)
    assert again["reports"][0]["when"] == "2010-06-12T00:00:00"
    assert again["reports"][6]["simulated"] is None
