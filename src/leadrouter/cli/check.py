"""`leadrouter check`: everything that is wrong with a pack, its organisation and its cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import define, field

from leadrouter.cli.arguments import folder_of, pack_argument
from leadrouter.cli.console import FINE, NOT_FINE, UNREADABLE, err, out, say, say_faults
from leadrouter.errors import Fault, FaultsError

if TYPE_CHECKING:
    from leadrouter import DutyRoster, Organisation, RulePack


@click.command("check", short_help="Print every fault of a pack, its organisation and its cases.")
@pack_argument
def command(pack: Path) -> int:
    """Print every fault of PACK at once, each with its place and its fix.

    PACK is a folder with pack.yaml, or that file. organisation.yaml and cases/*.yaml beside it are
    checked too, where they are. Warnings are printed and are no faults.
    """
    from leadrouter.adapters.files import PACK

    checking = _Checking()
    checking.folder(pack)
    say_faults(err(), checking.warnings, kind="warning")
    if checking.warnings and checking.faults:
        err().print()
    say_faults(err(), checking.faults)
    if checking.faults or checking.warnings:
        err().print()
    counts = f"{_counted(len(checking.faults), 'fault')}, {_counted(len(checking.warnings), 'warning')}"
    say(out(), f"{pack}: {counts}", "bold red" if checking.faults else "bold green")
    for line in checking.told():
        say(out(), f"  {line}")
    if not (pack / PACK if pack.is_dir() else pack).exists():
        return UNREADABLE
    return NOT_FINE if checking.faults else FINE


@define
class _Checking:
    """A folder being checked: what could be loaded, and what is wrong."""

    pack: RulePack | None = None
    organisation: Organisation | None = None
    roster: DutyRoster | None = None
    cases: int = 0
    faults: list[Fault] = field(factory=list)
    warnings: list[Fault] = field(factory=list)

    def folder(self, path: Path) -> None:
        from leadrouter.adapters.files import ORGANISATION, load_organisation, load_pack, load_roster_beside
        from leadrouter.assignment.duties import staffed
        from leadrouter.rulepack.check import check_destinations
        from leadrouter.rulepack.check_attributes import warn_of_attributes

        try:
            self.pack = load_pack(path)
            self.warnings += self.pack.warnings
        except FaultsError as error:
            self.faults += error.faults
        folder = folder_of(path)
        if (folder / ORGANISATION).exists():
            try:
                self.organisation = load_organisation(folder)
                self.warnings += self.organisation.warnings
            except FaultsError as error:
                self.faults += error.faults
        try:
            self.roster = load_roster_beside(folder)
            if self.roster is not None:
                self.warnings += self.roster.warnings
                self.organisation = None if self.organisation is None else staffed(self.organisation, self.roster)
        except FaultsError as error:
            self.faults += error.faults
            self.organisation = None  # nobody can say which duties there are
        if self.pack is not None and self.organisation is not None:
            self.faults += check_destinations(self.pack.checked, self.organisation)
            self.warnings += warn_of_attributes(self.pack.checked, self.organisation)
        self.case_files(folder)

    def case_files(self, folder: Path) -> None:
        from leadrouter.testing.suite import case_files, load_cases

        for file in case_files(folder):
            try:
                self.cases += len(load_cases(file, pack=self.pack, organisation=self.organisation))
            except FaultsError as error:
                self.faults += error.faults

    def told(self) -> Iterator[str]:
        """Say what was loaded, or what could not be looked at."""
        if self.pack is None and self.cases:
            yield f"{_counted(self.cases, 'case')} could not be held against the pack"
        if self.pack is None or self.faults:
            return
        checked = self.pack.checked
        fields = _counted(len(checked.vocabulary), "field")
        rules = _counted(sum(len(table) for table in (*checked.tables, checked.transfer)), "rule")
        yield f"pack {checked.name}: {fields}, {rules}, {_counted(len(checked.routes), 'route')}"
        if self.organisation is not None:
            departments = _counted(len(self.organisation.departments), "department")
            people, staffing = len(self.organisation.people), self.organisation.staffing
            yield f"organisation {self.organisation.name}: {departments}, {people} people, staffing {staffing}"
        if self.roster is not None:
            roles = _counted(len(self.roster.roles), "role")
            yield f"roster {self.roster.name}: version {self.roster.version}, {roles}, {len(self.roster.people)} people"
        if self.cases:
            yield f"{_counted(self.cases, 'case')}: run them with `leadrouter test`"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
