"""How something that begins, holds and dies away goes over time."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats


def course(
    seconds: float, size: Floats, start: Floats, peak: Floats, until: Floats, half_life: Floats
) -> Floats:
    """Strength of some spells at a moment, (n,).

    Each rises in a line from start to peak, where it has its size, holds until `until`, and then
    halves every half-life; without one (0) it ends at once.

    Parameters
    ----------
    seconds : float
    size : float64 array (n,)
    start, peak, until, half_life : float64 arrays (n,)
        Seconds.

    Examples
    --------
    >>> spell = [np.array([hour * 3600.0]) for hour in (0, 2, 4, 3)]
    >>> [course(h * 3600.0, np.ones(1), *spell).item() for h in (-1, 1, 3, 7)]
    [0.0, 0.5, 1.0, 0.5]
    """
    rise = np.maximum(peak - start, 1.0)
    ramp = np.clip((seconds - start) / rise, 0.0, 1.0)
    ramp = np.where(peak <= start, seconds >= start, ramp)
    over = np.maximum(seconds - until, 0.0)
    left = np.exp2(-over / np.maximum(half_life, 1e-9))
    ended = (half_life == 0.0) & (seconds >= until)
    return np.asarray(size * ramp * np.where(ended, 0.0, left))
