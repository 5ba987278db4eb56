"""Every decision comes out again from what is stored with it, or is told why not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from attrs import evolve

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.assignment.duties import FixedDuties
from leadrouter.assignment.standing import Standing
from leadrouter.audit.houses import GivenStrategies, NotGivenError
from leadrouter.audit.replay import replay
from leadrouter.audit.verify import verify
from leadrouter.event import Event
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.roster import version
from leadrouter.roster.roster import DutyRoster
from tests.busy_office import AT, KEY, OFFICE, PACK, BusyOffice
from tests.unit.audit import rota
from tests.unit.ledger.conftest import LEDGERS

HOUR = timedelta(hours=1)
STRANGE = rota.PACK.replace("to: on_duty(duty)", "to: department(sales), strategy: backwards")


def replayed(ledger, **given):
    with ledger.reading() as work:
        return replay(work, **given)


def forged(ledger: MemoryLedger, lead_id: str, **changes):
    """Change the record of a lead, as somebody would who forgets the digests."""
    entries = ledger._books.entries
    (key,) = (key for key, entry in entries.items() if entry.lead_id == lead_id)
    record = json.loads(entries[key].record) | changes
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    entries[key] = evolve(entries[key], record=text)


def routed(ledger) -> list[str]:
    return [state.lead_id for state in ledger._books.leads.values()]


def test_every_decision_comes_out_again(busy):
    """On every ledger, whatever happened in between, to the byte, and known by what the leads brought."""
    found = busy.router.replay()
    assert (found.decisions, found.same) == (9, 9)
    assert (found.differences, found.left_out) == ((), ())
    assert found.is_same


def test_a_router_that_was_opened_with_other_rules_replays_by_the_old_ones(remembered):
    """What decided is read from the ledger; what decides now is not asked."""
    ledger = remembered.router.ledger
    staff = Organisation.parse(OFFICE.to_json().replace('"busy"', '"later"'))
    later = Router(
        RulePack.parse(STRANGE.replace("backwards", "fair").replace("{}", "{size: {enum: [small]}}")),
        staff,
        ledger,
        identity_key=KEY,
    )
    later.route(Lead(id="later"), at=remembered.at)
    found = later.replay()
    assert (found.decisions, found.same, found.differences) == (10, 10, ())


def test_what_differs_is_told_with_both_answers(remembered):
    """The lead, what was stored, and what comes out; events are not counted as differing twice."""
    ledger = remembered.router.ledger
    first, second, *_ = routed(ledger)
    forged(ledger, first, assignee="boris")
    forged(ledger, second, **{"class": "complex", "tags": ["x"]})
    found = replayed(ledger)
    assert [str(each) for each in found.differences] == [
        f'lead {first}: assignee was "boris", comes out as "anna"',
        f'lead {second}: class was "complex", comes out as "mass"; tags was ["x"], comes out as []',
    ]
    assert (found.decisions, found.same) == (9, 7)


def test_a_record_that_is_written_otherwise_differs(remembered):
    """Compared are bytes, not values."""
    ledger = remembered.router.ledger
    (key, entry), *_ = ledger._books.entries.items()
    ledger._books.entries[key] = evolve(entry, record=entry.record.replace(",", ", "))
    (found,) = replayed(ledger).differences
    assert found.told == "its record is not written as it was"


def test_an_event_of_the_unit_of_work_that_is_another_differs(remembered):
    """The offer that the decision brings is held against the one that is kept."""
    ledger = remembered.router.ledger
    log = ledger._books.log
    assert log[1].event.name == "lead.offered"
    log[1] = evolve(log[1], event=evolve(log[1].event, details={**log[1].event.details, "people": ["boris"]}))
    told = [each.told for each in replayed(ledger).differences]
    assert told[0] == "`lead.offered` comes out, `lead.offered` is kept"


def test_an_event_that_is_missing_differs(remembered):
    """At the end of the log, and where that of another lead stands in its place."""
    ledger = remembered.router.ledger
    log = ledger._books.log
    place = next(place for place, kept in enumerate(log) if kept.event.name == "lead.routed" and place > 20)
    del log[place + 1 :]
    (found,) = replayed(ledger).differences
    assert found.told == "`lead.offered` comes out, the log ends"
    paused = Event(name="person.paused", lead_id=None, at=AT, details={"person": "anna", "until": None})
    log.append(evolve(log[place], number=place + 2, event=paused))
    (found,) = replayed(ledger).differences
    assert found.told == "`lead.offered` comes out, `person.paused` is kept"
    other = routed(ledger)[0]
    log[-1] = evolve(log[-1], event=Event(name="lead.repeated", lead_id=other, at=AT))
    (found,) = replayed(ledger).differences
    assert found.told == f"`lead.offered` comes out, `lead.repeated` of lead {other} is kept"


def test_what_cannot_be_read_is_a_difference(filed):
    """An event, a payload, an entry: each is named, and the others are replayed all the same."""
    with closing(sqlite3.connect(filed.path)) as file:
        file.execute("UPDATE event SET event = '{' || event WHERE number = 42")
        file.execute("UPDATE entry SET payload = '{' || payload WHERE number = 1")
        file.execute("DELETE FROM entry WHERE number = 2")
        file.commit()
    found = replayed(filed)
    told = [str(each) for each in found.differences]
    assert "event 42: cannot be read" in told
    assert any("cannot be decided from what is kept: JSONDecodeError" in each for each in told)
    assert any("its entry is missing" in each for each in told)
    assert found.decisions == 9
    assert found.same >= 5


def test_facts_that_do_not_fit_are_a_difference(remembered):
    """A payload that the pack would have refused cannot have been decided."""
    ledger = remembered.router.ledger
    key, entry = next(iter(ledger._books.entries.items()))
    ledger._books.entries[key] = evolve(entry, payload=entry.payload.replace('"small"', '"huge"'))
    (found,) = replayed(ledger).differences
    assert found.told == "cannot be decided from what is kept: ValueError"


def test_an_event_that_cannot_be_differs(remembered):
    """A version that does not follow is told."""
    ledger = remembered.router.ledger
    with ledger.transaction() as work:
        work.append(Event(name="lead.lost", lead_id=routed(ledger)[3], at=AT, version=99, details={"by": "x"}))
    (found,) = replayed(ledger).differences
    assert "lead.lost cannot follow what came before it" in found.told


def test_a_text_that_is_missing_is_a_finding(remembered):
    """A ledger keeps what decisions name: what cannot be made again for want of it is no success."""
    ledger = remembered.router.ledger
    for digest in (PACK.digest, OFFICE.digest):
        texts = dict(ledger._books.texts)
        del ledger._books.texts[digest]
        found = replayed(ledger)
        assert (found.same, found.left_out, found.is_same) == (0, (), False)
        what = "pack" if digest == PACK.digest else "organisation"
        assert {each.told for each in found.differences} == {f"the text of its {what} is missing"}
        assert len(found.differences) == 9
        ledger._books.texts.update(texts)


def test_a_past_that_is_missing_is_a_finding(remembered):
    """One that was erased is kept without what was erased; nothing takes one away."""
    ledger = remembered.router.ledger
    reading = [entry.lead_id for entry in ledger.entries() if json.loads(entry.record).get("history")]
    for entry in ledger.entries():
        ledger._books.texts.pop(json.loads(entry.record).get("history"), None)
    found = replayed(ledger)
    assert [str(each) for each in found.differences] == [
        f"lead {lead_id}: the text of its history is missing" for lead_id in reading
    ]
    assert (found.left_out, found.same) == ((), 9 - len(reading))
    assert reading


def test_a_text_with_faults_leaves_decisions_out(remembered):
    """A later version of the library may refuse what an earlier one took."""
    texts = remembered.router.ledger._books.texts
    texts[PACK.digest] = "pack: busy"
    assert all(each.told.startswith("its pack has faults now: LR") for each in remembered.router.replay().left_out)
    texts[OFFICE.digest] = "organisation: busy"
    told = {each.told for each in remembered.router.replay().left_out}
    assert len(told) == 1
    assert told.pop().startswith("its organisation has faults now: LR")


def test_an_erased_text_that_a_rule_has_read_leaves_the_decision_out(remembered):
    """Where another rule decides without the text; where none has read it, the decision comes out the same."""
    ledger = remembered.router.ledger
    for key, entry in list(ledger._books.entries.items()):
        held = json.loads(entry.payload)
        held["facts"].pop("message", None)
        ledger._books.entries[key] = evolve(entry, payload=json.dumps(held), salt="", digest="")
    found = replayed(ledger, identity_key=KEY)
    first = routed(ledger)[0]
    assert [str(each) for each in found.left_out] == [f"lead {first}: its text was erased, and a rule had read it"]
    assert (found.same, found.differences) == (8, ())


def test_identifiers_are_held_against_what_leads_brought(remembered):
    """With the secret; without it they are left alone, and with another one nothing is known by them."""
    ledger = remembered.router.ledger
    assert len(replayed(ledger, identity_key=b"another").differences) == 6
    assert replayed(ledger).is_same
    first = routed(ledger)[0]
    ledger._books.companies.identifiers[first]["phone", "0"] = True
    (found,) = replayed(ledger, identity_key=KEY).differences
    assert str(found) == f"lead {first}: its company is not known by what the lead brings"


class Nights:
    """Duties of the host's own: whoever has an even hour."""

    def on_duty(self, role, at):  # noqa: ARG002  # the port's words
        return ("anna",) if at.hour % 2 else ("boris",)

    def absences(self, at):  # noqa: ARG002  # as above
        return {}

    def told(self, role, at):  # noqa: ARG002  # as above
        return None


