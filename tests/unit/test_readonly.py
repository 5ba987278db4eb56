"""Mappings inside frozen values."""

from __future__ import annotations

import pytest

from leadrouter.readonly import read_only


def test_nobody_changes_a_read_only_mapping():
    """Neither through it nor through the mapping that it was made from."""
    made_from = {"a": 1}
    kept = read_only(made_from)
    made_from["a"] = 2
    assert kept == {"a": 1}
    with pytest.raises(TypeError, match="does not support item assignment"):
        kept["a"] = 3
