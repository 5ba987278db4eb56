"""The words that rules are written in: fields with their types, units and domains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import field, frozen

from leadrouter.readonly import read_only

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

LONGEST_TEXT = 100_000
"""Characters that a text may have where its field says nothing else."""


@frozen
class Bool:
    """True or false."""

    def __str__(self) -> str:
        return "bool"


@frozen
class Text:
    """Free text in NFC, at most `longest` characters. Counts as personal data."""

    longest: int = LONGEST_TEXT

    def __str__(self) -> str:
        return "text"


@frozen
class Date:
    """A civil date."""

    def __str__(self) -> str:
        return "date"


@frozen
class Instant:
    """A moment, held as an aware `datetime` in UTC."""

    def __str__(self) -> str:
        return "instant"


@frozen
class Duration:
    """An elapsed time, held as a `timedelta`; the bounds are inclusive."""

    least: timedelta | None = None
    most: timedelta | None = None

    def __str__(self) -> str:
        return "duration"


@frozen
class Int:
    """A whole number; the bounds are inclusive."""

    least: int | None = None
    most: int | None = None

    def __str__(self) -> str:
        return "int"


@frozen
class Number:
    """An exact decimal number; the bounds are inclusive. Written `decimal` in a pack."""

    least: Decimal | None = None
    most: Decimal | None = None

    def __str__(self) -> str:
        return "decimal"


@frozen
class Money:
    """An exact amount in one currency (ISO 4217), held as a `Decimal`; the bounds are inclusive."""

    currency: str
    least: Decimal | None = None
    most: Decimal | None = None

    def __str__(self) -> str:
        return f"money in {self.currency}"


@frozen
class Enum:
    """One of some values; `synonyms` maps other spellings, casefolded, to values."""

    values: tuple[str, ...]
    synonyms: Mapping[str, str] = field(factory=dict, converter=read_only, hash=False)

    def __str__(self) -> str:
        return "one of " + ", ".join(self.values)


@frozen
class EnumSet:
    """Any number of some values, held as a `frozenset`. Written `set` in a pack."""

    values: tuple[str, ...]
    synonyms: Mapping[str, str] = field(factory=dict, converter=read_only, hash=False)

    def __str__(self) -> str:
        return "a set of " + ", ".join(self.values)


Type: TypeAlias = Bool | Text | Date | Instant | Duration | Int | Number | Money | Enum | EnumSet
Ordered: TypeAlias = Date | Instant | Duration | Int | Number | Money


NEIGHBOUR: dict[type, Any] = {
    Int: 1,
    Number: Decimal("0.01"),
    Money: Decimal("0.01"),
    Date: timedelta(days=1),
    Instant: timedelta(seconds=1),
    Duration: timedelta(seconds=1),
}
"""How far a value is from its neighbours, as rules tell them apart, for each type that has an order."""


@frozen(kw_only=True)
class Field:
    """A name with a type. `default` is a value of the type, already read; `about` is for people."""

    name: str
    type: Type
    required: bool = False
    default: object = None
    unit: str | None = None
    about: str | None = None


@frozen
class Vocabulary:
    """All fields that a pack may use, by name, in the order in which they were written.

    >>> words = Vocabulary.of(Field(name="recurring", type=Bool()))
    >>> str(words["recurring"].type), "amount" in words
    ('bool', False)
    """

    fields: Mapping[str, Field] = field(converter=read_only, hash=False)

    @classmethod
    def of(cls, *fields: Field) -> Vocabulary:
        """Make a vocabulary from fields."""
        return cls({each.name: each for each in fields})

    def __getitem__(self, name: str) -> Field:
        return self.fields[name]

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())

    def __len__(self) -> int:
        return len(self.fields)


def plain(type_: Type) -> str:
    """Name a type without its domain, as packs write it.

    >>> plain(Enum(("a", "b"))), plain(Money("RUB"))
    ('enum', 'money')
    """
    names: dict[type, str] = {
        Bool: "bool",
        Text: "text",
        Date: "date",
        Instant: "instant",
        Duration: "duration",
        Int: "int",
        Number: "decimal",
        Money: "money",
        Enum: "enum",
        EnumSet: "set",
    }
    return names[type(type_)]
