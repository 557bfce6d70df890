"""Where a typed word begins and ends: punctuation around it, and what `~1` and `^2` after it say."""

from __future__ import annotations

import re
import unicodedata

_BOOST_END = re.compile(r"\^([0-9]+(?:\.[0-9]+)?)$")
_FUZZY_END = re.compile(r"~[0-9]*$")


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def has_letters(text: str) -> bool:
    """Whether there is anything to search for."""
    return any(character.isalnum() for character in text)


def cut_start(text: str) -> str:
    """The text without punctuation at its start.

    >>> cut_start("(*ườn")
    '*ườn'
    """
    start = 0
    while start < len(text) and not (text[start].isalnum() or text[start] == "*"):
        start += 1
    return text[start:]


def _cut_end(text: str) -> str:
    """The text without punctuation at its end; a `~` stays after a word."""
    end = len(text)
    while end and not _ends_word(text[:end]):
        end -= 1
    return text[:end]


def _ends_word(text: str) -> bool:
    last, before = text[-1], text[-2:-1]
    return last == "*" or _is_letter(last) or (last == "~" and before != "" and (before == "*" or _is_letter(before)))


def endings(chunk: str) -> tuple[str, str, str]:
    """A word, the `~1` after it, and the number of the `^2` after that; "" for what is not there.

    >>> endings("vưon~1^2,"), endings("10%")
    (('vưon', '~1', '2'), ('10', '', ''))
    """
    text, fuzzy, boost = _ending(_cut_end(chunk))
    while ("*" in text or "?" in text or text.endswith("~")) and _ending(text)[0] != text:
        text = _ending(text)[0]
    return re.sub(r"\*+", "*", text), fuzzy, boost


def _ending(text: str) -> tuple[str, str, str]:
    boost = _BOOST_END.search(text)
    text = _cut_end(text[: boost.start()]) if boost else text
    fuzzy = _FUZZY_END.search(text)
    text = _cut_end(text[: fuzzy.start()]) if fuzzy else text
    return text, fuzzy[0] if fuzzy else "", boost[1] if boost else ""
