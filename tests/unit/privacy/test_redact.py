"""What stays of personal data when it is erased."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from leadrouter import Contact, FactsError, Lead
from leadrouter.errors import Fault
from leadrouter.history.past import History, PastEvent
from leadrouter.ledger.ledger import Refused
from leadrouter.privacy.redact import redacted, redacted_history, redacted_refusal
from leadrouter.vocabulary import Enum, Field, Text, Vocabulary

WORDS = Vocabulary.of(Field(name="size", type=Enum(("small",))), Field(name="message", type=Text()))
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_of_a_lead_stays_what_is_not_personal():
    """Its source, when it was received, and the facts that have a word which is no text; nothing else of it."""
    lead = Lead(
        id="7",
        source="call",
        company="Press",
        contact=Contact(name="Ilya", phone="+7", email="i@x.example"),
        received=AT,
        facts={"size": "small", "message": "I am Ilya", "unheard": "Ilya"},
    )
    left = redacted(lead.payload, WORDS)
    assert Lead.from_payload(left) == Lead(source="call", received=AT, facts={"size": "small"})
    assert redacted(left, WORDS) == left


def test_of_a_history_only_the_wanted_instants_lose_their_texts():
    """Kinds, instants, contacts and facts that are no text stay."""
    later = AT.replace(hour=10)
    events = tuple(
        PastEvent(kind="request", at=at, contact="1", facts={"size": "small", "message": "Ilya"}) for at in (AT, later)
    )
    left = redacted_history(History(at=later, events=events), WORDS, lambda at: at == AT)
    assert [dict(each.facts) for each in left.events] == [{"size": "small"}, {"size": "small", "message": "Ilya"}]
    assert [(each.kind, each.at, each.contact) for each in left.events] == [
        ("request", AT, "1"),
        ("request", later, "1"),
    ]


def test_of_a_refusal_stay_its_codes():
    """Messages show what they are about; a key that is a digest could be found out by trying."""
    faults = [
        Fault(code=code, message="`+7 912` is no LR999", where="lead.phone") for code in ("LR410", "LR211", "LR410")
    ]
    refused = Refused(
        key="call:1", payload=json.dumps({"phone": "+7 912"}), reason=str(FactsError(faults)), at="2026", salt="s"
    )
    left = Refused(key="call:1", payload="", reason="LR410, LR211", at="2026", salt="")
    assert redacted_refusal(refused) == left
    assert (
        redacted_refusal(Refused(key="payload:ab", payload="x", reason=refused.reason, at="2026", salt="s")).key == ""
    )


def test_a_conflict_stays_one():
    """Its reason has no code, and nothing of anybody."""
    conflict = Refused(key="call:1", payload="x", reason="conflict: the key is known", at="2026", salt="s")
    assert redacted_refusal(conflict).reason == "conflict: the key is known"
