"""A page on every field of a scenario file: type, unit, default, example, and where it acts.

All of it comes from the sections themselves: their docstrings, types and defaults. Only the unit
(`flowsim.scenario.units`) and an example of a field follow from its name and type, and where a
section acts is said here once for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from flowsim.behaviour.own_hazard import HAZARDS_IN_FILES, OwnHazard
from flowsim.config import Section, field_docs
from flowsim.errors import ScenarioError
from flowsim.policy.base import Policy
from flowsim.policy.stock import STOCK, kinds
from flowsim.scenario.draft import ROWS
from flowsim.scenario.leaves import settle
from flowsim.scenario.read import parse
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shape import adapter, bare, is_section
from flowsim.scenario.units import in_words, unit
from flowsim.scenario.write import TABLES

ACTS: Mapping[str, str] = {
    "Scenario": "everywhere (MODEL.md 2 and 3)",
    "Place": "homes of households, ends of routes, hosts and camps (MODEL.md 2, 5, 7.11)",
    "PlaceCapacity": "camps and hosts (MODEL.md 7.11)",
    "Route": "route choice and travel; over a border, the gates (MODEL.md 7.6 to 7.8)",
    "Group": "households at the start, and whom violence and policies mean (MODEL.md 5)",
    "Violence": "danger at places (MODEL.md 7.3), and by it leaving, routes, harm and return",
    "Event": "danger at places (MODEL.md 7.3), and by it leaving, routes, harm and return",
    "ForceEffect": "violence and roads where forces stand (MODEL.md 7.3)",
    "Force": "violence and roads where it stands (MODEL.md 7.3)",
    "Order": "violence and roads where the force stands (MODEL.md 7.3)",
    "Condition": "leaving, travel and violence at its places (MODEL.md 7.3, 7.5, 7.7)",
    "Border": "gates and queues (MODEL.md 7.8 and 7.9)",
    "Authority": "gates and queues on its side, and people sheltered with it (MODEL.md 7.9)",
    "Behaviour": "what households do (MODEL.md 7.4 to 7.12)",
    "News": "what households believe (MODEL.md 7.4)",
    "Leaving": "the hazard of leaving (MODEL.md 7.5)",
    "Origins": "where told arrivals live (MODEL.md 7.5)",
    "RouteChoice": "route choice and travel (MODEL.md 7.6 and 7.7)",
    "Waiting": "what households do at a gate (MODEL.md 7.8 and 7.9)",
    "Harm": "deaths and wounds (MODEL.md 7.10)",
    "Returning": "the hazard of going home (MODEL.md 7.12)",
    "OwnHazard": "what else can happen to households, with what their types say (MODEL.md 7.2)",
    "Reception": "camps, hosts and registration (MODEL.md 7.11)",
    "Arrival": "how many leave, with `behaviour.leaving.count: given` (MODEL.md 7.5)",
    "Flee": "all that people do, with `rules: flee` (MODEL.md 9)",
    "Spawning": "how many start, with `rules: flee` (MODEL.md 9)",
    "Report": "tables, scores and likelihoods, beside a run; never in it (MODEL.md 7.17)",
    "Evidence": "how much reports weigh in a likelihood; never in a run (MODEL.md 7.17)",
    "Number": "studies that sample numbers; never in a run of its own (MODEL.md 7.14)",
    "Population": "which households are run, and by what counts are multiplied (MODEL.md 7.16)",
    "GateCapacity": "queues at its gates (MODEL.md 7.8)",
    "Threat": "leaving, route choice, settling and return (MODEL.md 7.3, 7.5)",
    "Driver": "leaving, route choice, settling and return (MODEL.md 7.3, 7.5)",
    "Level": "what the driver does (MODEL.md 7.3)",
    "Escalation": "violence as it goes on (MODEL.md 7.3)",
    "RoadEvent": "how many come out of a road (MODEL.md 7.7)",
    "Fuel": "when who leaves by road can set out (MODEL.md 7.7)",
    "Traffic": "lines on roads with a capacity (MODEL.md 7.7)",
    "Linked": "studies that sample numbers; never in a run of its own (MODEL.md 7.14)",
    "Watch": "when a policy that reacts is in force (MODEL.md 7.9)",
}
"""Where a section acts, in words; policies are told together."""
POLICY_ACTS = "gates, roads and people sheltered, as its authority states it (MODEL.md 7.9)"
MEANT: Mapping[str, str] = {
    "source": "Where it comes from; only told.",
    "note": "Anything else to tell.",
    "type": "Which policy it is.",
    "name": "Its name.",
}
"""Fields that mean the same in every section that says no more of them."""
_EXAMPLES: Mapping[str, str] = {
    "name": "Osh", "country": "Kyrgyzstan", "timezone": "Asia/Bishkek", "lat": "40.53",
    "lon": "72.8", "km": "12.5", "population": "58000", "url": "https://example.org/report",
    "household_size": "{1: 0.2, 4: 0.8}", "share": "{North: 0.6, South: 0.4}",
    "target": "{North: 1.0}", "flee_from": "[Kyrgyzstan]", "between": "[Kyrgyzstan, Uzbekistan]",
    "hours": "[20, 6]", "crossing": "Dostuk", "crossings": "[Dostuk]", "place": "Osh",
    "places": "[Osh, Uzgen]", "start": "2010-06-10T18:00", "stop": "2010-06-14T12:00",
    "end": "2010-06-28T00:00", "source": "census of 2009", "note": "fires until 14 June",
    "path": "places[Osh].population", "id": "KG001", "region": "Osh", "groups": "[North]",
    "title": "Southern Kyrgyzstan, June 2010", "persons": "1200", "size": "500",
    "capacity": "2000", "gate_per_hour": "200", "sheltered": "300", "nationality": "Kyrgyzstan",
    "call": "mine:Relief", "arguments": "{where: Osh}", "shares": "{Osh: 2, Uzgen: 1}",
    "exempt": "[wounded]", "barred": "[men]", "priority": "[wounded, children]",
    "value": "6000", "low": "5000", "high": "7000", "intensity": "1", "code": "mine.py:relief",
}  # fmt: skip


def reference() -> str:
    """The page, as Markdown.

    Examples
    --------
    >>> page = reference()
    >>> next(line for line in page.splitlines() if line.startswith("| `gate_per_hour`"))[:64]
    '| `gate_per_hour` | number above 0, or none | persons/h | none |'
    """
    parts = [_HEAD]
    for section, where in _sections():
        parts.append("\n".join(_about(section, where)))
    parts.append(_POLICIES)
    for told, policy in sorted(STOCK.items()):
        parts.append("\n".join(_about(policy, f"`type: {told}`")))
    parts += _of_packages()
    return "\n\n".join(parts) + "\n"


def _of_packages() -> Iterator[str]:
    """What installed packages add, if anything; who has none of them gets the page as it is."""
    policies = {told: kind for told, kind in kinds().items() if told not in STOCK}
    hazards = HAZARDS_IN_FILES.kinds()
    if policies or hazards:
        yield "## Of packages that are installed here"
    for told, kind in (*policies.items(), *hazards.items()):
        yield "\n".join(_about(kind, f"`type: {told}`"))


_NAMES = ", ".join(f"`{name}`" for name in TABLES.values())
_HEAD = f"""# Every field of a scenario

