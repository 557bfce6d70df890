"""Characters: what is mended, what is left alone, and the laws of keys and folding."""

from __future__ import annotations

import doctest
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vietnamese import SYLLABLES

from searchkit.syllable import VOWELS, is_syllable, place_tone
from searchkit.text import bare_letters, fold, has_marks, key, normalise, strip_controls

NORMALISED = [
    # composition and mark order
    ("Tie\u0302\u0301ng Vie\u0323\u0302t", "Tiếng Việt"),
    ("e\u0301\u0302", "ế"),  # typed tone first: NFC alone gives é + circumflex
    ("E\u0301\u0302", "Ế"),
    ("a\u0303\u0306n", "ẵn"),
    ("u\u0301\u031bc", "ức"),
    ("\u00ea\u0301", "ế"),
    ("\u212bngstr\u00f6m \u212a", "Ångström K"),
    # doubled marks
    ("gia\u0301\u0301", "giá"),
    ("gi\u00e1\u0301", "giá"),
    ("S\u01a1\u031bn Tr\u00e0", "Sơn Trà"),
    ("li\u1ec1\u0300n", "liền"),
    ("mi\u1ec3\u0303n ph\u00ed", "miễn phí"),  # two tones: the second was typed over the first
    ("N\u0129\u0301guez", "N\u0129\u0301guez"),  # ... but no Vietnamese syllable comes of it
    ("a\u0304\u0301", "\u0101\u0301"),  # a mark of another language
    # a tone behind a space
    ("ha \u0323t\u1ea7ng", "hạ tầng"),
    ("nghi\u00eap \u0323 ", "nghiệp  "),
    ("B\u00d4 \u0323T\u00c0I", "BỘ TÀI"),
    ("v\u00e0 \u0323\u0111i\u1ec3m", "v\u00e0 \u0323\u0111i\u1ec3m"),  # và has its tone
    ("Su\u00e1rez \u0301x", "Su\u00e1rez \u0301x"),
    ("ha\n\u0323t\u1ea7ng", "ha\n\u0323t\u1ea7ng"),
    (" \u0323", " \u0323"),
    ("xnghi\u00eang \u0323", "xnghi\u00eang \u0323"),  # only a whole token can be a syllable
    # eths
    ("\u00d0à Nẵng", "Đà Nẵng"),
    ("\u0189ảng \u00f0ã \u0256i", "Đảng đã đi"),
    ("\u00d0ẮK L\u1eaeK", "ĐẮK LẮK"),
    ("\u00d0a\u0323i", "Đại"),
    ("Sigur\u00f0sson, Gu\u00f0ni, \u00d0or\u00f0ur", "Sigurðsson, Guðni, Ðorður"),
    ("\u00d0oković", "\u00d0oković"),
    ("\u0110oković", "\u0110oković"),
    # invisible characters
    ("Hà\u200b \u200e\u2067Nội\u2069\ufeff", "Hà Nội"),
    ("Việt\u00ad Nam", "Việt Nam"),
    ("a\u200d\u0301", "á"),  # the mark meets its letter when what stood between is gone
    ("a\x00b\x1bc\x9fd", "abcd"),
    # spaces and line ends
    ("a\tb\u00a0c\u2009d\u202fe\u3000f\u1680g", "a b c d e f g"),
    ("a  b ", "a  b "),
    ("a\r\nb\rc\vd\fe\x85f\u2028g\u2029h\n\ni", "a\nb\nc\nd\ne\nf\ng\n\nh\n\ni"),
    # surrogates
    ("\ud800x\udfff", "\ufffdx\ufffd"),
    ("\ud83d\ude00", "\U0001f600"),
    # nothing to do
    ("", ""),
    ("Chloé, Suárez, Müller, garçon, naïve: 50 €", "Chloé, Suárez, Müller, garçon, naïve: 50 €"),
    ("Tiếng Việt 日本語 Русский العربية 👍", "Tiếng Việt 日本語 Русский العربية 👍"),
    ("hoà hòa thúôc", "hoà hòa thúôc"),  # tone placement is a matter of keys, never of stored text
]


@pytest.mark.parametrize(("text", "expected"), NORMALISED)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