def office(**settings) -> Router:
    return Router(RulePack.parse(rota.PACK), Organisation.parse(rota.OFFICE), MemoryLedger(), **settings)


def test_own_duties_are_asked_for(remembered):
    """The record says that the host answered; without him it cannot be made again, with him it can."""
    router = office(duties=Nights())
    for hour in range(3):
        router.route(Lead(id=str(hour)), at=AT + hour * HOUR)
    assert json.loads(router.decision(routed(router.ledger)[0]).to_json())["duties"] == "own"
    assert router.replay().same == 3
    left_out = replayed(router.ledger).left_out
    assert {each.told for each in left_out} == {"the host said who was on duty: give its `duties`"}
    assert replayed(router.ledger, duties=FixedDuties({"duty": ("olga",)})).same == 0
    assert "duties" not in json.loads(remembered.router.decision(routed(remembered.router.ledger)[0]).to_json())


def backwards(candidates, standing):  # noqa: ARG001  # the form of a strategy
    return [each.id for each in reversed(candidates)]


def test_own_strategies_are_asked_for():
    """A strategy that is not given is named; given, the decision comes out the same."""
    given = {"backwards": backwards}
    pack, organisation = RulePack.parse(STRANGE), Organisation.parse(rota.OFFICE)
    router = Router(pack, organisation, MemoryLedger(), strategies=given)
    assert router.route(Lead(id="1"), at=AT).assignee == "boris"
    assert router.replay().same == 1
    (found,) = replayed(router.ledger).left_out
    assert found.told == "strategy `backwards` is the host's own, and was not given"


