"""Cases: leads with what a rule pack promises of them, as data beside the pack."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import yaml
from attrs import field, frozen

from leadrouter.destination import FORMS, Destination, Inbound, Owner, parse_destination
from leadrouter.document import Document, Node
from leadrouter.errors import CaseError, FactsError, Fault, did_you_mean
from leadrouter.facts import read_facts, read_value
from leadrouter.history.past import PastEvent
from leadrouter.history.recall import check_event_facts
from leadrouter.lead import Lead
from leadrouter.organisation import Organisation
from leadrouter.readonly import read_only
from leadrouter.refusal import Refusal
from leadrouter.routing.intake import facts_for
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.check import unknown_destination
from leadrouter.rulepack.pattern_reader import kinds
from leadrouter.rulepack.rule import Table
from leadrouter.span import Span
from leadrouter.staff import STAFFINGS, Staffing
from leadrouter.vocabulary import Duration, Instant

DEFAULT_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When a case happens that does not say: a Monday noon in Moscow."""

_KEYS = ("case", "lead", "at", "history", "staffing", "roster", "load", "client", "after", "expect")
_EVENT = ("kind", "at", "contact")
_UNKNOWN = {"staffing": "LR604", "person": "LR605", "rule": "LR606", "kind": "LR352"}
_LOAD = re.compile(r"(\d{1,6})(?:\s*/\s*(\d{1,6}))?")
_EXPECT = ("rule", "class", "route", "to", "assignee", "accountable", "tags", "blocked_by", "transfer")
_OUTCOMES = {"classify": "class", "route": "route", "transfer": "transfer"}
NOBODY = "nobody"
"""The assignee of a lead that waits or is held."""


@frozen(kw_only=True)
class Expectation:
    """What must come of a lead. None where a case leaves it open.

    Each of `rules` must have decided in its table: a case that is right for another reason fails. `to`,
    `assignee` and `accountable` are held against where the lead stands at the end of the case, `transfer`
    against where a client would pass to if the lead were won.
    """

    rules: tuple[str, ...]
    lead_class: str | None = None
    route: str | None = None
    to: Destination | None = None
    assignee: str | None = None
    accountable: str | None = None
    tags: tuple[str, ...] | None = None
    blocked_by: tuple[str, ...] | None = None
    transfer: Destination | None = None


@frozen
class OpenLeads:
    """How many leads somebody has open, and may have; None for what the organisation says."""

    count: int
    capacity: int | None = None


@frozen(kw_only=True)
class Case:
    """A lead, the circumstances in which it arrives `at` an instant, and what must come of it.

    `history` is what the company did before. `staffing` takes the place of the organisation's; `on_duty` is
    on duty in every role, `away` are absent. `load` says how many leads people have open, and their capacity
    where it is given. `client` holds the company of the lead, which is a client then. The case ends `after`
    nobody has answered for that long.
    """

    name: str
    lead: Lead
    at: datetime = DEFAULT_AT
    history: tuple[PastEvent, ...] = ()
    staffing: Staffing | None = None
    on_duty: str | None = None
    away: tuple[str, ...] = ()
    load: Mapping[str, OpenLeads] = field(factory=dict, converter=read_only, hash=False)
    client: str | None = None
    after: timedelta = timedelta()
    expect: Expectation
    where: Span | None = field(default=None, eq=False, repr=False)


def parse_cases(
    text: str,
    *,
    source: str = "cases.yaml",
    pack: RulePack | None = None,
    organisation: Organisation | None = None,
) -> tuple[Case, ...]:
    """Read a file of cases.

    Args:
        text: the cases in YAML.
        source: the name that faults give as their place.
        pack: the pack whose rules, classes, routes, tags and facts the cases may name; where it is
            left out, those names are not looked up.
        organisation: the same for people and staffings.

    Raises:
        CaseError: with every fault, each with its place and its fix.
    """
    document = Document.read(text, source)
    cases = tuple(_Reading(document, pack, organisation).cases())
    if document.faults:
        raise CaseError(document.faults)
    return cases


