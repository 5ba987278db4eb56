"""What a deal makes of a company: a client, in the hands that the pack's transfers name."""

from __future__ import annotations

from leadrouter.destination import parse_destination
from leadrouter.lifecycle import answer, clients
from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.state import LeadState
from leadrouter.lifecycle.transfer import transfer
from leadrouter.routing.evaluate import first_that_holds
from leadrouter.routing.outcome import Outcome
from leadrouter.routing.rule_pack import RulePack
from leadrouter.routing.stored import find_entry, read_decision
from leadrouter.rulepack.rule import Rule


def won(desk: Desk, state: LeadState, by: str, pack: RulePack) -> LeadState:
    """Close a lead with a deal; after the first one the company is a client, and passes on by the pack.

    `pack` is the one that decided the lead.

    Raises:
        LifecycleError: nobody holds it, or it was lost.
    """
    after = answer.won(desk, state, by)
    client = None if after is state else clients.won(desk, after)
    if client is not None and pack.checked.transfer.rules:
        decision = read_decision(desk.work, find_entry(desk.work, state.lead_id), lambda _: pack)
        rule = transfer_rule(decision.outcome)
        to = None if rule is None else parse_destination(str(rule.outcome))
        if rule is not None and to is not None:
            transfer(desk, client, to, rule.id)
    return after


def transfer_rule(outcome: Outcome) -> Rule | None:
    """Return the rule that says who holds a client after the first deal; None where no rule holds.

    Costs the number of rules.
    """
    known = {**outcome.facts, "tags": frozenset(outcome.tags), "class": outcome.lead_class}
    return first_that_holds(outcome.pack.transfer, known, outcome.pack.calendar)
