"""Sections of a ``check.yaml``: which outcomes of a scenario are guarded, in which runs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from flowsim.config import Section
from flowsim.study.comparison import USUAL
from flowsim.study.config import Seed, Text

FEWEST = 12
"""Fewest members of the statistical level: of less, no swap of members is rare enough."""
MOST = 10_000


class Statistical(Section):
    """The statistical level: whether the distribution over members has moved."""

    members: Annotated[int, Field(strict=True, ge=FEWEST, le=MOST)] = 20


class CheckSection(Section):
    """A check of the scenario beside it."""

    outcomes: Annotated[tuple[Text, ...], Field(min_length=1)] = USUAL
    """As `flowsim.results.effects.policy_effects` has them, as `deaths` or `Dustlik: admitted`."""
    members: Annotated[int, Field(strict=True, ge=1, le=MOST)] = 2
    """Runs of the exact level; member m has the seed SEED.m."""
    seed: Seed = 1
    tolerance: Annotated[float, Field(strict=True, ge=1e-10, le=0.1)] = 1e-9
    """By how much a number that is not an integer may differ, relatively. Integers may not."""
    set: dict[str, Any] = {}
    """Other values by path, as `end: 2010-06-16T00:00` for a shorter run."""
    statistical: Statistical | None = None
    """The statistical level; without it there is none."""
