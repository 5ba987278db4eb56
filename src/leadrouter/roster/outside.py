"""What a roster names outside of its own text: plans and calendars beside it, the working days of a country.

This is the roster's one door to the adapters, and it opens when a roster asks for them.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from attrs import field, frozen

from leadrouter.document import Document, Node
from leadrouter.errors import RosterError
from leadrouter.facts import Refusal
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.finding import Finding
from leadrouter.roster.person import Person
from leadrouter.roster.plan_file import parse_plan
from leadrouter.roster.workdays import Workdays
from leadrouter.zone import zone

PeopleBy: TypeAlias = Literal["email", "name"]

Read: TypeAlias = Callable[[str], bytes]
"""Given the name of a file beside a roster, return what is in it; an OSError or a ValueError says why not."""

PEOPLE_BY: tuple[PeopleBy, ...] = ("email", "name")
YEARS = range(2000, 2100)
"""The years for which a country's working days are looked up."""


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


@frozen
class Outside:
    """Reads what stands beside a document; what is wrong with it goes to the document."""

    document: Document
    reading: Read | None

    def read(self, node: Node, what: str) -> tuple[str, bytes] | None:
        """Return the name and the content of a file beside the document."""
        name = self.document.word(node, what)
        if name is None:
            return None
        if self.reading is None:
            fix = "load the roster from its file"
            self.document.fault("LR109", f"`{name}` cannot be read: this text has no folder", node, fix)
            return None
        try:
            return name, self.reading(name)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.document.fault("LR109", f"`{name}` cannot be read: {reason}", node, "name a file beside this one")
            return None

    def plan(self, node: Node, role: str, people: Mapping[str, Person], roles: Iterable[str]) -> Given | None:
        """Return the plan of a role from a CSV file."""
        found = self.read(node, "`plan`")
        if found is None:
            return None
        name, data = found
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            fix = "save it in UTF-8"
            self.document.fault("LR109", f"`{name}` cannot be read: byte {error.start} is not UTF-8", node, fix)
            return None
        duties, faults = parse_plan(text, source=name, people=people, role=role, roles=tuple(roles))
        self.document.faults.extend(faults)
        return Given(duties=duties, digest=hashlib.sha256(data).hexdigest())

    def calendar(self, node: Node, by: PeopleBy, people: Mapping[str, Person], tz: str) -> Given | None:
        """Return the duties of a calendar."""
        from leadrouter.adapters.ical import read_calendar

        found = self.read(node, "`ical`")
        if found is None:
            return None
        name, data = found
        try:
            duties, findings = read_calendar(data, source=name, people=people, people_by=by, tz=zone(tz))
        except RosterError as error:
            self.document.faults.extend(error.faults)
            return None
        return Given(duties=duties, digest=hashlib.sha256(data).hexdigest(), findings=findings)

    def workdays(self, country: Node, part: Node | None) -> Workdays | None:
        """Return the working days of a country or of a part of it."""
        from leadrouter.adapters.holiday_calendar import workdays_of

        name = self.document.word(country, "`country`")
        subdivision = None if part is None else self.document.word(part, "`subdiv`")
        try:
            return None if name is None else workdays_of(name, YEARS, subdivision)
        except Refusal as refusal:
            self.document.fault(refusal.code or "LR741", str(refusal), country, refusal.fix)
            return None
