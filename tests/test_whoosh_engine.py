"""The array engine answers as the brute-force oracle does, in one segment or many, with articles deleted or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import answers, missing
from query_cases import ARTICLES, CASES, TODAY, Case, article

from searchkit import abbreviations
from searchkit.engines import Ask, Reader, WriteOptions, load
from searchkit.errors import QueryError
from searchkit.parser import parse
from searchkit.resolve import resolve
from searchkit.text import fold

EVERY_HIT = Ask(limit=1000, group=False)
BY_ID = {article.id: article for article in ARTICLES}


def build(folder: Path, articles, base: Path | None = None, remove=(), workers: int = 1) -> Path:
    folder.mkdir()
    writer = load("whoosh").create(folder, WriteOptions(workers=workers), base)
    writer.remove(remove)
    for each in articles:
        writer.add(each)
    writer.commit()
    return folder


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Reader:
    """All articles in one segment."""
    return load("whoosh").open(build(tmp_path_factory.mktemp("engine") / "one", ARTICLES))


@pytest.fixture(scope="module")
def patchwork(tmp_path_factory) -> Reader:
    """The same articles in three segments, after others and older ones of the same ids were removed."""
    root = tmp_path_factory.mktemp("engine")
    stale = [article(each.id, ("body", "vườn tạp cam chè tỉnh ủy"), date="2021-03-05") for each in ARTICLES[4:8]]
    first = build(root / "1", [*ARTICLES[:4], *stale])
    second = build(root / "2", ARTICLES[4:8], first, [each.id for each in stale])
    third = build(root / "3", ARTICLES[8:], second)
    return load("whoosh").open(third)


def resolved(case: Case):
    return resolve(
        parse(case.query), marks=case.marks, all_words=case.all_words,
        abbreviations=abbreviations.load(None), today=TODAY,
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.query} {case.marks}{' all' * case.all_words}")
def test_total_of_every_case(reader: Reader, case: Case) -> None:
    found = reader.search(resolved(case), EVERY_HIT)
    complete = {candidate.id for candidate in found.candidates if not candidate.missing}
    assert sorted(complete) == sorted(case.ids.split())
    assert found.total == len(complete)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.query} {case.marks}{' all' * case.all_words}")
def test_hits_and_what_they_lack_are_the_oracles(reader: Reader, patchwork: Reader, case: Case) -> None:
    query = resolved(case)
    expected = {id: missing(BY_ID[id], query) for id in answers(ARTICLES, query)}
    for engine in (reader, patchwork):
        found = engine.search(query, EVERY_HIT)
        assert {c.id: sorted(set(c.missing)) for c in found.candidates} == {
            id: sorted(set(lacking)) for id, lacking in expected.items()
        }


def test_many_segments_rank_as_one(reader: Reader, patchwork: Reader) -> None:
    for case in CASES:
        one, many = (engine.search(resolved(case), EVERY_HIT).candidates for engine in (reader, patchwork))
        assert {c.id for c in one} == {c.id for c in many}


WORDS = st.sampled_from(
    "vườn vuon tạp tap cải tạo tinh tỉnh ủy uỷ uy bí thư nguyễn nguyen văn van son sơn covid-19 covid 19 3.000 3000 "
    "TP.HCM TPHCM UBND ubnd ca hoà hoa kỹ kĩ của là ai giá vàng ng* ?inh tinh~1 vưon~1 =Tỉnh =uỷ đình dinh T.Ư".split()
)
PHRASES = st.lists(WORDS.filter(lambda word: word[0] != "=" and "~" not in word), min_size=1, max_size=3).map(
    lambda words: f'"{" ".join(words)}"'
)
FILTERS = st.sampled_from(["date:2021-03", "date:>2021-02", "date:2020..2021-03-05", "has:title", "has:author", "source:bhg", "id:ai"])
FIELDED = st.builds("{}:{}".format, st.sampled_from(["title", "text", "summary", "caption", "author"]), WORDS | PHRASES)
LEAVES = WORDS | PHRASES | st.builds("{}~{}".format, PHRASES, st.integers(1, 3)) | FIELDED | FILTERS
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["AND", "OR"]), inner),
        st.builds("NOT ({})".format, inner),
        st.builds("({})".format, inner),
        st.builds("{} NEAR/{} {}".format, WORDS | PHRASES, st.integers(0, 4), WORDS | PHRASES),
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES, marks=st.sampled_from(["prefer", "exact", "any"]))
def test_random_queries_agree_with_the_oracle(reader: Reader, patchwork: Reader, query: str, marks: str) -> None:
    check_against_oracle(reader, patchwork, query, marks)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES, marks=st.sampled_from(["prefer", "exact", "any"]))
def test_thousands_of_random_queries_agree_with_the_oracle(reader: Reader, patchwork: Reader, query: str, marks: str) -> None:
    check_against_oracle(reader, patchwork, query, marks)


def check_against_oracle(reader: Reader, patchwork: Reader, query: str, marks: str) -> None:
    try:
        read = resolved(Case(query, "", marks))
    except QueryError:
        return
    expected = answers(ARTICLES, read)
    for engine in (reader, patchwork):
        found = engine.search(read, EVERY_HIT)
        assert {c.id for c in found.candidates} == set(expected)
        assert found.total == sum(expected.values())


def test_scores_fall_and_ties_go_by_date_then_id(reader: Reader) -> None:
    for case in CASES:
        hits = reader.search(resolved(case), EVERY_HIT).candidates
        order = [(-hit.score, _newest_first(BY_ID[hit.id].date), hit.id) for hit in hits]
        assert order == sorted(order)


def _newest_first(date: str | None) -> tuple[int, ...]:
    from searchkit.article import date_range

    return (-date_range(date)[1],) if date else (0,)


def test_pages_together_are_the_whole_list(reader: Reader) -> None:
    query = resolved(Case("tỉnh vườn ca", ""))
    whole = [hit.id for hit in reader.search(query, EVERY_HIT).candidates]
    paged = [hit.id for at in range(0, 12, 2) for hit in reader.search(query, Ask(limit=2, offset=at, group=False)).candidates]
    assert len(whole) > 4
    assert paged == whole


@pytest.mark.parametrize(("sort", "sign"), [("newest", -1), ("oldest", 1)])
def test_sorting_by_date_puts_complete_articles_first(reader: Reader, sort: str, sign: int) -> None:
    hits = reader.search(resolved(Case("tỉnh ca", "")), Ask(limit=100, sort=sort, group=False)).candidates
    dates = [BY_ID[hit.id].date or "" for hit in hits if not hit.missing]
    assert len(dates) > 0
    assert dates == sorted(dates, reverse=sign < 0)
    assert [bool(hit.missing) for hit in hits] == sorted(bool(hit.missing) for hit in hits)


def test_sorting_by_date_keeps_complete_articles_first_where_no_date_tells_them_apart(tmp_path: Path) -> None:
    lacking = [article(f"a{n}", ("body", "Vườn nhà.")) for n in range(5)]
    complete = [article(f"b{n}", ("body", "Vườn cam.")) for n in range(5)]
    reader = load("whoosh").open(build(tmp_path / "index", [*lacking, *complete]))
    hits = reader.search(resolved(Case("vườn cam", "")), Ask(limit=20, sort="newest", group=False)).candidates
    assert [hit.id for hit in hits] == [each.id for each in [*complete, *lacking]]


@pytest.mark.parametrize("typed", ["tinh", "nguyen van son", "di bau tinh"])
def test_of_equal_articles_the_one_written_as_typed_comes_first(tmp_path: Path, typed: str) -> None:
    spellings = {"tinh": "tỉnh tính tình", "nguyen van son": "nguyễn_văn_sơn", "di bau tinh": "đi_bầu_tỉnh"}[typed]
    texts = [*(each.replace("_", " ") for each in spellings.split()), typed]
    articles = [article(f"{n}", ("body", f"Hôm qua có {text} ở đây."), date="2021-03-05") for n, text in enumerate(texts * 2)]
    reader = load("whoosh").open(build(tmp_path / "index", articles))
    hits = reader.search(resolved(Case(typed, "")), EVERY_HIT).candidates
    assert len(hits) == len(articles)
    bare = {each.id for each in articles if typed in each.text}
    assert {hit.id for hit in hits[:2]} == bare


def test_an_article_with_all_of_few_words_comes_before_one_that_lacks_one(tmp_path: Path) -> None:
    often = article("often", ("title", "Vườn cam vườn cam"), ("body", "Vườn cam, vườn cam, vườn cam. " * 5))
    once = article("once", ("body", "Chợ họp từ sớm. " * 40 + "Xa xa là vườn. " + "Người mua đông. " * 40 + "Có cam. Và chè."))
    reader = load("whoosh").open(build(tmp_path / "index", [often, once]))
    hits = reader.search(resolved(Case("vườn cam chè", "")), EVERY_HIT).candidates
    assert [(hit.id, hit.missing) for hit in hits] == [("once", ()), ("often", ("chè",))]


def test_a_name_comes_before_its_syllables_in_another_order(tmp_path: Path) -> None:
    district = article("quan", ("title", "Thanh Xuân, Thanh Xuân"), ("body", "Ông Trịnh ở Thanh Xuân. Thanh Xuân nhiều phố, Trịnh Thanh. " * 4))
    person = article("nguoi", ("body", "Hôm qua trời mưa to. " * 60 + "Trịnh Xuân Thanh ra tòa. " + "Phiên xử còn dài. " * 60))
    reader = load("whoosh").open(build(tmp_path / "index", [district, person]))
    for typed in ("Trịnh Xuân Thanh", "trinh xuan thanh"):
        assert [hit.id for hit in reader.search(resolved(Case(typed, "")), EVERY_HIT).candidates] == ["nguoi", "quan"]


def test_reprints_are_grouped_under_the_best_and_nothing_is_dropped(tmp_path: Path) -> None:
    body = (
        "Chiều nay, Ủy ban nhân dân tỉnh họp bàn về việc trồng cam trên đất vườn tạp của các hộ nghèo ở ba huyện vùng cao. "
        "Chủ tịch tỉnh yêu cầu ngành nông nghiệp chọn giống sạch bệnh, tập huấn cho từng thôn bản và ký hợp đồng bao tiêu "
        "với doanh nghiệp trước khi xuống giống. Mỗi héc-ta được hỗ trợ mười lăm triệu đồng tiền giống và phân bón."
    )
    copies = [
        article("goc", ("title", "Bàn việc trồng cam"), ("body", body), date="2021-03-05"),
        article("dang-lai", ("title", "Trồng cam trên vườn tạp"), ("body", body), date="2021-03-06"),
        article("khong-dau", ("body", fold(body))),
        article("khac", ("body", "Cam Cao Phong được mùa, giá giảm, nông dân lo đầu ra cho vụ tới ở các huyện miền núi.")),
    ]
    reader = load("whoosh").open(build(tmp_path / "index", copies))
    query = resolved(Case("cam", ""))
    grouped = reader.search(query, Ask())
    assert grouped.total == 4
    assert {frozenset([hit.id, *hit.duplicates]) for hit in grouped.candidates} == {
        frozenset(["goc", "dang-lai", "khong-dau"]), frozenset(["khac"]),
    }  # fmt: skip
    assert {hit.id for hit in reader.search(query, Ask(group=False)).candidates} == {each.id for each in copies}


def test_two_processes_build_what_one_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchkit.engines.whoosh_engine.START_WORKERS", 1)
    many = [article(f"{each.id}-{n}", ("body", f"{each.text} {n}"), date=each.date) for n in range(30) for each in ARTICLES]
    one, two = (load("whoosh").open(build(tmp_path / str(n), many, workers=n)) for n in (1, 2))
    assert sorted(one.ids()) == sorted(two.ids()) == sorted(each.id for each in many)
    for case in CASES[:20]:
        first, second = (engine.search(resolved(case), Ask(limit=2000, group=False)) for engine in (one, two))
        assert first.total == second.total
        assert [hit.id for hit in first.candidates] == [hit.id for hit in second.candidates]


def test_stored_articles_come_back_as_they_went_in(reader: Reader, patchwork: Reader) -> None:
    for engine in (reader, patchwork):
        assert {each.id: engine.article(each.id) for each in ARTICLES} == BY_ID
        assert engine.article("nobody") is None
        assert sorted(engine.ids()) == sorted(BY_ID)


def test_an_empty_index_answers(tmp_path: Path) -> None:
    reader = load("whoosh").open(build(tmp_path / "index", []))
    for case in CASES[:40]:
        assert reader.search(resolved(case), EVERY_HIT).total == 0
    assert reader.stats()["articles"] == 0
    assert list(reader.ids()) == []
