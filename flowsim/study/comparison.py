"""Scenarios held against one of them, pair by pair: what a policy changes, and how sure that is."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.folders import whole_file
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.shown import as_csv
from flowsim.study.alignment import RUN
from flowsim.study.doubt import effect_of
from flowsim.study.doubt_table import text as over_samples
from flowsim.study.export import from_run_table
from flowsim.study.pairing import METHODS, paired, pairs, reason
from flowsim.study.table import called, html, markdown, text
from flowsim.suffixes import TABLE, ending_of

COMPRESSIONS: dict[str, Literal["gzip", "bz2", "xz"]] = {
    ".gz": "gzip", ".bz2": "bz2", ".xz": "xz",
}  # fmt: skip
Precision = float | Mapping[str, float] | None
OF_PAIRS = (
    "units", "difference", "low", "high", "unpaired_low", "unpaired_high", "sd_paired",
    "sd_unpaired", "gain", "correlation", "precision", "units_needed", "runs_needed_unpaired",
)  # fmt: skip
OF_EFFECT = {
    "effect": "median", "half_low": "half_low", "half_high": "half_high", "effect_low": "low",
    "effect_high": "high", "more": "more", "less": "less", "variance_chance": "variance_chance",
    "variance_inputs": "variance_inputs",
}  # fmt: skip
"""Columns of the distribution of an effect, and the fields of `flowsim.study.doubt.Effect`."""
COLUMNS = (
    "outcome", "unit", "scenario", "runs", "mean", "median", "range_low", "range_high",
    *OF_PAIRS, "reason", *OF_EFFECT, "holds",
)  # fmt: skip
USUAL = (
    "let_through", "person_days_exposed", "deaths", "waiting_peak", "sheltered_abroad_peak",
    "sheltered_abroad_at_end",
)  # fmt: skip
"""Outcomes that are compared unless others are named, as far as the runs have them."""
Measure = str | Callable[[xr.Dataset], xr.DataArray]
Outcomes = str | Iterable[str] | Mapping[str, Measure] | None


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Scenarios against a reference, outcome by outcome; print it to read it.

    Attributes
    ----------
    table : pandas.DataFrame
        One row an outcome and scenario, the reference too; outcomes in the order asked for,
        scenarios in that of the study.

        ===========================  ===============================================================
        ``outcome``, ``unit``        the outcome's name, and what it is counted in
        ``scenario``, ``runs``       and how many of its runs have a value
        ``mean``, ``median``         over those runs
        ``range_low``, ``_high``     the range that holds `level` of them
        ``units``                    pairs with a value on both sides; the reference's own units
        ``difference``               mean of the paired differences, scenario less reference
        ``low``, ``high``            its interval; NaN of one pair
        ``unpaired_low``, ``_high``  the interval (Welch's t) that so many independent runs would
                                     have given
        ``sd_paired``                standard deviation of the paired differences
        ``sd_unpaired``              of the difference of two independent units
        ``gain``                     ``sd_unpaired**2 / sd_paired**2``: how many times smaller
                                     pairing makes the variance of the difference; infinite where
                                     the difference is the same in every pair, NaN where nothing
                                     varies
        ``correlation``              of the two sides; NaN where one does not vary
        ``precision``                half width that is wished
        ``units_needed``             least number of pairs with a t interval that narrow
        ``runs_needed_unpaired``     least number of independent runs of each scenario
        ``reason``                   why the gain is under 10, or why it is not a number
        ``effect``                   median of the differences of all pairs of runs
        ``half_low``, ``half_high``  the range that holds 50 % of them
        ``effect_low``, ``_high``    the range that holds `level` of them
        ``more``, ``less``           parts of them above and below zero
        ``variance_chance``          of one difference, what dice make of it, and what inputs make
        and ``variance_inputs``      of its mean over dice; unbiased, NaN where not told apart
        ``holds``                    what the intervals of the effect hold: chance, or inputs and
                                     chance
        ===========================  ===============================================================

        ``low`` and ``high`` say how well so many pairs tell the *mean* difference; the intervals
        of the effect, where one difference lies.

        What is about pairs is NaN for the reference.
    against : str
        The reference.
    level : float
        Of intervals and ranges.
    method : {"t", "bootstrap"}
        Of the paired intervals.
    unit : {"member", "sample"}
        What is paired: members, or samples as the mean of their members.
    precision : str
        The wished precision in words.
    """

    table: pd.DataFrame
    against: str
    level: float
    method: str
    unit: str
    precision: str

    def __repr__(self) -> str:
        scenarios, outcomes = (self.table[c].nunique() for c in ("scenario", "outcome"))
        by = f"{scenarios} scenarios by {outcomes} outcomes"
        return f"<Comparison of {by}, against {self.against!r}>"

    def __str__(self) -> str:
        return over_samples(self) if self.unit == "sample" else text(self)

    def _repr_html_(self) -> str:
        return html(self)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table as CSV, whole or not at all; what has no value is empty.

        A name that ends in .csv.gz, .csv.bz2 or .csv.xz has it compressed. A text that a
        spreadsheet would compute has a quote before it, see `flowsim.shown.cell`.

        Raises
        ------
        ValueError
            The name promises another format.
        """
        how = COMPRESSIONS.get(Path(ending_of(path, TABLE, what="a table")).suffix)
        with whole_file(Path(path), replace=True) as made:
            as_csv(self.table, made, float_format="%.10g", compression=how)

    def markdown(
        self, outcomes: list[str] | None = None, names: Mapping[str, str] | None = None
    ) -> str:
        """A wide table in Markdown: a row a scenario, a column an outcome.

        Parameters
        ----------
        outcomes : list of str, optional
            Which, and in what order; all unless given.
        names : mapping of str to str, optional
            Headings of outcomes, instead of their usual names.

        Raises
        ------
        ScenarioError
            An outcome is not in the table.
        """
        known = list(dict.fromkeys(self.table["outcome"]))
        asked = [(f"outcomes[{i}]", o) for i, o in enumerate(outcomes or [])]
        asked += [(f"names[{o}]", o) for o in names or {}]
        if wrong := [_unknown(path, o, known) for path, o in asked if o not in known]:
            raise ScenarioError(wrong)
        return markdown(self, known if outcomes is None else list(outcomes), names or {})


def compare(
    runs: Any,
    against: str,
    outcomes: Outcomes = None,
    level: float = 0.90,
    method: str = "t",
    precision: Precision = None,
) -> Comparison:
    """Hold every scenario of a study against one of them, pair by pair.

    Under one seed all scenarios have the same people with the same nerves, so runs are compared
    seed by seed: what chance does to both cancels. The units that are paired are the members; in
    a study of several samples they are the samples, each the mean of its members, because members
    of a sample share its inputs and are not independent. A pair without a value on both sides is
    left out.

    Of several samples the table that is printed tells the distribution of each effect over inputs
    and chance: samples of a posterior (``fs.Study(samples="posterior")``) make it what is known
    after the reports. Two members a sample or more tell both apart.

    Parameters
    ----------
    runs : Runs, xarray.Dataset or pandas.DataFrame
        Of a study; a DataFrame as an export to CSV or Parquet has it.
    against : str
        The scenario that is the reference.
    outcomes : str, list of str, or mapping, optional
        Labels along ``effect``; or names, each with a label or a function that makes of the
        Dataset a DataArray (scenario, sample, member), whose attribute ``units`` is the unit.
        Unless given: `flowsim.study.comparison.USUAL`, as far as the runs have them.
    level : float
        Of intervals, and of the ranges of runs.
    method : {"t", "bootstrap"}
        Intervals of the differences by Student's t; or by the BCa bootstrap of the pairs (Efron
        1987), always with the same draws.
    precision : float or mapping, optional
        Half width of the interval for which the numbers of runs needed are told, in the unit of
        the outcome, or for each outcome by name. Unless given, a tenth of the difference.

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        Something asked for is not there, or is out of its range; says all that is wrong.

    Examples
    --------
    >>> values = [[[[10.0], [12.0], [17.0]]], [[[12.0], [15.0], [20.0]]]]
    >>> data = xr.Dataset(
    ...     {"effects": (("scenario", "sample", "member", "effect"), values)},
    ...     {"scenario": ["shut", "open"], "sample": [0], "member": [1, 2, 3],
    ...      "effect": ["deaths"], "unit": ("effect", ["persons"])},
    ... )
    >>> told = compare(data, against="shut")
    >>> print(str(told).split("Mean of")[0].rstrip())
    deaths, persons
            median (range)       difference (90 % interval)  gain  pairs  unpaired
      shut  12.0 (10.2 to 16.5)
      open  15.0 (12.3 to 19.5)      +2.67 (+1.69 to +3.64)  x 88     15     1,117
    """
    data = _dataset(runs)
    scenarios = [str(s) for s in data["scenario"].values]
    found = read_outcomes(data, outcomes)
    problems = _wrong(found, scenarios, against, level, method, precision)
    if problems:
        raise ScenarioError(problems)
    wished = precision if isinstance(precision, Mapping) else dict.fromkeys(found, precision)
    side = scenarios.index(against)
    rows = [
        _row(outcome, i, side, name, level, method, wished.get(outcome.name))
        for outcome in found.values()
        if isinstance(outcome, Outcome)
        for i, name in enumerate(scenarios)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    unit = "member" if data.sizes["sample"] == 1 else "sample"
    return Comparison(table, against, level, method, unit, _in_words(precision))


def _dataset(runs: Any) -> xr.Dataset:
    if isinstance(runs, pd.DataFrame):
        try:
            return from_run_table(runs)
        except ValueError as error:
            right = "give one as `flowsim.export` writes it"
            raise ScenarioError([Problem("runs", str(error), right)]) from None
    data = runs if isinstance(runs, xr.Dataset) else getattr(runs, "data", None)
    if not isinstance(data, xr.Dataset) or not set(RUN) <= set(data.dims):
        wrong = f"{type(runs).__name__} is not a Dataset over {', '.join(RUN)}"
        raise ScenarioError([Problem("runs", wrong, "give the runs of a study")])
    return data


def _row(
    outcome: Outcome, i: int, side: int, name: str, level: float, method: str, wish: float | None
) -> dict[str, Any]:
    own, reference = outcome.values[i], outcome.values[side]
    runs = own[np.isfinite(own)]
    a, b = pairs(own, reference)
    row: dict[str, Any] = dict.fromkeys((*OF_PAIRS, *OF_EFFECT), math.nan)
    row |= {"outcome": outcome.name, "unit": outcome.unit, "scenario": name, "runs": runs.size}
    if i == side:
        row |= {"units": a.size, "reason": "", "holds": ""}
    else:
        told_of = effect_of(own, reference, level)
        row |= {key: getattr(told_of, name) for key, name in OF_EFFECT.items()}
        row |= {"holds": told_of.holds}
        told = paired(a, b, level, method, wish)
        most = float(max(abs(a.mean()), abs(b.mean()))) if a.size else math.nan
        row |= {key: asdict(told)[key] for key in OF_PAIRS} | {"reason": reason(told, name, most)}
    tail = (1.0 - level) / 2.0
    low, middle, high = np.quantile(runs, [tail, 0.5, 1.0 - tail]) if runs.size else [math.nan] * 3
    mean = float(runs.mean()) if runs.size else math.nan
    return row | {"mean": mean, "median": middle, "range_low": low, "range_high": high}


def _wrong(
    found: Mapping[str, Outcome | Problem],
    scenarios: list[str],
    against: str,
    level: float,
    method: str,
    precision: Precision,
) -> list[Problem]:
    """All that is wrong with what is asked for."""
    problems = [outcome for outcome in found.values() if isinstance(outcome, Problem)]
    if not found:
        right = "name outcomes by their labels along effect"
        problems.append(Problem("outcomes", "there is nothing to compare", right))
    if against not in scenarios:
        problems.insert(0, _unknown("against", against, scenarios, "a scenario of this study"))
    if not 0.0 < level < 1.0:
        problems.append(Problem("level", f"{level} is not a level", "give one between 0 and 1"))
    if method not in METHODS:
        problems.append(_unknown("method", method, list(METHODS), "a method"))
    wishes = precision if isinstance(precision, Mapping) else {"": precision}
    for name, wish in wishes.items():
        path = f"precision[{name}]" if name else "precision"
        if name and name not in found:
            problems.append(_unknown(path, name, list(found)))
        if wish is not None and not 0.0 < wish < math.inf:
            problems.append(Problem(path, f"{wish} is not a half width", "give one above 0"))
    return problems


def _unknown(path: str, word: str, known: list[str], kind: str = "an outcome compared") -> Problem:
    right = f"give one of {listed(known)}{did_you_mean(word, known)}"
    return Problem(path, f"{word!r} is not {kind}", right)


def _in_words(precision: Precision) -> str:
    """The wished half width as a reader is told of it."""
    usual = "a tenth of the difference"
    if precision is None:
        return usual
    if not isinstance(precision, Mapping):
        return f"{precision:,g}"
    told = [f"{value:,g} ({called(name)})" for name, value in precision.items()]
    return ", ".join([*told, f"else {usual}"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of all runs.

    Attributes
    ----------
    name, unit : str
    values : float64 array (scenario, sample, member)
        Scenarios as the study has them, samples and members in order; NaN where a run has no value.
    """

    name: str
    unit: str
    values: Floats


