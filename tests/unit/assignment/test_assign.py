"""Whom a step offers a lead to, and why not the others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from attrs import evolve

from leadrouter.assignment.assign import choose, fields_of
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.duties import Absence
from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import UNIT
from leadrouter.destination import Inbound, OnDuty, Pool
from leadrouter.organisation import Organisation
from leadrouter.rulepack.route import Needs, Route, Step
from leadrouter.staff import Norms, Salesperson
from tests.giving import AT, Books, level, office, sellers

ANNA, BORIS, VERA = sellers(["anna", "boris", "vera"])


def test_the_first_by_the_strategy_is_offered_the_lead():
    """The others are told in figures why not, and the books go on."""
    choice = Books(office(ANNA, BORIS, VERA)).choose()
    assert (choice.destination, choice.strategy, choice.offered_to) == ("department(sales)", "fair", ("anna",))
    assert choice.pool == ("anna", "boris", "vera")
    assert choice.why_not() == {
        "boris": "owed +0.33; anna owed +0.33 comes first by fair: equal but for rounding",
        "vera": "owed +0.33; anna owed +0.33 comes first by fair: equal but for rounding",
    }
    assert choice.standing.owed["anna"] == 333_333_333_334 - UNIT
    assert not choice.is_busy


def test_every_closed_gate_is_told_for_everybody():
    """All of them, not only the first."""
    books = Books(office(evolve(ANNA, capacity=1), BORIS))
    books.loads = {"anna": Load(person="anna", open_leads=1)}
    books.away = {"anna": Absence("on leave", AT + timedelta(hours=3))}
    choice = books.choose(needs=level("press", 2), declined=frozenset({"anna"}))
    assert choice.offered_to == ()
    assert choice.why_not() == {
        "anna": "on leave until 2026-03-02 12:00 UTC; lacks skill press; capacity 1/1; declined or missed this lead",
        "boris": "lacks skill press",
    }


@pytest.mark.parametrize(
    ("load", "is_busy", "opens"),
    [
        (Load(person="anna", open_leads=1), True, None),
        (Load(person="anna", is_paused=True), True, None),
        (Load(person="anna", is_paused=True, paused_until=AT + timedelta(hours=1)), True, AT + timedelta(hours=1)),
        (
            Load(person="anna", open_leads=1, is_paused=True, paused_until=AT + timedelta(hours=1)),
            True,
            None,
        ),
    ],
)
def test_a_step_waits_for_who_is_only_busy(load, is_busy, opens):
    """And says when somebody is free again, where the clock alone can tell."""
    books = Books(office(evolve(ANNA, capacity=1)), loads={"anna": load})
    choice = books.choose()
    assert (choice.offered_to, choice.is_busy, choice.opens) == ((), is_busy, opens)
    assert choice.given is None
    assert choice.standing is books.standing


def test_a_step_does_not_wait_for_who_lacks_something():
    """A skill does not come by waiting, nor does somebody who left."""
    books = Books(office(evolve(ANNA, capacity=1)), loads={"anna": Load(person="anna", open_leads=1)})
    assert not books.choose(needs=level("press")).is_busy
    assert not Books(office(evolve(ANNA, left=date(2026, 3, 2)))).choose().is_busy


def test_the_soonest_of_those_who_are_busy_decides_when_it_opens():
    """Somebody whose capacity must be freed by hand does not."""
    books = Books(office(evolve(ANNA, quota={"hour": 1}), evolve(BORIS, quota={"day": 1}), evolve(VERA, capacity=1)))
    books.given(3)
    choice = books.choose(AT + timedelta(minutes=5))
    assert choice.is_busy
    assert choice.opens == AT + timedelta(hours=1)
    assert choice.why_not()["anna"] == "quota of 1 an hour is spent until 2026-03-02 10:00 UTC"


def test_a_ramp_begins_with_the_first_day_on_every_clock():
    """Machines differ by some seconds: somebody whom another one has just entered is on the first day here too."""
    books = Books(office(ANNA, BORIS, newcomer="ramp"))
    books.give()
    choice = books.choose(AT - timedelta(seconds=1))
    assert choice.offered_to == ("boris",)
    assert choice.given.parts == {"anna": UNIT // 2, "boris": UNIT // 2}


def test_for_the_accountable_only_leaving_and_capacity_count():
    """What else is closed is noted; a lead at the end of its ladder must have somebody."""
    books = Books(office(evolve(ANNA, capacity=1, quota={"month": 1})))
    books.give()
    books.loads["anna"] = evolve(books.loads["anna"], open_leads=0)
    books.away = {"anna": Absence("ill")}
    choice = books.choose(is_last=True, needs=level("press"), declined=frozenset({"anna"}))
    assert choice.offered_to == ("anna",)
    assert [gate.name for gate in choice.noted["anna"]] == ["absent", "skill", "quota", "declined"]
    books.loads["anna"] = evolve(books.loads["anna"], open_leads=1)
    full = books.choose(is_last=True)
    assert (full.offered_to, full.is_busy) == ((), True)
    assert str(full.closed["anna"][0]) == "capacity 1/1"
    books.organisation = office(evolve(ANNA, left=date(2026, 3, 1)))
    books.loads.clear()
    assert books.choose(is_last=True).offered_to == ()


def test_nobody_is_offered_a_lead_that_he_declined():
    """The next one is, and when there is none left, nobody."""
    books = Books(office(ANNA, BORIS))
    assert books.choose(declined=frozenset({"anna"})).offered_to == ("boris",)
    assert books.choose(declined=frozenset({"anna", "boris"})).offered_to == ()


def test_what_a_step_needs_relaxes_with_the_next_step():
    """Whoever lacks the skill on one step may have it asked less of on the next."""
    books = Books(office(evolve(ANNA, skills={"press": 3}), evolve(BORIS, skills={"press": 1})))
    needs = Needs(skill="product", level=3)
    assert books.choose(needs=needs, facts={"product": "press"}).why_not()["boris"] == "press at level 1, 3 needed"
    assert books.choose(needs=needs, facts={"product": "lathe"}).offered_to == ()
    assert books.choose(needs=needs).offered_to == ("anna",)
    relaxed = books.choose(needs=evolve(needs, level=1), facts={"product": "press"}, declined=frozenset({"anna"}))
    assert relaxed.offered_to == ("boris",)


def test_a_portfolio_that_is_full_keeps_new_clients_away():
    """Not a lead of somebody who is a client already: that one takes no more room."""
    norms = Norms(sizes={"small": 2, "huge": 1})
    organisation = evolve(office(evolve(ANNA, portfolio=norms)), size="company_size")
    books = Books(organisation, loads={"anna": Load(person="anna", holdings={"small": 1})})
    assert books.choose(facts={"company_size": "small"}).offered_to == ("anna",)
    full = books.choose(facts={"company_size": "huge"})
    assert full.why_not() == {"anna": "portfolio 1/2 small with 50% used, and one huge more"}
    assert not full.is_busy
    assert books.choose(facts={"company_size": "huge", "existing": True}).offered_to == ("anna",)
    books.loads["anna"] = Load(person="anna", holdings={"": 1, "odd": 3, "small": 1})
    assert books.choose().why_not() == {
        "anna": "portfolio 1/2 unknown, 3/∞ odd, 1/2 small with 100% used, and one client more"
    }


def test_hours_of_a_department_are_kept():
    """Outside of them and on holidays nobody there is offered a lead; whoever is on duty is."""
    organisation = Organisation.parse("""
