"""What a roster says of a plan and of fairness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from textwrap import dedent, indent

import pytest

from leadrouter.errors import NaiveTimeError, RosterError
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.fairness import debts
from leadrouter.roster.plan import Plan
from leadrouter.roster.plan_model import PlanRules
from leadrouter.roster.roster import DutyRoster
from leadrouter.roster.worth import HourWeights
from leadrouter.zone import zone

BERLIN = zone("Europe/Berlin")
START, END = datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 15, 23, tzinfo=UTC)
OFFICE = """
- id: office
  priority: 1
  rotation: {people: [anna, boris, vera], unit: slots, anchor: 2026-03-02}
  windows: [{days: workdays, from: "09:00", to: "17:00"}]
"""
WEEKEND = """
- id: weekend
  rotation: {people: [anna, gleb], unit: weeks, at: "12:00", anchor: 2026-02-27}
  windows: [{weekly: ["fri 12:00", "mon 10:00"]}]
"""


def roster(layers: str, more: str = "", *, role: str = "", roles: str = "") -> DutyRoster:
    """Return a roster with a role `duty` of these layers, other roles beside it, and more below."""
    head = "roster: demo\ntz: Europe/Berlin\nroles:\n  duty:\n"
    text = f"{head}{indent(role, '    ')}    layers:\n{indent(layers.strip(), '      ')}\n"
    return DutyRoster.parse(f"{text}{indent(dedent(roles), '  ')}\n{dedent(more)}")


def local(plan: Plan) -> list[tuple[str, str, str]]:
    """Return the duties of a plan as a reviewer reads them."""
    ends = [[at.astimezone(BERLIN).strftime("%a %d %H:%M") for at in (duty.start, duty.end)] for duty in plan.duties]
    return [(start, end, "+".join(duty.people)) for (start, end), duty in zip(ends, plan.duties, strict=True)]


def test_each_window_of_a_rotation_is_a_duty():
    """Ten working days in two weeks, for those who take turns in the layer."""
    plan = roster(OFFICE).plan(START, END)
    assert len(plan.duties) == 10
    assert local(plan)[0] == ("Mon 02 09:00", "Mon 02 17:00", "anna")
    assert [tally.person for tally in plan.tallies] == ["anna", "boris", "vera"]


def test_each_layer_is_planned_among_its_own_people():
    """Whoever takes no turns on weekends is given none, and what a higher layer covers is not planned twice."""
    plan = roster(OFFICE + WEEKEND).plan(START, END)
    told = local(plan)
    weekends = [line for line in told if line[0].startswith("Fri") and not line[0].endswith("09:00")]
    assert weekends[0][:2] == ("Fri 06 17:00", "Mon 09 09:00")
    assert {who for _, _, who in weekends} <= {"anna", "gleb"}
    assert told[0][:2] == ("Mon 02 09:00", "Mon 02 17:00")


def test_only_duties_that_begin_in_the_stretch_are_planned():
    """A duty belongs to the plan in which it begins, as a whole."""
    friday = datetime(2026, 3, 6, 11, tzinfo=UTC)
    assert local(roster(WEEKEND).plan(friday, friday + timedelta(hours=1)))[0][:2] == ("Fri 06 12:00", "Mon 09 10:00")
    with pytest.raises(RosterError, match="LR781 there is no duty to plan"):
        roster(WEEKEND).plan(friday + timedelta(seconds=1), friday + timedelta(days=1))


def test_turns_are_duties_where_there_are_no_windows():
    """A weekly rota around the clock is planned by the week, over the clock change as well."""
    week = '- {id: week, rotation: {people: [anna, boris], unit: weeks, at: "09:00", anchor: 2026-03-02}}'
    plan = roster(week).plan(START, START + timedelta(days=35))
    assert [(duty.end - duty.start) // timedelta(hours=1) for duty in plan.duties] == [168, 168, 168, 167, 168]
    assert sorted(tally.turns for tally in plan.tallies) == [2, 3]


def test_a_layers_own_limits_hold():
    """Duties of a layer that ends are planned up to its end, and cut there."""
    ends = OFFICE.rstrip() + "\n  end: 2026-03-04T12:00\n"
    told = local(roster(ends).plan(START, END))
    assert [line[:2] for line in told[-2:]] == [("Tue 03 09:00", "Tue 03 17:00"), ("Wed 04 09:00", "Wed 04 12:00")]


def test_a_role_may_say_when_it_is_needed():
    """`needed` and `min` say what is planned, whatever the windows of the layers."""
    needs = 'min: 2\nneeded: [{days: [sat], from: "10:00", to: "14:00"}]\n'
    plan = roster(OFFICE, role=needs).plan(START, END)
    assert [line[:2] for line in local(plan)] == [("Sat 07 10:00", "Sat 07 14:00"), ("Sat 14 10:00", "Sat 14 14:00")]
    assert all(len(duty.people) == 2 for duty in plan.duties)
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert len(roster(OFFICE, role=needs).plan(saturday, END).duties) == 1


def test_absences_and_skills_are_those_of_the_roster():
    """Nobody is planned on leave, or without a skill that everybody on duty needs."""
    more = """
        people: {anna: {skills: [german]}, boris: {skills: [german, english]}, vera: {}}
        absences: [{person: anna, dates: [2026-03-02, 2026-03-08], kind: vacation}]
    """
    duty = roster(OFFICE, more)
    plan = duty.plan(START, END, skills=["german"])
    assert {who for _, _, who in local(plan)[:5]} == {"boris"}
    assert {who for _, _, who in local(plan)} == {"anna", "boris"}
    assert [finding.code for finding in duty.plan(START, END, skills=["danish"]).findings] == ["LR780"] * 10


def test_limits_of_the_roster_are_rules_of_the_plan():
    """Rest and days in a row come from `limits`, unless the question brings its own rules."""
    days = "- {id: day, rotation: {people: [anna, boris, vera], unit: days, anchor: 2026-03-02}}"
    limited = roster(days, "limits: {rest: 20, consecutive_days: 1}")
    whom = [who for _, _, who in local(limited.plan(START, END))]
    assert all(one != other for one, other in pairwise(whom))
    assert limited.plan(START, END, rules=PlanRules(most_per_week=1)).objective.unfilled == 8


def test_other_people_may_be_planned():
    """Whoever is named takes every duty, in the order of the roster; others take none."""
    plan = roster(OFFICE + WEEKEND).plan(START, END, people=["gleb", "vera"])
    assert [tally.person for tally in plan.tallies] == ["vera", "gleb"]
    assert {who for _, _, who in local(plan)} == {"gleb", "vera"}


def test_nobody_is_planned_beside_another_role():
    """Somebody who has duty in another role then is passed over; a role that follows is no obstacle."""
    roles = """
        second:
          layers:
            - {id: own, rotation: {people: [boris], unit: fixed}, windows: [{from: "09:00", to: "17:00"}]}
        backup: {follows: duty, layer: office}
    """
    plan = roster(OFFICE, roles=roles).plan(START, END)
    assert {who for _, _, who in local(plan)} == {"anna", "vera"}


def test_a_plan_goes_on_from_the_one_before():
    """The last duty before the plan counts for rest; so does the roster's own where no plan is given."""
    duty = roster(OFFICE, "limits: {rest: 30}")
    friday = DatedDuty(
        people=("anna",), start=datetime(2026, 2, 28, 23, tzinfo=UTC), end=datetime(2026, 3, 1, 23, tzinfo=UTC)
    )
    assert local(duty.plan(START, END))[0][2] == "anna"
    assert local(duty.plan(START, END, before=[friday]))[0][2] == "boris"
    later = duty.plan(START + timedelta(days=1), END)
    assert later.duties[0].people != duty.on_duty(START + timedelta(hours=10)).people


