"""Laws of the proof that a table decides every lead."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

from hypothesis import assume, event, given, reject, settings
from hypothesis import strategies as st

from leadrouter.errors import PackError
from leadrouter.facts import read_value, write_value
from leadrouter.routing.evaluate import first_that_holds
from leadrouter.routing.rule_pack import RulePack
from leadrouter.rulepack.region import Cells, alternatives
from leadrouter.rulepack.rule import Table
from leadrouter.rulepack.total import uncovered
from tests.pack_strategies import CLASSES, comparisons, literal, pack_of, tables
from tests.word_strategies import ORDERED, Word, words

MOST = 3_000


@st.composite
def decided_by_cells(draw: st.DrawFn) -> str:
    """Draw a pack whose conditions single fields decide."""
    vocabulary = (_FLAG, *(word for word in draw(words(most=3)) if word.kind != "set"))
    single = st.sampled_from(vocabulary).flatmap(comparisons)
    return pack_of(
        vocabulary, classify=[*draw(tables("c", "class", CLASSES, single)), *draw(almost_everything(vocabulary))]
    )


@st.composite
def almost_everything(draw: st.DrawFn, vocabulary: tuple[Word, ...]) -> list[str]:
    """Draw rules that take all values of a field, but perhaps for some at a border or for the missing one."""
    word = draw(st.sampled_from(vocabulary))
    name, low, high = (
        word.name,
        literal(draw(st.sampled_from(word.constants))),
        literal(draw(st.sampled_from(word.constants))),
    )
    parts = (
        [f"{name} < {low}", f"{name} >= {high}"] if word.kind in ORDERED else [f"{name} == {low}", f"{name} != {high}"]
    )
    whens = draw(
        st.sampled_from(([*parts, f"not known({name})"], parts, [f"{name} == {high}", *parts, f"not known({name})"]))
    )
    return [f"{{rule: e-{index}, when: '{when}', class: mass}}" for index, when in enumerate(whens)]


def parse(text: str) -> RulePack:
    """Return the pack, unless the checker refuses a comparison that can never hold."""
    try:
        return RulePack.parse(text)
    except PackError:
        reject()


def without_default(pack: RulePack) -> Table:
    """Return the table of classes without its last rule; its conditions are few enough to be brought into regions."""
    table = Table("classify", pack.checked.table("classify").rules[:-1])
    assume(not any(way.residue for rule in table for way in alternatives(rule, pack.checked.types)))
    return table


_FLAG = Word(name="is_extra", kind="bool", constants=(True, False), raws=())


def every_region(pack: RulePack) -> list[dict[str, Any]]:
    """Return a lead for each combination of cells that a lead can lie in, or as many as are worth trying."""
    values = [
        regions(pack.index.cells[each.name], is_known=each.required or each.default is not None)
        for each in pack.vocabulary
    ]
    names = [each.name for each in pack.vocabulary]
    return [dict(zip(names, choice, strict=True)) for choice in islice(product(*values), MOST + 1)]


def regions(cells: Cells, *, is_known: bool) -> list[Any]:
    found = [cells.example(cell) for cell in range(cells.count) if cells.is_possible(cell)]
    return found if is_known else [*found, None]


@settings(max_examples=150)
@given(decided_by_cells())
def test_a_table_is_proven_total_exactly_where_every_region_is_decided(text: str) -> None:
    """Trying a lead of each region finds a gap if and only if the proof does."""
    pack = parse(text)
    table = without_default(pack)
    everything = every_region(pack)
    assume(len(everything) <= MOST)
    gaps = [facts for facts in everything if first_that_holds(table, facts, pack.checked.calendar) is None]
    assert (uncovered(table, pack.checked) is None) == (not gaps)
    event("total" if not gaps else "gap")


@settings(max_examples=150)
@given(decided_by_cells())
def test_a_gap_is_shown_by_a_lead_that_could_arrive(text: str) -> None:
    """No rule takes the witness of a gap, and each of its values is one that the field takes."""
    pack = parse(text)
    table = without_default(pack)
    gap = uncovered(table, pack.checked)
    assume(gap is not None)
    witness = gap.witness()
    assert first_that_holds(table, witness, pack.checked.calendar) is None
    for name, value in witness.items():
        type_ = pack.vocabulary[name].type
        assert value is None or read_value(type_, write_value(type_, value)) == value
        assert f"`{name}`" in str(gap)
