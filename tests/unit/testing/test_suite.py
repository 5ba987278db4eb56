"""A folder is loaded whole: its pack, its organisation and every file of its cases."""

from __future__ import annotations

import pytest

from leadrouter import CaseError, OrganisationError, PackError
from leadrouter.testing import load_cases, load_suite
from tests.small import ORGANISATION, PACK

CASE = "cases: [{case: %s, lead: {product: press}, expect: {rule: %s}}]"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pack.yaml").write_text(PACK, "utf-8")
    (tmp_path / "organisation.yaml").write_text(ORGANISATION, "utf-8")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "b.yaml").write_text(CASE % ("second", "machine"), "utf-8")
    (tmp_path / "cases" / "a.yaml").write_text(CASE % ("first", "machine"), "utf-8")
    (tmp_path / "cases" / "notes.txt").write_text("no cases", "utf-8")
    return tmp_path


def test_a_suite_holds_the_cases_of_every_file_by_name(folder):
    """Files in the order of their names, cases in the order of the file."""
    suite = load_suite(folder)
    assert [case.name for case in suite.cases] == ["first", "second"]
    assert [result.passed for result in suite.run()] == [True, True]


def test_a_folder_without_cases_is_a_suite_without_cases(folder):
    """Cases are not required."""
    for file in (folder / "cases").iterdir():
        file.unlink()
    assert load_suite(folder).cases == ()


def test_the_faults_of_every_file_are_told_at_once(folder):
    """Not one file at a time."""
    for name in ("a", "b"):
        (folder / "cases" / f"{name}.yaml").write_text(CASE % (name, "nope"), "utf-8")
    (folder / "cases" / "c.yaml").write_bytes(b"cases: \xff")
    with pytest.raises(CaseError) as caught:
        load_suite(folder)
    assert [fault.code for fault in caught.value.faults] == ["LR606", "LR606", "LR109"]
    assert [str(fault.where).rsplit("/", 1)[-1][:6] for fault in caught.value.faults] == ["a.yaml", "b.yaml", "c.yaml"]


def test_the_faults_of_the_pack_come_first(folder):
    """Without its pack no case can be held to anything."""
    (folder / "pack.yaml").write_text("pack: x", "utf-8")
    with pytest.raises(PackError):
        load_suite(folder)


def test_an_organisation_is_needed(folder):
    """Somebody has to be there for leads to go to."""
    (folder / "organisation.yaml").unlink()
    with pytest.raises(OrganisationError, match="LR109"):
        load_suite(folder)


def test_a_pack_that_leads_to_nobody_is_refused(folder):
    """The pack and the organisation are held against each other."""
    (folder / "organisation.yaml").write_text(ORGANISATION.replace("client:", "clients:"), "utf-8")
    with pytest.raises(PackError, match="LR315 unknown department `client`"):
        load_suite(folder)


def test_a_file_of_cases_can_be_read_alone(folder):
    """With a pack to hold it against, or without."""
    file = folder / "cases" / "a.yaml"
    file.write_text(CASE % ("odd", "nope"), "utf-8")
    assert load_cases(file)[0].name == "odd"
    with pytest.raises(CaseError, match="cannot be read: No such file"):
        load_cases(folder / "cases" / "none.yaml")
