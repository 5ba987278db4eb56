"""What follows from an organisation's departments, people and pools."""

from __future__ import annotations

from sys import maxsize

from leadrouter import Organisation
from leadrouter.staff import CLIENT_NORMS, SALES_NORMS, Norms

TEXT = """
organisation: office
staffing: head
departments:
  sales: {kind: inbound, head: olga, people: [boris, anna], capacity: 5, portfolio: {small: 9}}
  client: {kind: client, head: anna, people: [egor, vera]}
people:
  olga: {}
  anna: {capacity: 2, portfolio: 7, weight: 3}
  boris: {joined: 2026-01-01}
  egor: {quota: {day: 5}}
  vera: {left: 2027-01-01}
  zoya: {}
pools:
  all: {}
  sellers: {departments: [sales]}
"""
ROLL = Organisation.parse(TEXT).roll


def test_everybody_has_one_department():
    """That whose people they are among, before that which they lead."""
    assert ROLL.departments == {"olga": "sales", "boris": "sales", "anna": "sales", "egor": "client", "vera": "client"}


def test_departments_and_pools_have_members_by_id():
    """A pool that asks for nothing has everybody; the head of a department belongs to it."""
    assert ROLL.members == {
        "department(sales)": ("anna", "boris"),
        "department(client)": ("egor", "vera"),
        "pool(all)": ("anna", "boris", "egor", "olga", "vera", "zoya"),
        "pool(sellers)": ("anna", "boris", "olga"),
    }


def test_own_limits_go_before_those_of_the_department():
    """And those before the norms of its kind."""
    limits = {person: (each.capacity, each.portfolio) for person, each in ROLL.limits.items()}
    assert limits == {
        "olga": (5, Norms(sizes={"small": 9})),
        "anna": (2, Norms(sizes={}, other=7)),
        "boris": (5, Norms(sizes={"small": 9})),
        "egor": (None, CLIENT_NORMS),
        "vera": (None, CLIENT_NORMS),
        "zoya": (None, SALES_NORMS),
    }


def test_whoever_has_no_dates_and_no_quota_is_plain():
    """A quick look at the open leads says whether they can have another."""
    assert ROLL.plain == {"olga": 5, "anna": 2, "zoya": maxsize}
    assert ROLL.weights == {"anna": 3}