KEYS = [
    ("Hoà", "hòa"),
    ("HÒA", "hòa"),
    ("thuỷ", "thủy"),
    ("khoẻ", "khỏe"),
    ("hòan", "hoàn"),
    ("thúôc", "thuốc"),
    ("qúy", "quí"),
    ("quý", "quí"),
    ("gìa", "già"),
    ("kỹ", "kĩ"),
    ("Mỹ", "mĩ"),
    ("lý", "lí"),
    ("sỹ", "sĩ"),
    ("tỷ", "tỉ"),
    ("hy", "hi"),
    ("Vỹ", "vĩ"),
    ("ky", "ki"),
    ("quy", "qui"),
    # y is not i behind a vowel, behind other onsets, or with a final
    ("tay", "tay"),
    ("tai", "tai"),
    ("thúy", "thúy"),
    ("ý", "ý"),
    ("yêu", "yêu"),
    ("quýt", "quýt"),
    ("by", "by"),
    ("Nguyễn", "nguyễn"),
    # foreign names
    ("Suárez", "suárez"),
    ("Chloé", "chloé"),
    ("Zoé", "zoé"),
    ("Luís", "luís"),
    ("João", "joão"),
    ("Müller", "müller"),
    ("Sigur\u00f0sson", "sigur\u00f0sson"),
    # apostrophes
    ("H'Hen", "hhen"),
    ("H’Hen", "hhen"),
    ("O\u02bcNeill", "oneill"),
    # case traps
    ("K\u1e8e", "ki"),  # a dotted y becomes a dotted i, and dots on i are dropped
    ("KY\u0323\u0307\u0301", "kí"),
    ("İstanbul", "istanbul"),
    ("ISTANBUL", "istanbul"),
    ("Diyarbakır", "diyarbakir"),
    ("DIYARBAKIR", "diyarbakir"),
    ("Straße", "strasse"),
    ("STRAẞE", "strasse"),
    ("STRASSE", "strasse"),
    ("ΟΔΟΣ", "οδοσ"),
    ("οδος", "οδοσ"),
    # eths
    ("\u00d0ảng", "đảng"),
    ("\u00d0İ", "đi"),  # a syllable only once it is in small letters
    ("H\u00d0ND", "hđnd"),  # no vowel: an abbreviation
    ("\ud83d'\ude00", "\ufffd\ufffd"),
    ("", ""),
    ("3000", "3000"),
]


@pytest.mark.parametrize(("token", "expected"), KEYS)
def test_key(token: str, expected: str) -> None:
    assert key(token) == expected


def test_the_page_on_text_is_true() -> None:
    page = Path(__file__).parent.parent / "docs" / "text.md"
    failed, attempted = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert attempted > 10 and failed == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đặng Quốc Khánh", "dang quoc khanh"),
        ("Nghiêng ngả, ở phía Đông!", "nghieng nga, o phia dong!"),
        ("D\u0323a\u0302\u0301", "da"),
        ("Łódź Ødegaard Þór Æsir œuvre Straße İzmir", "lodz odegaard thor aesir oeuvre strasse izmir"),
        ("Sigur\u00f0sson \u00d0à", "sigurdsson da"),
        ("한국어 日本", "한국어 日本"),
        ("йод", "иод"),
        ("", ""),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("đi", True), ("Đ", True), ("hà", True), ("ho\u0300a", True), ("HANOI", False), ("İ", False), ("ẞ", False)],
)
def test_has_marks(text: str, expected: bool) -> None:
    assert has_marks(text) is expected


def test_the_134_marked_letters() -> None:
    letters = bare_letters()
    assert len(letters) == 134
    assert sum(letter.islower() for letter in letters) == 67
    for letter, bare in letters.items():
        assert bare.isascii() and bare.isupper() == letter.isupper()
        assert fold(letter) == bare.lower()
        assert has_marks(letter)
        assert normalise(unicodedata.normalize("NFD", letter)) == letter
        assert key(letter) == letter.lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mđỏ\x1b[0m", "[31mđỏ[0m"),
        ("\x9b31m\x90\x07\x7f", "31m"),
        ("a\tb\nc\rd", "a\tb\ncd"),
        ("\u202egnp.exe\u2066\u200f\u061c", "gnp.exe"),
        ("\u00ad\ufeff\U000e0041", ""),
        ("\ud800 \udc00", "\ufffd \ufffd"),
        ("Nguyễn\u00a0Văn 日本 👍", "Nguyễn\u00a0Văn 日本 👍"),
    ],
)
def test_strip_controls(text: str, expected: str) -> None:
    assert strip_controls(text) == expected


# --- laws -----------------------------------------------------------------------------------------------------

AWKWARD = (
    "abcdeghiklmnopqrstuvxyzHKQUYIĐđ'’ʼ \n.-09" + "".join(VOWELS) + "\u0300\u0301\u0309\u0303\u0323\u0302\u0306\u031b"
    "\u0307\u0304\u0327\u0345\u0338\u0344\u00d0\u00f0\u0189\u0256İıẞßΣςŁłøæœþ\u200b\u00ad\u00a0\u2028\u2029\r\t\x00\x85"
    "\x1b\ud83d\ude00\udc00\ud800가ᄀ\u1161がÅ\u212aſŉǰ\ufb01\ufe0f\u20dd\u0315\u0e33\u0340"
)
ANYTHING = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=())),  # every code point, lone surrogates included
    st.text(alphabet=st.sampled_from(AWKWARD), max_size=9),
)
LAW = settings(max_examples=1000, deadline=None)


