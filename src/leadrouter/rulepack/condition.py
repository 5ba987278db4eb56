"""A condition whose names, types and constants have been checked.

Checking resolves each constant to the type of what it stands beside (`"2026-03-02"` beside a date is
that date, a bare number beside money is an amount in its currency), so that evaluating a checked
condition can never fail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from attrs import define, evolve, field, frozen

from leadrouter import vocabulary as v
from leadrouter.errors import did_you_mean
from leadrouter.facts import Refusal, read_value, split_money
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.syntax import Problem

_NUMBERS = (v.Int, v.Number, v.Money)
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@frozen
class Scope:
    """What a condition may name: fields with types, which of them may be missing, hours, and names
    that exist but are not known yet at this stage."""

    types: Mapping[str, v.Type]
    optional: Collection[str] = frozenset()
    hours: Collection[str] = frozenset()
    later: Collection[str] = frozenset()


@frozen
class Condition:
    """A checked condition: `written` as the pack says it, `root` with its constants resolved."""

    written: e.Expression
    root: e.Expression
    names: frozenset[str]


def check_condition(
    written: e.Expression, scope: Scope
) -> tuple[Condition | None, list[Problem], list[Problem]]:
    """Return the checked condition, what is wrong with it, and what only deserves a warning."""
    checker = _Checker(scope)
    root, type_ = checker.resolve(written)
    if type_ is not None and not isinstance(type_, v.Bool):
        checker.refuse("LR212", f"this is {_kind(type_)}, not a condition", written, "compare it with something")
    if checker.problems:
        return None, checker.problems, checker.warnings
    return Condition(written, root, e.names(root)), [], checker.warnings


@lru_cache(maxsize=4096)
def regex(pattern: str) -> Any:
    """Return the compiled RE2 pattern, whose matching takes time linear in the text.

    Raises:
        ValueError: RE2 refuses the pattern; the message says why.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "not a pattern"
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def _kind(type_: v.Type) -> str:
    return str(type_) if isinstance(type_, v.Money) else v.plain(type_)


