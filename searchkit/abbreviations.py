"""Abbreviations of the news and what they stand for, matched both ways.

A list is a text file, one entry a line: `TP.HCM | TPHCM = Thành phố Hồ Chí Minh`, several names or several
expansions separated by `|`, comments after `#`. `?CA = Công an | California` is known but ambiguous: it is
never expanded on its own, only inside longer entries (`CA tỉnh = Công an tỉnh`). `NAME =` takes an entry of an
earlier list away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from searchkit import data
from searchkit.errors import ReadError
from searchkit.text import fold, is_syllable, key, normalise
from searchkit.tokens import Reading, Token, reading_of

Accepts = Callable[[Token, str], bool]
_WORD = re.compile(r"[^\W_]+")
_FIRST = re.compile(r"[^\W_]\S*")


class Form(NamedTuple):
    """One way to write something: its text, the keys of its tokens, which of them need their capitals."""

    text: str
    keys: tuple[str, ...]
    capitals: tuple[bool, ...]


class Run(NamedTuple):
    """Tokens [start, end) of a query that are in the list, and how else the same may be written."""

    start: int
    end: int
    forms: tuple[Form, ...]
    ambiguous: tuple[str, ...] = ()


class Abbreviation(NamedTuple):
    """One entry: the ways to write it short and what it stands for; `alone`: also outside longer entries."""

    names: tuple[str, ...]
    expansions: tuple[str, ...]
    alone: bool = True


class Abbreviations:
    """A list that finds its entries in token sequences."""

    def __init__(self, entries: tuple[Abbreviation, ...] = ()):
        self.entries = entries
        self._by_folded: dict[tuple[str, ...], list[tuple[Form, _Forms]]] = {}
        self._longest: dict[str, int] = {}
        self._waiting = _by_first_syllable(entries)
        self._learned: set[Abbreviation] = set()

    def _learn(self, tokens: Sequence[Token]) -> None:
        """Analyses the entries that can begin with one of the tokens; a query needs few of hundreds."""
        found = (entry for token in tokens for entry in self._waiting.pop(token.folded, ()))
        entries = [entry for entry in dict.fromkeys(found) if entry not in self._learned]
        if not entries:
            return
        self._learned.update(entries)
        for entry in entries:
            forms = _forms(entry)
            for form in (*forms.short, *forms.long):
                folded = tuple(fold("\n".join(form.keys)).split("\n"))
                self._by_folded.setdefault(folded, []).append((form, forms))
                self._longest[folded[0]] = max(len(folded), self._longest.get(folded[0], 0))

    def find(self, tokens: Sequence[Token], accepts: Accepts, shouted: bool = False) -> list[Run]:
        """The entries among adjacent tokens, the longest first from the left, none overlapping.

        `accepts(token, key)` says whether a token as typed may stand for a key: the marks mode decides.
        `shouted`: everything is in capitals, so that names that only capitals tell are not recognised.

        >>> from searchkit.tokens import tokens
        >>> listed = Abbreviations(read("UBND = Ủy ban nhân dân"))
        >>> [[form.text for form in run.forms] for run in listed.find(tokens("ubnd tỉnh"), lambda t, k: t.key == k)]
        [['Ủy ban nhân dân']]
        """
        self._learn(tokens)
        runs: list[Run] = []
        at = 0
        while at < len(tokens):
            run = self._at(tokens, at, accepts, shouted)
            if run:
                runs.append(run)
            at = run.end if run else at + 1
        return runs

    def _at(self, tokens: Sequence[Token], start: int, accepts: Accepts, shouted: bool) -> Run | None:
        longest = self._longest.get(tokens[start].folded, 0)
        for length in range(min(longest, len(tokens) - start), 0, -1):
            run = self._run(tokens[start : start + length], start, accepts, shouted)
            if run:
                return run
        return None

    def _run(self, tokens: Sequence[Token], start: int, accepts: Accepts, shouted: bool) -> Run | None:
        candidates = self._by_folded.get(tuple(token.folded for token in tokens), ())
        fitting = [pair for pair in candidates if _fits(tokens, pair[0], accepts, shouted)]
        keys = tuple(token.key for token in tokens)
        fitting = [pair for pair in fitting if pair[0].keys == keys] or fitting
        others = {other: None for form, forms in fitting if forms.alone for other in forms.others(form)}
        unclear = tuple(long.text for form, forms in fitting if not forms.alone for long in forms.long)
        if not others and not (unclear and len(tokens) == 1 and tokens[0].text.isupper()):
            return None
        return Run(start, start + len(tokens), tuple(others), () if others else unclear)


class _Forms(NamedTuple):
    """An entry with its texts analysed."""

    short: tuple[Form, ...]
    long: tuple[Form, ...]
    alone: bool

    def others(self, form: Form) -> Iterator[Form]:
        """What may stand for a form: for a name the expansions and the other names, for an expansion the names."""
        if form in self.short:
            yield from self.long
        yield from (name for name in self.short if name.keys != form.keys)


def _by_first_syllable(entries: Sequence[Abbreviation]) -> dict[str, list[Abbreviation]]:
    """The entries under the folded first token that each of their forms can have, and a few others.

    The whole list is folded at once and no key is made: this is done before every first query.
    """
    texts = [(text, entry) for entry in entries for text in (*entry.names, *entry.expansions)]
    folded = fold("\n".join(text for text, _ in texts)).splitlines()
    found: dict[str, list[Abbreviation]] = {}
    for text, (_, entry) in zip(folded, texts, strict=True):
        pieces = _WORD.findall(_FIRST.search(text)[0])
        for first in {pieces[0], "".join(pieces)}:  # TP.HCM as tp and as tphcm
            found.setdefault(first, []).append(entry)
            if first.endswith("y"):  # kỹ has the key kĩ
                found.setdefault(f"{first[:-1]}i", []).append(entry)
    return found


def _forms(entry: Abbreviation) -> _Forms:
    short: dict[tuple[str, ...], Form] = {}
    for name in entry.names:
        for form in _short(name, reading_of(name)):
            short.setdefault(form.keys, form)
    long = tuple(_long(text, reading_of(text)) for text in entry.expansions)
    return _Forms(tuple(short.values()), long, entry.alone)


def _short(name: str, reading: Reading) -> Iterator[Form]:
    """A name as it stands and, if it is written with dots and the like, also without them."""
    yield Form(name, _keys(reading), tuple(_needs_capitals(name, token) for token in reading.tokens))
    if len(reading.tokens) > 1 and not re.search(r"\s", name):
        together = "".join(token.text for token in reading.tokens)
        yield Form(together, (key(together),), (together.isupper() and is_syllable(key(together)),))


def _long(expansion: str, reading: Reading) -> Form:
    return Form(expansion, _keys(reading), (False,) * len(reading.tokens))


def _keys(reading: Reading) -> tuple[str, ...]:
    return tuple(token.key for token in reading.tokens)


def _fits(tokens: Sequence[Token], form: Form, accepts: Accepts, shouted: bool) -> bool:
    return all(
        accepts(token, key) and (not capitals or (token.text.isupper() and not shouted))
        for token, key, capitals in zip(tokens, form.keys, form.capitals)
    )


def _needs_capitals(text: str, token: Token) -> bool:
    """Whether only its capitals tell a short form that stands apart from a common syllable: CA, TƯ."""
    apart = text[: token.start][-1:].strip() == "" and text[token.end :][:1].strip() == ""
    return apart and token.text.isupper() and is_syllable(token.key)


# Files


def load(path: Path | None = None) -> Abbreviations:
    """The package's list, extended and overridden by the file at `path`; ReadError where that cannot be read."""
    if path is None:
        return _packaged()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"The list of abbreviations cannot be read: {error}", "It is text in UTF-8", str(path)) from error
    return Abbreviations(_merged(_package_entries(), read(text, str(path))))


