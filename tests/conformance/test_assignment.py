"""Who gets the lead, as data with a clock: each scenario is played on every kind of ledger.

A scenario has an `organisation`, a `pack` or just the `ladder` of its only route, and a `play`: what
happens at which time after the start, and what must come of it. See `assignment/*.yaml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
from attrs import define, field

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.adapters.postgres import PostgresLedger
from leadrouter.adapters.sqlite import SqliteLedger
from leadrouter.assignment.choice import Choice
from leadrouter.assignment.duties import Absence
from leadrouter.audit.verify import verify
from leadrouter.document import Document
from leadrouter.errors import LeadRouterError
from leadrouter.event import Event
from leadrouter.facts import read_value
from leadrouter.ledger.ledger import Ledger
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.vocabulary import Duration
from tests.postgres_server import emptied_database

HERE = Path(__file__).parent / "assignment"
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
EMPTY: dict[str, Callable[[], Ledger]] = {
    "memory": MemoryLedger,
    "postgres": lambda: PostgresLedger(emptied_database()),
    "sqlite": lambda: SqliteLedger(":memory:"),
}
CHOSEN = ("limits", "newcomers", "quotas", "strategies")
PACK = """
pack: played
vocabulary: {{product: {{enum: [press, lathe]}}, region: {{enum: [MSK, EKB]}}, amount: {{money: RUB}}}}
classify: [{{rule: large, when: amount >= 1_000_000, class: complex}}, {{rule: rest, default: true, class: mass}}]
route: [{{rule: all, default: true, to: sales}}]
routes:
  sales: {ladder}
