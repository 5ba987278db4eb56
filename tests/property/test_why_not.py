"""Laws of why somebody did not get a lead: everybody is told of once, the same at once and later, and nothing personal.

Whatever happens in an office in which everybody competes, and whatever people write.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadrouter import Contact, Decision, Lead, Organisation, Router, RulePack
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.duties import Absence
from leadrouter.errors import LifecycleError
from leadrouter.event import Event
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.staff import Salesperson
from tests.giving import AT, Books, office
from tests.stateful.small_sales import ORGANISATION, PACK, Rota, backwards

WRITTEN = RulePack.parse(
    PACK.replace("  region:", "  note: text\n  region:").replace(
        "classify:", "tag: [{rule: hurry, when: 'contains(note, \"now\")', tag: urgent}]\nclassify:"
    )
)
OFFICE = Organisation.parse(ORGANISATION)
KINDS = ("shared", "skilled", "hasty", "duty", "direct", "own")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["lead", "lead", "lead", "accept", "decline", "pause", "away", "back", "duty", "tick"]),
        st.integers(0, 29),
    ),
    min_size=1,
    max_size=16,
)
PERSONAL = ("Ilya", "912 345", "+7912", "ilya@", "Secret", "now please")


class Office:
    """A router, whoever is on duty and away, what was decided, and what was told."""

    def __init__(self) -> None:
        self.rota, self.told = Rota(), list[Event]()
        self.router = Router(
            WRITTEN,
            OFFICE,
            MemoryLedger(),
            duties=self.rota,
            strategies={"backwards": backwards},
            observer=self.told.append,
        )
        self.decided = list[tuple[Decision, str, str]]()
        self.at = AT

    def happen(self, what: str, number: int) -> None:
        self.at += timedelta(minutes=1)
        person = sorted(OFFICE.people)[number % len(OFFICE.people)]
        match what:
            case "lead":
                self.lead(number)
            case "accept" | "decline" if self.decided:
                decision, _, _ = self.decided[number % len(self.decided)]
                with suppress(LifecycleError):
                    getattr(self.router, what)(decision.lead_id, by=person, at=self.at)
            case "pause":
                self.router.pause(person, at=self.at, until=self.at + timedelta(minutes=1 + number))
            case "away":
                self.rota.away[person] = Absence("ill", self.at + timedelta(hours=number))
            case "back":
                self.rota.away.pop(person, None)
            case "duty":
                self.rota.duty = (person,) if number % 3 else ()
            case "tick":
                self.router.tick(at=self.at)

    def lead(self, number: int) -> None:
        contact = Contact(name="Ilya Ivanov", phone=f"+7 912 345-67-{number:02}", email=f"ilya@{number}.example")
        facts = {"kind": KINDS[number % len(KINDS)], "note": "now please, says Ilya"}
        facts |= {"region": "EKB"} if number % 2 else {}
        lead = Lead(id=str(len(self.decided)), company="Secret Plant", contact=contact, facts=facts)
        decision = self.router.route(lead, at=self.at)
        self.decided.append((decision, decision.explain(), json.dumps(decision.to_dict())))


def after(steps: list[tuple[str, int]]) -> Office:
    """Return an office in which all that has happened."""
    office = Office()
    for what, number in steps:
        office.happen(what, number)
    return office


def choices(decision: Decision) -> list[Choice]:
    """Return the choices on the steps that a lead came past and on the one where it landed."""
    assignment = decision.assignment
    return [each.choice for each in (*assignment.passed, assignment) if each.choice is not None]


def check_everybody_is_told_of_once(choice: Choice) -> None:
    assert len({*choice.pool}) == len(choice.pool)
    assert {*choice.offered_to} <= choice.figures.keys()
    assert not choice.figures.keys() & choice.closed.keys()
    assert choice.figures.keys() | choice.closed.keys() == {*choice.pool}
    reasons = choice.why_not()
    assert reasons.keys() == {*choice.pool} - {*choice.offered_to}
    assert all(reasons.values())


@given(STEPS)
@example([("lead", 0), ("lead", 0), ("lead", 0), ("lead", 0), ("lead", 0), ("away", 3), ("lead", 5)])
@settings(max_examples=40)
def test_everybody_in_the_pool_is_offered_the_lead_or_told_why_not(steps: list[tuple[str, int]]):
    """Each once: behind a closed gate, or behind somebody with figures; in words as in data."""
    for decision, told, data in after(steps).decided:
        for choice in choices(decision):
            check_everybody_is_told_of_once(choice)
            for person, reason in choice.why_not().items():
                assert f"\n  not {person}: {reason}\n" in told
        assert json.loads(data)["why_not"] == decision.assignment.why_not()


@given(STEPS)
@settings(max_examples=40)
def test_what_was_told_at_once_is_told_later(steps: list[tuple[str, int]]):
    """Whatever has happened since, from the ledger alone, to people and to programs."""
    office = after(steps)
    for decision, told, data in office.decided:
        later = office.router.decision(decision.lead_id)
        assert (later.explain(), json.dumps(later.to_dict())) == (told, data)


@given(STEPS)
@settings(max_examples=20)
def test_nothing_personal_is_told(steps: list[tuple[str, int]]):
    """No phone, e-mail, name or message stands in an explanation, in its data, in an event or in its evidence."""
    office = after(steps)
    told = [text for _, *texts in office.decided for text in texts] + [event.to_json() for event in office.told]
    assert [text for text in told if any(secret in text for secret in PERSONAL)] == []


@given(st.integers(0, 5), st.sampled_from(["olga", "dora"]))
def test_whoever_has_a_deputy_is_told_who_that_is(number: int, person: str):
    """The head who is away did not get the lead because of that, and the explanation says so."""
    office = after([("lead", 4 if person == "olga" else 5)] * number)
    office.rota.away = {person: Absence("ill"), "egor": Absence("ill"), "fedor": Absence("ill")}
    office.lead(4 if person == "olga" else 5)
    decision, told, _ = office.decided[-1]
    deputy = OFFICE.people[person].deputy
    if deputy is None:
        assert decision.accountable == person
    else:
        assert decision.accountable == deputy
        assert f"  not {person}: ill, {deputy} is deputy\n" in told


BETTER = {
    "fair": lambda one, other: one > other,
    "round_robin": lambda one, other: one < other,
    "longest_idle": lambda one, other: one > other,
    "least_loaded": lambda one, other: Fraction(*one) < Fraction(*other),
    "most_qualified": lambda one, other: one > other,
}
"""Whether the figure of one who is a candidate of equal weight puts him before another."""


@given(st.sampled_from(sorted(BETTER)), st.lists(st.sets(st.sampled_from("abcd"), max_size=2), max_size=10), st.data())
@settings(max_examples=60)
def test_the_figures_that_are_told_are_those_that_decided(
    strategy: str, away: list[set[str]], data: st.DataObject
) -> None:
    """Nobody behind has a better figure than the first; where it is no worse, what decided is told."""
    ranks = data.draw(st.lists(st.integers(0, 1), min_size=4, max_size=4))
    people = [Salesperson(id=id_, capacity=20, rank=rank) for id_, rank in zip("abcd", ranks, strict=True)]
    books = Books(office(*people, strategy=strategy))
    for number, absent in enumerate(away):
        books.away = {id_: Absence("ill") for id_ in absent}
        books.give(AT + timedelta(minutes=number))
    books.away = {}
    choice = books.choose(AT + timedelta(minutes=len(away)))
    (first,) = choice.offered_to
    for person, reason in choice.why_not().items():
        figures = choice.figures[first], choice.figures[person]
        assert not BETTER[strategy](*reversed(figures))
        assert BETTER[strategy](*figures) or not reason.endswith(f"comes first by {strategy}")
