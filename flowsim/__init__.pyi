from . import evidence, outlines, plot, policy
from .behaviour.own_hazard import OwnHazard
from .errors import Problem, ScenarioError, ScenarioWarning, SimulationError, StoreError, StudyError
from .imports.acled import read_acled
from .imports.places import read_places
from .imports.registrations import read_registrations
from .imports.roads import read_roads
from .learn.calibrate import calibrate
from .learn.forecast import forecast
from .learn.sensitivity import sensitivity
from .model.explain import explain
from .model.flow import FlowModel
from .model.hazards import Hazard
from .model.household import Household
from .model.journeys import follow
from .policy.opening import Opening
from .readers import load
from .reporting.html_report import HtmlReport, report
from .results.result import Result
from .running import run
from .scenario.scenario import Scenario
from .scenario.shipped import scenarios
from .scenario.teaching import teaching_world
from .study.comparison import compare
from .study.crate import export_crate
from .study.export import export
from .study.runs import open_study
from .study.study import Study
from .version import __version__

__all__ = [
    "FlowModel",
    "Hazard",
    "Household",
    "HtmlReport",
    "Opening",
    "OwnHazard",
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
    "calibrate",
    "compare",
    "evidence",
    "explain",
    "export",
    "export_crate",
    "follow",
    "forecast",
    "load",
    "open_study",
    "outlines",
    "plot",
    "policy",
    "read_acled",
    "read_places",
    "read_registrations",
    "read_roads",
    "report",
    "run",
    "scenarios",
    "sensitivity",
    "teaching_world",
]
