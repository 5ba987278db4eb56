"""The page of the ledger's format is what its tables are."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from leadrouter.adapters.export import columns_of
from leadrouter.adapters.sqlite import SqliteLedger

from .page import ROOT, quoted, tables

PAGE = ROOT / "docs" / "reference" / "ledger-format.md"


def test_every_table_has_a_row_with_its_columns(tmp_path):
    """Those of a new SQLite ledger, in their order."""
    SqliteLedger(str(tmp_path / "leads.db")).close()
    with closing(sqlite3.connect(tmp_path / "leads.db")) as file:
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")]
        found = {
            name: [column for (column,) in file.execute("SELECT name FROM pragma_table_info(?)", (name,))]
            for name in names
        }
    page = next(table for table in tables(PAGE) if table.heading[0] == "table")
    assert {quoted(cells[0])[0]: quoted(cells[2]) for _, cells in page.rows} == found


def test_every_column_of_an_export_is_explained():
    """In the order in which they stand in the tables."""
    leads, events = (table for table in tables(PAGE) if table.heading[0] == "column")
    for page, name in ((leads, "leads"), (events, "events")):
        assert [word for _, cells in page.rows for word in quoted(cells[0])] == list(columns_of(name))
