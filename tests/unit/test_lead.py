"""Leads as they arrive."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter.errors import FactsError
from leadrouter.facts import read_value
from leadrouter.lead import Contact, Lead, raw_form
from leadrouter.vocabulary import Money, Number, Type
from tests.strategies import types, values

RECORD = {
    "id": "evt-1",
    "source": "web_form",
    "company": "Завод",
    "contact": {"name": "Анна", "phone": "+7 900 000-00-00"},
    "email": "a@example.com",
    "received": "2026-03-02T10:00:00+03:00",
    "facts": {"product": "press"},
    "amount": "4_200_000 RUB",
}


def codes(record: object) -> list[tuple[str, str]]:
    """Return the codes and places of the faults of a record."""
    with pytest.raises(FactsError) as refused:
        Lead.from_mapping(record)
    assert refused.value.raw is record
    return [(fault.code, str(fault.where)) for fault in refused.value.faults]


def test_a_record_is_read_as_a_lead():
    """The lead's own words; facts inside `facts` and beside them; the contact's, too."""
    assert Lead.from_mapping(RECORD) == Lead(
        id="evt-1",
        source="web_form",
        company="Завод",
        contact=Contact(name="Анна", phone="+7 900 000-00-00", email="a@example.com"),
        received=datetime(2026, 3, 2, 7, tzinfo=UTC),
        facts={"product": "press", "amount": "4_200_000 RUB"},
    )


def test_an_empty_record_is_a_lead():
    """Nothing is required of a lead but what its pack requires; an empty text is none, a number may be an id."""
    assert Lead.from_mapping({}) == Lead()
    assert Lead.from_mapping({"company": "", "contact": None, "facts": None}) == Lead()
    assert Lead.from_mapping({"id": 17}).id == "17"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ([1], [("LR410", "lead")]),
        ({"facts": [1], "contact": "Анна"}, [("LR410", "lead.facts"), ("LR410", "lead.contact")]),
        ({"facts": {"a": 1}, "a": 2}, [("LR410", "lead.a")]),
        ({None: ["extra"]}, [("LR410", "lead.facts")]),
        ({"facts": {5: 1}}, [("LR410", "lead.facts")]),
        ({"contact": {"fax": "1"}}, [("LR410", "lead.contact.fax")]),
        ({"contact": {"phone": "+7 900"}, "phone": "+7 901"}, [("LR410", "lead.phone")]),
        ({"phone": 7, "id": True, "source": ["a"]}, [("LR410", f"lead.{key}") for key in ("phone", "id", "source")]),
        ({"id": 10**5000}, [("LR410", "lead.id")]),
        ({"company": "a\0"}, [("LR406", "lead.company")]),
        ({"company": "a" * 1_001}, [("LR406", "lead.company")]),
        ({"received": "2026-03-02T10:00"}, [("LR408", "lead.received")]),
    ],
)
def test_a_record_that_is_no_lead_is_refused(record: object, expected: list[tuple[str, str]]):
    """With every fault and its place, and the record as it came."""
    assert codes(record) == expected


def test_a_contact_may_stand_in_either_place():
    """An empty text in one hides nothing in the other, and the same in both is given once."""
    contact = {"name": "Anna", "phone": "", "email": "a@example.com"}
    lead = Lead.from_mapping({"contact": contact, "phone": "+7 900", "email": "a@example.com"})
    assert lead.contact == Contact(name="Anna", phone="+7 900", email="a@example.com")


def test_personal_data_is_in_no_message():
    """A name or a phone of a wrong type, or one of two, is not repeated."""
    with pytest.raises(FactsError) as refused:
        Lead.from_mapping({"contact": ["+7 900"], "phone": ["+7 900"], "company": b"Zavod"})
    assert "900" not in str(refused.value)
    assert "Zavod" not in str(refused.value)
    with pytest.raises(FactsError) as refused:
        Lead.from_mapping({"contact": {"phone": "+7 900"}, "phone": "+7 901"})
    assert "+7" not in str(refused.value)
    assert "+7" not in repr(Lead.from_mapping(RECORD))


def test_a_lead_with_an_id_is_the_same_event_whatever_it_holds():
    """Source and id make the key; without an id the payload does."""
    one, other = Lead(source="call", id="1", facts={"a": 1}), Lead(source="call", id="1", facts={"a": 2})
    assert one.key == other.key == "call:1"
    assert one.digest != other.digest
    assert Lead(facts={"a": 1}).key == Lead(facts={"a": 1}).key == f"payload:{Lead(facts={'a': 1}).digest}"


def test_the_payload_does_not_depend_on_the_order_of_facts():
    """Canonical JSON: the same lead gives the same text."""
    assert Lead(facts={"a": 1, "b": 2}).payload == Lead(facts={"b": 2, "a": 1}).payload


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("1.50"), "1.5"),
        (1.5, "1.5"),
        (1.234, "1.2340"),
        (Decimal("1E+5"), "100000"),
        (1e-7, "0.0000001"),
        (Decimal("0E-99999"), "0"),
        (Decimal("1E+99999"), "1E+99999"),
        (float("nan"), "NaN"),
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02T00:00:00+00:00"),
        (date(2026, 3, 2), "2026-03-02"),
        (timedelta(hours=36), "1d 12h"),
        (frozenset({"b", "a"}), ["a", "b"]),
        (MappingProxyType({"a": 1}), {"a": 1}),
        ("\ud800", "\ud800"),
        (b"a", "b'a'"),
    ],
)
def test_what_json_does_not_hold_is_kept_as_the_vocabulary_reads_it(value: object, kept: object):
    """Numbers, times and sets of Python are written as a form would write them."""
    assert json.loads(Lead(facts={"a": value}).payload)["facts"] == {"a": kept}


def test_a_lead_is_read_back_from_its_payload():
    """With everything that it brought."""
    lead = Lead.from_mapping(RECORD)
    assert Lead.from_payload(lead.payload) == lead
    assert Lead.from_payload(Lead(facts={"a": 0.1}).payload).facts == {"a": "0.1"}


@given(types.flatmap(lambda type_: st.tuples(st.just(type_), values(type_))))
@example((Number(), Decimal("1.234")))
@example((Money("RUB"), Decimal("1E+3")))
@example((Number(), Decimal("1E-7")))
def test_a_fact_of_python_is_the_same_after_it_was_kept(pair: tuple[Type, Any]):
    """What decided a lead decides it again when it is read back from its payload."""
    type_, value = pair
    kept = Lead.from_payload(Lead(facts={"a": value}).payload).facts["a"]
    assert read_value(type_, kept) == value


def circle() -> dict[str, Any]:
    """Return facts that hold themselves."""
    facts: dict[str, Any] = {}
    facts["a"] = facts
    return facts


def deep() -> dict[str, Any]:
    """Return facts that nest deeper than JSON is written."""
    facts: dict[str, Any] = {}
    for _ in range(100_000):
        facts = {"a": facts}
    return facts


@pytest.mark.parametrize("facts", [circle, deep, lambda: {"a": {(1, 2): 3}}], ids=["circle", "deep", "key"])
def test_facts_that_json_cannot_keep_are_refused(facts):
    """Facts that hold themselves, nest too deep, or have keys that are no text."""
    with pytest.raises(FactsError, match="LR411"):
        _ = Lead(facts=facts()).payload


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        (lambda: MappingProxyType({"source": [1]}), '{"source": [1]}'),
        (lambda: {"at": date(2026, 3, 2)}, '{"at": "datetime.date(2026, 3, 2)"}'),
        (lambda: {(1, 2): "a"}, "{(1, 2): 'a'}"),
        (circle, "{'a': {...}}"),
        (lambda: {"a": 10**5_000}, "`{'a': a huge number}`"),
        (deep, "`{'a': {'a': {'a': {'a': {'a': {'a': {...}}}}}}}`"),
    ],
    ids=["a mapping", "a date", "a key", "a circle", "digits", "depth"],
)
def test_what_is_no_lead_has_a_raw_form(record: Callable[[], object], kept: str):
    """As JSON, as Python shows it, or else its beginning."""
    assert raw_form(record()) == kept


@pytest.mark.parametrize(
    ("phone", "region", "number"),
    [
        ("+7 912 345-67-89", "RU", "+79123456789"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("+49 30 901820", "RU", "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("12345", "RU", None),
        ("перезвоните", "RU", None),
        ("", "RU", None),
        (None, "RU", None),
    ],
)
def test_a_phone_has_one_spelling(phone: str | None, region: str, number: str | None):
    """However it was dialled; what is no phone number has none."""
    assert Contact(phone=phone).e164(region) == number


def test_numbering_plans_are_loaded_only_when_a_phone_is_asked_for():
    """They are heavy, and most leads are routed without them."""
    code = "import sys; from leadrouter import Lead, Router, load_pack; print('phonenumbers' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603  # our own text
    assert told.stdout.strip() == "False"
