"""`schema` prints the JSON Schema of packs."""

from __future__ import annotations

import json

from leadrouter.rulepack.schema import pack_schema


def test_the_schema_is_printed_as_json(run):
    """As the library builds it."""
    result = run("schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == pack_schema()
