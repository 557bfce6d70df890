"""What is known of a chunk, a run between white space: its tokens, joined forms, and part in a sentence.

All of it is a pure function of the chunk, so it is found once per distinct chunk: for an index by `facts`, which
fetches it by the chunk's number from then on, for queries and highlights by `tokens`. Keys come from `text`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from searchkit import text as characters

ENDS_SENTENCE, MAY_START_SENTENCE, ENUMERATES = 1, 2, 4

_APOSTROPHES = "'’‘ʼ"
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})*")
_TOKEN = re.compile(
    rf"(?<![0-9][.,]){_THOUSANDS.pattern}(?!\1?[0-9])"
    rf"|[^\W_]+(?:(?<=[^\W\d_])[{_APOSTROPHES}](?=[^\W\d_])[^\W_]+)*"
)
_MAYBE_MARKS = re.compile("[^\x00-\u02ff\u1e00-\u20cf]")  # outside these there is no combining mark

# Lower-case letters in which neither a tone nor a y can be misplaced, so that they are their own key: no tone and no y;
# a tone on the last letter that has a circumflex, breve or horn; a tone on the only vowel. Most tokens are like this.
_PLAIN, _SHAPED, _CONSONANTS = "a-xzđ", "ăâêôơư", "b-df-hj-np-tv-xzđ"
_TONES_ON_PLAIN = "àáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụ"
_TONES_ON_SHAPED = "ằắẳẵặầấẩẫậềếểễệồốổỗộờớởỡợừứửữự"
_OWN_KEY = re.compile(
    f"[{_PLAIN}{_SHAPED}]*(?:[{_TONES_ON_SHAPED}][{_PLAIN}]*)?|[{_CONSONANTS}]*[{_TONES_ON_PLAIN}][{_CONSONANTS}]*"
)

_LINKS = frozenset(["", *".-/&–‑"])  # between the parts of `3.000đ`, `TP.HCM`, `A/H5N1`, `Covid-19`
_HYPHENS = "-–‑"
_LONGEST_JOINED = 4
_CITY = {"tp", "Tp"}  # written small before a capital abbreviation: Tp.HCM

_OPENING, _CLOSING, _DASHES = "\"'“‘«([{‹", "\"'”’»)]}›", "-–—"
_ENUMERATOR = re.compile(r"[0-9]{1,2}\.")
_ABBREVIATIONS = frozenset(
    "TP Tp TX Tx TT Tt TS Ts ThS Th PGS GS BS Bs DS LS NS CN KS NSND NSƯT NXB Mr Mrs Ms Dr Prof St No vs".split()
)


def token_spans(chunk: str) -> list[tuple[int, int]]:
    """Start and end of each token: letters and digits with their marks, thousands and names in one piece.

    >>> [chunk[a:b] for chunk in ("TP.HCM,", "1.250.000đ", "H’Hen") for a, b in token_spans(chunk)]
    ['TP', 'HCM', '1.250.000', 'đ', 'H’Hen']
    """
    if chunk.isalpha() and not _MAYBE_MARKS.search(chunk):  # most chunks
        return [(0, len(chunk))]
    return [found.span() for found in _TOKEN.finditer(_marks_as_letters(chunk))]


def _marks_as_letters(chunk: str) -> str:
    """The chunk with a letter in place of every combining mark that follows a letter; same length."""
    if not _MAYBE_MARKS.search(chunk):
        return chunk
    shown: list[str] = []
    for character in chunk:
        marks = unicodedata.category(character)[0] == "M" and shown and shown[-1].isalpha()
        shown.append("a" if marks else character)
    return "".join(shown)


def token_key(token: str) -> str:
    """The key of a token as it is written in a text: `text.key`, without the points of thousands.

    >>> token_key("3.000"), token_key("H’Hen"), token_key("Hoà")
    ('3000', 'hhen', 'hòa')
    """
    lower = token.lower()
    if lower and _OWN_KEY.fullmatch(lower):
        return lower
    plain = unicodedata.normalize("NFC", token)
    if plain[:1].isdecimal() and _THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", "")
    return characters.key(plain) or plain.lower()


def joined_forms(chunk: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(First token, count) of what is also written as one word: `TP.HCM`, `T.Ư`, `F-16`, `Covid-19`, `3.000đ`.

    >>> list(joined_forms("(TP.HCM)", token_spans("(TP.HCM)")))
    [(0, 2)]
    """
    if "@" in chunk or "://" in chunk:
        return
    texts = [chunk[start:end] for start, end in spans]
    links = [chunk[end:start] for (_, end), (start, _) in zip(spans, spans[1:], strict=False)]
    capital = [_is_capital(token) for token in texts]
    for first in range(len(texts) - 1):
        for count in range(2, min(_LONGEST_JOINED, len(texts) - first) + 1):
            if links[first + count - 2] not in _LINKS:
                break
            run = range(first, first + count)
            if all(capital[at] for at in run) and not all(texts[at][0].isdigit() for at in run):
                yield first, count
            elif count == 2 and _letters_and_number(texts[first], links[first], texts[first + 1]):
                yield first, count


def _is_capital(token: str) -> bool:
    return token.isupper() or token.isdecimal() or token in _CITY


def _letters_and_number(left: str, link: str, right: str) -> bool:
    if not link:
        return left[0].isdigit() != right[0].isdigit()
    return link in _HYPHENS and left.isalpha() and right[0].isdigit()


def sentence_flags(chunk: str) -> int:
    """Whether the chunk can end a sentence, start one, or is a number before an item of a list."""
    flags = MAY_START_SENTENCE * (chunk[0].isupper() or chunk[0].isdigit() or chunk[0] in _OPENING + _DASHES)
    bare = chunk.rstrip(_CLOSING)
    if bare and bare[-1] in ".!?…" and not _is_abbreviation(bare):
        flags |= ENDS_SENTENCE | ENUMERATES * bool(_ENUMERATOR.fullmatch(chunk))
    return flags


def _is_abbreviation(chunk: str) -> bool:
    """Whether the full stop belongs to the last piece: `TP.`, `PGS.TS.`, `Q.`, `T.Ư.`."""
    if not chunk.endswith(".") or chunk.endswith(".."):
        return False
    last = chunk[:-1].lstrip(_OPENING).rpartition(".")[2]
    return last in _ABBREVIATIONS or (len(last) == 1 and last.isupper())
