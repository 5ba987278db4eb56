"""Collects the cases of rule packs, and reports which rules no case reaches.

Each `cases/*.yaml` beside a `pack.yaml` is a file of tests, each case in it a test. The plug-in is
loaded in every run of pytest where leadrouter is installed: what it needs is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from leadrouter import DutyRoster, Organisation, Router, RulePack
    from leadrouter.ledger.memory import MemoryLedger
    from leadrouter.testing import Case, Coverage, FixedClock

_PACK = "pack.yaml"
_LOADED = pytest.StashKey[dict[Path, "_Loaded"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of rule coverage, and where the fixtures find a pack."""
    group = parser.getgroup("leadrouter", "leadrouter: cases of rule packs")
    group.addoption("--rule-coverage", action="store_true", help="name the rules of packs that no case reaches")
    group.addoption(
        "--rule-coverage-fail", action="store_true", help="the same, and fail where there is one (below 100 %%)"
    )
    parser.addini("rule_coverage", "name the rules of packs that no case reaches", type="bool", default=False)
    parser.addini("rule_coverage_fail", "the same, and fail where there is one", type="bool", default=False)
    parser.addini("leadrouter_pack", "the folder of the pack that the fixtures leadrouter_* are about")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """Collect `cases/*.yaml` beside a `pack.yaml`."""
    folder = file_path.parent
    if file_path.suffix == ".yaml" and folder.name == "cases" and (folder.parent / _PACK).is_file():
        file: CaseFile = CaseFile.from_parent(parent, path=file_path)
        return file
    return None


class _Loaded:
    """A pack and its organisation, or the faults of them, read once for all files of cases."""

    def __init__(self, folder: Path) -> None:
        from leadrouter.errors import FaultsError
        from leadrouter.testing.suite import load_set_up

        self.refusal: str | None = None
        try:
            self.pack, self.organisation, self.roster = load_set_up(_from_here(folder))
        except FaultsError as error:
            self.refusal = str(error)

    def refuse(self, folder: Path) -> str | None:
        """Return the faults the first time, and after that where they have been shown."""
        refusal = self.refusal
        if refusal is not None:
            self.refusal = f"{_from_here(folder)}: the pack was refused, its faults are shown above"
        return refusal


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterable[CaseItem]:
        """Read the cases against their pack; faults become errors of collection."""
        from leadrouter.errors import CaseError
        from leadrouter.testing.suite import load_cases

        folder = self.path.parent.parent
        kept = self.config.stash.setdefault(_LOADED, {})
        loaded = kept.get(folder) or kept.setdefault(folder, _Loaded(folder))
        refusal = loaded.refuse(folder)
        if refusal is not None:
            raise self.CollectError(refusal)
        try:
            cases = load_cases(_from_here(self.path), pack=loaded.pack, organisation=loaded.organisation)
        except CaseError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case, loaded=loaded)


class CaseFailure(Exception):  # noqa: N818  # a case that fails is no error of the program
    """A case whose decision is not the expected one; its text is the report."""


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, loaded: _Loaded, **rest: Any) -> None:
        super().__init__(**rest)
        self.case = case
        self.loaded = loaded
        self.reached: frozenset[str] = frozenset()

    def runtest(self) -> None:
        """Route the lead and compare."""
        from leadrouter.testing.coverage import reached
        from leadrouter.testing.results import run_case

        result = run_case(self.case, self.loaded.pack, self.loaded.organisation, self.loaded.roster)
        self.reached = reached(result)
        if not result.passed:
            raise CaseFailure(result.report())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **rest: Any) -> Any:
        """Show the report alone: the traceback is nobody's business."""
        if isinstance(excinfo.value, CaseFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **rest)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the place of the case."""
        line = None if self.case.where is None else self.case.where.line - 1
        return self.path, line, f"case: {self.name}"


def _from_here(path: Path) -> Path:
    """Return the path as people would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


# rule coverage


def _wants_coverage(config: pytest.Config) -> bool:
    return bool(config.getoption("rule_coverage") or config.getini("rule_coverage") or _is_strict(config))


