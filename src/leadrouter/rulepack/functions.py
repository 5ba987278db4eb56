"""The functions of conditions: what each takes and gives."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from leadrouter import vocabulary as v

SIGNATURES: dict[str, tuple[tuple[str, ...], v.Type]] = {
    "contains": (("text", "string"), v.Bool()),
    "starts_with": (("text", "string"), v.Bool()),
    "ends_with": (("text", "string"), v.Bool()),
    "matches": (("text", "pattern"), v.Bool()),
    "known": (("field",), v.Bool()),
    "weekday": (("day",), v.Enum(v.WEEKDAYS)),
    "hour": (("instant",), v.Int(0, 23)),
    "date": (("instant",), v.Date()),
    "days_between": (("day", "day"), v.Int()),
    "in_hours": (("instant", "hours"), v.Bool()),
}
TAKES: dict[str, tuple[type, ...]] = {"text": (v.Text,), "day": (v.Date, v.Instant), "instant": (v.Instant,)}
_WORDS = {"string": '"words"', "pattern": '"pattern"', "day": "date", "hours": '"hours"'}
FUNCTIONS = frozenset(SIGNATURES)


def usage(function: str) -> str:
    """Say how a function is written."""
    return f"write {function}({', '.join(_WORDS.get(kind, kind) for kind in SIGNATURES[function][0])})"


@lru_cache(maxsize=4096)
def regex(pattern: str) -> Any:
    """Return the compiled RE2 pattern, whose matching takes time linear in the text.

    It is read in NFC, as the texts are that it is held against.

    Raises:
        ValueError: RE2 refuses the pattern; the message says why.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(unicodedata.normalize("NFC", pattern), options)
    except re2.error as error:
        raise ValueError(error.args[0].decode()) from None
