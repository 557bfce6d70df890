"""Query text -> lexemes: operands already in the form of tree nodes, operators, parentheses.

What stands alone is settled here: words, phrases, fields, ranges, wildcards, and what is merely
punctuation. How the pieces hang together is the parser's. Whatever a bare text may contain is read as text;
what was clearly meant as an operator and cannot be read raises QueryError.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from searchkit import dates, fields
from searchkit.errors import QueryError
from searchkit.query import Boost, Exact, Has, InField, Node, Phrase, Range, Word
from searchkit.text import normalise
from searchkit.wordends import cut_start, endings, has_letters

OPERATORS = {"AND": "and", "VÀ": "and", "OR": "or", "HOẶC": "or", "NOT": "not", "KHÔNG": "not"}
MOST_APART = 250  # syllables; the parts of an article stand further apart than that, so nothing matches across them
GREATEST_BOOST = 1000.0
_OPERATOR = re.compile(r"(?:(AND|VÀ|OR|HOẶC|NOT|KHÔNG)|(NEAR|GẦN|BEFORE|TRƯỚC)/([0-9]+))(?=[\s()\"“«]|$)")
_NAME = re.compile(r"([^\W\d_]+(?:[-_][^\W\d_]+)*):")
_LAST_WORD = re.compile(r"(?<![\w:-])([^\W\d_]{1,9})\s{1,3}\Z")
_CHUNK = re.compile(r"(?:[^\s()|&\"“”„‟＂«»]|(?<=\w)&(?=\w))+")
_SLOP = re.compile(r"~([0-9]+)")
_BOOST = re.compile(r"\^([0-9]+(?:\.[0-9]+)?)")
_NO_BOOST = re.compile(r"\^.*[^\W_].*")
_NUMBERLESS = re.compile(r"(NEAR|GẦN|BEFORE|TRƯỚC)(?:/[^0-9]*)?")
_COMPARISON = re.compile(r"(>=|<=|>|<)(.*)", re.DOTALL)
_SCHEMES = frozenset("http https ftp ftps mailto tel sms urn file data javascript".split())
_CLOSING = {'"': '"”“', "＂": '＂"', "“": '”"“', "”": '”"', "„": '“”"', "‟": '”"', "«": "»", "»": "«"}
_QUOTES = re.compile("[\"“”„‟＂«»]")


class Lexeme(NamedTuple):
    """`kind` is operand, open, close, and, or, not, must, near or before; `text` is what was typed.

    `field` belongs to an opening parenthesis; `number` is how far near reaches, or the boost after a closing
    parenthesis (negative for none).
    """

    kind: str
    text: str
    start: int
    end: int
    node: Node | None = None
    field: str = ""
    number: float = 0.0


def scan(text: str) -> tuple[list[Lexeme], list[str]]:
    """The lexemes of a normalised query, and sentences on what was read as text; positions are into `text`."""
    scanner = _Scanner(text)
    scanner.run()
    return scanner.lexemes, list(dict.fromkeys(scanner.notices))


class _Scanner:
    def __init__(self, text: str):
        self.text = text
        self.at = 0
        self.lexemes: list[Lexeme] = []
        self.notices: list[str] = []
        self.groups: list[tuple[str, int]] = []  # field in force and place of each open parenthesis

    def run(self) -> None:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character.isspace():
                self.at += 1
            elif character == "(":
                self.open("", self.at)
            elif character == ")":
                self.close()
            elif character in "|&":
                self.symbol(character)
            elif character in "+-" and self.prefixes_something():
                self.emit("must" if character == "+" else "not", self.at + 1)
            elif not (character.isalnum() or character in "*=" or character in _CLOSING):
                self.pass_over(character)
            elif not (self.operator() or self.in_field()):
                self.operand("", self.at)
        if self.groups:
            raise QueryError("A parenthesis is not closed", "Add ) or leave out (", self.groups[-1][1])

    @property
    def field(self) -> str:
        return self.groups[-1][0] if self.groups else ""

    def emit(self, kind: str, end: int, number: float = 0.0) -> None:
        self.lexemes.append(Lexeme(kind, self.text[self.at : end], self.at, end, number=number))
        self.at = end

    def at_word_start(self) -> bool:
        return self.at == 0 or self.text[self.at - 1].isspace() or self.text[self.at - 1] == "("

    def open(self, field: str, start: int) -> None:
        self.groups.append((field or self.field, self.at))
        self.lexemes.append(Lexeme("open", "(", start, self.at + 1, field=field))
        self.at += 1

    def close(self) -> None:
        if not self.groups:
            raise QueryError("There is a ) with no ( before it", "Leave it out, or add (", self.at)
        self.groups.pop()
        boost = _BOOST.match(self.text, self.at + 1)
        factor = self.factor(boost[1], boost.start()) if boost else None
        self.emit("close", boost.end() if boost else self.at + 1, number=-1.0 if factor is None else factor)

    def symbol(self, character: str) -> None:
        end = self.at
        while end < len(self.text) and self.text[end] == character:
            end += 1
        self.emit("or" if character == "|" else "and", end)

    def begins_word(self) -> bool:
        """Whether a word or phrase begins here."""
        after = self.text[self.at : self.at + 1]
        return after.isalnum() or (after != "" and (after == "*" or after in _CLOSING))

    def pass_over(self, character: str) -> None:
        """Leaves out a punctuation mark before a word or alone."""
        alone = self.text[self.at + 1 : self.at + 2].strip() == ""
        if character in "~^" and (alone or self.text[max(0, self.at - 1)] in ')"”»'):
            self.notices.append(f"{character} was read as punctuation")
        self.at += 1

    def prefixes_something(self) -> bool:
        after = self.text[self.at + 1 : self.at + 2]
        return self.at_word_start() and (after.isalnum() or (after in '"“«„(=*' and after != ""))

    def operator(self) -> bool:
        """Reads a word operator, if there is one here."""
        found = _OPERATOR.match(self.text, self.at)
        if not found or not (self.at_word_start() or self.text[self.at - 1] in ')"”»'):
            return False
        if found[1]:
            self.emit(OPERATORS[found[1]], found.end())
            return True
        apart = int(found[3]) if len(found[3]) < 9 else MOST_APART + 1
        if apart > MOST_APART:
            raise QueryError(f"{found[0][:20]} reaches too far", f"At most {found[2]}/{MOST_APART}", self.at)
        self.emit("near" if found[2] in ("NEAR", "GẦN") else "before", found.end(), number=apart)
        return True

    def in_field(self) -> bool:
        """Reads `name:value`, if that is what stands here."""
        found = _NAME.match(self.text, self.at)
        if not found:
            return False
        after = self.text[found.end() : found.end() + 1]
        name = fields.find(found[1])
        if name is None or self.text.startswith("//", found.end()):
            return self.not_a_field(found[1], after)
        if after.isspace() and found[1][0].isupper():
            return False  # a headline: "Báo: …"
        if not after or after.isspace() or after in ")|&":
            raise QueryError(f"Nothing stands after {found[0]}", f"Write it without a space: {fields.EXAMPLES[name]}", self.at)
        if self.field:
            raise QueryError(f"{found[0]} stands inside {self.field}:", "Close the parenthesis first", self.at)
        start, self.at = self.at, found.end()
        if after == "(" and name != fields.HAS:
            self.open(name, start)
        else:
            self.operand(name, start)
        return True

    def not_a_field(self, name: str, after: str) -> bool:
        """False if `name:` is text; an error if it looks like a field that does not exist."""
        valuable = after.isalnum() or (after != "" and after in '"“«(=')
        if valuable and self.two_words(name):
            return False
        if not valuable or len(name) < 3 or name.lower() in _SCHEMES:
            return False
        near = fields.nearest(name)
        if near or (name.isascii() and name.islower()):
            meant = f"Did you mean {' or '.join(near)}?" if near else f"Fields: {', '.join(fields.FIELDS)}, has"
            advice = f"{meant.rstrip('?')}{'?' if near else '.'} To search for the text, put a space after the colon"
            raise QueryError(f"There is no field named {name!r}", advice, self.at)
        self.notices.append(f"{name}: was read as text: there is no field of that name")
        return False

    def two_words(self, name: str) -> bool:
        """Whether `name:` ends a field's name written with a space; an error unless it is as a sentence begins."""
        before = _LAST_WORD.search(self.text, 0, self.at)
        joined = f"{before[1]}-{name}" if before else ""
        if not joined or fields.find(joined) is None:
            return False
        if joined[0].isupper():
            self.notices.append(f"{before[1]} {name}: was read as text: the field is {joined.lower()}:")
            return True
        advice = f"Did you mean {joined}:? To search for the text, put a space after the colon"
        raise QueryError(f"There is no field named '{before[1]} {name}'", advice, before.start())

    def operand(self, field: str, start: int) -> None:
        """Reads one word, phrase, exact form or value, and its boost; `start` is where its field began."""
        wanted = field or self.field
        character = self.text[self.at]
        node: Node | None
        if wanted == fields.HAS:
            node, factor = self.has(start), None
        elif wanted == fields.DATE:
            node, factor = self.days(start)
        elif character in "<>" and field:
            raise QueryError(f"{field}: takes no comparison", "Only date: has ranges: date:>=2021-03-05", self.at)
        elif character == "=":
            self.at += 1
            if not (self.begins_word() or field):
                self.notices.append("= was read as punctuation")
                return
            node, factor = self.plain(wanted) if self.begins_word() else (None, None)
            node = Exact(node, (self.at, self.at)) if isinstance(node, Word | Phrase) else node
        else:
            node, factor = self.plain(wanted)
        if node is None:
            if field:
                raise QueryError(f"Nothing to search for stands after {field}:", f"As in {fields.EXAMPLES[field]}", start)
            return
        self.add(node, factor, field, start)

    def add(self, node: Node, factor: float | None, field: str, start: int) -> None:
        span = (start, self.at)
        node = _placed(node, span)
        if field and not isinstance(node, Range | Has):
            node = InField(field, node, span)
        if factor is not None:
            node = Boost(node, factor, span)
        self.lexemes.append(Lexeme("operand", self.text[start : self.at], start, self.at, node))

    def plain(self, field: str) -> tuple[Node | None, float | None]:
        """A phrase or a word with its boost; None where there is only punctuation."""
        if self.text[self.at] in _CLOSING:
            return self.phrase()
        return self.word(field)

    def phrase(self) -> tuple[Phrase | None, float | None]:
        inner = self.quoted()
        if inner is None:
            return None, None
        slop = _SLOP.match(self.text, self.at)
        if slop and (len(slop[1]) > 4 or int(slop[1]) > MOST_APART):
            raise QueryError(f"The slop {slop[0][:20]} is too large", f"At most ~{MOST_APART}", self.at)
        self.at = slop.end() if slop else self.at
        boost = _BOOST.match(self.text, self.at)
        factor = self.factor(boost[1], self.at) if boost else None
        self.at = boost.end() if boost else self.at
        text = " ".join(normalise(" ".join(_QUOTES.sub(" ", inner).split())).split())
        if not has_letters(text):
            self.notices.append("Quotes with no word in them were left out")
            return None, None
        return Phrase(text, int(slop[1]) if slop else 0), factor

    def quoted(self) -> str | None:
        """What stands in the quotes that begin here, or None: then the quote alone was passed over."""
        quote, start = self.text[self.at], self.at + 1
        inch = quote == '"' and self.at > 0 and self.text[self.at - 1].isalnum()
        ends = (self.text.find(closing, start) for closing in _CLOSING[quote])
        end = -1 if inch else next((end for end in ends if end >= 0), -1)
        if end < 0:
            self.notices.append(f"A quote {quote} without its other half was read as text")
            self.at += 1
            return None
        self.at = end + 1
        return self.text[start:end]

    def word(self, field: str) -> tuple[Node | None, float | None]:
        found = _CHUNK.match(self.text, self.at)
        if not found:  # = before a parenthesis or an operator
            return None, None
        start, self.at = self.at, found.end()
        if field == fields.ID:
            return Word(found[0]), None
        chunk = cut_start(found[0])
        if field not in (fields.PATH, fields.URL):
            chunk = self.oddities(chunk, start)
        text, fuzzy, boost = endings(chunk)
        if not has_letters(text):
            if text == "*" and field:
                return Has(field), None
            self.punctuation(found[0])
            return None, None
        if found[0].endswith("^"):
            self.notices.append("A ^ with no number after it was left out")
        factor = self.factor(boost, start) if boost else None
        if text[-1].isdigit() and fuzzy not in ("", "~", "~1", "~2"):
            return Word(text + fuzzy), factor  # 10~20
        return Word(_small(text), self.distance(text, fuzzy, start)), factor

    def oddities(self, chunk: str, start: int) -> str:
        """The chunk without a boost that is no number; notices on what looks like syntax and is read as text."""
        wrong = _NO_BOOST.search(chunk)
        if wrong and "://" not in chunk and not endings(chunk)[2] and has_letters(chunk[: wrong.start()]):
            self.notices.append(f"The boost {wrong[0][:20]} is not a number and was left out: write it as in ^2 or ^0.5")
            chunk = chunk[: wrong.start()]
        apart, before = _NUMBERLESS.fullmatch(chunk), self.text[start - 1 : start]
        pasted = apart and not apart[1].isascii() and not any(character.islower() for character in self.text)
        if apart and before not in (":", "=") and not pasted:
            self.notices.append(f"{chunk} was read as a word: as an operator it needs a number, as in {apart[1]}/5")
        name = _NAME.match(chunk)
        if before == ":" and name and fields.find(name[1]) and chunk[name.end() : name.end() + 1].isalnum():
            self.notices.append(f"{name[0]} was read as text: it stands inside another field")
        return chunk

    def distance(self, text: str, ending: str, start: int) -> int:
        if not ending:
            return 0
        if ending not in ("~", "~1", "~2"):
            raise QueryError(f"{ending[:20]} is not a distance", "Write ~1 or ~2 after a word", start + len(text))
        if "*" in text or "?" in text:
            self.notices.append(f"The ~ of {text}{ending} was left out: it cannot be joined with * or ?")
            return 0
        return int(ending[1:] or 1)

    def punctuation(self, chunk: str) -> None:
        if set(chunk) & set("*~^=+&"):
            self.notices.append(f"{chunk[:20]} was read as punctuation")

    def factor(self, number: str, position: int) -> float:
        if len(number) > 20 or float(number) > GREATEST_BOOST:
            raise QueryError(f"The boost ^{number[:20]} is too large", f"At most ^{GREATEST_BOOST:g}", position)
        return float(number)

    def value(self, start: int) -> str:
        """The bare text of a value: a chunk or what stands in quotes."""
        if self.text[self.at] in _CLOSING:
            return (self.quoted() or "").strip()
        found = _CHUNK.match(self.text, self.at)
        if not found:
            raise QueryError("A value is missing here", f"As in {fields.EXAMPLES[fields.DATE]}", start)
        self.at = found.end()
        return found[0]

    def has(self, start: int) -> Has:
        at = self.at
        name = self.value(start).rstrip(",.;:!?")
        field = fields.find(name)
        if field is None or field == fields.HAS:
            near = fields.nearest(name)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"Fields: {', '.join(fields.FIELDS)}"
            raise QueryError(f"There is no field named {name[:40]!r}", hint, at)
        return Has(field)

    def days(self, start: int) -> tuple[Node, float | None]:
        """A date or a range of dates."""
        at = self.at
        text = self.value(start).rstrip(",;:!?")
        boost = _BOOST.search(text)
        factor = self.factor(boost[1], at + boost.start()) if boost else None
        return _range(text[: boost.start()] if boost else text, at), factor


