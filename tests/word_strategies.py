"""Fields of generated packs: how they are written, their constants, and what leads bring for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen
from hypothesis import strategies as st

from leadrouter import vocabulary as v
from leadrouter.facts import read_value

NUMERIC = ("int", "decimal", "money")
ORDERED = (*NUMERIC, "date", "instant", "duration")


@frozen(kw_only=True)
class Word:
    """A field: how its type is written, the constants that conditions use, and what leads may bring.

    `least` and `most` are its bounds, `domain` what stands in its type beside them.
    """

    name: str
    kind: str
    constants: tuple[Any, ...]
    raws: tuple[Any, ...] = field(eq=False, repr=False)
    domain: str = ""
    least: Any = None
    most: Any = None
    options: str = ""

    @property
    def type(self) -> str:
        """The type as a pack writes it."""
        if self.domain:
            return f"{{{self.kind}: {self.domain}}}"
        inside = ["currency: RUB"] if self.kind == "money" else []
        bounds = (("min", self.least), ("max", self.most))
        inside += [f"{key}: {_plain(value)}" for key, value in bounds if value is not None]
        return f"{{{self.kind}: {{{', '.join(inside)}}}}}" if inside else self.kind

    @property
    def written(self) -> str:
        """The line of the vocabulary."""
        return f"  {self.name}: {{type: {self.type}{self.options}}}"

    def can_hold(self, comparator: str, constant: Any) -> bool:
        """Say whether the field's range leaves a comparison possible; the checker refuses one that is not."""
        if self.kind not in _BOUNDED:
            return True
        value = read_value(_BOUNDED[self.kind], constant)
        if self.kind == "int" and comparator == "==" and value % 1:
            return False
        below = self.least is not None and (value < self.least or (value == self.least and comparator == "<"))
        above = self.most is not None and (value > self.most or (value == self.most and comparator == ">"))
        return not (below and comparator in ("<", "<=", "==")) and not (above and comparator in (">", ">=", "=="))


_BOUNDED: Mapping[str, v.Type] = {
    "int": v.Number(),
    "decimal": v.Number(),
    "money": v.Money("RUB"),
    "duration": v.Duration(),
}


def _plain(value: Any) -> str:
    return f"{value.total_seconds():.0f}s" if isinstance(value, timedelta) else str(value)


def _around(*values: Any) -> tuple[Any, ...]:
    """Numbers at and beside some values, in the shapes in which they arrive."""
    near = [value + step for value in values for step in (Decimal(0), Decimal(1), Decimal(-1), Decimal("0.5"))]
    whole = [int(value) for value in near if value == value.to_integral_value()]
    return (*near, *whole, *(float(value) for value in near), *(str(value) for value in near))


