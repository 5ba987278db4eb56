"""What patterns cost: `python -m tests.bench.history`.

Both engines first answer alike, then take turns. A cell gives CPU microseconds of one evaluation, least and
median of the rounds. The bound on events, beyond which the engine on durable-rules leaves the answer to the
reference, is lifted for the measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from platform import machine, python_version
from random import Random

from leadrouter import Lead, Organisation, Router, RulePack
from leadrouter.adapters import durable
from leadrouter.adapters.durable import DurableEngine
from leadrouter.history.past import History, PastEvent
from leadrouter.history.reading import Reading
from leadrouter.history.reference import evaluate
from leadrouter.ledger.memory import MemoryLedger
from leadrouter.reception import PatternsEngine

from .measure import Cost, Task, each, interleave

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
WINDOW = timedelta(days=90)
PATTERNS = (5, 20)
EVENTS = (5, 20, 100)
PASTS = 20
COMPANIES = 6_000
"""More than are routed in all rounds: each lead finds the past that was made for it, and no lead before it."""
FORMS = (
    "at_least: {0}, of: request, within: 30d",
    "at_least: 2, of: request, within: 90d, total: {{amount: {0}00_000}}",
    "sequence: [call, request], within: {0}d",
    "sequence: [request, request], within: {0}d, without: order",
    "different: contact, at_least: 2, of: request, within: {0}d",
    "growing: amount, times: 3, of: request, within: 8{0}d",
    "silence: {0}d, of: request, within: 90d",
)
PACK = """
pack: bench
vocabulary: {{amount: {{money: {{currency: RUB, min: 0}}}}, source: {{enum: [call, web_form]}}}}
{past}
classify:
{rules}
  - {{rule: large, when: amount >= 3_000_000, class: complex}}
  - {{rule: rest, default: true, class: mass}}
route: [{{rule: all, default: true, to: desk}}]
routes: {{desk: [{{to: person(anna)}}]}}
"""
STREAMS = """streams:
  request: kind == "request"
  order: kind == "deal_won"
  call: kind == "request" and source == "call"
patterns:"""
ORGANISATION = (
    "{organisation: bench, staffing: department, departments: {a: {kind: inbound, people: [anna]}}, people: {anna: {}}}"
)


def pack_of(patterns: int) -> RulePack:
    """Return a pack with so many patterns of all forms in turn, each asked for by a rule."""
    written = [f"  - {{pattern: p{n}, {FORMS[n % len(FORMS)].format(2 + n // len(FORMS))}}}" for n in range(patterns)]
    rules = [f"  - {{rule: r{n}, when: p{n} and amount > 9_000_000, class: complex}}" for n in range(patterns)]
    past = "\n".join([STREAMS, *written]) if patterns else ""
    return RulePack.parse(PACK.format(past=past, rules="\n".join(rules)))


def pasts_of(events: int) -> list[History]:
    """Return pasts with so many events in the longest window; nothing of them is missing."""
    draw = Random(events)
    return [
        History(
            at=NOW,
            contact="0",
            events=[
                PastEvent(
                    kind=draw.choice(("request", "request", "request", "deal_won")),
                    at=NOW - WINDOW * draw.random(),
                    contact=str(draw.randrange(3)),
                    facts={"amount": draw.randrange(1, 400) * 1_000, "source": draw.choice(("call", "web_form"))},
                )
                for _ in range(events - 1)
            ],
        )
        for _ in range(PASTS)
    ]


FACTS = {"amount": 90_000, "source": "web_form"}


def engines(patterns: int, events: int) -> dict[str, Cost]:
    """Measure both engines on readings that are made anew each time, so that nothing is remembered."""
    pack = pack_of(patterns)
    pasts = pasts_of(events)
    engine = DurableEngine(pack.checked)
    for past in pasts:
        reading = pack.reading(FACTS, past)
        assert engine.evaluate(reading) == evaluate(reading)

    def read(past: History) -> Reading:
        return pack.reading(FACTS, past)

    return interleave(
        {
            "reading alone": each(read, pasts),
            "reference": each(lambda past: evaluate(read(past)), pasts),
            "durable": each(lambda past: engine.evaluate(read(past)), pasts),
        }
    )


def routing(patterns: int, events: int, engine: PatternsEngine = "durable") -> Task:
    """Make the task of routing leads of a company with a past, each with a key of its own."""
    router = Router(pack_of(patterns), Organisation.parse(ORGANISATION), MemoryLedger(), patterns_engine=engine)
    numbers = count()

    def route(past: History) -> None:
        number = next(numbers)
        assert number < COMPANIES, "each lead needs a company with a past of its own"
        company = f"c{number}"
        router.route(Lead(id=company, company=company, source="web_form", facts={"amount": 90_000}), at=past.at)

    def noted(past: History) -> None:
        company = f"c{next(companies)}"
        for number, event in enumerate(past.events):
            router.record(
                event.kind,
                key=f"{company} {number}",
                company=company,
                contact=event.contact,
                facts=event.facts,
                at=event.at,
            )

    companies = count()
    pasts = pasts_of(events)
    for _ in range(COMPANIES // len(pasts)):
        for past in pasts:
            noted(past)
    return each(route, pasts)


def report() -> Iterator[str]:
    """Measure everything and yield the report, line by line."""
    durable.MOST_FACTS = 1_000
    yield f"python {python_version()}, {machine()}; CPU µs of one evaluation: least / median\n"
    yield "| patterns | events | reading alone | reference | durable | times |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for patterns in PATTERNS:
        for events in EVENTS:
            costs = engines(patterns, events)
            reading = costs["reading alone"].least
            times = (costs["durable"].least - reading) / (costs["reference"].least - reading)
            cells = [f"{cost.least:,.0f} / {cost.median:,.0f}" for cost in costs.values()]
            yield f"| {patterns} | {events} | {' | '.join(cells)} | {times:.1f} |"
    yield "\n| one decision, kept in memory; 5 past events | CPU µs |"
    yield "| --- | ---: |"
    tasks = {"no patterns": routing(0, 6)}
    for patterns in PATTERNS:
        tasks[f"{patterns} patterns, reference"] = routing(patterns, 6, "reference")
        tasks[f"{patterns} patterns, durable"] = routing(patterns, 6)
    for name, cost in interleave(tasks, rounds=5).items():
        yield f"| {name} | {cost.least:,.0f} / {cost.median:,.0f} |"


if __name__ == "__main__":
    for line in report():
        print(line, flush=True)
