"""`route` on PostgreSQL beside pgbench: `python -m tests.bench.postgres [--clients 8] [--seconds 4] [--rounds 5]`.

pgbench runs the transaction that one would write by hand: the same rows are read and written, of the same
length, statement by statement, on tables and indexes of the same form, and the standing's row keeps others out
until the commit, so that nobody is given a turn twice. `eight pools` is the same with a standing for each of
eight pools and numbers from a sequence: leads of different pools wait for one another only at the disk. `psycopg,
one pool` does what `pgbench, one pool` does from as many processes in Python, which decide nothing. All are on one
server with `fsync` on, and take turns.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from multiprocessing import get_context
from random import Random
from statistics import median
from time import perf_counter
from typing import Any, TypeAlias

import psycopg

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.adapters.postgres import PostgresLedger
from tests.postgres_server import Server

Act: TypeAlias = Callable[[int], object]

PEOPLE = [f"seller-{number}" for number in range(10)]
PACK = """
pack: demo
vocabulary: {amount: {money: RUB}}
classify: [{rule: all-complex, default: true, class: complex}]
route: [{rule: all-to-sales, default: true, to: sales}]
routes: {sales: [{to: department(sales), offer: 5m}, {to: head(sales)}]}
"""
ORGANISATION = f"""
organisation: demo
staffing: department
departments: {{sales: {{kind: inbound, head: olga, people: [{", ".join(PEOPLE)}]}}}}
people: {{olga: {{}}, {", ".join(f"{person}: {{}}" for person in PEOPLE)}}}
"""
SETTINGS = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on", "shared_buffers": "128MB"}
SCRIPT = """
\\set id random(1, 1000000000000)
\\set pool random(1, {pools})
\\set person random(0, 9)
BEGIN;
SELECT lead_id, key, digest, payload, record, at, salt FROM leadrouter.entry WHERE key = 'key:' || :id::text;
SELECT value FROM leadrouter.book WHERE kind = 'standing' AND name = 'pool' || :pool::text FOR UPDATE;
SELECT name, value FROM leadrouter.book WHERE kind = 'load';
SELECT {number} AS number \\gset
INSERT INTO leadrouter.company (id, root, company) VALUES ('c' || :id::text, 'c' || :id::text, '{company}');
INSERT INTO leadrouter.entry (lead_id, key, digest, payload, record, at, salt)
  VALUES ('c' || :id::text, 'key:' || :id::text, '{digest}', '{payload}', '{record}', '{at}', '{salt}');
INSERT INTO leadrouter.lead (lead_id, number, version, is_open, rank, arrived, due, company, people, state)
  VALUES ('c' || :id::text, :number::bigint, 2, true, 0, now(), now(), 'c' || :id::text, ARRAY['anna', 'olga'],
  '{state}');
UPDATE leadrouter.book SET value = '{standing}' WHERE kind = 'standing' AND name = 'pool' || :pool::text;
UPDATE leadrouter.book SET value = '{load}' WHERE kind = 'load' AND name = 'seller-' || :person::text;
INSERT INTO leadrouter.event (number, lead_id, version, subject, event, hash) VALUES
  (2 * :number::bigint, 'c' || :id::text, 1, 'lead-c' || :id::text, '{routed}',
    encode(sha256(convert_to('{routed}', 'UTF8')), 'hex')),
  (2 * :number::bigint + 1, 'c' || :id::text, 2, 'lead-c' || :id::text, '{offered}',
    encode(sha256(convert_to('{offered}', 'UTF8')), 'hex'));
