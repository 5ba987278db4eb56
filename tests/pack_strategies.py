"""Whole rule packs, made from their text as people write it, and the facts of leads to decide with them.

Every pack has every stage; constants come from a small pool, and facts lie at and around them, so that
leads fall on the borders of rules. Packs are drawn as values and written as YAML, because what a pack
means begins with its text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import evolve, frozen
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal
from tests.word_strategies import JUNK, ORDERED, Word, words

CLASSES = ("mass", "complex", "future-large")
ROUTES = ("desk", "head", "far")
TAGS = ("urgent", "tender", "лизинг")


@frozen
class GeneratedPack:
    """The text of a pack, the sheets that it includes, and its fields."""

    text: str
    sheets: Mapping[str, str]
    words: tuple[Word, ...]

    def include(self, named: str, _above: str) -> tuple[str, str]:
        """Give the text of a sheet."""
        return named, self.sheets[named]


def literal(value: Any) -> str:
    """Write a constant of a condition."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


@st.composite
def comparisons(draw: st.DrawFn, word: Word) -> str:
    """Draw what a single field decides by its cells: a comparison with constants, or whether it is known."""
    name = word.name
    value, other = (draw(st.sampled_from(word.constants)) for _ in range(2))
    known = (f"known({name})", f"not known({name})")
    if word.kind in ORDERED:
        comparator = draw(st.sampled_from(("<", "<=", ">", ">=", "==", "!=")))
        if not word.can_hold(comparator, value):
            return known[0]
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(comparator, comparator)
        forms: tuple[str, ...] = (f"{name} {comparator} {literal(value)}", f"{literal(value)} {turned} {name}")
    elif word.kind == "bool":
        forms = (name, f"not {name}", f"{name} == {value}", f"{name} != {value}")
    elif word.kind == "set":
        return f"known({name})"
    else:
        listed = f"[{literal(value)}, {literal(other)}]"
        forms = (
            f"{name} == {literal(value)}",
            f"{name} != {literal(value)}",
            f"{name} in {listed}",
            f"{name} not in {listed}",
        )
    return draw(st.sampled_from((*forms, *forms, *known)))


def _between(name: str, sign: str, other: str) -> str:
    """Compare two fields; one that would be less than itself, or differ from itself, is refused."""
    return f"{name} {'==' if name == other else sign} {other}"


@st.composite
def residues(draw: st.DrawFn, vocabulary: tuple[Word, ...]) -> str:
    """Draw what has to be evaluated: several fields, arithmetic, functions, sets."""
    word = draw(st.sampled_from(vocabulary))
    name, constant = word.name, literal(draw(st.sampled_from(word.constants)))
    sign = draw(st.sampled_from(("<", ">=", "==", "!=")))
    same = [other.name for other in vocabulary if other.kind == word.kind and other.domain == word.domain]
    other = draw(st.sampled_from(same))
    counts = [each.name for each in vocabulary if each.kind in ("int", "decimal")]
    forms: tuple[str, ...]
    match word.kind:
        case "int" | "decimal":
            forms = (
                f"{name} + {other} {sign} 3", f"-{name} {sign} {other} * 2", f"{name} / {other} {sign} 1",
                f"0 < {name} - 1 <= {other}", _between(name, sign, draw(st.sampled_from(counts))),
            )  # fmt: skip
        case "money":
            forms = (f"{name} * 2 {sign} {other}", f"{name} - 1 {sign} 100", f"{name} / {other} {sign} 1")
            forms += tuple(f"{name} / {count} {sign} 100" for count in counts)
        case "date":
            forms = (
                f'days_between({name}, "2026-03-02") {sign} 0',
                f'weekday({name}) in ["mon", "sun"]',
                _between(name, sign, other),
            )
        case "instant":
            forms = (
                f"hour({name}) {sign} 9", f'weekday({name}) == "mon"', f'date({name}) {sign} "2026-03-02"',
                f'in_hours({name}, "office")', f"days_between({name}, {other}) {sign} 0", _between(name, sign, other),
            )  # fmt: skip
        case "bool":
            forms = (f"{name} == {other}", f"({name} or {other}) == {other}", f"(not {name}) != known({other})")
        case "set":
            forms = (f"{constant} in {name}", f"{constant} not in {name}", f"not known({name})")
        case "text" if constant != '""':
            functions = ("contains", "contains", "starts_with", "ends_with", "matches")
            forms = (
                f"{name} < {constant}",
                f"{name} == {other}",
                *(f"{each}({name}, {constant})" for each in functions),
            )
        case _:
            forms = (f"{name} == {other}", _between(name, "!=", other))
    return draw(st.sampled_from((*forms, *forms, f"known({name}) == True", f"known({name}) != False")))