@define
class _Checker:
    scope: Scope
    problems: list[Problem] = field(factory=list)
    warnings: list[Problem] = field(factory=list)

    def refuse(self, code: str, message: str, node: e.Expression, fix: str | None = None) -> None:
        self.problems.append(Problem(code=code, message=message, at=node.at, fix=fix))

    def resolve(self, node: e.Expression) -> tuple[e.Expression, v.Type | None]:
        """Return the node with its constants resolved, and its type; None where there was a fault."""
        match node:
            case e.Literal(value):
                return node, _natural(value)
            case e.Name(name):
                return node, self._field(node, name)
            case e.ListOf():
                self.refuse("LR212", "a list stands only behind `in`", node, "write field in [a, b]")
                return node, None
            case e.Not(term):
                return evolve(node, term=self._condition(term)), v.Bool()
            case e.And(terms) | e.Or(terms):
                return evolve(node, terms=tuple(self._condition(term) for term in terms)), v.Bool()
            case e.Compare():
                return self._compare(node), v.Bool()
            case e.Arithmetic():
                return self._arithmetic(node)
            case e.Negative(term):
                resolved, type_ = self.resolve(term)
                if type_ is not None and not isinstance(type_, _NUMBERS):
                    self.refuse("LR212", f"`-` before {_kind(type_)}", node, "numbers and money have a sign")
                    return node, None
                return evolve(node, term=resolved), _unbounded(type_)
            case e.Call():
                return self._call(node)

    def _field(self, node: e.Name, name: str) -> v.Type | None:
        type_ = self.scope.types.get(name)
        if type_ is None and name in self.scope.later:
            self.refuse("LR219", f"`{name}` is not known yet at this stage", node, "stages run in order: derive, tag, classify, route")
        elif type_ is None:
            self.refuse("LR211", f"unknown field `{name}`", node, did_you_mean(name, self.scope.types))
        return type_

    def _condition(self, node: e.Expression) -> e.Expression:
        resolved, type_ = self.resolve(node)
        if type_ is not None and not isinstance(type_, v.Bool):
            self.refuse("LR212", f"this is {_kind(type_)}, not a condition", node, "compare it with something")
        return resolved

    # comparisons

    def _compare(self, node: e.Compare) -> e.Compare:
        operands = [node.first, *(right for _, right in node.rest)]
        resolved = [each if isinstance(each, e.ListOf) else None for each in operands]
        types: list[v.Type | None] = [None] * len(operands)
        for index, operand in enumerate(operands):
            if not isinstance(operand, e.ListOf):
                resolved[index], types[index] = self.resolve(operand)  # type: ignore[call-overload]
        nodes = cast("list[e.Expression]", resolved)
        for index, (comparator, _) in enumerate(node.rest):
            pair = slice(index, index + 2)
            if comparator in ("in", "not in"):
                nodes[pair] = self._member(node, nodes[index], types[index], nodes[index + 1], types[index + 1])
            else:
                nodes[pair] = self._pair(node, comparator, nodes[index], types[index], nodes[index + 1], types[index + 1])
            self._ask_known(comparator, nodes[index], node)
        checked = evolve(node, first=nodes[0], rest=tuple((c, n) for (c, _), n in zip(node.rest, nodes[1:], strict=True)))
        if not self.problems:
            self._refuse_never(checked, types)
        return checked

    def _ask_known(self, comparator: str, left: e.Expression, node: e.Compare) -> None:
        if comparator in ("!=", "not in") and isinstance(left, e.Name) and left.name in self.scope.optional:
            message = f"`{comparator}` is unknown, not true, where `{left.name}` is missing"
            self.warnings.append(Problem(code="LR220", message=message, at=node.at, fix=f"ask `known({left.name})` beside it"))

    def _member(
        self, node: e.Compare, left: e.Expression, left_type: v.Type | None, right: e.Expression, right_type: v.Type | None
    ) -> list[e.Expression]:
        if isinstance(right_type, v.EnumSet):
            if not isinstance(left, e.Literal):
                self.refuse("LR212", "a set is asked for a constant", left, 'write "value" in field')
                return [left, right]
            return [self._constant(left, v.Enum(right_type.values, right_type.synonyms)), right]
        if not isinstance(right, e.ListOf):
            self.refuse("LR212", "`in` needs a list or a set", right, "write field in [a, b]")
            return [left, right]
        if not right.items:
            self.refuse("LR215", "nothing is in an empty list", node, "name at least one value")
        if left_type is None:
            return [left, right]
        if isinstance(left_type, v.EnumSet):
            self.refuse("LR212", "a set is not in a list", left, 'ask `"value" in field` for each value')
            return [left, right]
        items = tuple(self._constant(item, left_type) for item in right.items)
        return [left, evolve(right, items=items)]

    def _pair(
        self, node: e.Compare, comparator: str, left: e.Expression, left_type: v.Type | None, right: e.Expression, right_type: v.Type | None
    ) -> list[e.Expression]:
        if isinstance(left, e.ListOf) or isinstance(right, e.ListOf):
            self.refuse("LR212", f"a list beside `{comparator}`", node, "a list stands only behind `in`")
            return [left, right]
        if left_type is None or right_type is None:
            return [left, right]
        if isinstance(left, e.Literal) and isinstance(right, e.Literal):
            self.refuse("LR215", "two constants are compared; this says nothing of the lead", node, "compare a field")
        elif isinstance(right, e.Literal):
            right, right_type = self._constant(right, left_type), left_type
        elif isinstance(left, e.Literal):
            left, left_type = self._constant(left, right_type), right_type
        self._comparable(node, comparator, left_type, right_type, right)
        return [left, right]

    def _comparable(self, node: e.Compare, comparator: str, left: v.Type, right: v.Type, second: e.Expression) -> None:
        if isinstance(left, v.EnumSet) or isinstance(right, v.EnumSet):
            self.refuse("LR212", f"a set beside `{comparator}`", node, 'ask `"value" in field`')
        elif isinstance(left, v.Money) and isinstance(right, v.Money) and left.currency != right.currency:
            self.refuse("LR214", f"{left.currency} compared with {right.currency}", node, "compare amounts in one currency")
        elif not _same_kind(left, right):
            if not self.problems or self.problems[-1].at != second.at:
                self.refuse("LR212", f"{_kind(left)} compared with {_kind(right)}", node, "compare values of one type")
        elif isinstance(left, (v.Enum, v.Bool)) and comparator not in ("==", "!="):
            self.refuse("LR212", f"{_kind(left)} has no order for `{comparator}`", node, "use == or in [a, b]")
        elif isinstance(left, v.Enum) and isinstance(right, v.Enum) and not set(left.values) & set(right.values):
            self.refuse("LR215", "these two fields have no value in common", node, "this can never hold")

    def _constant(self, literal: e.Literal, type_: v.Type) -> e.Literal:
        """Resolve a constant to the type of what it stands beside."""
        value = literal.value
        if isinstance(value, str) and isinstance(type_, v.Money) and _is_currency(value, type_.currency) is False:
            self.refuse("LR214", f"`{value}` beside {type_}", literal, f"write the amount in {type_.currency}")
            return literal
        takes_text = isinstance(type_, (v.Enum, v.Text, v.Date, v.Instant, v.Duration, v.Money))
        if isinstance(value, str) != takes_text and not (isinstance(type_, v.Money) and not isinstance(value, bool)):
            self.refuse("LR212", f"`{value}` is {_spelled(value)}, beside {_kind(type_)}", literal, f"write {_example(type_)}")
            return literal
        if isinstance(type_, v.Bool) != isinstance(value, bool):
            self.refuse("LR212", f"`{value}` beside {_kind(type_)}", literal, f"write {_example(type_)}")
            return literal
        if isinstance(type_, (v.Int, v.Number)):
            return literal
        try:
            return evolve(literal, value=read_value(_widest(type_), value))
        except Refusal as refusal:
            code = "LR213" if isinstance(type_, v.Enum) else "LR212"
            self.refuse(code, str(refusal), literal, refusal.fix)
            return literal

    def _refuse_never(self, node: e.Compare, types: list[v.Type | None]) -> None:
        """Refuse a comparison with a constant that the field's bounds rule out, and an empty range."""
        for index, (left, comparator, right) in enumerate(node.links()):
            if isinstance(right, e.Literal) and _never(comparator, right.value, types[index]):
                self.refuse("LR215", "this can never hold: the value is out of the field's range", node, _range(types[index]))
            elif isinstance(left, e.Literal) and _never(_TURNED.get(comparator, comparator), left.value, types[index + 1]):
                self.refuse("LR215", "this can never hold: the value is out of the field's range", node, _range(types[index + 1]))
            elif comparator == "in" and isinstance(right, e.ListOf):
                if all(_never("==", item.value, types[index]) for item in right.items):
                    self.refuse("LR215", "this can never hold: no value is in the field's range", node, _range(types[index]))
        if len(node.rest) == 2 and _empty_range(node):
            self.refuse("LR215", "this can never hold: the range is empty", node, "turn the bounds round")

    # arithmetic and functions

    def _arithmetic(self, node: e.Arithmetic) -> tuple[e.Expression, v.Type | None]:
        left, left_type = self.resolve(node.left)
        right, right_type = self.resolve(node.right)
        if left_type is None or right_type is None:
            return node, None
        checked = evolve(node, left=left, right=right)
        if not isinstance(left_type, _NUMBERS) or not isinstance(right_type, _NUMBERS):
            self.refuse("LR212", f"`{node.operator}` between {_kind(left_type)} and {_kind(right_type)}", node, "numbers and money are counted with")
            return checked, None
        money = [each for each in (left_type, right_type) if isinstance(each, v.Money)]
        if len(money) == 2 and left_type.currency != right_type.currency:  # type: ignore[union-attr]  # both are money
            self.refuse("LR214", f"{left_type} {node.operator} {right_type}", node, "count in one currency")
            return checked, None
        type_ = _result(node, left_type, right_type)
        if type_ is None:
            self.refuse("LR212", f"`{node.operator}` between {_kind(left_type)} and {_kind(right_type)}", node, "add money to money, multiply it by numbers")
        return checked, type_

    def _call(self, node: e.Call) -> tuple[e.Expression, v.Type | None]:
        wanted, result = _SIGNATURES[node.function]
        if len(node.arguments) != len(wanted):
            self.refuse("LR216", f"`{node.function}` takes {len(wanted)} argument{'s' * (len(wanted) > 1)}, not {len(node.arguments)}", node, _usage(node.function))
            return node, result
        arguments = tuple(
            self._argument(node.function, kind, argument) for kind, argument in zip(wanted, node.arguments, strict=True)
        )
        return evolve(node, arguments=arguments), result

    def _argument(self, function: str, kind: str, argument: e.Expression) -> e.Expression:
        if kind in ("string", "pattern", "hours"):
            return self._string(function, kind, argument)
        if kind == "field":
            if not isinstance(argument, e.Name):
                self.refuse("LR216", f"`{function}` asks for a field", argument, _usage(function))
            else:
                self._field(argument, argument.name)
            return argument
        resolved, type_ = self.resolve(argument)
        takes: dict[str, tuple[type, ...]] = {"text": (v.Text,), "day": (v.Date, v.Instant), "instant": (v.Instant,)}
        if isinstance(resolved, e.Literal) and kind == "day" and isinstance(resolved.value, str):
            return self._constant(resolved, v.Date())
        if type_ is not None and (isinstance(resolved, e.Literal) or not isinstance(type_, takes[kind])):
            self.refuse("LR216", f"`{function}` of {_kind(type_)}", argument, _usage(function))
        return resolved

    def _string(self, function: str, kind: str, argument: e.Expression) -> e.Expression:
        if not isinstance(argument, e.Literal) or not isinstance(argument.value, str) or not argument.value:
            self.refuse("LR216", f"`{function}` needs a string in quotes here", argument, _usage(function))
        elif kind == "hours" and argument.value not in self.scope.hours:
            self.refuse("LR221", f"unknown hours `{argument.value}`", argument, did_you_mean(argument.value, self.scope.hours))
        elif kind == "pattern":
            try:
                regex(argument.value)
            except ValueError as error:
                self.refuse("LR218", f"not a pattern: {error}", argument, "patterns are in RE2's dialect; double each backslash")
        return argument


