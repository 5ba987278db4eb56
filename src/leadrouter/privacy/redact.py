"""What stays of a lead, a note, a history or a refusal when its personal data is erased."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from attrs import evolve

from leadrouter.history.past import History, PastEvent
from leadrouter.lead import Contact, Lead
from leadrouter.ledger.ledger import Refused
from leadrouter.vocabulary import Text, Vocabulary

PERSONAL_RULES = ("phone", "e-mail", "name")
"""The matching rules whose identifiers go with a lead; those of tax numbers and domains are a company's."""

_CODE = re.compile(r"^\S+: (LR\d{3}) ", re.MULTILINE)


def redacted(payload: str, words: Vocabulary) -> str:
    """Return a lead's payload without id, company, contact and free text, and without facts that no word is for.

    >>> from leadrouter.vocabulary import Bool, Field
    >>> lead = Lead(id="7", company="Press", facts={"hurry": True, "message": "call Anna"})
    >>> left = Lead.from_payload(redacted(lead.payload, Vocabulary.of(Field(name="hurry", type=Bool()))))
    >>> left.id, left.company, dict(left.facts)
    (None, None, {'hurry': True})
    """
    lead = Lead.from_payload(payload)
    facts = {name: value for name, value in lead.facts.items() if _stays(name, words)}
    return evolve(lead, id=None, company=None, contact=Contact(), facts=facts).payload


def redacted_history(history: History, words: Vocabulary, is_wanted: Callable[[datetime], bool]) -> History:
    """Return a history without the free text of the events at the instants that are wanted."""

    def left(event: PastEvent) -> PastEvent:
        if not is_wanted(event.at):
            return event
        return evolve(event, facts={name: value for name, value in event.facts.items() if _stays(name, words)})

    return evolve(history, events=tuple(map(left, history.events)))


def redacted_refusal(refused: Refused) -> Refused:
    """Return a refusal without what came, and of the reason the codes: a message shows what it is about.

    A key that is a digest of what came goes as well: it could be found out by trying.
    """
    codes = ", ".join(dict.fromkeys(_CODE.findall(refused.reason)))
    key = "" if refused.key.startswith("payload:") else refused.key
    return evolve(refused, key=key, payload="", reason=codes or refused.reason, salt="")


def _stays(name: str, words: Vocabulary) -> bool:
    return name in words and not isinstance(words[name].type, Text)
