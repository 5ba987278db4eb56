"""Reading facts; what may arrive for each type stands in `tests/conformance/values`."""

from __future__ import annotations

import sys
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum

import pytest

from leadrouter import vocabulary as v
from leadrouter.errors import FactsError
from leadrouter.facts import clean_text, is_heaped, read_facts, read_value, write_value
from leadrouter.refusal import Refusal, show

WORDS = v.Vocabulary.of(
    v.Field(name="source", type=v.Enum(("call", "web")), required=True),
    v.Field(name="amount", type=v.Money("RUB")),
    v.Field(name="pieces", type=v.Int(1), default=1),
)


def faults(facts: object, *, keep_unknown: bool = False) -> list[tuple[str, str]]:
    """Return the codes and places of the faults of facts."""
    with pytest.raises(FactsError) as refused:
        read_facts(WORDS, facts, keep_unknown=keep_unknown)
    assert refused.value.raw is facts
    return [(fault.code, str(fault.where)) for fault in refused.value.faults]


def test_facts_are_typed_and_defaults_put_in():
    """What is missing or null has its default, or stays missing."""
    assert read_facts(WORDS, {"source": "call", "amount": None}) == {"source": "call", "pieces": 1}
    assert read_facts(WORDS, {"source": "web", "amount": "5 ₽", "pieces": 2}) == {
        "source": "web",
        "amount": Decimal(5),
        "pieces": 2,
    }


def test_every_fault_of_the_facts_is_told_at_once():
    """Unknown fields, wrong values and required facts that are missing, each with its place."""
    assert faults({"amount": "5 USD", "pieces": 0, "colour": "red"}) == [
        ("LR407", "facts.amount"),
        ("LR404", "facts.pieces"),
        ("LR401", "facts.colour"),
        ("LR403", "facts.source"),
    ]
    assert faults({"source": "fax"}) == [("LR409", "facts.source")]
    assert faults({"source": None}) == [("LR403", "facts.source")]
    assert faults([("source", "call")]) == [("LR402", "facts")]


def test_unknown_fields_are_kept_where_the_pack_says_so():
    """Then they are no fault, and no fact."""
    assert read_facts(WORDS, {"source": "call", "colour": "red"}, keep_unknown=True) == {"source": "call", "pieces": 1}


def test_a_field_that_nobody_could_know_does_no_harm():
    """A name of ten megabytes, of another type, or with an escape sequence in it."""
    assert faults({"source": "call", "a" * 10_000_000: 1})[0][1] == f"facts.{'a' * 60}…"
    assert faults({"source": "call", 5: 1}) == [("LR401", "facts.5")]
    assert faults({"source": "call", "\x1b[31m": 1}) == [("LR401", "facts.\ufffd[31m")]


class Level(IntEnum):
    """A number of the host's own."""

    HIGH = 3


class Reading(float):
    """A float whose `repr` is not a float's, as numpy's is not."""

    def __repr__(self) -> str:
        return f"Reading({float(self)})"


@pytest.mark.parametrize(
    ("type_", "raw", "value"),
    [
        (v.Int(), Level.HIGH, 3),
        (v.Number(), Reading(0.1), Decimal("0.1")),
        (v.Number(), Decimal("1E+3"), Decimal(1000)),
        (v.Number(), Decimal("0E-99999"), Decimal(0)),
        (v.Money("RUB"), Decimal("5.5"), Decimal("5.5")),
        (v.Date(), date(2026, 3, 2), date(2026, 3, 2)),
        (v.Duration(), timedelta(hours=1), timedelta(hours=1)),
        (v.EnumSet(("a", "b")), {"b", "a"}, frozenset({"a", "b"})),
        (v.EnumSet(("a", "b")), ("b",), frozenset({"b"})),
    ],
)
def test_python_values_are_read_too(type_, raw, value):
    """And a value of a host's own class becomes a plain one."""
    found = read_value(type_, raw)
    assert (found, type(found)) == (value, type(value))
    assert len(str(found)) < 30