def test_strategies_that_are_given_are_listed():
    """Those alone that the router had then; one of them that is not given now says so when it is asked."""
    given = GivenStrategies({"backwards": backwards, "upwards": backwards}, ("backwards", "sideways"))
    assert (list(given), len(given), given["backwards"]) == (["backwards", "sideways"], 2, backwards)
    assert ("fair" in given, "backwards" in given, "sideways" in given, "upwards" in given) == (
        False, True, True, False,
    )  # fmt: skip
    with pytest.raises(NotGivenError, match="`sideways` is the host's own"):
        given["sideways"]((), Standing(pool="x"))


@pytest.mark.parametrize("kind", sorted(LEDGERS))
def test_a_strategy_that_is_not_given_any_more_holds_nobody_up(kind, tmp_path):
    """Leads of the pack that names it are shared as the organisation says; replay knows which router had it."""
    ledger, given = LEDGERS[kind](tmp_path), {"backwards": backwards}
    organisation = Organisation.parse(rota.OFFICE)
    before = Router(RulePack.parse(STRANGE), organisation, ledger, strategies=given)
    first = before.route(Lead(id="1"), at=AT)
    assert (first.assignee, json.loads(first.to_json())["strategies"]) == ("boris", ["backwards"])
    assert before.decision(first.lead_id).to_json() == first.to_json()
    after = Router(RulePack.parse(rota.PACK), organisation, ledger)
    after.pause("anna", at=AT)
    assert after.decline(first.lead_id, by="boris", at=AT).status == "waiting"
    later = after.route(Lead(id="2"), at=AT)
    assert "strategies" not in json.loads(later.to_json())
    after.resume("anna", at=AT)
    assert [offer.person for offer in after.lead(first.lead_id).offers] == ["anna"]
    offered = [each for each in after.events(first.lead_id) if each.name == "lead.offered"]
    assert [each.evidence["strategy"] for each in offered] == ["backwards", "fair"]
    found = replayed(ledger, strategies=given)
    assert (found.same, found.differences, found.left_out) == (2, (), ())
    with ledger.reading() as work:
        assert verify(work).is_sound
    ledger.close()


