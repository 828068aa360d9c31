"""The command ``flowsim app``: a scenario in the browser, its policies and inputs to be changed."""

from __future__ import annotations

import socket
from contextlib import closing
from importlib.util import find_spec

import click

from flowsim.cli.answer import (
    ALLOW_CODE,
    PERIOD,
    SCENARIO,
    answering,
    importing,
    load,
    terminable,
)
from flowsim.cli.output import quiet_option, say, written

LOOPBACK = "127.0.0.1"
PORT = 5006
ENDS = "Ctrl-C ends it"
DEFAULT = "kyrgyz_uzbek_2010"


@click.command("app")
@click.argument("scenario", type=SCENARIO, default=DEFAULT)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Of this machine; else {PORT}, or a free one where that is in use. 0: a free one.",
)
@click.option("--browser/--no-browser", default=True, help="Open it in the browser.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@PERIOD
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@quiet_option
def app_command(
    scenario: str,
    port: int | None,
    browser: bool,
    settings: tuple[str, ...],
    period: str | None,
    allow_code: bool,
) -> None:
    """Open a page to play with SCENARIO: change border policies and inputs, and see what they do.

    Without SCENARIO it is June 2010. The page is served to this machine alone, and needs no
    network; Ctrl-C ends it. Large scenarios are run for one household in some, and the page says so
    and runs all when asked.
    """
    with answering("the page could not be shown"), importing(allow_code), terminable():
        _needs_bokeh()
        from flowsim.app.background import Background

        with closing(Background()) as background:  # it gets ready while the scenario is read
            setup = load(scenario, settings, allow_code, period=period)
            chosen = _port(port)
            from flowsim.app.pages import Pages

            with closing(Pages(setup, allow_code, background)) as pages:
                from flowsim.app.server import serve  # last: the first run is on its way

                serve(pages, chosen, browser, lambda at: say(f"{setup.name}: {at} ({ENDS})"))
    written("ended")


def _needs_bokeh() -> None:
    if find_spec("bokeh") is None:
        raise ImportError("the page needs Bokeh: pip install 'flowsim[app]'")


def _port(asked: int | None) -> int:
    """A port that nobody listens on."""
    if asked and not is_free(asked):
        raise click.UsageError(f"port {asked} is in use; give another --port, or 0 for a free one")
    return asked or (PORT if asked is None and is_free(PORT) else free_port())


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        return int(taken.getsockname()[1])