def read(text: str, path: str = "") -> tuple[Abbreviation, ...]:
    """The entries of a list, those without an expansion among them; ReadError names a line that is none.

    >>> read("UBND = Ủy ban nhân dân  # chính quyền")[0].names
    ('UBND',)
    """
    entries = []
    for number, line in enumerate(normalise(text).splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if line:
            entries.append(_entry(line, path, number))
    return tuple(entries)


def _entry(line: str, path: str, number: int) -> Abbreviation:
    left, sign, right = line.partition("=")
    names = _sides(left.strip().removeprefix("?"))
    if not sign or not names or not all(map(_WORD.search, names)):
        raise ReadError(f"{line[:60]!r} is no abbreviation", "Write NAME = what it stands for", path, number)
    expansions = _sides(right)
    if not all(map(_WORD.search, expansions)):
        raise ReadError(f"{line[:60]!r} stands for nothing", "Write words after =, or nothing at all", path, number)
    return Abbreviation(names, expansions, alone=not left.strip().startswith("?"))


def _sides(text: str) -> tuple[str, ...]:
    return tuple(side.strip() for side in text.split("|") if side.strip())


def _merged(earlier: tuple[Abbreviation, ...], later: tuple[Abbreviation, ...]) -> tuple[Abbreviation, ...]:
    """The entries of both lists; names of the later list lose what the earlier one said of them."""
    taken = {_plain(name) for entry in later for name in entry.names}
    kept = []
    for entry in earlier:
        names = tuple(name for name in entry.names if _plain(name) not in taken)
        if names:
            kept.append(Abbreviation(names, entry.expansions, entry.alone))
    return (*kept, *(entry for entry in later if entry.expansions))


def _plain(name: str) -> str:
    return "".join(key(part) for part in _WORD.findall(name))


def _package_entries() -> tuple[Abbreviation, ...]:
    return read(data.read_text("abbreviations.txt"), "abbreviations.txt")


@lru_cache(maxsize=1)
def _packaged() -> Abbreviations:
    return Abbreviations(_package_entries())
