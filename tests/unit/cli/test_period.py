"""The stretch of time that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import pytest

from leadrouter.cli.period import Asked
from leadrouter.zone import zone

BERLIN = zone("Europe/Berlin")
NOTHING = {"week": None, "since": None, "until": None, "at": None}


def period(days: int | None = None, **given: str) -> tuple[str, str]:
    start, end = Asked(**{**NOTHING, **given}).period(BERLIN, days=days)
    return f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"week": "2026-W13"}, ("2026-03-22T23:00", "2026-03-29T22:00")),
        ({"since": "2026-03-29", "until": "2026-03-29"}, ("2026-03-28T23:00", "2026-03-29T22:00")),
        ({"since": "2026-03-29T02:30", "until": "2026-03-29 12:00"}, ("2026-03-29T01:00", "2026-03-29T10:00")),
        ({"since": "2026-03-01T00:00Z", "until": "2026-03-02T00:00+05:00"}, ("2026-03-01T00:00", "2026-03-01T19:00")),
        ({"since": "2026-03-02", "until": "2026-03-02T00:01"}, ("2026-03-01T23:00", "2026-03-01T23:01")),
        ({"since": "20260302"}, ("2026-03-01T23:00", "2026-03-08T23:00")),
        ({"at": "2026-03-28T12:00"}, ("2026-03-22T23:00", "2026-03-29T22:00")),
        ({"at": "2026-03-22T23:30Z"}, ("2026-03-22T23:00", "2026-03-29T22:00")),
    ],
)
def test_a_stretch_is_by_the_clock_of_the_roster(given, found):
    """A week, or from and to, a last date included; else the week of now."""
    assert period(**given) == found


def test_questions_about_longer_stretches_begin_today():
    """With as many days as the command looks at."""
    assert period(days=10, at="2026-03-28T12:00") == ("2026-03-27T23:00", "2026-04-06T22:00")
    assert period(days=10, since="2026-03-01") == ("2026-02-28T23:00", "2026-03-10T23:00")


def test_now_is_the_system_s():
    """Where it is not given."""
    before = datetime.now(UTC)
    assert before <= Asked(**NOTHING).now(BERLIN) <= before + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"week": "2026-W54"}, "--week `2026-W54` is no week; write it as 2026-W19"),
        ({"week": "19"}, "--week `19` is no week"),
        ({"week": "2026-W19", "since": "2026-05-04"}, "leave --from and --to out"),
        ({"until": "2026-05-04"}, "--to needs --from"),
        ({"since": "2026-05-04", "until": "2026-05-03"}, "--to lies before --from"),
        ({"since": "tomorrow"}, "--from `tomorrow` cannot be read: write a date such as"),
        ({"since": "2026-05-04", "until": "2026-02-30"}, "--to `2026-02-30` cannot be read"),
        ({"at": "noon"}, "--at `noon` cannot be read"),
        ({"since": "0001-01-01T00:00+14:00"}, "--from `0001-01-01T00:00+14:00` lies outside the years 1900 to 2999"),
        ({"since": "2026-05-04", "until": "9999-12-31"}, "--to `9999-12-31` lies outside the years 1900 to 2999"),
        ({"week": "9999-W52"}, "--week `9999-W52` lies outside the years 1900 to 2999"),
    ],
)
def test_what_cannot_be_read_is_refused(given, told):
    """As a command that is not written as it should be."""
    with pytest.raises(click.UsageError) as refused:
        period(**given)
    assert told in refused.value.message
