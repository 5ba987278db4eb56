"""What an override does to the people on duty, and whom it puts there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter.roster.override import Add, Assign, Override, Remove, Replace, overridden

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "people", "names"),
    [
        (Assign(("vera", "vera")), ("vera",), ("vera", "vera")),
        (Assign(()), (), ()),
        (Add(("boris", "vera")), ("anna", "boris", "vera"), ("boris", "vera")),
        (Remove(("anna",)), ("boris",), ()),
        (Replace("anna", "boris"), ("boris",), ("boris",)),
        (Replace("vera", "gleb"), ("anna", "boris"), ("gleb",)),
    ],
)
def test_each_action_on_anna_and_boris(action, people, names):
    """Nobody has duty twice, and the order of those who stay is kept."""
    assert overridden(("anna", "boris"), action) == people
    assert Override(id="1", role="duty", start=AT, end=AT, action=action).names == names
