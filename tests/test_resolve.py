"""Resolved queries: what each construct becomes, and what it answers by brute force over a dozen articles."""

from datetime import date

import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from query_cases import ALL, ARTICLES, CASES, TODAY
from query_trees import phrases, trees

from searchkit import abbreviations, data
from searchkit.abbreviations import Abbreviations
from searchkit.errors import QueryError, UsageError
from searchkit.explain import explain_tree, terms, tree_lines
from searchkit.parser import parse
from searchkit.query import Not, Or, Sequence, Word
from searchkit.resolve import Boosted, DateRange, Match, resolve
from searchkit.tokens import tokens

NONE = Abbreviations()


def read(query, **options):
    return resolve(parse(query), today=TODAY, **options)


def total(query, **options):
    return oracle.total(ARTICLES, read(query, **options))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.query} {case.marks}{' all' if case.all_words else ''}")
def test_answers(case):
    assert total(case.query, marks=case.marks, all_words=case.all_words) == sorted(case.ids.split())


# What the words of a query become

TERMS = [
    ("vườn tap", "prefer", ["vườn", "tap (any marks)"]),
    ("vườn tap", "exact", ["vườn", "tap"]),
    ("vườn tap", "any", ["vuon (any marks)", "tap (any marks)"]),
    ("Hoà KỸ", "prefer", ["hòa", "kĩ"]),
    ("2021 F-16", "prefer", ["2021 (any marks)", "f (any marks) 16 (any marks) | f16 (written together) | f16 (written apart)"]),
    ("ngh* nghê* hoà*", "prefer", ["ngh* (any marks)", "nghê*", "hoà* | hòa*"]),
    ("nghê*", "any", ["nghe* (any marks)"]),
    ("n?he *ườn", "prefer", ["n?he (any marks)", "*ườn"]),
    ("ngh*", "exact", ["ngh*"]),
    ("vưon~1 covit~2", "prefer", ["vưon~1", "covit~2"]),
    ("vưon~1", "any", ["vuon~1"]),
    ("h’hen", "prefer", ["hhen (any marks) | hhen (written apart)"]),
]


@pytest.mark.parametrize(("query", "marks", "shown"), TERMS)
def test_terms(query, marks, shown):
    resolved = resolve(parse(query), marks=marks, abbreviations=NONE)
    assert [" ".join(terms(word.match)) for word in resolved.wanted] == shown


def test_exact_forms_keep_spelling_and_slop():
    match = read('="Tỉnh uỷ"~2').strict
    assert (terms(match), match.slop, match.text) == (["=Tỉnh", "=uỷ"], 2, '="Tỉnh uỷ"~2')


@pytest.mark.parametrize(
    ("query", "field", "kinds"),
    [
        ("title:a", "syllable", ("title",)),
        ("text:a", "syllable", ("body", "caption")),
        ("caption:a", "syllable", ("caption",)),
        ('"a b"', "syllable", ()),
        ("author:a", "author", ()),
        ("url:a", "url", ()),
        ("id:a", "id", ()),
    ],
)
def test_fields(query, field, kinds):
    assert (read(query).strict.field, read(query).strict.kinds) == (field, kinds)


@pytest.mark.parametrize(
    ("query", "kind", "value"),
    [("id:a/b.txt", "raw", "a/b.txt"), ("id:A*", "prefix", "A"), ("id:a*b", "wildcard", "a*b"), ('id:"a b*"', "raw", "a b*")],
)
def test_ids_are_single_terms(query, kind, value):
    (spec,) = read(query).strict.elements[0][0].terms
    assert (spec.kind, spec.value) == (kind, value)


# Wanted and required


@pytest.mark.parametrize(
    ("query", "wanted", "strict"),
    [
        ("a b", "a b", False),
        ("(a b)", "a b", False),
        ("a (b c)", "a", True),
        ("a (b)", "a b", False),
        ("a +b", "a", True),
        ("a OR b", "", True),
        ("a AND b c", "c", True),
        ('a "b c" =d e* f~1', "a e* f", True),
        ("a title:b has:url date:2021", "a", True),
        ("-a", "", True),
        ("(a b)^2", "a b", False),
    ],
)
def test_what_is_wanted(query, wanted, strict):
    resolved = read(query)
    assert " ".join(word.text for word in resolved.wanted) == wanted
    assert (resolved.strict is not None) == strict


