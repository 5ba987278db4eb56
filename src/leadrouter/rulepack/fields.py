"""The vocabulary section of a pack: from its YAML to fields."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from attrs import frozen

from leadrouter import vocabulary as v
from leadrouter.document import Document, Node
from leadrouter.errors import did_you_mean
from leadrouter.facts import Refusal, read_value
from leadrouter.rulepack.syntax import FUNCTIONS

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
_CURRENCY = re.compile("[A-Z]{3}")


def read_vocabulary(document: Document, node: Node) -> list[tuple[v.Field, Node]]:
    """Return the fields of a `vocabulary:` section, each with the node of its name."""
    fields = []
    for key, value in document.pairs(node, "`vocabulary`"):
        if check_name(document, key.value, key):
            found = FieldReader(document).field(key.value, value)
            if found is not None:
                fields.append((found, key))
    return fields


def check_name(document: Document, name: str, node: Node) -> bool:
    """Refuse a name that conditions could not write."""
    if name in RESERVED or name in FUNCTIONS:
        document.fault("LR302", f"`{name}` is a word of the language", node, "choose another name")
    elif not name.isidentifier() or name.startswith("_") or keyword.iskeyword(name):
        document.fault("LR302", f"`{name}` cannot name a field", node, "use letters, digits and `_`, beginning with a letter")
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
        type_ = self.type(name, node)
        if type_ is None:
            return None
        return v.Field(
            name=name,
            type=type_,
            required=self.document.flag(options["required"], "`required`") if "required" in options else False,
            default=self.value(type_, options["default"]) if "default" in options else None,
            unit=self.document.word(options["unit"], "`unit`") if "unit" in options else None,
            about=self.document.word(options["about"], "`about`") if "about" in options else None,
        )

    def type(self, name: str, node: Node) -> v.Type | None:
        """Return the type that a node spells."""
        what = f"field `{name}`"
        if isinstance(node, yaml.ScalarNode):
            return self.bare(node, what)
        entries = self.document.entries(node, what, known=("type", *_FORMS, *_OPTIONS))
        forms = [key for key in entries if key not in _OPTIONS]
        if len(forms) != 1:
            self.document.fault("LR301", f"{what} needs one type", node, f"one of {', '.join(_FORMS)}")
            return None
        form, value = forms[0], entries[forms[0]]
        synonyms = entries.get("synonyms")
        if form == "type":
            if isinstance(value, yaml.ScalarNode):
                return self.bare(value, what)
            inner = self.document.entries(value, what, known=(*_FORMS, "synonyms"))
            forms = [key for key in inner if key != "synonyms"]
            if len(forms) != 1:
                self.document.fault("LR301", f"{what} needs one type", value, f"one of {', '.join(_FORMS)}")
                return None
            form, value, synonyms = forms[0], inner[forms[0]], synonyms or inner.get("synonyms")
        return self.formed(form, value, synonyms, what)

    def bare(self, node: yaml.ScalarNode, what: str) -> v.Type | None:
        type_ = _BARE.get(node.value)
        if type_ is None and node.value in _FORMS:
            example = "{money: RUB}" if node.value == "money" else f"{{{node.value}: [a, b]}}"
            self.document.fault("LR301", f"type `{node.value}` of {what} needs its domain", node, f"write {example}")
        elif type_ is None:
            self.document.fault("LR301", f"unknown type `{node.value}` of {what}", node, did_you_mean(node.value, _FORMS))
        return type_

    def formed(self, form: str, node: Node, synonyms: Node | None, what: str) -> v.Type | None:
        if form in ("enum", "set"):
            return self.enumerated(form, node, synonyms, what)
        if synonyms is not None:
            self.document.fault("LR301", f"synonyms of {what}, which is no enumeration", synonyms, "leave them out")
        if form == "money":
            return self.money(node, what)
        bounded: dict[str, Callable[..., v.Type]] = {"int": v.Int, "decimal": v.Number, "duration": v.Duration}
        if form in bounded:
            return self.bounded(bounded[form], node, what)
        if form == "text":
            entries = self.document.entries(node, what, known=("max",))
            longest = self.document.whole(entries["max"], "`max`") if "max" in entries else None
            return v.Text(longest or v.LONGEST_TEXT)
        self.document.fault("LR301", f"type `{form}` of {what} takes no domain", node, f"write `{form}` alone")
        return None

    def enumerated(self, form: str, node: Node, synonyms: Node | None, what: str) -> v.Type | None:
        values = self.document.words(node, f"the values of {what}")
        for index, item in enumerate(values):
            if item in values[:index]:
                self.document.fault("LR301", f"value `{item}` of {what} is listed twice", node, "keep one of them")
            if item != item.strip() or "," in item or not item:
                self.document.fault("LR301", f"value `{item}` of {what} has a comma or spaces around it", node, "use a plain word")
        if not values:
            self.document.fault("LR301", f"{what} has no values", node, "list at least one")
            return None
        other: dict[str, str] = {}
        for key, value in [] if synonyms is None else self.document.pairs(synonyms, f"the synonyms of {what}"):
            meant = self.document.word(value, f"synonym `{key.value}`") or ""
            if meant not in values:
                self.document.fault("LR301", f"synonym `{key.value}` of unknown value `{meant}`", value, did_you_mean(meant, values))
            other[key.value.strip().casefold()] = meant
        return v.Enum(values, other) if form == "enum" else v.EnumSet(values, other)

    def money(self, node: Node, what: str) -> v.Type | None:
        if isinstance(node, yaml.ScalarNode):
            return self.currency(node, what)
        entries = self.document.entries(node, what, known=("currency", "min", "max"), required=("currency",))
        money = self.currency(entries["currency"], what) if "currency" in entries else None
        if money is None:
            return None
        least, most = self.bounds(money, entries, node, what)
        return v.Money(money.currency, least, most)

    def currency(self, node: Node, what: str) -> v.Money | None:
        code = self.document.word(node, f"the currency of {what}")
        if code is None or not _CURRENCY.fullmatch(code):
            self.document.fault("LR301", f"`{code}` is no currency code", node, "write its three letters, such as RUB")
            return None
        return v.Money(code)

    def bounded(self, make: Callable[..., v.Type], node: Node, what: str) -> v.Type:
        entries = self.document.entries(node, what, known=("min", "max"))
        least, most = self.bounds(make(), entries, node, what)
        return make(least, most)

    def bounds(self, type_: v.Type, entries: Mapping[str, Node], node: Node, what: str) -> tuple[Any, Any]:
        least, most = (self.value(type_, entries[key]) if key in entries else None for key in ("min", "max"))
        if least is not None and most is not None and least > most:
            self.document.fault("LR301", f"`min` of {what} is above its `max`", node, "turn them round")
        return least, most

    def value(self, type_: v.Type, node: Node) -> Any:
        """Return a value of the type, read as a lead's facts are."""
        try:
            return read_value(type_, self.document.data(node))
        except Refusal as refusal:
            self.document.fault("LR304", str(refusal), node, refusal.fix)
            return None
