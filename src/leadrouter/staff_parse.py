"""People, departments and pools as they are written, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from attrs import evolve, frozen

from leadrouter import vocabulary as v
from leadrouter.document import Document, Node, is_null
from leadrouter.errors import did_you_mean
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal
from leadrouter.staff import NEWCOMER, ON_RETURN, PERIODS, Norms, Salesperson, Sharing

SHARING_KEYS = ("strategy", "on_return", "newcomer", "ramp_days", "fair_by", "fair_in")
_PERSON_KEYS = (
    "rank", "ranks", "skills", "languages", "territories", "capacity", "portfolio", "quota", "weight", "deputy",
    "joined", "left",
)  # fmt: skip
_MOST = 1_000_000


@frozen
class StaffReader:
    """Reads what stands under one person, department or pool; faults go to the document."""

    document: Document

    def person(self, id_: str, node: Node) -> Salesperson:
        """Return a person; nothing but the id is needed."""
        known = _PERSON_KEYS
        entries = {} if is_null(node) else self.document.entries(node, f"person `{id_}`", known=known)
        person = Salesperson(
            id=id_,
            rank=self.number(entries, "rank", least=None) or 0,
            ranks=self.levels(entries.get("ranks"), "`ranks`", least=None),
            skills=self.skills(entries.get("skills")),
            languages=self.words(entries.get("languages"), "`languages`"),
            territories=self.words(entries.get("territories"), "`territories`"),
            capacity=self.number(entries, "capacity"),
            portfolio=self.norms(entries.get("portfolio")),
            quota=self.quota(entries.get("quota")),
            weight=self.number(entries, "weight") or 1,
            deputy=self.document.word(entries["deputy"], "`deputy`") if "deputy" in entries else None,
            joined=self.value(entries, "joined", v.Date()),
            left=self.value(entries, "left", v.Date()),
        )
        if person.left is not None and person.joined is not None and person.left <= person.joined:
            message = f"person `{id_}` left before joining"
            self.document.fault("LR812", message, entries["left"], "`left` is the first day after the last one")
        return person

    def skills(self, node: Node | None) -> dict[str, int]:
        """Return skills with their levels; a list of them is of the first level."""
        if isinstance(node, yaml.SequenceNode):
            return dict.fromkeys(self.words(node, "`skills`"), 1)
        return self.levels(node, "`skills`")

    def levels(self, node: Node | None, what: str, *, least: int | None = 1) -> dict[str, int]:
        """Return a mapping from words to whole numbers, from `least` to a million."""
        pairs = [] if node is None else self.document.pairs(node, what)
        return {key.value: self._whole(level, f"the level of `{key.value}`", least) or 0 for key, level in pairs}

    def words(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Return a list of words; an absent one is empty."""
        return () if node is None else self.document.words(node, what)

    def quota(self, node: Node | None) -> dict[str, int]:
        """Return leads by period."""
        entries = {} if node is None else self.document.entries(node, "`quota`", known=PERIODS)
        found = {period: self.number(entries, period) for period in PERIODS if period in entries}
        return {period: leads for period, leads in found.items() if leads is not None}

    def norms(self, node: Node | None) -> Norms | None:
        """Return how many clients fill a portfolio: one number for every size, or one for each."""
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            return Norms(sizes={}, other=self.number({"portfolio": node}, "portfolio"))
        entries = self.document.entries(node, "`portfolio`")
        found = {size: self.number(entries, size) for size in entries}
        return Norms(sizes={size: norm for size, norm in found.items() if norm is not None})

    def sharing(self, entries: Mapping[str, Node], shared: Sharing) -> Sharing:
        """Return how leads are shared, where these entries say nothing, as elsewhere."""
        said = {
            "strategy": self.word(entries, "strategy"),
            "on_return": self.choice(entries.get("on_return"), "on_return", ON_RETURN),
            "newcomer": self.choice(entries.get("newcomer"), "newcomer", NEWCOMER),
            "ramp_days": self.number(entries, "ramp_days"),
            "fair_in": self.word(entries, "fair_in"),
        }
        by = self.choice(entries.get("fair_by"), "fair_by", ("class", "none"))
        apart: dict[str, Any] = {} if by is None else {"fair_by": "class" if by == "class" else None}
        own: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
        return evolve(shared, **own, **apart)

    def word(self, entries: Mapping[str, Node], key: str) -> str | None:
        """Return the word of a key; None where there is none."""
        return self.document.word(entries[key], f"`{key}`") if key in entries else None

    def choice(self, node: Node | None, what: str, choices: tuple[str, ...]) -> str | None:
        """Return one of some words; any other is a fault."""
        word = None if node is None else self.document.word(node, f"`{what}`")
        if node is not None and word is not None and word not in choices:
            self.document.fault("LR501", f"unknown {what} `{word}`", node, did_you_mean(word, choices))
            return None
        return word

    def number(self, entries: Mapping[str, Node], key: str, *, least: int | None = 1) -> int | None:
        """Return the whole number of a key, from `least` to a million; None where there is none, or it was refused."""
        return self._whole(entries[key], f"`{key}`", least) if key in entries else None

    def _whole(self, node: Node, what: str, least: int | None) -> int | None:
        number, lowest = self.document.whole(node, what), -_MOST if least is None else least
        if number is not None and not lowest <= number <= _MOST:
            fix = f"write a whole number from {lowest} to {_MOST}"
            self.document.fault("LR811", f"{what} is {number}", node, fix)
            return None
        return number

    def value(self, entries: Mapping[str, Node], key: str, type_: v.Type) -> Any:
        """Return the value of a key, read as facts are; None where there is none, or it was refused."""
        if key not in entries:
            return None
        try:
            value = read_value(type_, self.document.data(entries[key]))
        except Refusal as refusal:
            self.document.fault("LR811", f"`{key}`: {refusal}", entries[key], refusal.fix)
            return None
        if value is None:
            self.document.fault("LR106", f"`{key}` is empty", entries[key], "give it a value, or leave it out")
        return value