def test_all_words_makes_everything_strict():
    resolved = read("vườn tạp của ai", all_words=True)
    assert not resolved.wanted
    assert len(resolved.strict.children) == 4


def test_boosts():
    assert [word.boost for word in read("(a b^2)^3").wanted] == [3.0, 6.0]
    assert read('"a b"^2').strict.factor == 2.0
    assert isinstance(read("a^2 NEAR/1 b").strict, Boosted)


@pytest.mark.parametrize(
    ("query", "flags"),
    [
        ("giá vàng là bao nhiêu", "..fff"),
        ("gia vang la bao nhieu", "..fff"),
        ("ai viết báo", "f.."),
        ("AI viết báo", "..."),
        ("AI VIẾT BÁO", "f.."),
        ("của ai", ".."),
        ("bao bì", "f."),
        ("bí thư tỉnh ủy là ai?", "....ff"),
        ("vì sao tuyết lở ở Sa Pa", "ff..f.."),
        ("ngôi sao", ".."),
    ],
)
def test_function_words(query, flags):
    assert "".join("f" if word.function else "." for word in read(query).wanted) == flags


def test_the_list_of_function_words_is_written_in_keys():
    for line in data.read_text("function_words.txt").splitlines():
        if line.strip() and not line.startswith("#"):
            assert [token.key for token in tokens(line)] == line.split(), line


def test_missing_names_what_an_article_lacks():
    articles = {article.id: article for article in ARTICLES}
    query = read("vườn tạp cam của ai")
    assert oracle.missing(articles["quang-binh"], query) == ["cam"]
    assert oracle.missing(articles["vuon-tap"], query) == []
    assert oracle.answers(ARTICLES, query)["vuon-tap"] is True
    assert oracle.answers(ARTICLES, query)["quang-binh"] is False


# Dates: the clock is given


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2021-03", "2021-03-01", "2021-03-31"),
        ("hôm-nay", "2021-03-31", "2021-03-31"),
        ("hôm-kia", "2021-03-29", "2021-03-29"),
        ("1m", "2021-02-28", "2021-03-31"),
        ("1y", "2020-03-31", "2021-03-31"),
        ("2w", "2021-03-17", "2021-03-31"),
        ("2w..7d", "2021-03-17", "2021-03-24"),
        (">=7d", "2021-03-24", None),
        ("<7d", None, "2021-03-23"),
        ("tháng-trước", "2021-02-01", "2021-02-28"),
        ("năm-ngoái", "2020-01-01", "2020-12-31"),
        (">2020", "2021-01-01", None),
        ("<=2020", None, "2020-12-31"),
    ],
)
def test_dates_count_from_the_given_day(value, first, last):
    days = resolve(parse(f"date:{value}"), today=date(2021, 3, 31)).strict
    assert isinstance(days, DateRange)
    shown = [None if day is None else date.fromordinal(day).isoformat() for day in (days.first, days.last)]
    assert shown == [first, last]


# Refusals


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("a date:2021..2020", 2, "ends before it begins"),
        ("date:hôm-nay..7d", 0, "ends before it begins"),
        ("x title:a NEAR/1 b", 2, "different fields"),
        ("a NEAR/1 (b c)", 10, "cannot stand beside NEAR"),
        ("a NEAR/1 has:url", 9, "cannot stand beside NEAR"),
        (" NEAR/1 ".join("abcdefghi"), 0, "joins at most 8"),
        ("x =a~1", 2, "very spelling"),
    ],
)
def test_refusals(query, position, message):
    with pytest.raises(QueryError, match=message) as caught:
        read(query)
    assert caught.value.position == position
    assert caught.value.hint


def test_unknown_marks_mode():
    with pytest.raises(UsageError, match="prefer, exact, any"):
        read("a", marks="some")


@pytest.mark.parametrize("query", ["²", "_^", '"๛"', "title:ª"])
def test_letters_that_are_no_words_never_fail_oddly(query):
    try:
        read(query)
    except QueryError as error:
        assert error.hint


