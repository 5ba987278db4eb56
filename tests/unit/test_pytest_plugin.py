"""pytest collects the cases of rule packs, shows failures as reports, and counts the rules they reach."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from tests.small import ORGANISATION, PACK

pytest_plugins = ["pytester"]

PASSING = """
cases:
  - case: a press is engineered
    lead: {product: press, employees: 300}
    expect: {rule: [big, machine, rest], class: complex}
  - case: a small request of a large plant
    lead: {amount: 5, employees: 300, message: срочно}
    expect: {rule: [hurry, may-grow, in-a-hurry]}
"""
REST = """
cases:
  - case: anything else
    lead: {employees: 3}
    expect: {rule: [tiny, anything, mass-goods]}
"""
FAILING = """
cases:
  - case: right by chance
    lead: {amount: 5}
    expect: {rule: may-grow, class: mass}
"""
IS_INSTALLED = bool(entry_points(group="pytest11", name="leadrouter"))


@pytest.fixture
def pack(pytester):
    """Make a folder `sales` with a pack and an organisation; return the folder of its cases."""
    folder = pytester.mkdir("sales")
    (folder / "pack.yaml").write_text(PACK, "utf-8")
    (folder / "organisation.yaml").write_text(ORGANISATION, "utf-8")
    (folder / "cases").mkdir()
    return folder / "cases"


@pytest.fixture
def run(pytester):
    """Run pytest with the plug-in."""
    loaded = [] if IS_INSTALLED else ["-p", "leadrouter.pytest_plugin"]

    def run(*options: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess(*loaded, "-p", "no:cacheprovider", *options)

    return run


def test_each_case_is_a_test(pack, run):
    """Cases beside a pack are collected and pass."""
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    result = run("-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "sales/cases/passing.yaml::a press is engineered PASSED*",
            "sales/cases/passing.yaml::a small request of a large plant PASSED*",
        ]
    )


def test_other_yaml_is_left_alone(pytester, pack, run):
    """A file is one of cases by its place: in `cases`, beside a `pack.yaml`."""
    (pack / "notes.yml").write_text("- not a case", "utf-8")
    (pack.parent / "other.yaml").write_text("- not a case", "utf-8")
    (pytester.mkdir("cases") / "alone.yaml").write_text("- not a case", "utf-8")
    assert run().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_case_can_be_chosen_by_its_name(pack, run):
    """As any test."""
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    run("-k", "engineered").assert_outcomes(passed=1, deselected=1)
    run("sales/cases/passing.yaml::a press is engineered").assert_outcomes(passed=1)


def test_a_failure_is_a_report_without_a_traceback(pack, run):
    """Expected and actual side by side, then why: nothing of the plug-in's own code."""
    (pack / "failing.yaml").write_text(FAILING, "utf-8")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*case: right by chance*",
            "sales/cases/failing.yaml:3:5: case `right by chance` failed",
            "right for the wrong reason: other rules decided",
            "*expected * actual*",
            "  rule (classify)   may-grow   anything   ✗",
            "  class             mass       mass",
            "why:",
            "  lead * goes to vera by department(client)*",
            "  class mass: rule anything",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    result.stdout.no_fnmatch_line("*Traceback*")


def test_another_error_keeps_its_traceback(pytester, pack, run):
    """What is no failed case is a bug, and shown as one."""
    pytester.makeconftest("""
        def pytest_collection_modifyitems(items):
            for item in items:
                item.loaded.pack = None
    """)
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    result = run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*AttributeError: 'NoneType' object has no attribute*"])


def test_faults_of_a_file_of_cases_are_errors_of_its_collection(pack, run):
    """Each with its place and fix; the other files are collected."""
    (pack / "a.yaml").write_text(PASSING.replace("machine", "machin"), "utf-8")
    (pack / "b.yaml").write_text(REST, "utf-8")
    result = run("--continue-on-collection-errors")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting sales/cases/a.yaml*",
            "sales/cases/a.yaml:5:26: LR606 unknown rule `machin`",
            "5 |     expect: {rule: [[]big, machin, rest], class: complex}",
            "fix: did you mean `machine`? *",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_faults_of_a_pack_are_shown_once(pack, run):
    """However many files of cases it has."""
    (pack.parent / "pack.yaml").write_text(PACK.replace("amount < 300_000", "amonut < 300_000"), "utf-8")
    (pack / "a.yaml").write_text(PASSING, "utf-8")
    (pack / "b.yaml").write_text(REST, "utf-8")
    result = run()
    result.assert_outcomes(errors=2)
    assert str(result.stdout).count("LR211 unknown field `amonut`") == 1
    result.stdout.fnmatch_lines(["sales: the pack was refused, its faults are shown above"])


def test_faults_of_an_organisation_are_shown_too(pack, run):
    """A pack without one cannot be tested."""
    (pack.parent / "organisation.yaml").unlink()
    (pack / "a.yaml").write_text(PASSING, "utf-8")
    run().stdout.fnmatch_lines(["sales/organisation.yaml: LR109 cannot be read*"])


# rule coverage


