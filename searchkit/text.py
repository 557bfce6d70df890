"""Characters of Vietnamese text: cleaning it once, and the keys under which spellings are equal.

`normalise` is applied once, on reading; what it returns is what is stored and what every offset counts. `key` and
`fold` are for comparing and never change the stored text. Everything here is a pure function from str to str,
takes any string at all (lone surrogates included) and needs the standard library only. Decoding bytes is not done
here: a legacy encoding must be decoded before, for the soft hyphen removed here is the letter ư in TCVN3.
"""

from __future__ import annotations

import re
from unicodedata import category, combining, is_normalized, normalize

from searchkit.syllable import TONE_MARKS, VOWELS, is_syllable, place_tone, with_tone

__all__ = ["bare_letters", "fold", "has_marks", "is_syllable", "key", "normalise", "place_tone", "strip_controls"]

_TONES = TONE_MARKS.strip()
_SHAPES = "\u0302\u0306\u031b"  # circumflex, breve, horn
_ETHS = str.maketrans("\u00d0\u0189\u00f0\u0256", "ĐĐđđ")  # look-alikes of Đ and đ: Ð Ɖ ð ɖ

_INVISIBLE = (
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0001\U000e0020-\U000e007f"
)
_SPACES = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"

_SPACE = re.compile(f"[{_SPACES}]")
_REMOVED = re.compile(f"[{_CONTROLS}{_INVISIBLE}]+")
_NEWLINE = re.compile("\r\n|[\r\v\f\x85\u2028]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Whatever `_repair` may change; text without any of these that is NFC is left as it is.
_SUSPICIOUS = re.compile(
    f"[{_CONTROLS}{_INVISIBLE}{_SPACES}\r\v\f\x85\u2028\u2029\ud800-\udfff{_TONES}{_SHAPES}\u00d0\u0189\u00f0\u0256]"
)
_FOR_TERMINALS = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}]+")

_MOST_MARKS = 30  # on one letter, as in Unicode's Stream-Safe Text (UAX 15); sorting more of them is quadratic
_PILE = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_MARKS + 1},}}")
_LETTER = r"[^\W\d_]"
_CLUSTER = re.compile(f"([{''.join(VOWELS)}{''.join(VOWELS).upper()}])([{_TONES}{_SHAPES}]+)")
_LETTERS = re.compile(f"{_LETTER}(?:{_LETTER}|[{_TONES}])*")
_DOUBTFUL = re.compile(f"[{_TONES}{_SHAPES}\u00d0\u0189\u00f0\u0256]")
_STRAY_TONE = re.compile(f"(?<!{_LETTER})({_LETTER}{{1,7}})( +)([{_TONES}])(?![\u0300-\u036f])")

