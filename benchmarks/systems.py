"""The systems that are measured: searchkit, and its peers over one plain positional field.

Each builds an index of a JSON Lines file in a folder, opens it, counts, ranks the ten best by BM25, and
answers a typed query as a person sees it. Peers keep the text as searchkit does, and are asked without marks
exactly what was typed: they have no notion of it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Protocol

from common import Plain, read_plain
from queries import Query

MEMORY = 512 << 20  # bytes that any of them may buffer while building
LIMIT = 10


class Opened(Protocol):
    """An index that answers."""

    def prepare(self, query: Query) -> Any:
        """The query in the system's own form; not timed."""
    def count(self, prepared: Any) -> int:
        """How many articles match, exactly."""
    def best(self, prepared: Any) -> int:
        """Ranks the ten best by BM25; how many there are."""
    def answer(self, query: Query) -> int:
        """The ten best with title and passage or snippet, matches marked; how many there are."""
    def close(self) -> None: ...


class System(Protocol):
    """A way to index and search."""

    name: str
    answers: str  # what `answer` does, for the reader of a table

    def build(self, source: Path, folder: Path, workers: int) -> None: ...
    def open(self, folder: Path) -> Opened: ...


class StockWhoosh:
    """Whoosh as it comes: its codec, its matchers, a regular expression for a tokenizer."""

    name = "stock Whoosh"
    answers = "the ten best with its highlights"

    def build(self, source: Path, folder: Path, workers: int) -> None:
        """One field with positions, stored; titles stored too."""
        from whoosh import analysis, fields, index

        words = fields.TEXT(analyzer=analysis.RegexTokenizer(r"\w+") | analysis.LowercaseFilter(), stored=True)
        schema = fields.Schema(path=fields.ID(stored=True, unique=True), title=fields.STORED(), body=words)
        writer = index.create_in(str(folder), schema).writer(limitmb=MEMORY >> 20, procs=workers)
        for article in read_plain(source):
            writer.add_document(path=article.id, title=article.title, body=self.text(article))
        writer.commit()

    def text(self, article: Plain) -> str:
        """What is indexed of an article."""
        return article.text

    def open(self, folder: Path) -> Opened:
        """A searcher."""
        return OpenedWhoosh(folder)


class NaiveWhoosh(StockWhoosh):
    """What everybody writes first: pyvi's words, joined by underscores, given to Whoosh."""

    name = "pyvi + stock Whoosh"

    def text(self, article: Plain) -> str:
        """The article as pyvi writes it."""
        from pyvi import ViTokenizer

        return ViTokenizer.tokenize(article.text)


class OpenedWhoosh:
    """See Opened."""

    def __init__(self, folder: Path):
        from whoosh import index

        self._index = index.open_dir(str(folder))
        self._searcher = self._index.searcher()

    def prepare(self, query: Query) -> Any:
        """Whoosh's own query objects."""
        from whoosh import query as whoosh

        if query.operator == "phrase":
            return whoosh.Phrase("body", list(query.terms))
        terms = [
            whoosh.Prefix("body", term[:-1]) if term.endswith("*") else whoosh.Term("body", term) for term in query.terms
        ]
        return terms[0] if len(terms) == 1 else (whoosh.And if query.operator == "and" else whoosh.Or)(terms)

    def count(self, prepared: Any) -> int:
        """The matching documents, not scored."""
        return sum(1 for _ in prepared.docs(self._searcher))

    def best(self, prepared: Any) -> int:
        """Whoosh's top ten, with its block quality optimisation."""
        return self._searcher.search(prepared, limit=LIMIT).scored_length()

    def answer(self, query: Query) -> int:
        """Ten hits with highlights."""
        hits = self._searcher.search(self.prepare(query), limit=LIMIT)
        return len([(hit["title"], hit.highlights("body")) for hit in hits])

    def close(self) -> None:
        """Lets go of the files."""
        self._searcher.close()


