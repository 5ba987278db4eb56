"""What a pack says of clients and targets, held against the organisation."""

from __future__ import annotations

from collections.abc import Iterator

from leadrouter.destination import Department, Destination, Head, OnDuty, Owner, Person, Pool, parse_destination
from leadrouter.errors import Fault, did_you_mean
from leadrouter.organisation import Organisation
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.sla import Target
from leadrouter.span import Span


def check_clients(pack: CheckedPack, organisation: Organisation) -> Iterator[Fault]:
    """Yield a fault for each transfer and escalation to nobody, and each target in hours that nobody keeps."""
    for rule in pack.transfer:
        to = parse_destination(str(rule.outcome))
        if to is not None and not isinstance(to, Owner):
            message = f"rule `{rule.id}` passes clients to `{to}`, where nobody is"
            yield from _reached(to, organisation, "LR851", message, rule.where or f"rule {rule.id}")
    for place, target in pack.sla.all():
        yield from _target(target, organisation, target.where or place)


def _target(target: Target, organisation: Organisation, where: Span | str) -> Iterator[Fault]:
    hours = None if target.hours is None else organisation.hours.get(target.hours)
    if target.hours is not None and hours is None:
        message, fix = f"unknown hours `{target.hours}`", did_you_mean(target.hours, organisation.hours)
        yield Fault(code="LR852", message=message, where=where, fix=f"in the organisation: {fix}")
    elif hours is not None and not any(window.days for window in hours.windows):
        message = f"hours `{target.hours}` never open, so that the target never falls due"
        yield Fault(code="LR852", message=message, where=where, fix="give them a window")
    for each in target.escalate:
        message = f"escalation to `{each.to}` tells nobody"
        yield from _reached(each.to, organisation, "LR853", message, each.where or where)


def _reached(
    to: Destination, organisation: Organisation, code: str, message: str, where: Span | str
) -> Iterator[Fault]:
    if not organisation.pool(to) and not isinstance(to, OnDuty):
        yield Fault(code=code, message=message, where=where, fix=_meant(to, organisation))
    if isinstance(to, OnDuty) and to.role not in organisation.duty:
        yield Fault(code=code, message=message, where=where, fix=did_you_mean(to.role, organisation.duty))


def _meant(to: Destination, organisation: Organisation) -> str:
    match to:
        case Department(name) | Head(name) if name not in organisation.departments:
            return did_you_mean(name, organisation.departments)
        case Person(name):
            return did_you_mean(name, organisation.people)
        case Pool(name) if name not in organisation.pools:
            return did_you_mean(name, organisation.pools)
    return "give it somebody in the organisation"
