"""Query text to tree: what each construct gives, what is read as text, what is refused and where."""

import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from query_trees import PIECES, texts, trees

from searchkit.errors import QueryError
from searchkit.fields import FIELDS
from searchkit.parser import MAX_DEPTH, caret, parse
from searchkit.query import Has, InField, Phrase, Range, Word, walk

# What is typed, and the same query as the tree prints it.
READ = [
    ("bí thư tỉnh ủy", "bí thư tỉnh ủy"),
    ("  bí \n thư  ", "bí thư"),
    ("a AND b", "a AND b"),
    ("a VÀ b", "a AND b"),
    ("a & b && c", "a AND b AND c"),
    ("a b AND c d", "a b AND c d"),
    ("a OR b", "a OR b"),
    ("a HOẶC b | c || d", "a OR b OR c OR d"),
    ("a|b", "a OR b"),
    ("a b OR c d", "a b OR c d"),
    ("và hoặc không and or not", "và hoặc không and or not"),
    ("a NOT b", "a NOT b"),
    ("a KHÔNG b", "a NOT b"),
    ("UBND VÀ HĐND", "UBND AND HĐND"),
    ("HÀ NỘI AND HUẾ NOT MƯA", "HÀ NỘI AND HUẾ NOT MƯA"),
    ('"HÀ NỘI" VÀ (LŨ HOẶC BÃO lụt)', '"HÀ NỘI" AND (LŨ OR BÃO lụt)'),
    ('"HÀ NỘI" VÀ HUẾ', '"HÀ NỘI" AND HUẾ'),
    ("HÀ NỘI KHÔNG MƯa", "HÀ NỘI NOT MƯa"),
    ("A VÀ B", "A AND B"),
    ("a -b", "a NOT b"),
    ("-a", "NOT a"),
    ("NOT NOT a", "NOT NOT a"),
    ("a AND NOT b", "a AND NOT b"),
    ("+a b", "+a b"),
    ('-"a b" +(c d)', 'NOT "a b" +(c d)'),
    ("-title:a", "NOT title:a"),
    ("NOT a NEAR/2 b", "NOT a NEAR/2 b"),
    ("(((a)))", "a"),
    ("(a b) c", "(a b) c"),
    ("(a OR b)c", "(a OR b) c"),
    ("a(b)c", "a b c"),
    ("a NEAR/3 b GẦN/3 c", "a NEAR/3 b NEAR/3 c"),
    ("a TRƯỚC/2 b", "a BEFORE/2 b"),
    ("a NEAR/3 b c NEAR/4 d", "a NEAR/3 b c NEAR/4 d"),
    ('"bí thư"', '"bí thư"'),
    ("“bí thư” «tỉnh ủy» ”a b” „c d“", '"bí thư" "tỉnh ủy" "a b" "c d"'),
    ('“bí thư"', '"bí thư"'),
    ('"bí thư"~2', '"bí thư"~2'),
    ('"bí “thư” x"', '"bí thư x"'),
    ('"bí thư"tỉnh', '"bí thư" tỉnh'),
    ("ngh* m?a *ườn t**p", "ngh* m?a *ườn t*p"),
    ("sơn~ sơn~1 sơn~2", "sơn~1 sơn~1 sơn~2"),
    ("a^2 b^0.5 (c OR d)^3", "a^2 b^0.5 (c OR d)^3"),
    ('"a b"~2^3', '"a b"~2^3'),
    ("a~1^2", "a~1^2"),
    ('=Huế ="Tỉnh Ủy"~1', '=Huế ="Tỉnh Ủy"~1'),
    ("title:Huế tựa:Huế TUA:Huế tiêu-đề:Huế", "title:Huế title:Huế title:Huế title:Huế"),
    ("tác-giả:Lan tac_gia:Lan author:Lan", "author:Lan author:Lan author:Lan"),
    ("báo:BHG bao:BHG nguồn:BHG", "source:BHG source:BHG source:BHG"),
    ('author:"Duy Tuấn" author:“Duy Tuấn”', 'author:"Duy Tuấn" author:"Duy Tuấn"'),
    ("title:(a OR b)", "title:(a OR b)"),
    ("title:=Huế", "title:=Huế"),
    ("title:*", "has:title"),
    ("title:a^2", "title:a^2"),
    ("has:tựa có:caption", "has:title has:caption"),
    ("id:so-2021/a~1.txt", "id:so-2021/a~1.txt"),
    ("url:https://a.vn/b", "url:https://a.vn/b"),
    ("path:/corpus/a.txt", "path:corpus/a.txt"),
    ("date:2021 ngày:2021-03 date:5/3/2021", "date:2021 date:2021-03 date:5/3/2021"),
    ("date:2021-01..2021-03", "date:2021-01..2021-03"),
    ("date:2021.. date:..2021", "date:>=2021 date:<=2021"),
    ("date:>=2021 date:>2021 date:<=2021 date:<2021", "date:>=2021 date:>2021 date:<=2021 date:<2021"),
    ("date:(2020 OR 7d)", "date:2020 OR date:7d"),
    ('date:"2021"', "date:2021"),
    ("date:hôm-nay date:hom_qua date:2w date:1y", "date:hôm-nay date:hom_qua date:2w date:1y"),
]  # fmt: skip

