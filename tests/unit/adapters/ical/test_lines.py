"""The lines of a calendar, with their places."""

from __future__ import annotations

import pytest

from leadrouter.adapters.ical.lines import calendars, decoded
from leadrouter.span import Source

TEXT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nsummary;LANGUAGE=en:An\r\n na\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_a_property_keeps_its_place():
    """Folded over two lines, it is one property, at the first of them."""
    [calendar], faults = calendars(Source("duty.ics", TEXT))
    [event] = calendar.parts
    [summary] = event.lines
    assert not faults
    assert (summary.name, summary.text, summary.value) == ("SUMMARY", "summary;LANGUAGE=en:Anna", "Anna")
    assert (summary.span.line, summary.span.text) == (4, "summary;LANGUAGE=en:An\r\n na")
    assert event.where("SUMMARY") == summary.span
    assert event.where("SUMMARY", "Boris") == event.span
    assert event.where("DTSTART").line == 3


def test_a_component_is_written_as_it_was_read():
    """With what is in it only where that is asked for."""
    [calendar], _ = calendars(Source("duty.ics", TEXT))
    assert calendar.text() == "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
    assert calendar.text(with_parts=True) == TEXT.replace("An\r\n na", "Anna")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_text(mark):
    """Programs of Windows write one."""
    source, fault = decoded(mark + b"BEGIN", "duty.ics")
    assert (source.text, fault) == ("BEGIN", None)


def test_a_line_may_be_folded_inside_a_character():
    """Those who fold by bytes do so."""
    folded = "SUMMARY:Пётр".encode()
    source, fault = decoded(folded[:9] + b"\r\n " + folded[9:], "duty.ics")
    assert (source.text, fault) == ("SUMMARY:Пётр", None)


def test_what_is_not_utf_8_is_told_with_its_place():
    """An old export in the code page of a machine."""
    source, fault = decoded("SUMMARY:Анна".encode("cp1251"), "duty.ics")
    assert source.text == ""
    assert fault is not None
    assert str(fault) == "duty.ics: LR109 cannot be read: byte 8 is not UTF-8\nfix: export the calendar as UTF-8"


def test_a_text_that_is_absurdly_long_is_not_looked_at():
    """Nobody's rota has twenty million characters."""
    found, [fault] = calendars(Source("duty.ics", " " * 20_000_001))
    assert found == []
    assert (fault.code, fault.message) == ("LR743", "the text is longer than 20_000_000 characters")
