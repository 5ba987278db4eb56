"""Duties that a file gives with their dates: a line of a plan, an event of a calendar."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import field, frozen

from leadrouter.roster.finding import Finding
from leadrouter.span import Span


@frozen(kw_only=True)
class DatedDuty:
    """These people have duty over `[start, end)`, two instants in UTC. `uid` is a calendar's name for it."""

    people: tuple[str, ...]
    start: datetime
    end: datetime
    where: Span | None = field(default=None, eq=False, repr=False)
    uid: str | None = None


def in_order(duties: Iterable[DatedDuty]) -> tuple[DatedDuty, ...]:
    """Return duties by their start."""
    return tuple(sorted(duties, key=lambda duty: (duty.start, duty.end, duty.people)))


@frozen(kw_only=True)
class Given:
    """Duties with their dates, in order, as a plan or a calendar gives them, and what is odd about it."""

    duties: tuple[DatedDuty, ...] = field(converter=in_order)
    digest: str
    findings: tuple[Finding, ...] = ()
    _starts: list[datetime] = field(init=False, eq=False, repr=False)
    _longest: timedelta = field(init=False, eq=False, repr=False)

    @_starts.default
    def _their_starts(self) -> list[datetime]:
        return [duty.start for duty in self.duties]

    @_longest.default
    def _their_longest(self) -> timedelta:
        return max((duty.end - duty.start for duty in self.duties), default=timedelta(0))

    def between(self, start: datetime, end: datetime) -> tuple[DatedDuty, ...]:
        """Return the duties that touch `[start, end)`, in order."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_left(self._starts, end)
        return tuple(each for each in self.duties[first:last] if start < each.end)

    @property
    def end(self) -> datetime | None:
        """When the last duty ends; None where there is none."""
        return max((duty.end for duty in self.duties), default=None)
