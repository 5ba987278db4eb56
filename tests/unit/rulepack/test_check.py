"""A pack against its organisation."""

from __future__ import annotations

import re

import pytest
from attrs import evolve

from leadrouter import Organisation, RulePack
from leadrouter.rulepack.check import check_destinations
from tests.small import ORGANISATION, PACK, small_organisation, small_pack

SKILLED = """
organisation: skilled
staffing: head
inbound: {head: sales}
departments:
  sales: {kind: inbound, head: olga, people: [anna, boris]}
  empty: {kind: other}
people:
  olga: {}
  anna: {skills: {press: 3}, languages: [ru], territories: [MSK], deputy: boris}
  boris: {skills: {lathe: 1}}
pools:
  pressers: {skills: [press]}
  nobody: {skills: [welding]}
duty: {duty: [anna]}
"""
WORDS = """
  skill: {enum: [press, lathe, welding]}
  tongue: {enum: [ru, en]}
  wanted: {set: [en, fr]}
  place: {enum: [MSK, SPB]}
  far: {enum: [VVO]}
  hours: duration
  size: {enum: [small, huge]}
"""


def faults(steps: str, organisation: Organisation) -> list[str]:
    """Return what is wrong with a route of these steps."""
    head, _, rest = PACK.partition("routes:")[0].partition("vocabulary:")
    text = re.sub(r"to: \w+}", "to: desk}", f"{head}vocabulary:{WORDS}{rest}")
    pack = RulePack.parse(f"{text}routes: {{desk: [{steps}]}}", source="p.yaml")
    return [str(fault) for fault in check_destinations(pack.checked, organisation)]


def test_a_pack_that_fits_has_no_faults():
    """Every destination of the small pack is there."""
    assert not list(check_destinations(small_pack().checked, small_organisation()))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("head(inbund)", "LR315 unknown department `inbund`"),
        ("department(cliant)", "did you mean `client`?"),
        ("person(vero)", "LR315 unknown person `vero`"),
        ("on_duty(night)", "LR315 unknown duty role `night`"),
        ("pool(english)", "LR315 unknown pool `english`"),
    ],
)
def test_steps_to_nobody_that_is_known_are_faults(step, message):
    """The fault has the place of the step and the closest name."""
    found = faults(f"{{to: {step}}}, {{to: hold}}", small_organisation())
    assert len(found) == 1
    assert found[0].startswith("p.yaml:")
    assert message in found[0]


def test_every_fault_is_told():
    """All steps are looked at, not only the first."""
    steps = "{to: department(x)}, {to: person(y), strategy: z}, {to: inbound, strategy: fare}, {to: head(inbound)}"
    assert [fault.split()[1] for fault in faults(steps, small_organisation())] == ["LR315", "LR315", "LR804"]


def test_a_department_without_a_head_has_no_head_to_go_to():
    """`head(…)` needs a head in the organisation."""
    organisation = Organisation.parse(ORGANISATION.replace("kind: client, head: olga", "kind: client"))
    assert "LR315 department `client` has no head" in faults("{to: head(client)}", organisation)[0]


@pytest.mark.parametrize(("staffing", "is_fault"), [("department", True), ("head", False), ("duty", True)])
def test_inbound_may_be_the_last_step_where_it_is_a_head(staffing, is_fault):
    """A department and a duty are several people, of whom nobody is accountable."""
    found = faults("{to: inbound}", small_organisation().with_staffing(staffing))
    assert [("LR314 route `desk` can run out" in fault) for fault in found] == [True] * is_fault


def test_a_strategy_must_be_known():
    """Users' own are known where they are named; a misspelt one is told the closest."""
    organisation = Organisation.parse(SKILLED)
    assert "did you mean `fair`?" in faults("{to: person(anna), strategy: fare}, {to: hold}", organisation)[0]
    pack = small_pack().checked
    steps = tuple(evolve(step, strategy="mine") for step in pack.routes["inbound"].steps)
    own = evolve(pack, routes={"inbound": evolve(pack.routes["inbound"], steps=steps)})
    assert not list(check_destinations(own, small_organisation(), {"mine"}))
    assert len(list(check_destinations(own, small_organisation()))) == 2


def test_first_accept_offers_to_several():
    """Offering to one at a time is what the other strategies do."""
    assert "LR806" in faults("{to: person(anna), strategy: first_accept}, {to: hold}", Organisation.parse(SKILLED))[0]
    assert not faults("{to: person(anna), strategy: first_accept, offers: 2}, {to: hold}", Organisation.parse(SKILLED))


