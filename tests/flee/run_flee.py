"""Runs Flee 3.1 itself on folders of its format, as a yardstick for ``rules: flee``.

Not a test: it needs an environment of its own, without MPI::

    python -m venv flee && flee/bin/pip install --no-deps flee==3.1
    flee/bin/pip install numpy pandas pyyaml beartype networkx matplotlib
    flee/bin/python tests/flee/run_flee.py CONFLICTS OUT --members 10 --hasten 10

CONFLICTS holds the folders and ``simsetting.yml``; OUT gets a file of each conflict and member
with the camps, their persons at the end of each day, the registered ones of the day, and the
persons at all places. Flee 3.1
knows no ``capacity_scaling`` and does not lower the capacity of a camp by those who are there on
day 0, as the version does that the published figures are of; both are done here, to the capacities.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import tempfile
import time
import types
from pathlib import Path

import numpy as np

NAMES = ("mali2012", "burundi2015", "tigray2020", "car2013", "ssudan2013", "nigeria2016")


def run_flee(
    folder: Path, settings: Path, hasten: int, seed: int, days: int | None = None
) -> dict[str, np.ndarray]:
    """One run: names of the camps, simulated and registered persons by day and camp."""
    stub = types.ModuleType("mpi4py")
    stub.MPI = types.ModuleType("MPI")
    sys.modules.setdefault("mpi4py", stub)
    import yaml
    from flee import InputGeography, flee, spawning
    from flee.datamanager import handle_refugee_data, read_period
    from flee.SimulationSettings import SimulationSettings

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - Flee draws from it
    vars(spawning)["__refugee_debt"] = 0  # what is left of the run before, in this process
    told = yaml.safe_load(settings.read_text())
    told["optimisations"] = {"hasten": hasten}
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump(told, file)
        file.flush()
        SimulationSettings.ReadFromYML(file.name)
    tables = folder / "input_csv"
    SimulationSettings.ConflictInputFile = str(tables / "conflicts.csv")
    start, length = read_period.read_conflict_period(str(tables / "sim_period.csv"))
    geography = InputGeography.InputGeography()
    geography.ReadConflictInputCSV(SimulationSettings.ConflictInputFile)
    geography.ReadLocationsFromCSV(str(tables / "locations.csv"))
    geography.ReadLinksFromCSV(str(tables / "routes.csv"))
    geography.ReadClosuresFromCSV(str(tables / "closures.csv"))
    world = flee.Ecosystem()
    world, places = geography.StoreInputGeographyInEcosystem(world)
    data = handle_refugee_data.RefugeeTable(
        csvformat="generic", data_directory=str(folder / "source_data"), start_date=start,
        data_layout="data_layout.csv", population_scaledown_factor=hasten,
    )  # fmt: skip
    data.ReadL1Corrections(str(tables / "registration_corrections.csv"))
    camps = world.get_camp_names()
    scaling = float(told["move_rules"].get("capacity_scaling", 1.0))
    for name in camps:
        place = places[name]
        spawning.add_initial_refugees(world, data, place)
        there = int(data.get_field(name, 0))
        place.capacity = (place.capacity - there) * scaling if place.capacity > 0 else 0
    length = min(length, days or length)
    sim, registered = np.zeros((2, length, len(camps)))
    persons = np.zeros((length, len(world.locations)))
    for day in range(length):
        geography.AddNewConflictZones(world, day)
        spawning.spawn_daily_displaced(world, day, data, SumFromCamps=True)
        spawning.refresh_spawn_weights(world)
        world.enact_border_closures(day)
        world.evolve()
        sim[day] = [places[name].numAgents for name in camps]
        registered[day] = [data.get_field(name, day) for name in camps]
        persons[day] = [place.numAgents for place in world.locations]
    return {
        "camps": np.array(camps), "sim": sim, "registered": registered,
        "places": np.array(world.locationNames), "persons": persons,
    }  # fmt: skip


def main() -> None:
    """Run members of each conflict in turn; what is there already is left as it is."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("conflicts", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--first", type=int, default=1, help="number of the first member")
    asked.add_argument("--members", type=int, default=10)
    asked.add_argument("--hasten", type=int, default=10)
    asked.add_argument("--days", type=int, help="only so many")
    asked.add_argument("--names", nargs="+", default=NAMES)
    args = asked.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for member in range(args.first, args.first + args.members):
        for name in args.names:
            path = args.out / f"{name}.{member}.npz"
            if path.exists():
                continue
            begun = time.process_time()
            with (
                open(os.devnull, "w") as nowhere,
                contextlib.redirect_stderr(nowhere),
                contextlib.redirect_stdout(nowhere),
            ):
                settings = args.conflicts / "simsetting.yml"
                run = run_flee(args.conflicts / name, settings, args.hasten, member, args.days)
            np.savez_compressed(path, **run)
            print(f"{name}, member {member}: {time.process_time() - begun:.2f} s", flush=True)


if __name__ == "__main__":
    main()
