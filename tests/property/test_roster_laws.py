"""Laws of duty: it passes forward only, tiles the time, and changes only where it was changed."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from leadrouter import DutyRoster
from leadrouter.roster.worth import Worth
from tests.roster_strategies import PEOPLE, absences, overrides, rosters

AROUND = timedelta(days=4)
SETTINGS = settings(max_examples=25, deadline=None)


def parsed(held):
    return DutyRoster.parse(json.dumps(held))


def people_at(roster, start, end, role="duty"):
    """Return who has duty from when on, as often as that changes."""
    found = []
    for duty in roster.timeline(start, end, role):
        if not found or found[-1][1] != duty.people:
            found.append((duty.since, duty.people))
    return found


def only_changed_within(before, after, start, end, first, last, role="duty"):
    """Say whether two rosters agree outside of `[first, last)`."""
    return all(
        people_at(before, begins, ends, role) == people_at(after, begins, ends, role)
        for begins, ends in ((start, min(first, end)), (max(last, start), end))
        if begins < ends
    )


def counted(tallies):
    """Return everybody's duty and share, where there is any."""
    done, share = defaultdict(Worth), defaultdict(Worth)
    for each in tallies:
        done[each.person] += each.done
        share[each.person] += each.share
    return {name: (done[name], share[name]) for name in done if done[name].hours or share[name].hours}


@given(rosters())
@SETTINGS
def test_duties_tile_the_time(drawn):
    """Each begins where the one before ends, none is empty, and together they are the stretch."""
    held, at = drawn
    start, end = at - AROUND, at + AROUND
    for role in held["roles"]:
        told = parsed(held).timeline(start, end, role)
        assert told[0].since == start
        assert told[-1].until == end
        assert all(duty.since < duty.until for duty in told)
        assert all(before.until == after.since for before, after in pairwise(told))
        assert all(before != after for before, after in pairwise(told))


@given(rosters(), st.lists(st.integers(-5000, 5000), min_size=1, max_size=6))
@SETTINGS
def test_timeline_and_on_duty_agree(drawn, minutes):
    """Whoever is on duty at an instant is who the timeline has there, by the same source and reasons."""
    held, at = drawn
    roster = parsed(held)
    for role in held["roles"]:
        told = roster.timeline(at - AROUND, at + AROUND, role)
        for minute in minutes:
            asked = at + timedelta(minutes=minute)
            duty = roster.on_duty(asked, role)
            found = next(each for each in told if each.since <= asked < each.until)
            assert (duty.people, duty.source, duty.reasons, duty.fallback) == (
                found.people,
                found.source,
                found.reasons,
                found.fallback,
            )
            assert duty.since is None or duty.since <= asked
            assert duty.until is None or asked < duty.until
            assert duty == roster.on_duty(duty.until - timedelta(microseconds=1), role) if duty.until else True


@given(rosters(), st.integers(-5000, 5000), st.integers(-14 * 60, 14 * 60))
@SETTINGS
def test_the_zone_of_the_question_does_not_matter(drawn, minute, offset):
    """The same instant gets the same answer, in whatever zone it is written."""
    held, at = drawn
    asked = at + timedelta(minutes=minute)
    roster = parsed(held)
    assert roster.on_duty(asked) == roster.on_duty(asked.astimezone(timezone(timedelta(minutes=offset))))


@given(rosters())
@SETTINGS
def test_duty_passes_forward_only(drawn):
    """Without swaps, absences and overrides the numbers of a layer's turns never fall."""
    held, at = drawn
    held = {**held, "swaps": [], "absences": [], "overrides": []}
    roster = parsed(held)
    for layer in held["roles"]["duty"]["layers"]:
        alone = parsed({**held, "roles": {"duty": {"layers": [layer]}}})
        numbers = [
            int(duty.reasons[0].split()[1])
            for duty in alone.timeline(at - AROUND, at + AROUND)
            if duty.people and duty.reasons[0].startswith("turn ")
        ]
        assert numbers == sorted(numbers)
    assert roster.handoffs(at - AROUND, at + AROUND) == tuple(
        sorted(roster.handoffs(at - AROUND, at + AROUND), key=lambda each: each.at)
    )


@given(rosters(), st.data())
@SETTINGS
def test_an_override_changes_its_stretch_and_nothing_else(drawn, data):
    """Before it begins and after it ends everything is as it was."""
    held, at = drawn
    added = data.draw(overrides(held["tz"], at))
    before, after = parsed(held), parsed({**held, "overrides": [*held["overrides"], added]})
    [override] = after.versions[0].overrides[-1:]
    assert only_changed_within(before, after, at - AROUND, at + AROUND, override.start, override.end)


@given(rosters(), st.data())
@SETTINGS
def test_an_absence_changes_its_stretch_and_nothing_else(drawn, data):
    """The sequence never shifts, and cover ends when the absence does."""
    held, at = drawn
    added = data.draw(absences(held["tz"], at))
    before, after = parsed(held), parsed({**held, "absences": [*held["absences"], added]})
    absence = after.versions[0].absences[-1]
    for role in held["roles"]:
        assert only_changed_within(before, after, at - AROUND, at + AROUND, absence.start, absence.end, role)


@given(rosters())
@SETTINGS
def test_nobody_absent_has_duty_unless_somebody_set_it_by_hand(drawn):
    """Without overrides nobody is on duty who is away; an absence on a day that never was is none."""
    held, at = drawn
    roster = parsed({**held, "overrides": []})
    for role in held["roles"]:
        for duty in roster.timeline(at - AROUND, at + AROUND, role):
            for absence in roster.versions[0].absences:
                if max(absence.start, duty.since) < min(absence.end, duty.until):
                    assert absence.person not in duty.people


