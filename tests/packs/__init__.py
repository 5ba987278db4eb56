"""The rule packs that ship with the library."""