# Headlines and slips of the pen: read as text, never refused.
TEXT = [
    ("Covid-19: những điều cần biết", "Covid-19 những điều cần biết"),
    ("Hà Nội: mưa lớn", "Hà Nội mưa lớn"),
    ("Báo: mưa", "Báo mưa"),
    ("Covid – 19 - 20", "Covid 19 20"),
    ("lúc 12:30, http://a.vn/?x=1", "lúc 12:30 http://a.vn/?x=1"),
    ("R&D và TT&TT", "R&D và TT&TT"),
    ("T.Ư, TP.HCM; 100% (tất cả)", "T.Ư TP.HCM 100 (tất cả)"),
    ("giá bao nhiêu?", "giá bao nhiêu"),
    ("… – !!! mưa", "mưa"),
    ("O'Neill ’mưa’", "O'Neill mưa"),
    ("10~20 người", "10~20 người"),
    ("khoảng ~500", "khoảng 500"),
    ("A:B", "A:B"),
    ("'title:mưa", "title:mưa"),
    ("…a~1;^2", "a~1^2"),
    ("std::vector", "std::vector"),
    ("mailto:a@b.vn", "mailto:a@b.vn"),
    ("Re: mưa", "Re mưa"),
    ("tác giả: Duy Tuấn", "tác giả Duy Tuấn"),
    ("BÃO GẦN BỜ TRƯỚC TẾT", "BÃO GẦN BỜ TRƯỚC TẾT"),
]

# Read as text too, and said so.
NOTICED = [
    ('"dở dang', "dở dang", "without its other half"),
    ("dở dang”", "dở dang", "without its other half"),
    ("«dở dang", "dở dang", "without its other half"),
    ('tivi 27" và 32" rẻ', "tivi 27 và 32 rẻ", "without its other half"),
    ("BÃO SỐ 12 KHÔNG VÀO BỜ", "BÃO SỐ 12 không VÀO BỜ", "KHÔNG was read as a word"),
    ("HÀ NỘI VÀ TP.HCM MƯA", "HÀ NỘI và TP.HCM MƯA", "VÀ was read as a word"),
    ("KHÔNG KHÍ LẠNH: MƯA HOẶC NẮNG?", "không KHÍ LẠNH MƯA hoặc NẮNG", "the operator is NOT"),
    ("UBND VÀ HĐND TỈNH", "UBND và HĐND TỈNH", "the operator is AND"),
    ("HÀ NỘI KHÔNG MƯA OR LŨ", "HÀ NỘI không MƯA OR LŨ", "the operator is NOT"),
    ("mưa AND", "mưa and", "AND was read as a word"),
    ("OR mưa", "or mưa", "OR was read as a word"),
    ("mưa KHÔNG", "mưa không", "KHÔNG was read as a word"),
    ("mưa AND OR gió", "mưa and OR gió", "AND was read as a word"),
    ("mưa NEAR/3", "mưa near/3", "NEAR/3 was read as a word"),
    ("mưa |", "mưa", "| was read as punctuation"),
    ("& mưa", "mưa", "& was read as punctuation"),
    ("mưa ()", "mưa", "Parentheses with nothing in them"),
    ('mưa ""', "mưa", "Quotes with no word"),
    ("mưa^", "mưa", "no number"),
    ("tỉnh^-1", "tỉnh", "^-1 is not a number"),
    ("tỉnh^abc huyện", "tỉnh huyện", "^abc is not a number"),
    ("tỉnh~1^1e999", "tỉnh~1", "^1e999 is not a number"),
    ("tỉnh^1,5", "tỉnh", "^1,5 is not a number"),
    ("(tỉnh huyện)^abc", "(tỉnh huyện) abc", "^ was read as punctuation"),
    ("text:title:x", "text:title:x", "title: was read as text: it stands inside another field"),
    ("tỉnh NEAR huyện", "tỉnh NEAR huyện", "NEAR was read as a word: as an operator it needs a number, as in NEAR/5"),
    ("NEAR/ huyện", "NEAR huyện", "needs a number, as in NEAR/5"),
    ("tỉnh GẦN huyện", "tỉnh GẦN huyện", "as in GẦN/5"),
    ('Tác giả:"Duy Tuấn"', 'Tác giả "Duy Tuấn"', "the field is tác-giả:"),
    ("mưa * gió", "mưa gió", "* was read as punctuation"),
    ("x = y", "x y", "= was read as punctuation"),
    ("mưa ~ gió", "mưa gió", "~ was read as punctuation"),
    ("Ronaldo:Messi", "Ronaldo:Messi", "no field of that name"),
    ("mưa:gió", "mưa:gió", "no field of that name"),
    ("ngh*~1", "ngh*", "cannot be joined"),
]

