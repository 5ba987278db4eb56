"""The `streams:` and `patterns:` sections of a pack: from their YAML to checked patterns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, cast

import yaml
from attrs import define, field

from leadrouter import vocabulary as v
from leadrouter.document import Document, Node
from leadrouter.errors import Fault, did_you_mean
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal
from leadrouter.rulepack import expression as e
from leadrouter.rulepack import pattern as p
from leadrouter.rulepack.condition import Condition, Scope, check_condition
from leadrouter.rulepack.fields import check_name
from leadrouter.rulepack.pattern import Pattern, Stream
from leadrouter.rulepack.written import Place, Section, conditions_of, report

SHAPES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "different": (("at_least", "of", "within"), ()),
    "growing": (("times", "of"), ("within",)),
    "silence": (("of",), ("within",)),
    "sequence": (("within",), ("without",)),
    "at_least": (("of", "within"), ("total",)),
}
"""What makes a pattern the one that it is, what it needs beside that, and what it may have."""

KEYS = ("pattern", *SHAPES, "times", "of", "within", "total", "without")
_COUNTED = (v.Int, v.Number, v.Money)
_CLOSE = 0.8


@define(kw_only=True)
class PatternReader:
    """Reads the streams and the patterns of one pack; faults go to the documents.

    Fields that were `refused` have had their fault; `taken` are names that patterns may not have.
    """

    words: v.Vocabulary
    taken: Collection[str]
    hours: frozenset[str]
    refused: frozenset[str]
    warnings: list[Fault] = field(factory=list)
    unread: set[str] = field(factory=set)
    """Patterns that are there and could not be read: rules may name them, they have had their fault."""
    _streams: dict[str, Stream] = field(factory=dict)

    def read(
        self, streams: Iterable[Section], patterns: Iterable[Section]
    ) -> tuple[Mapping[str, Stream], tuple[Pattern, ...]]:
        """Return the streams by name and the patterns in order."""
        for section in streams:
            self._refuse_fields(section)
            for key, node in section.document.pairs(section.node, "`streams`"):
                self._stream(section.document, key, node)
        found: dict[str, Pattern] = {}
        for section in patterns:
            for node in section.document.items(section.node, "`patterns`"):
                pattern = self._pattern(section.document, node)
                if pattern is not None and pattern.name in found:
                    message = f"pattern `{pattern.name}` is given twice"
                    section.document.fault("LR103", message, node, "keep one of them")
                elif pattern is not None:
                    found[pattern.name] = pattern
        self._warn_unwatched(found.values())
        self._warn_misspelt()
        return dict(self._streams), tuple(found.values())

    def warn_unused(self, patterns: Iterable[Pattern], asked: Collection[str]) -> None:
        """Warn of patterns that no rule asks for."""
        for pattern in patterns:
            if pattern.name not in asked:
                self._warn("LR340", f"no rule asks for pattern `{pattern.name}`", pattern, "remove it, or add a rule")

    def _warn_unwatched(self, patterns: Iterable[Pattern]) -> None:
        watched = {name for pattern in patterns for name in p.watched(pattern)}
        for stream in self._streams.values():
            if stream.name not in watched:
                message = f"no pattern watches stream `{stream.name}`"
                self._warn("LR341", message, stream, "remove it, or add a pattern")

    def _warn_misspelt(self) -> None:
        """Warn of kinds that are nearly one of those which the router notes by itself."""
        known = (p.DEAL_WON, p.REQUEST)
        for stream in self._streams.values():
            for kind in sorted(kinds([stream]) or ()):
                close = get_close_matches(kind, known, 1, _CLOSE)
                if close and kind not in known:
                    message = f"stream `{stream.name}` asks for kind `{kind}`, which the router notes of nothing"
                    self._warn("LR342", message, stream, f"did you mean `{close[0]}`?")

    def _warn(self, code: str, message: str, about: Pattern | Stream, fix: str) -> None:
        assert about.where is not None, "INVARIANT: what was read has a place"
        self.warnings.append(Fault(code=code, message=message, where=about.where, fix=fix))

    # streams

    def _refuse_fields(self, section: Section) -> None:
        """Refuse facts whose names mean something else beside events."""
        for name, meaning in ((p.KIND, "the kind of an event"), (p.CONTACT, "who asked")):
            if name in self.words or name in self.taken:
                message = f"fact `{name}` in a pack with streams, where `{name}` is {meaning}"
                section.document.fault("LR335", message, section.node, "give the fact another name")

    def _stream(self, document: Document, key: yaml.ScalarNode, node: Node) -> None:
        name = key.value
        if name in self._streams:
            document.fault("LR103", f"stream `{name}` is given twice", key, "keep one of them")
            return
        when = tuple(self._conditions(document, node)) if check_name(document, name, key) else ()
        self._streams[name] = Stream(name, when, document.span(key))

    def _conditions(self, document: Document, node: Node) -> Iterator[Condition]:
        scope = self._scope
        for expression, place in conditions_of(document, node):
            if self.refused & e.names(expression) or self._asks_for_derived(document, expression, place):
                continue
            checked, problems, warned = check_condition(expression, scope)
            report(document, problems, place)
            for each in warned:
                self.warnings.append(Fault(code=each.code, message=each.message, where=place(*each.at), fix=each.fix))
            if checked is not None:
                yield checked

    def _asks_for_derived(self, document: Document, expression: e.Expression, place: Place) -> bool:
        """Refuse a fact that rules work out: an event has only what it brought."""
        found = [each for each in e.walk(expression) if isinstance(each, e.Name) and each.name in self.taken]
        for each in found:
            fix = "ask for the fields that it is derived from"
            document.fault("LR337", f"a stream asks for `{each.name}`, which is derived", place(*each.at), fix)
        return bool(found)

    @property
    def _scope(self) -> Scope:
        """What a stream may ask: what an event brings, and its kind."""
        return Scope(
            types={**{each.name: each.type for each in self.words}, p.KIND: v.Text()},
            optional={each.name for each in self.words if each.default is None},
            hours=self.hours,
            later=frozenset({"class", "tags"}),
        )

    # patterns

    def _pattern(self, document: Document, node: Node) -> Pattern | None:
        """Return a pattern, or None where one of its parts could not be read."""
        before = len(document.faults)
        entries = document.entries(node, "a pattern", known=KEYS, required=("pattern",))
        name = self._name(document, entries["pattern"]) if "pattern" in entries else None
        if name is None:
            return None
        form = self._form(document, node, name, entries) if len(document.faults) == before else None
        pattern = None if form is None else _PatternBody(self, document, name, entries, node).read(form)
        if len(document.faults) > before:
            self.unread.add(name)
            return None
        return pattern

    def _name(self, document: Document, node: Node) -> str | None:
        name = document.word(node, "`pattern`")
        if name is None or not check_name(document, name, node):
            return None
        if name in (p.KIND, p.CONTACT):
            document.fault("LR302", f"`{name}` is a word of streams and patterns", node, "choose another name")
        elif name in self.words or name in self.taken:
            fix = "a fact is brought, derived or a pattern's"
            document.fault("LR103", f"`{name}` is given twice", node, fix)
        return name

    def _form(self, document: Document, node: Node, name: str, entries: Mapping[str, Node]) -> str | None:
        """Return the key that makes the pattern what it is."""
        found = [form for form in SHAPES if form in entries]
        if "different" in found and "at_least" in found:
            found.remove("at_least")
        what = f"pattern `{name}`"
        if len(found) != 1:
            message = f"{what} is {' and '.join(found)} at once" if found else f"{what} says nothing to look for"
            document.fault("LR330", message, node, "write one of at_least, different, growing, silence, sequence")
            return None
        [form] = found
        needed, optional = SHAPES[form]
        before = len(document.faults)
        for key in entries:
            if key not in ("pattern", form, *needed, *optional):
                fix = f"it takes {', '.join((*needed, *optional))}"
                document.fault("LR330", f"`{key}` does not belong to {what} of `{form}`", entries[key], fix)
        for key in needed:
            if key not in entries:
                document.fault("LR330", f"{what} lacks `{key}`", node, f"add `{key}:`")
        return form if len(document.faults) == before else None

    def stream(self, document: Document, node: Node) -> str:
        """Return the name of a stream; an unknown one is a fault."""
        name = document.word(node, "a stream")
        if name is not None and name not in self._streams:
            document.fault("LR331", f"unknown stream `{name}`", node, did_you_mean(name, self._streams))
        return name or ""

    def is_never_a_lead(self, name: str) -> bool:
        """Say whether a stream asks for other kinds of events only; a lead is of kind `request`."""
        stream = self._streams.get(name)
        terms = [] if stream is None else [term for each in stream.when for term in _terms(each.root)]
        return any(_excludes_requests(term) for term in terms)


@define
class _PatternBody:
    """One pattern being read: its parts are read by one method each."""

    reader: PatternReader
    document: Document
    name: str
    entries: Mapping[str, Node]
    node: Node

    def read(self, form: str) -> Pattern:
        where = self.document.span(self.node)
        name = self.name
        of = self.reader.stream(self.document, self.entries["of"]) if "of" in self.entries else ""
        match form:
            case "different":
                count, named = self.whole("at_least", 2, p.MOST_COUNTED), self.word("different")
                self.type_of(named, "different")
                return p.Different(name=name, fact=named, count=count, of=of, within=self.window(), where=where)
            case "growing":
                times, named = self.whole("times", 2, p.MOST_GROWING), self.word("growing")
                self.type_of(named, "growing", (*_COUNTED, v.Date, v.Instant, v.Duration))
                return p.Growing(name=name, fact=named, times=times, of=of, within=self.window(p.REACH), where=where)
            case "silence":
                silence = self.time("silence", p.LONGEST_WINDOW - p.REACH)
                within = self.window(silence + p.REACH)
                if within <= silence:
                    message, fix = f"pattern `{name}` looks back no further than its silence", "let `within` be longer"
                    self.document.fault("LR333", message, self.entries.get("within", self.node), fix)
                return p.Silence(name=name, silence=silence, of=of, within=within, where=where)
            case "sequence":
                return self.sequence()
        count = self.whole("at_least", 1, p.MOST_COUNTED)
        return p.AtLeast(name=name, count=count, of=of, within=self.window(), total=self.total(), where=where)

    def sequence(self) -> Pattern:
        document, node = self.document, self.entries["sequence"]
        items = document.items(node, "`sequence`")
        streams = tuple(self.reader.stream(document, item) for item in items)
        if isinstance(node, yaml.SequenceNode) and not 2 <= len(streams) <= p.MOST_STREAMS:
            document.fault("LR332", f"a sequence of {len(streams)}", node, f"name 2 to {p.MOST_STREAMS} streams")
        elif streams and self.reader.is_never_a_lead(streams[-1]):
            message = f"pattern `{self.name}` can never hold: `{streams[-1]}` is no lead, and a sequence ends in one"
            document.fault("LR336", message, items[-1], "end it in a stream of requests")
        without = self.reader.stream(document, self.entries["without"]) if "without" in self.entries else None
        return p.Sequence(
            name=self.name, streams=streams, within=self.window(), without=without, where=document.span(self.node)
        )

    def whole(self, key: str, least: int, most: int) -> int:
        count = self.document.whole(self.entries[key], f"`{key}`")
        if count is not None and not least <= count <= most:
            fix = f"write a number from {least} to {most}"
            self.document.fault("LR332", f"`{key}` is {count}", self.entries[key], fix)
        return count or 0

    def window(self, default: timedelta = timedelta()) -> timedelta:
        return self.time("within", p.LONGEST_WINDOW) if "within" in self.entries else default

    def time(self, key: str, most: timedelta) -> timedelta:
        node = self.entries[key]
        word = self.document.word(node, f"`{key}`")
        try:
            value = cast("timedelta | None", read_value(v.Duration(timedelta(seconds=1), most), word))
        except Refusal as refusal:
            fix = f"write a time such as 30d, up to {most.days}d"
            self.document.fault("LR333", f"`{key}`: {refusal}", node, fix)
            return timedelta()
        return value or timedelta()

    def word(self, key: str) -> str:
        return self.document.word(self.entries[key], f"`{key}`") or ""

    def type_of(self, name: str, key: str, taken: tuple[type, ...] = (), node: Node | None = None) -> v.Type | None:
        """Return the type of a field that a pattern counts with; None where it is none that it can."""
        where = self.entries[key] if node is None else node
        words = self.reader.words
        if (not taken and name == p.CONTACT) or name in self.reader.refused or not name:
            return None
        if name not in words:
            known = [*words.fields, *([] if taken else [p.CONTACT])]
            self.document.fault("LR334", f"`{key}` of unknown field `{name}`", where, did_you_mean(name, known))
            return None
        type_ = words[name].type
        if taken and not isinstance(type_, taken):
            fix = f"name a field that is one of {', '.join(sorted(_plain(each) for each in taken))}"
            self.document.fault("LR334", f"`{key}` of `{name}`, which is {v.plain(type_)}", where, fix)
            return None
        return type_

    def total(self) -> p.Total | None:
        if "total" not in self.entries:
            return None
        node = self.entries["total"]
        pairs = self.document.pairs(node, "`total`")
        if len(pairs) != 1:
            if isinstance(node, yaml.MappingNode):
                self.document.fault("LR334", "`total` is of one field", node, "write total: {amount: 300_000}")
            return None
        [(key, value)] = pairs
        type_ = self.type_of(key.value, "total", _COUNTED, key)
        if type_ is None:
            return None
        try:
            amount = read_value(_WIDEST[type(type_)](type_), self.document.data(value))
        except Refusal as refusal:
            self.document.fault("LR334", f"`total` of `{key.value}`: {refusal}", value, refusal.fix)
            return None
        if amount is None:
            self.document.fault("LR334", f"`total` of `{key.value}` is empty", value, "give an amount")
            return None
        return p.Total(key.value, amount)


_WIDEST: dict[type, Callable[[Any], v.Type]] = {
    v.Int: lambda _: v.Int(),
    v.Number: lambda _: v.Number(),
    v.Money: lambda money: v.Money(money.currency),
}
"""A type without its bounds: a total may lie outside those of one event."""


def _plain(type_: type) -> str:
    return v.plain(v.Money("RUB") if type_ is v.Money else type_())


def _terms(root: e.Expression) -> tuple[e.Expression, ...]:
    return root.terms if isinstance(root, e.And) else (root,)


def _excludes_requests(term: e.Expression) -> bool:
    match term:
        case e.Compare(e.Name(p.KIND), (("==", e.Literal(value)),)):
            return value != p.REQUEST
        case e.Compare(e.Name(p.KIND), (("in", e.ListOf(items)),)):
            return all(item.value != p.REQUEST for item in items)
    return False


def kinds(streams: Iterable[Stream]) -> frozenset[str] | None:
    """Return the kinds that streams ask for, and that of leads; None where one asks in another way than by name."""
    found = {p.REQUEST}
    for node in (node for stream in streams for each in stream.when for node in e.walk(each.root)):
        match node:
            case e.Compare(e.Name(p.KIND), (("==", e.Literal(value)),)):
                found.add(str(value))
            case e.Compare(e.Name(p.KIND), (("in", e.ListOf(items)),)):
                found |= {str(item.value) for item in items}
            case _ if not isinstance(node, e.Compare) and e.Name(p.KIND) in e.children(node):
                return None
            case e.Compare() if e.Name(p.KIND) in e.children(node):
                return None
    return frozenset(found)