def test_a_roster_is_read_again_from_the_ledger():
    """Whoever was on duty then is on duty again, a later version of the roster among it."""
    later = rota.ROSTER.replace("tz:", "effective: 2026-03-03T09:00:00+03:00\ntz:")
    later = later.replace("[anna, boris]", "[boris]").replace("anchor: 2026-03-02", "anchor: 2026-03-03, first: boris")
    roster = DutyRoster.parse(rota.ROSTER).with_version(DutyRoster.parse(later))
    router = office(roster=roster)
    got = [router.route(Lead(id=str(day)), at=AT + timedelta(days=day)).assignee for day in range(3)]
    assert got == ["anna", "boris", "boris"]
    found = router.replay()
    assert (found.same, found.differences, found.left_out) == (3, (), ())


def test_files_beside_a_roster_are_kept_with_it():
    """A plan, as an example: it is read again from the ledger, not from its folder."""
    (layer,) = (line for line in rota.ROSTER.splitlines() if "id: days" in line)
    text = rota.ROSTER.replace(layer, "      - {id: days, plan: march.csv}") + "people: {anna: {}, boris: {}}\n"
    plan = b"role,start,end,people\nduty,2026-03-02T00:00+03:00,2026-03-04T00:00+03:00,boris\n"
    files = {"march.csv": plan}
    router = office(roster=DutyRoster.parse(text, read=files.__getitem__))
    assert router.route(Lead(id="1"), at=AT).assignee == "boris"
    files.clear()
    assert router.replay().same == 1


def test_a_roster_that_reads_otherwise_now_leaves_decisions_out(monkeypatch):
    """Other rules of time zones, a text that was changed, none at all: each is told."""
    router = office(roster=DutyRoster.parse(rota.ROSTER))
    router.route(Lead(id="1"), at=AT)
    texts, digest = router.ledger._books.texts, router.roster.digest
    with monkeypatch.context() as patched:
        patched.setattr(version, "TZDATA", "2099z")
        (found,) = router.replay().left_out
    assert found.told == "its roster reads otherwise now: by other rules of time zones, or other holidays"
    kept, texts[digest] = texts[digest], texts[digest][:-3]
    (found,) = router.replay().left_out
    assert found.told == "its roster cannot be read any more: ValueError"
    del texts[digest]
    (found,) = router.replay().left_out
    assert found.told == "the text of its roster is not kept"
    assert kept


def test_a_roster_that_was_made_otherwise_is_not_kept():
    """One that was not read from a text has none that could be kept."""
    roster = DutyRoster(DutyRoster.parse(rota.ROSTER).versions)
    router = office(roster=roster)
    router.route(Lead(id="1"), at=AT)
    assert router.ledger.text(roster.digest) is None
    assert [each.told for each in router.replay().left_out] == ["the text of its roster is not kept"]


@pytest.mark.parametrize("leads", [1, 4])
def test_memory_holds_what_is_open(leads):
    """Of a closed lead a digest is held, and what happens to it later is told from its events."""
    office = BusyOffice(MemoryLedger())
    decisions = [office.lead("Press") for _ in range(leads)]
    for decision in decisions:
        office.router.lost(decision.lead_id, by="olga", at=office.at)
        office.router.credit(decision.lead_id, by="olga", at=office.at)
    assert office.router.replay().is_same
