"""People, departments and pools by what they are."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from leadrouter.staff import CLIENT_NORMS, SALES_NORMS, Norms, Pool, Salesperson

ANNA = Salesperson(id="anna", rank=3, skills={"press": 2, "lathe": 1}, languages=("ru", "en"), territories=("MSK",))


@pytest.mark.parametrize(
    ("asked", "takes"),
    [
        ({}, True),
        ({"departments": ("sales", "client")}, True),
        ({"departments": ("client",)}, False),
        ({"skills": {"press": 2, "lathe": 1}}, True),
        ({"skills": {"press": 3}}, False),
        ({"skills": {"welding": 1}}, False),
        ({"languages": ("en",)}, True),
        ({"languages": ("en", "de")}, False),
        ({"territories": ("MSK",)}, True),
        ({"territories": ("MSK", "SPB")}, False),
        ({"min_rank": 3}, True),
        ({"min_rank": 4}, False),
    ],
)
def test_a_pool_takes_whoever_has_all_that_it_asks_for(asked, takes):
    """Any of its departments, and each of its skills, languages and territories."""
    assert Pool(id="pool", **asked).takes(ANNA, "sales") is takes


def test_the_norms_of_the_sales_conveyor():
    """30-40 small or medium clients, 10-15 large ones, one to three very large ones, and any mix up to one whole."""
    assert SALES_NORMS.used({"small": 20, "very_large": 1}) == Fraction(1, 2) + Fraction(1, 3)
    assert SALES_NORMS.room({"small": 20, "very_large": 1}).fitting == {"small", "medium", "large", ""}
    for size, most in (("small", 40), ("medium", 40), ("large", 15), ("very_large", 3)):
        assert size in SALES_NORMS.room({size: most - 1})
        assert size not in SALES_NORMS.room({size: most})
        assert SALES_NORMS.norm(size) == most


def test_a_manager_of_the_client_department_holds_two_hundred():
    """Of whatever size."""
    room, full = CLIENT_NORMS.room({"small": 100, "very_large": 99}), CLIENT_NORMS.room({"large": 199, "": 1})
    assert ("small" in room, "" in room) == (True, True)
    assert ("small" in full, "" in full) == (False, False)


def test_a_client_of_unknown_size_counts_like_one_of_the_smallest():
    """And one of a size without a norm takes no room."""
    norms = Norms(sizes={"small": 4, "huge": 1})
    assert norms.used({"": 1}) == Fraction(1, 4)
    assert (norms.norm("odd"), norms.used({"odd": 9}), "odd" in norms.room({"huge": 1})) == (None, 0, True)
    assert ("" in norms.room({"small": 3}), "" in norms.room({"small": 4})) == (True, False)
    nothing = Norms(sizes={})
    assert (nothing.used({"": 3}), "small" in nothing.room({}), "" in nothing.room({})) == (0, True, True)


def test_one_number_is_the_norm_of_every_size_that_has_none_of_its_own():
    """Beside norms of single sizes as well."""
    norms = Norms(sizes={"huge": 2}, other=4)
    assert (norms.norm("huge"), norms.norm("small"), norms.norm("")) == (2, 4, 4)
    assert ["small" in norms.room({"huge": 1, "odd": count}) for count in (1, 2)] == [True, False]


def test_norms_are_equal_by_what_they_say():
    """What is worked out from it for speed does not count."""
    assert Norms(sizes={"small": 4}) == Norms(sizes={"small": 4})
    assert evolve(SALES_NORMS, other=9) != SALES_NORMS
