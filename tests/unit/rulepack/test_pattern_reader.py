"""Streams and patterns: what is warned of, what is left out, and what a pack says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrouter.rulepack import pattern as p
from leadrouter.rulepack.pattern_reader import kinds
from leadrouter.vocabulary import Bool
from tests.pack_text import faults, parse, told

STREAMS = 'streams: {request: kind == "request", order: kind == "deal_won"}'
ASKED = "classify: [{rule: a, when: often, class: complex}, {rule: rest, default: true, class: mass}]"


def one(text: str) -> p.Pattern:
    [pattern] = parse(STREAMS, f"patterns: [{{pattern: it, {text}}}]").checked.patterns
    return pattern


def test_every_form_is_read():
    """Each pattern of the specification, as values."""
    day = timedelta(days=1)
    assert one("at_least: 3, of: request, within: 30d") == p.AtLeast(name="it", count=3, of="request", within=30 * day)
    assert one("at_least: 2, of: request, within: 90d, total: {amount: 300_000}") == p.AtLeast(
        name="it", count=2, of="request", within=90 * day, total=p.Total("amount", 300_000)
    )
    assert one("different: contact, at_least: 2, of: request, within: 14d") == p.Different(
        name="it", fact="contact", count=2, of="request", within=14 * day
    )
    assert one("growing: amount, times: 3, of: request, within: 1w") == p.Growing(
        name="it", fact="amount", times=3, of="request", within=7 * day
    )
    assert one("silence: 180d, of: request, within: 200d") == p.Silence(
        name="it", silence=180 * day, of="request", within=200 * day
    )
    assert one("sequence: [order, request], within: 1h, without: request") == p.Sequence(
        name="it", streams=("order", "request"), within=timedelta(hours=1), without="request"
    )


def test_growing_and_silence_look_back_three_years_unless_they_say_otherwise():
    """What they reach is written out in the canonical text, so that it stays."""
    assert one("growing: amount, times: 3, of: request").within == timedelta(days=1095)
    assert one("silence: 180d, of: request").within == timedelta(days=1275)
    pack = parse(STREAMS, "patterns: [{pattern: it, silence: 180d, of: request}]")
    assert "within: 1275d" in pack.canonical


def test_watched_counted_and_longest():
    """What a pattern looks at, what it counts with, and how far the patterns of a pack reach."""
    sequence = one("sequence: [order, request, request], within: 1h, without: order")
    assert p.watched(sequence) == ("order", "request")
    assert p.watched(one("silence: 1h, of: order")) == ("order",)
    texts = ("at_least: 1, of: order, within: 1d", "at_least: 1, of: order, within: 1d, total: {sites: 5}")
    assert [p.counted(one(each)) for each in texts] == [None, "sites"]
    assert p.counted(one("different: contact, at_least: 2, of: order, within: 1d")) == "contact"
    assert p.counted(sequence) is None
    assert p.longest([]) == timedelta()
    assert p.longest([sequence, one("at_least: 1, of: order, within: 1d")]) == timedelta(days=1)


def test_patterns_are_facts_that_tables_may_use():
    """They are true, false or unknown; the pack lists them beside its fields."""
    pack = parse(STREAMS, "patterns: [{pattern: often, at_least: 3, of: request, within: 30d}]", ASKED)
    assert pack.checked.signals == ("often",)
    assert pack.checked.types["often"] == Bool()
    assert [fault.code for fault in pack.warnings] == ["LR341"]


def test_a_pattern_that_no_rule_asks_for_is_warned_of():
    """So is a stream that no pattern watches, each at its place."""
    pack = parse(STREAMS, "patterns: [{pattern: often, at_least: 3, of: request, within: 30d}]")
    assert told(list(pack.warnings)) == [
        "pack.yaml:6:39: LR341 no pattern watches stream `order`",
        "pack.yaml:7:12: LR340 no rule asks for pattern `often`",
    ]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ('kind == "deal-won"', "deal_won"),
        ('kind in ["visit", "requests"]', "request"),
        ('kind == "deal_won" or kind == "Request"', "request"),
        ('kind == "deal_lost"', None),
        ('kind == "complaint" and region == "MSK"', None),
        ('kind in ["request", "deal_won"]', None),
        ('kind > "deal"', None),
    ],
)
def test_a_kind_that_is_nearly_one_of_the_routers_own_is_warned_of(asked, meant):
    """Its stream would hold nothing, and its patterns would be false for ever."""
    pack = parse(
        f"streams: {{request: '{asked}'}}", "patterns: [{pattern: often, at_least: 3, of: request, within: 30d}]", ASKED
    )
    fixes = [fault.fix for fault in pack.warnings if fault.code == "LR342"]
    assert fixes == ([] if meant is None else [f"did you mean `{meant}`?"])


def test_a_comparison_with_a_signal_that_may_be_unknown_is_warned_of():
    """A pattern is as unknown as a missing fact where what it needs is missing."""
    rule = "classify: [{rule: a, when: often != True, class: complex}, {rule: rest, default: true, class: mass}]"
    pack = parse(STREAMS, "patterns: [{pattern: often, at_least: 3, of: request, within: 30d}]", rule)
    assert "LR220" in {fault.code for fault in pack.warnings}
    stream = "streams: {request: 'region != \"MSK\"'}"
    pack = parse(stream, "patterns: [{pattern: often, at_least: 3, of: request, within: 30d}]", ASKED)
    assert [fault.code for fault in pack.warnings] == ["LR220"]


def test_a_stream_that_is_faulty_is_not_said_to_be_unknown_or_unwatched():
    """One fault for one mistake."""
    found = faults(
        "streams: {request: knd == 1}", "patterns: [{pattern: often, at_least: 3, of: request, within: 1d}]", ASKED
    )
    assert [fault.code for fault in found] == ["LR211"]


def test_streams_and_patterns_may_stand_in_several_files():
    """A name is given once in all of them."""
    visits = 'streams: {visit: kind == "visit"}\npatterns: [{pattern: often, at_least: 3, of: visit, within: 1d}]'
    files = {"more.yaml": visits}
    pack = parse(
        "include: [more.yaml]", STREAMS, "patterns: [{pattern: it, at_least: 1, of: order, within: 1d}]", files=files
    )
    assert (list(pack.checked.streams), pack.checked.signals) == (["visit", "request", "order"], ("often", "it"))
    files = {"more.yaml": STREAMS}
    assert [fault.message for fault in faults("include: [more.yaml]", STREAMS, files=files)] == [
        "stream `request` is given twice",
        "stream `order` is given twice",
    ]


@pytest.mark.parametrize(
    ("streams", "known"),
    [
        ('{a: kind == "visit"}', {"request", "visit"}),
        ('{a: \'kind in ["visit", "fair"]\', b: hot}', {"request", "visit", "fair"}),
        ('{a: kind != "visit"}', None),
        ("{a: '\"visit\" == kind'}", None),
        ("{a: 'contains(kind, \"visit\")'}", None),
    ],
)
def test_the_kinds_that_streams_ask_for(streams, known):
    """Where one asks in another way than by name, any kind may matter."""
    pack = parse(f"streams: {streams}")
    assert kinds(pack.checked.streams.values()) == known


def test_a_sequence_may_end_in_whatever_may_be_a_lead():
    """Only a stream that asks for other kinds by name is refused."""
    for condition in ('kind in ["visit", "request"]', 'kind == "request" and hot', "hot", 'kind != "visit"'):
        streams = f"streams: {{last: '{condition}'}}"
        assert parse(streams, "patterns: [{pattern: it, sequence: [last, last], within: 1d}]")
    for condition in ('kind in ["visit", "fair"]', 'hot and kind == "visit"'):
        streams = f"streams: {{last: '{condition}'}}"
        found = faults(streams, "patterns: [{pattern: it, sequence: [last, last], within: 1d}]")
        assert [fault.code for fault in found] == ["LR336"]
