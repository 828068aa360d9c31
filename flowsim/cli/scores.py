"""The command ``flowsim score``: runs held against registrations by camp."""

from __future__ import annotations

import csv
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import (
    PERIOD,
    SCENARIO,
    answering,
    ends_in,
    figure_name,
    is_terminal,
    load,
    load_tables,
)
from flowsim.cli.output import is_quiet, json_option, quiet_option, result
from flowsim.errors import Problem, ScenarioError
from flowsim.shown import cell, plain
from flowsim.suffixes import CSV

if TYPE_CHECKING:
    from flowsim.evidence.against_registrations import Scores
    from flowsim.scenario.scenario import Scenario


@click.command("score")
@click.argument("scenario", type=SCENARIO)
@click.option("--members", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--rules", type=click.Choice(["flowsim", "flee"]), help="Else as in the scenario.")
@click.option("--strict-flee", is_flag=True, help="Read a folder of Flee with Flee's own defects.")
@click.option("--source", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Registrations of a folder of Flee, where they lie elsewhere.")  # fmt: skip
@PERIOD
@click.option("--fold", metavar="NAME", help="Parameters fitted without this conflict.")
@click.option("--no-capacities", is_flag=True, help="Camps take in whoever comes.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@click.option("-o", "--output", type=click.Path(path_type=Path),
              callback=ends_in(CSV, "the table of camps"),
              help="Write the camps as CSV.")  # fmt: skip
@click.option("--figure", type=click.Path(path_type=Path), callback=figure_name,
              help="Draw persons by camp, simulated and registered: PNG, PDF or SVG.")  # fmt: skip
@click.option("--progress/--no-progress", default=True, help="Show progress on a terminal.")
@quiet_option
@json_option
def score_command(
    scenario: str,
    members: int,
    seed: int,
    rules: str | None,
    strict_flee: bool,
    source: Path | None,
    period: str | None,
    fold: str | None,
    no_capacities: bool,
    settings: tuple[str, ...],
    output: Path | None,
    figure: Path | None,
    progress: bool,
) -> None:
    """Run SCENARIO and hold it against what was registered at its camps.

    SCENARIO is a folder or file with reports of stock_abroad by camp, or a folder of Flee. Member m
    has the seed SEED.m. Beside the run stand forecasts that need none.
    """
    with answering("the run failed"):
        how = {"strict_flee": strict_flee, "source": source, "period": period}
        setup = _prepared(scenario, settings, fold, no_capacities, **how)
        if rules is not None:
            setup = setup.model_copy(update={"rules": rules})
        begun = time.perf_counter()
        scores = _scored(setup, members, seed, progress and is_terminal() and not is_quiet())
        seconds = time.perf_counter() - begun
        if output is not None:
            _write(output, scores)
        if figure is not None:
            _draw(figure, scores, setup)
        data = {"name": setup.name, "members": members, "seed": seed, **_plain(scores)}
        result(_told(setup.name, scores, members, seconds), data)


def _prepared(
    name: str,
    settings: tuple[str, ...],
    fold: str | None,
    no_capacities: bool,
    **how: Any,
) -> Scenario:
    from flowsim.flee.reader.defaults import FOLDS, PER_DAY, fitted, rate_of_leaving
    from flowsim.scenario.capacities import without_capacities

    if fold is not None and fold not in FOLDS:
        right = f"give one of {', '.join(FOLDS)}"
        raise ScenarioError([Problem("--fold", f"there is no fold {fold!r}", right)])
    setup = load(name, settings, False, fitted(fold) if fold else None, **how)
    leaving = setup.behaviour.leaving
    shipped = leaving.violence_per_day == rate_of_leaving()["value"]
    if leaving.count == "hazard" and shipped:
        setup = setup.with_values({PER_DAY: rate_of_leaving(fold or "all")})
    return without_capacities(setup) if no_capacities else setup


def _scored(setup: Scenario, members: int, seed: int, progress: bool) -> Scores:
    from flowsim.evidence.against_registrations import score
    from flowsim.evidence.registered import registered

    try:
        registered(setup)
    except ValueError as error:
        raise ScenarioError([Problem("reports", str(error).split(";")[0], "give some")]) from None
    seeds = [f"{seed}.{member}" for member in range(1, members + 1)]
    if setup.rules == "flee":
        from flowsim.flee.simulate import simulate

        return score([simulate(setup, name) for name in seeds], setup)
    load_tables()
    from flowsim.running import run

    return score([run(setup, name, progress=progress, provenance=False) for name in seeds], setup)


PLACES_TOLD = 5
"""Of those who are in no camp, so many are told by place."""


def _told(name: str, scores: Scores, members: int, seconds: float) -> str:
    rows = (*scores.camps, scores.total)
    names = [plain(row.camp) for row in rows]
    wide = max(map(len, names))
    lines = [
        f"{'camp':{wide}}  registered  simulated            90 %        bias       error",
        *(
            f"{name:{wide}}  {c.registered:10,.0f} {c.median:10,.0f}"
            f"  {f'{c.low:,.0f} to {c.high:,.0f}':>18} {c.bias:+10,.0f} {c.error:10,.0f}"
            for name, c in zip(names, rows, strict=True)
        ),
        "registered and simulated on the last day; bias and absolute error over all days; persons",
        *_told_elsewhere(scores),
        *_told_totals(scores),
        "",
        *_told_forecasts(scores),
        "",
        f"{plain(name)}: RMSE {scores.rmse:,.0f} persons, CRPS {scores.crps:,.0f} persons, "
        f"{scores.coverage:.0%} of days and camps in the 90 % interval of {members} "
        f"member{'s' if members > 1 else ''}; unscaled ARD {scores.ard_unscaled:.3f}; "
        f"{seconds:.1f} s",
    ]
    return "\n".join(lines)


def _plain(scores: Scores) -> dict[str, Any]:
    """The scores as data, less the simulated persons of each day."""
    told = {f.name: getattr(scores, f.name) for f in fields(scores) if f.repr}
    return {
        **told,
        "against": {name: row._asdict() for name, row in scores.against.items()},
        "elsewhere": [row._asdict() for row in scores.elsewhere],
        "camps": [camp._asdict() for camp in scores.camps],
        "total": scores.total._asdict(),
        "totals": [{**row._asdict(), "holds": row.holds} for row in scores.totals],
    }


def _told_elsewhere(scores: Scores) -> list[str]:
    """How many are in none of the camps above on the last day, and where."""
    some = scores.elsewhere
    out = sum(row.persons for row in some)
    everybody = out + float(scores.members[:, -1].sum(axis=1).mean())
    if not some or not out:
        return ["in no camp above on the last day: nobody"]
    where = [f"{row.persons:,.0f} {row.how} {row.place}" for row in some[:PLACES_TOLD]]
    rest = sum(row.persons for row in some[PLACES_TOLD:])
    if rest:
        where.append(f"{rest:,.0f} elsewhere")
    share = f"{out:,.0f} persons, {out / everybody:.0%} of all"
    return [f"in no camp above on the last day: {share}", *(f"  {told}" for told in where)]


def _told_totals(scores: Scores) -> list[str]:
    """How many came by some days, where the model says that itself."""
    if not scores.totals:
        return []
    lines = ["", f"{'by day':>6}  registered  simulated   ratio    range of the rate of leaving"]
    for row in scores.totals:
        ratio = f"{row.ratio:.2f}" if row.registered else "none"
        within = "holds" if row.holds else "does not hold"
        spread = "no range" if row.low == row.high else f"{row.low:,.0f} to {row.high:,.0f}"
        told = f"{spread}: {within}" if row.low != row.high else spread
        lines.append(
            f"{row.day:6}  {row.registered:10,.0f} {row.median:10,.0f} {ratio:>7}    {told}"
        )
    return lines


def _told_forecasts(scores: Scores) -> list[str]:
    """The model beside each naive forecast, on the days that the forecast is for."""
    last = scores.known.persons.shape[0] - 1
    lines = [
        f"{'forecast':24} {'days':>12} {'ARD':>6} {'ARD/2':>6} {'model':>6} {'MASE':>6}",
        f"{'this model':24} {f'0 to {last}':>12} {scores.ard:6.3f} {scores.halved:6.3f}",
        *(
            f"{label:24} {f'{row.first} to {row.last}':>12} {row.ard:6.3f} {row.ard / 2:6.3f}"
            f" {row.model:6.3f} {row.mase:6.2f}"
            for label, row in scores.against.items()
        ),
        "each on the days that it forecasts; model: ARD of this model on these days",
        "MASE: absolute error of this model over that of the forecast; below 1 it is better",
    ]
    for label, row in scores.against.items():
        if row.same_as:
            why = f", as {row.why}" if row.why else ""
            lines.append(f"{label}: the same as {row.same_as}{why}")
    return lines


def _write(path: Path, scores: Scores) -> None:
    from flowsim.folders import whole_file

    with whole_file(path) as file, file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(scores.camps[0]._fields)
        for camp in scores.camps:
            writer.writerow([cell(value) if isinstance(value, str) else value for value in camp])


def _draw(path: Path, scores: Scores, setup: Scenario) -> None:
    from flowsim.plot import registrations

    registrations(scores, setup).write(path)
