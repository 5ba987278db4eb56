"""Skills, languages and territories of people that look misspelt."""

from __future__ import annotations

import pytest

from leadrouter import Organisation, RulePack
from leadrouter.rulepack.check_attributes import warn_of_attributes
from tests.small import ORGANISATION, PACK

NEEDS = "{to: inbound, needs: {skill: product, skills: {english: 1}, territory: place}}, {to: head(inbound)}"
POOLS = "pools: {far: {territories: [Kamchatka], languages: [Deutsch]}}\n"


def warnings(attributes: str, *, needs: str = NEEDS, pools: str = POOLS) -> list[str]:
    text = PACK.replace("source: {enum", "place: {enum: [MSK, SPB, Urals]}\n  source: {enum")
    text = text.replace("{to: inbound}, {to: head(inbound)}", needs)
    organisation = Organisation.parse(f"{ORGANISATION}{pools}".replace("anna: {}", f"anna: {{{attributes}}}"))
    return [str(each) for each in warn_of_attributes(RulePack.parse(text).checked, organisation)]


@pytest.mark.parametrize(
    ("attributes", "where", "meant"),
    [
        ("skills: {pres: 2, consumables: 1}", "no step and no pool asks for skill `pres`", "press"),
        ("skills: [English]", "no step and no pool asks for skill `English`", "english"),
        ("languages: [ru, Deutch]", "no step and no pool asks for language `Deutch`", "Deutsch"),
        ("territories: [MSKK]", "no step and no pool asks for territory `MSKK`", "MSK"),
        (
            "territories: [Kamchtka]",
            "no step and no pool asks for territory `Kamchtka`",
            "Kamchatka",
        ),
    ],
)
def test_what_looks_like_something_that_is_asked_for_is_warned_of(attributes: str, where: str, meant: str):
    """By a field's values, by a step itself or by a pool: whoever has it would silently get no such lead."""
    (told,) = warnings(attributes)
    assert told.startswith("organisation.yaml:7:17: LR814")
    assert where in told
    assert f"fix: did you mean `{meant}`?" in told


@pytest.mark.parametrize(
    "attributes",
    ["skills: [press, consumables, english, welding]", "languages: [ru, Deutsch]", "territories: [MSO, Urals, EKB]"],
)
def test_what_is_asked_for_or_like_nothing_that_is_has_no_warning(attributes: str):
    """It may be there for people to read, or for another pack."""
    assert warnings(attributes) == []


def test_where_nothing_is_asked_for_nothing_is_misspelt():
    """A pack without needs, and pools without attributes."""
    plain = "{to: inbound}, {to: head(inbound)}"
    assert warnings("skills: [pres], languages: [e], territories: [MSKK]", needs=plain, pools="") == []


def test_one_word_is_told_once():
    """However many people have it."""
    (told,) = warnings("territories: [MSKK]}, zoe: {territories: [MSKK]")
    assert told.startswith("organisation.yaml:7:17: LR814")
