"""Every kind of place where Python keeps data: see `stress/places.py`."""

from . import attributes, buffers, classes, dicts, exceptions, functions, lists
from .common import KINDS

__all__ = ["KINDS"]
