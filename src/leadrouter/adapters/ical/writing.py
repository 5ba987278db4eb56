"""Duties as a calendar that people subscribe to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from leadrouter.adapters.ical.attending import Attending, is_plain, quoted
from leadrouter.adapters.ical.event import Component, component_of
from leadrouter.adapters.ical.lines import calendars, decoded
from leadrouter.errors import RosterError
from leadrouter.roster.duty import Duty
from leadrouter.roster.person import Person
from leadrouter.zone import in_utc

_MEANING = ("DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "ATTENDEE", "STATUS", "CATEGORIES")
"""What an event says; when any of it changes, the event has been revised."""


def write_calendar(
    duties: Iterable[Duty],
    *,
    roster: str,
    people: Mapping[str, Person],
    tz: str,
    start: datetime,
    end: datetime,
    stamp: datetime,
    role: str | None = None,
    person: str | None = None,
    previous: bytes | None = None,
) -> bytes:
    """Return duties as an iCalendar text; `read_calendar` gives the same duties back.

    A duty keeps its UID as long as its role and its start stay. Given the calendar of last time, an event
    that says something else has the next sequence number; a duty that went away is there as cancelled, so
    that a program which knows it takes it out; and what has not changed is as it was, to the byte. Gaps
    are no events. A duty without a beginning or an end is cut at `start` or `end`.

    Args:
        duties: in any order.
        roster: the roster's name; part of each UID.
        people: names and addresses, by id. Whoever has no address is named in the title only.
        tz: the zone in which a program shows the calendar; the times themselves are in UTC.
        start: what went away before it is left out.
        end: what went away after it is left out.
        stamp: when this is written.
        role: the role that the duties are of; several where left out.
        person: whose duties are written; everybody's where left out.
        previous: the calendar that was written last time.

    Raises:
        RosterError: `previous` is no calendar.
    """
    from icalendar import Calendar

    meant = Attending.of(people, "name")
    writing = _Writing(roster, people, meant, _names(people, meant), in_utc(stamp).replace(microsecond=0))
    known = {} if previous is None else writing.known(previous)
    shown = [duty for duty in duties if duty.people and (person is None or person in duty.people)]
    events = {str(event["UID"]): event for event in (writing.event(duty, start, end) for duty in shown)}
    for uid, event in known.items():
        is_inside = event["DTSTART"].dt < end and event["DTEND"].dt > start
        if uid not in events and is_inside and role in {None, writing.role(event)}:
            events[uid] = _cancelled(event)
    calendar = Calendar()
    calendar.add("PRODID", "-//leadrouter//duty roster//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", roster if person is None else f"{roster}: {writing.names[person]}")
    calendar.add("X-WR-TIMEZONE", tz)
    for uid, event in sorted(events.items(), key=lambda item: (item[1]["DTSTART"].dt, item[0])):
        calendar.add_component(_verbatim(writing.revised(event, known.get(uid))))
    written: bytes = calendar.to_ical()
    return written


@frozen
class _Writing:
    """A calendar being written; `names` are what titles call people, `meant` says whom a reader takes them for."""

    roster: str
    people: Mapping[str, Person]
    meant: Attending
    names: Mapping[str, str]
    stamp: datetime

    def event(self, duty: Duty, start: datetime, end: datetime) -> Component:
        from icalendar import Event, vCalAddress

        since, until = duty.since or start, duty.until or end
        event: Component = Event()
        event.add("UID", f"{duty.role}-{since:%Y%m%dT%H%M%SZ}@{self.roster}")
        event.add("DTSTART", since)
        event.add("DTEND", until)
        event.add("SUMMARY", self.title(duty))
        event.add("DESCRIPTION", "\n".join([str(duty.source), *duty.reasons]))
        event.add("CATEGORIES", [duty.role])
        event.add("STATUS", "CONFIRMED")
        for each in duty.people:
            email = self.people[each].email
            if email:
                address = vCalAddress(f"mailto:{email}")
                if "\\" not in self.names[each]:  # icalendar reads it as an escape, which RFC 6868 does not have
                    address.params["CN"] = self.names[each]
                event.add("ATTENDEE", address)
        return event

    def title(self, duty: Duty) -> str:
        """Return the role and who has it; it is no one person's name, and no quote in the role opens one."""
        role, names = duty.role.replace('"', "'"), ", ".join(quoted(self.names[each]) for each in duty.people)
        title = f"{role}: {names}"
        while self.meant.find(title) is not None:
            title += ","
        return title

    def known(self, previous: bytes) -> dict[str, Component]:
        """Return this roster's events of the calendar of last time, by UID."""
        source, unreadable = decoded(previous, "the calendar of last time")
        blocks, faults = calendars(source)
        if unreadable is not None or faults:
            raise RosterError(faults if unreadable is None else [unreadable])
        parts = (part for block in blocks for part in block.parts if part.name == "VEVENT")
        return {str(event["UID"]): event for event in map(component_of, parts) if self._is_own(event)}

    def _is_own(self, event: Component) -> bool:
        """Say whether an event is one that was written here, with the times that were given to it."""
        if event.errors or not isinstance(event.get("SEQUENCE", 0), int):
            return False
        times = [getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND")]
        are_instants = all(isinstance(time, datetime) and time.tzinfo is not None for time in times)
        return are_instants and str(event.get("UID", "")).endswith(f"@{self.roster}")

    def role(self, event: Component) -> str:
        """Return the role that an event is of, by its UID, which no program changes."""
        return str(event["UID"]).removesuffix(f"@{self.roster}").rpartition("-")[0]

    def revised(self, event: Component, before: Component | None) -> Component:
        """Number an event and stamp it: as before where it says the same."""
        if before is not None and _said(event) == _said(before):
            return before
        for name in ("SEQUENCE", "DTSTAMP", "LAST-MODIFIED"):
            event.pop(name, None)
        event.add("SEQUENCE", 0 if before is None else int(before.get("SEQUENCE", 0)) + 1)
        event.add("DTSTAMP", self.stamp)
        event.add("LAST-MODIFIED", self.stamp)
        return event


def _names(people: Mapping[str, Person], meant: Attending) -> dict[str, str]:
    """Return what to call people so that `read_calendar` finds them: their names, or ids where those would not do."""
    named = {each.id: each.name or "" for each in people.values()}
    return {
        each: name if name.isprintable() and is_plain(name) and meant.find(name) == each else each
        for each, name in named.items()
    }


def _verbatim(event: Component) -> Component:
    """Write a title as it is; icalendar takes a backslash before an N for the end of a line.

    Source: RFC 5545, section 3.3.11.
    """
    from icalendar import vText
    from icalendar.prop import vInline

    title = event.get("SUMMARY")
    if isinstance(title, vText) and r"\N" in title:
        written = re.sub(r"[\\;,]", r"\\\g<0>", title).replace("\n", r"\n")
        event["SUMMARY"] = vInline(written, params=title.params)
    return event


def _cancelled(event: Component) -> Component:
    from icalendar import vText

    gone: Component = event.copy()
    gone["STATUS"] = vText("CANCELLED")
    return gone


def _said(event: Component) -> list[Any]:
    """Return what an event says, for comparison."""
    values = [event.get(name, []) for name in _MEANING]
    return [[each.to_ical() for each in (value if isinstance(value, list) else [value])] for value in values]