def respelt(token: str, seed: int) -> str:
    """The same token decomposed, the marks of every letter in a random order."""
    chance = random.Random(seed)
    pieces = []
    for letter in unicodedata.normalize("NFC", token):
        base, *marks = unicodedata.normalize("NFD", letter)
        chance.shuffle(marks)
        pieces.append(base + "".join(marks))
    return "".join(pieces)


@LAW
@given(ANYTHING)
def test_normalise_is_idempotent_and_composed(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")
    assert not set(once) & set("\t\r\x00\x1b\u00a0\u200b\u00ad\ufeff\u2028\u2029")


@LAW
@given(ANYTHING)
def test_keys_and_folded_forms_are_fixed_points(text: str) -> None:
    assert key(key(text)) == key(text)
    assert fold(fold(text)) == fold(text)
    assert normalise(key(text)) == key(text)
    assert normalise(fold(text)) == fold(text)


@LAW
@given(ANYTHING)
def test_folding_and_keys_commute(text: str) -> None:
    assert fold(key(text)) == key(fold(text))


@LAW
@given(ANYTHING)
def test_folding_leaves_no_mark(text: str) -> None:
    assert not any(unicodedata.category(letter) == "Mn" for letter in unicodedata.normalize("NFC", fold(text)))
    assert has_marks(fold(text)) is False


@LAW
@given(ANYTHING)
def test_keys_do_not_depend_on_composition(text: str) -> None:
    assert key(text) == key(unicodedata.normalize("NFC", text)) == key(unicodedata.normalize("NFD", text))


@LAW
@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=3), st.integers(0, 2**32), st.sampled_from("luc"))
def test_keys_do_not_depend_on_the_order_of_marks_or_on_case(parts: list[str], seed: int, case: str) -> None:
    token = "".join(parts)  # one syllable, or several written together as in a hashtag
    cased = {"l": token.lower(), "u": token.upper(), "c": token.capitalize()}[case]
    assert normalise(respelt(cased, seed)) == cased
    assert key(respelt(cased, seed)) == key(token)


@LAW
@given(ANYTHING)
def test_nothing_raises(text: str) -> None:
    is_syllable(text)
    assert place_tone(text) == text or is_syllable(text)
    strip_controls(text).encode("utf-8")


def test_every_character_obeys_the_laws() -> None:
    for character in map(chr, range(0x110000)):
        if unicodedata.category(character) in ("Cn", "Co", "Lo"):  # unassigned, private, letters without case
            continue
        text = f"k{character}y"
        once, as_key = normalise(text), key(text)
        assert normalise(once) == once and key(as_key) == as_key, ascii(text)
        assert fold(as_key) == key(fold(text)), ascii(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" + "\u0301\u0323" * 500_000, 1),
        ("x" + "\u0301\u0323" * 500_000, 31),
        ("\u05b0\u05b4" * 500_000 + "\t", 31),
        ("a" * 500_000 + "\u00f0", 500_001),
        ("a" + " " * 500_000 + "\t", 500_002),
        ("ha \u0323" * 50_000, 150_000),
    ],
    ids=["marks", "marks on a consonant", "points", "long word", "long gap", "stray tones"],
)
def test_hostile_text_is_cleaned_in_linear_time(text: str, length: int) -> None:
    assert len(normalise(text)) == length  # hangs where a pass is quadratic
