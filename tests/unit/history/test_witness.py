"""The events that made a pattern true, in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadrouter.history.past import History, PastEvent
from leadrouter.history.reference import evaluate
from leadrouter.history.witness import tell, witnesses
from leadrouter.zone import zone
from tests.pack_text import parse

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
SECTIONS = (
    "vocabulary: {amount: {money: RUB}, region: {enum: [MSK, SPB]}}",
    'streams: {request: kind == "request", order: kind == "deal_won", far: region == "SPB"}',
)


def at(day: int, month: int = 3, year: int = 2026, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, 0, tzinfo=UTC)


def told(pattern: str, *events: PastEvent, **facts: object) -> tuple[str, list[datetime]]:
    pack = parse(*SECTIONS, f"patterns: [{{pattern: it, {pattern}}}]")
    reading = pack.reading(facts, History(at=NOW, events=events, contact="anna"))
    assert evaluate(reading) == {"it": True}
    [checked] = pack.checked.patterns
    return tell(checked, reading, zone("Europe/Moscow")), [each.at for each in witnesses(checked, reading)]


def request(when: datetime, **facts: object) -> PastEvent:
    contact = facts.pop("contact", None)
    return PastEvent(kind="request", at=when, contact=contact, facts=facts)  # type: ignore[arg-type]


def test_a_count_names_its_days():
    """The words of the specification."""
    sentence, seen = told("at_least: 3, of: request, within: 30d", request(at(2)), request(at(9)))
    assert sentence == "third request in 30 days: 2 March, 9 March, today"
    assert seen == [at(2), at(9), NOW]


@pytest.mark.parametrize(
    ("pattern", "events", "sentence"),
    [
        ("at_least: 1, of: order, within: 52w", [PastEvent(kind="deal_won", at=at(5, 12, 2025))],
         "order × 1 in 364 days: 5 December 2025"),
        ("at_least: 2, of: request, within: 36h, total: {amount: 300_000}", [request(at(15), amount=100_000)],
         "second request in 36 hours, 350000 RUB together: 15 March, today"),
        ("different: contact, at_least: 2, of: request, within: 1d", [request(at(16, hour=8), contact="boris")],
         "request with 2 different values of contact in 1 day: today 11:00, today"),
        ("growing: amount, times: 2, of: request", [request(at(2), amount=90_000.50)],
         "amount of request grew: 90000.5 RUB 2 March, 250000 RUB today"),
        ("silence: 180d, of: request", [request(at(1, 8, 2025))],
         "no request for 180 days: the last was 1 August 2025"),
        ("sequence: [far, request], within: 90m", [request(at(16, hour=8), region="SPB")],
         "far today 11:00, then request today, within 90 minutes"),
        ("sequence: [request, request], within: 45s, without: order", [request(NOW)],
         "request today 12:00, then request today without order between, within 45 seconds"),
        ("at_least: 12, of: request, within: 1w", [request(at(15)) for _ in range(11)],
         "12th request in 7 days: " + "15 March, " * 11 + "today"),
    ],
)  # fmt: skip
def test_each_form_has_its_sentence(pattern, events, sentence):
    """Days by the pack's clock, the hour on the day of the lead, the year where it is another."""
    assert told(pattern, *events, amount=250_000)[0] == sentence


@pytest.mark.parametrize(
    ("count", "ordinal"),
    [(10, "tenth"), (11, "11th"), (13, "13th"), (21, "21st"), (22, "22nd"), (23, "23rd"), (30, "30th"),
     (101, "101st"), (112, "112th")],
)  # fmt: skip
def test_what_is_counted_beyond_ten_is_told_as_people_count(count, ordinal):
    """The teens end alike, the rest by their last digit."""
    sentence, _ = told("at_least: 3, of: request, within: 7d", *[request(at(15))] * (count - 1))
    assert sentence.startswith(f"{ordinal} request in 7 days: ")


def test_the_newest_chain_and_the_newest_values_witness():
    """Of several that would do, those nearest to the lead are named."""
    _, seen = told("sequence: [request, request], within: 30d", request(at(2)), request(at(9)))
    assert seen == [at(9), NOW]
    _, seen = told(
        "different: region, at_least: 2, of: request, within: 30d",
        request(at(2), region="MSK"), request(at(3)), request(at(9), region="MSK"), region="SPB",
    )  # fmt: skip
    assert seen == [at(9), NOW]
    _, seen = told("silence: 7d, of: request", request(at(2)), request(at(9)))
    assert seen == [at(9), NOW]
