"""People at work in the office of `small_sales`: what they mean to do and what they were answered is written down.

A report outlives the process that wrote it, so that afterwards every answer that got out can be held against
the ledger.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from leadrouter import ConflictError, Contact, Lead, Router
from leadrouter.adapters.ledgers import open_ledger
from leadrouter.errors import LifecycleError, StaleError
from leadrouter.event import Event
from leadrouter.ledger.ledger import Ledger
from tests.stateful.small_sales import Rota, backwards, sales_office

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = BEGIN + timedelta(days=400)
PHONES = 20
KINDS = ("shared", "skilled", "hasty", "duty", "direct", "own")
DEEDS = {
    "route": 6,
    "route_many": 1,
    "retry": 1,
    "conflict": 1,
    "accept": 5,
    "decline": 3,
    "contact": 3,
    "win": 3,
    "lose": 3,
    "reassign": 1,
    "credit": 1,
    "tick": 3,
    "deliver": 2,
    "pause": 1,
    "resume": 1,
    "record": 1,
    "seal": 1,
    "erase": 1,
}
"""What is done, and how often."""

ON_A_LEAD = {
    "accept": "accept",
    "decline": "decline",
    "contact": "contacted",
    "win": "won",
    "lose": "lost",
    "reassign": "reassign",
    "credit": "credit",
}
"""The doors for what is done to a lead."""

PACK, OFFICE = sales_office()


def office(ledger: Ledger, **settings: Any) -> Router:
    """Return a router of the office on a ledger."""
    return Router(PACK, OFFICE, ledger, duties=Rota(), strategies={"backwards": backwards}, **settings)


def open_office(address: str) -> Router:
    """Return a router of the office on the ledger at an address."""
    return office(open_ledger(address))


@frozen(kw_only=True)
class Deed:
    """Something that is to be done; `number` is its place in the script, and `pick` chooses what it is done to."""

    kind: str
    number: int
    pick: float
    minutes: int

    @property
    def at(self) -> datetime:
        return BEGIN + timedelta(minutes=self.minutes)


def script(seed: object, first: int = 0) -> Iterator[Deed]:
    """Return deeds without end; the clock goes on by a minute or so, and now and then steps back."""
    chance = random.Random(f"{seed} {first}")
    number = first
    while True:
        number += 1
        (kind,) = chance.choices(tuple(DEEDS), tuple(DEEDS.values()))
        minutes = max(0, number + chance.choice((0, 0, 0, 7, -30, -300)))
        yield Deed(kind=kind, number=number, pick=chance.random(), minutes=minutes)


@define(eq=False)
class Worker:
    """Somebody who does one deed after the other, and reports."""

    name: str
    router: Router
    report: Callable[..., None]
    routed: list[str] = field(factory=list)

    def do(self, deed: Deed) -> None:
        """Say what is meant, do it, and say what was answered."""
        meant = self._meant(deed)
        if meant is not None:
            self.carry_out(deed.number, meant)

    def carry_out(self, number: int, meant: dict[str, Any]) -> None:
        """Do what was meant, perhaps once more, and say what was answered."""
        self.report("meant", number=number, deed=meant)
        try:
            answer = self._done(meant)
        except (LifecycleError, StaleError, ConflictError) as error:
            self.report("refused", number=number, why=type(error).__name__)
        else:
            self.report("answered", number=number, deed=meant, answer=answer)

    def _meant(self, deed: Deed) -> dict[str, Any] | None:
        meant = {"kind": deed.kind, "at": deed.at.isoformat(), "key": f"{self.name}-{deed.number}", "pick": deed.pick}
        match deed.kind:
            case "route":
                self.routed.append(meant["key"])
            case "retry" | "conflict":
                if not self.routed:
                    return None
                meant["key"] = self.routed[int(deed.pick * len(self.routed))]
            case kind if kind in ON_A_LEAD:
                with self.router.ledger.reading() as work:
                    states = work.open_leads()
                if not states:
                    return None
                state = states[int(deed.pick * len(states))]
                by = (*state.counted, "olga")[0]
                meant |= {"lead": state.lead_id, "version": state.version, "by": by}
            case "pause" | "resume":
                meant["by"] = sorted(OFFICE.people)[int(deed.pick * len(OFFICE.people))]
        return meant

    def _done(self, meant: dict[str, Any]) -> Any:
        at = datetime.fromisoformat(meant["at"])
        if meant["kind"] in ON_A_LEAD:
            door = getattr(self.router, ON_A_LEAD[meant["kind"]])
            return door(meant["lead"], at=at, by=meant["by"], expect_version=meant["version"]).to_json()
        return getattr(self, f"_{meant['kind']}")(meant, at)

    def _route(self, meant, at):
        return self.router.route(lead_of(meant["key"]), at=at).to_json()

    _retry = _route

    def _route_many(self, meant, at):
        return [answer.to_json() for answer in self.router.route_many(map(lead_of, batch(meant)), at=at)]

    def _conflict(self, meant, at):
        return self.router.route(lead_of(meant["key"], region="MSK"), at=at).to_json()

    def _tick(self, _, at):
        return [digest(event) for event in self.router.tick(at=at)]

    def _deliver(self, meant, _):
        return self.router.deliver(self.name, self.hear, limit=1 + int(meant["pick"] * 60))

    def _pause(self, meant, at):
        self.router.pause(meant["by"], at=at, until=at + timedelta(minutes=5))

    def _resume(self, meant, at):
        self.router.resume(meant["by"], at=at)

    def _record(self, meant, at):
        self.router.record("visit", key=meant["key"], company="Press", at=at)

    def _seal(self, _, at):
        with self.router.ledger.transaction() as work:
            work.seal(at)

    def _erase(self, meant, at):
        return self.router.erase(contact=phone(int(meant["pick"] * PHONES)), at=at).leads

    def hear(self, event: Event) -> None:
        self.report("given", event=digest(event))


def lead_of(key: str, region: str = "EKB") -> Lead:
    """Return the lead of a key: what it asks for, and who asks, follow from the key."""
    drawn = hashlib.sha256(key.encode()).digest()
    contact = Contact(phone=phone(drawn[1] % PHONES)) if drawn[2] % 3 else Contact()
    facts = {"kind": KINDS[drawn[0] % len(KINDS)], "region": region}
    return Lead(id=key, facts=facts, contact=contact, company="Press" if drawn[3] % 4 == 0 else None)


def phone(number: int) -> str:
    """Return the telephone of one of those who ask."""
    return f"8 912 345-67-{number:02}"


def batch(meant: dict[str, Any]) -> list[str]:
    """Return the keys of the leads that are routed at once: more than are kept in one commit, now and then."""
    return [f"{meant['key']}-{number}" for number in range(1 + int(meant["pick"] ** 4 * 40))]


def digest(event: Event) -> str:
    """Return a short name of an event."""
    return hashlib.sha256(event.to_json().encode()).hexdigest()[:16]


@define(eq=False)
class Diary:
    """Where a worker reports to: a file, a line for each word; what was written is there after a kill."""

    path: Path
    _file: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(self._file, b"\n" + json.dumps({"word": "begun"}).encode() + b"\n")

    def __call__(self, word: str, **values: Any) -> None:
        os.write(self._file, json.dumps({"word": word, **values}, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        os.close(self._file)


def read_diary(path: Path) -> list[dict[str, Any]]:
    """Return what was reported; the last line of one who died may be torn."""
    return list(_whole(path.read_text().splitlines())) if path.exists() else []


def _whole(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue
