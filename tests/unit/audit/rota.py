"""An office whose duty is a roster's."""

PACK = """
pack: rota
vocabulary: {}
classify: [{rule: all, default: true, class: mass}]
route: [{rule: everything, default: true, to: duty}]
routes: {duty: [{to: on_duty(duty), offer: 5m}, {to: head(sales)}]}
"""
OFFICE = """
organisation: rota
staffing: department
departments: {sales: {kind: inbound, head: olga, people: [anna, boris]}}
people: {anna: {}, boris: {}, olga: {}}
duty: {duty: [anna, boris]}
"""
ROSTER = """
roster: rota
tz: Europe/Moscow
roles:
  duty:
    layers:
      - {id: days, rotation: {people: [anna, boris], unit: days, at: "09:00", anchor: 2026-03-02}}
"""
