"""Names for the kinds of array that the library passes around."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer[Any]]
"""Whole numbers of any width: indices, seconds, persons."""
Counts = NDArray[np.uint8]
"""Persons of a household by kind, (5, n)."""
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]
"""Owners of draws."""
