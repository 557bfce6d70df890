"""Words and phrases of a query -> elements of a match: what each syllable may be in the index.

Here the marks mode, wildcards, joined forms (TP.HCM, TPHCM) and abbreviations meet. Whether a word is
wanted or required is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from searchkit.abbreviations import Abbreviations, Form, Run
from searchkit.query import Phrase, Word
from searchkit.resolved import Alternative, Expansion, TermSpec
from searchkit.syllable import ONSETS, RIMES
from searchkit.text import fold, has_marks, is_syllable, key
from searchkit.tokens import Reading, Token, reading_of

Element = tuple[Alternative, ...]
ABBREVIATION, JOINED = "abbreviation", "joined"
MARKS = ("prefer", "exact", "any")
_RUN = re.compile(r"[\w*]+(?:\?+[\w*]+)*")
_ADDRESS = "://"


class Piece(NamedTuple):
    """A part of a word or phrase: plain text, or one word with wildcards."""

    text: str
    wild: bool


def pieces(text: str) -> list[Piece]:
    """A text cut at its words with wildcards; a `?` counts inside a word only, never in a web address.

    >>> pieces("covid-1* là gì?")
    [Piece(text='covid-', wild=False), Piece(text='1*', wild=True), Piece(text=' là gì?', wild=False)]
    """
    address = _ADDRESS in text
    found: list[Piece] = []
    last = 0
    for run in _RUN.finditer(text):
        wild = "*" in run[0] or ("?" in run[0] and not address)
        if wild and re.search(r"\w", run[0]):
            found += [Piece(text[last : run.start()], False), Piece(run[0], True)]
            last = run.end()
    found.append(Piece(text[last:], False))
    return [piece for piece in found if piece.text]


@dataclass
class Terms:
    """How the texts of one query are read; `expansions` collects what was added to them."""

    marks: str
    abbreviations: Abbreviations
    texts: dict[str, Reading] = field(default_factory=dict)
    expansions: list[Expansion] = field(default_factory=list)
    shouted: bool = False  # the whole query is in capitals, so that capitals tell nothing

    def learn(self, nodes: Iterable[Word | Phrase]) -> None:
        """Analyses the texts of all words and phrases, each once."""
        texts = {piece.text for node in nodes for piece in pieces(node.text) if not piece.wild}
        self.texts |= {text: reading_of(text) for text in texts - self.texts.keys()}

    def spec(self, token: Token) -> TermSpec:
        """What a token stands for under the marks mode."""
        if self.ignores_marks(token.text):
            return TermSpec("folded", token.folded)
        return TermSpec("key", token.key)

    def ignores_marks(self, text: str) -> bool:
        """Whether every spelling of a syllable typed like this is meant."""
        return self.marks == "any" or (self.marks == "prefer" and not has_marks(text))

    def accepts(self, token: Token, wanted: str) -> bool:
        """Whether a token as typed can stand for a key."""
        return token.folded == fold(wanted) if self.ignores_marks(token.text) else token.key == wanted

    def elements(self, node: Word | Phrase, listed: bool = True, joins: bool = True) -> tuple[Element, ...]:
        """The elements of a word or phrase; `listed`: with abbreviations, `joins`: the field has joined forms."""
        found: list[Element] = []
        for piece in pieces(node.text):
            if piece.wild:
                found.append(self.pattern(piece.text))
            elif isinstance(node, Word) and node.fuzzy:
                found += [self.near(token, node.fuzzy) for token in self.texts[piece.text].tokens]
            else:
                found += self.plain(self.texts[piece.text], node.span, listed, joins)
        return tuple(found)

    def exact(self, node: Word | Phrase) -> tuple[Element, ...]:
        """The elements of a word or phrase in the very spelling typed."""
        found: list[Element] = []
        for piece in pieces(node.text):
            if piece.wild:
                found.append(_patterns({piece.text.lower(): None}, folded=False))
            else:
                found += [_one(TermSpec("spelling", token.text)) for token in self.texts[piece.text].tokens]
        return tuple(found)

    def pattern(self, text: str) -> Element:
        """A word with wildcards; with tone placement and i/y both as typed and as in keys."""
        if self.ignores_marks(text):
            return _patterns({fold(text): None}, folded=True)
        return _patterns({text.lower(): None, _key_of_pattern(text): None}, folded=False)

    def near(self, token: Token, distance: int) -> Element:
        """A token or whatever is spelled nearly so; numbers are exact."""
        if token.text.isdigit():
            return _one(self.spec(token))
        value = token.folded if self.marks == "any" else token.key
        return _one(TermSpec("fuzzy", value, distance))

    def plain(self, reading: Reading, span: tuple[int, int], listed: bool, joins: bool) -> Iterator[Element]:
        """The elements of adjacent tokens; runs that may be written otherwise become one element."""
        runs = self.listed(reading.tokens, span) if listed else {}
        others: dict[tuple[int, int], Element] = {at: self.forms(run.forms) for at, run in runs.items()}
        if joins:
            _add_joined(others, reading)
        at = 0
        ends = dict(others.keys())
        while at < len(reading.tokens):
            end = ends.get(at, at + 1)
            own = Alternative(tuple(map(self.spec, reading.tokens[at:end])))
            yield _different((own, *others.get((at, end), ()), *self.unbroken(reading.tokens[at:end], joins)))
            at = end

    def unbroken(self, tokens: Sequence[Token], joins: bool) -> Element:
        """For a single token that is no syllable: the same written with dots or dashes."""
        if not joins or len(tokens) != 1 or tokens[0].text.isdigit() or like_syllable(tokens[0].key):
            return ()
        return (Alternative((TermSpec("joined", tokens[0].key),), JOINED),)

    def listed(self, tokens: Sequence[Token], span: tuple[int, int]) -> dict[tuple[int, int], Run]:
        """The runs of tokens that the list of abbreviations knows; keeps a record of them."""
        runs = {}
        for run in self.find(tokens):
            if run.forms:
                runs[run.start, run.end] = run
            self.record(run, " ".join(token.text for token in tokens[run.start : run.end]), span)
        return runs

    def find(self, tokens: Sequence[Token]) -> list[Run]:
        """The entries of the list of abbreviations among adjacent tokens."""
        return self.abbreviations.find(tokens, self.accepts, self.shouted)

    def record(self, run: Run, typed: str, span: tuple[int, int]) -> None:
        """Keeps what a part of the query also stands for, or why it does not."""
        if run.forms:
            self.expansions.append(Expansion(typed, tuple(form.text for form in run.forms), ABBREVIATION, span))
        elif not any(e.expansions and e.span[0] <= span[0] and span[1] <= e.span[1] for e in self.expansions):
            why = f"not expanded, it may stand for {', '.join(run.ambiguous)}"
            self.expansions.append(Expansion(typed, (), why, span))

    def forms(self, forms: Iterable[Form]) -> Element:
        """The other ways to write something, as alternatives."""
        return tuple(Alternative(tuple(self.form_terms(form)), ABBREVIATION) for form in forms)

    def form_terms(self, form: Form) -> Iterator[TermSpec]:
        shown = form.text.split() if any(form.capitals) else []
        for number, (term, capitals) in enumerate(zip(form.keys, form.capitals)):
            if capitals:
                yield TermSpec("spelling", shown[number])
            else:
                yield TermSpec("folded", fold(term)) if self.marks == "any" else TermSpec("key", term)


def collapsed(elements: tuple[Element, ...], others: Element) -> tuple[Element, ...]:
    """A word as one element to which other ways of writing it are added."""
    if len(elements) == 1:
        return (_different((*elements[0], *others)),)
    own = Alternative(tuple(term for element in elements for term in element[0].terms))
    return (_different((own, *others)),)


def _add_joined(others: dict[tuple[int, int], Element], reading: Reading) -> None:
    """Adds the joined forms of runs that do not overlap others."""
    starts = {token.start: number for number, token in enumerate(reading.tokens)}
    for form in sorted(reading.joined, key=lambda form: -form.length):
        at = starts[form.start]
        run = (at, at + form.length)
        if run not in others and any(start < run[1] and run[0] < end for start, end in others):
            continue
        together = Alternative((TermSpec("key", form.key),), JOINED)
        apart = Alternative((TermSpec("joined", form.key),), JOINED)
        if not like_syllable(form.key):
            others[run] = (*others.get(run, ()), together, apart)


@lru_cache(maxsize=4096)
def like_syllable(token: str) -> bool:
    """Whether a token is a syllable, or one whose marks were left out: nhieu."""
    onsets, rimes = _bare_parts()
    bare = fold(token)
    return is_syllable(token) or any(bare[:cut] in onsets and bare[cut:] in rimes for cut in range(4))


@lru_cache(maxsize=1)
def _bare_parts() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(fold, ONSETS)), frozenset(map(fold, RIMES))


def _different(alternatives: Iterable[Alternative]) -> Element:
    """The alternatives, each set of terms once."""
    found: dict[tuple[TermSpec, ...], Alternative] = {}
    for alternative in alternatives:
        found.setdefault(alternative.terms, alternative)
    return tuple(found.values())


def _one(spec: TermSpec) -> Element:
    return (Alternative((spec,)),)


def _patterns(texts: dict[str, None], folded: bool) -> Element:
    return tuple(Alternative((_pattern(text, folded),)) for text in texts)


def _pattern(text: str, folded: bool) -> TermSpec:
    start = text[:-1]
    if text.endswith("*") and "*" not in start and "?" not in start:
        return TermSpec("prefix", start, folded=folded)
    return TermSpec("wildcard", text, folded=folded)


def _key_of_pattern(text: str) -> str:
    return "".join(part if part in "*?" else key(part) for part in re.split(r"([*?])", text) if part)