`flowsim schema --markdown` prints this page, which is made from the code; do not edit it.

A scenario is a folder with a `scenario.yaml` and tables beside it, as {_NAMES}.
Each list of sections may be the name of such a table; a number may carry its range and source, in
YAML as `{{value, low, high, distribution, source, note}}`, in a table in the columns `X.low`,
`X.high`, `X.source` beside `X`. In a table a list is one cell with `;` between (`Osh;Uzgen`), and a
value by name has a column for each (`share.North`). A time is local and written `2010-06-10T18:00`;
a duration `90min`, `1h` or `1d`. A field without a default has to be given.
*Danger* is 1 on the worst day in the worst place; *utility* is the unit of route choice, in which a
difference of 1 makes one way 2.7 times as likely as the other."""
_POLICIES = """## Policies

Policies stand in `borders[].authorities[].policies`, for those who flee, and in `back`, for those
who go home. All have the fields `name`, `start`, `stop`, `crossings`, `source` and `note`."""


def _sections() -> Iterator[tuple[type[Section], str]]:
    """The sections of a scenario and where each stands, in the order of the fields."""
    todo: list[tuple[type[Section], str]] = [(Scenario, "`scenario.yaml`")]
    seen = {Scenario, *STOCK.values()}
    while todo:
        section, where = todo.pop(0)
        yield section, where
        path = "" if section is Scenario else where.strip("`").split("`")[0] + "."
        for name, field in section.model_fields.items():
            for inner in _inner(field.annotation):
                if inner not in seen:
                    seen.add(inner)
                    many = "[]" if get_origin(field.annotation) is tuple else ""
                    todo.append((inner, f"`{path}{name}{many}`"))


def _inner(expected: Any) -> Iterator[type[Section]]:
    """The sections in a type; of policies, which are told apart, only what they hold."""
    if is_section(expected):
        yield expected
    if expected in STOCK.values():
        return
    for part in get_args(expected):
        yield from _inner(part)


def _about(section: type[Section], where: str) -> list[str]:
    name = section.__name__
    lines = [f"## {name}: {where}", "", _first(section.__doc__ or "")]
    acts = ACTS.get(name, POLICY_ACTS if issubclass(section, Policy) else "")
    if issubclass(section, OwnHazard):
        acts = ACTS["OwnHazard"]
    table = next((TABLES[loc] for loc, row in ROWS.items() if row is section and loc in TABLES), "")
    if acts:
        lines += ["", f"Where it acts: {acts}." + (f" Rows of `{table}`." if table else "")]
    lines += [
        "",
        "| field | type | unit | default | example | what it is |",
        "|---|---|---|---|---|---|",
    ]
    shared = ("name", "start", "stop", "crossings", "source", "note")
    shares = issubclass(section, Policy | OwnHazard) and section is not OwnHazard
    for field, info in section.model_fields.items():
        if shares and field in (*shared, "type") and not info.is_required():
            continue
        told = info.description or field_docs(section).get(field)
        cells = (f"`{field}`", *_cells(name, field, info, told))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def _cells(section: str, name: str, info: FieldInfo, doc: str | None) -> tuple[str, ...]:
    expected: Any = (
        Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    )
    told = " ".join((doc or MEANT.get(name, "")).split())
    default = _default(info)
    return (
        in_words(expected),
        unit(section, name, expected),
        default,
        _example(section, name, expected, default),
        told,
    )


def _first(doc: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(doc.strip().split("\n\n")[0].split())


def _default(info: FieldInfo) -> str:
    value = info.default
    if value is PydanticUndefined:
        return "—" if info.is_required() else _told(info.get_default(call_default_factory=True))
    if isinstance(value, int) and not isinstance(value, bool) and _is_duration(info):
        return f"{value // 3600}h" if value % 3600 == 0 else f"{value}s"
    return _told(value)


def _is_duration(info: FieldInfo) -> bool:
    return info.annotation is int and any(
        type(m).__name__ == "BeforeValidator" for m in info.metadata
    )


def _told(value: Any) -> str:
    if value is None or value in ((), {}, ""):
        return "none"
    if isinstance(value, Section):
        return "its defaults"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(list(value)) if isinstance(value, tuple) else str(value)


_OWN_EXAMPLES: Mapping[tuple[str, str], str] = {
    ("Scenario", "name"): "my_crisis", ("Route", "start"): "Osh", ("Route", "end"): "Uzgen",
    ("Group", "name"): "North", ("Force", "name"): "Army", ("Condition", "name"): "Night curfew",
    ("Corridor", "routes"): "[[Osh, Uzgen]]", ("Checkpoint", "routes"): "[[Osh, Uzgen]]",
    ("Authority", "name"): "Uzbekistan", ("Border", "id"): "Kyrgyzstan-Uzbekistan",
    ("Event", "name"): "shots at the square", ("Event", "to"): "Uzgen", ("Event", "crowd"): "3000",
    ("Event", "deaths"): "40", ("Event", "wounded"): "120", ("Order", "against"): "[South]",
    ("Threat", "name"): "advance", ("Driver", "name"): "flood", ("Level", "driver"): "flood",
    ("RoadEvent", "name"): "accident", ("RoadEvent", "route"): "[Osh, Uzgen]",
    ("Route", "vehicles_per_hour"): "600", ("Route", "persons_per_hour"): "900",
    ("Route", "lanes"): "1", ("Route", "waiting_room"): "5000",
    ("GateCapacity", "persons_per_hour"): "400", ("PlaceCapacity", "sites"): "6",
    ("PlaceCapacity", "places_per_site"): "200", ("PlaceCapacity", "hosts"): "500",
    ("Fuel", "vehicles_per_day"): "1200", ("Place", "capacity_per_day"): "250",
    ("Linked", "name"): "capacities", ("Linked", "inputs"): '["places[*].capacity"]',
    ("Linked", "low"): "0.5", ("Linked", "high"): "2",
    ("Scenario", "in_order"): '[["threats[dam].start", "threats[dam].lost_from"]]',
}  # fmt: skip
_CANDIDATES = ("0.5", "1", "2", "30min", "2010-06-12T18:00", "[Osh]", "[0.5, 0.2]", "[men]", "text")


def _example(section: str, name: str, expected: Any, default: str) -> str:
    """The first of some values that could stand there, as it is in YAML."""
    kind = bare(expected)
    words = [str(w) for w in get_args(kind)] if get_origin(kind) is Literal else []
    if kind is bool:
        words = ["false" if default == "true" else "true"]
    if "policy" in in_words(expected):
        return "`[{type: closed}]`" if get_origin(kind) is tuple else "`{type: closed}`"
    if kind is str:
        words = ["text"]
    known = [t for t in (_OWN_EXAMPLES.get((section, name)), _EXAMPLES.get(name)) if t]
    if default not in ("—", "none", "its defaults", "0", "1") and not words:
        known.append(default)
    for text in (*known, *(word for word in words if word != default), *words, *_CANDIDATES):
        if fits(text, expected):
            return f"`{text}`"
    return "see below"


def fits(text: str, expected: Any) -> bool:
    """Whether a text of YAML is valid there.

    Examples
    --------
    >>> fits("0.5", float), fits("many", float), fits("[Osh, Uzgen]", tuple[str, str])
    (True, False, True)
    """
    try:
        value = parse(f"x: {text}", "").get("x")
        flaws: list[Any] = []
        settled = settle(None if value is None else value.plain(), expected, (), None, flaws)
        adapter(expected).validate_python(settled)
    except (ScenarioError, ValidationError):
        return False
    return not flaws
