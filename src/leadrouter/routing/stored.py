"""Decisions read back from a ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from attrs import define, field

from leadrouter.errors import UnknownLeadError
from leadrouter.facts import is_keepable
from leadrouter.history.past import History
from leadrouter.history.signals import Signals
from leadrouter.lead import Lead
from leadrouter.ledger.ledger import Entry, Ledger, Reading
from leadrouter.lifecycle.assignment import Assignment
from leadrouter.lifecycle.company import Known
from leadrouter.refusal import show
from leadrouter.routing.decision import Decision, digest_of
from leadrouter.routing.intake import facts_for
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack


def stored_decision(ledger: Ledger, lead_id: str) -> Decision:
    """Return a lead's decision from the ledger alone, explained by the pack that made it.

    Args:
        ledger: where the lead was routed.
        lead_id: its id, or the beginning of it.

    Raises:
        UnknownLeadError: no lead has that id, or several begin so.

    Cost: that pack is read again.
    """
    with ledger.reading() as work:
        return read_decision(work, find_entry(work, lead_id), Packs().within(work))


def find_entry(work: Reading, lead_id: str, sees: Callable[[Entry], bool] = lambda _: True) -> Entry:
    """Return the entry of a lead by its id, or the beginning of it, among those that somebody `sees`.

    Raises:
        UnknownLeadError: no lead has that id, or several begin so.
    """
    found = [entry for entry in work.entries(lead_id) if sees(entry)] if may_begin_an_id(lead_id) else []
    if len(found) != 1:
        raise unknown_lead(len(found), lead_id)
    return found[0]


def may_begin_an_id(text: str) -> bool:
    """Tell whether a text can be the beginning of an id: every id begins with no text at all, which names none."""
    return bool(text) and is_keepable(text)


def unknown_lead(count: int, lead_id: str) -> UnknownLeadError:
    """Return the error that an id, or the beginning of one, names so many leads and not one."""
    many = f"{count} leads have" if count else "no lead has"
    return UnknownLeadError(f"{many} an id that begins with {show(lead_id)}")


def read_decision(work: Reading, entry: Entry, pack_of: Callable[[str], RulePack]) -> Decision:
    """Return the decision of an entry, as it was answered.

    Where personal data by which it was decided is erased, it is not decided again: the rules that decided are in
    the record.
    """
    record = json.loads(entry.record)
    pack = pack_of(record["pack"])
    at = datetime.fromisoformat(record["at"])
    version = record["assignment"]["version"]
    read = work.text(record["history"]) if record.get("history") is not None else None
    history = None if read is None else History.from_json(read)
    facts = facts_for(pack, Lead.from_payload(entry.payload), at, supplied=record["supplied"])
    is_erased = entry.is_erased or (read is not None and digest_of(read) != record["history"])
    return Decision(
        lead_id=entry.lead_id,
        key=entry.key,
        at=at,
        outcome=_recorded(pack, facts, record, history) if is_erased else pack.decide(facts, history),
        assignment=Assignment.of(event for event in work.events(entry.lead_id) if event.version <= version),
        organisation_digest=record["organisation"],
        roster_digest=record.get("roster"),
        has_own_duties=record.get("duties") == "own",
        own_strategies=tuple(record.get("strategies", ())),
        supplied=record["supplied"],
        known=Known.from_dict(record["known"]),
        pack=pack,
        kept_record=entry.record if is_erased else None,
    )


def _recorded(pack: RulePack, facts: Mapping[str, Any], record: Mapping[str, Any], history: History | None) -> Outcome:
    """Return what the pack said then, whatever is left of the facts."""
    sensed = None if history is None else Signals(record["signals"], pack.reading(facts, history))
    return Outcome.recorded(pack.checked, facts, record["rules"], record["tag_rules"], sensed)


@define(eq=False)
class Packs:
    """Packs by their digests: the one that is open, if any, and those whose texts a ledger keeps, each read once."""

    own: RulePack | None = None
    _read: dict[str, RulePack] = field(factory=dict, init=False)

    def pack(self, work: Reading, digest: str) -> RulePack:
        """Return the pack of a digest."""
        if self.own is not None and digest == self.own.digest:
            return self.own
        if digest not in self._read:
            text = work.text(digest)
            assert text is not None, "INVARIANT: a decision is kept with the text of its pack"
            self._read[digest] = RulePack.parse(text, source=f"pack {digest[:12]}")
        return self._read[digest]

    def within(self, work: Reading) -> Callable[[str], RulePack]:
        """Return what gives a pack by its digest in one unit of work."""
        return partial(self.pack, work)
