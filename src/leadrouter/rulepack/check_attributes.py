"""What people of the organisation can do, held against what the pack asks for."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from leadrouter import vocabulary as v
from leadrouter.errors import Fault, did_you_mean
from leadrouter.organisation import Organisation
from leadrouter.rulepack.pack import CheckedPack

_CLOSE = 0.7  # so that of two codes of three letters, of which one differs, neither is taken for the other
_ATTRIBUTES = {"skills": "skill", "languages": "language", "territories": "territory"}


def warn_of_attributes(pack: CheckedPack, organisation: Organisation) -> Iterator[Fault]:
    """Yield a warning for each skill, language and territory of people that looks like a misspelt one.

    No step and no pool can ask for it, and they ask for one that is written nearly so; what looks like none
    of them may be kept for people to read.
    """
    for attribute, what in _ATTRIBUTES.items():
        asked = sorted(_asked(attribute, what, pack, organisation))
        told: set[str] = set()
        for person in organisation.people.values():
            for word in getattr(person, attribute):
                close = () if word in asked or word in told else get_close_matches(word, asked, 1, _CLOSE)
                told.add(word)
                if close:
                    where = organisation.place("people", person.id, attribute)
                    message = f"no step and no pool asks for {what} `{word}`"
                    yield Fault(code="LR814", message=message, where=where, fix=did_you_mean(word, asked))


def _asked(attribute: str, what: str, pack: CheckedPack, organisation: Organisation) -> set[str]:
    """Return every word that may be asked for: values of the fields that steps name, and what pools and steps list."""
    asked = {word for pool in organisation.pools.values() for word in getattr(pool, attribute)}
    for step in (step for route in pack.routes.values() for step in route.steps):
        type_ = pack.types.get(getattr(step.needs, what) or "")
        asked.update(type_.values if isinstance(type_, v.Enum | v.EnumSet) else ())
        asked.update(step.needs.skills if attribute == "skills" else ())
    return asked
