"""Who there is to give leads to."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter.destination import Department as ToDepartment
from leadrouter.destination import Head, Inbound, OnDuty, Person
from leadrouter.errors import OrganisationError
from leadrouter.organisation import Organisation
from leadrouter.staff import Department, InboundFlow, Salesperson

TEXT = """\
organisation: conveyor
staffing: department
inbound: {department: inbound, head: inbound, duty: duty}
departments:
  inbound: {kind: inbound, head: olga, people: [anna, boris]}
  hunters: {kind: active_sales, people: [ivan]}
people:
  olga: ~
  ivan: {}
  anna: {rank: 3, skills: [press, lathe], languages: [ru, en], territories: [MSK]}
  boris: {skills: {press: 2}}
duty: {duty: [boris, anna], night: [ivan]}
"""
CONVEYOR = Organisation.parse(TEXT)


def test_an_organisation_is_read_as_it_is_written():
    """People keep the order of the file; a list of skills is of the first level."""
    assert CONVEYOR.departments["inbound"] == Department(
        id="inbound", kind="inbound", head="olga", people=("anna", "boris")
    )
    assert CONVEYOR.people["anna"] == Salesperson(
        id="anna", rank=3, skills={"press": 1, "lathe": 1}, languages=("ru", "en"), territories=("MSK",)
    )
    assert CONVEYOR.people["boris"].skills == {"press": 2}
    assert CONVEYOR.people["olga"] == Salesperson(id="olga")
    assert CONVEYOR.duty == {"duty": ("boris", "anna"), "night": ("ivan",)}


@pytest.mark.parametrize("ids", [["early", "late"], ["late", "early"]])
def test_whoever_leads_several_departments_belongs_to_the_first_by_id(ids):
    """Whatever the order of the file, which its digest does not know: what is read back decides the same."""
    written = {"early": "{kind: inbound, head: olga, capacity: 1}", "late": "{kind: client, head: olga, capacity: 2}"}
    departments = ", ".join(f"{id_}: {written[id_]}" for id_ in ids)
    text = f"organisation: two\nstaffing: head\ndepartments: {{{departments}}}\npeople: {{olga: {{}}}}"
    organisation = Organisation.parse(text)
    for each in (organisation, Organisation.parse(organisation.to_json())):
        assert each.home("olga") == organisation.departments["early"]
        assert each.roll.limits["olga"].capacity == 1
    assert organisation.digest == Organisation.parse(organisation.to_json()).digest


def test_what_inbound_means_is_clear_where_there_is_one_choice():
    """The only department of the kind, and the first duty role."""
    text = TEXT.replace("inbound: {department: inbound, head: inbound, duty: duty}\n", "")
    assert Organisation.parse(text).inbound == InboundFlow(department="inbound", head="inbound", duty="duty")
    two = text.replace("active_sales", "inbound")
    with pytest.raises(OrganisationError, match="LR507 staffing `department` reaches nobody"):
        Organisation.parse(two)


@pytest.mark.parametrize(
    ("staffing", "settled", "pool"),
    [
        ("department", ToDepartment("inbound"), ("anna", "boris")),
        ("head", Head("inbound"), ("olga",)),
        ("duty", OnDuty("duty"), ("boris", "anna")),
    ],
)
def test_one_setting_switches_the_inbound_flow(staffing, settled, pool):
    """To the department, its head, or whoever is on duty."""
    organisation = CONVEYOR.with_staffing(staffing)
    assert organisation.settle(Inbound()) == settled
    assert organisation.pool(Inbound()) == pool


@pytest.mark.parametrize(
    ("destination", "pool"),
    [
        (Person("ivan"), ("ivan",)),
        (ToDepartment("hunters"), ("ivan",)),
        (OnDuty("night"), ("ivan",)),
        (Head("hunters"), ()),
        (Person("nobody"), ()),
        (ToDepartment("nowhere"), ()),
        (Head("nowhere"), ()),
        (OnDuty("never"), ()),
    ],
    ids=str,
)
def test_a_destination_means_people(destination, pool):
    """None where it names nothing that there is, or a department without a head."""
    assert CONVEYOR.settle(destination) == destination
    assert CONVEYOR.pool(destination) == pool


def test_a_case_may_put_somebody_on_duty():
    """In every role, also where the file lists nobody."""
    assert CONVEYOR.with_duty(("olga",)).duty == {"duty": ("olga",), "night": ("olga",)}
    without = Organisation(name="", staffing="duty", inbound=InboundFlow(duty="duty"), departments={}, people={})
    assert without.with_duty(("olga",)).duty == {"duty": ("olga",)}
    nowhere = Organisation(name="", staffing="head", inbound=InboundFlow(), departments={}, people={})
    assert nowhere.with_duty(("olga",)).duty == {}
    settled = [nowhere.with_staffing(each).settle(Inbound()) for each in ("department", "head", "duty")]
    assert settled == [ToDepartment(""), Head(""), OnDuty("")]


def test_small_and_headless_active_sales_are_worth_a_warning():
    """The conveyor's norm is six people and a head; what is allowed is only told."""
    assert [(fault.code, str(fault.where)) for fault in CONVEYOR.warnings] == [
        ("LR510", "organisation.yaml:6:3"),
        ("LR511", "organisation.yaml:6:3"),
    ]
    six = "people: [ivan, anna, boris, p1, p2, p3], head: olga"
    grown = (
        TEXT.replace("people: [ivan]", six).replace(", people: [anna, boris]", "").replace("t: inbound,", "t: hunters,")
    )
    people = "".join(f"  p{number}: ~\n" for number in (1, 2, 3))
    assert Organisation.parse(grown.replace("people:\n", f"people:\n{people}")).warnings == ()


