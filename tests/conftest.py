"""What all tests share: how Hypothesis searches."""

from hypothesis import HealthCheck, settings

settings.register_profile("koubai", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("koubai")
