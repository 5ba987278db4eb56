"""A condition whose names, types and constants have been checked.

Checking resolves each constant to the type of what it stands beside (`"2026-03-02"` beside a date is
that date, a bare number beside money is an amount in its currency), so that evaluating a checked
condition can never fail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from operator import is_
from typing import TypeAlias, assert_never, cast

from attrs import define, evolve, field, frozen

from leadrouter import vocabulary as v
from leadrouter.errors import did_you_mean
from leadrouter.facts import read_value
from leadrouter.refusal import Refusal, show
from leadrouter.rulepack import expression as e
from leadrouter.rulepack.functions import SIGNATURES, TAKES, regex, usage
from leadrouter.rulepack.never import BOUNDED, contradict, never_holds
from leadrouter.rulepack.operand import (
    BOOL,
    NUMBERS,
    are_comparable,
    example_of,
    fits,
    is_foreign,
    natural,
    result_of,
    spelled,
    type_name,
    widest,
)
from leadrouter.rulepack.syntax import Problem

_ORDERINGS = ("<", "<=", ">", ">=")


@frozen
class Scope:
    """What a condition may name.

    Fields with their types, which of them may be missing, business hours, and names that exist but
    are not known yet at this stage.
    """

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


def check_condition(written: e.Expression, scope: Scope) -> tuple[Condition | None, list[Problem], list[Problem]]:
    """Return the checked condition, what is wrong with it, and what only deserves a warning."""
    checker = _Checker(scope)
    root = checker.condition(written)
    if checker.problems:
        return None, checker.problems, checker.warnings
    return Condition(written, root, frozenset(checker.names)), [], checker.warnings


def _are_same(some: Iterable[e.Expression], others: Iterable[e.Expression]) -> bool:
    """Say whether nothing was resolved to anything else, so that the tree above it can stay."""
    return all(map(is_, some, others))


@frozen
class _Operand:
    """One side of a comparison with its type; there is none for a list, or where there was a fault."""

    node: e.Expression
    type: v.Type | None = None


_Sides: TypeAlias = tuple[e.Expression, e.Expression]


@define
class _Checker:
    scope: Scope
    problems: list[Problem] = field(factory=list)
    warnings: list[Problem] = field(factory=list)
    names: set[str] = field(factory=set)

    def refuse(self, code: str, message: str, node: e.Expression, fix: str | None = None) -> None:
        self.problems.append(Problem(code=code, message=message, at=node.at, fix=fix))

    def condition(self, node: e.Expression) -> e.Expression:
        """Resolve a node that must be true, false or unknown."""
        resolved, type_ = self.resolve(node)
        if type_ is not None and not isinstance(type_, v.Bool):
            self.refuse("LR212", f"this is {type_name(type_)}, not a condition", node, "compare it with something")
        return resolved

    def resolve(self, node: e.Expression) -> tuple[e.Expression, v.Type | None]:
        """Return the node with its constants resolved, and its type; None where there was a fault."""
        match node:
            case e.Name():
                return node, self._field(node, node.name)
            case e.Literal():
                return node, natural(node.value)
            case e.Compare():
                return self._compare(node), BOOL
            case e.ListOf():
                self.refuse("LR212", "a list stands only behind `in`", node, "write field in [a, b]")
                return node, None
            case e.Not(term):
                return e.Not(self.condition(term), node.at), BOOL
            case e.And(terms) | e.Or(terms):
                resolved = [self.condition(term) for term in terms]
                if isinstance(node, e.And) and not self.problems and contradict(resolved):
                    message = "this can never hold: no value meets both comparisons"
                    fix = "turn the bounds round, or ask for any of several values with `in [a, b]`"
                    self.warnings.append(Problem(code="LR222", message=message, at=node.at, fix=fix))
                return node if _are_same(resolved, terms) else type(node)(tuple(resolved), node.at), BOOL
            case e.Arithmetic():
                return self._arithmetic(node)
            case e.Negative(term):
                return self._negative(node, term)
            case e.Call():
                return self._call(node)
            case _:
                assert_never(node)

    def _field(self, node: e.Name, name: str) -> v.Type | None:
        self.names.add(name)
        type_ = self.scope.types.get(name)
        if type_ is None and name in self.scope.later:
            fix = "stages run in order: derive, patterns, tag, classify, route"
            self.refuse("LR219", f"`{name}` is not known yet at this stage", node, fix)
        elif type_ is None:
            self.refuse("LR211", f"unknown field `{name}`", node, self._meant(name))
        return type_

    def _meant(self, name: str) -> str:
        """Say what an unknown name may stand for: a value without its quotes, or another name."""
        values = (each.values for each in self.scope.types.values() if isinstance(each, v.Enum | v.EnumSet))
        is_value = any(name in each for each in values)
        return f'write `"{name}"`, in quotes' if is_value else did_you_mean(name, self.scope.types)

    # comparisons

    def _compare(self, node: e.Compare) -> e.Compare:
        left = self._operand(node.first)
        types = [left.type]
        operands: list[e.Expression] = []
        for comparator, second in node.rest:
            right = self._operand(second)
            one, other = self._link(node, comparator, left, right)
            if not operands:
                operands.append(one)
            elif isinstance(one, e.Literal) and one != operands[-1] and all(p.at != one.at for p in self.problems):
                fix = "write two comparisons, joined with `and`"
                self.refuse("LR212", "this constant means two things, one to each side", one, fix)
            operands.append(other)
            types.append(right.type)
            left = right
        checked = node
        if operands[0] is not node.first or not _are_same(operands[1:], [right for _, right in node.rest]):
            rest = [(comparator, right) for (comparator, _), right in zip(node.rest, operands[1:], strict=True)]
            checked = e.Compare(operands[0], tuple(rest), node.at)
        is_bounded = isinstance(types[0], BOUNDED) or isinstance(types[1], BOUNDED)
        may_never_hold = is_bounded or len(types) > 2 or operands[0] == node.first == operands[1]
        for message, fix in never_holds(checked, types) if may_never_hold and not self.problems else ():
            self.refuse("LR215", f"this can never hold: {message}", node, fix)
        return checked

    def _operand(self, node: e.Expression) -> _Operand:
        return _Operand(node) if isinstance(node, e.ListOf) else _Operand(*self.resolve(node))

    def _link(self, node: e.Compare, comparator: str, left: _Operand, right: _Operand) -> _Sides:
        """Check one comparison of a chain; return its sides with their constants resolved."""
        if comparator in ("!=", "not in"):
            self._ask_known(node, comparator, left, right)
        if isinstance(left.node, e.ListOf):
            self.refuse("LR212", f"a list before `{comparator}`", left.node, "a list stands only behind `in`")
        elif comparator in ("in", "not in"):
            return self._member(left, right)
        elif isinstance(right.node, e.ListOf):
            self.refuse("LR212", f"a list beside `{comparator}`", right.node, "a list stands only behind `in`")
        elif left.type is not None and right.type is not None:
            return self._pair(node, comparator, left, right)
        return left.node, right.node

    def _ask_known(self, node: e.Compare, comparator: str, *sides: _Operand) -> None:
        for each in sides:
            if isinstance(each.node, e.Name) and each.node.name in self.scope.optional:
                message = f"`{comparator}` is unknown, not true, where `{each.node.name}` is missing"
                fix = f"ask `known({each.node.name})` beside it"
                self.warnings.append(Problem(code="LR220", message=message, at=node.at, fix=fix))

    def _member(self, left: _Operand, right: _Operand) -> _Sides:
        """Check an `in`, whose right side is a list of constants or a field that holds a set."""
        listing = right.node
        if isinstance(listing, e.ListOf) and listing.items and _takes_constants(left):
            items = [self._constant(item, cast("v.Type", left.type)) for item in listing.items]
            return left.node, listing if _are_same(items, listing.items) else e.ListOf(tuple(items), listing.at)
        match left, right:
            case _Operand(e.Literal() as literal), _Operand(_, v.EnumSet(values, synonyms)):
                return self._constant(literal, v.Enum(values, synonyms)), right.node
            case _, _Operand(_, v.EnumSet()):
                self.refuse("LR212", "a set is asked for a constant", left.node, 'write "value" in field')
            case _, _Operand(e.ListOf(())):
                self.refuse("LR215", "nothing is in an empty list", right.node, "name at least one value")
            case _Operand(_, v.EnumSet()), _Operand(e.ListOf()):
                self.refuse("LR212", "a set is not in a list", left.node, 'ask `"value" in field` for each value')
            case _Operand(e.Literal()), _Operand(e.ListOf()):
                self.refuse("LR215", "a constant in a list says nothing of the lead", left.node, "ask for a field")
            case _ if right.type is not None:
                self.refuse("LR212", "`in` needs a list or a set", right.node, "write field in [a, b]")
        return left.node, right.node

    def _pair(self, node: e.Compare, comparator: str, left: _Operand, right: _Operand) -> _Sides:
        """Check two values beside each other; a constant takes the type of the other side."""
        one, other = cast("v.Type", left.type), cast("v.Type", right.type)
        if isinstance(right.node, e.Literal) and _takes_constants(left):
            self._ordered(node, comparator, one)
            return left.node, self._constant(right.node, one)
        match left.node, right.node:
            case _ if isinstance(one, v.EnumSet) or isinstance(other, v.EnumSet):
                self.refuse("LR212", f"a set beside `{comparator}`", node, 'ask `"value" in field`')
            case e.Literal(), e.Literal():
                message = "two constants are compared; this says nothing of the lead"
                self.refuse("LR215", message, node, "compare a field")
            case e.Literal() as literal, asked:
                self._ordered(node, comparator, other)
                return self._constant(literal, other), asked
            case _:
                self._comparable(node, comparator, one, other)
        return left.node, right.node

    def _comparable(self, node: e.Compare, comparator: str, left: v.Type, right: v.Type) -> None:
        match left, right:
            case v.Money(one), v.Money(other) if one != other:
                self.refuse("LR214", f"{one} compared with {other}", node, "compare amounts in one currency")
            case v.Enum(some), v.Enum(others) if not set(some) & set(others):
                message = "this can never hold: the two fields have no value in common"
                self.refuse("LR215", message, node, "compare fields that share a value")
            case _ if not are_comparable(left, right):
                message = f"{type_name(left)} compared with {type_name(right)}"
                self.refuse("LR212", message, node, "compare values of one type")
            case _:
                self._ordered(node, comparator, left)

    def _ordered(self, node: e.Compare, comparator: str, type_: v.Type) -> None:
        if comparator in _ORDERINGS and isinstance(type_, (v.Enum, v.Bool)):
            self.refuse("LR212", f"{type_name(type_)} has no order for `{comparator}`", node, "use == or in [a, b]")

    def _constant(self, literal: e.Literal, type_: v.Type) -> e.Literal:
        """Resolve a constant to the type of what it stands beside."""
        value = literal.value
        if isinstance(type_, v.Enum) and value in type_.values:
            return literal
        if isinstance(type_, v.Money) and is_foreign(value, type_.currency):
            self.refuse("LR214", f"{show(value)} beside {type_}", literal, f"write the amount in {type_.currency}")
            return literal
        if not fits(value, type_):
            message = f"{show(str(value))} is {spelled(value)}, beside {type_name(type_)}"
            self.refuse("LR212", message, literal, f"write {example_of(type_)}")
            return literal
        if isinstance(type_, v.Enum) and not type_.values:
            self.refuse("LR213", f"no rule of this pack gives the tag {show(value)}", literal, "give it under `tag`")
            return literal
        if isinstance(type_, (v.Int, v.Number)):
            return literal
        try:
            resolved = read_value(widest(type_), value)
        except Refusal as refusal:
            code = "LR213" if isinstance(type_, v.Enum) else "LR212"
            self.refuse(code, str(refusal), literal, refusal.fix)
            return literal
        return literal if resolved is value else e.Literal(resolved, literal.at)

    # arithmetic and functions

    def _negative(self, node: e.Negative, term: e.Expression) -> tuple[e.Expression, v.Type | None]:
        resolved, type_ = self.resolve(term)
        if type_ is not None and not isinstance(type_, NUMBERS):
            self.refuse("LR212", f"`-` before {type_name(type_)}", node, "numbers and money have a sign")
            return node, None
        return evolve(node, term=resolved), None if type_ is None else widest(type_)

    def _arithmetic(self, node: e.Arithmetic) -> tuple[e.Expression, v.Type | None]:
        left, left_type = self.resolve(node.left)
        right, right_type = self.resolve(node.right)
        type_: v.Type | None = None
        match left_type, right_type:
            case (None, _) | (_, None):
                pass
            case v.Money(one), v.Money(other) if one != other:
                message = f"{left_type} {node.operator} {right_type}"
                self.refuse("LR214", message, node, "count in one currency")
            case _:
                type_ = result_of(node, left_type, right_type)
                if type_ is None:
                    message = f"`{node.operator}` between {type_name(left_type)} and {type_name(right_type)}"
                    fix = "count with numbers; add money to money, multiply it by numbers"
                    self.refuse("LR212", message, node, fix)
        return evolve(node, left=left, right=right), type_

    def _call(self, node: e.Call) -> tuple[e.Expression, v.Type | None]:
        wanted, result = SIGNATURES[node.function]
        if len(node.arguments) != len(wanted):
            takes = f"{len(wanted)} argument{'s' * (len(wanted) > 1)}"
            message = f"`{node.function}` takes {takes}, not {len(node.arguments)}"
            self.refuse("LR216", message, node, usage(node.function))
            return node, None
        arguments = tuple(
            self._argument(node.function, kind, argument) for kind, argument in zip(wanted, node.arguments, strict=True)
        )
        return evolve(node, arguments=arguments), result

    def _argument(self, function: str, kind: str, argument: e.Expression) -> e.Expression:
        if kind in ("string", "pattern", "hours"):
            return self._string(function, kind, argument)
        if kind == "field":
            if not isinstance(argument, e.Name):
                self.refuse("LR216", f"`{function}` asks for a field", argument, usage(function))
            else:
                self._field(argument, argument.name)
            return argument
        resolved, type_ = self.resolve(argument)
        if isinstance(resolved, e.Literal) and isinstance(resolved.value, str) and kind == "day":
            return self._constant(resolved, v.Date())
        if isinstance(resolved, e.Literal):
            self.refuse("LR216", f"`{function}` of a constant", argument, usage(function))
        elif type_ is not None and not isinstance(type_, TAKES[kind]):
            self.refuse("LR216", f"`{function}` of {type_name(type_)}", argument, usage(function))
        return resolved

    def _string(self, function: str, kind: str, argument: e.Expression) -> e.Expression:
        if isinstance(argument, e.ListOf):
            fix = f"ask for each with a `{function}` of its own, joined by `or`"
            self.refuse("LR216", f"`{function}` takes one string, not a list", argument, fix)
            return argument
        if not isinstance(argument, e.Literal) or not isinstance(argument.value, str) or not argument.value:
            self.refuse("LR216", f"`{function}` needs a string in quotes here", argument, usage(function))
        elif kind == "hours" and argument.value not in self.scope.hours:
            fix = did_you_mean(argument.value, self.scope.hours)
            self.refuse("LR221", f"unknown hours {show(argument.value)}", argument, fix)
        elif kind == "pattern":
            try:
                regex(argument.value)
            except ValueError as error:
                fix = "patterns are in RE2's dialect; double each backslash"
                self.refuse("LR218", f"not a pattern: {error}", argument, fix)
        return argument


def _takes_constants(operand: _Operand) -> bool:
    """Say whether constants beside it take its type: it is a value of the lead, and no set."""
    is_constant, is_set = isinstance(operand.node, e.Literal), isinstance(operand.type, v.EnumSet)
    return operand.type is not None and not is_constant and not is_set
