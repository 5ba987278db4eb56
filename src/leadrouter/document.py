"""Read YAML so that every key and every value keeps its place.

PyYAML's C parser composes the nodes; the walk over them is here, because the walk decides what the
text means: scalars are those of YAML 1.2 (`no` and `12:30` stay text), keys may not repeat, and
anchors, aliases and tags are refused. A fault never stops the walk: it is collected.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias, cast

import yaml
from attrs import define, field, frozen

from leadrouter.alignment import align
from leadrouter.errors import Fault, did_you_mean
from leadrouter.span import Source, Span

Node: TypeAlias = yaml.Node
Data: TypeAlias = "bool | int | Decimal | str | list[Data] | dict[str, Data] | None"

_MAX_DEPTH = 500
_MAX_DEPTH_OF_DATA = 50
_MAX_LENGTH = 20_000_000
_MAX_REPAIRS = 100
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9]+(_[0-9]+)*")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(_[0-9]+)*(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_ANCHOR = re.compile(r"[&*][\w-]+[ \t]*")
_END_OF_LINE = re.compile(r"[\r\n]|\Z")
_BLOCK_LINE = re.compile(r"(?P<key>\s*(?:- )*[\w.-]+:)(?P<value>\s+\S.*)")
_FIRST_KEY = re.compile(r"\s*(?:- )*[\w.-]*")
_FLOW_ITEM = re.compile(r"(?P<dash>\s*- )\s*[\[{].*")


@frozen
class Text:
    """A string of a document that can say where each of its characters was written."""

    value: str
    node: yaml.ScalarNode = field(repr=False, eq=False)
    source: Source = field(repr=False, eq=False)

    @cached_property
    def _places(self) -> list[tuple[int, int]] | None:
        return align(self.value, self.source.text, self.node.start_mark.index, self.node.end_mark.index)

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Return the place of `value[start:end]`; of the whole where the two texts cannot be aligned."""
        places = self._places
        stop = len(self.value) if end is None else end
        if places is None or not 0 <= start < len(places):
            first, last = self.node.start_mark.index, self.node.end_mark.index
            return Span(self.source, first, max(last, first + 1))
        return Span(self.source, places[start][0], places[min(max(stop, start + 1), len(places)) - 1][1])