class Fts5:
    """SQLite's full-text extension; marks kept, as they are here."""

    name = "SQLite FTS5"
    answers = "the ten best with `snippet()`"

    def build(self, source: Path, folder: Path, workers: int) -> None:
        """One transaction, then one b-tree."""
        database = sqlite3.connect(folder / "articles.db")
        database.execute("PRAGMA journal_mode = OFF")
        database.execute(
            "CREATE VIRTUAL TABLE articles USING "
            "fts5(id UNINDEXED, title UNINDEXED, body, tokenize = 'unicode61 remove_diacritics 0')"
        )
        database.executemany("INSERT INTO articles VALUES (?, ?, ?)", read_plain(source))
        database.execute("INSERT INTO articles(articles) VALUES ('optimize')")
        database.commit()
        database.close()

    def open(self, folder: Path) -> Opened:
        """A connection."""
        return OpenedFts5(folder)


class OpenedFts5:
    """See Opened."""

    def __init__(self, folder: Path):
        self._database = sqlite3.connect(folder / "articles.db")

    def prepare(self, query: Query) -> str:
        """FTS5's query language."""
        if query.operator == "phrase":
            return f'"{" ".join(query.terms)}"'
        terms = (f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"' for term in query.terms)
        return f" {query.operator.upper()} ".join(terms)

    def count(self, prepared: str) -> int:
        """count(*)."""
        return self._all("SELECT count(*) FROM articles WHERE articles MATCH ?", prepared)[0][0]

    def best(self, prepared: str) -> int:
        """By `rank`, FTS5's BM25."""
        return len(self._all(f"SELECT rowid FROM articles WHERE articles MATCH ? ORDER BY rank LIMIT {LIMIT}", prepared))

    def answer(self, query: Query) -> int:
        """Ten rows with snippets."""
        columns = "id, title, snippet(articles, 2, '[', ']', '…', 60)"
        return len(
            self._all(
                f"SELECT {columns} FROM articles WHERE articles MATCH ? ORDER BY rank LIMIT {LIMIT}", self.prepare(query)
            )
        )

    def _all(self, statement: str, prepared: str) -> list[Any]:
        return self._database.execute(statement, (prepared,)).fetchall()

    def close(self) -> None:
        """Lets go of the file."""
        self._database.close()


class Tantivy:
    """Tantivy through its Python package; the default tokenizer."""

    name = "Tantivy"
    answers = "the ten best with its snippets"

    def build(self, source: Path, folder: Path, workers: int) -> None:
        """As many indexing threads as workers; waits for the merges."""
        import tantivy

        index = tantivy.Index(_tantivy_schema(), path=str(folder))
        writer = index.writer(heap_size=MEMORY, num_threads=workers)
        for article in read_plain(source):
            writer.add_document(tantivy.Document(id=article.id, title=article.title, body=article.text))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> Opened:
        """A searcher."""
        return OpenedTantivy(folder)


def _tantivy_schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("title", stored=True, tokenizer_name="raw")
    builder.add_text_field("body", stored=True)
    return builder.build()


class OpenedTantivy:
    """See Opened."""

    def __init__(self, folder: Path):
        import tantivy

        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    def prepare(self, query: Query) -> Any:
        """Tantivy's own query objects; a prefix is a regular expression there, and is not scored."""
        from tantivy import Occur
        from tantivy import Query as Tantivys

        schema = self._index.schema
        if query.operator == "phrase" and len(query.terms) > 1:
            return Tantivys.phrase_query(schema, "body", list(query.terms))
        occur = Occur.Should if query.operator == "or" else Occur.Must
        terms = (
            Tantivys.regex_query(schema, "body", f"{term[:-1]}.*")
            if term.endswith("*")
            else Tantivys.term_query(schema, "body", term, "freq")
            for term in query.terms
        )
        return Tantivys.boolean_query([(occur, term) for term in terms])

    def count(self, prepared: Any) -> int:
        """Counts beside a single best hit, the least that its Python package does."""
        return self._searcher.search(prepared, 1, count=True).count

    def best(self, prepared: Any) -> int:
        """Ten without a count, so that it may leave out blocks."""
        return len(self._searcher.search(prepared, LIMIT, count=False).hits)

    def answer(self, query: Query) -> int:
        """Ten documents with snippets."""
        from tantivy import SnippetGenerator

        prepared = self.prepare(query)
        hits = self._searcher.search(prepared, LIMIT, count=True).hits
        marker = SnippetGenerator.create(self._searcher, prepared, self._index.schema, "body")
        documents = (self._searcher.doc(address) for _, address in hits)
        return len([(found["title"], marker.snippet_from_doc(found).to_html()) for found in documents])

    def close(self) -> None:
        """Nothing to let go of."""
