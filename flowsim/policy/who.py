"""Conditions on people: which classes of person a word means.

A class of person is a type of household (its group, and whether it has kin across the border), a
kind of person, and whether they are wounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Bools, Ints
from flowsim.errors import SimulationError

_KINDS = {
    "children": (0,),
    "women": (1,),
    "men": (2,),
    "elderly_women": (3,),
    "elderly_men": (4,),
    "elderly": (3, 4),
}
OF_HOUSEHOLDS = ("group:", "nationality:", "kin_across")
"""How conditions begin that are on a household and not on a person."""


class Sorts(NamedTuple):
    """Sorts of household: each group twice, first those without and then those with kin across.

    Attributes
    ----------
    groups : sequence of str
    nationality : sequence of str
        Of each group.
    """

    groups: Sequence[str]
    nationality: Sequence[str] = ()

    def __len__(self) -> int:
        """How many there are."""
        return 2 * len(self.groups)


def sort_of(group: Ints, kin: Ints) -> Ints:
    """Sort of households by their group and whether they have kin across.

    Examples
    --------
    >>> sort_of(np.array([0, 1]), np.array([0, 1])).tolist()
    [0, 3]
    """
    return 2 * group + kin


def who(condition: str, sorts: Sorts) -> Bools:
    """The classes of person (S, 5, 2) that a condition means.

    Raises
    ------
    SimulationError
        It is not a condition; see `flowsim.policy.WHO`.

    Examples
    --------
    >>> who("elderly", Sorts(["Uzbek"]))[0, :, 0].tolist()
    [False, False, False, True, True]
    >>> int(who("men+kin_across", Sorts(["Uzbek"])).sum())
    2
    """
    mask = np.ones((len(sorts), 5, 2), dtype=bool)
    for word in condition.split("+"):
        mask &= _meant(word.strip(), sorts)
    return mask


def any_of(conditions: Iterable[str], sorts: Sorts) -> Bools:
    """The classes of person (S, 5, 2) that one of some conditions means."""
    mask = np.zeros((len(sorts), 5, 2), dtype=bool)
    for condition in conditions:
        mask |= who(condition, sorts)
    return mask


def _meant(word: str, sorts: Sorts) -> Bools:
    mask = np.zeros((len(sorts), 5, 2), dtype=bool)
    kind, _, name = word.partition(":")
    names = {"group": sorts.groups, "nationality": sorts.nationality}.get(kind, ())
    if word == "wounded":
        mask[:, :, 1] = True
    elif word == "kin_across":
        mask[1::2] = True
    elif word in _KINDS:
        mask[:, list(_KINDS[word]), :] = True
    elif name and name in names:
        for g, own in enumerate(names):
            mask[2 * g : 2 * g + 2] |= own == name
    else:
        raise SimulationError(f"{word!r} is not a condition on a person; see flowsim.policy.WHO")
    return mask
