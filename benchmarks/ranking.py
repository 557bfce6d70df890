"""How well answers are ranked: the right passage for a question, the right article for its own headline.

    python benchmarks/ranking.py --questions FILE --articles FILE [--limit N] [--every K] [--sweep] [--ablate]

Questions are a JSON file as SQuAD and XQuAD have it: articles, their paragraphs, questions that one paragraph
answers. Articles are JSON Lines (plain or .xz): title, sapo or summary, body or text. Two tasks, each asked as
typed and without marks:

questions  among the questions' articles and the news, the paragraph: rank of the hit, and one more for each of its
           passages that stand before the right one. A passage is right when at least half of its runs of three
           syllables stand in the paragraph.
headlines  among the news without their headlines, the article.

The measure is MRR@10: the mean of 1 / rank, 0 beyond ten. `--sweep` asks again with every number of
`searchkit.ranking` smaller and larger than it is, `--ablate` without each signal; what differs by more than two
standard errors of the difference, query by query, is bold. Queries go through a Session, without highlights, which
take no part in the order. No text of either file is printed or kept outside the folder to work in.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from common import WORK, Table, empty
from searchkit import index, passages, ranking
from searchkit.engines import evidence, rescoring, searching
from searchkit.engines.evaluation import Evaluation
from searchkit.report import BuildOptions
from searchkit.resolved import Resolved
from searchkit.search import SearchOptions, Session

DEEPEST = 10  # ranks that count
SHOWN = 3  # passages of a hit, for questions
RIGHT = 0.5  # share of a passage that must stand in the paragraph
LONG_ENOUGH = 400  # characters of an article's body; shorter ones are notices and captions
NOT_PLAIN = {"AND", "OR", "NOT", "VÀ", "HOẶC", "KHÔNG"}
SIGNALS = ("PASSAGE", "ARTICLE", "QUESTION", "WORDS")
NUMBERS = ("B", "K1", "WORD_FIRST", "FEW_WORDS", "COMPLETE", "AS_TYPED", "NEIGHBOUR", "WINDOW", "CANDIDATES")
SHARES = {"reading", "article", "B"}  # never above 1
WITHOUT_EFFECT = {"ARTICLE.window"}  # windows are looked for in passages alone
TRIED_FOR_ZERO = 0.2
COLUMNS = ("questions", "questions, no marks", "headlines", "headlines, no marks")
ABLATIONS: dict[str, Mapping[str, Any]] = {
    "pairs": {"PASSAGE.pair": 0.0, "ARTICLE.pair": 0.0},
    "pairs of every form": {f"{text}.{form}": 0.0 for text in SIGNALS[:2] for form in ("pair", "apart", "reverse")},
    "pairs with one token between": {"PASSAGE.apart": 0.0, "ARTICLE.apart": 0.0},
    "pairs in the other order": {"ARTICLE.reverse": 0.0},
    "words": {"PASSAGE.word": 0.0, "ARTICLE.word": 0.0, "WORD_FIRST": 0.0},
    "words in the first stage": {"WORD_FIRST": 0.0},
    "likely reading": {"PASSAGE.reading": 0.0, "ARTICLE.reading": 0.0},
    "coverage": {"PASSAGE.coverage": 0.0, "ARTICLE.coverage": 0.0},
    "windows": {"PASSAGE.window": 0.0},
    "lead": {"QUESTION.lead": 0.0, "WORDS.lead": 0.0},
    "neighbours of a passage": {"NEIGHBOUR": 0.0},
    "few words want all of them": {"COMPLETE": 0.0},
    "unmarked where it stands so": {"AS_TYPED": 0.0},
    "articles as wholes": {"QUESTION.article": 0.0, "WORDS.article": 0.0},
    "passages": {"QUESTION.article": 1.0, "WORDS.article": 1.0},
    "question rule: none is a question": {"QUESTION": ranking.WORDS._replace()},
    "question rule: all are questions": {"WORDS": ranking.QUESTION._replace()},
}


class News(NamedTuple):
    """An article of the file, its parts as given."""

    id: str
    title: str
    summary: str
    body: str


class Want(NamedTuple):
    """A query with the article that is right and, for a question, the runs of three syllables of the paragraph."""

    query: str
    id: str
    paragraph: frozenset[tuple[str, ...]] | None


class Task(NamedTuple):
    """An opened index and what is asked of it."""

    name: str
    session: Session
    asked: Sequence[tuple[Resolved, Want]]
    texts: dict[str, list[str]]  # the passages of the right articles

    def reciprocals(self) -> np.ndarray:
        """1 / rank of what is right, query by query; 0 where it is not among the first ten."""
        return np.array([self.reciprocal(query, want) for query, want in self.asked])

    def reciprocal(self, query: Resolved, want: Want) -> float:
        """1 / rank of what is right for one query."""
        ask = SearchOptions(limit=DEEPEST, passages=SHOWN if want.paragraph is not None else 1).ask()
        for rank, hit in enumerate(self.session.reader.search(query, ask).candidates, start=1):
            if hit.id == want.id:
                rank += self._place([scored.number for scored in hit.passages], want)
                return 1 / rank if rank <= DEEPEST else 0.0
        return 0.0

    def _place(self, numbers: Sequence[int], want: Want) -> int:
        """How many passages stand before the right one; DEEPEST when none is right."""
        if want.paragraph is None:
            return 0
        if want.id not in self.texts:
            article = self.session.show(want.id)
            self.texts[want.id] = [article.text[p.start : p.end] for p in passages.of_article(article)]
        cut = self.texts[want.id]
        right = (at for at, number in enumerate(numbers) if share(cut[number - 1], want.paragraph) >= RIGHT)
        return next(right, DEEPEST)


def unmarked(text: str) -> str:
    """As typed without marks; written here anew, not to measure a thing by itself.

    >>> unmarked("Đường phố Hà Nội")
    'Duong pho Ha Noi'
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return bare.translate({ord("đ"): "d", ord("Đ"): "D"})


