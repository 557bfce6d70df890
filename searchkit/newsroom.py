"""What news prose says of itself: crawler header, dateline, byline, credits, captions.

Only what a text states is taken; a headline is never made up, and nothing but a crawler's header is
removed. The patterns match normalised text (NFC). Vietnamese capitals and small letters are spelled
out: in Unicode's order they alternate, so a range like À-Ỹ would hold both.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date as Day
from typing import NamedTuple

from searchkit.article import BODY, CAPTION, paragraphs

_MARKED = (
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"  # the 67 marked small letters
)
LOWER = "a-z" + _MARKED
UPPER = "A-Z" + _MARKED.upper()
_SYLLABLE = rf"[{UPPER}][{LOWER}]+"
_DASH = "[-–—]"

_HEADER = re.compile(r"\s*date (?P<day>(?P<month>\d{4}-\d{2})(?:-\d{2})?)\s+(?=\S)")
_LEAD_TIME = r"(?:[Nn]gày|[Ss]áng|[Tt]rưa|[Cc]hiều|[Tt]ối|[Đđ]êm)(?:\s+(?:nay|qua|ngày))?"
_DAY_MONTH = r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})(?![./-]?\d)"
_AGENCY = rf"(?P<source>[A-ZĐ]{{2,8}}(?:\.VN| ?Online)?)\s*{_DASH}\s+"
_PAREN_SOURCE = re.compile(rf"\(\s*(?P<source>[{UPPER}][^()]{{1,40}}?)\s*\)\s*{_DASH}")
_AGENCY_TIME = re.compile(rf"{_AGENCY}{_LEAD_TIME}\s+{_DAY_MONTH}")
_AGENCY_PLAIN = re.compile(rf"{_AGENCY}(?=[{UPPER}“\"])")
_LEAD_DATE = re.compile(rf"(?:(?:Vào|Trong|Khoảng)\s+)?{_LEAD_TIME}\s+{_DAY_MONTH}")
# an abbreviation and a dash also begin other sentences (a club, a person); without a time only these are papers
_AGENCIES = frozenset(
    "ANTĐ ANTT BHG CAND CATP ĐCSVN ĐĐK ĐTCK GDVN HNM HNMO KTĐT LĐO NDĐT NDO NLD NLĐ NLĐO PLO PLVN PNO QĐND SGGP SGGPO"
    " TBKTSG TGO TNO TPO TTO TTX TTXVN VNA VNE VNN VOV VTC VTV".split()
)

_ROLE = r"(?:[Tt]in|[Bb]ài|[Ảả]nh|[Vv]ideo|[Cc]lip|[Đđ]ồ họa)"
_ROLES = rf"{_ROLE}(?:\s*(?:,|và|&|-|–|/|\s)\s*{_ROLE})*"
# full stops stand in names after initials (P.V, G. Minh) and in addresses (Vnexpress.net), else they end the name
_NAMES = rf"[{UPPER}](?:[^.:()“”\"\n]|(?<=[{UPPER}])\.|\.(?=[A-Za-z]{{2,3}}\b)|\([^()\n]*\)){{1,59}}"
_WROTE = re.compile(rf"(?P<roles>{_ROLES}|Thực hiện|Tác giả)\s*:\s*(?P<names>{_NAMES})")
_ACCORDING = re.compile(rf"(?P<credit>(?:Theo\s|Nguồn(?: ảnh| tin)?\s*:)\s*{_NAMES})")
_AFTER_SENTENCE = r"(?<=[.!?…”\")])\s*\(?"
_WROTE_LAST = re.compile(rf"{_AFTER_SENTENCE}{_WROTE.pattern}\)?\s*$")
_ACCORDING_LAST = re.compile(rf"{_AFTER_SENTENCE}{_ACCORDING.pattern}\)?\s*$")
_NAME = re.compile(rf"{_SYLLABLE}(?: {_SYLLABLE}){{1,3}}")
_WRITER = re.compile(r"tin|bài|thực hiện|tác giả", re.IGNORECASE)
_TAIL = 160  # characters at the end of a text in which a byline can stand
_CREDIT_LONGEST = 120

_LABEL = re.compile(rf"(?:{_ROLES}|Thực hiện|Tác giả)\s*:\s*", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^()]*(?:\)|$)")
# a dash parts names between spaces, or between two that have a space each: Nguyễn-Smith and Jean-Paul are one name
_PARTING = re.compile(r"\s*[,;&/|\n]\s*|\s+(?:và|[-–—])\s+|\s+[-–—]|[-–—]\s+")
_TWO_NAMES = re.compile(rf"({_SYLLABLE}(?: {_SYLLABLE})+)-({_SYLLABLE}(?: {_SYLLABLE})+)")

_SENTENCE_ENDS = (".", "!", "?", "…")
_STOPS = (*_SENTENCE_ENDS, ":", ";", ",")
_CLOSING = "”\"'’)»"
_CAPTION_LONGEST = 160  # characters; measured on 200 articles: 378 of 383 paragraphs without a stop are shorter
_CAPTION_SYLLABLES = 5  # fewer is a sub-heading or a name
_LIST_ITEM = re.compile(r"(?:[-–—*•+>]|#{1,6}|\d{1,3}[.)]|[a-zđ]\))\s")
_SENTENCES = re.compile(rf"[.!?…][{_CLOSING}]*\s+[({UPPER}]")
_PHOTO = re.compile(r"[Ảả]nh(?: minh h(?:ọa|oạ))?\s*:\s*\S[^.]{0,60}\)?$")


class Told(NamedTuple):
    """What a text says of itself; `pieces` are its paragraphs with their kind, the header taken off."""

    pieces: tuple[tuple[str, str], ...]
    header: str | None = None
    source: str | None = None
    date: str | None = None
    inferred: bool = False
    authors: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()


def read(text: str, captions: Collection[str] = (), summary: str = "") -> Told:
    """What an article's normalised text, and its summary's beginning, say; `captions` are the ones known already.

    >>> told = read(" date 2021-03 BHG - Chiều 5.3, họp.\\n\\nTin, ảnh: Duy Tuấn")
    >>> told.source, told.date, told.inferred, told.authors
    ('BHG', '2021-03-05', True, ('Duy Tuấn',))
    """
    header = _HEADER.match(text)
    if header:
        text = text[header.end() :]
    found = split_paragraphs(text)
    kinds = _kinds(found, captions)
    opening = _Opening.of(summary)
    if not opening.source:
        opening = _Opening.of(found[0] if found else "")
    signed = _signatures(found)
    date, inferred = _date(header, opening)
    return Told(
        pieces=tuple(zip(kinds, found, strict=True)),
        header=header[0].strip() if header else None,
        source=opening.source,
        date=date,
        inferred=inferred,
        authors=tuple(signed.authors),
        credits=tuple(signed.credits),
    )


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: between blank lines, or, where there are none, lines that mostly end a sentence.

    >>> split_paragraphs("Một câu.\\nHai câu."), split_paragraphs("Câu dài bị\\nngắt dòng.")
    (['Một câu.', 'Hai câu.'], ['Câu dài bị\\nngắt dòng.'])
    """
    if "\n" not in text:
        return [text.strip()] if text.strip() else []
    found = list(paragraphs(text))
    if len(found) == 1 and "\n" in found[0]:
        lines = [line.strip() for line in found[0].split("\n")]
        if 2 * sum(_ends(line, _SENTENCE_ENDS) for line in lines) > len(lines):
            return lines
    return found


