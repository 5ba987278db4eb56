"""The chain of events: each one's hash covers the one before it, so that a changed past is seen.

Events of one subject are chained to one another, so that writers of different leads never wait for one
another. A seal covers every event up to a number and the seal before it: a subject that was removed with
all its events is missed by the seal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from leadrouter.event import Event

NOTHING = ""
"""The hash before the first of a chain."""


@frozen(kw_only=True)
class Kept:
    """An event as it is kept: its number in the log, counted from 1, and the hash of its chain up to it."""

    number: int
    event: Event
    hash: str


@frozen(kw_only=True)
class Seal:
    """What the log was when it was sealed.

    `upto` is the number of the last event covered; `at` is an ISO 8601 instant in UTC.
    """

    upto: int
    hash: str
    at: str


def subject_of(event: Event) -> str:
    """Return what an event is about: its chain is that of the lead, else of the person, pool or company.

    >>> from datetime import UTC, datetime
    >>> from leadrouter.event import Event
    >>> at = datetime(2026, 3, 2, tzinfo=UTC)
    >>> subject_of(Event(name="person.paused", lead_id=None, at=at, details={"person": "x"}))
    'person:x'
    """
    if event.lead_id is not None:
        return f"lead:{event.lead_id}"
    kind = next((each for each in ("person", "pool", "company") if isinstance(event.details.get(each), str)), None)
    return "house" if kind is None else f"{kind}:{event.details[kind]}"


def linked(before: str, event: Event) -> str:
    """Return the hash of an event that follows one with the hash `before` in the chain of its subject."""
    return hashlib.sha256(f"{before}\n{event.to_json()}".encode()).hexdigest()


def salted(salt: str, payload: str) -> str:
    """Return the digest of a payload that the chain covers: whoever has the salt can check the payload by it."""
    return hashlib.sha256(f"{salt}{payload}".encode()).hexdigest()


def sealed(before: str, hashes: Iterable[str]) -> str:
    """Return the hash of a seal over the hashes of the events since the seal `before`, in order of their numbers."""
    digest = hashlib.sha256(before.encode())
    for each in hashes:
        digest.update(b"\n" + each.encode())
    return digest.hexdigest()


def broken(log: Iterable[Kept], seals: Iterable[Seal]) -> tuple[str, ...]:
    """Return what is wrong with a log in words, in order; nothing where no event was changed, added or removed.

    Events after the last seal are held by the chains of their subjects alone: the end of one can be cut off
    unseen until the next seal. Costs the number of events.
    """
    ends: dict[str, str] = {}
    found: list[str] = []
    hashes: list[tuple[int, str]] = []
    for kept in log:
        subject = subject_of(kept.event)
        if linked(ends.get(subject, NOTHING), kept.event) != kept.hash:
            found.append(f"event {kept.number} ({kept.event.name}) does not follow the one before it of {subject}")
        ends[subject] = kept.hash
        hashes.append((kept.number, kept.hash))
    return (*found, *_unsealed(hashes, seals))


def _unsealed(hashes: list[tuple[int, str]], seals: Iterable[Seal]) -> Iterable[str]:
    before, start = NOTHING, 0
    for seal in seals:
        covered = [each for number, each in hashes if start < number <= seal.upto]
        if sealed(before, covered) != seal.hash:
            yield f"the events {start + 1} to {seal.upto} are not those that were sealed at {seal.at}"
        before, start = seal.hash, seal.upto
