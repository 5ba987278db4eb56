"""Canonical JSON: one text for one value, so that texts are compared and digested in place of values."""

from __future__ import annotations

import json
from typing import Any

from msgspec.json import Encoder

_ENCODER = Encoder(order="deterministic", enc_hook=dict)


def canonical(value: Any) -> str:
    """Return a value as JSON: keys in order, no spaces, nothing escaped that need not be, whole numbers exact.

    Mappings that cannot be changed are written as those that can. Half a surrogate pair stays as it is: such a
    text has no bytes, which whoever keeps it finds out.

    >>> canonical({"b": "да", "a": (1, None)})
    '{"a":[1,null],"b":"да"}'

    Raises:
        TypeError: JSON does not hold something of it.
    """
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=dict)
