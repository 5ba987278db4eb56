"""The statements of an adapter, which stand in a file beside it."""

from __future__ import annotations

import re
from importlib.resources import files

_NAME = re.compile(r"^-- name: (.+)$", re.MULTILINE)


def read_statements(package: str) -> dict[str, str]:
    """Return the statements of `statements.sql` in a package, by name."""
    _, *parts = _NAME.split(files(package).joinpath("statements.sql").read_text("utf-8"))
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
