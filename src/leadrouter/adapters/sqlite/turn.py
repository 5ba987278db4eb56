"""Whose turn it is to write into a file: writers in several processes wait in line, and nobody is passed over."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread, get_ident

from attrs import define, field

from leadrouter.errors import LedgerError

with suppress(ImportError):  # Windows has none
    import fcntl


@define(eq=False)
class Turn:
    """An exclusive `flock` on a file beside the ledger's, by its name and `-turn`; threads wait for one another first.

    SQLite's own wait polls: of eight writers one waits for a second while others go a hundred times. Here they
    go in the order in which they came. It only puts those in order who ask for it: that nobody writes at the
    same time as others is SQLite's lock alone. Where such locks cannot be had (in memory, on Windows, in a
    folder that cannot be written to) nobody waits here.

    Args:
        path: the ledger's file.
        patience: how many seconds somebody waits for his turn.
    """

    path: str
    patience: float
    _file: int | None = field(default=None, init=False)
    _line: SimpleQueue[_Wait | None] | None = field(default=None, init=False)
    _threads: Lock = field(factory=Lock, init=False)
    _thread: int | None = field(default=None, init=False)
    """The thread that has the turn here, or waits for it."""
    _is_to_be_had: bool = field(default=sys.platform != "win32", init=False)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and pass it on at the end.

        Raises:
            LedgerError: it has not come in time.
        """
        with self._threads:
            self._thread = get_ident()
            try:
                with self._locked():
                    yield
            finally:
                self._thread = None

    @property
    def is_mine(self) -> bool:
        """Whether this thread has the turn, or waits for it, and a signal has come between."""
        return self._thread == get_ident()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        file = self._opened()
        if file is None:
            yield
            return
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._wait(file)
            yield
        finally:
            if self._file is not None:  # it is left to the line where the turn has not come
                fcntl.flock(file, fcntl.LOCK_UN)

    def _opened(self) -> int | None:
        if self._file is None and self._is_to_be_had:
            try:
                path = Path(self.path).resolve(strict=True)
                self._file = os.open(f"{path}-turn", os.O_RDONLY | os.O_CREAT, path.stat().st_mode & 0o777)
                fcntl.flock(self._file, fcntl.LOCK_UN)
            except OSError:
                self.close()
        return self._file

    def _wait(self, file: int) -> None:
        """Wait in another thread: a lock that blocks knows no end of patience."""
        if self._line is None:
            self._line = SimpleQueue()
            Thread(target=_stand, args=(self._line,), daemon=True, name="leadrouter-turn").start()
        wait = _Wait(file)
        self._line.put(wait)
        try:
            has_come = wait.has_come.acquire(timeout=self.patience)
        except BaseException:
            self._gives_up(wait)
            raise
        if not has_come and self._gives_up(wait):
            raise LedgerError(f"{self.path} cannot be used as a ledger: others have been writing for too long")

    def _gives_up(self, wait: _Wait) -> bool:
        """Leave the line for good, unless the turn has come just now."""
        if not wait.is_over():
            return False
        self._file, self._line = None, None
        return True

    @contextmanager
    def nobodys(self) -> Iterator[None]:
        """Wait until no thread here has the turn, or waits for it."""
        with self._threads:
            yield

    def close(self) -> None:
        """Let go of the file, for good."""
        self._is_to_be_had = False
        if self._line is not None:
            self._line.put(None)
        if self._file is not None:
            os.close(self._file)
        self._file, self._line = None, None


@define(eq=False)
class _Wait:
    """Somebody who waits. Either he is given his turn or he gives up, whichever comes first."""

    file: int
    has_come: Lock = field(init=False)
    _open: list[None] = field(factory=lambda: [None], init=False)

    def __attrs_post_init__(self) -> None:
        self.has_come = Lock()
        self.has_come.acquire()

    def is_over(self) -> bool:
        """End the waiting; tell whether it had not ended before."""
        try:
            self._open.pop()
        except IndexError:
            return False
        return True


def _stand(line: SimpleQueue[_Wait | None]) -> None:
    """Stand in the line for whoever waits; who has given up leaves his file, and his turn goes to the next."""
    while (wait := line.get()) is not None:
        fcntl.flock(wait.file, fcntl.LOCK_EX)
        if wait.is_over():
            wait.has_come.release()
        else:
            os.close(wait.file)
            return
