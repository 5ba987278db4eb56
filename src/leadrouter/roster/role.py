"""Roles: what duty somebody has."""

from __future__ import annotations

from attrs import field, frozen

from leadrouter.roster.layer import Layer
from leadrouter.roster.window import Window
from leadrouter.span import Span


@frozen(kw_only=True)
class Follows:
    """A backup: the first available person from a layer's turn + `offset` who does not have the followed duty."""

    role: str
    layer: str
    offset: int = 1


@frozen(kw_only=True)
class Role:
    """A role: layers, or whom it follows.

    `check` wants at least `min` people, in the windows `needed` where there are any and always
    otherwise. `fallback` is told beside a gap and never fills it.
    """

    id: str
    min: int = 0
    fallback: str | None = None
    layers: tuple[Layer, ...] = ()
    follows: Follows | None = None
    needed: tuple[Window, ...] = ()
    where: Span | None = field(default=None, eq=False, repr=False)
