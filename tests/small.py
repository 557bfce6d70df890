"""A session over the corpus that fits on a screen, in one segment, with no index around it; a test of nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from query_cases import ARTICLES, TODAY

from searchkit.article import Article
from searchkit.engines import Reader, WriteOptions, load
from searchkit.search import Session


class SmallSession(Session):
    """A session that reads an engine's folder; the abbreviations are the package's."""

    def __init__(self, folder: Path, reader: Reader):
        self.folder, self.today, self.reader = folder, TODAY, reader


def small_session(folder: Path, *lots: Sequence[Article]) -> SmallSession:
    """The articles (those of the query cases unless given), each lot in a segment of its own."""
    base = None
    for number, lot in enumerate(lots or [ARTICLES]):
        place = folder / str(number)
        place.mkdir(parents=True)
        writer = load("whoosh").create(place, WriteOptions(), base)
        for article in lot:
            writer.add(article)
        writer.commit()
        base = place
    return SmallSession(folder, load("whoosh").open(base))
