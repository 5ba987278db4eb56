"""`leadrouter ledger`: make a ledger, look after it, copy it, and take tables out of it."""

from __future__ import annotations

from importlib import import_module

import click

_COMMANDS = ("init", "status", "migrate", "backup", "export", "vacuum")


class _Ledger(click.Group):
    """Loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        named: click.Command = import_module(f"leadrouter.cli.ledger_{cmd_name}").command
        named.epilog = ctx.command.epilog
        return named


@click.group("ledger", cls=_Ledger, short_help="Make a ledger, look after it, and copy it.")
def command() -> None:
    """Make a ledger, look after it, copy it, and take tables out of it."""
