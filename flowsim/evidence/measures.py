"""How far simulated persons by camp are from registered ones: pure functions of arrays.

``sim`` and ``data`` are persons by day and camp, (D, C); an ensemble is (M, D, C).
"""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats


def rescaled(sim: Floats, data: Floats) -> Floats:
    """Simulated persons scaled each day to the registered sum; zero where nobody is simulated.

    Examples
    --------
    >>> rescaled(np.array([[1.0, 3.0]]), np.array([[10.0, 10.0]])).tolist()
    [[5.0, 15.0]]
    """
    here, there = sim.sum(axis=1, keepdims=True), data.sum(axis=1, keepdims=True)
    return np.where(here > 0.0, sim * there / np.where(here > 0.0, here, 1.0), 0.0)


def relative_difference(sim: Floats, data: Floats, scaled: bool = True) -> float:
    """Averaged relative difference (ARD), as Flee's own extractor computes it; 0 is perfect.

    Mean over all days of ``sum_c |sim_c * U / S - data_c| / max(U, 1)``, with S and U the simulated
    and registered sums of the day; at most 2 where anybody is simulated (Suleimenova, Bell and
    Groen 2017, "A generalized simulation development approach for predicting refugee
    destinations", Scientific Reports 7). Simulated values are rounded to four decimals.

    Parameters
    ----------
    sim, data : float64 arrays (D, C)
    scaled : bool
        False leaves the simulated persons as they are (Flee's "normal" ARD).

    Examples
    --------
    >>> relative_difference(np.array([[1.0, 3.0]]), np.array([[10.0, 10.0]]))
    0.5
    """
    told = np.round(rescaled(sim, data), 4) if scaled else sim
    apart = np.abs(told - data).sum(axis=1)
    return float((apart / np.maximum(data.sum(axis=1), 1.0)).mean())


def halved_difference(sim: Floats, data: Floats) -> float:
    """Half of the ARD: the part of the persons who are at the wrong camp.

    FabFlee publishes this as "mean error".
    """
    return 0.5 * relative_difference(sim, data)


def root_mean_square(sim: Floats, data: Floats) -> float:
    """Root of the mean squared difference over days and camps, persons.

    Examples
    --------
    >>> root_mean_square(np.array([[1.0, 3.0]]), np.array([[4.0, 7.0]]))
    3.5355339059327378
    """
    return float(np.sqrt(np.mean((sim - data) ** 2)))


def scaled_error(sim: Floats, data: Floats, naive: Floats) -> float:
    """Mean absolute error over that of a naive forecast (MASE); below 1 is better than it.

    Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", with a forecast of
    choice in place of the last value.

    Returns
    -------
    float
        inf where the naive forecast is perfect and this one is not; 1 where both are.
    """
    mine, theirs = float(np.abs(sim - data).mean()), float(np.abs(naive - data).mean())
    if theirs == 0.0:
        return 1.0 if mine == 0.0 else float("inf")
    return mine / theirs


def bias(sim: Floats, data: Floats) -> Floats:
    """Mean over the days of simulated less registered persons, by camp, (C,)."""
    return np.asarray((sim - data).mean(axis=0))


def ranked_probability(members: Floats, data: Floats) -> float:
    """Mean continuous ranked probability score (CRPS) of an ensemble, persons.

    The fair form: ``mean |x_i - y| - sum_ij |x_i - x_j| / (2 M (M - 1))`` (Ferro 2014, "Fair scores
    for ensemble forecasts"); of one member it is the absolute error.

    Parameters
    ----------
    members : float64 array (M, D, C)
    data : float64 array (D, C)

    Examples
    --------
    >>> ranked_probability(np.array([[[1.0]], [[3.0]]]), np.array([[2.0]]))
    0.0
    """
    m = members.shape[0]
    apart = np.abs(members - data).mean(axis=0)
    if m == 1:
        return float(apart.mean())
    order = np.sort(members, axis=0)
    # Sorted, each value counts once for every one below it and less once for every one above.
    rank = 2.0 * np.arange(m) - (m - 1)
    spread = (rank[:, None, None] * order).sum(axis=0)  # the sum over pairs of their distance
    return float((apart - spread / (m * (m - 1))).mean())


def coverage(members: Floats, data: Floats, level: float = 0.9) -> float:
    """Part of the days and camps whose registered persons lie in the central interval."""
    low, high = np.quantile(members, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
    return float(((low <= data) & (data <= high)).mean())
