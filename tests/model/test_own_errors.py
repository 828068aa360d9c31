"""An error in a policy or rule of the user's own says whose it is, where and when in the run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.scenario.write import write_scenario
from tests.worlds import small_scenario

BORDER = "Here-There"


def mistaken(now: Any, view: Any) -> None:
    view.waiting("Bridg")


class Late:
    """It errs on the second day."""

    def opening(self, now: Any, view: Any) -> None:
        if now.day == 11:
            raise ZeroDivisionError("no room")


def odd(now: Any, view: Any) -> Any:
    return 5


def loose(now: Any, view: Any) -> Any:
    return fs.Opening(leak=3.0)


AT = "Guards at Here-There, 2010-06-10T18:00"
KEY = "KeyError: \"no crossing 'Bridg' at Here-There; there is Bridge\" (test_own_errors.py, line "


@pytest.mark.parametrize(
    ("policy", "says", "cause"),
    [
        (mistaken, f"the policy 'MOD.mistaken' of {AT}: {KEY}", KeyError),
        (fs.policy.override(mistaken), f"the policy 'MOD.mistaken' of {AT}: {KEY}", KeyError),
        (Late(), "the policy 'MOD.Late.opening' of Guards at Here-There, 2010-06-11T00:00: "
         "ZeroDivisionError: no room (test_own_errors.py, line ", ZeroDivisionError),
        (odd, f"the policy 'MOD.odd' of {AT}: it gave 5; a policy gives an Opening or None",
         fs.SimulationError),
        (loose, f"the policy 'MOD.loose' of {AT}: leak=3.0 is not in [0, 1]", fs.SimulationError),
    ],
    ids=["function", "above", "object", "no statement", "out of range"],
)  # fmt: skip
@pytest.mark.parametrize("direction", ["out", "back"])
def test_a_policy(policy: Any, says: str, cause: type[Exception], direction: Any) -> None:
    scenario = small_scenario().add_policies(BORDER, policy, direction=direction)
    with pytest.raises(fs.SimulationError) as error:
        fs.run(scenario)
    assert str(error.value).startswith(says.replace("MOD", __name__))
    assert isinstance(error.value.__cause__, cause)


def test_a_policy_with_a_name_and_crossings() -> None:
    named = fs.policy.override(mistaken).model_copy(
        update={"name": "relief", "crossings": ("Bridge",)}
    )
    with pytest.raises(
        fs.SimulationError, match=f"^the policy 'relief' of Guards at {BORDER} for "
    ):
        fs.run(small_scenario().add_policies(BORDER, named))


def test_a_rule() -> None:
    with pytest.raises(fs.SimulationError) as error:
        fs.run(small_scenario(), rules={"leave": lambda view: view.dangr})
    says = r"the rule 'leave', 2010-06-10T18:00: AttributeError: .*'dangr' \(test_own_errors"
    assert re.match(says, str(error.value))
    assert isinstance(error.value.__cause__, AttributeError)


def test_memory_is_told_as_such() -> None:
    def hungry(now: Any, view: Any) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        fs.run(small_scenario().add_policies(BORDER, hungry))


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = "def policy(now, view):\n    return view.waiting('Bridg')\n"
    Path("own_mistake.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    held = fs.policy.Code(name="relief", call="own_mistake:policy")
    write_scenario(small_scenario().add_policies(BORDER, held), tmp_path)
    told = CliRunner().invoke(cli, ["run", ".", "--allow-code", "--no-figures", "-o", "a"])
    assert told.exit_code == 1
    assert told.stderr == (
        "the run failed: the policy 'relief' of Guards at Here-There, 2010-06-10T18:00: KeyError: "
        "\"no crossing 'Bridg' at Here-There; there is Bridge\" (own_mistake.py, line 2)\n"
    )
    assert not Path("a").exists()
