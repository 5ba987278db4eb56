"""`leadrouter schema`: the JSON Schema of packs."""

from __future__ import annotations

import json

import click

_HELP = """Print a JSON Schema (2020-12) of rule packs, so that editors complete and check them.

\b
  leadrouter schema > pack.schema.json

In the first line of pack.yaml, for editors with the YAML language server:

\b
  # yaml-language-server: $schema=pack.schema.json

The schema knows the shape of a pack; `leadrouter check` knows its conditions as well.
"""


@click.command("schema", help=_HELP, short_help="Print a JSON Schema of packs, for editors.")
def command() -> None:
    """Print the schema."""
    from leadrouter.rulepack.schema import pack_schema

    click.echo(json.dumps(pack_schema(), indent=2, ensure_ascii=False))
