"""A pack held against the organisation whose leads it routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from leadrouter.destination import Department, Head, OnDuty, Person
from leadrouter.errors import Fault, did_you_mean
from leadrouter.organisation import Organisation
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.route import Route, Step
from leadrouter.span import Span


def check_destinations(pack: CheckedPack, organisation: Organisation) -> Iterator[Fault]:
    """Yield a fault for each step to nobody that is known, and for each route that can run out."""
    for route in pack.routes.values():
        faults = [fault for step in route.steps for fault in _step(step, route, organisation)]
        yield from faults
        last = route.steps[-1]
        if not faults and not organisation.pool(last.to):
            message = f"route `{route.name}` can run out: its last step reaches nobody"
            yield Fault(
                code="LR314", message=message, where=_place(last, route), fix="end it with head(…) or person(…)"
            )


def _step(step: Step, route: Route, organisation: Organisation) -> Iterator[Fault]:
    known: dict[str, dict[str, object]] = {
        "department": dict(organisation.departments),
        "person": dict(organisation.people),
        "duty role": dict(organisation.duty),
    }
    settled = organisation.settle(step.to)
    match settled:
        case Department(name) | Head(name):
            what, word = "department", name
        case Person(name):
            what, word = "person", name
        case OnDuty(name):
            what, word = "duty role", name
        case _:
            assert_never(settled)
    if word not in known[what]:
        fix = did_you_mean(word, known[what])
        yield Fault(code="LR315", message=f"unknown {what} `{word}`", where=_place(step, route), fix=fix)
    elif isinstance(step.to, Head) and organisation.departments[word].head is None:
        message = f"department `{word}` has no head"
        yield Fault(code="LR315", message=message, where=_place(step, route), fix="name a `head` in the organisation")


def _place(step: Step, route: Route) -> Span | str:
    return step.where if step.where is not None else f"route {route.name}"
