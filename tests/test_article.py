"""Articles as values: composition, round trip, dates as ranges."""

import json
from datetime import date as Day

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.article import KINDS, Article, Part, date_range, join_parts, paragraphs

PIECES = st.lists(st.tuples(st.sampled_from(KINDS), st.text("aâ \u0302đ.", max_size=5)))


def test_an_article_survives_json():
    text, parts = join_parts([("title", "Tựa"), ("body", "Một."), ("caption", "Ảnh")])
    article = Article(
        id="a", text=text, parts=parts, title="Tựa", captions=("Ảnh",), date="2021-03", authors=("Hà My",), extra={"n": [1]}
    )
    assert Article.from_dict(json.loads(json.dumps(article.to_dict()))) == article


@given(PIECES)
def test_parts_cover_the_text_in_order(pieces):
    text, parts = join_parts(pieces)
    kept = [(kind, piece) for kind, piece in pieces if piece]
    assert text == "\n\n".join(piece for _, piece in kept)
    assert "\n\n".join(text[part.start : part.end] for part in parts) == text
    assert all(first.end + 2 == second.start for first, second in zip(parts, parts[1:], strict=False))
    assert not any(a.kind == b.kind == "body" for a, b in zip(parts, parts[1:], strict=False))


def test_neighbouring_paragraphs_are_one_part_and_captions_are_not():
    _, parts = join_parts([("body", "Một"), ("body", "Hai"), ("caption", "A"), ("caption", "B")])
    assert parts == (Part("body", 0, 8), Part("caption", 10, 11), Part("caption", 13, 14))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n\n ", []),
        ("Một\nhai", ["Một\nhai"]),
        ("Một\n\nHai", ["Một", "Hai"]),
        ("\n\n Một\n \t\n\n  Hai \n\n", ["Một", "Hai"]),
    ],
)
def test_paragraphs(text, found):
    assert list(paragraphs(text)) == found


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2021-03-05", Day(2021, 3, 5), Day(2021, 3, 5)),
        ("2021-03", Day(2021, 3, 1), Day(2021, 3, 31)),
        ("2020-02", Day(2020, 2, 1), Day(2020, 2, 29)),
        ("2021", Day(2021, 1, 1), Day(2021, 12, 31)),
        ("9999-12", Day(9999, 12, 1), Day(9999, 12, 31)),
    ],
)
def test_a_date_is_a_range_of_days(date, first, last):
    assert date_range(date) == (first.toordinal(), last.toordinal())


@pytest.mark.parametrize("date", ["", "5/3/2021", "2021-3", "2021-13", "2021-02-30", "2021-03-05T10:00"])
def test_what_is_no_iso_date_has_no_range(date):
    with pytest.raises(ValueError):
        date_range(date)
