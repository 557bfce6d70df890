"""The life of an index over the toy engine: what each change counts, keeps, refuses and leaves on disk."""

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest
import toy_engine
from searchkit import durable, engines, generations, index, lock, manifest
from searchkit.article import Article, join_parts
from searchkit.catalogue import digest_of
from searchkit.errors import (
    EngineError,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexStale,
    NotFound,
    ReadError,
    UsageError,
)
from searchkit.index import BuildOptions

INDEX = Path("index")
TOY = BuildOptions(engine="toy")


@pytest.fixture(autouse=True)
def newsroom(tmp_path, monkeypatch):
    """A working directory with a folder of three articles in two files, and the toy engine in the table."""
    monkeypatch.setitem(engines.ENGINES, "toy", toy_engine.__name__)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # no power is cut here, and disks are slow
    monkeypatch.chdir(tmp_path)
    put("corpus/mot.txt", "Tỉnh ủy họp.")
    put_lines("corpus/hai.jsonl", {"id": "a", "text": "Vườn tạp."}, {"id": "b", "text": "Giếng nước."})
    return tmp_path


def put(path, text):
    """Writes a file; one that is there gets another date, as an editor would give it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.stat().st_mtime_ns if path.exists() else None
    path.write_text(text, encoding="utf-8")
    if before is not None:
        os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def put_lines(path, *records):
    put(path, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def update(*paths, **options):
    return index.update(INDEX, paths or ("corpus",), BuildOptions(engine="toy", **options))


def counts(report):
    return (report.added, report.updated, report.unchanged, report.removed)


def texts():
    with index.open_current(INDEX) as opened:
        return {id: opened.reader.article(id).text for id in sorted(opened.reader.ids())}


def tree(folder=INDEX):
    """Every file of the index with its bytes; the lock's text apart."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != lock.NAME
    }


def reasons(report):
    return [failure.reason for failure in report.failed]


# -- update ------------------------------------------------------------------------------------------


def test_first_update_makes_the_index():
    report = update()
    assert (counts(report), report.articles, report.generation) == ((3, 0, 0, 0), 3, 1)
    assert texts() == {"a": "Vườn tạp.", "b": "Giếng nước.", "mot.txt": "Tỉnh ủy họp."}
    assert (INDEX / "CURRENT").read_text() == "000001\n"
    assert index.verify(INDEX, deep=True).ok


def change_nothing():
    pass


def change_one():
    put("corpus/mot.txt", "Huyện ủy họp.")


def change_one_of_a_file():
    put_lines("corpus/hai.jsonl", {"id": "a", "text": "Vườn tạp."}, {"id": "b", "text": "Giếng cạn."})


def change_order_in_a_file():
    put_lines("corpus/hai.jsonl", {"id": "b", "text": "Giếng nước."}, {"id": "a", "text": "Vườn tạp."})


def add_a_file():
    put("corpus/2021/ba.txt", "Bản tin.")


def delete_a_file():
    Path("corpus/hai.jsonl").unlink()


def delete_all_but_one_article():
    put_lines("corpus/hai.jsonl", {"id": "b", "text": "Giếng nước."})


def rename_a_file_with_its_ids():
    Path("corpus/hai.jsonl").rename("corpus/a-hai.jsonl")


def move_an_article_to_a_new_file():
    put_lines("corpus/hai.jsonl", {"id": "a", "text": "Vườn tạp."})
    put_lines("corpus/a-moi.jsonl", {"id": "b", "text": "Giếng nước."})


def move_an_article_between_known_files():
    put_lines("corpus/hai.jsonl", {"id": "a", "text": "Vườn tạp."})
    put("corpus/mot.txt", "---\nid: b\n---\nGiếng mới.")


