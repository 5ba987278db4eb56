"""The roster says the same as a slow reading that scans minute by minute what the clocks show."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import Phase, given, settings

from leadrouter import DutyRoster
from tests.roster_oracle import MINUTE, clock_of, duties
from tests.roster_strategies import CHANGES, rosters

BEFORE = timedelta(days=8)
AROUND = timedelta(hours=20)


@pytest.mark.parametrize(("zone", "at"), CHANGES, ids=str)
def test_the_clocks_change_there(zone, at):
    """Each of the instants around which rosters are drawn is one at which the zone's offset changes."""
    tz = clock_of(zone)
    assert at.astimezone(tz).utcoffset() != (at - MINUTE).astimezone(tz).utcoffset()


@given(rosters())
@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_the_roster_agrees_with_the_oracle_at_every_minute(drawn):
    """Around every change of clocks, in every zone, the people on duty are those of the slow reading."""
    held, at = drawn
    roster = DutyRoster.parse(json.dumps(held))
    for role in held["roles"]:
        start, end = at - AROUND, at + AROUND
        expected = duties(held, role, at - BEFORE, start, end)
        told = [
            duty.people
            for duty in roster.timeline(start, end, role)
            for _ in range((duty.until - duty.since) // MINUTE)
        ]
        for minute, (ours, theirs) in enumerate(zip(told, expected, strict=True)):
            assert ours == theirs, (role, start + minute * MINUTE)
