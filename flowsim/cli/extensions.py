"""The command ``flowsim extensions``: what installed packages add."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import click

from flowsim.cli.answer import answering
from flowsim.cli.output import json_option, result, say, wants_json
from flowsim.installed import Group


@click.command("extensions")
@json_option
def extensions_command() -> None:
    """List the policies, hazards, readers and figures that installed packages add.

    What cannot be used is told with its package and why; the exit status is 1 then.
    """
    with answering("it failed"):
        groups = _groups()
        rows = [row for group in groups for row in _rows(group)]
        problems = [problem for group in groups for problem in group.problems()]
        if wants_json():
            result("", {"extensions": rows, "problems": problems})
        for row in rows if not wants_json() else ():
            say("{kind} {name} ({package} {version}): {about}".format(**row))
        if not rows and not problems and not wants_json():
            say("no package that is installed adds anything to flowsim")
        for problem in problems:
            say(f"warning: {problem}", err=True)
    if problems:
        raise SystemExit(1)


def _groups() -> tuple[Group[Any], ...]:
    from flowsim.behaviour.own_hazard import HAZARD_TYPES
    from flowsim.plot.installed_figures import FIGURES
    from flowsim.policy.installed import POLICIES
    from flowsim.readers import INSTALLED

    return POLICIES, HAZARD_TYPES, INSTALLED, FIGURES


def _rows(group: Group[Any]) -> Iterator[dict[str, str]]:
    """What of a group can be used, with whose it is and its first line."""
    for name in group.names():
        found = group.find(name)
        if found is None:
            continue
        (offer,) = group.offers(name)
        about = inspect.getdoc(getattr(found, "read", found)) or "says nothing of itself"
        yield {"kind": group.what, "name": name, "package": offer.package,
               "version": offer.version, "about": about.splitlines()[0]}  # fmt: skip
