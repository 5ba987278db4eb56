"""What SQLite refuses, in words that say what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadrouter.errors import LedgerError
from leadrouter.ledger.chain import UNKEEPABLE

_OF_FOLDERS = frozenset({"SQLITE_READONLY_DIRECTORY", "SQLITE_CANTOPEN"})
_NO_FILES = (
    "cannot be used where it lies: SQLite puts files beside it, even to read it, and nobody may write here into its "
    "folder; allow that, or read a copy that `leadrouter ledger backup` has made: it needs none"
)


@contextmanager
def refusing(path: str) -> Iterator[None]:
    """Turn what SQLite refuses (a lock that outlasts its patience, a full disk, no database) into our error."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", None) in _OF_FOLDERS and _lacks_files_beside(path):
            raise LedgerError(f"{path} {_NO_FILES}") from error
        raise LedgerError(f"{path} cannot be used as a ledger: {error}") from error
    except UnicodeEncodeError:
        raise LedgerError(UNKEEPABLE) from None


def _lacks_files_beside(path: str) -> bool:
    """Tell whether a file can be read, and nothing be put beside it; opening it would end SQLite's own locks."""
    file = Path(path)
    return os.access(file, os.R_OK) and not os.access(file.resolve().parent, os.W_OK)