@pytest.mark.parametrize(
    "change, expected",
    [  # added, updated, unchanged, removed
        (change_nothing, (0, 0, 3, 0)),
        (change_one, (0, 1, 2, 0)),
        (change_one_of_a_file, (0, 1, 2, 0)),
        (change_order_in_a_file, (0, 0, 3, 0)),
        (add_a_file, (1, 0, 3, 0)),
        (delete_a_file, (0, 0, 1, 2)),
        (delete_all_but_one_article, (0, 0, 2, 1)),
        (rename_a_file_with_its_ids, (0, 2, 1, 0)),  # their path is another now
        (move_an_article_to_a_new_file, (0, 1, 2, 0)),
        (move_an_article_between_known_files, (0, 1, 1, 1)),
    ],
)
def test_update_counts_what_changed_and_equals_a_rebuild(change, expected):
    update()
    change()
    report = update()
    assert (counts(report), report.failed) == (expected, ())
    assert report.articles == report.added + report.updated + report.unchanged
    after_update = texts()
    assert index.verify(INDEX, deep=True) == verified(report.generation)
    rebuilt = index.rebuild(INDEX)
    assert counts(rebuilt) == (0, 0, report.articles, 0)
    assert texts() == after_update


def verified(generation):
    """What verify says of the current generation when nothing is wrong with it."""
    known = manifest.read(generations.path_of(INDEX, generation))
    size = sum(record.size for record in known.files.values())
    return index.Verification(generation, True, len(known.files), size, known.articles, known.sources)


def test_nothing_changed_makes_no_generation():
    update()
    before = tree()
    report = update()
    assert (report.changed, report.generation, tree()) == (False, 1, before)


def test_unchanged_files_are_not_opened(monkeypatch):
    update()

    def refuse(*args):
        raise AssertionError("an unchanged file was read")

    monkeypatch.setattr("searchkit.readers.read", refuse)
    monkeypatch.setattr("searchkit.durable.digest", refuse)
    assert counts(update()) == (0, 0, 3, 0)


def test_a_file_with_another_date_and_the_same_bytes_is_unchanged():
    update()
    os.utime("corpus/mot.txt", ns=(1, 1))
    report = update()
    assert (counts(report), report.changed) == ((0, 0, 3, 0), False)


