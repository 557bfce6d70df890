"""Syllables typed without marks: the union of their spellings' postings, as searchkit has it, beside a folded stream.

    python benchmarks/folded.py ARTICLES [--work DIR] [--results DIR]

A folded stream is a field of its own on the same positions, whose terms are the forms without marks. It is made
here of a segment that was built, by the same builder, and must give the same documents.
"""

from __future__ import annotations

import sys
import time
from functools import partial

import numpy as np

from building import kept
from common import Run, Spread, Table, begin, empty, number, parser, ratio, times
from product import Searchkit
from queries import Query, table
from searchkit.engines.arrays import ArrayFile
from searchkit.engines.evaluation import Evaluation
from searchkit.engines.segment_arrays import FieldShape, SegmentArrays
from searchkit.engines.segment_builder import SegmentBuilder, Vocabulary
from searchkit.resolved import Alternative, And, Match, Node, Or, TermSpec
from searchkit.text import fold

UNION, STREAM = ("syllable", "folded"), ("folded", "key")  # field and kind of term that stand for an unmarked syllable


def folded_stream(segment: SegmentArrays, run: Run) -> tuple[SegmentArrays, float]:
    """The segment's syllables as a field of folded forms, in a segment of its own; processor seconds to invert it."""
    lexicon = segment.lexicon("syllable")
    forms = lexicon.folded_strings
    assert forms is not None
    form_of_term = np.zeros(len(lexicon), np.int32)
    for form in range(len(forms)):
        form_of_term[lexicon.folded_terms(form)] = form
    postings = segment.postings_of_run("syllable", 0, len(lexicon))
    occurrences = np.diff(segment.file.array("syllable.position_offsets").astype(np.int64))
    docs, positions = np.repeat(postings.docs, postings.frequencies), postings.positions
    order = np.lexsort((positions, docs))
    ids = np.repeat(form_of_term, occurrences)[order]
    ends = np.cumsum(np.bincount(docs, minlength=segment.doc_count))[:-1]
    folder = empty(run.work / "folded")
    builder = SegmentBuilder(folder, "folded", {"folded": FieldShape(positions=True)}, {}, {})
    for own, places in zip(np.split(ids, ends), np.split(positions[order], ends)):
        builder.add({}, {"folded": (own, places)})
    names = [form.decode("utf-8", "surrogatepass") for form in forms]
    started = time.process_time()
    made = builder.finish({"folded": Vocabulary(names)})
    return SegmentArrays.open(folder, made), time.process_time() - started


def array_bytes(file: ArrayFile, beginning: str = "") -> int:
    """Bytes of the arrays whose names begin so."""
    return sum(file.array(name).nbytes for name in file if name.startswith(beginning))


def unmarked(query: Query, meaning: tuple[str, str]) -> Node:
    """A query as somebody types it who types no marks."""
    field, kind = meaning
    elements = [(Alternative((TermSpec(kind, fold(term)),)),) for term in query.terms]
    if query.operator == "phrase":
        return Match(field, tuple(elements))
    return (And if query.operator == "and" else Or)(tuple(Match(field, (element,)) for element in elements))


def answer(evaluation: Evaluation, node: Node) -> np.ndarray:
    """The documents, with nothing remembered of the query before."""
    evaluation.forget()
    return evaluation.docs(node)


def compared(run: Run, union: Evaluation, stream: Evaluation) -> list[list[str]]:
    """A row for each kind of query: medians of both, and how many times as long the union takes."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for query in table(run.source):
        if query.terms[0].endswith("*"):
            continue
        ours, other = unmarked(query, UNION), unmarked(query, STREAM)
        if not np.array_equal(answer(union, ours), answer(stream, other)):
            raise SystemExit(f"The two find different documents for a query of the kind {query.kind!r}")
        both = taken.setdefault(query.kind, ([], []))
        both[0].extend(times(partial(answer, union, ours)))
        both[1].extend(times(partial(answer, stream, other)))
    rows = []
    for kind, both in taken.items():
        medians = [Spread.of(seconds).median for seconds in both]
        rows.append([kind, *map(number, medians), ratio(*medians)])
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Build, compare, write."""
    run = begin(parser(__doc__).parse_args(arguments))
    opened = Searchkit().open(kept("searchkit", run))
    union = max(opened.evaluations, key=lambda each: each.segment.doc_count)
    made, seconds = folded_stream(union.segment, run)
    whole = union.segment.file
    bytes_of = {"stream": array_bytes(made.file, "folded."), "syllables": array_bytes(whole, "syllable."), "all": array_bytes(whole)}
    cost = Table("What the stream costs", ("", "MB", "of the segment"), [
        ["folded stream", number(bytes_of["stream"] / 1e6), f"{bytes_of['stream'] / bytes_of['all']:.0%}"],
        ["syllables with marks", number(bytes_of["syllables"] / 1e6), f"{bytes_of['syllables'] / bytes_of['all']:.0%}"],
    ], f"Inverting and writing the stream takes {seconds:.1f} s of the processor.")  # fmt: skip
    rows = compared(run, union, Evaluation(made))
    asked = Table("Unmarked queries, documents", ("query", "union, ms", "stream, ms", "union / stream"), rows, "Medians.")
    run.write("folded", [cost, asked], {"bytes": bytes_of, "seconds": seconds, "queries": rows})
    opened.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
