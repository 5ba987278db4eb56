"""A place to run the examples of one page, in their order, each seeing what those before it left."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import entry_points
from io import BytesIO
from pathlib import Path
from typing import Any

from attrs import define, field

import leadrouter
from leadrouter import Organisation, Router, RulePack
from leadrouter.adapters.records import Format, read_records
from leadrouter.document import Document, plain_scalar
from leadrouter.errors import Fault, FaultsError
from leadrouter.facts import Refusal, read_value, write_value
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.routing.evaluate import value_of
from leadrouter.rulepack.fields import FieldReader
from leadrouter.testing.cases import parse_cases
from leadrouter.testing.results import run_case

from .page import ROOT, Example, Table, quoted

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

VALUES = ("type", "given", "read as")
TRUTHS = ("condition", "facts", "is")

_SECTION = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
_WIDTH = "110"


@define
class Workbench:
    """A folder with the rule packs in it, a namespace for Python, and the page's pack so far."""

    folder: Path
    namespace: dict[str, Any] = field(factory=lambda: {"__name__": "example"})
    pack: str = ""
    organisation: str = ""
    status: int = 0
    faulty: tuple[Path, str] | None = None
    """A file in which a fault is shown, and its text before, which a reader would put back."""

    @classmethod
    def at(cls, folder: Path) -> Workbench:
        """Set up a workbench in an empty folder."""
        shutil.copytree(ROOT / "rules", folder / "rules")
        return cls(folder)

    def run(self, example: Example) -> None:
        """Run an example; one that names the code of an error must produce it."""
        if self.faulty is not None and example.language != "console":
            self.faulty[0].write_text(self.faulty[1], encoding="utf-8")
            self.faulty = None
        self.save(example)
        if example.code is not None:
            codes = {fault.code for fault in self.faults(example)}
            assert example.code in codes, f"{example.place}: {example.code} is not among {sorted(codes)}"
        elif example.language == "console":
            self.console(example)
        elif example.language == "sh":
            self.shell(example)
        elif example.language == "pycon":
            self.session(example)
        else:
            found = list(self.checked(example))
            assert not found, f"{example.place}:\n" + "\n".join(map(str, found))

    def faults(self, example: Example) -> list[Fault]:
        """Return what is wrong with an example, and what it is warned of."""
        try:
            return list(self.checked(example))
        except FaultsError as error:
            return list(error.faults)

    def save(self, example: Example) -> None:
        """Write an example that names its file to that file, a fragment with what it is a part of."""
        name = example.option("file")
        if name is not None:
            whole = {("fragment",): self.pack, ("organisation", "fragment"): self.organisation}.get(example.kind)
            file = self.folder / name
            if example.code is not None:
                self.faulty = file, file.read_text(encoding="utf-8")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(example.text if whole is None else grafted(whole, example.text), encoding="utf-8")

    def checked(self, example: Example) -> Iterator[Fault]:
        """Check an example by its language and kind; yield its warnings.

        Raises:
            FaultsError: it has faults.
        """
        match example.language, example.kind:
            case ("yaml" | "csv" | "jsonl" | "toml" | "python"), () if example.option("file") is not None:
                pass
            case "yaml", ("pack",):
                yield from self.check_pack(example.text, keep=example.code is None)
            case "yaml", ("fragment",):
                is_kept = example.option("file") is not None and example.code is None
                yield from self.check_pack(grafted(self.pack, example.text), keep=is_kept)
            case "yaml", ("conditions",):
                yield from self.check_pack(grafted(self.pack, _route_by(example.text)))
            case "yaml", ("organisation",):
                yield from self.check_organisation(example.text, keep=example.code is None)
            case "yaml", ("organisation", "fragment"):
                yield from self.check_organisation(grafted(self.organisation, example.text))
            case "yaml", ("cases",):
                self.check_cases(example)
            case ("json" | "jsonl" | "csv") as form, ("leads",):
                yield from self.unread(example.text, form)
            case "csv", ():
                (self.folder / "table.csv").write_text(example.text, encoding="utf-8")
                yield from self.check_pack(grafted(self.pack, "classify: {csv: table.csv}\n"))
            case "json", ("facts",):
                RulePack.parse(self.pack).decide(json.loads(example.text))
            case "json", ("lead",):
                self.router().route(json.loads(example.text), at=AT)
            case "python", ():
                with self.inside():
                    exec(compile(example.text, example.place, "exec"), self.namespace)  # noqa: S102  # our own pages
            case "text", ():
                pass
            case language, kind:
                raise AssertionError(f"{example.place}: nobody knows how to check `{language} {' '.join(kind)}`")

    def check_pack(self, text: str, *, keep: bool = False) -> Iterator[Fault]:
        pack = RulePack.parse(text, include=self.include)
        if keep:
            self.pack = text
        yield from pack.warnings
        if self.organisation and not keep:
            Router(pack, Organisation.parse(self.organisation), MemoryLedger())

    def check_cases(self, example: Example) -> None:
        router = self.router()
        for case in parse_cases(example.text, pack=router.pack, organisation=router.organisation):
            result = run_case(case, router.pack, router.organisation)
            assert result.passed, f"{example.place}:\n{result.report()}"

    def unread(self, text: str, form: Format) -> Iterator[Fault]:
        """Yield what is wrong with a file of leads; route those that can be read."""
        router = self.router()
        for record in read_records(BytesIO(text.encode()), form, name="leads"):
            yield from record.faults
            if not record.faults:
                router.route(record.fields, at=AT)

    def check_organisation(self, text: str, *, keep: bool = False) -> Iterator[Fault]:
        yield from Organisation.parse(text).warnings
        if keep:
            self.organisation = text

    def include(self, named: str, _above: str) -> tuple[str, str]:
        return named, (self.folder / named).read_text(encoding="utf-8")

    def router(self) -> Router:
        """Return a router on the page's pack, or on the great one where the page has none."""
        if not self.pack:
            return Router.open(self.folder / "rules" / "baksht", ledger="memory:")
        return Router(RulePack.parse(self.pack), Organisation.parse(self.organisation), MemoryLedger())

    # what a reader types

    def inside(self) -> _Inside:
        return _Inside(self.folder)

    def session(self, example: Example) -> None:
        """Run a Python session as doctest does, in the page's namespace."""
        name = example.place
        test = doctest.DocTestParser().get_doctest(example.text, self.namespace, name, str(example.page), example.line)
        test.globs = self.namespace
        told: list[str] = []
        flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        with self.inside():
            result = doctest.DocTestRunner(optionflags=flags, verbose=False).run(test, out=told.append, clear_globs=False)
        assert result.failed == 0, "".join(told)

    def shell(self, example: Example) -> None:
        """Run the parts of a command line that call leadrouter; the others set up a machine."""
        for line in example.text.splitlines():
            for part in line.split("&&"):
                words = part.split()
                if words and Path(words[0]).name == "leadrouter":
                    status, told = self.command(shlex.join(["leadrouter", *words[1:]]))
                    assert status == 0, f"{example.place}: {part}\n{told}"

    def console(self, example: Example) -> None:
        """Run each `$` line, and compare what it prints where that is shown."""
        for command, shown in _commands(example):
            if command == "echo $?":
                assert shown.strip() == str(self.status), f"{example.place}: exit code {self.status}, shown is {shown}"
                self.status = 0
                continue
            assert self.status == 0, f"{example.place}: exit code {self.status} is not said"
            self.status, told = self.command(command)
            assert matches(shown, told), f"{example.place}: $ {command}\nshown:\n{shown}\nprinted:\n{told}"
        assert self.status == 0, f"{example.place}: exit code {self.status} is not said"

    def command(self, line: str) -> tuple[int, str]:
        """Run one command line; return its exit code and what it printed."""
        words = shlex.split(line)
        if words[0] != "leadrouter" or re.search(r"[|<>]", line):
            return self.subprocess(line)
        from click.testing import CliRunner

        from leadrouter.cli.program import program

        with self.inside():
            result = CliRunner().invoke(program, words[1:], env={"COLUMNS": _WIDTH}, prog_name="leadrouter")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def subprocess(self, line: str) -> tuple[int, str]:
        binaries = self.folder / ".bin"
        if not binaries.exists():
            binaries.mkdir()
            plugin = "" if entry_points(group="pytest11", name="leadrouter") else "-p leadrouter.pytest_plugin"
            calls = {"leadrouter": "-c 'from leadrouter.cli import main; main()'", "pytest": f"-m pytest {plugin}"}
            for name, call in calls.items():
                script = binaries / name
                script.write_text(f'#!/bin/sh\nexec {sys.executable} {call} "$@"\n', encoding="utf-8")
                script.chmod(0o755)
        path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(Path(leadrouter.__file__).parents[1]), "COLUMNS": _WIDTH}
        done = subprocess.run(line, shell=True, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S602  # our own pages
        return done.returncode, done.stdout + done.stderr

    # tables that state what is read and what is true

    def check_table(self, table: Table) -> None:
        """Check each row of a table that states values or truths; other tables are only read."""
        check = {VALUES: self.value, TRUTHS: self.truth}.get(table.heading)
        for number, cells in table.rows if check is not None else ():
            assert check is not None
            place = f"{table.page.relative_to(ROOT)}:{number}"
            check(place, *map(quoted, cells))

    def value(self, place: str, types: list[str], given: list[str], expected: list[str]) -> None:
        """Check that each value given is read as the one expected, or refused with that code."""
        document = Document.read(f"type: {types[0]}", "types")
        assert document.root is not None
        type_ = FieldReader(document).type("the type", document.root.value[0][1])
        assert type_ is not None, f"{place}: {types[0]} is no type: {document.faults}"
        assert given, f"{place}: no value is given"
        for each in given:
            try:
                value = write_value(type_, read_value(type_, _given(each)))
            except Refusal as refusal:
                value = refusal.code
            told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            assert [told] == expected, f"{place}: {each} is read as {told}"

    def truth(self, place: str, written: list[str], facts: list[str], expected: list[str]) -> None:
        """Check that a condition is true, false or unknown for some facts."""
        pack = RulePack.parse(grafted(self.pack, _route_by(f"- {json.dumps(written[0], ensure_ascii=False)}\n")))
        document = Document.read(facts[0], "facts")
        given = document.data(document.root) if document.root is not None else {}
        outcome = pack.decide(given)  # type: ignore[arg-type]
        known = {**outcome.facts, "tags": frozenset(outcome.tags), "class": outcome.lead_class}
        value = value_of(pack.checked.table("route").rules[0].when[0].root, known, pack.checked.calendar)
        told = {True: "true", False: "false", None: "unknown"}[value]
        assert [told] == expected, f"{place}: {written[0]} is {told}"


@define
class _Inside:
    """The folder as the working directory, for as long as a block lasts."""

    folder: Path
    _before: str = ""

    def __enter__(self) -> None:
        self._before = os.getcwd()  # noqa: PTH109  # text is what chdir takes back
        os.chdir(self.folder)

    def __exit__(self, *_: object) -> None:
        os.chdir(self._before)


def grafted(base: str, fragment: str) -> str:
    """Put the sections of a fragment in place of those of a whole; its vocabulary is added to the whole's."""
    sections = {_name(part): part for part in _SECTION.split(base) if part.strip()}
    for part in _SECTION.split(fragment):
        name = _name(part)
        if name == "vocabulary" and name in sections:
            sections[name] = sections[name].rstrip() + "\n" + part.partition("\n")[2]
        elif part.strip():
            sections[name] = f"{part.rstrip()}\n{_gap(sections.get(name, ''))}"
    return "".join(sections.values())


def _name(section: str) -> str:
    return section.partition(":")[0]


def _gap(section: str) -> str:
    """Return the empty lines at the end of a section."""
    return "\n" * (section.count("\n") - section.rstrip("\n").count("\n") - 1)


def matches(shown: str, told: str) -> bool:
    """Say whether what was printed is what is shown, where `…` stands for anything and nothing for all."""
    if not shown.strip():
        return True
    pattern = re.escape(_trimmed(shown)).replace("…", ".*")
    return re.fullmatch(pattern, _trimmed(told), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")).rstrip()


def _commands(example: Example) -> Iterable[tuple[str, str]]:
    """Yield each command of a console block with the output that is shown below it."""
    command, shown = "", []
    for line in example.text.split("\n"):
        if line.startswith("$ "):
            if command:
                yield command, "\n".join(shown)
            command, shown = line.removeprefix("$ "), []
        elif command.endswith("\\"):
            command = command.removesuffix("\\") + line.strip()
        else:
            assert command, f"{example.place}: a console block begins with `$ `"
            shown.append(line)
    yield command, "\n".join(shown)


def _route_by(conditions: str) -> str:
    """Return a route section that asks each of some conditions."""
    document = Document.read(conditions, "conditions")
    assert document.root is not None
    assert not document.faults, document.faults
    rules = []
    for number, node in enumerate(document.items(document.root, "conditions")):
        when = document.data(node)
        rules.append(f"  - {{rule: condition-{number}, when: {json.dumps(when, ensure_ascii=False)}, to: desk}}")
    return "\n".join(["route:", *rules, "  - {rule: otherwise, default: true, to: desk}", "routes: {desk: [{to: inbound}]}", ""])


def _given(text: str) -> object:
    """Return a value as JSON gives it; what is no JSON is text."""
    try:
        return json.loads(text)
    except ValueError:
        value = plain_scalar(text)
        return value if isinstance(value, str) else text
