"""Findings about time: clock changes that disturb a rota, files that end, years without a decree, zones that differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from leadrouter.roster.boundary import DAY, MIDNIGHT, begins, doubt, local_date
from leadrouter.roster.expand import Expansion
from leadrouter.roster.finding import Finding
from leadrouter.roster.layer import Layer
from leadrouter.roster.timetable import Timetable
from leadrouter.roster.version import TZDATA, Version
from leadrouter.zone import differs_from_system, takes_effect, zone


def time_findings(expansion: Expansion, start: datetime, end: datetime) -> Iterator[Finding]:
    """Yield what is odd about time in one version over `[start, end)`."""
    version = expansion.version
    for timetable in expansion.timetables.values():
        yield from _disturbed(timetable, version, start, end)
        yield from _ending(timetable.layer, version, start, end)
    yield from _workdays(version, start, end)
    for name in sorted({version.tz, *(layer.tz for _, layer in version.layers())}):
        day = differs_from_system(name, start, end)
        if day is not None:
            message = f"the machine's rules of {name} are not those of tzdata {TZDATA}, which decide"
            fix = "bring the machine's zones up to date, for whatever else runs there"
            yield Finding(code="LR763", severity="warning", message=message, where=version.name, at=day, fix=fix)


def _disturbed(timetable: Timetable, version: Version, start: datetime, end: datetime) -> Iterator[Finding]:
    """Yield the times of a layer that a clock change skips or repeats, each with the first such day."""
    told: set[tuple[time, str]] = set()
    for day in _changes(timetable.tz, start, end):
        for clock in _clocks(timetable, day):
            found = doubt(day, clock, timetable.tz)
            if found is not None and (clock, found) not in told:
                told.add((clock, found))
                at = takes_effect(day, clock, timetable.tz)
                what = "does not exist" if found == "skipped" else "occurs twice"
                message = (
                    f"{clock:%H:%M} {what} on {day} in {timetable.tz.key}; layer `{timetable.layer.id}` takes "
                    f"{at.astimezone(timetable.tz):%H:%M} (UTC{at.astimezone(timetable.tz):%z})"
                )
                where, fix = timetable.layer.where or version.name, "choose an hour that no clock change touches"
                yield Finding(code="LR759", severity="warning", message=message, where=where, at=at, fix=fix)


def _changes(tz: ZoneInfo, start: datetime, end: datetime) -> Iterator[date]:
    """Yield the local dates in `[start, end)` during which the clock is changed."""
    day, last = local_date(start, tz), local_date(end, tz)
    while day <= last:
        if _offset(day, tz) != _offset(day + DAY, tz):
            yield day
        day += DAY


def _offset(day: date, tz: ZoneInfo) -> object:
    return datetime.combine(day, MIDNIGHT, tzinfo=tz).utcoffset()


def _clocks(timetable: Timetable, day: date) -> Iterator[time]:
    """Yield the times of a date at which a window opens or closes, or a turn begins."""
    for window in timetable.layer.windows:
        if window.starts_on(day, timetable.workdays):
            yield window.opens
        if window.starts_on(day - window.nights * DAY, timetable.workdays):
            yield window.closes
    rotation = timetable.layer.rotation
    if rotation is not None and rotation.unit in ("days", "weeks", "months"):
        for turn in rotation.turns(begins(day, timetable.tz), begins(day + DAY, timetable.tz), timetable.tz):
            yield from (clock for clock in rotation.at if takes_effect(day, clock, timetable.tz) == turn.start)


def _ending(layer: Layer, version: Version, start: datetime, end: datetime) -> Iterator[Finding]:
    """Yield a layer that ends inside of the horizon."""
    last = layer.end if layer.dated is None else layer.dated.end
    if last is not None and start <= last < end:
        message = f"layer `{layer.id}` ends on {last.astimezone(zone(layer.tz)):%Y-%m-%d}"
        fix = "plan what comes after it"
        where = layer.where or version.name
        yield Finding(code="LR762", severity="warning", message=message, where=where, at=last, fix=fix)


def _workdays(version: Version, start: datetime, end: datetime) -> Iterator[Finding]:
    """Yield the years whose days off are not known, or not yet decreed."""
    tz, workdays = zone(version.tz), version.workdays
    for year in range(local_date(start, tz).year, local_date(end, tz).year + 1):
        at = max(start, begins(date(year, 1, 1), tz))
        covered = workdays.covered
        if at >= end:
            continue
        if workdays.country is None:
            if workdays.listed and year not in workdays.listed:
                message = f"no days off are listed for {year}; Monday to Friday is taken"
                fix = "list them under `days_off` and `extra_workdays` of `workdays`"
                yield Finding(code="LR762", severity="warning", message=message, where=version.name, at=at, fix=fix)
        elif covered is None or not covered[0] <= year <= covered[1]:
            message = f"the holidays of {workdays.country} are not known for {year}; Monday to Friday is taken"
            fix = "list them under `extra_days_off` and `extra_workdays`"
            yield Finding(code="LR762", severity="warning", message=message, where=version.name, at=at, fix=fix)
        elif year in workdays.undecreed:
            message = f"no decree has been published for {year} in {workdays.country}: days off may still move"
            fix = f"update the package ({workdays.package}), or list what is known under `extra_days_off`"
            yield Finding(code="LR766", severity="warning", message=message, where=version.name, at=at, fix=fix)
