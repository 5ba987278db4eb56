"""Everything that the documentation shows is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from .page import PAGES, examples, name, tables
from .statement import check_table
from .workbench import Workbench


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_holds(page: Path, tmp_path: Path) -> None:
    """The examples of a page do what the page says, one after the other, and its tables are true."""
    bench = Workbench.at(tmp_path)
    try:
        for example in examples(page):
            bench.run(example)
        for table in tables(page):
            check_table(table, bench.pack)
    finally:
        bench.close()
