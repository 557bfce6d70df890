"""Rendering: the exact output of every format, and that nothing of an article gets out of its place."""

import csv
import io
import json
from pathlib import Path

import pytest

from searchkit import errors
from searchkit.errors import QueryError
from searchkit.render import FORMATS, render, render_answers
from searchkit.rendering.data import harmless
from searchkit.rendering.lines import cells, lit_lines, marked, wrap
from searchkit.rendering.look import Look
from searchkit.rendering.markup import safe_url
from searchkit.results import Answer, Hit, PassageHit, Results, error_dict

TEXT = "Lãnh đạo các sở, ngành đề nghị huyện triển khai chương trình cải tạo vườn tạp."
VUON_TAP = (TEXT.index("vườn tạp"), TEXT.index("vườn tạp") + len("vườn tạp"))
PASSAGE = PassageHit(5, "body", 9.12345, 40, 40 + len(TEXT), TEXT, (VUON_TAP,))
FULL = Hit(1, 12.34567, "bhg-quang-binh.txt", "Bí thư Tỉnh ủy làm việc với huyện Quang Bình", "2021-03-05", "BHG",
           ("Duy Tuấn",), "Chính trị", "https://bhg.vn/a?b=1&c=2", "corpus/bhg-quang-binh.txt", (), (PASSAGE,),
           ("bhg-2.txt",))
BARE = Hit(2, 3.0, "b.txt", passages=(PassageHit(1, "caption", 3.0, 0, 13, "Cảnh vườn tạp", ((5, 13),)),),
           missing=("tỉnh", "ủy"))
RESULTS = Results("vườn tạp tỉnh ủy", 1, 11.24, ("a notice",), (FULL, BARE), ("vườn tược",))


def lines(format, results=RESULTS, **look):
    return list(render(results, format, Look(**look)))


def test_text():
    assert lines("text", width=70) == [
        "1 article with every word; best matches 1–2, 11 ms",
        "",
        "1  Bí thư Tỉnh ủy làm việc với huyện Quang Bình",
        "   5 March 2021 · BHG · Duy Tuấn · bhg-quang-binh.txt ¶5",
        "   Lãnh đạo các sở, ngành đề nghị huyện triển khai chương trình cải",
        "   tạo [vườn tạp].",
        "   1 more like it: bhg-2.txt",
        "",
        "2  Cảnh vườn tạp",
        "   b.txt ¶1 caption",
        "   Cảnh [vườn tạp]",
        "   lacks: tỉnh, ủy",
        "",
        "Did you mean: vườn tược",
    ]