@pytest.mark.parametrize(
    ("type_", "raw", "code"),
    [
        (v.Number(), float("nan"), "LR404"),
        (v.Number(), Decimal("sNaN"), "LR404"),
        (v.Money("RUB"), float("-inf"), "LR404"),
        (v.Int(), 10**5000, "LR404"),
        (v.Number(), Decimal("1E+999999"), "LR404"),
        (v.Number(), Decimal("1." + "0" * 40 + "1"), "LR404"),
        (v.Date(), datetime(2026, 3, 2, tzinfo=UTC), "LR402"),
        (v.Instant(), date(2026, 3, 2), "LR402"),
        (v.Duration(), timedelta(microseconds=1), "LR402"),
        (v.Duration(), timedelta(seconds=-1), "LR402"),
        (v.Duration(timedelta(hours=1)), timedelta(minutes=1), "LR404"),
        (v.Text(), "\ud800", "LR406"),
        (v.Bool(), object(), "LR402"),
    ],
    ids=show,
)
def test_values_that_have_no_meaning_are_refused(type_, raw, code: str):
    """Also such as only Python can hold."""
    with pytest.raises(Refusal) as refused:
        read_value(type_, raw)
    assert refused.value.code == code
    assert refused.value.fix


def test_what_is_kept_of_a_text_is_measured():
    """A letter with its marks is one character, and no letter has more of them than the slack allows."""
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) > 1 and unicodedata.normalize("NFC", parts) == chr(code):
            assert clean_text(parts, 1) == chr(code)
    with pytest.raises(Refusal, match="a text of 2 characters, 1 are allowed"):
        clean_text("и\u0306и\u0306", 1)


@pytest.mark.parametrize("marks", ["\u0315\u0316", "\u0f75\u0f73"], ids=["of Latin", "that are two in one"])
def test_marks_that_are_heaped_up_are_not_put_in_order(marks: str):
    """That would take NFC the square of their number; a letter with as many as any language needs is taken."""
    with pytest.raises(Refusal, match="a text with more than 30 marks on one letter") as refused:
        clean_text("a" + marks * 45_000, v.LONGEST_TEXT)
    assert (refused.value.code, refused.value.fix) == ("LR406", "leave the marks out")
    assert clean_text(("a" + marks * 15) * 2, v.LONGEST_TEXT)
    assert len(clean_text("e\u0301" * 50_000, 50_000)) == 50_000


@pytest.mark.parametrize("type_", [v.Enum(("a",)), v.EnumSet(("a",))])
def test_marks_heaped_on_a_word_make_no_word_of_it(type_: v.Type):
    """Of a form's field that is chosen from a list too."""
    with pytest.raises(Refusal, match="is not") as refused:
        read_value(type_, "a" + "\u0315\u0316" * 500_000)
    assert refused.value.code == "LR409"


def test_no_mark_is_left_out_of_the_count():
    """Everything that NFC would put in order counts as a mark, in every version of Unicode that Python has."""
    for code in range(sys.maxunicode + 1):
        if unicodedata.combining(unicodedata.normalize("NFD", chr(code))[0]):
            assert is_heaped(f"a{chr(code) * 31}")


def test_a_set_is_refused_for_the_same_reason_each_time():
    """The order of a set is nobody's; the first unknown value in order is named."""
    with pytest.raises(Refusal, match="`b` is not"):
        read_value(v.EnumSet(("a",)), {"e", "d", "c", "b"})


@pytest.mark.parametrize(
    ("type_", "raw", "fix"),
    [
        (v.Duration(least=timedelta(minutes=90), most=timedelta(days=30)), "1m", "at least 1h 30m"),
        (v.Duration(least=timedelta(minutes=90), most=timedelta(days=30)), "31d", "at most 30d"),
        (v.Money("RUB", least=Decimal("1E+3")), "5", "at least 1000 RUB"),
        (v.Number(most=Decimal("4.50")), "5", "at most 4.5"),
        (v.Int(least=1), "0", "at least 1"),
    ],
)
def test_a_bound_is_told_as_a_value_that_can_be_given(type_: v.Type, raw: str, fix: str):
    """Whoever follows the fix to the letter has a value that is taken."""
    with pytest.raises(Refusal) as refused:
        read_value(type_, raw)
    assert refused.value.fix == fix
    read_value(type_, fix.split(" ", 2)[2])


def test_values_are_written_as_json_holds_them():
    """A set in order, a text as it is."""
    assert write_value(v.EnumSet(("a", "b")), frozenset("ba")) == ["a", "b"]
    assert write_value(v.Text(), "a") == "a"
