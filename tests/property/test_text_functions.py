"""Text functions fold case, Cyrillic too; comparison and patterns do not."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from leadrouter.routing.evaluate import fold, value_of
from leadrouter.rulepack import expression as e
from tests.strategies import CALENDAR

texts = st.text(st.characters(categories=("L", "N", "Z", "M")), min_size=1, max_size=10)
cyrillic = st.text("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", min_size=1, max_size=10)


def asks(function: str, text: str, part: str) -> bool:
    return value_of(e.Call(function, (e.Literal(text), e.Literal(part))), {}, CALENDAR)


@given(cyrillic, cyrillic, cyrillic)
def test_cyrillic_folds(before: str, part: str, after: str):
    """«ПРЕСС» is contained in «заявка на пресс», begins «прессы» and ends «пресс»."""
    assert asks("contains", (before + part + after).lower(), part)
    assert asks("starts_with", (part + after).lower(), part)
    assert asks("ends_with", before + part, part.lower())


@given(texts)
@example("ﬁn")
@example("ΐ")
@example("İ")
def test_folding_twice_is_folding_once(text: str):
    """Folding is idempotent, and the same for composed and decomposed text."""
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFC", text.casefold()))


@given(texts, texts)
def test_a_text_contains_what_it_begins_or_ends_with(text: str, part: str):
    """`starts_with` and `ends_with` each imply `contains`, and every text contains itself."""
    assert asks("contains", text, text)
    if asks("starts_with", text, part) or asks("ends_with", text, part):
        assert asks("contains", text, part)


def test_patterns_do_not_fold():
    """A pattern says itself whether case counts."""
    assert not asks("matches", "ПРЕСС", "пресс")
    assert asks("matches", "ПРЕСС", "(?i)пресс")
