"""The statements of `statements.sql`, by name."""

from __future__ import annotations

from leadrouter.adapters.statements import read_statements

STATEMENTS = read_statements(__package__)
