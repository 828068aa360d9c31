"""The runs of a study of June 2010 as the table that its page is made from.

    python -m tests.june_2010.members STORE FILE

writes a row a run: which it is, its seed, and the outcomes that the page compares.
"""

from __future__ import annotations

import sys

import pandas as pd

import flowsim as fs
from flowsim.study.comparison import Outcome, read_outcomes
from flowsim.study.export import SEED
from tests.june_2010.test_variants import HEADINGS


def members(store: str) -> pd.DataFrame:
    """A row a run of a study's store."""
    data = fs.open_study(store).data
    runs = [(s, int(n), int(m)) for s in data["scenario"].values for n in data["sample"].values
            for m in data["member"].values]  # fmt: skip
    table = pd.DataFrame(runs, columns=["scenario", "sample", "member"])
    seeds = data[SEED].transpose("sample", "member").values.ravel().tolist()
    table[SEED] = seeds * data.sizes["scenario"]  # all scenarios have the same dice
    for name, outcome in read_outcomes(data, list(HEADINGS)).items():
        assert isinstance(outcome, Outcome), outcome
        table[name] = outcome.values.ravel()
    return table


if __name__ == "__main__":
    members(sys.argv[1]).to_csv(sys.argv[2], index=False, float_format="%.10g")
