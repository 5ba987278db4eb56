"""The canonical text of a pack."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter.document import Document
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.format import format_pack, quoted, scalar
from tests.pack_text import faults, parse

WRITTEN = """
unknown_fields: keep      # comments are not kept
pack: "demo"
routes:
  desk: [{to: department( sales )}, {to: inbound}]
  "far away":
    - {until: 90m, offers: 3, to: on_duty(duty), strategy: first_accept, offer: 120s}
    - {needs: {territory: source, skills: {b: 2, a: 1}, level: 1, skill: source}, priority: 2, to: deputy}
    - {to: hold, needs: {}}
hours: {office: [{from: 09:00, to: 18:00, days: [tue, mon]}], never: []}
vocabulary:
  source: {enum: [call, web form, "no", "12"], synonyms: {Сайт: web form, phone: call}, required: true}
  город: text
  note: {text: {max: 10}}
  sites: {int: {max: 500, min: 1}}
  tolerance: {type: {decimal: {min: 0, max: 0.50}}, default: 0.1, unit: mm, about: "how fine: in mm"}
  amount: {money: RUB}
  budget: {money: {min: 0, currency: USD}, default: 1_000}
  wait: {type: {duration: {max: 48h}}, default: 90m}
  due: {type: date, default: 02.03.2026}
  received: instant
  extras: {type: {set: [b, a]}, default: [b, a]}
  hot: {type: bool, default: false}
tag:
  - {because: they say so, tag: urgent, when: 'contains( note,"срочно" )', rule: hurry}
classify: {csv: classes.csv}
derive:
  late: {type: int, rules: [{when: (early) > 1, then: 2}]}
  early: {type: int, rules: [{when: [hot, "(sites>1)and(sites<=50000)"], then: 2}, {default: true, then: 0}]}
  never: {type: bool, rules: []}
route:
  - {rule: not-mass, when: 'class != "mass" and known(class)', to: far away}
  - {rule: rest-of-all, default: true, to: desk}
"""
CLASSES = "rule;sites;class;because\nfew;< 5;mass;it's small\nrest;;complex;\n"
CANONICAL = """\
pack: demo
language: 1
tz: UTC
unknown_fields: keep
hours:
  office:
    - {days: [mon, tue], from: "09:00", to: "18:00"}
  never: []
vocabulary:
  source: {type: {enum: [call, "web form", no, "12"], synonyms: {phone: call, сайт: "web form"}}, required: true}
  город: text
  note: {text: {max: 10}}
  sites: {int: {min: 1, max: 500}}
  tolerance: {type: {decimal: {min: "0", max: "0.5"}}, default: "0.1", unit: mm, about: "how fine: in mm"}
  amount: {money: RUB}
  budget: {type: {money: {currency: USD, min: "0 USD"}}, default: "1000 USD"}
  wait: {type: {duration: {max: 2d}}, default: "1h 30m"}
  due: {type: date, default: 2026-03-02}
  received: instant
  extras: {type: {set: [b, a]}, default: [a, b]}
  hot: {type: bool, default: false}
derive:
  early:
    type: int
    rules:
      - rule: early-1
        when:
          - 'hot'
          - 'sites > 1 and sites <= 50_000'
        then: 2
      - rule: early-2
        default: true
        then: 0
  never:
    type: bool
    rules: []
  late:
    type: int
    rules:
      - rule: late-1
        when: 'early > 1'
        then: 2
tag:
  - rule: hurry
    when: 'contains(note, "срочно")'
    tag: urgent
    because: "they say so"
classes: [mass, complex, future-large]
classify:
  - rule: few
    when: 'sites < 5'
    class: mass
    because: "it's small"
  - rule: rest
    default: true
    class: complex
route:
  - rule: not-mass
    when: 'class != "mass" and known(class)'
    to: "far away"
  - rule: rest-of-all
    default: true
    to: desk
routes:
  desk:
    - to: department(sales)
    - to: inbound
  "far away":
    - to: on_duty(duty)
      strategy: first_accept
      offer: 2m
      until: "1h 30m"
      offers: 3
    - to: deputy
      needs: {skill: source, skills: {a: 1, b: 2}, territory: source}
      priority: 2
    - to: hold