@given(rosters(), rosters(), st.integers(-3000, 3000))
@SETTINGS
def test_a_version_never_changes_the_past(one, other, minute):
    """Before it is effective the earlier roster answers, from then on the later one."""
    (held, at), (later, _) = one, other
    effective = at + timedelta(minutes=minute)
    changed = {**later, "effective": effective.strftime("%Y-%m-%dT%H:%MZ"), "version": 2}
    renamed = json.loads(json.dumps(changed).replace("layer-", "rota-"))
    before, after = parsed(held), parsed(renamed)
    both = before.with_version(after)
    assert people_at(both, at - AROUND, effective) == people_at(before, at - AROUND, effective)
    assert people_at(both, effective, at + AROUND) == people_at(after, effective, at + AROUND)
    assert both.digest not in (before.digest, after.digest)


@given(rosters(), rosters(), st.integers(-3000, 3000), st.sampled_from(PEOPLE))
@settings(SETTINGS, max_examples=12)
def test_what_a_version_drops_is_there_until_it_is_in_force(one, other, minute, person):
    """Every door tells of a role and of people that the later version no longer has: nothing of them is changed."""
    (held, at), (later, _) = one, other
    effective = at + timedelta(minutes=minute)
    changed = {**later, "effective": effective.strftime("%Y-%m-%dT%H:%MZ"), "version": 2}
    renamed = json.dumps(changed).replace("layer-", "rota-").replace('"duty"', '"watch"')
    before = parsed(held)
    both = before.with_version(parsed(json.loads(renamed)))
    start, end = at - AROUND, effective
    assert before.diff(both, start, end) == both.diff(before, start, end) == ()
    taken_up = before.next_duty(person, start, "duty") if person in before.people else None
    if taken_up is not None and taken_up.since < effective:
        assert both.next_duty(person, start).since <= taken_up.since
    tallies = [
        {each.person: (each.turns, each.done.hours, each.share.hours) for each in roster.fairness(start, end, "duty")}
        for roster in (before, both)
    ]
    assert [{name: tally for name, tally in each.items() if any(tally)} for each in tallies[:1]] == tallies[1:]


@given(rosters(), rosters(), st.integers(-3000, 3000))
@settings(SETTINGS, max_examples=12)
def test_each_version_counts_its_own_time(one, other, minute):
    """Hours, weekends, holidays and shares over two versions are what each of them counts while it is in force."""
    (held, at), (later, _) = one, other
    effective = at + timedelta(minutes=minute)
    changed = {**later, "effective": effective.strftime("%Y-%m-%dT%H:%MZ"), "version": 2}
    before, after = parsed(held), parsed(json.loads(json.dumps(changed).replace("layer-", "rota-")))
    start, end = effective - AROUND, effective + AROUND
    together = counted(before.with_version(after).fairness(start, end, "duty"))
    assert together == counted(
        [*before.fairness(start, effective, "duty"), *after.fairness(effective, end, "duty")],
    )


@given(rosters(), st.sampled_from(PEOPLE), st.integers(-5000, 5000))
@SETTINGS
def test_the_next_duty_is_the_first_that_begins(drawn, person, minute):
    """Nobody takes up duty between the question and the answer."""
    held, at = drawn
    after = at + timedelta(minutes=minute)
    roster = parsed(held)
    found = roster.next_duty(person, after, "duty")
    end = after + AROUND if found is None else found.since
    assert found is None or person in found.people
    told = roster.timeline(after - timedelta(minutes=1), end) if end > after else ()
    assert not [
        each
        for before, each in pairwise(told)
        if each.since >= after and person in each.people and person not in before.people
    ]


@given(rosters())
@SETTINGS
def test_gaps_and_duties_are_everything(drawn):
    """A gap is a stretch of the timeline that nobody has, and no other."""
    held, at = drawn
    roster = parsed(held)
    told = roster.timeline(at - AROUND, at + AROUND)
    assert roster.gaps(at - AROUND, at + AROUND) == tuple(duty for duty in told if not duty.people)
    assert all((duty.fallback is None) for duty in told)


@given(rosters(), rosters())
@SETTINGS
def test_a_diff_is_what_separates_two_rosters(one, other):
    """Applied to the first it gives the second: whoever loses a stretch had it, whoever gains it has it."""
    (held, at), (changed, _) = one, other
    before, after = parsed(held), parsed(changed)
    start, end = at - AROUND, at + AROUND
    for change in before.diff(after, start, end):
        for roster, people in ((before, change.loses), (after, change.gains)):
            told = roster.timeline(change.start, change.end, change.role) if change.role in roster.roles else ()
            assert all({*people} <= {*duty.people} for duty in told)
    assert before.diff(before, start, end) == ()


def test_the_same_text_is_the_same_roster():
    """Digests depend on what is said and on nothing else."""
    held = {
        "roster": "demo",
        "roles": {"duty": {"layers": [{"id": "a", "rotation": {"people": ["anna"], "unit": "fixed"}}]}},
    }
    assert parsed(held).digest == DutyRoster.parse(json.dumps(held, indent=2)).digest
    assert parsed(held).digest != parsed({**held, "tz": "Europe/Berlin"}).digest
    assert parsed(held).on_duty(datetime(2026, 1, 1, tzinfo=UTC)).since is None
