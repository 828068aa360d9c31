"""What the rules of a run look at, put together from its parts."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.behaviour.rules import RuleView, ability
from flowsim.model.borders import Borders
from flowsim.model.tolls import Tolls
from flowsim.scenario.scenario import Scenario
from flowsim.world.push_factors import none_at_all
from flowsim.world.violence import Danger
from flowsim.world.world import World


class Circumstances:
    """What the rules of a run look at, in each tick.

    Parameters
    ----------
    scenario : Scenario
    world : World
    borders : Borders
    """

    def __init__(self, scenario: Scenario, world: World, borders: Borders) -> None:
        self._behaviour, self._world, self._borders = scenario.behaviour, world, borders
        self._fled = np.array([c in scenario.flee_from for c in world.countries], dtype=bool)
        self._flees = np.array([group.flees for group in world.groups])
        self._out = np.array([gate.out for gate in world.network.gates], dtype=bool)
        self._places = tuple(world.network.names)
        self._groups = tuple(group.name for group in world.groups)
        self._nothing = none_at_all(*world.residents.shape)
        self._crossing = np.array([gate.crossing for gate in world.network.gates], dtype=np.int64)

    def view(
        self, now: datetime, danger: Danger, news: Floats, gone: Floats, hurry: Floats,
        awaited: Floats, waiting: Ints, way_out: Floats, excess: Floats, tolls: Tolls | None = None,
    ) -> RuleView:  # fmt: skip
        """As things stand.

        Parameters
        ----------
        now : datetime
            Local time at which the tick begins.
        danger : Danger
        news, gone, hurry, awaited, way_out, excess
            See `RuleView`.
        waiting : array (X,)
            Persons at each crossing.
        tolls : Tolls, optional
            Of events with a toll of their own.
        """
        borders, network = self._borders, self._world.network
        none = np.zeros((network.head.size, danger.danger.shape[1]))
        rules, transfers = borders.rules.by_gate, borders.transfers
        return RuleView(
            now=now,
            places=self._places,
            groups=self._groups,
            behaviour=self._behaviour,
            danger=danger.danger,
            struck=danger.struck,
            news=news,
            gone=gone,
            ability=ability(danger, borders.roads),
            inside=self._fled,
            pressure=borders.pressure,
            encouraged=borders.wish,
            inside_places=self._world.inside,
            flees=self._flees,
            hurry=hurry,
            out=self._out,
            awaited=awaited,
            crowd=waiting[self._crossing].astype(np.float64),
            dispersal=np.array([rule.dispersal_per_day for rule in rules], dtype=np.float64),
            moved=np.zeros(self._world.inside.size) if transfers is None else transfers.per_day,
            ahead=danger.danger[network.head],
            on_road=none if danger.on_road is None else danger.on_road,
            toll=np.zeros_like(danger.danger) if tolls is None else tolls.at_place,
            toll_on_road=none if tolls is None else tolls.on_road,
            push=self._nothing if danger.push is None else danger.push,
            way_out=way_out,
            excess=excess,
        )
