"""Function and question words: những, của, là, bao nhiêu. An article that lacks them lacks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from searchkit import data
from searchkit.text import fold, has_marks
from searchkit.tokens import Token


def function_words(words: Sequence[tuple[Token, ...]]) -> list[bool]:
    """For each word, given by its tokens, whether it is one, alone or together with its neighbours.

    Single syllables must be typed with their marks (`la` may be lá or lạ); of several together the marks may be left
    out. Capitals make an abbreviation of a syllable (AI), unless everything is in capitals.
    """
    listed = _listed()
    shouting = all(token.text.isupper() for word in words for token in word)
    flags = [False] * len(words)
    singles = [word[0] if len(word) == 1 else None for word in words]
    for at, token in enumerate(singles):
        if token is None or token.folded not in listed.first:
            continue
        for length in range(min(listed.longest, len(words) - at), 0, -1):
            run = [single for single in singles[at : at + length] if single is not None]
            if len(run) == length and listed.has(run, shouting):
                flags[at : at + length] = [True] * length
                break
    return flags


class _Listed:
    def __init__(self, keys: frozenset[tuple[str, ...]], folded: frozenset[tuple[str, ...]]):
        self.keys = keys
        self.folded = folded
        self.first = frozenset(run[0] for run in folded)
        self.longest = max(map(len, keys))

    def has(self, run: Sequence[Token], shouting: bool) -> bool:
        if not shouting and any(len(token.text) > 1 and token.text.isupper() for token in run):
            return False
        if tuple(token.key for token in run) in self.keys:
            return True
        bare = len(run) > 1 and not any(has_marks(token.text) for token in run)
        return bare and tuple(token.folded for token in run) in self.folded


@lru_cache(maxsize=1)
def _listed() -> _Listed:
    lines = [line.strip() for line in data.read_text("function_words.txt").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]  # written in keys, so that none is analysed
    folded = fold("\n".join(lines)).split("\n")
    return _Listed(
        frozenset(tuple(line.split()) for line in lines), frozenset(tuple(line.split()) for line in folded)
    )
