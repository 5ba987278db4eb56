"""A roster as a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import evolve

from leadrouter.adapters.ical.writing import write_calendar
from leadrouter.roster.duty import Duty
from leadrouter.roster.roster import DutyRoster
from leadrouter.zone import in_utc


def export_calendar(
    roster: DutyRoster,
    start: datetime,
    end: datetime,
    *,
    stamp: datetime,
    role: str | None = None,
    person: str | None = None,
    previous: bytes | None = None,
) -> bytes:
    """Return the duties of a roster that overlap `[start, end)` as an iCalendar text.

    A duty is written whole, also where it began before the stretch or ends after it, so that its UID does
    not depend on the stretch. See `write_calendar` for `stamp`, `person` and `previous`.

    Args:
        roster: whose duties are written.
        start: the first instant.
        end: the first instant that does not count any more.
        stamp: when this is written.
        role: which duty; all of the roster's where left out.
        person: whose duties are written; everybody's where left out.
        previous: the calendar that was written last time.

    Raises:
        NaiveTimeError: a time has no zone.
        RosterError: `previous` is no calendar, the stretch is empty or too long, or there is no such role.
    """
    roles = roster.all_roles if role is None else (role,)
    return write_calendar(
        [duty for each in roles for duty in _whole(roster, start, end, each)],
        roster=roster.name,
        people=roster.all_people,
        tz=roster.tz,
        start=in_utc(start),
        end=in_utc(end),
        stamp=stamp,
        role=role,
        person=person,
        previous=previous,
    )


def _whole(roster: DutyRoster, start: datetime, end: datetime, role: str) -> Iterator[Duty]:
    """Yield the duties of a role that overlap a stretch, uncut."""
    for duty in roster.timeline(start, end, role):
        lasting = roster.on_duty(duty.start, role)
        yield evolve(duty, since=lasting.since, until=lasting.until)
