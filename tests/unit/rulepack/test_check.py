"""A pack against its organisation."""

from __future__ import annotations

import pytest
from attrs import evolve

from leadrouter import Organisation, RulePack
from leadrouter.rulepack.check import check_destinations
from tests.small import ORGANISATION, PACK, small_organisation, small_pack


def faults(routes: str, organisation: Organisation) -> list[str]:
    pack = RulePack.parse(PACK.partition("routes:")[0] + routes, source="small.yaml")
    return [str(fault) for fault in check_destinations(pack.checked, organisation)]


def routes(head="head(inbound)", client="department(client)", inbound="inbound") -> str:
    return f"routes:\n  head: [{{to: {head}}}]\n  client: [{{to: {client}}}]\n  inbound: [{{to: {inbound}}}]\n"


def test_a_pack_that_fits_has_no_faults():
    """Every destination of the small pack is there."""
    assert not list(check_destinations(small_pack().checked, small_organisation()))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"head": "head(inbund)"}, "LR315 unknown department `inbund`"),
        ({"client": "department(cliant)"}, "did you mean `client`?"),
        ({"client": "person(vero)"}, "LR315 unknown person `vero`"),
        ({"inbound": "on_duty(night)"}, "LR315 unknown duty role `night`"),
    ],
)
def test_steps_to_nobody_that_is_known_are_faults(changed, message):
    """The fault has the place of the step and the closest name."""
    found = faults(routes(**changed), small_organisation())
    assert len(found) == 1
    assert found[0].startswith("small.yaml:")
    assert message in found[0]


def test_every_fault_is_told():
    """All steps are looked at, not only the first."""
    assert len(faults(routes(head="head(x)", client="person(y)", inbound="on_duty(z)"), small_organisation())) == 3


def test_a_department_without_a_head_has_no_head_to_go_to():
    """`head(…)` needs a head in the organisation."""
    organisation = Organisation.parse(ORGANISATION.replace("kind: client, head: olga", "kind: client"))
    assert "LR315 department `client` has no head" in faults(routes(client="head(client)"), organisation)[0]


def test_a_route_that_can_run_out_is_a_fault():
    """The last step must reach somebody."""
    organisation = Organisation.parse(ORGANISATION.replace("people: [vera]", "people: []"))
    assert "LR314 route `client` can run out" in faults(routes(), organisation)[0]


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
    assert "LR315 unknown duty role `duty`" in faults(routes(), organisation)[0]
    assert not faults(routes(), organisation.with_rota({"duty": ("anna",)}))
