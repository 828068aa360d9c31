"""SALib and scikit-learn, which an extra brings."""

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
    return _of("SALib", module, "a sensitivity analysis needs SALib")


def sklearn(module: str) -> Any:
    """A module of scikit-learn.

    Raises
    ------
    ImportError
        It is not installed; says how to install it.
    """
    return _of("sklearn", module, "a calibration needs scikit-learn")


def _of(package: str, module: str, what: str) -> Any:
    try:
        return importlib.import_module(f"{package}.{module}")
    except ImportError as error:
        raise ImportError(
            f"{what}, which is not installed: pip install 'flowsim[learn]'"
        ) from error
