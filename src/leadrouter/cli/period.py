"""Which stretch of time a command about rosters asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from leadrouter.errors import did_you_mean

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from leadrouter.roster.roster import DutyRoster

Function = TypeVar("Function", bound=Callable[..., Any])

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_DAY = timedelta(days=1)
_YEARS = range(1900, 3000)


@frozen(kw_only=True)
class Asked:
    """What was asked for: a week, or dates or times from and to; nothing of it may be given."""

    week: str | None
    since: str | None
    until: str | None
    at: str | None

    def now(self, tz: ZoneInfo) -> datetime:
        """Return the instant that is now, in UTC."""
        return datetime.now(UTC) if self.at is None else _instant("--at", self.at, tz)

    def period(self, tz: ZoneInfo, *, days: int | None = None) -> tuple[datetime, datetime]:
        """Return the stretch `[start, end)` in UTC; where nothing was given, this week or so many days from today.

        Raises:
            click.UsageError: it cannot be read, or is empty.
        """
        if self.week is not None and (self.since or self.until):
            raise click.UsageError("--week is a stretch by itself: leave --from and --to out")
        if self.week is not None:
            monday = _monday(self.week)
            return _begins(monday, tz), _begins(monday + 7 * _DAY, tz)
        if self.since is None and self.until is not None:
            raise click.UsageError("--to needs --from")
        today = self.now(tz).astimezone(tz).date()
        if self.since is None:
            first = today if days else today - today.weekday() * _DAY
            return _begins(first, tz), _begins(first + (days or 7) * _DAY, tz)
        start = _instant("--from", self.since, tz)
        end = start + (days or 7) * _DAY if self.until is None else _instant("--to", self.until, tz, is_end=True)
        if end <= start:
            raise click.UsageError("--to lies before --from")
        return start, end


def period_options(function: Function) -> Function:
    """Add --week, --from, --to and --at."""
    for option in (
        click.option("--at", metavar="TIME", help="The time that is now.  [default: the system's clock]"),
        click.option("--to", "until", metavar="TIME", help="The end; a date is included."),
        click.option(
            "--from", "since", metavar="TIME", help="The beginning: a date, or a time such as 2026-05-04T09:00."
        ),
        click.option("--week", metavar="WEEK", help="A week, such as 2026-W19."),
    ):
        function = option(function)
    return function


def role_option(function: Function) -> Function:
    """Add --role."""
    return click.option("--role", metavar="ROLE", help="Which duty.  [default: the first that the roster lists]")(
        function
    )


def known_role(roster: DutyRoster, role: str | None) -> str:
    """Return the role that is meant.

    Raises:
        click.UsageError: the roster has no such role.
    """
    if role is not None and role not in roster.all_roles:
        raise click.UsageError(f"unknown role `{role}`; {did_you_mean(role, roster.all_roles)}")
    return role or next(iter(roster.roles))


def roster_argument(function: Function) -> Function:
    """Add PATH: a folder with a roster.yaml, or that file."""
    from pathlib import Path

    return click.argument("path", type=click.Path(path_type=Path))(function)


def spanned(start: datetime, end: datetime, tz: ZoneInfo) -> str:
    """Return a stretch by a zone's clock: its first and last date, or times where it is no whole days.

    >>> from leadrouter.zone import zone
    >>> start, end = datetime(2026, 5, 3, 22, tzinfo=UTC), datetime(2026, 5, 10, 22, tzinfo=UTC)
    >>> spanned(start, end, zone("Europe/Berlin")), spanned(start, end, zone("UTC"))
    ('2026-05-04 to 2026-05-10', '2026-05-03 22:00 to 2026-05-10 22:00')
    """
    first, last = start.astimezone(tz).date(), (end - timedelta(microseconds=1)).astimezone(tz).date()
    if (_begins(first, tz), _begins(last + _DAY, tz)) == (start, end):
        return f"{first} to {last}"
    return f"{shown(start, tz)} to {shown(end, tz)}"


def shown(at: datetime, tz: ZoneInfo) -> str:
    """Return an instant by a zone's clock, without the zone."""
    return f"{at.astimezone(tz):%Y-%m-%d %H:%M}"


def _monday(week: str) -> date:
    found = _WEEK.fullmatch(week)
    try:
        monday = None if found is None else date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        monday = None
    if monday is None:
        raise click.UsageError(f"--week `{week}` is no week; write it as 2026-W19")
    _refuse_far("--week", week, monday)
    return monday


def _instant(option: str, text: str, tz: ZoneInfo, *, is_end: bool = False) -> datetime:
    """Read a date or a time; one without an offset is by the zone's clock. A date as an end is included."""
    from leadrouter.zone import in_utc, takes_effect

    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        fix = "write a date such as 2026-05-04, or a time such as 2026-05-04T09:00"
        raise click.UsageError(f"{option} `{text}` cannot be read: {fix}") from None
    _refuse_far(option, text, read)
    if read.tzinfo is not None:
        return in_utc(read)
    is_whole_day = is_end and len(text) <= len("2026-05-04")
    return takes_effect(read.date() + (_DAY if is_whole_day else timedelta()), read.time(), tz)


def _refuse_far(option: str, text: str, read: date) -> None:
    if read.year not in _YEARS:
        raise click.UsageError(f"{option} `{text}` lies outside the years {_YEARS[0]} to {_YEARS[-1]}")


def _begins(day: date, tz: ZoneInfo) -> datetime:
    from leadrouter.roster.boundary import begins

    return begins(day, tz)
