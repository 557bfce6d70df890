"""The spelling of one Vietnamese syllable (tiếng): onset × rime × tone.

A table and three questions: is this a syllable, what are its parts, where does its tone mark stand. It knows
nothing of text, words or files; `text.py` uses it to change only what is Vietnamese.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Style = Literal["old", "new"]

# One row per vowel, one column per tone: level, huyền, sắc, hỏi, ngã, nặng.
VOWELS = (
    "aàáảãạ", "ăằắẳẵặ", "âầấẩẫậ", "eèéẻẽẹ", "êềếểễệ", "iìíỉĩị",
    "oòóỏõọ", "ôồốổỗộ", "ơờớởỡợ", "uùúủũụ", "ưừứửữự", "yỳýỷỹỵ",
)  # fmt: skip
TONE_MARKS = " \u0300\u0301\u0309\u0303\u0323"  # combining, in the order of the columns; a level tone has none

ONSETS = frozenset(["", *"b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()])
RIMES = frozenset(
    """
    a ac ach ai ak am an ang anh ao ap at au ay
    ăc ăk ăm ăn ăng ăp ăt
    âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et
    ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt
    oc oe oen oeo oet oi om on ong ooc oong op ot
    ô ôc ôi ôm ôn ông ôp ôt
    ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh uêu ui um un ung uôc uôi uôm uôn uông uôt up ut
    uơ uy uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y ych yêm yên yêng yêt yêu ynh yt
    """.split()
)
LONGEST = 7  # letters: nghiêng

_PLACE = {letter: (row, tone) for row in (*VOWELS, *map(str.upper, VOWELS)) for tone, letter in enumerate(row)}
_STOPS = ("c", "ch", "p", "t")  # not k: Đăk Lăk and Đắk Lắk are both in use
_STOP_TONES = (2, 5)  # sắc and nặng
_NEW_SECOND = ("oa", "oe", "uy")  # the only rimes in which the two styles differ


class Syllable(NamedTuple):
    """A syllable in parts: lower case, no tone mark in the rime, the tone as a column of `VOWELS`."""

    onset: str
    rime: str
    tone: int


def split(text: str) -> Syllable | None:
    """Split a syllable into its parts; None if the text is not one Vietnamese syllable.

    Any letter case, composed characters (NFC). The tone mark may stand on any vowel of the syllable, for people
    type `hòa`, `hoà` and `thúôc`; two tone marks are none.

    >>> split("Nghiêng"), split("giếng")
    (Syllable(onset='ngh', rime='iêng', tone=0), Syllable(onset='g', rime='iêng', tone=2))
    >>> split("Suárez") is None
    True
    """
    if not 0 < len(text) <= LONGEST:
        return None
    level, tone = _without_tone(text)
    if level is None:
        return None
    level = level.lower()
    for length in (3, 2, 1, 0):
        onset, rime = level[:length], level[length:]
        if onset in ONSETS and rime in RIMES and _agree(onset, rime):
            closed = rime.endswith(_STOPS)
            return None if closed and tone not in _STOP_TONES else Syllable(onset, rime, tone)
    return None


def is_syllable(text: str) -> bool:
    """Whether the text can be written as one Vietnamese syllable, in any letter case (NFC).

    >>> [word for word in "Nguyễn khuỷu Đắk Suárez café résumé Müller garçon".split() if is_syllable(word)]
    ['Nguyễn', 'khuỷu', 'Đắk']
    """
    return split(text) is not None


def place_tone(text: str, style: Style = "old") -> str:
    """Put the tone mark of a syllable where the rule wants it; leave anything that is no syllable alone.

    Style "old" is that of most newspapers (hòa, khỏe, thủy), "new" differs from it in open oa, oe and uy only.

    >>> [place_tone(word) for word in ("hoà", "thuỷ", "qúy", "gìa", "thúôc", "HOÀ", "Suárez")]
    ['hòa', 'thủy', 'quý', 'già', 'thuốc', 'HÒA', 'Suárez']
    >>> [place_tone(word, style="new") for word in ("hòa", "thủy", "mía", "quý")]
    ['hoà', 'thuỷ', 'mía', 'quý']
    """
    parts = split(text)
    if parts is None or parts.tone == 0:
        return text
    level, _ = _without_tone(text)
    return _mark(level or text, parts, style)


def with_tone(text: str, tone_mark: str) -> str | None:
    """Give a syllable written without a tone the tone of a combining mark; None if that makes no syllable.

    >>> with_tone("nghiêp", "\u0323"), with_tone("và", "\u0323")
    ('nghiệp', None)
    """
    column = TONE_MARKS.find(tone_mark)
    if column < 1 or not 0 < len(text) <= LONGEST:
        return None
    for position, letter in enumerate(text):
        row, tone = _PLACE.get(letter, ("", 0))
        if tone:
            return None
        if row:
            toned = text[:position] + row[column] + text[position + 1 :]
            return place_tone(toned) if is_syllable(toned) else None
    return None


def _without_tone(text: str) -> tuple[str | None, int]:
    """The text with its tone mark taken off, and the tone; (None, 0) if it has two."""
    letters, found = [], 0
    for letter in text:
        row, tone = _PLACE.get(letter, (letter, 0))
        if tone and found:
            return None, 0
        found = found or tone
        letters.append(row[0])
    return "".join(letters), found


def _agree(onset: str, rime: str) -> bool:
    """Whether an onset is spelt this way before this rime."""
    first = rime[0]
    front = first in "eêiy"
    if onset in ("gh", "ngh"):
        return front and first != "y"
    if onset in ("c", "ng"):
        return not front
    if onset == "g":  # gì, gìn, giếng: the i is the vowel; else gi- is the onset
        return not front or rime in ("i", "in") or rime.startswith("iê")
    if onset == "gi":
        return first not in "iy"
    if onset == "qu":
        return first not in "ouư" and not rime.startswith("iê")
    if onset == "":
        return not rime.startswith("iê") and rime not in ("ych", "ynh", "yt")
    return first != "y" or rime == "y"


def _mark(level: str, parts: Syllable, style: Style) -> str:
    """Put the tone on its vowel; the letters keep their case."""
    position = len(parts.onset) + _tone_position(parts.rime, style)
    row, _ = _PLACE[level[position]]
    return level[:position] + row[parts.tone] + level[position + 1 :]


def _tone_position(rime: str, style: Style) -> int:
    """The index in a rime of the vowel that carries the tone."""
    for position in range(len(rime) - 1, -1, -1):
        if rime[position] in "ăâêôơư":  # huệ, thuở, khuẩn; the second of ươ, the first of ưa and ưu
            return position
    vowels = sum(letter in "aeiouy" for letter in rime)
    if vowels == 1:
        return 0
    if vowels < len(rime):  # a final consonant follows: hoàn, quỳnh
        return vowels - 1
    if vowels == 3:  # a final semivowel follows: toại, khuỷu, ngoéo
        return 1
    return 1 if style == "new" and rime in _NEW_SECOND else 0
