"""When a local time takes effect, and what a clock change does to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from leadrouter.zone import takes_effect

Doubt: TypeAlias = Literal["skipped", "repeated"]

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
LAST = datetime(3000, 1, 1, tzinfo=UTC)
"""Duties are told over these instants; before and after them nobody is asked."""

MIDNIGHT = time(0)
DAY = timedelta(days=1)


def begins(day: date, tz: ZoneInfo) -> datetime:
    """Return the first instant of a local date, in UTC; of a skipped date, the instant after it."""
    return takes_effect(day, MIDNIGHT, tz)


def doubt(day: date, clock: time, tz: ZoneInfo) -> Doubt | None:
    """Say whether a zone's clock never shows a local time, or shows it twice.

    >>> from leadrouter.zone import zone
    >>> berlin = zone("Europe/Berlin")
    >>> doubt(date(2026, 3, 29), time(2, 30), berlin), doubt(date(2026, 10, 25), time(2, 30), berlin)
    ('skipped', 'repeated')
    """
    first = datetime.combine(day, clock, tzinfo=tz)
    if first.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != first.replace(tzinfo=None):
        return "skipped"
    return "repeated" if first.utcoffset() != first.replace(fold=1).utcoffset() else None


def local_date(at: datetime, tz: ZoneInfo) -> date:
    """Return the date that a zone's calendar shows at an instant."""
    return at.astimezone(tz).date()
