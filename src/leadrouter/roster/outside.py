"""What a roster names outside of its own text: plans and calendars beside it, the working days of a country.

This is the roster's one door to the adapters, and it opens when a roster asks for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Literal, TypeAlias

from attrs import frozen

from leadrouter.document import Document, Node
from leadrouter.errors import RosterError
from leadrouter.refusal import Refusal
from leadrouter.roster.dated import Given
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


@frozen
class Outside:
    """Reads what stands in the folder of a roster; what is wrong with it goes to the document that names it."""

    document: Document
    reading: Read | None
    folder: PurePath

    def read(self, node: Node, what: str) -> tuple[str, bytes] | None:
        """Return the path, as places give it, and the content of a file in the folder."""
        name = self.document.word(node, what)
        if name is None:
            return None
        if self.reading is None:
            fix = "load the roster from its file"
            self.document.fault("LR109", f"`{name}` cannot be read: this text has no folder", node, fix)
            return None
        try:
            return str(self.folder / name), self.reading(name)
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
            self.document.fault("LR109", f"`{node.value}` cannot be read: byte {error.start} is not UTF-8", node, fix)
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
