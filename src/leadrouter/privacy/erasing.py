"""Personal data erased from a ledger; what was decided stays, and the chain of events with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from attrs import define, evolve, field, frozen

from leadrouter.event import Event, Observer
from leadrouter.history.past import History
from leadrouter.history.reading import names_of
from leadrouter.ledger.ledger import Entry, Ledger, Noted, Reading, Refused, Transaction
from leadrouter.privacy.redact import PERSONAL_RULES, redacted, redacted_history, redacted_refusal
from leadrouter.privacy.wanted import PAGE, Wanted
from leadrouter.routing.decision import digest_of
from leadrouter.routing.intake import lead_id_of
from leadrouter.routing.rule_pack import RulePack
from leadrouter.routing.stored import Packs
from leadrouter.rulepack.pattern import DEAL_WON, REQUEST
from leadrouter.vocabulary import Text, Vocabulary

GROUP = 32
"""How many leads share a commit: others write between."""

Value = TypeVar("Value")
Row = TypeVar("Row")


@frozen(kw_only=True)
class Erased:
    """What was erased, or would be.

    `leads` are the ids of the leads, in the order in which they were added; `notes` counts what companies did
    besides, `refused` the refused leads.
    """

    leads: tuple[str, ...]
    notes: int
    refused: int


def erase(
    ledger: Ledger, wanted: Wanted, at: datetime, *, tell: Observer | None = None, dry_run: bool = False
) -> Erased:
    """Erase personal data, and return where there was any; what is erased already is not counted.

    Args:
        ledger: where it is.
        wanted: whose.
        at: the instant of the events that say so.
        tell: called with each event after its commit.
        dry_run: erase nothing, only look.

    Costs the size of the ledger, which is read page by page; thirty-two leads share a commit. Where it is cut
    off, what was committed is erased; do it again for the rest.
    """
    erasing = _Erasing(ledger, wanted, at, tell)
    found = erasing.found()
    if not dry_run:
        erasing.erase(found)
    return Erased(leads=tuple(map(lead_id_of, found.leads)), notes=len(found.notes), refused=len(found.refused))


@frozen
class _Found:
    """What is to be erased: keys of leads, kinds and keys of notes, numbers of refused leads with what is left."""

    leads: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    refused: tuple[tuple[int, Refused], ...]


@define(eq=False)
class _Erasing:
    """One erasure.

    `instants` are those of the events that were erased, as later leads of the company have read them.
    """

    ledger: Ledger
    wanted: Wanted
    at: datetime
    tell: Observer | None
    instants: set[datetime] = field(factory=set, init=False)
    happened: list[Event] = field(factory=list, init=False)
    _packs: Packs = field(factory=Packs, init=False)
    _contacts: dict[str, str] = field(factory=dict, init=False)

    def found(self) -> _Found:
        """Look for what is wanted and not erased yet; remember when what companies did of it was."""
        wanted = self.wanted
        leads = [
            each.key
            for _, each in self.pages(lambda work, after: work.personal.entries(after, PAGE))
            if not each.is_erased and wanted.lead(each)
        ]
        ids = {*map(lead_id_of, leads)}
        notes = []
        for _, each in self.pages(lambda work, after: work.notes(after, PAGE)):
            if lead_id_of(each.key) in ids if each.payload is None else _is_whole(each, wanted, ids):
                self.instants.add(datetime.fromisoformat(each.at))
                notes += [] if each.payload is None else [(each.kind, each.key)]
        refused = [
            (number, redacted_refusal(each))
            for number, each in self.pages(lambda work, after: work.personal.refused(after, PAGE))
            if each.payload and (lead_id_of(each.key) in ids or wanted.refusal(each))
        ]
        return _Found(tuple(leads), tuple(notes), tuple(refused))

    def pages(self, read: Callable[[Reading, int], Sequence[tuple[int, Row]]]) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a table, a page in memory at a time; nobody is kept from writing meanwhile."""
        after = 0
        while True:
            with self.ledger.reading() as work:
                page = read(work, after)
            if not page:
                return
            yield from page
            after = page[-1][0]

    def erase(self, found: _Found) -> None:
        """Erase what was found, and what later leads have read of it."""
        self.each(tuple(self.histories()), self.erase_history)  # first: whoever is cut off finds the leads again
        self.each(found.refused, self.erase_refusal)
        self.each(found.notes, self.erase_note)
        self.each(found.leads, self.erase_lead)
        self.each(tuple(self.histories()), self.erase_history)  # of leads that were decided meanwhile
        self.each(self.wanted.known_by(), self.forget)

    def each(self, values: Sequence[Value], act: Callable[[Transaction, Value], None]) -> None:
        """Do something with each of many, a group in a commit; tell what happened."""
        left = iter(values)
        while group := list(islice(left, GROUP)):
            with self.ledger.transaction() as work:
                for value in group:
                    act(work, value)
                for event in self.happened:
                    work.append(event)
            told, self.happened = self.happened, []
            if self.tell is not None:
                for event in told:
                    self.tell(event)

    def note_event(self, name: str, lead_id: str | None, evidence: dict[str, Any], **details: Any) -> None:
        """Let something happen that is written with the group."""
        self.happened.append(Event(name=name, lead_id=lead_id, at=self.at, details=details, evidence=evidence))

    def erase_lead(self, work: Transaction, key: str) -> None:
        """Leave of a lead what is not personal, and nobody to know its company again by but the company itself."""
        entry = work.find(key)
        assert entry is not None, "INVARIANT: a ledger never loses a lead"
        if entry.is_erased:
            return
        left = redacted(entry.payload, self.words_of(work, entry))
        work.personal.erase(evolve(entry, payload=left, digest="", salt=""))
        for note in _notes_of(work, key):
            work.personal.erase_noted(evolve(note, contact=self.contact(work, note)))
        work.clients.forget_identifiers(entry.lead_id, PERSONAL_RULES)
        self.note_event("lead.erased", entry.lead_id, {"payload": digest_of(left)})

    def erase_refusal(self, work: Transaction, numbered: tuple[int, Refused]) -> None:
        """Leave of a refused lead what is left of it."""
        number, left = numbered
        ((_, before),) = work.personal.refused(number - 1, 1)
        if before.payload:
            work.personal.erase_refused(number, left)
            self.note_event("refusal.erased", None, {"refused": digest_of(left.to_json())}, refused=number)

    def erase_note(self, work: Transaction, named: tuple[str, str]) -> None:
        """Leave of what a company did what is not personal."""
        note, latest = work.noted(*named), work.latest()
        assert note is not None, "INVARIANT: a ledger never loses a note"
        if note.payload is None or not note.salt:
            return
        left = redacted(note.payload, Vocabulary.of() if latest is None else self.words_of(work, latest))
        work.personal.erase_noted(evolve(note, contact=self.contact(work, note), payload=left, salt=""))
        id_ = lead_id_of(f"{note.kind}:{note.key}")
        if note.begun == id_:
            work.clients.forget_identifiers(id_, PERSONAL_RULES)
        self.note_event("company.erased", None, {"payload": digest_of(left)}, company=note.company, note=id_)

    def contact(self, work: Transaction, note: Noted) -> str | None:
        """Return what stands for a contact that nobody finds out: patterns count people, whoever they were."""
        if note.contact is None:
            return None
        if note.contact not in self._contacts:
            self._contacts[note.contact] = work.salt()
        return self._contacts[note.contact]

    def histories(self) -> Iterator[tuple[str, str]]:
        """Yield the keys of the leads that were decided by what was erased, with the digests of what they read."""
        for _, entry in self.pages(lambda work, after: work.personal.entries(after, PAGE)):
            digest = json.loads(entry.record).get("history")
            if digest is not None:
                with self.ledger.reading() as work:
                    if _reads_text(self.pack_of(work, entry)) and self.left_of(work, entry, digest) is not None:
                        yield entry.key, digest

    def left_of(self, work: Reading, entry: Entry, digest: str) -> str | None:
        """Return a history without what was erased; None where it has nothing of it."""
        text = work.text(digest)
        assert text is not None, "INVARIANT: a decision is kept with the past that it was made by"
        history = History.from_json(text)
        left = redacted_history(history, self.words_of(work, entry), self.is_past_wanted)
        return None if left.to_json() == history.to_json() else left.to_json()

    def is_past_wanted(self, at: datetime) -> bool:
        return at in self.instants or self.wanted.past(at)

    def erase_history(self, work: Transaction, read: tuple[str, str]) -> None:
        """Leave of what a lead was decided by what is not personal; two leads may have read the same."""
        key, digest = read
        entry = work.find(key)
        assert entry is not None, "INVARIANT: a ledger never loses a lead"
        left = self.left_of(work, entry, digest) or work.text(digest)
        assert left is not None, "INVARIANT: a decision is kept with the past that it was made by"
        work.personal.erase_text(digest, left)
        self.note_event("lead.past_erased", entry.lead_id, {"history": digest_of(left)})

    def forget(self, work: Transaction, known_by: tuple[str, str]) -> None:
        """Let nobody be known again by an identifier, whoever has brought it."""
        rule, digest = known_by
        while roots := work.clients.companies_of(rule, digest):
            for root in roots:
                holder = work.clients.holder_of(rule, digest, root)
                work.clients.forget_identifiers(holder, (rule,))
                self.note_event("company.forgotten", None, {}, company=holder)

    def words_of(self, work: Reading, entry: Entry) -> Vocabulary:
        return self.pack_of(work, entry).vocabulary

    def pack_of(self, work: Reading, entry: Entry) -> RulePack:
        """Return the pack that decided a lead."""
        return self._packs.pack(work, json.loads(entry.record)["pack"])


def _is_whole(note: Noted, wanted: Wanted, ids: set[str]) -> bool:
    """Tell whether something that `record` noted is wanted, and not erased yet."""
    return bool(note.salt) and (note.begun in ids or wanted.note(note))


def _notes_of(work: Reading, key: str) -> list[Noted]:
    """Return what is noted of a lead."""
    notes = (work.noted(kind, key) for kind in (REQUEST, DEAL_WON))
    return [note for note in notes if note is not None and note.payload is None]


def _reads_text(pack: RulePack) -> bool:
    """Tell whether a pack's patterns read free text of past events."""
    names = {name for pattern in pack.checked.patterns for name in names_of(pattern, pack.checked)}
    return any(isinstance(pack.vocabulary[name].type, Text) for name in names)
