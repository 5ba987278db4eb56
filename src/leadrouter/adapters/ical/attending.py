"""Whom an event of a calendar means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from attrs import frozen

from leadrouter.adapters.ical.event import Event
from leadrouter.errors import did_you_mean
from leadrouter.roster.person import Person

PeopleBy: TypeAlias = Literal["email", "name"]

_ITEM = re.compile(r'\s*"(?P<quoted>(?:[^"]|"")+)"\s*(?:[,;]|\Z)|(?P<plain>[^,;]*?)(?P<end>: |[,;]|\Z)')
_SEPARATES = re.compile(r'^"|[,;]|: ')
_THINGS = frozenset({"RESOURCE", "ROOM"})


@frozen
class Attending:
    """People by what calendars know them by: an id as it is, else by words of which case, spaces and ё do not count."""

    by: PeopleBy
    ids: Mapping[str, str]
    exact: Collection[str] = ()

    @classmethod
    def of(cls, people: Mapping[str, Person], by: PeopleBy) -> Attending:
        """Return how to find people by their e-mail address, or by their name or id.

        A name that two people share finds neither; their ids do.
        """
        if by == "email":
            return cls(by, {folded(each.email): each.id for each in people.values() if each.email})
        named = [(folded(each.name or ""), each.id) for each in people.values()]
        shared = Counter(name for name, _ in named)
        unshared = {name: each for name, each in named if name and shared[name] == 1}
        return cls(by, {**unshared, **{folded(each): each for each in people}}, people.keys())

    def find(self, word: str) -> str | None:
        """Return the id of whoever a word means."""
        return word if word in self.exact else self.ids.get(folded(word))

    def people(self, event: Event) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the ids of those whom an event means, in its order, and the words that mean nobody."""
        words = list(_addresses(event)) if self.by == "email" else self.names(event.title)
        found = [id_ for word in words if (id_ := self.find(word)) is not None]
        return tuple(dict.fromkeys(found)), tuple(word for word in words if self.find(word) is None)

    def names(self, title: str) -> list[str]:
        """Return the names in a title: all of it, or what commas separate behind the last colon.

        In double quotes commas and colons are part of the name, and two quotes are one.
        """
        if self.find(title) is not None:
            return [title]
        words, position = list[str](), 0
        while position < len(title):
            found = _ITEM.match(title, position)
            assert found is not None, "INVARIANT: anything but a separator is part of a name"
            position = found.end()
            if found["quoted"] is not None:
                words.append(found["quoted"].replace('""', '"'))
            elif found["end"] == ": ":
                words = []
            else:
                words.append(found["plain"].strip())
        return [word for word in words if word]

    def fix(self, word: str) -> str:
        """Say what to do about a word that means nobody."""
        return did_you_mean(word, self.ids)


def is_plain(name: str) -> bool:
    """Say whether a name can stand in a title without quotes: nothing in it separates names."""
    return bool(name) and name == name.strip() and not _SEPARATES.search(name)


def quoted(name: str) -> str:
    """Return a name as it stands among others in a title.

    >>> quoted("Anna Orlova"), quoted("Orlova, Anna")
    ('Anna Orlova', '"Orlova, Anna"')
    """
    return name if is_plain(name) else '"' + name.replace('"', '""') + '"'


def folded(text: str) -> str:
    """Return a name or an address as it is compared.

    >>> folded(" Пётр  Смирнов") == folded("ПЕТР СМИРНОВ")
    True
    """
    return " ".join(text.casefold().replace("ё", "е").split())


def _addresses(event: Event) -> Iterator[str]:
    """Yield the addresses of people who take part and have not declined; a room is nobody."""
    attendees: Any = event.component.get("ATTENDEE", [])
    for attendee in attendees if isinstance(attendees, list) else [attendees]:
        declined = attendee.params.get("PARTSTAT", "").upper() == "DECLINED"
        if not declined and attendee.params.get("CUTYPE", "").upper() not in _THINGS:
            yield re.sub("^mailto:", "", str(attendee), flags=re.IGNORECASE)
