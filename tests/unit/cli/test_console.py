"""What people read on a terminal."""

from __future__ import annotations

import pytest

from leadrouter.cli.console import size_in_words


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 KB"), (2_500_000, "2.5 MB"), (3_000_000_000, "3.0 GB")],
)
def test_sizes_are_said_in_the_largest_unit_that_they_reach(size, words):
    """A thousand bytes are a kilobyte, as disks count."""
    assert size_in_words(size) == words
