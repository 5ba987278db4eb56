"""The page of events is what really happens."""

from __future__ import annotations

import re
from pathlib import Path

from leadrouter.event import EVENTS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"


def test_every_event_has_a_row_and_every_row_an_event():
    """In the order of the code, with the level that the log gives it."""
    rows = re.findall(r"^\| `([a-z_.]+)` \|.*\| (\w+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == list(EVENTS.items())
