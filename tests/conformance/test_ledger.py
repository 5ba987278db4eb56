"""What a ledger promises, as data with a clock: each scenario is played on every kind of ledger.

See `ledger/*.yaml`, where `before` is what all scenarios of a file begin with; what `test_clients` can play, can be
played here as well. At the end of each scenario that does not tamper, the ledger is verified and replayed; the logs
of all ledgers are the same to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
from attrs import define, evolve, field

from leadrouter import ConflictError, Contact, Lead, Organisation, Router, RulePack, UnknownLeadError
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.audit.verify import verify
from leadrouter.document import Document
from leadrouter.event import Event
from leadrouter.ledger.chain import Kept
from leadrouter.ledger.ledger import Entry, Ledger, Transaction
from leadrouter.ledger.memory import MemoryLedger, numbered_salts
from leadrouter.roster.roster import DutyRoster
from leadrouter.routing.decision import Decision
from leadrouter.routing.intake import lead_id_of
from tests.conformance.test_assignment import START, span
from tests.conformance.test_clients import ClientPlay
from tests.everything_kept import everything
from tests.postgres_server import emptied_database

HERE = Path(__file__).parent / "ledger"
KEY = b"the secret of the house"
EMPTY: dict[str, Callable[[], Ledger]] = {
    "memory": MemoryLedger,
    "postgres": lambda: PostgresLedger(emptied_database(), salts=numbered_salts()),
    "sqlite": lambda: SqliteLedger(":memory:", salts=numbered_salts()),
}


@cache
def scenarios() -> dict[str, Mapping[str, Any]]:
    """Return the scenarios by name, each with what its file says for all."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(HERE.glob("*.yaml")):
        document = Document.read(path.read_text(encoding="utf-8"), path.name)
        assert document.root is not None
        data = cast("dict[str, Any]", document.data(document.root))
        assert not document.faults, document.faults
        for scenario in data["scenarios"]:
            found[f"{path.stem}: {scenario['scenario']}"] = {**data, **scenario}
    return found


@pytest.mark.parametrize("kind", sorted(EMPTY))
@pytest.mark.parametrize("name", list(scenarios()))
def test_each_scenario_plays_as_it_is_written(name: str, kind: str) -> None:
    """At each time answers, events, readers and audits are what the file says, and every ledger has the same log."""
    assert played(name, kind) == played(name, "memory")


@cache
def played(name: str, kind: str) -> tuple[Kept, ...]:
    """Play a scenario on a kind of ledger; return the log at its end."""
    scenario = scenarios()[name]
    with closing(EMPTY[kind]()) as ledger:
        play = LedgerPlay(RulePack.parse(scenario["pack"]), ledger)
        play.begin(scenario["organisation"])
        for act in (*scenario.get("before", ()), *scenario["play"]):
            play.act(act)
        if not play.is_tampered:
            play.check_verify([], None)
            assert play.router.replay().differences == ()
        with ledger.reading() as work:
            return work.log()


