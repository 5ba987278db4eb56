"""A ledger in one SQLite file."""

from leadrouter.adapters.sqlite.ledger import SqliteLedger, Synchronous

__all__ = ["SqliteLedger", "Synchronous"]
