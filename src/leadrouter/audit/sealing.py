"""When the log of a ledger is sealed by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from leadrouter.ledger.chain import Kept, Seal
from leadrouter.ledger.ledger import Transaction

MOST_AGE: Final = timedelta(hours=1)
MOST_EVENTS: Final = 10_000
"""INVARIANT: never more than in an older library, by whose log `verify` would miss seals."""

_OF_TICKS: Final = frozenset({"lead.expired", "lead.asked_again", "lead.returned", "lead.not_returned"})
"""What nobody but a tick tells, which seals in time."""


def seal_in_time(work: Transaction, at: datetime) -> None:
    """Seal a log that has gone on for an hour, or for ten thousand events, since its last seal.

    Costs the number of events since then, where it seals, and one short query where it does not.
    """
    last, count = work.unsealed()
    if count and _is_time(last, count, at):
        work.seal(at)


def lacks_seal(before: Seal | None, after: Seal | None, kept: Kept) -> bool:
    """Tell whether the seal is missing that a tick must have made which told an event: it is of the same instant.

    `before` is the last seal that does not cover the event, `after` the first that does.
    """
    count = kept.number - (0 if before is None else before.upto)
    if kept.event.name not in _OF_TICKS or (after is not None and after.at == kept.event.at.isoformat()):
        return False
    try:
        return _is_time(None if before is None else before.at, count, kept.event.at)
    except (ValueError, TypeError):  # an instant that somebody has changed: that seal is broken
        return False


def _is_time(last: str | None, count: int, at: datetime) -> bool:
    return last is None or count >= MOST_EVENTS or at - datetime.fromisoformat(last) >= MOST_AGE
