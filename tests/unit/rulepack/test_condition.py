"""Checking a condition; the messages stand in `tests/conformance/faults/condition-*`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from leadrouter import vocabulary as v
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.condition import Scope, check_condition
from leadrouter.rulepack.functions import regex
from leadrouter.rulepack.syntax import parse_expression
from tests.strategies import TYPES, VOCABULARY, scope_of

SCOPE = scope_of(VOCABULARY)


def check(text: str, scope: Scope = SCOPE):
    tree, problems = parse_expression(text)
    assert tree is not None, problems
    return check_condition(tree, scope)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("сумма > 5", Decimal(5)),
        ("сумма > '5 000 RUB'", Decimal(5000)),
        ("employees > 5", 5),
        ("rate > 0.5", Decimal("0.5")),
        ("due == '02.03.2026'", date(2026, 3, 2)),
        ("received == '2026-03-02T10:00+03:00'", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("wait == '1d 12h'", timedelta(hours=36)),
        ("регион == 'Москва'", "MSK"),
        ("регион in ['МОСКВА']", "MSK"),
        ("message == 'e\u0301'", "é"),
        ("existing == True", True),
        ("weekday(due) == 'mon'", "mon"),
        ("date(received) == '2026-03-02'", date(2026, 3, 2)),
        ("days_between('2026-03-02', due) > 5", 5),
        ("'vip' in tags", "vip"),
        ("сумма * 2 == 5", Decimal(5)),
    ],
)
def test_a_constant_takes_the_type_of_what_it_stands_beside(text: str, value: object):
    """As a lead's facts are read; the condition keeps what was written beside what it means."""
    condition, problems, _ = check(text)
    assert condition is not None, problems
    literals = [each for each in e.walk(condition.root) if isinstance(each, e.Literal)]
    assert e.Literal(value) in literals
    assert condition.written == parse_expression(text)[0]


def test_a_condition_says_what_it_reads():
    """Also what it only asks for with `known`."""
    condition, _, _ = check("known(due) or not contains(message, 'a') and сумма + paid > 5")
    assert condition.names == {"due", "message", "сумма", "paid"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("source != 'call'", ["source"]),
        ("'call' != source", ["source"]),
        ("source not in ['call']", ["source"]),
        ("'vip' not in tags", ["tags"]),
        ("сумма != paid", ["сумма", "paid"]),
        ("source == 'call'", []),
        ("hour(received) != 5", []),
    ],
)
def test_what_is_unknown_where_a_fact_is_missing_gets_a_warning(text: str, names: list[str]):
    """`!=` and `not in` on an optional field read as true where it is missing, and are not."""
    _, problems, warnings = check(text)
    assert problems == []
    assert [(each.code, each.fix) for each in warnings] == [
        ("LR220", f"ask `known({name})` beside it") for name in names
    ]
    assert check(text, Scope(TYPES))[2] == []


def test_all_faults_of_a_condition_are_told_at_once():
    """Also in the parts of what is wrong as a whole; a fault causes no others."""
    _, problems, _ = check("nobody > 5 and (сумма > 'a' or hour(due, 1) > 5) and message < 5 < 3 and 'a' in nowhere")
    assert [problem.code for problem in problems] == ["LR211", "LR212", "LR216", "LR212", "LR215", "LR211"]


@pytest.mark.parametrize(
    "text",
    [
        "0 <= budget <= 1_000_000",
        "budget >= 0 or budget > 999_999.99",
        "5 < employees < 6",
        "5 <= employees <= 5",
        "6 > employees > 5",
        "5 < employees > 3",
        "employees in [-1, 0]",
        "wait == '30d'",
        "'1d' < wait",
        "budget * 2 > 1_500_000",
        "-budget < 0",
        "5 < employees < rate < 2",
        "employees > -1",
        "not (employees < 5) == existing",
        "rate / 2 == employees",
        "budget - 5 > 5 and 5 + budget > 5 and budget / budget == 1",
        "employees < 5 < rate",
        "due < '2026-03-02' < date(received)",
        "сумма < 5 < budget",
    ],
)
def test_what_can_hold_is_let_pass(text: str):
    """Bounds are inclusive, and a value that was counted has none."""
    condition, problems, _ = check(text)
    assert condition is not None, problems


def test_the_names_of_later_stages_are_not_known_yet():
    """Nor are they misspelled."""
    _, problems, _ = check("class == 'mass'", Scope({}, later=frozenset({"class"})))
    assert [problem.code for problem in problems] == ["LR219"]


def test_a_pattern_is_re2s():
    """Without look-around or back references; the reason is RE2's own."""
    assert regex("^a+$").search("aaa")
    for pattern in ("(?=a)", r"(a)\1", "(", "a{2000}"):
        with pytest.raises(ValueError, match=r"\w"):
            regex(pattern)


def test_a_number_beside_an_enum_of_nothing():
    """A pack without tags has no value to offer."""
    _, problems, _ = check("5 in tags", Scope({"tags": v.EnumSet(())}))
    assert [problem.fix for problem in problems] == ["write one of its values, when it has any"]