organisation: office
staffing: duty
tz: Europe/Moscow
hours: {office: [{days: [mon], from: "09:00", to: "12:00"}]}
holidays: [2026-03-09]
departments: {sales: {kind: inbound, people: [anna], hours: office}}
people: {anna: {}}
duty: {duty: [anna]}
""")
    books = Books(organisation)
    assert books.choose(AT - timedelta(minutes=1)).offered_to == ("anna",)
    late = books.choose(AT)
    assert late.why_not() == {"anna": "outside the hours `office` of department `sales`"}
    assert books.choose(AT + timedelta(days=7, hours=-2)).offered_to == ()
    assert Books(organisation, to=OnDuty("duty")).choose(AT).offered_to == ("anna",)


def test_an_offer_to_several_counts_for_each():
    """The first of the ranking, as many as are asked for; the parts add up to all of them."""
    choice = Books(office(ANNA, BORIS, VERA)).choose(strategy="first_accept", offers=2)
    assert choice.offered_to == ("anna", "boris")
    assert choice.given is not None
    assert sum(choice.given.parts.values()) == 2 * UNIT
    assert choice.standing.leads == 2
    assert set(choice.why_not()) == {"vera"}
    assert len(Books(office(ANNA)).choose(offers=3).offered_to) == 1


def test_a_users_own_strategy_decides():
    """It is given candidates and the standing; whom it leaves out is not offered the lead."""
    books = Books(office(ANNA, evolve(BORIS, capacity=4)))
    books.strategies["backwards"] = lambda candidates, _standing: [each.id for each in reversed(candidates)]
    choice = books.choose(strategy="backwards")
    assert choice.offered_to == ("boris",)
    assert choice.why_not() == {"anna": "1 before; boris 0 before comes first by backwards"}
    books.strategies["limited"] = lambda candidates, _standing: [each.id for each in candidates if each.capacity]
    assert books.choose(strategy="limited").why_not()["anna"] == "left out by limited"
    books.strategies["nobody"] = lambda _candidates, standing: [] if standing.leads == 0 else ["anna"]
    nobody = books.choose(strategy="nobody")
    assert (nobody.offered_to, nobody.is_busy, nobody.standing) == ((), False, books.standing)
    assert nobody.why_not() == {"anna": "left out by nobody", "boris": "left out by nobody"}


def test_a_users_own_strategy_names_candidates_once():
    """A stranger, or somebody twice, is a mistake of the function."""
    books = Books(office(ANNA))
    books.strategies["strange"] = lambda _candidates, _standing: ["anna", "egor"]
    with pytest.raises(ValueError, match="named `egor`, who is no candidate"):
        books.choose(strategy="strange")
    books.strategies["twice"] = lambda _candidates, _standing: ["anna", "anna"]
    with pytest.raises(ValueError, match="named `anna`"):
        books.choose(strategy="twice")


def test_the_pool_says_how_leads_are_shared_where_the_step_does_not():
    """A step's own strategy goes before."""
    books = Books(office(evolve(ANNA, rank=1), evolve(BORIS, rank=2), strategy="most_qualified"))
    assert books.choose().offered_to == ("boris",)
    assert books.choose(strategy="round_robin").offered_to == ("anna",)


