"""More articles than there are: those given, then variations of them, as a stream.

    python benchmarks/vary.py ARTICLES --count N -o varied.jsonl

The first articles are the given ones as they are. Each later one is an article of them of which every other
sentence, on average, is replaced by one from elsewhere; it has an id and date of its own, and a name and a
figure that stand nowhere else, so that the lexicon grows as an archive's does. The same input always gives
the same output. ARTICLES is JSON Lines (plain or .xz), or anything else that searchkit reads.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from searchkit.article import Article
from searchkit.readers import discover, read

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)")
FIRST_DAY, DAYS = date(1995, 1, 1), 11_000
ONSETS = "B Br C Ch D Dr F G Gr H J K Kl L M N P Pr R S St T Tr V W Z".split()
RIMES = "a an ar as e el en er i in ir is o on or ov u us ya".split()


class Source(NamedTuple):
    """An article to vary: its title, and its body by sentences."""

    title: str
    sentences: tuple[str, ...]


def sources(path: Path) -> list[Source]:
    """The articles of a file or folder by sentences; those without any are left out."""
    return [source for source in _sources(path) if source.sentences]


def _sources(path: Path) -> Iterator[Source]:
    if path.suffix not in (".xz", ".jsonl"):
        articles = (found for file in discover([path]) for found in read(file) if isinstance(found, Article))
        for article in articles:
            yield Source(article.title or "", _sentences(article.text.removeprefix(article.title or "")))
        return
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            body = " ".join(fields[name] for name in ("sapo", "summary", "body", "text") if fields.get(name))
            yield Source(fields.get("title") or "", _sentences(body))


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(sentence.strip() for sentence in SENTENCE_END.split(text) if sentence.strip())


def vary(given: Sequence[Source], seed: int = 1) -> Iterator[dict[str, str]]:
    """Articles without end, as objects to write: those given, then variations."""
    for number, source in enumerate(given):
        yield _record(number, source.title, source.sentences)
    number = len(given)
    while True:
        yield _variation(given, number, random.Random(seed * 1_000_003 + number))
        number += 1


def _variation(given: Sequence[Source], number: int, chance: random.Random) -> dict[str, str]:
    base = given[number % len(given)]
    others = [given[int(chance.random() * len(given))].sentences for _ in range(4)]
    coins = chance.getrandbits(len(base.sentences))
    sentences = [
        others[at % 4][(at * 7 + number) % len(others[at % 4])] if coins >> at & 1 else sentence
        for at, sentence in enumerate(base.sentences)
    ]
    sentences.insert(1, f"{_name(chance)} {_name(chance)} cho biết con số là {chance.randrange(10**7)}.")
    return _record(number, base.title, sentences)


def _name(chance: random.Random) -> str:
    pieces = int(2 + 2 * chance.random())
    return "".join(chance.choice(ONSETS) + chance.choice(RIMES) for _ in range(pieces)).capitalize()


def _record(number: int, title: str, sentences: Sequence[str]) -> dict[str, str]:
    day = FIRST_DAY + timedelta(days=number * 7919 % DAYS)
    return {"id": f"v{number:07d}", "date": day.isoformat(), "title": title, "body": _paragraphs(sentences)}


def _paragraphs(sentences: Sequence[str]) -> str:
    return "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))


def write(given: Sequence[Source], count: int, path: Path) -> None:
    """Writes so many articles as JSON Lines."""
    with open(path, "w", encoding="utf-8") as target:
        for record in islice(vary(given), count):
            target.write(json.dumps(record, ensure_ascii=False) + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Writes variations to a file or standard output."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("articles", type=Path)
    options.add_argument("--count", type=int, default=2000, help="how many articles to write (2000)")
    options.add_argument("-o", "--output", type=Path, default=Path("/dev/stdout"), help="where (standard output)")
    chosen = options.parse_args(arguments)
    given = sources(chosen.articles)
    if not given:
        raise SystemExit(f"{chosen.articles} holds no articles: name JSON Lines or a folder that searchkit reads")
    write(given, chosen.count, chosen.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
