"""After an erasure nothing of the person is left anywhere, and everything that was decided is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from leadrouter import ConflictError, Contact, FactsError, Lead, Organisation, Router, RulePack, UnknownLeadError
from leadrouter.audit.verify import verify
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.privacy.erasing import Erased, erase
from leadrouter.privacy.redact import redacted_refusal
from leadrouter.privacy.wanted import OfContact
from leadrouter.routing.counterfactual import counterfactual
from tests.busy_office import KEY, BusyOffice
from tests.everything_kept import everything
from tests.unit.ledger.conftest import ledger  # noqa: F401  # every kind of ledger

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)
PACK = RulePack.parse("""
pack: written
vocabulary:
  source: {enum: [call]}
  size: {enum: [small, large]}
  message: {type: text, required: true}
streams: {angry: 'kind == "request" and contains(message, "злой")', request: kind == "request"}
patterns:
  - {pattern: upset, at_least: 1, of: angry, within: 30d}
  - {pattern: busy, at_least: 9, of: request, within: 30d}
classify:
  - {rule: silent, when: not known(message), class: mass}
  - {rule: hurry, when: 'contains(message, "срочно")', class: complex}
  - {rule: rest, default: true, class: mass}
route:
  - {rule: upset, when: upset, to: heads}
  - {rule: all, default: true, to: sales}
routes: {sales: [{to: department(sales)}, {to: head(sales)}], heads: [{to: head(sales)}]}
""")
OFFICE = Organisation.parse("""
organisation: small
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
people: {anna: {}, boris: {}, olga: {}}
""")
PHONE = "8 (912) 345-67-89"
CONTACT = Contact(phone=PHONE, name="Ilya Test", email="ilya@press.example")
TRACES = ("(912)", "345-67", "Ilya", "ilya", "press.example", "Uralpress", "оставил")


@pytest.fixture
def router(ledger):  # noqa: F811  # the fixture
    """A router on each kind of ledger, with one person's leads in it and a stranger's."""
    router = Router(PACK, OFFICE, ledger, identity_key=KEY)
    for number, message in enumerate(["срочно, злой, оставил жалобу", "оставил телефон"], 1):
        route(router, number, CONTACT, message, at=AT + timedelta(minutes=number))
    route(router, 3, Contact(phone="+7 912 000-00-00", name="Stranger"), "hello", at=AT + timedelta(minutes=3))
    with pytest.raises(FactsError):
        router.route({"contact": {"phone": PHONE}, "size": "Ilya"}, at=AT)
    with pytest.raises(ConflictError):
        route(router, 1, Contact(name="Ilya"), "оставил", at=LATER)
    router.record("visit", key="v1", contact=PHONE, company="Uralpress", facts={"message": "оставил визитку"}, at=AT)
    router.clients.enter(Lead(id="c", contact=Contact(phone=PHONE)), owner="anna", at=AT)
    return router


def refused_ids(router):
    """Return the ids that the events of refused leads name, in order."""
    with router.ledger.reading() as work:
        return [event.lead_id for event in work.events() if event.name == "lead.refused"]


def test_a_refused_lead_is_erased_by_its_id(router):
    """By that of its event or the beginning of it, in each ledger, once; no other refusal is."""
    with pytest.raises(FactsError):
        router.route(Lead(id="9", source="call", contact=CONTACT, facts={"size": "Ilya"}), at=AT)
    without, named = refused_ids(router)
    for lead_id in (named, without[:8]):
        assert router.erase(lead_id=lead_id, at=LATER, dry_run=True) == Erased(leads=(), notes=0, refused=1)
        assert router.erase(lead_id=lead_id, at=LATER) == Erased(leads=(), notes=0, refused=1)
    assert [bool(each.payload) for each in router.ledger.refused()] == [False, True, False]
    assert router.erase(lead_id=named, at=LATER) == Erased(leads=(), notes=0, refused=0)
    with router.ledger.reading() as work:
        assert verify(work).is_sound


def test_the_beginning_of_several_ids_names_nobody(router):
    """Of leads that were decided and refused; without a lead that was erased and had no key."""
    for number in range(16):
        route(router, 10 + number, Contact(name="Stranger"), "hello", at=LATER)
    (refused,) = refused_ids(router)
    ids = [refused, *(entry.lead_id for entry in router.ledger.entries())]
    shared = [each for each in ids if each[0] == refused[0]]
    with pytest.raises(UnknownLeadError, match=f"{len(shared)} leads have an id that begins"):
        router.erase(lead_id=refused[0], at=LATER)
    router.erase(lead_id=refused, at=LATER)
    with pytest.raises(UnknownLeadError):
        router.erase(lead_id=refused, at=LATER)
    with pytest.raises(UnknownLeadError, match="no lead has an id that begins with `zz`"):
        router.erase(lead_id="zz", at=LATER)


def test_no_id_at_all_names_nobody(ledger):  # noqa: F811  # the fixture
    """Not even where there is one lead only: nothing is erased for want of a word in a script."""
    router = Router(PACK, OFFICE, ledger, identity_key=KEY)
    route(router, 1, CONTACT, "hello", at=AT)
    with pytest.raises(UnknownLeadError, match="no lead has an id"):
        router.erase(lead_id="", at=LATER)


def route(router, number, contact, message, *, at=AT, **facts):
    company = "Uralpress" if contact == CONTACT else None
    facts = {"size": "small", "message": message, **facts}
    return router.route(Lead(id=str(number), source="call", company=company, contact=contact, facts=facts), at=at)


def traces_in(router, *traces):
    """Return the traces that are anywhere in a ledger; the stranger's phone is none."""
    kept = everything(router.ledger).replace("+7 912 000-00-00", "")
    return [trace for trace in traces or TRACES if trace in kept]


