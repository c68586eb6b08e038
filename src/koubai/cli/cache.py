"""koubai cache: what is kept of compiled programs, and how to be rid of it. Neither JAX nor NumPy is needed for it."""

from koubai import compilation_cache
from koubai.locale import sentence


def contents(language: str) -> str:
    """Say where compiled programs are kept, how many there are, and how much room they take."""
    cached = compilation_cache.contents()
    if cached.folder is None:
        return sentence("cache-off" if compilation_cache.is_off() else "cache-no-home", language)
    if cached.fault is not None:
        reason = sentence("cache-shared", language) if cached.fault == compilation_cache.SHARED else cached.fault
        return sentence("cache-unusable", language, path=str(cached.folder), reason=reason)
    most, size = _megabytes(compilation_cache.MOST_BYTES), _megabytes(cached.size)
    return sentence("cache-contents", language, path=str(cached.folder), count=len(cached.entries), size=size, most=most)


def cleared(language: str) -> str:
    """Remove all compiled programs, and say what that came to."""
    cached = compilation_cache.contents()
    if cached.folder is None or cached.fault is not None:
        return contents(language)
    gone = compilation_cache.clear()
    size = _megabytes(sum(entry.size for entry in gone))
    return sentence("cache-cleared", language, count=len(gone), size=size) if gone else sentence("cache-empty", language)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
