"""`test` runs the cases of a pack and says what failed, side by side, and what no case reaches."""

from __future__ import annotations

from tests.unit.cli.conftest import CASES


def test_passing_cases_are_counted_by_file(run, here):
    """And the rules that they reach."""
    (here / "sales" / "cases" / "more.yaml").write_text(CASES, "utf-8")
    result = run("test", "sales")
    assert result.exit_code == 0
    assert result.stdout == (
        "sales/cases/all.yaml     3 passed\n"
        "sales/cases/more.yaml    3 passed\n"
        "rule coverage 100 % (12 of 12 rules, defaults and route steps)\n"
        "all 6 cases passed\n"
    )


def test_a_failing_case_is_shown_with_its_explanation(run, here):
    """The report first, the sums at the end, where the eye is."""
    (here / "sales" / "cases" / "all.yaml").write_text(
        CASES.replace("rule: [may-grow, rest]", "rule: machine"), "utf-8"
    )
    result = run("test", "sales")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "sales/cases/all.yaml:6:5: case `a small request of a large plant` failed",
        "                    expected   actual",
        "  rule (classify)   machine    may-grow   ✗",
        "why:",
    ]
    assert lines[-3:] == [
        "sales/cases/all.yaml    2 passed, 1 failed",
        "rule coverage 100 % (12 of 12 rules, defaults and route steps)",
        "3 cases, 1 failed",
    ]


def test_rules_without_a_case_are_named_and_fail_nothing(run, here):
    """That is for whoever wants it, in pytest."""
    (here / "sales" / "cases" / "all.yaml").write_text(CASES.split("  - case: anything")[0], "utf-8")
    result = run("test", "sales")
    assert result.exit_code == 0
    assert "rule coverage 66 % (8 of 12 rules, defaults and route steps)" in result.stdout
    assert "sales/pack.yaml:21:5: no case reaches default `anything` of table `classify`" in result.stdout
    assert "rule coverage" not in run("test", "sales", "--no-coverage").stdout


def test_a_pack_without_cases_is_told_so(run, here):
    """Which is no failure."""
    (here / "sales" / "cases" / "all.yaml").unlink()
    result = run("test", "sales")
    assert (result.exit_code, result.stdout) == (
        0,
        "sales has no cases: write them in cases/*.yaml beside the pack\n",
    )


def test_faults_of_cases_stop_the_run(run, here):
    """What cannot be read cannot be run."""
    (here / "sales" / "cases" / "all.yaml").write_text("cases: [{case: x, lead: {}, expect: {rule: y}}]", "utf-8")
    result = run("test", "sales/pack.yaml")
    assert result.exit_code == 3
    assert "LR606 unknown rule `y`" in result.stderr
