"""A connection to PostgreSQL, and what it remembers from one unit of work to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import psycopg
from attrs import define, field, frozen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from leadrouter.adapters.postgres.statements import STATEMENTS
from leadrouter.errors import LedgerError, StaleError
from leadrouter.ledger.chain import UNKEEPABLE
from leadrouter.rulepack.pattern import REQUEST

if TYPE_CHECKING:
    from leadrouter.assignment.load import Load
    from leadrouter.assignment.standing import Standing
    from leadrouter.lifecycle.breaker import Breaker

Book: TypeAlias = "Load | Standing | Breaker"
BookName: TypeAlias = tuple[str, str]

_STALE = "STALE"
_READY = {TransactionStatus.IDLE, TransactionStatus.INTRANS, TransactionStatus.INERROR}

_CONNECTING = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""What is said of a connection where its address does not say otherwise: a server that is gone is noticed."""

_SETTINGS = """
    SELECT
      set_config('lock_timeout', '30s', false),
      set_config('idle_in_transaction_session_timeout', '60s', false),
      set_config('default_transaction_isolation', 'read committed', false), -- a turn sees what the one before has kept
      set_config('standard_conforming_strings', 'on', false),
      CASE WHEN current_setting('synchronous_commit') <> 'remote_apply'
        THEN set_config('synchronous_commit', 'on', false) END
"""


@frozen(kw_only=True)
class Turn:
    """What a writer is told when it is his turn.

    `count` leads are there; `heads` are the first of each queue; `entries` are what is under the keys that he
    will ask for, as JSON; under those in `unnoted` no lead is noted.
    """

    count: int
    heads: tuple[str, ...]
    entries: Mapping[str, str | None]
    unnoted: frozenset[str]


@define(eq=False)
class Session:
    """A connection, and what it remembers.

    `books` are the standings, loads and breakers as they were after the turn `seen`: each unit of work reads
    only those that others have changed since. They are kept as text until somebody asks for them. `turn` is
    that of the unit of work; the next one that writes no book has the same number.
    `unwritten` is what was done in this unit of work and is not sent yet: it is sent at once, at the end, or
    in a block of statements (`is_in_block`) before something else is asked.
    """

    connection: psycopg.Connection[tuple[Any, ...]]
    books: dict[BookName, str | Book] = field(factory=dict, init=False)
    seen: int = field(default=0, init=False)
    turn: int = field(default=0, init=False)
    unwritten: list[tuple[Any, ...]] = field(factory=list, init=False)
    is_in_block: bool = field(default=False, init=False)

    @classmethod
    def open(cls, address: str) -> Self:
        """Connect; a writer that waits too long, or lets others wait too long, is told so."""
        with refusing():
            said = conninfo_to_dict(address)
            connection = psycopg.connect(
                make_conninfo(address, **{name: value for name, value in _CONNECTING.items() if name not in said}),
                autocommit=True,
                cursor_factory=psycopg.RawCursor,
                prepare_threshold=0,
                fallback_application_name="leadrouter",
            )
            try:
                connection.execute(_SETTINGS, prepare=False)
            except BaseException:
                connection.close()
                raise
        return cls(connection)

    @property
    def is_usable(self) -> bool:
        """Whether the connection has not been cut, and the server waits for the next statement."""
        return self.connection.info.transaction_status in _READY

    def begin(self, keys: Sequence[str]) -> Turn:
        """Wait for the turn to write; what was not seen is known then, but for what this turn writes."""
        number, count, heads, entries, unnoted = 0, 0, [], {}, []
        for kind, name, held, value in self.ask("take turn", (self.seen, list(keys), REQUEST)):
            match kind:
                case "turn":
                    number, count = held, int(value)
                case "head":
                    heads.append(value)
                case "key":
                    entries[name] = value
                    if not held:
                        unnoted.append(name)
                case _:
                    self.books[kind, name] = value
        self.turn, self.seen = number, number - 1
        return Turn(count=count, heads=tuple(heads), entries=entries, unnoted=frozenset(unnoted))

    def run(self, name: str) -> list[tuple[Any, ...]]:
        """Send statements that take no values; return the rows of the last."""
        with refusing():
            cursor = self.connection.execute(STATEMENTS[name], prepare=False)
            while cursor.nextset():
                pass
            return [] if cursor.description is None else cursor.fetchall()

    def ask(self, name: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query, what was told before among them."""
        self.write()
        with refusing():
            return self.connection.execute(STATEMENTS[name], values).fetchall()

    def tell(self, *done: Any) -> None:
        """Note what is to be written: a name that `leadrouter.write` knows, and its values."""
        self.unwritten.append(done)

    def write(self) -> None:
        """Send what was told before the end, in a block that can be taken back."""
        if self.unwritten:
            self.begin_block()
            self._send("write")

    def begin_block(self) -> None:
        """Begin what is taken back as one; nothing where it has begun."""
        if not self.is_in_block:
            self.run("begin block")
            self.is_in_block = True

    def finish(self, books: Mapping[BookName, Book]) -> None:
        """Write, commit, pass on the turn and wait for the disk: one message, unless there is a block.

        Afterwards these books are remembered, as the turn has left them.
        """
        if self.is_in_block:
            self.write()
            self.run("finish block")
            self.is_in_block = False
        else:
            self._send("finish")
        if books:
            self.books.update(books)
            self.seen = self.turn

    def take_back(self) -> None:
        """Forget what was told, take back what was sent, and pass on the turn, where the connection still stands."""
        was_in_block, self.is_in_block, self.unwritten = self.is_in_block, False, []
        if self.is_usable:
            self.run("take back block" if was_in_block else "take back")

    def _send(self, name: str) -> None:
        writes, self.unwritten = json.dumps(self.unwritten, ensure_ascii=False), []
        with refusing():
            self.connection.execute(STATEMENTS[name], (self.turn, writes))

    def close(self) -> None:
        """Hang up; what was not committed is forgotten by the server."""
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
    except UnicodeEncodeError:
        raise LedgerError(UNKEEPABLE) from None
