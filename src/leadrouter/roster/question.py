"""What is wrong with a question to a roster."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from attrs import frozen

from leadrouter.errors import Fault, did_you_mean
from leadrouter.roster.boundary import FIRST, LAST

LONGEST = timedelta(days=36_525)
"""The longest stretch that one question may be about: a hundred years."""


@frozen
class Question:
    """A question, named by the method that asks it, about `[start, end)` in UTC, or about the instant `start`."""

    name: str
    role: str | None
    start: datetime
    end: datetime
    is_instant: bool = False

    def faults(self, roles: Collection[str]) -> Iterator[Fault]:
        """Yield an unknown role, an empty or absurd stretch, and years that no roster tells."""
        if self.role is not None and self.role not in roles:
            yield self.fault("LR702", f"unknown role `{self.role}`", did_you_mean(self.role, roles))
        if not self.is_instant and self.end <= self.start:
            message = f"a stretch from {stamp(self.start)} to {stamp(self.end)} is empty"
            yield self.fault("LR730", message, "give an end after the start")
        if self.end - self.start > LONGEST:
            years = (self.end - self.start) // timedelta(days=365)
            yield self.fault("LR731", f"a stretch of {years} years", "ask for a hundred years at most")
        if not FIRST <= self.start < LAST or self.end > LAST:
            away = self.end if FIRST <= self.start < LAST else self.start
            yield self.fault("LR731", f"{stamp(away)} is too far away", "ask for years from 1900 to 2999")

    def fault(self, code: str, message: str, fix: str) -> Fault:
        """Return a fault of the question."""
        return Fault(code=code, message=message, where=f"roster.{self.name}", fix=fix)


def stamp(at: datetime) -> str:
    """Write an instant to the minute."""
    return at.isoformat(timespec="minutes")
