"""A value that is refused: what is wrong with it, and how it is shown to whoever gave it."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from decimal import Decimal

SHOWN = 60
"""How many characters of an offending value are shown."""

HUGE = 10**18
"""A number from here on is too long to be shown, and larger than any that is taken."""


class Refusal(ValueError):  # noqa: N818  # it refuses a value; it is no failure
    """A value that a type does not take: the code, what is wrong, and how to write it."""

    def __init__(self, message: str, fix: str | None = None, code: str = "LR402") -> None:
        super().__init__(message)
        self.fix = fix
        self.code = code


def show(raw: object) -> str:
    """Show an offending value in backticks, cut where it is long and without its control characters."""
    text = raw[: SHOWN + 1] if isinstance(raw, str) else _BRIEFLY.repr(raw)
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return f"`{text[:SHOWN]}…`" if len(text) > SHOWN else f"`{text}`"


class _Briefly(reprlib.Repr):
    """Python's own brief `repr`, which neither a huge nor a deep value can stop."""

    def __init__(self) -> None:
        super().__init__()
        self.maxother = self.maxstring = SHOWN

    def repr_int(self, x: int, level: int) -> str:
        return "a huge number" if abs(x) >= HUGE else super().repr_int(x, level)


_BRIEFLY = _Briefly()


def kind_of(raw: object) -> str:
    """Say what kind of value something is, without the value: `a number`, `text`, `a list`."""
    match raw:
        case bool():
            return "a bool"
        case int() | float() | Decimal():
            return "a number"
        case str():
            return "text"
        case list() | tuple() | set() | frozenset():
            return "a list"
        case Mapping():
            return "a mapping"
    return type(raw).__name__