@pytest.mark.parametrize(
    ("step", "is_reached"),
    [
        ("to: department(empty)", False),
        ("to: pool(nobody)", False),
        ("to: pool(pressers)", True),
        ("to: owner, needs: {skills: {welding: 9}}", True),
        ("to: hold", True),
        ("to: deputy", True),
        ("to: inbound, needs: {skills: {press: 1}}", False),
        ("to: department(sales), needs: {skills: {press: 3}}", True),
        ("to: department(sales), needs: {skills: {press: 4}}", False),
        ("to: department(sales), needs: {skills: {press: 1, lathe: 1}}", False),
        ("to: department(sales), needs: {skill: skill, level: 3}", True),
        ("to: department(sales), needs: {skill: skill, level: 4}", False),
        ("to: department(sales), needs: {language: tongue}", True),
        ("to: department(sales), needs: {language: wanted}", False),
        ("to: department(sales), needs: {territory: place}", True),
        ("to: department(sales), needs: {territory: far}", False),
        ("to: department(sales), needs: {language: tongue, skills: {lathe: 1}}", False),
    ],
)
def test_a_step_that_can_reach_nobody_ever_is_a_fault(step, is_reached):
    """Nobody is there, or nobody there could know what it needs, for whatever lead."""
    found = faults(f"{{{step}}}, {{to: hold}}", Organisation.parse(SKILLED))
    assert not found if is_reached else "LR805" in found[0]


def test_a_step_to_deputies_needs_a_deputy():
    """Somebody must have one."""
    organisation = Organisation.parse(SKILLED.replace(", deputy: boris", ""))
    assert "LR805" in faults("{to: deputy}, {to: hold}", organisation)[0]


@pytest.mark.parametrize(
    ("old", "new", "written", "message"),
    [
        ("duty: {", "sharing: {strategy: fare}\nduty: {", "strategy: fare", "LR804"),
        ("duty: {", "sharing: {fair_in: monei}\nduty: {", "fair_in: monei", "LR807"),
        ("duty: {", "sharing: {fair_in: source}\nduty: {", "fair_in: source", "LR807"),
        ("kind: other", "kind: other, strategy: x", "strategy: x", "LR804"),
        ("[welding]}", "[welding], fair_in: x}", "fair_in: x", "LR807"),
        ("lathe: 1}", "lathe: 1}, ranks: {mass: 1, complx: 5}", "complx: 5", "LR813 a rank for class `complx`"),
        ("duty: {", "size: sise\nduty: {", "size: sise", "LR808 `size` is `sise`"),
        ("duty: {", "size: amount\nduty: {", "size: amount", "LR808 `size` is `amount`"),
        ("duty: {", "size: size\nduty: {", "size: size", "LR808 a portfolio has no norm for huge"),
    ],
)
def test_what_the_organisation_names_must_be_in_the_pack(old, new, written, message):
    """Strategies, what is shared, the classes of ranks, and the size of clients; each is told once, where it stands."""
    text = SKILLED.replace(old, new)
    (found,) = faults("{to: hold}", Organisation.parse(text, source="who.yaml"))
    line = text[: text.index(written)].count("\n") + 1
    assert found.startswith(f"who.yaml:{line}:")
    assert message in found
    assert f"{text.splitlines()[line - 1]}\n" in found


def test_an_organisation_without_a_text_is_told_by_its_keys():
    """One that was made by hand, or changed since."""
    organisation = evolve(Organisation.parse(SKILLED), size="sise", places={})
    assert faults("{to: hold}", organisation)[0].startswith("organisation.size: LR808")


def test_what_the_organisation_names_may_be_in_the_pack():
    """Leads, money, numbers and durations can be shared; a size needs a norm for each of its values."""
    for fair_in in ("leads", "amount", "employees", "hours"):
        text = SKILLED.replace("duty: {", f"sharing: {{fair_in: {fair_in}}}\nduty: {{")
        assert not faults("{to: hold}", Organisation.parse(text))
    norms = SKILLED.replace("{kind:", "{portfolio: {small: 9, huge: 1}, kind:")
    assert not faults("{to: hold}", Organisation.parse(norms.replace("duty: {", "size: size\nduty: {")))


def test_a_pack_without_places_is_told_by_its_routes():
    """A route that was made by hand has no place in a text; its name stands for it."""
    pack = small_pack().checked
    bare = {
        name: evolve(route, steps=tuple(evolve(s, where=None) for s in route.steps))
        for name, route in pack.routes.items()
    }
    organisation = Organisation.parse(ORGANISATION.replace("client:", "service:"))
    assert str(next(check_destinations(evolve(pack, routes=bare), organisation))).startswith("route client: LR315")


def test_a_duty_role_that_only_a_roster_could_have_is_asked_for():
    """Under the staffing `duty` inbound means a role; without a roster nobody has it."""
    bare = ORGANISATION.partition("duty: {duty")[0].replace(
        "staffing: department", "staffing: duty\ninbound: {duty: duty}"
    )
    organisation = Organisation.parse(bare)
    assert "LR315 unknown duty role `duty`" in faults("{to: inbound}, {to: hold}", organisation)[0]
    assert not faults("{to: inbound}, {to: hold}", organisation.with_rota({"duty": ("anna",)}))
