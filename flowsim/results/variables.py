"""What each variable and coordinate of a result is: its attributes by the CF conventions.

The only place that says it. The model's Dataset, the docstring of `flowsim.results.result.Result`
and the way in which longer intervals are made (`flowsim.results.resample`) follow from it. A count
has what is counted as its unit, and exposure is in person-days; all other units are of UDUNITS, as
CF wants them.
"""

# Annotations are evaluated below, so they are not put off with `from __future__ import`.
from dataclasses import dataclass
from textwrap import indent, wrap
from types import MappingProxyType
from typing import Annotated, get_type_hints

import xarray as xr

CONVENTIONS = "CF-1.11"
SUM, POINT, MEAN, MAXIMUM = "sum", "point", "mean", "maximum"
"""Methods over time: flows are sums over their interval, stocks hold at its end."""


@dataclass(frozen=True)
class Variable:
    """What a variable is.

    Attributes
    ----------
    dims : tuple of str
    units, long_name, comment : str
        As the CF conventions have them; the comment may be empty.
    over_time : str
        `SUM`, `POINT`, `MEAN` or `MAXIMUM`; empty where it has no time.
    weights : str
        What a mean is weighted by.
    optional : bool
        Whether only runs of scenarios that ask for it have it.
    """

    dims: tuple[str, ...]
    units: str
    long_name: str
    over_time: str = ""
    comment: str = ""
    weights: str = ""
    optional: bool = False

    def attributes(self) -> dict[str, str]:
        """Names and values by the CF conventions.

        Examples
        --------
        >>> VARIABLES["deaths"].attributes()
        {'long_name': 'persons who died', 'units': 'persons', 'cell_methods': 'time: sum'}
        """
        weighted = f" (weighted by {self.weights})" if self.weights else ""
        told = {
            "long_name": self.long_name,
            "units": self.units,
            "cell_methods": f"time: {self.over_time}{weighted}" if self.over_time else "",
            "comment": self.comment,
        }
        return {key: value for key, value in told.items() if value}


def _stock(
    dims: str, units: str, long_name: str, comment: str = "", optional: bool = False
) -> Variable:
    dimensions = ("time", *dims.split())
    return Variable(dimensions, units, long_name, POINT, comment, optional=optional)


def _flow(
    dims: str, units: str, long_name: str, comment: str = "", optional: bool = False
) -> Variable:
    dimensions = ("time", *dims.split())
    return Variable(dimensions, units, long_name, SUM, comment, optional=optional)


ON_ROADS = "Only where a road has a capacity or fuel is short."


class Variables:
    """The variables of a run, as attributes that type checkers know."""

    people: Annotated[xr.DataArray, _stock(
        "place group status", "persons", "persons alive by status",
        "Those who move are counted where their leg began, those who wait on the near side.",
    )]  # fmt: skip
    outcomes: Annotated[xr.DataArray, _flow(
        "crossing outcome kind", "persons", "persons to whom something happened at a crossing",
    )]  # fmt: skip
    waiting: Annotated[xr.DataArray, _stock(
        "crossing kind", "persons", "persons who wait at a crossing",
    )]  # fmt: skip
    composition: Annotated[xr.DataArray, _stock(
        "place kind", "persons", "persons present by kind", "All but those who move.",
    )]  # fmt: skip
    registered: Annotated[xr.DataArray, _stock(
        "place kind", "persons", "persons whom the host has counted so far",
        "Cumulative, with the delay of the count.",
    )]  # fmt: skip
    violence: Annotated[xr.DataArray, Variable(
        ("time", "place"), "1", "intensity of violence", MEAN,
        "1 on the worst day in the worst place. As recorded it is that of the last step of the "
        "interval; longer intervals have the mean.",
        weights="the length of the intervals",
    )]  # fmt: skip
    deaths: Annotated[xr.DataArray, _flow("place group", "persons", "persons who died")]
    wounded: Annotated[xr.DataArray, _flow("place group", "persons", "persons who were wounded")]
    exposure: Annotated[xr.DataArray, _flow(
        "place group", "person-days", "time spent in danger",
        "Weighted by the danger; without those who move.",
    )]  # fmt: skip
    waiting_time: Annotated[xr.DataArray, Variable(
        ("time", "crossing"), "h", "mean time waited by those let through", MEAN,
        "NaN where nobody was let through.", weights="persons let through",
    )]  # fmt: skip
    hours_waited: Annotated[xr.DataArray, Variable(
        ("crossing", "wait"), "persons",
        "persons let through in the whole run by the hours they had waited",
    )]  # fmt: skip
    hours_to_safety: Annotated[xr.DataArray, Variable(
        ("refuge", "wait"), "persons",
        "persons by the hours from leaving home until they first settled",
        comment="Of the whole run. A flight counts once inside and once abroad, as far as it came; "
        "going home does not count.",
    )]  # fmt: skip
    split: Annotated[xr.DataArray, _flow(
        "crossing", "families", "families parted at a crossing", "In either direction.",
    )]  # fmt: skip
    reunited: Annotated[xr.DataArray, _flow(
        "place", "parts of families",
        "parts of families left at a crossing that joined their family again",
    )]  # fmt: skip
    apart: Annotated[xr.DataArray, _stock(
        "", "persons", "persons left at a crossing who have not joined their family again",
    )]  # fmt: skip
    barred_deaths: Annotated[xr.DataArray, _flow(
        "crossing", "persons", "persons who died refused at a crossing and not past it since",
        "Wherever they died; the crossing is that of the last refusal.",
    )]  # fmt: skip
    exposure_by_status: Annotated[xr.DataArray, _flow(
        "group status", "person-days", "time spent in danger by what people did",
        "Weighted by the danger that acts on them: on the way that of the leg, of the detained "
        "their part. Expected deaths of a person with the weight of men are deaths_per_day times "
        "it.",
    )]  # fmt: skip
    deaths_counted: Annotated[xr.DataArray, _flow(
        "place", "persons", "deaths by the time at which they were counted officially",
        "Where deaths are counted late or never (harm.counted_after_days, harm.never_counted).",
        optional=True,
    )]  # fmt: skip
    deaths_of_wounds: Annotated[xr.DataArray, _flow(
        "place", "persons", "persons who died of wounds, which deaths hold too",
        "Where the wounded die of wounds or recover.", optional=True,
    )]  # fmt: skip
    wounded_now: Annotated[xr.DataArray, _stock(
        "place", "persons", "wounded persons who are alive and have not recovered",
        "Where the wounded die of wounds or recover.", optional=True,
    )]  # fmt: skip
    road_queue: Annotated[xr.DataArray, _stock(
        "route", "persons", "persons in line on a road",
        "At its end, at its mouth, or where they want to set out on it. " + ON_ROADS, optional=True,
    )]  # fmt: skip
    road_left: Annotated[xr.DataArray, _flow(
        "route", "persons", "persons who came out of a road", ON_ROADS, optional=True,
    )]  # fmt: skip
    road_hours: Annotated[xr.DataArray, Variable(
        ("time", "route"), "h", "mean time on a road of those who came out of it", MEAN,
        "From setting out on it, lines and all. NaN where nobody came out. " + ON_ROADS,
        weights="persons who came out", optional=True,
    )]  # fmt: skip
    travel_time: Annotated[xr.DataArray, Variable(
        ("time", "crossing"), "h", "mean time from leaving home of those let through", MEAN,
        "With lines on roads and the wait at the crossing, without that for fuel. NaN where nobody "
        "was let through. " + ON_ROADS, weights="persons let through", optional=True,
    )]  # fmt: skip
    hours_on_the_way: Annotated[xr.DataArray, Variable(
        ("crossing", "hour"), "persons",
        "persons let through in the whole run by the hours since they had left home",
        comment=ON_ROADS, optional=True,
    )]  # fmt: skip
    fuel_queue: Annotated[xr.DataArray, _stock(
        "place", "persons", "persons in line for fuel", "Only where fuel is short at some time.",
        optional=True,
    )]  # fmt: skip


