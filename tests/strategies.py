"""Generated types, values, vocabularies, facts and conditions: what the laws are tried on."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.facts import LARGEST
from leadrouter.hours import Calendar, Hours, Window
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Condition, Scope, check_condition
from leadrouter.rulepack.syntax import FUNCTIONS
from leadrouter.spelling import write_duration
from leadrouter.zone import zone

WORKING_DAYS = frozenset(v.WEEKDAYS[:5])
OFFICE = Hours("office", (Window(WORKING_DAYS, time(9), time(18)),))
NIGHT = Hours("night", (Window(frozenset(v.WEEKDAYS), time(22), time(6)),))
CALENDAR = Calendar(zone("Europe/Moscow"), {"office": OFFICE, "night": NIGHT})

FIELDS = ("amount", "product", "region", "existing", "сумма", "регион", "received_on", "x1")
CURRENCIES = ("RUB", "USD")
COMPARATORS = ("==", "!=", "<", "<=", ">", ">=")
PATTERNS = ("^a", "b+$", "[а-я]{2}", "(?i)пресс", "\\d")

# values

VALUES_OF_ENUMS = ("call", "web_form", "звонок", "x")
plain_texts = st.text(max_size=12).map(lambda text: unicodedata.normalize("NFC", text.replace("\0", "")))
words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
exact_numbers = st.one_of(
    st.integers(-20, 20).map(Decimal),
    st.decimals(-LARGEST + 1, LARGEST - 1, places=9, allow_nan=False),
    st.decimals(-100, 100, places=2, allow_nan=False),
)
days = st.one_of(
    st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    st.sampled_from([date(1900, 1, 1), date(2999, 12, 31), date(2026, 3, 2), date(2026, 3, 29)]),
)
instants = st.one_of(
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31, 23, 59, 59)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
    st.sampled_from([datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, 23, 59, 59, 999_999, UTC)]),
)
durations = st.one_of(
    st.integers(0, 366_000 * 86_400 - 1).map(lambda seconds: timedelta(seconds=seconds)),
    st.sampled_from([timedelta(), timedelta(days=1), timedelta(hours=2)]),
)
some_of_enum = st.lists(st.sampled_from(VALUES_OF_ENUMS), min_size=1, unique=True).map(tuple)


@st.composite
def bounds(draw: st.DrawFn, numbers: st.SearchStrategy[Any]) -> tuple[Any, Any]:
    """Two bounds in order, each of which may be open."""
    least, most = sorted([draw(numbers), draw(numbers)])
    return draw(st.sampled_from([(None, None), (least, None), (None, most), (least, most)]))


whole_numbers = st.one_of(st.integers(-20, 20), st.integers(int(-LARGEST) + 1, int(LARGEST) - 1))
types: st.SearchStrategy[v.Type] = st.one_of(
    st.sampled_from([v.Bool(), v.Text(), v.Date(), v.Instant()]),
    bounds(durations).map(lambda pair: v.Duration(*pair)),
    bounds(whole_numbers).map(lambda pair: v.Int(*pair)),
    bounds(exact_numbers).map(lambda pair: v.Number(*pair)),
    st.builds(lambda code, pair: v.Money(code, *pair), st.sampled_from(CURRENCIES), bounds(exact_numbers)),
    some_of_enum.map(v.Enum),
    some_of_enum.map(v.EnumSet),
)


@cache
def values(type_: v.Type) -> st.SearchStrategy[Any]:
    """Typed values of a type, within its bounds."""
    match type_:
        case v.Bool():
            return st.booleans()
        case v.Text():
            return plain_texts
        case v.Date():
            return days
        case v.Instant():
            return instants
        case v.Duration():
            return _within(type_, durations)
        case v.Int():
            return _within(type_, whole_numbers)
        case v.Number() | v.Money():
            return _within(type_, exact_numbers)
        case v.Enum(members):
            return st.sampled_from(members)
        case v.EnumSet(members):
            return st.frozensets(st.sampled_from(members))


def _within(type_: v.Int | v.Number | v.Money | v.Duration, numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    least, most = type_.least, type_.most
    edges = [edge for edge in (least, most) if edge is not None]

    def clamp(value: Any) -> Any:
        raised = value if least is None else max(least, value)
        return raised if most is None else min(most, raised)

    inside = numbers.map(clamp)
    return st.one_of(st.sampled_from(edges), inside) if edges else inside


# vocabularies and facts

TYPES: dict[str, v.Type] = {
    "existing": v.Bool(),
    "message": v.Text(),
    "due": v.Date(),
    "received": v.Instant(),
    "wait": v.Duration(timedelta(), timedelta(days=30)),
    "employees": v.Int(0),
    "rate": v.Number(),
    "сумма": v.Money("RUB"),
    "paid": v.Money("RUB"),
    "budget": v.Money("USD", Decimal(0), Decimal(1_000_000)),
    "source": v.Enum(VALUES_OF_ENUMS),
    "регион": v.Enum(("MSK", "SPB"), {"москва": "MSK"}),
    "tags": v.EnumSet(("urgent", "vip")),
}
VOCABULARY = v.Vocabulary.of(*(v.Field(name=name, type=type_) for name, type_ in TYPES.items()))
"""A vocabulary with every type; two of its fields are in one currency."""


@st.composite
def vocabularies(draw: st.DrawFn) -> v.Vocabulary:
    """Vocabularies of a few fields of any types."""
    names = draw(st.lists(st.sampled_from(FIELDS), min_size=2, max_size=6, unique=True))
    return v.Vocabulary.of(*(v.Field(name=name, type=draw(types)) for name in names))


@cache
def facts(vocabulary: v.Vocabulary) -> st.SearchStrategy[dict[str, Any]]:
    """Typed facts of a vocabulary, any of them missing."""
    return st.fixed_dictionaries({}, optional={each.name: values(each.type) for each in vocabulary})


# conditions as a pack writes them, well typed


def scope_of(vocabulary: v.Vocabulary) -> Scope:
    """The scope in which a condition may name all fields of a vocabulary."""
    types_by_name = {each.name: each.type for each in vocabulary}
    return Scope(types_by_name, frozenset(types_by_name), frozenset(CALENDAR.hours))


def written(type_: v.Type, value: Any) -> e.Literal:
    """Write a typed value as the constant that a condition has beside its field."""
    match type_:
        case v.Date() | v.Instant():
            return e.Literal(value.isoformat())
        case v.Duration():
            return e.Literal(write_duration(value))
    return e.Literal(value)


def constants(type_: v.Type) -> st.SearchStrategy[e.Literal]:
    """Constants as they are written beside a field of a type."""
    return values(type_).map(lambda value: written(type_, value))


def _counted(name: e.Name) -> st.SearchStrategy[e.Expression]:
    """What can be counted with, of the kind of one field."""
    factors = st.integers(0, 5).map(e.Literal)

    def counted(inner: st.SearchStrategy[e.Expression]) -> st.SearchStrategy[e.Expression]:
        return st.one_of(
            inner.map(e.Negative),
            st.builds(e.Arithmetic, st.sampled_from("*/"), inner, factors),
            st.builds(e.Arithmetic, st.sampled_from("+-"), inner, inner),
            st.builds(e.Arithmetic, st.sampled_from("+-"), inner, exact_numbers.map(e.Literal)),
        )

    return st.recursive(st.just(name), counted, max_leaves=3)


def _compare(first: Any, *rest: Any) -> e.Compare:
    return e.Compare(first, tuple(zip(rest[::2], rest[1::2], strict=True)))


def _asked(name: e.Name, type_: v.Type) -> list[st.SearchStrategy[e.Expression]]:
    """What can be asked of a field of some type, and of no other."""
    text, weekdays = words.map(e.Literal), st.sampled_from(v.WEEKDAYS).map(e.Literal)
    number, hour, date_ = st.integers(-99, 99).map(e.Literal), st.integers(1, 22).map(e.Literal), constants(v.Date())
    by_equality, by_order = st.sampled_from(COMPARATORS[:2]), st.sampled_from(COMPARATORS)
    weekday = st.builds(_compare, st.just(e.Call("weekday", (name,))), by_equality, weekdays)
    between = st.builds(lambda day: e.Call("days_between", (day, name)), date_)
    match type_:
        case v.Bool():
            return [st.just(name)]
        case v.Text():
            functions = st.sampled_from(["contains", "starts_with", "ends_with"])
            matches = st.sampled_from(PATTERNS).map(lambda pattern: e.Call("matches", (name, e.Literal(pattern))))
            return [st.builds(lambda function, part: e.Call(function, (name, part)), functions, text), matches]
        case v.Date():
            return [weekday, st.builds(_compare, between, by_order, number)]
        case v.Instant():
            hours = st.sampled_from(sorted(CALENDAR.hours)).map(e.Literal)
            return [
                weekday,
                hours.map(lambda each: e.Call("in_hours", (name, each))),
                st.builds(_compare, st.just(e.Call("hour", (name,))), by_order, hour),
                st.builds(_compare, st.just(e.Call("date", (name,))), by_order, date_),
                st.builds(_compare, between, by_order, number),
            ]
    return []


def _about(field: v.Field, vocabulary: v.Vocabulary) -> st.SearchStrategy[e.Expression]:
    """Single conditions about one field: comparisons, memberships and functions."""
    name, type_ = e.Name(field.name), field.type
    member = st.sampled_from(["in", "not in"])
    if isinstance(type_, v.EnumSet):
        return st.builds(_compare, st.sampled_from(type_.values).map(e.Literal), member, st.just(name))
    constant, tests = constants(type_), COMPARATORS[:2] if isinstance(type_, (v.Bool, v.Enum)) else COMPARATORS
    test, listing = st.sampled_from(tests), st.lists(constant, min_size=1, max_size=3).map(tuple).map(e.ListOf)
    other = st.sampled_from([e.Name(each.name) for each in vocabulary if each.type == type_])
    counted = _counted(name) if isinstance(type_, (v.Int, v.Number, v.Money)) else st.just(name)
    return st.one_of(
        st.just(e.Call("known", (name,))),
        st.builds(_compare, counted, test, constant),
        st.builds(_compare, constant, test, counted),
        st.builds(_compare, constant, test, counted, test, constant),
        st.builds(_compare, counted, test, other),
        st.builds(_compare, counted, test, constant, test, other),
        st.builds(_compare, counted, member, listing),
        *_asked(name, type_),
    )


@cache
def conditions(vocabulary: v.Vocabulary) -> st.SearchStrategy[e.Expression]:
    """Well-typed conditions over a vocabulary, as written; a few can never hold and are refused."""

    def joined(terms: st.SearchStrategy[e.Expression]) -> st.SearchStrategy[e.Expression]:
        several = st.lists(terms, min_size=2, max_size=3).map(tuple)
        return terms.map(e.Not) | several.map(e.And) | several.map(e.Or)

    single = st.one_of([_about(field, vocabulary) for field in vocabulary])
    return st.recursive(single, joined, max_leaves=4)


@cache
def checked(vocabulary: v.Vocabulary) -> st.SearchStrategy[Condition]:
    """Conditions over a vocabulary that the checker takes."""
    scope = scope_of(vocabulary)
    return conditions(vocabulary).map(lambda each: check_condition(each, scope)[0]).filter(bool)


# any tree that the parser can give, well typed or not

_literals = st.one_of(st.booleans(), whole_numbers, exact_numbers, plain_texts).map(e.Literal)
_atoms = (
    _literals
    | st.sampled_from([*FIELDS, "class"]).map(e.Name)
    | st.lists(_literals, max_size=3).map(lambda items: e.ListOf(tuple(items)))
)


def _negative(term: e.Expression) -> e.Expression:
    """The parser folds the sign into a constant."""
    is_number = isinstance(term, e.Literal) and not isinstance(term.value, (bool, str))
    return e.Literal(-term.value) if is_number and term.value >= 0 else e.Negative(term)


def _compounds(inner: st.SearchStrategy[e.Expression]) -> st.SearchStrategy[e.Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    link = st.tuples(st.sampled_from([*COMPARATORS, "in", "not in"]), inner)
    return st.one_of(
        inner.map(e.Not),
        inner.map(_negative),
        several.map(e.And),
        several.map(e.Or),
        st.builds(e.Compare, inner, st.lists(link, min_size=1, max_size=3).map(tuple)),
        st.builds(e.Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.builds(e.Call, st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=3).map(tuple)),
    )


expressions = st.recursive(_atoms, _compounds, max_leaves=12)