@define
class Document:
    """A YAML text being read: its source, its root and the faults found so far."""

    source: Source
    root: Node | None = None
    faults: list[Fault] = field(factory=list)
    _mended: set[int] = field(factory=set)

    @classmethod
    def read(cls, text: str, name: str) -> Document:
        """Compose the text; what YAML itself refuses is recorded, mended in place and read past."""
        document = cls(Source(name, text.removeprefix("\ufeff")))
        if len(text) > _MAX_LENGTH:
            message, where = f"the text is longer than {_MAX_LENGTH:_} characters", Span(document.source, 0, 1)
            document.faults.append(Fault(code="LR102", message=message, where=where, fix="split it into several files"))
            return document
        document._compose()
        return document

    def _compose(self) -> None:
        text = self.source.text
        for _ in range(_MAX_REPAIRS):
            try:
                self.root = _compose(text)
            except _TooDeep as error:
                message = f"the text nests deeper than {_MAX_DEPTH} levels"
                self.fault("LR102", message, Span(self.source, error.index, error.index + 1), "write it flatter")
                return
            except (yaml.YAMLError, UnicodeEncodeError) as error:
                start = _position(error, text)
                line = text.count("\n", 0, start) + 1
                if line not in self._mended:
                    self.faults.append(_yaml_fault(error, Span(self.source, start, start + 1)))
                self._mended.add(line)
                mended = _without_anchor(text, start) if isinstance(error, _Aliased) else _mend(text, start)
                if mended is None:
                    return
                text = mended
            else:
                return

    def span(self, node: Node) -> Span:
        """Return the place of a node; of its first line where it is a block."""
        start, end = node.start_mark.index, node.end_mark.index
        text = self.source.text
        while end > start + 1 and text[end - 1 : end].isspace():
            end -= 1
        return Span(self.source, start, max(end, start + 1))

    def fault(self, code: str, message: str, where: Node | Span, fix: str | None) -> None:
        """Record a fault at a node or a span; a line that was blanked, or what is empty for it, has had its own."""
        span = where if isinstance(where, Span) else self.span(where)
        if self._mended and (span.line in self._mended or (isinstance(where, yaml.Node) and is_null(where))):
            return
        self.faults.append(Fault(code=code, message=message, where=span, fix=fix))

    def entries(
        self,
        node: Node,
        what: str,
        *,
        known: Collection[str] | None = None,
        required: Iterable[str] = (),
    ) -> dict[str, Node]:
        """Return the values of a mapping by key.

        A key that is repeated, unknown or missing is a fault; `known=None` takes any key.
        """
        pairs = self.pairs(node, what)
        values: dict[str, Node] = {}
        for key, value in pairs:
            if known is not None and key.value not in known:
                self.fault("LR104", f"unknown key `{key.value}` in {what}", key, did_you_mean(key.value, known))
            else:
                values[key.value] = value
        for name in required:
            if name not in values and isinstance(node, yaml.MappingNode):
                self.fault("LR105", f"{what} lacks `{name}`", node, f"add `{name}:`")
        return values

    def pairs(self, node: Node, what: str) -> list[tuple[yaml.ScalarNode, Node]]:
        """Return the keys and values of a mapping in order, each key once."""
        if not isinstance(node, yaml.MappingNode):
            self.fault("LR106", f"{what} must be a mapping of keys to values", node, "write `key: value`")
            return []
        self._refuse_tag(node)
        seen: set[str] = set()
        pairs: list[tuple[yaml.ScalarNode, Node]] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fault("LR106", f"a key in {what} must be a word", key, "write `word: value`")
            elif key.value in seen:
                self.fault("LR103", f"key `{key.value}` is given twice in {what}", key, "keep one of them")
            else:
                seen.add(key.value)
                pairs.append((key, value))
        return pairs

    def items(self, node: Node, what: str, *, fix: str | None = None) -> list[Node]:
        """Return the items of a list; `fix` says how to write one where its items are no words."""
        if not isinstance(node, yaml.SequenceNode):
            is_word = isinstance(node, yaml.ScalarNode) and node.value
            written = f"put it in brackets: [{node.value}]" if is_word else "write [a, b], or a line for each item: - a"
            self.fault("LR106", f"{what} must be a list", node, fix or written)
            return []
        self._refuse_tag(node)
        return list(node.value)

    def text(self, node: Node, what: str) -> Text | None:
        """Return a scalar as text, however it was written; null is no text."""
        if not isinstance(node, yaml.ScalarNode):
            self.fault("LR106", f"{what} must be text", node, "write one word, or a text in quotes")
            return None
        self._refuse_tag(node)
        if is_null(node):
            self.fault("LR106", f"{what} is empty", node, "give it a value, or leave it out")
            return None
        return Text(node.value, node, self.source)

    def word(self, node: Node, what: str) -> str | None:
        """Return a scalar as a plain string."""
        text = self.text(node, what)
        return None if text is None else text.value

    def words(self, node: Node, what: str) -> tuple[str, ...]:
        """Return a list of scalars as plain strings."""
        texts = [self.word(item, f"an item of {what}") for item in self.items(node, what)]
        return tuple(text for text in texts if text is not None)

    def flag(self, node: Node, what: str) -> bool:
        """Return `true` or `false`."""
        value = self.data(node)
        if not isinstance(value, bool):
            self.fault("LR106", f"{what} must be `true` or `false`", node, "write true or false, without quotes")
            return False
        return value

    def whole(self, node: Node, what: str) -> int | None:
        """Return a whole number."""
        value = self.data(node)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault("LR106", f"{what} must be a whole number", node, "write it in digits: 5")
            return None
        return value

    def data(self, node: Node, *, depth: int = 0) -> Data:
        """Return a node as JSON would give it: plain scalars typed as in YAML 1.2, numbers exact."""
        if depth > _MAX_DEPTH_OF_DATA:
            message = f"a value that nests deeper than {_MAX_DEPTH_OF_DATA} levels"
            self.fault("LR102", message, node, "write it flatter")
            return None
        if isinstance(node, yaml.MappingNode):
            return {key.value: self.data(value, depth=depth + 1) for key, value in self.pairs(node, "this mapping")}
        self._refuse_tag(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.data(item, depth=depth + 1) for item in node.value]
        return plain_scalar(node.value) if _is_plain(node) else str(node.value)

    def _refuse_tag(self, node: Node) -> None:
        start = node.start_mark.index
        if self.source.text[start : start + 1] == "!":
            self.fault("LR107", f"tag `{node.tag}` is not part of this format", node, "leave the tag out")


def is_null(node: Node) -> bool:
    """Say whether a node is YAML's null: nothing, `~` or `null` without quotes."""
    return _is_plain(node) and node.value in ("", "~", "null")