def split_names(text: str) -> tuple[str, ...]:
    """The names in a byline, each once, in order.

    >>> split_names("Bài, ảnh: Duy Tuấn - Hà My và Shaquille O'Neill (TTXVN), Anne Nguyễn-Smith")
    ('Duy Tuấn', 'Hà My', "Shaquille O'Neill", 'Anne Nguyễn-Smith')
    """
    text = _IN_BRACKETS.sub("", _LABEL.sub("", text.strip(), count=1))
    names: list[str] = []
    for name in map(str.strip, _PARTING.split(text)):
        two = _TWO_NAMES.fullmatch(name)
        names.extend(two.groups() if two else (name,))
    return tuple(dict.fromkeys(filter(None, names)))


class _Opening(NamedTuple):
    """What stands before a text's first sentence."""

    source: str | None = None
    day: int = 0
    month: int = 0

    @classmethod
    def of(cls, text: str) -> _Opening:
        if found := _AGENCY_TIME.match(text):
            return cls(found["source"], int(found["day"]), int(found["month"]))
        source, rest = None, text
        if found := _PAREN_SOURCE.match(text) or _AGENCY_PLAIN.match(text):
            if text[0] == "(" or found["source"] in _AGENCIES:
                source, rest = found["source"], text[found.end() :].lstrip()
        lead = _LEAD_DATE.match(rest)
        return cls(source, int(lead["day"]), int(lead["month"])) if lead else cls(source)


