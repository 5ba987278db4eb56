"""Values that are refused, as they are shown."""

from __future__ import annotations

from datetime import date

import pytest

from leadrouter.refusal import kind_of, show


def test_a_value_is_shown_short_and_without_what_harms():
    """Ten megabytes, ten thousand digits and ten thousand brackets fit into a line."""
    nested: list[object] = []
    for _ in range(10_000):
        nested = [nested]
    assert show("пресс") == "`пресс`"
    assert show("a" * 10_000_000) == f"`{'a' * 60}…`"
    assert show(nested) == "`[[[[[[[...]]]]]]]`"
    assert show(-(10**5000)) == "`a huge number`"
    assert show("a\x1b\nb") == "`a\ufffd\ufffdb`"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (True, "a bool"),
        (1, "a number"),
        ("1", "text"),
        ([1], "a list"),
        ({"a": 1}, "a mapping"),
        (date(2026, 3, 2), "date"),
        (None, "NoneType"),
    ],
)
def test_a_kind_is_said_without_the_value(raw: object, kind: str):
    """For messages that must not repeat personal data."""
    assert kind_of(raw) == kind
