"""A rule pack with its organisation and its cases, as they lie in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from attrs import frozen

from leadrouter.adapters.files import load_organisation, load_pack, load_roster_beside, read_text
from leadrouter.assignment.duties import staffed
from leadrouter.errors import CaseError, Fault, PackError
from leadrouter.organisation import Organisation
from leadrouter.roster.roster import DutyRoster
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.check import check_destinations
from leadrouter.testing.cases import Case, parse_cases
from leadrouter.testing.results import CaseResult, run_case


@frozen
class Suite:
    """A pack, its organisation, its roster where there is one, and all its cases."""

    pack: RulePack
    organisation: Organisation
    cases: tuple[Case, ...] = ()
    roster: DutyRoster | None = None

    def run(self) -> Iterator[CaseResult]:
        """Run the cases in order, each on its own."""
        return (run_case(case, self.pack, self.organisation, self.roster) for case in self.cases)


def load_suite(folder: str | PathLike[str]) -> Suite:
    """Load a folder with `pack.yaml`, `organisation.yaml`, `cases/*.yaml` and, where there is one, `roster.yaml`.

    Raises:
        PackError: the pack has faults, or leads to nobody in the organisation.
        OrganisationError: the organisation has faults.
        RosterError: the roster has faults, or puts somebody on duty who is not in the organisation.
        CaseError: with every fault of every file of cases.
    """
    pack, organisation, roster = load_set_up(folder)
    cases: list[Case] = []
    faults: list[Fault] = []
    for file in case_files(folder):
        try:
            cases += load_cases(file, pack=pack, organisation=organisation)
        except CaseError as error:
            faults += error.faults
    if faults:
        raise CaseError(faults)
    return Suite(pack, organisation, tuple(cases), roster)


def load_set_up(folder: str | PathLike[str]) -> tuple[RulePack, Organisation, DutyRoster | None]:
    """Load `pack.yaml`, `organisation.yaml` and `roster.yaml` where it is there, and hold them against each other.

    Raises:
        PackError: the pack has faults, or leads to nobody in the organisation.
        OrganisationError: the organisation has faults.
        RosterError: the roster has faults, or puts somebody on duty who is not in the organisation.
    """
    pack, organisation, roster = load_pack(folder), load_organisation(folder), load_roster_beside(folder)
    if roster is not None:
        organisation = staffed(organisation, roster)
    unreachable = list(check_destinations(pack.checked, organisation))
    if unreachable:
        raise PackError(unreachable)
    return pack, organisation, roster


def load_cases(
    file: str | PathLike[str], *, pack: RulePack | None = None, organisation: Organisation | None = None
) -> tuple[Case, ...]:
    """Read a file of cases, as `parse_cases` does.

    Raises:
        CaseError: with every fault; a file that cannot be read is one.
    """
    text, fault = read_text(Path(file))
    if fault is not None:
        raise CaseError([fault])
    return parse_cases(text, source=str(file), pack=pack, organisation=organisation)


def case_files(folder: str | PathLike[str]) -> tuple[Path, ...]:
    """Return the files of cases that lie beside a pack, by name."""
    return tuple(sorted(Path(folder).glob("cases/*.yaml")))
