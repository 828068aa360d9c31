"""Words that mean a thing by another name lead to the name that it has here."""

from __future__ import annotations

import pytest

import flowsim as fs
from flowsim.check.measure import measure
from flowsim.policy.gatekeeping import Closed
from flowsim.scenario.flaws import did_you_mean, unknown_key
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shape import fields_of
from flowsim.world.config import Place, Route
from tests.worlds import small_scenario


@pytest.mark.parametrize(
    ("kind", "word", "meant"),
    [
        (Closed, "until", "stop"), (Closed, "end", "stop"), (Closed, "to", "stop"),
        (Closed, "from", "start"), (Closed, "Since", "start"), (Scenario, "until", "end"),
        (Scenario, "stop", "end"), (Route, "from", "start"), (Route, "to", "end"),
        (Route, "distance", "km"), (Place, "latitude", "lat"), (Place, "lng", "lon"),
        (Place, "id", "name"),
    ],
)  # fmt: skip
def test_keys(kind: type, word: str, meant: str) -> None:
    assert unknown_key(word, fields_of(kind))[1].endswith(f"(did you mean {meant!r}?)")


def test_spelling_goes_before_meaning() -> None:
    assert did_you_mean("ENDS", ["stop", "ends"]) == " (did you mean 'ends'?)"
    assert did_you_mean("until", ["until ", "stop"]).startswith(" (did you mean 'stop'?)")


def test_all_keys_are_named_where_none_is_near() -> None:
    with pytest.raises(fs.ScenarioError) as error:
        small_scenario().with_values(
            {"borders[Here-There].authorities[There].policies": [{"type": "open", "colour": 1}]}
        )
    assert str(error.value).endswith(
        "there is no key 'colour'; use one of name, start, stop, crossings, source, note, type, "
        "priority, delay_hours, cost_km"
    )


@pytest.mark.parametrize("word", ["dead", "killed", "fatalities", "Deaths"])
def test_deaths_are_not_those_in_the_queue(word: str) -> None:
    with pytest.raises(fs.ScenarioError, match=r"is not an outcome .*\(did you mean 'deaths'\?\)"):
        measure(small_scenario(end="2010-06-10T21:00"), (word,), 1, 1, 1)
