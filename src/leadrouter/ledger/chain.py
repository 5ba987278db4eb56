"""The chain of events: each one's hash covers the one before it, so that a changed past is seen.

Events of one subject are chained to one another, so that writers of different leads never wait for one
another. A seal covers every event up to a number and the seal before it: a subject that was removed with
all its events is missed by the seal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from leadrouter.errors import LedgerError

if TYPE_CHECKING:
    from leadrouter.event import Event

UNKEEPABLE = "no ledger can keep half a surrogate pair in a text"
"""What is told of a text that is no Unicode, whatever the ledger."""

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


def linked(before: str, event: str) -> str:
    """Return the hash of an event, by its JSON, that follows one with the hash `before` in the chain of its subject.

    Raises:
        LedgerError: a text of the event is none that a ledger can keep.
    """
    try:
        return hashlib.sha256(f"{before}\n{event}".encode()).hexdigest()
    except UnicodeEncodeError:
        raise LedgerError(UNKEEPABLE) from None


def _follows(before: str, kept: Kept) -> bool:
    """Tell whether an event follows the hash `before`; one that no ledger has kept follows nothing."""
    try:
        return linked(before, kept.event.to_json()) == kept.hash
    except LedgerError:
        return False


def salted(salt: str, payload: str) -> str:
    """Return the digest of a payload that the chain covers: whoever has the salt can check the payload by it."""
    return hashlib.sha256(f"{salt}{payload}".encode()).hexdigest()


def sealed(before: str, at: str, hashes: Iterable[str]) -> str:
    """Return the hash of a seal: over the one `before`, the instant, and the hashes of the events since, in order."""
    digest = _seal_begun(before, at)
    for each in hashes:
        digest.update(b"\n" + each.encode())
    return digest.hexdigest()


def _seal_begun(before: str, at: str) -> hashlib._Hash:
    return hashlib.sha256(f"{before}\n{at}".encode())


@define(eq=False)
class Chain:
    """The chains of a log and its seals, held against it one event after the other.

    Events after the last seal are held by the chains of their subjects alone: the end of one can be cut off
    unseen until the next seal. Holds the end of each chain.
    """

    seals: tuple[Seal, ...]
    sealed: int = field(default=0, init=False)
    """The number of the last event that a seal covers, which holds."""
    _ends: dict[str, str] = field(factory=dict, init=False)
    _last: int = field(default=0, init=False)
    _place: int = field(default=0, init=False)
    _digest: hashlib._Hash = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._begin_seal(NOTHING)

    @property
    def around(self) -> tuple[Seal | None, Seal | None]:
        """The last seal before the event that was taken in last, and the first that covers it."""
        before = self.seals[self._place - 1] if self._place else None
        return before, self.seals[self._place] if self._place < len(self.seals) else None

    def take(self, kept: Kept) -> Iterator[str]:
        """Take in the next event; yield what is wrong, in words."""
        yield from self._passed(kept.number - 1)
        subject = subject_of(kept.event)
        if not _follows(self._ends.get(subject, NOTHING), kept):
            yield f"event {kept.number} ({kept.event.name}) does not follow the one before it of {subject}"
        self._ends[subject], self._last = kept.hash, kept.number
        self._digest.update(b"\n" + kept.hash.encode())

    def end(self) -> Iterator[str]:
        """Yield what is wrong where the log ends."""
        yield from self._passed(self._last)
        while self._place < len(self.seals):
            yield self._broken(self.seals[self._place])
            self._place += 1

    def _passed(self, number: int) -> Iterator[str]:
        """Yield the seals up to a number that do not hold."""
        while self._place < len(self.seals) and self.seals[self._place].upto <= number:
            seal = self.seals[self._place]
            if self._digest.hexdigest() == seal.hash:
                self.sealed = seal.upto
            else:
                yield self._broken(seal)
            self._place += 1
            self._begin_seal(seal.hash)

    def _broken(self, seal: Seal) -> str:
        start = self.seals[self._place - 1].upto if self._place else 0
        return f"the events {start + 1} to {seal.upto} are not those that were sealed at {seal.at}"

    def _begin_seal(self, before: str) -> None:
        at = self.seals[self._place].at if self._place < len(self.seals) else ""
        self._digest = _seal_begun(before, at)


def broken(log: Iterable[Kept], seals: Iterable[Seal]) -> tuple[str, ...]:
    """Return what is wrong with a log in words, in order; nothing where no event was changed, added or removed.

    Costs the number of events.
    """
    chain = Chain(tuple(seals))
    return (*(told for kept in log for told in chain.take(kept)), *chain.end())
