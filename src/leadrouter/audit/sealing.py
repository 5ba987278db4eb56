"""When the log of a ledger is sealed by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from leadrouter.ledger.ledger import Transaction

MOST_AGE: Final = timedelta(hours=1)
MOST_EVENTS: Final = 10_000


def seal_in_time(work: Transaction, at: datetime) -> None:
    """Seal a log that has gone on for an hour, or for ten thousand events, since its last seal.

    Costs the number of events since then, where it seals, and one short query where it does not.
    """
    last, count = work.unsealed()
    if count and (last is None or count >= MOST_EVENTS or at - datetime.fromisoformat(last) >= MOST_AGE):
        work.seal(at)
