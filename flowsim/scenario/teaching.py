"""The teaching world: five places to try things on. `flowsim.load("teaching")` is it too.

The folder scenarios/teaching says the same in files, with its variants; a test holds both equal.
"""

from __future__ import annotations

from flowsim.scenario.scenario import Scenario


def teaching_world() -> Scenario:
    """Seven thousand people, five places, and a border that closes for a day and a half.

    People of the north are attacked in Town and flee, to Village or over the Bridge to Camp and
    City. The Bridge passes 60 persons an hour, so a queue forms; from the second evening to the
    fourth morning it is closed; Village and Camp fill. A run takes a quarter of a second. All of
    it is made up, and its behaviour is that of the defaults.

    Examples
    --------
    >>> import flowsim as fs
    >>> world = fs.teaching_world()
    >>> result = fs.run(world, seed=1)
    >>> across = result.crossed().sum("crossing")
    >>> closed = slice("2030-05-02T18:00", "2030-05-04T06:00")
    >>> int(across.isel(time=-1)) > 1000, int(result.waiting.sum("kind").sel(time=closed).min()) > 0
    (True, True)
    >>> world == fs.load("teaching")
    True
    """
    ages = {"children": 0.3, "women": 0.3, "men": 0.3, "elderly_women": 0.05, "elderly_men": 0.05}
    here, there, north = {"country": "Here", "lon": 0}, {"country": "There", "lon": 0}, {"North": 1}
    both = {"North": 0.5, "South": 0.5}
    stop = {"value": "2030-05-04T06:00", "low": "2030-05-03T06:00", "high": "2030-05-05T06:00"}
    return Scenario(
        name="teaching", title="A teaching world of five places", flee_from=("Here",),
        start="2030-05-01T00:00", end="2030-05-08T00:00",
        places=[
            {"name": "Town", **here, "lat": 0, "population": 6000, "share": both},
            {"name": "Village", **here, "lat": 0.06, "population": 1000, "share": north,
             "capacity": 400},
            {"name": "Ford", **here, "lat": 0.1, "kind": "gate", "capacity": 0},
            {"name": "Camp", **there, "lat": 0.12, "kind": "camp", "capacity": 800},
            {"name": "City", **there, "lat": 0.21, "population": 20_000, "share": {"South": 1}}],
        routes=[{"start": "Town", "end": "Village", "km": 8},
                {"start": "Village", "end": "Ford", "km": 5},
                {"start": "Ford", "end": "Camp", "km": 3, "mode": "foot", "kind": "post",
                 "crossing": "Bridge", "gate_per_hour": 60},
                {"start": "Camp", "end": "City", "km": 12}],
        groups=[{"name": n, "household_size": {2: 0.2, 4: 0.5, 6: 0.3}, **ages} for n in both],
        violence={"events": [
            {"place": "Town", "start": "2030-05-01T06:00", "peak": "2030-05-01T18:00",
             "until": "2030-05-03T00:00", "half_life_hours": 12, "intensity": 1, "target": north}]},
        borders=[{"id": "Here-There", "between": ("Here", "There"), "authorities": [
            {"name": "Guards", "country": "There", "policies": [
                {"type": "closed", "name": "closure", "start": "2030-05-02T18:00",
                 "stop": "2030-05-04T06:00", "exempt": ["wounded"], "leak": 0.1}]}]}],
    ).with_values({"borders[Here-There].authorities[There].policies[0].stop": stop})  # fmt: skip