def test_coverage_names_what_no_case_reaches(pack, run):
    """With a place for each; the run passes all the same."""
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    result = run("--rule-coverage")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "*= rule coverage =*",
            "sales: 66 % (8 of 12 rules, defaults and route steps)",
            "sales/pack.yaml:15:9: no case reaches rule `tiny` of table `derive.company_size`",
            "sales/pack.yaml:*: no case reaches default `anything` of table `classify`",
        ]
    )


def test_coverage_is_silent_unless_asked(pack, run):
    """Nobody who did not ask reads about it."""
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    run().stdout.no_fnmatch_line("*rule coverage*")


def test_coverage_is_silent_where_no_case_ran(pytester, run):
    """Neither does whoever has no packs."""
    pytester.makepyfile("def test_it(): pass")
    run("--rule-coverage").stdout.no_fnmatch_line("*rule coverage*")


def test_coverage_below_a_hundred_fails_where_that_is_asked(pack, run):
    """`--rule-coverage-fail` reports, and ends with 1."""
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    result = run("--rule-coverage-fail")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["sales: 66 %*", "rule coverage below 100 % fails this run"])


def test_coverage_of_a_hundred_passes(pack, run):
    """Cases of all files count together."""
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    (pack / "rest.yaml").write_text(REST, "utf-8")
    result = run("--rule-coverage-fail")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["sales: 100 % (12 of 12 rules, defaults and route steps)"])


def test_a_run_that_failed_before_keeps_its_own_end(pack, run):
    """Coverage does not hide what else went wrong."""
    (pack / "failing.yaml").write_text(FAILING, "utf-8")
    result = run("--rule-coverage-fail", "--maxfail=1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["sales: *"])


@pytest.mark.parametrize(("option", "code"), [("rule_coverage", 0), ("rule_coverage_fail", 1)])
def test_coverage_can_be_asked_for_in_the_settings(pytester, pack, run, option, code):
    """Once for the project instead of each time."""
    pytester.makeini(f"[pytest]\n{option} = true\n")
    (pack / "passing.yaml").write_text(PASSING, "utf-8")
    result = run()
    assert result.ret == code
    result.stdout.fnmatch_lines(["sales: 66 %*"])


def test_a_worker_of_a_distributed_run_leaves_coverage_to_the_process_that_reports(pytester, pack, run):
    """What cases reached travels on their reports."""
    pytester.makeconftest("""
        import pytest
        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(config):
            config.workerinput = {}
        def pytest_runtest_logreport(report):
            if report.when == "call":
                print(report._to_json()["leadrouter"]["reached"])
    """)
    (pack / "rest.yaml").write_text(REST, "utf-8")
    result = run("--rule-coverage", "-s")
    result.stdout.fnmatch_lines(["*'rule anything', 'rule mass-goods', 'rule tiny', 'step client#1'*"])
    result.stdout.no_fnmatch_line("*= rule coverage =*")


# fixtures


def test_a_pack_of_ones_own_needs_no_folder(pytester, run):
    """Whoever brings a pack and an organisation has no roster beside them."""
    pytester.makepyfile("""
        import pytest
        from tests.small import AT, small_organisation, small_pack

        @pytest.fixture
        def leadrouter_pack():
            return small_pack()

        @pytest.fixture
        def leadrouter_organisation():
            return small_organisation()

        def test_it(leadrouter_router):
            assert leadrouter_router.roster is None
            assert leadrouter_router.route({"product": "press"}, at=AT).assignee == "anna"
    """)
    run().assert_outcomes(passed=1)


@pytest.mark.usefixtures("pack")
def test_fixtures_give_a_pack_a_clock_and_a_ledger(pytester, run):
    """The pack is the one that the settings name."""
    pytester.makeini("[pytest]\nleadrouter_pack = sales\n")
    pytester.makepyfile("""
        def test_it(leadrouter_router, leadrouter_pack, leadrouter_ledger, leadrouter_clock):
            assert leadrouter_pack.name == "small"
            decision = leadrouter_router.route({"product": "press"}, at=leadrouter_clock.now())
            assert decision.at == leadrouter_clock.now()
            assert [entry.lead_id for entry in leadrouter_ledger.entries()] == [decision.lead_id]

        def test_it_again(leadrouter_ledger):
            assert leadrouter_ledger.entries() == ()
    """)
    run().assert_outcomes(passed=2)


@pytest.mark.usefixtures("pack")
def test_a_module_may_name_another_pack(pytester, run):
    """By overriding one fixture."""
    pytester.makepyfile("""
        import pathlib, pytest

        @pytest.fixture
        def leadrouter_folder():
            return pathlib.Path("sales")

        def test_it(leadrouter_router):
            assert leadrouter_router.organisation.name == "small"
    """)
    run().assert_outcomes(passed=1)


def test_without_a_pack_the_fixture_says_what_to_set(pytester, run):
    """And where."""
    pytester.makepyfile("def test_it(leadrouter_pack): pass")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*say which pack is meant: `leadrouter_pack = rules/*` in pytest's options*"])


# weight


def test_the_plug_in_is_light():
    """Loaded in every run of pytest of a host: it brings nothing of leadrouter but its own name."""
    code = (
        "import sys, pytest; before = set(sys.modules); import leadrouter.pytest_plugin; "
        "print(sorted(m for m in set(sys.modules) - before if not m.startswith('__')))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own words
    assert done.stdout.strip() == "['leadrouter', 'leadrouter.pytest_plugin']"
