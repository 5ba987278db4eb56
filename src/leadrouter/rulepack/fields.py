"""The vocabulary section of a pack: from its YAML to fields."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import yaml
from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.document import Document, Node
from leadrouter.errors import did_you_mean
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal
from leadrouter.rulepack.functions import FUNCTIONS
from leadrouter.rulepack.syntax import MIS_SPELLED

RESERVED = frozenset({"class", "tags"})
"""Names that the stages themselves supply."""

_OPTIONS = ("required", "default", "unit", "about", "synonyms")
_BARE: dict[str, v.Type] = {
    "bool": v.Bool(),
    "text": v.Text(),
    "date": v.Date(),
    "instant": v.Instant(),
    "duration": v.Duration(),
    "int": v.Int(),
    "decimal": v.Number(),
}
_FORMS = (*_BARE, "money", "enum", "set")
_TYPE_KEYS = (*_FORMS, "synonyms")
_FIELD_KEYS = ("type", *_FORMS, *_OPTIONS)
_CURRENCY = re.compile("[A-Z]{3}")


def read_vocabulary(document: Document, node: Node) -> Iterator[tuple[Node, v.Field | None]]:
    """Yield the fields of a `vocabulary:` section below the nodes of their names; None for one that is refused."""
    for key, value in document.pairs(node, "`vocabulary`"):
        if check_name(document, key.value, key):
            yield key, FieldReader(document).field(key.value, value)


def _composed(word: str) -> str:
    """Return a word of an enumeration in NFC, as the facts of leads are read."""
    return unicodedata.normalize("NFC", word)


def check_name(document: Document, name: str, node: Node) -> bool:
    """Refuse a name that conditions could not write."""
    composed = unicodedata.normalize("NFKC", name)
    if name in RESERVED or name in FUNCTIONS or name.casefold() in MIS_SPELLED:
        document.fault("LR302", f"`{name}` is a word of the language", node, "choose another name")
    elif not name.isidentifier() or name.startswith("_") or keyword.iskeyword(name):
        fix = "use letters, digits and `_`, beginning with a letter, and no word of Python"
        document.fault("LR302", f"`{name}` cannot name a field", node, fix)
    elif name != composed:
        # Python's parser reads names in NFKC, and a condition could not name this field
        document.fault("LR302", f"`{name}` has letters in two parts or of another font", node, f"write `{composed}`")
    else:
        return True
    return False


@frozen
class FieldReader:
    """Reads the types and options of fields; faults go to the document."""

    document: Document

    def field(self, name: str, node: Node) -> v.Field | None:
        """Return a field as written, or None where its type could not be read."""
        options: Mapping[str, Node] = {}
        if isinstance(node, yaml.MappingNode):
            options = {key.value: value for key, value in node.value if key.value in _OPTIONS}
        type_ = self.type(f"field `{name}`", node, known=_FIELD_KEYS)
        if type_ is None:
            return None
        required = self.document.flag(options["required"], "`required`") if "required" in options else False
        if required and "default" in options:
            message, fix = f"field `{name}` is required and has a default", "leave one of them out"
            self.document.fault("LR316", message, options["default"], f"{fix}: with a default no lead lacks the fact")
        return v.Field(
            name=name,
            type=type_,
            required=required,
            default=self._value(type_, options["default"]) if "default" in options else None,
            unit=self.document.word(options["unit"], "`unit`") if "unit" in options else None,
            about=self.document.word(options["about"], "`about`") if "about" in options else None,
        )

    def type(
        self, what: str, node: Node, *, known: Collection[str] = _TYPE_KEYS, synonyms: Node | None = None
    ) -> v.Type | None:
        """Return the type that a node spells, bare or as a mapping with the keys that are `known`."""
        if isinstance(node, yaml.ScalarNode):
            self._refuse_synonyms(synonyms, what)
            return self._bare(node, what)
        before = len(self.document.faults)
        entries = self.document.entries(node, what, known=known)
        forms = [key for key in entries if key not in _OPTIONS]
        if len(forms) != 1:
            if len(self.document.faults) == before:
                self.document.fault("LR301", f"{what} needs one type", node, f"one of {', '.join(_FORMS)}")
            return None
        value = entries[forms[0]]
        synonyms = entries.get("synonyms", synonyms)
        if forms[0] == "type":
            return self.type(what, value, synonyms=synonyms)
        return self._formed(forms[0], value, synonyms, what)

    def _refuse_synonyms(self, synonyms: Node | None, what: str) -> None:
        if synonyms is not None:
            self.document.fault("LR301", f"synonyms of {what}, which is no enumeration", synonyms, "leave them out")

    def _bare(self, node: yaml.ScalarNode, what: str) -> v.Type | None:
        type_ = _BARE.get(node.value)
        if type_ is None and node.value in _FORMS:
            example = "{money: RUB}" if node.value == "money" else f"{{{node.value}: [a, b]}}"
            self.document.fault("LR301", f"type `{node.value}` of {what} needs its domain", node, f"write {example}")
        elif type_ is None:
            fix = did_you_mean(node.value, _FORMS)
            self.document.fault("LR301", f"unknown type `{node.value}` of {what}", node, fix)
        return type_

    def _formed(self, form: str, node: Node, synonyms: Node | None, what: str) -> v.Type | None:
        if form in ("enum", "set"):
            return self._enumerated(form, node, synonyms, what)
        self._refuse_synonyms(synonyms, what)
        if form == "money":
            return self._money(node, what)
        bounded: dict[str, Callable[..., v.Type]] = {"int": v.Int, "decimal": v.Number, "duration": v.Duration}
        if form in bounded:
            return self._bounded(bounded[form], node, what)
        if form == "text":
            entries = self.document.entries(node, what, known=("max",))
            longest = self.document.whole(entries["max"], "`max`") if "max" in entries else v.LONGEST_TEXT
            if longest is not None and longest < 1:
                self.document.fault("LR301", f"`max` of {what} is below 1", node, "allow at least one character")
            return v.Text(longest or v.LONGEST_TEXT)
        self.document.fault("LR301", f"type `{form}` of {what} takes no domain", node, f"write `{form}` alone")
        return None

    def _enumerated(self, form: str, node: Node, synonyms: Node | None, what: str) -> v.Type | None:
        values = tuple(map(_composed, self.document.words(node, f"the values of {what}")))
        for index, item in enumerate(values):
            message = f"value `{item}` of {what}"
            if item in values[:index]:
                self.document.fault("LR301", f"{message} is listed twice", node, "keep one of them")
            if item != item.strip() or "," in item or not item:
                self.document.fault("LR301", f"{message} has a comma or spaces around it", node, "use a plain word")
        if not values:
            self.document.fault("LR301", f"{what} has no values", node, "list at least one")
            return None
        make = v.Enum if form == "enum" else v.EnumSet
        return make(values, {} if synonyms is None else self._synonyms(synonyms, values, what))

    def _synonyms(self, node: Node, values: tuple[str, ...], what: str) -> dict[str, str]:
        """Return the value that each other spelling, casefolded, stands for."""
        meant: dict[str, str] = {}
        for key, value in self.document.pairs(node, f"the synonyms of {what}"):
            word = _composed(self.document.word(value, f"synonym `{key.value}`") or "")
            written = _composed(key.value)
            spelling = written.strip().casefold()
            if word not in values:
                message = f"synonym `{key.value}` of unknown value `{word}`"
                self.document.fault("LR301", message, value, did_you_mean(word, values))
            elif written in values or spelling in meant:
                message = f"synonym `{key.value}` of {what} has a meaning already"
                self.document.fault("LR301", message, key, "keep one of them")
            meant[spelling] = word
        return meant

    def _money(self, node: Node, what: str) -> v.Type | None:
        if isinstance(node, yaml.ScalarNode):
            return self._currency(node, what)
        entries = self.document.entries(node, what, known=("currency", "min", "max"), required=("currency",))
        money = self._currency(entries["currency"], what) if "currency" in entries else None
        if money is None:
            return None
        least, most = self._bounds(money, entries, node, what)
        return v.Money(money.currency, least, most)

    def _currency(self, node: Node, what: str) -> v.Money | None:
        code = self.document.word(node, f"the currency of {what}")
        if code is None or not _CURRENCY.fullmatch(code):
            self.document.fault("LR301", f"`{code}` is no currency code", node, "write its three letters, such as RUB")
            return None
        return v.Money(code)

    def _bounded(self, make: Callable[..., v.Type], node: Node, what: str) -> v.Type:
        entries = self.document.entries(node, what, known=("min", "max"))
        least, most = self._bounds(make(), entries, node, what)
        return make(least, most)

    def _bounds(self, type_: v.Type, entries: Mapping[str, Node], node: Node, what: str) -> tuple[Any, Any]:
        least, most = (self._value(type_, entries[key]) if key in entries else None for key in ("min", "max"))
        if least is not None and most is not None and least > most:
            self.document.fault("LR301", f"`min` of {what} is above its `max`", node, "turn them round")
        return least, most

    def _value(self, type_: v.Type, node: Node) -> Any:
        """Return a value of the type, read as a lead's facts are."""
        try:
            return read_value(type_, self.document.data(node))
        except Refusal as refusal:
            self.document.fault("LR304", str(refusal), node, refusal.fix)
            return None
