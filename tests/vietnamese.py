"""Every Vietnamese syllable that the grammar can make: shared by tests, a test of nothing itself."""

from __future__ import annotations

from searchkit.syllable import ONSETS, RIMES, VOWELS, is_syllable, place_tone


def _all_syllables() -> list[str]:
    """Small letters, tones placed in the old style, sorted."""
    rows = {row[0]: row for row in VOWELS}
    candidates = (onset + toned + rime[1:] for onset in ONSETS for rime in RIMES for toned in rows[rime[0]])
    return sorted({place_tone(candidate) for candidate in candidates if is_syllable(candidate)})


SYLLABLES = _all_syllables()