def findings(router):
    """Return what verifying and replaying find; what cannot be replayed any more is none."""
    with router.ledger.reading() as work:
        found = verify(work).findings
    return found + router.replay().differences


def ids(router):
    return [entry.lead_id for entry in router.ledger.entries()]


def test_nothing_of_the_person_is_left(router):
    """In no row of no table; the stranger is there as before, and the ledger is sound."""
    assert traces_in(router) == list(TRACES)
    erased = router.erase(contact="+7 912 345 67 89", at=LATER)
    assert erased == Erased(leads=tuple(ids(router)[:2]), notes=1, refused=2)
    assert traces_in(router) == []
    assert traces_in(router, "Stranger", "hello") == ["Stranger", "hello"]
    assert findings(router) == ()


def test_what_was_decided_is_answered_as_before(router):
    """To the byte, by id and to a repeated delivery, whatever it brings; and no case is made of it."""
    first, second, _ = ids(router)
    before = {id_: router.decision(id_).to_json() for id_ in (first, second)}
    states = [router.lead(id_) for id_ in (first, second)]
    router.erase(contact=PHONE, at=LATER)
    assert {id_: router.decision(id_).to_json() for id_ in (first, second)} == before
    assert [router.lead(id_) for id_ in (first, second)] == states
    again = route(router, 1, Contact(name="Somebody"), "else", at=LATER)
    assert (again.to_json(), again.is_erased) == (before[first], True)
    assert len(router.ledger.refused()) == 2


def test_what_is_left_is_explained(router):
    """The rules that decided, with what is left of their facts; that something is gone is said."""
    first, second, third = ids(router)
    untouched = router.explain(third)
    router.erase(contact=PHONE, at=LATER)
    told = router.explain(first, personal=True)
    assert "personal data was erased" in told
    assert "class complex: rule hurry" in told
    assert "not silent: `not known(message)` is (erased) (message = (erased))" in told
    assert "could have changed it" not in told
    assert counterfactual(router.decision(first)) is None  # the facts that are left would lead elsewhere by themselves
    assert router.decision(second).rules["route"] == "upset"
    assert "signal upset: (erased)" in router.explain(second)
    assert router.decision(first).blocked_by == ()
    assert router.decision(second).to_dict()["explanation"]["signals"][0]["value"] == "true"
    assert router.explain(third) == untouched
    assert not router.decision(third).is_erased
    assert [router.decision(each).to_dict().get("is_erased") for each in (first, third)] == [True, None]


def test_a_lead_that_was_decided_by_the_erased_text_is_answered_from_its_record(router):
    """What a colleague's lead read of the past is cut, and its answer stays."""
    colleague = Contact(email="olga@press.example", name="Colleague")
    third = route(router, 4, colleague, "hello", at=AT + timedelta(hours=1))
    assert third.rules["route"] == "upset"
    kept = router.decision(third.lead_id).to_json()
    router.erase(contact=PHONE, at=LATER)
    decision = router.decision(third.lead_id)
    assert (decision.to_json(), decision.is_erased, decision.route) == (kept, True, "heads")
    assert "lead.past_erased" in [event.name for event in router.events(third.lead_id)]
    assert traces_in(router, "оставил", "hello") == ["hello"]
    assert findings(router) == ()