_SIGNATURES: dict[str, tuple[tuple[str, ...], v.Type]] = {
    "contains": (("text", "string"), v.Bool()),
    "starts_with": (("text", "string"), v.Bool()),
    "ends_with": (("text", "string"), v.Bool()),
    "matches": (("text", "pattern"), v.Bool()),
    "known": (("field",), v.Bool()),
    "weekday": (("day",), v.Enum(v.WEEKDAYS)),
    "hour": (("instant",), v.Int(0, 23)),
    "date": (("instant",), v.Date()),
    "days_between": (("day", "day"), v.Int()),
    "in_hours": (("instant", "hours"), v.Bool()),
}
_WORDS = {
    "text": "text", "string": '"words"', "pattern": '"pattern"', "field": "field",
    "day": "date", "instant": "instant", "hours": '"hours"',
}  # fmt: skip


def _usage(function: str) -> str:
    return f"write {function}({', '.join(_WORDS[kind] for kind in _SIGNATURES[function][0])})"


def _natural(value: object) -> v.Type:
    if isinstance(value, bool):
        return v.Bool()
    if isinstance(value, int):
        return v.Int()
    return v.Text() if isinstance(value, str) else v.Number()


def _unbounded(type_: v.Type | None) -> v.Type | None:
    return type_ if type_ is None else _widest(type_)


