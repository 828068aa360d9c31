"""What an import gives: rows of a table of a scenario, and each row that it left out, with why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from flowsim.shown import plain

if TYPE_CHECKING:
    import pandas as pd

Bad = Literal["refuse", "leave_out"]
"""What becomes of rows that cannot be read."""
ROWS_TOLD = 20
"""So many of the rows that were left out are listed in a summary; `left_out` has all."""


class LeftOut(NamedTuple):
    """A row that was left out.

    Attributes
    ----------
    line : int
        Of its file; the number of a feature, or of a row of a frame, from 1.
    why : str
        The same words for all rows of a kind.
    what : str
        What it says.
    """

    line: int
    why: str
    what: str


@dataclass(frozen=True)
class Imported:
    """Rows for a table of a scenario.

    Attributes
    ----------
    table : str
        Which: places, routes, events or reports.
    file : str
    rows : pandas.DataFrame
        With the columns of that table, for `flowsim.Scenario.from_frames`.
    taken : int
        Rows of the file that went into them.
    left : tuple of LeftOut
    notes : tuple of str
        How the file was read where it could be read otherwise.
    """

    table: str
    file: str
    rows: pd.DataFrame
    taken: int
    left: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def left_out(self) -> pd.DataFrame:
        """Each row that was left out: its line, why, and what it says."""
        import pandas as pd

        return pd.DataFrame(list(self.left), columns=list(LeftOut._fields))

    def __str__(self) -> str:
        """A summary: how many rows became what, how they were read, and what was left out."""
        told = [
            f"{self.file}: {len(self.rows)} {self.table} from {self.taken} rows; "
            f"{len(self.left)} left out"
        ]
        told += [f"  {note}" for note in self.notes]
        for why, rows in _by_reason(self.left):
            told.append(f"  {len(rows)} left out: {why}")
            told += [f"    line {row.line}: {row.what}" for row in rows[:ROWS_TOLD]]
            if len(rows) > ROWS_TOLD:
                told.append(f"    and {len(rows) - ROWS_TOLD} more")
        return "\n".join(plain(line) for line in told)


def _by_reason(left: Sequence[LeftOut]) -> list[tuple[str, list[LeftOut]]]:
    kinds: dict[str, list[LeftOut]] = {}
    for row in left:
        kinds.setdefault(row.why, []).append(row)
    return list(kinds.items())