def test_debts_are_carried_over():
    """What the last weeks left somebody owed is made up for."""
    duty = roster(OFFICE, "absences: [{person: vera, dates: [2026-03-16, 2026-03-20]}]")
    owed = debts(duty.fairness(START, END)) | {"vera": Fraction(16)}
    turns = {tally.person: tally.turns for tally in duty.plan(START, END, owed=owed).tallies}
    assert turns["vera"] > turns["boris"]


def test_a_plan_is_a_layer():
    """The file that a plan makes is read back as a layer, which then decides; the rota stays beneath it."""
    first = roster(OFFICE).plan(START, END)
    text = first.to_csv(tz=BERLIN)
    layers = OFFICE + "- {id: plan, priority: 2, plan: duty.csv}\n"
    head = "roster: demo\ntz: Europe/Berlin\nroles:\n  duty:\n    layers:\n"
    planned = DutyRoster.parse(head + indent(layers.strip(), "      "), read=lambda _: text.encode())
    for each in first.duties:
        duty = planned.on_duty(each.start)
        assert (duty.people, str(duty.source)) == (each.people, "layer plan")
    assert str(planned.on_duty(datetime(2026, 3, 16, 9, tzinfo=UTC)).source) == "layer office"
    shares = {tally.person: tally.share.hours for tally in planned.fairness(START, END)}
    assert shares == dict.fromkeys(["anna", "boris", "vera"], Fraction(80, 3))


