"""Plans: what they say when not everything can be had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from leadrouter.errors import RosterError
from leadrouter.roster.dated import DatedDuty
from leadrouter.roster.plan import Plan, plan
from leadrouter.roster.plan_model import Objective, Participant, PlanRules, Slot
from leadrouter.roster.workdays import Workdays
from leadrouter.roster.worth import HourWeights, Measure
from leadrouter.zone import zone

BERLIN = zone("Europe/Berlin")
MEASURE = Measure(tz=BERLIN)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def office(days: int, **options: object) -> tuple[Slot, ...]:
    """Return a duty of eight hours on each of some days, from Monday on."""
    return tuple(Slot(start=MONDAY + day * DAY, end=MONDAY + day * DAY + DAY / 3, **options) for day in range(days))


def people(*names: str, **away: tuple[int, int]) -> tuple[Participant, ...]:
    """Return people, some of them away over days counted from Monday."""
    return tuple(
        Participant(id=name, away=tuple((MONDAY + first * DAY, MONDAY + last * DAY) for first, last in [away[name]]))
        if name in away
        else Participant(id=name)
        for name in names
    )


def planned(slots: Sequence[Slot], who: Sequence[Participant], **options: object) -> Plan:
    return plan(slots, who, **{"measure": MEASURE, **options})


def names(made: Plan) -> list[str]:
    return ["+".join(duty.people) or "-" for duty in made.duties]


def test_people_take_turns_in_the_order_of_the_roster():
    """Where all is equal, the first comes first, and duties of one person lie apart."""
    assert names(planned(office(6), people("anna", "boris", "vera"))) == ["anna", "boris", "vera"] * 2


def test_somebody_on_leave_is_owed_nothing_for_it():
    """Whoever returns takes turns as everybody else does, and is not given all that was missed."""
    made = planned(office(9), people("anna", "boris", "vera", anna=(0, 6)))
    assert names(made)[6:].count("anna") == 1
    assert [tally.share.hours for tally in made.tallies] == [8, 32, 32]


def test_a_debt_is_paid_back_by_and_by():
    """Two duties owed are two more duties, spread over the plan, and not the first two."""
    anna, boris = people("anna", "boris")
    made = planned(office(8), [Participant(id="anna", owed=Fraction(16)), Participant(id="boris", owed=Fraction(-16))])
    assert [tally.turns for tally in made.tallies] == [6, 2]
    assert names(made) == ["anna", "anna", "boris", "anna", "anna", "anna", "boris", "anna"]
    assert [tally.turns for tally in planned(office(8), [anna, boris]).tallies] == [4, 4]


def test_nobody_is_flooded_by_a_debt():
    """More than a second share is not made up for in one plan, however much is owed."""
    anna = Participant(id="anna", owed=Fraction(1_000))
    made = planned(office(9), [anna, *people("boris", "vera")])
    assert [tally.turns for tally in made.tallies] == [5, 2, 2]


def test_weekends_are_spread_where_turns_are_even():
    """Four weeks for two people: as many turns, and as many Saturdays and Sundays."""
    made = planned(office(28), people("anna", "boris"))
    assert [(tally.turns, tally.done.weekend) for tally in made.tallies] == [(14, 32), (14, 32)]
    assert made.objective == Objective(0, 0, 0, 0)


def test_holidays_are_spread_apart_from_weekends():
    """Two holidays go to two people, whoever has the weekends."""
    days_off = frozenset({date(2026, 3, 2), date(2026, 3, 4)})
    made = planned(office(7), people("anna", "boris"), measure=Measure(tz=BERLIN, workdays=Workdays(days_off=days_off)))
    assert [(tally.done.weekend, tally.done.holiday) for tally in made.tallies] == [(8, 8), (8, 8)]


def test_an_hour_that_brings_more_leads_counts_more():
    """One morning with all the leads weighs as much as the two quiet afternoons of somebody else."""
    rows = tuple(tuple(Fraction(2 if hour < 12 else 1) for hour in range(24)) for _ in range(7))
    morning = Slot(start=MONDAY.replace(hour=7), end=MONDAY.replace(hour=11))
    evenings = [
        Slot(start=MONDAY.replace(hour=12) + day * DAY, end=MONDAY.replace(hour=16) + day * DAY) for day in (0, 1)
    ]
    made = planned([morning, *evenings], people("anna", "boris"), measure=Measure(tz=BERLIN, weights=HourWeights(rows)))
    assert names(made) == ["anna", "boris", "boris"]
    assert [tally.done.weighted for tally in made.tallies] == [8, 8]


def test_the_plan_before_is_kept_where_that_is_as_fair():
    """A new absence changes the day that it touches, and what evens that out, and nothing else."""
    before = planned(office(6), people("boris", "anna", "vera")).duties
    made = planned(office(6), people("anna", "boris", "vera"), before=before)
    assert names(made) == ["boris", "anna", "vera"] * 2
    assert made.objective.changed == 0
    away = planned(office(6), people("anna", "boris", "vera", boris=(0, 1)), before=before)
    assert away.objective.changed == 2
    assert away.duties[0].people != ("boris",)


def test_whoever_left_is_in_no_new_plan():
    """People of the plan before who are not planned any more count for nothing."""
    before = [DatedDuty(people=("gleb",), start=MONDAY, end=MONDAY + DAY)]
    made = planned(office(2), people("anna", "boris"), before=before)
    assert names(made) == ["anna", "boris"]
    assert made.objective.changed == 0


def test_duties_that_stand_are_reckoned_with():
    """Nobody is planned beside a duty in another role, nor without rest after the last duty before the plan."""
    held = [DatedDuty(people=("anna",), start=MONDAY - DAY / 3, end=MONDAY - DAY / 12)]
    slots, who = office(1), people("anna", "boris")
    assert names(planned(slots, who, held=held)) == ["anna"]
    assert names(planned(slots, who, held=held, rules=PlanRules(rest=timedelta(hours=3)))) == ["boris"]


def test_a_scarce_person_is_kept_for_the_duty_that_needs_them():
    """The only one with a skill is not spent on a duty that everybody could have."""
    slots = [*office(1), Slot(start=MONDAY, end=MONDAY + DAY / 3, skills=frozenset({"german"}))]
    who = [Participant(id="anna", skills=frozenset({"german"})), Participant(id="boris")]
    assert sorted(names(planned(slots, who))) == ["anna", "boris"]
    assert planned(slots, who).findings == ()


def test_chains_of_displacements_fill_what_is_open():
    """Weeks that are full are rearranged until every duty has somebody."""
    who = people("anna", "boris", "vera", anna=(0, 2), boris=(5, 7))
    made = planned(office(6), who, rules=PlanRules(most_per_week=2))
    assert made.findings == ()
    assert [tally.turns for tally in made.tallies] == [2, 2, 2]


def test_one_long_duty_gives_way_to_two_short_ones():
    """Where somebody cannot have all, more duties are filled rather than the first."""
    hour = timedelta(hours=1)
    slots = [
        Slot(start=MONDAY, end=MONDAY + 10 * hour),
        Slot(start=MONDAY + hour, end=MONDAY + 2 * hour),
        Slot(start=MONDAY + 3 * hour, end=MONDAY + 4 * hour),
    ]
    made = planned(slots, people("anna"))
    assert names(made) == ["-", "anna", "anna"]


@pytest.mark.parametrize(
    ("slots", "who", "rules", "message"),
    [
        (
            office(1, need=2),
            people("anna", "boris", boris=(0, 1)),
            PlanRules(),
            "duty 2026-03-02T09:00+01:00 to 2026-03-02T17:00+01:00 has 1 of 2 people: boris is absent",
        ),
        (office(1, skills=frozenset({"german"})), people("anna"), PlanRules(), "has nobody: anna lacks german"),
        (office(1, need=2), people("anna"), PlanRules(), "has 1 of 2 people: there is nobody else"),
        (office(2), people("anna"), PlanRules(most_per_week=1), "has nobody: anna has 1 duty in that week"),
        (office(3), people("anna"), PlanRules(most_per_week=2), "has nobody: anna has 2 duties in that week"),
        (office(2), people("anna"), PlanRules(days_in_a_row=1), "anna would have duty on 2 days in a row"),
        (
            office(2),
            people("anna"),
            PlanRules(rest=timedelta(hours=17)),
            "anna needs rest beside the duty of 2026-03-02T09:00+01:00",
        ),
        ((*office(1), *office(1)), people("anna"), PlanRules(), "has nobody: anna has another duty then"),
        (
            office(1, among=("boris",)),
            people("anna", "boris", boris=(0, 1)),
            PlanRules(),
            "has nobody: boris is absent",
        ),
    ],
)
def test_a_gap_says_which_rules_left_it(
    slots: tuple[Slot, ...], who: tuple[Participant, ...], rules: PlanRules, message: str
):
    """Each person who might have had the duty is named with the rule that kept them from it."""
    made = planned(slots, who, rules=rules)
    [finding] = made.findings
    assert finding.message.endswith(message)
    assert (finding.code, finding.severity, finding.where) == ("LR780", "error", "plan")
    assert made.objective.unfilled == 1


def test_all_gaps_are_told_at_once():
    """One duty that cannot be filled hides no other, and both stay in the file."""
    made = planned(office(4), people("anna", anna=(1, 3)))
    assert [finding.at for finding in made.findings] == [MONDAY + DAY, MONDAY + 2 * DAY]
    assert made.to_csv(tz=BERLIN).splitlines()[2] == "2026-03-03T09:00+01:00,2026-03-03T17:00+01:00,"


@pytest.mark.parametrize(
    ("slots", "who", "rules", "messages"),
    [
        ((), (), PlanRules(), ["there is no duty to plan", "there is nobody to plan"]),
        (office(1), people("anna", "anna"), PlanRules(), ["`anna` is given twice"]),
        (office(1, among=("ana", "bo")), people("anna"), PlanRules(), ["unknown person `ana` for a duty", "unknown"]),
        (office(1, need=0), people("anna"), PlanRules(), ["a duty from 2026-03-02T08:00+00:00 to 2026-03-02T16:00"]),
        ([Slot(start=MONDAY, end=MONDAY)], people("anna"), PlanRules(), ["a duty from 2026-03-02T08:00+00:00 to"]),
        (office(1), people("anna"), PlanRules(rest=-DAY), ["a rule that nobody can keep"]),
        (office(1), people("anna"), PlanRules(most_per_week=0), ["a rule that nobody can keep"]),
        (office(1), people("anna"), PlanRules(days_in_a_row=0), ["a rule that nobody can keep"]),
    ],
)
def test_a_question_without_sense_is_refused(
    slots: Sequence[Slot], who: Sequence[Participant], rules: PlanRules, messages: list[str]
):
    """Everything that is wrong with a question is said at once."""
    with pytest.raises(RosterError) as refused:
        planned(slots, who, rules=rules)
    faults = refused.value.faults
    assert {fault.code for fault in faults} == {"LR781"}
    assert len(faults) == len(messages)
    assert all(fault.message.startswith(message) for fault, message in zip(faults, messages, strict=True))


def test_another_solver_may_answer():
    """What looks for the plan is a function of the model; the plan says what came of it."""
    made = planned(office(2), people("anna", "boris"), solve=lambda model: ((1,),) * len(model.slots))
    assert names(made) == ["boris", "boris"]
    assert made.objective.deviation == 200
