"""One door: a lead is decided once, kept, and answered the same for ever."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from leadrouter import (
    ConflictError,
    Contact,
    Decision,
    DutyRoster,
    FactsError,
    Lead,
    NaiveTimeError,
    Organisation,
    PackError,
    RosterError,
    Router,
    RulePack,
    UnknownLeadError,
)
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.errors import LedgerError, UnknownCompanyError
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.routing.stored import stored_decision
from tests.small import AT, ORGANISATION, PACK, small_organisation, small_pack, small_router
from tests.unit.ledger.conftest import LEDGERS

PRESS = Lead(id="1", source="call", facts={"product": "press"})


def test_a_lead_is_routed_with_its_class_destination_and_assignee():
    """A decision says the class, the rules, the route, the settled destination and who acts."""
    decision = small_router().route(PRESS, at=AT)
    assert (decision.lead_class, decision.route, decision.destination) == ("complex", "inbound", "department(inbound)")
    assert (decision.assignee, decision.at, decision.rules["classify"]) == ("anna", AT, "machine")
    assert decision.tags == ()


def test_leads_go_round_the_people_of_a_destination():
    """Each destination keeps a rotation of its own."""
    router = small_router()
    given = [router.route(Lead(id=str(n), facts={"product": "press"}), at=AT).assignee for n in range(3)]
    other = router.route(Lead(id="mass"), at=AT)
    again = router.route(Lead(id="9", facts={"product": "press"}), at=AT).assignee
    assert (given, other.assignee, again) == (["anna", "boris", "anna"], "vera", "boris")


def test_the_same_delivery_is_answered_with_the_stored_decision():
    """The same key with the same payload gives the same record to the byte, and no second turn."""
    router, later = small_router(), AT + timedelta(days=1)
    first = router.route(PRESS, at=AT)
    again = router.route(PRESS, at=later)
    assert again == first
    assert again.to_json() == first.to_json()
    assert router.route(Lead(id="2", facts={"product": "press"}), at=later).assignee == "boris"


def test_a_lead_without_an_id_is_known_by_its_payload():
    """Two deliveries with no id are one lead where nothing differs, and two where anything does."""
    router = small_router()
    first = router.route(Lead(facts={"amount": 5}), at=AT)
    assert router.route(Lead(facts={"amount": 5}), at=AT).lead_id == first.lead_id
    assert router.route(Lead(facts={"amount": 6}), at=AT).lead_id != first.lead_id


def test_a_known_key_with_another_payload_is_a_conflict():
    """The stored decision stays, the second payload is kept, and the caller is told."""
    events = []
    router = small_router(events=events)
    first = router.route(PRESS, at=AT)
    with pytest.raises(ConflictError, match="the stored decision stays") as caught:
        router.route(Lead(id="1", source="call", facts={"product": "consumables"}), at=AT)
    assert caught.value.lead_id == first.lead_id
    assert router.decision(first.lead_id) == first
    assert [each.reason for each in router.ledger.refused()] == ["conflict: the key is known with another payload"]
    assert [event.name for event in events] == ["lead.routed", "lead.offered", "lead.conflict"]


def test_a_bad_second_payload_of_a_known_key_is_a_conflict_too():
    """What does not fit the vocabulary is kept beside the stored decision, once."""
    router = small_router()
    router.route(PRESS, at=AT)
    with pytest.raises(ConflictError):
        router.route(Lead(id="1", source="call", facts={"product": "moon"}), at=AT)
    assert len(router.ledger.refused()) == 1


def test_refused_facts_are_kept_as_they_came():
    """The error names every fault, and the payload waits in the ledger."""
    events = []
    router = small_router(events=events)
    lead = Lead(id="bad", source="call", facts={"product": "moon", "employees": 0})
    with pytest.raises(FactsError) as caught:
        router.route(lead, at=AT)
    assert {fault.code for fault in caught.value.faults} == {"LR409", "LR404"}
    assert caught.value.raw is lead
    assert [each.payload for each in router.ledger.refused()] == [lead.payload]
    assert events[0].details == {"codes": ["LR409", "LR404"]}


def test_a_record_that_is_no_lead_is_kept_as_it_came():
    """A mapping is read as a lead; one that cannot be is refused and kept."""
    events = []
    router = small_router(events=events)
    assert router.route({"id": 7, "source": "call", "product": "press"}, at=AT).key == "call:7"
    with pytest.raises(FactsError):
        router.route({"id": 8, "contact": "anna@example.org", "received": "yesterday"}, at=AT)
    assert "yesterday" in router.ledger.refused()[0].payload
    assert [event.name for event in events] == ["lead.routed", "lead.offered", "lead.refused"]


@pytest.mark.parametrize("record", [5, None, "press", ["press"], {("source",): "call"}])
def test_what_is_no_record_at_all_is_refused_and_kept(record: Any):
    """A handler may pass on whatever a form sent; it is told what is wrong, and nothing is lost."""
    router = small_router()
    with pytest.raises(FactsError, match="LR410") as caught:
        router.route(record, at=AT)
    assert caught.value.raw is record
    assert len(router.ledger.refused()) == 1


def test_source_cannot_come_twice():
    """A lead's source and a fact of that name would contradict each other."""
    with pytest.raises(FactsError, match="given twice"):
        small_router().route(Lead(source="call", facts={"source": "web_form"}), at=AT)


