"""The laws of the part of the port that keeps companies, held by every ledger."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.ledger.ledger import Noted
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.lifecycle.company import Company
from tests.postgres_server import emptied_database, has_postgres

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRESS = Company(id="a", root="a", owner="anna", since=NOON, size="large")


def ledgers():
    """Yield each kind of ledger, empty; the one in PostgreSQL where a server is."""
    yield MemoryLedger()
    with closing(SqliteLedger(":memory:")) as ledger:
        yield ledger
    if has_postgres():
        with closing(PostgresLedger(emptied_database())) as ledger:
            yield ledger


def test_a_company_is_found_as_it_was_put(ledger):
    """In its transaction, after it, and to readers."""
    with ledger.transaction() as work:
        assert work.clients.company("a") is None
        work.clients.put(PRESS)
        assert work.clients.company("a") == PRESS
    with ledger.reading() as work:
        assert work.clients.company("a") == PRESS
        assert work.clients.held_by("anna") == (PRESS,)
        assert work.clients.held_by("boris") == ()


def test_an_identifier_finds_the_root_whoever_brought_it(ledger):
    """Once however often it was brought, and each company that is known by it."""
    with ledger.transaction() as work:
        clients, second = work.clients, Company(id="b", root="a", link="a", rule="phone")
        for company in (PRESS, second, Company(id="c", root="c")):
            clients.put(company)
            clients.add_identifier(company, "phone", "d1")
            clients.add_identifier(company, "phone", "d1")
        assert clients.companies_of("phone", "d1") == ("a", "c")
        assert clients.companies_of("name", "d1") == ()
        assert clients.has_identifier("a", "phone")
        assert not clients.has_identifier("a", "tax number")
        assert not clients.has_identifier("b", "phone")
        assert clients.linked_to("a") == (second,)
        assert clients.holder_of("phone", "d1", "a") == "a"
        clients.forget_identifiers("a")
        assert clients.holder_of("phone", "d1", "a") == "b"
        with pytest.raises(KeyError):
            clients.holder_of("phone", "d1", "b")


def test_what_moves_is_found_under_its_new_root(ledger):
    """A link takes identifiers along, and counts in nobody's portfolio; undone, all is as before."""
    with ledger.transaction() as work:
        clients = work.clients
        other = Company(id="b", root="b", owner="boris", since=NOON)
        for company in (PRESS, other):
            clients.put(company)
            clients.add_identifier(company, "phone", company.id)
        clients.put(evolve(other, root="a", link="a", rule="by hand"))
        assert clients.companies_of("phone", "b") == ("a",)
        assert clients.held_by("boris") == ()
        clients.put(other)
        assert clients.companies_of("phone", "b") == ("b",)
        assert clients.held_by("boris") == (other,)
        assert clients.linked_to("a") == ()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=12), st.booleans())
def test_events_that_move_stand_in_the_order_of_the_ledger(events, is_undone):
    """Linked, companies have one past, by instant and then as it was noted; undone, each has its own again."""
    for ledger in ledgers():
        with ledger.transaction() as work:
            for id_ in "abc":
                work.clients.put(Company(id=id_, root=id_))
            noted = [
                Noted(
                    key=str(number),
                    company=id_,
                    begun=id_,
                    contact=None,
                    kind="visit",
                    at=NOON.replace(hour=hour).isoformat(),
                    payload="{}",
                )
                for number, (id_, hour) in enumerate(events)
            ]
            for each in noted:
                work.note(each)
            for id_ in "cb":
                work.clients.put(Company(id=id_, root="a", link="a", rule="by hand"))
            roots = dict.fromkeys("abc", "a")
            if is_undone:
                work.clients.put(Company(id="b", root="b"))
                roots["b"] = "b"
        with ledger.reading() as work:
            moved = [evolve(each, company=roots[each.begun]) for each in noted]
            for root in "abc":
                ordered = sorted((each for each in moved if each.company == root), key=lambda each: each.at)
                assert list(work.past(root, "0", "9", 100)) == ordered
            assert [work.noted(each.kind, each.key) for each in noted] == moved
        ledger.close()