def test_a_choice_is_data():
    """What is written is read again, with its gates and figures."""
    books = Books(office(evolve(ANNA, quota={"month": 1}), BORIS, VERA))
    books.give()
    books.away = {"vera": Absence()}
    for choice in (books.choose(), books.choose(is_last=True), books.choose(declined=frozenset({"boris"}))):
        assert Choice.from_dict(choice.to_dict(), choice.standing) == choice
        assert Choice.from_dict(choice.to_dict()).standing.pool == "department(sales)"


def test_the_fields_that_choosing_reads_are_known():
    """Those that steps need, what is shared, the size of clients, and whether the company is a client."""
    organisation = evolve(office(ANNA, fair_in="amount"), size="company_size")
    route = Route("desk", (Step(to=Inbound(), needs=Needs(skill="product", language="tongue")),))
    assert fields_of(route, organisation) == {"product", "tongue", "amount", "company_size", "existing"}
    assert fields_of(Route("desk", (Step(to=Inbound()),)), office(ANNA)) == {"existing"}


def test_a_lead_without_an_amount_counts_like_the_average():
    """The first one like a single unit, of whatever is shared."""
    books = Books(office(ANNA, BORIS, fair_in="amount"))
    assert books.choose().given.amount == UNIT  # type: ignore[union-attr]
    books.give(facts={"amount": 10})
    books.give(facts={"amount": 20})
    assert books.choose(facts={"amount": 0}).given.amount == 15 * UNIT  # type: ignore[union-attr]


def test_a_weight_is_a_share():
    """Somebody with three times the weight gets three of four."""
    books = Books(office(Salesperson(id="anna", weight=3), BORIS))
    assert books.given(8).count("anna") == 6


def test_a_manager_of_clients_has_room_for_clients_of_every_size():
    """One norm for all sizes is the norm of a size that the lead says as well."""
    organisation = evolve(office(evolve(ANNA, portfolio=Norms(sizes={}, other=3))), size="company_size")
    books = Books(organisation, loads={"anna": Load(person="anna", holdings={"small": 2})})
    assert books.choose(facts={"company_size": "huge"}).offered_to == ("anna",)
    books.loads["anna"] = Load(person="anna", holdings={"small": 2, "huge": 1})
    assert books.choose(facts={"company_size": "huge"}).why_not() == {
        "anna": "portfolio 1/3 huge, 2/3 small with 100% used, and one huge more"
    }


def test_the_hours_of_one_department_do_not_shut_another():
    """In a pool of both, each keeps its own."""
    organisation = Organisation.parse("""
organisation: office
staffing: head
hours: {never: []}
departments:
  sales: {kind: inbound, head: olga, people: [anna], hours: never}
  client: {kind: client, people: [boris]}
people: {anna: {}, boris: {}, olga: {}}
pools: {all: {}}
""")
    books = Books(organisation, to=Pool("all"), loads={"boris": Load(person="boris", is_paused=True)})
    shut = "outside the hours `never` of department `sales`"
    assert books.choose().why_not() == {"anna": shut, "boris": "paused", "olga": shut}


def test_whoever_joins_later_is_told_the_date():
    """A colleague of next month is in the list, and gets nothing before."""
    choice = Books(office(evolve(ANNA, joined=date(2026, 4, 1)), BORIS)).choose()
    assert (choice.offered_to, choice.why_not()) == (("boris",), {"anna": "joins on 2026-04-01"})


def test_what_else_keeps_somebody_who_is_off_duty_is_told():
    """All but what he has on his hands: whoever is put on duty next would otherwise be promised leads in vain."""
    gone = evolve(BORIS, left=date(2026, 3, 1))
    organisation = evolve(office(ANNA, gone, VERA), duty={"duty": ("anna",)})
    books = Books(organisation, OnDuty("duty"))
    resolved = evolve(books.resolved(), off_duty=("boris", "vera"))
    choice = choose(
        Step(to=OnDuty("duty"), needs=level("press")),
        resolved,
        organisation=organisation,
        duties=books,
        standing=books.standing,
        load_of=books.load,
        facts={},
        lead_class="complex",
        at=AT,
        declined=frozenset({"vera"}),
    )
    assert choice.why_not() == {
        "anna": "lacks skill press",
        "boris": "left on 2026-03-01; off duty; lacks skill press",
        "vera": "off duty; lacks skill press; declined or missed this lead",
    }
    assert choice.present == ("anna",)