def test_what_the_vocabulary_lacks_is_not_supplied():
    """A pack that knows no source and no time of arrival is not given them."""
    pack = RulePack.parse(
        "pack: bare\nvocabulary: {}\nclassify: [{rule: c, default: true, class: mass}]\n"
        "route: [{rule: r, default: true, to: x}]\nroutes: {x: [{to: person(anna)}]}\n"
    )
    router = Router(pack, small_organisation(), MemoryLedger())
    assert router.route(Lead(source="carrier pigeon"), at=AT).assignee == "anna"


def test_received_is_the_leads_own_or_the_instant_of_the_decision():
    """Rules about the time of arrival see when the lead came, not when it was routed."""
    router = small_router()
    earlier = datetime(2026, 2, 1, tzinfo=UTC)
    assert router.route(Lead(id="a", received=earlier), at=AT).outcome.facts["received"] == earlier
    assert router.route(Lead(id="b"), at=AT).outcome.facts["received"] == AT


def test_a_lead_that_was_received_twice_is_refused_where_the_instants_differ():
    """Rules would go by one and deadlines by the other; the same instant in another spelling is no fault."""
    router = small_router()
    earlier = AT - timedelta(hours=1)
    twice = Lead(id="a", received=earlier, facts={"received": "2026-03-02T11:00+03:00"})
    assert router.route(twice, at=AT).outcome.facts["received"] == earlier
    assert (
        router.route(Lead(id="b", received=earlier, facts={"received": None}), at=AT).outcome.given["received"]
        == earlier
    )
    with pytest.raises(FactsError, match="`received` is given twice, and not the same") as raised:
        router.route({"id": "c", "received": earlier, "facts": {"received": "2026-03-02T12:00+03:00"}}, at=AT)
    assert [(fault.code, fault.where) for fault in raised.value.faults] == [("LR410", "lead.received")]
    with pytest.raises(FactsError, match="LR402"):
        router.route(Lead(id="d", received=earlier, facts={"received": "soon"}), at=AT)


def test_a_fact_received_that_the_pack_has_no_instant_for_is_no_arrival():
    """Where the vocabulary has another meaning for the word, or ignores it, the lead came when it was routed."""
    for words in ("{received: text}", "{other: text}\nunknown_fields: keep"):
        pack = RulePack.parse(
            f"pack: bare\nvocabulary: {words}\nclassify: [{{rule: c, default: true, class: mass}}]\n"
            "route: [{rule: r, default: true, to: x}]\nroutes: {x: [{to: person(anna)}]}\n"
        )
        router = Router(pack, small_organisation(), MemoryLedger())
        decision = router.route(Lead(id="a", facts={"received": "2026-03-01T09:00+03:00"}), at=AT)
        assert router.lead(decision.lead_id).arrived == AT