def _widest(type_: v.Type) -> v.Type:
    """Return the type without its bounds: a constant may lie outside them."""
    if isinstance(type_, (v.Int, v.Number, v.Money, v.Duration)):
        return cast("v.Type", evolve(type_, least=None, most=None))
    return type_


def _same_kind(left: v.Type, right: v.Type) -> bool:
    numbers = (v.Int, v.Number)
    return type(left) is type(right) or (isinstance(left, numbers) and isinstance(right, numbers))


def _is_currency(text: str, currency: str) -> bool | None:
    try:
        written, _ = split_money(text)
    except Refusal:
        return None
    return None if written is None else written == currency


def _spelled(value: object) -> str:
    return "text" if isinstance(value, str) else "a bool" if isinstance(value, bool) else "a number"


def _example(type_: v.Type) -> str:
    match type_:
        case v.Bool():
            return "True or False"
        case v.Enum(values):
            return f'one of "{values[0]}", …' if values else "a value"
        case v.Int() | v.Number() | v.Money():
            return "a number, such as 300_000"
        case v.Date():
            return '"2026-03-02"'
        case v.Instant():
            return '"2026-03-02T10:00+03:00"'
        case v.Duration():
            return '"30d"'
    return "text in quotes"


def _result(node: e.Arithmetic, left: v.Type, right: v.Type) -> v.Type | None:
    """Return the type of an operation on numbers and money, or None where it has no meaning."""
    left_money, right_money = isinstance(left, v.Money), isinstance(right, v.Money)
    money = _widest(left) if left_money else _widest(right)
    if node.operator in "+-":
        if left_money or right_money:
            bare = isinstance(node.right if left_money else node.left, e.Literal)
            return money if left_money == right_money or bare else None
    elif left_money and right_money:
        return v.Number() if node.operator == "/" else None
    elif left_money or (right_money and node.operator == "*"):
        return money
    elif right_money:
        return None
    both_whole = isinstance(left, v.Int) and isinstance(right, v.Int)
    return v.Int() if both_whole and node.operator != "/" else v.Number()