def test_text_in_colour_has_the_same_words_and_no_brackets():
    plain = "\n".join(lines("text", width=70))
    coloured = "\n".join(lines("text", width=70, colour=True))
    assert "\x1b[1;31mvườn tạp\x1b[0m" in coloured
    for code in ("0", "1", "2", "33", "36", "1;31"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain.replace("[", "").replace("]", "")


def test_a_colour_that_is_wrapped_ends_with_its_line_and_begins_again():
    text = marked("cải tạo vườn tạp", [(0, 16)])
    assert lit_lines(text, 8, True) == ["\x1b[1;31mcải tạo\x1b[0m", "\x1b[1;31mvườn tạp\x1b[0m"]
    assert lit_lines(text, 9, False) == ["[cải tạo", "vườn tạp]"]


@pytest.mark.parametrize(
    "results, first",
    [
        (Results("x", 0, 0.4), "0 articles, 0 ms"),
        (Results("x", 1234, 12.0, hits=(FULL,)), "1,234 articles, number 1 shown, 12 ms"),
        (Results("x", 30, 1.0, hits=(Hit(11, 1.0, "a"), Hit(12, 1.0, "b"))), "30 articles, 11–12 shown, 1 ms"),
        (Results("x", 0, 1.0, hits=(BARE,)), "0 articles with every word; best match 2, 1 ms"),
    ],
)
def test_text_says_how_many_and_which(results, first):
    assert lines("text", results)[0] == first


def test_several_passages_carry_their_numbers():
    hit = Hit(1, 1.0, "a", "Tựa", passages=(PASSAGE, PassageHit(6, "body", 1.0, 0, 3, "Hai", ())))
    shown = lines("text", Results("x", 1, hits=(hit,)), width=120)
    assert shown[4] == f"   ¶5 {TEXT.replace('vườn tạp', '[vườn tạp]')}"
    assert shown[5] == "   ¶6 Hai"


def test_a_matched_headline_is_lit_and_not_repeated():
    hit = Hit(1, 1.0, "a", "Vườn tạp", passages=(PassageHit(1, "title", 1.0, 0, 8, "Vườn tạp", ((0, 8),)),))
    assert lines("text", Results("x", 1, hits=(hit,)))[2:] == ["1  [Vườn tạp]", "   a ¶1"]


def test_scores_are_explained_when_there_is_detail():
    hit = Hit(1, 2.5, "a", "Tựa", detail={"syllables": 2.0, "words": 0.5})
    assert lines("text", Results("x", 1, hits=(hit,)))[-1] == "   score 2.50: syllables 2.00, words 0.50"


def test_json_is_the_promised_object_in_the_promised_order():
    [line] = lines("json")
    value = json.loads(line)
    assert list(value) == ["version", "query", "total", "took_ms", "notices", "hits", "suggestions"]
    assert list(value["hits"][0]) == ["rank", "score", "id", "title", "date", "source", "authors", "section", "url",
                                      "path", "missing", "passages", "duplicates"]
    assert value["hits"][0]["passages"] == [{"number": 5, "kind": "body", "score": 9.1235, "start": 40,
                                             "end": 40 + len(TEXT), "text": TEXT, "highlights": [list(VUON_TAP)]}]
    assert value["hits"][1] | {"passages": []} == {
        "rank": 2, "score": 3.0, "id": "b.txt", "title": None, "date": None, "source": None, "authors": [],
        "section": None, "url": None, "path": None, "missing": ["tỉnh", "ủy"], "passages": [], "duplicates": []}
    assert "Bí thư" in line
    assert lines("jsonl") == [line]
    assert json.loads("\n".join(lines("json", indent=True))) == value and len(lines("json", indent=True)) == 1


def test_json_survives_lone_surrogates():
    [line] = lines("json", Results("\ud800 tỉnh", 0))
    line.encode("utf-8")
    assert json.loads(line)["query"] == "\ud800 tỉnh"


def test_csv_has_a_row_per_passage():
    header, first, second = csv.reader(io.StringIO("\n".join(lines("csv"))))
    assert dict(zip(header, first)) == {
        "query": "vườn tạp tỉnh ủy", "rank": "1", "score": "12.3457", "id": "bhg-quang-binh.txt",
        "title": "Bí thư Tỉnh ủy làm việc với huyện Quang Bình", "date": "2021-03-05", "source": "BHG",
        "authors": "Duy Tuấn", "section": "Chính trị", "url": "https://bhg.vn/a?b=1&c=2",
        "path": "corpus/bhg-quang-binh.txt", "missing": "", "duplicates": "bhg-2.txt", "passage": "5", "kind": "body",
        "passage_score": "9.1235", "start": "40", "end": str(40 + len(TEXT)), "text": TEXT, "matched": "vườn tạp",
        "highlights": str([list(VUON_TAP)])}
    assert second[header.index("missing")] == "tỉnh; ủy"


@pytest.mark.parametrize("cell", ["=1+1", "+84 912", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "\x00=1"])
def test_csv_cells_that_a_spreadsheet_would_run_are_harmless(cell):
    assert harmless(cell).startswith("'")


@pytest.mark.parametrize("cell", ["Tỉnh ủy", "a=b", "2021-03", 'nói "vậy"', "", 3, -2.5, None])
def test_other_csv_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_markdown():
    assert lines("markdown") == [
        "## vườn tạp tỉnh ủy",
        "",
        "1 article with every word; best matches 1–2, 11 ms",
        "",
        "1. [**Bí thư Tỉnh ủy làm việc với huyện Quang Bình**](<https://bhg.vn/a?b=1&c=2>)  ",
        "   5 March 2021 · BHG · Duy Tuấn · bhg-quang-binh.txt ¶5",
        "",
        "   > Lãnh đạo các sở, ngành đề nghị huyện triển khai chương trình cải tạo **vườn tạp**.",
        "",
        "   1 more like it: bhg-2.txt",
        "",
        "2. **Cảnh vườn tạp**  ",
        "   b.txt ¶1 caption",
        "",
        "   > Cảnh **vườn tạp**",
        "",
        "   lacks: tỉnh, ủy",
        "",
        "Did you mean: **vườn tược**",
        "",
    ]


def test_html():
    assert lines("html")[5:] == [
        "<section>",
        "<h2>vườn tạp tỉnh ủy</h2>",
        '<p class="count">1 article with every word; best matches 1–2, 11 ms</p>',
        "<article>",
        '<h3>1. <a href="https://bhg.vn/a?b=1&amp;c=2" rel="noopener noreferrer">'
        "Bí thư Tỉnh ủy làm việc với huyện Quang Bình</a></h3>",
        '<p class="reference">5 March 2021 · BHG · Duy Tuấn · bhg-quang-binh.txt ¶5</p>',
        "<blockquote>Lãnh đạo các sở, ngành đề nghị huyện triển khai chương trình cải tạo "
        "<mark>vườn tạp</mark>.</blockquote>",
        '<p class="remark">1 more like it: bhg-2.txt</p>',
        "</article>",
        "<article>",
        "<h3>2. Cảnh vườn tạp</h3>",
        '<p class="reference">b.txt ¶1 caption</p>',
        "<blockquote>Cảnh <mark>vườn tạp</mark></blockquote>",
        '<p class="remark">lacks: tỉnh, ủy</p>',
        "</article>",
        "<p>Did you mean: <strong>vườn tược</strong></p>",
        "</section>",
        "</body>",
        "</html>",
    ]


NASTY = "\x1b]0;x\x07<script>alert(1)</script> \u202etext\r\n=cmd *b* [x](javascript:y) \x9b31m"
EVERYWHERE = Results(
    NASTY, 1, 1.0, (NASTY,),
    (Hit(1, 1.0, NASTY, NASTY, NASTY, NASTY, (NASTY,), NASTY, "javascript:alert(1)", NASTY, (NASTY,),
         (PassageHit(1, "body", 1.0, 0, len(NASTY), NASTY, ((0, 3), (4, len(NASTY))),),), (NASTY,), {NASTY: NASTY}),),
    (NASTY,),
)


@pytest.mark.parametrize("format", ["text", "markdown", "html", "csv"])
@pytest.mark.parametrize("line", [None, 7])
def test_nothing_of_an_article_can_steer_the_reader(format, line):
    answers = [Answer(NASTY, EVERYWHERE, line=line), Answer(NASTY, error=QueryError(NASTY, NASTY), line=line)]
    out = "\n".join(render_answers(answers, format, Look(many=line is not None)))
    assert not set(out) & set("\x1b\x07\x9b\r\u202e")
    if format in ("html", "markdown"):
        assert "<script" not in out
    if format == "html":
        assert "javascript:alert" not in out.replace("](javascript:y)", "")
    if format == "markdown":
        assert "](javascript" not in out.replace("\\](javascript", "")


@pytest.mark.parametrize("format", FORMATS)
def test_many_answers_make_one_document(format):
    answers = [
        Answer("một", RESULTS, line=1),
        Answer("hai", Results("hai", 0), line=3),
        Answer("date:2021-13", error=QueryError("There is no month 13", "Write 01 to 12", 5), line=4),
    ]
    out = list(render_answers(answers, format, Look(many=True)))
    assert all("\n" not in line for line in out)
    whole = "\n".join(out)
    if format in ("json", "jsonl"):
        rows = [json.loads(line) for line in out]
        assert [(row["line"], row["status"]) for row in rows] == [(1, "ok"), (3, "none"), (4, "error")]
        assert rows[2]["error"] == {"kind": "query", "message": "There is no month 13", "position": 5,
                                    "hint": "Write 01 to 12"}
    elif format == "csv":
        rows = list(csv.DictReader(io.StringIO(whole)))
        assert [(row["line"], row["status"], row["id"]) for row in rows] == [
            ("1", "ok", "bhg-quang-binh.txt"), ("1", "ok", "b.txt"), ("3", "none", ""), ("4", "error", "")]
        assert rows[3]["error"] == "There is no month 13. Write 01 to 12"
    else:
        assert "There is no month 13. Write 01 to 12" in whole
        assert whole.count("<!DOCTYPE html>") == (format == "html")


def test_bom_stands_before_the_csv_header_only():
    out = list(render_answers([Answer("x", RESULTS, line=1)], "csv", Look(bom=True, many=True)))
    assert [line.startswith("\ufeff") for line in out] == [True, False, False]


@pytest.mark.parametrize("width", [20, 33, 80])
def test_no_line_is_wider_than_asked(width):
    text = "河江省 " * 20 + "x" * 90 + " " + "tỉnh ủy " * 20
    assert all(cells(line) <= width for line in wrap(text, width))
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


def test_combining_marks_take_no_room():
    assert cells("ti\u0309nh") == 4


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x", "http:", "ftp://x/y", "http://[x", "", None]
)
def test_only_web_addresses_become_links(url):
    assert safe_url(url) is None


