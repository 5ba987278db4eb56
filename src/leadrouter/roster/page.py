"""Pages: some weeks of one role, laid out when they are first asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from attrs import define, field

from leadrouter.roster.apply import Answer
from leadrouter.roster.boundary import FIRST, LAST
from leadrouter.roster.duty import Decided, Duty
from leadrouter.roster.expand import Expansion, Stretch, merged
from leadrouter.roster.version import Version

LENGTH = timedelta(weeks=4)
_YEAR = timedelta(days=400)

_MOMENT = timedelta(microseconds=1)
_BEFORE = Answer(people=(), source=Decided(kind="nobody"), reasons=("no version of the roster is in force yet",))


@define
class Page:
    """The stretches of one page, in order, and the duties among them that somebody has asked for."""

    stretches: list[Stretch]
    begins: list[datetime] = field(init=False)
    duties: list[Duty | None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.begins = [stretch.start for stretch in self.stretches]
        self.duties = [None] * len(self.stretches)

    def index(self, at: datetime) -> int:
        """Return which stretch holds an instant."""
        return bisect_right(self.begins, at) - 1


@define
class Book:
    """The pages of a roster's roles.

    Readers need no lock: whoever comes second to a page that is missing lays out an equal one.
    """

    expansions: tuple[Expansion, ...]
    _pages: dict[tuple[str, int], Page] = field(factory=dict)
    _reach: timedelta = field(init=False)
    _marks: list[datetime] = field(init=False)

    def __attrs_post_init__(self) -> None:
        cycles = [rotation.cycle for each in self.expansions for rotation in each.version.rotations()]
        self._reach = min(_YEAR + 2 * max(cycles, default=_YEAR), LAST - FIRST)
        self._marks = sorted({mark for each in self.expansions for mark in each.version.marks()})

    def duty(self, role: str, at: datetime) -> Duty:
        """Return the duty in a role at an instant in UTC. Costs a look-up and a bisection, once the page is there."""
        page = self._page(role, (at - FIRST) // LENGTH)
        index = page.index(at)
        found = page.duties[index]
        if found is None:
            found = page.duties[index] = self._lasting(role, page.stretches[index])
        return found

    def timeline(self, role: str, start: datetime, end: datetime) -> tuple[Duty, ...]:
        """Return who has duty over `[start, end)`, cut to it."""
        stretches = self.stretches(role, start, end)
        coming = self._next(role, stretches[-1].end)
        duties: list[Duty] = []
        for each in reversed(stretches):
            duties.append(self._told(role, each, each.start, each.end, coming))
            coming = each.answer.people or coming
        return tuple(reversed(duties))

    def taken_up(self, role: str, person: str, after: datetime) -> Duty | None:
        """Return the first duty that somebody who did not have it just before takes up at an instant or later."""
        at = max(FIRST, after - _MOMENT)
        had = person in self.duty(role, at).people
        for page in self._following(role, at):
            for stretch in page.stretches[max(0, page.index(at)) :]:
                has = person in stretch.answer.people
                if has and not had and stretch.start >= after:
                    return self.duty(role, stretch.start)
                had = has
        return None

    def version(self, at: datetime) -> Version | None:
        """Return the version in force at an instant."""
        versions = (each.version for each in reversed(self.expansions))
        return next((each for each in versions if each.effective is None or each.effective <= at), None)

    def parts(self, start: datetime, end: datetime) -> list[tuple[Expansion, datetime, datetime]]:
        """Return the versions in force over `[start, end)`, each with its part of it, in order."""
        found: list[tuple[Expansion, datetime, datetime]] = []
        for expansion in reversed(self.expansions):
            begins = max(start, expansion.version.effective or FIRST)
            if begins < end:
                found.append((expansion, begins, end))
                end = begins
        return [(each, first, last) for each, first, last in reversed(found) if first < last]

    def stretches(self, role: str, start: datetime, end: datetime) -> list[Stretch]:
        """Return what holds in a role over `[start, end)`, cut to it."""
        pages = range((start - FIRST) // LENGTH, -((FIRST - end) // LENGTH))
        found = merged(stretch for number in pages for stretch in self._page(role, number).stretches)
        cut = (each._replace(start=max(each.start, start), end=min(each.end, end)) for each in found)
        return [each for each in cut if each.start < each.end]

    def _page(self, role: str, number: int) -> Page:
        key = role, number
        page = self._pages.get(key)
        if page is None:
            begins = FIRST + number * LENGTH
            page = self._pages[key] = Page(self._laid_out(role, begins, min(begins + LENGTH, LAST)))
        return page

    def _laid_out(self, role: str, start: datetime, end: datetime) -> list[Stretch]:
        """Ask each version for the part in which it is in force."""
        parts = self.parts(start, end)
        begins = parts[0][1] if parts else end
        before = [Stretch(start, begins, _BEFORE)] if start < begins else []
        return merged(chain(before, *(each.stretches(role, first, last) for each, first, last in parts)))

    def _lasting(self, role: str, stretch: Stretch) -> Duty:
        """Return the duty of a stretch, followed over the edges of its page to where it begins and ends."""
        since, until = self._since(role, stretch), self._until(role, stretch)
        coming = () if until is None else self._next(role, until)
        return self._told(role, stretch, since, until, coming)

    def _since(self, role: str, stretch: Stretch) -> datetime | None:
        """Return when an answer begins; None where nothing before it differs."""
        if not self._is_edge(stretch.start):
            return stretch.start
        for page in self._preceding(role, stretch.start):
            if page.stretches[-1].answer != stretch.answer:
                return page.stretches[-1].end
            if len(page.stretches) > 1:
                return page.stretches[-1].start
        return None

    def _until(self, role: str, stretch: Stretch) -> datetime | None:
        """Return when an answer ends; None where nothing after it differs."""
        if stretch.end < LAST and not self._is_edge(stretch.end):
            return stretch.end
        for page in self._following(role, stretch.end):
            if page.stretches[0].answer != stretch.answer:
                return page.stretches[0].start
            if len(page.stretches) > 1:
                return page.stretches[0].end
        return None

    def _next(self, role: str, at: datetime) -> tuple[str, ...]:
        """Return the people of the first stretch from an instant on that has any."""
        for page in self._following(role, at):
            for stretch in page.stretches[max(0, page.index(at)) :]:
                if stretch.answer.people:
                    return stretch.answer.people
        return ()

    def _following(self, role: str, at: datetime) -> Iterator[Page]:
        """Yield pages from the one of an instant on, as long as anything new can come.

        What recurs has come within the reach, which is a year and more; what is written with a date is
        looked at wherever it stands.
        """
        number, last = (at - FIRST) // LENGTH, (LAST - FIRST - _MOMENT) // LENGTH
        until = at + self._reach
        while number <= last:
            yield self._page(role, number)
            number += 1
            if FIRST + number * LENGTH > until:
                index = bisect_right(self._marks, FIRST + number * LENGTH)
                if index == len(self._marks):
                    return
                number, until = (self._marks[index] - FIRST) // LENGTH, self._marks[index] + self._reach

    def _preceding(self, role: str, at: datetime) -> Iterator[Page]:
        """Yield pages from the one before an instant backwards, in the same way."""
        number, until = (at - FIRST) // LENGTH - 1, at - self._reach
        while number >= 0:
            yield self._page(role, number)
            number -= 1
            if FIRST + (number + 1) * LENGTH < until:
                index = bisect_left(self._marks, FIRST + (number + 1) * LENGTH) - 1
                if index < 0:
                    return
                number, until = (self._marks[index] - FIRST) // LENGTH, self._marks[index] - self._reach

    def _told(
        self, role: str, stretch: Stretch, since: datetime | None, until: datetime | None, coming: tuple[str, ...]
    ) -> Duty:
        answer = stretch.answer
        version = self.version(stretch.start)
        held = None if version is None else version.roles.get(role)
        return Duty(
            role=role,
            people=answer.people,
            since=since,
            until=until,
            source=answer.source,
            reasons=answer.reasons,
            layers=answer.layers,
            fallback=None if answer.people or held is None else held.fallback,
            next=coming,
        )

    @staticmethod
    def _is_edge(at: datetime) -> bool:
        return (at - FIRST) % LENGTH == timedelta(0)
