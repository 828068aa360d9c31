"""FlowModel: a run of a scenario as a Mesa model."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import mesa
import networkx as nx

from flowsim.behaviour.rules import Rule
from flowsim.draws import seed_key, seed_text
from flowsim.model.agents import REPORTERS, AuthorityAgent, ForceAgent, PlaceAgent
from flowsim.model.compiled import Compiled
from flowsim.model.hazards import Hazard
from flowsim.model.household import Household
from flowsim.model.readable import Readable
from flowsim.model.simulation import Simulation, runnable
from flowsim.results.result import Result
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario

Engine = Literal["columns", "agents"]

DEFAULT_SEED = 1
OURS = (PlaceAgent, AuthorityAgent, ForceAgent, Household)
"""Agents that the simulation itself moves."""


class FlowModel(mesa.Model):
    """People who flee, places, borders and forces, as Mesa sees them.

    All that a run does is done by its `Simulation`, whose attributes the model has too. Agents that
    you add are stepped in the order in which they were made, after everybody else.

    Parameters
    ----------
    setup : Scenario
        What to run.
    engine : {"columns", "agents"}
        Households as compiled rows of a table, or each a `mesa.Agent`; both give the same bytes.
    rng : int or str, optional
        Seed of all draws, named as Mesa names it; 1 where it is not given. It is not a generator:
        every draw is keyed (see `flowsim.draws`).
    rules : dict, optional
        Rates and hazards of one's own by name, see `flowsim.model.hazards`.
    household : type, optional
        A subclass of `Household` that overrides some of what a household does; with the engine
        "agents".
    reporters : dict of functions, optional
        Of the model, by name: what its `datacollector` collects besides its own.
    threads : int
        How many threads share the households of the engine "columns"; the bytes stay the same.

    Attributes
    ----------
    simulation : Simulation

    Raises
    ------
    ScenarioError
        The scenario does not hold together; one from a file was checked when it was loaded.
    ValueError
        A household of one's own with another engine, or threads that an engine cannot use.

    Examples
    --------
    >>> import flowsim as fs
    >>> model = fs.FlowModel(fs.teaching_world(), rng=1)
    >>> model.step()
    >>> f"{model.now:%H:%M}"
    '01:00'
    """

    def __init__(
        self,
        setup: Scenario,
        engine: Engine = "columns",
        rng: int | str | None = None,
        rules: Mapping[str, Rule | Hazard] | None = None,
        household: type[Household] | None = None,
        reporters: Mapping[str, Callable[[Any], Any]] | None = None,
        threads: int = 1,
    ) -> None:
        if isinstance(setup, str | os.PathLike):
            raise not_loaded(setup, "FlowModel")
        if not isinstance(setup, Scenario):
            raise TypeError(
                f"setup is a Scenario, not {type(setup).__name__}; "
                "in batch_run write it as {'setup': [scenario]}"
            )
        if household is not None and engine != "agents":
            raise ValueError('households of one\'s own need engine="agents"')
        seed = seed_text(DEFAULT_SEED if rng is None else rng)
        super().__init__(rng=int(seed_key(seed)))
        self.engine = engine
        made = Compiled() if engine == "columns" else Readable(self, household or Household)
        self.simulation = Simulation(runnable(setup), seed, rules, made, threads)
        self._people_the_map()
        self.datacollector = mesa.DataCollector(model_reporters={**REPORTERS, **(reporters or {})})

    def __getattr__(self, name: str) -> Any:
        """What the model does not know itself is the simulation's."""
        if name == "simulation" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.simulation, name)

    def _people_the_map(self) -> None:
        simulation, network = self.simulation, self.simulation.world.network
        graph = nx.Graph()
        graph.add_nodes_from(range(len(network.names)))
        graph.add_edges_from(zip(network.tail.tolist(), network.head.tolist(), strict=True))
        self.map = mesa.discrete_space.Network(graph, random=self.random)
        cells = {cell.coordinate: cell for cell in self.map.all_cells}
        self._places = {
            place.name: PlaceAgent(self, place, i, cells[i])
            for i, place in enumerate(simulation.world.places)
        }
        for border in simulation.setup.borders:
            for authority in border.authorities:
                agent = AuthorityAgent(self, authority, border.id)
                simulation.views[border.id, authority.country] = agent
        self._forces = {force.name: ForceAgent(self, force) for force in simulation.setup.forces}

    def step(self) -> None:
        """One step of the simulation (see `Simulation.step`), then of all agents of one's own."""
        self.simulation.step()
        for agent in list(self.agents):
            if not isinstance(agent, OURS):
                agent.step()
        self.datacollector.collect(self)
        if not self.simulation.running:
            self.running = False

    @property
    def now(self) -> datetime:
        """Local time."""
        return self.simulation.now

    def place(self, name: str) -> PlaceAgent:
        """The agent of a place."""
        return self._places[name]

    def force(self, name: str) -> ForceAgent:
        """The agent of a security force; KeyError, with those there are, where it is not known."""
        if name not in self._forces:
            raise KeyError(f"no force {name!r}; there is {', '.join(self._forces) or 'none'}")
        return self._forces[name]

    def result(self, provenance: bool = True) -> Result:
        """What was recorded, labelled; see `flowsim.run`."""
        return self.simulation.result(provenance)
