"""A place to run the examples of one page, in their order, each seeing what those before it left."""

from __future__ import annotations

import doctest
import json
import shutil
from collections.abc import Iterator
from contextlib import chdir
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
from attrs import define, evolve, field

from leadrouter import DutyRoster, Organisation, Router, RulePack
from leadrouter.adapters.ical import read_calendar
from leadrouter.adapters.records import Format, read_records
from leadrouter.errors import Fault, FaultsError
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.roster.person import Person
from leadrouter.roster.plan_file import parse_plan
from leadrouter.rulepack.check import check_destinations
from leadrouter.rulepack.check_attributes import warn_of_attributes
from leadrouter.testing import parse_cases, run_case
from leadrouter.zone import zone
from tests.postgres_server import address_of, new_database

from .graft import grafted, route_by
from .page import ROOT, Example
from .terminal import Terminal

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SERVER = "postgresql://leads@db.example.com/leads"
"""What pages call a server of the reader's."""

_SAVED = frozenset({"yaml", "csv", "ics", "jsonl", "toml", "python"})


@define
class Workbench:
    """A folder with the rule packs in it, a namespace for Python, and the page's pack and organisation so far."""

    folder: Path
    terminal: Terminal
    namespace: dict[str, Any] = field(factory=lambda: {"__name__": "example"})
    pack: str = ""
    organisation: str = ""
    roster: str = ""
    faulty: tuple[Path, str] | None = None
    """A file in which a fault is shown, and its text before, which a reader would put back."""
    address: str | None = None
    found: list[Fault] = field(factory=list)
    """The faults of the example before, where that is to show some: a text behind it is what they say."""

    @classmethod
    def at(cls, folder: Path) -> Workbench:
        """Set up a workbench in an empty folder."""
        shutil.copytree(ROOT / "rules", folder / "rules")
        return cls(folder, Terminal(folder))

    def close(self) -> None:
        """Close the ledgers of the routers that the page has left open."""
        for router in [each for each in self.namespace.values() if isinstance(each, Router)]:
            router.close()

    def run(self, example: Example) -> None:
        """Run an example; one that names the code of an error must produce it."""
        if SERVER in example.text or example.language == "sql":
            example = evolve(example, text=example.text.replace(SERVER, self.database))
        if self.faulty is not None and example.language != "console":
            self.faulty[0].write_text(self.faulty[1], encoding="utf-8")
            self.faulty = None
        self.save(example)
        if example.language == "console":
            self.terminal.console(example)
            assert example.code is None or f" {example.code} " in example.text, f"{example.place}: no {example.code}"
        elif example.language == "sh":
            self.terminal.script(example)
        elif example.language == "pycon":
            self.session(example)
        elif example.code is not None:
            self.found = self.faults(example)
            codes = sorted({fault.code for fault in self.found})
            assert example.code in codes, f"{example.place}: {example.code} is not among {codes}"
            return
        elif example.language == "text" and self.found:
            printed, brief = "\n\n".join(map(str, self.found)), "\n".join(map(briefly, self.found))
            assert example.text.strip() in (printed, brief), f"{example.place}:\n{printed}\n\n{brief}"
        else:
            warnings = "\n".join(map(str, self.checked(example)))
            assert not warnings, f"{example.place}:\n{warnings}"
        self.found = []

    @property
    def database(self) -> str:
        """The address of a database of the page's own, on a server for tests."""
        if self.address is None:
            self.address = address_of(new_database())
        return self.address

    def save(self, example: Example) -> None:
        """Write an example that names its file to that file, a fragment with what it is a part of."""
        name = example.option("file")
        if name is None:
            return
        wholes = {
            ("fragment",): self.pack,
            ("organisation", "fragment"): self.organisation,
            ("roster", "fragment"): self.roster,
        }
        whole = wholes.get(example.kind)
        file = self.folder / name
        if example.code is not None:
            self.faulty = file, file.read_text(encoding="utf-8")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(example.text if whole is None else grafted(whole, example.text), encoding="utf-8")

    def faults(self, example: Example) -> list[Fault]:
        """Return what is wrong with an example, and what it is warned of."""
        try:
            return list(self.checked(example))
        except FaultsError as error:
            return list(error.faults)

    def checked(self, example: Example) -> Iterator[Fault]:
        """Check an example by its language and kind; yield its warnings, and the faults of leads.

        Raises:
            FaultsError: it has faults.
        """
        text, is_kept = example.text, example.code is None
        match example.language, example.kind:
            case language, () if language == "text" or (example.option("file") is not None and language in _SAVED):
                return
            case "yaml", ("roster", *more):
                year = int(example.option("year") or 2026) if "findings" in more else None
                yield from self.check_roster(text, is_kept=is_kept, is_part="fragment" in more, year=year)
            case "yaml", kind:
                yield from self.checked_yaml(kind, text, is_kept=is_kept, is_saved=example.option("file") is not None)
            case ("json" | "jsonl" | "csv") as form, ("leads",):
                yield from self.unread(text, form)
            case "csv", ("plan",):
                yield from parse_plan(text, people=("anna", "boris"), roles=("duty", "backup"))[1]
            case "csv", ():
                (self.folder / "table.csv").write_text(text, encoding="utf-8")
                yield from self.check_pack(grafted(self.pack, "classify: {csv: table.csv}\n"))
            case "ics", ():
                yield from self.odd_events(text)
            case "json", ("facts",):
                RulePack.parse(self.pack).decide(json.loads(text))
            case "json", ("lead",):
                self.router().route(json.loads(text), at=AT)
            case "sql", ():
                self.ask(text)
            case "python", ():
                with chdir(self.folder):
                    exec(compile(text, example.place, "exec"), self.namespace)  # noqa: S102  # our own pages
            case language, kind:
                raise AssertionError(f"{example.place}: nobody knows how to check `{language} {' '.join(kind)}`")

    def ask(self, statement: str) -> None:
        """Ask the page's database, and leave nothing behind."""
        with psycopg.connect(self.database) as connection:
            connection.execute(statement.encode())
            connection.rollback()

    def checked_yaml(self, kind: tuple[str, ...], text: str, *, is_kept: bool, is_saved: bool) -> Iterator[Fault]:
        """Check YAML by its kind; a whole pack or organisation is the page's from then on."""
        match kind:
            case ("pack",):
                yield from self.check_pack(text, is_kept=is_kept)
            case ("fragment",):
                yield from self.check_pack(grafted(self.pack, text), is_kept=is_kept and is_saved)
            case ("conditions",):
                yield from self.check_pack(grafted(self.pack, route_by(text)))
            case ("organisation",):
                yield from self.check_organisation(text, is_kept=is_kept)
            case ("organisation", "fragment"):
                yield from self.check_organisation(grafted(self.organisation, text))
            case ("cases",):
                self.check_cases(text)
            case _:
                raise AssertionError(f"nobody knows how to check `yaml {' '.join(kind)}`")

    def check_pack(self, text: str, *, is_kept: bool = False) -> Iterator[Fault]:
        """Read a pack, and hold it against the page's organisation where there is one."""
        pack = RulePack.parse(text, include=self.include)
        if is_kept:
            self.pack = text
        elif self.organisation:
            Router(pack, Organisation.parse(self.organisation), MemoryLedger())
        yield from pack.warnings

    def check_organisation(self, text: str, *, is_kept: bool = False) -> Iterator[Fault]:
        """Read an organisation, and hold the page's pack against it where there is one."""
        organisation = Organisation.parse(text)
        if is_kept:
            self.organisation = text
        elif self.pack:
            pack = RulePack.parse(self.pack, include=self.include).checked
            yield from check_destinations(pack, organisation)
            yield from warn_of_attributes(pack, organisation)
        yield from organisation.warnings

    def check_roster(self, text: str, *, is_kept: bool, is_part: bool, year: int | None) -> Iterator[Fault]:
        """Read a roster, and look for its findings in a year; a whole one is the page's from then on."""
        whole = grafted(self.roster, text) if is_part else text
        if is_kept and not is_part:
            self.roster = whole
        roster = DutyRoster.parse(whole, read=lambda named: (self.folder / named).read_bytes())
        yield from roster.warnings
        if year is not None:
            for each in roster.check(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)):
                yield Fault(code=each.code, message=each.message, where=each.where, fix=each.fix)

    def check_cases(self, text: str) -> None:
        """Read cases and run them."""
        router = self.router()
        for case in parse_cases(text, pack=router.pack, organisation=router.organisation):
            result = run_case(case, router.pack, router.organisation, router.roster)
            assert result.passed, result.report()

    def unread(self, text: str, form: Format) -> Iterator[Fault]:
        """Yield what is wrong with a file of leads; route those that can be read."""
        router = self.router()
        for record in read_records(BytesIO(text.encode()), form, name="leads"):
            yield from record.faults
            if not record.faults:
                router.route(record.fields, at=AT)

    def odd_events(self, text: str) -> Iterator[Fault]:
        """Read a calendar of Anna and Boris; yield what is odd about its events."""
        people = {each: Person(id=each, email=f"{each}@works.example") for each in ("anna", "boris")}
        tz = zone("Europe/Moscow")
        _, findings = read_calendar(text.encode(), source="duty.ics", people=people, people_by="email", tz=tz)
        for each in findings:
            yield Fault(code=each.code, message=each.message, where=each.where, fix=each.fix)

    def include(self, named: str, _above: str) -> tuple[str, str]:
        """Read a file that a pack includes."""
        return named, (self.folder / named).read_text(encoding="utf-8")

    def router(self) -> Router:
        """Return a router on what the page shows: on the great pack, or the small organisation, where it shows none."""
        if not self.pack:
            return Router.open(self.folder / "rules" / "baksht", ledger="memory:")
        small = self.folder / "rules" / "minimal" / "organisation.yaml"
        organisation = Organisation.parse(self.organisation or small.read_text(encoding="utf-8"))
        return Router(RulePack.parse(self.pack), organisation, MemoryLedger())

    def session(self, example: Example) -> None:
        """Run a Python session as doctest does, in the page's namespace."""
        parser, page = doctest.DocTestParser(), str(example.page)
        test = parser.get_doctest(example.text, self.namespace, example.place, page, example.line)
        test.globs = self.namespace
        told: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS, verbose=False)
        with chdir(self.folder):
            result = runner.run(test, out=told.append, clear_globs=False)
        assert result.failed == 0, "".join(told)


def briefly(fault: Fault) -> str:
    """Return a fault without its place and excerpt."""
    return f"{fault.code} {fault.message}" + (f"\nfix: {fault.fix}" if fault.fix else "")
