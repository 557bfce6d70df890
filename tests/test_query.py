"""The syntax tree: what it prints, and that what it prints is read as the same tree."""

import pytest
from hypothesis import given, settings
from query_trees import trees

from searchkit.parser import parse
from searchkit.query import And, Boost, Exact, Has, InField, Near, Not, Must, Or, Phrase, Range, Sequence, Word, children, walk

A, B, C = Word("mưa"), Word("lớn"), Word("Huế")

PRINTED = [
    (Word("ngh*"), "ngh*"),
    (Word("sơn", fuzzy=2), "sơn~2"),
    (Phrase("mưa lớn"), '"mưa lớn"'),
    (Phrase("mưa lớn", slop=3), '"mưa lớn"~3'),
    (Exact(Word("Huế")), "=Huế"),
    (Exact(Phrase("mưa lớn", 2)), '="mưa lớn"~2'),
    (InField("title", A), "title:mưa"),
    (InField("title", Or((A, B))), "title:(mưa OR lớn)"),
    (Range("date", "2021", "2021"), "date:2021"),
    (Range("date", "2021", "2022"), "date:2021..2022"),
    (Range("date", "2021", None), "date:>=2021"),
    (Range("date", "2021", None, low_open=True), "date:>2021"),
    (Range("date", None, "2021"), "date:<=2021"),
    (Range("date", None, "2021", high_open=True), "date:<2021"),
    (Has("author"), "has:author"),
    (Near((A, Or((B, C))), 3), "mưa NEAR/3 (lớn OR Huế)"),
    (Near((A, B), 3, ordered=True), "mưa BEFORE/3 lớn"),
    (And((A, Or((B, C)))), "mưa AND (lớn OR Huế)"),
    (Sequence((A, And((B, C)))), "mưa lớn AND Huế"),
    (And((A, Sequence((B, C)))), "mưa AND (lớn Huế)"),
    (Sequence((A, Sequence((B, C)))), "mưa (lớn Huế)"),
    (Or((A, Sequence((B, C)))), "mưa OR lớn Huế"),
    (Sequence((A, Not(Or((B, C))))), "mưa NOT (lớn OR Huế)"),
    (Not(Not(A)), "NOT NOT mưa"),
    (Must(Not(A)), "+(NOT mưa)"),
    (Must(Near((A, B), 1)), "+mưa NEAR/1 lớn"),
    (Boost(A, 2.0), "mưa^2"),
    (Boost(Boost(A, 2.0), 0.5), "(mưa^2)^0.5"),
    (Boost(Sequence((A, B)), 2.0), "(mưa lớn)^2"),
    (InField("title", Boost(A, 2.0)), "title:(mưa^2)"),
    (Boost(InField("title", A), 2.0), "title:mưa^2"),
]


@pytest.mark.parametrize(("tree", "text"), PRINTED, ids=[text for _, text in PRINTED])
def test_prints_and_parses_back(tree, text):
    assert str(tree) == text
    assert parse(text).tree == tree


@settings(max_examples=300, deadline=None)
@given(trees)
def test_any_tree_is_read_back_from_its_text(tree):
    assert parse(str(tree)).tree == tree


def test_spans_take_no_part_in_equality():
    assert Word("mưa", span=(3, 6)) == Word("mưa")
    assert hash(Word("mưa", span=(3, 6))) == hash(Word("mưa"))


def test_walk_gives_all_nodes_in_the_order_of_the_text():
    tree = parse('title:(mưa OR "lớn") -Huế^2').tree
    assert [str(node) for node in walk(tree) if not children(node)] == ["mưa", '"lớn"', "Huế"]
