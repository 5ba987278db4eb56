"""Companies, clients, targets and handovers, as data with a clock: each scenario is played on every kind of ledger.

See `clients/*.yaml`; what `test_assignment` can play, can be played here as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
from attrs import define, field

from leadrouter import Contact, Lead, RulePack
from leadrouter.document import Document
from leadrouter.lifecycle.plan import Applied, Plan
from leadrouter.spelling import write_duration
from tests.conformance.test_assignment import EMPTY, START, Play, span

HERE = Path(__file__).parent / "clients"


def scenarios() -> Iterator[Any]:
    for path in sorted(HERE.glob("*.yaml")):
        document = Document.read(path.read_text(encoding="utf-8"), path.name)
        assert document.root is not None
        data = cast("dict[str, Any]", document.data(document.root))
        assert not document.faults, document.faults
        for scenario in data["scenarios"]:
            yield pytest.param({**data, **scenario}, id=f"{path.stem}: {scenario['scenario']}")


@pytest.mark.parametrize("kind", sorted(EMPTY))
@pytest.mark.parametrize("scenario", list(scenarios()))
def test_each_scenario_plays_as_it_is_written(scenario: Mapping[str, Any], kind: str) -> None:
    """At each time the leads stand, and the clients are held, as the file says."""
    with closing(EMPTY[kind]()) as ledger:
        play = ClientPlay(RulePack.parse(scenario["pack"]), ledger)
        play.begin(scenario["organisation"])
        for act in scenario["play"]:
            play.act(act)
        if kind == "memory":
            play.check_log()


@define
class ClientPlay(Play):
    """A scenario with companies in it."""

    VERBS: ClassVar[tuple[str, ...]] = (
        *Play.VERBS, "enter", "link", "unlink", "transfer", "forget", "handover", "apply",
    )  # fmt: skip
    CHECKS: ClassVar[tuple[str, ...]] = (*Play.CHECKS, "known", "clients", "held", "measures", "plan", "done")

    plans: dict[str, Plan] = field(factory=dict)
    latest: Plan | None = None
    applied: Applied | None = None

    # what happens

    def do_lead(
        self,
        name: str,
        at: datetime,
        *,
        facts: Mapping[str, Any] | None = None,
        arrived: str | None = None,
        **who: str,
    ) -> None:
        received = at if arrived is None else START + span(arrived)
        decision = self.router.route(_lead(name, facts or {}, received, who), at=at)
        self.ids[name] = decision.lead_id

    def do_enter(
        self,
        name: str,
        at: datetime,
        *,
        owner: str,
        size: str = "",
        facts: Mapping[str, Any] | None = None,
        **who: str,
    ) -> None:
        company = self.router.clients.enter(_lead(name, facts or {}, None, who), owner=owner, size=size, at=at)
        self.ids[name] = company.id

    def do_link(self, names: list[str], at: datetime) -> None:
        one, other = names
        self.router.clients.link(self.ids[one], self.ids[other], by="head", at=at)

    def do_unlink(self, name: str, at: datetime) -> None:
        self.router.clients.unlink(self.ids[name], by="head", at=at)

    def do_transfer(self, name: str, at: datetime, *, to: str) -> None:
        self.router.clients.transfer(self.ids[name], to=to, by="head", at=at)

    def do_forget(self, name: str, at: datetime) -> None:
        self.router.clients.forget(self.ids[name], at=at)

    def do_handover(
        self, person: str, at: datetime, *, name: str = "plan", until: str | None = None, reason: Any = None
    ):
        back = None if until is None else START + span(until)
        self.latest = self.plans[name] = self.router.handover(person, at=at, until=back, reason=reason)
        assert Plan.from_json(self.latest.to_json()) == self.latest

    def do_apply(self, name: str, at: datetime) -> None:
        self.applied = self.router.apply(self.plans[name], at=at)

    # what must come of it

    def check_known(self, expected: Mapping[str, str], _: str | None) -> None:
        told = {name: str(self.router.decision(self.ids[name]).known) for name in expected}
        names = {id_: name for name, id_ in reversed(self.ids.items())}
        for id_, name in names.items():
            told = {lead: text.replace(id_, name) for lead, text in told.items()}
        assert told == expected

    def check_clients(self, expected: Mapping[str, str | None], _: str | None) -> None:
        assert {name: self.client(name) for name in expected} == expected

    def client(self, name: str) -> str | None:
        company = self.router.clients.company(self.ids[name])
        if not company.is_client:
            return None
        second = f", second {company.second}" if company.second else ""
        return f"{company.owner}{second}"

    def check_held(self, expected: Mapping[str, int], _: str | None) -> None:
        """What is counted in a portfolio is what stands in the ledger."""
        counted = {load.person: sum(load.holdings.values()) for load in self.router.loads()}
        held = {person: len(self.router.clients.held_by(person)) for person in expected}
        assert held == expected == {person: counted.get(person, 0) for person in expected}

    def check_measures(self, expected: Mapping[str, Mapping[str, str]], _: str | None) -> None:
        for name, measured in expected.items():
            found = {each.measured: each for each in self.router.measures(self.ids[name], at=self.now)}
            told = {
                each: write_duration(found[each].elapsed) + (" missed" if found[each].is_missed else "")
                for each in measured
            }
            assert told == measured

    def check_plan(self, expected: list[str], _: str | None) -> None:
        assert self.latest is not None
        names = {id_: name for name, id_ in reversed(self.ids.items())}
        assert [f"{each.kind} {names[each.id]}: {each.to}, {each.because}" for each in self.latest.moves] == expected

    def check_done(self, expected: Mapping[str, Any], _: str | None) -> None:
        assert self.applied is not None
        names = {id_: name for name, id_ in reversed(self.ids.items())}
        told = {
            "moved": [names[each.id] for each in self.applied.moved],
            "skipped": [f"{names[each.id]}: {why}" for each, why in self.applied.skipped],
            "again": self.applied.was_applied,
        }
        assert {key: told[key] for key in expected} == expected


def _lead(name: str, facts: Mapping[str, Any], received: datetime | None, who: Mapping[str, str]) -> Lead:
    contact = Contact(phone=who.get("phone"), email=who.get("email"))
    return Lead(id=name, company=who.get("company"), contact=contact, facts=facts, received=received)
