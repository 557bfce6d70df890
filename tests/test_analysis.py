"""analysis: tables of what is read as what, laws on any text, and a slow reading of one token at a time as oracle."""

import doctest
import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import analysis, segment
from searchkit.analysis import Analyser, joined, offsets, outline, tokens, word_keys, words
from searchkit.chunks import token_key
from searchkit.syllable import ONSETS, RIMES, VOWELS
from searchkit.text import fold, key, normalise

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60)
PIECES = st.sampled_from(
    ["bí", "thư", "Tỉnh", "ủy", "Hà", "HCM", "TP", "Q", "1", "19", "3.000", "1.2", "Covid", "đ", "H'Hen", "http://a.b"]
    + [".", ",", "-", "–", "/", "&", "_", "'", "’", '"', "“", "…", "!", "5. ", "6.", "\n\n\n"]
    + [" ", " ", " ", " ", "\n", "\n\n", "\t", "\u00a0"]
    + ["\u0301", "\u0323", "e\u0302\u0301", "\u200b", "\ud800", "한", "ᄒ", "ᅡ", "ᆫ", "北京", "ก็", "²", "½", "İ", "ß"]
)
TEXTS = st.one_of(ANY_TEXT, st.lists(PIECES, max_size=25).map("".join))


def texts_of(found):
    return [item.text for item in found]


def keys_of(found):
    return [item.key for item in found]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        (" \n\t ", []),
        ("... – ?!", []),
        ("Bí thư Tỉnh uỷ", ["bí", "thư", "tỉnh", "ủy"]),
        ("Hoà hòa HÒA", ["hòa", "hòa", "hòa"]),
        ("Covid-19 Covid – 19 covid 19", ["covid", "19"] * 3),
        ("TP.HCM, T.Ư; Q.1", ["tp", "hcm", "t", "ư", "q", "1"]),
        ("A/H5N1 R&D", ["a", "h5n1", "r", "d"]),
        ("5/3/2021 5.3 05-03-2021", ["5", "3", "2021", "5", "3", "05", "03", "2021"]),
        ("2021–2025", ["2021", "2025"]),
        ("100% 3,5 37.5", ["100", "3", "5", "37", "5"]),
        ("3.000 3,000 1.250.000 1,250,000", ["3000", "3000", "1250000", "1250000"]),
        ("3.000đ 3.000,5 2.500m2", ["3000", "đ", "3000", "5", "2500", "m2"]),
        ("0.123 12.5.000 3.0000", ["0", "123", "12", "5", "000", "3", "0000"]),
        ("1234.567 3.000.00", ["1234", "567", "3", "000", "00"]),
        ("1.250,000", ["1250", "000"]),
        ("O'Neill H’Hen M‘Drăk rock'n'roll", ["oneill", "hhen", "mdrăk", "rocknroll"]),
        ("'trích' 5'30 80's d'", ["trích", "5", "30", "80", "s", "d"]),
        ("ban.doc@bao-hg.vn", ["ban", "doc", "bao", "hg", "vn"]),
        ("https://a.vn/x_y?b=1", ["https", "a", "vn", "x", "y", "b", "1"]),
        ("#Hà_Nội @ten", ["hà", "nội", "ten"]),
        ("Москва 北京 서울", ["москва", "北京", "서울"]),
        ("tie\u0302\u0301ng Vie\u0323\u0302t", ["tiếng", "việt"]),
        ("\u0301a b\u0301", ["a", "b\u0301"]),
        ("1\ufe0f\u20e3", ["1"]),
        ("Hà\ud800Nội", ["hà", "nội"]),
    ],
)
def test_keys(text, keys):
    assert keys_of(tokens(text)) == keys


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Thuỷ", "syllable"), ("thu\u0309y", "syllable"), ("3.000", "number"), ("2021", "number"), ("H5N1", "mixed")]
    + [("covid", "foreign"), ("UBND", "foreign"), ("Suárez", "foreign"), ("m2", "mixed"), ("北京", "foreign")],
)
def test_kinds(text, kind):
    assert [token.kind for token in tokens(text)] == [kind]


