"""A duty roster: who is on duty at an instant, in which role, until when, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import chain, pairwise

from attrs import field, frozen

from leadrouter.errors import Fault, RosterError, did_you_mean
from leadrouter.roster.absence import Absence
from leadrouter.roster.boundary import FIRST, LAST
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.diff import Change, changes
from leadrouter.roster.duty import Duty, Handoff
from leadrouter.roster.expand import Expansion
from leadrouter.roster.fairness import Tally, fairness
from leadrouter.roster.finding import Finding
from leadrouter.roster.outside import Read
from leadrouter.roster.page import Book
from leadrouter.roster.person import Person
from leadrouter.roster.plan import Plan, plan
from leadrouter.roster.plan_model import PlanRules, Solve
from leadrouter.roster.plan_search import search
from leadrouter.roster.planning import Request, absent, measure_of, shared
from leadrouter.roster.question import Question, stamp
from leadrouter.roster.role import Role
from leadrouter.roster.version import Version, takes_part
from leadrouter.roster.versions import all_people_of, all_roles_of, digest_of, read_versions, require_succession
from leadrouter.roster.worth import HourWeights, Measures
from leadrouter.roster.written import Written
from leadrouter.zone import in_utc

_MOMENT = timedelta(microseconds=1)


@frozen(eq=False)
class DutyRoster:
    """Who has duty, by one or several versions of a roster. It never changes, and threads may share it.

    Instants are aware, and the answers' are in UTC; stretches are `[start, end)`. The first role that the
    roster lists is meant where a question names none.

    >>> roster = DutyRoster.parse('''
    ... roster: office
    ... tz: Europe/Berlin
    ... roles:
    ...   duty:
    ...     layers:
    ...       - {id: week, rotation: {people: [anna, boris], unit: weeks, at: "09:00", anchor: 2026-03-23}}
    ... ''')
    >>> from datetime import UTC
    >>> duty = roster.on_duty(datetime(2026, 3, 29, 12, tzinfo=UTC))
    >>> duty.people, str(duty.source), duty.next
    (('anna',), 'layer week', ('boris',))
    >>> duty.until - duty.since  # the clock goes forward that week
    datetime.timedelta(days=6, seconds=82800)
    """

    versions: tuple[Version, ...]
    written: tuple[Written, ...] = field(default=(), kw_only=True, repr=False)
    """What it was read from; nothing where it was made otherwise."""
    digest: str = field(init=False)
    _book: Book = field(init=False, repr=False)
    _default: str = field(init=False, repr=False)
    all_roles: tuple[str, ...] = field(init=False, repr=False)
    """The roles of all versions by id: the latest version's as in its file, then what earlier ones had beside."""
    all_people: Mapping[str, Person] = field(init=False, repr=False)
    """The people of all versions by id, in the same way, each as the latest version with them has them."""

    @digest.default
    def _digest_of_all(self) -> str:
        return digest_of(self.versions)

    @_book.default
    def _empty_book(self) -> Book:
        return Book(tuple(Expansion(version) for version in self.versions))

    @_default.default
    def _first_role(self) -> str:
        return next(iter(self.roles))

    @all_roles.default
    def _roles_ever(self) -> tuple[str, ...]:
        return all_roles_of(self.versions)

    @all_people.default
    def _people_ever(self) -> Mapping[str, Person]:
        return all_people_of(self.versions)

    @classmethod
    def parse(cls, text: str, *, source: str = "roster.yaml", read: Read | None = None) -> DutyRoster:
        """Read a roster.

        Args:
            text: the roster in YAML.
            source: the name that faults give as their place.
            read: returns a file beside the roster, for `previous`, `plan` and `ical`.

        Raises:
            RosterError: with every fault and its place.
        """
        versions, written = read_versions(text, source, read)
        return cls(versions, written=(written,))

    def with_version(self, later: DutyRoster) -> DutyRoster:
        """Return a roster that answers as this one until the later one is effective, and as that one from then on.

        Raises:
            RosterError: the later one does not say from when it is effective, or is not later, or changes
                a rotation's list without naming the person at the anchor.
        """
        versions = (*self.versions, *later.versions)
        require_succession(versions)
        return DutyRoster(versions, written=(*self.written, *later.written))

    @property
    def name(self) -> str:
        """The roster's name."""
        return self._latest.name

    @property
    def version(self) -> int:
        """The number of the latest version."""
        return self._latest.number

    @property
    def tz(self) -> str:
        """The zone of the latest version."""
        return self._latest.tz

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles of the latest version by id, in the order of the file."""
        return self._latest.roles

    @property
    def people(self) -> Mapping[str, Person]:
        """The people of the latest version by id, in the order of the file."""
        return self._latest.people

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What is allowed and still worth knowing: local times that do not exist, or occur twice."""
        return tuple(warning for version in self.versions for warning in version.warnings)

    def on_duty(self, at: datetime, role: str | None = None) -> Duty:
        """Return who is on duty at an instant.

        A look-up and a bisection: microseconds, however far away. The first question about some weeks of a
        role lays them out, in milliseconds.

        Raises:
            NaiveTimeError: `at` has no zone.
            RosterError: there is no such role, or the instant is outside the years 1900 to 2999.
        """
        instant = in_utc(at)
        if role is None:
            role = self._default
        if role not in self.all_roles or not FIRST <= instant < LAST:
            self._asked("on_duty", role, instant, instant)
        return self._book.duty(role, instant)

    def timeline(self, start: datetime, end: datetime, role: str | None = None) -> tuple[Duty, ...]:
        """Return who is on duty over `[start, end)`: gaps included, cut to it, each where the one before ends.

        Raises:
            NaiveTimeError: `start` or `end` has no zone.
            RosterError: the stretch is empty, or longer than a hundred years, or there is no such role.
        """
        first, last = in_utc(start), in_utc(end)
        return self._book.timeline(self._asked("timeline", role, first, last), first, last)

    def handoffs(self, start: datetime, end: datetime, role: str | None = None) -> tuple[Handoff, ...]:
        """Return when duty passes to other people, or to nobody, in `[start, end)`; one at `start` is among them.

        Raises:
            NaiveTimeError, RosterError: as for `timeline`.
        """
        first, last = in_utc(start), in_utc(end)
        asked = self._asked("handoffs", role, first, last)
        told = self._book.timeline(asked, max(FIRST, first - _MOMENT), last)
        return tuple(
            Handoff(role=asked, at=after.start, gives=before.people, takes=after.people)
            for before, after in pairwise(told)
            if before.people != after.people
        )

    def gaps(self, start: datetime, end: datetime, role: str | None = None) -> tuple[Duty, ...]:
        """Return when nobody is on duty in `[start, end)`, each with its reasons.

        Raises:
            NaiveTimeError, RosterError: as for `timeline`.
        """
        return tuple(duty for duty in self.timeline(start, end, role) if duty.gap)

    def next_duty(self, person: str, after: datetime, role: str | None = None) -> Duty | None:
        """Return the first duty that somebody takes up at an instant or later, in one role or in any.

        None where none ever begins.

        Raises:
            NaiveTimeError: `after` has no zone.
            RosterError: there is no such person or role, or the instant is outside the years 1900 to 2999.
        """
        first = in_utc(after)
        question = Question("next_duty", role, first, first, is_instant=True)
        faults = list(question.faults(self.all_roles))
        if person not in self.all_people:
            faults.append(question.fault("LR701", f"unknown person `{person}`", did_you_mean(person, self.all_people)))
        if faults:
            raise RosterError(faults)
        roles = self.all_roles if role is None else (role,)
        found = [duty for each in roles if (duty := self._book.taken_up(each, person, first)) is not None]
        return min(found, key=lambda duty: duty.start, default=None)

    def absences(self, at: datetime) -> tuple[Absence, ...]:
        """Return who is absent at an instant, by id; of several absences of one person the one that lasts longest.

        Raises:
            NaiveTimeError: `at` has no zone.
        """
        instant = in_utc(at)
        version = self._book.version(instant)
        running = () if version is None else version.absences
        away = [each for each in running if each.start <= instant < each.end]
        longest = {each.person: each for each in sorted(away, key=lambda each: each.end)}
        return tuple(longest[person] for person in sorted(longest))

    def taking_part(self, at: datetime | None = None) -> dict[str, tuple[str, ...]]:
        """Return who takes turns in each role; everybody where a plan or a calendar says it.

        Args:
            at: by the version in force then; by any of all versions, the latest first, where it is left out.

        Raises:
            NaiveTimeError: `at` has no zone.
        """
        if at is not None:
            version = self._book.version(in_utc(at))
            return {} if version is None else dict(version.taking_part)
        latest_first = [version.taking_part for version in reversed(self.versions)]
        return {
            role: tuple(dict.fromkeys(person for turns in latest_first for person in turns.get(role, ())))
            for role in self.all_roles
        }

    def in_force(self, start: datetime, end: datetime) -> tuple[tuple[Version, datetime, datetime], ...]:
        """Return the versions in force over `[start, end)` in order, each with the part of it in which it is.

        Raises:
            NaiveTimeError: `start` or `end` has no zone.
        """
        return tuple((each.version, first, last) for each, first, last in self._book.parts(in_utc(start), in_utc(end)))

    def check(self, start: datetime, end: datetime) -> tuple[Finding, ...]:
        """Return everything that is wrong with the roster over `[start, end)`, errors first.

        Raises:
            NaiveTimeError, RosterError: as for `timeline`.
        """
        from leadrouter.roster.check import check_roster

        first, last = in_utc(start), in_utc(end)
        self._asked("check", None, first, last)
        return check_roster(self._book, first, last)

    def fairness(
        self, start: datetime, end: datetime, role: str | None = None, *, weights: HourWeights | None = None
    ) -> tuple[Tally, ...]:
        """Return how much duty everybody has over `[start, end)`, beside the share that is theirs.

        Zone, days off and whoever takes part are those of the version in force at each instant.

        Args:
            start: the first instant.
            end: the first instant that does not count any more.
            role: whose duty is counted.
            weights: how much an hour counts; each the same where they are left out.

        Raises:
            NaiveTimeError, RosterError: as for `timeline`.
        """
        first, last = in_utc(start), in_utc(end)
        asked = self._asked("fairness", role, first, last)
        latest = self._latest
        known = latest.roles.get(asked)
        parts = self.in_force(first, last)
        measured = ((begins, measure_of(version, weights)) for version, begins, _ in parts)
        told = (shared(self._book.timeline(asked, begins, ends), ends, version) for version, begins, ends in parts)
        return fairness(
            chain.from_iterable(told),
            people=() if known is None else takes_part(latest, known),
            measure=Measures(tuple(measured)),
            away=absent(parts),
        )

    def diff(self, other: DutyRoster, start: datetime, end: datetime) -> tuple[Change, ...]:
        """Return who gains and who loses which stretches where `other` takes this roster's place.

        Raises:
            NaiveTimeError, RosterError: as for `timeline`.
        """
        first, last = in_utc(start), in_utc(end)
        self._asked("diff", None, first, last)
        return changes(self, other, first, last)

    def plan(
        self,
        start: datetime,
        end: datetime,
        *,
        role: str | None = None,
        people: Iterable[str] | None = None,
        before: Sequence[DatedDuty] = (),
        rules: PlanRules | None = None,
        skills: Iterable[str] = (),
        owed: Mapping[str, Fraction] | None = None,
        weights: HourWeights | None = None,
        solve: Solve | None = None,
    ) -> Plan:
        """Return a fair rota for the duties of a role that begin in `[start, end)`, to be reviewed as a file.

        The duties are the windows in which the role is `needed`, or else the windows of its rotations, or
        their turns where these have no windows; each has as many people as the role's `min`, at least one.
        Absences are those of the roster, and nobody is planned who has duty in another role then. The same
        roster gives the same plan.

        Args:
            start: the first instant at which a planned duty may begin.
            end: the first at which none may begin any more.
            role: which one; None is the first.
            people: who is planned for every duty; None plans for each those who take turns in its layer.
            before: an earlier plan, which is changed no more than fairness asks.
            rules: rest, most duties a week, days in a row; None takes the roster's `limits`.
            skills: what everybody on duty must know.
            owed: weighted hours that people are owed from before, `debts(roster.fairness(…))`.
            weights: how much an hour of duty counts; None counts every hour the same.
            solve: what looks for the plan; None is the plain search, `or_tools()` of the extra `planner` another.

        Raises:
            NaiveTimeError, RosterError: as for `timeline`; nobody or nothing to plan.
        """
        first, last = in_utc(start), in_utc(end)
        asked = self._asked("plan", role, first, last)
        version = self._version("plan", asked, last)
        request = Request(
            version=version,
            role=version.roles[asked],
            start=first,
            end=last,
            people=None if people is None else tuple(people),
            skills=frozenset(skills),
        )
        return plan(
            request.slots(),
            request.participants(owed or {}),
            measure=measure_of(version, weights),
            rules=rules or request.rules(),
            before=before,
            held=request.held(before, self._book.timeline),
            solve=solve or search,
        )

    def to_ical(
        self,
        start: datetime,
        end: datetime,
        *,
        stamp: datetime,
        role: str | None = None,
        person: str | None = None,
        previous: bytes | None = None,
    ) -> bytes:
        """Return the duties that overlap `[start, end)` as an iCalendar text, with the extra `ical`.

        Each duty is an event whose UID lasts as long as its role and its start do. A roster that has the
        text as a calendar layer has the same duties.

        Args:
            start: the first instant.
            end: the first instant that does not count any more.
            stamp: when this is written.
            role: which duty; all of them where left out.
            person: whose duties; everybody's where left out.
            previous: the calendar of last time: events that say something else have the next sequence
                number, and duties that went away are there as cancelled.

        Raises:
            NaiveTimeError, RosterError: as for `timeline`; `previous` is no calendar.
        """
        from leadrouter.adapters.ical import export_calendar

        return export_calendar(self, start, end, stamp=stamp, role=role, person=person, previous=previous)

    def _version(self, question: str, role: str, end: datetime) -> Version:
        """Return the last version that is in force before an instant.

        Raises:
            RosterError: there is none, or it has no such role.
        """
        version = self._book.version(end - _MOMENT)
        if version is None or role not in version.roles:
            asked = Question(question, role, end, end)
            message = f"no version has role `{role}` before {stamp(end)}"
            raise RosterError([asked.fault("LR702", message, "ask for later dates, or another role")])
        return version

    def _asked(self, question: str, role: str | None, start: datetime, end: datetime) -> str:
        """Return the role that is meant.

        Raises:
            RosterError: with everything that is wrong with the question.
        """
        faults = list(Question(question, role, start, end, is_instant=question == "on_duty").faults(self.all_roles))
        if faults:
            raise RosterError(faults)
        return self._default if role is None else role

    @property
    def _latest(self) -> Version:
        return self.versions[-1]
