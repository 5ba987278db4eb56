"""Where a lead can go."""

from __future__ import annotations

import pytest

from leadrouter.destination import (
    FORMS,
    Department,
    Deputy,
    Head,
    Hold,
    Inbound,
    OnDuty,
    Owner,
    Person,
    Pool,
    parse_destination,
)

DESTINATIONS = [
    Department("sales"),
    Head("отдел-1"),
    Person("anna.b"),
    OnDuty("duty"),
    Pool("english"),
    Owner(),
    Deputy(),
    Inbound(),
    Hold(),
]


@pytest.mark.parametrize("destination", DESTINATIONS, ids=str)
def test_what_is_written_is_read_again(destination):
    """Every kind has one form; spaces around it and inside its parentheses do not count."""
    assert parse_destination(str(destination)) == destination
    assert parse_destination(f" {destination} ".replace("(", "( ").replace(")", " )")) == destination


@pytest.mark.parametrize("text", ["", "sales", "department", "department()", "head(a, b)", "nobody(a)", "inbound(a)"])
def test_anything_else_is_no_destination(text: str):
    """A name alone says too little."""
    assert parse_destination(text) is None


def test_the_forms_are_those_that_are_read():
    """What a message offers can be written."""
    assert [parse_destination(form.replace("…", "a")) is not None for form in FORMS] == [True] * len(DESTINATIONS)