def test_check_content_sees_a_change_that_kept_size_and_date():
    update()
    status = os.stat("corpus/mot.txt")
    Path("corpus/mot.txt").write_text("Tỉnh ủy hợp.", encoding="utf-8")
    os.utime("corpus/mot.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    if os.stat("corpus/mot.txt").st_size == status.st_size:
        assert counts(update()) == (0, 0, 3, 0)
    assert counts(update(check_content=True)) == (0, 1, 2, 0)


def test_other_roots_stay():
    put("khac/x.txt", "Nơi khác.")
    update("corpus")
    assert counts(update("khac")) == (1, 0, 3, 0)
    shutil.rmtree("khac")
    assert counts(update("corpus")) == (0, 0, 4, 0)


def test_a_named_file_below_a_known_root_keeps_its_id():
    put("corpus/2021/ba.txt", "Bản tin.")
    update("corpus")
    put("corpus/2021/ba.txt", "Bản tin khác.")
    put("corpus/2021/bon.txt", "Bản tin nữa.")
    report = update("corpus/2021/ba.txt", "corpus/2021/bon.txt")
    assert counts(report) == (1, 1, 3, 0)
    assert {"2021/ba.txt", "2021/bon.txt"} <= texts().keys()
    assert index.stats(INDEX)["roots"] == ["corpus"]


def test_the_same_file_reached_by_two_paths_counts_once():
    report = update("corpus", "corpus/mot.txt", Path.cwd() / "corpus")
    assert (counts(report), report.failed) == ((3, 0, 0, 0), ())


def test_index_and_corpus_may_move_together(newsroom, monkeypatch):
    update()
    (newsroom / "ban").mkdir()
    for name in ("corpus", "index"):
        (newsroom / name).rename(newsroom / "ban" / name)
    monkeypatch.chdir(newsroom / "ban")
    report = update()
    assert (counts(report), report.changed) == ((0, 0, 3, 0), False)


def test_the_index_is_not_its_own_source():
    report = update(".")
    assert counts(report) == (3, 0, 0, 0)
    assert (counts(update(".")), update(".").skipped) == ((0, 0, 3, 0), ())


def test_a_source_folder_that_is_gone_is_an_error_not_a_removal():
    update()
    Path("corpus").rename("mat")
    with pytest.raises(ReadError, match="corpus"):
        update()
    with pytest.raises(ReadError, match="which the index was made from, is not there"):
        index.rebuild(INDEX)
    assert len(texts()) == 3


def test_skipped_files_are_reported():
    put("corpus/anh.xyz", "?")
    assert [skipped.path for skipped in update().skipped] == ["corpus/anh.xyz"]


def test_progress_reaches_the_total():
    told = []
    update(progress=told.append)
    size = sum(path.stat().st_size for path in Path("corpus").iterdir())
    assert told[-1] == (size, size, 3)
    assert [step.done for step in told] == sorted(step.done for step in told)


# -- what fails ----------------------------------------------------------------------------------------


def test_a_bad_line_is_reported_and_the_rest_goes_on_every_time():
    put("corpus/hai.jsonl", '{"id": "a", "text": "Vườn tạp."}\nhỏng\n')
    for _ in range(2):
        report = update()
        assert [(failure.path, failure.line) for failure in report.failed] == [("corpus/hai.jsonl", 2)]
        assert report.articles == 2
    assert not report.changed


def test_articles_of_a_file_that_went_bad_stay_until_it_is_good_again():
    update()
    put("corpus/hai.jsonl", '{"id": "a", "text": "Vườn mới."}\nhỏng\n')
    report = update()
    assert (counts(report), len(report.failed)) == ((0, 1, 2, 0), 1)
    assert texts()["b"] == "Giếng nước."
    put_lines("corpus/hai.jsonl", {"id": "a", "text": "Vườn mới."})
    assert counts(update()) == (0, 0, 2, 1)


def test_articles_of_a_file_that_became_unreadable_stay():
    update()
    put("corpus/hai.jsonl", "")
    report = update()
    assert (counts(report), len(report.failed)) == ((0, 0, 3, 0), 1)
    verification = index.verify(INDEX, deep=True)
    assert (verification.ok, len(verification.outdated)) == (True, 1)


def test_a_folder_that_cannot_be_read_is_a_failure_and_its_articles_stay(monkeypatch):
    put("corpus/kin/ba.txt", "Mới.")
    update()
    scandir = os.scandir

    def closed(path):
        if Path(path).name == "kin":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    report = update()
    assert [tuple(failure) for failure in report.failed] == [("corpus/kin", None, "permission denied")]
    assert (counts(report), report.skipped) == ((0, 0, 4, 0), ())
    with pytest.raises(ReadError, match="corpus/kin cannot be read"):
        update(fail_fast=True)


def test_nothing_readable_at_all_is_an_error():
    for path in Path("corpus").iterdir():
        path.unlink()
    put("corpus/x.jsonl", "hỏng\n")
    with pytest.raises(ReadError, match="x.jsonl, line 1 cannot be read") as caught:
        update()
    assert caught.value.exit_code == 3
    with pytest.raises(IndexMissing):
        texts()


def test_only_skipped_files_is_an_error():
    put("khac/anh.xyz", "?")
    with pytest.raises(ReadError, match="Nothing here can be read"):
        update("khac")


def test_an_empty_folder_gives_an_empty_index():
    Path("trong").mkdir()
    report = update("trong")
    assert (report.articles, report.failed, texts()) == (0, (), {})


def test_a_root_may_become_empty():
    update()
    for path in Path("corpus").iterdir():
        path.unlink()
    assert counts(update()) == (0, 0, 0, 3)


def test_fail_fast_stops_and_leaves_the_index():
    update()
    before = tree()
    put("corpus/ba.txt", "Mới.")
    put("corpus/hai.jsonl", '{"id": "a", "text": "Khác."}\nhỏng\n')
    with pytest.raises(ReadError, match="hai.jsonl, line 2"):
        update(fail_fast=True)
    assert tree() == before


def test_an_id_belongs_to_the_first_that_brings_it():
    put_lines("corpus/z.jsonl", {"id": "a", "text": "Kẻ đến sau."}, {"id": "z", "text": "Z."})
    report = update()
    assert reasons(report) == ["the id 'a' is already used by an article of corpus/hai.jsonl; it was left out"]
    assert texts()["a"] == "Vườn tạp."


def test_an_id_twice_in_one_file():
    put_lines("corpus/hai.jsonl", {"id": "a", "text": "Một."}, {"id": "a", "text": "Hai."})
    report = update()
    assert reasons(report) == ["the id 'a' is already used by an article of this file; it was left out"]
    assert texts()["a"] == "Một."


def test_a_newcomer_does_not_take_an_id_of_another_root():
    update()
    put_lines("khac/a.jsonl", {"id": "a", "text": "Khác."}, {"id": "c", "text": "C."})
    report = update("khac")
    assert (counts(report), len(report.failed)) == ((1, 0, 3, 0), 1)
    assert texts()["a"] == "Vườn tạp."


def test_an_id_is_free_again_when_its_owner_vanishes():
    put_lines("corpus/z.jsonl", {"id": "a", "text": "Kẻ đến sau."}, {"id": "z", "text": "Z."})
    update()
    Path("corpus/hai.jsonl").unlink()
    report = update()
    assert (counts(report), report.failed) == ((0, 1, 2, 1), ())
    assert texts()["a"] == "Kẻ đến sau."


# -- rebuild, remove, rollback ----------------------------------------------------------------------------


def test_rebuild_counts_against_what_was_there():
    update()
    put("corpus/mot.txt", "Huyện ủy họp.")
    Path("corpus/hai.jsonl").unlink()
    put("corpus/ba.txt", "Mới.")
    assert counts(index.rebuild(INDEX)) == (1, 1, 0, 2)


def test_rebuild_from_other_paths_forgets_the_old_ones():
    put("khac/x.txt", "Nơi khác.")
    update()
    assert counts(index.rebuild(INDEX, ["khac"])) == (1, 0, 0, 3)
    assert index.stats(INDEX)["roots"] == ["khac"]
    assert index.stats(INDEX)["engine"] == "toy"


def test_rebuild_remembers_how_to_read():
    put("bang/x.csv", "mã,nội dung\nm1,Vườn tạp\n")
    update("bang", field_map={"id": "mã", "text": "nội dung"})
    assert index.rebuild(INDEX).failed == ()
    assert texts() == {"m1": "Vườn tạp"}


def test_reading_a_root_differently_reads_its_files_again():
    Path("cu").mkdir()
    Path("cu/x.txt").write_bytes("Tỉnh ủy họp ở huyện.".encode("utf-16-le"))
    update("corpus")
    first = index.update(INDEX, ["cu"], BuildOptions(encoding="utf-16-le"))
    assert counts(first) == (1, 0, 3, 0)
    assert counts(update("cu")) == (0, 0, 4, 0)
    assert texts()["x.txt"] == "Tỉnh ủy họp ở huyện."


def test_rebuild_without_an_index_or_paths():
    with pytest.raises(IndexMissing):
        index.rebuild(INDEX)
    assert not INDEX.exists()


def test_only_the_current_and_the_previous_generation_are_kept():
    for number in range(1, 5):
        put("corpus/mot.txt", f"Lần {number}.")
        assert update().generation == number
    assert generations.numbers(INDEX) == [3, 4]


def test_rollback_goes_back_and_forth():
    update()
    put("corpus/mot.txt", "Huyện ủy họp.")
    update()
    assert (index.rollback(INDEX), texts()["mot.txt"]) == (1, "Tỉnh ủy họp.")
    assert (index.rollback(INDEX), texts()["mot.txt"]) == (2, "Huyện ủy họp.")
    index.rollback(INDEX)
    report = update()
    assert (counts(report), report.generation, generations.numbers(INDEX)) == ((0, 1, 2, 0), 3, [1, 3])


def test_rollback_from_a_damaged_generation():
    update()
    put("corpus/mot.txt", "Huyện ủy họp.")
    update()
    (INDEX / "generations/000002/manifest.json").write_text("{")
    assert index.rollback(INDEX) == 1
    assert len(texts()) == 3


def test_rollback_refuses_a_damaged_target():
    update()
    put("corpus/mot.txt", "Huyện ủy họp.")
    update()
    damage("removed.json", b"[1]", generation=1)
    with pytest.raises(IndexDamaged, match="generation 1 cannot be gone back to"):
        index.rollback(INDEX)
    assert texts()["mot.txt"] == "Huyện ủy họp."


def test_rollback_with_nowhere_to_go():
    update()
    with pytest.raises(NotFound, match="no generation beside 1"):
        index.rollback(INDEX)


def test_a_first_index_that_cannot_be_made_current_leaves_nothing_in_the_way(monkeypatch):
    def full(folder, number):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("searchkit.generations.point_at", full)
        with pytest.raises(EngineError, match="No space left"):
            update()
    assert counts(update()) == (3, 0, 0, 0)


def two_generations_without(pointer):
    """An index of two generations whose CURRENT holds `pointer`; with None it is gone."""
    update()
    put("corpus/mot.txt", "Huyện ủy họp.")
    update()
    (INDEX / "CURRENT").unlink()
    if pointer is not None:
        (INDEX / "CURRENT").write_text(pointer)


@pytest.mark.parametrize("change", [update, lambda: index.remove(INDEX, ["a"])])
def test_a_lost_pointer_is_no_reason_to_begin_again(change):
    two_generations_without(None)
    before = tree()
    with pytest.raises(IndexDamaged, match="CURRENT is missing.*searchkit rollback") as caught:
        change()
    assert (caught.value.exit_code, tree()) == (3, before)


@pytest.mark.parametrize("pointer", [None, "", "hỏng"])
def test_rollback_finds_the_newest_generation_when_the_pointer_is_lost(pointer):
    two_generations_without(pointer)
    assert (index.rollback(INDEX), texts()["mot.txt"]) == (2, "Huyện ủy họp.")
    assert counts(update()) == (0, 0, 3, 0)


def test_rollback_without_a_pointer_passes_over_what_is_not_whole():
    two_generations_without(None)
    damage("removed.json", None, generation=2)
    assert (index.rollback(INDEX), texts()["mot.txt"]) == (1, "Tỉnh ủy họp.")


def test_rollback_without_a_pointer_or_anything_whole():
    two_generations_without(None)
    for number in (1, 2):
        damage("removed.json", None, generation=number)
    with pytest.raises(IndexDamaged, match="no generation is whole.*rebuild PATH"):
        index.rollback(INDEX)
    assert not (INDEX / "CURRENT").exists()


@pytest.mark.parametrize("pointer", [None, "", "hỏng"])
def test_rebuild_without_a_pointer_keeps_what_was_there(pointer):
    two_generations_without(pointer)
    put("corpus/mot.txt", "Xã họp.")
    assert index.rebuild(INDEX, ["corpus"], TOY).generation == 3
    assert (generations.numbers(INDEX), texts()["mot.txt"]) == ([1, 2, 3], "Xã họp.")
    assert (index.rollback(INDEX), texts()["mot.txt"]) == (2, "Huyện ủy họp.")


def test_rebuild_from_a_manifest_that_is_none_keeps_the_generation_before():
    two_generations_without("000002\n")
    (INDEX / "generations/000002/manifest.json").write_text("{")
    assert index.rebuild(INDEX, ["corpus"], TOY).generation == 3
    assert (index.rollback(INDEX), texts()["mot.txt"]) == (1, "Tỉnh ủy họp.")


def test_remove():
    update()
    report = index.remove(INDEX, ["a", "mot.txt", "a"])
    assert (counts(report), report.articles, list(texts())) == ((0, 0, 1, 2), 1, ["b"])
    assert index.verify(INDEX, deep=True).ok
    assert counts(update()) == (0, 0, 1, 0)
    assert counts(index.rebuild(INDEX)) == (2, 0, 1, 0)


def test_remove_of_an_unknown_id_removes_none():
    update()
    before = tree()
    with pytest.raises(NotFound, match="'khong'"):
        index.remove(INDEX, ["a", "khong"])
    assert tree() == before


def test_unchanged_engine_files_are_linked_not_copied():
    update()
    put("corpus/ba.txt", "Mới.")
    update()
    one, two = (generations.path_of(INDEX, number) / "part999999.jsonl" for number in (1, 2))
    assert one.samefile(two)


@pytest.mark.parametrize("engine, pattern, after", [("toy", "part*.jsonl", b"p.\""), ("whoosh", "*.arrays", b"")])
def test_damage_is_not_carried_into_the_next_generation(engine, pattern, after):
    index.rebuild(INDEX, ["corpus"], BuildOptions(engine=engine))
    carried = max(generations.path_of(INDEX, 1).glob(pattern), key=lambda path: path.stat().st_size)
    content = bytearray(carried.read_bytes())
    content[content.rindex(after) - 1] ^= 1  # a letter of a text; anything of an array
    carried.write_bytes(content)
    before = tree()
    put("corpus/ba.txt", "Mới.")
    with pytest.raises(IndexDamaged, match=f"{carried.name} does not have the bytes.*searchkit rebuild") as caught:
        index.update(INDEX, ["corpus"])
    assert (caught.value.exit_code, tree()) == (3, before)
    assert index.rebuild(INDEX).articles == 4
    assert index.verify(INDEX, deep=True).ok


def test_a_reader_goes_on_after_its_generation_is_gone():
    update()
    with index.open_current(INDEX) as opened:
        for number in range(3):
            put("corpus/mot.txt", f"Lần {number}.")
            index.rebuild(INDEX)
        assert 1 not in generations.numbers(INDEX)
        assert opened.reader.article("mot.txt").text == "Tỉnh ủy họp."
        assert texts()["mot.txt"] == "Lần 2."


def test_opening_follows_a_swap_that_happens_meanwhile(monkeypatch):
    update()
    current, swapped = generations.current, []

    def slow(folder):
        number = current(folder)
        if not swapped:
            swapped.append(True)
            for text in ("Một.", "Hai."):
                put("corpus/mot.txt", text)
                index.rebuild(INDEX)
        return number

    monkeypatch.setattr("searchkit.opening.generations.current", slow)
    assert texts()["mot.txt"] == "Hai."


# -- engines -------------------------------------------------------------------------------------------


def test_the_engine_is_remembered_and_not_changed_in_passing(monkeypatch):
    monkeypatch.setitem(engines.ENGINES, "khac", toy_engine.__name__)
    update()
    put("corpus/ba.txt", "Mới.")
    assert index.update(INDEX, ["corpus"]).added == 1
    with pytest.raises(UsageError, match="kept by the toy engine, not by khac") as caught:
        index.update(INDEX, ["corpus"], BuildOptions(engine="khac"))
    assert "searchkit rebuild --engine khac" in caught.value.hint


def test_an_unknown_engine_is_named():
    with pytest.raises(UsageError, match="'lucene'"):
        index.update(INDEX, ["corpus"], BuildOptions(engine="lucene"))


def test_an_engine_that_loses_an_article_is_found_out(monkeypatch):
    monkeypatch.setattr(toy_engine.ToyWriter, "add", lambda self, article: None)
    with pytest.raises(EngineError, match="holds 0 articles where 3 were written"):
        update()
    assert generations.numbers(INDEX) == []


def test_an_engine_that_finds_fault_with_its_files_is_believed(monkeypatch):
    update()
    before = tree()
    monkeypatch.setattr(toy_engine.ToyReader, "check", lambda self, deep: ["a term has no postings"])
    with pytest.raises(EngineError, match="a term has no postings"):
        index.rebuild(INDEX)
    assert tree() == before


# -- missing, stale, damaged, locked --------------------------------------------------------------------


@pytest.mark.parametrize(
    "use", [index.open_current, index.verify, index.stats, index.rollback, lambda folder: index.remove(folder, ["a"])]
)
def test_a_missing_index_says_how_to_make_one(use):
    with pytest.raises(IndexMissing, match="There is no index in nowhere. Make one: searchkit index PATH…"):
        use(Path("nowhere"))
    assert not Path("nowhere").exists()


def edit_manifest(**changes):
    path = INDEX / "generations/000001/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("changes", [{"format": 99}, {"analysis": 99}])
def test_an_index_of_another_version_is_refused(changes):
    update()
    edit_manifest(**changes)
    for use in (index.open_current, index.stats, lambda folder: update()):
        with pytest.raises(IndexStale, match="searchkit rebuild"):
            use(INDEX)
    assert "version" in index.verify(INDEX).problems[0]
    assert index.rebuild(INDEX, ["corpus"], TOY).articles == 3
    assert index.verify(INDEX, deep=True).ok


def test_an_index_of_another_analysis_is_rebuilt_from_what_it_remembers():
    update()
    edit_manifest(analysis=99)
    assert counts(index.rebuild(INDEX)) == (0, 0, 3, 0)


def test_a_manifest_that_remembers_nothing():
    update()
    (INDEX / "generations/000001/manifest.json").write_text("{}")
    with pytest.raises(IndexDamaged, match="Name it: searchkit rebuild PATH"):
        index.rebuild(INDEX)
    assert index.rebuild(INDEX, ["corpus"], TOY).articles == 3


RECORD = {"size": 1, "digest": "0" * 32}


@pytest.mark.parametrize(
    "changes",
    [
        {"generation": 2},
        {"generation": "1"},
        {"articles": -1},
        {"articles": True},
        {"articles": 10**30},
        {"engine": None},
        {"engine": "os"},
        {"engine": "x" * 5000},
        {"roots": [{"path": 1, "encoding": None, "fields": {}}]},
        {"roots": {}, "files": []},
        {"versions": {"toy": 1}},
        {"previous": "0"},
        {"files": {"../../secret": RECORD}},
        {"files": {"/etc/passwd": RECORD}},
        {"files": {"..": RECORD}},
        {"files": {"a/b": RECORD}},
        {"files": {"": RECORD}},
        {"files": {"a\x00b": RECORD}},
        {"files": {"manifest.json": RECORD}},
        {"files": {"x": {"size": -1, "digest": "0" * 32}}},
        {"files": {"x": {"size": 1, "digest": "short"}}},
        {"files": {"x": RECORD}},
    ],
)
def test_a_manifest_is_not_believed_blindly(changes):
    update()
    edit_manifest(**changes)
    with pytest.raises(IndexDamaged, match="searchkit verify"):
        index.open_current(INDEX)
    assert not index.verify(INDEX).ok


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"x"', "{}", "[" * 100_000, "\ud800"])
def test_a_manifest_that_is_none(text):
    update()
    path = INDEX / "generations/000001/manifest.json"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(IndexDamaged):
        index.open_current(INDEX)
    assert len(index.verify(INDEX).problems) == 1


@pytest.mark.parametrize("line", ["", "x", "../../etc", "000001/../..", "1", "-00001", "0000001 2", "\u0661" * 6])
def test_a_pointer_that_is_none(line):
    update()
    (INDEX / "CURRENT").write_text(line)
    with pytest.raises(IndexDamaged, match="CURRENT should hold the number"):
        index.open_current(INDEX)
    assert not index.verify(INDEX).ok
    assert index.rebuild(INDEX, ["corpus"], TOY).articles == 3


def damage(name, content, generation=1):
    """Overwrites, or with None deletes, a file of a generation; its hard links elsewhere stay as they were."""
    path = generations.path_of(INDEX, generation) / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize("name", ["part999999.jsonl", "removed.json", "catalogue.jsonl", "sources.jsonl"])
@pytest.mark.parametrize("content", [None, b"", b"{}\n"])
def test_a_file_missing_or_cut_is_seen_when_opening(name, content):
    update()
    damage(name, content)
    with pytest.raises(IndexDamaged, match=name):
        index.open_current(INDEX)
    with pytest.raises(IndexDamaged, match=name):
        update()
    assert any(name in problem for problem in index.verify(INDEX).problems)
    assert index.rebuild(INDEX).articles == 3


def test_a_flipped_bit_is_seen_by_verify():
    update()
    for name in manifest.read(generations.path_of(INDEX, 1)).files:
        path = generations.path_of(INDEX, 1) / name
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert f"{path} does not have the bytes that were written" in index.verify(INDEX).problems
        path.write_bytes(whole)
    assert index.verify(INDEX).ok


def test_a_link_out_of_the_index_is_not_followed():
    update()
    damage("removed.json", None)
    Path("outside").write_bytes(b"[]")
    (INDEX / "generations/000001/removed.json").symlink_to(Path("outside").absolute())
    with pytest.raises(IndexDamaged, match="is not a plain file"):
        index.open_current(INDEX)


def test_verify_names_strays():
    update()
    (INDEX / "generations/000001/la").write_text("?")
    assert index.verify(INDEX).problems == ("index/generations/000001/la is not in the manifest",)


def test_deep_verify_compares_every_article_and_source(monkeypatch):
    update()
    wrong = {"a": Article("a", *join_parts([("body", "Khác.")])), "b": None}
    right = toy_engine.ToyReader.article
    monkeypatch.setattr(toy_engine.ToyReader, "article", lambda self, id: wrong.get(id, right(self, "mot.txt")))
    monkeypatch.setattr(toy_engine.ToyReader, "ids", lambda self: iter(["a", "mot.txt", "la"]))
    put("corpus/mot.txt", "Sau này.")
    Path("corpus/hai.jsonl").unlink()
    assert index.verify(INDEX).ok
    verification = index.verify(INDEX, deep=True)
    assert set(verification.problems) == {
        "The article 'a' is not as it was read from corpus/hai.jsonl",
        "The article 'b' is in the catalogue, not in the engine",
        "The article 'la' is in the engine, not in the catalogue",
    }
    assert set(verification.outdated) == {
        "corpus/mot.txt has changed since it was indexed",
        "corpus/hai.jsonl is no longer there",
    }


def test_one_writer_at_a_time():
    update()
    with lock.hold(INDEX, "searchkit rebuild"):
        for use in (lambda: update(), lambda: index.rebuild(INDEX), lambda: index.rollback(INDEX)):
            with pytest.raises(IndexLocked) as caught:
                use()
        message = caught.value.message
        assert f"process {os.getpid()} on {os.uname().nodename} since 20" in message
        assert "(searchkit rebuild)" in message
        assert len(texts()) == 3
    assert (INDEX / "lock").read_text() == ""
    assert not update().changed


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\x00\xff"])
def test_a_lock_held_by_a_stranger_is_respected(text):
    update()
    with (INDEX / "lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(text)
        file.flush()
        with pytest.raises(IndexLocked, match="written by another process"):
            update()


def test_a_lock_file_without_a_holder_means_nothing():
    update()
    (INDEX / "lock").write_text('{"pid": 1, "host": "h", "command": "c", "since": "s"}')
    assert not update().changed


def test_a_folder_that_cannot_be_written():
    Path("index").write_text("a file where the folder should be")
    with pytest.raises(EngineError, match="The index in index cannot be written: File exists"):
        update()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission():
    update()
    INDEX.chmod(0o500)
    try:
        put("corpus/mot.txt", "Khác.")
        with pytest.raises(EngineError, match="Permission denied"):
            update()
    finally:
        INDEX.chmod(0o700)


def test_what_else_is_in_the_folder_is_left_alone():
    put("index/README.md", "Trang này.")
    put("index/generations/ghi-chu.txt", "Của tôi.")
    for _ in range(3):
        update()
        index.rebuild(INDEX)
    assert Path("index/README.md").exists() and Path("index/generations/ghi-chu.txt").exists()


# -- values ----------------------------------------------------------------------------------------------


def test_the_digest_sees_every_field_but_the_path():
    text, parts = join_parts([("body", "Một.")])
    article = Article("a", text, parts, path="x", extra={"k": [1, "hai"]})
    assert digest_of(article) == digest_of(Article("a", text, parts, path="y", extra={"k": [1, "hai"]}))
    assert digest_of(article) == digest_of(Article.from_dict(json.loads(json.dumps(article.to_dict()))))
    others = [
        Article("b", text, parts, extra={"k": [1, "hai"]}),
        Article("a", text, parts, extra={"k": [1, "ba"]}),
        Article("a", text, parts),
        Article("a", text, parts, date="2021", extra={"k": [1, "hai"]}),
        Article("a", text, parts, authors=("x",), extra={"k": [1, "hai"]}),
        Article("a", text, parts, captions=("x",), extra={"k": [1, "hai"]}),
    ]
    assert len({digest_of(other) for other in [article, *others]}) == 7


def test_the_report_is_the_promised_object():
    put("corpus/x.jsonl", "hỏng\n")
    report = update().to_dict()
    promised = {"version", "added", "updated", "unchanged", "removed", "articles", "failed", "seconds", "generation"}
    assert promised <= report.keys()
    assert report["failed"] == [{"path": "corpus/x.jsonl", "line": 1, "reason": "not a JSON object"}]
    json.dumps(report)


def test_a_whole_file_is_replaced_at_once(tmp_path):
    path = tmp_path / "CURRENT"
    durable.write_whole(path, "một\n")
    with path.open(encoding="utf-8") as old:
        durable.write_whole(path, "hai\n")
        assert (old.read(), path.read_text(encoding="utf-8")) == ("một\n", "hai\n")
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["CURRENT"]
