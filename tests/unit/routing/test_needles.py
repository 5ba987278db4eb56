"""Words in texts: few are looked for one by one, many by an automaton, with the same answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrouter import RulePack
from leadrouter.routing.needles import FEW

WORDS = [a + b for a in "абвж" for b in ("", "о", "ок", "окс", "й", "!", "ß")]
assert len(WORDS) > FEW


def pack_of(conditions) -> RulePack:
    rules = "".join(f"  - {{rule: r{n}, when: '{each}', class: complex}}\n" for n, each in enumerate(conditions))
    return RulePack.parse(
        f"pack: words\nvocabulary: {{message: text, note: {{type: text, default: Вода}}}}\nclassify:\n{rules}"
        "  - {rule: rest, default: true, class: mass}\nroute: [{rule: all, default: true, to: x}]\n"
        "routes: {x: [{to: person(p)}]}\n"
    )


MANY = pack_of(
    [f'contains(message, "{word * 2}")' for word in WORDS] + [f'not contains(message, "{w}")' for w in WORDS]
)
FEW_WORDS = pack_of([f'contains(message, "{word}") and not contains(message, "{word}о")' for word in WORDS[:9]])
BOTH = pack_of(
    ['contains(message, "а") and contains(message, "б")', 'contains(note, "вод")', 'not contains(note, "x")']
)


@pytest.mark.parametrize("pack", [MANY, FEW_WORDS, BOTH], ids=["many", "few", "both"])
@given(text=st.one_of(st.none(), st.text("абвжокйß!АБВЖОКЙẞ\u0306\u0438 ", max_size=12)))
def test_the_index_finds_the_words_that_the_reference_finds(pack, text):
    """Case folds, decomposed letters compose, and a missing text contains nothing and lacks nothing."""
    facts = {"message": text}
    assert pack.decide(facts) == pack.evaluate(facts)


def test_a_default_text_is_searched():
    """A field's default stands for a missing value here too."""
    assert BOTH.decide({}).rules["classify"] == "r1"
    assert BOTH.decide({"note": "x"}).rules["classify"] == "rest"
