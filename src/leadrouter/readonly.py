"""Mappings that cannot be changed, for the values that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def read_only(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return a copy that nobody can change.

    >>> read_only({"a": 1})["a"]
    1
    """
    return MappingProxyType(dict(mapping))
