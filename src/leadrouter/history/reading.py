"""A company's past as the patterns of a pack see it: typed, cut to their longest window, this event last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen

from leadrouter import vocabulary as v
from leadrouter.facts import read_value, write_value
from leadrouter.history.past import History, PastEvent
from leadrouter.readonly import read_only
from leadrouter.refusal import Refusal
from leadrouter.routing.evaluate import value_of
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.pack import CheckedPack
from leadrouter.rulepack.pattern import CONTACT, KIND, MOST_EVENTS, REQUEST, Pattern, counted, longest, watched


@frozen(kw_only=True)
class Seen:
    """An event as patterns see it: how long before this event it was, and the facts that patterns read, typed."""

    kind: str
    at: datetime
    age: timedelta
    contact: str | None = field(repr=False)
    facts: Mapping[str, Any] = field(converter=read_only, repr=False, hash=False)

    def value(self, name: str) -> Any:
        """Return the value of a field, or the contact; None where it is missing."""
        return self.contact if name == CONTACT else self.facts.get(name)


@frozen(eq=False)
class Reading:
    """The events that can count, oldest first, equal instants in the ledger's order, and the lead that arrives."""

    pack: CheckedPack
    history: History
    events: tuple[Seen, ...]
    _members: dict[str, tuple[bool | None, ...]] = field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, pack: CheckedPack, facts: Mapping[str, Any], history: History) -> Reading:
        """Read a history for a pack.

        Args:
            pack: whose patterns are asked.
            facts: the facts of the lead that arrives, as it brings them or typed.
            history: what came before it.

        Raises:
            Refusal: a fact of the lead is not of its type.
        """
        names = sorted({name for pattern in pack.patterns for name in names_of(pattern, pack)})
        words = [pack.vocabulary[name] for name in names]
        window = longest(pack.patterns)
        counting = [each for each in history.events if timedelta() <= history.at - each.at <= window]
        counting.sort(key=lambda each: each.at)
        newest = counting[-MOST_EVENTS:]
        past = [_seen(each, history.at, {word.name: _lenient(word, each.facts) for word in words}) for each in newest]
        arriving = PastEvent(kind=REQUEST, at=history.at, contact=history.contact)
        own = {word.name: _or_default(word, read_value(word.type, facts.get(word.name))) for word in words}
        return cls(pack, history, (*past, _seen(arriving, history.at, own)))

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of the pack."""
        return self.pack.patterns

    @property
    def arriving(self) -> Seen:
        """The lead that arrives."""
        return self.events[-1]

    def members(self, stream: str) -> tuple[bool | None, ...]:
        """Say of each event whether it is in a stream; None is unknown. Worked out once for each stream."""
        found = self._members.get(stream)
        if found is None:
            pack = self.pack
            condition = e.And(tuple(each.root for each in pack.streams[stream].when))
            calendar = pack.calendar
            found = tuple(value_of(condition, {**each.facts, KIND: each.kind}, calendar) for each in self.events)
            self._members[stream] = found
        return found

    def is_unsure(self, pattern: Pattern) -> bool:
        """Say whether anything that a pattern reads is unknown; where nothing is, it is true or false."""
        if any(None in self.members(stream) for stream in watched(pattern)):
            return True
        name = counted(pattern)
        return name is not None and any(each.value(name) is None for each in self.events)

    def lacking(self, pattern: Pattern) -> frozenset[str]:
        """Return what to ask where a pattern is unknown: the lead's missing facts, or the pattern itself."""
        missing = {name for name in names_of(pattern, self.pack) if self.arriving.value(name) is None}
        return frozenset(missing or {pattern.name})

    def kept(self) -> History:
        """Return what was read and no more, contacts as numbers; with the lead's facts it gives this reading again."""
        contacts = [each.contact for each in self.events if each.contact is not None]
        numbers: dict[str | None, str | None] = {None: None}
        numbers |= {contact: str(number) for number, contact in enumerate(dict.fromkeys(contacts), start=1)}
        words = self.pack.vocabulary
        events = tuple(
            PastEvent(
                kind=each.kind,
                at=each.at,
                contact=numbers[each.contact],
                facts={name: write_value(words[name].type, value) for name, value in each.facts.items()},
            )
            for each in self.events[:-1]
        )
        return History(at=self.history.at, events=events, contact=numbers[self.arriving.contact])


def names_of(pattern: Pattern, pack: CheckedPack) -> frozenset[str]:
    """Return the fields that a pattern reads of each event."""
    read = {name for stream in watched(pattern) for name in pack.streams[stream].names}
    return frozenset(name for name in (*read, counted(pattern)) if name is not None and name in pack.vocabulary)


def _seen(event: PastEvent, now: datetime, facts: Mapping[str, Any]) -> Seen:
    held = {name: value for name, value in facts.items() if value is not None}
    return Seen(kind=event.kind, at=event.at, age=now - event.at, contact=event.contact, facts=held)


def _lenient(word: v.Field, facts: Mapping[str, Any]) -> Any:
    """Return a fact of a past event; what a changed vocabulary no longer takes is missing."""
    try:
        value = read_value(word.type, facts.get(word.name))
    except Refusal:
        return None
    return _or_default(word, value)


def _or_default(word: v.Field, value: Any) -> Any:
    return word.default if value is None else value


def window(events: Sequence[Seen], within: timedelta) -> range:
    """Return the places of the events that are no older than that; one exactly so old counts."""
    return range(sum(each.age > within for each in events), len(events))
