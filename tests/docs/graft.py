"""Parts of a pack or an organisation, put in place of those of a whole one."""

from __future__ import annotations

import json
import re

from leadrouter.document import Document

_SECTION = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)


def grafted(whole: str, fragment: str) -> str:
    """Put the sections of a fragment in place of those of a whole; its vocabulary is added to the whole's."""
    sections = {_name(part): part for part in _SECTION.split(whole) if part.strip()}
    for part in _SECTION.split(fragment):
        name = _name(part)
        if name == "vocabulary" and name in sections:
            sections[name] = sections[name].rstrip() + "\n" + part.partition("\n")[2]
        elif part.strip():
            sections[name] = f"{part.rstrip()}\n{_gap(sections.get(name, ''))}"
    return "".join(sections.values())


def route_by(conditions: str) -> str:
    """Return a route section that asks each of a list of conditions."""
    document = Document.read(conditions, "conditions")
    assert document.root is not None
    rules = []
    for number, node in enumerate(document.items(document.root, "conditions")):
        when = json.dumps(document.data(node), ensure_ascii=False)
        rules.append(f"  - {{rule: condition-{number}, when: {when}, to: desk}}")
    assert not document.faults, document.faults
    default = "  - {rule: otherwise, default: true, to: desk}"
    return "\n".join(["route:", *rules, default, "routes: {desk: [{to: hold}]}", ""])


def _name(section: str) -> str:
    return section.partition(":")[0]


def _gap(section: str) -> str:
    """Return the empty lines at the end of a section."""
    return "\n" * (section.count("\n") - section.rstrip("\n").count("\n") - 1)