# Refused: query, place, what the sentence says, what the hint says.
REFUSED = [
    ("", 0, "nothing to search for", "at least one word"),
    ("!!! …", 0, "nothing to search for", "at least one word"),
    (")", 0, "no ( before it", "Leave it out"),
    ("mưa gió)", 7, "no ( before it", "Leave it out"),
    ("mưa (gió", 4, "not closed", "Add )"),
    ("(mưa title:(gió)", 0, "not closed", "Add )"),
    ("autor:Lan", 0, "no field named 'autor'", "Did you mean author?"),
    ("mưa tittle:gió", 4, "no field named 'tittle'", "title"),
    ("tácgia:Lan", 0, "no field named 'tácgia'", "author"),
    ('tác giả:"Duy Tuấn"', 0, "no field named 'tác giả'", "Did you mean tác-giả:?"),
    ("mưa tieu de:lũ", 4, "no field named 'tieu de'", "Did you mean tieu-de:?"),
    ("foo:bar", 0, "no field named 'foo'", "Fields: title, summary"),
    ("author:", 0, "Nothing stands after author:", 'author:"Duy Tuấn"'),
    ("author: Lan", 0, "Nothing stands after author:", "without a space"),
    ("mưa author:)", 4, "Nothing stands after author:", "without a space"),
    ('author:""', 0, "Nothing to search for stands after author:", "As in"),
    ("title:= Huế", 0, "Nothing to search for stands after title:", "As in"),
    ("title:()", 0, "Nothing stands in title:()", "Write what to look for"),
    ("title:(a author:b)", 9, "stands inside title:", "Close the parenthesis"),
    ("title:>5", 6, "takes no comparison", "date:>="),
    ("has:foo", 4, "no field named 'foo'", "Fields:"),
    ("has:autor", 4, "no field named 'autor'", "Did you mean author?"),
    ("date:2021-13", 5, "no month 13", "from 1 to 12"),
    ("date:31/2/2021", 5, "no day 31 in 2/2021", "28 days"),
    ("date:3/25/2021", 5, "no month 25", "day comes before the month: 25/3/2021"),
    ("date:2021-01..2021-00", 5, "no month 0", "from 1 to 12"),
    ("date:5/3", 5, "has no year", "5/3/2021"),
    ("date:mưa", 5, "'mưa' is not a date", "hôm-nay"),
    ("date:0500", 5, "out of reach", "1000"),
    ("date:9999999y", 5, "not a date", "2021"),
    ("date:9999y", 5, "goes back too far", "year"),
    ("date:..", 5, "neither a beginning nor an end", "2021-01..2021-03"),
    ("date:", 0, "Nothing stands after date:", "date:2021-03"),
    ("sơn~3", 3, "not a distance", "~1 or ~2"),
    ('"a b"~9999', 5, "too large", "~250"),
    ("a NEAR/9999 b", 2, "reaches too far", "NEAR/250"),
    ("a^99999999", 0, "too large", "^1000"),
    ("a NEAR/2 b NEAR/3 c", 11, "in one chain", "same one"),
    ("a NEAR/2 -b", 9, "cannot stand after NEAR", "beside it"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "printed"), READ, ids=[query for query, _ in READ])
def test_constructs(query, printed):
    parsed = parse(query)
    assert str(parsed.tree) == printed
    assert parse(printed).tree == parsed.tree
    assert not parsed.notices


@pytest.mark.parametrize(("query", "printed"), TEXT, ids=[query for query, _ in TEXT])
def test_text_that_looks_like_syntax(query, printed):
    assert str(parse(query).tree) == printed