END;
"""
ONE_AFTER_THE_OTHER = "(SELECT coalesce(max(number), 0) + 1 FROM leadrouter.lead)"
BY_SEQUENCE = "nextval('leadrouter.number')"


def open_router(address: str) -> Router:
    """Open the router of the measured office."""
    return Router(RulePack.parse(PACK), Organisation.parse(ORGANISATION), PostgresLedger(address))


@contextmanager
def routing(address: str, client: int) -> Iterator[Act]:
    """Route a lead with each call."""
    with open_router(address) as router:
        start = perf_counter()
        yield lambda count: router.route(Lead(id=f"{client}-{start}-{count}", facts={"amount": count}))


@contextmanager
def by_psycopg(address: str, client: int, script: str) -> Iterator[Act]:
    """Do what the script says with each call, statement by statement."""
    *_, text = re.split(r"^(?=BEGIN)", script, flags=re.MULTILINE)
    statements = [_prepared(each) for each in text.replace(" \\gset", ";").split(";\n") if each.strip()]
    random = Random(f"{client}-{perf_counter()}")
    with psycopg.connect(address, autocommit=True, cursor_factory=psycopg.RawCursor, prepare_threshold=0) as connection:

        def act(_: int) -> None:
            held = {"id": random.randrange(10**12), "pool": 1, "person": random.randrange(10), "number": 0}
            for statement, names in statements:
                done = connection.execute(statement, [str(held[name]) for name in names])
                if done.description is not None and done.description[0].name == "number":
                    ((held["number"],),) = done.fetchall()

        yield act


def _prepared(statement: str) -> tuple[bytes, list[str]]:
    """Return a statement of pgbench with numbered parameters, and their names."""
    names = list(dict.fromkeys(re.findall(r":(id|pool|person|number)\b", statement)))
    text = re.sub(r":(id|pool|person|number)\b", lambda found: f"${names.index(found[1]) + 1}::text", statement)
    return text.strip().encode(), names


def act_for(
    begin: Callable[..., AbstractContextManager[Act]], arguments: Any, seconds: float, gate: Any, out: Any
) -> None:
    """Do something for a while; report how often."""
    with begin(*arguments) as act:
        gate.wait()
        start, count = perf_counter(), 0
        while perf_counter() < start + seconds:
            act(count)
            count += 1
        out.put(count)


def in_python(
    begin: Callable[..., AbstractContextManager[Act]], address: str, clients: int, seconds: float, *more: str
) -> float:
    """Return how often a second some processes do something."""
    context = get_context("spawn")
    gate, out = context.Barrier(clients), context.Queue()
    arguments = [(begin, (address, client, *more), seconds, gate, out) for client in range(clients)]
    processes = [context.Process(target=act_for, args=each) for each in arguments]
    for process in processes:
        process.start()
    count = sum(out.get() for _ in processes)
    for process in processes:
        process.join()
    return count / seconds


def by_hand(server: Server, database: str, script: str, clients: int, seconds: float) -> float:
    """Return how many transactions a second pgbench does."""
    path = server.folder / f"{database}.sql"
    path.write_text(script)
    path.chmod(0o644)
    count = ["-c", str(clients), "-j", "2", "-T", str(int(seconds))]
    said = server.run("pgbench", "-n", "-M", "prepared", *count, "-f", str(path), server.address(database))
    match = re.search(r"tps = ([\d.]+)", said)
    assert match is not None, said
    return float(match[1])


def script_of(address: str, pools: int) -> str:
    """Return the transaction by hand, with rows as long as those of a ledger in use; prepare its books."""
    with open_router(address) as router:
        for number in range(30):
            decision = router.route(Lead(id=f"first-{number}", facts={"amount": number}))
        entry = router.ledger.entries(decision.lead_id)[0]
        state, (routed, offered) = router.lead(decision.lead_id), router.events(decision.lead_id)
        (standing,), load = router.standing(), router.loads()[0]
        company = router.clients.company(decision.lead_id)
    with psycopg.connect(address) as connection:
        for pool in range(1, pools + 1):
            values = (f"pool{pool}", standing.to_json())
            connection.execute("INSERT INTO leadrouter.book VALUES ('standing', %s, 0, %s)", values)
        connection.execute("CREATE SEQUENCE leadrouter.number START 101")
    texts = {
        "company": company.to_json(),
        "digest": entry.digest,
        "payload": entry.payload,
        "record": entry.record,
        "at": entry.at,
        "salt": entry.salt,
        "state": state.to_json(),
        "standing": standing.to_json(),
        "load": load.to_json(),
        "routed": routed.to_json(),
        "offered": offered.to_json(),
    }
    quoted = {name: re.sub(r":(?=\w)", ": ", text.replace("'", "''")) for name, text in texts.items()}  # not a variable
    return SCRIPT.format(pools=pools, number=ONE_AFTER_THE_OTHER if pools == 1 else BY_SEQUENCE, **quoted)


def measure(clients: int, seconds: float, rounds: int) -> Mapping[str, list[float]]:
    """Return the rates of each, round by round."""
    server = Server.make(**SETTINGS)
    try:
        for name in ("ours", "one", "eight", "python"):
            server.run("createdb", f"--maintenance-db={server.address('postgres')}", name)
        one, eight = (script_of(server.address(name), pools) for name, pools in (("one", 1), ("eight", 8)))
        python = script_of(server.address("python"), 1)
        open_router(server.address("ours")).close()
        tasks: dict[str, Callable[[], float]] = {
            "route": partial(in_python, routing, server.address("ours"), clients, seconds),
            "psycopg, one pool": partial(in_python, by_psycopg, server.address("python"), clients, seconds, python),
            "pgbench, one pool": partial(by_hand, server, "one", one, clients, seconds),
            "pgbench, eight pools": partial(by_hand, server, "eight", eight, clients, seconds),
        }
        rates: dict[str, list[float]] = {name: [] for name in tasks}
        for _ in range(rounds):
            for name, task in tasks.items():
                rates[name].append(task())
        return rates
    finally:
        server.remove()


def main() -> None:
    """Print the rates and how they compare, by the median of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    rates = measure(asked.clients, asked.seconds, asked.rounds)
    print(f"{asked.clients} clients, {asked.rounds} rounds of {asked.seconds:g} s; transactions a second\n")
    for name, found in rates.items():
        ratio = median(mine / theirs for mine, theirs in zip(rates["route"], found, strict=True))
        print(f"{name:22} median {median(found):7.0f}  least {min(found):7.0f}  route is {ratio:.2f} of it")


if __name__ == "__main__":
    main()
