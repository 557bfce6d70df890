"""Articles cut into passages with stable numbers, and passages cut to a line; offsets only, no markup.

A passage is a paragraph, short neighbours merged, long ones cut at sentence ends. The cut is made in
tokens, from what the analysis says of paragraphs and sentences, so the index needs no character offset and
a reader of the article finds the same passages again from its text alone. It knows no engine and no query.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from searchkit.article import Article, Part
from searchkit.tokens import outline

SHORT = 45  # syllables; a shorter paragraph joins its neighbour …
MERGED = 100  # … while the two together are no longer than this
LONG = 180  # a longer paragraph is cut at sentence ends …
PIECE = 130  # … into pieces of about this many syllables
TOLERANCE = 60  # how far from an equal share a sentence end may lie before a sentence itself is cut
ELLIPSIS = "…"


class Passage(NamedTuple):
    """A passage: its number in the article from 1, its kind, and code-point offsets into `Article.text`."""

    number: int
    kind: str
    start: int
    end: int


def split(count: int, paragraph_starts: Sequence[int], sentence_starts: Sequence[int]) -> list[int]:
    """Token ordinals at which the passages of one part start; `count` is the part's tokens.

    >>> split(300, [0, 20, 60], [0, 20, 60, 100, 170, 240])
    [0, 60, 170]
    """
    starts: list[int] = []
    bounds = [start for start in paragraph_starts if start < count] or [0]
    for start, end in zip(bounds, [*bounds[1:], count]):
        if starts and _mergeable(starts[-1], start, end):
            continue
        starts.append(start)
        starts.extend(_cuts(start, end, sentence_starts))
    return starts


def of_article(article: Article, starts: Sequence[int] | None = None) -> list[Passage]:
    """The passages of an article, numbered through its parts; they cover its text but for white space between them.

    `starts`: where they start, from an index that has kept it; else the text is read for it.
    """
    if starts is None:
        starts = [start for part in article.parts for start in starts_of_part(article.text, part)]
    found: list[Passage] = []
    parts = iter(article.parts)
    part = next(parts, None)
    for start, following in zip(starts, [*starts[1:], len(article.text)]):
        while part is not None and part.end <= start and part.end < len(article.text):
            part = next(parts, None)
        assert part is not None, "every passage starts in a part"
        end = start + len(article.text[start : min(following, part.end)].rstrip())
        found.append(Passage(len(found) + 1, part.kind, start, end))
    return found


def starts_of_part(text: str, part: Part) -> list[int]:
    """The code points at which the passages of one part start."""
    seen = outline(text[part.start : part.end])
    cuts = split(len(seen.starts), seen.paragraph_starts, seen.sentence_starts)
    return [part.start, *(_chunk_start(text, part.start + seen.starts[cut]) for cut in cuts[1:])]


def _chunk_start(text: str, at: int) -> int:
    """Back from a token to the white space before it, so that an opening quote stays with its sentence."""
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _mergeable(last: int, start: int, end: int) -> bool:
    """Whether the paragraph from `start` joins the passage that began at `last`."""
    return min(start - last, end - start) < SHORT and end - last <= MERGED


def _cuts(start: int, end: int, sentence_starts: Sequence[int]) -> Iterator[int]:
    """Where a long paragraph is cut: the sentence starts nearest to equal shares, else the shares themselves."""
    length = end - start
    pieces = round(length / PIECE) if length > LONG else 1
    last = start
    for piece in range(1, pieces):
        ideal = start + length * piece // pieces
        near = _nearest(sentence_starts, ideal, last + 1, end - 1)
        last = near if near is not None and abs(near - ideal) <= TOLERANCE else ideal
        yield last


def _nearest(sorted_values: Sequence[int], ideal: int, low: int, high: int) -> int | None:
    at = bisect_left(sorted_values, ideal)
    near = [value for value in sorted_values[max(at - 1, 0) : at + 1] if low <= value <= high]
    return min(near, key=lambda value: abs(value - ideal), default=None)


def excerpt(
    text: str, highlights: Sequence[tuple[int, int]], width: int = 320
) -> tuple[str, list[tuple[int, int]]]:
    """A long passage shown around its matches: about `width` code points, cut at white space, with an ellipsis.

    Returns the shortened text and the highlights' offsets into it; the stretch with the most matches is
    taken, and a match is never cut off.

    >>> excerpt("một hai ba bốn năm sáu bảy tám", [(15, 18)], width=12)
    ('… bốn năm sáu …', [(6, 9)])
    """
    if len(text) <= width:
        return text, list(highlights)
    start, end = _window(text, highlights, width)
    before = f"{ELLIPSIS} " if start else ""
    after = f" {ELLIPSIS}" if end < len(text) else ""
    shift = len(before) - start
    inside = [(low + shift, high + shift) for low, high in highlights if start <= low and high <= end]
    return f"{before}{text[start:end]}{after}", inside


def _window(text: str, highlights: Sequence[tuple[int, int]], width: int) -> tuple[int, int]:
    """Offsets of the stretch to show: whole chunks, the most matches, the matches in its middle."""
    first, last = _densest(highlights, width) if highlights else (0, 0)
    slack = max(width - (last - first), 0)
    low = max(first - slack // 2, 0)
    high = min(max(low + width, last), len(text))
    low = max(min(low, high - width), 0)
    return _next_chunk(text, low, first), _previous_chunk(text, high, last)


def _densest(highlights: Sequence[tuple[int, int]], width: int) -> tuple[int, int]:
    """Bounds of the run of highlights, at most `width` long where possible, that covers the most characters."""
    best, bounds = -1, highlights[0]
    for first, (start, _) in enumerate(highlights):
        covered = 0
        for low, high in highlights[first:]:
            if high - start > width and covered:
                break
            covered += high - low
            if covered > best:
                best, bounds = covered, (start, high)
    return bounds


def _next_chunk(text: str, at: int, limit: int) -> int:
    """The start of the first chunk at or after `at`, not beyond `limit`."""
    if at == 0 or text[at - 1].isspace():
        return at
    while at < limit and not text[at].isspace():
        at += 1
    while at < limit and text[at].isspace():
        at += 1
    return at if at <= limit else limit


def _previous_chunk(text: str, at: int, limit: int) -> int:
    """The end of the last chunk at or before `at`, not before `limit`; then to the end of a chunk that holds `limit`."""
    if at < len(text) and not text[at].isspace():
        while at > limit and not text[at - 1].isspace():
            at -= 1
    while at > limit and text[at - 1].isspace():
        at -= 1
    while at < len(text) and not text[at].isspace():
        at += 1
    return at
