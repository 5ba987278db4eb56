"""A connection to PostgreSQL, and what it remembers from one unit of work to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import psycopg
from attrs import define, field
from psycopg.pq import ConnStatus

from leadrouter.adapters.postgres.statements import STATEMENTS
from leadrouter.errors import LedgerError, StaleError

if TYPE_CHECKING:
    from leadrouter.assignment.load import Load
    from leadrouter.assignment.standing import Standing
    from leadrouter.lifecycle.breaker import Breaker

Book: TypeAlias = "Load | Standing | Breaker"
BookName: TypeAlias = tuple[str, str]

_STALE = "LR002"

_SETTINGS = """
    SELECT
      set_config('lock_timeout', '30s', false),
      set_config('idle_in_transaction_session_timeout', '60s', false),
      CASE WHEN current_setting('synchronous_commit') <> 'remote_apply'
        THEN set_config('synchronous_commit', 'on', false) END
"""


@define(eq=False)
class Session:
    """A connection in pipeline mode: statements are sent as they come, and only answers are waited for.

    `books` are the standings, loads and breakers as they were after the turn `seen`: each unit of work reads
    only those that others have changed since. They are kept as text until somebody asks for them.
    """

    connection: psycopg.Connection[tuple[Any, ...]]
    _pipeline: psycopg.Pipeline = field(init=False)
    _leaving: ExitStack = field(factory=ExitStack, init=False)
    books: dict[BookName, str | Book] = field(factory=dict, init=False)
    seen: int = field(default=0, init=False)

    @classmethod
    def open(cls, address: str) -> Self:
        """Connect; a writer that waits too long, or lets others wait too long, is told so."""
        with refusing():
            connection = psycopg.connect(
                address,
                autocommit=True,
                cursor_factory=psycopg.RawCursor,
                prepare_threshold=0,
                fallback_application_name="leadrouter",
            )
        session = cls(connection)
        try:
            with refusing():
                connection.execute(_SETTINGS)
                session._enter_pipeline()
        except BaseException:
            session.close()
            raise
        return session

    def _enter_pipeline(self) -> None:
        self._pipeline = self._leaving.enter_context(self.connection.pipeline())

    @property
    def is_usable(self) -> bool:
        """Whether the connection has not been cut."""
        return self.connection.pgconn.status == ConnStatus.OK

    def tell(self, name: str, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
        """Send a statement; its answer can be fetched later, and its failure comes with the next answer."""
        with refusing():
            return self.connection.execute(STATEMENTS[name], values)

    def ask(self, name: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Send a statement and wait for its rows."""
        with refusing():
            return self.connection.execute(STATEMENTS[name], values).fetchall()

    def settle(self) -> None:
        """Wait until everything that was sent is done."""
        with refusing():
            self._pipeline.sync()

    def recover(self, name: str) -> None:
        """Go on after a failure with the statement that takes back what was done, where the connection still stands.

        Outside of the pipeline: psycopg forgets what it has prepared when something is taken back.
        """
        with suppress(psycopg.Error):  # what was sent after a failure fails as well
            self._leaving.close()
        if self.is_usable:
            with refusing():
                self.connection.execute(STATEMENTS[name])
                self._enter_pipeline()

    def close(self) -> None:
        """Hang up; what was not committed is forgotten by the server."""
        with suppress(psycopg.Error):
            self._leaving.close()
        self.connection.close()


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what PostgreSQL refuses into our error. Values are not said: they may be personal."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate == _STALE:
            lead_id, seen, current = str(error.diag.message_detail).split()
            raise StaleError(lead_id, seen=int(seen), current=int(current)) from None
        message = error.diag.message_primary or str(error)
        raise LedgerError(f"the database cannot be used as a ledger: {message.strip()}") from None