def test_a_plan_keeps_what_check_asks_for():
    """A roster that a plan decides breaks none of the limits by which it was planned, and leaves no gap."""
    days = "- {id: day, rotation: {people: [anna, boris, vera], unit: days, anchor: 2026-03-02}}"
    more = "limits: {rest: 20, consecutive_days: 1}\nabsences: [{person: vera, dates: [2026-03-05, 2026-03-09]}]"
    text = roster(days, more).plan(START, END).to_csv(tz=BERLIN, role="duty")
    layers = days + "\n- {id: plan, priority: 2, plan: duty.csv}"
    head = f"roster: demo\ntz: Europe/Berlin\n{more}\nroles:\n  duty:\n    min: 1\n    layers:\n"
    planned = DutyRoster.parse(head + indent(layers, "      "), read=lambda _: text.encode())
    assert [finding.code for finding in planned.check(START, END) if finding.severity == "error"] == []
    blind = {finding.code for finding in roster(days, more).check(START, END) if finding.severity == "error"}
    assert "LR755" in blind  # what the rotation itself breaks


def test_fairness_is_told_by_layer():
    """Weekends are shared among those who take turns in them, and a backup among those of the layer it follows."""
    duty = roster(OFFICE + WEEKEND, roles="backup: {follows: duty, layer: office}")
    tallies = {tally.person: tally for tally in duty.fairness(START, END)}
    assert tallies["boris"].share.weekend == tallies["vera"].share.weekend == 0
    assert tallies["anna"].share.weekend == tallies["gleb"].share.weekend > 0
    assert [tally.person for tally in duty.fairness(START, END, "backup")] == ["anna", "boris", "vera"]


def test_gaps_are_nobodys_share():
    """Hours without anybody on duty count for nobody; two weeks of office hours are eighty."""
    assert sum(tally.share.hours for tally in roster(OFFICE).fairness(START, END)) == 80
    weights = HourWeights(((Fraction(2),) * 24,) * 7)
    assert sum(tally.share.weighted for tally in roster(OFFICE).fairness(START, END, weights=weights)) == 160


def test_before_the_first_version_there_is_nothing_to_plan():
    """A version that is not in force yet says nothing of the time before it."""
    later = roster(OFFICE, "effective: 2026-06-01")
    with pytest.raises(RosterError, match="LR702 no version has role `duty` before 2026-03-15"):
        later.plan(START, END)
    assert later.fairness(START, END)[0].turns == 0


def test_a_day_off_counts_by_the_version_in_force_on_it():
    """Days off that a later version adds or drops do not change what earlier days were, nor does its zone."""
    always = "- {id: always, rotation: {people: [anna], unit: fixed}}"
    first = roster(always, "workdays: {days_off: [2026-03-03, 2026-03-10]}")
    later = roster(always, "workdays: {days_off: [2026-03-11]}\neffective: 2026-03-09\nversion: 2")
    (anna,) = first.with_version(later).fairness(START, END)
    assert (anna.turns, anna.done.hours) == (1, 14 * 24)
    assert (anna.done.holiday, anna.done.weekend) == (48, 96)  # 3 March by the first, 11 March by the later
    (anna,) = first.with_version(later).fairness(START, START + timedelta(days=7))
    assert anna.done.holiday == 24


def test_a_share_is_among_those_of_the_version_in_force():
    """Somebody who joins a rotation has no share of what was before, also where duty goes on unchanged."""
    one = "- {id: always, rotation: {people: [anna], unit: weeks, anchor: 2026-03-02}}"
    two = "- {id: always, rotation: {people: [anna, vera], unit: weeks, anchor: 2026-03-09, first: anna}}"
    both = roster(one).with_version(roster(two, "effective: 2026-03-09\nversion: 2"))
    assert len(both.timeline(START, END)) == 1
    assert {each.person: each.share.hours for each in both.fairness(START, END)} == {"anna": 252, "vera": 84}


@pytest.mark.parametrize(
    ("layers", "options", "messages"),
    [
        (OFFICE, {"people": ["ana", "zoe"]}, ["LR701 unknown person `ana`", "LR701 unknown person `zoe`"]),
        (OFFICE, {"role": "backup"}, ["LR781 role `backup` follows `duty` and has no duties of its own"]),
        (OFFICE, {"role": "night"}, ["LR702 unknown role `night`"]),
        ("- {id: always, rotation: {people: [anna], unit: fixed}}", {}, ["LR781 layer `always` is one turn for ever"]),
    ],
)
def test_what_cannot_be_planned_is_refused(layers: str, options: dict[str, object], messages: list[str]):
    """Each fault has its code, and all are told at once."""
    layer = "always" if "always" in layers else "office"
    duty = roster(layers, roles=f"backup: {{follows: duty, layer: {layer}}}")
    with pytest.raises(RosterError) as refused:
        duty.plan(START, END, **options)
    found = [f"{fault.code} {fault.message}" for fault in refused.value.faults]
    assert len(found) == len(messages)
    assert all(each.startswith(message) for each, message in zip(found, messages, strict=True))


def test_times_have_zones():
    """A naive time is refused, here as everywhere."""
    with pytest.raises(NaiveTimeError):
        roster(OFFICE).plan(datetime(2026, 3, 1), END)  # noqa: DTZ001  # that is what is refused
