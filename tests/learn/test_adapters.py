"""The simulator that is handed to other tools."""

import numpy as np
import pytest

import flowsim as fs
from flowsim.learn.adapters import for_other_tools
from tests.learn.toys import reported

VIOLENCE = "behaviour.leaving.violence_per_day"


def test_a_run_is_a_function_of_its_parameters() -> None:
    told = for_other_tools(reported(), [VIOLENCE, "places[*].capacity"])
    assert told.factors == (VIOLENCE, "places[Camp].capacity")
    assert list(told.observed) == ["R0", "R1", "R2"]
    one, again, other = (told.simulate({VIOLENCE: x}) for x in (0.9, 0.9, 0.1))
    assert one == again
    assert one["R1"] > other["R1"] > 0.0
    rows = told.rows(np.array([[0.9, 0.5], [0.1, 0.5]]))
    assert rows.shape == (2, 3)
    assert rows[0, 1] > rows[1, 1]


def test_a_wrong_name_and_a_wrong_number_are_refused() -> None:
    told = for_other_tools(reported())
    with pytest.raises(fs.ScenarioError, match="not a parameter"):
        told.simulate({"behaviour.leaving.men": 0.5})
    with pytest.raises(fs.ScenarioError, match=r"1\.5 is not a position"):
        told.simulate({VIOLENCE: 1.5})
    with pytest.raises(fs.ScenarioError, match="use: fit"):
        for_other_tools(reported().model_copy(update={"reports": ()}))