def _date(header: re.Match[str] | None, opening: _Opening) -> tuple[str | None, bool]:
    """The header's month, and the dateline's day where it lies in that month; a year is never guessed."""
    if not header or not _is_month(header["month"]):
        return None, False
    month = header["month"]
    if header["day"] != month:
        return (header["day"], False) if _is_day(header["day"]) else (month, False)
    day = f"{month}-{opening.day:02}"
    if opening.day and int(month[5:]) == opening.month and _is_day(day):
        return day, True
    return month, False


def _is_month(text: str) -> bool:
    return _is_day(f"{text}-01")


def _is_day(text: str) -> bool:
    try:
        Day.fromisoformat(text)
    except ValueError:
        return False
    return True


class _Signatures(NamedTuple):
    """Who wrote, and all that was said about where text and pictures come from."""

    authors: dict[str, None]
    credits: dict[str, None]

    def add(self, wrote: re.Match[str] | None, according: re.Match[str] | None) -> bool:
        if wrote:
            names = wrote["names"].strip()
            self.credits[f"{wrote['roles']}: {names}"] = None
            if _WRITER.search(wrote["roles"]):  # a photographer alone is a credit
                self.authors.update((name, None) for name in split_names(names) if not name.startswith("Theo "))
        elif according:
            self.credits[according["credit"].strip()] = None
        return bool(wrote or according)


def _signatures(found: list[str]) -> _Signatures:
    """Authors and credits: from short paragraphs that are nothing else, and from the end of the last one."""
    signed = _Signatures({}, {})
    for at, paragraph in enumerate(found):
        alone = at > 0 and len(paragraph) <= _CREDIT_LONGEST and _sign_alone(paragraph, signed)
        if at == len(found) - 1 and not alone:
            tail = paragraph[-_TAIL:]
            if not signed.add(_WROTE_LAST.search(tail), _ACCORDING_LAST.search(tail)):
                if at > 0 and not signed.authors and _NAME.fullmatch(paragraph):
                    signed.authors[paragraph] = None
    return signed


def _sign_alone(paragraph: str, signed: _Signatures) -> bool:
    bare = paragraph.strip("(). ") if paragraph.count("(") != 1 or paragraph[0] == "(" else paragraph.rstrip(" .")
    return signed.add(_WROTE.fullmatch(bare), _ACCORDING.fullmatch(bare))


def _kinds(found: list[str], captions: Collection[str]) -> list[str]:
    """body or caption for each paragraph: a caption has no final stop, and stands among paragraphs that have one."""
    known = set(captions)
    kinds = [CAPTION if paragraph in known else BODY for paragraph in found]
    likely = [at for at in range(1, len(found)) if kinds[at] == BODY and _like_caption(found[at])]
    if len(likely) <= sum(map(_ends, found)):
        for at in likely:
            kinds[at] = CAPTION
    return kinds


def _like_caption(paragraph: str) -> bool:
    if len(paragraph) > _CAPTION_LONGEST or "\n" in paragraph:
        return False
    if _PHOTO.search(paragraph):
        return not _WROTE.fullmatch(paragraph)
    return (
        not _ends(paragraph)
        and paragraph.count(" ") >= _CAPTION_SYLLABLES - 1
        and not paragraph.isupper()
        and not _LIST_ITEM.match(paragraph)
        and not _SENTENCES.search(paragraph)
        and not _WROTE.fullmatch(paragraph)
        and not _ACCORDING.fullmatch(paragraph)
    )


def _ends(paragraph: str, stops: tuple[str, ...] = _STOPS) -> bool:
    """Whether one of the stops ends it, closing quotes and brackets apart."""
    return paragraph.rstrip(_CLOSING).endswith(stops)
