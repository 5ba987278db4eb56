"""What a unit of work costs does not grow with the ledger: the steps of SQLite's machine are counted."""

from __future__ import annotations

import pytest

from leadrouter.adapters.sqlite import SqliteLedger
from tests.grown import doors, grow
from tests.small import small_router

FEW, MANY = 200, 4_000


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two ledgers that differ in how many leads they hold."""
    folder = tmp_path_factory.mktemp("grown")
    for count in (FEW, MANY):
        grow(str(folder / f"{count}.db"), count)
    return folder


def steps(ledger, act):
    """Return how many steps SQLite's machine takes for something."""
    counted = [0]

    def count():
        counted[0] += 1
        return 0

    ledger._connection.set_progress_handler(count, 1)
    act()
    ledger._connection.set_progress_handler(None, 0)
    return counted[0]


def test_nothing_that_is_done_with_one_lead_costs_more_in_a_larger_ledger(files):
    """Twenty times as many leads, and not one step more but for chance; a scan of any table would show."""
    counted = {}
    for count in (FEW, MANY):
        router = small_router(SqliteLedger(str(files / f"{count}.db")))
        counted[count] = {name: steps(router.ledger, act) for name, act in doors(router)}
        router.close()
    grown = {name: (few, counted[MANY][name]) for name, few in counted[FEW].items() if counted[MANY][name] > few + 40}
    assert grown == {}
