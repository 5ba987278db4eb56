"""Dates, times, zones and windows as a roster's file writes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import yaml
from attrs import field, frozen

from leadrouter.document import Document, Node
from leadrouter.errors import Fault, did_you_mean
from leadrouter.roster.boundary import FIRST, LAST, MIDNIGHT, Doubt, doubt
from leadrouter.roster.window import Window, daily, weekly
from leadrouter.vocabulary import WEEKDAYS
from leadrouter.zone import takes_effect, zone

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_END_OF_DAY = "24:00"
_LOCAL = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})([T ](?P<clock>\d{2}:\d{2})(:00)?(?P<offset>Z|[+-]\d{2}:\d{2})?)?")
_WEEK_TIME = re.compile(r"(?P<day>\S+) +(?P<clock>\S+)")
_DAYS = (*WEEKDAYS, "workdays", "daysoff")


@frozen(kw_only=True)
class Local:
    """A local time as it was entered: a date, with a time of day or from its beginning."""

    day: date
    clock: time | None


@frozen
class Terms:
    """Reads the smallest parts of a roster; faults go to the document, doubts about local times to `warnings`."""

    document: Document
    warnings: list[Fault] = field(factory=list)

    def known(self, node: Node, what: str, names: Collection[str], code: str) -> str | None:
        """Return a word; one that is not among the names is a fault."""
        word = self.document.word(node, f"a {what}")
        if word is not None and word not in names:
            self.document.fault(code, f"unknown {what} `{word}`", node, did_you_mean(word, names))
            return None
        return word

    def zone(self, entries: Mapping[str, Node], otherwise: str) -> str:
        """Return the name of the zone under `tz`."""
        node = entries.get("tz")
        name = None if node is None else self.document.word(node, "`tz`")
        if node is None or name is None:
            return otherwise
        try:
            zone(name)
        except KeyError:
            self.document.fault("LR700", f"unknown zone `{name}`", node, "use an IANA name, such as Europe/Moscow")
            return otherwise
        return name

    def number(self, entries: Mapping[str, Node], key: str, otherwise: int, least: int, most: int = 10_000) -> int:
        """Return a whole number within bounds."""
        if key not in entries:
            return otherwise
        value = self.document.whole(entries[key], f"`{key}`")
        if value is not None and not least <= value <= most:
            fix = f"give a whole number from {least} to {most}"
            self.document.fault("LR713", f"`{key}: {value}` is out of range", entries[key], fix)
            return otherwise
        return otherwise if value is None else value

    def clock(self, node: Node, what: str) -> time | None:
        """Return a time of day."""
        word = self.document.word(node, what)
        if word is None or _CLOCK.fullmatch(word):
            return None if word is None else time.fromisoformat(word)
        self.document.fault("LR704", f"`{word}` is no time of day", node, 'write "09:00", from 00:00 to 23:59')
        return None

    def day(self, node: Node, what: str) -> date | None:
        """Return a date within the years that rosters tell."""
        word = self.document.word(node, what)
        return None if word is None else self._date(node, word, word)

    def _date(self, node: Node, word: str, shown: str) -> date | None:
        try:
            day = date.fromisoformat(word) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word) else None
        except ValueError:
            day = None
        if day is None:
            self.document.fault("LR705", f"`{shown}` is no date", node, "write a date that exists, as 2026-03-02")
        elif not FIRST.year < day.year < LAST.year - 1:
            self.document.fault(
                "LR705", f"`{shown}` is too far away", node, f"give a year from {FIRST.year + 1} to {LAST.year - 2}"
            )
            return None
        return day

    def local(self, node: Node, what: str) -> Local | datetime | None:
        """Return a local time as it was entered; an instant in UTC where it has an offset."""
        word = self.document.word(node, what)
        found = None if word is None else _LOCAL.fullmatch(word)
        if word is None:
            return None
        if found is None:
            fix = "write 2026-05-05T12:00, or a date, or an offset behind it"
            self.document.fault("LR705", f"`{word}` is no date and time", node, fix)
            return None
        day = self._date(node, found["day"], word)
        if day is None or found["clock"] is None:
            return None if day is None else Local(day=day, clock=None)
        try:
            clock = time.fromisoformat(found["clock"])
            if found["offset"] is not None:
                return datetime.fromisoformat(word).astimezone(UTC)
        except ValueError:
            fix = "write hours from 00 to 23, minutes to 59"
            self.document.fault("LR705", f"`{word}` is no date and time", node, fix)
            return None
        return Local(day=day, clock=clock)

    def instant(self, node: Node, what: str, tz: str) -> datetime | None:
        """Return when an entered time takes effect, in UTC; one that a clock change disturbs is warned of."""
        entered = self.local(node, what)
        if isinstance(entered, Local):
            return self.takes_effect(node, entered, zone(tz))
        return entered

    def takes_effect(self, node: Node, entered: Local, tz: ZoneInfo) -> datetime:
        """Return when a local time takes effect, in UTC; warn where it does not exist or occurs twice."""
        at = takes_effect(entered.day, entered.clock or MIDNIGHT, tz)
        found = doubt(entered.day, entered.clock or MIDNIGHT, tz)
        if found is not None:
            code, message, fix = _doubtful(found, entered, at, tz)
            self.warnings.append(Fault(code=code, message=message, where=self.document.span(node), fix=fix))
        return at

    def choice(
        self, entries: Mapping[str, Node], key: str, choices: tuple[str, ...], otherwise: str | None
    ) -> str | None:
        """Return one of a few words."""
        return otherwise if key not in entries else self.known(entries[key], key, choices, "LR708")

    def windows(self, node: Node | None, what: str) -> tuple[Window, ...]:
        """Return the windows of a list; an empty list is a fault."""
        nodes = [] if node is None else self.document.items(node, what)
        if isinstance(node, yaml.SequenceNode) and not nodes:
            self.document.fault("LR106", f"{what} is empty", node, "leave it out to cover every hour")
        return tuple(window for each in nodes for window in self._window(each))

    def _window(self, node: Node) -> Iterator[Window]:
        entries = self.document.entries(node, "a window", known=("days", "from", "to", "weekly"))
        where = self.document.span(node)
        if "weekly" in entries:
            for key in sorted(entries.keys() - {"weekly"}):
                self.document.fault("LR710", f"`{key}` stands beside `weekly`", entries[key], "keep one of them")
            ends = self.document.items(entries["weekly"], "`weekly`")
            times = [self._week_time(each) for each in ends]
            if len(times) != 2 and isinstance(entries["weekly"], yaml.SequenceNode):
                fix = 'write weekly: ["fri 18:00", "mon 09:00"]'
                self.document.fault("LR106", "`weekly` has two times, a first and a last", entries["weekly"], fix)
            elif len(times) == 2 and times[0] is not None and times[1] is not None:
                yield weekly(times[0], times[1], where)
            return
        for key in ("from", "to"):
            if key not in entries and isinstance(node, yaml.MappingNode):
                self.document.fault("LR105", f"a window lacks `{key}`", node, f'add `{key}: "09:00"`')
        days = self._days(entries["days"]) if "days" in entries else None
        opens = self.clock(entries["from"], "`from`") if "from" in entries else None
        closes = self._closes(entries["to"]) if "to" in entries else None
        if opens is not None and closes is not None:
            yield daily(days, opens, closes, where)

    def _closes(self, node: Node) -> time | None:
        """Return when a window closes; `24:00` is the midnight that ends the day."""
        ends_the_day = isinstance(node, yaml.ScalarNode) and node.value == _END_OF_DAY
        return MIDNIGHT if ends_the_day else self.clock(node, "`to`")

    def _days(self, node: Node) -> frozenset[str]:
        nodes = self.document.items(node, "`days`") if isinstance(node, yaml.SequenceNode) else [node]
        if not nodes:
            self.document.fault("LR106", "`days` is empty", node, "leave it out for every day")
        words = [self.known(each, "day", _DAYS, "LR708") for each in nodes]
        return frozenset(word for word in words if word is not None)

    def _week_time(self, node: Node) -> tuple[str, time] | None:
        word = self.document.word(node, "a time of the week")
        found = None if word is None else _WEEK_TIME.fullmatch(word)
        if word is None:
            return None
        if found is not None and found["day"] in WEEKDAYS and found["clock"] == _END_OF_DAY:
            return WEEKDAYS[(WEEKDAYS.index(found["day"]) + 1) % len(WEEKDAYS)], MIDNIGHT
        if found is None or found["day"] not in WEEKDAYS or not _CLOCK.fullmatch(found["clock"]):
            fix = f'write "fri 18:00"; days: {", ".join(WEEKDAYS)}'
            self.document.fault("LR704", f"`{word}` is no time of the week", node, fix)
            return None
        return found["day"], time.fromisoformat(found["clock"])


def _doubtful(found: Doubt, entered: Local, at: datetime, tz: ZoneInfo) -> tuple[str, str, str]:
    """Return the code, the message and the fix for a local time that a clock change disturbs."""
    code, what = {"skipped": ("LR720", "does not exist"), "repeated": ("LR721", "occurs twice")}[found]
    shown, took = f"{entered.day.isoformat()} {entered.clock or MIDNIGHT:%H:%M}", at.astimezone(tz)
    message = f"{shown} {what} in {tz.key}; it takes effect at {took:%Y-%m-%d %H:%M%z}"
    return code, message, "enter another time, or one with an offset"