_NEVER: dict[str, Callable[[Any, Any, Any], bool]] = {
    "<": lambda value, least, most: least is not None and value <= least,
    "<=": lambda value, least, most: least is not None and value < least,
    ">": lambda value, least, most: most is not None and value >= most,
    ">=": lambda value, least, most: most is not None and value > most,
    "==": lambda value, least, most: (least is not None and value < least) or (most is not None and value > most),
}


def _never(comparator: str, value: object, type_: v.Type | None) -> bool:
    if not isinstance(type_, (v.Int, v.Number, v.Money, v.Duration)) or isinstance(value, (str, datetime)):
        return False
    ruled_out = _NEVER.get(comparator)
    return ruled_out is not None and ruled_out(value, type_.least, type_.most)


def _range(type_: v.Type | None) -> str:
    assert isinstance(type_, (v.Int, v.Number, v.Money, v.Duration))
    least = "…" if type_.least is None else type_.least
    most = "…" if type_.most is None else type_.most
    return f"the field goes from {least} to {most}"


def _empty_range(node: e.Compare) -> bool:
    (first, second), (low, high) = (node.rest[0][0], node.rest[1][0]), (node.first, node.rest[1][1])
    if not isinstance(low, e.Literal) or not isinstance(high, e.Literal):
        return False
    lower, upper = cast("Any", low.value), cast("Any", high.value)
    if first in ("<", "<=") and second in ("<", "<="):
        return bool(lower > upper or (lower == upper and "<" in (first, second)))
    if first in (">", ">=") and second in (">", ">="):
        return bool(lower < upper or (lower == upper and ">" in (first, second)))
    return False
