"""Processes that are killed while they route into one file: what was answered is there, once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.chain import broken

PACK = """
pack: demo
vocabulary: {amount: {money: RUB}}
classify: [{rule: all-complex, default: true, class: complex}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: department(sales), offer: 5m}, {to: head(sales)}]}
"""
ORGANISATION = """
organisation: demo
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
people: {anna: {}, boris: {}, olga: {}}
"""
WORKERS = 3


def open_router(path):
    return Router(RulePack.parse(PACK), Organisation.parse(ORGANISATION), SqliteLedger(str(path)))


def work(path, first):
    """Route leads for ever, and say so of each one after it was answered."""
    with open_router(path) as router:
        number = int(first)
        while True:
            decision = router.route(Lead(id=str(number), facts={"amount": number}))
            sys.stdout.write(f"{number} {decision.lead_id} {decision.assignee}\n")
            sys.stdout.flush()
            number += 1


def start(path, first):
    root = Path(__file__).parents[2]
    code = f"from tests.stateful.test_killed import work; work({str(path)!r}, {first})"
    return subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ourselves


@pytest.mark.parametrize("lines", [1, 4, 9, 16])
def test_what_was_answered_before_a_kill_is_there_once(tmp_path, lines):
    """Every answer that got out stands, nobody was given a turn for nothing, the chain and the outbox are whole."""
    path, answered = tmp_path / "leads.db", []
    open_router(path).close()
    workers = [start(path, 1_000 * number) for number in range(WORKERS)]
    for worker in workers:
        answered += [worker.stdout.readline() for _ in range(lines)]
        worker.kill()
    for worker in workers:
        answered += worker.stdout.readlines()
        worker.stdout.close()
        worker.wait()
    with open_router(path) as router:
        for number, lead_id, assignee in (line.split() for line in answered if line.endswith("\n")):
            again = router.route(Lead(id=number, facts={"amount": int(number)}))
            assert (again.lead_id, again.assignee) == (lead_id, assignee)
        delivered = []
        while router.deliver("crm", delivered.append):
            pass
        with router.ledger.reading() as reading:
            log, leads, standings = reading.log(), reading.leads(), reading.standings()
            loads = {load.person: load.open_leads for load in reading.loads()}
        assert delivered == [kept.event for kept in log]
        assert broken(log, ()) == ()
        assert [state.number for state in leads] == list(range(1, len(leads) + 1))
        assert len(leads) == len(router.ledger.entries()) >= lines * WORKERS
        assert loads == Counter(person for state in leads for person in state.counted)
        assert sum(standing.leads for standing in standings) == len(leads)
        assert max(loads.values()) - min(loads.values()) <= 1
