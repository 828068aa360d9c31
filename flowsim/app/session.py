"""One page: its settings, the runs that they ask for, and what is there to be shown of them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cloudpickle

from flowsim.app.background import Background
from flowsim.app.settings import Built, Settings, build
from flowsim.app.worker import STOP, Done, Failed
from flowsim.scenario.scenario import Scenario

if TYPE_CHECKING:  # pandas and xarray are loaded with the first result, when the page is there
    from flowsim.results.result import Result

MOST_KEPT = 64
"""Results that are kept, so that going back to settings needs no run."""
MEMBERS = 10
"""Seeds of which bands are made."""
Key = tuple[str, int]
"""A run: the digest of its scenario, and its seed."""


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes
    ----------
    scenario, reference : Scenario
        What was run, and the same under the policies of the file; one object where they are those.
    seed : int
    result : Result
    beside : Result or None
        Of the reference; None where it is the same, or not there yet.
    members, members_beside : tuple of Result
        Runs of further seeds, this one first; the same seeds under the policies of the file.
    """

    scenario: Scenario
    reference: Scenario
    seed: int
    result: Result
    beside: Result | None = None
    members: tuple[Result, ...] = ()
    members_beside: tuple[Result, ...] = ()

    def is_as(self, other: Shown) -> bool:
        """Whether another one shows the same runs."""
        mine = (self.result, self.beside, *self.members, None, *self.members_beside)
        theirs = (other.result, other.beside, *other.members, None, *other.members_beside)
        return len(mine) == len(theirs) and all(a is b for a, b in zip(mine, theirs, strict=True))

    @property
    def is_other_policy(self) -> bool:
        """Whether policies are otherwise than in the file."""
        return self.reference is not self.scenario


