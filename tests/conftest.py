"""Settings of all tests. `pytest --hypothesis-profile=nightly` draws fifty times as much where a test says so."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("leadrouter", deadline=None, print_blob=True)
settings.register_profile("nightly", deadline=None, print_blob=True, max_examples=5_000)
settings.load_profile("leadrouter")
