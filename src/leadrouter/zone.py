"""Time zones from the `tzdata` package, and local times turned into instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from leadrouter.errors import NaiveTimeError


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Return a zone by its IANA name, with the rules of the `tzdata` package and not the machine's.

    Raises:
        KeyError: there is no such zone.
    """
    parts = name.split("/")
    if not all(part and part[0].isalnum() and part.replace("_", "").replace("-", "").replace("+", "").isalnum() for part in parts):
        raise KeyError(name)
    resource = files("tzdata.zoneinfo").joinpath(*parts)
    if not resource.is_file():
        raise KeyError(name)
    with resource.open("rb") as stream:
        try:
            return ZoneInfo.from_file(stream, key=name)
        except ValueError:
            raise KeyError(name) from None


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


def takes_effect(day: date, clock: time, tz: ZoneInfo) -> datetime:
    """Return the first instant at which the zone's clock shows that local time or later, in UTC.

    A local time that a clock change skips takes effect at the change; one that occurs twice takes
    effect the first time. Costs a bisection where the time was skipped.
    """
    wall = datetime.combine(day, clock)
    early = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if early.astimezone(tz).replace(tzinfo=None) == wall:
        return early
    before, after = wall.replace(tzinfo=tz, fold=1).astimezone(UTC), early
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(tz).replace(tzinfo=None) >= wall:
            after = middle
        else:
            before = middle
    return after