def _range(text: str, position: int) -> Range:
    """A range of dates from its text; QueryError at `position` when it is none."""
    comparison = _COMPARISON.fullmatch(text)
    low, high, sign = text, text, ""
    if comparison:
        sign, value = comparison[1], comparison[2]
        low, high = (value, None) if sign[0] == ">" else (None, value)
    elif ".." in text:
        low, high = (side or None for side in text.split("..", 1))
        if low is None and high is None:
            raise QueryError("The range .. has neither a beginning nor an end", "As in date:2021-01..2021-03", position)
    for value in {low, high} - {None}:
        _check(value, position)
    return Range(fields.DATE, low, high, sign == ">", sign == "<")


def _check(value: str, position: int) -> None:
    try:
        dates.check(value)
    except dates.DateError as error:
        raise QueryError(str(error), error.hint, position) from error


def _placed(node: Node, span: tuple[int, int]) -> Node:
    """The same operand with its place in the text."""
    if isinstance(node, Exact):
        return Exact(_placed(node.node, span), span)
    if isinstance(node, Word):
        return Word(node.text, node.fuzzy, span)
    if isinstance(node, Phrase):
        return Phrase(node.text, node.slop, span)
    if isinstance(node, Has):
        return Has(node.field, span)
    return Range(node.field, node.low, node.high, node.low_open, node.high_open, span)


def _small(text: str) -> str:
    """An operator's name as a word is written small, so that it stays a word when the tree is printed."""
    return text.lower() if _OPERATOR.fullmatch(text) else text
