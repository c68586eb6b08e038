"""What all tests share: how Hypothesis searches, and that nobody's own store is touched."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("koubai", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("koubai")


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "KOUBAI_STORE", str(tmp_path_factory.mktemp("store") / "runs.sqlite"))
        yield
