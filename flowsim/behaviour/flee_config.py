"""Section of the rules of Flee 3, by the names of its settings; units of a day."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flowsim.config import NonNegative, Positive, Section, Share

FLOOD, HUNGER = "flood", "hunger"
"""Drivers that Flee's rules know: levels of floods, and the part of the people who go hungry."""
Power = Annotated[float, Field(ge=0.0, le=10.0)]
AnyPower = Annotated[float, Field(ge=-10.0, le=10.0)]


class Spawning(Section):
    """How many persons start each day, and where."""

    mode: Literal["data", "constant", "pop_ratio", "poisson"] = "data"
    """As registered (`arrivals`), or by each place in conflict: a number, a part of its population,
    or a Poisson number; each times the intensity there."""
    displaced_per_conflict_day: NonNegative = 500.0
    """Persons of a place in conflict a day; for `pop_ratio` a part of its population."""
    take_from_population: bool = False
    """Whether those who start are taken off the population, and with it off the weights."""
    insert_day0: bool = True
    """Whether the first day's registered are in their camps at the start."""
    empty_camps_on_day0: bool = False
    """Whether a folder of Flee is read with its camps empty at the start, and less in all reports
    the persons of the first day."""
    conflict_spawn_decay: tuple[NonNegative, ...] = ()
    """Factor on the weight of a place by the intervals since its conflict began; the last holds
    on. Empty means none."""
    conflict_spawn_decay_interval: Positive = 30.0
    """Days."""
    starvation_driven_spawning: bool = False
    """Whether hunger weighs beside conflict where those live who start; see `HUNGER`."""
    conflict_zone_spawning_only: bool = True
    """Whether it does so only at places in conflict."""


class Flee(Section):
    """Settings of Flee 3 (`rules: flee`): where people go, how far in a day, and how many start.

    Weight of a way: ``((score + weight_softening) / (km + softening) ** distance_power * room) **
    weight_power``, drawn anew at each stop (Suleimenova, Bell and Groen 2017).
    """

    spawning: Spawning = Spawning()
    """How many start, and where."""
    max_move_speed: Positive = 360.0
    """km/day."""
    max_walk_speed: Positive = 35.0
    """km/day, on the first link of those who start on foot."""
    foreign_weight: NonNegative = 1.0
    """Factor on the score of places abroad."""
    camp_weight: NonNegative = 1.0
    """Factor on the score of camps."""
    conflict_weight: NonNegative = 10.0**-0.5
    """Factor on the score of a place in conflict at intensity 1."""
    conflict_movechance: Share = 1.0
    """Chance to move on, a day, from a place in conflict."""
    camp_movechance: Share = 0.001
    """The same from a camp."""
    idpcamp_movechance: Share = 0.1
    """The same from a camp of the displaced inside."""
    default_movechance: Share = 0.3
    """The same from any other place."""
    awareness_level: Annotated[int, Field(ge=1, le=1000)] = 1
    """Links that people look ahead. Their ways are many: a run that has too many is refused."""
    capacity_buffer: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    """Part of a camp's capacity above which it draws less."""
    capacity_scaling: Positive = 1.0
    """Factor on all capacities."""
    avoid_short_stints: bool = False
    """Whether those who moved little of late move on from towns for sure."""
    start_on_foot: bool = False
    """Whether people walk on their first link."""
    softening: NonNegative = 10.0
    """Kilometres added to each way."""
    weight_softening: NonNegative = 0.0
    """Added to the score of each way."""
    weight_power: Power = 1.0
    """Power of the weight of a way."""
    distance_power: Power = 1.0
    """Power of the length of a way."""
    movechance_pop_base: Positive = 10_000.0
    """Population at which the chance to move on is as given."""
    movechance_pop_scale_factor: AnyPower = 0.0
    """Power of population (or capacity) over the base, on the chance to move."""
    use_pop_for_loc_weight: bool = False
    """Whether the population of places makes them attractive."""
    pop_power_for_loc_weight: AnyPower = 0.1
    """Power of the population in the score of places that are not camps, where that is used."""
    pruning_threshold: NonNegative = 1.0
    """Ways of less than the largest weight over this are dropped; 1 means none is."""
    stay_close_to_home: bool = False
    """Whether people prefer places near home."""
    home_distance_power: Power = 0.5
    """Power of the distance from home, where they do."""
    flee_when_starving: bool = False
    """Whether as many more move on from a place as go hungry there."""
    avoid_food_deprived_locations: bool = False
    """Whether places at home draw less, the more go hungry there."""
    flood_movechances: tuple[Share, ...] = ()
    """Chance to move on, a day, from a place that is flooded, by level from 0; in a line between.
    Empty means that floods change nothing of it."""
    flood_loc_weights: tuple[NonNegative, ...] = ()
    """Factor on the score of a place that is flooded, by level from 0. Empty means 1."""
    hasten: Annotated[int, Field(ge=1)] = 1
    """Persons for whom one stands; all numbers are divided by it."""
    missing_rules: tuple[str, ...] = ()
    """Settings that ask for rules of Flee which are not here: `rules: flee` refuses to run with
    any, and flowsim's own rules need none."""
    strict: bool = False
    """With Flee's own defects where a published figure depends on them."""
