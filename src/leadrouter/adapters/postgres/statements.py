"""The statements of `statements.sql`, by name."""

from __future__ import annotations

import re
from importlib.resources import files

_NAME = re.compile(r"^-- name: (.+)$", re.MULTILINE)


def _read() -> dict[str, bytes]:
    _, *parts = _NAME.split(files(__package__).joinpath("statements.sql").read_text("utf-8"))
    return {name: text.strip().encode() for name, text in zip(parts[::2], parts[1::2], strict=True)}


STATEMENTS = _read()
