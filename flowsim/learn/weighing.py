"""What a run counts: by what it has itself, or by what another run of its inputs would have."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.learn.emulator import Guess


def weights_of(log_weight: Floats, log_likelihood: Floats) -> Floats:
    """Weights with sum 1; zeros where no run meets the reports at all."""
    logs = log_weight + log_likelihood
    best = logs.max(initial=-np.inf)
    if not np.isfinite(best):
        return np.zeros(len(logs))
    made = np.exp(logs - best)
    return made / made.sum()


def between(values: Floats, guess: Guess, chance: Floats) -> tuple[Floats, Floats]:
    """What another run of the same inputs would have, given a run and what emulators expect.

    The run is off the emulator by dice, of known variance c, and by what the emulator does not
    know of its inputs, the rest of the emulator's variance v. So the part ``k = 1 - c / v`` of the
    difference is of the inputs, give or take ``k c``, and another run has dice of its own, c. With
    dice alone this is the emulator, without any it is the run.

    Parameters
    ----------
    values : float64 array (runs, statements)
    guess : Guess
    chance : float64 array (statements,)

    Returns
    -------
    two float64 arrays (runs, statements)
        Mean and standard deviation.

    Examples
    --------
    >>> told = Guess(np.array([[10.0]]), np.array([[2.0]]), np.array([[0.0]]))
    >>> [part.tolist() for part in between(np.array([[14.0]]), told, np.array([0.0]))]
    [[[14.0]], [[0.0]]]
    >>> [part.tolist() for part in between(np.array([[14.0]]), told, np.array([4.0]))]
    [[[10.0]], [[2.0]]]
    """
    dice = np.minimum(chance, guess.sd**2)
    kept = 1.0 - dice / np.maximum(guess.sd**2, 1e-300)
    return guess.mean + kept * (values - guess.mean), np.sqrt(dice * (1.0 + kept))
