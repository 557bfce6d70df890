"""How this process keeps freed memory; for array operations that is worth a factor of two."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # glibc's mallopt
_KEPT = 64 << 20
_LARGEST = 32 << 20  # glibc takes no higher threshold


def keep_freed_memory() -> bool:
    """Asks glibc to keep up to 64 MiB of freed memory instead of giving it back; False where that cannot be asked.

    By default an array of a few hundred kilobytes goes back to the system when it is freed, and the next one is paid
    for page by page: more than most operations on it cost. Call it once, before searching.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return all([mallopt(_MMAP_THRESHOLD, _LARGEST), mallopt(_TRIM_THRESHOLD, _KEPT), mallopt(_TOP_PAD, 1 << 20)])
