from .boxes import within
from .country import Country
from .own import read_outlines

__all__ = ["Country", "read_outlines", "within"]