def test_ten_thousand_words_are_resolved():
    assert len(read("tỉnh ủy ban nhân dân " * 2000).wanted) == 10_000


# Laws


def ids(tree, marks="prefer", all_words=True):
    query = parse(str(tree))
    return set(oracle.total(ARTICLES, resolve(query, marks, all_words, today=TODAY)))


def resolvable(tree):
    try:
        read(str(tree))
    except QueryError:
        return False
    return True


some_trees = trees.filter(resolvable)


@settings(max_examples=100, deadline=None)
@given(some_trees)
def test_a_query_and_its_opposite(tree):
    assert ids(Sequence((tree, Not(tree)))) == set()
    assert ids(Or((tree, Not(tree)))) == set(ALL.split())
    assert ids(Not(Not(tree))) == ids(tree)


@settings(max_examples=60, deadline=None)
@given(some_trees, some_trees)
def test_order_does_not_matter(one, other):
    assert ids(Or((one, other))) == ids(Or((other, one))) == ids(one) | ids(other)
    assert ids(Sequence((Not(one), Not(other)))) == ids(Not(Or((one, other))))


@settings(max_examples=150, deadline=None)
@given(phrases, st.integers(0, 3))
def test_marks_and_slop_widen(phrase, more):
    exact, prefer, any_marks = (ids(phrase, marks) for marks in ("exact", "prefer", "any"))
    assert exact <= prefer <= any_marks
    wider = type(phrase)(phrase.text, phrase.slop + more)
    assert prefer <= ids(wider)


@settings(max_examples=150, deadline=None)
@given(phrases)
def test_a_phrase_is_within_its_words(phrase):
    words = [ids(Word(word)) for word in phrase.text.split()]
    if "abbreviation" not in str(read(str(phrase))):
        assert ids(phrase) <= set.intersection(*words)


# Explain


def test_explain_says_how_a_query_was_read():
    parsed = parse("ubnd tinh -title:Huế CA")
    facts = explain_tree(parsed, resolve(parsed, today=TODAY))
    assert facts["query"] == "ubnd tinh NOT title:Huế CA"
    assert facts["marks"] == "prefer"
    assert facts["wanted"][0] == {
        "text": "ubnd",
        "terms": ["ubnd (any marks) | ủy ban nhân dân (abbreviation) | ubnd (written apart)"],
        "function": False,
        "boost": 1.0,
    }
    assert facts["required"]["is"] == "not"
    assert facts["required"]["children"][0]["parts"] == ["title"]
    assert facts["expansions"] == [
        {"text": "ubnd", "expansions": ["Ủy ban nhân dân"], "why": "abbreviation"},
        {"text": "CA", "expansions": [], "why": "not expanded, it may stand for Công an, California"},
    ]
    assert [child["is"] for child in facts["tree"]["children"]] == ["word", "word", "not", "word"]


def test_explain_says_which_bare_syllables_make_words():
    parsed = parse('Bí thư Tỉnh ủy "phát biểu"')
    assert explain_tree(parsed, resolve(parsed))["words"] == ["bí_thư", "tỉnh_ủy"]


def test_explain_knows_every_kind_of_node():
    query = 'a "b c"~1 =d e~1 f* +g -h (i OR j) k AND l m NEAR/2 n title:o^2 date:2021 has:url id:p'
    parsed = parse(query)
    facts = explain_tree(parsed, resolve(parsed, today=TODAY))
    assert len(facts["tree"]["children"]) == len(list(tree_lines(parsed.tree))) - 1 - 12
    assert {child["is"] for child in facts["required"]["children"]} == {
        "match", "not", "or", "and", "near", "boosted", "dates", "has",
    }  # fmt: skip


def test_matches_know_their_place_and_text():
    match = read('x title:"bí thư"').strict
    assert isinstance(match, Match)
    assert (match.text, match.span) == ("bí thư", (2, 16))


def test_the_packaged_list_is_used_unless_another_is_given():
    assert read("ubnd").expansions
    assert not read("ubnd", abbreviations=NONE).expansions
    assert abbreviations.load() is abbreviations.load()
