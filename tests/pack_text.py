"""Packs for tests of one part of them: the rest is as plain as a pack can be."""

from __future__ import annotations

from collections.abc import Mapping

from leadrouter.errors import Fault, PackError
from leadrouter.routing.rule_pack import RulePack

VOCABULARY = "vocabulary: {amount: {money: RUB}, region: {enum: [MSK, SPB]}, note: text, hot: bool, sites: int}"
CLASSIFY = "classify: [{rule: rest, default: true, class: mass}]"
ROUTE = "route: [{rule: all, default: true, to: desk}]"
ROUTES = "routes: {desk: [{to: inbound}, {to: hold}]}"
FILES: Mapping[str, str] = {}


def pack_text(*sections: str) -> str:
    """Return the text of a pack with these sections; those that it lacks are the plain ones."""
    plain = {"pack": "pack: demo", "vocabulary": VOCABULARY, "classify": CLASSIFY, "route": ROUTE, "routes": ROUTES}
    given = {section.partition(":")[0]: section for section in sections}
    return "\n".join({**plain, **given}.values()) + "\n"


def parse(*sections: str, files: Mapping[str, str] = FILES) -> RulePack:
    """Read a pack of these sections; what it includes is in `files`."""

    def include(named: str, _above: str) -> tuple[str, str]:
        if named not in files:
            raise FileNotFoundError(2, "no such file")
        return named, files[named]

    return RulePack.parse(pack_text(*sections), include=include)


def faults(*sections: str, files: Mapping[str, str] = FILES) -> list[Fault]:
    """Return the faults for which such a pack is refused."""
    try:
        parse(*sections, files=files)
    except PackError as error:
        return list(error.faults)
    raise AssertionError("the pack was taken")


def told(found: list[Fault]) -> list[str]:
    """Return the first line of each fault: its place and its message."""
    return [str(fault).split("\n")[0] for fault in found]