def test_times_without_a_zone_are_refused():
    """Neither the instant of the decision nor that of arrival may be naive."""
    with pytest.raises(NaiveTimeError):
        small_router().route(PRESS, at=datetime(2026, 3, 2))  # noqa: DTZ001  # what is refused
    with pytest.raises(NaiveTimeError):
        Lead(received=datetime(2026, 3, 2))  # noqa: DTZ001  # what is refused


@pytest.mark.parametrize("year", [1, 1899, 3000, 9999])
def test_a_year_in_which_nothing_can_be_counted_is_refused(year):
    """Of the decision at once; of a lead's arrival as any fault of the lead, which is kept."""
    far = datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    router = Router(RulePack.parse(PACK.replace("received: instant", "")), small_organisation(), MemoryLedger())
    for door in (partial(router.route, PRESS), router.tick):
        with pytest.raises(NaiveTimeError, match="lies outside the years 1900 to 2999: check the clock"):
            door(at=far)
    answers = router.route_many([Lead(id="1", received=far), Lead(id="2")], at=AT)
    assert [type(answer).__name__ for answer in answers] == ["FactsError", "Decision"]
    assert [(fault.code, fault.where) for fault in answers[0].faults] == [("LR404", "lead.received")]
    assert len(router.ledger.refused()) == 1


def test_the_clock_is_read_at_the_edge_only_where_no_instant_is_given():
    """`at` may be left out; it is then the system's clock in UTC."""
    before = datetime.now(UTC)
    decision = small_router().route(PRESS)
    assert before <= decision.at <= datetime.now(UTC)


def test_a_decision_is_found_by_the_beginning_of_its_id():
    """An id that nobody has, or that several have, is an error."""
    router = small_router()
    decision = router.route(PRESS, at=AT)
    assert router.explain(decision.lead_id[:6]) == decision.explain()
    for nobody in ("zz", ""):
        with pytest.raises(UnknownLeadError, match=f"no lead has an id that begins with `{nobody}`"):
            router.decision(nobody)
    others = [router.route(Lead(id=str(number)), at=AT).lead_id for number in range(16)]
    most = max(others, key=lambda lead_id: sum(other[0] == lead_id[0] for other in others))
    with pytest.raises(UnknownLeadError, match=r"\d leads have"):
        router.decision(most[0])


def test_a_decision_is_explained_by_the_pack_that_made_it(tmp_path):
    """After the rules have changed the ledger still knows why, and a repeated lead keeps its decision."""
    path = str(tmp_path / "leads.db")
    with small_router(SqliteLedger(path)) as router:
        first = router.route(PRESS, at=AT)
    changed = RulePack.parse(PACK.replace("class: complex, because", "class: mass, because"))
    with Router(changed, small_organisation(), SqliteLedger(path)) as router:
        again = router.route(PRESS, at=AT)
        assert (again.to_json(), again.explain()) == (first.to_json(), first.explain())
        assert router.decision(first.lead_id).lead_class == "complex"
        assert stored_decision(router.ledger, first.lead_id) == first
        assert router.route(Lead(id="2", facts={"product": "press"}), at=AT).lead_class == "mass"


def test_a_pack_that_leads_to_nobody_is_refused():
    """Destinations that the organisation does not have are faults of the pack."""
    with pytest.raises(PackError, match="LR315 unknown department `client`"):
        Router(small_pack(), Organisation.parse(ORGANISATION.replace("client:", "service:")), MemoryLedger())


