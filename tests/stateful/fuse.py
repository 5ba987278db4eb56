"""Points at which a process dies: before and after every statement that a ledger sends, and every write of a file."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partialmethod

import psycopg
import pytest
from attrs import define, field

from tests.stateful.disk import Disk

_READS = ("SELECT", "PRAGMA", "EXPLAIN", "WITH")


@define
class Fuse:
    """Kills this process (SIGKILL: nothing of it runs any more) at the point whose number is given; 0 is none."""

    blows_at: int = 0
    passed: int = field(default=0, init=False)

    def burn(self) -> None:
        self.passed += 1
        if self.passed == self.blows_at:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def laid(fuse: Fuse, where: str) -> Iterator[None]:
    """Lay a fuse through what every ledger that is opened meanwhile does: `statements` or `disk`."""
    if where == "disk":
        with Disk(lambda _, do: _around(fuse, do)).put_in():
            yield
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sqlite3, "connect", _connecting(fuse))
        real = psycopg.Cursor.execute
        patched.setattr(psycopg.Cursor, "execute", _executing(fuse, real))
        yield


def _around(fuse, do):
    fuse.burn()
    done = do()
    fuse.burn()
    return done


def _connecting(fuse):
    real = sqlite3.connect

    class Cursor(sqlite3.Cursor):
        def _fused(self, name, statement, *values):
            act = lambda: getattr(sqlite3.Cursor, name)(self, statement, *values)  # noqa: E731  # done in two places
            return act() if statement.lstrip().upper().startswith(_READS) else _around(fuse, act)

        execute = partialmethod(_fused, "execute")
        executemany = partialmethod(_fused, "executemany")
        executescript = partialmethod(_fused, "executescript")

    class Connection(sqlite3.Connection):
        def cursor(self, factory=Cursor):
            return super().cursor(factory)

        def execute(self, statement, *values):
            return self.cursor().execute(statement, *values)

        def executemany(self, statement, *values):
            return self.cursor().executemany(statement, *values)

        def executescript(self, statement):
            return self.cursor().executescript(statement)

        def commit(self):
            _around(fuse, super().commit)

    return lambda *values, **names: real(*values, **{"factory": Connection, **names})


def _executing(fuse, real):
    def execute(self, *values, **names):
        return _around(fuse, lambda: real(self, *values, **names))

    return execute
