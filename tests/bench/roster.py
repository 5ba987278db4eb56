"""Compare rosters with peers: `python -m tests.bench.roster`.

One rota of two roles is written for each engine. All first answer the same questions, and a disagreement
ends the run. Then they take turns. A cell gives CPU microseconds for one answer, least and median of the
rounds, and how many times leadrouter's least its own is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from platform import machine, python_version
from random import Random
from typing import TypeAlias

from attrs import frozen

from leadrouter.adapters.or_tools import or_tools
from leadrouter.roster.roster import DutyRoster
from leadrouter.zone import takes_effect, zone

from .measure import Cost, each, interleave

BERLIN = zone("Europe/Berlin")
ANCHOR = date(2026, 1, 5)
ROLES = {"duty": ("anna", "boris", "vera"), "night": ("gleb", "dima", "egor", "zoya")}
OPENS, CLOSES = time(9), time(18)
HORIZONS = (1, 10)
ASKED = 48
OURS = "leadrouter"

Shift: TypeAlias = tuple[datetime, datetime, str]
Ask: TypeAlias = Callable[[datetime], str]
Expand: TypeAlias = Callable[[datetime, datetime], list[Shift]]

_ROSTER = f"""\
roster: bench
tz: Europe/Berlin
roles:
  duty:
    layers:
      - id: office
        rotation: {{people: [{", ".join(ROLES["duty"])}], unit: weeks, anchor: {ANCHOR}}}
        windows: [{{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}}]
  night:
    layers:
      - id: night
        rotation: {{people: [{", ".join(ROLES["night"])}], unit: slots, anchor: {ANCHOR}}}
        windows: [{{from: "18:00", to: "09:00"}}]
"""
_OFFICE = """\
roster: office
tz: Europe/Berlin
people: {anna: {}, boris: {}, vera: {}, gleb: {}, dima: {}, egor: {}}
roles:
  duty:
    layers:
      - id: office
        rotation: {people: [anna, boris, vera, gleb, dima, egor], unit: slots, anchor: 2026-01-05}
        windows: [{from: "09:00", to: "18:00"}]
absences:
  - {person: anna, dates: [2026-07-06, 2026-07-26]}
  - {person: vera, dates: [2026-05-11, 2026-05-24]}
  - {person: egor, dates: [2026-08-03, 2026-08-23]}
"""


@frozen
class Peer:
    """An engine that knows the rota: `ask` names who has the duty, `expand` gives all shifts of a stretch, in order."""

    ask: Ask
    expand: Expand


class DisagreementError(AssertionError):
    """Two engines gave different answers: no time of this run means anything."""


def leadrouter() -> Peer:
    """Parse a roster and ask it as users do; a year is laid out from nothing each time."""
    roster = DutyRoster.parse(_ROSTER)

    def expand(start: datetime, end: datetime) -> list[Shift]:
        fresh = DutyRoster(roster.versions)
        duties = (it for role in ROLES for it in fresh.timeline(start, end, role))
        return sorted((it.start, it.until or end, it.people[0]) for it in duties if it.people)

    return Peer(lambda at: " ".join(roster.on_duty(at).people), expand)


def dateutil() -> Peer:
    """Write a rule for each person, with its cache, in naive local times: those with a zone cost more."""
    from dateutil.rrule import rrulestr

    rules = {
        role: [
            (person, rrulestr(_rule(role), dtstart=_first(role, place), cache=True))
            for place, person in enumerate(people)
        ]
        for role, people in ROLES.items()
    }

    def ask(at: datetime) -> str:
        local = at.astimezone(BERLIN).replace(tzinfo=None)
        for person, rule in rules["duty"]:
            start = rule.before(local, inc=True)
            if start is not None and local < start + _length("duty"):
                return person
        return ""

    def expand(start: datetime, end: datetime) -> list[Shift]:
        first, last = (at.astimezone(BERLIN).replace(tzinfo=None) for at in (start, end))
        return sorted(
            (_utc(begins), _utc(begins + _length(role)), person)
            for role, people in rules.items()
            for person, rule in people
            for begins in rule.between(first, last - timedelta(minutes=1), inc=True)
        )

    return Peer(ask, expand)


def recurring_ical_events() -> Peer:
    """Write a recurring event for each person, one calendar a role."""
    from icalendar import Calendar
    from recurring_ical_events import of

    calendars = {role: of(Calendar.from_ical(_calendar(role))) for role in ROLES}

    def ask(at: datetime) -> str:
        return " ".join(str(event["SUMMARY"]) for event in calendars["duty"].between(at, at + timedelta(seconds=1)))

    def expand(start: datetime, end: datetime) -> list[Shift]:
        found = (event for calendar in calendars.values() for event in calendar.between(start, end))
        return sorted((it.start.astimezone(UTC), it.end.astimezone(UTC), str(it["SUMMARY"])) for it in found)

    return Peer(ask, expand)


PEERS: Mapping[str, Callable[[], Peer]] = {
    OURS: leadrouter,
    "python-dateutil": dateutil,
    "recurring-ical-events": recurring_ical_events,
}


def instants(years: int) -> list[datetime]:
    """Draw instants of the last year of a horizon, some of them beside its clock changes and handoffs."""
    drawn, begins = Random(years), datetime(2025 + years, 1, 6, 8, tzinfo=UTC)
    changes = [
        datetime.combine(date(2025 + years, month, 31 - (5 * (2025 + years) // 4 + shift) % 7), time(1), UTC)
        for month, shift in ((3, 4), (10, 1))
    ]
    beside = [at + timedelta(minutes=minutes) for at in changes for minutes in (-1, 0, 1799, 1800, 1859, 1860)]
    return beside + [begins + timedelta(minutes=drawn.randrange(360 * 1440)) for _ in range(ASKED - len(beside))]


def year(years: int) -> tuple[datetime, datetime]:
    """Return 52 weeks of a horizon, from a Monday's handoff on."""
    begins = ANCHOR + timedelta(weeks=52 * (years - 1))
    return takes_effect(begins, OPENS, BERLIN), takes_effect(begins + timedelta(weeks=52), OPENS, BERLIN)


