"""Time zones from the `tzdata` package, and local times turned into instants."""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from leadrouter.errors import NaiveTimeError

_NAME = re.compile(r"[A-Z][\w+-]{0,31}(/[A-Z][\w+-]{0,31}){0,2}", re.ASCII)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Return a zone by its IANA name, with the rules of the `tzdata` package and not the machine's.

    Raises:
        KeyError: there is no such zone.
    """
    if not _NAME.fullmatch(name):
        raise KeyError(name)
    resource = files("tzdata.zoneinfo").joinpath(*name.split("/"))
    if not resource.is_file():
        raise KeyError(name)
    with resource.open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def in_utc(at: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises:
        NaiveTimeError: the time has no zone.
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise NaiveTimeError(f"{at.isoformat()} has no zone; write it with an offset, such as +03:00")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise NaiveTimeError(f"{at.isoformat()} lies outside the years that can be counted") from None


def write_instant(at: datetime | None) -> str | None:
    """Write an instant as JSON holds it; None stays None.

    >>> write_instant(datetime(2026, 3, 2, 9, tzinfo=UTC)), write_instant(None)
    ('2026-03-02T09:00:00+00:00', None)
    """
    return None if at is None else at.isoformat()


def takes_effect(day: date, clock: time, tz: ZoneInfo) -> datetime:
    """Return the first instant at which the zone's clock shows that local time or later, in UTC.

    A local time that a clock change skips takes effect at the change; one that occurs twice takes
    effect the first time. Costs a bisection where the time was skipped.
    """
    wall = datetime.combine(day, clock)
    early = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if early.astimezone(tz).replace(tzinfo=None) == wall:
        return early
    start = wall.replace(tzinfo=tz, fold=1, microsecond=0).astimezone(UTC)
    seconds = range(int((early - start).total_seconds()) + 1)

    def has_come(second: int) -> bool:
        return (start + timedelta(seconds=second)).astimezone(tz).replace(tzinfo=None) >= wall

    return start + timedelta(seconds=bisect_left(seconds, True, key=has_come))


def differs_from_system(name: str, start: datetime, end: datetime) -> datetime | None:
    """Return the first day in `[start, end)` on which the machine's own rules of a zone differ from the package's.

    None where they agree, or the machine has none. Costs a look at each day.
    """
    ours, theirs = zone(name), ZoneInfo.no_cache(name)
    day = start
    while day < end:
        if day.astimezone(ours).utcoffset() != day.astimezone(theirs).utcoffset():
            return day
        day += timedelta(days=1)
    return None
