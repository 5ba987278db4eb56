"""Verifying and replaying hold a page of the log, and never the payloads."""

from __future__ import annotations

import tracemalloc

import pytest

from leadrouter import Lead
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.audit.replay import replay
from leadrouter.audit.verify import verify
from tests.small import AT, small_router

LEADS, LENGTH = 60, 30_000


@pytest.fixture(scope="module")
def heavy(tmp_path_factory) -> SqliteLedger:
    """Few leads with long texts."""
    ledger = SqliteLedger(str(tmp_path_factory.mktemp("heavy") / "leads.db"))
    router = small_router(ledger)
    router.route_many([Lead(id=str(n), company="Press", facts={"message": "м" * LENGTH}) for n in range(LEADS)], at=AT)
    yield ledger
    ledger.close()


@pytest.mark.parametrize("audit", [verify, replay])
def test_memory_does_not_grow_with_payloads(heavy, audit):
    """What is held at once is a small part of what the leads have brought."""
    with heavy.reading() as work:
        audit(work)
        tracemalloc.start()
        audit(work)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < LEADS * LENGTH  # half of them: a character takes two bytes
