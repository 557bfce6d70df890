"""What was typed for an input method that was off: Telex and VNI keystrokes to the syllable they stand for.

`nguyeenx` and `nguye6n4` are nguyễn. Only whole Vietnamese syllables come out; anything else is left alone.
"""

from __future__ import annotations

from searchkit.syllable import TONE_MARKS, is_syllable, with_tone

_LEVEL, _HUYEN, _SAC, _HOI, _NGA, _NANG = TONE_MARKS
_TONES = {"f": _HUYEN, "s": _SAC, "r": _HOI, "x": _NGA, "j": _NANG,
          "2": _HUYEN, "1": _SAC, "3": _HOI, "4": _NGA, "5": _NANG}  # fmt: skip
_HATS = {"a": "â", "e": "ê", "o": "ô"}
_HORNS = {"u": "ư", "o": "ơ"}
_LONGEST = 12  # keys: nghieengs, or nghiêng in VNI, with a few to spare


def composed(typed: str) -> str | None:
    """The syllable that was meant by Telex or VNI keystrokes, in small letters; None if none was.

    >>> [composed(typed) for typed in ("nguyeenx", "nguye6n4", "dduwowcj", "duong72", "hoaf", "covid", "son")]
    ['nguyễn', 'nguyễn', 'được', 'dường', 'hòa', None, None]
    """
    if not typed.isascii() or not typed.isalnum() or len(typed) > _LONGEST:
        return None
    letters, tone = "", ""
    for stroke in typed.lower():
        changed = _shaped(letters, stroke)
        if changed is not None:
            letters = changed
        elif stroke in _TONES and not tone and any(letter in "aăâeêioôơuưy" for letter in letters):
            tone = _TONES[stroke]
        else:
            letters += stroke
    if not tone:
        return letters if letters != typed.lower() and is_syllable(letters) else None
    return with_tone(letters, tone)


def _shaped(letters: str, stroke: str) -> str | None:
    """The letters after a keystroke that gives one of them its hat, horn, breve or stroke; None if it does not."""
    if stroke in _HATS:
        return _changed(letters, {stroke: _HATS[stroke]})
    if stroke == "6":
        return _changed(letters, _HATS)
    if stroke in "w7":
        if "uo" in letters or "ưo" in letters:
            return letters.replace("ưo", "ươ").replace("uo", "ươ")
        return _changed(letters, _HORNS | ({"a": "ă"} if stroke == "w" else {}))
    if stroke == "8":
        return _changed(letters, {"a": "ă"})
    if stroke in "d9" and letters.startswith("d"):
        return "đ" + letters[1:]
    return None


def _changed(letters: str, shapes: dict[str, str]) -> str | None:
    """The last letter that can take one of the shapes with it."""
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in shapes:
            return letters[:at] + shapes[letters[at]] + letters[at + 1 :]
    return None