@define
class LedgerPlay(ClientPlay):
    """A scenario about what is kept."""

    VERBS: ClassVar[tuple[str, ...]] = (
        *ClientPlay.VERBS, "batch", "consume", "record", "erase", "seal", "tamper", "pack", "roster",
    )  # fmt: skip
    CHECKS: ClassVar[tuple[str, ...]] = (
        *ClientPlay.CHECKS, "gets", "answers", "heard", "erased", "kept", "verify", "replay", "sees", "books",
        "finds", "explains", "lacks", "has", "sealed",
    )  # fmt: skip

    first: dict[str, Decision] = field(factory=dict)
    answered: list[str] = field(factory=list)
    heard: list[Event] = field(factory=list)
    found: dict[str, Any] = field(factory=dict)
    copies: dict[str, Any] = field(factory=dict)
    is_tampered: bool = False

    def begin(self, organisation: str) -> None:
        self.open(Organisation.parse(organisation), None)

    def open(self, organisation: Organisation, roster: DutyRoster | None) -> None:
        """Open a router on the same ledger; whoever is on duty is the organisation's or the roster's answer."""
        self.router = Router(self.pack, organisation, self.ledger, observer=self.hear, roster=roster, identity_key=KEY)

    # what happens

    def do_lead(self, name: str, at: datetime, **record: Any) -> None:
        self.answered = []
        lead = _lead(name, **record)
        self.ids[name] = lead_id_of(lead.key)
        self.note(name, self.router.route(lead, at=at))

    def note(self, name: str, answer: object) -> None:
        """Note what a lead was answered with: something new, what its first delivery was, or what was raised."""
        if not isinstance(answer, Decision):
            self.answered.append("conflict" if isinstance(answer, ConflictError) else "refused")
            return
        first = self.first.setdefault(name, answer)
        is_same = answer.to_json() == first.to_json() and answer.lead_id == first.lead_id
        self.answered.append("routed" if answer is first else "the same" if is_same else "another")

    def do_batch(self, records: list[dict[str, Any]], at: datetime) -> None:
        self.answered = []
        named = [(record["lead"], {key: record[key] for key in record if key != "lead"}) for record in records]
        leads = [_lead(name, **record) for name, record in named]
        self.ids |= {name: lead_id_of(lead.key) for (name, _), lead in zip(named, leads, strict=True)}
        answers = self.router.route_many(leads, at=at)
        for (name, _), answer in zip(named, answers, strict=True):
            self.note(name, answer)

    def do_consume(
        self, consumer: str, at: datetime, *, limit: int = 100, fails_at: int | None = None, routes: str | None = None
    ) -> None:
        """Deliver; the consumer may fail at an event, or route a lead of his own while he is told."""
        self.heard = []

        def callback(event: Event) -> None:
            if fails_at is not None and len(self.heard) + 1 == int(fails_at):
                raise ConnectionError
            self.heard.append(event)
            if routes is not None and len(self.heard) == 1:
                self.do_lead(routes, at)

        try:
            self.router.deliver(consumer, callback, limit=int(limit))
        except ConnectionError:
            assert fails_at is not None

    def do_record(self, kind: str, at: datetime, *, of: str | None = None, **noted: Any) -> None:
        self.router.record(kind, lead_id=None if of is None else self.ids[of], at=at, **noted)

    def do_erase(
        self,
        contact: str | None,
        at: datetime,
        *,
        of: str | None = None,
        before: str | None = None,
        dry: bool = False,
    ) -> None:
        with self.ledger.reading() as work:
            self.copies = {entry.lead_id: entry for entry in work.entries()}
            self.copies |= {f"refused {number}": refused for number, refused in work.personal.refused(0, 999)}
            self.copies |= {f"{note.kind} {note.key}": note for _, note in work.notes(0, 999)}
            self.copies |= {digest: work.text(digest) for digest in map(_history, work.entries()) if digest}
        lead_id, until = None if of is None else self.ids[of], None if before is None else START + span(before)
        done = self.router.erase(contact=contact, lead_id=lead_id, before=until, at=at, dry_run=dry)
        self.found = {"leads": [self.name(id_) for id_ in done.leads], "notes": done.notes, "refused": done.refused}

    def do_seal(self, _: object, at: datetime) -> None:
        with self.ledger.transaction() as work:
            work.seal(at)

    def do_tamper(self, what: str, at: datetime) -> None:  # noqa: ARG002  # the form of verbs
        """Change something behind the back of the router, as whoever has the ledger can."""
        self.is_tampered = True
        with self.ledger.transaction() as work:
            if not what.startswith("copy of "):
                _tampered(work, *what.split(maxsplit=1), ids=self.ids)
                return
            match what.removeprefix("copy of ").split():
                case ["past", name]:
                    (entry,) = work.entries(self.ids[name])
                    work.personal.erase_text(digest := str(_history(entry)), self.copies[digest])
                case ["refused", number]:
                    work.personal.erase_refused(int(number), self.copies[f"refused {number}"])
                case [name]:
                    work.personal.erase(self.copies[self.ids[name]])
                case named:
                    work.personal.erase_noted(self.copies[" ".join(named)])

    def do_pack(self, text: str, at: datetime) -> None:  # noqa: ARG002  # as above
        self.pack = RulePack.parse(text)
        self.open(self.router.organisation, self.router.roster)

    def do_roster(self, text: str, at: datetime) -> None:  # noqa: ARG002  # as above
        self.open(self.router.organisation, DutyRoster.parse(text))

    # what must come of it

    def name(self, id_: str) -> str:
        return next((name for name, each in self.ids.items() if each == id_), id_)

    def named(self, text: str) -> str:
        for name, id_ in self.ids.items():
            text = text.replace(id_, name)
        return text

    def check_gets(self, expected: str, _: str | None) -> None:
        self.check_answers([expected], None)

    def check_answers(self, expected: list[str], _: str | None) -> None:
        assert self.answered == expected

    def check_heard(self, expected: list[str], _: str | None) -> None:
        told = [" ".join(filter(None, (each.name, self.name(each.lead_id or "")))) for each in self.heard]
        assert told == expected

    def check_erased(self, expected: Mapping[str, Any], _: str | None) -> None:
        assert self.found == {"leads": [], "notes": 0, "refused": 0, **expected}

    def check_kept(self, expected: Mapping[str, int], _: str | None) -> None:
        with self.ledger.reading() as work:
            kept = {
                "leads": len(work.entries()),
                "refused": len(work.personal.refused(0, 999)),
                "notes": len(work.notes(0, 999)),
                "events": len(work.log()),
            }
        assert {what: kept[what] for what in expected} == expected

    def check_verify(self, expected: list[str], _: str | None) -> None:
        with self.ledger.reading() as work:
            findings = verify(work).findings
        assert [self.named(str(each)) for each in findings] == expected

    def check_replay(self, expected: Mapping[str, Any], _: str | None) -> None:
        done = self.router.replay()
        told = {
            "same": done.same,
            "differences": [self.named(str(each)) for each in done.differences],
            "left_out": [self.named(str(each)) for each in done.left_out],
        }
        assert told == {"differences": [], "left_out": [], **expected}

    def check_sealed(self, expected: int, _: str | None) -> None:
        """Return how many events the last seal does not cover."""
        with self.ledger.reading() as work:
            assert work.unsealed()[1] == expected

    def check_sees(self, expected: Mapping[str, list[str]], _: str | None) -> None:
        """Open leads that somebody sees."""
        reads = {person: self.router.on_behalf_of(person, at=self.now) for person in expected}
        assert {who: [self.name(each.lead_id) for each in reads[who].leads()] for who in reads} == expected

    def check_books(self, expected: Mapping[str, list[str]], _: str | None) -> None:
        """Clients that somebody sees."""
        reads = {person: self.router.on_behalf_of(person, at=self.now) for person in expected}
        assert {who: sorted(self.name(each.id) for each in reads[who].clients()) for who in reads} == expected

    def check_finds(self, expected: Mapping[str, list[str]], _: str | None) -> None:
        """Leads that somebody can ask for by their ids, open or closed: every other one is as if it were not there."""
        found: dict[str, list[str]] = {person: [] for person in expected}
        for person, leads in found.items():
            reads = self.router.on_behalf_of(person, at=self.now)
            for name, id_ in self.ids.items():
                try:
                    assert reads.events(id_) == self.router.events(id_)
                    leads.append(name)
                except UnknownLeadError:
                    continue
        assert found == expected

    def check_explains(self, expected: Mapping[str, list[str]], _: str | None) -> None:
        for name, parts in expected.items():
            told = self.router.explain(self.ids[name], personal=True)
            assert [part for part in parts if part not in told] == [], told

    def check_lacks(self, traces: list[str], _: str | None) -> None:
        """No byte of these is anywhere in the ledger."""
        text = everything(self.ledger)
        assert [trace for trace in traces if trace in text] == []

    def check_has(self, traces: list[str], _: str | None) -> None:
        text = everything(self.ledger)
        assert [trace for trace in traces if trace not in text] == []


