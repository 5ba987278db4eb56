"""`route` on SQLite beside a transaction by hand: `python -m tests.bench.sqlite [--seconds 3] [--rounds 5]`.

By hand is the transaction that one would write with `sqlite3` alone: the same rows are read and written, of the
same length, on tables and indexes of the same form, in one `BEGIN IMMEDIATE`; nothing is decided, and no text is
made or read. Both write into files on the same disk, and take turns, with one process and with eight, at both
settings of `synchronous`; `in turns` they wait as routers do. `route_many` routes a thousand leads a call.
"""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Callable, Mapping
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from attrs import astuple, frozen

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.adapters.sqlite.migrate import migrate
from leadrouter.adapters.sqlite.turn import Turn
from tests.bench.postgres import ORGANISATION, PACK, PEOPLE

MANY = 1_000
Step = Callable[[int], None]


@frozen(kw_only=True)
class Rate:
    """Leads a second, the milliseconds that the slowest hundredth of the calls took at least, CPU µs for a lead."""

    leads: float
    p99: float
    cpu: float


def open_router(folder: str, setting: str) -> Router:
    """Open the router of the measured office."""
    ledger = open_ledger(f"sqlite:///{folder}/ours.db?synchronous={setting}")
    return Router(RulePack.parse(PACK), Organisation.parse(ORGANISATION), ledger)


def by_route(folder: str, setting: str, client: int) -> Step:
    """Route one lead a step."""
    router, start = open_router(folder, setting), perf_counter()

    def step(number: int) -> None:
        router.route(Lead(id=f"{client}-{start}-{number}", facts={"amount": number}))

    return step


def by_route_many(folder: str, setting: str, client: int) -> Step:
    """Route a thousand leads a step."""
    router, start = open_router(folder, setting), perf_counter()

    def step(number: int) -> None:
        router.route_many(
            [Lead(id=f"{client}-{start}-{number}-{place}", facts={"amount": place}) for place in range(MANY)]
        )

    return step


def by_hand(folder: str, setting: str, client: int) -> Step:
    """Write what a routed lead leaves in a ledger, one transaction a step."""
    connection = sqlite3.connect(f"{folder}/theirs.db", timeout=30, isolation_level=None)
    connection.execute(f"PRAGMA synchronous = {setting}")
    texts, start, do = texts_of(folder), perf_counter(), connection.execute

    def step(number: int) -> None:
        name = sha256(f"{client}-{start}-{number}".encode()).hexdigest()
        lead_id, key, at = name[:16], f"key:{name}", texts["at"]
        do("BEGIN IMMEDIATE")
        assert do("SELECT * FROM entry WHERE key = ?", (key,)).fetchone() is None
        do("SELECT standing FROM standing WHERE pool = 'department(sales)'").fetchone()
        do("SELECT load FROM person ORDER BY person").fetchall()
        ((last,),) = do("SELECT coalesce(max(number), 0) FROM lead").fetchall()
        do("INSERT INTO company VALUES (?, ?, NULL, NULL, ?)", (lead_id, lead_id, texts["company"]))
        entry = (lead_id, key, name, texts["payload"], texts["record"], at, name[:32])
        do("INSERT INTO entry VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", entry)
        lead = (last + 1, lead_id, at, texts["due"], lead_id, texts["state"])
        do("INSERT INTO lead VALUES (?, ?, 2, 1, NULL, 0, ?, ?, ?, ?)", lead)
        counted = f"{number:08}"  # SQLite leaves a row alone that is written as it is
        do("UPDATE standing SET standing = ? WHERE pool = 'department(sales)'", (texts["standing"][8:] + counted,))
        load = texts["load"][8:] + counted, PEOPLE[number % len(PEOPLE)]
        do("UPDATE person SET load = ? WHERE person = ?", load)
        hash_ = do("SELECT hash FROM event WHERE subject = ? ORDER BY number DESC LIMIT 1", (lead_id,)).fetchone()
        for version, event in enumerate((texts["routed"], texts["offered"]), start=1):
            hash_ = sha256(f"{hash_}{event}".encode()).hexdigest()
            do("INSERT INTO event VALUES (NULL, ?, ?, ?, ?, ?)", (lead_id, version, lead_id, event, hash_))
        do("COMMIT")

    return step


