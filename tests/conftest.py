"""What holds for all tests: how long an example takes says nothing, since two suites may share two cores."""

from hypothesis import HealthCheck, settings

settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("desk")
