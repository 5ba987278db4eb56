"""A PostgreSQL ledger while its server is killed, its connections are cut and its writers die: the laws hold.

`LEADROUTER_NIGHTLY` says how often; three times where it is not set.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.errors import LedgerError, LifecycleError
from leadrouter.ledger.chain import broken
from tests.postgres_server import Server, address_of, new_database, require_own_server
from tests.stateful.laws import check_all

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
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
departments: {sales: {kind: inbound, head: olga, people: [anna, boris, vera], capacity: 5}}
people: {anna: {}, boris: {}, vera: {}, olga: {capacity: 4}}
"""
ROUNDS = int(os.environ.get("LEADROUTER_NIGHTLY", "3"))
WORKERS = 8 if "LEADROUTER_NIGHTLY" in os.environ else 3


def open_router(address):
    return Router(RulePack.parse(PACK), Organisation.parse(ORGANISATION), PostgresLedger(address))


def work(address, first):
    """Route leads and do something with each, for ever; say so of each lead when its answer is there.

    What fails because of the ledger is done again, after a word from outside.
    """
    router = open_router(address)
    number = int(first)
    while True:
        lead_id, assignee = insist(partial(treat, router, number))
        sys.stdout.write(f"{number} {lead_id} {assignee}\n")
        sys.stdout.flush()
        number += 1


def insist(act):
    while True:
        try:
            return act()
        except LedgerError:
            sys.stdout.write("lost\n")
            sys.stdout.flush()
            sys.stdin.readline()


def treat(router, number):
    """Route a lead; whoever is offered it takes it, closes it or sends it on, or says nothing."""
    decision = router.route(Lead(id=str(number), facts={"amount": number}), at=AT)
    by = decision.assignee
    try:
        if by is not None and number % 4 == 0:
            router.decline(decision.lead_id, by=by, at=AT)
        elif by is not None and number % 4 < 3:
            router.accept(decision.lead_id, by=by, at=AT)
            router.lost(decision.lead_id, by=by, at=AT)
    except LifecycleError:  # an answer that was lost has done it already
        pass
    return decision.lead_id, by


class Crew:
    """Processes that work, and what they have answered."""

    def __init__(self, address):
        self.address, self.answered = address, []
        self.workers = [self.start(10_000 * number) for number in range(WORKERS)]

    def start(self, first):
        code = f"from tests.stateful.test_postgres_killed import work; work({self.address!r}, {first})"
        return subprocess.Popen(  # noqa: S603  # ourselves
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self, worker):
        """Return the next word of a worker, and note an answer."""
        line = worker.stdout.readline()
        if line.endswith("\n") and line != "lost\n":
            self.answered.append(line.split())
        return line

    def answer(self, count):
        """Let everybody give some answers; who has lost his connection goes on."""
        for worker in self.workers:
            given = 0
            while given < count:
                if self.read(worker) == "lost\n":
                    self.go_on(worker)
                else:
                    given += 1

    def notice(self):
        """Wait until everybody has noticed that the server is gone."""
        for worker in self.workers:
            while self.read(worker) != "lost\n":
                pass

    def go_on(self, worker):
        worker.stdin.write("go on\n")
        worker.stdin.flush()

    def replace_one(self, number):
        """Kill a worker, and let another one begin with the lead after the last that was answered."""
        worker = self.workers[number % WORKERS]
        self.stop(worker)
        first = 10_000 * (number % WORKERS)
        mine = [int(each[0]) for each in self.answered if first <= int(each[0]) < first + 10_000]
        self.workers[number % WORKERS] = self.start(max(mine) + 1)

    def stop(self, worker):
        worker.kill()
        while self.read(worker):
            pass
        worker.stdout.close()
        worker.stdin.close()
        worker.wait()

    def end(self):
        for worker in self.workers:
            self.stop(worker)


def check(address, answered):
    """Everything that was answered is there, once, and the laws hold of what is there."""
    with open_router(address) as router:
        for number, lead_id, assignee in answered:
            again = router.route(Lead(id=number, facts={"amount": int(number)}), at=AT)
            assert (again.lead_id, str(again.assignee)) == (lead_id, assignee)
        check_all(router, AT, ())
        delivered = []
        while router.deliver("crm", delivered.append):
            pass
        with router.ledger.reading() as reading:
            log, leads, seals = reading.log(), reading.leads(), reading.seals()
        assert delivered == [kept.event for kept in log]
        assert [kept.number for kept in log] == list(range(1, len(log) + 1))
        assert broken(log, seals) == ()
        assert [state.number for state in leads] == list(range(1, len(leads) + 1))
        assert {state.lead_id for state in leads} == {entry.lead_id for entry in router.ledger.entries()}
        assert len(leads) >= len(answered) >= WORKERS * ROUNDS


def test_a_server_that_is_killed_has_lost_no_answer():
    """The server and all its processes are killed and started again while everybody writes."""
    require_own_server()
    server = Server.make()
    try:
        address = server.address("postgres")
        open_router(address).close()
        crew = Crew(address)
        try:
            for round_ in range(ROUNDS):
                crew.answer(1 + round_ % 7)
                server.kill()
                crew.notice()
                server.start()
                for worker in crew.workers:
                    crew.go_on(worker)
        finally:
            crew.end()
        check(address, crew.answered)
    finally:
        server.remove()


def test_connections_that_are_cut_and_writers_that_die_lose_no_answer():
    """Connections are cut and processes killed at any moment while everybody writes."""
    database = new_database()
    address = address_of(database)
    crew = Crew(address)
    try:
        with psycopg.connect(address_of("postgres"), autocommit=True) as boss:
            for round_ in range(ROUNDS):
                crew.answer(1 + round_ % 7)
                boss.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
                crew.answer(1)
                crew.replace_one(round_)
    finally:
        crew.end()
    check(address, crew.answered)


@pytest.mark.parametrize("is_writer", [True, False])
def test_a_connection_that_was_cut_while_nobody_used_it_is_made_again(is_writer):
    """The next unit of work does not notice."""
    database = new_database()
    with open_router(address_of(database)) as router:
        router.route(Lead(id="1", facts={"amount": 1}), at=AT)
        with psycopg.connect(address_of("postgres"), autocommit=True) as boss:
            boss.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
        if is_writer:
            router.route(Lead(id="2", facts={"amount": 1}), at=AT)
        assert len(router.ledger.entries()) == 1 + is_writer