@frozen
class _Reading:
    """One file of cases being read; faults go to the document."""

    document: Document
    pack: RulePack | None
    organisation: Organisation | None

    def cases(self) -> Iterator[Case]:
        document = self.document
        nodes: list[Node] = []
        if document.root is not None:
            entries = document.entries(document.root, "a file of cases", known=("cases",), required=("cases",))
            nodes = document.items(entries["cases"], "`cases`") if "cases" in entries else []
        if not nodes and not document.faults:
            fix = "begin with `cases:` and a list of them"
            fault = Fault(code="LR601", message="the file holds no cases", where=document.source.name, fix=fix)
            document.faults.append(fault)
        names: set[str] = set()
        for node in nodes:
            case = self.case(node)
            if case is not None and case.name in names:
                document.fault("LR602", f"case `{case.name}` is given twice", node, "give each case its own name")
            elif case is not None:
                names.add(case.name)
                yield case

    def case(self, node: Node) -> Case | None:
        """Return a case, or None where one of its parts could not be read."""
        entries = self.document.entries(node, "a case", known=_KEYS, required=("case", "lead", "expect"))
        name = self.document.word(entries["case"], "`case`") if "case" in entries else None
        at = self.at(entries["at"]) if "at" in entries else DEFAULT_AT
        staffing = self.staffing(entries["staffing"]) if "staffing" in entries else None
        roster = self.roster(entries["roster"]) if "roster" in entries else {}
        on_duty = self.on_duty(roster["on_duty"]) if "on_duty" in roster else None
        away = self.listed(roster["away"], "person") if "away" in roster else ()
        load = dict(self.load(entries["load"])) if "load" in entries else {}
        client = self.known(entries["client"], "person") if "client" in entries else None
        after = self.after(entries["after"]) if "after" in entries else timedelta()
        lead = self.lead(entries["lead"], at) if "lead" in entries else None
        expect = self.expect(entries["expect"]) if "expect" in entries else None
        history = self.history(entries["history"], at) if "history" in entries else None
        if name is None or lead is None or expect is None:
            return None
        return Case(
            name=" ".join(name.split()),
            lead=lead,
            at=at,
            history=() if history is None else history,
            staffing=staffing,
            on_duty=on_duty,
            away=away,
            load=load,
            client=client,
            after=after,
            expect=expect,
            where=self.document.span(node),
        )

    def at(self, node: Node) -> datetime:
        word = self.document.word(node, "`at`")
        try:
            return cast("datetime", read_value(Instant(), word)) or DEFAULT_AT
        except Refusal as refusal:
            self.document.fault("LR603", f"`at`: {refusal}", node, refusal.fix)
            return DEFAULT_AT

    def history(self, node: Node, at: datetime) -> tuple[PastEvent, ...]:
        """Return what the company did before the case."""
        events = [self.event(each, at) for each in self.document.items(node, "`history`")]
        return tuple(each for each in events if each is not None)

    def event(self, node: Node, now: datetime) -> PastEvent | None:
        """Return a past event, its facts held against the vocabulary."""
        before = len(self.document.faults)
        entries = self.document.entries(node, "an event of `history`", required=_EVENT[:2])
        if len(self.document.faults) > before:
            return None
        kind, at = self.known(entries["kind"], "kind") or "", self.at(entries["at"])
        contact = self.document.word(entries["contact"], "`contact`") if "contact" in entries else None
        if at > now and len(self.document.faults) == before:
            fix = "let it happen before the case, or give the case a later `at`"
            self.document.fault("LR351", f"`{kind}` at {at.isoformat()} is later than the case", entries["at"], fix)
        facts = {key: self.document.data(each) for key, each in entries.items() if key not in _EVENT}
        if self.pack is not None:
            try:
                check_event_facts(self.pack.vocabulary, facts, keep_unknown=self.pack.checked.keep_unknown)
            except FactsError as error:
                for fault in error.faults:
                    place = _place(cast("yaml.MappingNode", node), fault)
                    self.document.fault(fault.code, fault.message, place, fault.fix)
        return PastEvent(kind=kind, at=at, contact=contact, facts=facts)

    def staffing(self, node: Node) -> Staffing | None:
        word = self.known(node, "staffing")
        staffing = cast("Staffing", word) if word in STAFFINGS else None
        organisation = self.organisation
        if staffing is not None and organisation and not organisation.with_staffing(staffing).pool(Inbound()):
            fix = f"say who that is in the organisation: `inbound: {{{staffing}: …}}`"
            self.document.fault("LR604", f"staffing `{staffing}` reaches nobody", node, fix)
        return staffing

    def roster(self, node: Node) -> dict[str, Node]:
        known = ("on_duty", "away")
        entries = self.document.entries(node, "`roster`", known=known)
        if isinstance(node, yaml.MappingNode) and not node.value:
            self.document.fault("LR605", "`roster` says nothing", node, "write `{on_duty: …}` or `{away: […]}`")
        return entries

    def on_duty(self, node: Node) -> str | None:
        organisation = self.organisation
        if organisation is not None and not organisation.with_duty(()).duty:
            self.document.fault("LR605", "the organisation has no duty role", node, "add `duty:` to the organisation")
        return self.known(node, "person")

    def load(self, node: Node) -> Iterator[tuple[str, OpenLeads]]:
        for key, value in self.document.pairs(node, "`load`"):
            person, word = self.known(key, "person"), self.document.word(value, "`load`")
            found = _LOAD.fullmatch(word or "")
            if word is not None and found is None:
                self.document.fault("LR830", f"`{word}` is no number of open leads", value, "write 3, or 3/40")
            elif person is not None and found is not None:
                yield person, OpenLeads(int(found[1]), int(found[2]) if found[2] else None)

    def after(self, node: Node) -> timedelta:
        word = self.document.word(node, "`after`")
        try:
            return cast("timedelta", read_value(Duration(), word)) or timedelta()
        except Refusal as refusal:
            self.document.fault("LR831", f"`after`: {refusal}", node, refusal.fix)
            return timedelta()

    def lead(self, node: Node, at: datetime) -> Lead | None:
        """Return the lead, its facts held against the vocabulary."""
        record = cast("dict[str, Any]", self.document.data(node)) if isinstance(node, yaml.MappingNode) else None
        if record is None:
            self.document.fault("LR106", "`lead` must be a mapping of keys to values", node, "write `key: value`")
            return None
        try:
            lead = Lead.from_mapping(record)
            if self.pack is not None:
                facts = facts_for(self.pack, lead, at)
                read_facts(self.pack.vocabulary, facts, keep_unknown=self.pack.checked.keep_unknown)
        except FactsError as error:
            for fault in error.faults:
                self.document.fault(fault.code, fault.message, _place(cast("yaml.MappingNode", node), fault), fault.fix)
            return None
        return lead

    def expect(self, node: Node) -> Expectation | None:
        entries = self.document.entries(node, "`expect`", known=_EXPECT, required=("rule",))
        if "rule" not in entries:
            return None
        rules = self.listed(entries["rule"], "rule")
        if not rules and isinstance(entries["rule"], yaml.SequenceNode):
            fix = "name the rule that gives the class, or the route"
            self.document.fault("LR606", "the case names no rule", entries["rule"], fix)
        self.reasons(rules, entries)
        return Expectation(
            rules=rules,
            lead_class=self.known(entries["class"], "class") if "class" in entries else None,
            route=self.known(entries["route"], "route") if "route" in entries else None,
            to=self.destination(entries["to"], "to") if "to" in entries else None,
            assignee=self.known(entries["assignee"], "assignee") if "assignee" in entries else None,
            accountable=self.known(entries["accountable"], "assignee") if "accountable" in entries else None,
            tags=self.listed(entries["tags"], "tag") if "tags" in entries else None,
            blocked_by=self.listed(entries["blocked_by"], "field") if "blocked_by" in entries else None,
            transfer=self.destination(entries["transfer"], "transfer") if "transfer" in entries else None,
        )

    def reasons(self, rules: tuple[str, ...], entries: Mapping[str, Node]) -> None:
        """Check that the rules can all decide, and that each outcome of a table has one of its rules beside it."""
        if self.pack is None or not rules or not set(rules) <= set(self.words("rule") or ()):
            return
        for table in (*self.pack.checked.tables, self.pack.checked.transfer):
            ids = [rule.id for rule in table]
            named = [word for word in ids if word in rules]
            if len(named) > 1 and table.name != "tag":
                message = f"{_both(named)} cannot decide together: in table `{table.name}` the first that holds does"
                self.document.fault("LR610", message, entries["rule"], "name the one that decides")
            key = _OUTCOMES.get(table.name, "")
            if key in entries and not named:
                self.reason(table, key, entries[key])

    def reason(self, table: Table, key: str, node: Node) -> None:
        """Report an outcome of a table with none of its rules beside it, where one of them gives it."""
        word = str(self.document.data(node))
        word = str(parse_destination(word) or word)
        gives = [rule.id for rule in table if str(rule.outcome) == word]
        may_be_no_rule = word == str(Owner()) and not any(rule.is_default for rule in table)
        if gives and not may_be_no_rule:
            message = f"`{key}: {word}` is expected of no rule of table `{table.name}`"
            fix = f"name in `rule` the one that gives it, beside others: {' or '.join(f'`{each}`' for each in gives)}"
            self.document.fault("LR609", message, node, fix)

    def destination(self, node: Node, key: str) -> Destination | None:
        word = self.document.word(node, f"`{key}`")
        destination = None if word is None else parse_destination(word)
        if word is not None and destination is None:
            self.document.fault("LR608", f"`{word}` is no destination", node, f"one of {', '.join(FORMS)}")
        if destination is not None and self.organisation is not None and not isinstance(destination, Inbound):
            unknown = unknown_destination(self.organisation.with_duty(()), destination)
            if unknown is not None:
                message, fix = unknown
                self.document.fault("LR611", f"`{key}`: {message}", node, fix)
        return destination

    def listed(self, node: Node, what: str) -> tuple[str, ...]:
        """Return one word, or a list of them."""
        nodes = self.document.items(node, what) if isinstance(node, yaml.SequenceNode) else [node]
        words = [self.known(each, what) for each in nodes]
        return tuple(word for word in words if word is not None)

    def known(self, node: Node, what: str) -> str | None:
        """Return a word; one that nobody knows is a fault."""
        shown = "person" if what == "assignee" else what
        word, known = self.document.word(node, f"a {shown}"), self.words(what)
        if word is not None and known is not None and word not in known:
            fix = did_you_mean(word, known)
            self.document.fault(_UNKNOWN.get(shown, "LR607"), f"unknown {shown} `{word}`", node, fix)
        return word

    def words(self, what: str) -> Collection[str] | None:
        """Return the words of a kind; None where nobody can say."""
        if what == "staffing":
            return STAFFINGS
        if what in ("person", "assignee"):
            nobody = (NOBODY,) if what == "assignee" else ()
            return None if self.organisation is None else {*self.organisation.people, *nobody}
        if self.pack is None:
            return None
        checked = self.pack.checked
        match what:
            case "rule":
                return [rule.id for table in (*checked.tables, checked.transfer) for rule in table]
            case "tag":
                return {str(rule.outcome) for rule in checked.table("tag")}
            case "class":
                return checked.classes
            case "route":
                return checked.routes
            case "kind":
                return kinds(checked.streams.values())
        return (*checked.vocabulary.fields, *checked.signals)


def _both(words: list[str]) -> str:
    *others, last = (f"`{word}`" for word in words)
    return f"{', '.join(others)} and {last}"


def _place(lead: yaml.MappingNode, fault: Fault) -> Node:
    """Find what a fault of a lead is about: an unknown key, or a value; the whole lead where it is neither."""
    name = str(fault.where).partition(".")[2]
    pairs = list(lead.value)
    for key, value in lead.value:
        if key.value in ("facts", "contact") and isinstance(value, yaml.MappingNode):
            pairs += value.value
    for key, value in pairs:
        if key.value == name.removeprefix("contact."):
            return cast("Node", key if "unknown" in fault.message else value)
    return lead
