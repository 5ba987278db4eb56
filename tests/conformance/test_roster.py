"""What a roster means, as data: rosters, questions and answers that whoever writes rosters can read.

Times are by the roster's clock, or with an offset. `on_duty` asks for an instant; the people stand
before what decided, where that is said. `timeline` has each change of the people over a stretch, `handoffs`
the moments; `fairness` the turns, hours and share of each; `diff` what `other` would change; `check` the codes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadrouter import DutyRoster, RosterError
from leadrouter.document import Document
from leadrouter.zone import takes_effect, zone

HERE = Path(__file__).parent / "roster"
FILES = sorted(HERE.glob("*.yaml"))


def read(path):
    document = Document.read(path.read_text(encoding="utf-8"), path.name)
    data = document.data(document.root)
    assert not document.faults, document.faults
    return [{"file": path.stem, **topic} for topic in data["rosters"]]


TOPICS = [topic for path in FILES for topic in read(path)]


def roster_of(topic):
    files = topic.get("files", {})
    return DutyRoster.parse(topic["roster"], read=lambda named: files[named].encode())


def instant(text, tz):
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else takes_effect(at.date(), at.time(), zone(tz))


def told(duty):
    return " + ".join(duty.people) or "nobody"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: f"{topic['file']}: {topic['about']}")
def test_the_roster_answers_as_the_file_says(topic):
    """Who is on duty, what decided, when it changes, what is warned of and what is refused."""
    if "refused" in topic:
        with pytest.raises(RosterError) as refused:
            roster_of(topic)
        assert [fault.code for fault in refused.value.faults] == topic["refused"]
        return
    roster = roster_of(topic)
    assert [fault.code for fault in roster.warnings] == topic.get("warned", [])
    for question in topic.get("on_duty", ()):
        duty = roster.on_duty(instant(question["at"], roster.tz), question.get("role"))
        assert told(duty) == question["people"], (question, duty)
        for key, actual in (("by", str(duty.source)), ("fallback", duty.fallback), ("next", " + ".join(duty.next))):
            assert question.get(key, actual) == actual, (question, duty)
        assert question.get("why", list(duty.reasons)) == list(duty.reasons)
        for key, actual in (("since", duty.since), ("until", duty.until)):
            if key in question:
                assert actual == (question[key] and instant(question[key], roster.tz)), (question, duty)
    for question in topic.get("timeline", ()):
        start, end = (instant(question[key], roster.tz) for key in ("from", "to"))
        last, changes = None, []
        for duty in roster.timeline(start, end, question.get("role")):
            if told(duty) != last:
                last = told(duty)
                changes.append(f"{duty.since.astimezone(zone(roster.tz)):%Y-%m-%dT%H:%M%z} {last}")
        assert changes == question["changes"]


def stretch(question, tz):
    return instant(question["from"], tz), instant(question["to"], tz)


def asking(key):
    """Return each question of a kind with its topic, to be asked one by one."""
    asked = [(topic, question) for topic in TOPICS for question in topic.get(key, ())]
    return pytest.mark.parametrize(
        ("topic", "question"), asked, ids=[f"{topic['file']}: {topic['about']}" for topic, _ in asked]
    )


@asking("next_duty")
def test_the_next_duty_is_the_one_that_the_file_says(topic, question):
    """Of one person, in one role or in any; none where none ever begins."""
    roster = roster_of(topic)
    duty = roster.next_duty(question["person"], instant(question["after"], roster.tz), question.get("role"))
    assert question["is"] == (
        "none" if duty is None else f"{duty.role} {duty.since.astimezone(zone(roster.tz)):%Y-%m-%dT%H:%M}"
    )


@asking("handoffs")
def test_duty_passes_when_the_file_says(topic, question):
    """From whom to whom, at which local time."""
    roster = roster_of(topic)
    found = roster.handoffs(*stretch(question, roster.tz), question.get("role"))
    assert question["are"] == [
        f"{each.at.astimezone(zone(roster.tz)):%Y-%m-%dT%H:%M%z} "
        f"{' + '.join(each.gives) or 'nobody'} -> {' + '.join(each.takes) or 'nobody'}"
        for each in found
    ]


@asking("fairness")
def test_duty_is_tallied_as_the_file_says(topic, question):
    """Turns, hours, those of them on weekends and on holidays, and the share that was due."""
    roster = roster_of(topic)
    found = roster.fairness(*stretch(question, roster.tz), question.get("role"))
    assert question["tally"] == {
        each.person: f"{each.turns} turns, {each.done.hours} h, weekend {each.done.weekend}, "
        f"holiday {each.done.holiday}, share {each.share.hours}"
        for each in found
    }
    assert sum(each.done.hours for each in found) == sum(each.share.hours for each in found)


@asking("diff")
def test_another_roster_changes_what_the_file_says(topic, question):
    """Who loses and who gains what; asked the other way round everybody gets it back."""
    before, after = roster_of(topic), roster_of({**topic, "roster": topic["other"]})
    period = stretch(question, before.tz)
    tz = zone(before.tz)
    found = before.diff(after, *period)
    assert question["changes"] == [
        f"{each.role} {each.start.astimezone(tz):%m-%d %H:%M} to {each.end.astimezone(tz):%m-%d %H:%M}"
        f"{''.join(f' -{name}' for name in each.loses)}{''.join(f' +{name}' for name in each.gains)}"
        for each in found
    ]
    back = {(each.role, each.start, each.end, each.gains, each.loses) for each in after.diff(before, *period)}
    assert back == {(each.role, each.start, each.end, each.loses, each.gains) for each in found}


@asking("check")
def test_a_check_finds_what_the_file_says(topic, question):
    """Its codes in order, and a local instant where there is one; nothing that is not said."""
    roster = roster_of(topic)
    tz = zone(roster.tz)
    assert question["finds"] == [
        each.code if each.at is None else f"{each.code} {each.at.astimezone(tz):%Y-%m-%dT%H:%M}"
        for each in roster.check(*stretch(question, roster.tz))
    ]


@asking("timeline")
def test_a_calendar_of_each_topic_has_the_same_duties(topic, question):
    """Written and read again as the one layer of a roster, over every clock change and version."""
    roster = roster_of(topic)
    (start, end), role = stretch(question, roster.tz), question.get("role") or next(iter(roster.roles))
    written = roster.to_ical(start, end, stamp=start, role=role)
    people = "".join(f"  {name}: \n" for name in roster.all_people)
    text = f"roster: again\npeople:\n{people}roles: {{{role}: {{layers: [{{id: c, ical: c.ics, people_by: name}}]}}}}\n"
    again = DutyRoster.parse(text, read=lambda _: written)
    assert roster.diff(again, start, end) == tuple(each for each in roster.diff(again, start, end) if each.role != role)


def test_each_topic_is_known_here():
    """A file is not left out by a slip."""
    assert len(FILES) >= 10
    assert {topic["file"] for topic in TOPICS} == {path.stem for path in FILES}
