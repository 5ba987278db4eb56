"""Who of the candidates comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from leadrouter.assignment.duties import Absence
from leadrouter.assignment.load import Load
from leadrouter.assignment.standing import UNIT
from leadrouter.assignment.strategy import STRATEGIES, figure_text, tie_text
from leadrouter.staff import STRATEGY_NAMES, Salesperson
from tests.giving import AT, Books, office, sellers

ABC = sellers(["anna", "boris", "vera"])
LEVEL = ": of equals the least recent here, else the first by id"
HOUR = timedelta(hours=1)


def test_every_name_is_a_strategy():
    """Packs may name those that there are."""
    assert tuple(STRATEGIES) == STRATEGY_NAMES


def test_fair_shares_by_weight():
    """In the order in which claims fall due."""
    books = Books(office(Salesperson(id="anna", weight=2), *ABC[1:]))
    assert books.given(8) == ["anna", "boris", "vera", "anna"] * 2
    assert (books.got("anna"), books.got("boris"), books.got("vera")) == (4, 2, 2)


def test_fair_ranks_as_many_as_are_wanted():
    """Those who are owed come before those who are not, whatever their weights."""
    books = Books(office(Salesperson(id="anna", weight=9), *ABC[1:]))
    books.given(3)
    ranked = books.choose(offers=3).offered_to
    alone = books.choose().offered_to
    assert ranked[:1] == alone
    assert sorted(ranked) == ["anna", "boris", "vera"]


def test_fair_goes_on_where_nobody_present_is_owed():
    """Whoever falls due first has it."""
    books = Books(office(*ABC))
    books.away = {"vera": Absence()}
    books.given(1)
    books.away = {"boris": Absence(), "vera": Absence()}
    books.given(1)
    assert books.choose().why_not()["boris"] == "away"
    assert books.give() == "anna"


def test_round_robin_keeps_positions():
    """Somebody who is away has neither a double turn afterwards nor the next person's."""
    books = Books(office(*ABC, strategy="round_robin"))
    assert books.given(2) == ["anna", "boris"]
    books.away = {"vera": Absence()}
    assert books.given(3) == ["anna", "boris", "anna"]
    books.away = {}
    assert books.given(4) == ["boris", "vera", "anna", "boris"]
    assert books.choose(offers=2).offered_to == ("vera", "anna")


def test_longest_idle_asks_when_somebody_was_last_offered_a_lead():
    """In any pool; whoever never was counts from the day of entering."""
    books = Books(office(*ABC, strategy="longest_idle"))
    books.given(3, every=HOUR)
    books.loads["anna"] = evolve(books.loads["anna"], last_at=AT + 5 * HOUR)
    choice = books.choose(AT + 6 * HOUR)
    assert choice.offered_to == ("boris",)
    assert choice.why_not()["anna"] == "idle for 1h; boris idle for 5h comes first by longest_idle"
    books.organisation = office(*ABC, Salesperson(id="adam"), strategy="longest_idle")
    assert books.choose(AT + 6 * HOUR).offered_to == ("boris",)
    books.organisation = office(*ABC, Salesperson(id="adam"), strategy="longest_idle", newcomer="none")
    eager = books.choose(AT + 6 * HOUR)
    assert eager.offered_to == ("adam",)
    assert "adam idle since ever" in eager.why_not()["boris"]


def test_nobody_is_idle_for_less_than_nothing():
    """The clock by which somebody was offered a lead may go ahead of the one that asks."""
    books = Books(office(*ABC[:2], strategy="longest_idle"))
    books.given(2)
    behind = books.choose(AT - HOUR)
    assert behind.why_not() == {"boris": f"idle for 0s; anna idle for 0s comes first by longest_idle{LEVEL}"}