"""


def test_a_pack_has_one_text():
    """Sections stand in one order, sheets are written out, constants as they were written."""
    pack = RulePack.parse(WRITTEN, include=lambda named, _above: (named, CLASSES))
    assert pack.canonical == CANONICAL
    assert RulePack.parse(CANONICAL).canonical == CANONICAL


def test_a_small_pack_has_a_small_text():
    """What is empty is written where it is needed, and left out where it is not."""
    lines = format_pack(parse("vocabulary: {}").checked).splitlines()
    assert "vocabulary: {}" in lines
    assert not any(line.startswith(("hours", "derive", "tag", "unknown_fields")) for line in lines)


@pytest.mark.parametrize("text", ["a", "chain-supply", "future_large", "Город", "v2"])
def test_a_plain_word_stands_bare(text: str):
    """Words need no quotes."""
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text", ["", "-", "a--b", "12", "1e3", "true", "null", "a b", "it's", "#x", "- x", "a:", "1_000"]
)
def test_what_might_be_read_otherwise_is_quoted(text: str):
    """What YAML would read as something else, or not at all, stands in double quotes."""
    assert scalar(text) == f'"{text}"'


def read(written: str) -> tuple[str | None, int]:
    document = Document.read(f"key: {written}", "text.yaml")
    assert document.root is not None
    return document.word(document.entries(document.root, "the text")["key"], "the text"), len(document.faults)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\x7f\x85\u2028\ufeff\0")
@example("\U000e0001'\"\\ \t\n")
@example("a: b # c")
def test_any_string_is_read_again(text: str):
    """Whatever characters a string has, YAML reads the same ones from what is written."""
    assert read(scalar(text)) == (text, 0)
    assert read(quoted(text)) == (text, 0)


def test_a_string_of_strange_characters_survives_in_a_pack():
    """Line separators and control characters come through ids, reasons and conditions."""
    classify = (
        'classify: [{rule: "a\\x7f", when: \'note == "\\u2028\\u007f\\xa0"\', class: mass, because: "\\u2028"}, '
        "{rule: rest, default: true, class: mass}]"
    )
    pack = parse(classify)
    assert RulePack.parse(pack.canonical).checked == pack.checked
    assert pack.decide({"note": "\u2028\x7f\xa0"}).rules["classify"] == "a\x7f"


def test_a_default_of_a_lead_is_no_default_of_a_table():
    """A rule whose condition is always true is written with its condition, and still is no default."""
    assert [fault.code for fault in faults("classify: [{rule: a, when: 'False', class: mass}]")] == ["LR306"]
    assert "when: 'True'" in parse("classify: [{rule: a, when: 'True', class: mass}]").canonical


PATTERNS = """
streams:
  request: ( kind ) == "request"
  big: ["amount>=5", 'known(note)']
patterns:
  - {within: 720h, of: request, at_least: 3, pattern: often}
  - {pattern: sum, at_least: 2, of: big, within: 1w, total: {amount: 300_000.50}}
  - {pattern: people, different: contact, at_least: 2, of: request, within: 1d 12h}
  - {pattern: grows, growing: sites, times: 3, of: request}
  - {pattern: back, silence: 180d, of: request, within: 365d}
  - {pattern: again, sequence: [big, request], within: 90m, without: big}
"""


def test_streams_and_patterns_have_one_form():
    """Keys in one order, durations in whole units, windows that were left out written out."""
    pack = parse(*("streams:" + each for each in PATTERNS.split("streams:")[1:]))
    assert pack.canonical[pack.canonical.index("streams:") : pack.canonical.index("classes:")] == (
        "streams:\n"
        "  request: 'kind == \"request\"'\n"
        "  big:\n"
        "    - 'amount >= 5'\n"
        "    - 'known(note)'\n"
        "patterns:\n"
        "  - {pattern: often, at_least: 3, of: request, within: 30d}\n"
        '  - {pattern: sum, at_least: 2, of: big, total: {amount: "300000.5 RUB"}, within: 7d}\n'
        '  - {pattern: people, different: contact, at_least: 2, of: request, within: "1d 12h"}\n'
        "  - {pattern: grows, growing: sites, times: 3, of: request, within: 1095d}\n"
        "  - {pattern: back, silence: 180d, of: request, within: 365d}\n"
        "  - {pattern: again, sequence: [big, request], without: big, within: 90m}\n".replace("90m", '"1h 30m"')
    )
    again = RulePack.parse(pack.canonical)
    assert again.checked == pack.checked
    assert again.digest == pack.digest


def test_another_pattern_is_another_digest():
    """What a pattern asks is part of what a pack means."""
    often = "patterns: [{pattern: often, at_least: 3, of: a, within: 30d}]"
    packs = [parse("streams: {a: hot}", each) for each in (often, often.replace("30d", "31d"))]
    assert packs[0].digest != packs[1].digest