_CASE = {ord("ı"): "i", ord("ß"): "ss", ord("ς"): "σ"}
_I_CLUSTER = re.compile("i[\u0300-\u036f]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ‘"))
_STROKES = str.maketrans(
    {"đ": "d", "ð": "d", "ɖ": "d", "ł": "l", "ø": "o", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_LONE_Y = {onset + "y": onset + "i" for onset in ("h", "k", "l", "m", "s", "t", "v", "qu")}
_VOWEL = re.compile("[aeiouy]")


def normalise(text: str) -> str:
    """Clean text once, on reading: the same letters in one spelling, nothing invisible, NFC.

    Composes (NFC) and repairs marks; turns Ð, Ɖ, ð, ɖ into Đ, đ where that makes a Vietnamese syllable; removes
    zero-width and bidi characters, soft hyphens and controls; makes every kind of space " " and every line end
    "\\n" (a paragraph separator "\\n\\n"). Runs of spaces stay. Idempotent.

    >>> normalise("Tie\u0302\u0301ng Vie\u0323\u0302t"), normalise("ha \u0323tầng giá\u0301 die\u0301\u0302n")
    ('Tiếng Việt', 'hạ tầng giá diến')
    >>> normalise("\u00d0à Nẵng, Sigur\u00f0sson"), normalise("bản\u00a0tin\u200b Hà\u00adNội")
    ('Đà Nẵng, Sigurðsson', 'bản tin HàNội')
    """
    while _SUSPICIOUS.search(text) or not is_normalized("NFC", text):
        repaired = _repair(text)
        if repaired == text:
            break
        text = repaired
    return text


def key(token: str) -> str:
    """The form under which spellings of a token are equal: case, tone placement, lone i/y, apostrophes.

    >>> [key(word) for word in ("Hoà", "HÒA", "Kỹ", "quý", "H’Hen", "Suárez", "İstanbul", "Straße")]
    ['hòa', 'hòa', 'kĩ', 'quí', 'hhen', 'suárez', 'istanbul', 'strasse']
    """
    text = _lower(normalise(_join_surrogates(token).translate(_APOSTROPHES)))
    if text.isascii():
        return _LONE_Y.get(text, text)
    text = normalise(text)  # lowering and dropping can make a Vietnamese syllable of what was none
    if "\u00f0" in text or "\u0256" in text:
        text = _abbreviation(text)
    return _lone_i(place_tone(text))


def fold(text: str) -> str:
    """Text in lower case without any mark: what somebody types who types no marks. Any length.

    >>> fold("Đặng Quốc Khánh"), fold("Łódź, Ødegaard, São Paulo")
    ('dang quoc khanh', 'lodz, odegaard, sao paulo')
    """
    text = _lower(normalise(text))
    if text.isascii():
        return text
    text = _LATIN_MARKS.sub("", normalize("NFD", text)).translate(_STROKES)
    if not text.isascii():
        text = "".join(letter for letter in text if category(letter) not in ("Mn", "Me"))
    return normalize("NFC", text)


def has_marks(text: str) -> bool:
    """Whether folding takes anything but capitals off a text; the stroke of đ is a mark.

    >>> has_marks("đi"), has_marks("Hà"), has_marks("HANOI")
    (True, True, False)
    """
    return not text.isascii() and fold(text) != _lower(normalise(text))


def bare_letters() -> dict[str, str]:
    """The 134 marked letters of Vietnamese, small and capital, with their bare letters.

    >>> len(bare_letters()), bare_letters()["ự"], bare_letters()["Đ"]
    (134, 'u', 'D')
    """
    small = {letter: normalize("NFD", letter)[0] for row in VOWELS for letter in row if not letter.isascii()}
    small["đ"] = "d"
    return small | {letter.upper(): bare.upper() for letter, bare in small.items()}


def strip_controls(text: str) -> str:
    r"""Text that is safe to print on a terminal: no controls but line ends and tabs, nothing bidirectional.

    Of an escape sequence the introducing character goes, which leaves harmless visible text; lone surrogates,
    which no terminal can be sent, become U+FFFD.

    >>> strip_controls("\x1b[31mđỏ\x07\u202e\n")
    '[31mđỏ\n'
    """
    return _join_surrogates(_FOR_TERMINALS.sub("", text))


def _repair(text: str) -> str:
    """One pass of everything that `normalise` mends; the caller repeats it until nothing changes."""
    text = _join_surrogates(_NEWLINE.sub("\n", text).replace("\u2029", "\n\n"))
    text = _REMOVED.sub("", _SPACE.sub(" ", text))
    if not is_normalized("NFC", text):
        text = normalize("NFC", _PILE.sub(_cut_pile, text))
    if not _DOUBTFUL.search(text):
        return text
    text = normalize("NFC", _CLUSTER.sub(_reorder, text))
    text = _STRAY_TONE.sub(_rejoin, text)
    return _LETTERS.sub(_mend_token, text)


def _join_surrogates(text: str) -> str:
    """Join surrogates that stand in pairs, replace those that do not."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _cut_pile(run: re.Match[str]) -> str:
    """Cut a pile of combining marks that no language writes; other characters in a row stay."""
    kept, height = [], 0
    for character in run[0]:
        height = height + 1 if combining(character) else 0
        if height <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _reorder(cluster: re.Match[str]) -> str:
    """Drop repeated marks of a letter and put its circumflex, breve or horn before its tone."""
    letter, *marks = normalize("NFD", cluster[0])
    kept = dict.fromkeys(marks)
    return letter + "".join(sorted(kept, key=lambda mark: mark not in _SHAPES))


def _rejoin(stray: re.Match[str]) -> str:
    """Give a tone mark that slipped behind a space back to its syllable: `ha ̣tầng` is `hạ tầng`."""
    joined = with_tone(stray[1], stray[3])
    return stray[0] if joined is None else joined + stray[2]


def _mend_token(token: re.Match[str]) -> str:
    """Choose between two tones, and between eth and đ, where a Vietnamese syllable comes of it."""
    text = token[0]
    if not _DOUBTFUL.search(text):
        return text
    mended = text.translate(_ETHS)
    for position, mark in enumerate(mended):
        if mark in _TONES:  # two tones on one letter: the second was typed over the first (miể̃n is miễn)
            bare = "".join(part for part in normalize("NFD", mended[position - 1]) if part not in _TONES)
            mended = mended[: position - 1] + normalize("NFC", bare + mark) + mended[position + 1 :]
            break
    return mended if is_syllable(mended) else text


def _lower(text: str) -> str:
    """Lower case that forgets which capital it came from: İ and ı are i, ẞ and ß are ss, ς is σ."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.translate(_CASE)
    if "\u0307" in text:
        text = _undotted(normalize("NFD", text))
    return normalize("NFC", text)


def _undotted(letters: str) -> str:
    """Take the dot off every i of decomposed text; lowering İ leaves one."""
    return _I_CLUSTER.sub(lambda cluster: cluster[0].replace("\u0307", ""), letters)


def _abbreviation(text: str) -> str:
    """Read eth as đ where there is no vowel: hðnd is an abbreviation, not Icelandic."""
    return text if _VOWEL.search(fold(text)) else text.translate(_ETHS)


def _lone_i(text: str) -> str:
    """Write i for a y that is alone behind one of the onsets where both are in use."""
    if "y" in (letters := normalize("NFD", text)) and fold(text) in _LONE_Y:
        return normalise(_undotted(letters.replace("y", "i")))
    return text
