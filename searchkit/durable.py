"""Writes that survive a power cut: what is said to be on disk is on disk; knows nothing of an index.

A file's bytes are safe after `fsync` of the file, its name only after `fsync` of its folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

DIGEST_BYTES = 16
_BLOCK = 1 << 20
_AT_ONCE = 4  # files that are summed side by side; summing leaves the interpreter free


def sync(path: Path) -> None:
    """Waits until a file's bytes, or a folder's names, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str) -> None:
    """Replaces a small file at once: whoever reads it sees the old text or the new, never a part."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync(path.parent)


def digest(path: Path) -> str:
    """BLAKE2b (RFC 7693) of a file's bytes, 16 bytes long, as hexadecimal digits."""
    from hashlib import blake2b  # brings OpenSSL; a search sums nothing

    state = blake2b(digest_size=DIGEST_BYTES)
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            state.update(block)
    return state.hexdigest()


def digests(paths: Sequence[Path]) -> list[str]:
    """The digest of each of several files; OSError at the first that cannot be read."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(digest, paths))