def test_what_a_rule_has_read_of_the_erased_is_not_replayed(router):
    """It is said which decisions those are; the others come out the same."""
    first, second, _ = ids(router)
    router.erase(contact=PHONE, at=LATER)
    replayed = router.replay()
    assert [str(each).split(":")[0] for each in replayed.left_out] == [f"lead {first}", f"lead {second}"]
    assert (replayed.decisions, replayed.same, replayed.differences) == (3, 1, ())


def test_the_company_is_known_by_what_is_its_own(router):
    """By the domain of its mail; not by the phone of the person, whoever has entered it."""
    router.erase(contact=PHONE, at=LATER)
    known = router.clients.known
    assert known(Lead(contact=Contact(phone=PHONE))).company is None
    assert known(Lead(contact=Contact(email="ilya@press.example"))).rule == "domain"
    assert known(Lead(company="Uralpress")).company is None


def test_patterns_still_count_people(router):
    """Of one person, two leads stay one person's; which, nobody finds out."""
    with router.ledger.reading() as work:
        before = {note.key: note.contact for _, note in work.notes(0, 99)}
    router.erase(contact=PHONE, at=LATER)
    with router.ledger.reading() as work:
        after = {note.key: note.contact for _, note in work.notes(0, 99)}
    assert before["call:1"] == before["call:2"] == before["v1"]
    assert after["call:1"] == after["call:2"] == after["v1"] != before["call:1"]
    assert after["call:3"] == before["call:3"]


def test_erasing_is_told_once(router):
    """An event for each lead and each note, without anything of the person; doing it again finds nothing."""
    told = []
    router.observer = told.append
    router.erase(contact=PHONE, at=LATER)
    names = [event.name for event in told]
    assert sorted(names) == [
        *("company.erased", "company.forgotten", "lead.erased", "lead.erased"),
        "lead.past_erased",
        *("refusal.erased", "refusal.erased"),
    ]
    assert all(event.at == LATER and event.version == 0 for event in told)
    with router.ledger.reading() as work:
        assert [kept.event for kept in work.log()][-len(told) :] == told
    assert router.erase(contact=PHONE, at=LATER) == Erased(leads=(), notes=0, refused=0)
    assert len(told) == 7


def test_a_dry_run_erases_nothing(router):
    """And returns what would be erased."""
    before = everything(router.ledger)
    looked = router.erase(contact=PHONE, dry_run=True)
    is_same = everything(router.ledger) == before
    assert is_same
    assert router.erase(contact=PHONE) == looked


def test_one_lead_is_erased_with_what_came_under_its_key(router):
    """Another lead of the same person stays."""
    first, second, _ = ids(router)
    assert router.erase(lead_id=first[:8], at=LATER) == Erased(leads=(first,), notes=0, refused=1)
    assert router.decision(second).outcome.facts["message"] == "оставил телефон"
    assert "message" not in router.decision(first).outcome.facts
    assert router.decision(first).outcome.facts["size"] == "small"
    assert findings(router) == ()
    with pytest.raises(UnknownLeadError):
        router.erase(lead_id="nobody")


def test_what_is_old_is_erased(router):
    """Leads, notes and refusals of before; what is younger stays."""
    erased = router.erase(before=AT + timedelta(minutes=2), at=LATER)
    assert erased == Erased(leads=tuple(ids(router)[:1]), notes=1, refused=2)
    assert traces_in(router, "жалобу", "визитку", "телефон") == ["телефон"]
    assert findings(router) == ()
    assert router.erase(before=LATER + timedelta(days=1), at=LATER) == Erased(
        leads=tuple(ids(router)[1:]), notes=0, refused=0
    )
    assert traces_in(router, "Stranger", *TRACES) == []
    assert findings(router) == ()


def test_a_note_that_was_erased_is_the_same_note(router):
    """Recording it again changes nothing; recording another one under its key is not noticed any more."""
    router.erase(contact=PHONE, at=LATER)
    before = everything(router.ledger)
    router.record("visit", key="v1", contact=PHONE, company="Uralpress", facts={"message": "else"}, at=LATER)
    is_same = everything(router.ledger) == before
    assert is_same


def test_a_busy_office_is_sound_after_everything_was_erased(ledger):  # noqa: F811  # the fixture
    """Chain, projections and what is left of each lead and note."""
    office = BusyOffice(ledger)
    office.everything()
    erased = office.router.erase(before=office.at + timedelta(days=1), at=office.at)
    assert len(erased.leads) == office.count
    assert findings(office.router) == ()
    assert traces_in(office.router, "8 912", "345-67", "Ilya", "ilya", "Press", "Mill") == []
    assert all(office.router.explain(id_) for id_ in ids(office.router))


