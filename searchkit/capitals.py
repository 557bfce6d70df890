"""Headlines in capitals: BÃO SỐ 12 KHÔNG VÀO BỜ excludes nothing.

The Vietnamese operators are words of every headline. Where all of a query is in capitals they are taken for
these words, unless it holds nothing but abbreviations: UBND VÀ HĐND.
"""

from __future__ import annotations

import re

from searchkit.lexer import Lexeme
from searchkit.query import Word
from searchkit.syllable import is_syllable

_ENGLISH = {"VÀ": "AND", "HOẶC": "OR", "KHÔNG": "NOT"}
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def as_headline(text: str, lexemes: list[Lexeme], notices: list[str]) -> list[Lexeme]:
    """The lexemes of a normalised query, VÀ, HOẶC and KHÔNG turned into words where it is a headline in capitals.

    Beside a phrase, a field or a parenthesis they stay operators. What was turned is added to `notices`.
    """
    if any(character.islower() for character in text) or not any(map(_has_syllable, lexemes)):
        return lexemes
    settled = []
    for number, lexeme in enumerate(lexemes):
        beside = (*lexemes[max(0, number - 1) : number], *lexemes[number + 1 : number + 2])
        if lexeme.text in _ENGLISH and lexeme.node is None and all(map(_is_bare, beside)):
            english = _ENGLISH[lexeme.text]
            notices.append(f"{lexeme.text} was read as a word, for all is in capitals: the operator is {english}")
            word = Word(lexeme.text.lower(), span=(lexeme.start, lexeme.end))
            lexeme = lexeme._replace(kind="operand", node=word)
        settled.append(lexeme)
    return settled


def _has_syllable(lexeme: Lexeme) -> bool:
    return isinstance(lexeme.node, Word) and any(map(is_syllable, _LETTERS.findall(lexeme.node.text)))


def _is_bare(lexeme: Lexeme) -> bool:
    """Whether it is a word of a text, or may be one."""
    return isinstance(lexeme.node, Word) or lexeme.text in _ENGLISH