def test_open_loads_a_folder(tmp_path):
    """A folder with a pack and an organisation is all that a router needs; the file of its pack names it as well."""
    (tmp_path / "pack.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "organisation.yaml").write_text(ORGANISATION, encoding="utf-8")
    with Router.open(tmp_path, ledger=f"sqlite:///{tmp_path}/leads.db") as router:
        assert router.route(PRESS, at=AT).assignee == "anna"
    with Router.open(tmp_path, ledger=f"sqlite:///{tmp_path}/leads.db") as router:
        assert len(router.ledger.entries()) == 1
    with Router.open(tmp_path / "pack.yaml", ledger="memory:") as router:
        assert router.route(PRESS, at=AT).assignee == "anna"


def test_observers_hear_what_happened_without_personal_data():
    """Events carry ids and words of the pack; no name, phone, e-mail or message."""
    events = []
    router = small_router(events=events)
    contact = Contact(name="Ivan Petrov", phone="+79000000000", email="ivan@example.org")
    lead = Lead(id="1", company="Ural", contact=contact, facts={"message": "secret words"})
    router.route(lead, at=AT)
    router.route(lead, at=AT)
    assert [event.name for event in events] == ["lead.routed", "lead.offered", "lead.repeated"]
    told = repr(events)
    assert not any(word in told for word in ("Petrov", "+79", "ivan@", "secret", "Ural"))


def test_a_router_without_an_observer_is_silent():
    """An observer is optional."""
    assert small_router().route(PRESS, at=AT).assignee == "anna"


def test_a_router_that_cannot_be_opened_closes_its_ledger(tmp_path, monkeypatch):
    """A pack that leads to nobody is found when the ledger is open already."""
    (tmp_path / "pack.yaml").write_text(PACK, "utf-8")
    (tmp_path / "organisation.yaml").write_text(ORGANISATION.replace("client:", "service:"), "utf-8")
    closed = []
    monkeypatch.setattr(MemoryLedger, "close", lambda ledger: closed.append(ledger.__class__))
    with pytest.raises(PackError):
        Router.open(tmp_path, ledger="memory:")
    assert closed == [MemoryLedger]


@pytest.mark.parametrize("kind", sorted(LEDGERS))
@pytest.mark.parametrize("unwritable", ["a\0b", "a\ud800b"])
def test_a_key_that_not_every_ledger_can_keep_is_refused_by_each(kind, unwritable, tmp_path):
    """The lead is kept as it came, and those beside it are taken."""
    router = small_router(LEDGERS[kind](tmp_path))
    with pytest.raises(FactsError, match="LR406"):
        router.route(Lead(id=unwritable), at=AT)
    answers = router.route_many([Lead(id="1"), Lead(source=unwritable, id="x"), Lead(id="2")], at=AT)
    assert [type(each) for each in answers] == [Decision, FactsError, Decision]
    assert len(router.ledger.refused()) == 2
    router.close()


@pytest.mark.parametrize("kind", sorted(LEDGERS))
def test_texts_that_are_no_unicode_stop_nobody(kind, tmp_path):
    """Half a surrogate pair in whatever a host gives of a contact: the lead is taken, and those beside it."""
    router = small_router(LEDGERS[kind](tmp_path))
    contact = Contact(name="a\ud800", phone="b\ud800", email="c\ud800@d.example")
    leads = [Lead(id="1"), Lead(id="2", company="e\ud800", contact=contact), Lead(id="3")]
    assert [type(each) for each in router.route_many(leads, at=AT)] == [Decision] * 3
    assert router.erase(contact="c\ud800@d.example", at=AT).leads == (router.route(leads[1], at=AT).lead_id,)
    router.close()


@pytest.mark.parametrize("kind", sorted(LEDGERS))
@pytest.mark.parametrize("unwritable", ["a\0b", "a\ud800b"])
def test_what_no_ledger_can_keep_is_nowhere(kind, unwritable, tmp_path):
    """Whoever asks for it is told in each ledger that it is not there, and in words that can be printed."""
    with small_router(LEDGERS[kind](tmp_path)) as router:
        lead = router.route(Lead(id="1", company="Press"), at=AT)
        seen = router.on_behalf_of("olga", at=AT)
        for ask in (
            router.decision,
            router.lead,
            router.events,
            router.measures,
            seen.explain,
            partial(router.accept, by="anna", at=AT),
            lambda id_: router.record("visit", key="1", lead_id=id_, at=AT),
            lambda id_: router.erase(lead_id=id_, at=AT),
        ):
            with pytest.raises(UnknownLeadError) as error:
                ask(unwritable)
            assert str(error.value).isprintable()
        book = router.clients
        for ask in (
            book.company,
            book.forget,
            seen.company,
            partial(book.unlink, by="olga", at=AT),
            partial(book.link, lead.lead_id, by="olga", at=AT),
            partial(book.transfer, to="anna", by="olga", at=AT),
        ):
            with pytest.raises(UnknownCompanyError) as unknown:
                ask(unwritable)
            assert str(unknown.value).isprintable()
        router.close_breaker(unwritable, at=AT)
        assert book.held_by(unwritable) == ()
        with pytest.raises(ValueError, match=r"^consumer `a.b` holds "):
            router.deliver(unwritable, print)
        with pytest.raises(FactsError) as refused:
            router.record(unwritable, key=unwritable, lead_id=lead.lead_id, facts={"amount": "much"}, at=AT)
        assert [(str(each.where), each.code) for each in refused.value.faults] == [
            ("event.kind", "LR406"),
            ("event.key", "LR406"),
            ("facts.amount", "LR402"),
        ]


@pytest.mark.parametrize("kind", sorted(LEDGERS))
def test_a_reason_that_cannot_be_kept_is_refused_and_changes_nothing(kind, tmp_path):
    """Half a surrogate pair is an error of the ledger in each of them, and the router goes on."""
    router = small_router(LEDGERS[kind](tmp_path))
    before = router.lead(router.route(Lead(id="1"), at=AT).lead_id)
    for reason in ("a\ud800", "\udfffb"):
        with pytest.raises(LedgerError, match="half a surrogate pair"):
            router.lost(before.lead_id, by="olga", reason=reason, at=AT)
    assert router.lead(before.lead_id) == before
    assert router.lost(before.lead_id, by="olga", reason="a", at=AT).status == "lost"
    router.close()


@pytest.mark.parametrize("kind", sorted(LEDGERS))
def test_threads_share_a_router(kind, tmp_path):
    """However many threads deliver the same leads, each is decided once and the turns are shared evenly."""
    router = small_router(LEDGERS[kind](tmp_path))
    leads = [Lead(id=str(n), facts={"product": "press"}) for n in range(40)] * 4
    with ThreadPoolExecutor(8) as pool:
        decisions = list(pool.map(lambda lead: router.route(lead, at=AT), leads))
    assert len({(each.lead_id, each.assignee) for each in decisions}) == 40
    shares = [each.assignee for each in {d.lead_id: d for d in decisions}.values()]
    assert shares.count("anna") == shares.count("boris") == 20
    router.close()


def _route_many(path: str, first: int) -> list[tuple[str, str]]:
    with small_router(SqliteLedger(path)) as router:
        leads = [Lead(id=str(n), facts={"product": "press"}) for n in range(first, first + 30)]
        return [(each.lead_id, each.assignee) for each in (router.route(lead, at=AT) for lead in leads)]


def test_processes_share_a_ledger_file(tmp_path):
    """Two processes that deliver overlapping leads agree on every one, and the turns stay even."""
    path = str(tmp_path / "leads.db")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.starmap(_route_many, [(path, 0), (path, 10)])
    by_lead = {lead_id: assignee for answer in answers for lead_id, assignee in answer}
    assert all(by_lead[lead_id] == assignee for answer in answers for lead_id, assignee in answer)
    assert sorted(by_lead.values()) == ["anna"] * 20 + ["boris"] * 20


def test_one_number_spelt_two_ways_is_one_payload():
    """A host that reads JSON's numbers as floats and one that reads them exactly deliver the same lead."""
    router = small_router()
    first = router.route(Lead(id="1", facts={"amount": 90000.50}), at=AT)
    assert router.route(Lead(id="1", facts={"amount": Decimal("90000.5")}), at=AT) == first
    assert router.decision(first.lead_id).outcome.facts["amount"] == Decimal("90000.5")


def test_numbers_that_are_none_are_refused_and_kept():
    """NaN and infinity have no place in a fact, and no place to be lost either."""
    router = small_router()
    for amount in (float("nan"), float("inf"), Decimal("NaN"), Decimal("1e999999")):
        with pytest.raises(FactsError):
            router.route(Lead(facts={"amount": amount}), at=AT)
    assert len(router.ledger.refused()) == 4


ROSTER = """
roster: small
tz: Europe/Moscow
people: {anna: , boris: }
roles:
  duty:
    layers:
      - id: office
        rotation: {people: [anna, boris], unit: days, at: "09:00", anchor: 2026-03-01}
"""


def test_a_roster_decides_who_is_on_duty_and_stands_in_the_record():
    """At the instant of the decision; the record has its digest, the explanation the layer and until when."""
    roster = DutyRoster.parse(ROSTER)
    organisation = small_organisation().with_staffing("duty")
    router = Router(small_pack(), organisation, MemoryLedger(), roster=roster)
    decision = router.route(Lead(id="1", facts={"product": "press"}), at=AT)
    assert (decision.assignee, decision.to_record()["roster"]) == ("boris", roster.digest)
    told = decision.explain()
    assert "on duty by layer office until 2026-03-03T06:00:00+00:00" in told
    assert "  not anna: off duty" in told
    assert told.endswith(f"roster {roster.digest[:12]}")
    again = router.decision(decision.lead_id)
    assert (again, again.roster_digest) == (decision, roster.digest)


def test_people_of_a_roster_are_people_of_the_organisation():
    """Everybody else is named, all at once, with whoever may be meant."""
    roster = DutyRoster.parse(ROSTER.replace("anna", "ana").replace("boris", "bors"))
    with pytest.raises(RosterError) as refused:
        Router(small_pack(), small_organisation(), MemoryLedger(), roster=roster)
    assert [fault.code for fault in refused.value.faults] == ["LR718", "LR718"]
    assert "did you mean `anna`?" in str(refused.value)


def test_a_list_for_a_role_that_the_roster_does_not_have_is_refused():
    """By a roster nobody would be on duty in it; a role that both have is the roster's."""
    roster = DutyRoster.parse(ROSTER)
    for role, codes in (("duty", []), ("weekend", ["LR722"])):
        organisation = Organisation.parse(ORGANISATION.replace("duty: {duty:", f"duty: {{{role}:"))
        found = []
        try:
            Router(small_pack(), organisation, MemoryLedger(), roster=roster)
        except RosterError as error:
            found = [f"{fault.where}: {fault.code}" for fault in error.faults]
        assert found == [f"organisation.yaml:8:8: {code}" for code in codes]


def test_a_folder_with_a_roster_is_opened_with_it():
    """`rules/baksht` has one, `rules/minimal` a fixed list."""
    rules = Path(__file__).parents[2] / "rules"
    with Router.open(rules / "baksht", ledger="memory:") as router:
        assert router.roster is not None
        assert router.organisation.duty["backup"] == router.organisation.duty["duty"][:7]
    with Router.open(rules / "minimal", ledger="memory:") as router:
        assert router.roster is None


def test_a_strategy_of_your_own_has_a_name_of_its_own():
    """One that is built in means what the reference says; figures would be told in its words."""
    with pytest.raises(ValueError, match="the strategy `fair` is built in: give yours a name of its own"):
        Router(small_pack(), small_organisation(), MemoryLedger(), strategies={"mine": list, "fair": list})
