"""Arguments that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import click

DEFAULT_LEDGER = "sqlite:///leads.db"

Function = TypeVar("Function", bound=Callable[..., Any])


class _Instant(click.ParamType[datetime]):
    """An instant with its zone."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from leadrouter.facts import read_value
        from leadrouter.refusal import Refusal
        from leadrouter.vocabulary import Instant

        try:
            return cast("datetime", read_value(Instant(), value))
        except Refusal as refusal:
            self.fail(f"{refusal}; {refusal.fix}", param, ctx)


INSTANT = _Instant()


def pack_argument(function: Function) -> Function:
    """Add PACK: a folder with a pack.yaml, or that file."""
    return click.argument("pack", type=click.Path(path_type=Path))(function)


def ledger_option(function: Function) -> Function:
    """Add --ledger: where leads and decisions are kept."""
    return click.option(
        "--ledger",
        envvar="LEADROUTER_LEDGER",
        default=DEFAULT_LEDGER,
        show_default=True,
        show_envvar=True,
        metavar="ADDRESS",
        help="Where leads and decisions are kept: sqlite:/// and a path, or postgresql://.",
    )(function)


def folder_of(pack: Path) -> Path:
    """Return the folder of a pack, where its organisation and its cases lie."""
    return pack.parent if pack.is_file() else pack
