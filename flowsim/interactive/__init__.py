"""A run to look at in a browser: a map that plays, and its timeline, in a file or on a server."""

from typing import Any

from flowsim.lazy_names import attach

_get, __dir__, __all__ = attach(__name__, __file__)


def __getattr__(name: str) -> Any:
    """A name of the stub; what draws needs Bokeh, which an extra brings."""
    if name == "Playback":
        try:
            import bokeh  # noqa: F401
        except ImportError as error:
            told = "a map that plays needs Bokeh, which is not installed"
            raise ImportError(f"{told}: pip install 'flowsim[app]'") from error
    return _get(name)
