"""Passages: stable numbers, whole coverage, the same from an index and from the text; excerpts that keep their matches."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_cases import ARTICLES, article

from searchkit import readers
from searchkit.analysis import Analyser
from searchkit.article import BODY, Article, Part
from searchkit.engines.article_writer import lay_out
from searchkit.passages import LONG, MERGED, excerpt, of_article, split, starts_of_part

CORPUS = [
    article
    for source in readers.discover([Path(__file__).parent.parent / "corpus"])
    for article in readers.read(source)
    if isinstance(article, Article)
]


@pytest.mark.parametrize(
    ("count", "paragraphs", "sentences", "starts"),
    [
        (0, [], [], [0]),
        (30, [0], [0, 10], [0]),
        (120, [0, 60], [0, 60], [0, 60]),  # neither is short
        (90, [0, 40], [0, 40], [0]),  # the first is short, together they are not too long
        (130, [0, 40], [0, 40], [0, 40]),  # together they would be
        (200, [0], [0, 90, 150], [0, 90]),  # cut at the sentence nearest to the middle
        (200, [0], [0], [0, 100]),  # one endless sentence is cut all the same
        (400, [0], [0, 20, 390], [0, 133, 266]),  # no sentence end near the shares
        (LONG, [0], [0, 90], [0]),
    ],
)
def test_split(count: int, paragraphs: list[int], sentences: list[int], starts: list[int]) -> None:
    assert split(count, paragraphs, sentences) == starts


@given(st.lists(st.integers(1, 400), max_size=8), st.sets(st.integers(0, 2000)))
def test_split_ascends_and_no_piece_is_too_long(lengths: list[int], sentences: set[int]) -> None:
    paragraphs = [sum(lengths[:n]) for n in range(len(lengths))]
    count = sum(lengths)
    starts = split(count, paragraphs, sorted(s for s in sentences if s < count))
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    pieces = [end - start for start, end in zip(starts, [*starts[1:], count])]
    assert max(pieces) <= max(LONG, MERGED) + 120


@pytest.mark.parametrize("each", [*CORPUS, *ARTICLES], ids=lambda each: each.id)
def test_passages_cover_the_text_and_number_through(each: Article) -> None:
    found = of_article(each)
    assert [passage.number for passage in found] == list(range(1, len(found) + 1))
    covered = sorted(set(range(len(each.text))) - {at for p in found for at in range(p.start, p.end)})
    assert not "".join(each.text[at] for at in covered).strip()
    assert all(before.end <= after.start for before, after in zip(found, found[1:]))
    kinds = [(part.kind, part.start, part.end) for part in each.parts]
    assert all(any(p.kind == kind and low <= p.start and p.end <= high for kind, low, high in kinds) for p in found)


def same_from_arrays(each: Article) -> None:
    analysed = list(Analyser().analyse_many([each.text[part.start : part.end] for part in each.parts]))
    layout = lay_out(analysed, each.parts)
    assert layout.starts.tolist() == [start for part in each.parts for start in starts_of_part(each.text, part)]
    assert of_article(each, layout.starts.tolist()) == of_article(each)
    assert len(layout.passages) == len(layout.starts) == len(layout.kinds)


@pytest.mark.parametrize("each", [*CORPUS, *ARTICLES], ids=lambda each: each.id)
def test_the_index_cuts_as_the_text_does(each: Article) -> None:
    same_from_arrays(each)


TEXTS = st.lists(
    st.sampled_from(["Hà Nội", "mưa to.", "T.Ư", "“Vâng!”", "\n\n", "\n", "…", "–", "3.000", "  ", "\u3000", "a\ud800", "5."]), max_size=400
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS.filter(str.strip))
def test_any_text_is_cut_the_same_both_ways(text: str) -> None:
    text = text.strip()
    same_from_arrays(Article("x", text, (Part(BODY, 0, len(text)),)))


def test_passage_numbers_are_unchanged_by_what_stands_behind() -> None:
    long = "Một câu dài có mười hai tiếng để đủ dài cho phép cắt. " * 60
    first = of_article(article("a", ("title", "Tựa"), ("body", long)))
    second = of_article(article("a", ("title", "Tựa"), ("body", long), ("caption", "Ảnh chụp")))
    assert len(first) > 3
    assert second[: len(first)] == first


WORDS = st.lists(st.sampled_from(["mưa", "Hà", "Nội,", "(vườn", "tạp)", "nghiêng"]), min_size=1, max_size=150)


@settings(max_examples=300)
@given(WORDS, st.data())
def test_an_excerpt_keeps_a_match_and_cuts_at_white_space(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    starts = [0, *(at + 1 for at, c in enumerate(text) if c == " ")]
    chosen = sorted(data.draw(st.sets(st.sampled_from(starts), min_size=1, max_size=5)))
    lit = [(at, (text.find(" ", at) if " " in text[at:] else len(text))) for at in chosen]
    shown, inside = excerpt(text, lit, width=60)
    assert inside
    assert all(shown[low:high] in {text[a:b] for a, b in lit} for low, high in inside)
    body = shown.removeprefix("… ").removesuffix(" …")
    assert body in text
    at = text.find(body)
    assert any(
        (not start or text[start - 1] == " ") and (start + len(body) == len(text) or text[start + len(body)] == " ")
        for start in range(at, len(text))
        if text.startswith(body, start)
    )


def test_a_short_passage_is_shown_whole() -> None:
    assert excerpt("Mưa to.", [(0, 3)]) == ("Mưa to.", [(0, 3)])


def test_an_excerpt_without_matches_is_the_beginning() -> None:
    shown, inside = excerpt("một hai ba bốn năm sáu bảy", [], width=12)
    assert (shown, inside) == ("một hai ba …", [])
