"""The vocabulary section: from its YAML to fields."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from leadrouter import vocabulary as v
from leadrouter.document import Document
from leadrouter.errors import Fault
from leadrouter.rulepack.fields import FieldReader, read_vocabulary


def read(text: str) -> tuple[list[v.Field | None], list[Fault]]:
    document = Document.read(text, "vocabulary.yaml")
    assert document.root is not None
    fields = [each for _, each in read_vocabulary(document, document.root)]
    return fields, document.faults


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("bool", v.Bool()),
        ("text", v.Text()),
        ("{text: {max: 9}}", v.Text(9)),
        ("{text: {}}", v.Text()),
        ("date", v.Date()),
        ("instant", v.Instant()),
        ("int", v.Int()),
        ("{int: {min: 1}}", v.Int(1)),
        ("{int: {min: -1_000, max: 1000}}", v.Int(-1000, 1000)),
        ("decimal", v.Number()),
        ("{decimal: {max: 0.1}}", v.Number(None, Decimal("0.1"))),
        ("{money: RUB}", v.Money("RUB")),
        ("{money: {currency: RUB, min: 0, max: 1_000 RUB}}", v.Money("RUB", Decimal(0), Decimal(1000))),
        ("duration", v.Duration()),
        ("{duration: {min: 1h, max: 2d}}", v.Duration(timedelta(hours=1), timedelta(days=2))),
        ("{enum: [no, 12:30, 5]}", v.Enum(("no", "12:30", "5"))),
        ("{enum: [a, b], synonyms: {А: a, ' Бэ ': b}}", v.Enum(("a", "b"), {"а": "a", "бэ": "b"})),
        ("{set: [a, b], synonyms: {x: a}}", v.EnumSet(("a", "b"), {"x": "a"})),
        ("{type: bool}", v.Bool()),
        ("{type: {int: {min: 1}}}", v.Int(1)),
        ("{type: {enum: [a], synonyms: {x: a}}}", v.Enum(("a",), {"x": "a"})),
        ("{type: {enum: [a]}, synonyms: {x: a}}", v.Enum(("a",), {"x": "a"})),
    ],
)
def test_a_type_is_read_as_it_is_written(written: str, type_: v.Type):
    """Bare, with a domain, or with options beside it, a type is the same type."""
    assert read(f"field: {written}") == ([v.Field(name="field", type=type_)], [])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{type: bool, required: true}", v.Field(name="f", type=v.Bool(), required=True)),
        ("{int: {}, default: 5}", v.Field(name="f", type=v.Int(), default=5)),
        ("{enum: [a], synonyms: {x: a}, default: X}", v.Field(name="f", type=v.Enum(("a",), {"x": "a"}), default="a")),
        ("{type: date, default: 02.03.2026}", v.Field(name="f", type=v.Date(), default=date(2026, 3, 2))),
        ("{type: bool, default: null}", v.Field(name="f", type=v.Bool())),
        ("{type: decimal, unit: mm, about: how fine}", v.Field(name="f", type=v.Number(), unit="mm", about="how fine")),
    ],
)
def test_options_stand_beside_the_type(written: str, expected: v.Field):
    """A default is read as a lead's fact would be, into a value of the type."""
    assert read(f"f: {written}") == ([expected], [])


@pytest.mark.parametrize("name", ["source", "x1", "город", "received_on", "match", "rule"])
def test_a_name_is_what_conditions_can_write(name: str):
    """Letters of any script, digits and `_`; what Python keeps for itself only now and then is free."""
    fields, faults = read(f"{name}: bool")
    assert [each.name for each in fields if each] == [name]
    assert faults == []


def test_a_refused_field_is_named():
    """The name of a field without a readable type is known, so that its uses need no faults of their own."""
    fields, faults = read("amount: {money: {min: 5}}\nhot: bool")
    assert fields == [None, v.Field(name="hot", type=v.Bool())]
    assert [fault.message for fault in faults] == ["field `amount` lacks `currency`"]


def test_a_derived_fact_has_a_type_without_options():
    """The reader takes options for the fields that leads bring, and for no others."""
    document = Document.read("{type: bool}", "derive.yaml")
    assert document.root is not None
    assert FieldReader(document).type("derived fact `f`", document.root) is None
    assert [fault.code for fault in document.faults] == ["LR104"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("string", "text"), ("number", "decimal"), ("Float", "decimal"), ("datetime", "instant"), ("list", "set")],
)
def test_what_a_type_is_called_elsewhere_is_told_by_its_name_here(written: str, meant: str):
    """Whoever comes from a database or a program is not sent to a type that only looks alike."""
    _, (fault,) = read(f"f: {written}")
    assert fault.code == "LR301"
    assert str(fault.fix).startswith(f"did you mean `{meant}`?")
