"""What a roster means, as data: rosters, questions and answers that whoever writes rosters can read.

Times are by the roster's clock, or with an offset. `on_duty` asks for an instant; the people stand
before what decided, where that is said. `timeline` has each change of the people over a stretch.
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


def test_each_topic_is_known_here():
    """A file is not left out by a slip."""
    assert len(FILES) >= 10
    assert {topic["file"] for topic in TOPICS} == {path.stem for path in FILES}
