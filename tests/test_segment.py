"""segment and pyvimodel against pyvi itself: same tokens, same labels, same text; and none of its imports."""

import pickle
import re
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import pyvimodel, segment
from searchkit.errors import SearchkitError
from searchkit.segment import EDGE, Segmenter, pyvi_tokens

NEWS = """Bí thư Tỉnh ủy Đặng Quốc Khánh làm việc với huyện Quang Bình

Chiều 5/3/2021, đồng chí Bí thư Tỉnh ủy cùng đoàn công tác của T.Ư đã có buổi làm việc tại TP.HCM.
Lãnh đạo các sở, ngành đề nghị huyện quyết tâm triển khai chương trình cải tạo vườn tạp; tăng cường thu hút
đầu tư vào lĩnh vực nông nghiệp – du lịch, giảm 3.000 hộ nghèo (khoảng 12,5%). Ông Nguyễn Văn A nói: "Chúng
tôi sẽ không lùi bước!" Dịch Covid-19 khiến xuất khẩu giảm…"""

AWKWARD = [
    "",
    " ",
    "\n",
    "\n\n\n",
    " \t a \n",
    "a",
    "Hà",
    "5",
    ".",
    "...",
    "?!",
    "…",
    "( )",
    "bí thư",
    "BÍ THƯ TỈNH ỦY HÀ GIANG THĂM VÀ LÀM VIỆC",
    "Bí Thư Tỉnh Ủy Hà Giang",
    "bI tHƯ tỈNH ủY",
    unicodedata.normalize("NFD", NEWS),
    NEWS.upper(),
    NEWS.lower(),
    NEWS.replace(" ", "  "),
    NEWS.replace(" ", "\u00a0"),
    NEWS.replace(" ", "\n"),
    NEWS.replace(" ", ""),
    "dòng một\r\ndòng hai\rdòng ba\u2028dòng bốn\x85dòng năm\x0bsáu\x0cbảy\x1ctám",
    "3.000 1.250.000 3,5 12_5 1.2.3 5/3/2021 2021–2025 100% 50$ 2.000đ 3m2 m² ½ ①",
    "١٢٣ ３.０００ १२",
    "a@b.com Liên hệ: ban.bien-tap+tin@bao-ha-giang.org.vn, a@b, @ten, x@y.z.",
    "http://baohagiang.vn/a?b=c&d=e, xem https://vnexpress.net. ftp://x www.tuoitre.vn a://",
    "TP.HCM TP. HCM T.Ư Tp. Tp.Hà Mr. Mrs. Smith Ms. Dr. ThS. PGS.TS. ĐH. ABCĐ.",
    "==> -> --> >> >>> ... .... ==>>",
    "Covid-19 Covid – 19 F-16 A/H5N1 U23 4G 5G",
    "H'Hen Niê O’Neill rock'n'roll 'trích' “dẫn”",
    "snake_case __a__ _ a_b_c bí_thư",
    "#hashtag #Hà_Nội @someone",
    "😀 Việt Nam 🇻🇳 👨‍👩‍👧 vô địch",
    "Москва 北京 東京 서울 กรุงเทพ العربية हिन्दी Ελλάδα ΟΔΟΣ İstanbul Straße",
    "a\u0323\u0302 e\u0302\u0301 q\u0301 \u0301a x\u0301y\u0327z",
    "bản\u200btin Hà\u00adNội \ufeffđầu tư",
    "nul \x00 a\x00b \x01 http://a\x00b",
    "thành phố Hồ Chí Minh thành phố Hồ Chí Minh Thành phố Hồ Chí Minh",
    "xã hội chủ nghĩa, chủ nghĩa xã hội; độc lập - tự do - hạnh phúc",
    "của của của của của của của của của",
    "nông nghiệp " * 40,
    "công " * 60 + "nghệ " * 60,
    "xyz" * 2000,
    "a." * 200,
    "1." * 200,
    "!" * 500,
]


