"""Tests that mirror the modules of leadrouter."""
