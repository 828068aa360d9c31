"""Names for the kinds of array that the library passes around."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
"""Whole numbers of any width: indices, seconds, persons."""
Counts = NDArray[np.uint8]
"""Persons of a household by kind, (5, n)."""
Bools = NDArray[np.bool_]
TEXTS = "OSUT"
"""Kinds of dtype that hold texts; pandas 3 makes T of every Index of texts."""
Keys = NDArray[np.uint64]
"""Owners of draws."""


def as_texts(values: NDArray[Any]) -> NDArray[np.str_]:
    """Texts of any kind as numpy's own, of one width.

    Examples
    --------
    >>> as_texts(np.array(["Osh", "Ош"], dtype=object)).dtype
    dtype('<U3')
    """
    if values.dtype.kind == "T":  # numpy does not cast it
        return np.array(values.ravel().tolist(), dtype=np.str_).reshape(values.shape)
    return values.astype(np.str_)


def left_to_right(numbers: Iterable[float]) -> float:
    """The sum of numbers from left to right; from Python 3.12 on its own `sum` rounds otherwise.

    Examples
    --------
    >>> left_to_right([1e16, 1.0, 1.0]) == 1e16
    True
    """
    total = 0.0
    for number in numbers:
        total += float(number)
    return total
