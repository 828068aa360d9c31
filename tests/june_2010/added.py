"""Mechanisms that June 2010 leaves off, turned on one at a time: what each does to the outcomes.

The scenario itself stays as it is. Every number here is assumed unless its row names what it rests
on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from scipy import stats

import flowsim as fs
from flowsim.study.keep import effects_of
from tests.june_2010.test_targets import AFTER_THE_VIOLENCE, RANGES, SCENARIO, figures_of

OPEN = f"{SCENARIO}/variants/open_to_all.yaml"
HARM = "behaviour.harm"
OUTCOMES = ("let_through", "deaths")
EXPOSURE = "exposure"
"""Person-days weighted by danger in all statuses: who is on the way or held counts, too."""
BASE = "as the scenario is"

DIES, WOUNDED_PER_DEATH = 0.043, 4.5
"""Part of the wounded who die of it: 101 of 393 dead were not taken straight to a morgue, of 2,327
wounded (Health Ministry, 18 August 2010)."""
GUNFIRE = {
    "place": "VLKSM village",
    "start": "2010-06-12T19:00",
    "peak": "2010-06-12T19:30",
    "until": "2010-06-12T20:30",
    "half_life_hours": 2.0,
    "intensity": 0.1,
    "target": {"Uzbek": 1.0},
    "deaths": 3.0,
    "source": "gunfire and a stampede near VLKSM, a woman and her children die (Eurasianet, "
    "12 June); hour and intensity assumed",
}
FEAR = (
    {
        "name": "rumours of armed bands",
        "places": ["Suratash village", "VLKSM village", "Bekabad (Suzak)", "Seydikum village",
                   "Sakaldy (Nooken)", "Nooken district (rest)"],
        "start": "2010-06-12T12:00",
        "until": "2010-06-15T12:00",
        "half_life_hours": 12.0,
        "fear": 0.1,
        "target": {"Uzbek": 1.0},
        "source": "rumours at the border that armed bands were near (kp.ua, 13 June); the rest is "
        "assumed",
    },
    {
        "name": "a false alarm",
        "places": ["Southern microdistricts (Osh)"],
        "start": "2010-06-12T22:00",
        "until": "2010-06-13T02:00",
        "half_life_hours": 1.0,
        "fear": 1.0,
        "target": {"Kyrgyz": 1.0, "Uzbek": 0.0, "Other": 0.0},
        "source": "residents of a Kyrgyz quarter flee on a false alarm, and come back (BBC, "
        "12 June); which quarter is assumed",
    },
)  # fmt: skip


def escalation(setup: fs.Scenario, branching: float) -> dict[str, Any]:
    """Violence that excites itself, the given events lower by as much as it would add unchecked."""
    events = [
        event.model_copy(update={"intensity": event.intensity * (1.0 - branching)})
        for event in setup.violence.events
    ]
    return {"violence.escalation.branching": branching, "violence.events": events}


def deadly_wounds(setup: fs.Scenario) -> dict[str, Any]:
    """As many are struck and die in the end, but a part of them of their wounds, days later."""
    struck = setup.behaviour.harm.deaths_per_day * (1.0 + WOUNDED_PER_DEATH)
    wounded = WOUNDED_PER_DEATH / (1.0 - (1.0 + WOUNDED_PER_DEATH) * DIES)
    return {
        f"{HARM}.die_of_wounds": DIES,
        f"{HARM}.wounded_per_death": wounded,
        f"{HARM}.deaths_per_day": struck / (1.0 + wounded),
    }


def added() -> dict[str, dict[str, Any]]:
    """What each row of the table changes: values by their path."""
    setup = fs.load(SCENARIO)
    way_out, road = "behaviour.leaving.way_out", f"{HARM}.on_the_way"
    counted = {f"{HARM}.counted_after_days": 0.5, f"{HARM}.never_counted": 0.6}
    return {
        BASE: {},
        "leaving knows the way out a little (`way_out` 0.1)": {way_out: 0.1},
        "leaving knows the way out (`way_out` 0.3)": {way_out: 0.3},
        "no danger on the way (`on_the_way` 0, not 0.2)": {road: 0.0},
        "roads as dangerous as where they start (`on_the_way` 1)": {road: 1.0},
        "half of each leg in the danger ahead (`danger_ahead` 0.5)": {f"{HARM}.danger_ahead": 0.5},
        "the detained in danger (`detained` 1)": {f"{HARM}.detained": 1.0},
        "violence spills over to the gates too (`contagion` 0.05)": {"violence.contagion": 0.05},
        "gunfire at the fence on 12 June (an event)": {
            "violence.events": [*setup.violence.events, GUNFIRE]
        },
        "some die of wounds, as many in all (`die_of_wounds` 0.043)": deadly_wounds(setup),
        "the wounded are slow (`wounded_speed` 0.5)": {f"{HARM}.wounded_speed": 0.5},
        "deaths counted late (`counted_after_days` 0.5, `never_counted` 0.6)": counted,
        "fear beside the violence (two threats)": {"threats": list(FEAR)},
        "escalation, events lower by as much (`branching` 0.3)": escalation(setup, 0.3),
        "escalation, events lower by as much (`branching` 0.6)": escalation(setup, 0.6),
    }


def outcomes(seed: int, changes: Mapping[str, Any]) -> dict[str, float]:
    """Effects under the reported policy and over an open border, and the figures of the targets."""
    until = {"end": AFTER_THE_VIOLENCE, **changes}
    values: dict[str, float] = {}
    for prefix, path in (("", SCENARIO), ("open: ", OPEN)):
        result = fs.run(fs.load(path).with_values(until), seed=seed)
        effects = effects_of(result.data)
        values |= {prefix + name: float(effects.sel(effect=name)) for name in OUTCOMES}
        values[prefix + EXPOSURE] = float(result.data["exposure_by_status"].sum())
        if not prefix:
            values |= figures_of(result)
    return values


def missed(values: pd.DataFrame) -> list[str]:
    """Targets whose median is outside its range."""
    medians = values[list(RANGES)].median()
    return [name for name, (low, high) in RANGES.items() if not low <= medians[name] <= high]


def added_table(rows: Mapping[str, pd.DataFrame]) -> str:
    """Outcomes as the scenario is, then what each row adds to them; what an open border does there.

    Parameters
    ----------
    rows : mapping of str to pandas.DataFrame
        `outcomes` by seed, the first as the scenario is.
    """
    head = (
        "| | let through | exposure, person-days | deaths | open to all: let through | exposure"
        " | deaths | targets missed |"
    )
    lines = [head, "| --- |" + " --- |" * 7]
    base = rows[BASE]
    names = [OUTCOMES[0], EXPOSURE, OUTCOMES[1]]
    for words, values in rows.items():
        if words == BASE:
            cells = [f"{values[name].mean():,.0f}" for name in names]
        else:
            cells = [difference(values[name] - base[name]) for name in names]
        cells += [difference(values[f"open: {name}"] - values[name]) for name in names]
        short = "; ".join(missed(values)) or "none"
        lines.append(f"| {words} | " + " | ".join([*cells, short]) + " |")
    return "\n".join(lines)


def difference(pairs: pd.Series) -> str:
    """Mean of paired differences and half its 90 % interval (Student's t)."""
    if (pairs == 0.0).all():
        return "the same"
    half = float(stats.t.ppf(0.95, len(pairs) - 1)) * float(pairs.std()) / len(pairs) ** 0.5
    return f"{pairs.mean():+,.0f} ± {half:,.0f}"