def test_what_is_left_cannot_be_changed_unseen(router):
    """The chain covers it."""
    router.erase(contact=PHONE, at=LATER)
    first, second, _ = router.ledger.entries()
    history, refused = json.loads(second.record)["history"], router.ledger.refused()[0]
    for change in (
        lambda work: work.personal.erase(evolve(first, payload=first.payload.replace("small", "large"))),
        lambda work: work.personal.erase(evolve(first, digest="d")),
        lambda work: work.personal.erase_refused(1, evolve(refused, reason="LR999")),
        lambda work: work.personal.erase_noted(evolve(work.noted("visit", "v1"), payload="{}")),
        lambda work: work.personal.erase_text(history, "{}"),
    ):
        with pytest.raises(KeyError), router.ledger.transaction() as work:  # noqa: PT012  # taken back
            change(work)
            assert len(verify(work).findings) == 1
            raise KeyError


def test_a_refusal_that_somebody_has_emptied_is_found(router):
    """Only an event says that it was erased."""
    with router.ledger.transaction() as work:
        ((number, refused),) = work.personal.refused(0, 1)
        work.personal.erase_refused(number, redacted_refusal(refused))
        assert [str(each) for each in verify(work).findings] == [f"refused lead {number}: is not what came"]


def test_exactly_one_is_named():
    """Nothing is erased by a call that names nobody, or several."""
    router = Router(PACK, OFFICE, MemoryLedger())
    for named in ({}, {"contact": "x", "lead_id": "y"}, {"contact": "x", "before": AT}):
        with pytest.raises(TypeError, match="whose"):
            router.erase(**named)
    with pytest.raises(ValueError, match="empty"):
        router.erase(contact="")


def test_without_leads_notes_lose_every_fact():
    """Nobody knows which of them are texts."""
    router = Router(PACK, OFFICE, MemoryLedger())
    router.record("visit", key="v1", contact="ilya@x.example", facts={"size": "small"}, at=AT)
    assert router.erase(contact="ilya@x.example").notes == 1
    with router.ledger.reading() as work:
        assert dict(Lead.from_payload(work.noted("visit", "v1").payload).facts) == {}


class Raced(OfContact):
    """Wanted by two at once: when the first has looked, the second erases."""

    router: Router

    def refusal(self, refused):
        self.router.erase(contact=self.word, at=LATER)
        return super().refusal(refused)


def test_what_somebody_else_has_erased_meanwhile_is_erased_once(router):
    """Neither the lead nor the note is told of twice."""
    wanted = Raced(PHONE, "RU", KEY)
    Raced.router = router
    told = []
    erase(router.ledger, wanted, LATER, tell=told.append)
    assert [event.name for event in told] == []
    assert [event.name for event in router.events(ids(router)[0])].count("lead.erased") == 1
    assert traces_in(router) == []
    assert findings(router) == ()


def test_people_read_what_is_left_of_their_leads(router):
    """On their behalf as on the host's; and nothing of anybody is in a log."""
    first, *_ = ids(router)
    person = router.decision(first).assignee
    router.erase(contact=PHONE, at=LATER)
    compartment = router.on_behalf_of(person, at=LATER)
    assert compartment.decision(first).to_json() == router.decision(first).to_json()
    assert compartment.explain(first, personal=True) == router.explain(first, personal=True)


def test_no_other_case_is_made_of_what_is_erased(router):
    """What would have led elsewhere is asked of what is left, and raises nothing."""
    router.erase(contact=PHONE, at=LATER)
    for lead_id in ids(router):
        found = counterfactual(router.decision(lead_id))
        assert found is None or found.field in {"size", "message"}


def test_erased_leads_are_won_like_others(router):
    """Each deal is noted of its own lead, under the key that it came with."""
    decisions = [entry.lead_id for entry in router.ledger.entries()][:2]
    router.erase(contact=PHONE, at=LATER)
    for lead_id in decisions:
        router.reassign(lead_id, to="anna", by="olga", at=LATER)
        router.won(lead_id, by="anna", at=LATER)
    with router.ledger.reading() as work:
        deals = [note for _, note in work.notes(0, 100) if note.kind == "deal_won"]
        assert [note.begun for note in deals] == decisions
        assert verify(work).findings == ()
