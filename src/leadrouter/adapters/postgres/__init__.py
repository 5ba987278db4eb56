"""A ledger in a PostgreSQL database, for any number of processes on any number of machines."""

from leadrouter.adapters.postgres.ledger import PostgresLedger

__all__ = ["PostgresLedger"]
