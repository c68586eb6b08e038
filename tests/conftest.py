"""What all tests share: how Hypothesis searches, that nobody's own store is touched, and what was compiled before."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from koubai.compilation_cache import OFF, VARIABLE

# The same examples whenever the tests run, so that one that passes does so tomorrow; ``make soak`` searches for others.
settings.register_profile(
    "koubai", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("koubai")


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "KOUBAI_STORE", str(tmp_path_factory.mktemp("store") / "runs.sqlite"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_programs(pytestconfig: pytest.Config) -> Iterator[None]:
    """Programs are kept beside pytest's own cache, for all its processes and the next time; KOUBAI_CACHE is another place."""
    cache = getattr(pytestconfig, "cache", None)  # none with -p no:cacheprovider
    with pytest.MonkeyPatch.context() as patch:
        if VARIABLE not in os.environ:
            patch.setenv(VARIABLE, str(cache.mkdir("koubai")) if cache else OFF)
        yield


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All that is used is compiled, and nothing of it is kept: for tests that change what is compiled, or look on."""
    import jax

    monkeypatch.setenv(VARIABLE, OFF)
    jax.clear_caches()  # type: ignore[no-untyped-call]
    yield
    jax.clear_caches()  # type: ignore[no-untyped-call]
