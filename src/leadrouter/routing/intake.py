"""From a lead as it came to the facts that a pack decides it by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from leadrouter.errors import FactsError, Fault
from leadrouter.facts import read_value
from leadrouter.lead import Lead
from leadrouter.readonly import read_only
from leadrouter.refusal import Refusal
from leadrouter.routing.rule_pack import RulePack
from leadrouter.vocabulary import Instant
from leadrouter.zone import in_utc

_NOTHING: Mapping[str, Any] = read_only({})


def facts_for(pack: RulePack, lead: Lead, at: datetime, *, supplied: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
    """Return the facts that a pack decides a lead by: its own, its source and when it was received.

    The last two are added where the pack's vocabulary has them; a lead that does not say when it was
    received was received `at`. So are the facts that are `supplied` because of what the ledger knows,
    where the lead does not bring them itself.

    Raises:
        FactsError: the lead brings `source` among its facts as well, or another `received`.
    """
    facts = dict(lead.facts)
    if lead.source is not None and "source" in pack.vocabulary:
        if "source" in facts:
            message, fix = "fact `source` is given twice", "the lead has it already"
            raise FactsError([Fault(code="LR410", message=message, where="lead.source", fix=fix)], raw=lead)
        facts["source"] = lead.source
    if "received" in pack.vocabulary:
        if facts.get("received") is None:
            facts["received"] = at if lead.received is None else in_utc(lead.received)
        elif lead.received is not None and _said(pack, lead) not in (None, in_utc(lead.received)):
            message = "`received` is given twice, and not the same: beside the facts and among them"
            fix = "remove `received` from the facts"
            raise FactsError([Fault(code="LR410", message=message, where="lead.received", fix=fix)], raw=lead)
    for name, value in supplied.items():
        if name in pack.vocabulary and facts.get(name) is None:
            facts[name] = value
    return facts


def arrival(pack: RulePack, lead: Lead, at: datetime) -> datetime:
    """Return when a lead came, in UTC: when it was received, or else when it is routed; never later than that.

    Where the lead does not say it itself, the fact `received` does, if the pack's vocabulary has it as an instant.
    """
    received = _said(pack, lead) if lead.received is None else in_utc(lead.received)
    return at if received is None else min(received, at)


def _said(pack: RulePack, lead: Lead) -> datetime | None:
    """Return the fact `received` of a lead; None where there is none, or it is no instant."""
    given = lead.facts.get("received")
    if given is None or "received" not in pack.vocabulary or pack.vocabulary["received"].type != Instant():
        return None
    try:
        return cast("datetime", read_value(Instant(), given))
    except Refusal:
        return None


def lead_id_of(key: str) -> str:
    """Return the id of a lead by the key of its event."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
