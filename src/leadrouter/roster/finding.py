"""What `check` finds in a roster: nothing that stops it from being read, and still worth knowing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from leadrouter.errors import Fault
from leadrouter.span import Span

Severity: TypeAlias = Literal["error", "warning"]


@frozen(kw_only=True)
class Finding:
    """One thing that is wrong with a roster over a stretch of time.

    `code` is stable and has an entry in `docs/reference/errors.md`; `where` is its place in the file,
    `at` an instant in UTC at which it shows.
    """

    code: str
    severity: Severity
    message: str
    where: Span | str
    at: datetime | None = None
    fix: str | None = None

    @property
    def start(self) -> int:
        """Where in its text it begins; 0 where there is no text."""
        return self.where.start if isinstance(self.where, Span) else 0

    def __str__(self) -> str:
        shown = "" if self.at is None else f" (at {self.at.isoformat(timespec='minutes')})"
        fault = Fault(code=self.code, message=f"{self.severity}: {self.message}{shown}", where=self.where, fix=self.fix)
        return str(fault)
