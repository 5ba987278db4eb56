"""Who has duty, minute by minute: a slow reading of a roster that knows nothing but wall clocks.

It converts instants to what a zone's clock shows and looks at nothing else. The highest that a clock has
shown so far is how far local time has come, by which every local boundary has taken effect or has not.
It reads the roster as plain data and shares no code with what it is held against.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # a wall clock has no zone
MINUTE = timedelta(minutes=1)
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def clock_of(name):
    """Return a zone by the rules of the package."""
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def wall(day, clock="00:00"):
    """Return a local time as minutes."""
    hours, minutes = map(int, clock.split(":"))
    return (datetime(day.year, day.month, day.day) - EPOCH) // MINUTE + 60 * hours + minutes  # noqa: DTZ001


def entered(text):
    """Return a local time that was entered, as minutes."""
    day, _, clock = text.partition("T")
    return wall(date.fromisoformat(day), clock or "00:00")


class Oracle:
    """A roster as data, scanned from some days before `start`; every anchor lies inside of the scan."""

    def __init__(self, roster, scanned_from, end):
        self.roster = roster
        self.start, self.minutes = scanned_from, range((end - scanned_from) // MINUTE)
        self.last_day = end.date() + timedelta(days=3)
        self.first_day = scanned_from.date() - timedelta(days=10)
        self.come = {}
        self.absences = list(self.all_absences())
        self.overrides = [
            (each, each.get("tz") or roster["tz"], entered(each["start"]), entered(each["end"]))
            for each in roster.get("overrides", ())
        ]
        self.layers = {
            (role, layer["id"]): Layer(self, layer)
            for role, held in roster["roles"].items()
            for layer in held.get("layers", ())
        }
        self.swapped = {key: self.swaps(layer) for key, layer in self.layers.items()}

    def has_come(self, zone):
        """Return for each minute how far local time has come: the highest that the clock has shown."""
        if zone not in self.come:
            tz, highest, found, at = clock_of(zone), -(10**12), [], self.start
            for _ in self.minutes:
                highest = max(highest, (at.astimezone(tz).replace(tzinfo=None) - EPOCH) // MINUTE)
                found.append(highest)
                at += MINUTE
            self.come[zone] = found
        return self.come[zone]

    def runs(self, zone, minute, first, last):
        """Say whether a stretch between two local times runs at a minute."""
        return first <= self.has_come(zone)[minute] < last

    def swaps(self, layer):
        hands = {}
        for swap in self.roster.get("swaps", ()):
            if swap["layer"] == layer.id:
                one, other = (layer.turn_named(date.fromisoformat(day)) for day in swap["turns"])
                if one is not None and other is not None:
                    hands[one], hands[other] = hands.get(other, other), hands.get(one, one)
        return hands

    def all_absences(self):
        """Yield who is absent between which local times of which zone."""
        people = self.roster.get("people") or {}
        for each in self.roster.get("absences", ()):
            person = each["person"]
            zone = each.get("tz") or (people.get(person) or {}).get("tz") or self.roster["tz"]
            if "dates" in each:
                first, last = (date.fromisoformat(day) for day in each["dates"])
                yield person, zone, wall(first), wall(last + timedelta(days=1))
            else:
                yield person, zone, entered(each["start"]), entered(each["end"])

    def absent(self, minute):
        return {person for person, zone, first, last in self.absences if self.runs(zone, minute, first, last)}

    def people(self, role, minute):
        """Say who has duty in a role at a minute of the scan."""
        held, absent = self.roster["roles"][role], self.absent(minute)
        on_duty = self.backup(held, minute, absent) if "follows" in held else self.layered(role, held, minute, absent)
        for each, zone, first, last in self.overrides:
            if each["role"] == role and self.runs(zone, minute, first, last):
                on_duty = overridden(each, on_duty)
        return tuple(on_duty)

    def layered(self, role, held, minute, absent):
        told = []
        for layer in held["layers"]:
            turn = self.layers[role, layer["id"]].turn(minute)
            if turn is not None:
                people, hides = self.voice(role, layer, turn, absent)
                if people or hides:
                    told.append((layer.get("priority", 0), people))
        top = max((priority for priority, _ in told), default=None)
        return list(dict.fromkeys(person for priority, people in told if priority == top for person in people))

    def voice(self, role, layer, turn, absent):
        entries = self.layers[role, layer["id"]].entries
        place = self.swapped[role, layer["id"]].get(turn, turn)
        entry = entries[place % len(entries)]
        here = [person for person in entry if person not in absent]
        policy = layer.get("on_absence", "next")
        if here or not entry:
            return here, False
        if policy == "next":
            for step in range(1, len(entries)):
                here = [person for person in entries[(place + step) % len(entries)] if person not in absent]
                if here:
                    return here, False
        return [], policy == "leave"

    def backup(self, held, minute, absent):
        layer = self.layers[held["follows"], held["layer"]]
        turn = layer.turn(minute)
        if turn is None:
            return []
        primary = self.people(held["follows"], minute)
        for step in range(len(layer.entries)):
            for person in layer.entries[(turn + held["offset"] + step) % len(layer.entries)]:
                if person not in absent and person not in primary:
                    return [person]
        return []


class Layer:
    """One layer: which turn runs at a minute of the scan."""

    def __init__(self, oracle, layer):
        self.oracle, self.layer, self.id = oracle, layer, layer["id"]
        self.zone = layer.get("tz") or oracle.roster["tz"]
        self.rotation = layer["rotation"]
        self.unit, self.every = self.rotation["unit"], self.rotation.get("every", 1)
        entries = [[each] if isinstance(each, str) else each or [] for each in self.rotation["people"]]
        shift = next((i for i, each in enumerate(entries) if self.rotation.get("first") in each), 0)
        self.entries = entries[shift:] + entries[:shift]
        self.anchor = date.fromisoformat(self.rotation["anchor"]) if "anchor" in self.rotation else None
        at = self.rotation.get("at", "00:00")
        self.at = sorted(at) if isinstance(at, list) else [at]
        self.come = oracle.has_come(self.zone)
        self.limits = [(entered(layer[key]), key == "start") for key in ("start", "end") if key in layer]
        self.windows = list(self.all_windows()) if "windows" in layer else None
        self.slots = self.counted() if self.unit == "slots" else None
        self.handoffs = self.all_handoffs() if self.unit in ("days", "weeks", "months", "hours") else None
        if self.unit == "hours":
            self.anchored = next((each for each in oracle.minutes if self.come[each] >= self.handoffs[0]), None)

    def all_windows(self):
        """Yield every window as its day and the two local times, in order."""
        day = self.oracle.first_day
        while day < self.oracle.last_day:
            found = [each for window in self.layer["windows"] if (each := self.window_on(window, day)) is not None]
            yield from sorted(found)
            day += timedelta(days=1)

    def window_on(self, window, day):
        if "weekly" in window:
            (first, opens), (last, closes) = (each.split() for each in window["weekly"])
            if DAYS[day.weekday()] != first:
                return None
            nights = (DAYS.index(last) - DAYS.index(first)) % 7
            nights = 7 if nights == 0 and closes <= opens else nights
        else:
            if not self.has_day(window.get("days"), day):
                return None
            opens, closes = window["from"], window["to"]
            nights = 1 if closes <= opens else 0
        return day, wall(day, opens), wall(day + timedelta(days=nights), closes)

    def has_day(self, days, day):
        corrections = self.oracle.roster.get("workdays", {})
        worked = day.weekday() < 5 and day.isoformat() not in corrections.get("days_off", ())
        worked = worked or day.isoformat() in corrections.get("extra_workdays", ())
        kinds = [DAYS[day.weekday()], "workdays" if worked else "daysoff"]
        return days is None or any(kind in ([days] if isinstance(days, str) else days) for kind in kinds)

    def counted(self):
        """Return the windows since the anchor that run at any minute at all: each is a slot."""
        come = set(self.oracle.has_come(self.zone))
        return [
            (first, last, day)
            for day, first, last in self.windows
            if day >= self.anchor and any(first <= each < last for each in come)
        ]

    def all_handoffs(self):
        """Return the local times of the handoffs from the anchor on."""
        if self.unit == "hours":
            return [wall(self.anchor, self.at[0])]
        found, period = [], 0
        while not found or found[-1] <= wall(self.oracle.last_day):
            found += [wall(self.day_of(period * self.every), clock) for clock in self.at]
            period += 1
        return found

    def day_of(self, steps):
        if self.unit == "months":
            month = self.anchor.month - 1 + steps
            year, month = self.anchor.year + month // 12, month % 12 + 1
            return date(year, month, min(self.anchor.day, calendar.monthrange(year, month)[1]))
        return self.anchor + timedelta(days=steps * (7 if self.unit == "weeks" else 1))

    def turn(self, minute):
        """Return the number of the turn that has duty at a minute; None where none has."""
        come = self.come[minute]
        if any((come >= limit) != has_begun for limit, has_begun in self.limits):
            return None
        if self.slots is not None:
            opened = sum(first <= come for first, _, _ in self.slots)
            running = any(first <= come < last for first, last, _ in self.slots)
            return (opened - 1) // self.every if running else None
        if self.windows is not None and not any(first <= come < last for _, first, last in self.windows):
            return None
        return self.phase(minute)

    def phase(self, minute):
        if self.unit == "fixed":
            return 0 if self.anchor is None or self.come[minute] >= wall(self.anchor, self.at[0]) else None
        begun = sum(handoff <= self.come[minute] for handoff in self.handoffs)
        if not begun:
            return None
        return (minute - self.anchored) // (60 * self.every) if self.unit == "hours" else begun - 1

    def turn_named(self, day):
        """Return the first turn that begins on a date, or the one that runs when the date begins."""
        if self.slots is not None:
            return next((slot // self.every for slot, each in enumerate(self.slots) if each[2] == day), None)
        before, come, tz = None, self.come, clock_of(self.zone)
        for minute in self.oracle.minutes:
            turn = self.phase(minute)
            if come[minute] >= wall(day):
                if turn is not None and turn != before and self.unit != "fixed":
                    shown = (self.oracle.start + minute * MINUTE).astimezone(tz).date()
                    if shown == day:
                        return turn
                    return before
                if come[minute] >= wall(day + timedelta(days=1)):
                    return before
            before = turn
        return before


def overridden(override, on_duty):
    """Apply one override to the people on duty."""
    if "assign" in override:
        return list(dict.fromkeys(override["assign"]))
    if "add" in override:
        return list(dict.fromkeys([*on_duty, *override["add"]]))
    if "remove" in override:
        return [person for person in on_duty if person not in override["remove"]]
    replaced = [override["with"] if person == override["replace"] else person for person in on_duty]
    return list(dict.fromkeys(replaced))


def duties(roster, role, scanned_from, start, end):
    """Return who has duty at each minute of `[start, end)`."""
    oracle = Oracle(roster, scanned_from.astimezone(UTC), end.astimezone(UTC) + timedelta(days=3))
    first = (start - scanned_from) // MINUTE
    return [oracle.people(role, minute) for minute in range(first, first + (end - start) // MINUTE)]
