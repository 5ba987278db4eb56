"""A ledger that lives as long as its process: the reference, and what tests use."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from attrs import define, evolve, field

from leadrouter.ledger.ledger import Entry, Noted, Refused


@define(eq=False)
class MemoryLedger:
    """Keeps everything in dictionaries, behind one lock.

    A transaction that raises leaves nothing behind: its writes are made when its block ends.
    """

    _entries: dict[str, Entry] = field(factory=dict, init=False)
    _refused: list[Refused] = field(factory=list, init=False)
    _turns: dict[str, str] = field(factory=dict, init=False)
    _texts: dict[str, str] = field(factory=dict, init=False)
    _noted: dict[tuple[str, str], Noted] = field(factory=dict, init=False)
    _pasts: dict[str, list[Noted]] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    @contextmanager
    def transaction(self) -> Iterator[_Work]:
        """Begin a unit of work; other threads wait for its end."""
        with self._lock:
            work = _Work(self)
            yield work
            self._entries.update(work.added)
            self._refused.extend(work.refusals)
            self._turns.update(work.turns)
            self._texts.update(work.texts)
            self._noted.update(work.noted)
            for event in work.noted.values():
                past = self._pasts.setdefault(event.company, [])
                past.insert(bisect_right(past, event.at, key=_at), event)

    def entries(self, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries whose lead id begins so, in order. Costs the number of entries."""
        return tuple(entry for entry in self._entries.values() if entry.lead_id.startswith(prefix))

    def refused(self) -> tuple[Refused, ...]:
        """Return the leads that were refused, in order."""
        return tuple(self._refused)

    def text(self, digest: str) -> str | None:
        """Return a kept text."""
        return self._texts.get(digest)

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def _find(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def _first(self, kind: str, key: str) -> Noted | None:
        return self._noted.get((kind, key))

    def _between(self, company: str, since: str, until: str) -> list[Noted]:
        past = self._pasts.get(company, [])
        return past[bisect_left(past, since, key=_at) : bisect_right(past, until, key=_at)]

    def _last(self, destination: str) -> str | None:
        return self._turns.get(destination)


@define(eq=False)
class _Work:
    """The writes of one transaction, until its block ends."""

    ledger: MemoryLedger
    added: dict[str, Entry] = field(factory=dict)
    refusals: list[Refused] = field(factory=list)
    turns: dict[str, str] = field(factory=dict)
    texts: dict[str, str] = field(factory=dict)
    noted: dict[tuple[str, str], Noted] = field(factory=dict)

    def find(self, key: str) -> Entry | None:
        return self.added.get(key) or self.ledger._find(key)  # noqa: SLF001  # one module, one concept

    def add(self, entry: Entry) -> None:
        if self.find(entry.key) is not None:
            raise ValueError(f"key `{entry.key}` is taken")
        self.added[entry.key] = entry

    def refuse(self, refused: Refused) -> None:
        self.refusals.append(refused)

    def last(self, destination: str) -> str | None:
        return self.turns.get(destination) or self.ledger._last(destination)  # noqa: SLF001  # as above

    def advance(self, destination: str, person: str) -> None:
        self.turns[destination] = person

    def note(self, event: Noted) -> Noted:
        first = self.ledger._first(event.kind, event.key)  # noqa: SLF001  # as above
        return first or self.noted.setdefault((event.kind, event.key), event)

    def past(self, company: str, since: str, until: str, most: int) -> tuple[Noted, ...]:
        found = self.ledger._between(company, since, until)  # noqa: SLF001  # as above
        found += [each for each in self.noted.values() if each.company == company and since <= each.at <= until]
        return tuple(self._filled(each) for each in sorted(found, key=_at)[-most:])

    def _filled(self, event: Noted) -> Noted:
        entry = self.find(event.key) if event.payload is None else None
        return event if entry is None else evolve(event, payload=entry.payload)

    def keep(self, digest: str, text: str) -> None:
        self.texts[digest] = text


def _at(event: Noted) -> str:
    return event.at
