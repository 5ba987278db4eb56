"""Fields and their types."""

from __future__ import annotations

import pytest

from leadrouter import vocabulary as v

TYPES = {
    "bool": (v.Bool(), "bool"),
    "text": (v.Text(), "text"),
    "date": (v.Date(), "date"),
    "instant": (v.Instant(), "instant"),
    "duration": (v.Duration(), "duration"),
    "int": (v.Int(0, 5), "int"),
    "decimal": (v.Number(), "decimal"),
    "money": (v.Money("RUB"), "money in RUB"),
    "enum": (v.Enum(("a", "b"), {"c": "a"}), "one of a, b"),
    "set": (v.EnumSet(("a", "b")), "a set of a, b"),
}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_says_what_it_is(name: str):
    """In a pack's word for it, and in words for a message."""
    type_, said = TYPES[name]
    assert (v.plain(type_), str(type_)) == (name, said)
    assert hash(type_) == hash(TYPES[name][0])


def test_a_vocabulary_keeps_its_fields_in_order():
    """By name, and in the order in which they were written."""
    fields = [v.Field(name="b", type=v.Bool()), v.Field(name="a", type=v.Text())]
    words = v.Vocabulary.of(*fields)
    assert list(words) == fields
    assert (words["a"], "b" in words, "c" in words, len(words)) == (fields[1], True, False, 2)
