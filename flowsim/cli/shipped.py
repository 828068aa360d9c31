"""The command ``flowsim scenarios``: what comes with flowsim."""

from __future__ import annotations

import click

from flowsim.cli.answer import answering
from flowsim.cli.output import json_option, result


@click.command("scenarios")
@json_option
def scenarios_command() -> None:
    """List the scenarios that come with flowsim.

    Every command knows them by these names, in any folder; where there is a folder of that name,
    that one is meant. To begin a scenario of your own, copy the folder of one.
    """
    with answering("it failed"):
        from flowsim.scenario.shipped import scenarios

        found = scenarios()
        lines = []
        for one in found:
            lines += [f"{one.name}: {one.title}", f"  {one.path}"]
            lines += [f"  {name}" for name in one.variants]
        result("\n".join(lines), [one._asdict() for one in found])
