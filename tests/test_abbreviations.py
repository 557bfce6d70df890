"""Abbreviations: the list of the package, files of one's own, and what a query makes of them."""

from collections import Counter

import pytest

from searchkit import abbreviations
from searchkit.abbreviations import Abbreviations, load, read
from searchkit.errors import ReadError
from searchkit.explain import terms
from searchkit.parser import parse
from searchkit.resolve import resolve
from searchkit.text import key
from searchkit.tokens import tokens

LIST = Abbreviations(
    read("""
    # places
    TP.HCM | TP Hồ Chí Minh = Thành phố Hồ Chí Minh
    TP = thành phố
    UBND = Ủy ban nhân dân   # of a province, a district or a commune
    TƯ | T.Ư = Trung ương
    ĐBQH = đại biểu Quốc hội
    ?CA = Công an | California
    CA tỉnh = Công an tỉnh
    PCCC = phòng cháy chữa cháy | phòng cháy, chữa cháy
    """)
)


def alternatives(query, listed=LIST, marks="prefer"):
    """For each bare word of a query what else the list makes of it."""
    found = {}
    for word in resolve(parse(query), marks=marks, abbreviations=listed).wanted:
        added = [part for part in " | ".join(terms(word.match)).split(" | ") if "(abbreviation)" in part]
        found[word.text] = [part.removesuffix(" (abbreviation)") for part in added]
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("UBND", {"UBND": ["ủy ban nhân dân"]}),
        ("ubnd tỉnh", {"ubnd": ["ủy ban nhân dân"], "tỉnh": []}),
        ("ủy ban nhân dân tỉnh", {"ủy": ["ubnd"], "ban": ["ubnd"], "nhân": ["ubnd"], "dân": ["ubnd"], "tỉnh": []}),
        ("uỷ ban Nhân Dân", {"uỷ": ["ubnd"], "ban": ["ubnd"], "Nhân": ["ubnd"], "Dân": ["ubnd"]}),
        ("uy ban nhan dan", {"uy": ["ubnd"], "ban": ["ubnd"], "nhan": ["ubnd"], "dan": ["ubnd"]}),
        ("ủy ban nhân", {"ủy": [], "ban": [], "nhân": []}),
        ("ùy ban nhân dân", {"ùy": [], "ban": [], "nhân": [], "dân": []}),
        ("dbqh", {"dbqh": ["đại biểu quốc hội"]}),
        ("TPHCM", {"TPHCM": ["thành phố hồ chí minh", "tp hcm", "tp hồ chí minh"]}),
        ("TP.HCM", {"TP.HCM": ["thành phố hồ chí minh", "tphcm", "tp hồ chí minh"]}),
        ("TP Huế", {"TP": ["thành phố"], "Huế": []}),
        ("phòng cháy, chữa cháy", {"phòng": ["pccc"], "cháy,": ["pccc"], "chữa": ["pccc"], "cháy": ["pccc"]}),
    ],
)
def test_both_ways(query, expected):
    expected = {text.rstrip(","): forms for text, forms in expected.items()}
    assert alternatives(query) == expected


def test_longer_entries_come_before_what_they_contain():
    assert set(alternatives("thành phố Hồ Chí Minh")["thành"]) == {"tp hcm", "tphcm", "tp hồ chí minh"}
    assert "thành phố" not in alternatives("TP Hồ Chí Minh")["TP"]


def test_an_expansion_in_a_phrase_is_one_element():
    (first, second) = terms(resolve(parse('"ủy ban nhân dân tỉnh"'), abbreviations=LIST).strict)
    assert first == "ủy ban (any marks) nhân dân | ubnd (abbreviation)"
    assert second == "tỉnh"


@pytest.mark.parametrize(("query", "marks", "expands"), [
    ("uy ban nhan dan", "prefer", True),
    ("uy ban nhan dan", "exact", False),
    ("ủy ban nhân dân", "exact", True),
    ("ưy bân nhàn đan", "prefer", False),
    ("ưy bân nhàn đan", "any", True),
    ("dbqh", "exact", False),
    ("đbqh", "exact", True),
])  # fmt: skip
def test_the_marks_mode_says_what_an_entry_is(query, marks, expands):
    assert any(alternatives(query, marks=marks).values()) == expands


@pytest.mark.parametrize(("query", "expands"), [
    ("TƯ", True), ("tư", False), ("Tư", False), ("T.Ư", True), ("t.ư", True),
    ("CA tỉnh", True), ("ca tỉnh", False), ("công an tỉnh", True),
])  # fmt: skip
def test_names_like_syllables_need_their_capitals(query, expands):
    assert any(alternatives(query).values()) == expands


def test_in_a_text_they_are_looked_for_in_capitals():
    (word, _) = resolve(parse("trung ương"), abbreviations=LIST).wanted
    assert "=TƯ (abbreviation)" in terms(word.match)[0]


def test_a_query_all_in_capitals_says_nothing_by_its_capitals():
    assert not any(alternatives("NHÀ Ở TƯ NHÂN").values())
    assert alternatives("TIN UBND TỈNH")["UBND"]