BROKEN = {
    "": ["LR105 the file is empty"],
    "[": ["LR101 not YAML: did not find expected node content"],
    "[a]": ["LR106 the organisation must be a mapping of keys to values"],
    "organisation: a": [f"LR105 the organisation lacks `{key}`" for key in ("staffing", "departments", "people")],
    TEXT.replace("conveyor", "~"): ["LR106 `organisation` is empty"],
    TEXT.replace("staffing: department", "staffing: nobody"): ["LR501 unknown staffing `nobody`"],
    TEXT.replace("active_sales", "sales"): ["LR501 unknown kind `sales`"],
    TEXT.replace("head: olga", "head: olgo"): ["LR502 unknown head `olgo`"],
    TEXT.replace("head: olga", "head: [olga]"): ["LR106 `head` must be text"],
    TEXT.replace("[anna, boris]", "[anna, bob]"): ["LR502 unknown person `bob`"],
    TEXT.replace("[anna, boris]", "[anna, ~]"): ["LR106 `person` is empty"],
    TEXT.replace("[anna, boris]", "[anna, anna]"): ["LR503 `anna` is listed twice in department `inbound`"],
    TEXT.replace("people: [ivan]", "people: [ivan, anna]"): [
        "LR504 `anna` is in department `hunters` and in `inbound`"
    ],
    TEXT.replace("duty: duty}", "duty: day}"): ["LR505 unknown duty role `day`"],
    TEXT.replace("{department: inbound,", "{department: inbond,"): ["LR505 unknown department `inbond`"],
    TEXT.replace("{department: inbound,", "{department: ~,"): ["LR106 `department` is empty"],
    TEXT.replace("night: [ivan]", "night: []"): ["LR506 nobody is listed for duty role `night`"],
    TEXT.replace("[anna, boris]", "[]"): ["LR507 staffing `department` reaches nobody"],
    TEXT.replace("staffing: department", "staffing: head").replace("head: olga, ", ""): [
        "LR507 staffing `head` reaches nobody"
    ],
    "organisation: a\nstaffing: duty\ndepartments: {}\npeople: {}\n": ["LR507 staffing `duty` reaches nobody"],
    TEXT.replace("staffing: department", "staffing: ~"): ["LR106 `staffing` is empty"],
    TEXT.replace("staffing:", "holidays: [soon]\nstaffing:"): ["LR811 `holidays`: `soon` (text) is not a date"],
    TEXT.replace("staffing:", "country: Russia\nstaffing:"): ["LR106 `Russia` is no country"],
    TEXT.replace("rank: 3", "rank: high"): ["LR106 `rank` must be a whole number"],
    TEXT.replace("{press: 2}", "{press: much}"): ["LR106 the level of `press` must be a whole number"],
    TEXT.replace("skills: {press: 2}", "colour: red"): ["LR104 unknown key `colour` in person `boris`"],
    TEXT.replace("boris: {skills: {press: 2}}", "boris: tall"): [
        "LR106 person `boris` must be a mapping of keys to values"
    ],
    TEXT.replace("  hunters: {kind: active_sales, ", "  hunters: {"): ["LR105 department `hunters` lacks `kind`"],
    "organisation: a\nstaffing: head\npeople: []\ndepartments: [a]\nextra: 1\n": [
        "LR106 `people` must be a mapping of keys to values",
        "LR106 `departments` must be a mapping of keys to values",
        "LR104 unknown key `extra` in the organisation",
    ],
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.items(), ids=[messages[0][6:] for messages in BROKEN.values()])
def test_a_broken_organisation_is_refused_with_every_fault(text: str, expected: list[str]):
    """In the order of their places; nothing is loaded."""
    with pytest.raises(OrganisationError) as refused:
        Organisation.parse(text)
    assert [f"{fault.code} {fault.message}" for fault in refused.value.faults] == expected