def _is_strict(config: pytest.Config) -> bool:
    return bool(config.getoption("rule_coverage_fail") or config.getini("rule_coverage_fail"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write on the report what the case reached, so that it comes back from other processes too."""
    report = yield
    if isinstance(item, CaseItem) and call.when == "call" and _wants_coverage(item.config):
        reached = {"folder": str(item.path.parent.parent), "reached": sorted(item.reached)}
        vars(report)["leadrouter"] = reached
    return report


class _Coverage:
    """Collects what cases reached, in the process that reports."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.reached: dict[Path, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a report has brought."""
        brought = getattr(report, "leadrouter", None)
        if brought is not None:
            self.reached.setdefault(Path(brought["folder"]), set()).update(brought["reached"])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run where a rule was missed and that is asked for."""
        self.coverage = {folder: _coverage(folder, names) for folder, names in sorted(self.reached.items())}
        is_missed = any(each.missed for each in self.coverage.values())
        if is_missed and _is_strict(self.config) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was missed."""
        if self.coverage:
            terminalreporter.section("rule coverage")
        for folder, coverage in self.coverage.items():
            terminalreporter.line(f"{_from_here(folder)}: {coverage.report()}", red=bool(coverage.missed))
        if _is_strict(self.config) and any(coverage.missed for coverage in self.coverage.values()):
            terminalreporter.line("rule coverage below 100 % fails this run", red=True, bold=True)


def pytest_configure(config: pytest.Config) -> None:
    """Collect coverage where it is asked for."""
    if _wants_coverage(config) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Coverage(config), "leadrouter-coverage")


def _coverage(folder: Path, names: Iterable[str]) -> Coverage:
    from leadrouter.testing.coverage import coverage_of
    from leadrouter.testing.suite import load_set_up

    pack, organisation, roster = load_set_up(_from_here(folder))
    return coverage_of(pack, organisation, names, roster)


# fixtures


@pytest.fixture
def leadrouter_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of the pack under test: the ini option `leadrouter_pack`, unless you override this fixture."""
    folder = pytestconfig.getini("leadrouter_pack")
    if not folder:
        raise pytest.UsageError("say which pack is meant: `leadrouter_pack = rules/…` in pytest's options")
    return Path(pytestconfig.rootpath / folder)


@pytest.fixture
def leadrouter_pack(leadrouter_folder: Path) -> RulePack:
    """The rule pack of `leadrouter_folder`."""
    from leadrouter.adapters.files import load_pack

    return load_pack(leadrouter_folder)


@pytest.fixture
def leadrouter_organisation(leadrouter_folder: Path) -> Organisation:
    """The organisation of `leadrouter_folder`."""
    from leadrouter.adapters.files import load_organisation

    return load_organisation(leadrouter_folder)


@pytest.fixture
def leadrouter_roster(request: pytest.FixtureRequest) -> DutyRoster | None:
    """The roster of `leadrouter_folder`; None where it has none, and where no folder is named."""
    from leadrouter.adapters.files import load_roster_beside

    try:
        return load_roster_beside(request.getfixturevalue("leadrouter_folder"))
    except pytest.UsageError:
        return None


@pytest.fixture
def leadrouter_ledger() -> MemoryLedger:
    """An empty ledger in memory."""
    from leadrouter.ledger.memory import MemoryLedger

    return MemoryLedger()


@pytest.fixture
def leadrouter_clock() -> FixedClock:
    """A clock that stands still."""
    from leadrouter.testing.clock import FixedClock

    return FixedClock()


@pytest.fixture
def leadrouter_router(
    leadrouter_pack: RulePack,
    leadrouter_organisation: Organisation,
    leadrouter_roster: DutyRoster | None,
    leadrouter_ledger: MemoryLedger,
) -> Router:
    """A router of `leadrouter_pack` that keeps what it decides in `leadrouter_ledger`."""
    from leadrouter.router import Router

    return Router(leadrouter_pack, leadrouter_organisation, leadrouter_ledger, roster=leadrouter_roster)
