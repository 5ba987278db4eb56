"""From a lead as it came to the facts that a pack decides it by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadrouter.errors import FactsError, Fault
from leadrouter.lead import Lead
from leadrouter.readonly import read_only
from leadrouter.routing.rule_pack import RulePack
from leadrouter.zone import in_utc

_NOTHING: Mapping[str, Any] = read_only({})


def facts_for(pack: RulePack, lead: Lead, at: datetime, *, supplied: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
    """Return the facts that a pack decides a lead by: its own, its source and when it was received.

    The last two are added where the pack's vocabulary has them; a lead that does not say when it was
    received was received `at`. So are the facts that are `supplied` because of what the ledger knows,
    where the lead does not bring them itself.

    Raises:
        FactsError: the lead brings `source` among its facts as well.
    """
    facts = dict(lead.facts)
    if lead.source is not None and "source" in pack.vocabulary:
        if "source" in facts:
            message, fix = "fact `source` is given twice", "the lead has it already"
            raise FactsError([Fault(code="LR410", message=message, where="lead.source", fix=fix)], raw=lead)
        facts["source"] = lead.source
    if "received" in pack.vocabulary:
        facts.setdefault("received", at if lead.received is None else in_utc(lead.received))
    for name, value in supplied.items():
        if name in pack.vocabulary and facts.get(name) is None:
            facts[name] = value
    return facts


def lead_id_of(key: str) -> str:
    """Return the id of a lead by the key of its event."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