def _is_plain(node: Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style


def plain_scalar(text: str) -> bool | int | Decimal | str | None:
    """Type an unquoted scalar as YAML 1.2 does; digits may be grouped with `_`.

    >>> plain_scalar("no"), plain_scalar("12:30"), plain_scalar("3_000"), plain_scalar("true")
    ('no', '12:30', 3000, True)
    """
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if len(text) > 100:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def visible(quoted: str) -> str:
    r"""Write what YAML would refuse, or take for the end of a line, as escapes; text in double quotes has them.

    >>> print(visible('"пресс\u2028"'))
    "пресс\u2028"
    """
    if quoted.isprintable():
        return quoted
    return "".join(character if character.isprintable() else _escape(ord(character)) for character in quoted)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x1_0000 else f"\\U{code:08x}"


def _may_nest_too_deep(text: str) -> bool:
    """Say whether a text has so many brackets or marks of a block, wherever they stand, that its levels are counted."""
    depth = deepest = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if bracket.group() in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest > _MAX_DEPTH or re.search(rf"^[ \-?:]{{{2 * _MAX_DEPTH},}}", text, re.MULTILINE) is not None


_TAG_OF: dict[type[Node], str] = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


class _Aliased(yaml.YAMLError):
    def __init__(self, index: int) -> None:
        super().__init__("an alias")
        self.index = index


class _Loader(yaml.cyaml.CBaseLoader):
    """PyYAML's C parser, taking every node without a tag for what it looks like and every scalar for text."""

    def resolve(self, kind: type[Node], value: object, implicit: object) -> str:  # noqa: ARG002  # PyYAML's signature
        return _TAG_OF[kind]


class _TooDeep(yaml.YAMLError):
    def __init__(self, index: int) -> None:
        super().__init__("too deep")
        self.index = index


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        if error.problem == "exceeded maximum nesting depth":  # of a line without a space, which the parser reads ahead
            raise _TooDeep(_position(error, text)) from None
        raise


def _compose(text: str) -> Node | None:
    """Compose a text; its levels are counted before, because the C parser recurses and would crash."""
    if "&" in text or "*" in text or _may_nest_too_deep(text):
        depth = 0
        for event in _events(text):
            anchor = getattr(event, "anchor", None)
            if anchor is not None:
                mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
                raise _Aliased(text.index(f"{mark}{anchor}", cast("yaml.Mark", event.start_mark).index))
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise _TooDeep(cast("yaml.Mark", event.start_mark).index)
    loader = _Loader(text)
    try:
        root: Node | None = loader.get_single_node()
    finally:
        loader.dispose()
    return root


def _position(error: Exception, text: str) -> int:
    if isinstance(error, _Aliased):
        return error.index
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is not None:
        return unprintable.start()
    marked = cast("yaml.MarkedYAMLError", error)
    mark = marked.context_mark if _is_unclosed(marked) else marked.problem_mark
    return min(cast("yaml.Mark", mark).index, len(text) - 1)


def _is_unclosed(error: yaml.MarkedYAMLError) -> bool:
    """Say whether a quote is not closed: what is wrong stands where it opens, not at the text's end."""
    return error.problem == "found unexpected end of stream"


def _yaml_fault(error: Exception, span: Span) -> Fault:
    if isinstance(error, _Aliased):
        message, fix = "anchors and aliases are not part of this format", "write the value out"
        return Fault(code="LR107", message=message, where=span, fix=fix)
    if _UNPRINTABLE.match(span.text):
        return Fault(code="LR101", message="a character that YAML does not take", where=span, fix="remove it")
    marked = cast("yaml.MarkedYAMLError", error)
    problem = "a quoted text that does not end" if _is_unclosed(marked) else marked.problem
    return Fault(code="LR101", message=f"not YAML: {problem}", where=span, fix=_trap(marked, span))


def _trap(error: yaml.MarkedYAMLError, span: Span) -> str:
    """Say how to write what people trip over: indentation, and conditions that YAML reads as something else."""
    line, problem = span.source.lines[span.line - 1], str(error.problem)
    if _is_unclosed(error):
        return "close the quote, or leave it out"
    if "document" in problem:
        return "keep one document in a file"
    if re.match(r"\s*\t", line):
        return "indent with spaces, never with tabs"
    if problem.startswith(("did not", "mapping")) and _FIRST_KEY.fullmatch(line, 0, span.column - 1):
        if "','" in problem:
            return f"close the bracket that opens in line {cast('yaml.Mark', error.context_mark).line + 1}"
        return "indent the line as far as those beside it"
    if "when:" in line:
        return "put the whole condition in quotes: when: 'amount >= 5', when: '\"urgent\" in tags'"
    return "quote text that holds `: `, ` #`, or begins with one of > | @ ` % & * ! [ { \" '"


def _without_anchor(text: str, position: int) -> str:
    """Take an anchor out, or put null in place of an alias; the rest of the line moves up to it, padded at its end."""
    end = next(_END_OF_LINE.finditer(text, position)).start()
    rest = _ANCHOR.sub("", text[position:end], count=1)
    null = "~ " if text[position] == "*" else ""
    return text[:position] + f"{null}{rest}".ljust(end - position) + text[end:]


def _mend(text: str, position: int) -> str | None:
    """Blank the value on the line that YAML could not read, so that the rest can be read too.

    The length stays the same, and with it every later place.
    """
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    line = text[start:end]
    for kept in _kept_parts(line):
        filler = "" if not kept else "{}" if kept.endswith("- ") else " ~"
        candidate = text[:start] + (kept + filler).ljust(len(line))[: len(line)] + text[end:]
        if candidate != text:
            return candidate
    return None


def _kept_parts(line: str) -> Iterable[str]:
    flow = _FLOW_ITEM.fullmatch(line)
    if flow is not None:
        yield flow["dash"]
    block = _BLOCK_LINE.fullmatch(line)
    if block is not None and flow is None:
        yield block["key"]
    yield ""
