"""Editors see packs as the library does: what loads fits the schema, what is misspelt does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from leadrouter import PackError, RulePack
from leadrouter.document import Document
from leadrouter.rulepack.schema import pack_schema
from tests.pack_strategies import GeneratedPack, packs
from tests.small import PACK

RULES = Path(__file__).parents[3] / "rules"
SCHEMA = Draft202012Validator(pack_schema())

PLAIN = """
pack: plain
language: 1
tz: Europe/Moscow
unknown_fields: keep
hours:
  office: [{days: [mon, fri], from: "09:00", to: "18:00"}, {from: "10:00", to: "12:00"}]
vocabulary:
  source: {type: {enum: [call, 24]}, synonyms: {phone: call}, required: true, about: the channel}
  amount: {money: RUB}
  price: {money: {currency: USD, min: 0, max: 1_000.50}}
  employees: {int: {min: 1}}
  width: {decimal: {max: 5.5}, unit: mm, default: 1.5}
  wait: {duration: {min: 30m}}
  extras: {set: [a, b], synonyms: {ah: a}}
  message: {text: {max: 500}}
  note: text
  was: {type: bool, default: false}
derive:
  size:
    type: {enum: [small, large]}
    rules: [{when: employees >= 250, then: large}, {csv: sizes.csv}, {rule: s, default: true, then: small}]
  flag: {type: bool, rules: {csv: flags.csv}}
tag: [{rule: 1, when: [was, known(note)], tag: x, because: they said so}]
classes: [mass, vip]
classify: [{csv: classes.csv}, {rule: rest, default: true, class: mass}]
route: {csv: routes.csv}
routes:
  desk: [{to: department(a)}, {to: "head( b )"}, {to: inbound}, {to: person(c.d)}, {to: on_duty(duty)}, {to: hold}]
  far:
    - {to: owner, offer: 5m, until: 1h 30m, needs: {skill: source, level: 2, language: source, territory: source}}
    - {to: pool(e)}
    - {to: deputy, strategy: first_accept, offers: 3, priority: -1, needs: {skills: {a: 1}}}
    - {to: head(a)}
"""


SHEETS = {
    "sizes.csv": "rule,employees,then\nsheet-size,< 5,small\n",
    "flags.csv": "rule,was,then\nsheet-flag,true,true\n",
    "classes.csv": "rule,source,class\nsheet-class,call,vip\n",
    "routes.csv": "rule,source,to\nsheet-route,-,desk\n",
}


def data(text: str) -> Any:
    document = Document.read(text, "pack.yaml")
    assert document.root is not None
    found = document.data(document.root)
    assert not document.faults
    return found


def include(named: str, _above: str) -> tuple[str, str]:
    return named, SHEETS[named]


def problems(text: str) -> list[str]:
    return [error.message for error in SCHEMA.iter_errors(data(text))]


def test_the_schema_is_a_schema():
    """Of the draft that it names."""
    Draft202012Validator.check_schema(pack_schema())
    assert pack_schema()["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("file", sorted(RULES.glob("*/pack.yaml")), ids=lambda file: file.parent.name)
def test_the_packs_that_ship_fit(file):
    """Each of them, as it stands in its file."""
    assert problems(file.read_text("utf-8")) == []


@pytest.mark.parametrize("text", [PLAIN, PACK], ids=["every key", "the small pack"])
def test_everything_that_a_pack_may_say_fits(text):
    """Every key and every form of each."""
    assert RulePack.parse(text, include=include)
    assert problems(text) == []


@given(packs())
@settings(max_examples=40)
def test_every_pack_that_loads_fits(pack: GeneratedPack):
    """Generated packs too."""
    assert problems(pack.text) == []


def test_a_pack_that_includes_others_may_have_its_parts_there():
    """What the included files hold the schema cannot see."""
    assert problems("pack: x\ninclude: [rest.yaml]") == []
    assert problems("pack: x")[0].endswith("is a required property")


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("pack: plain", "pak: plain"),
        ("pack: plain", "pack: [plain]"),
        ("language: 1", "language: 2"),
        ("unknown_fields: keep", "unknown_fields: maybe"),
        ("days: [mon, fri]", "days: [monday]"),
        ('from: "09:00"', 'from: "9:00"'),
        ('from: "09:00", to: "18:00"', 'from: "09:00"'),
        ("{type: {enum: [call, 24]}", "{enum: []"),
        ("synonyms: {phone: call}", "synonims: {phone: call}"),
        ("required: true", "required: sometimes"),
        ("required: true", "required: true, default: call"),
        ("amount: {money: RUB}", "amount: {money: roubles}"),
        ("amount: {money: RUB}", "amount: money"),
        ("amount: {money: RUB}", "amount: {money: RUB, int: {}}"),
        ("currency: USD, ", ""),
        ("{int: {min: 1}}", "{int: {least: 1}}"),
        ("{text: {max: 500}}", "{text: {max: 0}}"),
        ("note: text", "note: txt"),
        ("type: {enum: [small, large]}", "type: {enum: [small], required: true}"),
        ("then: large", "then: large, otherwise: small"),
        ("{when: employees >= 250, then: large}", "{when: employees >= 250}"),
        ("{when: employees >= 250, then: large}", "{then: large}"),
        ("rule: s, default: true", "rule: s, default: true, when: was"),
        ("rule: s, default: true", "rule: s, default: false"),
        ("rule: 1, when", "when"),
        ("when: [was, known(note)]", "when: []"),
        ("when: [was, known(note)]", "when: {was: true}"),
        ("tag: x", "tag: [x]"),
        ("class: mass", "klass: mass"),
        ("classes: [mass, vip]", "classes: []"),
        ("route: {csv: routes.csv}", "route: {csv: routes.csv, more: x}"),
        ("to: department(a)", "to: departement(a)"),
        ("to: inbound", "at: inbound"),
        ("desk: [", "desk: [] # ["),
        ("routes:\n", "routs:\n"),
        ("offer: 5m", "offer: 5 minutes"),
        ("until: 1h 30m", "until: 90"),
        ("offers: 3", "offers: 0"),
        ("priority: -1", "priority: high"),
        ("level: 2", "level: high"),
        ("skills: {a: 1}", "skills: [a]"),
        ("strategy: first_accept", "stratgy: first_accept"),
    ],
)
def test_what_is_misspelt_does_not_fit(written, instead):
    """Each of these the library refuses too; the editor says so while it is written."""
    assert written in PLAIN
    text = PLAIN.replace(written, instead, 1)
    assert problems(text)
    with pytest.raises(PackError):
        RulePack.parse(text, include=include)
