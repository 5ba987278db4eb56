"""The canonical text of an organisation: one way to write what it means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import asdict

from leadrouter.document import visible
from leadrouter.hours import write_hours
from leadrouter.spelling import write_duration
from leadrouter.staff import Breaker, Department, Norms, Pool, Salesperson, Sharing

if TYPE_CHECKING:
    from leadrouter.organisation import Organisation


def format_organisation(organisation: Organisation) -> str:
    """Return an organisation as canonical JSON, on one line, without what it leaves at its default."""
    shared = organisation.sharing
    held = {
        "organisation": organisation.name,
        "staffing": organisation.staffing,
        "tz": organisation.tz if organisation.tz != "UTC" else None,
        "country": organisation.country if organisation.country != "RU" else None,
        "hours": {name: write_hours(each) for name, each in sorted(organisation.hours.items())},
        "holidays": sorted(day.isoformat() for day in organisation.holidays),
        "inbound": _said(asdict(organisation.inbound)),
        "sharing": _sharing(shared, Sharing()),
        "director": organisation.director,
        "size": organisation.size,
        "breaker": _breaker(organisation.breaker),
    }
    parts = {
        "departments": {name: _department(each, shared) for name, each in sorted(organisation.departments.items())},
        "people": {name: _person(each) for name, each in sorted(organisation.people.items())},
    }
    more = {
        "pools": {name: _pool(each, shared) for name, each in sorted(organisation.pools.items())},
        "duty": {role: list(people) for role, people in sorted(organisation.duty.items())},
    }
    return visible(json.dumps({**_said(held), **parts, **_said(more)}, ensure_ascii=False, separators=(", ", ": ")))


def _said(held: dict[str, Any]) -> dict[str, Any]:
    """Return the entries that say something."""
    return {key: value for key, value in held.items() if value is not None and value not in ({}, [])}


def _department(each: Department, shared: Sharing) -> dict[str, Any]:
    held = {
        "head": each.head,
        "people": list(each.people),
        "hours": each.hours,
        "capacity": each.capacity,
        "portfolio": _norms(each.portfolio),
    }
    return {"kind": each.kind, **_said(held), **_sharing(each.sharing, shared)}


def _pool(each: Pool, shared: Sharing) -> dict[str, Any]:
    held = {
        "departments": list(each.departments),
        "skills": dict(sorted(each.skills.items())),
        "languages": list(each.languages),
        "territories": list(each.territories),
        "min_rank": each.min_rank,
    }
    return {**_said(held), **_sharing(each.sharing, shared)}


def _person(each: Salesperson) -> dict[str, Any]:
    return _said(
        {
            "rank": each.rank or None,
            "ranks": dict(sorted(each.ranks.items())),
            "skills": dict(sorted(each.skills.items())),
            "languages": list(each.languages),
            "territories": list(each.territories),
            "capacity": each.capacity,
            "portfolio": _norms(each.portfolio),
            "quota": dict(sorted(each.quota.items())),
            "weight": each.weight if each.weight != 1 else None,
            "deputy": each.deputy,
            "joined": None if each.joined is None else each.joined.isoformat(),
            "left": None if each.left is None else each.left.isoformat(),
        }
    )


def _norms(norms: Norms | None) -> object:
    if norms is None:
        return None
    return norms.other if norms.other is not None else dict(sorted(norms.sizes.items()))


def _sharing(sharing: Sharing, shared: Sharing) -> dict[str, Any]:
    own, elsewhere = asdict(sharing), asdict(shared)
    return {key: "none" if value is None else value for key, value in own.items() if value != elsewhere[key]}


def _breaker(breaker: Breaker) -> dict[str, Any]:
    return {} if breaker == Breaker() else {"expiries": breaker.expiries, "within": write_duration(breaker.within)}