@pytest.mark.parametrize(("query", "printed", "notice"), NOTICED, ids=[row[0] for row in NOTICED])
def test_slips_are_read_as_text_with_a_notice(query, printed, notice):
    parsed = parse(query)
    assert str(parsed.tree) == printed
    assert any(notice in sentence for sentence in parsed.notices), parsed.notices
    assert parse(printed).tree == parsed.tree


@pytest.mark.parametrize(("query", "position", "message", "hint"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refusals_say_what_where_and_what_to_try(query, position, message, hint):
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.position == position


def test_nodes_know_their_place():
    query = 'mưa title:"bí thư"^2 -(a OR b*) date:2021 has:url'
    text = {
        str(node): query[slice(*node.span)]
        for node in walk(parse(query).tree)
        if isinstance(node, Word | Phrase | InField | Range | Has)
    }
    assert text == {
        "mưa": "mưa", 'title:"bí thư"': 'title:"bí thư"^2', '"bí thư"': 'title:"bí thư"^2', "a": "a", "b*": "b*",
        "date:2021": "date:2021", "has:url": "has:url",
    }  # fmt: skip


def test_decomposed_queries_are_composed_and_places_refer_to_what_was_typed():
    query = unicodedata.normalize("NFD", "tỉnh ủy\u200b date:2021-13")
    assert parse(unicodedata.normalize("NFD", "tỉnh ủy")).tree == parse("tỉnh ủy").tree
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert query[caught.value.position :] == "2021-13"


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_refused_when_empty(name):
    with pytest.raises(QueryError, match="Nothing stands after"):
        parse(f"{name}:")


# Size and depth


def test_redundant_parentheses_cost_nothing():
    assert parse("(" * 5000 + "mưa" + ")" * 5000).tree == Word("mưa")


@pytest.mark.parametrize("query", ["(a OR (b " * 200 + "c" + "))" * 200, "NOT " * 500 + "a", "+(NOT " * 200 + "a" + ")" * 200])
def test_deep_trees_are_refused(query):
    with pytest.raises(QueryError, match="nested too deeply") as caught:
        parse(query)
    assert 0 <= caught.value.position < len(query)


def test_trees_of_the_greatest_depth_are_read_and_printed():
    levels = MAX_DEPTH // 2 - 1
    query = "(a OR b " * levels + "c" + ")" * levels
    assert parse(str(parse(query).tree)).tree == parse(query).tree


def test_ten_thousand_words():
    assert len(parse("mưa lớn " * 5000).tree.children) == 10_000
    assert len(parse(" OR ".join(["mưa"] * 10_000)).tree.children) == 10_000


# Anything at all


def check(query):
    try:
        parsed = parse(query)
    except QueryError as error:
        assert 0 <= error.position <= len(query)
        assert error.message and not error.message.endswith(".")
        assert error.hint
        assert "^" in caret(query, error.position)
        return
    assert parse(str(parsed.tree)).tree == parsed.tree
    assert all(0 <= node.span[0] <= node.span[1] <= len(parsed.text) for node in walk(parsed.tree))


@settings(max_examples=500, deadline=None)
@given(texts)
def test_any_text_is_read_or_refused(query):
    check(query)


@pytest.mark.slow
def test_twenty_thousand_random_and_mutated_queries():
    source = random.Random(20210305)
    known = [row[0] for row in READ + TEXT + NOTICED + REFUSED]
    for _ in range(20_000):
        query = source.choice(known) if source.random() < 0.6 else "".join(source.choices(PIECES, k=source.randint(1, 15)))
        for _ in range(source.randint(0, 4)):
            at = source.randint(0, len(query))
            query = query[:at] + source.choice([*PIECES, "", chr(source.randint(0, 0x2FFFF))]) + query[at + source.randint(0, 2) :]
        check(query)


@settings(max_examples=100, deadline=None)
@given(trees)
def test_decomposed_and_composed_queries_are_the_same(tree):
    assert parse(unicodedata.normalize("NFD", str(tree))).tree == tree


# The caret


@pytest.mark.parametrize(
    ("query", "position", "shown"),
    [
        ("Huế )", 4, "Huế )\n    ^"),
        ("", 0, "\n^"),
        ("a", 1, "a\n ^"),
        ("日本 )", 3, "日本 )\n     ^"),
        ("e\u0301 )", 3, "e\u0301 )\n  ^"),
        ("a\n)", 2, "a )\n  ^"),
    ],
)
def test_caret(query, position, shown):
    assert caret(query, position) == shown


def test_caret_cuts_long_queries():
    line, under = caret("mưa " * 100 + ")", 400).split("\n")
    assert len(line) < 80
    assert line[under.index("^")] == ")"
    assert re.match("…", line)
