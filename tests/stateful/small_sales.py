"""A sales office with every kind of step, gate and strategy, small enough that everybody competes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import define, field

from leadrouter import Organisation, RulePack
from leadrouter.assignment.duties import Absence

ORGANISATION = """
organisation: office
staffing: department
breaker: {expiries: 3, within: 10m}
departments:
  sales: {kind: inbound, head: olga, people: [anna, boris, vera], capacity: 2}
  service: {kind: other, head: dora, people: [egor, fedor], capacity: 1}
pools:
  press: {skills: {press: 1}}
people:
  anna: {skills: {press: 2}, weight: 2}
  boris: {skills: {press: 1}, quota: {hour: 2}}
  vera: {territories: [EKB]}
  egor: {skills: {press: 1}}
  fedor: {}
  dora: {capacity: 2, deputy: anna}
  olga: {capacity: 3}
duty: {duty: [anna, egor]}
"""

PACK = """
pack: office
vocabulary:
  kind: {enum: [shared, skilled, hasty, duty, direct, own], required: true}
  region: {enum: [EKB, MSK]}
classify: [{rule: all, default: true, class: complex}]
route:
  - {rule: shared, when: kind == "shared", to: shared}
  - {rule: skilled, when: kind == "skilled", to: skilled}
  - {rule: hasty, when: kind == "hasty", to: hasty}
  - {rule: duty, when: kind == "duty", to: duty}
  - {rule: own, when: kind == "own", to: own}
  - {rule: direct, default: true, to: direct}
routes:
  shared:
    - {to: department(sales), offer: 5m, until: 20m}
    - {to: pool(press), offer: 5m, until: 60m, priority: 5}
    - {to: head(sales), offer: 10m, priority: 9}
  skilled:
    - {to: pool(press), needs: {skills: {press: 2}}, offer: 2m, until: 6m, priority: 2}
    - {to: pool(press), offer: 2m, until: 30m, priority: 1}
    - {to: department(sales), needs: {territory: region}, strategy: longest_idle, offer: 5m}
    - {to: head(service)}
  hasty:
    - {to: department(sales), strategy: first_accept, offers: 2, offer: 3m}
    - {to: department(service), strategy: round_robin}
    - {to: person(dora), offer: 5m}
  duty:
    - {to: on_duty(duty), strategy: least_loaded, offer: 5m, until: 15m}
    - {to: hold}
  direct:
    - {to: head(sales)}
  own:
    - {to: department(service), strategy: backwards}
    - {to: head(service), offer: 5m}
"""


@define
class Rota:
    """Who is on duty and who is away, as a test says."""

    duty: tuple[str, ...] = ("anna", "egor")
    away: dict[str, Absence] = field(factory=dict)

    def on_duty(self, role: str, at: datetime) -> tuple[str, ...]:  # noqa: ARG002  # the port's words
        return self.duty

    def absences(self, at: datetime) -> Mapping[str, Absence]:  # noqa: ARG002  # as above
        return dict(self.away)

    def told(self, role: str, at: datetime) -> None:  # noqa: ARG002  # nothing has to decide here
        return None


def backwards(candidates, standing):  # noqa: ARG001  # the form of a strategy
    """A strategy of the user's own: the last by id comes first."""
    return [each.id for each in reversed(candidates)]


def sales_office() -> tuple[RulePack, Organisation]:
    """Return the pack and its organisation."""
    return RulePack.parse(PACK), Organisation.parse(ORGANISATION)