def read_outcomes(data: xr.Dataset, outcomes: Outcomes) -> dict[str, Outcome | Problem]:
    """The outcomes asked for by name, or what is wrong with one that cannot be had."""
    known = [str(e) for e in data["effect"].values] if "effect" in data.coords else []
    return {
        name: _read(data, known, path, name, measure)
        for path, name, measure in _asked(known, outcomes)
    }


def _asked(known: list[str], outcomes: Outcomes) -> list[tuple[str, str, Any]]:
    """Path, name and measure of each outcome asked for, each name once."""
    if outcomes is None:
        return [("", name, name) for name in USUAL if name in known]
    if isinstance(outcomes, Mapping):
        return [(f"outcomes[{name}]", str(name), of) for name, of in outcomes.items()]
    named = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    first = {name: i for i, name in reversed(list(enumerate(named)))}
    return [(f"outcomes[{i}]", name, name) for i, name in enumerate(named) if first[name] == i]


def _read(
    data: xr.Dataset, known: list[str], path: str, name: str, measure: Any
) -> Outcome | Problem:
    if callable(measure):
        made = measure(data)
        if not isinstance(made, xr.DataArray):
            wrong = f"the function gives {type(made).__name__}"
            return Problem(path, wrong, f"give an xarray.DataArray over {', '.join(RUN)}")
        if set(made.dims) != set(RUN):
            wrong = (
                f"the function gives an array over {', '.join(map(str, made.dims)) or 'nothing'}"
            )
            return Problem(path, wrong, f"give one number a run: over {', '.join(RUN)}")
        unit = str(made.attrs.get("units", made.attrs.get("unit", "")))
    elif measure in known:
        made = data["effects"].isel(effect=known.index(measure))
        units = data.coords.get("unit")
        unit = "" if units is None else str(units.values[known.index(measure)])
    else:
        right = f"give one of {listed(known)}{did_you_mean(measure, known)}"
        return Problem(path, f"{measure!r} is not an outcome of these runs", right)
    # By label, so that a function may give its runs in any order, and so may a Dataset.
    made = made.reindex({dim: data[dim] for dim in RUN if dim in made.indexes}).transpose(*RUN)
    made = made.sortby([dim for dim in RUN[1:] if dim in made.indexes])
    sizes = {dim: data.sizes[dim] for dim in RUN}
    if dict(made.sizes) != sizes:
        return Problem(path, f"the function gives {dict(made.sizes)}", f"give {sizes}")
    return Outcome(name, unit, np.asarray(made.values, dtype=np.float64))
