"""A pack with more than twenty different faults: all are told at once, and nothing is loaded."""

from __future__ import annotations

import re

import pytest

from leadrouter.errors import PackError
from leadrouter.routing.rule_pack import RulePack
from leadrouter.span import Span

PACK = """\
pack: broken
language: 2                                                                           # LR108
tz: Moscow                                                                            # LR106
vocabulry: {}                                                                         # LR104
vocabulary:
  source:    {enum: [call, web_form, call]}                                           # LR301
  product:   {enum: [consumables, lathe], synonyms: {станок: lath}}                   # LR301
  amount:    {money: RUB}
  paid:      {money: USD}
  employees: {int: {min: 9, max: 1}}                                                  # LR301
  sites:     {int: {min: 1, max: 500}}
  region:    enumm                                                                    # LR301
  matches:   text                                                                     # LR302
  message:   text
  hot:       bool
  hot:       bool                                                                     # LR103
hours:
  office: [{days: [monday], from: "09:00", to: "18:00"}]                              # LR106
derive:
  size:   {type: {enum: [small, large]}, rules: [{when: sites > 10, then: huge}]}     # LR304
  one:    {type: bool, rules: [{when: other, then: true}]}                            # LR305
  other:  {type: bool, rules: [{when: one, then: true}]}
tag:
  - {rule: urgent, when: 'contains(mesage, "срочно")', tag: urgent}                   # LR211
classify:
  - {rule: a, when: amount = 5, class: mass}                                          # LR201
  - {rule: b, when: product == "press", class: mass}                                  # LR213
  - {rule: c, when: amount > paid, class: mass}                                       # LR214
  - {rule: d, when: 'срочно(message) or sites > 900', class: mass}                    # LR217
  - {rule: e, when: 'matches(message, "(")', class: mass}                             # LR218
  - {rule: f, when: hot, default: true, class: mass}                                  # LR311
  - rule: g
    when: >= 5                                                                        # LR101
    class: mass
  - {rule: h, when: sites > 900 or message > 5, class: mass}                          # LR215 LR212
  - {rule: i, when: 'class == "mass"', class: masss}                                  # LR219 LR307
  - {rule: rest, default: true, class: complex}
  - {rule: late, when: hot, class: mass}                                              # LR303
route:
  - {rule: rest, default: true, to: dest}                                             # LR312 LR310
routes:
  desk: [{to: somewhere}]                                                             # LR309
  empty: []                                                                           # LR308
"""
LINES = PACK.splitlines()
EXPECTED = [(number, code) for number, line in enumerate(LINES, 1) for code in re.findall("LR[0-9]{3}", line)]


def test_every_fault_is_told_at_once():
    """Each stands on its line, in the order of the text, and a fault does not hide the ones behind it."""
    with pytest.raises(PackError) as refused:
        RulePack.parse(PACK, source="broken.yaml")
    told = [(fault.where.line, fault.code) for fault in refused.value.faults if isinstance(fault.where, Span)]
    assert told == EXPECTED
    assert len({fault.message for fault in refused.value.faults}) == len(EXPECTED) > 20


def test_every_fault_has_its_place_excerpt_and_fix():
    """A place to click on, the line with carets below what is meant, and what to do about it."""
    with pytest.raises(PackError) as refused:
        RulePack.parse(PACK, source="broken.yaml")
    for told, (number, code) in zip(str(refused.value).split("\n\n"), EXPECTED, strict=True):
        place, excerpt, carets, fix = told.split("\n")
        assert re.match(rf"broken\.yaml:{number}:\d+: {code} ", place)
        assert excerpt == f"{number} | {LINES[number - 1]}"
        assert re.fullmatch(r" *\| +\^+", carets)
        assert fix.startswith("fix: ")