def test_a_token_knows_where_it_stands():
    text = "Đồng chí, TP.HCM"
    assert [(token.text, token.start, token.end, token.folded) for token in tokens(text)] == [
        ("Đồng", 0, 4, "dong"),
        ("chí", 5, 8, "chi"),
        ("TP", 10, 12, "tp"),
        ("HCM", 13, 16, "hcm"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bí thư Tỉnh ủy Hà Giang", ["Bí thư", "Tỉnh ủy", "Hà Giang"]),
        ("hợp tác xã nông nghiệp", ["hợp tác xã", "nông nghiệp"]),
        ("sở, ngành", ["sở", "ngành"]),
        ("http://a.b/c d@e.vn 3,5", ["http", "a", "b", "c", "d", "e", "vn", "3", "5"]),
        ("H'Hen Niê", ["H'Hen Niê"]),
        ("bí\nthư", ["bí", "thư"]),
        ("", []),
    ],
)
def test_words(text, expected):
    assert texts_of(words(text)) == expected


def test_words_of_text_in_nfd_are_those_of_nfc():
    text = "Đồng chí Bí thư Tỉnh ủy, thành phố Hà Giang"
    assert keys_of(words(unicodedata.normalize("NFD", text))) == keys_of(words(text))
    assert word_keys(text) == ["đồng_chí", "bí_thư", "tỉnh_ủy", "thành_phố", "hà_giang"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TP.HCM", ["tphcm"]),
        ("Tp.HCM", ["tphcm"]),
        ("(T.Ư)", ["tư"]),
        ("Q.1", ["q1"]),
        ("A/H5N1", ["ah5n1"]),
        ("Covid-19", ["covid19"]),
        ("covid-19", ["covid19"]),
        ("F-16,", ["f16"]),
        ("3.000đ", ["3000đ"]),
        ("UBND-TP.HCM", ["ubndtp", "ubndtphcm", "tphcm"]),
        ("TP HCM", []),
        ("Covid – 19", []),
        ("5/3/2021", []),
        ("2021-2025", []),
        ("Bắc-Nam", []),
        ("TP,HCM", []),
        ("TP.-HCM", []),
        ("http://A.B", []),
        ("A@B.C", []),
    ],
)
def test_joined(text, expected):
    assert keys_of(joined(text)) == expected


def test_a_joined_form_covers_its_tokens():
    assert joined("ở UBND-TP.HCM")[1] == analysis.Joined("ubndtphcm", 2, 13, 3)


def sentences(text):
    """The text cut where the Analyser says that sentences start."""
    starts = offsets(text)[0][Analyser().analyse(text).sentence_starts].tolist()
    return [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=False)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Một câu. Hai câu.", 2),
        ("Một câu! Hai? Ba… Bốn", 4),
        ("Ông nói: “Tốt.” Rồi đi.", 2),
        ("Xong. “Mở ngoặc” rồi", 2),
        ("Xong. 20 người", 2),
        ("Xong. – Nói", 2),
        ("giảm 3.000 hộ. ông", 1),
        ("TP. Hà Giang, TS. Lê Văn A. Bình và PGS.TS. Mai ở Q. Ba, T.Ư. Đảng, Mr. Bean", 1),
        ("5. Giải pháp. Xong", 2),
        ("Xong. 5. Giải pháp", 2),
        ("năm 2020. Ông đi", 2),
        ("tăng 12. Ông đi", 2),
        ("tiêu đề\nđoạn một", 2),
        ("a ... b", 1),
        ("", 0),
    ],
)
def test_sentences(text, count):
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "positions", "paragraphs"),
    [
        ("a b c", [0, 1, 2], [0]),
        ("a b\nc", [0, 1, 2], [0]),
        ("a b\n\nc", [0, 1, 3], [0, 2]),
        ("a\n \t\nb\r\n\r\nc", [0, 2, 4], [0, 1, 2]),
        ("\n\na\n\n\n\nb\n\n", [0, 2], [0, 1]),
        ("a\n\n***\n\nb", [0, 2], [0, 1]),
        ("\n\n", [], []),
    ],
)
def test_positions_leave_a_gap_between_paragraphs(text, positions, paragraphs):
    read = Analyser().analyse(text)
    assert read.positions.tolist() == positions
    assert read.paragraph_starts.tolist() == paragraphs


