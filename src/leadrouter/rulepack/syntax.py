"""From the text of a condition to its tree.

The grammar is a subset of Python's, so Python's own parser reads it; a whitelist lowers what it
returns to the tree of `expression`. Nothing is ever executed. Length and nesting are limited before
the parser sees the text.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from attrs import define, field, frozen

from leadrouter.errors import did_you_mean
from leadrouter.facts import LARGEST, read_value
from leadrouter.refusal import Refusal, show
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.functions import FUNCTIONS
from leadrouter.vocabulary import Number

LONGEST = 20_000
"""Characters that a condition may have."""

DEEPEST = 50
"""Levels that a condition may nest; each operator of an arithmetic chain is one."""

_TOKEN = re.compile(
    r"""(?P<triple>\"{3}|'{3})|(?P<string>[A-Za-z]{0,2}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))"""
    r"""|(?P<open>[\[({])|(?P<close>[\])}])|(?P<number>\d[\w.]*)|(?P<name>[^\W\d]\w*)|(?P<prefix>[-+~*/])|(?P<comment>\#)""",
    re.DOTALL,
)
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_NEEDS_CARE = re.compile(r"""#|class|_(?<!\w_)|\"\"\"|'''""")  # each begins with a letter of its own, which is quick
_DEEPENERS = ("(", "[", "{", "not", "-", "+", "~", "*", "/")
_CLASS = "class"
_STAND_IN = "_clas"  # as long as `class`, which Python keeps for itself; no field begins with `_`
_RUNS_ON = re.compile(r"[0-9]\.?[A-Za-z]")
_COMPARATORS: dict[type[ast.cmpop], e.Comparator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_OPERATORS: dict[type[ast.operator], e.Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
MIS_SPELLED = {
    "true": "`True`",
    "false": "`False`",
    "null": "`known(field)` to ask whether a fact is missing",
    "none": "`known(field)` to ask whether a fact is missing",
}

_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_TRAPS = tuple(
    (re.compile(pattern), fix)
    for pattern, fix in (
        (r"[“”„‟«»‘’‚‹›`]", "write quotes as \" or '"),
        (r"[\xa0\u2000-\u200b\u202f\u2060\u3000]", "write spaces with the space bar, and nothing else between words"),
        (r"[‐-―−]", "write the sign as -"),
        (r"<>|≠", "write `!=`"),
        (r"[≤≥]|=[<>]", "write `<=` or `>=`"),
        (r"(?<![=!<>])=(?!=)", "compare with `==`"),
        (r"&&|\|\||!(?!=)|\b(AND|OR|NOT|И|ИЛИ|НЕ)\b", "write `and`, `or`, `not`"),
        (r"(?i)\bbetween\b", "write `3 <= field <= 5`"),
        (r"(?i)\blike\b", "write `contains`, `starts_with` or `ends_with`"),
        (r"\d[\s']+\d|\d,\d{3}\b", "group digits with `_`: 300_000"),
        (r"\d,\d", "write fractions with a point: 0.5"),
        (
            r"(?<![\w.])\d[\d_.]*\s*(?!and\b|in\b|not\b|or\b)[^\W\d_]|[$€£¥₽]|\d\s*%",
            'write a plain number, or an amount with its currency in quotes: "300_000 RUB"',
        ),
        (r"[\"']", "close the quote; where ` #` stands in it, put the whole condition in quotes as well"),
    )
)


@frozen(kw_only=True)
class Problem:
    """Something wrong in a condition, at a stretch of its text."""

    code: str
    message: str
    at: e.At
    fix: str | None = None


def parse_expression(text: str) -> tuple[e.Expression | None, list[Problem]]:
    """Return the tree of a condition, or what is wrong with it, everything at once.

    >>> parse_expression("amount >= 3_000_000")[0]
    Compare(first=Name(name='amount'), rest=(('>=', Literal(value=3000000)),))
    """
    flat = text.replace("\n", " ").replace("\r", " ").replace("\f", " ")
    prepared, problems = _prepare(flat)
    if problems:
        return None, problems
    try:
        tree = _python(prepared).body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return None, [_syntax_problem(error, flat)]
    lowering = _Lowering(prepared)
    result = lowering.expression(tree)
    return (None, lowering.problems) if lowering.problems else (result, [])


def _python(text: str) -> ast.Expression:
    start = len(text) - len(text.lstrip())
    if "\\" not in text and not _RUNS_ON.search(text):
        return ast.parse(text[start:], mode="eval")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text[start:], mode="eval")


def _prepare(text: str) -> tuple[str, list[Problem]]:
    """Refuse what is too long or too deep, or would be read past; put the stand-in for `class`."""
    whole = (0, min(len(text), LONGEST))
    if len(text) > LONGEST:
        message = f"a condition of {len(text):_} characters; {LONGEST:_} are allowed"
        return text, [Problem(code="LR203", message=message, at=whole, fix="use a list, a tag or a derived fact")]
    if not text.strip():
        return text, [Problem(code="LR201", message="an empty condition", at=whole, fix="write `default: true`")]
    if not _NEEDS_CARE.search(text) and sum(map(text.count, _DEEPENERS)) < DEEPEST:
        return text, []
    depth = prefixes = 0
    parts: list[str] = []
    problems: list[Problem] = []
    position = 0
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token.group()
        at = token.span()
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "prefix" or word == "not":
            prefixes += 1
        elif kind == "triple":
            message = "a string in triple quotes"
            problems.append(Problem(code="LR202", message=message, at=at, fix="use single ones"))
        elif kind == "comment":
            problems.append(Problem(code="LR202", message="`#` in a condition", at=at, fix="use `because:`"))
        elif kind == "name" and word.startswith("_"):
            message = f"`{word}` begins with an underscore"
            problems.append(Problem(code="LR202", message=message, at=at, fix="name a field of the vocabulary"))
        elif word == _CLASS:
            parts += [text[position : at[0]], _STAND_IN]
            position = at[1]
        if depth + prefixes > DEEPEST:
            message = f"a condition that nests deeper than {DEEPEST} levels"
            return text, [Problem(code="LR203", message=message, at=at, fix="split it into derived facts")]
    return "".join(parts) + text[position:], problems


def _syntax_problem(error: BaseException, text: str) -> Problem:
    start = len(text) - len(text.lstrip())
    message, at = "not a condition", (start, len(text))
    if isinstance(error, SyntaxError) and error.offset is not None and error.lineno == 1:
        end = len(text) - 1
        column = min(start + error.offset - 1, end) if error.offset > 0 else end
        at = (column, column + 1)
        message = f"not a condition: {error.msg}"
    return Problem(code="LR201", message=message, at=at, fix=_fix(text))


def _fix(text: str) -> str:
    """Say how to write what people type in other languages, in spreadsheets or by other keyboards."""
    bare = _QUOTED.sub("_", text)
    for pattern, fix in _TRAPS:
        if pattern.search(bare):
            return fix
    if any(bare.count(opening) > bare.count(closing) for opening, closing in ("()", "[]")):
        return 'close the bracket; inside of { } put the whole condition in quotes: when: \'a in ["b", "c"]\''
    return "see the language of conditions"


@define
class _Lowering:
    """Python's tree to ours; what is not on the whitelist becomes a problem."""

    text: str
    problems: list[Problem] = field(factory=list)
    _offset: int = 0
    _bytes: bytes | None = None

    def __attrs_post_init__(self) -> None:
        self._offset = len(self.text) - len(self.text.lstrip())
        if not self.text.isascii():
            self._bytes = self.text[self._offset :].encode()

    def at(self, node: Any) -> e.At:
        """Return a node's stretch in characters; Python counts columns in bytes of UTF-8."""
        start, end = node.col_offset, node.end_col_offset
        if self._bytes is not None:
            start, end = len(self._bytes[:start].decode()), len(self._bytes[:end].decode())
        return start + self._offset, end + self._offset

    def refuse(self, node: ast.expr, message: str, fix: str | None = None, code: str = "LR202") -> e.Literal:
        """Record a problem; the constant that stands in for the node lets the rest be read."""
        at = self.at(node)
        self.problems.append(Problem(code=code, message=message, at=at, fix=fix))
        return e.Literal(False, at)

    def expression(self, node: ast.expr) -> e.Expression:
        """Lower one node and everything below it."""
        lower = _LOWER.get(type(node))
        if lower is None:
            what = _CONSTRUCTS.get(type(node), "this construct")
            fix = _fix(self.text) if isinstance(node, ast.Tuple) else "see the language of conditions"
            return self.refuse(node, f"{what} is not part of the language", fix)
        return lower(self, node)

    def constant(self, node: ast.Constant) -> e.Expression:
        value = node.value
        at = self.at(node)
        if isinstance(value, str):
            if not value.isprintable() and _UNWRITABLE.search(value):
                return self.refuse(node, "a string with a NUL or half a surrogate pair", "remove it")
            return e.Literal(value, at)
        if isinstance(value, bool):
            return e.Literal(value, at)
        if isinstance(value, (int, float)):
            return self.number(node, at)
        fix = f"write {MIS_SPELLED['none']}" if value is None else "use text, numbers, True or False"
        return self.refuse(node, f"{show(value)} is not part of the language", fix)

    def number(self, node: ast.Constant, at: e.At) -> e.Expression:
        """Read a number from its text, so that `0.1` is exact."""
        if isinstance(node.value, int) and node.value < LARGEST:
            return e.Literal(node.value, at)
        try:
            return e.Literal(read_value(Number(), Decimal(self.text[at[0] : at[1]].replace("_", ""))), at)
        except (Refusal, InvalidOperation):
            fix = "at most 18 digits before the point and 9 after"
            return self.refuse(node, "a number that is too large or too fine", fix, "LR203")

    def name(self, node: ast.Name) -> e.Expression:
        name = _CLASS if node.id == _STAND_IN else node.id
        if name.casefold() in MIS_SPELLED:
            return self.refuse(node, f"`{name}` is not a name", f"write {MIS_SPELLED[name.casefold()]}", "LR211")
        return e.Name(name, self.at(node))

    def listing(self, node: ast.List) -> e.Expression:
        items = [self.expression(item) for item in node.elts]
        for item, lowered in zip(node.elts, items, strict=True):
            if not isinstance(lowered, e.Literal):
                self.refuse(item, "a list holds constants only", "compare with `==` and join with `or`")
        return e.ListOf(tuple([item for item in items if isinstance(item, e.Literal)]), self.at(node))

    def joined(self, node: ast.BoolOp) -> e.Expression:
        terms = tuple([self.expression(term) for term in node.values])
        return e.And(terms, self.at(node)) if isinstance(node.op, ast.And) else e.Or(terms, self.at(node))

    def unary(self, node: ast.UnaryOp) -> e.Expression:
        at = self.at(node)
        if isinstance(node.op, ast.Not):
            return e.Not(self.expression(node.operand), at)
        if not isinstance(node.op, ast.USub):
            return self.refuse(node, "this sign is not part of the language", "leave it out")
        term = self.expression(node.operand)
        match term:
            case e.Literal(bool()) | e.Literal(str()):
                pass
            case e.Literal(value) if isinstance(node.operand, ast.Constant) or value == 0:
                return e.Literal(-value if isinstance(value, int) else cast("Decimal", value).copy_negate(), at)
        return e.Negative(term, at)

    def binary(self, node: ast.BinOp) -> e.Expression:
        operator = _OPERATORS.get(type(node.op))
        left, right = self.expression(node.left), self.expression(node.right)
        if operator is None:
            return self.refuse(node, "this operator is not part of the language", "use + - * /")
        return e.Arithmetic(operator, left, right, self.at(node))

    def compare(self, node: ast.Compare) -> e.Expression:
        first = self.expression(node.left)
        rest = []
        for operator, right in zip(node.ops, node.comparators, strict=True):
            comparator = _COMPARATORS.get(type(operator))
            if comparator is None:
                return self.refuse(node, "`is` is not part of the language", "compare with `==`, or ask `known(field)`")
            rest.append((comparator, self.expression(right)))
        return e.Compare(first, tuple(rest), self.at(node))

    def call(self, node: ast.Call) -> e.Expression:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            return self.unknown_function(node)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            return self.refuse(node, "arguments are given by position", f"write {node.func.id}(…)", "LR216")
        return e.Call(node.func.id, tuple(self.expression(each) for each in node.args), self.at(node))

    def unknown_function(self, node: ast.Call) -> e.Expression:
        if isinstance(node.func, ast.Name):
            fix = did_you_mean(node.func.id, FUNCTIONS)
            return self.refuse(node.func, f"unknown function `{node.func.id}`", fix, "LR217")
        known = did_you_mean("", FUNCTIONS)
        return self.refuse(node, "only the language's functions can be called", known, "LR217")


_LOWER: dict[type[ast.expr], Callable[[_Lowering, Any], e.Expression]] = {
    ast.Constant: _Lowering.constant,
    ast.Name: _Lowering.name,
    ast.List: _Lowering.listing,
    ast.BoolOp: _Lowering.joined,
    ast.UnaryOp: _Lowering.unary,
    ast.BinOp: _Lowering.binary,
    ast.Compare: _Lowering.compare,
    ast.Call: _Lowering.call,
}
_CONSTRUCTS: dict[type[ast.expr], str] = {
    ast.Attribute: "an attribute",
    ast.Subscript: "a subscript",
    ast.Lambda: "a lambda",
    ast.IfExp: "`if … else`",
    ast.JoinedStr: "an f-string",
    ast.NamedExpr: "`:=`",
    ast.Tuple: "a tuple (a list takes [ ])",
    ast.Set: "a set (a list takes [ ])",
    ast.Dict: "a dictionary",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.Await: "`await`",
    ast.Starred: "`*`",
}
