"""Settings of all tests. `pytest --hypothesis-profile=nightly` draws fifty times as much where a test says so."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How fast a machine draws says nothing of what is drawn, nor does how many drawn packs the checker refuses.
_PATIENT = (HealthCheck.too_slow, HealthCheck.filter_too_much)
settings.register_profile("leadrouter", deadline=None, print_blob=True, suppress_health_check=_PATIENT)
settings.register_profile("nightly", deadline=None, print_blob=True, suppress_health_check=_PATIENT, max_examples=5_000)
settings.load_profile("leadrouter")
