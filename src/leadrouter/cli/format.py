"""`leadrouter format`: the canonical text of a pack."""

from __future__ import annotations

from pathlib import Path

import click

from leadrouter.cli.arguments import pack_argument


@click.command("format", short_help="Print the canonical text of a pack.")
@pack_argument
def command(pack: Path) -> None:
    """Print the canonical text of PACK, a folder or its pack.yaml.

    It is one file, whatever files the pack came from, and means the same: packs with the
    same text mean the same. Comments are not kept.
    """
    from leadrouter.adapters.files import load_pack

    click.echo(load_pack(pack).canonical, nl=False)
