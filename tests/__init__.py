"""The tests of leadrouter."""