def _described(owner: type) -> dict[str, Variable]:
    hints = get_type_hints(owner, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


ALL_VARIABLES = MappingProxyType(_described(Variables))
"""The variables that a run can have, in the order of its Dataset."""
VARIABLES = MappingProxyType({name: v for name, v in ALL_VARIABLES.items() if not v.optional})
"""Those that every run has."""
QUEUE_PEAK = Variable(
    ("time", "crossing"), "persons", "most persons who waited at a crossing at once", MAXIMUM
)
"""``queue_peak``, which a study adds."""
OVER_TIME = MappingProxyType(
    {name: v.over_time for name, v in {**ALL_VARIABLES, "queue_peak": QUEUE_PEAK}.items()}
)
"""How each variable is merged over time; one that is not named here holds at an instant."""

COORDINATES = MappingProxyType(
    {
        "time": {
            "standard_name": "time", "long_name": "end of the recording interval", "axis": "T",
            "comment": "Local time of the zone in the attribute timezone of the file, by the "
            "standard calendar. Flows cover the interval from the previous time to this one.",
        },
        "day": {
            "standard_name": "time", "long_name": "local day", "axis": "T",
            "comment": "Date in the zone in the attribute timezone of the file, by the standard "
            "calendar. Flows cover the day; stocks hold at its end.",
        },
        "place": {"long_name": "name of the place"},
        "country": {"long_name": "country of the place"},
        "region": {"long_name": "region of the place"},
        "place_kind": {"long_name": "kind of place"},
        "lat": {
            "standard_name": "latitude", "long_name": "latitude of the place",
            "units": "degrees_north",
        },
        "lon": {
            "standard_name": "longitude", "long_name": "longitude of the place",
            "units": "degrees_east",
        },
        "capacity": {
            "long_name": "persons that the place can shelter", "units": "persons",
            "comment": "-1 where there is no limit.",
        },
        "group": {"long_name": "group of the population"},
        "status": {"long_name": "what a person does"},
        "crossing": {"long_name": "name of the crossing"},
        "near": {"long_name": "place on the near side of the crossing"},
        "far": {"long_name": "place on the far side of the crossing"},
        "crossing_kind": {"long_name": "kind of crossing"},
        "outcome": {"long_name": "what happened at the crossing"},
        "kind": {"long_name": "kind of person, by age and sex"},
        "route": {
            "long_name": "route with a capacity, by its ends",
            "comment": "Both directions together.",
        },
        "hour": {
            "long_name": "whole hours", "units": "h",
            "comment": "The last class is open.",
        },
        "refuge": {"long_name": "where a person settled"},
        "wait": {
            "long_name": "hours, by classes", "units": "h",
            "comment": "Lower edge of the class, which is in it; the last class is open.",
        },
    }
)  # fmt: skip
"""Attributes of each coordinate."""


def listed() -> str:
    """The variables as the section ``Attributes`` of a docstring, indented as in a class."""
    lines = ["Attributes", "----------"]
    for name, variable in ALL_VARIABLES.items():
        said = " ".join(f"{variable.long_name}. {variable.comment}".split())
        text = f"{said[0].upper()}{said[1:]}".rstrip(". ")
        lines.append(f"{name} : {variable.units}, ({', '.join(variable.dims)})")
        lines += wrap(f"{text}.", 92, initial_indent="    ", subsequent_indent="    ")
    return indent("\n".join(lines) + "\n", "    ")
