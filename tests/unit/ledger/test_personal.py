"""Personal data is found page by page and put something in place of, on every ledger."""

from __future__ import annotations

import pytest
from attrs import evolve

from leadrouter.lifecycle.company import Company
from tests.unit.ledger.test_ledger import ENTRY, NOTED, REFUSED

OTHER = evolve(ENTRY, lead_id="cd34", key="call:2")
LEFT = evolve(ENTRY, payload='{"left": 1}', digest="", salt="")


@pytest.fixture
def filled(ledger):
    """A ledger with two of each."""
    with ledger.transaction() as work:
        work.add(ENTRY)
        work.add(OTHER)
        work.refuse(REFUSED)
        work.refuse(evolve(REFUSED, payload="[]"))
        work.note(NOTED)
        work.note(evolve(NOTED, key="crm:2"))
        work.keep("digest", "text")
        work.keep("other", "text")
    return ledger


def test_pages_follow_one_another(filled):
    """By number, at most as many as are asked for; the last page is empty."""
    with filled.reading() as work:
        for read, first, second in (
            (work.personal.entries, ENTRY, OTHER),
            (work.personal.refused, REFUSED, evolve(REFUSED, payload="[]")),
        ):
            ((number, found),) = read(0, 1)
            assert found == first
            assert [each for _, each in read(number, 9)] == [second]
            assert read(read(0, 9)[-1][0], 9) == ()


def test_what_is_erased_is_put_in_place_of_what_was(filled):
    """Of the one that is named, and of nothing else; it is read so in the same unit of work and after it."""
    refused, noted = (
        evolve(REFUSED, key="", payload="", reason="LR401"),
        evolve(NOTED, contact=None, payload="{}", salt=""),
    )
    with filled.transaction("call:1") as work:
        work.personal.erase(LEFT)
        work.personal.erase_refused(work.personal.refused(0, 1)[0][0], refused)
        work.personal.erase_noted(noted)
        work.personal.erase_text("digest", "left")
        assert work.find("call:1") == LEFT
        assert work.noted("deal_won", "crm:1") == noted
    assert filled.entries() == (LEFT, OTHER)
    assert filled.refused() == (refused, evolve(REFUSED, payload="[]"))
    assert (filled.text("digest"), filled.text("other")) == ("left", "text")
    with filled.reading() as work:
        assert work.past("ural", "2026", "2027", 9) == (noted, evolve(NOTED, key="crm:2"))
        assert (work.find("call:1").is_erased, work.find("call:2").is_erased) == (True, False)


def test_record_and_instant_of_an_entry_stay_whatever_is_put_in_place(filled):
    """So does the id of the lead."""
    with filled.transaction() as work:
        work.personal.erase(evolve(LEFT, lead_id="other", record="[]", at="2020"))
        work.personal.erase_noted(evolve(NOTED, company="other", begun="other", at="2020", payload="[]"))
    assert filled.entries()[0] == LEFT
    with filled.reading() as work:
        assert work.noted("deal_won", "crm:1") == evolve(NOTED, payload="[]")


def test_an_erasure_that_raises_has_erased_nothing(filled):
    """All is there again as it was."""
    with pytest.raises(KeyError), filled.transaction() as work:  # noqa: PT012  # one unit of work
        work.personal.erase(LEFT)
        work.personal.erase_refused(1, evolve(REFUSED, payload=""))
        work.personal.erase_noted(evolve(NOTED, contact=None))
        work.personal.erase_text("digest", "left")
        raise KeyError
    assert (filled.entries(), filled.refused()[0], filled.text("digest")) == ((ENTRY, OTHER), REFUSED, "text")
    with filled.reading() as work:
        assert work.noted("deal_won", "crm:1") == NOTED


def test_identifiers_are_forgotten_by_their_rules(ledger):
    """Those of other rules stay, and so do those that another company has brought."""
    one, other = Company(id="one", root="one"), Company(id="other", root="one", link="one", rule="phone")
    with ledger.transaction() as work:
        for company in (one, other):
            work.clients.put(company)
            for rule in ("phone", "domain"):
                work.clients.add_identifier(company, rule, "d")
        work.clients.forget_identifiers("one", ("phone", "e-mail"))
        assert work.clients.holder_of("phone", "d", "one") == "other"
        assert work.clients.holder_of("domain", "d", "one") == "one"
        work.clients.forget_identifiers("other", ("phone",))
        assert (work.clients.companies_of("phone", "d"), work.clients.companies_of("domain", "d")) == ((), ("one",))
