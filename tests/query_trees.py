"""Random queries: syntax trees that are what a parser gives, and texts that may be anything."""

from __future__ import annotations

from hypothesis import strategies as st

from searchkit.query import And, Boost, Exact, Has, InField, Near, Node, Not, Must, Or, Phrase, Range, Sequence, Word

SYLLABLES = (
    "vườn vuon tạp tap cải tạo tỉnh Tỉnh ủy uỷ uy huyện bí thư thu nguyễn Nguyen văn vân sơn son hòa hoà hoa kỹ kĩ "
    "ubnd UBND ủy ban nhân dân trung ương T.Ư TP.HCM tphcm covid-19 covid19 3.000 12:30 ai AI là gì của ở cam chè giá"
).split()
WILD = "ngh* hoà* v?ờn *ờn t*p v* n?he".split()
TEXT_FIELDS = ("title", "summary", "text", "caption", "author", "source", "section", "path", "url")
DATES = "2021 2021-03 2021-03-05 5/3/2021 3/2021 hôm-nay hôm-qua 7d 2w 3m 1y".split()
HAS = ("title", "summary", "text", "caption", "author", "source", "section", "date", "path", "id", "url")

syllables = st.sampled_from(SYLLABLES)
words = (
    syllables.map(Word)
    | st.sampled_from(WILD).map(Word)
    | st.builds(Word, st.sampled_from("vưon nghề covit sơn".split()), st.sampled_from((1, 2)))
)
phrases = st.builds(Phrase, st.lists(syllables, min_size=1, max_size=4).map(" ".join), st.sampled_from((0, 0, 1, 3)))
exact = st.builds(Exact, syllables.map(Word) | phrases)
leaves = words | phrases | exact
choices = st.builds(lambda nodes: Or(tuple(nodes)), st.lists(leaves, min_size=2, max_size=3))
nears = st.builds(
    lambda nodes, n, ordered: Near(tuple(nodes), n, ordered),
    st.lists(leaves | choices, min_size=2, max_size=3), st.integers(0, 5), st.booleans(),
)  # fmt: skip
ids = st.sampled_from(("vuon-tap", "gia-*", "*a*")).map(lambda id: InField("id", Word(id)))
dates = st.sampled_from(DATES).map(lambda day: Range("date", day, day)) | st.sampled_from(
    [
        Range("date", "2021-01", "2021-03"),
        Range("date", "2021-03-05", None),
        Range("date", "2021-03", None, low_open=True),
        Range("date", None, "2020"),
        Range("date", None, "hôm-nay", high_open=True),
    ]
)


def compound(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Trees of the given parts."""
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    factors = st.sampled_from((0.5, 2.0, 3.25))
    return (
        several.map(And)
        | several.map(Sequence)
        | several.map(Or)
        | parts.map(Not)
        | parts.map(Must)
        | st.builds(Boost, parts, factors)
    )


in_fields = st.builds(
    InField, st.sampled_from(TEXT_FIELDS), st.recursive(leaves | nears, compound, max_leaves=4)
)  # fmt: skip
trees = st.recursive(leaves | nears | in_fields | ids | dates | st.sampled_from(HAS).map(Has), compound, max_leaves=10)

PIECES = (
    'vườn|tạp|"|“|”|«|»|(|)| |  |AND|OR|NOT|VÀ|HOẶC|KHÔNG|NEAR/3|GẦN/2|BEFORE/1|+|-|&||||~|~1|~2|~9|^|^2|^x|=|*|?|:|::|'
    "title:|tựa:|author:|date:|ngày:|has:|id:|url:|http://a.vn/?q=1|foo:|Huế:|2021|2021-13|..|>=|<|7d|5/3|"
    "T.Ư|TP.HCM|Covid-19|–|…|\u0300|\u200b|\u00a0|\n|\x00|😀|👨‍👩‍👧|ﬁ|٣|Ð|ạ|a\u0323|12:30|R&D|'|’|%|$|\\|/|;"
).split("|")
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30)
