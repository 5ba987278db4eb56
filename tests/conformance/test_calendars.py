"""What calendars mean, as data: the duties of each, what is odd about it, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadrouter.adapters.ical import read_calendar
from leadrouter.errors import RosterError
from leadrouter.roster.person import Person
from leadrouter.zone import zone

from .test_semantics import read

HERE = Path(__file__).parent / "calendars"
PEOPLE = {
    "anna": Person(id="anna", name="Anna Orlova", email="anna@works.example"),
    "boris": Person(id="boris", name="Борис Пётр", email="Boris@works.example"),
    "ivan1": Person(id="ivan1", name="Ivan"),
    "ivan2": Person(id="ivan2", name="Ivan"),
}
CASES = [(path.stem, case) for path in sorted(HERE.glob("*.yaml")) for case in read(path)["cases"]]


def text_of(case: Mapping[str, Any]) -> str:
    """Return a case's calendar: as it is, or its inside, or the inside of its only event, which is Anna's."""
    if "text" in case:
        return str(case["text"])
    attendee = "" if case.get("by") == "name" else "ATTENDEE:mailto:anna@works.example\n"
    head = f"UID:1\nDTSTAMP:20260101T120000Z\n{attendee}" if attendee else ""
    event = f"BEGIN:VEVENT\n{head}{case.get('event')}END:VEVENT\n"
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{case.get('calendar', event)}END:VCALENDAR\n"


def told(faults: Any) -> list[str]:
    return [f"{each.where.line} {each.code} {each.message}" for each in faults]


def said(case: Mapping[str, Any]) -> dict[str, list[str]]:
    start = datetime.fromisoformat(str(case.get("from", "1970-01-01"))).replace(tzinfo=UTC)
    try:
        duties, findings = read_calendar(
            text_of(case).encode(),
            source="duty.ics",
            people=PEOPLE,
            people_by=case.get("by", "email"),
            tz=zone(case.get("tz", "Europe/Moscow")),
            start=start,
        )
    except RosterError as error:
        return {"faults": told(error.faults)}
    shown = [f"{each.start:%Y-%m-%dT%H:%MZ} {each.end:%Y-%m-%dT%H:%MZ} {' '.join(each.people)}" for each in duties]
    return {"duties": shown, "findings": told(findings)}


@pytest.mark.parametrize(("topic", "case"), CASES, ids=[f"{topic}: {case['case']}" for topic, case in CASES])
def test_each_calendar_means_what_the_file_says(topic: str, case: Mapping[str, Any]) -> None:
    """Its duties and findings, or its faults, are those that are written beside it; `…` stands for anything."""
    expected = {key: case[key] for key in ("duties", "findings", "faults") if key in case}
    found = said(case)
    assert expected, topic
    for key in ("duties", "findings", "faults"):
        pattern = re.escape("\n".join(expected.get(key, []))).replace("…", ".*")
        assert re.fullmatch(pattern, "\n".join(found.get(key, []))), (key, found)
