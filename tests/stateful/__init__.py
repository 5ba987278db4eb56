"""Machines of generated operations: after every one of them the laws hold."""
