"""What consumers have not had yet: events in the order of the log, and a position for each consumer."""

from __future__ import annotations

from leadrouter.facts import check_characters
from leadrouter.ledger.chain import Kept
from leadrouter.ledger.ledger import Ledger
from leadrouter.refusal import Refusal

_NO_LIMIT = 2**62  # no log has as many events, and every database can count so far


def undelivered(ledger: Ledger, consumer: str, limit: int) -> tuple[int, tuple[Kept, ...]]:
    """Return the number of the last event that a consumer has had, and those after it; `limit` at most.

    Raises:
        ValueError: the limit is less than one, or the name holds a NUL or half a surrogate pair.
    """
    if limit < 1:
        raise ValueError(f"limit is {limit}; deliver at least one event at a time")
    try:
        check_characters(consumer)
    except Refusal as refusal:
        raise ValueError(f"consumer {refusal}") from None
    with ledger.reading() as work:
        before = work.position(consumer)
        return before, work.log(before, min(limit, _NO_LIMIT))


def delivered(ledger: Ledger, consumer: str, number: int) -> None:
    """Note that a consumer has had every event up to a number."""
    with ledger.transaction() as work:
        work.put_position(consumer, number)
