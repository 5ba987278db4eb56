"""Laws of canonical JSON."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter.canonical import canonical

ANY_TEXT = st.text(st.characters(), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_has_the_text_that_the_standard_library_gives_it(value: Any):
    """Whatever its size, its letters, and the order in which it was put together; broken texts stay broken."""
    assert canonical(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@given(VALUES)
def test_a_value_is_read_back(value: Any):
    """Nothing is lost: not the size of a number, not a control character."""
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(ANY_TEXT, VALUES, max_size=4))
def test_what_cannot_be_changed_has_the_same_text(held: dict[str, Any]):
    """A read-only mapping is written as the dictionary that it shows, and a tuple as a list."""
    shown = MappingProxyType({name: tuple(each) if isinstance(each, list) else each for name, each in held.items()})
    assert canonical([shown]) == canonical([held])


@pytest.mark.parametrize("value", [{1: "whole numbers are no keys"}, 1j, object()])
def test_what_json_does_not_hold_is_refused(value: Any):
    """With the error that the standard library has for it."""
    with pytest.raises(TypeError):
        canonical(value)