def test_analyser_gives_what_the_objects_say():
    text = "Bí thư TP.HCM\n\nTỉnh ủy Hà Giang, BÍ THƯ"
    analyser = Analyser()
    read = analyser.analyse(text)
    keys, key_of_spelling = analyser.keys()
    assert [analyser.spellings[n] for n in read.spellings] == texts_of(tokens(text))
    assert [keys[key_of_spelling[n]] for n in read.spellings] == keys_of(tokens(text))
    assert [analyser.words[n] for n in read.word_ids] == word_keys(text)
    assert read.word_positions.tolist() == [0, 5, 7, 9]
    assert [analyser.joined[n] for n in read.joined_ids] == ["tphcm 2"]
    assert read.joined_positions.tolist() == [2]
    assert len(set(keys)) == len(keys)
    assert all(column.dtype == np.int32 for column in (*read, key_of_spelling))


def decoded(analyser, read):
    """An Analysed in names instead of numbers."""
    names = (analyser.spellings, analyser.words, analyser.joined)
    return [
        [names[0][n] for n in read.spellings],
        [names[1][n] for n in read.word_ids],
        [names[2][n] for n in read.joined_ids],
        *(column.tolist() for column in (read[1], read[3], read[5], read[6], read[7])),
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_many_texts_are_read_as_one_by_one(texts):
    together, apart = Analyser(), Analyser()
    many = [decoded(together, read) for read in together.analyse_many(texts)]
    assert many == [decoded(apart, apart.analyse(text)) for text in texts]
    assert (together.spellings, together.words, together.joined) == (apart.spellings, apart.words, apart.joined)


def test_vocabularies_outlive_the_process_tables(monkeypatch):
    """A full Segmenter is replaced in the middle of a run; numbers given before stay right."""
    texts = [f"Bí thư số {n} TP.HCM thăm huyện Quang Bình" for n in range(30)]
    steady = Analyser()
    expected = [decoded(steady, steady.analyse(text)) for text in texts]
    monkeypatch.setattr(segment, "CHUNK_LIMIT", 12)
    shaken = Analyser()
    assert [decoded(shaken, shaken.analyse(text)) for text in texts] == expected
    assert (shaken.spellings, shaken.words, shaken.keys()[0]) == (steady.spellings, steady.words, steady.keys()[0])


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_offsets_reproduce_every_token(text):
    found = tokens(text)
    assert all(text[token.start : token.end] == token.text != "" for token in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    for item in (*words(text), *joined(text)):
        assert text[item.start : item.end] == getattr(item, "text", text[item.start : item.end])
        assert item.start in {token.start for token in found}
        assert item.end in {token.end for token in found}


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_all_ways_of_reading_give_the_same_tokens(text):
    found = tokens(text)
    starts, ends = offsets(text)
    analyser = Analyser()
    read = analyser.analyse(text)
    keys, key_of_spelling = analyser.keys()
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [(token.start, token.end) for token in found]
    assert [keys[key_of_spelling[n]] for n in read.spellings] == keys_of(found)
    assert [analyser.spellings[n] for n in read.spellings] == [unicodedata.normalize("NFC", t.text) for t in found]
    assert [analyser.words[n] for n in read.word_ids] == word_keys(text)
    assert [analyser.joined[n] for n in read.joined_ids] == [f"{form.key} {form.length}" for form in joined(text)]
    assert [token.folded for token in found] == [fold(token.key) for token in found]
    assert "_".join(keys_of(found)) == "_".join(keys_of(words(text)))


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_an_outline_is_what_the_analyser_says(text):
    read, found = outline(text), Analyser().analyse(text)
    assert list(zip(read.starts, read.ends, strict=True)) == [(token.start, token.end) for token in tokens(text)]
    assert read.sentence_starts == found.sentence_starts.tolist()
    assert read.paragraph_starts == found.paragraph_starts.tolist()


def slow_spans(text):
    """The rule for tokens, character by character: an oracle that shares nothing with the fast path."""
    at = 0
    while at < len(text):
        number = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+(?!\.?[0-9])|(?:,[0-9]{3})+(?!,?[0-9]))").match(text, at)
        decimal = at >= 2 and text[at - 1] in ".," and text[at - 2] in "0123456789"
        if number and not decimal:
            yield number.span()
            at = number.end()
        elif text[at].isalnum():
            start, letter, joins = at, False, False
            while at < len(text):
                character, after = text[at], text[at + 1 : at + 2]
                mark = letter and unicodedata.category(character).startswith("M")
                apostrophe = character in "'’‘" and joins and after.isalnum() and not after.isdecimal()
                if not (character.isalnum() or mark or apostrophe):
                    break
                letter = character.isalpha() or mark
                joins = mark or (character.isalnum() and not character.isdecimal())
                at += 1
            yield start, at
        else:
            at += 1


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_tokens_follow_the_rule(text):
    assert [(token.start, token.end) for token in tokens(text)] == list(slow_spans(text))


@settings(max_examples=1000, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join).map(normalise))
def test_composed_and_decomposed_text_have_the_same_keys(text):
    assert keys_of(tokens(unicodedata.normalize("NFD", text))) == keys_of(tokens(text))
    assert keys_of(words(unicodedata.normalize("NFD", text))) == keys_of(words(text))


