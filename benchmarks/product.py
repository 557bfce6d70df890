"""searchkit as a system beside others; see systems.System."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from queries import Query
from searchkit import generations, index, readers
from searchkit.article import Article
from searchkit.engines import WriteOptions, load, whoosh_toc
from searchkit.engines.evaluation import Evaluation
from searchkit.engines.segment_arrays import SegmentArrays
from searchkit.ranking import B, K1
from searchkit.report import BuildOptions
from searchkit.resolved import And, Boosted, Match, Node, Or
from searchkit.scoring import best, idf, length_norms, scores_of
from searchkit.search import SearchOptions, Session
from systems import LIMIT, MEMORY


class Searchkit:
    """The whole program: an index in its folder, with manifest, checksums and all signals."""

    name = "searchkit"
    answers = "the ten best articles by all signals, the best passage of each, highlights"

    def build(self, source: Path, folder: Path, workers: int) -> None:
        """As `searchkit rebuild` does."""
        report = index.rebuild(folder, [source], BuildOptions(workers=workers, memory=MEMORY))
        if report.failed:
            raise SystemExit(f"{len(report.failed)} articles could not be read: {report.failed[0].reason}")

    def open(self, folder: Path) -> OpenedSearchkit:
        """A session."""
        return OpenedSearchkit(folder)


class Preferring(Searchkit):
    """searchkit as it answers by default: a syllable typed without marks stands for every spelling of it."""

    name = "searchkit, marks preferred"

    def open(self, folder: Path) -> OpenedSearchkit:
        """A session."""
        return OpenedSearchkit(folder, marks="prefer")


class EngineAlone(Searchkit):
    """Readers and engine without the life of an index around them: no manifest, no checksums, no second look."""

    name = "searchkit, engine alone"

    def build(self, source: Path, folder: Path, workers: int) -> None:
        """Articles from the reader to the engine's writer."""
        writer = load("whoosh").create(folder, WriteOptions(workers, MEMORY))
        for file in readers.discover([source]):
            for article in readers.read(file):
                assert isinstance(article, Article), article
                writer.add(article)
        writer.commit()


class OpenedSearchkit:
    """A session; and its segments, to evaluate queries without ranking, passages and highlights."""

    def __init__(self, folder: Path, marks: str = "exact"):
        self.session = Session(folder)
        self._options = SearchOptions(marks=marks)
        place = generations.path_of(folder, generations.current(folder))
        self._segments = [SegmentArrays.open(place, segment) for segment in whoosh_toc.read_toc(place)]
        self.evaluations = [Evaluation(segment) for segment in self._segments]
        lengths = [segment.columns["length"].astype(np.float32) for segment in self._segments]
        average = float(np.concatenate(lengths).mean())
        self._norms = [length_norms(each, average, K1, B) for each in lengths]

    def prepare(self, query: Query) -> Node:
        """The query read and resolved, abbreviations included, everything in it required.

        With marks "exact", a syllable without marks stands for itself alone, as in the peers.
        """
        if query.operator == "phrase":
            typed = f'"{" ".join(query.terms)}"'
        else:
            typed = f" {query.operator.upper()} ".join(query.terms)
        node = self.session.resolve(f"+({typed})", self._options).strict
        assert node is not None, typed
        return node

    def count(self, prepared: Node) -> int:
        """The matching documents of all segments."""
        self._forget()
        return sum(len(each.docs(prepared)) for each in self.evaluations)

    def best(self, prepared: Node) -> int:
        """The ten best by BM25 of the query's parts, as peers rank; searchkit itself ranks by more."""
        self._forget()
        leaves = list(_leaves(prepared))
        counts = [sum(len(each.frequencies(leaf)[0]) for each in self.evaluations) for leaf in leaves]
        articles = sum(each.segment.doc_count for each in self.evaluations)
        weights = [idf(min(count, articles), articles) for count in counts]
        tops = []
        for evaluation, norms in zip(self.evaluations, self._norms):
            terms = [(*evaluation.frequencies(leaf), weight) for leaf, weight in zip(leaves, weights)]
            scores = scores_of(evaluation.docs(prepared), terms, norms, K1)
            tops.append(scores[best(scores, LIMIT)])
        return len(np.sort(np.concatenate(tops))[-LIMIT:])

    def answer(self, query: Query) -> int:
        """A search as the command line makes it by default, but for the rendering."""
        return len(self.session.search(query.typed).hits)

    def _forget(self) -> None:
        for each in self.evaluations:
            each.forget()

    def close(self) -> None:
        """Lets go of the files."""
        self.session.close()
        for segment in self._segments:
            segment.close()


def _leaves(node: Node) -> Iterator[Match]:
    if isinstance(node, Match):
        yield node
    elif isinstance(node, Boosted):
        yield from _leaves(node.child)
    elif isinstance(node, (And, Or)):
        for child in node.children:
            yield from _leaves(child)
