"""Highlights are the source's own characters, whole tokens, and what the oracle says was matched."""

from __future__ import annotations

import pytest
from query_cases import ARTICLES, CASES, TODAY, article
from test_passages import CORPUS

from searchkit import abbreviations, analysis
from searchkit.highlight import highlights
from searchkit.parser import parse
from searchkit.passages import of_article
from searchkit.resolve import resolve

LISTED = abbreviations.load(None)


def resolved(query: str, marks: str = "prefer"):
    return resolve(parse(query), marks=marks, abbreviations=LISTED, today=TODAY)


def lit(text: str, query: str, marks: str = "prefer") -> list[str]:
    return [text[low:high] for low, high in highlights(text, 0, len(text), "body", resolved(query, marks))]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Bí thư Tỉnh uỷ họp.", "bí thư tỉnh ủy", ["Bí thư Tỉnh uỷ"]),
        ("Bí thư Tỉnh ủy họp ở tỉnh.", "bi thu tinh uy", ["Bí thư Tỉnh ủy", "tỉnh"]),
        ("Kĩ sư và kỹ sư.", '"kỹ sư"', ["Kĩ sư", "kỹ sư"]),
        ("UBND tỉnh và Ủy ban nhân dân huyện.", '"ủy ban nhân dân"', ["UBND", "Ủy ban nhân dân"]),
        ("Ở TP.HCM, TPHCM.", "TPHCM", ["TP.HCM", "TPHCM"]),
        ("Có 3.000 ca Covid – 19.", "3000 covid-19", ["3.000", "Covid – 19"]),
        ("Tỉnh và tỉnh.", "=Tỉnh", ["Tỉnh"]),
        ("Dương, đường, đương.", "đường", ["đường"]),
        ("Dương, đường, đương.", "duong", ["Dương", "đường", "đương"]),
        ("Cải tạo nhanh vườn tạp.", '"cải tạo vườn tạp"~1', ["Cải tạo nhanh vườn tạp"]),
        ("Cải tạo rất nhanh vườn tạp.", '"cải tạo vườn tạp"~1', []),
        ("Nghề dệt, nghỉ.", "ngh*", ["Nghề", "nghỉ"]),
        ("Nhà của tôi.", "nhà của tôi", ["Nhà của tôi"]),
        ("Của ai là vườn.", "vườn của ai", ["vườn"]),
        ("Vườn tạp, không cam.", "vườn NOT cam", ["Vườn"]),
        ("Tỉnh xa, rồi tỉnh và huyện họp.", "tỉnh NEAR/1 huyện", ["tỉnh", "huyện"]),
        ("Huyện, tỉnh.", "tỉnh BEFORE/1 huyện", []),
    ],
)
def test_lit(text: str, query: str, expected: list[str]) -> None:
    assert lit(text, query) == expected


def test_a_phrase_over_a_cut_is_lit_on_both_sides() -> None:
    long = article("x", ("body", "Một câu không có điểm dừng cứ thế mà đi mãi về phía núi xa xôi ấy, " * 16 + "rồi hết."))
    first, second, *_ = of_article(long)
    words = f"{long.text[: first.end].split()[-1]} {long.text[second.start :].split()[0]}"
    query = resolved(f'"{words}"')
    part = (0, len(long.text))
    for passage, edge in ((first, -1), (second, 0)):
        found = highlights(long.text, passage.start, passage.end, passage.kind, query, part)
        text = long.text[passage.start : passage.end]
        assert text.split()[edge].strip(",") in {text[low:high].strip(",") for low, high in found}


@pytest.mark.parametrize("marks", ["prefer", "exact", "any"])
def test_highlights_reproduce_the_source_in_whole_tokens(marks: str) -> None:
    queries = [case.query for case in CASES[::3]] + ["tinh uy", '"bi thu" covid', "ngh* nguyen~1", "TPHCM 3000"]
    for each in [*CORPUS, *ARTICLES]:
        edges = [(token.start, token.end) for token in analysis.tokens(each.text)]
        starts, ends = ({edge[side] for edge in edges} for side in (0, 1))
        passages = of_article(each)
        for query in queries:
            read = resolved(query, marks)
            for passage in passages:
                found = highlights(each.text, passage.start, passage.end, passage.kind, read)
                assert found == sorted(found)
                assert all(low < high for low, high in found)
                assert all(one[1] <= two[0] for one, two in zip(found, found[1:]))
                assert {passage.start + low for low, _ in found} <= starts
                assert {passage.start + high for _, high in found} <= ends


