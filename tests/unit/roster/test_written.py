"""What a roster was read from is kept, to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter.roster.written import Written, noting, read_all, write_all

files = st.dictionaries(st.text(max_size=5), st.binary(max_size=20), max_size=3)


@given(st.lists(st.tuples(st.text(max_size=20), files), max_size=3))
def test_what_was_written_is_read_again(parts):
    """Texts and files, whatever bytes they hold."""
    noted = []
    for text, beside in parts:
        held, read = noting(beside.__getitem__)
        assert all(read(name) == data for name, data in beside.items())
        noted.append(Written(text, held))
    again = read_all(write_all(noted))
    assert [each.text for each in again] == [text for text, _ in parts]
    for each, (_, beside) in zip(again, parts, strict=True):
        assert all(each.read(name) == data for name, data in beside.items())


def test_without_a_folder_nothing_is_noted():
    """A roster that is read from its text alone has no files beside it."""
    assert noting(None) == ({}, None)
    with pytest.raises(ValueError, match="not kept with the roster"):
        Written("", {}).read("plan.csv")


@pytest.mark.parametrize("text", ["", "x\n[]", write_all([Written("a", {})]).replace("a", "b")])
def test_a_changed_text_is_refused(text):
    """It has its own digest."""
    with pytest.raises(ValueError, match="was changed"):
        read_all(text)