def test_forgotten_identifiers_find_nobody(ledger):
    """Those of one company only; brought again, they are known again."""
    with ledger.transaction() as work:
        clients, second = work.clients, Company(id="b", root="a", link="a", rule="phone")
        for company in (PRESS, second):
            clients.put(company)
            clients.add_identifier(company, "phone", "d1")
        clients.add_identifier(second, "name", "d2")
        clients.forget_identifiers("b")
        assert clients.companies_of("phone", "d1") == ("a",)
        assert clients.companies_of("name", "d2") == ()
        assert not clients.has_identifier("a", "name")
        clients.forget_identifiers("a")
        clients.forget_identifiers("nobody")
        assert clients.companies_of("phone", "d1") == ()
        clients.put(evolve(second, root="b", link=None, rule=None))
        assert clients.companies_of("name", "d2") == ()
        clients.put(second)
        clients.add_identifier(second, "name", "d2")
        assert clients.companies_of("name", "d2") == ("a",)


def test_a_transaction_that_raises_leaves_no_company(ledger):
    """Nor anything by which one is found."""
    with ledger.transaction() as work:
        work.clients.put(PRESS)
        work.clients.add_identifier(PRESS, "name", "d2")
    with pytest.raises(KeyError), ledger.transaction() as work:  # noqa: PT012  # one unit of work
        work.clients.put(evolve(PRESS, owner="boris"))
        work.clients.put(Company(id="b", root="a", link="a"))
        work.clients.add_identifier(PRESS, "phone", "d1")
        work.clients.forget_identifiers("a")
        raise KeyError
    with ledger.reading() as work:
        assert work.clients.company("a") == PRESS
        assert work.clients.company("b") is None
        assert work.clients.held_by("anna") == (PRESS,)
        assert work.clients.linked_to("a") == ()
        assert work.clients.companies_of("phone", "d1") == ()
        assert work.clients.companies_of("name", "d2") == ("a",)


ids = st.sampled_from("abcd")
companies = st.builds(
    Company,
    id=ids,
    root=ids,
    link=st.none() | ids,
    owner=st.none() | st.sampled_from(["anna", "boris"]),
    since=st.none() | st.just(NOON),
)
operations = st.lists(
    st.one_of(
        st.tuples(st.just("put"), companies),
        st.tuples(st.just("add"), ids, st.sampled_from(["phone", "name"]), st.sampled_from(["d1", "d2"])),
        st.tuples(st.just("forget"), ids),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(operations)
def test_all_ledgers_keep_companies_alike(steps):
    """The same writes, the same answers: memory is the reference."""
    answers = []
    for ledger in ledgers():
        with ledger.transaction() as work:
            for name, *values in steps:
                _write(work.clients, name, *values)
        answers.append(_answers(ledger))
    assert answers == [answers[0]] * len(answers)


def _write(clients, name, *values):
    match name:
        case "put":
            clients.put(*values)
        case "add" if clients.company(values[0]) is not None:
            clients.add_identifier(clients.company(values[0]), *values[1:])
        case "forget":
            clients.forget_identifiers(*values)


def _answers(ledger):
    with ledger.reading() as work:
        clients = work.clients
        return (
            [clients.company(each) for each in "abcd"],
            [clients.linked_to(each) for each in "abcd"],
            [clients.held_by(each) for each in ("anna", "boris")],
            [clients.companies_of(rule, digest) for rule in ("phone", "name") for digest in ("d1", "d2")],
            [_holder(clients, rule, root) for rule in ("phone", "name") for root in "abcd"],
            [clients.has_identifier(each, rule) for each in "abcd" for rule in ("phone", "name")],
        )


def _holder(clients, rule, root):
    try:
        return clients.holder_of(rule, "d1", root)
    except KeyError:
        return None
