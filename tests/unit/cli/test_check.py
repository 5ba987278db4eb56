"""One run of `check` names everything that is wrong with a folder."""

from __future__ import annotations

from tests.small import ORGANISATION, PACK


def test_a_good_folder_has_no_faults(run):
    """It says what was loaded, and what to do next."""
    result = run("check", "sales")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "sales: 0 faults, 0 warnings\n"
        "  pack small: 6 fields, 9 rules, 3 routes\n"
        "  organisation small: 2 departments, 4 people, staffing department\n"
        "  3 cases: run them with `leadrouter test`\n"
    )


def test_a_file_stands_for_its_folder(run):
    """`pack.yaml` itself may be named."""
    assert run("check", "sales/pack.yaml").stdout.split("\n")[1:] == run("check", "sales").stdout.split("\n")[1:]


def test_the_faults_of_all_files_are_told_at_once(run, here):
    """Of the pack, of the organisation and of the cases, each with its excerpt and fix."""
    sales = here / "sales"
    (sales / "pack.yaml").write_text(PACK.replace("amount < 300_000", "amonut < 300_000"), "utf-8")
    (sales / "organisation.yaml").write_text(ORGANISATION.replace("head: olga", "head: olgga"), "utf-8")
    (sales / "cases" / "all.yaml").write_text("cases: [{case: x, lead: {}, expect: {}}]", "utf-8")
    (sales / "cases" / "good.yaml").write_text("cases: [{case: x, lead: {}, expect: {rule: y}}]", "utf-8")
    result = run("check", "sales")
    assert result.exit_code == 1
    places = [line.split(" ")[:2] for line in result.stderr.splitlines() if ": LR" in line]
    assert places == [
        ["sales/pack.yaml:20:57:", "LR211"],
        ["sales/organisation.yaml:5:34:", "LR502"],
        ["sales/organisation.yaml:6:32:", "LR502"],
        ["sales/cases/all.yaml:1:37:", "LR105"],
    ]
    assert "fix: did you mean `amount`?" in result.stderr
    assert result.stdout == "sales: 4 faults, 0 warnings\n  1 case could not be held against the pack\n"


def test_a_pack_that_leads_to_nobody_is_a_fault(run, here):
    """The pack is held against the organisation."""
    (here / "sales" / "organisation.yaml").write_text(ORGANISATION.replace("client:", "clients:"), "utf-8")
    result = run("check", "sales")
    assert result.exit_code == 1
    assert "LR315 unknown department `client`" in result.stderr
    assert result.stdout == "sales: 2 faults, 0 warnings\n"


def test_a_pack_needs_no_organisation_and_no_cases(run, here):
    """Each is checked where it is."""
    (here / "sales" / "organisation.yaml").unlink()
    (here / "sales" / "cases" / "all.yaml").unlink()
    result = run("check", "sales")
    assert (result.exit_code, result.stdout) == (
        0,
        "sales: 0 faults, 0 warnings\n  pack small: 6 fields, 9 rules, 3 routes\n",
    )


def test_warnings_are_no_faults(run, here):
    """They are printed, and the exit code stays 0."""
    (here / "sales" / "pack.yaml").write_text(PACK + "  spare: [{to: head(inbound)}]\n", "utf-8")
    result = run("check", "sales")
    assert result.exit_code == 0
    assert "warning LR322 no rule leads to route `spare`" in result.stderr
    assert result.stdout.startswith("sales: 0 faults, 1 warning\n")


def test_warnings_and_faults_stand_apart(run, here):
    """A blank line between any two."""
    (here / "sales" / "pack.yaml").write_text(PACK + "  spare: [{to: head(inbound)}]\n", "utf-8")
    (here / "sales" / "cases" / "all.yaml").write_text("cases: []", "utf-8")
    paragraphs = run("check", "sales").stderr.strip().split("\n\n")
    assert [paragraph.split(" ")[1] for paragraph in paragraphs] == ["warning", "LR601"]


