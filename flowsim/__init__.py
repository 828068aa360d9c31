"""Simulate people who flee across a border, and compare what border policies do to them.

Names are handed out when they are asked for, so that importing flowsim costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim import evidence as evidence
    from flowsim import plot as plot
    from flowsim import policy as policy
    from flowsim.errors import Problem as Problem
    from flowsim.errors import ScenarioError as ScenarioError
    from flowsim.errors import ScenarioWarning as ScenarioWarning
    from flowsim.errors import SimulationError as SimulationError
    from flowsim.errors import StoreError as StoreError
    from flowsim.errors import StudyError as StudyError
    from flowsim.model.explain import explain as explain
    from flowsim.model.flow import FlowModel as FlowModel
    from flowsim.model.hazards import Hazard as Hazard
    from flowsim.model.household import Household as Household
    from flowsim.policy.opening import Opening as Opening
    from flowsim.readers import load as load
    from flowsim.results.result import Result as Result
    from flowsim.running import run as run
    from flowsim.scenario.scenario import Scenario as Scenario
    from flowsim.scenario.shipped import scenarios as scenarios
    from flowsim.study.comparison import compare as compare
    from flowsim.study.export import export as export
    from flowsim.study.runs import open_study as open_study
    from flowsim.study.study import Study as Study

    __version__: str

_HOME = {
    "FlowModel": "model.flow",
    "Hazard": "model.hazards",
    "Household": "model.household",
    "Opening": "policy.opening",
    "Problem": "errors",
    "Result": "results.result",
    "Scenario": "scenario.scenario",
    "ScenarioError": "errors",
    "ScenarioWarning": "errors",
    "SimulationError": "errors",
    "StoreError": "errors",
    "Study": "study.study",
    "StudyError": "errors",
    "compare": "study.comparison",
    "explain": "model.explain",
    "export": "study.export",
    "load": "readers",
    "open_study": "study.runs",
    "run": "running",
    "scenarios": "scenario.shipped",
}
_MODULES = ("evidence", "plot", "policy")

__all__ = [
    "FlowModel",
    "Hazard",
    "Household",
    "Opening",
    "Problem",
    "Result",
    "Scenario",
    "ScenarioError",
    "ScenarioWarning",
    "SimulationError",
    "StoreError",
    "Study",
    "StudyError",
    "__version__",
    "compare",
    "evidence",
    "explain",
    "export",
    "load",
    "open_study",
    "plot",
    "policy",
    "run",
    "scenarios",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"flowsim.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"flowsim.{name}")
    if name == "__version__":
        from importlib.metadata import version

        return version("flowsim")
    raise AttributeError(f"module 'flowsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