def _history(entry: Entry) -> str | None:
    """Return the digest of the past by which a lead was decided."""
    return cast("str | None", json.loads(entry.record).get("history"))


def _lead(
    name: str,
    *,
    id: str | None = "",  # noqa: A002  # a lead's own word
    source: str = "form",
    person: str | None = None,
    company: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    **facts: Any,
) -> Lead:
    """Return a lead as it comes; without an id of its own it has its name."""
    contact = Contact(name=person, phone=phone, email=email)
    return Lead(id=name if id == "" else id, source=source, company=company, contact=contact, facts=facts)


def _tampered(work: Transaction, what: str, which: str, *, ids: Mapping[str, str]) -> None:
    match what:
        case "payload" | "salt" | "digest":
            (entry,) = work.entries(ids[which])
            payload = json.dumps({**json.loads(entry.payload), "company": "Nobody"}, separators=(",", ":"))
            work.personal.erase(evolve(entry, **{what: {"payload": payload, "salt": "", "digest": "0"}[what]}))
        case "refusal":
            ((number, refused),) = work.personal.refused(int(which) - 1, 1)
            work.personal.erase_refused(number, evolve(refused, payload="{}"))
        case "note":
            note = work.noted("visit", which)
            assert note is not None
            work.personal.erase_noted(evolve(note, contact="somebody else"))
        case "load":
            load = work.load(which)
            assert load is not None
            work.put_load(evolve(load, open_leads=load.open_leads + 1))
        case "state":
            state = work.lead(ids[which])
            assert state is not None
            work.put_lead(evolve(state, accountable="boris"), seen=state.version)
        case "client":
            company = work.clients.company(ids[which])
            assert company is not None
            work.clients.put(evolve(company, owner="anna"))
        case "standing":
            standing = work.standing(which)
            assert standing is not None
            work.put_standing(evolve(standing, leads=standing.leads + 1))
        case "text":
            (digest,) = {json.loads(entry.record)[which] for entry in work.entries()}
            work.personal.erase_text(digest, str(work.text(digest)) + "\n")
        case _:
            raise AssertionError(what)