def agree(peers: Mapping[str, Peer], years: int) -> None:
    """Raise DisagreementError unless all engines gave the same people and the same shifts."""
    answers = {name: [peer.ask(at) for at in instants(years)] for name, peer in peers.items()}
    shifts = {name: peer.expand(*year(years)) for name, peer in peers.items()}
    for name in peers:
        if answers[name] != answers[OURS] or shifts[name] != shifts[OURS]:
            raise DisagreementError(f"{name} and {OURS} differ within {years} years")


def markdown() -> Iterator[str]:
    """Measure, and write the report line by line."""
    packages = [f"{name} {version(name)}" for name in ("python-dateutil", "recurring-ical-events", "ortools")]
    yield ", ".join([f"python {python_version()}", machine(), *packages])
    yield "\nCPU µs: least / median (times leadrouter's least); identical answers.\n"
    yield _row("what", *PEERS)
    yield _row("---", *("---:" for _ in PEERS))
    peers = {name: make() for name, make in PEERS.items()}
    for years in HORIZONS:
        agree(peers, years)
        yield _line(f"`on_duty`, year {years}", {name: _asking(peer, years) for name, peer in peers.items()})
    for years in HORIZONS:
        tasks = {name: _expanding(peer, years) for name, peer in peers.items()}
        yield _line(f"52 weeks of two roles, year {years}", tasks)
    yield "\n" + _row("what", "CPU ms")
    yield _row("---", "---:")
    for what, cost in interleave(_planning()).items():
        yield _row(what, f"{cost.least / 1000:,.1f}")


def _asking(peer: Peer, years: int) -> Callable[[], float]:
    return each(peer.ask, instants(years))


def _expanding(peer: Peer, years: int) -> Callable[[], float]:
    return each(lambda stretch: peer.expand(*stretch), [year(years)])


def _planning() -> dict[str, Callable[[], float]]:
    roster = DutyRoster.parse(_OFFICE)
    start = takes_effect(date(2026, 4, 1), time(0), BERLIN)
    quarter, whole = start + timedelta(days=91), start + timedelta(days=365)
    two = DutyRoster.parse(_ROSTER)
    return {
        "`parse`, two roles": each(DutyRoster.parse, [_ROSTER]),
        "`check`, a year of two roles": each(lambda end: DutyRoster(two.versions).check(start, end), [whole]),
        "`fairness`, a year of office duty": each(lambda end: roster.fairness(start, end), [whole]),
        "`plan`, a quarter of office duty": each(lambda end: roster.plan(start, end), [quarter]),
        "`plan`, a year": each(lambda end: roster.plan(start, end), [whole]),
        "`plan` with OR-tools, a quarter": each(lambda end: roster.plan(start, end, solve=or_tools()), [quarter]),
    }


def _line(what: str, tasks: Mapping[str, Callable[[], float]]) -> str:
    costs = interleave(tasks)
    return _row(what, *(_cell(cost, costs[OURS]) for cost in costs.values()))


def _cell(cost: Cost, ours: Cost) -> str:
    return f"{cost.least:,.2f} / {cost.median:,.2f} ({cost.least / ours.least:,.0f})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _first(role: str, place: int) -> datetime:
    """Return the local time at which somebody has duty for the first time."""
    step, opens = (timedelta(weeks=1), OPENS) if role == "duty" else (timedelta(days=1), CLOSES)
    return datetime.combine(ANCHOR + step * place, opens)


def _length(role: str) -> timedelta:
    return timedelta(hours=9 if role == "duty" else 15)


def _rule(role: str) -> str:
    every = len(ROLES[role])
    return f"FREQ=WEEKLY;INTERVAL={every};BYDAY=MO,TU,WE,TH,FR" if role == "duty" else f"FREQ=DAILY;INTERVAL={every}"


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=BERLIN).astimezone(UTC)


def _calendar(role: str) -> bytes:
    """Return a role as a calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:bench"]
    for place, person in enumerate(ROLES[role]):
        start = _first(role, place)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{person}",
            f"SUMMARY:{person}",
            f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}",
            f"DTEND;TZID=Europe/Berlin:{start + _length(role):%Y%m%dT%H%M%S}",
            f"RRULE:{_rule(role)}",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


if __name__ == "__main__":
    for line in markdown():
        print(line, flush=True)