class Session:
    """The state of one page.

    Parameters
    ----------
    base : Scenario
        As it was loaded.
    background : Background, optional
        Who runs; a new one unless given.
    allow_code : bool
        Whether further values may name code.

    Attributes
    ----------
    settings : Settings
    built : Built
        What comes of them.
    shown : Shown or None
        The last settings that were run; None before the first run is done.
    auto : bool
        Whether each change is run at once.
    error : str
        Why the last run failed, or empty.
    notes : tuple of str
        What the last run warned of.
    """

    def __init__(
        self, base: Scenario, background: Background | None = None, allow_code: bool = False
    ) -> None:
        self.base, self.allow_code = base, allow_code
        self.background = background or Background()
        self.settings = Settings.of(base)
        self.built: Built = build(base, self.settings, allow_code)
        self.shown: Shown | None = None
        self.auto = True
        self.error, self.notes = "", tuple[str, ...]()
        self.seconds = 0.0
        self._results: OrderedDict[Key, Result] = OrderedDict()
        self._wanted: list[tuple[Scenario, Scenario, int]] = []
        self._todo, self._all = 0, 0
        self._begun = 0.0
        self._keys: dict[int, tuple[Scenario, str]] = {}
        self._listeners: list[Callable[[], object]] = []

    # ---- what others are told ------------------------------------------------------------

    def on_change(self, listener: Callable[[], object]) -> None:
        """Have something called whenever what is to be shown may have changed."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    @property
    def is_running(self) -> bool:
        """Whether a run is on its way."""
        return self._todo > 0

    @property
    def is_current(self) -> bool:
        """Whether what is shown is what the settings say."""
        if self.shown is None or self.built.scenario is None:
            return False
        return (
            self._digest(self.shown.scenario) == self._digest(self.built.scenario)
            and self.shown.seed == self.built.seed
        )

    @property
    def part_done(self) -> float:
        """How much of what was asked for is done, from 0 to 1."""
        if not self._all:
            return 1.0
        step = self.background.step
        begun = step.done / step.steps if step else 0.0
        return min(1.0, (self._all - self._todo + begun) / self._all)

    @property
    def status(self) -> str:
        """In a sentence, what is going on."""
        if self.built.problems:
            count = len(self.built.problems)
            return f"Not run: {count} problem{'s' if count > 1 else ''} to be put right."
        if self.is_running:
            which = f": run {self._all - self._todo + 1} of {self._all}" if self._all > 1 else ""
            return f"Running{which}."
        if self.error:
            return f"The run failed: {self.error}"
        if self.shown is None:
            return "Not run yet."
        if not self.is_current:
            return "Changed since the last run; press Run."
        return f"Done in {self.seconds:.1f} s."

    # ---- what somebody does --------------------------------------------------------------

    def change(self, settings: Settings) -> None:
        """Take other settings; they are run at once where nothing is wrong and `auto` is on."""
        if settings == self.settings:
            return
        self.settings = settings
        self.built = build(self.base, settings, self.allow_code)
        self.error = ""
        if self.built.scenario is not None and self.auto:
            self.run()
            return
        if self.built.scenario is None:
            self.stop()
        self._tell()

    def run(self, members: int = 1) -> None:
        """Run what the settings say; with members, the same with so many seeds."""
        scenario, reference = self.built.scenario, self.built.reference
        if scenario is None or reference is None:
            return
        self.stop()
        self.error, self.notes = "", ()
        self._begun = time.monotonic()
        self._wanted = [
            (scenario, reference, seed)
            for seed in range(self.built.seed, self.built.seed + members)
        ]
        missing: dict[Key, Scenario] = {}
        for one, other, seed in self._wanted:
            for made in (one, other):
                key = (self._digest(made), seed)
                if key not in self._results:
                    missing.setdefault(key, made)
        self._todo = self._all = len(missing)
        for key, made in missing.items():
            self._submit(key, made)
        self._show()
        self._tell()

    def stop(self) -> None:
        """Stop what is running; what is done of it stays."""
        self.background.cancel()
        self._todo = self._all = 0

    def cancel(self) -> None:
        """As the button: stop, and run changes only when asked, until the next run."""
        self.stop()
        self._tell()

    def poll(self) -> None:
        """Take what has come from the runs; to be called a few times a second."""
        self.background.poll()

    def close(self) -> None:
        """The page is gone."""
        self.background.close()

    def full(self) -> None:
        """Run the whole population."""
        self.change(replace(self.settings, one_in=1))
        if not self.is_running and not self.is_current:
            self.run()

    # ---- runs ----------------------------------------------------------------------------

    def _submit(self, key: Key, scenario: Scenario) -> None:
        def answer(told: Done | Failed) -> None:
            self._todo = max(0, self._todo - 1)
            if isinstance(told, Failed):
                if told.why != STOP:
                    self.stop()
                    self.error = told.why
            else:
                self.notes = tuple(dict.fromkeys((*self.notes, *told.notes)))
                self._keep(key, told.what)
                self._show()
            self._tell()

        self.background.submit(answer, cloudpickle.dumps(scenario), key[1])

    def _keep(self, key: Key, result: Result) -> None:
        self._results[key] = result
        while len(self._results) > MOST_KEPT:
            self._results.popitem(last=False)

    def _digest(self, scenario: Scenario) -> str:
        """Its digest, which takes a moment, of each scenario once."""
        known = self._keys.get(id(scenario))
        if known is None or known[0] is not scenario:
            if len(self._keys) > MOST_KEPT:
                self._keys.clear()
            known = self._keys[id(scenario)] = (scenario, scenario.digest())
        return known[1]

    def _show(self) -> None:
        """Show what is there of what is wanted."""
        scenario, reference, seed = self._wanted[0]
        result = self._results.get((self._digest(scenario), seed))
        if result is None:
            return
        self.seconds = time.monotonic() - self._begun
        other = self._digest(reference) != self._digest(scenario)
        reference = reference if other else scenario
        beside = self._results.get((self._digest(reference), seed)) if other else None
        members: list[Result] = []
        members_beside: list[Result] = []
        if self._todo == 0 and len(self._wanted) > 1:
            for one, two, number in self._wanted:
                mine = self._results.get((self._digest(one), number))
                theirs = self._results.get((self._digest(two), number))
                if mine is not None and theirs is not None:
                    members.append(mine)
                    members_beside.append(theirs)
        now = Shown(
            scenario, reference, seed, result, beside,
            tuple(members), tuple(members_beside) if other else (),
        )  # fmt: skip
        if self.shown is None or not self.shown.is_as(now):
            self.shown = now
