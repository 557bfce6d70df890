"""What news prose says of itself, on lines as newspapers write them."""

from pathlib import Path

import pytest

from searchkit import newsroom
from searchkit.article import BODY, CAPTION

SEED = Path(__file__).parent.parent / "corpus" / "bhg-2021-03-quang-binh.txt"


@pytest.fixture(scope="module")
def seed():
    return newsroom.read(SEED.read_text(encoding="utf-8"))


def test_seed_header_is_taken_off_and_kept(seed):
    assert seed.header == "date 2021-03"
    assert seed.pieces[0][1].startswith("BHG - Chiều 5.3, các đồng chí")


def test_seed_date_is_the_datelines_day_in_the_headers_month(seed):
    assert (seed.date, seed.inferred) == ("2021-03-05", True)


def test_seed_source_and_author(seed):
    assert seed.source == "BHG"
    assert seed.authors == ("Duy Tuấn",)
    assert seed.credits == ("Tin, ảnh: Duy Tuấn",)


def test_seed_captions_are_the_seven_paragraphs_without_a_stop(seed):
    captions = [text for kind, text in seed.pieces if kind == CAPTION]
    assert len(captions) == 7
    assert captions[0] == "Bí thư Tỉnh ủy Đặng Quốc Khánh phát biểu kết luận buổi làm việc"
    assert seed.pieces[-1] == (BODY, "Tin, ảnh: Duy Tuấn")


@pytest.mark.parametrize(
    ("text", "source", "date"),
    [
        ("BHG - Chiều 5.3, họp.", "BHG", None),  # no year anywhere: none is guessed
        ("date 2021-03 BHG - Chiều 5.3, họp.", "BHG", "2021-03-05"),
        ("date 2021-03 BHG - Chiều 28.2, họp.", "BHG", "2021-03"),  # another month: the header's holds
        ("date 2021-02 BHG - Ngày 30.2, họp.", "BHG", "2021-02"),  # no such day
        ("date 2021-03-07 BHG - Chiều 5.3, họp.", "BHG", "2021-03-07"),
        ("date 2021-13 BHG - Chiều 5.3, họp.", "BHG", None),
        ("date 2021-03 Sáng 5/3, họp.", None, "2021-03-05"),
        ("date 2021-03 Chiều ngày 5-3, họp.", None, "2021-03-05"),
        ("date 2021-03 (Báo Mẫu) - Sáng 5/3, họp.", "Báo Mẫu", "2021-03-05"),
        ("date 2021-03 Ngày 5/3/2020, họp.", None, "2021-03"),  # a date of its own, not a dateline
        ("The update 2021-03 was late.", None, None),
        ("TTO - Giá vàng tăng.", "TTO", None),
        ("(Dân trí) - Giá vàng tăng.", "Dân trí", None),
        ("SLNA - Hà Nội FC: trận cầu tâm điểm.", None, None),  # two clubs
        ("XYZ - Sáng 5/3, họp.", "XYZ", None),  # a time makes any abbreviation a paper
        ("Nguyễn Văn A - Người thợ.", None, None),
        ("(Ảnh: Internet) Giá vàng tăng.", None, None),
    ],
)
def test_dateline(text, source, date):
    told = newsroom.read(text)
    assert (told.source, told.date) == (source, date)


def test_dateline_in_the_summary():
    assert newsroom.read("Giá vàng tăng.", summary="(Dân trí) - Sáng nay, giá vàng tăng.").source == "Dân trí"


@pytest.mark.parametrize(
    ("last", "authors", "credits"),
    [
        ("Tin, ảnh: Duy Tuấn", ("Duy Tuấn",), ("Tin, ảnh: Duy Tuấn",)),
        ("Bài và ảnh: Tô Diệu Linh - Hà My", ("Tô Diệu Linh", "Hà My"), ("Bài và ảnh: Tô Diệu Linh - Hà My",)),
        ("Tin, ảnh: Huyền Trang (TTXVN)", ("Huyền Trang",), ("Tin, ảnh: Huyền Trang (TTXVN)",)),
        ("Tin-ảnh: G.Minh", ("G.Minh",), ("Tin-ảnh: G.Minh",)),
        ("Ảnh: Hồng Hà", (), ("Ảnh: Hồng Hà",)),  # who took a picture did not write
        ("Theo VnExpress.net", (), ("Theo VnExpress.net",)),
        ("(Theo Tuổi Trẻ)", (), ("Theo Tuổi Trẻ",)),
        ("Nguồn: VITIC/Reuters", (), ("Nguồn: VITIC/Reuters",)),
        ("Duy Tuấn", ("Duy Tuấn",), ()),
        ("Theo ông Sơn, giá sẽ còn tăng.", (), ()),
        ("Hết.", (), ()),
    ],
)
def test_byline_as_last_paragraph_and_at_the_end_of_one(last, authors, credits):
    told = newsroom.read(f"Giá vàng tăng.\n\nNgười mua xếp hàng.\n\n{last}")
    assert (told.authors, told.credits) == (authors, credits)
    assert told.pieces[-1] == (BODY, last)
    if last != "Duy Tuấn":  # a bare name at the end of a line could be part of its last sentence
        assert newsroom.read(f"Giá vàng tăng. {last}")[5:] == (authors, credits)


