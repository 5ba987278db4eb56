"""The table of transfers."""

from __future__ import annotations

from leadrouter import RulePack
from tests.pack_text import faults, parse

WORDS = "vocabulary: {amount: {money: RUB}, recurring: bool}\n"
RULES = """transfer:
  - {rule: served, when: 'recurring and class == "mass"', to: " department( client ) ", because: deals repeat easily}
  - {rule: stays, default: true, to: owner}
"""


def refused(*sections: str) -> list[str]:
    """Return code and message of each fault for which a pack of these sections is refused."""
    return [f"{each.code} {each.message}" for each in faults(*sections)]


def test_transfers_are_a_table_of_their_own():
    """Class and tags are known there; leads are decided as without it, and the digest says the difference."""
    pack = parse(WORDS, RULES)
    assert [(rule.id, rule.outcome) for rule in pack.checked.transfer] == [
        ("served", "department(client)"),
        ("stays", "owner"),
    ]
    assert [table.name for table in pack.checked.tables] == ["tag", "classify", "route"]
    assert pack.digest != parse(WORDS).digest
    assert RulePack.parse(pack.canonical) == pack


def test_no_rule_needs_to_hold():
    """A table without a default is allowed: then the client stays where he is."""
    text = "transfer: [{rule: served, when: recurring, to: head(client)}]"
    assert [rule.id for rule in parse(WORDS, text).checked.transfer] == ["served"]


def test_its_conditions_and_ids_are_checked_as_everywhere():
    """Unknown words, types and repeated ids are faults of the pack."""
    assert refused(WORDS, "transfer: [{rule: all, when: amuont > 5, to: owner}]") == [
        "LR312 rule id `all` is used twice",
        "LR211 unknown field `amuont`",
    ]
