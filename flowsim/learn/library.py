"""SALib, which an extra brings."""

from __future__ import annotations

import importlib
from typing import Any


def salib(module: str) -> Any:
    """A module of SALib.

    Raises
    ------
    ImportError
        It is not installed; says how to install it.
    """
    try:
        return importlib.import_module(f"SALib.{module}")
    except ImportError as error:
        raise ImportError(
            "a sensitivity analysis needs SALib, which is not installed: "
            "pip install 'flowsim[learn]'"
        ) from error