def by_hand_in_turns(folder: str, setting: str, client: int) -> Step:
    """Do the same when it is this process's turn."""
    by_itself, turn = by_hand(folder, setting, client), Turn(f"{folder}/theirs.db", 30)

    def step(number: int) -> None:
        with turn.taken():
            by_itself(number)

    return step


def texts_of(folder: str) -> Mapping[str, str]:
    """Return the texts of a lead in a ledger that is in use."""
    with open_router(folder, "full") as router:
        entry = router.ledger.entries()[-1]
        state, (routed, offered) = router.lead(entry.lead_id), router.events(entry.lead_id)
        assert state.due is not None
        return {
            "payload": entry.payload,
            "record": entry.record,
            "at": entry.at,
            "due": state.due.isoformat(),
            "state": state.to_json(),
            "company": router.clients.company(entry.lead_id).to_json(),
            "standing": router.standing()[0].to_json(),
            "load": router.loads()[0].to_json(),
            "routed": routed.to_json(),
            "offered": offered.to_json(),
        }


def prepare(folder: str) -> None:
    """Make both files, with everybody's books in them."""
    with open_router(folder, "full") as router:
        router.route_many([Lead(id=f"first-{number}", facts={"amount": number}) for number in range(30)])
    texts = texts_of(folder)
    connection = sqlite3.connect(f"{folder}/theirs.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection)
    connection.execute("INSERT INTO standing VALUES ('department(sales)', ?)", (texts["standing"],))
    connection.executemany("INSERT INTO person VALUES (?, ?)", [(person, texts["load"]) for person in PEOPLE])
    connection.close()


def work(
    begin: Callable[[str, str, int], Step], given: tuple[str, str], client: int, seconds: float, *ends: Any
) -> None:
    """Take steps for a while; report how long each took, and the CPU seconds of all."""
    (gate, out), step, took = ends, begin(*given, client), []
    step(0)
    gate.wait()
    start, spent = perf_counter(), process_time()
    while (began := perf_counter()) < start + seconds:
        step(len(took) + 1)
        took.append(perf_counter() - began)
    out.put((took, process_time() - spent))


def rate(begin: Callable[[str, str, int], Step], folder: str, setting: str, clients: int, seconds: float) -> Rate:
    """Return how fast some processes are that take steps at the same time."""
    context = get_context("spawn")
    gate, out = context.Barrier(clients), context.Queue()
    processes = [
        context.Process(target=work, args=(begin, (folder, setting), client, seconds, gate, out))
        for client in range(clients)
    ]
    for process in processes:
        process.start()
    reports = [out.get() for _ in processes]
    for process in processes:
        process.join()
    took = sorted(second for report, _ in reports for second in report)
    leads = len(took) * (MANY if begin is by_route_many else 1)
    spent = sum(spent for _, spent in reports)
    return Rate(leads=leads * clients / sum(took), p99=took[int(len(took) * 0.99)] * 1e3, cpu=spent / leads * 1e6)


def compare(folder: str, setting: str, clients: int, seconds: float, rounds: int) -> None:
    """Print the rates of both, and how they compare by the median of the rounds."""
    prepare(folder)
    steps = {"by hand": by_hand, "in turns": by_hand_in_turns, "route": by_route, "route_many": by_route_many}
    if clients > 1:
        del steps["route_many"]
    found: dict[str, list[Rate]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, begin in steps.items():
            found[name].append(rate(begin, folder, setting, clients, seconds))
    for name, rates in found.items():
        leads, p99, cpu = (median(values) for values in zip(*map(astuple, rates), strict=True))
        hand, single = (
            median(each.leads / other.leads for each, other in zip(rates, found[beside], strict=True))
            for beside in ("by hand", "route")
        )
        beside = f"{single:5.2f} of route" if name == "route_many" else f"{hand:5.2f} of by hand"
        print(
            f"{clients} {setting:7} {name:11} {leads:7.0f}/s  p99 {p99:8.1f} ms  {cpu:6.0f} CPU µs  {beside}",
            flush=True,
        )


def main() -> None:
    """Compare at both settings, with one process and with several."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 8])
    parser.add_argument("--settings", nargs="*", default=["full", "normal"])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="Where the files are made: on the disk that is to be measured.")
    asked = parser.parse_args()
    for clients in asked.clients:
        for setting in asked.settings:
            with TemporaryDirectory(dir=asked.folder) as folder:
                compare(folder, setting, clients, asked.seconds, asked.rounds)


if __name__ == "__main__":
    main()
