"""Mappings that cannot be changed, for the values that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


def read_only(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return a copy that nobody can change.

    >>> read_only({"a": 1})["a"]
    1
    """
    return MappingProxyType(editable(mapping))


def editable(mapping: Mapping[K, V]) -> dict[K, V]:
    """Return a copy that can be changed, in the time that copying a dictionary takes.

    >>> editable(read_only({"a": 1}))
    {'a': 1}
    """
    return mapping.copy() if isinstance(mapping, MappingProxyType) else dict(mapping)
