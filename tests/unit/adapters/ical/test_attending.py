"""Whom a calendar means."""

from __future__ import annotations

import pytest

from leadrouter.adapters.ical.attending import Attending, folded
from leadrouter.roster.person import Person


def attending(by: str, **people: tuple[str | None, str | None]) -> Attending:
    """Return how people are found, given the name and the address of each."""
    known = {each: Person(id=each, name=name, email=email) for each, (name, email) in people.items()}
    return Attending.of(known, by)


@pytest.mark.parametrize(
    ("first", "second"),
    [("Anna", " anna "), ("Пётр", "петр"), ("ЁЛКИНА  Анна", "Елкина Анна"), ("STRASSE", "straße"), ("a\tb", "A B")],
)
def test_case_spaces_and_a_dotted_letter_do_not_count(first, second):
    """People write names as they come."""
    assert folded(first) == folded(second)


def test_an_id_wins_over_the_name_of_somebody_else():
    """Boris is called Anna, and anna is somebody."""
    found = attending("name", anna=(None, None), boris=("Anna", None), vera=("Vera", None))
    assert found.ids == {"anna": "anna", "boris": "boris", "vera": "vera"}


def test_a_shared_or_empty_name_means_nobody():
    """Ids still do."""
    found = attending("name", one=("Ivan", None), two=("IVAN", None), three=(" ", None))
    assert found.ids == {"one": "one", "two": "two", "three": "three"}


def test_addresses_are_those_that_people_have():
    """Somebody without one cannot be meant by it."""
    assert attending("email", anna=(None, "Anna@Works.example"), boris=("B", None)).ids == {
        "anna@works.example": "anna"
    }


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Anna Orlova", ["Anna Orlova"]),
        ("Night: Anna Orlova, boris;vera", ["Anna Orlova", "boris", "vera"]),
        ("Duty: night: boris", ["boris"]),
        ("at 09:00, boris", ["at 09:00", "boris"]),
        ("Orlova, Anna", ["Orlova, Anna"]),
        ('Duty: "Smith, John: jr." ; boris', ["Smith, John: jr.", "boris"]),
        ('"the ""old"" one", boris', ['the "old" one', "boris"]),
        ('Duty "north": boris', ["boris"]),
        ('5" gun: boris, vera "the old', ["boris", 'vera "the old']),
        ('Duty: "boris" Ivanov, "vera', ['"boris" Ivanov', '"vera']),
        ('Duty: "", boris', ['""', "boris"]),
        (" , ;", []),
        ("Night: ", []),
    ],
)
def test_names_stand_behind_the_last_colon_and_between_commas(title, names):
    """Unless the whole title is a name, or double quotes hold a name together."""
    found = attending("name", anna=("Anna Orlova", None), boris=(None, None), olga=("Orlova, Anna", None))
    assert found.names(title) == names


def test_an_id_is_found_as_it_is_first():
    """Two ids that differ in case only mean two people; other spellings mean the later one."""
    found = attending("name", anna=("ANNA", None), Anna=(None, None))
    assert [found.find(word) for word in ("anna", "Anna", "ANNA", "ana")] == ["anna", "Anna", "Anna", None]


def test_a_word_that_means_nobody_is_answered_with_the_closest():
    """Of the names or of the addresses, whichever is asked for."""
    assert attending("name", anna=(None, None)).fix("ana").startswith("did you mean `anna`?")
    assert attending("email", anna=(None, None)).fix("ana") == "there are none here"
