"""Business hours; clock changes stand in `tests/property/test_hours.py`."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from leadrouter.hours import Calendar, Hours, Window
from leadrouter.zone import zone

MOSCOW = zone("Europe/Moscow")
OFFICE = Hours(
    "office",
    (
        Window(frozenset({"mon", "fri"}), time(9), time(18)),
        Window(frozenset({"fri"}), time(22), time(2)),
        Window(frozenset({"sun"}), time(9), time(9)),
    ),
)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-03-06T08:59:59", False),
        ("2026-03-06T09:00:00", True),
        ("2026-03-02T17:59:59", True),
        ("2026-03-02T18:00:00", False),
        ("2026-03-03T10:00:00", False),
        ("2026-03-06T23:00:00", True),
        ("2026-03-07T01:59:59", True),
        ("2026-03-07T02:00:00", False),
        ("2026-03-08T08:59:59", False),
        ("2026-03-09T08:59:59", True),
    ],
)
def test_hours_are_open_while_a_window_holds(at: str, is_open):
    """From its opening until before its closing, over midnight too; equal times are a whole day."""
    assert OFFICE.holds(datetime.fromisoformat(at).replace(tzinfo=MOSCOW), MOSCOW) is is_open


def test_hours_without_windows_are_never_open():
    """And a calendar has none where a pack declares none."""
    assert not Hours("never", ()).holds(datetime(2026, 3, 2, tzinfo=MOSCOW), MOSCOW)
    assert Calendar(MOSCOW).hours == {}