"""


def scenarios() -> Iterator[Any]:
    for path in sorted(HERE.glob("*.yaml")):
        document = Document.read(path.read_text(encoding="utf-8"), path.name)
        assert document.root is not None
        data = cast("dict[str, Any]", document.data(document.root))
        assert not document.faults, document.faults
        for scenario in data["scenarios"]:
            yield pytest.param({**data, **scenario}, id=f"{path.stem}: {scenario['scenario']}")


def plays() -> Iterator[Any]:
    """Each scenario on each ledger, but for those on PostgreSQL that are about who is chosen, by many leads."""
    for scenario, kind in product(scenarios(), sorted(EMPTY)):
        if not (kind == "postgres" and scenario.id.startswith(CHOSEN)):
            yield pytest.param(*scenario.values, kind, id=f"{scenario.id}, {kind}")


@pytest.mark.parametrize(("scenario", "kind"), list(plays()))
def test_each_scenario_plays_as_it_is_written(scenario: Mapping[str, Any], kind: str) -> None:
    """At each time of a scenario the leads stand where the file says, and nothing else has happened."""
    ladder = "\n".join(["", *(f"    - {step}" for step in scenario.get("ladder", ()))])
    pack = RulePack.parse(scenario.get("pack") or PACK.format(ladder=ladder))
    with closing(EMPTY[kind]()) as ledger:
        play = Play(pack, ledger)
        play.begin(scenario["organisation"])
        for act in scenario["play"]:
            play.act(act)
        if kind == "memory":
            play.check_log()


def span(text: str) -> timedelta:
    """Return a duration; no time at all is `0m`."""
    return cast("timedelta", read_value(Duration(), text))


@define
class Rota:
    """Who is on duty and who is away."""

    duty: tuple[str, ...] = ()
    away: dict[str, Absence] = field(factory=dict)

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:  # noqa: ARG002  # the port's words
        return self.duty

    def absences(self, at: datetime) -> Mapping[str, Absence]:
        return {person: each for person, each in self.away.items() if each.until is None or at < each.until}

    def told(self, role: str, at: datetime) -> None:  # noqa: ARG002  # nothing has to decide here
        return None


@define
class Play:
    """A scenario being played."""

    VERBS: ClassVar[tuple[str, ...]] = (
        "leads", "lead", "answer", "reassign", "pause", "resume", "away", "duty", "tick", "close_breaker",
        "organisation",
    )  # fmt: skip
    CHECKS: ClassVar[tuple[str, ...]] = (
        "refused", "stands", "events", "tells", "why_not", "next", "open", "offers", "shares", "fair",
    )  # fmt: skip

    pack: RulePack
    ledger: Ledger
    rota: Rota = field(factory=Rota)
    now: datetime = START
    news: list[Event] = field(factory=list)
    ids: dict[str, str] = field(factory=dict)
    sequence: list[str] = field(factory=list)
    router: Router = field(init=False)

    def begin(self, organisation: str) -> None:
        """Open a router on an organisation; a second one is an edit of the first."""
        self.router = Router(
            self.pack, Organisation.parse(organisation), self.ledger, observer=self.hear, duties=self.rota
        )

    def hear(self, event: Event) -> None:
        self.news.append(event)
        if event.name == "lead.offered":
            self.sequence += event.details["people"]

    def act(self, act: Mapping[str, Any]) -> None:
        """Do what stands there, and hold what came of it against what must."""
        self.news.clear()
        at = START + span(act.get("at", "0m")) if "at" in act else self.now
        assert at >= self.now, act
        refusal = None
        try:
            self.do({key: value for key, value in act.items() if key not in ("at", *self.CHECKS)}, at)
        except LeadRouterError as error:
            refusal = str(error)
        self.now = max(self.now, at)
        assert refusal is None or "refused" in act, (act, refusal)
        for name in self.CHECKS:
            if name in act:
                getattr(self, f"check_{name}")(act[name], refusal)

    def do(self, act: dict[str, Any], at: datetime) -> None:
        if not act:
            self.wait(at)
            return
        verb = next(each for each in self.VERBS if each in act)
        about = act.pop(verb)
        getattr(self, f"do_{verb}")(about, at, **act)
        assert not self.router.next_deadline() or self.router.next_deadline() > at or verb != "tick"

    def wait(self, at: datetime) -> None:
        """Let time pass with a host that ticks when it is told to."""
        while (due := self.router.next_deadline()) is not None and due <= at:
            self.router.tick(at=max(due, self.now))
        self.router.tick(at=at)

    # what happens

    def do_lead(self, name: str, at: datetime, *, arrived: str | None = None, **record: Any):
        received = at if arrived is None else START + span(arrived)
        decision = self.router.route({"id": name, "received": received, **record}, at=at)
        self.ids[name] = decision.lead_id

    def do_leads(
        self,
        count: str,
        at: datetime,
        *,
        every: str = "0m",
        answered: bool = True,
        facts: Mapping[str, Any] | None = None,
    ):
        """Route many leads, one after the other; whoever is offered one takes it, and it comes to nothing."""
        self.sequence.clear()
        for number in range(int(count)):
            self.now = at + number * span(every)
            self.wait(self.now)
            decision = self.router.route(Lead(id=f"{at}-{number}", facts=facts or {}, received=self.now), at=self.now)
            if answered and decision.assignee is not None:
                self.router.accept(decision.lead_id, by=decision.assignee, at=self.now)
                self.router.lost(decision.lead_id, by=decision.assignee, at=self.now)

    def do_answer(self, answer: str, at: datetime, *, by: str, version: int | None = None):
        verb, name = answer.split()
        getattr(self.router, verb)(self.ids[name], by=by, at=at, expect_version=version)

    def do_reassign(self, name: str, at: datetime, *, to: str | None = None):
        self.router.reassign(self.ids[name], to=to, by="head", at=at)

    def do_pause(self, person: str, at: datetime, *, until: str | None = None):
        self.router.pause(person, at=at, until=None if until is None else START + span(until))

    def do_resume(self, person: str, at: datetime):
        self.router.resume(person, at=at)

    def do_away(self, people: Mapping[str, str | None], at: datetime):
        self.wait(at)
        for person, until in people.items():
            self.rota.away[person] = Absence("away", None if until is None else START + span(until))

    def do_duty(self, people: list[str], at: datetime):
        self.wait(at)
        self.rota.duty = tuple(people)

    def do_tick(self, _: object, at: datetime):
        self.router.tick(at=at)

    def do_close_breaker(self, pool: str, at: datetime):
        self.router.close_breaker(pool, at=at)

    def do_organisation(self, text: str, at: datetime):
        self.wait(at)
        self.begin(text)

    # what must come of it

    def check_log(self) -> None:
        """Whatever was played, the ledger is what its log adds up to."""
        with self.ledger.reading() as work:
            assert verify(work).findings == ()

    def check_stands(self, expected: Mapping[str, str], _: str | None) -> None:
        assert {name: self.where(name) for name in expected} == expected

    def where(self, name: str) -> str:
        state = self.router.lead(self.ids[name])
        match state.status:
            case "offered":
                return f"offered {', '.join(offer.person for offer in state.offers)}"
            case "accepted" | "contacted" | "won" | "lost":
                return f"{state.status} {state.holder}" if state.holder else state.status
            case "held":
                return "held"
        return f"waits at {state.destination} for {state.accountable}"

    def check_events(self, expected: list[str], _: str | None) -> None:
        assert [self.told(event) for event in self.news] == expected

    def check_tells(self, expected: list[Mapping[str, Any]], _: str | None) -> None:
        """Hold what each event says of itself against what must stand in it, `event` being its name and its lead."""
        said = [{"event": self.told(event), **event.details} for event in self.news]
        kept = [{key: each.get(key) for key in wanted} for each, wanted in zip(said, expected, strict=True)]
        assert kept == expected

    def told(self, event: Event) -> str:
        names = {lead_id: name for name, lead_id in self.ids.items()}
        return " ".join(filter(None, (event.name, names.get(event.lead_id or "", ""))))

    def check_refused(self, expected: str, refusal: str | None) -> None:
        assert refusal is not None
        assert expected in refusal

    def check_why_not(self, expected: Mapping[str, Mapping[str, str]], _: str | None) -> None:
        for name, reasons in expected.items():
            events = self.router.events(self.ids[name])
            chosen = [event for event in events if event.evidence.get("pool") is not None]
            why = Choice.from_dict(dict(chosen[-1].evidence)).why_not()
            assert {person: why.get(person) for person in reasons} == reasons

    def check_next(self, expected: str | None, _: str | None) -> None:
        due = self.router.next_deadline()
        assert due == (None if expected is None else START + span(expected))

    def check_open(self, expected: Mapping[str, int], _: str | None) -> None:
        loads = {load.person: load.open_leads for load in self.router.loads()}
        assert {person: loads.get(person, 0) for person in expected} == expected

    def check_offers(self, expected: list[str], _: str | None) -> None:
        assert self.sequence[: len(expected)] == expected

    def check_shares(self, expected: Mapping[str, int], _: str | None) -> None:
        shares = Counter(self.sequence)
        assert {person: shares[person] for person in expected} == expected

    def check_fair(self, weights: Mapping[str, int], _: str | None) -> None:
        """At every prefix everybody is less than one lead from the share by weight."""
        total, got = sum(weights.values()), Counter[str]()
        for count, person in enumerate(self.sequence, start=1):
            got[person] += 1
            for each, weight in weights.items():
                assert abs(got[each] - Fraction(count * weight, total)) < 1, (count, each)
