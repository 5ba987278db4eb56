"""The tree of a condition."""

from __future__ import annotations

from leadrouter.rulepack import expression as e

A, B, C = (e.Name(name) for name in "abc")
ONE = e.Literal(1)
TREE = e.And(
    (
        e.Or((A, e.Not(B))),
        e.Compare(A, (("<", ONE), ("in", e.ListOf((ONE, ONE))))),
        e.Compare(e.Arithmetic("+", A, e.Negative(C)), (("==", ONE),)),
        e.Call("known", (B,)),
    )
)


def test_where_an_expression_was_written_does_not_count():
    """Trees are compared by what they say."""
    assert e.Name("a", (5, 6)) == A
    assert hash(e.Literal(1, (5, 6))) == hash(ONE)


def test_a_tree_is_walked_from_the_left():
    """Every node once, with everything below it."""
    assert [each.name for each in e.walk(TREE) if isinstance(each, e.Name)] == ["a", "b", "a", "a", "c", "b"]
    assert sum(isinstance(each, e.Literal) for each in e.walk(TREE)) == 4
    assert e.names(TREE) == {"a", "b", "c"}
    assert e.names(ONE) == frozenset()


def test_a_chain_has_links():
    """`a < 1 in [1, 1]` is `a < 1` and `1 in [1, 1]`."""
    assert list(TREE.terms[1].links()) == [(A, "<", ONE), (ONE, "in", e.ListOf((ONE, ONE)))]
