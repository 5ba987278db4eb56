"""The commands under one name, and what becomes of their errors."""

from __future__ import annotations

import errno
from importlib import import_module

import click

from leadrouter.cli.console import FINE, NOT_FINE, UNREADABLE, err, say, say_error
from leadrouter.errors import LeadRouterError

_COMMANDS = (
    *("route", "explain", "standing", "handover", "erase", "verify", "replay", "ledger"),
    *("test", "check", "roster", "format", "schema"),
)
_EXIT_CODES = """\b
Exit codes:
  0  all is well
  1  cases failed, leads were rejected, faults were found, or what was asked for was not
  2  the command was not written as it should be
  3  a pack, an organisation, a roster, a ledger or a file could not be read"""


class _Program(click.Group):
    """Loads a command when it is asked for, and prints errors without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # as above
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"leadrouter.cli.{cmd_name}").command
        command.epilog = _EXIT_CODES
        return command

    def invoke(self, ctx: click.Context) -> None:
        code = FINE
        try:
            code = super().invoke(ctx) or FINE
        except LeadRouterError as error:
            say_error(error)
            code = NOT_FINE if isinstance(error, KeyError) else UNREADABLE
        except OSError as error:
            if error.filename is None and error.errno != errno.ENOSPC:
                raise  # not about a file: a broken pipe, most of the time, which click knows how to end
            where = "standard output" if error.filename is None else error.filename
            say(err(), f"error: {where}: {error.strerror}", "red")
            code = UNREADABLE
        ctx.exit(code)


def _print_version(ctx: click.Context, _: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001  # as above
    if not is_asked:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"leadrouter {version('leadrouter')}")
    except PackageNotFoundError:
        click.echo("leadrouter, not installed")
    ctx.exit()


@click.group(cls=_Program, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def program() -> None:
    """Route inbound b2b leads by declarative rule packs, and say why."""
