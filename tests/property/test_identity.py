"""Laws of identity: one spelling for each identifier, whatever people type."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter.identity import MATCHING_RULES, Identifier, company_name, email, identifiers, match, tax_number
from leadrouter.lead import Contact, Lead

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
forms = st.sampled_from(["ООО", "АО", "О.О.О.", "Ltd.", "GmbH & Co. KG", "общество с ограниченной ответственностью"])
names = st.lists(st.one_of(words, forms, st.sampled_from(["Пресс", "Счётмаш", "2.0", "A/S"])), max_size=5).map(" ".join)


@given(names)
@example("S.A")
@example("ﬁ ООО")
def test_a_normal_name_stays_as_it_is(raw: str):
    """Normalising twice is normalising once, so that stored and given names can be compared."""
    name = company_name(raw)
    assert name is None or company_name(name) == name


@given(names, forms, st.sampled_from(["«{}»", '"{}"', "{}", " {} "]))
@example("", "Ltd.", "{}")
@example("A", "О.О.О.", "{}")
def test_a_legal_form_and_quotes_change_nothing(raw: str, form: str, quotes: str):
    """With and without them it is the same company."""
    assert company_name(f"{form} {quotes.format(raw)}") == company_name(raw)
    assert company_name(raw.upper()) == company_name(raw.upper().lower())


@given(st.builds("{}@{}".format, words, words))
@example("anna@press.example")
def test_a_normal_address_stays_as_it_is(raw: str):
    """Normalising twice is normalising once; never does an odd address raise."""
    address = email(raw)
    assert address is None or email(address) == address


@given(st.integers(10**8, 10**9 - 1))
def test_of_ten_tax_numbers_that_differ_in_the_last_digit_one_is_valid(head: int):
    """The check digit is determined by the digits before it."""
    valid = [number for last in range(10) if (number := tax_number(f"{head}{last}")) is not None]
    assert len(valid) == 1


leads = st.builds(
    Lead,
    company=st.none() | names,
    contact=st.builds(Contact, email=st.none() | words | st.builds("{}@press.example".format, words)),
    facts=st.dictionaries(st.just("tax_number"), st.none() | words | st.integers()),
)


@given(leads)
def test_identifiers_come_in_order_of_strength_each_rule_once(lead: Lead):
    """And none of them is empty."""
    found = identifiers(lead)
    assert [each.rule for each in found] == [rule for rule in MATCHING_RULES if any(e.rule == rule for e in found)]
    assert all(each.value for each in found)


known = st.dictionaries(st.sampled_from(MATCHING_RULES), st.frozensets(st.sampled_from("abc")))


@given(known, st.frozensets(st.sampled_from("abc")))
def test_the_match_is_the_first_that_is_alone(companies: dict[str, frozenset[str]], taxed: frozenset[str]):
    """Against an oracle that looks at each rule in turn; the order in which companies are given does not count."""
    given_ = [Identifier(rule, "x") for rule in MATCHING_RULES if rule in companies]
    expected = None
    for rule in MATCHING_RULES:
        found = companies.get(rule, frozenset())
        if rule == "name" and "tax number" in companies:
            found -= taxed
        if expected is None and len(found) == 1:
            expected = (next(iter(found)), rule)
    answer, _ = match(given_, lambda each: list(companies[each.rule]), taxed.__contains__)
    assert (None if answer is None else (answer.company, answer.rule)) == expected
