"""A corpus that fits on a screen, and tables of (query, ids) over it: what every engine must answer.

An id in a table is an article that lacks nothing, so that it counts into the total.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from searchkit.article import Article, Part, join_parts

TODAY = date(2021, 3, 10)


class Case(NamedTuple):
    """A query, the ids of its total, and how it is asked."""

    query: str
    ids: str  # separated by spaces
    marks: str = "prefer"
    all_words: bool = False


def article(id: str, *pieces: tuple[str, str], **fields: object) -> Article:
    """An article from (kind, text) pieces."""
    text, parts = join_parts(pieces)
    first = {kind: value for kind, value in reversed(pieces)}
    captions = tuple(value for kind, value in pieces if kind == "caption")
    parts = tuple(Part(*part) for part in parts)
    return Article(id, text, parts, first.get("title"), first.get("summary"), captions, **fields)


ARTICLES = (
    article(
        "quang-binh", ("title", "Bí thư Tỉnh ủy làm việc với huyện Quang Bình"),
        ("summary", "Huyện cần cải tạo vườn tạp."),
        ("body", "Chiều 5/3, Bí thư Tỉnh uỷ Đặng Quốc Khánh làm việc với UBND huyện.\n\nTham dự có lãnh đạo các sở."),
        ("caption", "Bí thư Tỉnh ủy phát biểu tại hội nghị"),
        date="2021-03-05", authors=("Duy Tuấn", "Mai Lan"), source="BHG", section="Chính trị",
        path="corpus/bhg/quang-binh.txt",
    ),
    article(
        "vuon-tap", ("title", "Cải tạo vườn tạp ở Hà Giang"),
        ("body", "Ủy ban nhân dân tỉnh ban hành nghị quyết. Người dân cải tạo nhanh vườn tạp, trồng cam."),
        date="2021-02", authors=("Văn Nghị",), source="Báo Hà Giang", section="Kinh tế",
        url="https://baohagiang.vn/kinh-te/vuon-tap-2021.html",
    ),
    article(
        "covid", ("title", "Covid-19: thêm 3.000 ca mắc ở TP.HCM"),
        ("body", "Sở Y tế TP.HCM cho biết có 3000 ca. Bộ Y tế họp với T.Ư vào sáng nay."),
        date="2021-07-20", authors=("Nguyễn Văn Sơn",), source="TTXVN",
    ),
    article(
        "ten-nguoi", ("title", "Nguyễn Văn Sơn và Nguyen Van Son"),
        ("body", "Ông Nguyễn Văn Sơn gặp ông Nguyên Vân Sơn. Bà Nguyen Thi Hoa ở Hoà Bình; bà Hòa ở Huế."),
        date="2020", source="Thông tấn xã Việt Nam",
    ),
    article(
        "cong-an", ("title", "CA tỉnh bắt nhóm trộm"),
        ("body", "Công an tỉnh cho hay ba ca trộm xảy ra ở tỉnh lân cận. HĐND và UBND phối hợp."),
        date="2021-03-10",
    ),
    article(
        "trung-uong", ("title", "Trung ương họp về đầu tư"),
        ("body", "Ban Chấp hành Trung ương bàn đầu tư công. Ông nói: tỉnh Thừa Thiên Huế cần vốn."),
        date="2019-12-31",
    ),
    article(
        "gia-vang", ("title", "Giá vàng là bao nhiêu?"), ("body", "Giá vàng hôm nay tăng. Ai mua, mua ở đâu?"),
        date="2021-03-09", section="Kinh tế",
    ),
    article(
        "gia-dinh", ("title", "Gia đình và nghề dệt"), ("body", "Nghề dệt lanh của người Mông. Nghệ nhân nghỉ."),
        authors=("Mai Lan",),
    ),
    article(
        "ky-thuat", ("title", "Kỹ thuật trồng chè"), ("body", "Kĩ thuật viên hướng dẫn; mỹ thuật, quý hiếm."),
        date="2021-01-15",
    ),
    article("ai", ("title", "AI viết báo"), ("body", "Trí tuệ nhân tạo (AI) thay đổi toà soạn của ai?"), date="2021-03-03"),
    article("khong-ngay", ("body", "Bài không có tựa, chỉ có chữ: tỉnh, uỷ viên, mưa lớn; O'Neill và H'Hen Niê.")),
    article("so-2021/a(1).txt", ("title", "QUYẾT ĐỊNH SỐ 12"), ("body", "Giai đoạn 2021–2025, F-16, R&D, 12:30.")),
)  # fmt: skip

ALL = " ".join(article.id for article in ARTICLES)

CASES = (
    # bare words: the total has them all
    Case("vườn tạp", "quang-binh vuon-tap"),
    Case("bí thư vườn", "quang-binh"),
    Case("VƯỜN Tạp", "quang-binh vuon-tap"),
    Case("bí thư tỉnh ủy mưa", ""),
    Case("giá vàng là bao nhiêu", "gia-vang"),
    Case("vườn tạp của ai", "quang-binh vuon-tap"),  # function words are never missing
    Case("của ai", "ai"),  # unless there is nothing else
    Case("vườn tạp ở đâu", "quang-binh vuon-tap"),
    Case("vườn tạp bao nhieu", "quang-binh vuon-tap"),
    Case("Giá vàng: AI mua?", "gia-vang"),
    # --all and operators: strict
    Case("vườn tạp của ai", "", all_words=True),
    Case("giá vàng ai", "gia-vang", all_words=True),
    Case("+vườn cam", "vuon-tap"),
    Case("vườn -cam", "quang-binh"),
    Case("vườn NOT cam", "quang-binh"),
    Case("vườn KHÔNG cam", "quang-binh"),
    Case("vườn AND cam", "vuon-tap"),
    Case("vườn VÀ cam", "vuon-tap"),
    Case("vườn & cam", "vuon-tap"),
    Case("cam OR chè", "vuon-tap ky-thuat"),
    Case("cam HOẶC chè", "vuon-tap ky-thuat"),
    Case("cam | chè", "vuon-tap ky-thuat"),
    Case("trồng (cam OR chè)", "vuon-tap ky-thuat"),
    Case("trồng -(cam OR chè)", ""),
    Case("vườn cam OR kỹ thuật", "vuon-tap ky-thuat"),
    Case("(vườn tạp) cam", "vuon-tap"),
    Case("vườn AND NOT cam", "quang-binh"),
    Case("NOT NOT cam", "vuon-tap"),
    Case("NOT (tỉnh OR ở OR là OR của)", "so-2021/a(1).txt ky-thuat"),
    Case("cam^3 vườn", "vuon-tap"),
    Case("(cam OR chè)^0.5", "vuon-tap ky-thuat"),
    # what stands in bare text
    Case("Hà Giang: cải tạo vườn tạp!", "vuon-tap"),
    Case("“vườn tạp” – cam", "vuon-tap"),
    Case('"vườn tạp', "quang-binh vuon-tap"),
    Case("12:30", "so-2021/a(1).txt"),
    Case("R&D", "so-2021/a(1).txt"),
    Case("vườn AND", ""),
    Case("DÂN VÀ VƯỜN CAM", "vuon-tap"),  # a headline: nothing missing but a function word
    Case("BÀI KHÔNG CÓ TỰA", "khong-ngay"),
    # marks, syllable by syllable
    Case("son", "ten-nguoi"),
    Case("son", "ten-nguoi", "exact"),
    Case("nguyễn", "ten-nguoi"),
    Case("nguyễn -nguyen", "", "any"),
    Case("chính", "", "any"),  # not the section
    Case("vườn tap", "quang-binh vuon-tap"),
    Case("vườn tap", "", "exact"),
    Case("vưon tap", ""),
    Case("vưon tap", "quang-binh vuon-tap", "any"),
    Case('"nguyen van son"', "ten-nguoi"),
    Case('"nguyen van son"', "ten-nguoi", "exact"),
    Case('"nguyen văn son"', "ten-nguoi"),
    Case('"nguyen vân sơn"', "ten-nguoi"),
    Case('"nguyen vân sơn"', "", "exact"),
    Case('"nguyễn vân sơn"', ""),
    Case('"nguyễn vân sơn"', "ten-nguoi", "any"),
    Case("dinh", "gia-dinh so-2021/a(1).txt"),  # đ is a mark
    Case("đinh", ""),
    Case("đình", "gia-dinh"),
    Case("đình", "gia-dinh so-2021/a(1).txt", "any"),
    Case("hoa", "ten-nguoi"),
    Case('"hoa binh"', "ten-nguoi"),
    # equal under every mode but =
    *(Case("hòa bình", "ten-nguoi", marks) for marks in ("prefer", "exact", "any")),
    *(Case("hoà bình", "ten-nguoi", marks) for marks in ("prefer", "exact", "any")),
    *(Case("kĩ thuật chè", "ky-thuat", marks) for marks in ("prefer", "exact", "any")),
    *(Case("mĩ thuật quí", "ky-thuat", marks) for marks in ("prefer", "exact", "any")),
    *(Case("Ðặng Quốc Khánh", "quang-binh", marks) for marks in ("prefer", "exact", "any")),
    *(Case("vươ\u0300n ta\u0323p", "quang-binh vuon-tap", marks) for marks in ("prefer", "exact", "any")),
    *(Case("tỉnh uỷ", "quang-binh vuon-tap khong-ngay", marks) for marks in ("prefer", "exact")),
    # exact spelling
    Case("=Tỉnh", "quang-binh"),
    Case("=tỉnh", "vuon-tap cong-an trung-uong khong-ngay"),
    Case("=uỷ", "quang-binh khong-ngay"),
    Case("=ủy", "quang-binh"),
    Case("=Hoà", "ten-nguoi"),
    Case("=hoà", ""),
    Case("=Kỹ", "ky-thuat"),
    Case("=kỹ", ""),
    Case('="Tỉnh uỷ"', "quang-binh"),
    Case('="tỉnh uỷ"', "khong-ngay"),  # punctuation does not part words
    Case("=Nguyen", "ten-nguoi"),
    Case("=Son", "ten-nguoi", "any"),
    Case("=UBND", "quang-binh cong-an"),
    Case("=ubnd", ""),
    # phrases and slop
    Case('"cải tạo vườn tạp"', "quang-binh vuon-tap"),
    Case('"vườn tạp cải tạo"', ""),
    Case('"cải vườn"', ""),
    Case('"cải vườn"~1', "quang-binh vuon-tap"),
    Case('"cải tạo tạp"~1', "quang-binh vuon-tap"),
    Case('"dân cải tạo tạp"~1', ""),
    Case('"dân cải tạo tạp"~2', "vuon-tap"),
    Case('"huyện tham dự"', ""),  # not across paragraphs
    Case('"huyện tham dự"~1', "quang-binh"),
    Case('"quang bình huyện"~250', ""),  # nor from one part into another
    Case("«vườn tạp»", "quang-binh vuon-tap"),
    Case('"vuon tap"', "quang-binh vuon-tap"),
    Case('"vuon tap"', "", "exact"),
    Case('"cải t* vườn"', "quang-binh vuon-tap"),
    # proximity
    Case("vườn NEAR/1 cải", "quang-binh vuon-tap"),
    Case("vườn NEAR/0 cải", ""),
    Case("vườn GẦN/2 dân", ""),
    Case("vườn GẦN/3 dân", "vuon-tap"),
    Case("vườn BEFORE/3 dân", ""),
    Case("dân TRƯỚC/3 vườn", "vuon-tap"),
    Case('"cải tạo" NEAR/1 "vườn tạp"', "quang-binh vuon-tap"),
    Case('"cải vườn"~1 NEAR/0 tạp', "quang-binh vuon-tap"),
    Case("t* NEAR/250 c* NEAR/250 v* NEAR/250 t*", "quang-binh vuon-tap covid cong-an trung-uong khong-ngay"),
    Case("vườn NEAR/9 vườn", ""),
    Case("trồng NEAR/0 (cam OR chè)", "vuon-tap ky-thuat"),
    Case("vuon NEAR/1 cai", "quang-binh vuon-tap"),
    Case("vuon NEAR/1 cai", "", "exact"),
    Case("vưon NEAR/1 cai", "quang-binh vuon-tap", "any"),
    Case("vàng NEAR/0 giá NEAR/0 hôm", "gia-vang"),
    Case("title:(bí NEAR/0 thư)", "quang-binh"),
    # wildcards
    Case("ngh*", "vuon-tap gia-dinh quang-binh"),
    Case("nghề*", "gia-dinh"),
    Case("nghê*", "", "exact"),
    Case("nghê*", "gia-dinh", "any"),
    Case("hoà*", "ten-nguoi"),
    Case("ngh? dệt", ""),
    Case("n?he", "gia-dinh"),
    Case("n?hề", "gia-dinh"),
    Case("*ườn", "quang-binh vuon-tap"),
    Case("*uon", "quang-binh vuon-tap"),
    Case("*uon", "", "exact"),
    Case("cov*d", "covid"),
    # fuzzy
    Case("vưon~1", "quang-binh vuon-tap"),
    Case("nghể~1 dệt", "gia-dinh"),
    Case("covit~1", "covid"),
    Case("covvit~1", ""),
    Case("covvit~2", "covid"),
    Case("khahn~1 đặng", "quang-binh"),
    # fields
    Case("title:vườn", "vuon-tap"),
    Case("tựa:vườn", "vuon-tap"),
    Case("tua:vuon", "vuon-tap"),
    Case('title:"vườn tạp"', "vuon-tap"),
    Case('title:"nguyen van son"', "ten-nguoi"),
    Case("title:(giá OR chè)", "gia-vang ky-thuat"),
    Case("summary:vườn", "quang-binh"),
    Case("text:vườn", "vuon-tap"),
    Case("text:phát", "quang-binh"),
    Case('caption:"hội nghị"', "quang-binh"),
    Case("caption:huyện", ""),
    Case('author:"mai lan"', "quang-binh gia-dinh"),
    Case('author:"tuan mai"', ""),
    Case('tác-giả:"Duy Tuấn"', "quang-binh"),
    Case("author:nghi", "vuon-tap"),
    Case("author:nghi", "", "exact"),
    Case("author:nghi", "vuon-tap", "any"),
    Case("author:=Lan", "quang-binh gia-dinh"),
    Case("author:l*", "quang-binh gia-dinh"),
    Case("source:bhg", "quang-binh"),
    Case("báo:BHG", "quang-binh"),
    Case("source:TTXVN", "covid ten-nguoi"),
    Case('source:"thông tấn xã việt nam"', "covid ten-nguoi"),
    Case('section:"kinh tế"', "vuon-tap gia-vang"),
    Case("path:bhg", "quang-binh"),
    Case("url:baohagiang", "vuon-tap"),
    Case("id:vuon-tap", "vuon-tap"),
    Case("id:gia-*", "gia-vang gia-dinh"),
    Case('id:"so-2021/a(1).txt"', "so-2021/a(1).txt"),
    Case("id:VUON-TAP", ""),
    Case("has:caption", "quang-binh"),
    Case("has:author -has:source", "gia-dinh"),
    Case("title:*", " ".join(id for id in ALL.split() if id != "khong-ngay")),
    Case("NOT has:title", "khong-ngay"),
    Case("author:lan vườn", "quang-binh"),
    # dates
    Case("date:2021-03-05", "quang-binh"),
    Case("ngày:5/3/2021", "quang-binh"),
    Case("date:2021-02", "vuon-tap"),
    Case("date:2/2021", "vuon-tap"),
    Case("date:2021-02-10", ""),  # a month does not lie inside a day
    Case("date:2020", "ten-nguoi"),
    Case("date:2021-01..2021-02", "vuon-tap ky-thuat"),
    Case("date:>=2021-03-05", "quang-binh covid cong-an gia-vang"),
    Case("date:>2021-03-05", "covid cong-an gia-vang"),
    Case("date:>2021-03", "covid"),
    Case("date:<2020", "trung-uong"),
    Case("date:<=2020", "trung-uong ten-nguoi"),
    Case("date:hôm-nay", "cong-an"),
    Case("date:hom-qua", "gia-vang"),
    Case("date:7d", "quang-binh cong-an gia-vang ai"),
    Case("date:1w..hôm-qua", "quang-binh gia-vang ai"),
    Case("date:(2020 OR 2021-01)", "ten-nguoi ky-thuat"),
    Case("-date:2021 -date:<2021", "gia-dinh khong-ngay so-2021/a(1).txt"),
    Case("vườn date:2021-03", "quang-binh"),
    # numbers and what is written together
    Case("covid 19", "covid"),
    Case("covid-19", "covid"),
    Case("covid19", "covid"),
    Case("3.000 ca", "covid"),
    Case("3000 mắc", "covid"),
    Case("f16", "so-2021/a(1).txt"),
    Case("2021-2025", "so-2021/a(1).txt"),
    Case("h'hen", "khong-ngay"),
    Case("H’Hen o'neill", "khong-ngay"),
    # abbreviations, both ways
    Case("ubnd", "quang-binh vuon-tap cong-an"),
    Case("UBND tỉnh", "quang-binh vuon-tap cong-an"),
    Case('"UBND tỉnh"', "vuon-tap"),
    Case('"UBND huyện"', "quang-binh"),
    Case('"ủy ban nhân dân huyện"', "quang-binh"),
    Case('"uy ban nhan dan huyen"', "quang-binh"),
    Case('"uy ban nhan dan huyen"', "", "exact"),
    Case('"ưy ban nhan dan huyen"', "quang-binh", "any"),
    Case("ủy ban nhân dân huyện", "quang-binh"),
    Case('="Ủy ban nhân dân"', "vuon-tap"),
    Case('"thành phố hồ chí minh"', "covid"),
    Case("tphcm", "covid"),
    Case("TP.HCM", "covid"),
    Case("TƯ", "covid trung-uong"),
    Case("tư", "trung-uong"),
    Case("T.Ư", "covid trung-uong"),
    Case("trung ương", "covid trung-uong"),
    Case('"CA tỉnh"', "cong-an"),
    Case('"công an tỉnh" title:trộm', "cong-an"),
    Case("title:(công an tỉnh)", "cong-an"),
    Case("CA", "covid cong-an"),  # ambiguous: not expanded
    Case('"hội đồng nhân dân"', "cong-an"),
    Case("AI", "ai gia-vang"),
    Case("trí tuệ nhân tạo", "ai"),
)