def test_addresses_cannot_end_their_link():
    assert safe_url('https://x/"><a>(b)') == "https://x/%22%3E%3Ca%3E%28b%29"


def test_the_page_on_json_shows_what_is_printed():
    blocks = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8").split("```json\n")[1:]
    searched, batched, failed = (json.loads(block.split("```")[0]) for block in blocks)
    passage = PassageHit(5, "body", 9.1, 40, 61, "Chương trình vườn tạp", ((13, 21),))
    hit = Hit(1, 12.34567, "quang-binh.txt", "Làm việc với huyện Quang Bình", "2021-03-05", "BHG", ("Duy Tuấn",),
              path="corpus/quang-binh.txt", missing=("ủy",), passages=(passage,))
    error = QueryError("There is no month 13", "Write 01 to 12", 5)
    results = Results('"vườn tạp" tỉnh ủy', 1, 11.2, hits=(hit,))
    assert json.dumps(searched) == json.dumps(results.to_dict())
    assert json.dumps(batched) == json.dumps(Answer("date:2021-13", error=error, line=3).to_dict())
    assert failed == {"version": 1, "error": error_dict(error)}


def test_the_page_on_json_names_every_kind_of_error():
    page = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
    kinds = {kind.kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert all(f"`{kind}`" in page for kind in kinds)


def test_the_page_names_every_column_of_csv_in_their_order():
    page = (Path(__file__).parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.split("## CSV")[1].split("## ")[0]
    places = [section.index(f"`{name}`") for name in lines("csv")[0].split(",")]
    assert places == sorted(places)
