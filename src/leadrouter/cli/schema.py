"""`leadrouter schema`: the JSON Schema of packs."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print a JSON Schema (2020-12) of rule packs, so that editors complete and check them.

    \b
      leadrouter schema > pack.schema.json
    and in the first line of pack.yaml, for editors with the YAML language server:
      # yaml-language-server: $schema=pack.schema.json

    The schema knows the shape of a pack; its conditions are checked by `leadrouter check`.
    """
    from leadrouter.rulepack.schema import pack_schema

    click.echo(json.dumps(pack_schema(), indent=2, ensure_ascii=False))