def test_least_loaded_compares_shares_of_capacity():
    """One of four is less than one of two; where anybody has no limit, open leads are compared."""
    anna, boris, vera = ABC
    books = Books(office(evolve(anna, capacity=2), evolve(boris, capacity=4), evolve(vera, capacity=1)))
    books.loads = {each.id: Load(person=each.id, open_leads=1) for each in (anna, boris)}
    books.loads["vera"] = Load(person="vera", open_leads=1)
    choice = books.choose(strategy="least_loaded")
    assert choice.offered_to == ("boris",)
    assert choice.why_not()["anna"] == "1/2 leads open; boris 1/4 leads open comes first by least_loaded"
    books.organisation = office(evolve(anna, capacity=2), boris)
    books.loads["boris"] = Load(person="boris", open_leads=2)
    unlimited = books.choose(strategy="least_loaded")
    assert unlimited.why_not() == {"boris": "2 leads open; anna 1/2 leads open comes first by least_loaded"}


def test_most_qualified_asks_the_rank_for_the_class():
    """And shares evenly among those of equal rank."""
    anna, boris, vera = ABC
    books = Books(office(evolve(anna, rank=2), evolve(boris, rank=2, ranks={"mass": 1}), evolve(vera, rank=1)))
    assert books.given(3, strategy="most_qualified") == ["anna", "boris", "anna"]
    choice = books.choose(strategy="most_qualified", lead_class="mass")
    assert choice.why_not()["boris"] == "rank 1; anna rank 2 comes first by most_qualified"


@pytest.mark.parametrize(
    ("strategy", "figure", "text"),
    [
        ("fair", -500_000_000_000, "owed -0.50"),
        ("first_accept", 0, "owed +0.00"),
        ("round_robin", 2, "2 before"),
        ("longest_idle", 12, "idle for 12s"),
        ("longest_idle", None, "idle since ever"),
        ("least_loaded", [2, None], "2 leads open"),
        ("least_loaded", [1, None], "1 lead open"),
        ("least_loaded", [1, 2], "1/2 leads open"),
        ("most_qualified", 5, "rank 5"),
        ("my_own", 0, "0 before"),
    ],
)
def test_figures_have_words(strategy, figure, text):
    """Each strategy says what it compared."""
    assert figure_text(strategy, figure) == text


@pytest.mark.parametrize(
    ("strategy", "one", "other", "told"),
    [
        ("fair", UNIT, 0, ""),
        ("fair", 7, 7, ": of equals the first by id"),
        ("first_accept", UNIT // 3 + 1, UNIT // 3, ": equal but for rounding"),
        ("fair", UNIT // 1000, 0, ": by less than a hundredth"),
        ("least_loaded", [2, 4], [1, 2], LEVEL),
        ("least_loaded", [2, None], [2, 4], LEVEL),
        ("least_loaded", [2, 4], [2, 3], ""),
        ("longest_idle", None, None, LEVEL),
        ("most_qualified", 2, 1, ""),
        ("round_robin", 0, 1, ""),
    ],
)
def test_what_figures_do_not_tell_is_said(strategy, one, other, told):
    """Between two who are equal in what a strategy compares, or look so, it is told what decided."""
    assert tie_text(strategy, {"anna": one, "boris": other}, "anna", "boris") == told


def test_whoever_is_owed_more_and_comes_later_is_told_the_parts():
    """By weights it is not the largest debt that comes first but the claim that falls due first."""
    people = [Salesperson(id=each, weight=weight) for each, weight in (("anna", 5), ("boris", 3), ("vera", 1))]
    books = Books(office(*people))
    books.given(3)
    told = "owed +0.44, part 0.11; boris owed +0.33, part 0.33 comes first by fair: the sooner claim"
    assert books.choose().why_not()["vera"] == told


def test_of_several_who_are_asked_all_come_first():
    """The first two are told to the third in the plural."""
    choice = Books(office(*ABC, strategy="first_accept")).choose(offers=2)
    assert choice.why_not()["vera"].endswith(
        "anna owed +0.33, boris owed +0.33 come first by first_accept: of equals the first by id"
    )
