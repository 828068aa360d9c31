"""The command ``flowsim explain``: why people leave and which ways they see, without a run."""

from __future__ import annotations

import click

from flowsim.cli.answer import ALLOW_CODE, PERIOD, SCENARIO, answering, importing, load
from flowsim.cli.output import json_option, quiet_option, result


@click.command("explain")
@click.argument("scenario", type=SCENARIO)
@click.option("--at", metavar="TIME",
              help="A moment, as 2010-06-12T18:00; else when danger is greatest.")  # fmt: skip
@click.option("--from", "origins", multiple=True, metavar="PLACE", help="Only from this place.")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Only of this group.")
@click.option("--ways", type=click.IntRange(min=1), default=5, show_default=True,
              help="So many ways from each place.")  # fmt: skip
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@PERIOD
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@quiet_option
@json_option
def explain_command(
    scenario: str,
    at: str | None,
    origins: tuple[str, ...],
    groups: tuple[str, ...],
    ways: int,
    settings: tuple[str, ...],
    period: str | None,
    allow_code: bool,
) -> None:
    """Tell why people of SCENARIO leave, and which ways they see.

    For each place and group: the hazard of leaving and what it is made of, and the likeliest ways
    with their length, the terms of their utility and the share of those who take each. No run is
    made, so queues are empty and camps are as at the start.
    """
    with answering("it failed"), importing(allow_code):
        setup = load(scenario, settings, allow_code, period=period)
        from flowsim.model.explain import explain

        told = explain(setup, at, origins, groups, ways)
        result(str(told), told.to_dict())