def test_a_message_shows_the_place_and_the_fix():
    """Like a compiler's."""
    with pytest.raises(OrganisationError) as refused:
        Organisation.parse(TEXT.replace("staffing: department", "staffing: depart"), source="org.yaml")
    assert str(refused.value) == dedent("""\
        org.yaml:2:11: LR501 unknown staffing `depart`
        2 | staffing: depart
          |           ^^^^^^
        fix: did you mean `department`? known: department, duty, head""")


def test_the_digest_does_not_depend_on_the_order_of_keys():
    """Two files that say the same have the same; a person less has another."""
    shuffled = TEXT.replace("  olga: ~\n  ivan: {}\n", "  ivan: {}\n  olga: ~\n")
    assert Organisation.parse(shuffled).digest == CONVEYOR.digest
    assert Organisation.parse(TEXT.replace("[boris, anna]", "[boris]")).digest != CONVEYOR.digest


names = st.text(min_size=1, max_size=5).filter(lambda text: "\0" not in text)


@given(st.lists(names, min_size=1, max_size=3, unique=True), names, st.sampled_from(["department", "head", "duty"]))
def test_canonical_json_is_read_as_the_same_organisation(people: list[str], name: str, staffing):
    """Whatever the names are: an organisation that a ledger kept is the one that decided."""
    organisation = Organisation(
        name=name,
        staffing=staffing,
        inbound=InboundFlow(department=name, head=name, duty=name),
        departments={name: Department(id=name, kind="inbound", head=people[0], people=tuple(people))},
        people={each: Salesperson(id=each, skills={name: 2}, languages=(name,)) for each in people},
        duty={name: tuple(people)},
    )
    assert Organisation.parse(organisation.to_json()) == organisation
    assert Organisation.parse(organisation.to_json()).to_json() == organisation.to_json()


def test_a_rota_gives_the_duty_roles_their_people():
    """Roles of the same name are the rota's, and inbound means its first where nothing else is said."""
    bare = CONVEYOR.with_rota({"duty": ("anna",), "phone": ("ivan",)})
    assert dict(bare.duty) == {"duty": ("anna",), "night": ("ivan",), "phone": ("ivan",)}
    assert bare.inbound.duty == "duty"
    without = Organisation.parse(TEXT.partition("duty: {duty")[0].replace(", duty: duty}", "}"))
    assert without.inbound.duty is None
    assert without.with_rota({"phone": ("ivan",)}).inbound.duty == "phone"
    assert without.with_rota({}).inbound.duty is None


def test_a_duty_role_of_inbound_may_be_a_rosters():
    """Without `duty:` the name is held against the roster, by the router."""
    assert Organisation.parse(TEXT.partition("duty: {duty")[0]).inbound.duty == "duty"