def plain(query: str) -> str:
    """Bare words only: what could be read as an operator goes."""
    return " ".join(word for word in re.findall(r"\w+", query) if word not in NOT_PLAIN)


def trigrams(text: str) -> list[tuple[str, ...]]:
    """Every three syllables that follow one another."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())
    return list(zip(words, words[1:], words[2:]))


def share(passage: str, paragraph: frozenset[tuple[str, ...]]) -> float:
    """How much of a passage stands in a paragraph."""
    found = trigrams(passage)
    return sum(each in paragraph for each in found) / len(found) if found else 0.0


def read_news(path: Path) -> list[News]:
    """The articles of a file that are long enough, in its order."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    named = (("title",), ("sapo", "summary"), ("body", "text"))
    given = [News(str(row.get("id", at)), *(_first(row, *names) for names in named)) for at, row in enumerate(rows)]
    return [news for news in given if news.title and len(news.body) > LONG_ENOUGH]


def _first(row: Mapping[str, Any], *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def drawn(news: Sequence[News], limit: int, seed: int) -> list[News]:
    """Some of the articles, always the same ones."""
    shuffled = list(news)
    random.Random(seed).shuffle(shuffled)
    return shuffled[:limit]


def questions(path: Path, news: Sequence[News], limit: int) -> tuple[list[dict[str, str]], list[Want]]:
    """What is indexed and what is asked for questions."""
    wants, rows = [], []
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        name = f"asked-{number}"
        contexts = [paragraph["context"] for paragraph in article["paragraphs"]]
        rows.append({"id": name, "title": f"Bài {number}", "text": "\n\n".join(contexts)})
        for paragraph in article["paragraphs"]:
            runs = frozenset(trigrams(paragraph["context"]))
            wants += [Want(each["question"], name, runs) for each in paragraph["qas"]]
    rows += [
        {"id": f"news-{each.id}", "title": each.title, "text": f"{each.summary}\n\n{each.body}"}
        for each in drawn(news, limit, seed=1)
    ]
    return rows, wants


def headlines(news: Sequence[News], limit: int, asked: int) -> tuple[list[dict[str, str]], list[Want]]:
    """What is indexed and what is asked for headlines."""
    kept = drawn(news, limit, seed=2)
    rows = [{"id": each.id, "text": f"{each.summary}\n\n{each.body}".replace(each.title, " ")} for each in kept]
    picked = random.Random(3).sample(kept, min(asked, len(kept)))
    return rows, [Want(each.title, each.id, None) for each in picked]


def tasks(name: str, work: Path, rows: Sequence[dict[str, str]], wants: Sequence[Want]) -> Iterator[Task]:
    """Builds an index and opens it for the same queries twice, with marks and without."""
    folder = empty(work / f"ranking-{name}")
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    report = index.rebuild(folder / "index", [source], BuildOptions())
    if report.articles != len(rows):
        raise SystemExit(f"{len(rows)} articles were given, {report.articles} are in the index")
    session = Session(folder / "index")
    forms: dict[str, Callable[[str], str]] = {name: plain, f"{name}, no marks": lambda query: unmarked(plain(query))}
    for label, form in forms.items():
        yield Task(label, session, [(session.resolve(form(want.query)), want) for want in wants], {})


class Change(NamedTuple):
    """A name of a module that has taken it from `ranking`, and what stands there instead."""

    module: ModuleType
    name: str
    value: Any


def changes(numbers: Mapping[str, Any]) -> list[Change]:
    """Other numbers, `PASSAGE.pair` or `B`, for every module that uses them."""
    values: dict[str, Any] = {}
    for number, value in numbers.items():
        owner, _, field = number.partition(".")
        values[owner] = values.get(owner, getattr(ranking, owner))._replace(**{field: value}) if field else value
    loaded = [module for name, module in sys.modules.items() if name.startswith("searchkit")]
    return [
        Change(module, owner, value)
        for owner, value in values.items()
        for module in loaded
        if vars(module).get(owner) is getattr(ranking, owner)
    ]


@contextmanager
def made(wanted: Sequence[Change]) -> Iterator[None]:
    """Makes changes and takes them back."""
    with ExitStack() as stack:
        for module, name, value in wanted:
            stack.enter_context(mock.patch.object(module, name, value))
        yield


class Memory:
    """What one query needs again under every setting, because no number that differs goes into it."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def begin(self) -> None:
        """The next query: nothing is remembered of the one before."""
        self._known.clear()

    @contextmanager
    def used(self) -> Iterator[None]:
        """A search that reads places, counts and reprints once, and forgets its frequencies only when the next query begins."""
        with ExitStack() as stack:
            for owner, name, key in (
                (rescoring, "find_places", lambda evaluation, plan, docs: (id(evaluation), docs.tobytes())),
                (rescoring, "readings", lambda plan, places: tuple(map(id, places))),
                (rescoring, "count", lambda places, *_: (id(places), evidence.AS_TYPED, evidence.WINDOW)),
                (searching, "near_pairs", lambda sketches: sketches.tobytes()),
                (Evaluation, "forget", id),
            ):
                stack.enter_context(mock.patch.object(owner, name, self._remembering(getattr(owner, name), key)))
            yield

    def _remembering(self, function: Callable[..., Any], key: Callable[..., Any]) -> Callable[..., Any]:
        def remembered(*given: Any) -> Any:
            place = (function, key(*given))
            if place not in self._known:
                self._known[place] = function(*given)
            return self._known[place]

        return remembered


def constants() -> dict[str, float]:
    """Every number of the ranking that has an effect, by name."""
    parts = {
        f"{owner}.{field}": value
        for owner in SIGNALS
        for field, value in getattr(ranking, owner)._asdict().items()
    }
    found = parts | {name: getattr(ranking, name) for name in NUMBERS}
    return {name: value for name, value in found.items() if name not in WITHOUT_EFFECT}


def around(name: str, value: float) -> tuple[float, ...]:
    """Half as much and half as much again; shares end at 1.

    >>> around("B", 0.75), around("WINDOW", 20), around("PASSAGE.reverse", 0.0)
    ((0.375, 1.0), (10, 30), (0.2,))
    """
    if not value:
        return (TRIED_FOR_ZERO,)
    if isinstance(value, int):
        return value // 2, value + value // 2
    highest = 1.0 if name.rpartition(".")[2] in SHARES else float("inf")
    return round(value / 2, 3), round(min(1.5 * value, highest), 3)


def sweep() -> dict[str, Mapping[str, Any]]:
    """Every number varied, by what the table calls it."""
    return {
        f"{name} {value} → {other}": {name: other} for name, value in constants().items() for other in around(name, value)
    }


def compare(measured: Sequence[Task], variants: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """A row of the figures for every variant; each query is asked under all of them before the next one."""
    settings = [changes(numbers) for numbers in ({}, *variants.values())]
    taken = []
    for task in measured:
        started = time.perf_counter()
        taken.append(under_each(task, settings))
        print(f"{task.name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    names = ["as it is", *variants]
    return [[name, *(_figure(figures[at], figures[0]) for figures in taken)] for at, name in enumerate(names)]


def under_each(task: Task, settings: Sequence[Sequence[Change]]) -> np.ndarray:
    """1 / rank, settings by queries."""
    found, memory = np.zeros((len(settings), len(task.asked))), Memory()
    with memory.used():
        for column, (query, want) in enumerate(task.asked):
            memory.begin()
            for row, setting in enumerate(settings):
                with made(setting):
                    found[row, column] = task.reciprocal(query, want)
    return found


def _figure(taken: np.ndarray, base: np.ndarray) -> str:
    """A figure, bold when it differs from the base by more than chance among the queries makes likely."""
    gain = taken - base
    bold = abs(gain.mean()) > 2 * standard_error(gain)
    return f"**{taken.mean():.4f}**" if bold else f"{taken.mean():.4f}"


def standard_error(values: np.ndarray) -> float:
    """The standard deviation of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def summary(measured: Sequence[Task], taken: Sequence[np.ndarray], caption: str) -> Table:
    """The four figures with their standard errors."""
    rows = []
    for task, each in zip(measured, taken):
        figures = (each.mean(), standard_error(each), (each == 1).mean(), (each > 0).mean())
        rows.append([task.name, f"{len(each):,}", *(f"{figure:.4f}" for figure in figures)])
    return Table("Ranking", ("task", "queries", "MRR@10", "standard error", "first", "in the first ten"), rows, caption)


def main(arguments: list[str] | None = None) -> int:
    """Build both indexes, ask, vary, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("texts", type=Path, nargs="?", help="the same as --articles")
    options.add_argument("--questions", type=Path, help="JSON as of SQuAD")
    options.add_argument("--articles", type=Path, help="JSON Lines, plain or .xz")
    options.add_argument("--limit", type=int, default=8000, help="news articles in each index (8000)")
    options.add_argument("--headlines", type=int, default=1000, help="headlines asked (1000)")
    options.add_argument("--every", type=int, default=1, help="ask only every K-th question and headline (1)")
    options.add_argument("--sweep", action="store_true", help="every number smaller and larger")
    options.add_argument("--ablate", action="store_true", help="without each signal")
    options.add_argument("--work", type=Path, default=WORK, help=f"folder for what is built ({WORK})")
    chosen = options.parse_args(arguments)
    articles = chosen.articles or chosen.texts
    if chosen.questions and articles:
        measure(chosen, articles)
    else:
        print("ranking: not measured, it needs --questions FILE and --articles FILE, e.g. xquad.vi.json and articles.jsonl")
    return 0


def measure(chosen: argparse.Namespace, articles: Path) -> None:
    """All tables that were asked for, printed."""
    news = read_news(articles)
    asked = questions(chosen.questions, news, chosen.limit), headlines(news, chosen.limit, chosen.headlines)
    measured = [
        task for name, (rows, wants) in zip(("questions", "headlines"), asked)
        for task in tasks(name, chosen.work, rows, wants[:: chosen.every])
    ]  # fmt: skip
    base = [task.reciprocals() for task in measured]
    part = "all questions and headlines" if chosen.every == 1 else f"one question and one headline in {chosen.every}"
    caption = f"{min(chosen.limit, len(news)):,} news articles in each index; {part} asked."
    print(summary(measured, base, caption).markdown(), flush=True)
    wanted = {"Without one signal": ABLATIONS if chosen.ablate else {}, "Other numbers": sweep() if chosen.sweep else {}}
    for title, variants in wanted.items():
        if variants:
            print(Table(title, ("", *COLUMNS), compare(measured, variants), caption).markdown(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
