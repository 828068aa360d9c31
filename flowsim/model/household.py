"""A household as a Mesa agent, which can be read, subclassed and asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

if TYPE_CHECKING:
    from flowsim.model.readable import Readable

STEPS = (
    "leave", "onward", "go_home", "relocate", "arrive", "choose", "take", "settle",
    "join", "let_through", "turn_away", "attempt", "release", "harm",
)  # fmt: skip
"""What a household does that a subclass can change: functions of the kernel by name."""


class Household(mesa.Agent):
    """A household of the readable engine.

    Its attributes are the columns of the table of households
    (`flowsim.model.household_row`): ``key``, ``home``, ``group``, ``place``, ``link``, ``status``,
    ``kinds``, ``size``, ``target`` and so on.
    What it does are the functions of `flowsim.model.kernel`. A subclass overrides some, and is
    passed as ``household=`` to `FlowModel` or `flowsim.run`.

    Parameters
    ----------
    run : Readable
        The engine it lives in.
    values : dict
        Its columns.

    Examples
    --------
    Large families stay where they are:

    >>> class Staying(Household):
    ...     def leave(self, now):
    ...         if self.size < 8:
    ...             super().leave(now)
    ...         else:
    ...             self.draw_again("LEAVE", now)
    """

    def __init__(self, run: Readable, values: dict[str, Any]) -> None:
        super().__init__(run.model)
        self.run = run
        self.__dict__.update(values)

    @property
    def persons(self) -> int:
        """How many they are."""
        return int(self.size)

    def _step(self, name: str, *arguments: Any) -> Any:
        return self.run.steps[name](self.run.state_now, self, *arguments)

    def leave(self, now: int) -> None:
        """Leave home; the men may stay to guard it."""
        self._step("leave", now)

    def onward(self, now: int) -> None:
        """Move on from a refuge."""
        self._step("onward", now)

    def go_home(self, now: int) -> None:
        """Set out for home, where there is a way."""
        self._step("go_home", now)

    def relocate(self, now: int) -> None:
        """Be moved to another camp, if there is one with room."""
        self._step("relocate", now)

    def arrive(self, now: int) -> None:
        """Be at the end of a link."""
        self._step("arrive", now)

    def choose(self, state: int) -> int:
        """Next link from a state of route choice; -1 to settle, -2 where there is nothing."""
        return int(self._step("choose", state))

    def take(self, now: int, option: int) -> None:
        """Follow a choice."""
        self._step("take", now, option)

    def settle(self, now: int) -> None:
        """Find shelter where they are, or go on."""
        self._step("settle", now)

    def join(self, now: int, link: int) -> None:
        """Join the queue before the gate on a link."""
        self._step("join", now, link)

    def let_through(self, now: int) -> None:
        """Be let through a gate."""
        self._step("let_through", now)

    def turn_away(self, now: int, outcome: int) -> None:
        """Leave a queue and go elsewhere."""
        self._step("turn_away", now, outcome)

    def attempt(self, now: int) -> None:
        """Try the fence."""
        self._step("attempt", now)

    def release(self, now: int) -> None:
        """Be let go, or sent back over the border."""
        self._step("release", now)

    def harm(self, now: int, act: int) -> None:
        """One of them is killed or wounded."""
        self._step("harm", now, act)

    def draw_again(self, act: str, now: int) -> None:
        """Draw the threshold of a clock anew: for who does nothing now and may later.

        Parameters
        ----------
        act : str
            Name of an `Act`.
        now : int
        """
        self._step("draw_again", int(self.run.acts[act]), now)
