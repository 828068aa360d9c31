"""SALib and scikit-learn, and what is made for pyABC and sbi: each where its extra is there."""

from __future__ import annotations

import importlib
from typing import Any, Literal

OTHERS = {"pyabc": ("pyABC", "abc"), "sbi": ("sbi", "sbi")}
"""Libraries that scenarios are handed to, with their extras."""


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


def made_for(library: Literal["pyabc", "sbi"]) -> Any:
    """What is made for pyABC or sbi, and needs it: `flowsim.learn.for_pyabc` or ``for_sbi``.

    Raises
    ------
    ImportError
        It is not installed; says how to install it.
    """
    name, extra = OTHERS[library]
    _of(library, "", f"this is for {name}", extra)
    return importlib.import_module(f"flowsim.learn.for_{library}")


def _of(package: str, module: str, what: str, extra: str = "learn") -> Any:
    try:
        return importlib.import_module(f"{package}.{module}".rstrip("."))
    except ImportError as error:
        raise ImportError(
            f"{what}, which is not installed: pip install 'flowsim[{extra}]'"
        ) from error
