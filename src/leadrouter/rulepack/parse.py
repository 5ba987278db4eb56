"""From the text of a rule pack to a checked pack, or to every fault in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import yaml
from attrs import define, field

from leadrouter import vocabulary as v
from leadrouter.document import Document, Node
from leadrouter.errors import Fault, PackError
from leadrouter.hours import Hours, read_hours
from leadrouter.rulepack.fields import FieldReader, check_name, read_vocabulary
from leadrouter.rulepack.pack import CLASSES, LANGUAGE, CheckedPack
from leadrouter.rulepack.pattern_reader import PatternReader
from leadrouter.rulepack.route import Route
from leadrouter.rulepack.sla import Sla, read_sla
from leadrouter.rulepack.steps import read_steps
from leadrouter.rulepack.tables import Derivation, TableReader
from leadrouter.rulepack.total import ProofError, uncovered
from leadrouter.rulepack.written import Section, is_sheet
from leadrouter.span import Span
from leadrouter.zone import zone

Include: TypeAlias = Callable[[str, str], tuple[str, str]]
"""Given the path that a text names and the name of that text, return the name and the text there."""

_SECTIONS = (
    "vocabulary", "derive", "streams", "patterns", "tag", "classes", "classify", "route", "routes", "hours", "transfer",
    "sla",
)  # fmt: skip
_ONCE = ("pack", "language", "tz", "unknown_fields", "sla")
_KEYS = ("pack", "language", "tz", "include", "unknown_fields", *_SECTIONS)


def parse_pack(text: str, source: str, include: Include | None = None) -> CheckedPack:
    """Read, check and return a pack.

    Raises:
        PackError: with every fault of the pack and of what it includes; nothing is loaded.
    """
    reading = _Reading(include)
    pack = reading.pack(text, source)
    if reading.faults or pack is None:
        raise PackError(reading.faults)
    return pack


@define
class _Reading:
    """A pack being read: its files, its sections and the faults of all."""

    include: Include | None
    documents: list[Document] = field(factory=list)
    parts: dict[str, list[Section]] = field(factory=lambda: {name: [] for name in _KEYS})
    extra: list[Fault] = field(factory=list)
    refused: set[str] = field(factory=set)
    is_incomplete: bool = False
    """Whether an included file could not be read: what it holds is not to be missed everywhere else."""

    @property
    def faults(self) -> list[Fault]:
        """Every fault, file by file, in the order of its place, each once."""
        found = [fault for document in self.documents for fault in document.faults]
        files = {name: index for index, name in enumerate(dict.fromkeys(map(_file, found)))}
        found.sort(key=lambda fault: (files[_file(fault)], _start(fault)))
        return list(dict.fromkeys([*found, *self.extra]))

    def pack(self, text: str, source: str) -> CheckedPack | None:
        document = self.read(text, source)
        if document.root is None or self.is_incomplete:
            return None
        for name in ("pack", "vocabulary", "classify", "route", "routes"):
            if not self.parts[name] and isinstance(document.root, yaml.MappingNode):
                document.fault("LR105", f"the pack lacks `{name}`", document.root, f"add `{name}:`")
        return self.checked()

    def read(self, text: str, source: str) -> Document:
        """Read a file and what it includes; the included come first."""
        document = Document.read(text, source)
        self.documents.append(document)
        if document.root is None:
            if not document.faults:
                fix = "begin with `pack:`" if document is self.documents[0] else "take it out of `include`"
                fault = Fault(code="LR105", message="the file is empty", where=source, fix=fix)
                self.extra.append(fault)
            return document
        entries = document.entries(document.root, "the pack", known=_KEYS)
        if "include" in entries:
            for node in document.items(entries["include"], "`include`"):
                self.included(document, node)
        for name, node in entries.items():
            if name in _ONCE and self.parts[name]:
                document.fault("LR103", f"`{name}` is given twice", node, "only one file of the pack says it")
            else:
                self.parts[name].append(Section(document, node))
        return document

    def included(self, document: Document, node: Node) -> None:
        path = document.word(node, "a file of `include`")
        found = None if path is None else self.fetch(document, node, path)
        if found is None:
            self.is_incomplete = True
            return
        name, text = found
        if any(each.source.name == name for each in self.documents):
            document.fault("LR109", f"`{path}` is included already", node, "include each file once")
        else:
            self.read(text, name)

    def fetch(self, document: Document, node: Node, path: str) -> tuple[str, str] | None:
        """Return another file of the pack, or record why it cannot be had."""
        if self.include is None:
            message = f"`{path}` cannot be read: this text has no folder"
            document.fault("LR109", message, node, "load the pack from its folder")
            return None
        try:
            return self.include(path, document.source.name)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            fix = "save it in UTF-8" if str(reason).endswith("UTF-8") else "name a file beside this one"
            document.fault("LR109", f"`{path}` cannot be read: {reason}", node, fix)
            return None

    def checked(self) -> CheckedPack:
        fields = self.fields()
        hours = dict(self.hours())
        classes = self.classes()
        derivations = tuple(self.derivations(fields))
        types = {each.name: each.type for each in fields.values()}
        types |= {each.name: each.type for each in derivations}
        routes = dict(self.routes(types))
        words = v.Vocabulary.of(*fields.values())
        watching = PatternReader(
            words=words,
            taken=frozenset(each.name for each in derivations),
            hours=frozenset(hours),
            refused=frozenset(self.refused),
        )
        streams, patterns = watching.read(self.parts["streams"], self.parts["patterns"])
        reader = TableReader(
            words=words,
            derivations=derivations,
            hours=frozenset(hours),
            classes=classes,
            routes=frozenset(routes),
            signals=tuple(pattern.name for pattern in patterns),
            refused=frozenset(self.refused | watching.unread),
            fetch=self.fetch,
        )
        tables = reader.read(*(self.parts[name] for name in ("tag", "classify", "route", "transfer")))
        watching.warn_unused(patterns, {name for table in tables for rule in table for name in rule.names})
        pack = CheckedPack(
            name=self.scalar("pack") or "",
            tz=self.zone(),
            vocabulary=reader.words,
            keep_unknown=self.keep_unknown(),
            derived={table.fact: types[table.fact] for table in tables if table.fact is not None},
            classes=classes,
            tables=tables[:-1],
            routes=routes,
            hours=hours,
            streams=streams,
            patterns=patterns,
            transfer=tables[-1],
            sla=self.sla(classes),
            warnings=(*watching.warnings, *reader.warnings),
        )
        self.language()
        if not self.faults:
            self.prove_total(pack)
        return pack

    def prove_total(self, pack: CheckedPack) -> None:
        for name in ("classify", "route"):
            table = pack.table(name)
            part = self.parts[name][-1]
            if table.rules and table.rules[-1].is_default:
                continue
            try:
                gap = uncovered(table, pack)
                reason = None if gap is None else f"no rule is sure to take {gap}"
            except ProofError:
                reason = "the proof grew too large"
            if reason is not None:
                message = f"table `{name}` has no default and is not proven total: {reason}"
                fix = "end it with a row of `-`" if is_sheet(part.node) else "end it with a rule `default: true`"
                part.document.fault("LR306", message, part.node, fix)

    def scalar(self, name: str) -> str | None:
        parts = self.parts[name]
        return parts[0].document.word(parts[0].node, f"`{name}`") if parts else None

    def language(self) -> None:
        for part in self.parts["language"]:
            if part.document.whole(part.node, "`language`") not in (None, LANGUAGE):
                message, fix = f"this library reads language {LANGUAGE}", f"update it, or write `language: {LANGUAGE}`"
                part.document.fault("LR108", message, part.node, fix)

    def keep_unknown(self) -> bool:
        policy = self.scalar("unknown_fields")
        if policy not in (None, "refuse", "keep"):
            part = self.parts["unknown_fields"][0]
            part.document.fault("LR106", f"`unknown_fields` is `{policy}`", part.node, "write refuse or keep")
        return policy == "keep"

    def zone(self) -> str:
        name = self.scalar("tz")
        if name is None:
            return "UTC"
        try:
            zone(name)
        except KeyError:
            part = self.parts["tz"][0]
            part.document.fault("LR106", f"unknown zone `{name}`", part.node, "use an IANA name, such as Europe/Moscow")
            return "UTC"
        return name

    def fields(self) -> dict[str, v.Field]:
        fields: dict[str, v.Field] = {}
        for part in self.parts["vocabulary"]:
            for node, each in read_vocabulary(part.document, part.node):
                if node.value in fields:
                    part.document.fault("LR103", f"field `{node.value}` is given twice", node, "keep one of them")
                if each is None:
                    self.refused.add(node.value)
                else:
                    fields[each.name] = each
        return fields

    def derivations(self, fields: dict[str, v.Field]) -> Iterator[Derivation]:
        seen: set[str] = set()
        for part in self.parts["derive"]:
            for key, node in part.document.pairs(part.node, "`derive`"):
                what = f"derived fact `{key.value}`"
                entries = part.document.entries(node, what, known=("type", "rules"), required=("type", "rules"))
                if key.value in fields or key.value in seen:
                    part.document.fault(
                        "LR103", f"`{key.value}` is given twice", key, "a fact is either brought or derived"
                    )
                elif check_name(part.document, key.value, key) and len(entries) == 2:
                    seen.add(key.value)
                    type_ = FieldReader(part.document).type(what, entries["type"])
                    if type_ is None:
                        self.refused.add(key.value)
                    else:
                        rules = Section(part.document, entries["rules"])
                        yield Derivation(key.value, type_, rules, part.document.span(key))

    def classes(self) -> tuple[str, ...]:
        classes: list[str] = []
        for part in self.parts["classes"]:
            for name in part.document.words(part.node, "`classes`"):
                if name in classes:
                    part.document.fault("LR103", f"class `{name}` is given twice", part.node, "keep one of them")
                classes.append(name)
            if isinstance(part.node, yaml.SequenceNode) and not part.node.value:
                part.document.fault("LR106", "`classes` is empty", part.node, f"leave it out for {', '.join(CLASSES)}")
        return tuple(classes) or CLASSES

    def routes(self, types: Mapping[str, v.Type]) -> Iterator[tuple[str, Route]]:
        seen: set[str] = set()
        for part in self.parts["routes"]:
            if isinstance(part.node, yaml.MappingNode) and not part.node.value:
                part.document.fault("LR106", "`routes` is empty", part.node, "add `name: [{to: head(…)}]`")
            for key, node in part.document.pairs(part.node, "`routes`"):
                steps = tuple(read_steps(part.document, node, key.value, types, self.refused))
                if key.value in seen:
                    part.document.fault("LR103", f"route `{key.value}` is given twice", key, "keep one of them")
                elif not steps and isinstance(node, yaml.SequenceNode) and not node.value:
                    part.document.fault("LR308", f"route `{key.value}` has no steps", key, "add `- {to: head(…)}`")
                seen.add(key.value)
                yield key.value, Route(key.value, steps)

    def sla(self, classes: tuple[str, ...]) -> Sla:
        parts = self.parts["sla"]
        return read_sla(parts[0].document, parts[0].node, classes) if parts else Sla()

    def hours(self) -> Iterator[tuple[str, Hours]]:
        seen: set[str] = set()
        for part in self.parts["hours"]:
            for key, hours in read_hours(part.document, part.node):
                if hours.name in seen:
                    part.document.fault("LR103", f"hours `{hours.name}` are given twice", key, "keep one of them")
                seen.add(hours.name)
                yield hours.name, hours


def _file(fault: Fault) -> str:
    return fault.where.source.name if isinstance(fault.where, Span) else fault.where


def _start(fault: Fault) -> int:
    return fault.where.start if isinstance(fault.where, Span) else 0
