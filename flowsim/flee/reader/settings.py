"""Flee's ``simsetting.yml`` as the settings `flowsim.behaviour.flee_config.Flee`.

Every key that Flee reads is mapped, told as one that changes nothing, or as one whose rule is not
here, without which Flee's rules do not run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flowsim.behaviour.flee_config import Flee
from flowsim.errors import Problem, ScenarioError
from flowsim.flee.reader.rows import Notes
from flowsim.scenario.files import YAML_BYTES, is_file
from flowsim.scenario.flaws import Flaw, did_you_mean
from flowsim.scenario.leaves import settle
from flowsim.scenario.nodes import Loc, Node, Spot
from flowsim.scenario.read import parse

FILE = "simsetting.yml"

MAPPED: Mapping[str, Mapping[str, str]] = {
    "spawn_rules": {
        name: f"spawning.{name}"
        for name in (
            "take_from_population", "insert_day0", "empty_camps_on_day0", "conflict_spawn_decay",
            "conflict_spawn_decay_interval", "starvation_driven_spawning",
            "conflict_zone_spawning_only",
        )
    },
    "move_rules": {
        name: name
        for name in (
            "max_move_speed", "max_walk_speed", "foreign_weight", "camp_weight", "conflict_weight",
            "conflict_movechance", "camp_movechance", "idpcamp_movechance", "default_movechance",
            "awareness_level", "capacity_buffer", "capacity_scaling", "avoid_short_stints",
            "start_on_foot", "softening", "weight_softening", "weight_power", "distance_power",
            "stay_close_to_home", "home_distance_power", "use_pop_for_loc_weight",
            "pop_power_for_loc_weight", "movechance_pop_base", "movechance_pop_scale_factor",
            "pruning_threshold", "flee_when_starving", "avoid_food_deprived_locations",
        )
    },
    "optimisations": {"hasten": "hasten"},
}  # fmt: skip
"""Keys by section, with the field of `Flee` that each becomes."""

NO_EFFECT: Mapping[str, tuple[str, ...]] = {
    "": ("number_of_steps", "conflict_input_file", "flood_level_input_file",
         "default_conflict_intensity"),
    "log_levels": ("agent", "link", "camp", "init", "conflict", "flood", "idp_totals",
                   "granularity"),
    "spawn_rules": ("average_social_connectivity", "camps_are_sinks", "camps_are_sicks",
                    "flood_spawn_mode"),
    "move_rules": ("max_crossing_speed", "two_system_decision_making", "avg_religion_fraction"),
}  # fmt: skip
"""Keys that change no number here: logs, or what Flee itself reads and does not use."""

MISSING: Mapping[str, Mapping[str, Any]] = {
    "spawn_rules": {
        "flood_zone_spawning_only": False,
        "read_from_agents_csv_file": False, "sum_from_camps": True,
        "flood_driven_spawning": None, "flood_driven_spawn_mode": None,
    },
    "move_rules": {
        "ChildrenAvoidHazards": False, "BoysTakeRisk": False, "ElderlyAvoidHazards": False,
        "WomenAvoidHazards": False, "MatchCampReligion": False, "MatchCampEthnicity": False,
        "MatchTownEthnicity": False, "MatchConflictEthnicity": False, "fixed_routes": False,
        "use_economic_pull": False, "harvest_months": (),
    },
}  # fmt: skip
"""Keys whose rules are not here, with the value by which they do nothing; see
`Flee.missing_rules`."""

FLOOD_RULES = ("flood_movechances", "flood_loc_weights")
"""Keys of the rules of floods that become fields of `Flee`."""
OF_FLOODS = (
    "max_flood_level", "flood_forecaster", "flood_forecaster_timescale", "flood_link_weights",
    "flood_forecaster_weights", "flood_forecaster_end_time", "flood_awareness_weights",
)  # fmt: skip
"""Their other keys, which change nothing where nobody forecasts."""

SECTIONS = ("log_levels", "spawn_rules", "move_rules", "optimisations")
V1 = {"max_move_speed": 200.0, "start_on_foot": False, "avoid_short_stints": False,
      "camp_weight": 2.0, "conflict_weight": 0.25}  # fmt: skip
"""What `use_v1_rules` sets, whatever else is told."""
MODES = ("constant", "pop_ratio", "poisson")
FLAGS = ("starvation_driven_spawning", "conflict_zone_spawning_only", "flee_when_starving",
         "avoid_food_deprived_locations",
         "take_from_population", "insert_day0", "empty_camps_on_day0", "avoid_short_stints",
         "start_on_foot", "stay_close_to_home", "use_pop_for_loc_weight")  # fmt: skip


def find_settings(folder: Path, tables: Path) -> Path | None:
    """The settings of a folder of Flee: in it, with its tables, beside it, or one above that.

    FabFlee has them beside the conflicts of a set, or above its folder of changed copies.
    """
    above = folder.resolve().parent
    among = (folder / FILE, tables / FILE, above / FILE, above.parent / FILE)
    return next((path for path in among if is_file(path)), None)


def read_settings(path: Path, notes: Notes) -> Flee:
    """The settings of a file; what is wrong in it is noted by line and column.

    A key that is not told has the value that Flee gives it.
    """
    text = notes.text(path, YAML_BYTES)
    if text is None:
        return Flee()
    try:
        root = parse(text, str(path), "Flee's settings")
    except ScenarioError as error:
        notes.problems += error.problems
        return Flee()
    return _Settings(path, notes).read(root)


@dataclass
class _Settings:
    """Gathers values by field, with where each is told."""

    path: Path
    notes: Notes
    values: dict[str, Any] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    v1: bool = False

    def read(self, root: Node) -> Flee:
        for section, node in self._items(root, "the file"):
            if section in NO_EFFECT[""]:
                continue
            if section == "flood_rules":
                self._take("move_rules", section, node, root.keys[section])
            elif section not in SECTIONS:
                self._unknown(section, root.keys[section], [*SECTIONS, *NO_EFFECT[""]])
            elif node.value is not None:
                for key, value in self._items(node, section):
                    self._take(section, key, value, node.keys[key])
        return self._checked()

    def _items(self, node: Node, what: str) -> Iterator[tuple[str, Node]]:
        if isinstance(node.value, dict):
            yield from node.value.items()
        else:
            self._wrong(node.at, what, "this is not a mapping", "give keys with values")

    def _take(self, section: str, key: str, node: Node, at: Spot) -> None:
        path = f"{section}.{key}"
        if key in MAPPED.get(section, {}):
            self._map(MAPPED[section][key], path, node)
        elif (section, key) == ("spawn_rules", "conflict_driven_spawning"):
            if node.value is not None:
                self._mode(node)
        elif (section, key) == ("move_rules", "flood_rules"):
            if node.value is not None:
                self._floods(node)
        elif (section, key) == ("move_rules", "use_v1_rules"):
            self.v1 = self._flag(path, node)
        elif key in MISSING.get(section, {}):
            harmless = MISSING[section][key]
            if node.value is not None and _plain(node) != harmless:
                self._missing(path, at)
        elif section == "log_levels":
            if key.lower() not in NO_EFFECT[section]:
                self.notes.tell(at.file, at.line, f"{path} is not known, and logs change nothing")
        elif key in NO_EFFECT.get(section, ()):
            if node.value not in (None, False):
                self.notes.tell(at.file, at.line, f"{path} changes nothing, and is left out")
        else:
            known = [
                *MAPPED.get(section, ()),
                *NO_EFFECT.get(section, ()),
                *MISSING.get(section, ()),
            ]
            known += ["conflict_driven_spawning", "use_v1_rules", "flood_rules"]
            self._unknown(path, at, known, key)

    def _map(self, name: str, path: str, node: Node) -> None:
        """A value as it stands; what `Flee` does not take is told by `_checked`."""
        key = name.rsplit(".", 1)[-1]
        if node.value is None:
            return
        value = self._flag(path, node) if key in FLAGS else _plain(node)
        if key == "awareness_level" and value == -1:
            self.notes.tell(node.at.file, node.at.line, f"{path} -1 means 1 in Flee")
            value = 1
        self.values[name], self.spots[key] = value, node.at

    def _mode(self, node: Node) -> None:
        path = "spawn_rules.conflict_driven_spawning"
        told: dict[str, Node] = {}
        for key, value in self._items(node, path):
            if key in ("spawn_mode", "displaced_per_conflict_day"):
                told[key] = value
            else:
                self._unknown(
                    f"{path}.{key}",
                    node.keys[key],
                    ["spawn_mode", "displaced_per_conflict_day"],
                    key,
                )
        mode = "constant"
        if "spawn_mode" in told:
            mode = str(told["spawn_mode"].value).lower()
            if mode not in MODES:
                near = did_you_mean(mode, MODES)
                wrong = f"there is no mode {told['spawn_mode'].value!r}"
                self._wrong(
                    told["spawn_mode"].at, f"{path}.spawn_mode", wrong,
                    f"give one of {', '.join(MODES)}{near}",
                )  # fmt: skip
                return
        self.values["spawning.mode"] = mode
        number = told.get("displaced_per_conflict_day")
        self.values["spawning.displaced_per_conflict_day"] = (
            _plain(number) if number else (0.01 if mode == "pop_ratio" else 500.0)
        )
        self.spots["displaced_per_conflict_day"] = number.at if number else node.at

    def _floods(self, node: Node) -> None:
        """Rules of floods: the forecaster is not here, and Flee itself has no weights of links."""
        path = "move_rules.flood_rules"
        forecasts = False
        for key, value in self._items(node, path):
            at = node.keys[key]
            if key in FLOOD_RULES and value.value is not None:
                self._map(key, f"{path}.{key}", value)
            elif key == "flood_forecaster":
                forecasts = self._flag(f"{path}.{key}", value)
            elif key == "flood_link_weights" and value.value is not None:
                self.notes.tell(at.file, at.line, f"{path}.{key} changes nothing, and is left out")
            elif key not in (*FLOOD_RULES, *OF_FLOODS):
                self._unknown(f"{path}.{key}", at, [*FLOOD_RULES, *OF_FLOODS], key)
        if forecasts:
            self._missing(f"{path}.flood_forecaster", node.keys["flood_forecaster"])

    def _missing(self, path: str, at: Spot) -> None:
        self.missing.append(path)
        how = "flowsim's own rules do without it, and `rules: flee` does not run"
        self.notes.tell(at.file, at.line, f"{path} asks for a rule that is not here: {how}")

    def _flag(self, path: str, node: Node) -> bool:
        """Yes or no; Flee takes any text for yes, 'False' too."""
        if isinstance(node.value, bool):
            return node.value
        right = "write True or False, without quotes"
        self._wrong(node.at, path, f"{node.value!r} is neither true nor false", right)
        return False

    def _checked(self) -> Flee:
        top = {k: v for k, v in self.values.items() if "." not in k}
        top |= V1 if self.v1 else {}
        inner = {k.split(".")[1]: v for k, v in self.values.items() if "." in k}
        told = {**top, "spawning": inner, "missing_rules": tuple(self.missing)}
        odd: list[Flaw] = []
        told = settle(told, Flee, (), None, odd)
        for flaw in odd:
            self._wrong(self._at(flaw.loc), self._name(flaw.loc), flaw.wrong, flaw.right)
        if odd:
            return Flee()
        try:
            return Flee.model_validate(told)
        except ValidationError as error:
            for item in error.errors():
                wrong = f"{item['input']!r} cannot be used: {item['msg'].lower()}"
                right = "give a value that Flee's rules can use"
                self._wrong(self._at(item["loc"]), self._name(item["loc"]), wrong, right)
            return Flee()

    def _name(self, loc: Loc) -> str:
        """The setting that a location is of, or in."""
        return next((part for part in reversed(loc) if isinstance(part, str)), "")

    def _at(self, loc: Loc) -> Spot:
        return self.spots.get(self._name(loc), Spot(str(self.path), 1, 1))

    def _unknown(self, path: str, at: Spot, known: list[str], key: str = "") -> None:
        near = did_you_mean(key or path, known)
        self._wrong(at, path, "Flee does not know this key", f"leave it out{near}")

    def _wrong(self, at: Spot, path: str, wrong: str, right: str) -> None:
        self.notes.problems.append(Problem(path, wrong, right, at.file, at.line, at.column))


def _plain(node: Node) -> Any:
    value = node.plain()
    return tuple(value) if isinstance(value, list) else value


def _told(value: Any) -> str:
    return "nothing" if value in (None, ()) else str(value)