@pytest.fixture(scope="module")
def pyvi():
    """The oracle; imported here only, for it brings scikit-learn."""
    from pyvi.ViTokenizer import ViTokenizer

    return ViTokenizer


def pyvi_labels(pyvi, text):
    _, tokens = pyvi.sylabelize(text)
    if not tokens:
        return [], []
    return tokens, list(pyvi.model.predict([pyvi.sent2features(tokens, False)])[0])


def our_labels(segmenter, texts):
    numbers, _ = segmenter.tokens(segmenter.read(texts))
    inside = segmenter.inside(numbers)
    edges = np.flatnonzero(numbers == EDGE)
    for start, end in zip(edges[:-1] + 1, edges[1:], strict=True):
        tokens = [segmenter.token_texts.names[number] for number in numbers[start:end]]
        yield tokens, ["I_W" if label else "B_W" for label in inside[start:end]]


@pytest.mark.parametrize("text", [NEWS, *AWKWARD], ids=lambda text: repr(text[:24]))
def test_labels_and_text_are_pyvis(pyvi, text):
    assert next(our_labels(segment.load(), [text])) == pyvi_labels(pyvi, text)
    assert segment.tokenise(text) == pyvi.tokenize(text)


def test_many_texts_at_once_do_not_touch_each_other(pyvi):
    texts = [text for awkward in AWKWARD for text in (awkward, NEWS)]
    segmenter = Segmenter(pyvimodel.read_model())
    assert list(our_labels(segmenter, texts)) == [pyvi_labels(pyvi, text) for text in texts]
    assert list(segmenter.tokenise(texts)) == [pyvi.tokenize(text) for text in texts]


def test_no_texts():
    assert list(segment.load().tokenise([])) == []


SYLLABLES = sorted(set(re.findall(r"\w+", NEWS.lower()))) + ["công", "nghệ", "thông", "tin", "hợp", "tác", "xã"]
PIECES = st.sampled_from([*SYLLABLES, *map(str.title, SYLLABLES), *map(str.upper, SYLLABLES), *".,–:\n", "3.5", "T.Ư"])


@settings(max_examples=1000, deadline=None)
@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_labels_of_shuffled_syllables(pyvi, text):
    ours, theirs = next(our_labels(segment.load(), [text])), pyvi_labels(pyvi, text)
    if ours != theirs:
        assert ours[0] == theirs[0]
        assert_equally_good(pyvi, *ours, theirs[1])


def assert_equally_good(pyvi, tokens, ours, theirs):
    """A syllable repeated ("Lĩnh Lĩnh Lĩnh") can leave two labellings exactly as good; rounding then chooses in CRFsuite."""
    tagger = pyvi.model.tagger_
    tagger.set(pyvi.sent2features(tokens, False))
    assert tagger.probability(ours) == pytest.approx(tagger.probability(theirs), rel=1e-9)


def test_a_tie_is_the_only_difference(pyvi):
    tokens, ours = next(our_labels(segment.load(), ["Lĩnh Lĩnh Lĩnh Hút 000"]))
    assert_equally_good(pyvi, tokens, ours, pyvi_labels(pyvi, "Lĩnh Lĩnh Lĩnh Hút 000")[1])


