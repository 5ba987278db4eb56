"""Canonical JSON: one text for one value, so that texts are compared and digested in place of values."""

from __future__ import annotations

from typing import Any

from msgspec.json import Encoder

_ENCODER = Encoder(order="deterministic", enc_hook=dict)


def canonical(value: Any) -> str:
    """Return a value as JSON: keys in order, no spaces, nothing escaped that need not be, whole numbers exact.

    Mappings that cannot be changed are written as those that can.

    >>> canonical({"b": "да", "a": (1, None)})
    '{"a":[1,null],"b":"да"}'

    Raises:
        TypeError: JSON does not hold something of it.
    """
    return _ENCODER.encode(value).decode()