@settings(max_examples=1000, deadline=None)
@given(TEXTS)
def test_sentences_and_paragraphs_are_ascending_ordinals(text):
    read = Analyser().analyse(text)
    count = len(read.spellings)
    for starts in (read.sentence_starts.tolist(), read.paragraph_starts.tolist()):
        assert starts == sorted(set(starts))
        assert starts[:1] == [0][:count]
        assert all(0 <= start < count for start in starts)
    assert set(read.paragraph_starts.tolist()) <= set(read.sentence_starts.tolist())
    gaps = np.diff(read.positions) - 1
    assert (np.flatnonzero(gaps) + 1).tolist() == read.paragraph_starts[1:].tolist()


def test_words_are_pyvis():
    """Each of pyvi's words that holds tokens is one of ours, where its tokens are syllables."""
    from pyvi.ViTokenizer import ViTokenizer

    text = "Đồng chí Bí thư Tỉnh ủy Hà Giang thăm vườn tạp, cải tạo nông nghiệp; du lịch phát triển. Xã hội chủ nghĩa."
    theirs = [word.replace("_", " ") for word in ViTokenizer.tokenize(text).split() if word[0].isalnum()]
    assert texts_of(words(text)) == theirs


def test_white_space_is_that_of_split():
    from searchkit.tokens import _CHUNK_OR_LINE_END

    text = "a".join(map(chr, range(0x110000)))
    assert [chunk for chunk in _CHUNK_OR_LINE_END.findall(text) if chunk != "\n"] == text.split()


def test_nothing_of_long_chunks_is_kept():
    from searchkit.tokens import _LONGEST_KEPT, _read_kept, _shape_kept

    kept = [cache.cache_info().currsize for cache in (_read_kept, _shape_kept)]
    long = "x" * _LONGEST_KEPT + "y TP." + "A" * _LONGEST_KEPT
    assert [token.end - token.start for token in tokens(long)] == [_LONGEST_KEPT + 1, 2, _LONGEST_KEPT]
    assert joined(long)[0].length == 2
    assert len(outline(long).starts) == 3
    assert [cache.cache_info().currsize for cache in (_read_kept, _shape_kept)] == kept


def test_characters_taken_for_free_of_marks_are():
    from searchkit.chunks import _MAYBE_MARKS

    marks = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)).startswith("M")]
    assert [mark for mark in marks if not _MAYBE_MARKS.search(mark)] == []


def toned(syllable):
    """A syllable without a tone, with every tone on every vowel of it, right or wrong."""
    for at, letter in enumerate(syllable):
        row = next((row for row in VOWELS if row[0] == letter), ())
        yield from (syllable[:at] + mark + syllable[at + 1 :] for mark in row)


def test_a_key_that_is_the_token_itself_is_known_by_its_letters():
    """The short cut for most tokens against `text.key`: syllables with the tone anywhere, and odd characters."""
    syllables = [onset + rime for onset in sorted(ONSETS) for rime in sorted(RIMES)]
    tokens = {token for syllable in syllables[::3] for token in toned(syllable)} | {"hy", "LÝ", "hðnd", "\u212a", "ß", "İ"}
    assert [token for token in sorted(tokens) if token_key(token) != key(token)] == []
    assert token_key("TỈNH") == "tỉnh"


@settings(max_examples=1000, deadline=None)
@given(st.text("aáàăắâấeêếiíoôốơớuúưứyýbcdđghnt'’ÀĐŶ", min_size=1, max_size=8))
def test_short_cuts_to_keys_change_none(token):
    assert token_key(token) == (key(token) or token.lower())


def test_the_examples_of_the_documentation():
    page = Path(__file__).parent.parent / "docs" / "analysis.md"
    failed, run = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert (failed, run >= 9) == (0, True)