JUNK: tuple[Any, ...] = (
    "a" + "\u0316\u0315" * 20,
    True,
    1,
    0,
    "",
    "1",
    "да",
    "junk",
    "\0",
    [],
    {},
    ["x"],
    float("nan"),
    10**18,
    Decimal("1e-10"),
    object,
)
_INTS = tuple(map(Decimal, (-3, -1, 0, 1, 2, 5, 7)))
_INT = Word(name="count", kind="int", constants=(-1, 0, 1, 2, 5, Decimal("0.5"), Decimal("1.5")), raws=_around(*_INTS))
_DECIMAL = Word(
    name="ratio",
    kind="decimal",
    constants=(-1, 0, 1, Decimal("0.5"), Decimal("0.1"), Decimal("2.25")),
    raws=(*_around(Decimal(0), Decimal("0.5"), Decimal("2.25")), "0,5", "1 000"),
)
_MONEY = Word(
    name="amount",
    kind="money",
    constants=(0, 1, 300_000, Decimal("99.99"), "2 RUB", "300_000 ₽"),
    raws=(*_around(Decimal(0), Decimal(300_000), Decimal("99.99")), "300 000 ₽", "5 USD", "99,99"),
)
_TEXT = Word(
    name="note",
    kind="text",
    constants=("", "a", "Завод", "é", "m"),
    raws=(
        "",
        "a",
        "A",
        "завод",
        "Завод",
        "e\N{COMBINING ACUTE ACCENT}",
        "é",
        "наш Завод a",
        "z" * 50,
        "\ud800",
        "a\nb",
    ),
)
_DAYS = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 12, 31))
_DATE = Word(
    name="day",
    kind="date",
    constants=tuple(str(day) for day in _DAYS),
    raws=(*_DAYS, *map(str, _DAYS), "02.03.2026", date(2026, 3, 3), "1899-12-31"),
)
_MOMENTS = (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 18, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC))
_INSTANT = Word(
    name="moment",
    kind="instant",
    constants=tuple(moment.isoformat() for moment in _MOMENTS),
    raws=(*_MOMENTS, *(moment.isoformat() for moment in _MOMENTS), "2026-03-02T12:00+03:00", datetime(2026, 3, 2)),  # noqa: DTZ001  # refused
)
_SPANS = (timedelta(0), timedelta(hours=1), timedelta(days=1))
_DURATION = Word(
    name="wait",
    kind="duration",
    constants=("0s", "1h", "1d", "90m"),
    raws=(*_SPANS, "1h", "60m", "1d", "59m", "25h", timedelta(microseconds=1), timedelta(seconds=-1)),
)
_BOOL = Word(name="flag", kind="bool", constants=(True, False), raws=(True, False, "да", "no", "true"))
_ENUM = Word(
    name="kind",
    kind="enum",
    constants=("a", "b", "c"),
    raws=("a", "b", "c", " a ", "Альфа", "d"),
    domain="[a, b, c], synonyms: {альфа: a}",
)
_SET = Word(
    name="marks",
    kind="set",
    constants=("x", "y"),
    raws=([], ["x"], ("x", "y"), "x, y", frozenset({"y"}), {"z"}),
    domain="[x, y]",
)

_BOUNDS: Mapping[str, tuple[tuple[Any, Any], ...]] = {
    "int": ((None, None), (-1, None), (None, 5), (0, 2), (-3, 7), (1, 1)),
    "decimal": (
        (None, None),
        (Decimal("0.5"), None),
        (None, Decimal("2.25")),
        (Decimal("-0.5"), Decimal("0.5")),
        (-1, 1),
    ),
    "money": ((None, None), (0, None), (Decimal("0.5"), Decimal("300000.5")), (None, 300_000)),
    "duration": ((None, None), (timedelta(hours=1), None), (None, timedelta(days=1))),
}
_DEFAULTS: Mapping[str, str] = {
    "bool": "false", "enum": "b", "set": "[x]", "text": "a", "int": "1", "decimal": '"0.5"', "money": "1 RUB",
    "date": "2026-03-02", "instant": "2026-03-02T09:00:00Z", "duration": "1h",
}  # fmt: skip


@st.composite
def words(draw: st.DrawFn, most: int = 6) -> tuple[Word, ...]:
    """Draw a vocabulary: each kind of field once or twice, with bounds, a default, or neither."""
    kinds = (_BOOL, _ENUM, _INT, _DECIMAL, _MONEY, _TEXT, _DATE, _INSTANT, _DURATION, _SET)
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most))
    found = []
    for index, word in enumerate(chosen):
        least, most = draw(st.sampled_from(_BOUNDS.get(word.kind, ((None, None),))))
        options = draw(st.sampled_from(("", "", "", ", required: true", f", default: {_DEFAULTS[word.kind]}")))
        if "default" in options and (least, most) != (None, None):
            options = ""  # the default might lie outside
        name = f"{word.name}_{index}" if index % 3 else f"поле_{index}"
        bounds = tuple(bound for bound in (least, most) if bound is not None)
        raws = (*word.raws, *bounds, *(_around(*map(Decimal, bounds)) if word.kind in NUMERIC else ()))
        found.append(evolve(word, name=name, least=least, most=most, options=options, raws=raws))
    return tuple(found)
