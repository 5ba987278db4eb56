"""The leads of a file, routed in their order."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from shlex import quote
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias, assert_never

import click
from attrs import define, evolve, field

from leadrouter.adapters.ledgers import shown
from leadrouter.adapters.records import Format, Record, read_records
from leadrouter.cli.arguments import DEFAULT_LEDGER
from leadrouter.cli.console import err, out, say, say_reject
from leadrouter.cli.progress import progress
from leadrouter.cli.rejects import Rejects
from leadrouter.cli.table import DecisionTable
from leadrouter.errors import ConflictError, FactsError, Fault
from leadrouter.lead import Lead
from leadrouter.ledger.ledger import Ledger
from leadrouter.organisation import Organisation
from leadrouter.reception import GROUP
from leadrouter.roster.roster import DutyRoster
from leadrouter.router import Router
from leadrouter.routing.arrival import Answer, read_lead
from leadrouter.routing.decision import Decision
from leadrouter.routing.rule_pack import RulePack

if TYPE_CHECKING:
    from rich.console import Console

Form: TypeAlias = Literal["table", "json", "brief"]

_SHOWN = 20
"""Rejects that are printed; all of them are in the rejects file, where there is one."""


@define(kw_only=True)
class Intake:
    """Routes records, shows decisions, keeps rejects and counts both.

    `address` is the ledger's, None for a dry run; `name` is the file's, for the places of faults.
    """

    router: Router
    table: DecisionTable
    events: Counter[str]
    address: str | None
    form: Form
    at: datetime | None
    name: str
    rejects: Rejects
    console: Console = field(factory=err)
    classes: Counter[str] = field(factory=Counter)
    fixes: set[str] = field(factory=lambda: {""})
    older: int = 0
    latest: str | None = None

    @classmethod
    def of(
        cls, pack: RulePack, organisation: Organisation, roster: DutyRoster | None, *, ledger: Ledger, **rest: Any
    ) -> Intake:
        """Make one for a pack, an organisation, a roster where there is one, and an open ledger."""
        events: Counter[str] = Counter()
        router = Router(
            pack,
            organisation,
            ledger,
            observer=lambda event: events.update([event.name]),
            roster=roster,
            patterns_engine="reference",
        )
        return cls(router=router, table=DecisionTable.of(router, out()), events=events, **rest)

    @property
    def keeps(self) -> bool:
        """Whether anything is left when the run has ended."""
        return self.address not in (None, "memory:")

    def run(self, stream: BinaryIO, form: Format) -> None:
        """Route every lead of a stream, and sum up.

        Raises:
            FactsError: the heading of a CSV file cannot be used.
            LedgerError: the ledger cannot be written.
            OSError: the rejects cannot be written.
        """
        began = monotonic()
        try:
            with progress(self.console, size := _size(stream)) as advance:
                records, taken = read_records(stream, form, name=self.name), 0
                while group := list(islice(records, 1 if size is None else GROUP)):
                    self.take(group)
                    taken += len(group)
                    advance(group[-1].read, taken)
        except KeyboardInterrupt:
            kept = "; what was routed is kept, and the same command goes on from there" if self.keeps else ""
            say(self.console, f"stopped{kept}", "yellow")
            self.sum_up(monotonic() - began)
            raise
        finally:
            self.router.close()
            self.rejects.close()
        self.sum_up(monotonic() - began)

    def take(self, records: Sequence[Record]) -> None:
        """Route records in one commit, or reject them."""
        read = [FactsError(each.faults) if each.faults else read_lead(each.fields) for each in records]
        leads = [lead for lead in read if isinstance(lead, Lead)]
        answers = iter(self.router.route_many(leads, at=lambda lead: self.at or lead.received))
        for record, lead in zip(records, read, strict=True):
            if isinstance(lead, Lead):
                self.answer(record, lead, next(answers))
            else:
                self.reject(record, lead.faults)

    def answer(self, record: Record, lead: Lead, answer: Answer) -> None:
        """Print a decision, or reject what has none."""
        match answer:
            case Decision():
                self.older += self.is_older(answer)
                self.classes[answer.lead_class] += 1
                self.latest = answer.lead_id
                self.show(lead, answer)
            case FactsError():
                self.reject(record, answer.faults)
            case ConflictError():
                fix = "give what is another lead another id"
                self.reject(record, [Fault(code="LR428", message=str(answer), where="", fix=fix)])
            case _:
                assert_never(answer)

    def is_older(self, decision: Decision) -> bool:
        """Say whether another version of the pack or of the organisation decided."""
        return (decision.pack_digest, decision.organisation_digest) != self.router.digests

    def show(self, lead: Lead, decision: Decision) -> None:
        """Print a decision."""
        if self.form == "table":
            self.table.add(lead, decision)
        else:
            held = decision.to_dict() if self.form == "json" else decision.to_record()
            click.echo(json.dumps(held, ensure_ascii=False))

    def reject(self, record: Record, faults: Sequence[Fault]) -> None:
        """Keep a record that was not routed, and say why."""
        self.rejects.keep(record, faults)
        if self.rejects.count > _SHOWN:
            return
        told = [str(evolve(fault, where="-")).removeprefix("-: ").partition("\n") for fault in faults]
        say_reject(self.console, f"{self.name}:{record.line}", [what for what, _, _ in told])
        for fix in dict.fromkeys(fix for _, _, fix in told if fix not in self.fixes):
            say(self.console, f"  {fix}", "green")
            self.fixes.add(fix)

    def sum_up(self, seconds: float) -> None:
        """Say what was done, and what can be done next."""
        for text, style in self.told(seconds):
            say(self.console, text, style)

    def told(self, seconds: float) -> Iterator[tuple[str, str]]:
        """Yield the closing lines with their styles."""
        routed, rejected, repeated = self.classes.total(), self.rejects.count, self.events["lead.repeated"]
        if rejected > _SHOWN:
            where = ": --rejects FILE keeps them all" if self.rejects.path is None else ""
            yield f"… and {rejected - _SHOWN} more{where}", "red"
        by_class = ", ".join(f"{name} {count}" for name, count in self.classes.most_common())
        if routed:
            yield f"{_counted(routed)} routed in {seconds:.1f} s: {by_class}", "bold green"
        if not routed and not rejected:
            yield f"{self.name} holds no leads", "yellow"
        if rejected:
            kept = "" if self.rejects.path is None else f", kept in {self.rejects.path}"
            yield f"{_counted(rejected)} rejected{kept}", "bold red"
        if repeated:
            yield f"in the ledger already, their decisions stay: {repeated}", "yellow"
        if self.older:
            yield f"  of these decided by another version of the pack or the organisation: {self.older}", "yellow"
            yield "  what this version says: the same command with --dry-run", "yellow"
        if self.form == "table" and self.table.left_out:
            yield f"no room for {', '.join(self.table.left_out)}: widen the terminal, or use --json", "dim"
        if self.address is None or not self.keeps:
            yield f"nothing was kept ({self.address or '--dry-run'})", "dim"
        elif self.latest is not None:
            where = "" if self.address == DEFAULT_LEDGER else f" --ledger {quote(shown(self.address))}"
            yield f"kept in {shown(self.address)}; why: leadrouter explain {self.latest[:12]}{where}", "dim"


def _counted(leads: int) -> str:
    return "1 lead" if leads == 1 else f"{leads} leads"


def _size(stream: BinaryIO) -> int | None:
    """Return the bytes of a file; a pipe has no end yet."""
    try:
        status = os.fstat(stream.fileno())
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
