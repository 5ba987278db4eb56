"""What the pages say of fairness is what the script measures, and what is measured beside a scan agrees with it."""

from __future__ import annotations

import pytest

from tests.docs.page import ROOT

from .assignment import agree
from .fairness import table


def test_the_page_of_fairness_shows_what_is_measured() -> None:
    """Line for line: the figures come from the seed."""
    page = (ROOT / "docs" / "explanation" / "fairness.md").read_text(encoding="utf-8")
    assert "\n".join(table()) in page


@pytest.mark.parametrize("size", [10, 100])
def test_an_assignment_names_whom_a_plain_scan_names(size: int) -> None:
    """Lead after lead, with people away, full, and holding clients."""
    agree(size)