@settings(max_examples=1000, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_written_as_pyvi_writes_it(pyvi, text):
    assert segment.tokenise(text) == pyvi.tokenize(text)


@given(st.lists(st.sampled_from(["\ud800", "\udfff", "a", "Hà", " ", "\n"]), max_size=8).map("".join))
def test_lone_surrogates_do_not_raise(text):
    written = segment.tokenise(text).replace("_", " ").split()
    assert written == [token for chunk in text.split() for token in pyvi_tokens(chunk)]


@given(st.text(max_size=30).map(lambda text: "".join(text.split())))
def test_tokens_of_a_chunk_are_the_chunk(chunk):
    assert "".join(pyvi_tokens(chunk)) == unicodedata.normalize("NFC", chunk)


def test_viterbi_is_the_textbooks():
    """Against plain dynamic programming on random scores, many of them near the thresholds."""
    random = np.random.default_rng(7)
    transitions = pyvimodel.read_model().transitions
    for _ in range(300):
        lengths = random.integers(0, 12, size=4)
        scores = [random.normal(-0.7, 1.5, size=length) for length in lengths]
        flat = np.concatenate([part for text in scores for part in ([0.0], text)] + [[0.0]])
        edges = np.zeros(len(flat), bool)
        edges[np.cumsum([0, *(lengths + 1)])] = True
        expected = [label for text in scores for label in textbook_viterbi(text, transitions)]
        assert segment._best_path(flat, edges, transitions)[~edges].tolist() == expected


def textbook_viterbi(scores, transitions):
    if not len(scores):
        return []
    path, back = [0.0, scores[0]], []
    for score in scores[1:]:
        steps = [[path[i] + transitions[i, j] for i in (0, 1)] for j in (0, 1)]
        back.append([int(step[1] > step[0]) for step in steps])
        path = [max(steps[0]), max(steps[1]) + score]
    labels = [int(path[1] > path[0])]
    for step in reversed(back):
        labels.append(step[labels[-1]])
    return [bool(label) for label in reversed(labels)]


def test_weights_are_crfsuites(tmp_path):
    """Against python-crfsuite's own dump, which rounds to six decimals."""
    pycrfsuite = pytest.importorskip("pycrfsuite")
    data = pyvimodel.crf_bytes((pyvimodel._folder() / "pyvi3.pkl").read_bytes())
    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(data)
    tagger.dump(str(tmp_path / "dump"))
    dump = (tmp_path / "dump").read_text("utf-8")
    theirs: dict[str, float] = {}
    for name, label, weight in re.findall(r"^  \(0\) ((?:.|\n)*?) --> ([BI]_W): (-?\d+\.\d+)$", dump, re.MULTILINE):
        theirs[name] = theirs.get(name, 0) + (float(weight) if label == "I_W" else -float(weight))
    ours, _ = pyvimodel.read_crf(data)
    assert len(theirs) == 6335
    assert ours == pytest.approx(theirs, abs=2e-6)


def test_a_pickle_is_never_executed():
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("the pickle was executed",)

    pickled = pickle.dumps([Trap(), "lCRF" + "\xff"], protocol=2)
    assert pyvimodel.crf_bytes(pickled) == b"lCRF\xff"
    assert pyvimodel.crf_bytes(pickle.dumps([Trap(), b"lCRF\xff"], protocol=4)) == b"lCRF\xff"


@pytest.mark.parametrize("model", [b"", pickle.dumps(["no model"]), pickle.dumps("lCRF short"), b"\x80\x02X\xff"])
def test_a_model_that_cannot_be_read_says_so(tmp_path, monkeypatch, model):
    (tmp_path / "pyvi3.pkl").write_bytes(model)
    (tmp_path / "words.txt").write_text("bí thư")
    monkeypatch.setattr(pyvimodel, "_folder", lambda: tmp_path)
    with pytest.raises(SearchkitError, match="cannot be read.*Install pyvi again"):
        pyvimodel.read_model.__wrapped__()


def test_missing_pyvi_says_so(monkeypatch):
    monkeypatch.setattr(pyvimodel.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SearchkitError, match="pyvi is not installed. Install pyvi again"):
        pyvimodel._folder()


def test_a_full_segmenter_is_replaced(monkeypatch):
    monkeypatch.setattr(segment, "_segmenter", None)
    monkeypatch.setattr(segment, "CHUNK_LIMIT", 10)
    first = segment.load()
    assert segment.load() is first
    segment.tokenise(NEWS)
    assert segment.load() is not first


def test_segmenting_imports_none_of_pyvis_needs():
    program = (
        "import sys; from searchkit.segment import tokenise; tokenise('Bí thư Tỉnh ủy Hà Giang')\n"
        "print(*{'pyvi', 'sklearn', 'sklearn_crfsuite', 'scipy', 'pycrfsuite', 'joblib'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "\n"