def test_a_folder_that_is_not_there_or_has_no_pack_cannot_be_read(run, here):
    """Which is another exit code than faults."""
    (here / "sales" / "pack.yaml").rename(here / "sales" / "rules.yaml")
    assert run("check", "sales").exit_code == 3
    result = run("check", "nowhere")
    assert result.exit_code == 3
    assert result.stderr.startswith("nowhere: LR109 cannot be read: No such file or directory")


def test_colours_are_for_terminals(run, here):
    """And not for those who asked for none."""
    (here / "sales" / "cases" / "all.yaml").write_text("cases: [{case: x, lead: {}, expect: {rule: y}}]", "utf-8")
    plain = run("check", "sales").stderr
    coloured = run("check", "sales", FORCE_COLOR="1", TERM="xterm").stderr
    assert "\x1b[" not in plain
    assert "\x1b[1;31mLR606" in coloured
    assert "\x1b[31m" not in run("check", "sales", FORCE_COLOR="1", TERM="xterm", NO_COLOR="1").stderr


ROSTER = """roster: shifts
version: 4
tz: Europe/Berlin
people: {anna: , boris: }
roles:
  duty: {layers: [{id: office, rotation: {people: [anna, boris], unit: days, anchor: 2026-03-02}}]}
overrides: [{start: 2026-03-29T02:30, end: 2026-03-29T12:00, assign: [anna]}]
"""


def test_a_roster_is_checked_too(run, here):
    """It says what was loaded, and warns of times that a clock change disturbs."""
    (here / "sales" / "roster.yaml").write_text(ROSTER, "utf-8")
    result = run("check", "sales")
    assert result.exit_code == 0
    assert "sales/roster.yaml:7:21: warning LR720 2026-03-29 02:30 does not exist in Europe/Berlin" in result.stderr
    assert "\n  roster shifts: version 4, 1 role, 2 people\n" in result.stdout


def test_faults_of_a_roster_are_told_with_all_others(run, here):
    """Of its text, and of people whom the organisation does not have."""
    file = here / "sales" / "roster.yaml"
    file.write_text(ROSTER.replace("boris", "bors"), "utf-8")
    assert "LR718 `bors` of the roster is not in the organisation" in run("check", "sales").stderr
    file.write_text(ROSTER.replace("unit: days", "unit: day"), "utf-8")
    assert "LR708 unknown unit `day`" in run("check", "sales").stderr


def test_what_a_faulty_roster_would_say_is_not_missed(run, here):
    """The duties that it has are not called unknown as well."""
    organisation = ORGANISATION.replace("duty: {duty: [boris]}", "inbound: {duty: duty}")
    organisation = organisation.replace("staffing: department", "staffing: duty")
    (here / "sales" / "organisation.yaml").write_text(organisation, "utf-8")
    (here / "sales" / "roster.yaml").write_text(ROSTER, "utf-8")
    assert run("check", "sales").exit_code == 0
    (here / "sales" / "roster.yaml").write_text(ROSTER.replace("unit: days", "unit: day"), "utf-8")
    assert "sales: 1 fault, " in run("check", "sales").stdout


def test_a_roster_without_an_organisation_is_read(run, here):
    """There is nobody to hold it against."""
    (here / "sales" / "organisation.yaml").unlink()
    (here / "sales" / "roster.yaml").write_text(ROSTER, "utf-8")
    assert "  roster shifts: version 4, 1 role, 2 people\n" in run("check", "sales").stdout


def test_a_misspelt_skill_is_a_warning(run, here):
    """The pack and the organisation are held against each other for it."""
    file = here / "sales" / "organisation.yaml"
    text = file.read_text("utf-8").replace("anna: {}", "anna: {skills: [pres]}")
    file.write_text(f"{text}pools: {{pressers: {{skills: [press]}}}}\n", "utf-8")
    result = run("check", "sales")
    assert result.exit_code == 0
    assert "sales/organisation.yaml:7:17: warning LR814 no step and no pool asks for skill `pres`" in result.stderr