@st.composite
def conditions(draw: st.DrawFn, single: st.SearchStrategy[str], depth: int = 2) -> str:
    """Draw a condition of single ones, joined and negated."""
    shape = draw(st.integers(0, 9)) if depth else 0
    inner = conditions(single, depth - 1)
    if shape == 9:
        return f"not ({draw(inner)})"
    if shape >= 6:
        joined = draw(st.sampled_from((" and ", " or ")))
        return "(" + joined.join(draw(st.lists(inner, min_size=2, max_size=4))) + ")"
    return draw(single)


def anything(vocabulary: tuple[Word, ...], tags: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    """Single conditions of every kind over a vocabulary."""
    compared = st.sampled_from(vocabulary).flatmap(comparisons)
    asked = (f"{literal(tag)} {test} tags" for tag in tags for test in ("in", "not in"))
    return st.one_of(compared, compared, residues(vocabulary), st.sampled_from(("True", "False", *asked)))


def _when(condition: str | list[str]) -> str:
    quoted = [_quoted(each) for each in ([condition] if isinstance(condition, str) else condition)]
    return quoted[0] if isinstance(condition, str) else "[" + ", ".join(quoted) + "]"


def _quoted(condition: str) -> str:
    return "'" + condition.replace("'", "''") + "'"


@st.composite
def tables(
    draw: st.DrawFn, prefix: str, key: str, outcomes: tuple[str, ...], single: st.SearchStrategy[str]
) -> list[str]:
    """Draw the rules of a table, as the lines of a YAML list; the default is not among them."""
    one = conditions(single)
    whens = draw(st.lists(one | st.lists(one, min_size=1, max_size=3), max_size=6))
    return [
        f"{{rule: {prefix}-{index}, when: {_when(when)}, {key}: {draw(st.sampled_from(outcomes))}}}"
        for index, when in enumerate(whens)
    ]


@st.composite
def cells(draw: st.DrawFn, word: Word) -> str:
    """Draw a cell of a sheet."""
    value, other = (draw(st.sampled_from(word.constants)) for _ in range(2))
    if word.kind in ORDERED:
        comparator = draw(st.sampled_from(("<", "<=", ">", ">=")))
        return f"{comparator} {value}" if word.can_hold(comparator, value) else "known"
    if word.kind == "bool":
        return draw(st.sampled_from(("true", "нет", "-", "missing")))
    quoted = [f'"{each}"' if not each else str(each) for each in (value, other)]
    return draw(
        st.sampled_from(
            ("-", "", "known", quoted[0], ", ".join(quoted), f"not {quoted[0]}", "not " + ", ".join(quoted))
        )
    )


@st.composite
def sheets(draw: st.DrawFn, key: str, outcomes: tuple[str, ...], vocabulary: tuple[Word, ...]) -> str:
    """Draw a decision table in CSV, without a default."""
    chosen = draw(st.lists(st.sampled_from(vocabulary), min_size=1, max_size=3, unique_by=lambda word: word.name))
    lines = [";".join(("rule", *(word.name for word in chosen), key, "because"))]
    for index in range(draw(st.integers(0, 4))):
        row = [draw(cells(word)) for word in chosen]
        if any(cell not in ("", "-") for cell in row):
            quoted = ['"' + cell.replace('"', '""') + '"' for cell in row]
            lines.append(";".join((f"{key}-row-{index}", *quoted, draw(st.sampled_from(outcomes)), "")))
    return "\n".join(lines) + "\n"


_THEN: Mapping[str, tuple[str, ...]] = {
    "bool": ("true", "false"), "enum": ("a", "b", "c"), "int": ("0", "1", "2"), "money": ("0 RUB", "300_000 RUB"),
    "text": ('"a"', "Завод"), "date": ("2026-03-02",), "decimal": ('"0.5"',), "set": ("[x]", "[x, y]"),
    "instant": ("2026-03-02T09:00Z",), "duration": ("1h",),
}  # fmt: skip


@st.composite
def packs(draw: st.DrawFn) -> GeneratedPack:
    """Draw a pack with every stage, and with sheets among its tables."""
    brought = draw(words())
    known, held = list(brought), {}
    for index, kind in enumerate(draw(st.lists(st.sampled_from(brought), max_size=3))):
        fact = evolve(kind, name=f"derived_{index}", least=None, most=None, options="")
        rules = draw(tables(fact.name, "then", _THEN[kind.kind], anything(tuple(known))))
        if draw(st.integers(0, 2)) == 0:
            rules.append(f"{{default: true, then: {_THEN[kind.kind][0]}}}")
        held[fact] = rules
        known.append(fact)
    vocabulary = tuple(known)
    tag_rules = draw(tables("tag", "tag", TAGS, anything(vocabulary)))
    tags = tuple(tag for tag in TAGS if any(f"tag: {tag}}}" in rule for rule in tag_rules))
    sheet = draw(st.none() | sheets("class", CLASSES, vocabulary))
    class_word = Word(name="class", kind="enum", constants=CLASSES, raws=())
    classify = draw(tables("classify", "class", CLASSES, anything(vocabulary, tags)))
    route = draw(tables("route", "to", ROUTES, anything((*vocabulary, class_word), tags)))
    text = pack_of(
        brought,
        derived={fact: held[fact] for fact in draw(st.permutations(list(held)))},
        tag=tag_rules,
        classify=[*(["{csv: classify.csv}"] if sheet else []), *classify],
        route=route,
    )
    return GeneratedPack(text, {"classify.csv": sheet or ""}, brought)


def pack_of(
    brought: tuple[Word, ...],
    *,
    derived: Mapping[Word, list[str]] = MappingProxyType({}),
    tag: Sequence[str] = (),
    classify: Sequence[str] = (),
    route: Sequence[str] = (),
) -> str:
    """Write a pack of these rules, with a default behind those of classes and of routes."""
    facts = [
        line
        for fact, rules in derived.items()
        for line in (f"  {fact.name}:", f"    type: {fact.type}", *_table("    rules", rules))
    ]
    return "\n".join(
        [
            "pack: generated",
            "tz: Europe/Moscow",
            'hours: {office: [{days: [mon, tue], from: "09:00", to: "18:00"}]}',
            "vocabulary:",
            *(word.written for word in brought),
            *(["derive:", *facts] if facts else []),
            *_table("tag", tag),
            *_table("classify", [*classify, "{rule: other-class, default: true, class: complex}"]),
            *_table("route", [*route, "{rule: other-route, default: true, to: desk}"]),
            "routes: {desk: [{to: inbound}], head: [{to: head(sales)}], far: [{to: person(vera)}]}",
            "",
        ]
    )


def _table(heading: str, rules: Sequence[str]) -> list[str]:
    return [
        f"{heading}:" if rules else f"{heading}: []",
        *(f"{' ' * (len(heading) - len(heading.lstrip()))}  - {rule}" for rule in rules),
    ]


def _takes(type_: v.Type, raw: Any) -> bool:
    try:
        read_value(type_, raw)
    except Refusal:
        return False
    return True


@st.composite
def leads(draw: st.DrawFn, pack: GeneratedPack, vocabulary: v.Vocabulary, *, wrong: bool = True) -> dict[str, Any]:
    """Draw the facts of a lead: at and around the constants, missing or null, and in one of five wrong."""
    good = {word.name: [raw for raw in word.raws if _takes(vocabulary[word.name].type, raw)] for word in pack.words}
    facts: dict[str, Any] = {}
    for word in pack.words:
        if vocabulary[word.name].required or draw(st.integers(0, 4)):
            facts[word.name] = draw(st.sampled_from(good[word.name]))
        elif draw(st.booleans()):
            facts[word.name] = None
    if wrong and draw(st.integers(0, 4)) == 0:
        word = draw(st.sampled_from(pack.words))
        facts[word.name] = draw(st.sampled_from((None, *JUNK, *word.raws)))
    return facts