def test_ambiguous_names_are_not_expanded_and_explain_says_why():
    resolved = resolve(parse("CA"), abbreviations=LIST)
    assert not any(alternatives("CA").values())
    assert [(each.text, each.why) for each in resolved.expansions] == [
        ("CA", "not expanded, it may stand for Công an, California")
    ]
    inside = resolve(parse("CA tỉnh"), abbreviations=LIST)
    assert [(each.text, each.expansions) for each in inside.expansions] == [("CA tỉnh", ("Công an tỉnh",))]


@pytest.mark.parametrize("query", ["=UBND", '="ủy ban nhân dân"', "ubnd*", "ubnd~1", "author:UBND", "id:UBND"])
def test_off_under_exact_wildcards_fuzzy_and_in_names(query):
    assert not resolve(parse(query), abbreviations=LIST).expansions


@pytest.mark.parametrize("query", ["title:UBND", "source:UBND", "title:(ủy ban nhân dân)", "UBND NEAR/2 tỉnh", "-UBND"])
def test_on_in_other_strict_parts(query):
    assert resolve(parse(query), abbreviations=LIST).expansions


# Lists of one's own


def own(tmp_path, text):
    path = tmp_path / "abbreviations.txt"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_a_list_extends_the_package(tmp_path):
    listed = own(tmp_path, "\ufeffTSK = Tòa soạn Khánh Hòa\n")
    assert alternatives("tsk", listed)["tsk"] == ["tòa soạn khánh hòa"]
    assert alternatives("ubnd", listed)["ubnd"] == ["ủy ban nhân dân"]


def test_a_list_overrides_the_package(tmp_path):
    listed = own(tmp_path, "UBND = Ủy ban người dùng\nTPHCM = Thành phố Hoa\n")
    assert alternatives("ubnd", listed)["ubnd"] == ["ủy ban người dùng"]
    assert not any(alternatives("ủy ban nhân dân", listed).values())
    assert "thành phố hoa" in alternatives("TP.HCM", listed)["TP.HCM"] + alternatives("tphcm", listed)["tphcm"]


def test_a_list_takes_entries_away(tmp_path):
    listed = own(tmp_path, "UBND =\n")
    assert alternatives("ubnd", listed)["ubnd"] == []


def test_a_list_makes_an_ambiguous_name_plain(tmp_path):
    assert alternatives("CA", own(tmp_path, "CA = Công an\n"))["CA"] == ["công an"]


@pytest.mark.parametrize(("text", "line", "message"), [
    ("UBND = Ủy ban\nmưa lớn\n", 2, "is no abbreviation"),
    ("= Ủy ban\n", 1, "is no abbreviation"),
    ("-- = Ủy ban\n", 1, "is no abbreviation"),
    ("# one\n\nUBND = ...\n", 3, "stands for nothing"),
])  # fmt: skip
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, line, message):
    with pytest.raises(ReadError, match=message) as caught:
        own(tmp_path, text)
    assert caught.value.line == line
    assert caught.value.path.endswith("abbreviations.txt")
    assert caught.value.hint


def test_a_list_that_is_not_text(tmp_path):
    path = tmp_path / "abbreviations.txt"
    path.write_bytes(b"\xff\xfe\x00UBND")
    with pytest.raises(ReadError, match="cannot be read"):
        load(path)
    with pytest.raises(ReadError, match="cannot be read"):
        load(tmp_path / "none.txt")


# The package's list


def test_the_package_has_at_least_150_entries():
    assert len(load().entries) >= 150


def test_every_entry_of_the_package_expands_both_ways():
    for entry in load().entries:
        for text in (*entry.names, *entry.expansions):
            listed = Abbreviations((entry,))  # fresh: nothing in it has been looked up before
            expanded = resolve(parse(f'"{text}"'), abbreviations=listed).expansions
            assert any(each.expansions for each in expanded) == entry.alone, text


def test_no_name_of_the_package_stands_twice():
    names = Counter(name for entry in load().entries for name in {"".join(map(key, name.split())) for name in entry.names})
    assert [name for name, count in names.items() if count > 1] == []


def test_ambiguous_names_of_the_package():
    ambiguous = {name for entry in abbreviations.load().entries if not entry.alone for name in entry.names}
    assert {"CA", "TT"} <= ambiguous


@pytest.mark.parametrize("written", ["TP.HCM", "M'Drăk", "Kỹ", "3.000 tỷ", "– ĐBQH", "H’Hen Niê", "T.Ư", "1.5 độ"])
def test_every_way_to_write_an_entry_is_found(written):
    listed = Abbreviations(read(f"{written} = một điều gì khác\nXYZ = {written}"))
    typed = tokens(written)
    assert [(run.start, run.end) for run in listed.find(typed, lambda token, wanted: token.key == wanted)] == [(0, len(typed))]


def test_all_of_the_packaged_list_is_found():
    for entry in load().entries:
        for text in (*entry.names, *entry.expansions):
            listed = Abbreviations((entry._replace(alone=True),))
            typed = tokens(text)
            runs = listed.find(typed, lambda token, wanted: token.key == wanted)
            assert (0, len(typed)) in [(run.start, run.end) for run in runs], text
