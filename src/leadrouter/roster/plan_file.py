"""Plans as files that people review: CSV with a line for each duty, in local times with their offset.

Columns are `start`, `end` and `people`, and `role` where a file holds several roles. People stand in
one cell, parted by commas; an empty cell is a gap. A name with a comma, a quote or a space at its
edge stands in double quotes inside of the cell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from attrs import field, frozen

from leadrouter.errors import Fault, NaiveTimeError, did_you_mean
from leadrouter.roster.dated import DatedDuty
from leadrouter.sheet import Cell, Row, Sheet, read_sheet
from leadrouter.zone import in_utc

COLUMNS = ("start", "end", "people")
"""The columns that a plan must have; `role` may stand beside them."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d(:\d\d)?)", re.ASCII)
_NAME = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>[^\s",](?:[^",]*[^\s",])?))\s*(?:,(?=\s*\S)|$)')
_NEEDS_QUOTES = re.compile(r'[",]|^\s|\s$')


def format_plan(duties: Iterable[DatedDuty], *, tz: ZoneInfo, role: str | None = None) -> str:
    """Write duties as the canonical text of a plan: sorted by time, in the zone's local times.

    With `role` each line names it. Names keep the order in which a duty gives them.

    >>> from datetime import UTC
    >>> from leadrouter.zone import zone
    >>> start, end = datetime(2026, 4, 1, 6, tzinfo=UTC), datetime(2026, 4, 1, 15, tzinfo=UTC)
    >>> duties = [DatedDuty(people=("anna", "vera"), start=start, end=end)]
    >>> print(format_plan(duties, tz=zone("Europe/Moscow")), end="")
    start,end,people
    2026-04-01T09:00+03:00,2026-04-01T18:00+03:00,"anna, vera"
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    named = [] if role is None else [role]
    writer.writerow([*COLUMNS, *(["role"] if named else [])])
    for duty in sorted(duties, key=_order):
        people = ", ".join(map(_quoted, duty.people))
        writer.writerow([_local(duty.start, tz), _local(duty.end, tz), people, *named])
    return out.getvalue()


def parse_plan(
    text: str,
    *,
    source: str = "duty.csv",
    people: Collection[str],
    role: str | None = None,
    roles: Collection[str] = (),
) -> tuple[tuple[DatedDuty, ...], list[Fault]]:
    """Return the duties of a plan, sorted by time, and everything that is wrong with it.

    Of a file with a `role` column those of `role` are returned, all are checked; of one without, all.

    Args:
        text: the file's text, parted by commas or semicolons.
        source: the file's name, for the places of faults.
        people: the ids that may stand in it.
        role: whose duties are wanted; None is every line's.
        roles: the roles that may stand in it.
    """
    sheet, faults = read_sheet(text, source)
    if sheet is None or not _has_columns(sheet, faults):
        return (), faults
    reading = _Reading(people, roles, faults)
    lines = [line for row in sheet.rows if (line := reading.line(row)) is not None]
    faults.extend(_twice(lines))
    duties = (duty for of, duty in lines if role is None or of in (None, role))
    return tuple(sorted(duties, key=_order)), sorted(faults, key=lambda fault: fault.start)


def _order(duty: DatedDuty) -> tuple[datetime, datetime, tuple[str, ...]]:
    return duty.start, duty.end, duty.people


def _local(at: datetime, tz: ZoneInfo) -> str:
    local = at.astimezone(tz)
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if _NEEDS_QUOTES.search(name) else name


def _names(cell: str) -> list[str] | None:
    """Return the names that a cell lists; None where it is no list of names."""
    names, position = [], 0
    while position < len(cell):
        found = _NAME.match(cell, position)
        if found is None:
            return None
        names.append(found["plain"] or found["quoted"].replace('""', '"'))
        position = found.end()
    return names


def _has_columns(sheet: Sheet, faults: list[Fault]) -> bool:
    given = sheet.heading.cells
    for name, cell in given.items():
        if name not in (*COLUMNS, "role", ""):
            fix = did_you_mean(name, (*COLUMNS, "role"))
            faults.append(Fault(code="LR104", message=f"unknown column `{name}` in a plan", where=cell.where, fix=fix))
    lacking = [name for name in COLUMNS if name not in given]
    for name in lacking:
        where, fix = sheet.heading.where, "a plan has the columns start, end, people"
        faults.append(Fault(code="LR105", message=f"the plan lacks the column `{name}`", where=where, fix=fix))
    return not lacking


@frozen
class _Reading:
    """The lines of one plan being read."""

    people: Collection[str]
    roles: Collection[str]
    faults: list[Fault] = field(repr=False)

    def fault(self, code: str, message: str, cell: Cell, fix: str) -> None:
        self.faults.append(Fault(code=code, message=message, where=cell.where, fix=fix))

    def line(self, row: Row) -> tuple[str | None, DatedDuty] | None:
        start, end = self.instant(row.cells["start"]), self.instant(row.cells["end"])
        people = self.names(row.cells["people"])
        role = self.role(row.cells["role"]) if "role" in row.cells else None
        if start is None or end is None:
            return None
        if end <= start:
            message = f"a duty that ends at {row.cells['end'].text}, not after its start"
            self.fault("LR783", message, row.cells["end"], "the end is the first instant off duty")
            return None
        return role, DatedDuty(people=people, start=start, end=end, where=row.where)

    def instant(self, cell: Cell) -> datetime | None:
        try:
            if _TIME.fullmatch(cell.text):
                return in_utc(datetime.fromisoformat(cell.text))
        except (ValueError, NaiveTimeError):
            pass
        fix = "write a local time with its offset: 2026-04-01T09:00+03:00"
        self.fault("LR782", f"`{cell.text}` is no local time with an offset", cell, fix)
        return None

    def names(self, cell: Cell) -> tuple[str, ...]:
        names = _names(cell.text)
        if names is None:
            self.fault("LR106", f"`{cell.text}` is no list of people", cell, "part names by commas: anna, vera")
            return ()
        for name in sorted({*names} - {*self.people}):
            self.fault("LR784", f"unknown person `{name}` in a plan", cell, did_you_mean(name, self.people))
        return tuple(names)

    def role(self, cell: Cell) -> str:
        if cell.text not in self.roles:
            self.fault("LR786", f"unknown role `{cell.text}` in a plan", cell, did_you_mean(cell.text, self.roles))
        return cell.text


def _twice(lines: Iterable[tuple[str | None, DatedDuty]]) -> Iterator[Fault]:
    """Yield a fault for each duty of somebody who already has one in the same role at that time."""
    until: dict[tuple[str | None, str], datetime] = {}
    for role, duty in sorted(lines, key=lambda line: _order(line[1])):
        for index, name in enumerate(duty.people):
            last = until.get((role, name))
            if name in duty.people[:index] or (last is not None and duty.start < last):
                assert duty.where is not None
                message = f"`{name}` has another duty in these hours"
                yield Fault(code="LR785", message=message, where=duty.where, fix="keep one of them")
        for name in duty.people:
            last = until.get((role, name))
            until[role, name] = duty.end if last is None else max(last, duty.end)