@pytest.mark.parametrize(
    ("paragraph", "kind"),
    [
        ("Chủ tịch UBND tỉnh Nguyễn Văn Sơn phát biểu tại buổi làm việc", CAPTION),
        ("Cổ động viên nhuộm đỏ khán đài. Ảnh: Quỳnh Như", CAPTION),
        ("Ảnh minh họa: Internet", CAPTION),
        ("Khó khăn chồng chất", BODY),  # a sub-heading
        ("## Những con số biết nói của ngành", BODY),
        ("- Giá vàng trong nước và thế giới", BODY),
        ("1. Giá vàng trong nước và thế giới", BODY),
        ("NHỮNG CON SỐ BIẾT NÓI CỦA NGÀNH", BODY),
        ("Ông Sơn cho biết như sau về việc này:", BODY),
        ("“Chúng tôi sẽ cố gắng hết sức mình.”", BODY),
        ("Chủ tịch UBND tỉnh " * 12, BODY),  # too long
        ("Giá vàng tăng rồi giảm. Người mua xếp hàng dài", BODY),
    ],
)
def test_captions_stand_among_sentences(paragraph, kind):
    told = newsroom.read(f"Giá vàng tăng.\n\n{paragraph}\n\nNgười mua xếp hàng.")
    assert told.pieces[1] == (kind, paragraph.strip())


def test_first_paragraph_is_no_caption():
    assert newsroom.read("Chủ tịch tỉnh phát biểu tại buổi làm việc\n\nHọp xong.").pieces[0][0] == BODY


def test_a_text_without_stops_has_no_captions():
    verse = "\n\n".join(["Trăm năm trong cõi người ta", "Chữ tài chữ mệnh khéo là ghét nhau"] * 2)
    assert {kind for kind, _ in newsroom.read(verse).pieces} == {BODY}


def test_a_caption_that_is_known_is_one_wherever_it_stands():
    assert newsroom.read("Một.\n\nHai.", captions=["Hai."]).pieces == ((BODY, "Một."), (CAPTION, "Hai."))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Duy Tuấn, Hà My", ("Duy Tuấn", "Hà My")),
        ("Duy Tuấn và Hà My", ("Duy Tuấn", "Hà My")),
        ("Duy Tuấn; Hà My & Lê Văn Và", ("Duy Tuấn", "Hà My", "Lê Văn Và")),
        ("Duy Tuấn - Hà My – Lan", ("Duy Tuấn", "Hà My", "Lan")),
        ("Đức Ngọc-Nghĩa Đàn", ("Đức Ngọc", "Nghĩa Đàn")),
        ("Jean-Paul Sartre, Anne Nguyễn-Smith, Thạch Sa-ma-rinh", ("Jean-Paul Sartre", "Anne Nguyễn-Smith", "Thạch Sa-ma-rinh")),
        ("Shaquille O'Neill", ("Shaquille O'Neill",)),
        ("H.T. - P.V", ("H.T.", "P.V")),
        ("Mai Phương/Kinh Tế Mẫu", ("Mai Phương", "Kinh Tế Mẫu")),
        ("Duy Tuấn, Duy Tuấn", ("Duy Tuấn",)),
        (" , ;", ()),
    ],
)
def test_names_in_a_byline(text, names):
    assert newsroom.split_names(text) == names


@pytest.mark.parametrize("text", ["", " ", "\n\n", "date 2021-03 "])
def test_nothing_says_nothing(text):
    assert "".join(piece for _, piece in newsroom.read(text).pieces).strip() in ("", "date 2021-03")
